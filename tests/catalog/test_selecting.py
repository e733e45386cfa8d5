"""Selecting stored rows: the same rows as a plain filter gives, and only the groups that hold them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.catalog import storage
from workbench.catalog.selecting import read_selection
from workbench.catalog.storage import write_groups

SCHEMA = pa.schema(
    [
        ("year", pa.int64()),
        ("district", pa.string()),
        ("day", pa.date32()),
        ("moment", pa.timestamp("us", tz="Asia/Seoul")),
        ("amount", pa.float64()),
        ("flag", pa.bool_()),
        ("number", pa.int64()),
    ]
)
ROWS = 4_000


@pytest.fixture(scope="module")
def table() -> pa.Table:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "year": rng.integers(2020, 2024, ROWS),
            "district": rng.choice(["강남구", "강동구", "마포구", "중구"], ROWS),
            "day": rng.integers(18_000, 18_100, ROWS).astype("datetime64[D]"),
            "moment": pd.to_datetime(rng.integers(1_600_000_000, 1_600_100_000, ROWS), unit="s", utc=True).tz_convert(
                "Asia/Seoul"
            ),
            "amount": np.where(rng.random(ROWS) < 0.1, np.nan, rng.integers(0, 9, ROWS) / 2),
            "flag": rng.random(ROWS) < 0.5,
        }
    ).sort_values(["year", "district", "moment"], ignore_index=True)
    frame.loc[rng.random(ROWS) < 0.05, "district"] = None
    return pa.Table.from_pandas(frame.assign(number=np.arange(ROWS)), schema=SCHEMA, preserve_index=False)


@pytest.fixture(scope="module")
def stored(table, tmp_path_factory):
    path = tmp_path_factory.mktemp("stored") / "data.parquet"
    with pq.ParquetWriter(path, SCHEMA) as writer:
        writer.write_table(table, row_group_size=257)
    return path


def plainly(table: pa.Table, column: str, name: str, values: list) -> np.ndarray:
    """The slow way: value by value."""
    meets = {
        "==": lambda value: value == values[0],
        "!=": lambda value: value != values[0],
        "<": lambda value: value < values[0],
        "<=": lambda value: value <= values[0],
        ">": lambda value: value > values[0],
        ">=": lambda value: value >= values[0],
        "in": lambda value: value in values,
        "not in": lambda value: value not in values,
    }[name]
    return np.array([value is not None and meets(value) for value in table[column].to_pylist()])


MOMENT = dt.datetime.fromtimestamp(1_600_050_000, tz=dt.UTC)
VALUES = {
    "year": [2021, 2023, 1999],
    "district": ["마포구", "강남구", "없는구"],
    "day": [dt.date(2019, 5, 1), dt.date(2019, 7, 1)],
    "moment": [MOMENT, MOMENT + dt.timedelta(hours=3)],
    "amount": [2.5, 0, 100],
    "flag": [True],
}


@pytest.mark.parametrize("name", ["==", "!=", "<", "<=", ">", ">=", "in", "not in"])
@pytest.mark.parametrize("column", list(VALUES))
def test_a_selection_gives_the_rows_of_a_plain_filter(table, stored, column, name):
    cases = [VALUES[column], []] if name in ("in", "not in") else [[value] for value in VALUES[column]]
    for values in cases:
        found = read_selection(stored, columns=["number"], conditions=[(column, name, values)])
        assert found["number"].to_pylist() == np.flatnonzero(plainly(table, column, name, values)).tolist()


def test_conditions_hold_together(table, stored):
    conditions = [("year", "in", [2020, 2022]), ("district", "==", ["마포구"]), ("amount", ">=", [1]), ("year", "<", [2022])]
    expected = np.logical_and.reduce([plainly(table, *condition) for condition in conditions])
    found = read_selection(stored, columns=["number", "district"], conditions=conditions)
    assert found["number"].to_pylist() == np.flatnonzero(expected).tolist()
    assert set(found["district"].to_pylist()) == {"마포구"}


def test_nothing_found_is_a_table_with_the_columns_asked_for(stored):
    found = read_selection(stored, columns=["district", "year"], conditions=[("year", "==", [1900])])
    assert found.num_rows == 0
    assert found.column_names == ["district", "year"]


def test_a_file_without_rows_gives_none(tmp_path):
    pq.write_table(SCHEMA.empty_table(), tmp_path / "data.parquet")
    assert read_selection(tmp_path / "data.parquet", columns=["year"], conditions=[("year", "==", [2020])]).num_rows == 0
    assert read_selection(tmp_path / "data.parquet", columns=["year"], conditions=[]).num_rows == 0


def test_a_file_without_limits_is_read_all_the_same(table, tmp_path):
    pq.write_table(table, tmp_path / "data.parquet", write_statistics=False, row_group_size=500)
    found = read_selection(tmp_path / "data.parquet", columns=["number"], conditions=[("district", "==", ["중구"])])
    assert found["number"].to_pylist() == np.flatnonzero(plainly(table, "district", "==", ["중구"])).tolist()


def test_a_replaced_file_is_read_anew(table, tmp_path):
    path = tmp_path / "data.parquet"
    for first in (0, 1000, 2500):
        pq.write_table(table.slice(first), tmp_path / "new.parquet", row_group_size=300)
        (tmp_path / "new.parquet").replace(path)
        assert read_selection(path, columns=["number"], conditions=[])["number"].to_pylist() == list(range(first, ROWS))


def test_groups_end_where_the_leading_keys_change_unless_they_are_small(monkeypatch, tmp_path):
    monkeypatch.setattr(storage, "ROWS_PER_GROUP", 100)
    monkeypatch.setattr(storage, "SMALLEST_GROUP", 30)
    years = [2020] * 40 + [2021] * 10 + [2022] * 10 + [2023] * 15 + [2024] * 250
    tables = [
        pa.table({"year": years[first : first + 7], "number": list(range(first, min(first + 7, 325)))})
        for first in range(0, 325, 7)
    ]
    assert write_groups(tmp_path / "a.parquet", tables, together=["year"]) == 325
    stored = pq.ParquetFile(tmp_path / "a.parquet")
    assert [stored.metadata.row_group(number).num_rows for number in range(stored.num_row_groups)] == [40, 35, 100, 100, 50]
    assert stored.read()["number"].to_pylist() == list(range(325))


def test_rows_cut_into_other_tables_give_the_same_groups(table, tmp_path):
    for name, step in (("a", 4_000), ("b", 311)):
        write_groups(tmp_path / name, [table.slice(first, step) for first in range(0, ROWS, step)], together=["year"])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
