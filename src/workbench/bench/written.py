"""Reading what a kernel has written into a run's folder, which is not believed to be what the bench writes.

Every room that reads a run goes through here: whatever a folder holds, the answer is checked records or a refusal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Key

from workbench.bench.results import NAME
from workbench.bench.sentences import LANGUAGES, bilingual, check_placeholders
from workbench.disclosure import Layout, ModelLayout, tables_of
from workbench.errors import UsageError
from workbench.files import read_json
from workbench.records import parse_model

Words = dict[str, str]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Dataset(_Record):
    dataset: str
    kind: Literal["official", "synthetic", "stand_in"]
    rows: int | None
    sha256: str | None
    policy: dict[str, Any] | None
    sources: list[str]
    retrieved: str | None
    personal: bool
    min_contributors: int = Key(ge=0)
    disclosure: dict[str, Any] | None = None


class _Result(_Record):
    kind: Literal["table", "figure", "finding", "model"]
    name: str
    title: Words | None
    note: Words | None
    order: int
    datasets: dict[str, _Dataset]
    content: dict[str, Any]


class _Figure(_Record):
    table: str
    draw: str
    alt: Words | None


class _Value(_Record):
    expression: list[Any]
    decimals: int | None = Key(ge=0, le=9)


class _Finding(_Record):
    text: Words
    values: dict[str, _Value]


def read_results(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the results of a run, each checked to be one.

    Parameters
    ----------
    folder : Path
        The run's.

    Returns
    -------
    dict of str to dict
        By name, as :meth:`workbench.bench.Bench.table` and its siblings write them.

    Raises
    ------
    UsageError
        A record that the bench would not have written.
    CheckFailed
        A file that is no JSON.

    Examples
    --------
    >>> read_results(Path("/nowhere"))
    {}
    """
    return {path.stem: _result(path) for path in sorted((folder / "results").glob("*.json"))}


def _result(path: Path) -> dict[str, Any]:
    record = read_json(path)
    where = f"result '{path.stem}'"
    result = parse_model(record, _Result, where=where)
    if result.name != path.stem:
        raise UsageError(f"{where}: is named '{result.name:.80}'")
    drawn = result.name.removesuffix(".figure") if result.kind == "figure" else result.name
    if not NAME.fullmatch(drawn):
        raise UsageError(f"{where}: a result's name is lower-case letters, digits and _, at most 80")
    for what in ("title", "note"):
        if getattr(result, what) is not None:
            bilingual(getattr(result, what), f"{where}: {what}")
    match result.kind:
        case "table":
            Layout.from_record(result.content)
        case "model":
            ModelLayout.from_record(result.content)
        case "figure":
            figure = parse_model(result.content, _Figure, where=where)
            if figure.alt is not None:
                bilingual(figure.alt, f"{where}: alt")
        case "finding":
            finding = parse_model(result.content, _Finding, where=where)
            sentences = bilingual(finding.text, f"{where}: text")
            for language in LANGUAGES:
                check_placeholders(path.stem, language, sentences[language], finding.values)
            for name, value in finding.values.items():
                if not tables_of(value.expression):
                    raise UsageError(f"{where}: '{name}' points into no table")
    checked: dict[str, Any] = record
    return checked


def read_contributions(folder: Path, table: str) -> pd.DataFrame:
    """Read the contributing rows of a run's table.

    Parameters
    ----------
    folder : Path
        The run's.
    table : str

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    UsageError
        There are none, or the file is no Parquet.
    """
    path = folder / "contributions" / f"{table}.parquet"
    try:
        return pd.read_parquet(path)
    except (OSError, pa.ArrowException, ValueError) as error:
        raise UsageError(f"table '{table}': its contributing rows cannot be read ({type(error).__name__})") from error
