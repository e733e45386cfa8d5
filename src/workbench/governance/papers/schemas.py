"""JSON Schemas of the files of ``governance/``, for the editors in which people write them.

Made from the models, so that an editor and the workbench never ask for different keys. They lie in the project, because an
editor must find them without the workbench; a check compares the two.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.files import text_bytes, write_text
from workbench.governance.papers.days import DAY_PATTERN
from workbench.governance.papers.reading import KINDS
from workbench.project import Project

DIALECT = "https://json-schema.org/draft/2020-12/schema"

TITLES = {
    "rules": "Rules: how many must vote and agree, and how long people may take",
    "members": "Members: who sits for which side",
    "founding": "Founding record: the first rules and seats",
    "proposal": "Proposal: what both sides are asked to decide",
    "ballot": "Ballot: one seat's word on one proposal",
    "closing": "Closing record: the end of a vote",
    "meeting": "Meeting: agenda, who was there, minutes, decisions",
    "contribution": "Contribution: what a citizen wrote and what became of it",
    "consultation": "Consultation held with Polis, in numbers of people",
    "data_request": "Request for data",
    "obstacle": "Obstacle: data that could not be had",
    "recommendation": "Recommendation to a department",
    "link": "One-time link for a department's answer",
    "answer": "Official answer of a department",
    "approval": "Approval of a release by a checker",
}


def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one kind of file.

    A day is a string there, as editors read YAML. What one key demands of another is said by the workbench, not here.

    Parameters
    ----------
    kind : str
        One of :data:`workbench.governance.papers.reading.KINDS`.

    Returns
    -------
    dict

    Examples
    --------
    >>> made = schema("meeting")
    >>> made["additionalProperties"], made["properties"]["held_on"]["format"]
    (False, 'date')
    """
    made: dict[str, Any] = _plain(KINDS[kind].model.model_json_schema())
    made.pop("title", None)
    return {"$schema": DIALECT, "$id": f"{kind}.schema.json", "title": TITLES[kind], **made}


def write_schemas(project: Project) -> list[Path]:
    """Write the schemas of every kind to ``governance/schemas/``, the same bytes each time.

    Parameters
    ----------
    project : Project

    Returns
    -------
    list of Path
        The files, in the order of their names.

    Examples
    --------
    >>> import tempfile
    >>> written = write_schemas(Project(root=Path(tempfile.mkdtemp())))
    >>> written[0].name, len(written) == len(KINDS)
    ('answer.schema.json', True)
    """
    wanted = _files(project)
    for path, text in wanted.items():
        write_text(path, text)
    return list(wanted)


def stale_schemas(project: Project) -> list[str]:
    """Return the schemas in ``governance/schemas/`` that are missing, differ from the models, or belong to no kind.

    Parameters
    ----------
    project : Project

    Returns
    -------
    list of str
        Paths from the project's root; empty where an editor says what the workbench says.

    Examples
    --------
    >>> import tempfile
    >>> project = Project(root=Path(tempfile.mkdtemp()))
    >>> len(stale_schemas(project)) == len(KINDS)
    True
    >>> _ = write_schemas(project)
    >>> stale_schemas(project)
    []
    """
    wanted = _files(project)
    there = {path for path in _folder(project).glob("*") if not path.name.startswith(".")}
    stale = [path for path, text in wanted.items() if not path.is_file() or text_bytes(path) != text.encode("utf-8")]
    return sorted(project.relative(path) for path in [*stale, *(there - set(wanted))])


def _folder(project: Project) -> Path:
    return project.governance / "schemas"


def _files(project: Project) -> dict[Path, str]:
    """Each schema's file and text; keys stay in the order in which people write them."""
    return {
        _folder(project) / f"{kind}.schema.json": json.dumps(schema(kind), ensure_ascii=False, indent=1) + "\n"
        for kind in sorted(KINDS)
    }


def _plain(value: Any, *, names: bool = False) -> Any:
    """A schema without what pydantic adds for programs, and without null: what there is nothing to say of is left out.

    ``names``: the value's keys are keys of files, and not words of JSON Schema.
    """
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if names:
        return {name: _untitled(_plain(item)) for name, item in value.items()}
    plain = {key: _plain(item, names=key in ("properties", "$defs", "patternProperties")) for key, item in value.items()}
    if "description" in plain:  # of a docstring, what stands before its sections
        plain["description"] = plain["description"].partition("\n\n")[0].replace("\n", " ").replace("``", "'")
    if plain.get("default", ...) in (None, [], {}):
        del plain["default"]
    plain.pop("discriminator", None)
    choices = [choice for choice in plain.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del plain["anyOf"]
        plain = {**choices[0], **plain}
    if plain.get("format") == "date":
        plain["pattern"] = DAY_PATTERN
    if "patternProperties" in plain:
        plain.setdefault("additionalProperties", False)
    if set(plain.get("properties", ())) == {"ko", "en"} and "required" not in plain:
        plain["minProperties"] = 1  # Words: one language at least
    return plain


def _untitled(item: Any) -> Any:
    return {key: value for key, value in item.items() if key != "title"} if isinstance(item, dict) else item
