"""The gates that other rooms ask: is this policy adopted, this urban issue agreed, this release approved?

Each needs both sides, over exactly the bytes that lie in the repository now, and a register of decisions that is whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workbench.errors import GateRefused
from workbench.files import sha256_text
from workbench.governance.deciding.consent import Consent, consent_to
from workbench.governance.deciding.memory import forgotten
from workbench.governance.deciding.outcomes import Tally, tally_proposal
from workbench.governance.deciding.register import Register, read_register
from workbench.governance.papers.members import Members
from workbench.governance.papers.proposals import IssueProposal, PolicyProposal, Proposal
from workbench.governance.papers.rules import Rules
from workbench.project import Project


@dataclass(frozen=True)
class Decision:
    """What both sides decided about one thing.

    Parameters
    ----------
    path : Path
        The file spoken of: the policy, or the proposal of the urban issue.
    proposal : Proposal or None
        The one that decided; while none did, the newest.
    tally : Tally or None
        Its tally.
    reason : str
        Why the gate is closed; empty where it is open.
    """

    path: Path
    proposal: Proposal | None
    tally: Tally | None
    reason: str

    @property
    def complete(self) -> bool:
        """Whether both sides agreed, and to exactly these bytes."""
        return not self.reason

    @property
    def date(self) -> dt.date | None:
        """The day on which the vote was closed, None while it is open."""
        return self.tally.closing.closed_on if self.tally and self.tally.closing else None

    def missing(self) -> str:
        """Say in words what is missing."""
        return self.reason


@dataclass(frozen=True)
class Governance:
    """The governance of a project as it stands: the register, and every answer that is recomputed from it.

    Parameters
    ----------
    project : Project
    register : Register
    today : datetime.date or None
        Against which dates in the future are found.
    """

    project: Project
    register: Register
    today: dt.date | None

    @property
    def rules(self) -> Rules:
        """The rules in force."""
        return self.register.charter.rules

    @property
    def members(self) -> Members:
        """The seats in force."""
        return self.register.charter.members

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """What puts the register in doubt, by the files or by what this machine has seen."""
        return (*self.register.faults, *forgotten(self.project, self.register))

    def require_whole(self) -> None:
        """Refuse while the register is in doubt.

        Raises
        ------
        GateRefused
        """
        if self.faults:
            hint = "restore these files from git, or see: workbench governance register"
            raise GateRefused(_in_doubt("; ".join(self.faults)), hint=hint)

    @cached_property
    def _tallies(self) -> dict[str, Tally]:
        return {}

    def tally(self, proposal: str) -> Tally:
        """Tally a proposal.

        Parameters
        ----------
        proposal : str

        Returns
        -------
        Tally
        """
        if proposal not in self._tallies:
            self._tallies[proposal] = tally_proposal(self.project, self.register, proposal, today=self.today)
        return self._tallies[proposal]

    def issue(self, issue: str) -> Decision | None:
        """Say what both sides decided about an urban issue; None where nobody proposed it.

        Parameters
        ----------
        issue : str

        Returns
        -------
        Decision or None
            The newest proposal that both sides agreed on, else the newest.
        """
        wanted = [
            proposal
            for proposal in self.register.proposals.values()
            if isinstance(proposal, IssueProposal) and proposal.issue == issue
        ]
        if not wanted:
            return None
        decision = self._newest(wanted)
        proposal = decision.proposal
        path = self.project.governance / "proposals" / f"{proposal.proposal if proposal else ''}.yml"
        return Decision(path=path, proposal=proposal, tally=decision.tally, reason=decision.reason)

    def issues(self) -> list[str]:
        """Return every urban issue that was proposed, in the order of the first proposals.

        Returns
        -------
        list of str
        """
        proposals = sorted(self.register.proposals.items())
        return list(dict.fromkeys(item.issue for _, item in proposals if isinstance(item, IssueProposal)))

    def policy(self, dataset: str) -> Decision:
        """Say what both sides decided about a dataset's policy, in exactly this version.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        Decision
        """
        path = policy_path(self.project, dataset)
        name = self.project.relative(path)
        wanted = [
            proposal
            for proposal in self.register.proposals.values()
            if isinstance(proposal, PolicyProposal) and name in proposal.files
        ]
        if not wanted:
            return Decision(path=path, proposal=None, tally=None, reason="no proposal asks both sides to adopt it")
        found = self._newest(wanted)
        reason = found.reason
        if not reason and isinstance(found.proposal, PolicyProposal):
            current = sha256_text(path) if path.is_file() else None
            if found.proposal.files[name] != current:
                adopted = found.proposal.files[name][:12]
                reason = (
                    f"speaks of other bytes: {found.proposal.proposal} adopted {adopted}…, this is {(current or 'gone')[:12]}…"
                )
        return Decision(path=path, proposal=found.proposal, tally=found.tally, reason=reason)

    def _newest(self, wanted: Sequence[Proposal]) -> Decision:
        """The newest vote that both sides agreed in; failing that, the newest proposal and why it is not agreed."""
        by_proposal = self.register.by_proposal
        closed = sorted(
            (by_proposal[item.proposal] for item in wanted if item.proposal in by_proposal), key=lambda entry: -entry.facts.number
        )
        doubt = "; ".join(self.faults)
        for entry in closed:
            tally = self.tally(entry.facts.proposal)
            if tally.outcome == "void":  # it may have decided: nothing older can be believed in its place
                doubt = doubt or f"{tally.proposal} cannot be recomputed: {tally.why()}"
            if tally.outcome == "agreed":
                proposal = self.register.proposals[tally.proposal]
                return Decision(path=Path(), proposal=proposal, tally=tally, reason=doubt and _in_doubt(doubt))
        newest = max(wanted, key=lambda item: item.proposal)
        tally = self.tally(newest.proposal)
        reason = _in_doubt(doubt) if doubt else f"{newest.proposal} is {tally.outcome} ({tally.why()})"
        return Decision(path=Path(), proposal=newest, tally=tally, reason=reason)

    def release(self, folder: Path, *, name: str | None = None) -> Consent:
        """Collect what a checker of each side said about a release.

        Parameters
        ----------
        folder : Path
            A release's folder, or a candidate's; its ``release.yml`` names the hash of every other file, the urban
            issue and the authors.
        name : str, optional
            Where a candidate's ``release.yml`` will lie in the repository.

        Returns
        -------
        Consent
        """
        path = folder / "release.yml"
        name = name or self.project.relative(path)
        return consent_to(self.project, self.register, path, name=name, doubts=self.faults, today=self.today)


def _in_doubt(reason: str) -> str:
    return f"the register of decisions is in doubt: {reason}"


def read_governance(project: Project, *, today: dt.date | None = None) -> Governance:
    """Read who decides, and what was decided.

    Parameters
    ----------
    project : Project
    today : datetime.date, optional
        Without it, dates in the future are not looked for.

    Returns
    -------
    Governance

    Raises
    ------
    GateRefused
        The project is not founded by both sides.
    CheckFailed, UsageError
        Its founding files are damaged or cannot be understood.
    """
    return Governance(project=project, register=read_register(project, today=today), today=today)


def policy_path(project: Project, dataset: str) -> Path:
    """Return where a dataset's policy lies.

    Parameters
    ----------
    project : Project
    dataset : str

    Returns
    -------
    Path
    """
    return project.governance / "policies" / f"{dataset}.yml"


def require_adopted_policy(governance: Governance, dataset: str) -> Path:
    """Return a dataset's policy file, adopted by both sides.

    Parameters
    ----------
    governance : Governance
    dataset : str

    Returns
    -------
    Path

    Raises
    ------
    GateRefused
        No policy, or both sides have not adopted these bytes.
    """
    project = governance.project
    path = policy_path(project, dataset)
    name = project.relative(path)
    if not path.is_file():
        raise GateRefused(f"dataset '{dataset}' has no policy", hint=f"write {name} and propose it: workbench propose")
    found = governance.policy(dataset)
    if not found.complete:
        raise GateRefused(
            f"{name} is not adopted by both sides in this version ({found.missing()})",
            hint=f"see what is missing and who can give it: workbench explain policy:{dataset}",
        )
    return path


def require_agreed_issue(governance: Governance, issue: str) -> None:
    """Refuse where both sides have not agreed on an urban issue.

    Parameters
    ----------
    governance : Governance
    issue : str

    Raises
    ------
    GateRefused
    """
    found = governance.issue(issue)
    if found is None:
        raise GateRefused(f"urban issue '{issue}' was not proposed", hint="propose it: workbench propose")
    if not found.complete:
        raise GateRefused(
            f"urban issue '{issue}' is not agreed ({found.missing()})",
            hint=f"see what is missing and who can give it: workbench explain issue:{issue}",
        )
