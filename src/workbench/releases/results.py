"""What a release is made of: results by name, each with its variants over a parameter grid, and the files they lie in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from workbench.bench import LANGUAGES, cell_text
from workbench.disclosure import SafeTable
from workbench.files import read_json

Basis = Literal["official", "synthetic", "stand_in"]
Kind = Literal["table", "figure", "finding", "model"]


@dataclass(frozen=True)
class Variant:
    """One result of one run.

    Parameters
    ----------
    name : str
    kind : {"table", "figure", "finding", "model"}
    notebook : str
    title, note : dict or None
        By language.
    parameters : dict
        Of the run.
    run : str
        The run's key.
    datasets : dict
        What the notebook asked for, and what it got.
    content : dict
        As in the result file.
    order : int
        Its place in the notebook.
    drawing : str
        The source that draws a figure; empty elsewhere, and for a figure that was carried over.
    """

    name: str
    kind: Kind
    notebook: str
    title: dict[str, str] | None
    note: dict[str, str] | None
    parameters: dict[str, Any]
    run: str
    datasets: dict[str, dict[str, Any]]
    content: dict[str, Any]
    order: int = 0
    drawing: str = field(default="", compare=False)

    @property
    def basis(self) -> Basis:
        """What the result rests on: official data, synthetic data, or a synthetic stand-in for official data."""
        kinds = {record["kind"] for record in self.datasets.values()}
        return "stand_in" if "stand_in" in kinds else "synthetic" if "synthetic" in kinds else "official"

    @property
    def identity(self) -> tuple[str, str]:
        """What makes two variants the same result: its name and parameters."""
        return self.name, parameter_key(self.parameters)

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each dataset: results of different kinds are never compared."""
        return {name: record["kind"] for name, record in self.datasets.items()}


def parameter_key(parameters: Mapping[str, Any]) -> str:
    """Return parameters as one sortable word.

    Parameters
    ----------
    parameters : mapping

    Returns
    -------
    str

    Examples
    --------
    >>> parameter_key({"year": 2021, "district": "강남구"})
    'district=강남구 year=2021'
    """
    return " ".join(f"{name}={parameters[name]}" for name in sorted(parameters))


def result_files(variants: Iterable[Variant]) -> dict[str, dict[str, Any]]:
    """Group variants into the content of result files, by name.

    Parameters
    ----------
    variants : iterable of Variant

    Returns
    -------
    dict of str to dict
        In the order of notebooks' results.
    """
    grouped: dict[str, list[Variant]] = {}
    for variant in variants:
        grouped.setdefault(variant.name, []).append(variant)
    files: dict[str, dict[str, Any]] = {}
    for name, members in sorted(grouped.items(), key=lambda pair: (pair[1][0].notebook, pair[1][0].order, pair[0])):
        members.sort(key=lambda variant: _sortable(variant.parameters))
        last = members[-1]
        bases = {variant.basis for variant in members}
        files[name] = {
            "name": name,
            "kind": last.kind,
            "notebook": last.notebook,
            "order": last.order,
            "title": last.title,
            "note": last.note,
            "basis": bases.pop() if len(bases) == 1 else "mixed",
            "variants": [
                {
                    "parameters": variant.parameters,
                    "run": variant.run,
                    "basis": variant.basis,
                    "datasets": variant.datasets,
                    "title": variant.title,
                    "note": variant.note,
                    "content": variant.content,
                }
                for variant in members
            ],
        }
    return files


def _sortable(parameters: Mapping[str, Any]) -> list[tuple[str, bool, Any]]:
    return [(name, isinstance(parameters[name], str), parameters[name]) for name in sorted(parameters)]


def read_variants(folder: Path) -> list[Variant]:
    """Read the variants of a release or candidate.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Variant
    """
    found: list[Variant] = []
    for path in sorted((folder / "results").glob("*.json")):
        record = read_json(path)
        for variant in record["variants"]:
            found.append(
                Variant(
                    name=record["name"],
                    kind=record["kind"],
                    notebook=record["notebook"],
                    title=variant["title"],
                    note=variant["note"],
                    parameters=variant["parameters"],
                    run=variant["run"],
                    datasets=variant["datasets"],
                    content=variant["content"],
                    order=record["order"],
                )
            )
    return found


def csv_bytes(safe: SafeTable) -> bytes:
    """Return a table as CSV: UTF-8 with BOM, so that spreadsheets show Korean; keys and labels in each language.

    Parameters
    ----------
    safe : SafeTable

    Returns
    -------
    bytes
        A withheld cell says so; it is not an empty field, which reads as a missing value.
    """
    layout = safe.layout
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    if layout.columns:
        columns = [unformula(_both(labels)) for labels in zip(*(layout.columns.labels[lang] for lang in LANGUAGES), strict=True)]
    else:
        columns = [_both(layout.unit[lang] for lang in LANGUAGES) if layout.unit else "value"]
    writer.writerow([*(f"{layout.rows.title[lang]} ({lang})" for lang in LANGUAGES), *columns])
    for row in range(layout.shape[0]):
        cells = [_csv_cell(safe, row, column) for column in range(layout.shape[1])]
        writer.writerow([*(unformula(layout.rows.labels[lang][row]) for lang in LANGUAGES), *cells])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


def unformula(label: str) -> str:
    """Return a word that no spreadsheet runs as a formula.

    Parameters
    ----------
    label : str

    Returns
    -------
    str

    Examples
    --------
    >>> unformula("=1+1"), unformula("plain")
    ("'=1+1", 'plain')
    """
    return f"'{label}" if label[:1] in ("=", "+", "-", "@") else label


def _both(words: Iterable[str]) -> str:
    """One word where the languages agree, both where they differ."""
    return " / ".join(dict.fromkeys(words))


def _csv_cell(safe: SafeTable, row: int, column: int) -> str:
    value = safe.values[row][column]
    return repr(value) if value is not None else _both(cell_text(safe, row, column, lang) for lang in LANGUAGES)
