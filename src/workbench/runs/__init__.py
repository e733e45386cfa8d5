"""Notebook × parameters → results, never twice for nothing, on record."""

from typing import TYPE_CHECKING

from workbench.faces import lazily
from workbench.runs.analysis import Analysis, NotebookPlan, Page, check_analysis, issues, notebook_path, read_analysis

if TYPE_CHECKING:
    from workbench.runs.belonging import check_belonging
    from workbench.runs.execute import Failure, Summary, carry_out
    from workbench.runs.notebook import read_notebook, words_of_code
    from workbench.runs.plan import EXECUTED, Run, Selection, parameter_slug, parameter_words, plan_runs
else:
    __getattr__ = lazily(
        __name__,
        {
            "Failure": "workbench.runs.execute",
            "Run": "workbench.runs.plan",
            "Selection": "workbench.runs.plan",
            "Summary": "workbench.runs.execute",
            "carry_out": "workbench.runs.execute",
            "check_belonging": "workbench.runs.belonging",
            "parameter_slug": "workbench.runs.plan",
            "parameter_words": "workbench.runs.plan",
            "plan_runs": "workbench.runs.plan",
            "read_notebook": "workbench.runs.notebook",
            "words_of_code": "workbench.runs.notebook",
            "EXECUTED": "workbench.runs.plan",
        },
    )

__all__ = [
    "EXECUTED",
    "Analysis",
    "Failure",
    "NotebookPlan",
    "Page",
    "Run",
    "Selection",
    "Summary",
    "carry_out",
    "check_analysis",
    "check_belonging",
    "issues",
    "notebook_path",
    "parameter_slug",
    "parameter_words",
    "plan_runs",
    "read_analysis",
    "read_notebook",
    "words_of_code",
]
