"""Bicycle accidents per district and year (Seoul statistics): bicycle at fault, and bicycle as the victim; never to be added."""

from __future__ import annotations

from workbench.sources.families import Family, Shaped, Words
from workbench.sources.sums import check_sums

COUNTS = {
    "가해_발생건수": "at_fault_accidents",
    "피해_발생건수": "victim_accidents",
    "가해_사망자수": "at_fault_deaths",
    "피해_사망자수": "victim_deaths",
    "가해_부상자수": "at_fault_injuries",
    "피해_부상자수": "victim_injuries",
}


def shape_accidents(words: Words) -> Shaped:
    """Return accidents as catalogue rows; each year's sum row is checked and not kept.

    Parameters
    ----------
    words : Words

    Returns
    -------
    Shaped

    Raises
    ------
    UsageError
        A sum row does not equal the sum of its districts.
    """
    return check_sums(
        Shaped(words.frame, words.lines),
        of="district",
        group="year",
        sum_word="소계",
        columns=list(COUNTS.values()),
        where=words.where,
    )


BIKE_ACCIDENTS = Family(
    dataset="bike_accidents_by_district",
    title="bicycle accidents per district and year",
    columns={"연도": "year", "자치구": "district", **COUNTS},
    shape=shape_accidents,
)
