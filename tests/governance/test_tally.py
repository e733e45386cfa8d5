"""The tally: counted per side, exact at every edge, and the same whatever lies beside the ballots that count."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decided_city import NOW, SEATS, answers_of, cast, forged_ballot, key_on, put_tree, tree_of
from signed import RULES, TODAY, close, decide, found, governance_of, key_of, propose_issue, seat, vacant, vote, words
from workbench.governance.deciding.tally import SideCount, Vote, both_agree, count_side, count_sides, dissent
from workbench.governance.papers.members import Members
from workbench.governance.papers.rules import Rules, needed, reaches
from workbench.governance.signing import private_key_from_seed, sign
from workbench.project import Project

CHOICES = ("yes", "no", "block", "abstain")
SIDE_OF = {"G": "government", "C": "civil_society"}
STEWARD = {"all": ["steward"]}


def counted(name: str, choice: str) -> Vote:
    """A ballot that counts, as the tally gets it."""
    side = SIDE_OF.get(name[0])
    return Vote(
        seat=name,
        side=side,
        standing=None if side else "expert",
        vote=choice,
        reason=None,
        conflict_of_interest=None,
        cast_on=TODAY,
        by_deputy=False,
        file=f"{name}.yml",
        sha256="0" * 64,
    )


def rules_of(**shares: str) -> Rules:
    """Rules in which both sides have the same shares."""
    both = {name: dict.fromkeys(("government", "civil_society"), share) for name, share in shares.items()}
    return Rules.model_validate({**RULES, **both})


def small_members(seats: int, empty: int = 0) -> Members:
    """So many seats on each side, the last of them vacant."""
    names = [f"{letter}-{number}" for letter in "GC" for number in range(1, seats + 1)]
    filled = {name: (vacant if int(name[2:]) > seats - empty else seat)(name) for name in names}
    return Members.model_validate({"seats": filled})


MEMBERS = {size: small_members(size) for size in range(1, 8)}
SHARES = st.builds(
    lambda word, low, high: f"{word} {low}/{high}",
    st.sampled_from(["at least", "more than"]),
    st.integers(1, 6),
    st.integers(7, 12),
)


def plain_oracle(choices: dict[str, str], *, seats: int, quorum: str, majority: str) -> bool:
    """Whether both sides agree, written anew from the words of the rules."""

    def enough(part: int, whole: int, share: str) -> bool:
        words_, _, number = share.rpartition(" ")
        if whole == 0:
            return False
        return Fraction(part, whole) >= Fraction(number) if words_ == "at least" else Fraction(part, whole) > Fraction(number)

    for letter in "GC":
        mine = [choice for name, choice in choices.items() if name.startswith(letter)]
        opinions = [choice for choice in mine if choice != "abstain"]
        if not enough(len(mine), seats, quorum) or not enough(opinions.count("yes"), len(opinions), majority):
            return False
    return True


@settings(max_examples=300, deadline=None)
@given(size=st.integers(1, 7), quorum=SHARES, majority=SHARES, draw=st.data())
def test_the_tally_is_what_the_words_of_the_rules_say(size, quorum, majority, draw):
    names = [*MEMBERS[size].seats, "E-1", "E-2"]
    choices = draw.draw(st.dictionaries(st.sampled_from(names), st.sampled_from(CHOICES)))
    votes = [counted(name, choice) for name, choice in choices.items()]
    found_ = count_sides(votes, members=MEMBERS[size], rules=rules_of(quorum=quorum, majority=majority))
    assert both_agree(found_) == plain_oracle(choices, seats=size, quorum=quorum, majority=majority)


@settings(max_examples=100, deadline=None)
@given(choices=st.dictionaries(st.sampled_from([*MEMBERS[6].seats, "E-1"]), st.sampled_from(CHOICES)), seed=st.integers())
def test_no_order_of_ballots_changes_a_count(choices, seed):
    votes = [counted(name, choice) for name, choice in choices.items()]
    shuffled = random.Random(seed).sample(votes, len(votes))
    rules = rules_of()
    assert count_sides(votes, members=MEMBERS[6], rules=rules) == count_sides(shuffled, members=MEMBERS[6], rules=rules)
    assert dissent(votes) == dissent(shuffled)


@settings(max_examples=200, deadline=None)
@given(
    word=st.sampled_from(["at least", "more than"]),
    low=st.integers(1, 9999),
    high=st.integers(1, 9999),
    part=st.integers(0, 500),
    whole=st.integers(0, 500),
)
def test_shares_are_compared_exactly(word, low, high, part, whole):
    share = f"{word} {low}/{high}"
    exact = Fraction(part, whole) if whole else None
    reached = exact is not None and (exact > Fraction(low, high) if word == "more than" else exact >= Fraction(low, high))
    assert reaches(share, part, whole) == reached


@given(
    word=st.sampled_from(["at least", "more than"]), low=st.integers(1, 12), high=st.integers(12, 13), whole=st.integers(1, 200)
)
def test_the_number_needed_is_the_least_that_reaches(word, low, high, whole):
    share = f"{word} {low}/{high}"
    least = needed(share, whole)
    assert least == whole + 1 or reaches(share, least, whole)
    assert not reaches(share, least - 1, whole)


def side_of(choices: str, *, seats: int, empty: int = 0, **shares: str) -> SideCount:
    """One side's count of ballots written as letters: y, n, b, a."""
    letters = {choice[0]: choice for choice in CHOICES}
    votes = [counted(f"G-{number}", letters[letter]) for number, letter in enumerate(choices, start=1)]
    return count_side(votes, side="government", seats=seats, vacant=empty, rules=rules_of(**shares))


