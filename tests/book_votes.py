"""The governance of the sample book: seats, votes of every outcome, and one paper of each kind, all signed."""

# ruff: noqa: E501 (texts of two languages stand side by side)
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from signed import (
    ADOPT,
    AGE,
    ISSUE,
    RULES,
    adopt,
    close,
    decide,
    found,
    governance_of,
    key_of,
    propose_charter,
    seat,
    vacant,
    vote,
    write_proposal,
)
from workbench.files import read_yaml, write_text
from workbench.governance.acts.answering import answer_through, draft_countersignature
from workbench.governance.acts.contributing import draft_recommendation
from workbench.governance.acts.drafts import record_bytes, sign_draft, write_papers
from workbench.governance.acts.linking import draft_link
from workbench.governance.acts.minuting import draft_approval_of_minutes, draft_minutes
from workbench.governance.acts.requesting import draft_closed_request, draft_obstacle, draft_request
from workbench.governance.papers.ballots import Ballot
from workbench.governance.signing import sign, signature_path
from workbench.project import Project
from workbench.records import dump_yaml

FOUNDED = dt.date(2026, 9, 1)
VOTED = dt.date(2026, 10, 15)
CHANGED = dt.date(2026, 11, 2)
MET = dt.date(2026, 11, 5)
OPENED = dt.date(2026, 11, 10)

BLOCK = "측정소가 너무 적습니다.\n<b>한 곳</b>의 값을 동네 전체의 값처럼 쓰면 안 됩니다.\n\n```{raw} html\n<script>window.broken=2</script>\n```"
"""The reason of a block, in one language, with everything that would be markup somewhere."""

NO = {"ko": "예산이 정해지기 전입니다.", "en": "The budget is not decided yet."}
ADVICE = {"en": "Calibrate the stations first."}


def two(ko: str, en: str) -> dict[str, str]:
    return {"ko": ko, "en": en}


SEATS: dict[str, Any] = {
    "G-1": seat(
        "G-1",
        title=two("시 검토 담당", "City checker"),
        roles={"all": ["steward", "checker"]},
        duties=[two("회의록에 서명합니다.", "Signs minutes.")],
    ),
    "G-2": seat("G-2", title=two("시 분석 담당", "City analyst"), roles={"fine-dust": ["analyst"]}),
    "C-1": seat("C-1", title=two("시민사회 검토 담당", "Civil-society checker"), roles={"all": ["steward", "checker"]}),
    "C-2": seat(
        "C-2",
        title=two("시민사회 분석 담당", "Civil-society analyst"),
        roles={"all": ["analyst"]},
        deputy={
            "title": two("분석 담당의 대리인", "Deputy of the analyst"),
            "public_key": key_of("C-2.deputy").public.line,
            "term": {"from": dt.date(2026, 1, 1), "until": dt.date(2027, 12, 31)},
        },
    ),
    "C-3": seat("C-3", title=two("이웃 대표", "Neighbours"), roles={"all": ["custodian"]}, age_key=AGE),
    "E-1": seat("E-1", title=two("대기 전문가", "Expert on air")),
    "Z-1": seat("Z-1", title=two("시민 참여 자리", "Citizen")),
}

PROPOSAL: dict[str, Any] = {
    **ISSUE,
    "harmed": two("길가에서 일하는 사람", "People who work at roadsides"),
    "data_needed": [{"what": two("일별 농도", "Daily means"), "holder": two("측정망 부서", "Station office")}],
    "expected_outcome": two("좋음인 날이 늘어난다", "More good days"),
    "indicator": {
        "name": two("좋음인 날 수", "Number of good days"),
        "unit": two("일", "days"),
        "baseline": {"value": 172, "as_of": "2021", "source": two("일별 대기질", "Daily air quality")},
    },
    "decision_wanted": two("측정소를 늘린다", "Add stations"),
    "department": two("대기 부서", "Air department"),
}


def write_governance(project: Project) -> None:
    """Found the sample's governance, vote on everything, and put a paper of each kind beside it."""
    found(project, seats=SEATS, rules={**RULES, "demonstration": True}, today=FOUNDED)
    _propose(project, "fine-dust", two("미세먼지", "Fine dust"))
    vote_on_fine_dust(project)
    decide(project, _propose(project, "bike-routes", two("자전거길", "Bicycle routes")), today=VOTED)
    refused = _propose(project, "meal-cards", two("급식카드", "Meal cards"))
    for name in ("G-1", "G-2"):
        vote(project, refused, name, today=VOTED)
    vote(project, refused, "C-1", "no", today=VOTED, reason={"ko": "아이들의 기록이 드러납니다."})
    write_policies(project)
    close(project, refused, today=VOTED + dt.timedelta(days=14))
    write_late_ballot(project, refused)
    change_seats(project)
    write_open_vote(project)
    write_papers_of_each_kind(project)


