"""``workbench explain``: what a gate still needs, who can give it, until when, and with which command."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator

from workbench.cli.commands import print_json, today_of
from workbench.cli.terminal import say
from workbench.errors import DONE, GateRefused
from workbench.governance import read_governance
from workbench.governance.explaining import Explanation, Missing, Who, explain_founding, gates
from workbench.governance.explaining import explain as explain_gate
from workbench.project import Project

SHOWN_SEATS = 8
"""So many seats are named; of more, the rest is counted."""


def explain(project: Project, options: argparse.Namespace) -> int:
    """Explain one gate, or list all."""
    try:
        governance = read_governance(project, today=today_of(options))
    except GateRefused:  # not founded: then that is what is missing for every gate
        found = [explain_founding(project)]
    else:
        wanted = [options.gate] if options.gate else gates(governance)
        found = [explain_gate(governance, gate) for gate in wanted]
    if options.json:
        told = [dataclasses.asdict(one) for one in found]
        print_json(told[0] if options.gate else told)
        return DONE
    if options.gate or len(found) == 1:
        for line in explanation_lines(found[0]):
            say(line)
        return DONE
    for one in found:
        first = "" if one.open or not one.missing else f"  missing: {one.missing[0].what}"
        say(f"{'open  ' if one.open else 'closed'}  {one.gate}{first}")
    return DONE


def explanation_lines(found: Explanation) -> Iterator[str]:
    """Say it in words."""
    yield f"{found.gate} is {'open' if found.open else 'closed'}"
    for given in found.given:
        yield f"  {given}"
    for missing in found.missing:
        yield ""
        yield f"  missing: {missing.what}"
        yield from _who_lines(missing)
        if missing.until:
            yield f"    until: {missing.until}"
        yield f"    command: {missing.command}"


def _who_lines(missing: Missing) -> Iterator[str]:
    able = [one for one in missing.seats if one.absent is None]
    absent = [one for one in missing.seats if one.absent is not None]
    if missing.side and not able:
        yield "    nobody can give it now: the seats below are not held, or there is none"
    for one in able[:SHOWN_SEATS]:
        yield f"    can be given by {_seat(one)}"
    if len(able) > SHOWN_SEATS:
        yield f"    and by {len(able) - SHOWN_SEATS} more seats"
    for one in absent:
        yield f"    not now by {_seat(one)}: {one.absent}"


def _seat(one: Who) -> str:
    return f"{one.seat} ({one.ko} / {one.en})"
