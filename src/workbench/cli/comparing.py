"""``workbench privacy compare`` and ``privacy report``: what a protection leaves and risks, before the vote and after it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.cli.terminal import say
from workbench.errors import DONE, RunsFailed, UsageError
from workbench.files import write_text
from workbench.project import Project

STOPPED = {
    "machine": "no memory or time left on this machine",
    "stopped": "the notebook fails on this data",
    "stopped_withheld": "a number that it needs is withheld",
    "unreached": "there is no data",
    "value_gone": "the value that it asks for is gone",
}
"""Why a run stopped, for the terminal; the page has the words for those who vote."""

PACKAGED_STYLE = Path(__file__).with_name("new_city") / "book" / "theme" / "static" / "site.css"
"""The book's look where no project has one of its own; a checkout has it in ``book/``."""


def compare(project: Project | None, options: argparse.Namespace) -> int:
    """Put two policies of one dataset side by side, as a page in each language.

    Parameters
    ----------
    project : Project or None
        None for a file without a project.
    options : argparse.Namespace
        ``policies`` (two files), ``data``, ``dataset``, ``key``, ``out``, ``no_runs``, ``json``.

    Returns
    -------
    int

    Raises
    ------
    UsageError
        The policies are not of one dataset, or a file cannot be understood.
    GateRefused
        Neither policy can be carried out.
    RunsFailed
        A notebook could not be run again for want of memory or time; the pages are written.
    """
    from workbench.cli.weighing import compare_policies, read_pair
    from workbench.publish.protection_pages import render_comparison

    policies = read_pair(options.policies, options.dataset)
    facts, failed = compare_policies(project, policies, options)
    folder = options.out or _folder(project, "compare", policies[0].policy)
    pages = write_pages(folder, render_comparison(facts, style=book_style(project)))
    if options.json:
        from workbench.cli.commands import print_json

        print_json({**facts, "pages": [str(page) for page in pages]})
    else:
        for line in _comparison_lines(facts):
            say(line)
        for page in pages:
            say(str(page))
    if failed:
        raise RunsFailed(f"{failed} runs could not be repeated, see above", hint="run it again, or with --no-runs")
    return DONE


def report(project: Project | None, options: argparse.Namespace) -> int:
    """Write the risk report of a protected dataset, as a page in each language.

    Parameters
    ----------
    project : Project or None
        None for a report that ``privacy protect`` wrote.
    options : argparse.Namespace
        ``dataset`` or ``from_report`` (a ``REPORT.json``), ``out``, ``json``.

    Returns
    -------
    int

    Raises
    ------
    UsageError
        No such dataset, or the file is no report.
    GateRefused
        The dataset is not protected on this machine.
    """
    from workbench.cli.reporting import report_of_dataset, report_of_file
    from workbench.publish.protection_pages import render_report

    if bool(options.from_report) == bool(options.dataset):
        raise UsageError("name a dataset or a report with --from, one of the two", hint="workbench privacy report bike_trips")
    facts = report_of_file(options.from_report) if options.from_report else report_of_dataset(project, options.dataset)
    folder = options.out or _folder(project, "risk", facts["dataset"])
    pages = write_pages(folder, render_report(facts, style=book_style(project)))
    if options.json:
        from workbench.cli.commands import print_json

        print_json({**facts, "pages": [str(page) for page in pages]})
    else:
        for page in pages:
            say(str(page))
    return DONE


def write_pages(folder: Path, pages: Mapping[str, str]) -> list[Path]:
    """Write one file a language.

    Parameters
    ----------
    folder : Path
    pages : mapping of str to str
        HTML by language.

    Returns
    -------
    list of Path
    """
    written = []
    for language, html in pages.items():
        path = folder / f"{language}.html"
        write_text(path, html)
        written.append(path)
    return written


def _folder(project: Project | None, what: str, dataset: str) -> Path:
    """Where pages go if nobody says: away from what is committed, since they are for those who vote."""
    return project.private / what / dataset if project is not None else Path(f"{what}-{dataset}")


def book_style(project: Project | None) -> str:
    """Return the book's look: the project's own, or the one that every city begins with.

    Parameters
    ----------
    project : Project or None

    Returns
    -------
    str
        A style sheet.

    Raises
    ------
    UsageError
        It is not in this installation.
    """
    own = [project.book / "theme" / "static" / "site.css"] if project is not None else []
    checkout = Path(__file__).parents[3] / "book" / "theme" / "static" / "site.css"
    for path in (*own, PACKAGED_STYLE, checkout):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise UsageError("the book's look, site.css, is not in this installation", hint="install the workbench again")


def _comparison_lines(facts: Mapping[str, Any]) -> list[str]:
    """A comparison in a few lines, for the terminal."""
    lines = []
    for side in ("a", "b"):
        one = facts["policies"][side]
        if not one["reached"]:
            lines.append(f"{side.upper()} {one['file']}: cannot be carried out: {one['refusal']}")
            continue
        left = f"{one['rows']:,} of {one['rows_before']:,} rows, k = {one['k']}, NCP {one['ncp']:.3f}"
        counts = (facts["results"].get("counts") or {}).get(side)
        fate = f"; {counts['lost']} of {len(facts['results']['list'])} results lost" if counts else ""
        lines.append(f"{side.upper()} {one['file']}: {left}{fate}")
    for one in facts["results"].get("stopped", ()):
        fields = f"; it names what changes: {', '.join(one['fields'])}" if one["code"] == "stopped" and one["fields"] else ""
        lines.append(f"{one['policy'].upper()} {one['run']}: does not run to its end: {STOPPED[one['code']]}{fields}")
    return lines
