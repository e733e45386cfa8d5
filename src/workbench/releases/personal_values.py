"""What this machine knows about people and must not find in public: identifiers, pseudonyms, free texts, rows.

Read from the protected datasets and, where made-up rows are sealed from their seed, from the vault; rows sealed to custodians
stay closed, and their pseudonyms and protected rows stand in for them. The values live in memory only and are never written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.catalog import Catalog, Dataset, read_manifest
from workbench.catalog.manifests import DATA_NAME
from workbench.files import canonical, read_yaml, sha256
from workbench.governance import policy_path
from workbench.project import Project
from workbench.screening.known_rows import KnownRows, known_rows
from workbench.screening.known_values import KnownValues, known_values, plain
from workbench.vault import Vault

if TYPE_CHECKING:
    import pyarrow as pa

IDENTIFYING = frozenset({"quasi_identifier", "sensitive"})
CALENDAR = frozenset({"year", "quarter", "month", "weekday", "day", "hour"})
"""Fields by which tables are published; a time in them singles out nobody."""


@dataclass(frozen=True)
class PersonalValues:
    """What is looked for.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    datasets : tuple of str
        Datasets about people.
    fingerprint : str
        Of all that the values are made from; it changes when they do.
    unopened : tuple of str
        Datasets whose raw rows are sealed to custodians, so that only their protected form is known here.
    """

    project: Project
    catalog: Catalog
    datasets: tuple[str, ...]
    fingerprint: str
    unopened: tuple[str, ...] = ()

    @cached_property
    def values(self) -> KnownValues:
        """Single values, prepared when they are first asked for."""
        found: set[str] = set()
        texts: set[str] = set()
        for dataset in self.datasets:
            described = self.catalog[dataset]
            names, free = _singular(self.project, dataset, described)
            for table in self._tables(dataset):
                for name in table.column_names:
                    if name in names or name in free:
                        (texts if name in free else found).update(_distinct(table.column(name)))
        return known_values(found, texts=texts, public=_public_words(self.catalog))

    @cached_property
    def rows(self) -> tuple[KnownRows, ...]:
        """Rows, the raw ones and the protected ones apart (``bike_trips`` and ``bike_trips, protected``)."""
        import pyarrow as pa

        found = []
        for dataset in self.datasets:
            described = self.catalog[dataset]
            identifying = [name for name, field in described.fields.items() if field.reveals in IDENTIFYING]
            fine = [name for name, field in described.fields.items() if _is_fine(name, field.type, field.reveals)]
            for name, tables in ((f"{dataset}{PROTECTED}", self._protected(dataset)), (dataset, self._raw(dataset))):
                parts = [table.select([c for c in table.column_names if c in {*identifying, *fine}]) for table in tables]
                if parts:
                    whole = pa.concat_tables(parts, promote_options="default")
                    columns = {column: _words(whole.column(column)) for column in whole.column_names}
                    found.append(known_rows(name, columns, identifying=identifying, fine=fine))
        return tuple(found)

    def _tables(self, dataset: str) -> Iterator[pa.Table]:
        yield from self._protected(dataset)
        yield from self._raw(dataset)

    def _protected(self, dataset: str) -> Iterator[pa.Table]:
        import pyarrow.parquet as pq

        path = self.project.protected / dataset / DATA_NAME
        if path.is_file():
            geometry = self.catalog[dataset].geometry
            names = [name for name in pq.read_schema(path).names if name != geometry]
            yield pq.read_table(path, columns=names)

    def _raw(self, dataset: str) -> Iterator[pa.Table]:
        if dataset in self.unopened:
            return
        described = self.catalog[dataset]
        names = [name for name in described.fields if name != described.geometry]
        yield from Vault(self.project, self.catalog).tables(dataset, columns=names)


PROTECTED = ", protected"


def personal_values(project: Project, catalog: Catalog, datasets: Iterable[str] | None = None) -> PersonalValues:
    """Say what is to be looked for; nothing is read before it is needed.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    datasets : iterable of str, optional
        By default every dataset about people.

    Returns
    -------
    PersonalValues

    Raises
    ------
    CheckFailed
        A record of the vault or of a protected dataset is not whole.

    Examples
    --------
    >>> values = personal_values(project, catalog)  # doctest: +SKIP
    >>> scan_release(folder, personal=values).leaks  # doctest: +SKIP
    ()
    """
    vault = Vault(project, catalog)
    chosen = sorted(catalog.datasets if datasets is None else datasets)
    about: dict[str, Any] = {}
    unopened = []
    for dataset in chosen:
        policy = _policy(project, dataset)
        if not catalog[dataset].personal_fields and not policy.get("unit"):
            continue
        sealed = vault.sealed(dataset)
        if sealed:
            unopened.append(dataset)
        manifest = read_manifest(project.protected / dataset) or {}
        raw = None if sealed else vault.fingerprint(dataset)
        about[dataset] = {"protected": manifest.get("sha256"), "raw": raw, "unit": policy.get("unit")}
    fingerprint = sha256(canonical({"about": about, "catalog": sha256(project.catalog.read_bytes())}))
    return PersonalValues(project, catalog, tuple(about), fingerprint, tuple(unopened))


def _policy(project: Project, dataset: str) -> Mapping[str, Any]:
    path: Path = policy_path(project, dataset)
    found = read_yaml(path) if path.is_file() else {}
    return found if isinstance(found, Mapping) else {}


def _singular(project: Project, dataset: str, described: Dataset) -> tuple[set[str], set[str]]:
    """Fields whose single values name a person or a row, and fields of free text."""
    policy = _policy(project, dataset)
    rules = policy.get("fields") or {}
    direct = {
        name
        for name, field in described.fields.items()
        if field.type == "string"
        and (field.reveals == "direct_identifier" or (rules.get(name) or {}).get("role") == "direct_identifier")
    }
    free = {name for name, field in described.fields.items() if field.reveals == "free_text"}
    return {*direct, *([policy["unit"]] if policy.get("unit") else [])} - free, free


def _is_fine(name: str, kind: str, reveals: str) -> bool:
    """Whether a field's values are many: exact times, and measures that are no public place's number."""
    if name in CALENDAR:
        return False
    if kind in ("datetime", "date"):
        return True
    return kind == "number" or (kind == "integer" and reveals in ("none", "sensitive"))


def _public_words(catalog: Catalog) -> Collection[str]:
    """The catalogue's own words: lists of values, names of datasets and fields."""
    words: set[str] = set()
    for name, dataset in catalog.datasets.items():
        words |= {name, *dataset.fields}
        for field in dataset.fields.values():
            words |= set(field.values or ())
    return {plain(word) for word in words}


def _distinct(column: pa.ChunkedArray) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return (str(value) for value in pc.unique(column).to_pylist() if value is not None)


def _words(column: pa.ChunkedArray) -> Sequence[str]:
    """A column's values as text, one a row; equal values are made once."""
    import numpy as np
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    coded = column.combine_chunks().dictionary_encode()
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    names = np.array(["", *("" if value is None else str(value) for value in coded.dictionary.to_pylist())], dtype=object)
    found: Sequence[str] = names[coded.indices.fill_null(-1).to_numpy(zero_copy_only=False) + 1]
    return found
