"""Whether the files of ``governance/`` fit together: every id that one names exists, and no two tell different stories.

A refusal that points to an obstacle nobody wrote, or minutes with a seat that never was, would look like evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from workbench.catalog import read_catalog
from workbench.errors import UsageError, WorkbenchError, unknown
from workbench.governance.papers.answers import Answer
from workbench.governance.papers.contributions import Contribution
from workbench.governance.papers.data_requests import DataRequest
from workbench.governance.papers.links import Link
from workbench.governance.papers.meetings import Meeting
from workbench.governance.papers.obstacles import Obstacle
from workbench.governance.papers.proposals import IssueProposal
from workbench.governance.papers.reading import papers_and_faults
from workbench.governance.papers.recommendations import Recommendation
from workbench.project import Project

READ = ("members", "proposal", "meeting", "contribution", "data_request", "obstacle", "recommendation", "link", "answer")
"""Ballots, closings and approvals are judged where they are counted."""

LETTERS = {"P": "proposal", "C": "contribution", "D": "data_request", "O": "obstacle", "R": "recommendation", "L": "link"}

GROUPS = {"expert": "experts", "citizen": "citizens"}
"""What a standing is called in the minutes."""

BEHIND_STEP = {"answered": None, "accepted": ("accepted", "accepted_in_part"), "refused": ("refused",)}
"""Which answers a recommendation's step may rest on; None: any."""


@dataclass(frozen=True)
class _Papers:
    """Everything that was read, by kind and id; a kind with faults is not searched, or each fault would be told twice."""

    by_kind: dict[str, dict[str, tuple[str, Any]]]
    names: dict[str, Collection[str] | None]
    groups: dict[str, set[str]]

    def each(self, kind: str) -> Iterator[tuple[str, Any]]:
        yield from self.by_kind[kind].values()

    def get(self, kind: str, name: str | None) -> Any:
        found = self.by_kind[kind].get(name or "")
        return found[1] if found else None

    def answers(self, subject: str) -> list[Answer]:
        """The answers to a subject, oldest first."""
        of_subject = [answer for _, answer in self.each("answer") if answer.subject == subject]
        return sorted(of_subject, key=lambda answer: answer.number)


def check_references(project: Project) -> list[WorkbenchError]:
    """Find what does not fit together, and every file that cannot be used.

    Results that recommendations and contributions name lie in releases, which are read elsewhere: :func:`named_results`.

    Parameters
    ----------
    project : Project

    Returns
    -------
    list of WorkbenchError
        Empty where everything fits.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> root = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (root / "data_catalog.yml").write_text("datasets: {}", encoding="utf-8")
    >>> check_references(Project(root=root))
    []
    """
    papers, faults = _read_all(project)
    for kind in READ:
        for where, paper in papers.each(kind):
            for key, what, name in _named(paper):
                allowed = papers.names[what]
                if allowed is not None and name not in allowed:
                    faults.append(unknown(what.replace("_", " "), name, allowed, where=f"{where}: {key}"))
    for check in (_sides, _requests, _obstacles, _recommendations, _answers):
        faults += [UsageError(message) for message in check(papers)]
    return faults


def check_paper(project: Project, paper: Any, *, where: str) -> list[WorkbenchError]:
    """Find the ids that one paper names and that do not exist, before it is written.

    Parameters
    ----------
    project : Project
    paper : pydantic.BaseModel
    where : str
        For messages.

    Returns
    -------
    list of WorkbenchError
    """
    papers, _ = _read_all(project)
    return [
        unknown(what.replace("_", " "), name, allowed, where=f"{where}: {key}")
        for key, what, name in _named(paper)
        if (allowed := papers.names[what]) is not None and name not in allowed
    ]


def named_results(project: Project) -> dict[str, list[str]]:
    """Return the results that recommendations rest on and contributions speak of, with the files that name each.

    Parameters
    ----------
    project : Project

    Returns
    -------
    dict of str to list of str
        The files as written from the project's root.

    Raises
    ------
    UsageError
        A file that cannot be used.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> named_results(Project(root=pathlib.Path(tempfile.mkdtemp())))
    {}
    """
    found: dict[str, list[str]] = {}
    for kind in ("recommendation", "contribution"):
        papers, faults = papers_and_faults(project, kind)
        if faults:
            raise faults[0]
        for path, paper in papers.items():
            about = getattr(paper, "about", None)
            results = paper.rests_on if isinstance(paper, Recommendation) else [about.result] if about and about.result else []
            for result in dict.fromkeys(results):
                found.setdefault(result, []).append(project.relative(path))
    return dict(sorted(found.items()))


