"""Attacks that subtract one published number from another: filters, dates, corrected data, overlapping tables, one person fewer.

Every table passes alone. What an attacker derives from two or three of them is about fewer people than any cell may be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from red_city import K, copy_of, refusal, released_city, run_and_compare, take_in_again
from red_outcomes import Outcome, attack

from demo_city import notebook
from workbench.disclosure import Axis, Layout, Rules, SafeTable, tabulate
from workbench.disclosure.comparing.differencing import find_differences
from workbench.disclosure.comparing.group_index import Index
from workbench.disclosure.comparing.groups import Groups
from workbench.files import read_json, write_text
from workbench.project import Project

RULES = Rules(min_contributors=K)
WORDS = {"ko": "가", "en": "a"}

Cell = tuple[int, str]
"""The number of a table, and the key of one of its rows."""


def _people(seed: int, salt: int) -> tuple[pd.DataFrame, np.random.Generator]:
    """Rows of people with an age, a place and a day; one to three rows each."""
    draw = np.random.default_rng([21, salt, seed])
    size = int(draw.integers(150, 400))
    people = pd.DataFrame({
        "person": np.arange(size), "age": draw.integers(18, 80, size), "place": draw.choice(list("abcd"), size),
    })  # fmt: skip
    rows = people.loc[people.index.repeat(draw.integers(1, 4, size))].reset_index(drop=True)
    return rows.assign(day=draw.integers(1, 366, len(rows))), draw


def _table(rows: pd.DataFrame, by: str) -> SafeTable:
    """A safe table of counts by one column."""
    keys = tuple(sorted(rows[by].astype(str).unique()))
    axis = Axis(by, keys, WORDS, dict.fromkeys(WORDS, keys))
    layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    given = pd.DataFrame({"row": rows[by].astype(str), "column": "", "value": 1.0, "contributor": rows["person"]})
    return tabulate(given, layout, rules=RULES)


def _shown(rows: pd.DataFrame, by: str) -> dict[str, tuple[int, dict[int, int]]]:
    """Each shown cell of a table: the published number, and who stands behind it."""
    safe = _table(rows, by)
    behind = {key: part["person"].value_counts().to_dict() for key, part in rows.groupby(rows[by].astype(str))}
    return {
        str(key): (int(value), behind[str(key)])
        for key, (value,) in zip(safe.layout.rows.keys, safe.values, strict=True)
        if value is not None and value > 0
    }


def _outcome(
    first: Sequence[tuple[pd.DataFrame, str]],
    second: tuple[pd.DataFrame, str],
    formula: Callable[[list[dict[str, int]], dict[str, int]], int],
    truth: int,
    people: int,
) -> Outcome:
    """Publish tables one after the other; derive a number; see whether the second release would be refused.

    ``formula`` computes from the published numbers alone; ``truth`` is what it should come to, about ``people`` people.
    """
    before = [_shown(rows, by) for rows, by in first]
    after = _shown(*second)
    derived = formula(
        [{key: value for key, (value, _) in one.items()} for one in before], {key: value for key, (value, _) in after.items()}
    )
    earlier = [who for one in before for _, who in one.values()]
    tables = [number for number, one in enumerate(before) for _ in one]
    index = Index.of(Groups.of(earlier, table=tables))
    found = find_differences(Groups.of([who for _, who in after.values()]), index, k=K)
    learned = derived == truth and 1 <= people < K
    return Outcome(
        learned,
        learned and not found.refused,
        f"{derived} rows of {people} people derived from {sum(map(len, before))} + {len(after)} published cells; "
        f"second release: {'refused' if found.refused else 'published'}",
    )


def _few(draw: np.random.Generator) -> int:
    return int(draw.integers(1, K))


@attack
def differencing_by_an_age_filter(seed: int) -> Outcome:
    """The same table of everybody below an age, and below the next one."""
    rows, draw = _people(seed, 1)
    few = _few(draw)
    chosen = draw.choice(rows["person"].unique(), few, replace=False)
    age = int(draw.integers(35, 60))
    rows.loc[rows["age"] == age, "age"] = age - 1
    rows.loc[rows["person"].isin(chosen), ["age", "place"]] = [age, "a"]
    younger, older = rows[rows["age"] < age], rows[rows["age"] < age + 1]
    truth = int(rows["person"].isin(chosen).sum())
    return _outcome([(younger, "place")], (older, "place"), lambda one, two: two["a"] - one[0]["a"], truth, few)


@attack
def differencing_by_dates(seed: int) -> Outcome:
    """The same table up to a day, and up to the next."""
    rows, draw = _people(seed, 2)
    few = _few(draw)
    day = int(draw.integers(150, 300))
    rows.loc[rows["day"] == day, "day"] = day - 1
    chosen = draw.choice(rows["person"].unique(), few, replace=False)
    late = pd.DataFrame({"person": chosen, "age": 40, "place": "b", "day": day})
    rows = pd.concat([rows, late], ignore_index=True)
    return _outcome(
        [(rows[rows["day"] < day], "place")],
        (rows[rows["day"] <= day], "place"),
        lambda one, two: two["b"] - one[0]["b"],
        few,
        few,
    )


@attack
def differencing_by_one_person_fewer(seed: int) -> Outcome:
    """The same table without one person, named by the filter."""
    rows, draw = _people(seed, 3)
    one = draw.choice(rows["person"].unique())
    rows.loc[rows["person"] == one, "place"] = "c"
    truth = int((rows["person"] == one).sum())
    fewer = rows[rows["person"] != one]
    return _outcome([(rows, "place")], (fewer, "place"), lambda a, b: a[0]["c"] - b["c"], truth, 1)


@attack
def differencing_by_corrected_data(seed: int) -> Outcome:
    """A person's place was wrong: the corrected table tells from where to where they were moved."""
    rows, draw = _people(seed, 4)
    one = draw.choice(rows["person"].unique())
    rows.loc[rows["person"] == one, "place"] = "a"
    corrected = rows.assign(place=rows["place"].where(rows["person"] != one, "d"))
    truth = int((rows["person"] == one).sum())
    return _outcome([(rows, "place")], (corrected, "place"), lambda a, b: b["d"] - a[0]["d"], truth, 1)


