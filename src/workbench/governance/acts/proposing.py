"""Writing a proposal: an urban issue, policies to adopt, or other rules and seats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import GateRefused, UsageError, unknown
from workbench.files import sha256, text_bytes
from workbench.governance.acts.drafts import record_bytes, schema_line
from workbench.governance.deciding.charter import barred_keys, check_charter
from workbench.governance.deciding.founding import founding_folder
from workbench.governance.gates import Governance, policy_path
from workbench.governance.papers.members import Members
from workbench.governance.papers.proposals import CHARTER_FOLDER, ProposalFile
from workbench.governance.papers.rules import Rules
from workbench.project import Project
from workbench.records import parse_model, read_model


def next_id(folder: Path, letter: str) -> str:
    """Return the next free number of a folder of papers.

    Parameters
    ----------
    folder : Path
    letter : str
        ``P``, ``M``, ``D`` …

    Returns
    -------
    str
        Such as ``P-0007``: one more than the highest, so that no number is given twice.

    Examples
    --------
    >>> import tempfile
    >>> next_id(Path(tempfile.mkdtemp()), "P")
    'P-0001'
    """
    numbers = [int(path.name[2:6]) for path in folder.glob(f"{letter}-[0-9][0-9][0-9][0-9]*") if path.name[2:6].isdigit()]
    return f"{letter}-{max(numbers, default=0) + 1:04d}"


def draft_proposal(governance: Governance, record: Mapping[str, Any], *, today: dt.date) -> dict[Path, bytes]:
    """Draft a proposal under the next free number; nothing is written.

    Parameters
    ----------
    governance : Governance
    record : mapping
        Its keys but ``proposal`` and ``proposed_on``, which are filled in, and ``opens_on``, which is today unless given.
    today : datetime.date

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    UsageError
        A key that is missing or cannot be understood.
    """
    folder = governance.project.governance / "proposals"
    number = next_id(folder, "P")
    whole = {"proposal": number, "proposed_on": today, "opens_on": today, **record}
    proposal = parse_model(whole, ProposalFile, where=f"proposal {number}").root
    _require_proposer(governance, proposal.proposed_by, where=f"proposal {number}: proposed_by")
    return {folder / f"{number}.yml": record_bytes(proposal, comment=schema_line("proposal"))}


def _require_proposer(governance: Governance, name: str, *, where: str) -> None:
    """A seat that there is, or a citizen's contribution (four digits; a seat has three at most)."""
    contributions = governance.project.governance / "contributions"
    if len(name) == len("C-0001") and name.startswith("C-"):
        if not (contributions / f"{name}.yml").is_file():
            raise unknown("contribution", name, [path.stem for path in contributions.glob("C-*.yml")], where=where)
    elif name not in governance.members.seats:
        raise unknown("seat", name, governance.members.seats, where=where)


def draft_policies(
    governance: Governance, datasets: Sequence[str], record: Mapping[str, Any], *, today: dt.date
) -> dict[Path, bytes]:
    """Draft the proposal to adopt the policies of datasets, in exactly the bytes that lie there now.

    Parameters
    ----------
    governance : Governance
    datasets : sequence of str
    record : mapping
        ``title``, ``question``, ``reason``, ``department``, ``proposed_by``.
    today : datetime.date

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    UsageError
        A dataset without a policy file.
    """
    files = {}
    for dataset in sorted(datasets):
        path = policy_path(governance.project, dataset)
        if not path.is_file():
            raise UsageError(f"dataset '{dataset}' has no policy", hint=f"write {governance.project.relative(path)}")
        files[governance.project.relative(path)] = sha256(text_bytes(path))
    return draft_proposal(governance, {"kind": "policies", "files": files, **record}, today=today)


def draft_charter(governance: Governance, record: Mapping[str, Any], *, today: dt.date) -> dict[Path, bytes]:
    """Draft the proposal of the rules and seats that stand in ``governance/rules.yml`` and ``members.yml``, where they differ.

    Parameters
    ----------
    governance : Governance
    record : mapping
        ``title``, ``question``, ``reason``, ``department``, ``proposed_by``.
    today : datetime.date

    Returns
    -------
    dict of Path to bytes

    Raises
    ------
    GateRefused
        They are those in force already.
    UsageError
        They cannot be understood, or nobody could close a vote under them.
    """
    project, charter = governance.project, governance.register.charter
    number = next_id(project.governance / "proposals", "P")
    changed = changed_charter_files(project, governance)
    if not changed:
        raise GateRefused("governance/rules.yml and members.yml are those in force already", hint="change them first")
    rules = read_model(project.governance / "rules.yml", Rules)
    members = read_model(project.governance / "members.yml", Members)
    candidate = type(charter)(
        number=charter.number + 1,
        source=number,
        since=today,
        rules=rules,
        members=members,
        rules_sha256="",
        members_sha256="",
        barred=barred_keys(rules, before=governance.register.charters),
    )
    check_charter(candidate, where="governance/members.yml")
    proposed = {project.root / CHARTER_FOLDER / number / f"{name}.yml": content for name, content in changed.items()}
    files = {project.relative(path): sha256(content) for path, content in proposed.items()}
    return {**proposed, **draft_proposal(governance, {"kind": "charter", "files": files, **record}, today=today)}


def in_force_path(governance: Governance, name: str) -> Path:
    """Return the file that holds the rules or the seats in force: that of the founding, or of the proposal that changed them.

    Parameters
    ----------
    governance : Governance
    name : {"rules", "members"}

    Returns
    -------
    Path
    """
    project, charters = governance.project, governance.register.charters
    in_force = getattr(charters[-1], f"{name}_sha256")
    source = next(one.source for one in charters if getattr(one, f"{name}_sha256") == in_force)
    folder = founding_folder(project) if source == "founding" else project.root / CHARTER_FOLDER / source
    return folder / f"{name}.yml"


def changed_charter_files(project: Project, governance: Governance) -> dict[str, bytes]:
    """Return which of ``rules.yml`` and ``members.yml`` differ from those in force, with their content.

    Parameters
    ----------
    project : Project
    governance : Governance

    Returns
    -------
    dict of str to bytes
    """
    charter = governance.register.charter
    found = {}
    for name, in_force in (("rules", charter.rules_sha256), ("members", charter.members_sha256)):
        path = project.governance / f"{name}.yml"
        content = text_bytes(path) if path.is_file() else b""
        if sha256(content) != in_force:
            found[name] = content
    return found
