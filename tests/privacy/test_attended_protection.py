"""Rows about real people rest sealed to both sides, and leave the vault with a key of each, as the adopted policy says."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo_city import CATALOG, POLICIES, complaints, write_yaml
from signed import TODAY, adopt, found, seat
from workbench.catalog import load_from, read_catalog
from workbench.cli import main
from workbench.errors import GateRefused
from workbench.files import sha256_file
from workbench.governance import read_governance
from workbench.governance.signing import generate_age_identity
from workbench.privacy import protect_dataset
from workbench.project import Project
from workbench.vault import Keys, Vault, read_keys
from workbench.vault.keys import write_identity

KEYS = ("G.age", "C.age")


@pytest.fixture
def city(tmp_path, monkeypatch) -> Project:
    """A city whose complaints are about real people."""
    project = Project(root=tmp_path / "city")
    monkeypatch.setenv("WORKBENCH_ROOT", str(project.root))
    record = {"datasets": {"complaints": {**CATALOG["datasets"]["complaints"], "synthetic": False}}}
    write_yaml(project.catalog, record)
    drawn = {side: generate_age_identity() for side in ("G", "C")}
    for side, (identity, _) in drawn.items():
        write_identity(tmp_path / f"{side}.age", identity)
    seats = {
        "G-1": seat("G-1", roles={"all": ["steward", "custodian"]}, age_key=drawn["G"][1]),
        "C-1": seat("C-1", roles={"all": ["steward", "custodian"]}, age_key=drawn["C"][1]),
    }
    found(project, seats=seats)
    policy = {key: value for key, value in POLICIES["complaints"].items() if key != "custody"}
    write_yaml(project.governance / "policies" / "complaints.yml", {**policy, "purposes": ["statistics"], "retention": "P3Y"})
    adopt(project, ["complaints"])
    put(project, complaints())
    return project


def put(project: Project, rows) -> None:
    record = {"source": "complaints.csv", "kind": "official", "sha256": "0" * 64}
    Vault(project, read_catalog(project), today=TODAY).write_part("complaints", "all", rows, record=record)


def protect(project: Project, *names: str) -> dict:
    keys = read_keys([project.root.parent / name for name in names]) if names else Keys()
    governance = read_governance(project, today=TODAY)
    return protect_dataset(project, read_catalog(project), "complaints", governance=governance, keys=keys)


@pytest.mark.parametrize("names", [(), ("G.age",), ("C.age",), ("C.age", "C.age")])
def test_one_side_alone_protects_nothing(city, names):
    with pytest.raises(GateRefused):
        protect(city, *names)
    assert not (city.protected / "complaints").exists()


def test_a_key_of_each_side_protects_and_the_register_says_so(city):
    manifest = protect(city, *KEYS)
    assert manifest["fresh"] is True
    loaded = load_from(city, read_catalog(city), "complaints")
    assert loaded.groupby("age")["person"].nunique().min() >= 5
    assert not set(loaded["person"]) & set(complaints()["person"])
    kinds = [entry["kind"] for entry in Vault(city, read_catalog(city)).register.entries()]
    assert kinds[-1] == "protected"
    assert protect(city)["fresh"] is False, "what has not changed needs no key"


def test_pseudonyms_are_drawn_anew_for_each_protection_of_real_people(city):
    protect(city, *KEYS)
    first = load_from(city, read_catalog(city), "complaints")
    (city.protected / "complaints" / "manifest.json").unlink()
    protect(city, *KEYS)
    second = load_from(city, read_catalog(city), "complaints")
    assert not set(first["person"]) & set(second["person"])
    assert sorted(first["age"]) == sorted(second["age"])


def test_nothing_personal_lies_outside_the_seals_after_protecting(city):
    protect(city, *KEYS)
    canary = b"person-17"
    for path in (path for path in city.root.rglob("*") if path.is_file()):
        assert canary not in path.read_bytes(), path


def test_the_command_takes_a_key_of_each_side(city, capsys):
    keys = [word for name in KEYS for word in ("--key", str(city.root.parent / name))]
    assert main(["protect", "complaints", "--today", str(TODAY)]) == 3
    assert "key" in capsys.readouterr().err
    assert main(["protect", "complaints", *keys, "--today", str(TODAY)]) == 0
    assert "k = " in capsys.readouterr().out


def test_a_build_uses_real_people_as_last_protected_and_says_how_old(city):
    from workbench.cli.protecting import unattended

    catalog = read_catalog(city)
    assert unattended(city, catalog, ["complaints"], today=TODAY)[0] == []
    assert "not protected yet" in unattended(city, catalog, ["complaints"], today=TODAY)[1][0]
    protect(city, *KEYS)
    later = TODAY.replace(day=TODAY.day + 3)
    assert unattended(city, catalog, ["complaints"], today=later)[1] == [
        f"complaints: used as last protected on {TODAY}, 3 days ago"
    ]
    before = sha256_file(city.protected / "complaints" / "data.parquet")
    put(city, complaints().iloc[:-2])
    assert unattended(city, catalog, ["complaints"], today=TODAY)[1][0].endswith("; rows came in since")
    assert sha256_file(city.protected / "complaints" / "data.parquet") == before


def test_the_keys_of_the_tests_are_files(city):
    assert all(Path(city.root.parent / name).is_file() for name in KEYS)
