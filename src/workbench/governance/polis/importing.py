"""An export of Polis becomes ``governance/consultations/<name>.yml``: counts of people, and nothing that points at one.

Whatever is committed stays in the history for good, so voters, authors, small groups and texts that nobody has read stay out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.catalog import Bilingual
from workbench.errors import GateRefused, UsageError, combine
from workbench.files import parse_model, read_model, write_text
from workbench.governance.papers.consultations import SMALLEST_GROUP, Consultation
from workbench.governance.papers.contributions import About
from workbench.governance.polis.reading import read_polis
from workbench.governance.polis.tallying import tally_polis
from workbench.governance.polis.withholding import shown_counts, shown_groups
from workbench.project import Project
from workbench.records import MAX_YAML_BYTES, dump_yaml

if TYPE_CHECKING:
    from workbench.governance.polis.reading import PolisExport
    from workbench.governance.polis.tallying import PolisTally

HEADER = (
    "# Counted from a Polis export by the workbench. Small groups are withheld; texts are shown only where a steward read them.\n"
)

_MODERATED = {-1: "rejected", 0: "unmoderated", 1: "accepted"}


def import_polis(
    project: Project,
    folder: Path,
    *,
    name: str,
    title: Bilingual,
    about: About,
    today: dt.date,
    texts: Collection[int] = (),
    smallest: int = SMALLEST_GROUP,
) -> Path:
    """Write what a Polis consultation found into the repository.

    The same export gives the same bytes, in whatever order its rows stand. Import it once, when the consultation has closed:
    between two states of one consultation lie the votes of few people.

    Parameters
    ----------
    project : Project
    folder : Path
        The folder of the export; it stays outside the repository.
    name : str
        The consultation's id, and the file's name.
    title : Bilingual
    about : About
        The urban issue, proposal or result that it was held on.
    today : datetime.date
    texts : collection of int, optional
        Ids of comments whose text a steward has read and found to name no person. Without it no text is written:
        citizens write freely, and what they write may hold names, addresses or telephone numbers.
    smallest : int, default 10
        Fewer people are not shown; may be raised.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    UsageError
        The export cannot be used, or a comment of ``texts`` does not exist or was rejected.
    GateRefused
        Fewer than ``smallest`` people took part, ``smallest`` is below the floor, or another export of the consultation
        has been imported already.

    Examples
    --------
    >>> import tempfile
    >>> here = Path(tempfile.mkdtemp())
    >>> votes = "".join(f"1778000{voter:03},2,{voter},1\\n" for voter in range(12))
    >>> people = "".join(f"{voter},0,1,1,0,1\\n" for voter in range(12))
    >>> heads = ["timestamp,comment-id,voter-id,vote\\n", "participant,group-id,n-votes,n-agree,n-disagree,2\\n"]
    >>> for file, text in {"votes": heads[0] + votes, "participants-votes": heads[1] + people}.items():
    ...     _ = (here / f"{file}.csv").write_text(text)
    >>> comments = "comment-id,author-id,agrees,disagrees,moderated,comment-body\\n2,50,12,0,1,More trees\\n"
    >>> _ = (here / "comments.csv").write_text(comments)
    >>> path = import_polis(
    ...     Project(root=here), here, name="trees", title=Bilingual(ko="나무", en="Trees"), about=About(issue="fine-dust"),
    ...     today=dt.date(2026, 5, 20), texts=[2],
    ... )
    >>> comment = read_model(path, Consultation).comments[0]
    >>> comment.text, comment.overall.agree, comment.by_group[0].agree
    ('More trees', 12, 12)
    """
    if smallest < SMALLEST_GROUP:
        raise GateRefused(f"groups of fewer than {SMALLEST_GROUP} people are not shown, asked for was {smallest}")
    if (folder.resolve()).is_relative_to(project.governance.resolve()):
        hint = "move it out of the repository: it holds the votes of single persons"
        raise GateRefused(f"{folder}: the export lies in governance/", hint=hint)
    export = read_polis(folder, today=today)
    if len(export.group) < smallest:
        raise GateRefused(f"{folder}: {len(export.group)} people took part, fewer than {smallest}: no figure of it can be shown")
    _check_texts(export, texts, where=str(folder))
    paper = {
        "consultation": name,
        "title": title.model_dump(),
        "about": about.model_dump(exclude_none=True),
        "source": {"tool": "polis", "sorted_lines_sha256": dict(sorted(export.files.items()))},
        "held_from": export.held[0],
        "held_until": export.held[1],
        "smallest_group": smallest,
        **_figures(export, tally_polis(export), texts=frozenset(texts), smallest=smallest),
    }
    found = parse_model(paper, Consultation, where=f"consultation {name}")
    path = project.governance / "consultations" / f"{name}.yml"
    _refuse_a_second_export(path, found, where=project.relative(path))
    text = HEADER + dump_yaml(paper)
    if len(text.encode("utf-8")) > MAX_YAML_BYTES:
        raise UsageError(f"{project.relative(path)}: it would have {len(text):,} characters, allowed {MAX_YAML_BYTES:,}")
    write_text(path, text)
    return path


def _check_texts(export: PolisExport, texts: Collection[int], *, where: str) -> None:
    """Only comments that exist, that the moderators did not reject, and that say something."""
    place = {int(one): number for number, one in enumerate(export.comment_ids)}
    problems = []
    for one in sorted(set(texts)):
        if one not in place:
            problems.append(f"comment {one}: the consultation has none of this number")
        elif export.moderated[place[one]] == -1:
            problems.append(f"comment {one}: the moderators rejected it, so its text is not shown")
        elif not export.texts[place[one]].strip():
            problems.append(f"comment {one}: it has no text")
    if problems:
        raise combine(
            problems, where=f"{where}: texts", hint="name comments that a steward has read, by their id in comments.csv"
        )


def _refuse_a_second_export(path: Path, found: Consultation, *, where: str) -> None:
    """Two states of one consultation beside each other would show who came between."""
    if path.is_file() and read_model(path, Consultation).source != found.source:
        hint = "the difference of two states shows the votes of few people; keep the one that is there, or take another name"
        raise GateRefused(f"{where}: holds another export of a consultation already", hint=hint)


def _figures(export: PolisExport, tally: PolisTally, *, texts: frozenset[int], smallest: int) -> dict[str, Any]:
    """Everything that is counted, with what may not be shown left out."""
    groups: list[int | str] = [*tally.group_ids, "none"]
    by_group = shown_groups(tally.people, smallest=smallest)
    shown = shown_counts(tally.seen, tally.people, smallest=smallest)
    overall = tally.overall
    known = overall.sum(axis=1) >= smallest
    listed: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for place, one in enumerate(tally.comment_ids.tolist()):
        moderated = int(export.moderated[place])
        comment: dict[str, Any] = {"comment": one, "moderated": _MODERATED[moderated]}
        if one in texts:
            comment["text"] = export.texts[place].strip()
        if known[place]:
            comment["overall"] = _counts(overall[place])
            if shown[place].any():
                comment["by_group"] = [
                    {"group": groups[group], **_counts(tally.counts[place, group])} for group in np.flatnonzero(shown[place])
                ]
        listed[moderated == -1].append(comment)
    return {
        "participants": int(tally.people.sum()),
        "votes": int(overall[known].sum()),
        "opinion_groups": len(tally.group_ids),
        "groups": [
            {"group": group, "people": int(people)}
            for group, people, fine in zip(groups, tally.people, by_group, strict=True)
            if fine and people
        ],
        "comments": listed[False],
        "rejected": listed[True],
    }


def _counts(row: np.ndarray) -> dict[str, int]:
    return dict(zip(("agree", "disagree", "pass"), row.tolist(), strict=True))
