"""What becomes of the last results under another protection: same, moved, withheld, or no longer possible. Pure.

A result is told by what a reader would see: a table by its cells, a finding by its sentence. A figure is drawn from its
table and shares its fate, so it is named beside the table and not counted twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.bench import LANGUAGES, cell_text
from workbench.disclosure import FittedModel, SafeTable, model_differences
from workbench.releases import Variant

Verdict = Literal["same", "moved", "partly", "withheld", "gone", "unknown"]

VERDICTS: tuple[Verdict, ...] = ("gone", "withheld", "partly", "moved", "same", "unknown")
"""Worst first: no longer possible; every cell withheld; some cells withheld or gone; other numbers; as it was; not known."""

LOST: tuple[Verdict, ...] = ("gone", "withheld")
"""What a reader can no longer read."""

RTOL = 1e-6
"""Numbers nearer to each other than this are the same, as when a release is reproduced."""


@dataclass(frozen=True)
class Reason:
    """Why a result is no longer there.

    Parameters
    ----------
    code : str
        ``unreached`` (the policy's guarantee), ``value_gone`` (the run's parameter is not in the data any more),
        ``stopped`` (the notebook does not run to its end), ``stopped_withheld`` (nor here, since a number it needs is
        withheld), ``rests_on_withheld``, ``not_made``, ``refused`` (by the gate
        of releases), ``machine`` (killed or timed out: not known), ``not_run`` (no last run to compare with).
    fields : tuple of str
        Of those that the notebook names, which this policy leaves out or changes in kind.
    told : str
        The kind of error; never anything that may hold data.
    """

    code: str
    fields: tuple[str, ...] = ()
    told: str = ""


@dataclass(frozen=True)
class Outcome:
    """What becomes of one result.

    Parameters
    ----------
    verdict : str
    reason : Reason or None
    cells, moved, withheld, missing : int
        Of a table's cells shown before: how many there were, have another number, are withheld, are no longer there.
    example : dict or None
        The cell that moved most: ``where``, ``from``, ``to`` and ``unit``, each by language.
    sentence : dict or None
        A finding's new sentence, by language.
    """

    verdict: Verdict
    reason: Reason | None = None
    cells: int = 0
    moved: int = 0
    withheld: int = 0
    missing: int = 0
    example: dict[str, dict[str, str]] | None = None
    sentence: dict[str, str] | None = None


@dataclass(frozen=True)
class Found:
    """The results of one run: what it made, and why the rest is not there.

    Parameters
    ----------
    variants : tuple of Variant
    refused : dict of str to Reason
        By result.
    stopped : Reason or None
        Why the run made nothing further.
    """

    variants: tuple[Variant, ...] = ()
    refused: dict[str, Reason] = field(default_factory=dict)
    stopped: Reason | None = None


def outcome_of(before: Variant, after: Found) -> Outcome:
    """Tell what becomes of one result.

    Parameters
    ----------
    before : Variant
        As the last run made it: a table, a finding or a model.
    after : Found
        The same run under the other protection.

    Returns
    -------
    Outcome
    """
    again = next((one for one in after.variants if one.identity == before.identity and one.kind == before.kind), None)
    if again is not None:
        match before.kind:
            case "table":
                return _of_tables(before, again)
            case "model":
                return _of_models(before, again)
        return _of_findings(before, again)
    if before.name in after.refused:
        reason = after.refused[before.name]
        return Outcome("withheld" if reason.code == "rests_on_withheld" else "gone", reason)
    reason = after.stopped or Reason("not_made")
    return Outcome("unknown" if reason.code == "machine" else "gone", reason)


def count_outcomes(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Count outcomes by verdict.

    Parameters
    ----------
    outcomes : iterable of Outcome

    Returns
    -------
    dict of str to int
        Every verdict, and ``lost``: those that a reader can no longer read.

    Examples
    --------
    >>> count_outcomes([Outcome("gone"), Outcome("same")])["lost"]
    1
    """
    counted = Counter(outcome.verdict for outcome in outcomes)
    return {**{verdict: counted[verdict] for verdict in VERDICTS}, "lost": sum(counted[verdict] for verdict in LOST)}


