"""k, l and t are pycanon's, on tables drawn at random: another program's arithmetic, written by others."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycanon import anonymity

from workbench.privacy.risk import measure_risk

pytestmark = pytest.mark.filterwarnings("ignore:In a future version, the keys of `groups`")  # pycanon's use of pandas

FOUR_DECIMALS = 5e-5
AFTER_ALL_NUMBERS = 1000
WORDS = st.sampled_from(["가", "나", "a b", "*", "10-19"])
MAYBE_WORDS = st.one_of(WORDS, st.none())
NUMBERS = st.integers(-3, 6)


@st.composite
def tables(draw: st.DrawFn, sensitive: st.SearchStrategy[Any]) -> pd.DataFrame:
    """Rows with one to four quasi-identifiers, missing ones among them, and one sensitive field."""
    kinds = draw(st.lists(st.sampled_from([MAYBE_WORDS, NUMBERS]), min_size=1, max_size=4))
    rows = draw(st.lists(st.tuples(*kinds, sensitive), min_size=1, max_size=40))
    names = [f"known {place}" for place in range(len(kinds))]
    return pd.DataFrame(rows, columns=[*names, "told"])


def _known(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if name != "told"]


def _with_missing_named(frame: pd.DataFrame, told: object) -> pd.DataFrame:
    """What is missing as a category that pycanon counts, too."""
    named = frame.assign(
        **{name: frame[name].fillna("missing") if frame[name].hasnans else frame[name] for name in _known(frame)}
    )
    named["told"] = frame["told"].fillna(told) if frame["told"].hasnans else frame["told"]
    return named


@settings(max_examples=60, deadline=None)
@given(tables(MAYBE_WORDS))
def test_k_l_and_t_of_words_are_those_of_pycanon(frame: pd.DataFrame) -> None:
    known = _known(frame)
    risk = measure_risk(frame, quasi_identifiers=known, sensitive=["told"])
    theirs = _with_missing_named(frame, "missing").astype({"told": str})
    assert risk.k == anonymity.k_anonymity(theirs, known)
    assert risk.l["told"] == anonymity.l_diversity(theirs, known, ["told"])
    assert abs(risk.t["told"] - anonymity.t_closeness(theirs, known, ["told"])) < FOUR_DECIMALS


@settings(max_examples=40, deadline=None)
@given(tables(st.one_of(NUMBERS, st.none())).filter(lambda frame: frame["told"].nunique(dropna=False) > 1))
def test_the_ordered_t_of_numbers_is_that_of_pycanon(frame: pd.DataFrame) -> None:
    known = _known(frame)
    risk = measure_risk(frame, quasi_identifiers=known, sensitive=["told"], t_distance="ordered")
    theirs = _with_missing_named(frame, AFTER_ALL_NUMBERS).astype({"told": float})
    assert abs(risk.t["told"] - anonymity.t_closeness(theirs, known, ["told"])) < FOUR_DECIMALS


@settings(max_examples=40, deadline=None)
@given(tables(WORDS))
def test_the_entropy_l_rounded_down_is_that_of_pycanon(frame: pd.DataFrame) -> None:
    known = _known(frame)
    ours = measure_risk(frame, quasi_identifiers=known, sensitive=["told"], l_measure="entropy").l["told"]
    theirs = anonymity.entropy_l_diversity(frame.assign(**_with_missing_named(frame, "missing")), known, ["told"])
    assert theirs in {math.floor(ours - 1e-9), math.floor(ours + 1e-9)}


@settings(max_examples=20, deadline=None)
@given(tables(MAYBE_WORDS))
def test_an_arrow_table_with_dictionaries_in_pieces_gives_the_same(frame: pd.DataFrame) -> None:
    known = _known(frame)
    whole = pa.Table.from_pandas(frame, preserve_index=False)
    pieces = [whole.slice(start, 7) for start in range(0, len(whole), 7)]
    coded = pa.concat_tables(
        [pa.table([column.dictionary_encode() for column in piece.columns], names=piece.column_names) for piece in pieces]
    )
    ours, theirs = (measure_risk(table, quasi_identifiers=known, sensitive=["told"]) for table in (coded, frame))
    assert ours.as_record() == theirs.as_record()
