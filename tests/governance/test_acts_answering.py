"""A department answers through a one-time link: both signatures, or it does not count."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from acting_city import make_acting_city
from signed import SEATS, TODAY, decide, governance_of, key_of, propose_charter, seat, words
from workbench.errors import GateRefused, UsageError
from workbench.files import read_yaml, text_bytes, write_text
from workbench.governance import read_governance
from workbench.governance.acts.answering import (
    Reply,
    answer_through,
    draft_countersignature,
    read_bundle,
    read_reply,
)
from workbench.governance.acts.drafts import sign_draft, write_papers
from workbench.governance.acts.linking import draft_link, link_text, open_link, parse_link
from workbench.governance.deciding.answers import answers_of
from workbench.governance.signing import PrivateKey, encode_seed, generate_key, sign
from workbench.project import Project
from workbench.records import dump_yaml

WRITTEN = {"ko": "내년에 시행하겠습니다."}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_acting_city(tmp_path_factory.mktemp("city"))


@pytest.fixture
def city(shared: Project, tmp_path: Path) -> Project:
    shutil.copytree(shared.root, tmp_path / "city")
    return Project(root=tmp_path / "city")


def issue_link(city: Project, subject: str = "R-0001", *, days: int = 30, today: dt.date = TODAY) -> tuple[str, PrivateKey]:
    """A steward's link, as the department gets it."""
    key = generate_key()
    governance = governance_of(city, today=today)
    draft = draft_link(governance, subject, signer="G-1", department=None, key=key, today=today, days=days)
    sign_draft(draft, key_of("G-1"))
    return parse_link(link_text("answer:", draft, key))


def reply_through(city: Project, link: tuple[str, PrivateKey], outcome: str = "accepted", *, today: dt.date = TODAY) -> Reply:
    return answer_through(governance_of(city, today=today), *link, outcome=outcome, text=WRITTEN, today=today)


def countersign(city: Project, reply: Reply, signer: str = "G-1") -> list[Path]:
    return sign_draft(draft_countersignature(governance_of(city), reply, signer=signer), key_of(signer))


def counting(city: Project, subject: str = "R-0001", *, today: dt.date = TODAY) -> str | None:
    """The outcome that counts."""
    official = answers_of(governance_of(city, today=today)).get(subject)
    return official.answer.outcome if official and official.answer else None


def why_not(city: Project, subject: str = "R-0001", *, today: dt.date = TODAY) -> str:
    official = answers_of(governance_of(city, today=today))[subject]
    assert official.answer is None
    return "; ".join(official.faults)


def test_an_answer_counts_once_link_and_steward_have_signed(city: Project) -> None:
    write_papers(reply_through(city, issue_link(city)).files)
    assert "waits for a steward's countersignature" in why_not(city)
    countersign(city, read_reply(governance_of(city), "R-0001"))
    assert counting(city) == "accepted"


def test_the_department_named_by_the_subject_is_asked(city: Project) -> None:
    assert reply_through(city, issue_link(city)).answer.department.en == "roads"


def test_the_secret_of_a_link_is_written_nowhere(city: Project) -> None:
    name, key = issue_link(city)
    write_papers(reply_through(city, (name, key)).files)
    secret = encode_seed(key.seed)
    assert all(secret.encode() not in path.read_bytes() for path in city.root.rglob("*") if path.is_file())


def test_an_answer_travels_as_one_text_that_mail_may_give_other_line_ends(city: Project) -> None:
    bundle = reply_through(city, issue_link(city)).bundle.replace(b"\n", b"\r\n")
    countersign(city, read_bundle(governance_of(city), bundle))
    assert counting(city) == "accepted"


def test_an_answer_may_hold_the_words_with_which_a_signature_begins(city: Project) -> None:
    link = issue_link(city)
    text = {"en": "See\n-----BEGIN SSH SIGNATURE-----\nas an example."}
    reply = answer_through(governance_of(city), *link, outcome="accepted", text=text, today=TODAY)
    assert read_bundle(governance_of(city), reply.bundle) == reply


