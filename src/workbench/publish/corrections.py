"""Corrections under the result that they speak of: what was published, what it is now, why, and who found it.

Pure: it turns the notes that a release carries into words of one language that a template lays out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from workbench.errors import CheckFailed
from workbench.publish.editions import Release
from workbench.publish.records import FigureResult, Result, TableContent
from workbench.publish.tables import written
from workbench.releases.correction_notes import Note

LISTED = 3
"""So many changed numbers of one note are laid out at once; the others fold."""


@dataclass(frozen=True)
class ChangedNumber:
    """One number as it was published and as it is: ``where`` is its cell or value, empty where a result is gone."""

    where: str
    was: str
    now: str


@dataclass(frozen=True)
class CorrectionView:
    """One note in one language."""

    on: str
    release: str
    kind: str
    why: str
    found_by: str
    numbers: tuple[ChangedNumber, ...]
    more: tuple[ChangedNumber, ...]


def corrections_of(release: Release, language: str, *, words: Mapping[str, str]) -> dict[str, tuple[CorrectionView, ...]]:
    """Return the corrections of each result in one language, the newest first.

    Parameters
    ----------
    release : Release
    language : str
    words : mapping of str to str
        The language's strings of the section ``corrections``.

    Returns
    -------
    dict of str to tuple of CorrectionView
        By name of result; a figure shows those of the table that it is drawn from.

    Raises
    ------
    CheckFailed
        An entry of ``corrections.json`` is no note.
    """
    found: dict[str, list[CorrectionView]] = {}
    for entry in reversed(release.corrections):
        try:
            note = Note.model_validate(entry["note"])
        except ValidationError as error:
            where = release.folder / "corrections.json"
            raise CheckFailed(f"{where}: an entry is no correction note", hint="restore the release from git") from error
        view = _view(note, entry, release.results.get(note.result), language, words=words)
        found.setdefault(note.result, []).append(view)
    for name, result in release.results.items():
        if isinstance(result, FigureResult):
            tables = dict.fromkeys(variant.content.table for variant in result.variants)
            of_tables = [view for table in tables for view in found.get(table, [])]
            if of_tables:
                found[name] = [*found.get(name, []), *of_tables]
    return {name: tuple(views) for name, views in found.items()}


def _view(
    note: Note, entry: Mapping[str, Any], result: Result | None, language: str, *, words: Mapping[str, str]
) -> CorrectionView:
    numbers = [_number(change, result, language, words=words) for change in entry["changes"]]
    first = numbers if len(numbers) <= LISTED + 1 else numbers[:LISTED]
    found_by = note.found_by
    return CorrectionView(
        on=note.on.isoformat(),
        release=str(entry["release"]).rpartition("/")[2],
        kind=words[f"kind_{note.kind}"],
        why=getattr(note.why, language),
        found_by=getattr(found_by.department, language)
        if not isinstance(found_by, str)
        else words.get(f"found_by_{found_by}") or words["found_by_seat"].format(seat=found_by),
        numbers=tuple(first),
        more=tuple(numbers[len(first) :]),
    )


def _number(change: Mapping[str, Any], result: Result | None, language: str, *, words: Mapping[str, str]) -> ChangedNumber:
    content = _content(change.get("parameters", {}), result)
    parameters = [str(value) for value in change.get("parameters", {}).values()]
    labels: list[str] = []
    decimals = None
    if isinstance(content, TableContent):
        decimals = content.decimals
        for axis, key in ((content.rows, change.get("row")), (content.columns, change.get("column"))):
            if axis is not None and key is not None:
                labels.append(_label(axis.keys, axis.labels[language], key))
    elif "row" in change:
        labels = [str(change[key]) for key in ("row", "column") if key in change]
    elif "value" in change and str(change["value"]) != "value":
        labels = [str(change["value"])]
    gone = not any(key in change for key in ("row", "value"))
    was = words["published"] if gone else _said(change["was"], decimals, words)
    return ChangedNumber(where=" · ".join([*parameters, *labels]), was=was, now=_said(change["is"], decimals, words))


def _content(parameters: Mapping[str, Any], result: Result | None) -> Any:
    for variant in result.variants if result is not None else ():
        if variant.parameters == parameters:
            return variant.content
    return None


def _label(keys: Sequence[Any], labels: Sequence[str], key: Any) -> str:
    places = [place for place, known in enumerate(keys) if known == key and isinstance(known, str) == isinstance(key, str)]
    return labels[places[0]] if places else str(key)


def _said(value: Any, decimals: int | None, words: Mapping[str, str]) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return written(value, decimals) if decimals is not None else f"{value:,.10g}"
    return words.get(f"is_{value}", str(value))
