"""All public cells of the ledger, prepared for the search for differences and kept on disk, so that a release maps them.

What is kept follows from the entries and can be made again. A cell that was published before with the same vector stands
once.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from workbench.disclosure.comparing.group_index import Index
from workbench.disclosure.comparing.groups import Groups, signature
from workbench.files import read_json, replace_folder, write_json
from workbench.project import Project
from workbench.releases.ledger.ledger import Ledger
from workbench.releases.ledger.memory import Head
from workbench.releases.ledger.tables import StoredTable, Vectors

Kind = Literal["rows", "amounts"]


@dataclass(frozen=True)
class Place:
    """Where a published cell stands: its release, table and cell, numbered row after row."""

    release: str
    name: str
    parameters: dict[str, Any]
    row: Any
    column: Any


@dataclass(frozen=True, eq=False)
class Shown:
    """All public cells of the ledger.

    Parameters
    ----------
    index : Index
        To be searched.
    places : numpy.ndarray of int64, shape (cells, 2)
        The table (counted through all releases) and the cell of each group in the index.
    tables : list of StoredTable
    """

    index: Index
    places: np.ndarray
    tables: list[StoredTable]

    def place(self, group: int) -> Place:
        """Return where a group of the index was published first.

        Parameters
        ----------
        group : int

        Returns
        -------
        Place
        """
        number, cell = self.places[group].tolist()
        table = self.tables[number]
        layout = table.safe.layout
        row, column = divmod(cell, layout.shape[1])
        keys = layout.columns.keys if layout.columns else ("",)
        return Place(table.release, table.name, table.parameters, layout.rows.keys[row], keys[column])


def shown_cells(ledger: Ledger, *, kind: Kind = "rows") -> Shown:
    """Return the public cells of all releases.

    Parameters
    ----------
    ledger : Ledger
    kind : {"rows", "amounts"}, default "rows"
        Weighed by rows: the cells of every table. Weighed by amounts: those of tables of amounts.

    Returns
    -------
    Shown
        Cells of nobody, and those whose people are unknown, are left out.
    """
    entries = ledger.entries()
    tables = ledger.tables()
    heads = [Head(entry.number, entry.sha256) for entry in entries]
    known, index, places, marks = _load(ledger.project, kind, heads)
    if known == len(entries):
        return Shown(index, places, tables)
    seen = set(marks.tolist())
    for number in range(known + 1, len(entries) + 1):
        groups, where, fresh = _gathered([(at, one) for at, one in enumerate(tables) if one.entry == number], kind, seen)
        index = index.extended(groups)
        places, marks = np.concatenate([places, where]), np.concatenate([marks, fresh])
    _store(ledger.project, kind, heads[-1], index, places, marks)
    return Shown(index, places, tables)


def groups_of(vectors: Vectors, cells: np.ndarray, *, kind: Kind = "rows", table: int = 0) -> Groups:
    """Return some cells of a table as groups.

    Parameters
    ----------
    vectors : Vectors
    cells : numpy.ndarray of int64
    kind : {"rows", "amounts"}, default "rows"
    table : int, default 0
        The number that the table has among others.

    Returns
    -------
    Groups

    Examples
    --------
    >>> vectors = Vectors(np.array([0, 2, 3]), np.array([4, 7, 9]), np.array([1, 3, 2]))
    >>> groups_of(vectors, np.array([1])).person.tolist()
    [9]
    """
    from workbench.disclosure.comparing.groups import spread

    sizes = vectors.start[cells + 1] - vectors.start[cells]
    where = spread(np.asarray(vectors.start[cells]), sizes)
    weight = vectors.weight if kind == "rows" or vectors.amount is None else vectors.amount
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    return Groups(start, np.asarray(vectors.person[where]), np.asarray(weight[where]), np.full(len(cells), table, np.int64))


def _gathered(tables: Iterable[tuple[int, StoredTable]], kind: Kind, seen: set[int]) -> tuple[Groups, np.ndarray, np.ndarray]:
    """The public cells of one release that no earlier one has published with the same vector."""
    parts: list[Groups] = []
    places: list[np.ndarray] = []
    marks: list[np.ndarray] = []
    for number, table in tables:
        if table.block is None or (kind == "amounts" and not table.block["amounts"]):
            continue
        vectors = table.vectors
        public = table.shown
        public[list(table.unknown_cells)] = False
        cells = np.flatnonzero(public & (np.asarray(vectors.people) > 0))
        mark = table.signature
        if kind == "amounts" and vectors.amount is not None:
            mark = signature(vectors.person, vectors.amount, vectors.start)
        fresh = [cell for cell in cells.tolist() if _first(int(mark[cell]), seen)]
        cells = np.array(fresh, np.int64)
        parts.append(groups_of(vectors, cells, kind=kind, table=number))
        places.append(np.column_stack([np.full(len(cells), number), cells]))
        marks.append(np.asarray(mark[cells]))
    return _joined(parts, kind), _stacked(places, (0, 2), np.int64), _stacked(marks, (0,), np.uint64)


def _first(mark: int, seen: set[int]) -> bool:
    if mark in seen:
        return False
    seen.add(mark)
    return True


def _joined(parts: list[Groups], kind: Kind) -> Groups:
    sizes = [part.sizes for part in parts]
    number = np.int64 if kind == "rows" else np.float64
    return Groups(
        start=np.concatenate([np.zeros(1, np.int64), np.cumsum(_stacked(sizes, (0,), np.int64))]),
        person=_stacked([part.person for part in parts], (0,), np.int64),
        weight=_stacked([part.weight for part in parts], (0,), number),
        table=_stacked([part.table for part in parts if part.table is not None], (0,), np.int64),
    )


def _stacked(parts: list[np.ndarray], shape: tuple[int, ...], kind: type) -> np.ndarray:
    return np.concatenate([np.empty(shape, kind), *parts]).astype(kind, copy=False)


def _folder(project: Project, kind: Kind) -> Path:
    return project.ledger / "index" / kind


def _memory(project: Project, kind: Kind) -> Path:
    """Marks of the files as they were written, where no merge can put others."""
    return project.machine / "ledger" / f"index-{kind}.json"


def _load(project: Project, kind: Kind, heads: list[Head]) -> tuple[int, Index, np.ndarray, np.ndarray]:
    """The index as far as it was made before, mapped from disk: of how many entries, and what it holds."""
    nothing = 0, Index(), np.empty((0, 2), np.int64), np.empty(0, np.uint64)
    memory, folder = _memory(project, kind), _folder(project, kind)
    if not memory.is_file():
        return nothing
    known = read_json(memory)
    if not isinstance(known, dict) or not {"entries", "head", "files"} <= known.keys():  # not what is written here: made again
        return nothing
    head = Head(known["entries"], known["head"])
    if head not in heads or _marks(folder) != known["files"]:
        return nothing
    arrays = {path.stem: np.load(path, mmap_mode="r") for path in sorted(folder.glob("*.npy"))}
    places, marks = arrays.pop("places"), arrays.pop("marks")
    return head.entries, Index.from_arrays(arrays), places, marks


def _store(project: Project, kind: Kind, head: Head, index: Index, places: np.ndarray, marks: np.ndarray) -> None:
    folder, memory = _folder(project, kind), _memory(project, kind)
    working = folder.with_name(f".{kind}.new")
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(mode=0o700, parents=True)
    for name, array in {**index.arrays(), "places": places, "marks": marks}.items():
        np.save(working / f"{name}.npy", array)
    memory.unlink(missing_ok=True)
    replace_folder(working, folder)
    write_json(memory, {"entries": head.entries, "head": head.sha256, "files": _marks(folder)})


def _marks(folder: Path) -> dict[str, list[int]]:
    found = {path.name: path.stat() for path in sorted(folder.glob("*.npy"))}
    return {name: [state.st_size, state.st_mtime_ns, state.st_ino] for name, state in found.items()}
