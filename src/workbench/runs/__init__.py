"""Notebook × parameters → results, never twice for nothing, on record."""

from workbench.runs.analysis import Analysis, NotebookPlan, Page, check_analysis, issues, notebook_path, read_analysis
from workbench.runs.execute import Failure, Summary, carry_out
from workbench.runs.notebook import read_notebook
from workbench.runs.plan import Run, Selection, parameter_slug, parameter_words, plan_runs

__all__ = [
    "Analysis",
    "Failure",
    "NotebookPlan",
    "Page",
    "Run",
    "Selection",
    "Summary",
    "carry_out",
    "check_analysis",
    "issues",
    "notebook_path",
    "parameter_slug",
    "parameter_words",
    "plan_runs",
    "read_analysis",
    "read_notebook",
]
