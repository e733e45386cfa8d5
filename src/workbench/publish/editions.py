"""What the book shows of each urban issue: its plan, and its newest release, every file held against its hash.

Nothing else reaches a page. A file that is not in the release, or is not the file that was approved, stops the book.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from workbench.catalog import Bilingual
from workbench.errors import CheckFailed, GateRefused, combine, did_you_mean
from workbench.files import parse_model, read_json, read_model, sha256_file
from workbench.governance import SIDES, Decision, Governance, IssueProposal, Statement
from workbench.progress import Report, silent
from workbench.publish.inputs import shown_folders
from workbench.publish.records import RESULT_OF_KIND, FigureResult, FindingResult, ReleaseRecord, Result, TableResult
from workbench.publish.votings import Voting, of_issue
from workbench.releases import RELEASE_FILE
from workbench.releases.corrections import released_corrections
from workbench.runs import Analysis, Page, read_analysis

UNLISTED = ("approvals",)
"""Folders of a release that come after its hashes: approvals speak of ``release.yml`` and so cannot stand in it."""

_ACTIVE = re.compile(r"^on[a-z]+$")
_LOCAL = re.compile(r"^(#|data:image/(png|jpeg);base64,)")


@dataclass(frozen=True)
class Release:
    """One release as the book shows it.

    ``folder`` holds its files, ``record`` is ``release.yml``, ``results`` its results by name, ``notebooks`` the cells
    of its notebooks by name, ``approvals`` what the checkers said about it, by side, ``corrections`` the notes on numbers
    that earlier releases published otherwise.
    """

    folder: Path
    record: ReleaseRecord
    results: dict[str, Result]
    notebooks: dict[str, list[dict[str, Any]]]
    approvals: dict[str, Statement]
    corrections: tuple[dict[str, Any], ...] = ()

    def tables(self) -> list[str]:
        """Return the paths of the release's CSV files."""
        return sorted(path for path in self.record.files if path.startswith("tables/") and path.endswith(".csv"))

    def figures(self) -> list[str]:
        """Return the paths of the release's SVG files."""
        return sorted(path for path in self.record.files if path.startswith("figures/") and path.endswith(".svg"))


@dataclass(frozen=True)
class Edition:
    """An urban issue, what both sides said about it, and what is shown of it: a release, or an honest None.

    ``analysis`` is None for an urban issue that was proposed and is not analysed yet. ``votings`` are all votes on it, the
    one that decides first. ``ahead`` says what the page's plan names and the release does not have yet.
    """

    issue: str
    analysis: Analysis | None
    release: Release | None
    decision: Decision | None
    votings: tuple[Voting, ...] = ()
    ahead: tuple[str, ...] = ()

    @property
    def proposal(self) -> IssueProposal | None:
        """The proposal that decides, else the newest."""
        found = self.decision.proposal if self.decision else None
        return found if isinstance(found, IssueProposal) else None

    @property
    def standing(self) -> str:
        """``agreed``, ``open``, ``not_agreed`` or ``not_proposed``."""
        return self.votings[0].outcome if self.votings else "not_proposed"

    @property
    def title(self) -> Bilingual:
        """The urban issue's name."""
        return self._source.title

    @property
    def question(self) -> Bilingual:
        """What is asked."""
        return self._source.question

    @property
    def plan(self) -> Page:
        """What the page shows."""
        return self.analysis.page if self.analysis else Page()

    @property
    def _source(self) -> Analysis | IssueProposal:
        if self.analysis is not None:
            return self.analysis
        if self.proposal is None:
            raise CheckFailed(f"urban issue '{self.issue}' has neither an analysis nor a proposal")
        return self.proposal


