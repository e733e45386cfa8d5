"""``workbench check``: everything that is committed is whole, fits together, and is as both sides approved it."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from workbench.catalog import Catalog, read_catalog
from workbench.errors import CheckFailed, UsageError, WorkbenchError, combine, unknown
from workbench.files import sha256
from workbench.governance import CharterProposal, Governance, policy_path, read_governance, tally_all
from workbench.governance.acts.proposing import changed_charter_files, in_force_path
from workbench.governance.deciding.answers import answers_of
from workbench.governance.deciding.approved import minutes_of
from workbench.governance.deciding.casting import is_ahead
from workbench.governance.papers.reading import days_done, papers_and_faults
from workbench.governance.papers.references import check_references, named_results
from workbench.governance.papers.schemas import stale_schemas
from workbench.privacy import check_policy, read_policy
from workbench.progress import Report, silent
from workbench.project import Project
from workbench.records import line_of
from workbench.releases import read_release, releases, verify_release
from workbench.releases.consistency import inconsistencies
from workbench.releases.ledger import faults as ledger_faults
from workbench.runs import check_analysis, issues, notebook_path, read_analysis, read_notebook
from workbench.vault import Register

Result = TypeVar("Result")

DATED = ("proposal", "contribution", "consultation", "data_request", "obstacle", "recommendation", "link")
"""Papers whose days nobody else judges: ballots, closings, minutes, answers and approvals are judged where they count."""


def check_project(project: Project, *, today: dt.date, report: Report = silent) -> list[WorkbenchError]:
    """Return every fault of the committed files."""
    faults: list[WorkbenchError] = []

    def attempt(check: Callable[..., Result], *arguments: Any) -> Result | None:
        try:
            return check(*arguments)
        except WorkbenchError as error:
            faults.append(error)
            return None

    attempt(_nothing_private_is_carried, project)
    attempt(_whole_register_of_the_vault, project)
    faults += attempt(_faults_of_the_ledger, project) or []
    catalog = attempt(read_catalog, project)
    governance = attempt(_governance, project, today)
    if governance is not None:
        faults += _governance_faults(governance, report)
    if catalog is None:
        return faults
    unfit = check_references(project)
    faults += unfit or attempt(unreleased, project, named_results(project)) or []
    faults += _days_ahead(project, today)
    for path in sorted((project.governance / "policies").glob("*.yml")):
        attempt(_fits, catalog, path)
        if governance is not None:
            attempt(_adopted, governance, path.stem)
    for issue in issues(project):
        analysis = attempt(read_analysis, project, issue)
        if analysis is not None:
            attempt(check_analysis, project, catalog, analysis)
            for dataset in analysis.datasets:
                attempt(_has_policy, project, catalog, dataset)
            for notebook in analysis.notebooks:
                attempt(_clean, project, issue, notebook)
        if governance is None:
            continue
        if analysis is not None:
            attempt(_known_authors, governance, issue, analysis.authors)
        attempt(_agreed, governance, issue)
        for release in releases(project, issue):
            attempt(verify_release, governance, release)
            attempt(_agrees_with_itself, project, release)
            attempt(_no_faults, governance, release)
            attempt(_nothing_personal, project, catalog, release)
    return faults


def unreleased(project: Project, results: Mapping[str, Sequence[str]]) -> list[WorkbenchError]:
    """Return a fault for each result, such as ``bike-routes/2#peak``, that no release holds, with the files that name it."""
    faults: list[WorkbenchError] = []
    for result, named_by in results.items():
        release, _, name = result.partition("#")
        issue, _, number = release.partition("/")
        where = ", ".join(named_by)
        folders = {path.name: path for path in releases(project, issue)}
        if number not in folders:
            allowed = [f"{issue}/{there}" for there in folders]
            faults.append(unknown("release", release, allowed, where=where))
        else:
            held = read_release(folders[number])["results"]
            if name not in held:
                faults.append(unknown(f"result of {release}", name, held, where=where))
    return faults


def _days_ahead(project: Project, today: dt.date) -> list[WorkbenchError]:
    """A day on which something was done, and which has not come yet."""
    faults: list[WorkbenchError] = []
    for kind in DATED:
        papers, _ = papers_and_faults(project, kind)
        for path, paper in papers.items():
            for key, day in days_done(paper):
                if is_ahead(day, today):
                    line = line_of(path, *(int(part) if part.isdigit() else part for part in key.split(".")))
                    where = f"{project.relative(path)}, line {line}: {key}"
                    faults.append(CheckFailed(f"{where}: {day} lies in the future of {today}"))
    return faults


def _nothing_private_is_carried(project: Project) -> None:
    """A merge that carries ``.workbench/`` or ``site/`` would plant protected data, runs or candidates on every machine."""
    git = shutil.which("git")
    if git is None or not (project.root / ".git").exists():
        return
    listing = [
        git,
        "-C",
        str(project.root),
        "ls-files",
        "-z",
        "--",
        project.relative(project.private),
        project.relative(project.site),
    ]
    found = subprocess.run(listing, capture_output=True, text=True, errors="replace", check=False).stdout
    names = [name for name in found.split("\0") if name]
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        hint = "look at who committed it, then: git rm -r --cached .workbench site"
        raise CheckFailed(f"{names[0]}{more}: is committed, and what is made on a machine never is", hint=hint)


