"""Taken-in rows at rest, part by part: a part is what one source file or one fetched unit brought.

This vault keeps rows in the clear, so it takes only synthetic data and data that are not about people. A part's rows
lie in a Parquet file named by its own content; the part's record names that file and is written last, so that a kill
at any instant leaves the old part or the new one, never a mixture. What only the records tell is told without pandas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from workbench.catalog import Catalog, Dataset
from workbench.errors import CheckFailed, GateRefused, UsageError
from workbench.files import canonical, read_json, replacing, sha256, sha256_file, write_json
from workbench.project import Project

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Rows: TypeAlias = "pd.DataFrame | pa.Table | Iterable[pa.Table | pd.DataFrame]"
"""What a part is written from: one frame or table, or an iterable of them so that memory stays that of one."""

PART_NAME = re.compile(r"[0-9A-Za-z가-힣_][0-9A-Za-z가-힣_.\-]{0,119}")
"""A part's name is a file name on every system."""

OWN_KEYS = frozenset({"dataset", "part", "file", "rows", "content_sha256"})
"""What the vault itself puts into a part's record."""


class Vault:
    """The rows of a project as they were taken in.

    Parameters
    ----------
    project : Project
    catalog : Catalog

    Examples
    --------
    >>> vault = Vault(project, catalog)  # doctest: +SKIP
    >>> vault.write_part("daily_air", "2021", frame, record={"source": "2021.csv", "kind": "official"})  # doctest: +SKIP
    >>> vault.parts("daily_air")  # doctest: +SKIP
    ['2021']
    """

    def __init__(self, project: Project, catalog: Catalog) -> None:
        self.project = project
        self.catalog = catalog

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
            Where the rows come from: ``source``, ``kind``, ``sha256``, ``retrieved``, ``balance``.

        Returns
        -------
        dict
            The record as written, with ``dataset``, ``part``, ``file``, ``rows`` and ``content_sha256``.

        Raises
        ------
        GateRefused
            The dataset holds personal fields and is not synthetic.
        UsageError
            A bad part name, a missing field, or values that are not of their field's type.
        """
        from workbench.vault.tables import write_tables

        described = self._admitted(dataset)
        path = self._record_path(dataset, part_name)
        taken = sorted(OWN_KEYS & set(record))
        if taken:
            raise UsageError(f"part '{part_name}' of '{dataset}': the vault itself writes {', '.join(taken)} into the record")
        folder = path.parent
        with replacing(folder / f"{part_name}.parquet", suffix=".parquet") as temporary:
            count = write_tables(temporary, self._tables(dataset, described, rows), described)
            content = sha256_file(temporary)
        written = folder / f"{part_name}.{content[:16]}.parquet"
        (folder / f"{part_name}.parquet").rename(written)
        whole = {**record, "dataset": dataset, "part": part_name, "file": written.name, "rows": count, "content_sha256": content}
        write_json(path, whole)
        self._sweep(dataset, part_name, keep=written.name)
        return whole

    def parts(self, dataset: str) -> list[str]:
        """Return the names of a dataset's parts, sorted.

        Parameters
        ----------
        dataset : str

        Returns
        -------
        list of str
        """
        folder = self._folder(dataset)
        return sorted(path.name.removesuffix(".json") for path in folder.glob("*.json") if not path.name.startswith("."))

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
            The record was damaged, or its rows are gone.
        """
        path = self._record_path(dataset, part_name)
        if not path.is_file():
            return None
        record: dict[str, Any] = read_json(path)
        if not isinstance(record, dict) or not OWN_KEYS.issubset(record):
            raise CheckFailed(f"{path}: not a part's record", hint="delete it and take the part in again")
        if not (path.parent / str(record["file"])).is_file():
            raise CheckFailed(
                f"{path}: its rows, {record['file']}, are gone", hint="delete the record and take the part in again"
            )
        return record

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

    def read(self, dataset: str, *, columns: list[str] | None = None, parts: list[str] | None = None) -> pd.DataFrame:
        """Return a dataset's rows, part after part.

        Parameters
        ----------
        dataset : str
        columns : list of str, optional
            Only these fields.
        parts : list of str, optional
            Only these parts.

        Returns
        -------
        pandas.DataFrame or geopandas.GeoDataFrame
            Without rows where nothing was taken in.
        """
        import pyarrow as pa

        from workbench.vault.tables import empty_table, to_frame

        described = self.catalog[dataset]
        names = list(described.fields) if columns is None else columns
        tables = list(self.tables(dataset, columns=names, parts=parts))
        table = pa.concat_tables(tables) if tables else empty_table(described).select(names)
        return to_frame(table, described)

    def tables(self, dataset: str, *, columns: list[str] | None = None, parts: list[str] | None = None) -> Iterator[pa.Table]:
        """Give a dataset's rows as Arrow tables, one row group at a time: memory stays that of one.

        Parameters
        ----------
        dataset : str
        columns : list of str, optional
            Only these fields.
        parts : list of str, optional
            Only these parts.

        Yields
        ------
        pyarrow.Table
            A geometry is a column of well-known binary.
        """
        import pyarrow.parquet as pq

        for part in self.parts(dataset) if parts is None else parts:
            record = self.record(dataset, part)
            if record is None:
                continue
            with pq.ParquetFile(self._folder(dataset) / record["file"]) as stored:
                for group in range(stored.num_row_groups):
                    yield stored.read_row_group(group, columns=columns).replace_schema_metadata(None)

    def remove_part(self, dataset: str, part_name: str) -> None:
        """Remove a part; nothing happens where there is none.

        Parameters
        ----------
        dataset, part_name : str
        """
        self._record_path(dataset, part_name).unlink(missing_ok=True)
        self._sweep(dataset, part_name, keep=None)

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

    def _admitted(self, dataset: str) -> Dataset:
        described = self.catalog[dataset]
        personal = described.personal_fields
        if personal and not described.synthetic:
            raise GateRefused(
                f"dataset '{dataset}' is about people ({', '.join(personal)}); this vault keeps rows in the clear and takes "
                "only synthetic data and data that are not about people",
                hint="mark the dataset 'synthetic: true' in data_catalog.yml if it is, or take in a dataset without these fields",
            )
        return described

    def _tables(self, dataset: str, described: Dataset, rows: Rows) -> Iterator[pa.Table]:
        import pandas as pd
        import pyarrow as pa

        from workbench.vault.tables import to_table

        pieces = [rows] if isinstance(rows, pd.DataFrame | pa.Table) else rows
        for piece in pieces:
            yield to_table(piece, described, where=f"dataset '{dataset}'")

    def _folder(self, dataset: str) -> Path:
        _ = self.catalog[dataset]  # an unknown name never becomes a path
        return self.project.vault / dataset

    def _record_path(self, dataset: str, part_name: str) -> Path:
        if not PART_NAME.fullmatch(part_name):
            raise UsageError(
                f"dataset '{dataset}': '{part_name}' is no part name", hint="letters, digits, '_', '-' and '.', at most 120"
            )
        return self._folder(dataset) / f"{part_name}.json"

    def _sweep(self, dataset: str, part_name: str, *, keep: str | None) -> None:
        """Remove a part's rows of earlier writings, and what a kill left."""
        own = re.compile(
            re.escape(part_name) + r"(\.[0-9a-f]{16})?\.parquet|\." + re.escape(part_name) + r"\.parquet\..*\.part\.parquet"
        )
        folder = self._folder(dataset)
        for path in folder.iterdir() if folder.is_dir() else ():
            if own.fullmatch(path.name) and path.name != keep:
                path.unlink(missing_ok=True)