def written(finding: Variant) -> dict[str, str]:
    """Return a finding's sentence as it is read, by language.

    Parameters
    ----------
    finding : Variant

    Returns
    -------
    dict of str to str
    """
    values = finding.content["values"]
    return {
        language: finding.content["text"][language].format_map(
            {name: value["shown"].get(language, "") for name, value in values.items()}
        )
        for language in LANGUAGES
    }


def drawn_from(variants: Sequence[Variant]) -> dict[tuple[str, str], list[str]]:
    """Return the figures of each table.

    Parameters
    ----------
    variants : sequence of Variant

    Returns
    -------
    dict of (str, str) to list of str
        Names of figures, by the identity of their table.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for variant in variants:
        if variant.kind == "figure":
            found.setdefault((variant.content["table"], variant.identity[1]), []).append(variant.name)
    return found


def _of_findings(before: Variant, again: Variant) -> Outcome:
    was, now = written(before), written(again)
    return Outcome("same" if was == now else "moved", sentence=None if was == now else now)


def _of_models(before: Variant, again: Variant) -> Outcome:
    was, now = FittedModel.from_record(before.content), FittedModel.from_record(again.content)
    return Outcome("moved" if model_differences(was, now, rtol=RTOL) else "same")


def _of_tables(before: Variant, again: Variant) -> Outcome:
    was, now = SafeTable.from_record(before.content), SafeTable.from_record(again.content)
    places = dict(_cells(now))
    cells = moved = withheld = missing = 0
    example: tuple[float, dict[str, dict[str, str]]] | None = None
    for key, (row, column) in _cells(was):
        old = was.values[row][column]
        if was.states[row][column] != "shown" or old is None:
            continue
        cells += 1
        there = places.get(key)
        new = now.values[there[0]][there[1]] if there is not None else None
        if there is None or (new is None and now.states[there[0]][there[1]] == "empty"):
            missing += 1
        elif new is None:
            withheld += 1
        elif abs(new - old) > RTOL * max(abs(new), abs(old)):
            moved += 1
            size = abs(new - old) / max(abs(old), abs(new))
            if example is None or size > example[0]:
                example = size, _example(was, now, (row, column), there)
    if cells == 0:
        verdict: Verdict = "same"
    elif withheld + missing == cells:
        verdict = "withheld" if withheld else "gone"
    elif withheld or missing:
        verdict = "partly"
    else:
        verdict = "moved" if moved else "same"
    reason = Reason("not_made") if verdict == "gone" else None
    return Outcome(verdict, reason, cells, moved, withheld, missing, example[1] if example else None)


def _cells(table: SafeTable) -> Iterable[tuple[tuple[Any, Any], tuple[int, int]]]:
    columns = table.layout.columns.keys if table.layout.columns else (None,)
    for row, row_key in enumerate(table.layout.rows.keys):
        for column, column_key in enumerate(columns):
            yield (row_key, column_key), (row, column)


def _example(was: SafeTable, now: SafeTable, old: tuple[int, int], new: tuple[int, int]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {"where": {}, "from": {}, "to": {}, "unit": {}}
    for language in LANGUAGES:
        words = [was.layout.rows.labels[language][old[0]]]
        if was.layout.columns is not None:
            words.append(was.layout.columns.labels[language][old[1]])
        found["where"][language] = ", ".join(words)
        found["from"][language] = cell_text(was, *old, language)
        found["to"][language] = cell_text(now, *new, language)
        found["unit"][language] = (was.layout.unit or {}).get(language, "")
    return found


def as_record(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome for machines.

    Parameters
    ----------
    outcome : Outcome

    Returns
    -------
    dict
        ``verdict``, ``reason``, ``cells``, ``example`` and ``sentence``; None where there is none.

    Examples
    --------
    >>> as_record(Outcome("same"))["reason"] is None
    True
    """
    reason = outcome.reason
    return {
        "verdict": outcome.verdict,
        "reason": {"code": reason.code, "fields": list(reason.fields), "told": reason.told} if reason else None,
        "cells": {key: getattr(outcome, key) for key in ("cells", "moved", "withheld", "missing")} if outcome.cells else None,
        "example": outcome.example,
        "sentence": outcome.sentence,
    }
