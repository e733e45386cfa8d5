"""The environment files: what conda users get is what the project depends on, and the lock covers both."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
PINNED = r"^([A-Za-z0-9._-]+)==\S+.*?\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)"


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)}


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_-]", requirement)[0].lower().replace("_", "-")


def test_conda_users_get_exactly_the_projects_own_dependencies() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    listed = [item for item in environment["dependencies"] if isinstance(item, str)]
    listed += [item for part in environment["dependencies"] if isinstance(part, dict) for item in part["pip"]]
    python = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert f"python{python}" in listed
    assert sorted(item for item in listed if item not in (f"python{python}", "pip")) == sorted(_declared())


def test_the_lock_pins_every_declared_package_with_hashes() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(PINNED, text, flags=re.MULTILINE)
    pinned = {_name(name) for name, _ in entries}
    assert {_name(requirement) for requirement in _declared()} <= pinned
    assert len(entries) == len(re.findall(r"^\S+==", text, flags=re.MULTILINE))


def test_the_lock_names_no_package_index() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")
