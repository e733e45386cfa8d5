"""What the two checkers are told of a candidate before they sign: facts for a page that is never public.

Plain values only. What follows from the candidate and the last release is computed here; what only the audit, the scan and the
ledger know is handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from workbench.files import sha256_file
from workbench.releases.changes import Change, changed_numbers
from workbench.releases.corrections import released_corrections
from workbench.releases.hand_typed import HandTyped
from workbench.releases.results import Variant, parameter_key, read_variants
from workbench.releases.verify import RELEASE_FILE, read_release

Fate = Literal["new", "changed", "gone", "same"]

FATES: tuple[Fate, ...] = ("changed", "gone", "new", "same")
"""In the order in which a checker should look."""


OWN_WORDS = '<p role="note">'
"""How the bench begins its advice to an author, which is no output of theirs."""


@dataclass(frozen=True)
class Withholding:
    """One withheld cell, and what a reader can work out about it at most; the number itself is not said even here.

    Parameters
    ----------
    result : str
    parameters : dict
        Of the run.
    row, column : mapping or str
        Labels of the cell by language, or one for all; ``column`` is empty where the table has one.
    reason : {"few", "dominated", "complement"}
        Too few people; a few make up nearly all of it; or it protects another cell. In public these are one.
    people : {"one", "few", "enough"}
        How many stand behind it: one, fewer than the policy asks for, or as many or more.
    rows : (float, float), optional
        The bounds that a reader can prove for the number of rows.
    of_people : (float, float), optional
        The same for people, where rows and people differ.
    amount : (float, float), optional
        The same for a sum or a mean.
    needed : float, optional
        How wide the interval must be.
    """

    result: str
    parameters: Mapping[str, Any]
    row: Mapping[str, str] | str
    column: Mapping[str, str] | str
    reason: Literal["few", "dominated", "complement"]
    people: Literal["one", "few", "enough"]
    rows: tuple[float, float] | None = None
    of_people: tuple[float, float] | None = None
    amount: tuple[float, float] | None = None
    needed: float | None = None


@dataclass(frozen=True)
class DatasetRules:
    """The rules in force for tables from one dataset; None or 0 where the policy sets none."""

    dataset: str
    title: Mapping[str, str]
    personal: bool
    policy_version: int
    policy_sha256: str
    min_contributors: int = 0
    dominance: tuple[tuple[int, float], ...] = ()
    p_percent: float | None = None
    round: int | None = None


@dataclass(frozen=True)
class Screened:
    """Something that looks like personal data in the candidate: where, and of which kind; never the value."""

    file: str
    where: str
    kind: str


@dataclass(frozen=True)
class RemovedOutput:
    """A free output of a notebook that the public copy does not carry: its cell, from 1, and what kind of thing it was."""

    notebook: str
    cell: int
    what: str


@dataclass(frozen=True)
class LedgerCheck:
    """What was compared with everything published before; ``doubted`` could not be decided, ``unknown`` tables are lost."""

    releases: int = 0
    tables: int = 0
    cells: int = 0
    compared: int = 0
    doubted: int = 0
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResultFacts:
    """One result of one run before and after: content as in a result file, None where there is none."""

    name: str
    kind: str
    notebook: str
    title: Mapping[str, str] | None
    parameters: Mapping[str, Any]
    basis: str
    fate: Fate
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    changes: tuple[Change, ...] = ()
    pictures_before: Mapping[str, bytes] = field(default_factory=dict)
    pictures_after: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Its parameters as one word; empty where there are none."""
        return parameter_key(self.parameters)


@dataclass(frozen=True)
class NotebookFacts:
    """The public copies of one notebook before and after, as text; None where there is none."""

    name: str
    title: Mapping[str, str]
    before: str | None
    after: str | None


@dataclass(frozen=True)
class CheckersFacts:
    """Everything on the page for the checkers of one candidate.

    Parameters
    ----------
    issue : str
    title : mapping
        By language.
    release : str
        What it would become, e.g. ``bike-routes/2``.
    sha256 : str
        Of the candidate's ``release.yml``: what an approval signs.
    created : str
    authors : tuple of str
        Seats; none of them checks.
    last : str or None
        The release that it is compared with.
    results : tuple of ResultFacts
    notebooks : tuple of NotebookFacts
        Those that are new or differ.
    corrections : tuple of dict
        Of this candidate, as in its ``corrections.json``.
    withheld : tuple of Withholding
    rules : tuple of DatasetRules
    screened : tuple of Screened
    screened_files : int or None
        How many files were looked at; None where nobody looked.
    removed : tuple of RemovedOutput
    ledger : LedgerCheck or None
        None where no table is about people.
    typed : tuple of HandTyped
        Numbers that no table keeps up to date.
    """

    issue: str
    title: Mapping[str, str]
    release: str
    sha256: str
    created: str
    authors: tuple[str, ...]
    last: str | None
    results: tuple[ResultFacts, ...]
    notebooks: tuple[NotebookFacts, ...]
    corrections: tuple[Mapping[str, Any], ...] = ()
    withheld: tuple[Withholding, ...] = ()
    rules: tuple[DatasetRules, ...] = ()
    screened: tuple[Screened, ...] = ()
    screened_files: int | None = None
    removed: tuple[RemovedOutput, ...] = ()
    ledger: LedgerCheck | None = None
    typed: tuple[HandTyped, ...] = ()

    def of(self, fate: Fate) -> list[ResultFacts]:
        """The results that fared in one way."""
        return [one for one in self.results if one.fate == fate]