@attack
def differencing_by_overlapping_tables(seed: int) -> Outcome:
    """Bands of age that overlap: 18-39 and 18-44 and 40-79 give away those between."""
    rows, draw = _people(seed, 5)
    few = _few(draw)
    rows.loc[rows["age"].between(40, 44), "age"] = 50
    chosen = draw.choice(rows["person"].unique(), few, replace=False)
    rows.loc[rows["person"].isin(chosen), "age"] = 42
    first = rows.assign(band=np.where(rows["age"] < 40, "18-39", "40-79"))
    second = rows.assign(band=np.where(rows["age"] < 45, "18-44", "45-79"))
    truth = int(rows["person"].isin(chosen).sum())
    return _outcome([(first, "band")], (second, "band"), lambda a, b: b["18-44"] - a[0]["18-39"], truth, few)


@attack
def differencing_of_the_same_people(seed: int) -> Outcome:
    """Trips by the same people in both tables; only the rows of few of them differ."""
    rows, draw = _people(seed, 6)
    few = _few(draw)
    chosen = draw.choice(rows["person"].unique(), few, replace=False)
    rows.loc[rows["person"].isin(chosen), "place"] = "a"
    more = int(draw.integers(1, 4))
    night = rows[rows["person"].isin(chosen)].drop_duplicates("person")
    later = pd.concat([rows, *[night] * more], ignore_index=True)
    return _outcome([(rows, "place")], (later, "place"), lambda a, b: b["a"] - a[0]["a"], few * more, few)


@attack
def differencing_of_a_union_of_disjoint_cells(seed: int) -> Outcome:
    """A cell minus disjoint ones of two earlier tables leaves few people."""
    rows, draw = _people(seed, 7)
    few = _few(draw)
    chosen = draw.choice(rows["person"].unique(), few, replace=False)
    rows.loc[rows["person"].isin(chosen), "place"] = "d"
    place = rows["place"]
    middle = np.array(["a", "b", "c"])[rows["person"] % 3]
    rows["place"] = place.where(rows["person"].isin(chosen), pd.Series(middle, index=rows.index))
    one, two = rows[rows["place"] == "a"], rows[rows["place"].isin(["b", "c"])]
    everybody = rows.assign(city="all")
    truth = int(rows["person"].isin(chosen).sum())
    return _outcome(
        [(one, "place"), (two, "place")],
        (everybody, "city"),
        lambda a, b: b["all"] - a[0]["a"] - a[1]["b"] - a[1]["c"],
        truth,
        few,
    )


AGAIN = """
import workbench

bench = workbench.open("noise")
rows = bench.load("complaints")
bench.table(
    "complaints_again", rows{filter}, rows="place", contributor="person", keys={{"place": {keys}}},
    title={{"ko": "다시", "en": "Again"}},
)
"""

NAMED = ("noise/1#", "noise/2#complaints_again", "tells of a group of 1 to 4 people", "smallest change that passes")
"""What a refusal says: both releases, the size class of the group, and a way out."""


def second_notebook(filter_: str) -> str:
    """The notebook of a second release: one table, with or without a filter."""
    return notebook(AGAIN.format(filter=filter_, keys=["east", "north", "south", "west"]), parameters=None)


@attack
def differencing_of_two_releases(seed: int) -> Outcome:
    """A real second release, from protected data through a kernel: one person fewer, one row fewer, corrected data."""
    world = released_city(seed)
    project = copy_of(world)
    kind = ("one person fewer", "one row fewer", "corrected data")[seed % 3]
    rows = world.rows
    one = rows.loc[rows["place"] == "east", "person"].iloc[seed % 20]
    if kind == "corrected data":
        later = rows.assign(place=rows["place"].where(rows["person"] != one, "west"))
        take_in_again(project, later)
        asked = ""
    elif kind == "one person fewer":
        later = rows[rows["person"] != one]
        asked = '[rows["person"] != rows.loc[rows["place"] == "east", "person"].iloc[0]]'
    else:
        later = rows.drop(rows.index[rows["place"] == "east"][:1])
        asked = '.drop(rows.index[rows["place"] == "east"][:1])'
    write_text(project.notebooks / "noise" / "complaints.ipynb", second_notebook(asked))
    first, second = rows["place"].value_counts()["east"], later["place"].value_counts()["east"]
    published = read_json(released_folder(world.project) / "results" / "complaints.json")["variants"][0]["content"]["values"]
    said = refusal(run_and_compare, project)
    if said and not all(words in said for words in NAMED):
        raise AssertionError(f"refused for another reason: {said}")
    return Outcome(
        bool(published[0][0] == first and 0 < first - second < K),
        not said,
        f"{kind}: {first - second} rows in the east derived; {said or 'published'}".replace("\n", " "),
    )


def released_folder(project: Project) -> Path:
    """The first release of a city."""
    return project.analyses / "noise" / "releases" / "1"
