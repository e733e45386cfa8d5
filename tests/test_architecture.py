"""The house: a room imports only from lower floors, and nothing unfinished stays in the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "workbench"

FLOORS: dict[str, float] = {
    "errors": 0,
    "records": 0,
    "files": 0,
    "faces": 0,
    "progress": 0,
    "project": 0,
    "places": 0.5,
    "catalog": 1,
    "vault": 1.75,
    "governance": 1.5,
    "intake": 2,
    "screening": 2,
    "sources": 3,
    "privacy": 3,
    "disclosure": 4,
    "bench": 5,
    "runs": 6,
    "releases": 7,
    "publish": 9,
    "lab": 10,
    "cli": 11,
}


def _room(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return parts[0]


MODULES = sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


def test_every_room_has_a_floor() -> None:
    assert {_room(path) for path in MODULES} == set(FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_room_imports_only_from_lower_floors(path: Path) -> None:
    room = _room(path)
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("workbench."):
            imported.add(str(node.module).split(".")[1])
        elif isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("workbench.")}
    above = {other for other in imported - {room} if FLOORS[other] > FLOORS[room]}
    level = {other for other in imported - {room} if FLOORS[other] == FLOORS[room] and FLOORS[room] > 0}
    assert not above, f"{room} imports from above: {above}"
    assert not level, f"{room} imports from its own floor: {level}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_unfinished_stays_in_the_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b|except[^:]*:\s*pass\b", text)
    assert len(text.splitlines()) <= 420, "what second thing moved in?"
    assert ast.get_docstring(ast.parse(text)), "a module opens with what it holds and why"