def _read_all(project: Project) -> tuple[_Papers, list[WorkbenchError]]:
    """Every paper by kind and id, the names that may be used, and what could not be read."""
    faults: list[WorkbenchError] = []
    by_kind: dict[str, dict[str, tuple[str, Any]]] = {}
    names: dict[str, Collection[str] | None] = {}
    groups: dict[str, set[str]] = {}
    for kind in READ:
        papers, wrong = papers_and_faults(project, kind)
        faults += wrong
        stem = (lambda path: project.relative(path)) if kind == "members" else (lambda path: path.name.removesuffix(".yml"))
        by_kind[kind] = {stem(path): (project.relative(path), paper) for path, paper in papers.items()}
        names[kind] = None if wrong else by_kind[kind]
    members = [paper for _, paper in by_kind["members"].values()]
    for paper in members:
        for seat_id, seat in paper.seats.items():
            groups.setdefault(seat_id, set()).add(seat.side or GROUPS[seat.standing])
    issues = {paper.issue for _, paper in by_kind["proposal"].values() if isinstance(paper, IssueProposal)}
    names["seat"] = None if names["members"] is None else groups
    names["subgroup"] = None if names["members"] is None else {name for paper in members for name in paper.subgroups}
    names["issue"] = None if names["proposal"] is None else issues
    try:
        names["dataset"] = read_catalog(project).datasets
    except WorkbenchError as fault:
        faults.append(fault)
        names["dataset"] = None
    return _Papers(by_kind=by_kind, names=names, groups=groups), faults


def _named(paper: Any) -> Iterator[tuple[str, str, str]]:
    """Each id that a paper names: key, what it should be, id."""
    match paper:
        case Meeting():
            for group in ("government", "civil_society", "experts", "citizens"):
                yield from ((f"present.{group}", "seat", seat) for seat in getattr(paper.present, group))
            yield from (("absent_excused", "seat", seat) for seat in paper.absent_excused)
            yield from _given(("subgroup", "subgroup", paper.subgroup))
            for number, decision in enumerate(paper.decisions):
                yield from _given((f"decisions.{number}.proposal", "proposal", decision.proposal))
                yield from _given((f"decisions.{number}.responsible", "seat", decision.responsible))
        case Contribution():
            if paper.about:
                yield from _given(
                    ("about.issue", "issue", paper.about.issue), ("about.proposal", "proposal", paper.about.proposal)
                )
            yield from _given(("answered_by", "seat", paper.answered_by))
            yield from (("led_to", LETTERS[name[0]], name) for name in paper.led_to)
        case DataRequest():
            yield from _given(("issue", "issue", paper.issue), ("proposal", "proposal", paper.proposal))
            yield "asked_by", _who(paper.asked_by), paper.asked_by
            yield from _given(("dataset", "dataset", paper.dataset), ("obstacle", "obstacle", paper.obstacle))
        case Obstacle():
            yield from (("issues", "issue", issue) for issue in paper.issues)
            yield from _given(("request", "data_request", paper.request))
        case Recommendation():
            yield "issue", "issue", paper.issue
            for number, step in enumerate(paper.steps):
                yield from _given((f"steps.{number}.by", "seat", step.by))
        case Link():
            yield "answers", LETTERS[paper.answers[0]], paper.answers
            yield "issued_by", "seat", paper.issued_by
        case Answer():
            yield "answer", LETTERS[paper.subject[0]], paper.subject
            yield "link", "link", paper.link
        case _ if hasattr(paper, "proposed_by"):
            yield "proposed_by", _who(paper.proposed_by), paper.proposed_by


def _given(*mentions: tuple[str, str, str | None]) -> Iterator[tuple[str, str, str]]:
    yield from ((key, what, name) for key, what, name in mentions if name is not None)


def _who(name: str) -> str:
    """A contribution has four digits, a seat at most three."""
    return "contribution" if len(name) == len("C-0001") and name.startswith("C-") else "seat"