@pytest.mark.parametrize(
    ("choices", "share", "reached"),
    [
        ("yyyynn", "at least 2/3", True),
        ("yyyynn", "more than 2/3", False),
        ("yyynnn", "more than 1/2", False),
        ("yyynnn", "at least 1/2", True),
        ("yyyynnnn", "more than 1/2", False),
        ("yyyyynnn", "more than 1/2", True),
        ("yyyybb", "at least 2/3", True),
        ("yyybbb", "more than 1/2", False),
    ],
)
def test_a_majority_is_exact_at_its_edge(choices, share, reached):
    assert side_of(choices, seats=8, majority=share).majority_reached is reached


def test_an_abstention_counts_for_the_quorum_alone():
    assert side_of("ya", seats=4, majority="more than 1/2").agrees
    assert not side_of("y", seats=4).quorum_reached
    assert not side_of("aaaa", seats=4).majority_reached


def test_vacant_seats_count_for_the_quorum():
    assert side_of("yyy", seats=6, empty=3).quorum_reached
    assert not side_of("yy", seats=6, empty=4).quorum_reached
    members = small_members(4, empty=3)
    found_ = count_sides([counted("G-1", "yes"), counted("C-1", "yes")], members=members, rules=rules_of())
    assert not both_agree(found_)
    assert found_["government"].vacant == 3
    assert found_["government"].quorum_needed == 2


def test_a_side_without_seats_agrees_to_nothing():
    members = Members.model_validate({"seats": {"G-1": seat("G-1")}})
    assert not both_agree(count_sides([counted("G-1", "yes")], members=members, rules=rules_of()))


def six_and_three(root) -> Project:
    """A project of six seats of government and three of civil society."""
    project = Project(root=root)
    names = [*(f"G-{number}" for number in range(1, 7)), *(f"C-{number}" for number in range(1, 4))]
    seats = {name: seat(name, **({"roles": STEWARD} if name.endswith("-1") else {})) for name in names}
    found(project, seats=seats)
    return project


def test_six_of_government_against_none_of_three_in_civil_society_is_not_agreed(tmp_path):
    project = six_and_three(tmp_path)
    proposal = propose_issue(project, "noise")
    for name in governance_of(project).members.seats:
        vote(project, proposal, name, "yes" if name[0] == "G" else "no")
    close(project, proposal)
    tally = governance_of(project).tally(proposal)
    assert tally.outcome == "not agreed"
    assert (tally.sides["government"].yes, tally.sides["civil_society"].no) == (6, 3)
    assert "civil society: 0 yes, 3 no, 0 block, 0 abstain; majority missed (more than 1/2)" in tally.why()
    assert [one.seat for one in tally.dissent] == ["C-1", "C-2", "C-3"]


