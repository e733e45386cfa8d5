"""Seats with keys, and the acts of a small government: found, propose, vote, close, all signed with real keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.files import write_text
from workbench.governance import Governance, read_governance
from workbench.governance.acts.closing import draft_closing
from workbench.governance.acts.drafts import sign_draft, write_papers
from workbench.governance.acts.founding import draft_founding
from workbench.governance.acts.proposing import draft_charter, draft_policies, draft_proposal
from workbench.governance.acts.voting import draft_ballot
from workbench.governance.signing import PrivateKey, generate_age_identity, private_key_from_seed
from workbench.project import Project
from workbench.records import dump_yaml

TODAY = dt.date(2026, 11, 20)
AGE = generate_age_identity()[1]
RULES = {
    "demonstration": False,
    "quorum": {"government": "at least 1/2", "civil_society": "at least 1/2"},
    "majority": {"government": "more than 1/2", "civil_society": "more than 1/2"},
    "ballot_days": 14,
    "response_days": 60,
    "silence_days": 90,
}


def words(text: str) -> dict[str, str]:
    """A text in both languages."""
    return {"ko": f"{text} (한)", "en": text}


def key_of(signer: str) -> PrivateKey:
    """A signer's private key: the same in every test."""
    return private_key_from_seed(signer.encode().ljust(32, b"."))


def seat(name: str, **more: Any) -> dict[str, Any]:
    """A filled seat; its letter says for which side it sits."""
    stands: dict[str, Any] = {"E": {"standing": "expert"}, "Z": {"standing": "citizen"}, "G": {"side": "government"}}.get(
        name[0], {"side": "civil_society"}
    )
    roles = more.get("roles", {})
    sealed = {"age_key": AGE} if {"steward", "custodian"} & {role for held in roles.values() for role in held} else {}
    return {
        "title": words(f"seat {name}"),
        "organisation": words("demonstration"),
        "term": {"from": dt.date(2026, 1, 1), "until": dt.date(2027, 12, 31)},
        "public_key": key_of(name).public.line,
        **stands,
        **sealed,
        **more,
    }


def vacant(name: str, since: dt.date = dt.date(2026, 6, 1)) -> dict[str, Any]:
    """A seat that nobody holds."""
    full = seat(name)
    return {key: full[key] for key in ("title", "organisation", "side")} | {"vacant_since": since}


SEATS = {
    "G-1": seat("G-1", roles={"all": ["steward", "checker"]}),
    "C-1": seat("C-1", roles={"all": ["steward", "checker"]}),
    "C-9": seat("C-9", roles={"all": ["analyst"]}),
    "E-1": seat("E-1"),
}


def found(
    project: Project, *, seats: Mapping[str, Any] = SEATS, rules: Mapping[str, Any] = RULES, today: dt.date = TODAY
) -> None:
    """Write rules and seats, and have a steward of each side sign the founding."""
    write_text(project.governance / "rules.yml", dump_yaml(dict(rules)))
    write_text(project.governance / "members.yml", dump_yaml({"seats": dict(seats)}))
    for side in ("government", "civil_society"):
        steward = next(
            name for name, one in seats.items() if one.get("side") == side and "steward" in one.get("roles", {}).get("all", [])
        )
        sign_draft(draft_founding(project, signer=steward, today=today), key_of(steward))


ISSUE = {
    "kind": "urban_issue",
    "proposed_by": "C-1",
    "harmed": words("people at roads"),
    "data_needed": [{"what": words("levels"), "holder": words("city")}],
    "indicator": {"name": words("loud nights"), "baseline_missing": words("not measured yet")},
    **{key: words(key) for key in ("title", "question", "expected_outcome", "decision_wanted", "department")},
}
ADOPT = {"proposed_by": "G-1", "reason": words("needed"), **{key: words(key) for key in ("title", "question", "department")}}


def write_proposal(governance: Governance, record: Mapping[str, Any], *, today: dt.date) -> list[Path]:
    """Draft a proposal and write it."""
    return write_papers(draft_proposal(governance, record, today=today))


def propose_policies(governance: Governance, datasets: Sequence[str], record: Mapping[str, Any], *, today: dt.date) -> list[Path]:
    """Draft a proposal to adopt policies and write it."""
    return write_papers(draft_policies(governance, datasets, record, today=today))


def propose_charter(governance: Governance, record: Mapping[str, Any], *, today: dt.date) -> list[Path]:
    """Draft a proposal of the rules and seats as they stand and write it."""
    return write_papers(draft_charter(governance, record, today=today))


def propose_issue(project: Project, issue: str, *, today: dt.date = TODAY, **more: Any) -> str:
    """Propose an urban issue; return the proposal's id."""
    path = write_proposal(read_governance(project, today=today), {**ISSUE, "issue": issue, **more}, today=today)[-1]
    return path.stem


def vote(project: Project, proposal: str, signer: str, choice: str = "yes", *, today: dt.date = TODAY, **more: Any) -> list[Path]:
    """Cast a signed ballot; a no gets a reason unless one is given."""
    said = {"reason": words(f"{signer} says {choice}"), **more} if choice in ("no", "block") else more
    draft = draft_ballot(read_governance(project, today=today), proposal, signer=signer, vote=choice, today=today, words=said)
    return sign_draft(draft, key_of(signer))


def close(project: Project, proposal: str, *, stewards: Iterable[str] = ("G-1", "C-1"), today: dt.date = TODAY) -> Path:
    """Close a vote by stewards of both sides."""
    path = Path()
    for steward in stewards:
        draft = draft_closing(read_governance(project, today=today), proposal, signer=steward, today=today)
        sign_draft(draft, key_of(steward))
        path = draft.path
    return path


def decide(project: Project, proposal: str, *, seats: Iterable[str] | None = None, today: dt.date = TODAY) -> None:
    """Everyone who decides says yes, and the vote is closed."""
    members = read_governance(project, today=today).members
    for name in seats or [name for name, one in members.seats.items() if one.side and one.vacant_since is None]:
        vote(project, proposal, name, today=today)
    stewards = [members.with_role("steward", side=side)[0] for side in ("government", "civil_society")]
    close(project, proposal, stewards=stewards, today=today)


def agree(project: Project, issue: str, *, today: dt.date = TODAY) -> str:
    """Propose an urban issue and have both sides agree on it."""
    proposal = propose_issue(project, issue, today=today)
    decide(project, proposal, today=today)
    return proposal


def adopt(project: Project, datasets: Iterable[str], *, today: dt.date = TODAY) -> str:
    """Propose policies and have both sides adopt them."""
    path = propose_policies(read_governance(project, today=today), list(datasets), ADOPT, today=today)[-1]
    decide(project, path.stem, today=today)
    return path.stem


def governance_of(project: Project, *, today: dt.date | None = TODAY) -> Governance:
    """The governance as it stands."""
    return read_governance(project, today=today)
