"""``workbench trace``: from a published number back to its source, link by link."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbench.cli.terminal import say
from workbench.errors import DONE, CheckFailed
from workbench.project import Project

if TYPE_CHECKING:
    from workbench.releases.provenance import Link

MARKS = {"verified": "ok", "absent": "--", "broken": "!!"}

FOLDED = 6
"""More verified or absent links of one kind in a row than this are told as a number."""

SHORT = 12
"""So many digits of a hash tell versions apart for people; ``--json`` has all."""


def trace(project: Project, options: argparse.Namespace) -> int:
    """Print what a published result rests on.

    Parameters
    ----------
    project : Project
    options : argparse.Namespace
        ``result``, ``only``, ``today``, ``json``.

    Returns
    -------
    int
        1 where a link is broken.

    Raises
    ------
    UsageError
        The result is not written as one, or does not exist.
    """
    from workbench.catalog import read_catalog
    from workbench.cli.commands import print_json, today_of
    from workbench.governance import read_governance
    from workbench.releases.trace import trace as follow

    governance = read_governance(project, today=today_of(options))
    found = follow(governance, read_catalog(project), options.result, only=dict(options.only))
    if options.json:
        print_json({"result": options.result, "broken": found.broken, "trace": found.as_record()})
    else:
        for line in tree_lines(found):
            say(line)
        say("")
        say("ok: verified on this machine   --: not on this machine   !!: broken")
    return CheckFailed.exit_code if found.broken else DONE


def tree_lines(link: Link, *, before: str = "", last: bool = True, top: bool = True) -> Iterator[str]:
    """Yield a trace as an indented tree.

    Parameters
    ----------
    link : Link
    before : str, default ""
        What stands left of its branch.
    last : bool, default True
        Whether nothing follows below the same link.
    top : bool, default True
        Whether it is the tree's root.

    Yields
    ------
    str
    """
    branch = "" if top else f"{before}{'└─ ' if last else '├─ '}"
    facts = _told(link.what, link.facts)
    reason = f"  ({link.reason})" if link.reason else ""
    yield f"{branch}{MARKS[link.state]} {link.what} {link.name}{'  ' + facts if facts else ''}{reason}"
    inside = "" if top else f"{before}{'   ' if last else '│  '}"
    groups = _grouped(link.below)
    for place, (members, folded) in enumerate(groups):
        end = place == len(groups) - 1
        if folded:
            yield f"{inside}{'└─ ' if end else '├─ '}{MARKS[members[0].state]} {len(members)} more {members[0].what}s"
        else:
            yield from tree_lines(members[0], before=inside, last=end, top=False)


def _grouped(links: tuple[Link, ...]) -> list[tuple[list[Link], bool]]:
    """Links one by one; the rest of a long row of the same kind and state, without anything below, as one."""
    kinds: dict[tuple[str, str], list[Link]] = {}
    groups: list[tuple[list[Link], bool]] = []
    for link in links:
        if link.below or link.state == "broken":
            groups.append(([link], False))
            continue
        seen = kinds.setdefault((link.what, link.state), [])
        seen.append(link)
        if len(seen) < FOLDED:
            groups.append(([link], False))
    groups += [(seen[FOLDED - 1 :], True) for seen in kinds.values() if len(seen) >= FOLDED]
    return groups


def _told(what: str, facts: Mapping[str, Any]) -> str:
    """The facts of a link that people want beside its name."""
    match what:
        case "result":
            return f"{facts['result']}, {facts['kind']}, sha256 {_short(facts['sha256'])}"
        case "release":
            return f"{facts['release']}, {facts['files']} files, sha256 {_short(facts['sha256'])}"
        case "approval":
            return str(facts.get("date", ""))
        case "variant":
            return str(facts["basis"]).replace("_", "-")
        case "value":
            return f"= {facts['shown']['en']}"
        case "table":
            counted = f"{facts['shown']} cells shown, {facts['withheld']} withheld, " if "shown" in facts else ""
            return f"{counted}sha256 {_short(facts.get('sha256'))}"
        case "model":
            return f"sha256 {_short(facts.get('sha256'))}"
        case "cell" | "coefficient":
            return f"= {facts['written']}" if "written" in facts else ""
        case "cells":
            return f"{facts['shown']} shown"
        case "notebook":
            cell = f"cell {facts['cell']}, " if facts.get("cell") else ""
            other = f", {facts['run_with']}" if facts.get("run_with") else ""
            return f"{cell}code {_short(facts.get('code_sha256'))}, sha256 {_short(facts.get('sha256'))}{other}"
        case "run":
            return ", ".join(f"{name}={value}" for name, value in facts["parameters"].items())
        case "data":
            rows = f"{facts['rows']:,} rows, " if facts["rows"] is not None else ""
            stand_in = f", stands in for {facts['stands_in_for']}" if "stands_in_for" in facts else ""
            return f"{facts['kind'].replace('_', '-')}, {rows}sha256 {_short(facts['sha256'])}{stand_in}"
        case "policy":
            return f"version {facts['version']}, sha256 {_short(facts['sha256'])}"
        case "adoption" if "closing" in facts:
            return f"closing {facts['closing']} of {facts['closed_on']}, sha256 {_short(facts['closing_sha256'])}"
        case "source":
            named = f"{facts['title']}, " if "title" in facts else ""
            retrieved = f"retrieved {facts['retrieved']}, " if facts.get("retrieved") else ""
            hashed = f"sha256 {_short(facts['sha256'])}" if facts.get("sha256") else ""
            return f"{named}{retrieved}{hashed}".rstrip(", ")
        case "picture":
            return f"sha256 {_short(facts.get('sha256'))}"
    return ""


def _short(digest: Any) -> str:
    return str(digest)[:SHORT] if digest else "unknown"