def test_experts_are_shown_and_not_counted(city):
    before = governance_of(city, today=NOW).tally("P-0003")
    assert [one.seat for one in before.advice] == ["E-1"]
    assert sum(side.cast for side in before.sides.values()) == len(before.votes) - 1
    cast(city, "P-0007", {"E-1": "block", "E-2": "no", "Z-1": "no"}, day=NOW)
    after = governance_of(city, today=NOW).tally("P-0007")
    assert [one.seat for one in after.advice] == ["E-1", "E-2", "Z-1"]
    assert [one.seat for one in after.blocks] == []
    assert after.sides["government"].no == after.sides["government"].block == 0


STRANGER = private_key_from_seed(b"another city's".ljust(32))


def foreign_files(tree: dict[str, bytes], proposal: str, draw: random.Random) -> dict[str, bytes]:
    """Files that nobody of this vote put there: duplicates, late, foreign, damaged."""
    box = f"governance/ballots/{proposal}/"
    ballots = [name for name in tree if name.startswith(box) and name.endswith(".yml")]
    made: dict[str, bytes] = {}
    for number in range(draw.randrange(1, 5)):
        some = draw.choice(ballots)
        other = draw.choice([name for name in tree if "/ballots/" in name and name.endswith(".yml")])
        kind = draw.randrange(9)
        copied = f"{box}{draw.choice(['copy', 'C-1 (1)', 'C-77', 'E-2', 'Z-1', 'notes', 'G-3.deputy'])}.yml"
        if kind == 0:  # the same bytes under another name
            made |= {copied: tree[some], f"{copied}.sig": tree[f"{some}.sig"]}
        elif kind == 1:  # the ballot of another vote
            made |= {copied: tree[other], f"{copied}.sig": tree[f"{other}.sig"]}
        elif kind == 2:  # a stranger in a free seat
            made |= forged_ballot(tree, proposal, "C-9", STRANGER)
        elif kind == 3:  # another project's key in a seat's deputy
            made |= forged_ballot(tree, proposal, "C-2.deputy", STRANGER)
        elif kind == 4:  # the deputy beside the holder
            made |= forged_ballot(tree, proposal, "G-3.deputy", key_of("G-3.deputy"), vote="abstain")
        elif kind == 5:  # one who advises
            made |= forged_ballot(tree, proposal, "E-2", key_of("E-2"), cast_on=TODAY + dt.timedelta(days=draw.randrange(8)))
        elif kind == 6:  # no ballot at all
            made[f"{box}{draw.choice(['note.txt', 'C-1.yml.bak', 'C-8.yml.sig', '.hidden'])}"] = draw.randbytes(
                draw.randrange(40)
            )
        elif kind == 7:  # not YAML
            made[f"{box}X-{number + 1}.yml"] = draw.choice(
                [b"", b"- 1", b"vote: yes\nvote: no\n", b"<<<<<<< mine\n", b"\xff\xfe"]
            )
        else:  # signed for something else
            content = tree[some]
            made |= {f"{box}C-8.yml": content, f"{box}C-8.yml.sig": sign(content, key_of("C-1"), namespace="git")}
    return {name: content for name, content in made.items() if name not in tree}


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), proposal=st.sampled_from(["P-0001", "P-0003", "P-0006", "P-0007"]))
def test_no_duplicate_late_or_foreign_ballot_changes_an_outcome_or_a_count(history, tmp_path_factory, seed, proposal):
    project = history.lay_out(tmp_path_factory.mktemp("box"))
    tree = tree_of(project)
    before = governance_of(project, today=NOW).tally(proposal)
    put_tree(project.root, foreign_files(tree, proposal, random.Random(seed)))
    after = governance_of(project, today=NOW).tally(proposal)
    assert (after.outcome, after.sides, after.dissent, after.faults) == (
        before.outcome,
        before.sides,
        before.dissent,
        before.faults,
    )
    assert set(tree) <= set(tree_of(project))
    deciding = [one for one in after.votes if one.side]
    assert deciding == [one for one in before.votes if one.side]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_order_in_which_files_were_written_changes_a_byte(history, tmp_path_factory, seed):
    tree = list(history.days[-1].items())
    random.Random(seed).shuffle(tree)
    project = Project(root=tmp_path_factory.mktemp("shuffled"))
    put_tree(project.root, dict(tree))
    assert bytes_of(project) == bytes_of(history.lay_out(tmp_path_factory.mktemp("plain")))


