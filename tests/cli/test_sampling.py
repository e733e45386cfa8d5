"""The demonstration made anew: the same bytes each time, and the old one stays until the new one is whole."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from committed_copy import copy_committed
from demo_city import TODAY, make_city
from workbench.cli.sampling import make_sample
from workbench.cli.story import play_story
from workbench.errors import GateRefused, UsageError
from workbench.governance.signing import parse_public_key
from workbench.governance.signing.demonstration import KNOWN, demonstration_folder
from workbench.project import Project


def governance_bytes(project: Project) -> dict[str, bytes]:
    """Every file of governance."""
    files = sorted(path for path in project.governance.rglob("*") if path.is_file())
    return {project.relative(path): path.read_bytes() for path in files}


@pytest.fixture
def city(tmp_path: Path) -> Project:
    (tmp_path / "data").mkdir()
    return copy_committed(tmp_path / "city", data=tmp_path / "data")


def test_the_votes_played_anew_are_the_same_bytes(city: Project) -> None:
    before = governance_bytes(city)
    play_story(city)
    assert governance_bytes(city) == before


def test_a_sample_that_fails_leaves_the_old_demonstration(city: Project) -> None:
    (demonstration_folder(city) / "C-4").unlink()
    before = governance_bytes(city)
    with pytest.raises(UsageError, match="C-4"):
        make_sample(city, today=TODAY)
    assert governance_bytes(city) == before
    assert not (city.private / "sample-before").exists()


def test_a_sample_that_was_killed_is_put_back_first(city: Project) -> None:
    before = governance_bytes(city)
    aside = city.private / "sample-before"
    shutil.copytree(city.governance, aside / "governance")
    shutil.copytree(city.analyses, aside / "analyses")
    shutil.rmtree(city.governance / "closings")
    (demonstration_folder(city) / "C-4").unlink()
    with pytest.raises(UsageError, match="C-4"):
        make_sample(city, today=TODAY)
    lost = ("governance/demonstration/C-4",)
    assert governance_bytes(city) == {name: content for name, content in before.items() if name not in lost}


def test_a_kill_while_the_old_demonstration_is_set_aside_loses_nothing(city: Project) -> None:
    before = governance_bytes(city)
    (city.private / "sample-before.part" / "governance").mkdir(parents=True)
    (demonstration_folder(city) / "C-4").unlink()
    with pytest.raises(UsageError, match="C-4"):
        make_sample(city, today=TODAY)
    assert set(before) - set(governance_bytes(city)) == {"governance/demonstration/C-4"}


def test_only_a_demonstration_is_made_anew(tmp_path: Path) -> None:
    city = make_city(tmp_path / "city", official=None)
    with pytest.raises(GateRefused, match="only a demonstration"):
        make_sample(dataclasses.replace(city, data=tmp_path), today=TODAY)


def test_every_key_of_the_sample_is_known_to_the_package() -> None:
    folder = demonstration_folder(Project(root=Path(__file__).parents[2]))
    public = {parse_public_key(path.read_text(encoding="utf-8")).line for path in folder.glob("*.pub")}
    public |= {path.read_text(encoding="utf-8").strip() for path in folder.glob("*.age.recipient")}
    known = {line for line in KNOWN.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
    assert public == known