def _propose(project: Project, issue: str, title: Mapping[str, str], *, today: dt.date = VOTED) -> str:
    record = {**PROPOSAL, "issue": issue, "title": title, "question": title}
    return write_proposal(governance_of(project, today=today), record, today=today)[-1].stem


def vote_on_fine_dust(project: Project, proposal: str = "P-0001") -> None:
    """Agreed by both sides, against a block and a no; an expert advised against it, and a deputy voted."""
    vote(project, proposal, "G-1", today=VOTED, reason={"en": "We have waited for this."})
    vote(project, proposal, "G-2", "abstain", today=VOTED, conflict_of_interest={"ko": "담당 부서에서 일합니다."})
    vote(project, proposal, "C-1", today=VOTED)
    vote(project, proposal, "C-2.deputy", today=VOTED)
    vote(project, proposal, "C-3", "block", today=VOTED, reason={"ko": BLOCK})
    vote(project, proposal, "E-1", "no", today=VOTED, reason=ADVICE)
    close(project, proposal, today=VOTED)


def write_late_ballot(project: Project, proposal: str) -> None:
    """A good ballot with a day of the vote on it, that was not there when the vote was closed."""
    sha = governance_of(project, today=MET).register.shas[proposal]
    content = record_bytes(Ballot(ballot=proposal, proposal_sha256=sha, seat="C-2", vote="yes", cast_on=VOTED))
    path = project.governance / "ballots" / proposal / "C-2.yml"
    path.write_bytes(content)
    path.with_name("C-2.yml.sig").write_bytes(sign(content, key_of("C-2")))


def write_policies(project: Project) -> None:
    """Three policies: one adopted over a no, one changed since, one that nobody proposed."""
    folder = project.governance / "policies"
    for name in ("daily_air", "bike_trips", "meal_card_purchases"):
        write_text(folder / f"{name}.yml", dump_yaml({"policy": name, "version": 1, "personal": False}))
    adopt(project, ["bike_trips"], today=VOTED)
    path = folder / "bike_trips.yml"
    write_text(path, path.read_text(encoding="utf-8").replace("version: 1", "version: 2"))
    adopt(project, ["daily_air"], today=VOTED)


def change_seats(project: Project) -> None:
    """Both sides add a vacant seat, a sub-group and a key that no longer counts."""
    path = project.governance / "members.yml"
    members = read_yaml(path)
    members["seats"]["C-4"] = {**vacant("C-4", since=CHANGED), "title": two("상인 대표", "Shopkeepers")}
    members["subgroups"] = {
        "roadsides": {
            "title": two("길가 소모임", "Roadside group"),
            "purpose": two("길가의 공기를 함께 봅니다.", "Looks at roadside air."),
            "issues": ["fine-dust"],
            "leads": {"government": "G-2", "civil_society": "C-2"},
            "members": ["E-1"],
        }
    }
    members["revoked_keys"] = [
        {"public_key": key_of("lost").public.line, "revoked_on": CHANGED, "reason": {"ko": "저장 장치를 잃었습니다."}}
    ]
    write_text(path, dump_yaml(members))
    record = {**ADOPT, "title": two("상인 자리를 둡니다", "A seat for shopkeepers"), "question": two("둘까요?", "Shall we?")}
    proposal = propose_charter(governance_of(project, today=CHANGED), record, today=CHANGED)[-1].stem
    decide(project, proposal, today=CHANGED)


def write_open_vote(project: Project) -> None:
    """A vote that is not closed, with one ballot that counts and three that do not."""
    proposal = _propose(project, "donations", two("기부", "Donations"), today=OPENED)
    vote(project, proposal, "C-1", "no", today=OPENED, reason=NO)
    folder = project.governance / "ballots" / proposal
    for name in ("C-2", "C-3"):
        vote(project, proposal, name, today=OPENED)
    (folder / "C-2.yml.sig").unlink()
    (folder / "C-3.yml.sig").write_bytes((folder / "C-1.yml.sig").read_bytes())
    write_text(folder / "G-1.yml", "ballot: P-9999\n")


