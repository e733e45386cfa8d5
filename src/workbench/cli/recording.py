"""``workbench minutes``, ``request-data`` and the small records: written whole from answers or from a file, never in part."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from workbench.cli.asking import (
    ask,
    ask_bilingual,
    ask_choice,
    ask_lines,
    ask_seat,
    ask_text,
    ask_words,
    confirm,
    read_day,
    require_terminal,
)
from workbench.cli.commands import today_of
from workbench.cli.finishing import Done, Files, names, sign, write
from workbench.cli.proposing import FILE, read_record
from workbench.errors import DONE, UsageError, combine
from workbench.governance import Governance, read_governance
from workbench.governance.acts.contributing import draft_recommendation, draft_response, draft_step
from workbench.governance.acts.drafts import Draft
from workbench.governance.acts.minuting import draft_approval_of_minutes, draft_minutes
from workbench.governance.acts.requesting import draft_closed_request, draft_obstacle, draft_request
from workbench.governance.deciding.approved import minutes_of
from workbench.governance.papers.fields import SIDE_WORDS, SIDES
from workbench.project import Project

OBSTACLES = ("personal", "poor_quality", "privately_owned")


def minutes(project: Project, options: argparse.Namespace) -> int:
    """Write the minutes of a meeting, or approve them as a steward."""
    today = today_of(options)
    governance = read_governance(project, today=today)
    if options.meeting is not None:
        stewards = {name: seat for name, seat in governance.members.seats.items() if seat.side and seat.has_role("steward")}
        seat = options.seat or ask_seat("승인하는 운영 자리 / the steward's seat", stewards)

        def drafted() -> Draft:
            fresh = read_governance(project, today=today)
            return draft_approval_of_minutes(fresh, options.meeting, signer=seat, today=today)

        sign(project, options, drafted, then=lambda _: _minutes_next(read_governance(project, today=today), options.meeting))
        return DONE
    record = read_record(options.from_file, drop=("meeting",)) if options.from_file else _minutes_record(governance, today)

    def draft() -> Files:
        return draft_minutes(read_governance(project, today=today), record, today=today)

    write(project, options, draft, then=lambda done: _minutes_next(read_governance(project, today=today), done.paths[0].stem))
    return DONE


def _minutes_next(governance: Governance, meeting: str) -> str:
    found = minutes_of(governance)[meeting]
    if found.approved:
        return f"both sides approved the minutes {meeting}"
    side = next(side for side in SIDES if side not in found.signed.by)
    stewards = governance.members.with_role("steward", side=side)
    return f"a steward of {SIDE_WORDS[side]} approves ({names(stewards)}): workbench minutes {meeting} --seat {stewards[0]}"


def _seats_of(governance: Governance, group: str) -> list[str]:
    """Every seat of a side or a standing, under any of the versions of the seats: minutes may be of an earlier day."""
    seats = {name: seat for charter in governance.register.charters for name, seat in charter.members.seats.items()}
    return [name for name, seat in seats.items() if group in (seat.side, f"{seat.standing}s")]


def _only(seats: Sequence[str]) -> Callable[[str], list[str]]:
    def read(answer: str) -> list[str]:
        named = answer.replace(",", " ").split()
        for seat in named:
            if seat not in seats:
                raise ValueError(f"'{seat}' is none of: {', '.join(seats)}")
        return named

    return read


def _minutes_record(governance: Governance, today: dt.date) -> dict[str, Any]:
    require_terminal(FILE, "the minutes")
    record: dict[str, Any] = {
        "title": ask_bilingual("회의 이름", "What the meeting is called", option=FILE),
        "held_on": ask("열린 날 / held on", option=FILE, read=read_day, default=today),
        "agenda": [],
        "present": {},
    }
    while not record["agenda"] or confirm("안건이 더 있나요? / another item?"):
        record["agenda"].append(ask_bilingual("안건", "Agenda item", option=FILE))
    for group, shown in (
        ("government", "행정 측 참석 / present for government"),
        ("civil_society", "시민사회 측 참석 / present for civil society"),
        ("experts", "전문가 / experts"),
        ("citizens", "시민 / citizens"),
    ):
        held = _seats_of(governance, group)
        record["present"][group] = ask(f"{shown} ({' '.join(held) or '-'})", option=FILE, read=_only(held)) if held else []
    record["minutes"] = {
        "ko": ask_lines("논의한 내용 (한국어)", option=FILE),
        "en": ask_lines("What was said (English)", option=FILE),
    }
    record["decisions"] = []
    while confirm("정한 일을 더 적을까요? / add a decision?"):
        record["decisions"].append({"text": ask_bilingual("정한 일", "What was decided", option=FILE)})
    return record


def request_data(project: Project, options: argparse.Namespace) -> int:
    """Ask for data, or close a request as the official answer says."""
    today = today_of(options)
    governance = read_governance(project, today=today)
    if options.close:

        def closed() -> Files:
            fresh = read_governance(project, today=today)
            return draft_closed_request(fresh, options.close, dataset=options.dataset, obstacle=options.obstacle, today=today)

        write(project, options, closed, then=lambda _: "workbench check")
        return DONE
    if options.dataset or options.obstacle:
        raise UsageError("--dataset and --obstacle go with --close", hint="workbench request-data --close D-0001 --dataset NAME")
    record = read_record(options.from_file, drop=("data_request",)) if options.from_file else _request_record(governance, options)

    def draft() -> Files:
        return draft_request(read_governance(project, today=today), record, today=today)

    def then(done: Done) -> str:
        return f"a steward sends the holder a link: workbench governance link {done.paths[0].stem} --seat G-1"

    write(project, options, draft, then=then)
    return DONE


def _request_record(governance: Governance, options: argparse.Namespace) -> dict[str, Any]:
    require_terminal(FILE, "the request for data")
    record: dict[str, Any] = {"asked_by": ask_seat("요청하는 자리 / who asks", governance.members.seats, given=options.seat)}
    issues = governance.issues()
    if issues:
        record["issue"] = ask_choice("도시문제 / urban issue", issues, option=FILE)
    record["what"] = ask_bilingual("어떤 자료", "Which data", option=FILE)
    record["question"] = ask_bilingual("답하려는 물음", "The question that needs it", option=FILE)
    record["holder"] = ask_bilingual("가진 곳", "Who holds it", option=FILE)
    return record


def obstacle(project: Project, options: argparse.Namespace) -> int:
    """Record data that could not be had."""
    today = today_of(options)
    governance = read_governance(project, today=today)
    record = read_record(options.from_file, drop=("obstacle",)) if options.from_file else _obstacle_record(governance, today)

    def draft() -> Files:
        return draft_obstacle(read_governance(project, today=today), record, today=today)

    def then(done: Done) -> str:
        request = record.get("request")
        return f"workbench request-data --close {request} --obstacle {done.paths[0].stem}" if request else "workbench check"

    write(project, options, draft, then=then)
    return DONE


def _obstacle_record(governance: Governance, today: dt.date) -> dict[str, Any]:
    require_terminal(FILE, "the obstacle")
    record: dict[str, Any] = {
        "kind": ask_choice("종류 / kind", OBSTACLES, option=FILE),
        "issues": [ask_choice("도시문제 / urban issue", governance.issues(), option=FILE)],
        "what": ask_bilingual("없는 자료와 말할 수 없는 것", "Missing data, and what cannot be said", option=FILE),
        "asked": {
            "who": ask_bilingual("누구에게 물었는지", "Who was asked", option=FILE),
            "asked_on": ask("물은 날 / asked on", option=FILE, read=read_day, default=today),
        },
    }
    request = ask("자료 요청 번호 / request for data (empty: none)", option=FILE, read=str)
    if request:
        record["request"] = request
    text = ask_words("받은 답 / what was answered", option=FILE, required=False)
    if text:
        day = ask("답한 날 / answered on", option=FILE, read=read_day, default=today)
        record["answered"] = {"text": text, "answered_on": day}
    record["instead"] = ask_bilingual("대신 한 일", "What was done instead", option=FILE)
    return record


def respond(project: Project, options: argparse.Namespace) -> int:
    """Answer a citizen's contribution."""
    today = today_of(options)
    governance = read_governance(project, today=today)
    seat = ask_seat("답하는 자리 / the seat that answers", governance.members.seats, given=options.seat)
    state = ask_choice("결과 / what became of it", ("adopted", "adapted", "refused"), option="--state", given=options.state)
    given = (options.reason, options.reason_en)
    reason = ask_words("이 의견만을 위한 이유 / the reason, for this one alone", option="--reason", required=True, given=given)

    def draft() -> Files:
        fresh = read_governance(project, today=today)
        return draft_response(
            fresh, options.contribution, seat=seat, state=state, reason=reason or {}, led_to=options.led_to, today=today
        )

    write(project, options, draft, then=lambda _: "workbench check")
    return DONE


