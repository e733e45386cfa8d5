"""How a dataset rests: in the clear, sealed from its seed, or sealed to the custodians of both sides.

The policy and the catalogue are asked, and whichever asks for more wins; what was adopted once, or sealed once on this
machine, is not loosened by editing or deleting files, only by both sides. Made-up rows are sealed from their seed, which
is public, so that all that is built on seals works on them too.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from workbench.catalog import Dataset
from workbench.errors import GateRefused, UsageError
from workbench.files import read_yaml
from workbench.governance import SIDES, Governance, Side, policy_path, read_governance
from workbench.project import Project
from workbench.vault.envelopes import Custodians, both_sides
from workbench.vault.register import Register

Kind = Literal["clear", "synthetic", "joint"]


@dataclass(frozen=True)
class Keeping:
    """How a dataset's rows rest.

    Parameters
    ----------
    kind : {'clear', 'synthetic', 'joint'}
    recipients : Custodians
        Whom ``joint`` rows are sealed to; nobody otherwise.

    Examples
    --------
    >>> Keeping("clear").personal
    False
    """

    kind: Kind
    recipients: Custodians = field(default_factory=Custodians)

    @property
    def personal(self) -> bool:
        """Whether the rows are about real people."""
        return self.kind == "joint"


class Rulings:
    """What policies and seats say about resting rows; governance is read once, and only where it is needed.

    Parameters
    ----------
    project : Project
    today : datetime.date, optional
        With it, custodians whose term is over are left out.
    """

    def __init__(self, project: Project, *, today: dt.date | None = None) -> None:
        self.project = project
        self.today = today
        self._register = Register(project)

    @cached_property
    def governance(self) -> Governance | None:
        """Governance as it stands; None where the project is not founded."""
        if not (self.project.governance / "founding" / "record.yml").is_file():
            return None
        return read_governance(self.project, today=self.today)

    def kind(self, dataset: str, described: Dataset) -> Kind:
        """Return how a dataset rests.

        Parameters
        ----------
        dataset : str
        described : Dataset

        Returns
        -------
        {'clear', 'synthetic', 'joint'}

        Raises
        ------
        UsageError
            The policy's ``personal`` or ``custody`` cannot be understood.
        CheckFailed
            The vault's register, which says what was sealed before, is not whole.
        """
        kind = self._said(dataset, described)
        return "joint" if kind != "joint" and self._sealed_before(dataset) and not self._adopted(dataset) else kind

    def _said(self, dataset: str, described: Dataset) -> Kind:
        """What the policy and the catalogue say."""
        policy = self._policy(dataset)
        about_people = bool(described.personal_fields) or (policy is not None and policy["personal"])
        if not about_people:
            return "clear" if described.synthetic or not self._loosened(dataset) else "joint"
        if described.synthetic and (policy is None or not policy["personal"] or policy["custody"] == "synthetic"):
            return "synthetic"
        return "joint"

    def keeping(self, dataset: str, described: Dataset) -> Keeping:
        """Return how a dataset rests, and for whom it is sealed.

        Parameters
        ----------
        dataset : str
        described : Dataset

        Returns
        -------
        Keeping

        Raises
        ------
        GateRefused
            ``joint``, and a side has no custodian with an age key, or the project is a demonstration and the rows are real.
        """
        kind = self.kind(dataset, described)
        if kind != "joint":
            return Keeping(kind)
        if self.governance is not None and self.governance.rules.demonstration and not described.synthetic:
            raise GateRefused(
                f"dataset '{dataset}' is about real people, and this project is a demonstration, whose keys everybody may read",
                hint="start a city's own project, with keys of its own: workbench init",
            )
        found = self.custodians()
        missing = found.missing()
        shared = both_sides(found)
        if shared:
            raise GateRefused(
                f"dataset '{dataset}': {', '.join(shared)} have one age key, so one person alone would open it",
                hint="each custodian draws a key (workbench vault keygen), adopted by both sides: workbench propose charter",
            )
        if missing:
            sides = " and ".join(side.replace("_", " ") for side in missing)
            why = ", ".join(described.personal_fields) or "its policy says so, or is not the one that was adopted"
            raise GateRefused(
                f"dataset '{dataset}' is about people ({why}), so it is sealed to a custodian of each side, and {sides} has none",
                hint="give a seat of that side the role custodian and an age_key (workbench vault keygen --seat G-3), adopted by "
                "both sides: workbench propose charter",
            )
        return Keeping(kind, found)

    def custodians(self) -> Custodians:
        """Return the custodians in force: seats of that role that somebody holds, and that have an age key.

        Returns
        -------
        Custodians
            Nobody where the project is not founded.

        Raises
        ------
        GateRefused
            The register of decisions is in doubt, so who the custodians are is too.
        """
        found = {side: self.holders("custodian", side) for side in SIDES}
        return Custodians(government=found["government"], civil_society=found["civil_society"])

    def holders(self, role: Literal["custodian", "steward"], side: Side) -> dict[str, str]:
        """Return a side's seats of a role, with their age keys.

        Parameters
        ----------
        role : {'custodian', 'steward'}
        side : str

        Returns
        -------
        dict of str to str
            Seat to ``age1…``.
        """
        if self.governance is None:
            return {}
        self.governance.require_whole()
        members = self.governance.members
        return {
            name: str(members.seats[name].age_key)
            for name in members.with_role(role, side=side)
            if members.seats[name].age_key and (self.today is None or members.seats[name].sits_on(self.today))
        }

    def purposes(self, dataset: str) -> list[str]:
        """Return the purposes for which a dataset's adopted policy lets it be used.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        list of str

        Raises
        ------
        GateRefused
            The policy is not adopted by both sides.
        """
        from workbench.governance import require_adopted_policy

        if self.governance is None:
            raise GateRefused(f"dataset '{dataset}': the project is not founded, so no policy is adopted")
        require_adopted_policy(self.governance, dataset)
        policy = self._policy(dataset)
        return list(policy["purposes"]) if policy else []

    def _policy(self, dataset: str) -> dict[str, Any] | None:
        """The keys of a policy that decide how rows rest; the whole file is the business of ``privacy``."""
        path = policy_path(self.project, dataset)
        if not path.is_file():
            return None
        found = read_yaml(path)
        if not isinstance(found, dict):
            raise UsageError(f"{self.project.relative(path)}: no mapping of keys")
        policy = {key: found.get(key, default) for key, default in (("personal", True), ("custody", "joint"), ("purposes", []))}
        problems = [] if isinstance(policy["personal"], bool) else ["personal: allowed are true and false"]
        if policy["custody"] not in ("joint", "synthetic"):
            problems.append("custody: allowed are joint and synthetic")
        if not isinstance(policy["purposes"], list):
            problems.append("purposes: a list is needed")
        if problems:
            raise UsageError(f"{self.project.relative(path)}: {'; '.join(problems)}")
        return policy

    def _sealed_before(self, dataset: str) -> bool:
        """Whether rows of it were ever sealed to both sides on this machine."""
        return any(
            entry["kind"] in ("sealed", "rotated") and entry.get("dataset") in (dataset, f"{dataset}.quarantine")
            for entry in self._register.entries()
        )

    def _adopted(self, dataset: str) -> bool:
        """Whether the policy as it stands was adopted by both sides."""
        return self.governance is not None and self.governance.policy(dataset).complete

    def _loosened(self, dataset: str) -> bool:
        """Whether both sides adopted a policy, and the file that says nothing is personal is another or gone."""
        if self.governance is None:
            return False
        found = self.governance.policy(dataset)
        return found.tally is not None and found.tally.outcome == "agreed" and not found.complete
