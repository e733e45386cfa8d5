"""Minutes, requests for data, obstacles, answers to citizens, recommendations: written whole, or not at all."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from acting_city import CONTRIBUTION, RECOMMENDATION, REQUEST, make_acting_city
from signed import TODAY, governance_of, key_of, words
from workbench.errors import GateRefused, UsageError
from workbench.files import read_yaml, write_text
from workbench.governance.acts.answering import answer_through, draft_countersignature
from workbench.governance.acts.contributing import draft_recommendation, draft_response, draft_step
from workbench.governance.acts.drafts import sign_draft, write_papers, write_unsigned
from workbench.governance.acts.linking import draft_link
from workbench.governance.acts.minuting import draft_approval_of_minutes, draft_minutes
from workbench.governance.acts.requesting import draft_closed_request, draft_obstacle, draft_request
from workbench.governance.deciding.approved import minutes_of
from workbench.governance.papers.references import check_references
from workbench.governance.signing import generate_key
from workbench.project import Project
from workbench.records import dump_yaml

MINUTES: dict[str, Any] = {
    "held_on": TODAY,
    "agenda": [words("noise at night")],
    "present": {"government": ["G-1"], "civil_society": ["C-1"]},
    "minutes": words("we spoke"),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_acting_city(tmp_path_factory.mktemp("city"))


@pytest.fixture
def city(shared: Project, tmp_path: Path) -> Project:
    shutil.copytree(shared.root, tmp_path / "city")
    return Project(root=tmp_path / "city")


def official(city: Project, subject: str, outcome: str) -> None:
    """An answer that counts."""
    governance, key = governance_of(city), generate_key()
    draft = draft_link(governance, subject, signer="G-1", department=None, key=key, today=TODAY)
    sign_draft(draft, key_of("G-1"))
    reply = answer_through(governance, draft.path.stem, key, outcome=outcome, text={"en": "So be it."}, today=TODAY)
    sign_draft(draft_countersignature(governance, reply, signer="C-1"), key_of("C-1"))


def obstacle(city: Project, **more: Any) -> Path:
    record = {
        "kind": "personal",
        "issues": ["noise"],
        "what": words("plates"),
        "asked": {"who": words("roads"), "asked_on": TODAY},
        "instead": words("counts"),
        **more,
    }
    return write_papers(draft_obstacle(governance_of(city), record, today=TODAY))[0]


def test_minutes_are_approved_once_a_steward_of_each_side_signed(city: Project) -> None:
    write_papers(draft_minutes(governance_of(city), MINUTES, today=TODAY))
    for signer, approved in (("G-1", False), ("C-1", True)):
        draft = draft_approval_of_minutes(governance_of(city), "M-0001", signer=signer, today=TODAY)
        sign_draft(draft, key_of(signer))
        assert minutes_of(governance_of(city))["M-0001"].approved is approved
    with pytest.raises(GateRefused, match="C-1 has signed M-0001 already"):
        draft_approval_of_minutes(governance_of(city), "M-0001", signer="C-1", today=TODAY)


def test_minutes_changed_after_a_signature_must_be_signed_again(city: Project) -> None:
    (path,) = write_papers(draft_minutes(governance_of(city), MINUTES, today=TODAY))
    for signer in ("G-1", "C-1"):
        sign_draft(draft_approval_of_minutes(governance_of(city), "M-0001", signer=signer, today=TODAY), key_of(signer))
    write_text(path, path.read_text(encoding="utf-8").replace("we spoke", "we agreed"))
    found = minutes_of(governance_of(city))["M-0001"]
    assert not found.approved
    assert "the signature of C-1" in "; ".join(found.signed.faults)


@pytest.mark.parametrize(("signer", "reason"), [("C-9", "is no steward"), ("E-1", "is no steward")])
def test_only_stewards_approve_minutes(city: Project, signer: str, reason: str) -> None:
    write_papers(draft_minutes(governance_of(city), MINUTES, today=TODAY))
    with pytest.raises(GateRefused, match=reason):
        draft_approval_of_minutes(governance_of(city), "M-0001", signer=signer, today=TODAY)


def test_minutes_before_the_founding_have_no_stewards(city: Project) -> None:
    write_papers(draft_minutes(governance_of(city), {**MINUTES, "held_on": dt.date(2026, 1, 5)}, today=TODAY))
    with pytest.raises(GateRefused, match="before the founding"):
        draft_approval_of_minutes(governance_of(city), "M-0001", signer="G-1", today=TODAY)
    assert not minutes_of(governance_of(city))["M-0001"].approved


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"present": {"government": ["G-7"]}}, "unknown seat 'G-7'"),
        ({"held_on": TODAY + dt.timedelta(days=2)}, "held_on: 2026-11-22 lies in the future of 2026-11-20"),
        ({"agenda": []}, "agenda"),
        ({"minute": words("x")}, "unknown key 'minute', did you mean 'minutes'"),
        ({"decisions": [{"text": words("x"), "proposal": "P-0099"}]}, "unknown proposal 'P-0099'"),
    ],
)
def test_minutes_that_do_not_fit_are_not_drafted(city: Project, changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        draft_minutes(governance_of(city), {**MINUTES, **changed}, today=TODAY)


def test_a_request_is_due_when_the_rules_say(city: Project) -> None:
    (path,) = draft_request(governance_of(city), REQUEST, today=TODAY)
    assert path.name == "D-0002.yml"
    assert read_yaml(city.governance / "data_requests" / "D-0001.yml")["due"] == TODAY + dt.timedelta(days=60)


def test_a_request_is_closed_as_the_official_answer_says(city: Project) -> None:
    refused = obstacle(city, request="D-0001").stem
    with pytest.raises(GateRefused, match="has no official answer that counts"):
        draft_closed_request(governance_of(city), "D-0001", obstacle=refused, today=TODAY)
    official(city, "D-0001", "refused")
    with pytest.raises(GateRefused, match="closed as granted, and the official answer says refused"):
        draft_closed_request(governance_of(city), "D-0001", dataset="levels", today=TODAY)
    write_papers(draft_closed_request(governance_of(city), "D-0001", obstacle=refused, today=TODAY))
    assert read_yaml(city.governance / "data_requests" / "D-0001.yml")["closed_on"] == TODAY
    assert check_references(city) == []
    with pytest.raises(GateRefused, match="was closed on 2026-11-20 as refused"):
        draft_closed_request(governance_of(city), "D-0001", obstacle=refused, today=TODAY)


def test_a_request_is_not_granted_with_a_dataset_that_nobody_described(city: Project) -> None:
    official(city, "D-0001", "granted")
    with pytest.raises(UsageError, match="unknown dataset 'levels'"):
        draft_closed_request(governance_of(city), "D-0001", dataset="levels", today=TODAY)


def test_a_request_is_not_closed_with_the_obstacle_of_another(city: Project) -> None:
    official(city, "D-0001", "refused")
    other = obstacle(city).stem
    with pytest.raises(GateRefused, match=f"{other} names no request"):
        draft_closed_request(governance_of(city), "D-0001", obstacle=other, today=TODAY)


def test_a_citizen_gets_an_answer_with_a_reason(city: Project) -> None:
    def respond(state: str, reason: dict[str, str], **more: Any) -> dict[Path, bytes]:
        return draft_response(governance_of(city), "C-0001", seat="C-1", state=state, reason=reason, today=TODAY, **more)

    with pytest.raises(UsageError, match="'refused' needs a reason"):
        respond("refused", {})
    with pytest.raises(UsageError, match="unknown data request 'D-0077'"):
        respond("adapted", {"ko": "자료를 요청했습니다."}, led_to=["D-0077"])
    write_papers(respond("adapted", {"ko": "자료를 요청했습니다."}, led_to=["D-0001"]))
    assert read_yaml(city.governance / "contributions" / "C-0001.yml")["led_to"] == ["D-0001"]
    with pytest.raises(GateRefused, match="was answered on 2026-11-20 by C-1: adapted"):
        respond("refused", {"ko": "아닙니다."})


def test_the_comment_above_a_paper_survives_its_change(city: Project) -> None:
    path = city.governance / "contributions" / "C-0001.yml"
    write_text(path, "# 밤 소음에 관한 물음\n# second line\n" + dump_yaml(CONTRIBUTION))
    (content,) = draft_response(
        governance_of(city), "C-0001", seat="C-1", state="refused", reason={"en": "No meters."}, today=TODAY
    ).values()
    assert content.decode().startswith("# 밤 소음에 관한 물음\n# second line\ncontribution: C-0001\n")


def test_a_recommendation_claims_no_answer_that_is_not_there(city: Project) -> None:
    with pytest.raises(GateRefused, match="cannot be accepted: no official answer counts"):
        draft_step(governance_of(city), "R-0001", state="accepted", today=TODAY)
    official(city, "R-0001", "refused")
    with pytest.raises(GateRefused, match="cannot be accepted: the official answer says refused"):
        draft_step(governance_of(city), "R-0001", state="accepted", today=TODAY)
    write_papers(draft_step(governance_of(city), "R-0001", state="refused", note={"en": "No money."}, today=TODAY))
    assert check_references(city) == []


def test_a_recommendation_is_followed_to_its_effect(city: Project) -> None:
    official(city, "R-0001", "accepted")
    write_papers(draft_step(governance_of(city), "R-0001", state="accepted", seat="G-1", today=TODAY))
    write_papers(draft_step(governance_of(city), "R-0001", state="implemented", today=TODAY))
    with pytest.raises(UsageError, match=r"'measured' needs indicator\.after"):
        draft_step(governance_of(city), "R-0001", state="measured", today=TODAY)
    after = {"value": 3, "as_of": "2026", "source": words("count")}
    write_papers(draft_step(governance_of(city), "R-0001", state="measured", after=after, today=TODAY))
    assert [step["state"] for step in read_yaml(city.governance / "recommendations" / "R-0001.yml")["steps"]] == [
        "sent",
        "accepted",
        "implemented",
        "measured",
    ]


def test_a_recommendation_on_an_issue_that_nobody_proposed_is_not_drafted(city: Project) -> None:
    with pytest.raises(UsageError, match="unknown issue 'trees'"):
        draft_recommendation(governance_of(city), {**RECOMMENDATION, "issue": "trees"}, today=TODAY)


def test_an_unsigned_draft_takes_an_old_signature_of_other_bytes_away(city: Project) -> None:
    (path,) = write_papers(draft_minutes(governance_of(city), MINUTES, today=TODAY))
    draft = draft_approval_of_minutes(governance_of(city), "M-0001", signer="G-1", today=TODAY)
    sign_draft(draft, key_of("G-1"))
    assert write_unsigned(draft) == [path]
    assert draft.signature.is_file()
    write_text(path, "changed\n")
    write_unsigned(draft)
    assert not draft.signature.exists()
