"""Which pseudonym of a dataset's protected rows is which person of the ledger: a map from each protection to lasting ids.

Pseudonyms change with every protection, so that nobody is followed from one to the next; what was published before can
only be compared with what is to be published now by ids that last. They are kept outside the folder that kernels read.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import CheckFailed, GateRefused
from workbench.files import canonical, read_json, replacing, sha256_file, write_json
from workbench.privacy.ledger_secret import commitment_to, private_folder
from workbench.project import Project

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

AT_ONCE = 1 << 18
"""So many people are Python objects at one time."""

_FACTS = b"workbench.people"
_LARGEST = (1 << 63) - 1


@dataclass(frozen=True, eq=False, repr=False)
class PeopleMap:
    """The people of one dataset's protected rows.

    Parameters
    ----------
    dataset, unit : str
        The unit is the field that tells people apart.
    commitment : str
        To the secret that the ids come from.
    words : numpy.ndarray of str, shape (people,)
        Pseudonyms, ascending.
    person : numpy.ndarray of int64, shape (people,)
        Their lasting ids.
    """

    dataset: str
    unit: str
    commitment: str
    words: np.ndarray
    person: np.ndarray


def stable_ids(values: Iterable[Any], *, unit: str, secret: bytes) -> np.ndarray:
    """Return lasting ids: the first 63 bits of HMAC-SHA256 (RFC 2104) over the unit's name and the value.

    Parameters
    ----------
    values : iterable
        As they stand in the vault.
    unit : str
        People of one unit have the same ids in every dataset of a city.
    secret : bytes

    Returns
    -------
    numpy.ndarray
        int64, not negative. Two of a million people share one with a chance of 1 in 10 million.

    Examples
    --------
    >>> one, two = stable_ids(["card-1", "card-1"], unit="card", secret=bytes(32)).tolist()
    >>> one == two, [one] == stable_ids(["card-1"], unit="shop", secret=bytes(32)).tolist()
    (True, False)
    """
    import numpy as np

    head = canonical([unit]) + b"\0"
    hashed = b"".join(hmac.digest(secret, head + str(value).encode(), "sha256")[:8] for value in values)
    return (np.frombuffer(hashed, ">u8") & np.uint64(_LARGEST)).astype(np.int64)


def map_people(column: pa.ChunkedArray, kept: pa.ChunkedArray, *, key: bytes, unit: str, secret: bytes) -> pa.Table:
    """Return the map of a protection.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        The unit as it stands in the vault.
    kept : pyarrow.ChunkedArray
        The unit of the protected rows: pseudonyms.
    key : bytes
        Of the protection's pseudonyms.
    unit : str
    secret : bytes

    Returns
    -------
    pyarrow.Table
        ``pseudonym`` ascending, ``person``.

    Raises
    ------
    CheckFailed
        A pseudonym of the protected rows is nobody's.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from workbench.privacy.treatments import pseudonyms
    >>> cards = pa.chunked_array([["b", "a", "a"]])
    >>> found = map_people(cards, pa.chunked_array([pseudonyms(cards, b"key")]), key=b"key", unit="card", secret=bytes(32))
    >>> found.num_rows, found.column_names
    (2, ['pseudonym', 'person'])
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from workbench.privacy.treatments import encoded, pseudonyms

    _, values = encoded(column)
    words = pseudonyms(values, key).cast(pa.string())
    used = pc.unique(kept.cast(pa.string())).drop_null()
    mask = pc.is_in(words, value_set=used)
    words, values = words.filter(mask), values.filter(mask)
    if len(words) != len(used):
        raise CheckFailed(f"the pseudonyms of '{unit}' are not those of the rows", hint="protect again, and report this")
    slices = [values.slice(begin, AT_ONCE).to_pylist() for begin in range(0, len(values), AT_ONCE)]
    person = np.concatenate([np.empty(0, np.int64), *(stable_ids(one, unit=unit, secret=secret) for one in slices)])
    order = pc.sort_indices(words)
    return pa.table({"pseudonym": words.take(order), "person": pa.array(person).take(order)})


