"""One version of the rules and seats, and who signed what under it.

A charter never changes: a later one replaces it from its own day on, so that old decisions stay what they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from workbench.errors import UsageError
from workbench.governance.deciding.content import paper_bytes
from workbench.governance.papers.fields import SIDE_WORDS, SIDES, Role, Side
from workbench.governance.papers.members import DEPUTY, Members, Seat, Term
from workbench.governance.papers.rules import Rules
from workbench.governance.signing import PublicKey, SignatureRefused, parse_public_key, signatures_beside, verify
from workbench.governance.signing.demonstration import shipped_keys
from workbench.records import shown_name


@dataclass(frozen=True)
class Charter:
    """Rules and seats in force from a day on.

    Parameters
    ----------
    number : int
        1 is the founding.
    source : str
        ``founding``, or the proposal that changed it.
    since : datetime.date
    rules : Rules
    members : Members
    rules_sha256, members_sha256 : str
        Of the bytes in force.
    barred : frozenset of str
        Public keys that never count here: the demonstration's, where this is none.
    """

    number: int
    source: str
    since: dt.date
    rules: Rules
    members: Members
    rules_sha256: str
    members_sha256: str
    barred: frozenset[str] = field(default=frozenset(), repr=False)

    @cached_property
    def identity(self) -> str:
        """What results that rest on this charter are remembered by."""
        return f"{self.number}:{self.rules_sha256}:{self.members_sha256}"

    @cached_property
    def _keys(self) -> dict[str, PublicKey]:
        return {signer: parse_public_key(line) for signer, line in self.members.signers()}

    def seat_of(self, signer: str) -> Seat | None:
        """Return the seat that a signer's name stands for.

        Parameters
        ----------
        signer : str
            ``C-1``, or ``C-1.deputy``.

        Returns
        -------
        Seat or None
        """
        return self.members.seats.get(signer.removesuffix(DEPUTY))

    def check(self, content: bytes, armoured: bytes, *, signer: str, day: dt.date) -> str | None:
        """Say why a signature does not count, None where it does.

        Parameters
        ----------
        content : bytes
            What was signed, with Unix line ends.
        armoured : bytes
            The signature.
        signer : str
        day : datetime.date
            On which it says that it was given.

        Returns
        -------
        str or None
        """
        seat = self.seat_of(signer)
        if seat is None:
            return f"{signer} is a stranger: governance/members.yml in force has no such seat"
        if seat.vacant_since is not None:
            return f"seat {signer} is vacant since {seat.vacant_since}"
        key = self._keys.get(signer)
        if key is None:
            return f"seat {signer.removesuffix(DEPUTY)} has no deputy"
        term = self.term_of(signer)
        if term is not None and not term.holds(day):
            return f"the term of {signer} is {term.from_} to {term.until}, this is dated {day}"
        if key.line in self.barred:
            return f"the key of {signer} is a demonstration's: its private half is public"
        try:
            verify(content, armoured, key=key)
        except SignatureRefused as error:
            return f"the signature of {signer} {error}"
        return self.revoked(key.line, whose=f"the key of {signer}", day=day)

    def term_of(self, signer: str) -> Term | None:
        """Return from and until when a signer sits.

        Parameters
        ----------
        signer : str
            ``C-1``, or ``C-1.deputy``.

        Returns
        -------
        Term or None
        """
        seat = self.seat_of(signer)
        if seat is None:
            return None
        return seat.deputy.term if signer.endswith(DEPUTY) and seat.deputy else seat.term

    def revoked(self, public_key: str, *, whose: str, day: dt.date) -> str | None:
        """Say since when a key is revoked, None where it counts on a day.

        Parameters
        ----------
        public_key : str
        whose : str
            For the message.
        day : datetime.date

        Returns
        -------
        str or None
        """
        since = self.members.revoked_on(public_key)
        return f"{whose} is revoked since {since}" if since is not None and day >= since else None

    def key_of(self, signer: str) -> str:
        """Return the public key with which a signer signs.

        Parameters
        ----------
        signer : str

        Returns
        -------
        str
            Empty where there is none.
        """
        key = self._keys.get(signer)
        return key.line if key else ""

    def signers_beside(
        self,
        path: Path,
        *,
        day: dt.date,
        role: Role,
        issue: str | None = None,
        anywhere: bool = False,
        among: Mapping[str, Path] | None = None,
    ) -> Signed:
        """Find who signed a file with a role, each for a side.

        Parameters
        ----------
        path : Path
            Signatures lie beside it as ``<file>.<signer>.sig``.
        day : datetime.date
        role : str
        issue : str, optional
        anywhere : bool, default False
            The role for any urban issue is enough: which one it is cannot be told.
        among : mapping of str to Path, optional
            The signatures beside it, where they are known already: a folder of a thousand records is listed once.

        Returns
        -------
        Signed
        """
        content = paper_bytes(path, where=path.name)
        by: dict[Side, str] = {}
        faults = []
        for name, file in sorted((signatures_beside(path) if among is None else among).items()):
            signer = shown_name(name)
            seat = self.seat_of(signer)
            try:
                fault = self.check(content, paper_bytes(file, where="its file"), signer=signer, day=day)
            except UsageError as error:
                fault = error.message
            if fault is None and seat is not None and seat.side is None:
                fault = f"seat {signer} advises and speaks for no side"
            held = seat is not None and (seat.has_role(role, issue=issue) or (anywhere and role in seat.roles_held))
            if fault is None and not held:
                fault = f"seat {signer} is no {role}"
            if fault is not None:
                faults.append(f"{shown_name(file.name)}: {fault}")
            elif seat is not None and seat.side is not None:
                by.setdefault(seat.side, signer)
        return Signed(by=by, faults=tuple(faults))


@dataclass(frozen=True)
class Signed:
    """Who signed for which side, and why other signatures do not count."""

    by: dict[Side, str]
    faults: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether both sides signed."""
        return all(side in self.by for side in SIDES)

    def missing(self) -> str:
        """Say in words which side has not signed."""
        sides = " and ".join(SIDE_WORDS[side] for side in SIDES if side not in self.by)
        return f"not signed for {sides}" + (f" ({'; '.join(self.faults)})" if self.faults else "")


