"""Polis exports: read, held against themselves, tallied, and written so that nobody is singled out."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import itertools
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.catalog import Bilingual
from workbench.errors import GateRefused, UsageError
from workbench.files import parse_model, read_model, read_yaml
from workbench.governance.papers.consultations import Consultation
from workbench.governance.papers.contributions import About
from workbench.governance.polis import import_polis, read_polis, tally_polis
from workbench.governance.polis.withholding import shown_counts, shown_groups
from workbench.project import Project

TODAY = dt.date(2026, 5, 20)
BEGIN = 1_778_000_000_000  # 2026-05-06 in Seoul, in milliseconds
OWNER = 0


@dataclass(frozen=True)
class Said:
    """An export to be written: votes as (voter, comment, vote, milliseconds after the beginning)."""

    votes: list[tuple[int, int, int, int]]
    groups: Mapping[int, int] = field(default_factory=dict)
    moderated: Mapping[int, int] = field(default_factory=dict)
    authors: Mapping[int, int] = field(default_factory=dict)
    comments: int = 3


def last_votes(said: Said) -> dict[tuple[int, int], int]:
    """The last vote of each person on each comment, counted in the plainest way."""
    last: dict[tuple[int, int], int] = {}
    for voter, comment, vote, _ in sorted(said.votes, key=lambda one: one[3]):
        last[voter, comment] = vote
    return last


def write(folder: Path, said: Said, *, shuffled: int | None = None, unit: int = 1) -> Path:
    """Write an export as Polis does; ``shuffled`` is a seed for another order of the rows."""
    folder.mkdir(parents=True, exist_ok=True)
    last = last_votes(said)
    cast = Counter((comment, vote) for _, comment, vote, _ in said.votes)
    votes = [
        [(BEGIN + at) // unit, "Wed May 06 2026 09:00:00 GMT+0900 (Korean Standard Time)", comment, voter, vote]
        for voter, comment, vote, at in said.votes
    ]
    comments = [
        [
            BEGIN // unit,
            "x",
            one,
            said.authors.get(one, OWNER),
            cast[one, 1],
            cast[one, -1],
            said.moderated.get(one, 1),
            body(one),
        ]
        for one in range(said.comments)
    ]
    people = []
    for voter in sorted({voter for voter, _ in last}):
        row = [last.get((voter, one), "") for one in range(said.comments)]
        found = [sum(cell != "" for cell in row), row.count(1), row.count(-1)]
        people.append([voter, said.groups.get(voter, ""), 0, *found, *row])
    if shuffled is not None:
        for rows in (votes, comments, people):
            random.Random(shuffled).shuffle(rows)
    save(folder / "votes.csv", [["timestamp", "datetime", "comment-id", "voter-id", "vote"], *votes])
    head = ["timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated", "comment-body"]
    save(folder / "comments.csv", [head, *comments])
    head = ["participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree", *map(str, range(said.comments))]
    save(folder / "participants-votes.csv", [head, *people])
    return folder


def body(comment: int) -> str:
    """A comment with everything in it that makes CSV hard."""
    return f'의견 {comment}: "차 없는 날",\n주말마다'


def load(path: Path) -> list[list[str]]:
    """Read CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def save(path: Path, rows: list[list[object]]) -> None:
    """Write CSV with Unix line ends."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def consultation() -> Said:
    """Sixty people in groups of 25, 20 and 15, four comments; the last was rejected, the one before hardly seen."""
    groups = {voter: 0 if voter < 25 else 1 if voter < 45 else 2 for voter in range(60)}
    votes = [(voter, 0, 1 if groups[voter] else -1, voter) for voter in range(60)]
    votes += [(voter, 1, (voter % 3) - 1, 100 + voter) for voter in range(60)]
    votes += [(voter, 2, 1, 200 + voter) for voter in range(4)]
    votes += [(voter, 3, -1, 300 + voter) for voter in range(60)]
    votes += [(7, 0, 0, 400)]
    return Said(votes, groups=groups, moderated={3: -1}, comments=4)


def imported(project: Path, folder: Path, **more: object) -> Path:
    """Import under a name of the tests."""
    heading = {"name": "car-free-days", "title": Bilingual(ko="차 없는 날", en="Car-free days"), "today": TODAY}
    return import_polis(Project(root=project), folder, about=About(issue="fine-dust"), **{**heading, **more})


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write(tmp_path / "export", consultation())


def change(path: Path, edit: Callable[[str], str]) -> None:
    """Rewrite a file."""
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8", newline="")


def refused(folder: Path) -> str:
    """What reading the export is refused with."""
    with pytest.raises(UsageError) as fault:
        read_polis(folder, today=TODAY)
    return str(fault.value)


# Counting

people = st.integers(1, 14)


@st.composite
def said(draw: st.DrawFn) -> Said:
    """Any consultation: changed votes, people without a group, comments that nobody saw."""
    comments = draw(st.integers(1, 6))
    marks = st.tuples(people, st.integers(0, comments - 1), st.sampled_from([-1, 0, 1]))
    votes = [(*mark, at) for at, mark in enumerate(draw(st.lists(marks, min_size=1, max_size=120)))]
    groups = draw(st.dictionaries(people, st.integers(0, 3)))
    moderated = draw(st.dictionaries(st.integers(0, comments - 1), st.sampled_from([-1, 0, 1])))
    return Said(votes, groups=groups, moderated=moderated, comments=comments)


@settings(max_examples=60, deadline=None)
@given(said())
def test_the_tally_is_what_counting_by_hand_gives(said: Said) -> None:
    with tempfile.TemporaryDirectory() as here:
        tally = tally_polis(read_polis(write(Path(here), said), today=TODAY))
    by_hand: dict[tuple[int, object, int], int] = defaultdict(int)
    for (voter, comment), vote in last_votes(said).items():
        by_hand[comment, said.groups.get(voter, "none"), vote] += 1
    groups: list[object] = [*tally.group_ids, "none"]
    counted = {
        (int(comment), group, vote): int(tally.counts[row, column, kind])
        for row, comment in enumerate(tally.comment_ids)
        for column, group in enumerate(groups)
        for kind, vote in enumerate((1, -1, 0))
    }
    assert {key: count for key, count in counted.items() if count} == dict(by_hand)
    assert tally.people.sum() == len({voter for voter, _ in last_votes(said)})


@settings(max_examples=40, deadline=None)
@given(said(), st.integers(0, 10**6))
def test_the_order_of_rows_changes_no_byte_of_what_is_written(said: Said, seed: int) -> None:
    said = replace(said, votes=[*said.votes, *((100 + one, 0, 1, 500 + one) for one in range(10))])
    with tempfile.TemporaryDirectory() as here:
        one = imported(Path(here) / "one", write(Path(here) / "a", said)).read_bytes()
        assert imported(Path(here) / "two", write(Path(here) / "b", said, shuffled=seed)).read_bytes() == one
        assert imported(Path(here) / "one", Path(here) / "a").read_bytes() == one


def test_group_informed_consensus_is_a_product_over_groups(export: Path, tmp_path: Path) -> None:
    tally = tally_polis(read_polis(export, today=TODAY))
    expected = (0 + 1) / (25 + 2) * (20 + 1) / (20 + 2) * (15 + 1) / (15 + 2)
    assert tally.group_informed_consensus[0] == pytest.approx(expected)
    paper = read_model(imported(tmp_path, export), Consultation)
    assert paper.group_informed_consensus(paper.comments[0]) == pytest.approx(expected)
    assert paper.group_informed_consensus(paper.comments[2]) is None


def test_of_two_votes_in_one_second_the_one_that_polis_took_counts(tmp_path: Path) -> None:
    votes = [(1, 0, 1, 0), (2, 0, -1, 0), (1, 0, 0, 400)]
    for seed in (None, 1, 2, 3):
        folder = write(tmp_path / str(seed), Said(votes, comments=1), unit=1000, shuffled=seed)
        assert tally_polis(read_polis(folder, today=TODAY)).overall.tolist() == [[0, 1, 1]]
    change(folder / "participants-votes.csv", lambda text: text.replace("1,,0,1,0,0,0", "1,,0,1,0,1,-1"))
    assert "two votes in the same instant" in refused(folder)


def test_files_as_a_report_names_them_are_found(export: Path) -> None:
    for name, shown in (("votes", "votes"), ("comments", "comments"), ("participants-votes", "participant-votes")):
        (export / f"{name}.csv").rename(export / f"2026-05-18-0900-3phdex2kjf-{shown}.csv")
    assert len(read_polis(export, today=TODAY).vote) == 184
    (export / "votes.csv").write_text("x")
    assert "votes.csv is there 2 times" in refused(export)


def test_columns_of_other_versions_and_another_order_are_read(export: Path) -> None:
    rows = load(export / "comments.csv")
    save(export / "comments.csv", [[*reversed(row), extra] for row, extra in zip(rows, ["is-meta", *["false"] * 4], strict=True)])
    rows = load(export / "votes.csv")
    save(export / "votes.csv", [[*row, "important" if row[0] == "timestamp" else "1"] for row in rows])
    assert read_polis(export, today=TODAY).texts[3] == '의견 3: "차 없는 날",\n주말마다'


@pytest.mark.parametrize("name", ["votes.csv", "comments.csv", "participants-votes.csv"])
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(export: Path, tmp_path: Path, name: str) -> None:
    before = imported(tmp_path / "one", export).read_bytes()
    if name != "comments.csv":  # there a line end may belong to a text
        change(export / name, lambda text: text.replace("\n", "\r\n"))
    change(export / name, lambda text: "\ufeff" + text)
    assert imported(tmp_path / "two", export).read_bytes() == before


def test_the_fingerprint_is_the_one_of_sorted_lines(export: Path) -> None:
    lines = sorted((export / "votes.csv").read_bytes().splitlines(keepends=True))
    assert read_polis(export, today=TODAY).files["votes.csv"] == hashlib.sha256(b"".join(lines)).hexdigest()


# Which sign means agree


def turn(path: Path, columns: Callable[[str], bool]) -> None:
    """Negate the votes in some columns of a file."""
    header, *rows = load(path)
    other = {"1": "-1", "-1": "1"}
    save(path, [header, *[[other.get(v, v) if columns(h) else v for h, v in zip(header, row, strict=True)] for row in rows]])


def swap(path: Path, one: str, two: str) -> None:
    """Exchange two headers."""
    change(path, lambda text: text.replace(one, "\0", 1).replace(two, one, 1).replace("\0", two, 1))


def turn_all(folder: Path) -> None:
    """Give every file the signs of the database."""
    turn(folder / "votes.csv", lambda name: name == "vote")
    turn(folder / "participants-votes.csv", str.isdigit)
    swap(folder / "participants-votes.csv", "n-agree", "n-disagree")
    change(folder / "comments.csv", lambda text: text.replace("agrees,disagrees", "disagrees,agrees", 1))


def test_votes_with_the_signs_of_the_database_are_refused_and_not_turned(export: Path) -> None:
    turn(export / "votes.csv", lambda name: name == "vote")
    told = refused(export)
    assert "agrees and disagrees of comments.csv fit the votes only with the opposite sign" in told
    assert "participants-votes.csv fits the votes only with the opposite sign" in told


def test_authors_betray_an_export_whose_files_all_have_the_wrong_sign(tmp_path: Path) -> None:
    own = [(10 + one, one, 1, one) for one in range(6)] + [(50, 0, -1, 90)]
    folder = write(tmp_path, Said(own, authors={one: 10 + one for one in range(6)}, comments=6))
    read_polis(folder, today=TODAY)
    turn_all(folder)
    assert "6 authors disagree with their own comments and 0 agree" in refused(folder)


def test_the_analysis_of_polis_itself_witnesses_the_sign(export: Path) -> None:
    head = ["comment-id", "comment", "agrees", "disagrees", "passes", "votes", "comment-extremity", "group-0-votes"]
    rows = [[0, "a", 35, 24, 1, 60, 0.5, 25], [1, "b", 20, 20, 20, 60, "", 25], [3, 'c "d"\n', 0, 60, 0, 60, "", 25]]
    save(export / "comment-groups.csv", [head, *rows])
    read_polis(export, today=TODAY)
    turn_all(export)
    assert "comment-groups.csv, which Polis computes itself, agrees where the votes disagree" in refused(export)


# What is written


def test_nothing_that_is_written_points_at_a_person(export: Path, tmp_path: Path) -> None:
    change(export / "votes.csv", lambda text: text.replace(",7,", ",9123457,"))
    change(export / "participants-votes.csv", lambda text: text.replace("\n7,", "\n9123457,"))
    path = imported(tmp_path, export)
    assert path == tmp_path / "governance" / "consultations" / "car-free-days.yml"
    text = path.read_text(encoding="utf-8")
    assert "9123457" not in text
    assert "의견" not in text
    assert "voter" not in text
    assert "author" not in text
    paper = read_model(path, Consultation)
    assert (paper.participants, paper.votes, paper.opinion_groups) == (60, 180, 3)
    assert [(one.group, one.people) for one in paper.groups] == [(0, 25), (1, 20), (2, 15)]
    assert (paper.held_from, paper.held_until) == (dt.date(2026, 5, 6), dt.date(2026, 5, 6))
    first, second, hardly_seen = paper.comments
    assert first.overall is not None
    assert (first.overall.agree, first.overall.disagree, first.overall.passed) == (35, 24, 1)
    assert [part.seen for part in second.by_group] == [25, 20, 15]
    assert hardly_seen.overall is None
    assert hardly_seen.by_group == []
    assert [one.comment for one in paper.rejected] == [3]


def test_texts_are_written_only_where_a_steward_lets_them_through(export: Path, tmp_path: Path) -> None:
    paper = read_model(imported(tmp_path, export, texts=[1]), Consultation)
    assert [one.text for one in paper.comments] == [None, '의견 1: "차 없는 날",\n주말마다', None]
    with pytest.raises(UsageError, match="comment 3: the moderators rejected it") as fault:
        imported(tmp_path, export, texts=[3, 77])
    assert "comment 77: the consultation has none of this number" in str(fault.value)


def test_a_small_group_takes_the_next_one_with_it(tmp_path: Path) -> None:
    groups = {voter: 0 if voter < 30 else 1 if voter < 50 else 2 for voter in range(54)}
    votes = [(voter, 0, 1, voter) for voter in range(54)]
    path = imported(tmp_path, write(tmp_path / "export", Said(votes, groups=groups, comments=1)))
    paper = read_model(path, Consultation)
    assert [(one.group, one.people) for one in paper.groups] == [(0, 30)]
    assert [(part.group, part.seen) for part in paper.comments[0].by_group] == [(0, 30)]
    assert paper.group_informed_consensus(paper.comments[0]) is None


def test_fewer_than_ten_people_are_no_consultation(tmp_path: Path) -> None:
    folder = write(tmp_path / "export", Said([(voter, 0, 1, voter) for voter in range(9)], comments=1))
    with pytest.raises(GateRefused, match="9 people took part, fewer than 10"):
        imported(tmp_path, folder)


def test_the_threshold_may_be_raised_and_not_lowered(export: Path, tmp_path: Path) -> None:
    with pytest.raises(GateRefused, match="fewer than 10 people are not shown, asked for was 5"):
        imported(tmp_path, export, smallest=5)
    paper = read_model(imported(tmp_path, export, smallest=20), Consultation)
    assert [(one.group, one.people) for one in paper.groups] == [(0, 25)]


def test_a_second_state_of_a_consultation_is_refused(export: Path, tmp_path: Path) -> None:
    path = imported(tmp_path, export)
    before = path.read_bytes()
    said = consultation()
    later = write(tmp_path / "later", replace(said, votes=[*said.votes, (60, 0, 1, 900)]))
    with pytest.raises(GateRefused, match="holds another export"):
        imported(tmp_path, later)
    assert path.read_bytes() == before


def test_an_export_inside_governance_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "governance" / "polis", consultation())
    with pytest.raises(GateRefused, match="lies in governance"):
        imported(tmp_path, folder)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda paper: paper["groups"].append({"group": "none", "people": 4}), "group none: 4 people"),
        (lambda paper: paper["groups"][2].update(people=12), "participants: 60, 3 of them in groups that are not shown"),
        (lambda paper: paper["comments"][0]["by_group"][2].update(agree=10), "comment 0, the rest: 5"),
        (lambda paper: paper["comments"][0]["by_group"][2].update(group=9), "comment 0, group 9: 15 of 0 shown"),
        (lambda paper: paper["comments"][2].update(overall={"agree": 4, "disagree": 0, "pass": 0}), "comment 2, overall: 4"),
        (lambda paper: paper["comments"][0]["overall"].update(agree=3), "more people in the groups than overall"),
        (lambda paper: paper.update(votes=181), "votes: 181, the comments add up to 180"),
        (lambda paper: paper.update(smallest_group=5), "greater than or equal to 10"),
        (lambda paper: paper["rejected"][0].update(text="x"), "its text is not shown"),
        (lambda paper: paper["comments"].append(paper["rejected"].pop()), "rejected comments stand under rejected"),
        (lambda paper: paper.update(held_until=dt.date(2026, 5, 1)), "held_until lies before held_from"),
    ],
)
def test_numbers_edited_by_hand_are_refused(
    export: Path, tmp_path: Path, edit: Callable[[dict[str, object]], object], told: str
) -> None:
    paper = read_yaml(imported(tmp_path, export))
    parse_model(paper, Consultation, where="x")
    edit(paper)
    with pytest.raises(UsageError, match=told):
        parse_model(paper, Consultation, where="x")


# What may be shown, found out by trying everything that a reader could think of


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_no_size_of_a_withheld_group_can_be_worked_out(sizes: list[int]) -> None:
    people, least = np.array(sizes), 3
    shown = shown_groups(people, smallest=least)
    assert all(size >= least or size == 0 for size in people[shown])
    hidden = people[~shown]
    if len(hidden) and shown.any():
        possible = [p for p in itertools.product(range(1, hidden.sum() + 1), repeat=len(hidden)) if sum(p) == hidden.sum()]
        for place in range(len(hidden)):
            assert max(p[place] for p in possible) - min(p[place] for p in possible) >= least


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4))
def test_no_withheld_count_of_a_comment_can_be_worked_out(pairs: list[tuple[int, int]]) -> None:
    least = 3
    people = np.array([max(pair) for pair in pairs])
    seen = np.array([min(pair) for pair in pairs])
    shown = shown_counts(seen[None, :], people, smallest=least)[0]
    assert (seen[shown] >= least).all()
    assert (shown <= shown_groups(people, smallest=least)).all()
    rest = seen[~shown & (people > 0)]
    if shown.any() and rest.sum():
        possible = [p for p in itertools.product(range(rest.sum() + 1), repeat=len(rest)) if sum(p) == rest.sum()]
        for place in range(len(rest)):
            assert max(p[place] for p in possible) - min(p[place] for p in possible) >= least


# Bad input


@pytest.mark.parametrize(
    ("name", "edit", "told"),
    [
        ("votes.csv", lambda text: text.replace(",3,5,-1", ",3,5,2"), "votes.csv: line 131, vote: '2', allowed is -1, 0 or 1"),
        ("votes.csv", lambda text: text.replace(",3,5,-1", ",3,5,NaN"), "line 131, vote: 'NaN', allowed is -1, 0 or 1"),
        ("votes.csv", lambda text: text.replace(",3,5,-1", ",3,5,"), "line 131, vote: '', allowed is -1, 0 or 1"),
        ("votes.csv", lambda text: text.replace(",3,5,-1", ",3,-5,-1"), "line 131, voter-id: '-5', allowed is a whole number"),
        ("votes.csv", lambda text: text.replace(",3,5,-1", ",3,5"), "line 131: 4 values, the header has 5 columns"),
        ("votes.csv", lambda text: text.replace("voter-id", "voter_id"), "unknown column 'voter_id', did you mean 'voter-id'?"),
        ("votes.csv", lambda text: text.replace("datetime", "vote", 1), "there twice: vote"),
        ("votes.csv", lambda _: "", "votes.csv: the file is empty"),
        ("votes.csv", lambda text: text.splitlines()[0] + "\n", "there is no vote in it"),
        ("votes.csv", lambda text: text[: len(text) // 2], "header has 5 columns"),
        (
            "votes.csv",
            lambda text: "\n".join(text.splitlines()[:150]),
            "comments.csv: agrees or disagrees are not what votes.csv",
        ),
        ("votes.csv", lambda text: text.replace(f"{BEGIN + 105}", "2095000000000"), "line 67, timestamp: 2095000000000"),
        ("votes.csv", lambda text: text.replace(f"{BEGIN + 105}", "1778000000"), "line 67, timestamp: 1778000000"),
        (
            "votes.csv",
            lambda text: text.replace(",3,5,-1", ",44,5,-1"),
            "comments voted on that comments.csv does not have (1): 44",
        ),
        ("votes.csv", lambda text: text.replace(",5,", ",5555,"), "voters that participants-votes.csv does not have (1): 5555"),
        ("votes.csv", lambda text: text.replace(",5,", ",5555,"), "participants without a vote in votes.csv (1): 5"),
        ("comments.csv", lambda text: text[:-5], "odd number of quotes|unexpected end of data"),
        ("comments.csv", lambda text: text.replace('"의견 2', "의견 2", 1), "values, the header has 8 columns"),
        ("comments.csv", lambda text: text.replace("x,2,", "x,1,"), "comments that stand twice (1): 1"),
        ("comments.csv", lambda text: text.replace(",20,20,1,", ",20,21,1,"), "are not what votes.csv holds, on comments 1 (1)"),
        ("comments.csv", lambda text: text.replace(",35,25,1,", ",36,25,1,"), "are not what votes.csv holds, on comments 0 (1)"),
        ("comments.csv", lambda text: text.replace(",4,0,1,", ",4,0,7,"), "line 6, moderated: '7', allowed is -1, 0 or 1"),
        ("participants-votes.csv", lambda text: text.replace("\n5,0,", "\n5,a,"), "line 7, group-id: 'a'"),
        ("participants-votes.csv", lambda text: text.replace("\n5,0,", "\n5,-1,"), "line 7, group-id: '-1'"),
        ("participants-votes.csv", lambda text: text.replace("n-agree", "agree"), "did you mean 'n-agree'?"),
        (
            "participants-votes.csv",
            lambda text: text.replace("n-disagree,0", "n-disagree,comment-0"),
            "unknown column 'comment-0'",
        ),
        ("participants-votes.csv", lambda text: text.replace("n-disagree,0", "n-disagree,9"), "columns of comments that"),
        ("participants-votes.csv", lambda text: text.replace("n-disagree,0", "n-disagree,01"), "columns of the same comment"),
        ("participants-votes.csv", lambda text: text.replace("\n5,", "\n6,"), "participants who stand twice (1): 6"),
        (
            "participants-votes.csv",
            lambda text: text.replace("\n50,2,0,3,2", "\n50,2,0,3,1"),
            "n-agree is not what the row holds",
        ),
        (
            "participants-votes.csv",
            lambda text: text.replace("\n9,0,0,3,0,3,-1,", "\n9,0,0,3,0,2,0,"),
            "other votes than votes.csv",
        ),
        ("participants-votes.csv", lambda text: text.replace("\n9,0,0,3,0,3,-1,-1,,", "\n9,0,0,4,0,3,-1,-1,0,"), "does not have"),
        (
            "participants-votes.csv",
            lambda text: text.replace("n-disagree", "n-disagree," + ",".join(map(str, range(10, 1_000_010))), 1),
            "1,000,010 columns, allowed 20,000",
        ),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(export: Path, name: str, edit: Callable[[str], str], told: str) -> None:
    before = (export / name).read_text(encoding="utf-8")
    change(export / name, edit)
    assert (export / name).read_text(encoding="utf-8") != before, "the edit missed"
    found = refused(export)
    assert any(words in found for words in told.split("|")), found


def test_a_missing_file_is_named(export: Path) -> None:
    (export / "comments.csv").unlink()
    assert "comments.csv is missing" in refused(export)
    assert "no such folder" in refused(export / "nowhere")


def test_a_file_saved_by_excel_in_cp949_is_refused_with_a_way_out(export: Path) -> None:
    text = (export / "comments.csv").read_text(encoding="utf-8")
    (export / "comments.csv").write_bytes(text.encode("cp949"))
    told = refused(export)
    assert "comments.csv: line 2: not UTF-8, but CP949" in told
    assert "save it as UTF-8" in told


def test_many_faults_of_a_file_are_told_at_once_and_counted(export: Path) -> None:
    change(export / "votes.csv", lambda text: text.replace(",-1\n", ",-2\n"))
    told = refused(export)
    assert told.count("allowed is -1, 0 or 1") == 10
    assert "more" in told
