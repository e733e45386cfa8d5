"""Every attack succeeds on unprotected data, and none on what is published."""

from __future__ import annotations

import json

import pytest
import red_team  # noqa: F401 (enters the attacks)
from red_outcomes import ATTACKS, Outcome, is_broken, line, tried

QUICK = ("attacks_by_differencing", "attacks_on_models", "attacks_on_rows", "attacks_on_tables")
"""Modules whose attacks need no kernel."""

WITH_KERNELS = ("differencing_of_two_releases", "linkage_of_an_offered_download")
"""Attacks in them that do."""


def _cases() -> list[object]:
    """Attacks that need a city with a kernel and a book are slower proof."""
    return [
        name
        if (function.__module__ in QUICK and name not in WITH_KERNELS) or name == "bars_of_small_cells"
        else pytest.param(name, marks=pytest.mark.slow)
        for name, function in sorted(ATTACKS.items())
    ]


@pytest.mark.parametrize("name", _cases())
def test_an_attack_works_on_raw_data_and_not_on_what_is_published(name: str) -> None:
    outcome = ATTACKS[name](20)
    assert outcome.unprotected, f"a broken attack: {outcome.detail}"
    assert not outcome.published, outcome.detail


def test_an_attack_that_fails_on_unprotected_data_is_broken() -> None:
    assert is_broken(Outcome(False, False, "nothing was found in the rows as they came"))
    assert not is_broken(Outcome(True, True, "found in both"))


def test_an_attack_that_stops_on_the_way_is_broken_and_says_why() -> None:
    def stopped(seed: int) -> Outcome:
        raise ValueError(f"no rows\nof {seed}")

    outcome = tried(stopped, 3)
    assert is_broken(outcome)
    assert outcome.detail == "the attack stopped: ValueError: no rows of 3"


def test_an_outcome_is_one_line_of_json() -> None:
    written = line("trip_ends", 2, Outcome(True, False, "집\nfound"))
    assert json.loads(written) == {
        "attack": "trip_ends", "seed": 2, "unprotected": True, "published": False, "detail": "집 found",
    }  # fmt: skip
