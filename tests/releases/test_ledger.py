"""The ledger of everything published about people: adding to it, reading it, and every way in which it can be damaged."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_city import commit_release, files_of, hold_people, new_table, publish, safe_table, vectors
from workbench.disclosure import Rules
from workbench.errors import CheckFailed, GateRefused
from workbench.project import Project
from workbench.releases.ledger import Ledger, NewTable, faults, require_whole
from workbench.releases.ledger.entries import entry_path, tables_path
from workbench.releases.ledger.indexing import shown_cells
from workbench.releases.ledger.ledger import entries_folder
from workbench.releases.ledger.memory import Head, accept, accepted
from workbench.releases.ledger.segments import arrays_path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project under git, so that what this machine remembers lies where no merge reaches."""
    (tmp_path / "city" / ".git").mkdir(parents=True)
    (tmp_path / "city" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    return Project(root=tmp_path / "city")


@pytest.fixture
def two(project: Project) -> Project:
    """Two releases, both in the ledger."""
    publish(project, "bike-routes/1", new_table("trips"), new_table("riders", first=30))
    publish(project, "bike-routes/2", new_table("trips"), new_table("donors", first=500))
    return project


def test_without_a_release_about_people_no_ledger_is_needed(project):
    assert Ledger(project).state().kind == "not_needed"
    assert require_whole(project).tables() == []
    assert not project.ledger.exists()


def test_a_release_in_the_ledger_is_read_back_as_it_was_given(project):
    given_table = new_table(cells=4)
    publish(project, "bike-routes/1", given_table)
    (table,) = require_whole(project).tables()
    assert (table.release, table.name, table.parameters) == ("bike-routes/1", "trips", {"year": 2021})
    assert table.safe == given_table.safe and table.rules == given_table.rules and table.datasets == given_table.datasets
    for name in ("start", "person", "weight"):
        assert np.array_equal(getattr(table.vectors, name), getattr(given_table.vectors, name))
    assert table.shown.tolist() == [True, True, True, False], "withheld cells are kept too"


def test_amounts_come_back_as_they_were_given(project):
    found = vectors([{1: 2, 5: 1}, {}, {3: 1}], amounts=True)
    table = NewTable("spent", "n", {}, new_table().datasets, safe_table([8, 0, 3], "sum"), Rules(), found)
    publish(project, "bike-routes/1", table)
    assert Ledger(project).tables()[0].vectors.amount.tolist() == [5.0, 2.5, 2.5]


def test_the_same_release_again_changes_nothing(two):
    before = files_of(two.ledger)
    digest = Ledger(two).entries()[0].release_sha256
    Ledger(two).append("bike-routes/1", release_sha256=digest, tables=[])
    assert files_of(two.ledger) == before


def test_another_content_under_the_same_release_is_refused(two):
    before = files_of(two.ledger)
    with pytest.raises(GateRefused, match="bike-routes/1 is in the ledger already"):
        Ledger(two).append("bike-routes/1", release_sha256="0" * 64, tables=[new_table("other")])
    assert files_of(two.ledger) == before


def test_the_same_releases_make_the_same_bytes(tmp_path):
    made = []
    for name in ("one", "two"):
        project = Project(root=tmp_path / name)
        publish(project, "bike-routes/1", new_table())
        publish(project, "bike-routes/2", new_table(), new_table("more", first=9))
        made.append(files_of(entries_folder(project)))
    assert made[0] == made[1]


def test_a_table_that_has_not_changed_is_not_written_again(two):
    first, second = Ledger(two).entries()
    assert len(first.blocks) == 2 and len(second.blocks) == 1
    tables = Ledger(two).tables()
    assert tables[2].block == tables[0].block
    assert np.array_equal(tables[2].vectors.person, tables[0].vectors.person)


def test_people_are_counted_once_over_all_releases(two):
    distinct = np.unique(np.concatenate([table.vectors.person for table in Ledger(two).tables()]))
    assert Ledger(two).state().count("people") == len(distinct)


def test_a_table_carried_over_keeps_its_vectors_without_the_data(two):
    digest = commit_release(two, "bike-routes/3", [new_table()])
    Ledger(two).append("bike-routes/3", release_sha256=digest, tables=[new_table(carried="bike-routes/1")])
    tables = Ledger(two).tables()
    assert tables[-1].block == tables[0].block
    with pytest.raises(CheckFailed, match="has none of that name"):
        Ledger(two).append("bike-routes/4", release_sha256="1" * 64, tables=[new_table("new", carried="bike-routes/1")])
    with pytest.raises(CheckFailed, match="is not the one of bike-routes/1"):
        Ledger(two).append("bike-routes/4", release_sha256="1" * 64, tables=[new_table(cells=5, carried="bike-routes/1")])
    assert Ledger(two).state().kind == "whole"


def test_published_counts_that_the_vectors_do_not_add_up_to_are_refused():
    with pytest.raises(CheckFailed, match="1 published counts are not what its vectors add up to"):
        NewTable("t", "n", {}, {}, safe_table([3, 1]), Rules(), vectors([{1: 1, 2: 1}, {3: 1}]))


@pytest.mark.parametrize("groups", [[{2: 0}], [{}, {1: -1}]])
def test_nobody_is_counted_without_a_row(groups):
    with pytest.raises(CheckFailed, match="without a row"):
        vectors(groups)


def test_what_is_unknown_is_named_for_the_data_it_concerns(two):
    lost = new_table("lost", unknown="rows were withdrawn")
    differs = new_table("differs", unknown_cells=(1,))
    publish(two, "bike-routes/3", lost, differs)
    found = Ledger(two).unknown(units=["rider_id"])
    assert [(one.name, one.reason, one.cells) for one in found] == [
        ("lost", "rows were withdrawn", ()),
        ("differs", "its published number did not come out again", (1,)),
    ]
    assert Ledger(two).unknown(datasets=["trips"]) == found
    assert Ledger(two).unknown(datasets=["meals"], units=["card_id"]) == []
    assert Ledger(two).state().kind == "whole" and Ledger(two).state().count("unknown") == 3 + 1


# what can happen to its files


def entries_of(project: Project) -> Path:
    return entries_folder(project)


DAMAGES = {
    "an entry is gone": (lambda folder: entry_path(folder, 1).unlink(), "broken", "this entry of the ledger is missing"),
    "the last entry is gone": (lambda folder: entry_path(folder, 2).unlink(), "broken", "the end was cut off"),
    "an entry is cut off": (lambda folder: _cut(entry_path(folder, 1)), "broken", "cut off, no whole entry"),
    "an entry is empty": (lambda folder: entry_path(folder, 2).write_bytes(b""), "broken", "cut off, no whole entry"),
    "an entry is changed": (lambda folder: _change(entry_path(folder, 1), b"bike", b"bake"), "broken", "was changed after"),
    "vectors are gone": (lambda folder: arrays_path(folder, 2).unlink(), "broken", "holds the arrays of bike-routes/2"),
    "vectors are cut off": (lambda folder: _cut(arrays_path(folder, 1)), "broken", r"cut off after [0-9,]+ of [0-9,]+ bytes"),
    "vectors are changed": (lambda folder: _flip(arrays_path(folder, 1)), "broken", "arrays: was changed after"),
    "records are changed": (lambda folder: _change(tables_path(folder, 1), b"riders", b"raiders"), "broken", "was changed after"),
    "records are gone": (lambda folder: tables_path(folder, 1).unlink(), "broken", "holds the tables of bike-routes/1"),
    "everything is gone": (shutil.rmtree, "missing", "the ledger is gone; this machine knows of 2 entries"),
}


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _change(path: Path, old: bytes, new: bytes) -> None:
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_told_in_words_and_stops_releases(two, damage):
    Ledger(two).state()
    do, kind, words = DAMAGES[damage]
    do(entries_of(two))
    found = Ledger(two).state()
    assert found.kind == kind
    with pytest.raises(GateRefused, match="nothing about people is released while the ledger is not whole") as refused:
        require_whole(two)
    assert "workbench ledger rebuild" in refused.value.hint
    (fault,), notes = faults(two)
    assert not notes
    with pytest.raises(CheckFailed, match=words):
        raise fault


def test_a_changed_file_whose_time_was_set_back_is_found_before_a_release(two):
    Ledger(two).state()
    path = arrays_path(entries_of(two), 1)
    times = path.stat()
    with path.open("r+b") as handle:
        handle.seek(-3, os.SEEK_END)
        handle.write(b"x")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(GateRefused, match="was changed after it was written"):
        require_whole(two)


def test_an_entry_that_a_merge_brought_is_not_believed(two, tmp_path):
    other = Project(root=tmp_path / "other")
    shutil.copytree(entries_of(two), entries_of(other))
    accept(other, accepted(two))
    publish(other, "bike-routes/3", new_table("planted"))
    shutil.copytree(entries_of(other), entries_of(two), dirs_exist_ok=True)
    assert "its last entry is not one that this machine wrote" in Ledger(two).state().fault
    with pytest.raises(CheckFailed):
        Ledger(two).append("bike-routes/3", release_sha256="0" * 64, tables=[])


def test_a_whole_ledger_that_a_merge_brought_is_not_believed(two, tmp_path):
    (tmp_path / "fresh" / ".git").mkdir(parents=True)
    (tmp_path / "fresh" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    fresh = Project(root=tmp_path / "fresh")
    shutil.copytree(two.ledger, fresh.ledger)
    shutil.copytree(two.analyses, fresh.analyses)
    assert "were not written on this machine" in Ledger(fresh).state().fault


def test_a_damaged_memory_is_told(two):
    (two.machine / "ledger" / "head.json").write_text('{"accepted": [{"entries": "many"}]}')
    assert Ledger(two).state().kind == "broken"


def test_a_release_that_is_not_in_the_ledger_is_named(two):
    commit_release(two, "meals/1", [new_table("meals")])
    found = Ledger(two).state()
    assert (found.kind, found.lacking) == ("behind", ("meals/1",))
    with pytest.raises(GateRefused, match="not in the ledger: meals/1"):
        require_whole(two)


def test_a_committed_release_that_differs_from_the_one_in_the_ledger_is_named(two):
    commit_release(two, "bike-routes/1", [new_table("trips"), new_table("riders", first=30)], note="edited")
    assert "another bike-routes/1 than the committed one" in Ledger(two).state().fault


def test_a_fresh_clone_without_data_about_people_has_no_fault(project):
    commit_release(project, "bike-routes/1", [new_table()])
    assert Ledger(project).state().kind == "not_here"
    found, notes = faults(project)
    assert found == [] and "not on this machine" in notes[0]
    with pytest.raises(GateRefused):
        require_whole(project)


def test_a_machine_that_holds_people_and_no_ledger_lacks_it(project):
    commit_release(project, "bike-routes/1", [new_table()])
    hold_people(project)
    assert Ledger(project).state().kind == "missing"
    assert len(faults(project)[0]) == 1


def test_a_release_without_tables_about_people_needs_no_entry(project):
    commit_release(project, "air/1", [])
    assert Ledger(project).state().kind == "not_needed"


def test_messages_name_nobody(two):
    _flip(arrays_path(entries_of(two), 1))
    state = Ledger(two).state()
    assert not any(str(person) in f"{state.fault}{state.hint}" for person in range(100, 140))


# the index


def test_the_index_holds_every_public_cell_once_and_names_where_it_stands(two):
    found = shown_cells(Ledger(two))
    names = [(found.place(group).release, found.place(group).name, found.place(group).row) for group in range(len(found.index))]
    assert names == [
        *(("bike-routes/1", name, row) for name in ("trips", "riders") for row in ("place-0", "place-1")),
        *(("bike-routes/2", "donors", row) for row in ("place-0", "place-1")),
    ]


def test_the_index_is_extended_by_a_new_release_and_never_trusted_when_changed(two):
    one = shown_cells(Ledger(two)).index.arrays()
    mapped = shown_cells(Ledger(two)).index.arrays()
    assert all(np.array_equal(one[name], mapped[name]) for name in one)
    publish(two, "bike-routes/3", new_table("late", first=900))
    assert len(shown_cells(Ledger(two)).index) == len(names_in(two)) == 8
    for path in (two.ledger / "index" / "rows").glob("*.npy"):
        path.write_bytes(b"")
    assert len(shown_cells(Ledger(two)).index) == 8


def names_in(project: Project) -> set[tuple[object, ...]]:
    found = shown_cells(Ledger(project))
    places = [found.place(group) for group in range(len(found.index))]
    return {(place.release, place.name, place.row) for place in places}


def test_cells_that_are_unknown_or_of_nobody_are_not_in_the_index(project):
    empty = NewTable("e", "n", {}, new_table().datasets, safe_table([0, 12]), Rules(), vectors([{}, dict.fromkeys(range(12), 1)]))
    publish(project, "a/1", empty, new_table("differs", first=60, unknown_cells=(0,)))
    assert {place[1:] for place in names_in(project)} == {("e", "place-1"), ("differs", "place-1")}


def test_amounts_have_an_index_of_their_own(project):
    found = vectors([dict.fromkeys(range(12), 1), dict.fromkeys(range(6, 18), 1)], amounts=True)
    publish(
        project, "a/1", NewTable("spent", "n", {}, new_table().datasets, safe_table([30, 30], "sum"), Rules(), found), new_table()
    )
    assert len(shown_cells(Ledger(project), kind="amounts").index) == 2
    assert len(shown_cells(Ledger(project)).index) == 4


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.dictionaries(st.integers(0, 2**62), st.integers(1, 9), max_size=8), min_size=1, max_size=4), max_size=5)
)
def test_whatever_is_stored_comes_back(tmp_path_factory, releases):
    project = Project(root=tmp_path_factory.mktemp("ledger"))
    for number, groups in enumerate(releases, start=1):
        found = vectors(groups)
        table = NewTable("t", "n", {}, {}, safe_table(found.rows.tolist()), Rules(), found)
        Ledger(project).append(f"a/{number}", release_sha256=f"{number:064d}", tables=[table])
    for table, groups in zip(Ledger(project).tables(), releases, strict=True):
        start = table.vectors.start
        back = [
            dict(zip(table.vectors.person[one:two].tolist(), table.vectors.weight[one:two].tolist(), strict=True))
            for one, two in itertools.pairwise(start)
        ]
        assert back == groups
    everybody = {person for groups in releases for group in groups for person in group}
    assert Ledger(project).state().count("people") == len(everybody)


def test_heads_that_are_believed_are_kept_in_gits_own_folder(two):
    assert (two.machine / "ledger" / "head.json").is_relative_to(two.root / ".git")
    entry = Ledger(two).entries()[-1]
    assert accepted(two) == (Head(2, entry.sha256),)
    assert json.loads(entry_path(entries_of(two), 2).read_bytes())["before"] == Ledger(two).entries()[0].sha256