def map_path(project: Project, dataset: str, data: str) -> Path:
    """Return where the map of protected rows lies.

    Parameters
    ----------
    project : Project
    dataset : str
    data : str
        The sha256 of the protected rows: another protection has another map, so that a kill leaves a fitting one.

    Returns
    -------
    Path

    Examples
    --------
    >>> map_path(Project(root=Path("/srv/city")), "trips", "f" * 64).relative_to("/srv/city/.workbench/ledger")
    PosixPath('people/trips/ffffffffffffffffffffffffffffffff.parquet')
    """
    return project.ledger / "people" / dataset / f"{data[:32]}.parquet"


def write_people_map(project: Project, dataset: str, table: pa.Table, *, data: str, unit: str, secret: bytes) -> None:
    """Write a map, on disk before the rows that it belongs to take their place.

    Parameters
    ----------
    project : Project
    dataset : str
    table : pyarrow.Table
        From :func:`map_people`.
    data : str
        The sha256 of the protected rows.
    unit : str
    secret : bytes
    """
    import pyarrow.parquet as pq

    private_folder(project)
    facts = {"dataset": dataset, "unit": unit, "data": data, "commitment": commitment_to(secret)}
    path = map_path(project, dataset, data)
    with replacing(path, suffix=".parquet") as temporary:
        pq.write_table(table.replace_schema_metadata({_FACTS: canonical(facts)}), temporary, compression="zstd")
        memory = _memory(project, dataset)
        known = read_json(memory) if memory.is_file() else {}
        write_json(memory, {**known, data: sha256_file(temporary)})


def forget_other_maps(project: Project, dataset: str, *, data: str) -> None:
    """Remove the maps of rows that are not there any more.

    Parameters
    ----------
    project : Project
    dataset : str
    data : str
        The sha256 of the rows that are.
    """
    kept = map_path(project, dataset, data)
    for path in kept.parent.glob("*.parquet"):
        if path != kept:
            path.unlink()
    memory = _memory(project, dataset)
    if memory.is_file():
        write_json(memory, {known: digest for known, digest in read_json(memory).items() if known == data})


def map_fault(project: Project, dataset: str, *, data: str) -> str:
    """Say what is wrong with the map of protected rows.

    Parameters
    ----------
    project : Project
    dataset : str
    data : str

    Returns
    -------
    str
        Empty where it is there and is the one that was written.
    """
    path, memory = map_path(project, dataset, data), _memory(project, dataset)
    if not path.is_file():
        return "the map of its people is missing, or belongs to other rows"
    known = read_json(memory).get(data) if memory.is_file() else None
    if known is None:
        return "the map of its people was not written on this machine"
    return "" if sha256_file(path) == known else "the map of its people was changed after it was written"


def read_people_map(project: Project, dataset: str, *, data: str) -> PeopleMap:
    """Read the map of protected rows.

    Parameters
    ----------
    project : Project
    dataset : str
    data : str
        The sha256 of the protected rows.

    Returns
    -------
    PeopleMap

    Raises
    ------
    GateRefused
        It is missing, of other rows, or not as it was written.
    """
    import json

    import pyarrow.parquet as pq

    fault = map_fault(project, dataset, data=data)
    if fault:
        raise GateRefused(f"dataset '{dataset}': {fault}", hint=f"run: workbench protect {dataset}")
    table = pq.read_table(map_path(project, dataset, data))
    facts = json.loads(table.schema.metadata[_FACTS])
    words = table["pseudonym"].to_numpy().astype(str)
    return PeopleMap(dataset, facts["unit"], facts["commitment"], words, table["person"].to_numpy())


def remember_map(project: Project, path: Path) -> None:
    """Take a map over that a backup brought.

    Parameters
    ----------
    project : Project
    path : Path
        Of a map in its place.
    """
    import json

    import pyarrow.parquet as pq

    facts = json.loads(pq.read_schema(path).metadata[_FACTS])
    memory = _memory(project, path.parent.name)
    known = read_json(memory) if memory.is_file() else {}
    write_json(memory, {**known, str(facts["data"]): sha256_file(path)})


def _memory(project: Project, dataset: str) -> Path:
    return project.machine / "ledger" / "people" / f"{dataset}.json"
