"""Labels that overlap are no axis: the bench refuses a table that would count some people twice and others never."""

from __future__ import annotations

import pytest

from workbench.errors import GateRefused

TITLE = {"ko": "표", "en": "Table"}


def test_a_field_recoded_profile_by_profile_is_no_axis(at_desk):
    rows = at_desk.load("complaints")
    for axes in ({"rows": "age"}, {"rows": "place", "columns": "age"}):
        with pytest.raises(
            GateRefused, match=r"'age' of complaints is recoded profile by profile[\s\S]*analysis_dimensions: \[age\]"
        ):
            at_desk.table("t", rows, title=TITLE, **axes)


def test_a_field_recoded_profile_by_profile_selects_nothing(at_desk):
    with pytest.raises(GateRefused, match=r"age cannot select[\s\S]*policy of complaints"):
        at_desk.load("complaints", where=[("age", "==", "20-24")])


def test_other_fields_of_the_same_rows_are_axes(at_desk):
    rows = at_desk.load("complaints")
    assert at_desk.table("t", rows, rows="place", title=TITLE).at["east"] == 80