def read_editions(
    governance: Governance,
    votings: Mapping[str, Voting],
    *,
    folders: Mapping[str, Path] | None = None,
    draft: bool = False,
    report: Report = silent,
) -> list[Edition]:
    """Read every urban issue and the release shown of it, and verify each file.

    Parameters
    ----------
    governance : Governance
    votings : mapping of str to Voting
    folders : mapping of str to Path, optional
        As in :func:`shown_folders`.
    draft : bool, default False
        Whether releases without approvals may be shown.
    report : Report, optional

    Returns
    -------
    list of Edition

    Raises
    ------
    CheckFailed
        A file that is missing, not listed, or not the one that was released.
    UsageError
        A file that cannot be understood.
    """
    project = governance.project
    shown = shown_folders(project, folders)
    names = list(dict.fromkeys([*shown, *governance.issues()]))
    editions = []
    for number, issue in enumerate(names):
        report(number, len(names), issue)
        analysis = read_analysis(project, issue) if issue in shown else None
        folder = shown.get(issue)
        release = read_release(governance, folder, issue=issue, draft=draft) if folder else None
        where = project.analyses / issue / "analysis.yml"
        newest = issue in (folders or {})
        ahead = _check_page(analysis, release, where=where, newest=newest) if analysis and release else []
        decision = governance.issue(issue)
        decisive = decision.proposal.proposal if decision and decision.proposal else None
        editions.append(
            Edition(
                issue=issue,
                analysis=analysis,
                release=release,
                decision=decision,
                votings=of_issue(votings, issue, decisive=decisive),
                ahead=tuple(ahead),
            )
        )
    return editions


def read_release(governance: Governance, folder: Path, *, issue: str, draft: bool = False) -> Release:
    """Read one release and hold each of its files against its hash.

    Parameters
    ----------
    governance : Governance
    folder : Path
    issue : str
        The urban issue it must belong to.
    draft : bool, default False
        Whether it may lack approvals.

    Returns
    -------
    Release

    Raises
    ------
    CheckFailed, UsageError
    GateRefused
        Both sides have not approved exactly these bytes, and it is no draft.
    """
    project = governance.project
    record = read_model(folder / RELEASE_FILE, ReleaseRecord)
    if record.issue != issue:
        raise CheckFailed(f"{folder / RELEASE_FILE}: is a release of '{record.issue}', found where one of '{issue}' belongs")
    _check_hashes(folder, record)
    results = {name: _read_result(folder, record, name) for name in record.results}
    target = project.analyses / issue / "releases" / str(record.number)
    approval = governance.release(folder, name=project.relative(target / RELEASE_FILE))
    release = Release(
        folder=folder,
        record=record,
        results=results,
        notebooks={notebook.name: _read_cells(folder / "notebooks" / f"{notebook.name}.ipynb") for notebook in record.notebooks},
        approvals={side: approval.given[side] for side in SIDES if side in approval.given},
        corrections=released_corrections(folder),
    )
    if not draft and not approval.complete:
        raise GateRefused(
            f"{project.relative(folder)} is not approved by both sides in these bytes ({approval.missing()})",
            hint="have a checker of each missing side approve it: workbench approve",
        )
    _check_words(release)
    _check_figures(release)
    return release


def _check_hashes(folder: Path, record: ReleaseRecord) -> None:
    """Each listed file is there with its hash, and no other file is."""
    where = str(folder / RELEASE_FILE)
    problems = []
    present = {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name != RELEASE_FILE and path.relative_to(folder).parts[0] not in UNLISTED
    }
    for name, expected in record.files.items():
        if name not in present:
            problems.append(f"'{name}' is listed but not there")
        elif (found := sha256_file(folder / name)) != expected:
            problems.append(
                f"'{name}' is not the file that was released (its hash is {found[:12]}…, released was {expected[:12]}…)"
            )
    problems += [f"'{name}' is there but not listed" for name in sorted(present - set(record.files))]
    for name, result in record.results.items():
        path = f"results/{name}.json"
        if path not in record.files:
            problems.append(f"result '{name}' has no file {path}")
        elif record.files[path] != result.sha256:
            problems.append(f"result '{name}' has another hash than its file {path}")
    if problems:
        raise combine(problems, where=where, kind=CheckFailed, hint="a release is never edited: restore it from git")


