"""The far end of a trace: the protected data that a result rests on, the policy it was protected under, and where it came from.

Each link says whether it was verified on this machine. What is not here is said to be absent, never taken for true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.catalog import DATA_NAME, Catalog, read_manifest
from workbench.errors import WorkbenchError
from workbench.files import sha256_file
from workbench.governance import Governance, PolicyProposal, Tally, policy_path
from workbench.vault import Vault

State = Literal["verified", "absent", "broken"]

ABSENT = "not on this machine"


@dataclass(frozen=True)
class Link:
    """One step from a published number towards its source.

    Parameters
    ----------
    what : str
        The kind of thing: ``result``, ``cell``, ``notebook``, ``run``, ``data``, ``policy``, ``source``, …
    name : str
        As people call it.
    state : {"verified", "absent", "broken"}
        ``verified``: it is here, and is what the step before says. ``absent``: it is not on this machine. ``broken``: it
        is here and is something else.
    facts : dict
        What is known of it: hashes, counts, days.
    reason : str
        Why it is not verified.
    below : tuple of Link
        What it rests on.
    """

    what: str
    name: str
    state: State
    facts: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    below: tuple[Link, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether it or anything below is broken."""
        return self.state == "broken" or any(link.broken for link in self.below)

    def as_record(self) -> dict[str, Any]:
        """Return the link and all below as plain values."""
        told = {"what": self.what, "name": self.name, "state": self.state, **({"reason": self.reason} if self.reason else {})}
        return {**told, "facts": self.facts, "below": [link.as_record() for link in self.below]}


def data_links(governance: Governance, catalog: Catalog, datasets: Mapping[str, Mapping[str, Any]]) -> tuple[Link, ...]:
    """Return the protected datasets behind a result, each with its policy and sources.

    Parameters
    ----------
    governance : Governance
    catalog : Catalog
    datasets : mapping
        As a result file records them, by the name that the notebook asked for.

    Returns
    -------
    tuple of Link
    """
    return tuple(_data(governance, catalog, asked, record) for asked, record in datasets.items())


def _data(governance: Governance, catalog: Catalog, asked: str, record: Mapping[str, Any]) -> Link:
    dataset, project = record["dataset"], governance.project
    folder = project.protected / dataset
    manifest = read_manifest(folder)
    state: State = "verified"
    reason = ""
    if manifest is None:
        state, reason = "absent", ABSENT
    elif manifest["sha256"] != record["sha256"]:
        state, reason = "absent", f"{ABSENT}: it was protected anew since ({manifest['sha256'][:12]}…)"
    elif sha256_file(folder / DATA_NAME) != record["sha256"]:
        state, reason = "broken", "its protected rows were changed"
    elif record["rows"] is not None and manifest["rows"] != record["rows"]:
        state, reason = "broken", f"has {manifest['rows']:,} rows, the result says {record['rows']:,}"
    facts = {key: record.get(key) for key in ("sha256", "rows", "kind", "personal")}
    if asked != dataset:
        facts["stands_in_for"] = asked
    below = (_policy(governance, dataset, record["policy"]), *_sources(governance, catalog, dataset, record))
    return Link("data", dataset, state, facts, reason, below)


def _policy(governance: Governance, dataset: str, used: Mapping[str, Any]) -> Link:
    path = policy_path(governance.project, dataset)
    state: State = "verified"
    reason = ""
    if not path.is_file():
        state, reason = "absent", ABSENT
    elif (found := sha256_file(path)) != used["sha256"]:
        state, reason = "absent", f"{ABSENT}: the file is another version by now ({found[:12]}…)"
    facts = {"version": used["version"], "sha256": used["sha256"]}
    return Link("policy", governance.project.relative(path), state, facts, reason, (_adoption(governance, dataset, used),))


def _adoption(governance: Governance, dataset: str, used: Mapping[str, Any]) -> Link:
    """Which vote adopted exactly this version."""
    name = governance.project.relative(policy_path(governance.project, dataset))
    asked = [
        item
        for _, item in sorted(governance.register.proposals.items())
        if isinstance(item, PolicyProposal) and item.files.get(name) == used["sha256"]
    ]
    for proposal in asked:
        tally = governance.tally(proposal.proposal)
        if tally.outcome == "agreed" and tally.closing is not None:
            state: State = "broken" if governance.faults else "verified"
            reason = f"the register of decisions is in doubt: {governance.faults[0]}" if governance.faults else ""
            return Link("adoption", proposal.proposal, state, _closing_facts(tally), reason)
    why = f"{asked[-1].proposal} is {governance.tally(asked[-1].proposal).outcome}" if asked else "no proposal names this version"
    return Link("adoption", asked[-1].proposal if asked else "nobody", "broken", {}, f"not adopted by both sides: {why}")


def _closing_facts(tally: Tally) -> dict[str, Any]:
    closing = tally.closing
    facts: dict[str, Any] = {"proposal_sha256": tally.proposal_sha256}
    if closing is not None:
        closed = {"closing": closing.number, "closed_on": str(closing.closed_on), "closing_sha256": closing.sha256}
        facts |= {**closed, "signed_by": dict(closing.signed_by)}
    return facts


def _sources(governance: Governance, catalog: Catalog, dataset: str, record: Mapping[str, Any]) -> list[Link]:
    """The files or answers that rows came from, as the vault keeps them."""
    described = catalog.datasets.get(dataset)
    try:
        parts = {part["source"]: part for part in Vault(governance.project, catalog).records(dataset)} if described else {}
    except WorkbenchError as error:
        return [Link("source", dataset, "broken", {}, error.message)]
    links = []
    for source in record["sources"]:
        facts: dict[str, Any] = {"retrieved": record.get("retrieved")}
        if described is not None:
            facts |= {"title": described.source.title.en, "licence": described.licence}
            if described.source.url:
                facts["url"] = described.source.url
        part = parts.get(source)
        if part is None:
            links.append(Link("source", source, "absent", facts, ABSENT))
            continue
        facts |= {
            "sha256": part.get("sha256"),
            "rows": part.get("rows"),
            "retrieved": part.get("retrieved") or facts["retrieved"],
        }
        path = governance.project.vault / dataset / part["file"]
        whole = path.is_file() and sha256_file(path) == part.get("content_sha256")
        state: State = "verified" if whole else "broken"
        links.append(Link("source", source, state, facts, "" if whole else "its rows in the vault were changed"))
    return links
