"""Committed notebooks say what they ask, on what data and what not, in both languages, and make what their page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.catalog import read_catalog
from workbench.project import Project
from workbench.runs import read_notebook
from workbench.runs.analysis import check_analysis, issues, read_analysis
from workbench.runs.notebook import default_parameters

ROOT = Path(__file__).parents[2]
PROJECT = Project(root=ROOT)
NOTEBOOKS = sorted(PROJECT.notebooks.glob("*/*.ipynb"))

EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
EACH_ISSUE = pytest.mark.parametrize("issue", issues(PROJECT))


def code_of(path: Path) -> str:
    return "\n".join(cell.source for cell in read_notebook(path).cells if cell.cell_type == "code")


def results_made(issue: str) -> set[str]:
    """Names of results as the notebooks write them; a figure of its table's name is stored as ``name.figure``."""
    found: set[str] = set()
    for path in NOTEBOOKS:
        if path.parent.name != issue:
            continue
        code = code_of(path)
        tables = set(re.findall(r"(?:bench\.table|gap_table)\(\s*f?\"([^\"]+)\"", code))
        findings = set(re.findall(r"bench\.finding\(\s*\"([^\"]+)\"", code))
        figures = set(re.findall(r"bench\.figure\(\s*f?\"([^\"]+)\"", code))
        found |= tables | findings | {f"{name}.figure" if name in tables else name for name in figures}
    return {name.replace("{side}", side) for name in found for side in (("at_fault", "victim") if "{side}" in name else ("",))}


@EACH_ISSUE
def test_a_plan_names_only_what_exists(issue):
    check_analysis(PROJECT, read_catalog(PROJECT), read_analysis(PROJECT, issue))


@EACH_ISSUE
def test_an_issue_has_at_least_two_notebooks_with_parameters(issue):
    plan = read_analysis(PROJECT, issue)
    assert sum(bool(default_parameters(PROJECT.notebooks / issue / f"{name}.ipynb")) for name in plan.notebooks) >= 2
    assert any(notebook.grid for notebook in plan.notebooks.values())


@EACH_ISSUE
def test_what_a_page_shows_is_made_by_its_notebooks(issue):
    page = read_analysis(PROJECT, issue).page
    assert page.answer
    assert page.limits
    assert page.missing
    assert {*page.answer, *page.results} <= results_made(issue)


@EACH
def test_words_come_in_pairs_of_korean_and_english(path):
    languages = [cell.metadata.get("lang") for cell in read_notebook(path).cells if cell.cell_type == "markdown"]
    assert languages[::2] == ["ko"] * (len(languages) // 2)
    assert languages[1::2] == ["en"] * (len(languages) // 2)
    for cell in read_notebook(path).cells:
        if cell.cell_type == "markdown" and cell.metadata["lang"] == "ko":
            assert re.search(r"[가-힣]", cell.source)


@EACH
def test_a_notebook_asks_names_its_data_and_says_what_it_does_not_say(path):
    korean = "\n".join(cell.source for cell in read_notebook(path).cells if cell.metadata.get("lang") == "ko")
    english = "\n".join(cell.source for cell in read_notebook(path).cells if cell.metadata.get("lang") == "en")
    for part in ("**물음.**", "**자료.**", "## 말하지 않는 것"):
        assert part in korean
    for part in ("**Question.**", "**Data.**", "## What it does not say"):
        assert part in english


@EACH
def test_a_notebook_opens_its_own_issue_and_reads_through_the_bench_alone(path):
    code = code_of(path)
    assert f'workbench.open("{path.parent.name}")' in code
    assert not re.search(r"read_csv|read_parquet|open\(\"/|requests|httpx", code)


@EACH
def test_accidents_at_fault_and_as_victim_are_never_added(path):
    assert not re.search(r"at_fault_\w+\"?\]?\s*\+\s*\S*victim|victim_\w+\"?\]?\s*\+\s*\S*at_fault", code_of(path))