def write_papers_of_each_kind(project: Project) -> None:
    """Minutes, a request with its answer, an obstacle, two contributions and a recommendation."""

    def governance() -> Any:
        return governance_of(project, today=MET)

    contributions = {
        "C-0001": {"kind": "question", "state": "open", "text": {"ko": "밤에도 재나요? <i>꼭</i> 알려 주세요."}},
        "C-0002": {
            "kind": "idea",
            "state": "refused",
            "text": {"en": "Publish every trip."},
            "reason": {"ko": "한 사람의 이동이 드러납니다."},
            "answered_on": MET,
            "answered_by": "C-1",
        },
    }
    for name, record in contributions.items():
        whole = {"contribution": name, "received_on": VOTED, "channel": "form", "published": "whole", **record}
        write_text(project.governance / "contributions" / f"{name}.yml", dump_yaml(whole))
    minutes = {
        "title": two("첫 회의", "First meeting"),
        "held_on": MET,
        "agenda": [two("도로변 측정", "Roadside stations")],
        "present": {"government": ["G-1"], "civil_society": ["C-1", "C-2"]},
        "minutes": two("측정소를 더 두기로 했습니다.", "More stations are wanted."),
        "decisions": [
            {"text": two("부서에 묻습니다.", "The department is asked."), "responsible": "G-1", "due": dt.date(2027, 3, 1)}
        ],
    }
    write_papers(draft_minutes(governance(), minutes, today=MET))
    for signer in ("G-1", "C-1"):
        sign_draft(draft_approval_of_minutes(governance(), "M-0001", signer=signer, today=MET), key_of(signer))
    write_papers(draft_minutes(governance(), {**minutes, "title": two("둘째 회의", "Second meeting")}, today=MET))
    request = {
        "what": two("차종별 교통량", "Traffic by kind of vehicle"),
        "question": two("경유차가 많은 때는?", "When are there many diesel vehicles?"),
        "asked_by": "C-0001",
        "holder": two("교통 부서", "Traffic department"),
        "issue": "fine-dust",
    }
    for _ in range(2):
        write_papers(draft_request(governance(), request, today=MET))
    obstacle = {
        "kind": "personal",
        "issues": ["fine-dust"],
        "what": two("차종을 알 수 없습니다.", "Kinds of vehicles are unknown."),
        "request": "D-0001",
        "asked": {"who": two("교통 부서", "Traffic department"), "asked_on": MET},
        "instead": two("모든 차를 함께 셉니다.", "All vehicles are counted together."),
    }
    write_papers(draft_obstacle(governance(), obstacle, today=MET))
    _answer(project, "D-0001", "refused", {"ko": "번호판은 개인정보입니다."})
    forged = _answer(project, "D-0002", "granted", {"en": "Take whatever you want."})
    signature_path(forged, "L-0002").write_bytes(signature_path(forged, "C-1").read_bytes())
    write_papers(draft_closed_request(governance(), "D-0001", obstacle="O-0001", today=MET))
    recommendation = {
        "title": two("길가 측정소를 늘려 주십시오", "Add stations at roadsides"),
        "text": two("길가의 공기가 더 나쁩니다.", "Air at roadsides is worse."),
        "issue": "fine-dust",
        "rests_on": ["fine-dust/1#by_district"],
        "department": two("대기 부서", "Air department"),
        "indicator": {
            "name": two("길가 측정소", "Roadside stations"),
            "unit": two("곳", "stations"),
            "before": {"value": 15, "as_of": "2025", "source": two("측정망", "Station list")},
        },
    }
    write_papers(draft_recommendation(governance(), recommendation, seat="G-1", today=MET))


def _answer(project: Project, subject: str, outcome: str, text: Mapping[str, str]) -> Path:
    """An answer through a link, taken in by a steward."""
    governance = governance_of(project, today=MET)
    key = key_of(f"link to {subject}")
    draft = draft_link(governance, subject, signer="G-1", department=None, key=key, today=MET)
    sign_draft(draft, key_of("G-1"))
    reply = answer_through(governance, draft.path.stem, key, outcome=outcome, text=text, today=MET)
    sign_draft(draft_countersignature(governance, reply, signer="C-1"), key_of("C-1"))
    return reply.path
