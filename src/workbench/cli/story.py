"""The demonstration's votes played anew: from a script, with the keys that lie beside it, through the acts that members use."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from pydantic import Field

from workbench.errors import UsageError
from workbench.files import sha256_text, text_bytes, write_bytes
from workbench.governance import CharterProposal, PolicyProposal, read_governance
from workbench.governance.acts.closing import draft_closing
from workbench.governance.acts.drafts import record_bytes, schema_line, sign_draft
from workbench.governance.acts.founding import draft_founding
from workbench.governance.acts.keyring import find_key
from workbench.governance.acts.voting import draft_ballot
from workbench.governance.papers.fields import Choice, Paper, Words
from workbench.governance.papers.proposals import ProposalFile
from workbench.governance.signing import PrivateKey, sign, signature_path
from workbench.governance.signing.demonstration import demonstration_folder
from workbench.project import Project
from workbench.records import read_model

MADE = ("adoptions", "agreements", "ballots", "charter", "closings", "founding")
"""Folders of ``governance/`` that are made anew."""

SIGNED = ("answers", "links", "meetings", "proposals")
"""Folders whose papers keep their text, and get new signatures or the hashes of files as they stand."""


class Said(Paper):
    """A ballot with more than its choice."""

    vote: Choice
    reason: Words | None = None
    conflict_of_interest: Words | None = None


class Voted(Paper):
    """One vote: the ballots of a day, and by whom and when it was closed."""

    cast_on: dt.date
    closed_on: dt.date | None = None
    closed_by: list[str] = Field(default_factory=list)
    ballots: dict[str, Choice | Said]


class Story(Paper):
    """``governance/demonstration/story.yml``."""

    founded_on: dt.date
    founded_by: list[str]
    votes: dict[str, Voted]
    minutes: dict[str, list[str]]
    links: dict[str, str]
    answers: dict[str, list[str]]


def play_story(project: Project) -> None:
    """Make the demonstration's founding, ballots, closings and signatures anew.

    Parameters
    ----------
    project : Project

    Raises
    ------
    UsageError
        The script names what does not exist.
    """
    story = read_model(demonstration_folder(project) / "story.yml", Story)
    for name in MADE:
        shutil.rmtree(project.governance / name, ignore_errors=True)
    for signer in story.founded_by:
        source = demonstration_folder(project) / "founding"
        sign_draft(draft_founding(project, signer=signer, today=story.founded_on, source=source), _key(project, signer))
    for proposal, voted in sorted(story.votes.items(), key=lambda item: item[1].closed_on or dt.date.max):
        _bring_up_to_date(project, proposal)
        _vote(project, proposal, voted)
    for folder, signers in (("meetings", story.minutes), ("answers", story.answers)):
        for name, names in signers.items():
            for signer in names:
                _sign(project, project.governance / folder / f"{name}.yml", signer, alone=False)
    for name, signer in story.links.items():
        _sign(project, project.governance / "links" / f"{name}.yml", signer, alone=True)


def _key(project: Project, signer: str) -> PrivateKey:
    return find_key(project, signer, demonstration=True, path=demonstration_folder(project) / signer)


def _sign(project: Project, path: Path, signer: str, *, alone: bool) -> None:
    if not path.is_file():
        raise UsageError(f"{project.relative(path)}: no such file", hint="the script names it")
    target = signature_path(path) if alone else signature_path(path, signer)
    write_bytes(target, sign(text_bytes(path), _key(project, signer)))


def _bring_up_to_date(project: Project, number: str) -> None:
    """Give a proposal of policies or seats the hashes of the files as they stand."""
    path = project.governance / "proposals" / f"{number}.yml"
    proposal = read_model(path, ProposalFile).root
    if isinstance(proposal, PolicyProposal):
        policies = sorted((project.governance / "policies").glob("*.yml"))
        files = {project.relative(policy): sha256_text(policy) for policy in policies}
    elif isinstance(proposal, CharterProposal):
        for name in proposal.files:
            write_bytes(project.root / name, text_bytes(project.governance / Path(name).name))
        files = {name: sha256_text(project.root / name) for name in proposal.files}
    else:
        return
    changed = proposal.model_copy(update={"files": files})
    write_bytes(path, record_bytes(changed, comment=schema_line("proposal")))


def _vote(project: Project, proposal: str, voted: Voted) -> None:
    for signer, said in voted.ballots.items():
        words = {} if isinstance(said, str) else said.model_dump(exclude={"vote"}, exclude_none=True)
        choice = said if isinstance(said, str) else said.vote
        governance = read_governance(project, today=voted.cast_on)
        draft = draft_ballot(governance, proposal, signer=signer, vote=choice, today=voted.cast_on, words=words)
        sign_draft(draft, _key(project, signer))
    for steward in voted.closed_by:
        day = voted.closed_on or voted.cast_on
        draft = draft_closing(read_governance(project, today=day), proposal, signer=steward, today=day)
        sign_draft(draft, _key(project, steward))