def test_a_second_answer_needs_a_second_link_and_then_holds(city: Project) -> None:
    link = issue_link(city)
    write_papers(reply_through(city, link, "information").files)
    countersign(city, read_reply(governance_of(city), "R-0001"))
    with pytest.raises(GateRefused, match=r"used already, by R-0001\.yml"):
        reply_through(city, link)
    write_papers(reply_through(city, issue_link(city), "refused").files)
    countersign(city, read_reply(governance_of(city), "R-0001.2"))
    assert counting(city) == "refused"


def test_two_answers_through_one_link_leave_the_first(city: Project) -> None:
    link = issue_link(city)
    first = reply_through(city, link, "refused")
    second = reply_through(city, link, "accepted")
    content = second.content.replace(b"answer: R-0001\n", b"answer: R-0001.2\n")
    forged = Reply(
        answer=second.answer.model_copy(update={"answer": "R-0001.2"}),
        path=second.path.with_name("R-0001.2.yml"),
        content=content,
        signature=sign(content, link[1]),
    )
    write_papers(first.files)
    countersign(city, first)
    with pytest.raises(GateRefused, match="used before"):
        countersign(city, forged)
    write_papers(forged.files)
    assert counting(city) == "refused"
    assert "used before, by R-0001.yml" in "; ".join(answers_of(governance_of(city))["R-0001"].faults)


def test_a_file_that_only_names_a_link_has_not_used_it(city: Project) -> None:
    link = issue_link(city)
    reply = reply_through(city, link)
    write_text(reply.path.with_name("R-0007.yml"), reply.content.decode().replace("R-0001", "R-0007"))
    write_text(reply.path.with_name("R-0007.yml.L-0001.sig"), reply.signature.decode())
    assert open_link(governance_of(city), *link, today=TODAY).answers == "R-0001"


def test_a_link_that_has_expired_is_refused(city: Project) -> None:
    link = issue_link(city, days=5)
    with pytest.raises(GateRefused, match="expired on 2026-11-25"):
        reply_through(city, link, today=TODAY + dt.timedelta(days=6))
    reply = reply_through(city, link)
    late = reply.content.replace(b"answered_on: 2026-11-20", b"answered_on: 2026-11-26")
    write_papers({reply.path: late, reply.path.with_name("R-0001.yml.L-0001.sig"): sign(late, link[1])})
    assert "expired on 2026-11-25, the answer is dated 2026-11-26" in why_not(city, today=TODAY + dt.timedelta(days=9))


def test_one_changed_byte_voids_an_answer(city: Project) -> None:
    reply = reply_through(city, issue_link(city))
    write_papers(reply.files)
    countersign(city, reply)
    write_text(reply.path, reply.content.decode().replace("accepted", "refused"))
    assert "the signature of link L-0001" in why_not(city)


def test_one_changed_byte_of_the_link_voids_its_answer(city: Project) -> None:
    reply = reply_through(city, issue_link(city))
    write_papers(reply.files)
    countersign(city, reply)
    path = city.governance / "links" / "L-0001.yml"
    write_text(path, text_bytes(path).decode().replace("expires_on: 2026-12-20", "expires_on: 2026-12-21"))
    assert "link L-0001 does not count: the signature of G-1" in why_not(city)


@pytest.mark.parametrize(("signer", "reason"), [("C-9", "seat C-9 is no steward"), ("E-1", "seat E-1 is no steward")])
def test_only_a_steward_countersigns(city: Project, signer: str, reason: str) -> None:
    reply = reply_through(city, issue_link(city))
    with pytest.raises(GateRefused, match=reason):
        countersign(city, reply, signer)
    write_papers(reply.files)
    write_text(reply.path.with_name(f"R-0001.yml.{signer}.sig"), sign(reply.content, key_of(signer)).decode())
    assert reason in why_not(city)


def test_only_a_steward_issues_a_link(city: Project) -> None:
    key = generate_key()
    with pytest.raises(GateRefused, match="seat C-9 is no steward"):
        draft_link(governance_of(city), "R-0001", signer="C-9", department=None, key=key, today=TODAY)
    record = {
        "link": "L-0001",
        "answers": "R-0001",
        "department": words("roads"),
        "public_key": key.public.line,
        "issued_on": TODAY,
        "expires_on": TODAY + dt.timedelta(days=9),
        "issued_by": "C-9",
    }
    path = city.governance / "links" / "L-0001.yml"
    write_text(path, dump_yaml(record))
    with pytest.raises(GateRefused, match="is not signed by the steward who issued it"):
        open_link(governance_of(city), "L-0001", key, today=TODAY)
    write_text(path.with_name("L-0001.yml.sig"), sign(text_bytes(path), key_of("C-9")).decode())
    with pytest.raises(GateRefused, match="link L-0001 does not count: seat C-9 is no steward"):
        open_link(governance_of(city), "L-0001", key, today=TODAY)


