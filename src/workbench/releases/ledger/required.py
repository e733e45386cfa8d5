"""Which committed releases have to be in the ledger: those that hold tables or models about people.

Told from the committed files alone, so that a ledger that is gone is noticed, and one that nobody needs is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.files import read_json, sha256_text, write_json
from workbench.project import Project
from workbench.releases.verify import RELEASE_FILE, releases

_MARK = b'"people"'


def about_people(content: Mapping[str, Any], datasets: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether a table's cells are sets of people, or a model tells of groups of them.

    Parameters
    ----------
    content : mapping
        The table or model as it stands in a result file.
    datasets : mapping
        What a result says of the data behind it.

    Returns
    -------
    bool
        It counts contributors as people, and some of its data is about people.

    Examples
    --------
    >>> about_people({"contributors": "people"}, {"trips": {"personal": True}}), about_people({"contributors": None}, {})
    (True, False)
    >>> about_people({"formula": "minutes ~ again", "people": True}, {"trips": {"personal": True}})
    True
    """
    counted = content.get("contributors") == "people" or content.get("people") is True
    return counted and any(data.get("personal") for data in datasets.values())


def release_hash(folder: Path) -> str:
    """Return the hash by which the ledger knows a release: of its ``release.yml``, whatever a checkout made of line ends.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    str
    """
    return sha256_text(folder / RELEASE_FILE)


def required(project: Project) -> dict[str, str]:
    """Return the committed releases with tables or models about people.

    Parameters
    ----------
    project : Project

    Returns
    -------
    dict of str to str
        E.g. ``bike-routes/2`` to the hash of its ``release.yml``, which covers its results.
    """
    memory = project.cache / "ledger" / "about_people.json"
    known: dict[str, bool] = read_json(memory) if memory.is_file() else {}
    found: dict[str, bool] = {}
    wanted: dict[str, str] = {}
    for folder in release_folders(project):
        digest = release_hash(folder)
        found[digest] = known[digest] if digest in known else any(people_results(folder))
        if found[digest]:
            wanted[f"{folder.parent.parent.name}/{folder.name}"] = digest
    if found != known:
        write_json(memory, found)
    return wanted


def release_folders(project: Project) -> list[Path]:
    """Return the folders of all committed releases, issue after issue, oldest first.

    Parameters
    ----------
    project : Project

    Returns
    -------
    list of Path
    """
    issues = sorted(path.name for path in project.analyses.iterdir() if path.is_dir()) if project.analyses.is_dir() else []
    return [folder for issue in issues for folder in releases(project, issue)]


def people_results(folder: Path) -> list[dict[str, Any]]:
    """Return a release's tables and models about people.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of dict
        ``kind``, ``name``, ``notebook``, ``parameters``, ``datasets`` and ``content`` of each, in the order of files and
        variants.
    """
    found = []
    for path in sorted((folder / "results").glob("*.json")):
        if _MARK not in path.read_bytes():
            continue
        record = read_json(path)
        for variant in record["variants"] if record["kind"] in ("table", "model") else ():
            if about_people(variant["content"], variant["datasets"]):
                about = {key: variant[key] for key in ("parameters", "datasets", "content")}
                found.append({**{key: record[key] for key in ("kind", "name", "notebook")}, **about})
    return found
