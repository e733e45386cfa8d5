"""``workbench privacy …``: protecting any file and pinning policies; measuring, comparing and reporting have their own modules.

None of them needs a project; those that can use one take it where there is one.
"""

from __future__ import annotations

import argparse
import importlib
from typing import Any

from workbench.cli.terminal import progress, say
from workbench.errors import DONE, UsageError, WorkbenchError, combine
from workbench.project import Project

ELSEWHERE = {"risk": ("measuring", "measure"), "compare": ("comparing", "compare"), "report": ("comparing", "report")}
"""The module and the function of an act that is not here."""


def privacy(options: argparse.Namespace) -> int:
    """Call one of the acts of ``workbench privacy``.

    Parameters
    ----------
    options : argparse.Namespace

    Returns
    -------
    int
    """
    if options.act == "protect":
        return protect(options)
    if options.act == "pin":
        return pin(options)
    module, name = ELSEWHERE[options.act]
    return int(getattr(importlib.import_module(f"workbench.cli.{module}"), name)(_project(), options))


def _project() -> Project | None:
    """The project that the working folder lies in, None where it lies in none."""
    try:
        return Project.find()
    except UsageError:
        return None


def protect(options: argparse.Namespace) -> int:
    """Protect a file.

    Parameters
    ----------
    options : argparse.Namespace

    Returns
    -------
    int
    """
    from workbench.privacy import read_policy
    from workbench.privacy.protected_files import protect_file

    policy = read_policy(options.policy)
    with progress("protect") as report:
        facts = protect_file(
            options.file,
            policy,
            out=options.out,
            report_path=options.report,
            secret=options.secret,
            tables=options.tables,
            report=report,
        )
    if options.json:
        from workbench.cli.commands import print_json

        print_json(facts)
        return DONE
    for line in report_lines(facts):
        say(line)
    say(f"{options.out}: written; its policy is not adopted, so notebooks do not load it")
    return DONE


def report_lines(facts: dict[str, Any]) -> list[str]:
    """Return a report in a few lines, for the terminal.

    Parameters
    ----------
    facts : dict
        As ``REPORT.json`` holds it.

    Returns
    -------
    list of str

    Examples
    --------
    >>> facts = {"rows": 4, "people": 4, "suppressed": 0.0, "k": 2, "classes": 2, "ncp": 0.01, "l": {"illness": 2}, "t": {}}
    >>> print("\\n".join(report_lines(facts)))
    4 rows of 4 people, 0.00% suppressed
    k = 2: so many people share the rarest of 2 profiles; NCP 0.0100
      illness: at least 2 values in each profile
    """
    lines = [
        f"{facts['rows']:,} rows of {facts['people']:,} people, {facts['suppressed']:.2%} suppressed",
        f"k = {facts['k']}: so many people share the rarest of {facts['classes']:,} profiles; NCP {facts['ncp']:.4f}",
    ]
    for name, least in facts["l"].items():
        distance = f", at most {facts['t'][name]:.3f} from the whole table" if name in facts["t"] else ""
        lines.append(f"  {name}: at least {least:g} values in each profile{distance}")
    return lines


def pin(options: argparse.Namespace) -> int:
    """Pin the hierarchies of policies; one that cannot be pinned stops no other.

    Parameters
    ----------
    options : argparse.Namespace

    Returns
    -------
    int

    Raises
    ------
    UsageError
        Of each policy that cannot be pinned.
    """
    from workbench.privacy import pin_policy

    told: list[dict[str, Any]] = []
    failed: list[WorkbenchError] = []
    for path in options.policies:
        try:
            pins = pin_policy(path)
        except WorkbenchError as error:
            failed.append(error)
            continue
        told += [
            {"policy": str(path), "field": one.field, "hierarchy": str(one.file), "sha256": one.sha256, "changed": one.changed}
            for one in pins
        ]
        if not options.json:
            for one in pins:
                say(f"{path}: {one.field}: {one.file.name} {one.sha256}{'' if one.changed else ' (unchanged)'}")
            if any(one.changed for one in pins):
                say(f"{path}: changed; both sides adopt it anew: workbench propose policies {path.stem}")
            elif not pins:
                say(f"{path}: names no hierarchy")
    if options.json:
        from workbench.cli.commands import print_json

        print_json(told)
    if len(failed) == 1:
        raise failed[0]
    if failed:
        raise combine([str(error) for error in failed], where="pin", kind=type(failed[0]))
    return DONE