def recommend(project: Project, options: argparse.Namespace) -> int:
    """Recommend something to a department, or record how far a recommendation has come."""
    today = today_of(options)
    governance = read_governance(project, today=today)
    seat = options.seat and ask_seat("", governance.members.seats, given=options.seat)
    if options.recommendation is None:
        if not options.from_file:
            raise UsageError(
                "which recommendation? give R-0001 with --step, or --from FILE.yml for a new one",
                hint="begin from: workbench governance example recommendation",
            )
        record = read_record(options.from_file, drop=("recommendation",))

        from workbench.cli.checking import unreleased  # it knows every room; the other records need none of them

        def made() -> Files:
            files = draft_recommendation(read_governance(project, today=today), record, seat=seat, today=today)
            unknown = unreleased(project, {result: ["rests_on"] for result in record["rests_on"]})
            if unknown:
                raise combine([fault.message for fault in unknown], where="recommendation", hint=unknown[0].hint)
            return files

        def then(done: Done) -> str:
            return f"a steward sends the department a link: workbench governance link {done.paths[0].stem} --seat G-1"

        write(project, options, made, then=then)
        return DONE
    steps = ("answered", "accepted", "implemented", "measured", "refused")
    step = ask_choice("다음 단계 / next step", steps, option="--step", given=options.step)
    given, required = (options.note, options.note_en), step == "refused"
    asked = required or any(given) or options.step is None
    note = ask_words("설명 / note", option="--note", required=required, given=given) if asked else None
    after: dict[str, Any] | None = None
    if step == "measured":
        given = (options.source_ko, options.source_en)
        after = {
            "value": ask("시행 뒤 값 / value after", option="--value", read=float, given=options.value),
            "as_of": ask_text("기준 시점 / as of", option="--as-of", given=options.as_of),
            "source": ask_bilingual("출처", "Source", option="--source", given=given),
        }

    def draft() -> Files:
        fresh = read_governance(project, today=today)
        return draft_step(fresh, options.recommendation, state=step, seat=seat, note=note, after=after, today=today)

    write(project, options, draft, then=lambda _: "workbench check")
    return DONE