def _sides(papers: _Papers) -> Iterator[str]:
    """Nobody is present for a side to which the seat does not belong."""
    for where, meeting in papers.each("meeting"):
        for group in ("government", "civil_society", "experts", "citizens"):
            for seat in getattr(meeting.present, group):
                belongs = papers.groups.get(seat)
                if belongs and group not in belongs:
                    yield f"{where}: present.{group}: seat {seat} belongs to {', '.join(sorted(belongs))}"


def _requests(papers: _Papers) -> Iterator[str]:
    """A request is closed as the newest answer says, and its obstacle points back to it."""
    for where, request in papers.each("data_request"):
        answers = papers.answers(request.data_request)
        newest = answers[-1] if answers else None
        if request.closed_as is not None and papers.names["answer"] is not None:
            if newest is None:
                yield f"{where}: closed as {request.closed_as}, but there is no answers/{request.data_request}.yml"
            elif newest.outcome != request.closed_as:
                yield f"{where}: closed as {request.closed_as}, but answers/{newest.answer}.yml says {newest.outcome}"
            elif request.closed_on < newest.answered_on:
                yield f"{where}: closed on {request.closed_on}, before the answer on {newest.answered_on}"
        obstacle = papers.get("obstacle", request.obstacle)
        if obstacle is not None and obstacle.request != request.data_request:
            yield f"{where}: obstacle {request.obstacle} names {obstacle.request or 'no request'}, not {request.data_request}"


def _obstacles(papers: _Papers) -> Iterator[str]:
    """A request that an obstacle names was closed with this obstacle, or is still open."""
    for where, obstacle in papers.each("obstacle"):
        request = papers.get("data_request", obstacle.request)
        if request is not None and request.closed_on is not None and request.obstacle != obstacle.obstacle:
            closed_with = request.obstacle or "no obstacle"
            yield f"{where}: request {obstacle.request} was closed with {closed_with}, not with {obstacle.obstacle}"


def _recommendations(papers: _Papers) -> Iterator[str]:
    """No step claims an answer that is not there, and no answer is left out of the steps."""
    if papers.names["answer"] is None:
        return
    for where, made in papers.each("recommendation"):
        answers = papers.answers(made.recommendation)
        for number, step in enumerate(made.steps):
            if step.state not in BEHIND_STEP:
                continue
            fitting = BEHIND_STEP[step.state]
            behind = [one for one in answers if (fitting is None or one.outcome in fitting) and one.answered_on <= step.done_on]
            if not behind:
                wanted = "" if fitting is None else f" with outcome {' or '.join(fitting)}"
                said = f"'{step.state}' on {step.done_on}"
                yield f"{where}: steps.{number}: {said}, but there is no answer{wanted} by then in answers/"
        for answer in answers:
            wanted_steps = [state for state, outcomes in BEHIND_STEP.items() if outcomes and answer.outcome in outcomes]
            if wanted_steps and not any(step.state in wanted_steps for step in made.steps):
                yield f"{where}: answers/{answer.answer}.yml says {answer.outcome}, but no step says '{wanted_steps[0]}'"


def _answers(papers: _Papers) -> Iterator[str]:
    """Each answer came through a link of its own, made for it, in time; numbers and days rise together."""
    used: dict[str, str] = {}
    for where, answer in papers.each("answer"):
        if answer.link in used:
            yield f"{where}: link {answer.link} was used by answers/{used[answer.link]}.yml already; a link is for one answer"
        used.setdefault(answer.link, answer.answer)
        link = papers.get("link", answer.link)
        if link is not None:
            if link.answers != answer.subject:
                yield f"{where}: link {answer.link} is for {link.answers}, not for {answer.subject}"
            if link.department != answer.department:
                asked, answering = link.department.en, answer.department.en
                yield f"{where}: department: link {answer.link} was issued to '{asked}', not to '{answering}'"
            if not link.issued_on <= answer.answered_on <= link.expires_on:
                held = f"{link.issued_on} to {link.expires_on}"
                yield f"{where}: answered on {answer.answered_on}, but link {answer.link} holds from {held}"
        if answer.number > 1 and papers.names["answer"] is not None:
            before = papers.get("answer", answer.subject if answer.number == 2 else f"{answer.subject}.{answer.number - 1}")
            if before is None:
                yield f"{where}: answer {answer.number} to {answer.subject}, but answer {answer.number - 1} is missing"
            elif before.answered_on > answer.answered_on:
                yield f"{where}: answered on {answer.answered_on}, before the answer before it on {before.answered_on}"
