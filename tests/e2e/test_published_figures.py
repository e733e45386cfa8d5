"""The figures that were published elsewhere stand in the committed releases, and say where they come from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from committed_copy import ROOT


def result(issue: str, name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((ROOT / f"analyses/{issue}/releases/1/results/{name}.json").read_text(encoding="utf-8"))
    return record


def sentence(variant: dict[str, Any], language: str) -> str:
    content = variant["content"]
    return str(
        content["text"][language].format(**{key: value["shown"].get(language) for key, value in content["values"].items()})
    )


@pytest.mark.parametrize(("year", "days"), [(2018, 130), (2019, 110), (2020, 142), (2021, 172)])
def test_good_days_are_counted_by_the_published_rule(year: int, days: int) -> None:
    record = result("fine-dust", "good_days_answer")
    variant = next(variant for variant in record["variants"] if variant["parameters"] == {"year": year})
    assert f"{days}일" in sentence(variant, "ko")
    assert f" {days} of " in sentence(variant, "en")
    assert "반올림" in sentence(variant, "ko")
    assert "rounded" in sentence(variant, "en")


def test_the_table_of_good_days_comes_from_official_files() -> None:
    record = result("fine-dust", "good_days")
    assert record["basis"] == "official"
    for variant in record["variants"]:
        (used,) = variant["datasets"].values()
        assert used["kind"] == "official"
        assert any("daily_air" in source for source in used["sources"])


def test_the_annual_mean_of_2021_is_19_75_and_shown_as_19_8() -> None:
    record = result("fine-dust", "annual_mean")
    variant = next(variant for variant in record["variants"] if variant["parameters"] == {"year": 2021})
    assert 19.75 in {value["number"] for value in variant["content"]["values"].values()}
    assert "19.8" in sentence(variant, "ko")
    assert "19.8" in sentence(variant, "en")


def test_rentals_from_january_to_april_2023_are_counted_whole() -> None:
    (variant,) = result("bike-routes", "rentals_jan_apr")["variants"]
    assert "11,770,582" in sentence(variant, "ko")
    assert "11,770,582" in sentence(variant, "en")
