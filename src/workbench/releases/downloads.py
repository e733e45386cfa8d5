"""Protected datasets that a release offers as files: the bytes that leave, described, and held against their policy again.

Both sides say in the adopted policy that a dataset may leave as a file (``purposes: [public_download]``), and a checker of
each side approves these very bytes with the rest of the candidate. The pseudonyms stay behind, so that nobody's rows can be
linked, and rows stand in the order of their values.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.catalog import Catalog, Dataset, read_manifest
from workbench.catalog.manifests import DATA_NAME
from workbench.errors import CheckFailed, GateRefused, UsageError, combine
from workbench.files import canonical, sha256, sha256_file
from workbench.governance import Governance, require_adopted_policy
from workbench.privacy.policy import PUBLIC_DOWNLOAD, read_policy
from workbench.project import Project
from workbench.releases.results import unformula
from workbench.releases.verify import read_release
from workbench.runs import Analysis

if TYPE_CHECKING:
    import pyarrow as pa

MAX_BYTES = 25_000_000
"""A release is committed, and a citizen opens the file in a spreadsheet: more than this is no download for either."""

FOLDER = "downloads"


@dataclass(frozen=True)
class Download:
    """A dataset as a release offers it.

    Parameters
    ----------
    dataset : str
    files : dict of str to bytes
        By their paths in the release: the table, and what its columns mean.
    record : dict
        What ``release.yml`` says of it.
    verdict : {"new", "differs", "reproduced", "not_checked"}
        Against the last release; ``not_checked``: its data is not on this machine.
    """

    dataset: str
    files: dict[str, bytes]
    record: dict[str, Any]
    verdict: str


def downloads_of(
    project: Project, catalog: Catalog, analysis: Analysis, governance: Governance, *, last: Path | None
) -> list[Download]:
    """Make the files of every dataset that an urban issue offers, or carry over those of the last release.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    analysis : Analysis
        Its ``downloads``.
    governance : Governance
    last : Path or None
        The folder of the last release.

    Returns
    -------
    list of Download

    Raises
    ------
    GateRefused
        All datasets that may not be offered, each with its reason.
    """
    released = read_release(last).get("downloads", {}) if last else {}
    found: list[Download] = []
    problems: list[str] = []
    for dataset in analysis.downloads:
        if read_manifest(project.protected / dataset) is None:
            if last is not None and dataset in released:
                found.append(_carried(last, dataset, released[dataset]))
            continue
        try:
            found.append(_made(project, catalog, governance, dataset, before=released.get(dataset)))
        except (GateRefused, UsageError, CheckFailed) as error:
            problems.append(f"'{dataset}': {error.message}" + (f" ({error.hint})" if error.hint else ""))
    if problems:
        raise combine(problems, where="downloads", kind=GateRefused)
    return found


def _carried(last: Path, dataset: str, record: Mapping[str, Any]) -> Download:
    files = {name: (last / name).read_bytes() for name in (record["file"], record["description"])}
    return Download(dataset, files, dict(record), "not_checked")


def _made(
    project: Project, catalog: Catalog, governance: Governance, dataset: str, *, before: Mapping[str, Any] | None
) -> Download:
    import pyarrow.parquet as pq

    described, folder = catalog[dataset], project.protected / dataset
    manifest = read_manifest(folder) or {}
    path = require_adopted_policy(governance, dataset)
    if sha256_file(path) != manifest["policy"]["sha256"]:
        raise GateRefused("was protected under another version of its policy", hint=f"run: workbench protect {dataset}")
    policy = read_policy(path)
    if sha256_file(folder / DATA_NAME) != manifest["sha256"]:
        raise CheckFailed("its protected rows were changed", hint=f"run: workbench protect {dataset}")
    table = pq.read_table(folder / DATA_NAME)
    if policy.personal:
        if PUBLIC_DOWNLOAD not in policy.purposes:
            raise GateRefused(
                f"its policy does not allow the purpose {PUBLIC_DOWNLOAD}",
                hint=f"both sides adopt a version whose purposes name {PUBLIC_DOWNLOAD}",
            )
        _hold_against(policy.guarantee.k if policy.guarantee else 0, table, policy.quasi_identifiers, unit=policy.unit)
    elif not described.licence_verified:
        raise GateRefused(
            f"its licence, {described.licence}, was not read", hint="read it, then licence_verified: true in data_catalog.yml"
        )
    kept = [name for name in described.fields if name in manifest["fields"] and name != policy.unit]
    content = _csv(table, described, kept)
    if len(content) > MAX_BYTES:
        raise GateRefused(
            f"is {len(content) / 1e6:.0f} MB as a file, allowed {MAX_BYTES / 1e6:.0f} MB", hint="drop fields in its policy"
        )
    record = {
        "kind": "synthetic" if described.synthetic else "official",
        "personal": policy.personal,
        "rows": table.num_rows,
        "policy": dict(manifest["policy"]),
        "guarantee": policy.guarantee.model_dump(mode="json", exclude_none=True) if policy.guarantee else {},
        "suppressed": manifest["report"].get("suppressed", 0.0),
        "file": f"{FOLDER}/{dataset}.csv",
        "description": f"{FOLDER}/{dataset}.csv-metadata.json",
    }
    files = {record["file"]: content, record["description"]: _description(dataset, described, kept, words=manifest["types"])}
    record["sha256"] = sha256(canonical({name: sha256(data) for name, data in files.items()}))
    verdict = "new" if before is None else "reproduced" if before == record else "differs"
    return Download(dataset, files, record, verdict)


def _hold_against(k: int, table: pa.Table, quasi_identifiers: Sequence[str], *, unit: str | None) -> None:
    """Measure the guarantee once more, on the rows that leave, with what protected them left aside."""
    from workbench.privacy.risk import measure_risk

    shown = [name for name in quasi_identifiers if name in table.column_names]
    if not table.num_rows or not shown:
        return
    found = measure_risk(table.select([*shown, *([unit] if unit else [])]), quasi_identifiers=shown, unit=unit)
    if found.k < k:
        raise CheckFailed(f"only {found.k} people share a profile, its policy asks for {k}", hint="run: workbench protect")


def _csv(table: pa.Table, described: Dataset, kept: Sequence[str]) -> bytes:
    """The rows in the order of their values; UTF-8 with BOM, so that spreadsheets show Korean."""
    columns = {name: _plain(table.column(name), geometry=name == described.geometry) for name in kept}
    rows = sorted(zip(*columns.values(), strict=True))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(kept)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


def _plain(column: pa.ChunkedArray, *, geometry: bool) -> list[str]:
    """Values as words of one form; a missing one is an empty field."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if geometry:
        import shapely

        return [shapely.to_wkt(shapely.from_wkb(value), rounding_precision=6) if value else "" for value in column.to_pylist()]
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        return ["" if value is None else str(value) for value in column.to_pylist()]
    return [unformula(value) for value in pc.fill_null(column, "").to_pylist()]


DATATYPES = {"integer": "integer", "number": "number", "boolean": "boolean", "date": "date", "datetime": "datetime"}
"""The catalogue's types in the words of CSVW (W3C, Metadata Vocabulary for Tabular Data, 2015, section 5.11)."""


def _description(dataset: str, described: Dataset, kept: Sequence[str], *, words: Mapping[str, str]) -> bytes:
    """What the columns mean, as CSV on the Web metadata: a spreadsheet ignores it, a program reads it."""
    columns = []
    for name in kept:
        field = described.fields[name]
        kind = "string" if name in words else DATATYPES.get(field.type, "string")
        columns.append({"name": name, "titles": name, "dc:description": field.meaning.model_dump(), "datatype": kind})
    record = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{dataset}.csv",
        "dc:title": described.title.model_dump(),
        "dc:description": described.description.model_dump(),
        "dc:license": described.licence,
        "tableSchema": {"columns": columns},
    }
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
