"""Whatever the table: the published labels hold k, l and t, cover their values, and single nobody out."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import GateRefused
from workbench.privacy.recoding import Attribute, Recoded, Sensitive, Tree, hierarchy_tree, interval_tree, recode

sys.path.insert(0, str(Path(__file__).parent))

from oracle import faults, labels_of, ncp

CITY = hierarchy_tree(
    "place",
    pd.DataFrame(
        [
            ["a1", "a", "north", "*"],
            ["a2", "a", "north", "*"],
            ["b1", "b", "north", "*"],
            ["c1", "c", "south", "*"],
            ["c2", "c", "south", "*"],
            ["c3", "c", "south", "*"],
        ]
    ),
)
SEX = hierarchy_tree("sex", pd.DataFrame([["F", "*"], ["M", "*"]]))
AGE = interval_tree("age", (3, 22))
TREES: dict[str, Tree] = {"place": CITY, "sex": SEX, "age": AGE}


@st.composite
def tables(draw: st.DrawFn, *, dimensions: bool = True) -> dict:
    rows = draw(st.integers(1, 60))
    few = draw(st.integers(1, 6))  # few values in use make big classes

    def column(leaves: int) -> np.ndarray:
        values = st.integers(-1 if draw(st.booleans()) else 0, min(leaves, few) - 1)
        return np.array(draw(st.lists(values, min_size=rows, max_size=rows)), np.int32)

    names = draw(st.lists(st.sampled_from(sorted(TREES)), min_size=1, max_size=3, unique=True))
    as_dimension = st.booleans() if dimensions else st.just(False)
    attributes = [Attribute(name, TREES[name], column(TREES[name].leaves), draw(as_dimension)) for name in names]
    linked = draw(st.booleans())
    people = np.array(draw(st.lists(st.integers(0, max(rows // 2, 1)), min_size=rows, max_size=rows))) if linked else None
    sensitive = []
    for place in range(draw(st.integers(0, 2))):
        sensitive.append(
            Sensitive(
                f"s{place}",
                column(draw(st.integers(1, 5))),
                l=draw(st.sampled_from([None, 1, 1.5, 2, 3])),
                l_measure=draw(st.sampled_from(["distinct", "entropy"])),
                t=draw(st.sampled_from([None, 0.1, 0.25, 0.5, 1])),
                t_distance=draw(st.sampled_from(["equal", "ordered"])),
            )
        )
    return {
        "attributes": attributes,
        "people": people,
        "k": draw(st.integers(1, 5)),
        "sensitive": sensitive,
        "suppression": draw(st.sampled_from([0, 0.1, 0.5])),
    }


def _recoded(table: dict) -> Recoded | None:
    try:
        return recode(table["attributes"], **{key: value for key, value in table.items() if key != "attributes"})
    except GateRefused as refused:
        assert "not reached" in str(refused), refused  # never the safety net's own refusal
        return None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables())
def test_what_is_published_holds_all_that_was_asked(table: dict) -> None:
    recoded = _recoded(table)
    if recoded is not None:
        found = faults(recoded, table["attributes"], k=table["k"], people=table["people"], sensitive=table["sensitive"])
        assert found == []
        assert recoded.ncp == pytest.approx(ncp(recoded, table["attributes"]), abs=1e-12)
        assert (~recoded.kept).mean() <= table["suppression"]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_what_is_published(table: dict, random: object) -> None:
    recoded = _recoded(table)
    rows = len(table["attributes"][0].codes)
    order = list(range(rows))
    random.shuffle(order)  # type: ignore[attr-defined]
    moved = dict(table)
    moved["attributes"] = [Attribute(a.name, a.tree, a.codes[order], a.dimension) for a in table["attributes"]]
    moved["people"] = None if table["people"] is None else table["people"][order]
    moved["sensitive"] = [
        Sensitive(s.name, s.codes[order], l=s.l, l_measure=s.l_measure, t=s.t, t_distance=s.t_distance)
        for s in table["sensitive"]
    ]
    again = _recoded(moved)
    assert (recoded is None) == (again is None)
    if recoded is not None and again is not None:
        shown = [tuple(a.codes[row] for a in table["attributes"]) for row in range(rows)]
        first = Counter(zip(shown, labels_of(recoded, table["attributes"]), strict=True))
        second = Counter(zip([shown[row] for row in order], labels_of(again, moved["attributes"]), strict=True))
        assert first == second
        assert (recoded.k, recoded.ncp, recoded.levels) == (again.k, again.ncp, again.levels)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables(dimensions=False))
def test_without_dimensions_a_refusal_means_that_all_people_together_do_not_hold(table: dict) -> None:
    recoded = _recoded(table)
    people = table["people"] if table["people"] is not None else np.arange(len(table["attributes"][0].codes))
    everyone = Recoded(
        columns={},
        kept=np.ones(len(people), bool),
        classes=np.zeros(len(people), np.int32),
        levels={},
        k=0,
        l={},
        t={},
        ncp=0,
        ncp_by={},
        people=0,
    )
    holds = faults(everyone, [], k=table["k"], people=people, sensitive=table["sensitive"]) == []
    assert holds == (recoded is not None)
    assert recoded is None or recoded.kept.all()


@settings(max_examples=60, deadline=None)
@given(tables())
def test_the_same_rows_give_the_same_labels(table: dict) -> None:
    first, second = _recoded(table), _recoded(table)
    if first is not None and second is not None:
        assert labels_of(first, table["attributes"]) == labels_of(second, table["attributes"])
        assert (first.classes == second.classes).all()
