"""What is remembered can be deleted, spoiled or out of date, and every answer comes out the same, byte for byte."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decided_city import DAY, NOW, answers_of, forged_ballot, put_tree, tree_of
from signed import TODAY, governance_of, key_of
from workbench.files import sha256
from workbench.governance import read_governance, tally_all
from workbench.governance.deciding import outcomes
from workbench.governance.deciding.remembered import Remembered, folder, load, save
from workbench.project import Project


def bytes_of(project: Project, *, today=NOW) -> list[str]:
    """Every tally as JSON, in order."""
    register = read_governance(project, today=today).register
    return [tally.model_dump_json() for tally in tally_all(project, register, today=today)]


def cache_files(project: Project):
    return sorted(path for path in folder(project).rglob("*") if path.is_file())


def test_deleting_what_is_remembered_and_recomputing_gives_the_same_bytes(city):
    first = bytes_of(city)
    remembered = {path: path.read_bytes() for path in cache_files(city)}
    assert len(remembered) == 8
    assert bytes_of(city) == first
    shutil.rmtree(city.private)
    assert bytes_of(city) == first
    assert {path: path.read_bytes() for path in cache_files(city)} == remembered


def test_what_nobody_changed_is_not_computed_again(city, monkeypatch):
    first = bytes_of(city)

    def refuse(*_, **__):
        raise AssertionError("computed again")

    monkeypatch.setattr(outcomes, "_compute", refuse)
    assert bytes_of(city) == first


def test_many_proposals_are_tallied_in_several_processes_with_the_same_bytes(city, monkeypatch):
    first = bytes_of(city)
    shutil.rmtree(city.private)
    monkeypatch.setattr(outcomes, "MANY", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert bytes_of(city) == first


@settings(max_examples=30, deadline=None)
@given(pick=st.integers(0, 10**6), place=st.integers(0, 10**6), byte=st.integers(1, 255))
def test_any_changed_byte_of_any_file_is_noticed(history, tmp_path_factory, pick, place, byte):
    project = history.lay_out(tmp_path_factory.mktemp("warm"))
    bytes_of(project)
    files = sorted(tree_of(project))
    path = project.root / files[pick % len(files)]
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= byte
    path.write_bytes(content)
    warm = answers_of(project), _told(project)
    shutil.rmtree(project.private, ignore_errors=True)
    assert (answers_of(project), _told(project)) == warm


def _told(project: Project) -> object:
    """Everything that the governance says, or why it says nothing."""
    from workbench.errors import WorkbenchError

    try:
        governance = read_governance(project, today=NOW)
        return governance.faults, [governance.tally(name).model_dump_json() for name in governance.register.proposals]
    except WorkbenchError as error:
        return error.message


@settings(max_examples=30, deadline=None)
@given(
    pick=st.integers(0, 7),
    spoil=st.sampled_from(["empty", "cut", "garbage", "byte", "list", "number", "folder", "another"]),
    at=st.integers(0, 10**6),
)
def test_a_spoiled_cache_is_not_believed_and_not_fatal(history, tmp_path_factory, pick, spoil, at):
    project = history.lay_out(tmp_path_factory.mktemp("spoiled"))
    first = bytes_of(project)
    files = cache_files(project)
    path, content = files[pick], files[pick].read_bytes()
    spoiled = {
        "empty": b"",
        "cut": content[: at % len(content)],
        "garbage": b"\x00\xff" * (at % 500),
        "byte": content[: at % len(content)] + bytes([content[at % len(content)] ^ 1]) + content[at % len(content) + 1 :],
        "list": b"[]",
        "number": b"1",
        "another": files[(pick + 1) % len(files)].read_bytes(),
    }
    if spoil == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(spoiled[spoil])
    assert bytes_of(project) == first
    if spoil != "folder":
        assert path.read_bytes() == content


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(city):
    first = bytes_of(city)
    shutil.rmtree(city.cache)
    city.cache.write_text("a file where the folder should be", encoding="utf-8")
    assert bytes_of(city) == first


def test_what_other_code_remembered_is_not_believed(city):
    first = bytes_of(city)
    path = folder(city) / "tallies" / "P-0003.json"
    facts = load(path)
    lie = json.loads(facts["tally"]) | {"outcome": "agreed"}
    assert save(path, {**facts, "key": sha256(b"other code"), "tally": json.dumps(lie)})
    papers = folder(city) / "papers.json"
    assert save(papers, {"code": "other", "facts": {"closing:1": 1}})
    assert bytes_of(city) == first


def test_a_ballot_dated_in_the_future_is_neither_good_nor_bad_for_ever(city):
    ahead = NOW + 4 * DAY
    put_tree(city.root, forged_ballot(tree_of(city), "P-0007", "C-4", key_of("C-4"), cast_on=ahead))

    def seats(today) -> list[str]:
        return [one.seat for one in governance_of(city, today=today).tally("P-0007").votes]

    for _ in range(2):
        assert "C-4" not in seats(NOW)
        assert "in the future of 2026-11-28" in governance_of(city, today=NOW).tally("P-0007").refused[0].reason
        assert "C-4" in seats(ahead)
        assert "C-4" in seats(None)
        assert "C-4" in seats(ahead - DAY)
        assert "C-4" not in seats(ahead - 2 * DAY)


def test_a_closing_dated_in_the_future_is_neither_good_nor_bad_for_ever(city):
    newest = governance_of(city, today=NOW).register.entries[-1].facts.closed_on
    assert newest == TODAY + 5 * DAY
    for _ in range(2):
        early = governance_of(city, today=newest - 2 * DAY)
        assert early.tally("P-0006").outcome == "open"
        assert governance_of(city, today=newest).tally("P-0006").outcome == "not agreed"


def test_tallies_of_proposals_that_are_gone_are_removed(city):
    bytes_of(city)
    (city.governance / "proposals" / "P-0007.yml").unlink()
    bytes_of(city)
    assert [path.stem for path in sorted((folder(city) / "tallies").iterdir())] == [f"P-000{number}" for number in range(1, 7)]


def test_facts_that_are_not_used_any_more_are_forgotten(tmp_path):
    path = tmp_path / "facts.json"
    for keys in (("a", "b"), ("b", "c")):
        remembered = Remembered(path)
        for key in keys:
            if remembered.get(key) is None:
                remembered.put(key, key)
        remembered.save()
    assert [Remembered(path).get(key) for key in "abc"] == [None, "b", "c"]


@pytest.mark.parametrize("order", [1, -1])
def test_asking_in_another_order_gives_the_same_bytes(city, order):
    first = bytes_of(city)
    shutil.rmtree(city.private)
    governance = governance_of(city, today=NOW)
    told = {name: governance.tally(name).model_dump_json() for name in sorted(governance.register.proposals)[::order]}
    assert [told[name] for name in sorted(told)] == first