def bytes_of(project: Project) -> dict[str, str]:
    """Every tally as JSON."""
    governance = governance_of(project, today=NOW)
    return {name: governance.tally(name).model_dump_json() for name in governance.register.proposals}


def test_a_checkout_with_windows_line_ends_gives_the_same_bytes(history, tmp_path):
    unix, windows = history.lay_out(tmp_path / "unix"), Project(root=tmp_path / "windows")
    put_tree(windows.root, {name: content.replace(b"\n", b"\r\n") for name, content in history.days[-1].items()})
    assert bytes_of(windows) == bytes_of(unix)
    assert answers_of(windows) == answers_of(unix)


SHOW = """
import datetime as dt, sys
from pathlib import Path
from workbench.governance import read_governance
from workbench.project import Project
governance = read_governance(Project(root=Path(sys.argv[1])), today=dt.date(2026, 11, 28))
for name in sorted(governance.register.proposals):
    print(governance.tally(name).model_dump_json())
"""


@pytest.mark.parametrize(
    ("zone", "language"), [("Asia/Seoul", "C"), ("America/Lima", "ko_KR.UTF-8"), ("Pacific/Kiritimati", "POSIX")]
)
def test_the_time_zone_and_language_of_the_machine_change_nothing(city, zone, language):
    environment = {"TZ": zone, "LC_ALL": language, "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "7", "PYTHONUTF8": "1"}
    told = subprocess.run(
        [sys.executable, "-c", SHOW, str(city.root)], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines() == [text for _, text in sorted(bytes_of(city).items())]


def test_an_older_ballot_of_the_same_seat_changes_nothing_under_any_name(history, city):
    older, newer = history.versions()["governance/ballots/P-0006/C-4.yml"]
    assert b"vote: 'yes'" in older.replace(b"vote: yes", b"vote: 'yes'")
    assert b"vote: no" in newer.replace(b"'", b"")
    signature = history.versions()["governance/ballots/P-0006/C-4.yml.sig"][0]
    before = governance_of(city, today=NOW).tally("P-0006")
    for name in ("C-4 old", "C-4.deputy", "C-44", "c-4"):
        place = f"governance/ballots/P-0006/{name}.yml"
        put_tree(city.root, {place: older, f"{place}.sig": signature})
    after = governance_of(city, today=NOW).tally("P-0006")
    assert (after.outcome, after.votes, after.sides) == (before.outcome, before.votes, before.sides)
    assert [item.file for item in after.refused] == ["C-4 old.yml", "C-4.deputy.yml", "C-44.yml", "c-4.yml"]


def test_everyone_who_decides_and_votes_yes_is_unanimous(tmp_path):
    project = Project(root=tmp_path)
    found(project, seats=SEATS)
    proposal = propose_issue(project, "noise")
    vote(project, proposal, "E-1", "no")
    decide(project, proposal)
    tally = governance_of(project).tally(proposal)
    assert tally.unanimous
    assert [one.seat for one in tally.dissent] == ["E-1"]
    assert tally.why().startswith("government: 4 yes, 0 no, 0 block, 0 abstain | civil society: 4 yes")


def test_a_conflict_of_interest_and_a_reason_are_shown_as_written(city):
    said = words("my organisation owns the sensors")
    vote_on = {"signer": "C-4", "choice": "abstain"}
    vote(city, "P-0007", vote_on["signer"], vote_on["choice"], today=NOW, conflict_of_interest=said)
    tally = governance_of(city, today=NOW).tally("P-0007")
    shown = next(one for one in tally.votes if one.seat == "C-4").conflict_of_interest
    assert shown is not None
    assert shown.en == said["en"]
    assert key_on("C-3", NOW) != key_of("C-3")
