"""The files of ``governance/``: what each may say, that names and contents agree, and that no two tell different stories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from paper_city import PLACES, entries, kind_of, make_paper_city, put, rewrite
from workbench.errors import UsageError
from workbench.files import write_text
from workbench.governance.papers.examples import example, example_names
from workbench.governance.papers.links import MOST_DAYS
from workbench.governance.papers.reading import AHEAD, DONE, KINDS, days_done, papers_and_faults, read_papers
from workbench.governance.papers.references import check_references, named_results
from workbench.project import Project
from workbench.records import read_model

WORDS = {"ko": "글", "en": "text"}


@pytest.fixture
def city(tmp_path: Path) -> Project:
    return make_paper_city(tmp_path)


def refusal(city: Project, name: str) -> str:
    """What is said of one file."""
    with pytest.raises(UsageError) as caught:
        read_model(city.root / PLACES[name], KINDS[kind_of(name)].model)
    return str(caught.value)


def found(city: Project) -> str:
    return "\n".join(str(error) for error in check_references(city))


# --- what lies where


def test_every_example_is_read_from_where_it_belongs(city: Project) -> None:
    places = {city.relative(path) for kind in KINDS for path in read_papers(city, kind)}
    assert places == {PLACES[name] for name in example_names()}


def test_files_come_in_the_order_of_their_names(city: Project) -> None:
    assert [path.name for path in read_papers(city, "proposal")] == ["P-0001.yml", "P-0002.yml", "P-0003.yml"]


@pytest.mark.parametrize(
    ("name", "wrong", "inside"),
    [
        ("meeting", "M-0002.yml", "M-0001"),
        ("ballot", "C-2.yml", "P-0001/C-1"),
        ("ballot", "../P-0002/C-1.yml", "P-0001/C-1"),
        ("answer", "D-0001.2.yml", "D-0001"),
        ("approval", "G-1.yml", "C-2"),
        ("closing", "P-0001.deputy.yml", "P-0001"),
    ],
)
def test_a_file_under_another_name_is_refused_naming_both(city: Project, name: str, wrong: str, inside: str) -> None:
    (city.root / PLACES[name]).unlink()
    write_text(city.root / Path(PLACES[name]).parent / wrong, example(name))
    with pytest.raises(UsageError, match="the file is named ") as caught:
        read_papers(city, kind_of(name))
    assert Path(wrong).name.removesuffix(".yml") in str(caught.value)
    assert f"inside it says {inside}\n" in str(caught.value)


def test_a_deputys_ballot_has_a_name_of_its_own(city: Project) -> None:
    write_text(city.governance / "ballots" / "P-0001" / "C-1.deputy.yml", example("ballot"))
    assert [path.name for path in read_papers(city, "ballot")] == ["C-1.deputy.yml", "C-1.yml"]


@pytest.mark.parametrize("name", ["meeting", "proposal_charter", "ballot", "answer", "link", "approval"])
def test_files_that_belong_to_nothing_are_faults(city: Project, name: str) -> None:
    folder = (city.root / PLACES[name]).parent
    own = Path(PLACES[name]).name
    for allowed in (f"{own}.sig", f"{own}.C-1.sig", f"{own}.L-0001.sig", ".gitkeep"):
        write_text(folder / allowed, "signature")
    assert papers_and_faults(city, kind_of(name))[1] == []
    for stray in ("notes.txt", "X-1.yaml", f"{own}.bak", "M-0009.yml.G-1.sig", "M-0009.sig"):
        write_text(folder / stray, "")
    (folder / "folder").mkdir()
    with pytest.raises(UsageError, match="6 files cannot be used") as caught:
        read_papers(city, kind_of(name))
    assert str(caught.value).count("a signature of a file that is not here") == 2
    assert "folder: a folder that nobody reads" in str(caught.value)


def test_everything_wrong_in_a_folder_is_told_at_once(city: Project) -> None:
    for number in (2, 3):
        write_text(city.governance / "meetings" / f"M-000{number}.yml", "meeting: x\n")
    with pytest.raises(UsageError, match="2 files cannot be used") as caught:
        read_papers(city, "meeting")
    assert str(caught.value).count("'held_on' is missing") == 2


def test_an_unknown_kind_is_refused(city: Project) -> None:
    with pytest.raises(UsageError, match="did you mean 'meeting'"):
        read_papers(city, "meetings")


# --- days


def models_of(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_of(field.annotation)
    for part in get_args(annotation):
        yield from models_of(part)


def has_day(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return False
    return annotation is dt.date or any(has_day(part) for part in get_args(annotation))


def test_every_key_of_a_day_says_whether_it_was_done_or_lies_ahead() -> None:
    keys = {
        field.alias or name
        for kind in KINDS.values()
        for model in models_of(kind.model)
        for name, field in model.model_fields.items()
        if has_day(field.annotation)
    }
    assert keys == DONE | AHEAD
    assert not DONE & AHEAD


def test_the_newest_day_is_one_on_which_something_was_done(city: Project) -> None:
    days = {day for kind in KINDS for paper in read_papers(city, kind).values() for _, day in days_done(paper)}
    assert max(days) == dt.date(2026, 11, 20)  # not the due day, the expiry or the term, which lie later
    assert dt.date(2026, 10, 14) in days  # a ballot


def test_a_day_is_named_by_its_place(city: Project) -> None:
    [obstacle] = read_papers(city, "obstacle").values()
    assert [key for key, _ in days_done(obstacle)] == ["asked.asked_on", "answered.answered_on", "recorded_on"]


@pytest.mark.parametrize(
    "written", ["2026-10-19T10:00:00", "19.10.2026", "'20261019'", "20261019", "2026-10-19 00:00:00", "2026-W43-1"]
)
@pytest.mark.parametrize(("name", "key"), [("meeting", "held_on"), ("link", "issued_on"), ("answer", "answered_on")])
def test_a_day_in_any_other_form_is_refused(city: Project, name: str, key: str, written: str) -> None:
    lines = [f"{key}: {written}" if line.startswith(f"{key}:") else line for line in example(name).splitlines()]
    write_text(city.root / PLACES[name], "\n".join(lines))
    assert f"{key}: write the day alone, as 2026-11-22" in refusal(city, name)


def test_a_day_in_quotes_is_the_same_day(city: Project) -> None:
    before = read_papers(city, "meeting")
    rewrite(city, "meeting", held_on="2026-10-19")
    assert read_papers(city, "meeting") == before


# --- what one file may say


STEPS = {state: {"state": state, "done_on": "2026-12-01", "note": WORDS} for state in ("sent", "answered", "accepted", "refused")}
STEPS |= {state: {"state": state, "done_on": "2027-12-01"} for state in ("implemented", "measured")}
LATER = {"value": 15, "as_of": "2027", "source": WORDS}


def gauge(**after: Any) -> dict[str, Any]:
    return {"name": WORDS, "before": {"value": 0, "as_of": "2025", "source": WORDS}, **after}


@pytest.mark.parametrize(
    ("name", "changed", "reason"),
    [
        ("meeting", {"agenda": []}, "agenda: list should have at least 1 item"),
        ("meeting", {"present": {"government": ["G-1"], "experts": ["G-1"]}}, "seat G-1 is listed twice"),
        ("meeting", {"absent_excused": ["C-1"]}, "seat C-1 is listed twice"),
        ("meeting", {"present": {}}, "nobody was there"),
        ("meeting", {"next_meeting": dt.date(2026, 10, 19)}, "next_meeting: 2026-10-19 does not lie after 2026-10-19"),
        ("meeting", {"decisions": [{"text": WORDS, "due": dt.date(2026, 10, 1)}]}, "decisions.0: due on 2026-10-01, before"),
        ("meeting", {"minutes": {"ko": "한국어만"}}, "'minutes.en' is missing"),
        ("contribution", {"name": "someone"}, "unknown key 'name'"),
        ("contribution", {"reason": None}, "'adapted' needs a reason"),
        ("contribution", {"answered_by": None}, "'adapted' needs answered_by"),
        ("contribution", {"state": "open"}, "an open contribution has no reason yet"),
        ("contribution", {"state": "refused"}, "led_to: D-0001 cannot come of a contribution that is refused"),
        ("contribution", {"answered_on": dt.date(2026, 10, 1)}, "answered on 2026-10-01, before it was received"),
        ("contribution", {"left_out_because": None}, "published: part needs left_out_because"),
        ("contribution", {"published": "whole"}, "nothing was left out"),
        ("contribution", {"about": {}}, "give issue, result or proposal"),
        ("contribution", {"led_to": ["O-0001"]}, "led_to.0: string should match pattern"),
        ("data_request", {"due": dt.date(2026, 10, 1)}, "due on 2026-10-01, before it was asked"),
        ("data_request", {"closed_on": None}, "'dataset' needs closed_on; 'obstacle' needs closed_on"),
        ("data_request", {"dataset": None, "obstacle": None}, "closed_on needs what came of it"),
        ("data_request", {"closed_on": dt.date(2026, 10, 1)}, "closed on 2026-10-01, before it was asked"),
        ("data_request", {"asked_by": "someone"}, "asked_by: string should match pattern"),
        ("data_request", {"outcome": "granted"}, "unknown key 'outcome'"),
        ("obstacle", {"recorded_on": dt.date(2026, 10, 1)}, "before anybody was asked"),
        ("obstacle", {"answered": {"text": WORDS, "answered_on": dt.date(2026, 1, 1)}}, "answered on 2026-01-01, before"),
        ("obstacle", {"issues": ["fine-dust", "fine-dust"]}, "'fine-dust' is listed twice"),
        ("obstacle", {"kind": "secret"}, "kind: input should be 'personal', 'poor_quality' or 'privately_owned'"),
        ("recommendation", {"rests_on": []}, "rests_on: list should have at least 1 item"),
        ("recommendation", {"steps": []}, "steps: list should have at least 1 item"),
        ("recommendation", {"due": dt.date(2026, 11, 1)}, "due on 2026-11-01, before the first step"),
        ("recommendation", {"indicator": gauge(after=LATER)}, "there is a value after, and no step 'measured'"),
        ("link", {"expires_on": dt.date(2026, 10, 21)}, "does not lie after 2026-10-21"),
        ("link", {"expires_on": dt.date(2027, 2, 19)}, f"121 days after it was issued, allowed are {MOST_DAYS}"),
        ("link", {"answers": "C-0001"}, "answers: string should match pattern"),
        ("link", {"public_key": "ssh-rsa AAAA"}, "public_key: "),
        (
            "answer",
            {"outcome": "accepted"},
            "'accepted' does not fit D-0001, allowed: granted, granted_in_part, refused, information",
        ),
        ("answer", {"answer": "R-0001"}, "'granted_in_part' does not fit R-0001, allowed: accepted, accepted_in_part, refused"),
        ("answer", {"answer": "D-0001.1"}, "answer: string should match pattern"),
        ("answer", {"promised": [{"what": WORDS, "by": dt.date(2026, 11, 1)}]}, "promised.0: by 2026-11-01, before the answer"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_the_reason(
    city: Project, name: str, changed: dict[str, Any], reason: str
) -> None:
    rewrite(city, name, **changed)
    assert reason in refusal(city, name)


def test_a_link_may_hold_exactly_as_long_as_allowed(city: Project) -> None:
    rewrite(city, "link", expires_on=dt.date(2026, 10, 21) + dt.timedelta(days=MOST_DAYS))
    assert len(read_papers(city, "link")) == 1


@pytest.mark.parametrize(
    "states",
    ["sent", "sent answered", "sent refused", "sent answered accepted implemented measured", "sent accepted refused"],
)
def test_a_recommendation_goes_its_way(city: Project, states: str) -> None:
    steps = [STEPS[state] for state in states.split()]
    rewrite(city, "recommendation", steps=steps, indicator=gauge(**({"after": LATER} if "measured" in states else {})))
    [made] = read_papers(city, "recommendation").values()
    assert made.state == states.split()[-1]


@pytest.mark.parametrize(
    ("states", "reason"),
    [
        ("accepted", "steps.0: 'accepted' cannot stand as the first step, allowed: sent"),
        ("sent implemented", "'implemented' cannot stand after 'sent', allowed: answered, accepted, refused"),
        ("sent refused accepted", "'accepted' cannot stand after 'refused', nothing follows it"),
        ("sent sent", "'sent' cannot stand after 'sent'"),
        ("sent accepted implemented refused", "'refused' cannot stand after 'implemented', allowed: measured"),
        ("sent accepted implemented measured", "'measured' needs indicator.after"),
    ],
)
def test_a_recommendation_skips_no_step_and_ends_once(city: Project, states: str, reason: str) -> None:
    rewrite(city, "recommendation", steps=[STEPS[state] for state in states.split()])
    assert reason in refusal(city, "recommendation")


def test_steps_out_of_order_or_refused_without_a_word_are_named(city: Project) -> None:
    steps = [STEPS["sent"], {"state": "refused", "done_on": "2026-11-30"}]
    rewrite(city, "recommendation", steps=steps)
    message = refusal(city, "recommendation")
    assert "steps.1: 2026-11-30 lies before the step before it" in message
    assert "'refused' needs a note" in message


@pytest.mark.parametrize("as_of", ["2025", "2024-12-31", "2024Q4"])
def test_an_effect_is_measured_after_the_beginning(city: Project, as_of: str) -> None:
    steps = [STEPS[state] for state in ("sent", "accepted", "implemented", "measured")]
    rewrite(city, "recommendation", steps=steps, indicator=gauge(after={**LATER, "as_of": as_of}))
    assert f"as of {as_of}, which does not lie after 2025" in refusal(city, "recommendation")


def test_a_request_says_what_it_was_closed_as(city: Project) -> None:
    closed = [({}, "granted_in_part"), ({"obstacle": None}, "granted"), ({"obstacle": "O-0001", "dataset": None}, "refused")]
    for changed, outcome in [*closed, ({"closed_on": None, "obstacle": None}, None)]:
        rewrite(city, "data_request", **changed)
        [request] = read_papers(city, "data_request").values()
        assert request.closed_as == outcome


# --- whether the files fit together


def test_the_examples_fit_together(city: Project) -> None:
    assert found(city) == ""


@pytest.mark.parametrize(
    ("name", "changed", "reason"),
    [
        ("meeting", {"absent_excused": ["C-9"]}, "M-0001.yml: absent_excused: unknown seat 'C-9'"),
        ("meeting", {"present": {"government": ["G-1", "C-1"]}}, "present.government: seat C-1 belongs to civil_society"),
        ("meeting", {"present": {"citizens": ["E-1"]}}, "present.citizens: seat E-1 belongs to experts"),
        ("meeting", {"subgroup": "roadside"}, "subgroup: unknown subgroup 'roadside'\n  did you mean 'roadside-air'?"),
        ("meeting", {"decisions": [{"text": WORDS, "proposal": "P-0009"}]}, "decisions.0.proposal: unknown proposal 'P-0009'"),
        ("meeting", {"decisions": [{"text": WORDS, "responsible": "G-9"}]}, "decisions.0.responsible: unknown seat 'G-9'"),
        ("proposal_policies", {"proposed_by": "C-0009"}, "proposed_by: unknown contribution 'C-0009'"),
        ("proposal_policies", {"proposed_by": "C-9"}, "proposed_by: unknown seat 'C-9'"),
        (
            "contribution",
            {"about": {"issue": "fine-dusts"}},
            "about.issue: unknown issue 'fine-dusts'\n  did you mean 'fine-dust'?",
        ),
        ("contribution", {"about": {"proposal": "P-0007"}}, "about.proposal: unknown proposal 'P-0007'"),
        ("contribution", {"answered_by": "C-8"}, "answered_by: unknown seat 'C-8'"),
        ("contribution", {"led_to": ["R-0007"]}, "led_to: unknown recommendation 'R-0007'"),
        ("data_request", {"issue": "noise"}, "issue: unknown issue 'noise'"),
        ("data_request", {"proposal": "P-0007"}, "proposal: unknown proposal 'P-0007'"),
        ("data_request", {"asked_by": "C-0002"}, "asked_by: unknown contribution 'C-0002'"),
        ("data_request", {"asked_by": "G-7"}, "asked_by: unknown seat 'G-7'"),
        ("data_request", {"dataset": "traffic"}, "dataset: unknown dataset 'traffic'"),
        ("data_request", {"obstacle": "O-0002"}, "obstacle: unknown obstacle 'O-0002'"),
        ("data_request", {"obstacle": None}, "closed as granted, but answers/D-0001.yml says granted_in_part"),
        ("data_request", {"obstacle": None}, "O-0001.yml: request D-0001 was closed with no obstacle, not with O-0001"),
        ("data_request", {"closed_on": dt.date(2026, 11, 1)}, "closed on 2026-11-01, before the answer on 2026-11-16"),
        ("obstacle", {"issues": ["noise"]}, "issues: unknown issue 'noise'"),
        ("obstacle", {"request": "D-0002"}, "request: unknown data request 'D-0002'"),
        ("obstacle", {"request": None}, "D-0001.yml: obstacle O-0001 names no request, not D-0001"),
        ("recommendation", {"issue": "noise"}, "issue: unknown issue 'noise'"),
        ("recommendation", {"steps": [{**STEPS["sent"], "by": "G-8"}]}, "steps.0.by: unknown seat 'G-8'"),
        ("recommendation", {"steps": [STEPS["sent"], STEPS["answered"]]}, "'answered' on 2026-12-01, but there is no answer by"),
        ("recommendation", {"steps": [STEPS["sent"], STEPS["accepted"]]}, "no answer with outcome accepted or accepted_in_part"),
        ("link", {"answers": "R-0009"}, "answers: unknown recommendation 'R-0009'"),
        ("link", {"answers": "P-0001"}, "D-0001.yml: link L-0001 is for P-0001, not for D-0001"),
        ("link", {"issued_by": "C-7"}, "issued_by: unknown seat 'C-7'"),
        ("link", {"department": {"ko": "다른 부서", "en": "Another"}}, "link L-0001 was issued to 'Another', not to 'Department"),
        ("link", {"expires_on": dt.date(2026, 11, 15)}, "answered on 2026-11-16, but link L-0001 holds from 2026-10-21 to"),
        ("answer", {"link": "L-0002"}, "link: unknown link 'L-0002'"),
    ],
)
def test_what_does_not_fit_together_is_named(city: Project, name: str, changed: dict[str, Any], reason: str) -> None:
    rewrite(city, name, **changed)
    assert reason in found(city)


def test_a_request_cannot_be_closed_without_an_answer(city: Project) -> None:
    (city.root / PLACES["answer"]).unlink()
    assert "closed as granted_in_part, but there is no answers/D-0001.yml" in found(city)


def test_an_answer_to_nothing_is_named(city: Project) -> None:
    put(city, "governance/answers/R-0007.yml", {**entries(city, "answer"), "answer": "R-0007", "outcome": "information"})
    assert "R-0007.yml: answer: unknown recommendation 'R-0007'" in found(city)


def answer_again(city: Project, number: int, *, link: str = "L-0002", **changed: Any) -> None:
    put(city, "governance/links/L-0002.yml", {**entries(city, "link"), "link": "L-0002"})
    answer = {**entries(city, "answer"), "answer": f"D-0001.{number}", "link": link, "outcome": "granted", **changed}
    put(city, f"governance/answers/D-0001.{number}.yml", answer)


def test_the_newest_answer_holds(city: Project) -> None:
    answer_again(city, 2)
    assert "closed as granted_in_part, but answers/D-0001.2.yml says granted" in found(city)
    rewrite(city, "data_request", obstacle=None)
    rewrite(city, "obstacle", request=None)
    assert found(city) == ""


def test_a_link_is_for_one_answer(city: Project) -> None:
    answer_again(city, 2, link="L-0001")
    assert "D-0001.yml: link L-0001 was used by answers/D-0001.2.yml already" in found(city)


def test_answers_are_counted_without_a_gap_and_follow_each_other(city: Project) -> None:
    answer_again(city, 3)
    assert "answer 3 to D-0001, but answer 2 is missing" in found(city)
    (city.governance / "answers" / "D-0001.3.yml").unlink()
    answer_again(city, 2, answered_on=dt.date(2026, 11, 2))
    assert "D-0001.2.yml: answered on 2026-11-02, before the answer before it on 2026-11-16" in found(city)


def test_an_accepted_recommendation_has_both_the_answer_and_the_step(city: Project) -> None:
    put(city, "governance/links/L-0002.yml", {**entries(city, "link"), "link": "L-0002", "answers": "R-0001"})
    answer = {**entries(city, "answer"), "answer": "R-0001", "link": "L-0002", "outcome": "accepted_in_part"}
    put(city, "governance/answers/R-0001.yml", answer)
    assert "R-0001.yml: answers/R-0001.yml says accepted_in_part, but no step says 'accepted'" in found(city)
    rewrite(city, "recommendation", steps=[STEPS["sent"], STEPS["accepted"]])
    assert found(city) == ""


def test_a_seat_of_former_days_may_still_be_named(city: Project) -> None:
    members = entries(city, "members")
    put(city, "governance/founding/members.yml", members)
    rewrite(city, "members", seats={seat: held for seat, held in members["seats"].items() if seat != "C-2"}, subgroups=None)
    assert found(city) == ""


def test_a_faulty_file_is_told_once_and_hides_no_other_fault(city: Project) -> None:
    write_text(city.root / PLACES["members"], "seats: {}\nseat: 1\n")
    write_text(city.catalog, "datasets: 1\n")
    rewrite(city, "recommendation", issue="noise")
    messages = [str(error) for error in check_references(city)]
    assert len(messages) == 3
    assert {"members.yml", "data_catalog.yml", "R-0001.yml"} == set(_names(messages))


def _names(messages: list[str]) -> Iterator[str]:
    for message in messages:
        yield Path(message.split(":")[0].split(",")[0]).name


def test_results_that_are_named_are_listed_with_who_names_them(city: Project) -> None:
    places = [PLACES["recommendation"], PLACES["contribution"]]
    assert named_results(city) == {"fine-dust/1#roadside_gap": places}
