"""The demonstration made anew: the old one stays until the new one is whole."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from demo_city import TODAY, make_city, write_yaml
from workbench.cli.sampling import make_sample
from workbench.errors import GateRefused, UsageError


def test_a_sample_that_fails_leaves_the_old_demonstration(tmp_path: Path) -> None:
    city = make_city(tmp_path / "city", official=[2021])
    (tmp_path / "data").mkdir()
    before = {path: path.read_bytes() for path in sorted(city.governance.rglob("*.yml"))}
    with pytest.raises((GateRefused, UsageError)):
        make_sample(dataclasses.replace(city, data=tmp_path / "data"), today=TODAY)
    assert {path: path.read_bytes() for path in sorted(city.governance.rglob("*.yml"))} == before
    assert not (city.private / "sample-before").exists()


def test_a_sample_that_was_killed_is_put_back_first(tmp_path: Path) -> None:
    city = make_city(tmp_path / "city", official=[2021])
    kept = city.private / "sample-before" / "governance" / "adoptions" / "kept.yml"
    kept.parent.mkdir(parents=True)
    kept.write_text("# of before the kill\n", encoding="utf-8")
    (tmp_path / "data").mkdir()
    with pytest.raises((GateRefused, UsageError)):
        make_sample(dataclasses.replace(city, data=tmp_path / "data"), today=TODAY)
    assert [path.name for path in (city.governance / "adoptions").iterdir()] == ["kept.yml"]


def test_only_a_demonstration_is_made_anew(tmp_path: Path) -> None:
    city = make_city(tmp_path / "city", official=None)
    write_yaml(city.governance / "rules.yml", {"demonstration": False})
    with pytest.raises(GateRefused, match="only a demonstration"):
        make_sample(dataclasses.replace(city, data=tmp_path), today=TODAY)
