"""Taken-in rows at rest, part by part: a part is what one source file or one fetched unit brought.

Rows about people are sealed as they come in, by whoever takes them in, and opened by a custodian of each side together.
A part's rows lie in a file of their own; the part's record names it and is written last, so that a kill at any instant
leaves the old part or the new one, never a mixture. What only the records tell is told without pandas.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from workbench.catalog import Catalog
from workbench.files import canonical, sha256
from workbench.project import Project
from workbench.vault.records import Shelf, Turns

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from workbench.vault.keeping import Keeping, Rulings
    from workbench.vault.keys import Keys
    from workbench.vault.marks import Marker
    from workbench.vault.reading import Opener
    from workbench.vault.register import Register

Rows: TypeAlias = "pd.DataFrame | pa.Table | Iterable[pa.Table | pd.DataFrame]"
"""What a part is written from: one frame or table, or an iterable of them so that memory stays that of one."""


class Vault:
    """The rows of a project as they were taken in.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    today : datetime.date, optional
        The day of what is done, for the register; custodians whose term is over on it are not sealed to.

    Examples
    --------
    >>> vault = Vault(project, catalog)  # doctest: +SKIP
    >>> vault.write_part("daily_air", "2021", frame, record={"source": "2021.csv", "kind": "official"})  # doctest: +SKIP
    >>> vault.parts("daily_air")  # doctest: +SKIP
    ['2021']
    """

    def __init__(self, project: Project, catalog: Catalog, *, today: dt.date | None = None) -> None:
        self.project = project
        self.catalog = catalog
        self.today = today
        self._turns = Turns(project)

    @cached_property
    def rulings(self) -> Rulings:
        """What policies and seats say about resting rows."""
        from workbench.vault.keeping import Rulings

        return Rulings(self.project, today=self.today)

    @cached_property
    def register(self) -> Register:
        """Who sealed, opened, rotated, recovered or erased what."""
        from workbench.vault.register import Register

        return Register(self.project)

    def marker(self, dataset: str) -> Marker:
        """Return what makes the marks of a dataset's sealed rows on this machine.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        Marker
        """
        from workbench.vault.marks import machine_marker

        return machine_marker(self.project).of(dataset)

    def keeping(self, dataset: str) -> Keeping:
        """Return how a dataset's rows are to rest, and for whom they are sealed.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        Keeping

        Raises
        ------
        GateRefused
            The rows are to be sealed, and a side has no custodian with an age key.
        """
        return self.rulings.keeping(dataset, self.catalog[dataset])

    def sealed(self, dataset: str) -> bool:
        """Say whether a dataset's rows are to rest sealed to custodians, so that nothing of them may be told.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        bool
        """
        return self.rulings.kind(dataset, self.catalog[dataset]) == "joint"

    def alone(self, dataset: str) -> AbstractContextManager[None]:
        """Hold a dataset for one writer, so that what was compared is still so when rows are written.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        context manager
        """
        return self._turns.alone(dataset)

    def shelf(self, dataset: str) -> Shelf:
        """Return the folder of a dataset's parts.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        Shelf
        """
        _ = self.catalog[dataset]  # an unknown name never becomes a path
        return Shelf(self.project.vault / dataset, dataset)

    def write_part(self, dataset: str, part_name: str, rows: Rows, *, record: dict[str, Any]) -> dict[str, Any]:
        """Write a part, or replace the one of that name, whole or not at all.

        Parameters
        ----------
        dataset : str
        part_name : str
            Letters, digits, ``_``, ``-`` and ``.``.
        rows : frame, table, or iterable of them
            With every field of the dataset; a geometry is a column of shapely points or of well-known binary.
        record : dict
            Where the rows come from: ``source``, ``kind``, ``sha256``, ``retrieved``, ``balance``, ``seed``.

        Returns
        -------
        dict
            The record as written, with ``dataset``, ``part``, ``file``, ``rows``, ``content_sha256`` and ``custody``.

        Raises
        ------
        GateRefused
            The dataset is about people, and a side has no custodian to seal to; or its rows would be sealed from their
            seed, and are real.
        UsageError
            A bad part name, a missing field, or values that are not of their field's type.
        """
        from workbench.vault.storing import store

        return store(self, dataset, part_name, rows, facts=record)

    def parts(self, dataset: str) -> list[str]:
        """Return the names of a dataset's parts, sorted.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        list of str
        """
        return self.shelf(dataset).parts()

    def record(self, dataset: str, part_name: str) -> dict[str, Any] | None:
        """Return a part's record, or None where there is no such part.

        Parameters
        ----------
        dataset, part_name : str

        Returns
        -------
        dict or None

        Raises
        ------
        CheckFailed
            The record was damaged or moved, or its rows are gone.
        """
        return self.shelf(dataset).record(part_name)

    def records(self, dataset: str) -> list[dict[str, Any]]:
        """Return the records of a dataset's parts, in the order of their names.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        list of dict
        """
        found = (self.record(dataset, part) for part in self.parts(dataset))
        return [record for record in found if record is not None]

    def read(
        self, dataset: str, *, columns: list[str] | None = None, parts: list[str] | None = None, keys: Keys | None = None
    ) -> pd.DataFrame:
        """Return a dataset's rows, part after part.

        Parameters
        ----------
        dataset : str
        columns : list of str, optional
            Only these fields.
        parts : list of str, optional
            Only these parts.
        keys : Keys, optional
            Needed where the rows are sealed to custodians: one of each side.

        Returns
        -------
        pandas.DataFrame or geopandas.GeoDataFrame
            Without rows where nothing was taken in.

        Raises
        ------
        GateRefused
            The rows are sealed, and a side's key is missing.
        """
        import pyarrow as pa

        from workbench.vault.tables import empty_table, to_frame

        described = self.catalog[dataset]
        names = list(described.fields) if columns is None else columns
        tables = list(self.tables(dataset, columns=names, parts=parts, keys=keys))
        table = pa.concat_tables(tables) if tables else empty_table(described).select(names)
        return to_frame(table, described)

    def tables(
        self,
        dataset: str,
        *,
        columns: list[str] | None = None,
        parts: list[str] | None = None,
        keys: Keys | None = None,
        opener: Opener | None = None,
    ) -> Iterator[pa.Table]:
        """Give a dataset's rows as Arrow tables, one row group at a time: memory stays that of one.

        Parameters
        ----------
        dataset : str
        columns : list of str, optional
            Only these fields.
        parts : list of str, optional
            Only these parts.
        keys : Keys, optional
            Needed where the rows are sealed to custodians: one of each side.
        opener : Opener, optional
            Another way to the secrets than keys of both sides.

        Yields
        ------
        pyarrow.Table
            A geometry is a column of well-known binary.

        Raises
        ------
        GateRefused
            The rows are sealed, and a side's key is missing.
        CheckFailed
            Something is not as it was written.
        """
        from workbench.vault.erasing import known_record
        from workbench.vault.keys import Keys
        from workbench.vault.reading import WithKeys, part_tables

        opener = opener or WithKeys(keys or Keys())
        shelf = self.shelf(dataset)
        for part in self.parts(dataset) if parts is None else parts:
            record = known_record(self, shelf, part)
            if record is not None:
                yield from part_tables(shelf, record, opener=opener, columns=columns)

    def erase(self, dataset: str, part_name: str, rows: Sequence[int]) -> int:
        """Destroy rows of a part at once, without any key; doing it again changes nothing.

        Parameters
        ----------
        dataset, part_name : str
        rows : sequence of int
            Numbered from 0, as they came in; erased rows keep their numbers. ``comparing.find_rows`` finds them by their keys.

        Returns
        -------
        int
            How many were there still.

        Raises
        ------
        UsageError
            No such part or row.
        """
        from workbench.vault.erasing import erase

        return erase(self, dataset, part_name, rows)

    def secret(self, dataset: str, name: str, keys: Keys | None = None) -> bytes:
        """Return a secret that lasts, drawn when it is first asked for and sealed like the dataset.

        Parameters
        ----------
        dataset : str
        name : str
            What it is for, e.g. ``displacement``.
        keys : Keys, optional
            Needed where the dataset is sealed to custodians: one of each side.

        Returns
        -------
        bytes
            32 of them; for made-up rows they follow from the seed.

        Raises
        ------
        GateRefused
            A side's key is missing.
        UsageError
            The dataset rests in the clear.
        """
        from workbench.vault.keys import Keys
        from workbench.vault.lasting import lasting_secret

        return lasting_secret(self, dataset, name, keys or Keys())

    def remove_part(self, dataset: str, part_name: str) -> None:
        """Remove a part, and its refused rows that wait; nothing happens where there is none.

        Parameters
        ----------
        dataset, part_name : str
        """
        from workbench.vault.quarantine import release
        from workbench.vault.storing import may_be_personal, note_removal

        shelf = self.shelf(dataset)
        path = shelf.path(part_name)
        with self.alone(dataset):
            if path.is_file():
                note_removal(self, path, dataset, part_name)
            path.unlink(missing_ok=True)
            shelf.sweep(part_name, keep=None, personal=may_be_personal(self, dataset))
            release(self, dataset, part_name)

    def fingerprint(self, dataset: str) -> str:
        """Return a hash of all that a dataset holds, from the parts' records alone.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        str
            It changes when a part comes, goes or changes.
        """
        return sha256(canonical(sorted(str(record["content_sha256"]) for record in self.records(dataset))))

    def rows(self, dataset: str) -> int:
        """Return how many rows a dataset holds, from the parts' records alone.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        int
        """
        return sum(int(record["rows"]) for record in self.records(dataset))

    def latest(self, dataset: str) -> str | None:
        """Return the newest date on which something of a dataset was retrieved, as its records say.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        str or None
            ``YYYY-MM-DD``; None where nothing was taken in or no record says when.
        """
        dates = [str(record["retrieved"]) for record in self.records(dataset) if record.get("retrieved")]
        return max(dates, default=None)