def test_a_link_with_another_key_is_no_link(city: Project) -> None:
    name, _ = issue_link(city)
    with pytest.raises(GateRefused, match="issued with another key"):
        open_link(governance_of(city), name, generate_key(), today=TODAY)


def test_a_link_revoked_by_both_sides_holds_no_more(city: Project) -> None:
    link = issue_link(city)
    reply = reply_through(city, link)
    write_papers(reply.files)
    countersign(city, reply)
    assert counting(city) == "accepted"
    revoked = [{"public_key": link[1].public.line, "revoked_on": TODAY, "reason": words("sent to the wrong address")}]
    write_text(city.governance / "members.yml", dump_yaml({"seats": SEATS, "revoked_keys": revoked}))
    record = {"proposed_by": "G-1", "reason": words("needed"), **{key: words(key) for key in ("title", "question", "department")}}
    path = propose_charter(read_governance(city, today=TODAY), record, today=TODAY)[-1]
    decide(city, path.stem)
    assert "link L-0001 is revoked since 2026-11-20" in why_not(city)


def test_an_answer_by_a_steward_who_came_later_counts(city: Project) -> None:
    """The department answered before the new steward took the seat; only the new one can countersign."""
    reply = reply_through(city, issue_link(city))
    fresh = seat("G-1", roles={"all": ["steward", "checker"]}, public_key=key_of("G-1b").public.line)
    write_text(city.governance / "members.yml", dump_yaml({"seats": {**SEATS, "G-1": fresh}}))
    record = {"proposed_by": "G-1", "reason": words("needed"), **{key: words(key) for key in ("title", "question", "department")}}
    later = TODAY + dt.timedelta(days=3)
    path = propose_charter(read_governance(city, today=later), record, today=later)[-1]
    decide(city, path.stem, today=later)
    governance = governance_of(city, today=later)
    sign_draft(draft_countersignature(governance, reply, signer="G-1"), key_of("G-1b"))
    assert counting(city, today=later) == "accepted"


@pytest.mark.parametrize(
    "text", ["", "answer:", "answer:#L-1.abc", "answer:#L-0001.abc", "https://city.example/#L-0001." + "A" * 42, "L-٠٠٠١.AAAA"]
)
def test_a_link_that_was_not_copied_whole_is_refused_without_its_secret(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_link(text)
    assert "copy the whole link" in caught.value.hint
    assert "A" * 42 not in str(caught.value)


def test_an_outcome_that_does_not_fit_is_refused(city: Project) -> None:
    with pytest.raises(UsageError, match="'granted' does not fit R-0001"):
        reply_through(city, issue_link(city), "granted")


@pytest.mark.parametrize("subject", ["R-0009", "D-0009", "P-0009", "X-0001"])
def test_nobody_answers_what_was_never_asked(city: Project, subject: str) -> None:
    with pytest.raises(UsageError):
        draft_link(governance_of(city), subject, signer="G-1", department=None, key=generate_key(), today=TODAY)


def test_a_proposal_can_be_answered_too(city: Project) -> None:
    assert read_yaml(city.governance / "proposals" / "P-0001.yml")["issue"] == "noise"
    countersign(city, reply_through(city, issue_link(city, "P-0001"), "accepted_in_part"))
    assert counting(city, "P-0001") == "accepted_in_part"


@pytest.mark.parametrize("name", ["R-0001.yml", "R-0001.yml.L-0001.sig", "R-0001.yml.G-1.sig"])
def test_a_link_to_a_device_without_an_end_is_never_followed(city: Project, name: str) -> None:
    reply = reply_through(city, issue_link(city))
    write_papers(reply.files)
    countersign(city, reply)
    path = reply.path.with_name(name)
    path.unlink()
    path.symlink_to("/dev/zero")
    assert why_not(city)
