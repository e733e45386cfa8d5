"""Published numbers change only with a word: what counts as a change, which notes fit, and what a refusal offers."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workbench.disclosure import Axis, Layout, SafeTable
from workbench.errors import GateRefused, UsageError
from workbench.files import write_json, write_text
from workbench.project import Project
from workbench.records import dump_yaml, read_yaml_bytes
from workbench.releases.changes import Change, changed_numbers
from workbench.releases.correction_notes import SCHEMA_FILE, Note, corrections_schema
from workbench.releases.corrections import (
    RECORD_FILE,
    check_corrections,
    check_released_corrections,
    read_corrections,
    released_corrections,
)
from workbench.releases.results import Variant, result_files

ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 11, 22)
WHY = {"ko": "원자료가 고쳐졌습니다.", "en": "The source was corrected."}


def table(
    values: list[Any], *, keys: tuple[Any, ...] = (), statistic: Any = "count", name: str = "trips", **more: Any
) -> Variant:
    """A table of one column; None is a withheld cell."""
    keys = keys or tuple("abcdefghij"[: len(values)])
    labels = tuple(map(str, keys))
    axis = Axis("key", keys, {"ko": "열쇠", "en": "Key"}, {"ko": labels, "en": labels})
    layout = Layout(rows=axis, columns=None, statistic=statistic, decimals=0 if statistic == "count" else 3, people=False, **more)
    states: Any = tuple(("withheld" if value is None else "shown",) for value in values)
    return variant(name, "table", SafeTable(layout, tuple((value,) for value in values), states).as_record())


def variant(name: str, kind: Any, content: dict[str, Any], parameters: dict[str, Any] | None = None) -> Variant:
    two = {"ko": name, "en": name}
    return Variant(name, kind, "book", two, None, parameters or {}, "0" * 16, {"d": {"kind": "official"}}, content)


def finding(number: float | None, shown: str, name: str = "answer") -> Variant:
    value = {"number": number, "shown": {"ko": shown, "en": shown}, "expression": ["at", "trips", "a", None]}
    return variant(name, "finding", {"text": {"ko": "{n}", "en": "{n}"}, "values": {"n": value}})


def words(was: list[Variant], now: list[Variant]) -> list[str]:
    return [change.words for change in changed_numbers(was, now)]


def release(folder: Path, variants: list[Variant], corrections: Any = None) -> Path:
    """As much of a release as notes need."""
    for name, record in result_files(variants).items():
        write_json(folder / "results" / f"{name}.json", record)
    if corrections is not None:
        write_json(folder / RECORD_FILE, corrections)
    return folder


def note(**more: Any) -> dict[str, Any]:
    return {"result": "trips", "why": WHY, "kind": "data", "found_by": "reader", "on": DAY, **more}


@pytest.fixture
def city(tmp_path: Path) -> Project:
    return Project(root=tmp_path)


def settle(city: Project, was: list[Variant], now: list[Variant], notes: list[dict[str, Any]] | None = None) -> Any:
    if notes is not None:
        write_text(city.analyses / "noise" / "corrections.yml", dump_yaml({"corrections": notes}))
    last = release(city.root / "last", was)
    return check_corrections(city, "noise", last=last, variants=now, today=DAY)


def test_a_shown_cell_that_is_another_number_withheld_or_gone_is_a_change() -> None:
    now = table([12, None, 3], keys=("a", "b", "d"))
    assert words([table([11, 20, 30])], [now]) == [
        "trips: a: was 11, is 12",
        "trips: b: was 20, is withheld",
        "trips: c: was 30, is gone",
    ]


def test_new_keys_rows_and_results_and_numbers_that_were_withheld_are_no_change() -> None:
    assert words([table([11, None])], [table([11, 20, 30]), table([1], name="more")]) == []


def test_counts_are_compared_exactly_and_other_numbers_within_the_tolerance() -> None:
    assert words([table([10_000_000])], [table([10_000_001])]) == ["trips: a: was 10000000, is 10000001"]
    assert words([table([10.0], statistic="mean")], [table([10.000001], statistic="mean")]) == []
    assert words([table([10.0], statistic="mean")], [table([10.001], statistic="mean")]) == ["trips: a: was 10, is 10.001"]


def test_a_key_that_is_a_word_is_not_the_number_of_the_same_look() -> None:
    assert words([table([5], keys=(2021,))], [table([5], keys=("2021",))]) == ["trips: 2021: was 5, is gone"]


def test_another_unit_makes_another_number() -> None:
    km, miles = {"ko": "km", "en": "km"}, {"ko": "마일", "en": "miles"}
    assert words([table([5], unit=km)], [table([5], unit=miles)]) == ["trips: a: was 5, is 5"]


def test_a_findings_number_and_the_name_that_it_chose_are_published() -> None:
    assert words([finding(61.3, "61.3")], [finding(70.0, "70.0")]) == ["answer: n: was 61.3, is 70"]
    assert words([finding(None, "east")], [finding(None, "west")]) == ["answer: n: was east, is west"]
    assert words([finding(61.3, "61.3")], [finding(61.3, "61")]) == []


def test_a_result_that_disappears_is_a_change_and_a_figure_that_is_redrawn_is_none() -> None:
    figure = variant("trips.figure", "figure", {"table": "trips", "alt": {}, "drawing": "a", "files": {}})
    again = replace(figure, content={**figure.content, "drawing": "b"})
    assert words([table([5]), figure], [again]) == ["trips: was table, is gone"]


def test_the_numbers_of_other_kinds_of_result_are_compared_by_their_path() -> None:
    was, now = ({"terms": [{"name": "age", "estimate": one}, {"name": "sex", "estimate": 2.5}]} for one in (1.5, 1.6))
    assert words([variant("m", "model", was)], [variant("m", "model", now)]) == ["m: terms.age.estimate: was 1.5, is 1.6"]


def test_without_a_last_release_nothing_is_owed(city: Project) -> None:
    assert check_corrections(city, "noise", last=None, variants=[table([1])], today=DAY).as_record("noise/1") is None


def test_a_changed_number_without_a_note_is_refused_with_a_note_to_fill_in(city: Project) -> None:
    with pytest.raises(GateRefused, match=r"trips: a: was 11, is 12, and no note says why") as refused:
        settle(city, [table([11, 20])], [table([12, 20])])
    lines = refused.value.hint.split("\n", 1)
    assert lines[0] == "add to analyses/noise/corrections.yml, and say why:"
    (offered,) = read_yaml_bytes(lines[1].encode(), where="hint")["corrections"]
    assert offered == {
        "result": "trips",
        "cell": {"row": "a"},
        "was": 11,
        "is": 12,
        "why": {"ko": "", "en": ""},
        "kind": "error, data or method",
        "found_by": "",
        "on": DAY,
    }
    filled = {**offered, "why": WHY, "kind": "error", "found_by": "C-2"}
    assert settle(city, [table([11, 20])], [table([12, 20])], [filled]).as_record("noise/2") is not None


def test_an_offered_note_that_is_not_filled_in_is_refused_by_its_keys(city: Project) -> None:
    blank = note(cell={"row": "a"}, was=11, **{"is": 12}, why={"ko": "", "en": ""}, found_by="")
    with pytest.raises(UsageError, match=r"corrections\.0\.why\.ko"):
        settle(city, [table([11])], [table([12])], [blank])


def test_many_changed_cells_are_offered_as_one_note_and_covered_by_one(city: Project) -> None:
    was, now = table(list(range(10, 20))), table(list(range(20, 30)))
    with pytest.raises(GateRefused, match="10 problems") as refused:
        settle(city, [was], [now])
    assert "cells: all" in refused.value.hint
    settled = settle(city, [was], [now], [note(cells="all")])
    (entry,) = settled.as_record("noise/2")["corrections"]
    assert entry["release"] == "noise/2"
    assert [(change["row"], change["was"], change["is"]) for change in entry["changes"]][:2] == [("a", 10, 20), ("b", 11, 21)]


def test_a_note_on_one_cell_goes_before_the_note_on_all(city: Project) -> None:
    notes = [note(cells="all"), note(cell={"row": "a"}, was=1, **{"is": 2}, kind="error")]
    settled = settle(city, [table([1, 5])], [table([2, 6])], notes)
    assert [[change.place.row for change in found] for _, found in settled.new] == [["b"], ["a"]]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"result": "trip", "cells": "all"}, "matches no changed number; did you mean 'trips'"),
        ({"cell": {"row": "b"}, "was": 1, "is": 2}, r"the note on 'trips' \(cell b\) matches no changed number"),
        ({"cell": {"row": "a"}, "was": 10, "is": 12}, "a note says was 10, is 12, but trips: a: was 11, is 12"),
        ({"parameters": {"year": 2021}, "cells": "all"}, "matches no changed number"),
        ({"gone": True}, "matches no changed number"),
    ],
)
def test_a_note_that_matches_nothing_is_refused(city: Project, more: dict[str, Any], message: str) -> None:
    with pytest.raises(GateRefused, match=message):
        settle(city, [table([11])], [table([12])], [note(**more)])


def test_a_second_note_for_the_same_number_is_refused(city: Project) -> None:
    one = note(cell={"row": "a"}, was=11, **{"is": 12})
    with pytest.raises(GateRefused, match="explains nothing that another does not"):
        settle(city, [table([11])], [table([12])], [one, {**one, "kind": "error"}])


def test_a_note_of_a_day_to_come_is_refused(city: Project) -> None:
    with pytest.raises(GateRefused, match="lies ahead of 2026-11-22"):
        settle(city, [table([11])], [table([12])], [note(cells="all", on=dt.date(2026, 12, 1))])


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "give one of cell, value, cells and gone, found none"),
        ({"cells": "all", "gone": True}, "found cells and gone"),
        ({"cell": {"row": "a"}}, r"give the number that was published \(was\)"),
        ({"cells": "all", "was": 1, "is": 2}, "are written by the program"),
        ({"cells": "all", "found_by": "Kim Minsu"}, "found_by"),
        ({"cells": "all", "kind": "typo"}, "kind"),
        ({"cells": "all", "reason": "x"}, "unknown key 'reason'"),
    ],
)
def test_a_note_that_cannot_be_understood_names_its_key(city: Project, more: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        settle(city, [table([11])], [table([12])], [note(**more)])


def test_notes_of_earlier_releases_stay_and_explain_nothing_anew(city: Project) -> None:
    old = note(cells="all")
    first = settle(city, [table([11])], [table([12])], [old]).as_record("noise/2")
    last = release(city.root / "second", [table([12])], first)
    same = check_corrections(city, "noise", last=last, variants=[table([12])], today=DAY)
    assert same.new == ()
    assert same.as_record("noise/3") == first
    with pytest.raises(GateRefused, match="was 12, is 13, and no note says why"):
        check_corrections(city, "noise", last=last, variants=[table([13])], today=DAY)
    (city.analyses / "noise" / "corrections.yml").unlink()
    assert check_corrections(city, "noise", last=last, variants=[table([12])], today=DAY).as_record("noise/3") == first


def test_a_refusal_repeats_no_withheld_number(city: Project) -> None:
    with pytest.raises(GateRefused) as refused:
        settle(city, [table([None, 11])], [table([777_777, None])])
    assert "777777" not in str(refused.value)
    assert "was 11, is withheld" in str(refused.value)


def test_a_release_says_what_is_wrong_with_its_own_record(tmp_path: Path) -> None:
    assert check_released_corrections(tmp_path) == []
    write_json(tmp_path / RECORD_FILE, {"corrections": [{"release": "noise/2", "note": {"result": "trips"}, "changes": []}]})
    found = check_released_corrections(tmp_path)
    assert len(found) == 2
    assert "is no correction note" in found[0]
    write_text(tmp_path / RECORD_FILE, json.dumps([1]))
    assert "not as a release writes it" in check_released_corrections(tmp_path)[0]
    with pytest.raises(Exception, match="not as a release writes it"):
        released_corrections(tmp_path)


def test_no_file_is_no_note(city: Project) -> None:
    assert read_corrections(city, "noise") == ()


def test_a_change_knows_whether_a_note_names_its_numbers() -> None:
    (change,) = changed_numbers([table([11])], [table([12])])
    assert isinstance(change, Change)
    assert Note.model_validate(note(cell={"row": "a"}, was=11, **{"is": 12})).covers(change)
    assert not Note.model_validate(note(cell={"row": "a"}, was=11, **{"is": 13})).covers(change)


def test_the_schema_beside_the_analyses_is_what_the_model_says() -> None:
    committed = (ROOT / "analyses" / SCHEMA_FILE).read_text(encoding="utf-8")
    assert committed == json.dumps(corrections_schema(), ensure_ascii=False, indent=1) + "\n"