def _whole_register_of_the_vault(project: Project) -> None:
    """Who opened what is still told as it was written; the parts themselves are the business of ``vault verify``."""
    fault = Register(project).fault()
    if fault is not None:
        raise fault


def _faults_of_the_ledger(project: Project) -> list[WorkbenchError]:
    """Everything published about people is known as it was written; a machine that holds no data about people needs no ledger."""
    return list(ledger_faults(project)[0])


def _governance(project: Project, today: dt.date) -> Governance:
    return read_governance(project, today=today)


def _governance_faults(governance: Governance, report: Report) -> list[WorkbenchError]:
    """What is wrong with decisions: a register in doubt, files that do not count, rules and seats that nobody adopted."""
    project, register = governance.project, governance.register
    hint = "restore the file from git, or have both sides decide anew"
    found: list[WorkbenchError] = [CheckFailed(reason, hint=hint) for reason in governance.faults]
    found += [UsageError(reason) for reason in register.unread.values()]
    found += [
        CheckFailed(f"governance/closings/{name}.yml: {item.reason}") for name, item in register.pending.items() if not item.waits
    ]
    proposed = {
        sha
        for name, proposal in register.proposals.items()
        if isinstance(proposal, CharterProposal) and name not in register.by_proposal
        for sha in proposal.files.values()
    }
    for name, content in changed_charter_files(project, governance).items():
        if sha256(content) not in proposed:
            reason = "is not the version in force, and changes nothing until both sides adopt it"
            in_force = project.relative(in_force_path(governance, name))
            hint = f"take the one in force (cp {in_force} governance/{name}.yml), or propose yours: workbench propose charter"
            found.append(CheckFailed(f"governance/{name}.yml: {reason}", hint=hint))
    for tally in tally_all(project, register, today=governance.today, report=report):
        where = f"governance/ballots/{tally.proposal}"
        found += [CheckFailed(f"{where}/{item.file}: {item.reason}") for item in tally.refused if not item.set_aside]
        found += [CheckFailed(f"{where}: {fault}") for fault in tally.faults if tally.outcome == "void"]
    found += [CheckFailed(fault) for official in answers_of(governance).values() for fault in official.faults]
    for name, minutes in minutes_of(governance).items():
        found += [CheckFailed(f"governance/meetings/{name}.yml: {fault}") for fault in minutes.signed.faults]
    stale = stale_schemas(project)
    if stale:
        found.append(CheckFailed(f"{', '.join(stale)}: not what the models say", hint="run: workbench governance schemas"))
    return found


def _known_authors(governance: Governance, issue: str, authors: list[str]) -> None:
    where = f"analyses/{issue}/analysis.yml: authors"
    for seat in authors:
        if seat not in governance.members.seats:
            raise unknown("seat", seat, governance.members.seats, where=where)


def _has_policy(project: Project, catalog: Catalog, dataset: str) -> None:
    """A dataset of an analysis can be protected: it, and the stand-in that may take its place."""
    for name in (dataset, *([catalog[dataset].stand_in] if dataset in catalog.datasets and catalog[dataset].stand_in else [])):
        if name and not policy_path(project, name).is_file():
            raise CheckFailed(f"dataset '{name}' has no policy", hint=f"write {project.relative(policy_path(project, name))}")


def _fits(catalog: Catalog, path: Path) -> None:
    check_policy(read_policy(path), catalog[path.stem], path)


def _adopted(governance: Governance, dataset: str) -> None:
    found = governance.policy(dataset)
    if not found.complete:
        where = governance.project.relative(found.path)
        raise CheckFailed(f"{where}: not adopted by both sides in this version ({found.missing()})")


def _agreed(governance: Governance, issue: str) -> None:
    found = governance.issue(issue)
    if found is None:
        raise CheckFailed(f"analyses/{issue}: no proposal speaks of it", hint="propose it: workbench propose")
    if not found.complete:
        raise CheckFailed(f"analyses/{issue}: not agreed by both sides ({found.missing()})")


def _agrees_with_itself(project: Project, release: Path) -> None:
    """A number that was changed by hand contradicts the other places where it stands, whatever the hashes say."""
    problems = inconsistencies(release)
    if problems:
        raise combine(problems, where=project.relative(release), kind=CheckFailed, hint="restore the folder from git")


def _no_faults(governance: Governance, release: Path) -> None:
    """Both sides approved, and yet a statement about it does not count: somebody should know."""
    found = governance.release(release)
    if found.complete and found.faults:
        raise CheckFailed("; ".join(found.faults), hint="mend or remove the statement")


def _nothing_personal(project: Project, catalog: Catalog, release: Path) -> None:
    """What was approved is scanned again: this machine may know values that the one of then did not."""
    from workbench.releases.personal_values import personal_values
    from workbench.releases.scanning import require_clean, scan_release

    require_clean(scan_release(release, personal=personal_values(project, catalog)), what=project.relative(release))


def _clean(project: Project, issue: str, notebook: str) -> None:
    """A committed notebook carries no outputs: what it shows is what a release lets through."""
    path = notebook_path(project, issue, notebook)
    if path.is_file() and any(cell.get("outputs") for cell in read_notebook(path).cells):
        raise CheckFailed(f"{project.relative(path)}: carries outputs", hint="clear them before committing")
