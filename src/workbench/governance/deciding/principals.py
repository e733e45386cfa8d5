"""Whose signature counts when, over every version of the rules and seats: what stock OpenSSH needs to verify any paper here.

The workbench judges each paper under the charter that it belongs to; this list says the same in days, for an independent witness.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.governance.deciding.answers import read_link
from workbench.governance.papers.members import Members
from workbench.governance.signing import SignerEntry, parse_public_key

if TYPE_CHECKING:
    from workbench.governance.gates import Governance


def signer_entries(governance: Governance) -> list[SignerEntry]:
    """Return every signer with the days on which the key signs: seats, deputies, and the one-time links that count.

    Parameters
    ----------
    governance : Governance

    Returns
    -------
    list of SignerEntry
    """
    found = [*_seats(governance), *_links(governance)]
    return [entry for entry in found if entry is not None]


def _seats(governance: Governance) -> Iterator[SignerEntry | None]:
    charters = governance.register.charters
    for place, charter in enumerate(charters):
        later = charters[place + 1] if place + 1 < len(charters) else None
        kept = set(later.members.signers()) if later else set()
        for signer, line in charter.members.signers():
            term = charter.term_of(signer)
            if term is None or line in charter.barred:
                continue
            until = term.until
            if later is not None and (signer, line) not in kept:
                until = min(until, later.since)  # on the day of the change both keys sign: the old one closed that vote
            yield _entry(governance.members, signer, line, term.from_, until)


def _links(governance: Governance) -> Iterator[SignerEntry | None]:
    for path in sorted((governance.project.governance / "links").glob("L-*.yml")):
        link = read_link(governance, path.stem)
        if not isinstance(link, str):
            yield _entry(governance.members, link.link, link.public_key, link.issued_on, link.expires_on)


def _entry(members: Members, signer: str, line: str, since: dt.date, until: dt.date) -> SignerEntry | None:
    """None where the key was revoked before it could sign anything."""
    revoked = members.revoked_on(line)
    if revoked is not None:
        if revoked <= since:
            return None
        until = min(until, revoked - dt.timedelta(days=1))
    return SignerEntry(signer, parse_public_key(line), since, until) if since <= until else None