def checkers_facts(candidate: Path, *, last: Path | None, title: Mapping[str, str], **known: Any) -> CheckersFacts:
    """Put together what the checkers are told of a candidate.

    Parameters
    ----------
    candidate : Path
        Its folder.
    last : Path or None
        The folder of the last release.
    title : mapping
        The urban issue's, by language.
    **known
        ``withheld``, ``rules``, ``screened``, ``screened_files``, ``removed``, ``ledger`` and ``typed`` of
        :class:`CheckersFacts`.

    Returns
    -------
    CheckersFacts
    """
    record = read_release(candidate)
    own = [entry for entry in released_corrections(candidate) if entry["release"] == record["release"]]
    return CheckersFacts(
        issue=record["issue"],
        title=title,
        release=record["release"],
        sha256=sha256_file(candidate / RELEASE_FILE),
        created=str(record["created"]),
        authors=tuple(record["authors"]),
        last=read_release(last)["release"] if last else None,
        results=_results(candidate, last),
        notebooks=_notebooks(candidate, last, record),
        corrections=tuple(own),
        **known,
    )


def _results(candidate: Path, last: Path | None) -> tuple[ResultFacts, ...]:
    after = {variant.identity: variant for variant in read_variants(candidate)}
    before = {variant.identity: variant for variant in read_variants(last)} if last else {}
    changes: dict[tuple[str, str], list[Change]] = {}
    for change in changed_numbers(list(before.values()), list(after.values())):
        changes.setdefault((change.result, parameter_key(change.parameters)), []).append(change)
    facts = []
    for identity in sorted({*before, *after}, key=lambda one: _order(after.get(one) or before[one])):
        was, now = before.get(identity), after.get(identity)
        shown = now or was
        if shown is None:
            continue
        pictures = [_pictures(folder, variant) for folder, variant in ((last, was), (candidate, now))]
        fate: Fate = "gone" if now is None else "new" if was is None else "same"
        if was is not None and now is not None:
            alike = (was.content, was.title, was.note) == (now.content, now.title, now.note) and pictures[0] == pictures[1]
            fate = "same" if alike else "changed"
        facts.append(
            ResultFacts(
                name=shown.name,
                kind=shown.kind,
                notebook=shown.notebook,
                title=shown.title,
                parameters=shown.parameters,
                basis=shown.basis,
                fate=fate,
                before=was.content if was else None,
                after=now.content if now else None,
                changes=tuple(changes.get(identity, ())),
                pictures_before=pictures[0],
                pictures_after=pictures[1],
            )
        )
    return tuple(sorted(facts, key=lambda one: FATES.index(one.fate)))


def _order(variant: Variant) -> tuple[str, int, str, str]:
    return variant.notebook, variant.order, *variant.identity


def _pictures(folder: Path | None, variant: Variant | None) -> dict[str, bytes]:
    if folder is None or variant is None or variant.kind != "figure":
        return {}
    return {language: (folder / name).read_bytes() for language, name in variant.content["files"].items()}


def _notebooks(candidate: Path, last: Path | None, record: Mapping[str, Any]) -> tuple[NotebookFacts, ...]:
    names: dict[str, Mapping[str, str]] = {one["name"]: one["title"] for one in record["notebooks"]}
    if last is not None:
        names = {**{one["name"]: one["title"] for one in read_release(last)["notebooks"]}, **names}
    facts = []
    for name, title in names.items():
        before, after = (_text(folder, name) for folder in (last, candidate))
        if before != after:
            facts.append(NotebookFacts(name, title, before, after))
    return tuple(facts)


def _text(folder: Path | None, name: str) -> str | None:
    path = folder / "notebooks" / f"{name}.ipynb" if folder is not None else None
    return path.read_text(encoding="utf-8") if path is not None and path.is_file() else None


def removed_outputs(notebook: str, executed: Sequence[Mapping[str, Any]], *, kept: str) -> list[RemovedOutput]:
    """Name the outputs of an executed notebook that its public copy leaves out.

    Parameters
    ----------
    notebook : str
    executed : sequence of mapping
        Its cells, as nbformat 4 writes them.
    kept : str
        The type of output that stays: the mark of a result.

    Returns
    -------
    list of RemovedOutput
        What a cell printed, showed or failed with; nothing of its content, and none of the bench's own advice.

    Examples
    --------
    >>> cell = {"outputs": [{"output_type": "stream", "text": "secret"}]}
    >>> removed_outputs("rentals", [cell], kept="application/x")
    [RemovedOutput(notebook='rentals', cell=1, what='printed')]
    """
    found = []
    for number, cell in enumerate(executed, start=1):
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            html = "".join(data.get("text/html", ""))
            if kept in data or html.startswith(OWN_WORDS):
                continue
            kinds = {"stream": "printed", "error": "error"}
            picture = any(kind.startswith("image/") for kind in data)
            table = "<table" in html
            what = kinds.get(str(output.get("output_type"))) or ("picture" if picture else "table" if table else "value")
            found.append(RemovedOutput(notebook, number, what))
    return found