def check_charter(charter: Charter, *, where: str) -> None:
    """Refuse a charter under which nothing could ever be decided or closed.

    Parameters
    ----------
    charter : Charter
    where : str
        For the message.

    Raises
    ------
    UsageError
    """
    seats = charter.members.seats
    stewards = {side: charter.members.with_role("steward", side=side) for side in SIDES}
    lacking = [SIDE_WORDS[side] for side in SIDES if not stewards[side]]
    if lacking:
        raise UsageError(
            f"{where}: no steward of {' and '.join(lacking)}",
            hint="each side needs a filled seat with roles: {all: [steward]}",
        )
    public = [SIDE_WORDS[side] for side in SIDES if all(seats[name].public_key in charter.barred for name in stewards[side])]
    if public:
        raise UsageError(
            f"{where}: every steward of {' and '.join(public)} has a key of a demonstration, which counts there alone",
            hint="give the seats new keys: workbench governance keygen",
        )
    open_to_all = [name for name, seat in seats.items() if seat.age_key in charter.barred]
    if open_to_all:
        raise UsageError(
            f"{where}: the age_key of {', '.join(open_to_all)} is a demonstration's: everyone can open what is sealed to it",
            hint="give the seats new keys: workbench vault keygen",
        )


def barred_keys(rules: Rules, *, before: Iterable[Charter] = ()) -> frozenset[str]:
    """Return the public keys that never count under some rules.

    Only what both sides signed decides this: the charters before, and the list that comes with the workbench.

    Parameters
    ----------
    rules : Rules
    before : iterable of Charter, optional
        The charters that these rules follow; the keys of those that were a demonstration's do not live on.

    Returns
    -------
    frozenset of str
        None in a demonstration.
    """
    if rules.demonstration:
        return frozenset()
    shown = {key for charter in before if charter.rules.demonstration for _, key in charter.members.signers()}
    return shipped_keys() | shown