def _read_result(folder: Path, record: ReleaseRecord, name: str) -> Result:
    path = folder / "results" / f"{name}.json"
    listed = record.results[name]
    result = parse_model(read_json(path), RESULT_OF_KIND[listed.kind], where=str(path))
    if result.name != name or result.basis != listed.basis:
        raise CheckFailed(f"{path}: is '{result.name}' ({result.basis}), {RELEASE_FILE} lists '{name}' ({listed.basis})")
    return result


def _read_cells(path: Path) -> list[dict[str, Any]]:
    notebook = read_json(path)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise CheckFailed(f"{path}: no notebook (it has no cells)")
    return cells


def _check_page(analysis: Analysis, release: Release, *, where: Path, newest: bool) -> list[str]:
    """Hold the page's plan against a release; return what it plans and the release does not have yet.

    The plan may be ahead of the committed release, whose next candidate waits for its approvals; it may not be ahead of
    the candidate itself.
    """
    owed = {"limits": analysis.page.limits, "missing": analysis.page.missing}
    missing = [f"page.{key} is empty" for key, value in owed.items() if not value]
    if missing:
        hint = "a page says what it does not say, and who is missing from the data"
        raise combine(missing, where=str(where), kind=GateRefused, hint=hint)
    problems, ahead = [], []
    for key, names in (("answer", analysis.page.answer), ("results", analysis.page.results)):
        for name in names:
            if name not in release.results:
                ahead.append(f"page.{key}: '{name}' is not in {release.record.release}, {did_you_mean(name, release.results)}")
            elif key == "answer" and not isinstance(release.results[name], FindingResult):
                problems.append(f"page.answer: '{name}' is a {release.results[name].kind}, only findings answer")
    if problems or (newest and ahead):
        raise combine([*problems, *ahead], where=str(where))
    return [f"{analysis.issue}: {words}" for words in ahead]


def _check_words(release: Release) -> None:
    """Each table and figure has a title."""
    for name, result in release.results.items():
        if result.title is None and not isinstance(result, FindingResult):
            raise CheckFailed(f"{release.folder / 'results' / name}.json: the {result.kind} has no title in each language")


def _check_figures(release: Release) -> None:
    """Each figure has its files, and they are pictures that load nothing and run nothing."""
    for name, result in release.results.items():
        if not isinstance(result, FigureResult):
            continue
        where = release.folder / "results" / f"{name}.json"
        for variant in result.variants:
            table = release.results.get(variant.content.table)
            if not isinstance(table, TableResult):
                raise CheckFailed(f"{where}: is drawn from the table '{variant.content.table}', which is not in the release")
            if not any(other.parameters == variant.parameters for other in table.variants):
                raise CheckFailed(f"{where}: the table '{table.name}' has no variant {variant.parameters}")
            for language in type(variant.content.files).model_fields:
                path = variant.content.files[language]
                if path not in release.figures():
                    raise CheckFailed(f"{where}: the file '{path}' is not among the release's figures")
    for path in release.figures():
        _check_picture(release.folder / path)


def _check_picture(path: Path) -> None:
    try:
        root = ElementTree.fromstring(path.read_bytes())  # noqa: S314 (approved bytes; expat limits expansion)
    except ElementTree.ParseError as error:
        raise CheckFailed(f"{path}: no whole SVG picture ({error})") from error
    if not root.tag.endswith("}svg"):
        raise CheckFailed(f"{path}: no SVG picture, its outermost element is '{root.tag}'")
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag in ("script", "foreignObject", "iframe"):
            raise CheckFailed(f"{path}: a picture may not hold <{tag}>")
        for key, value in element.attrib.items():
            plain = key.rpartition("}")[2]
            if _ACTIVE.match(plain) or (plain == "href" and not _LOCAL.match(value)):
                raise CheckFailed(
                    f"{path}: a picture may not hold {plain}='{value[:60]}'", hint="a picture loads and runs nothing"
                )
