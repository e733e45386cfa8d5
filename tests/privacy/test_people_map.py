"""Pseudonyms change with each protection; whose they are is known outside the folder of kernels, by ids that last."""

from __future__ import annotations

import stat
from pathlib import Path

import pandas as pd
import pytest

from demo_city import CATALOG, POLICIES, complaints, write_yaml
from signed import TODAY, adopt, found, seat
from workbench.catalog import load_from, read_catalog, read_manifest
from workbench.errors import CheckFailed, GateRefused
from workbench.governance import read_governance
from workbench.governance.signing import generate_age_identity
from workbench.privacy import protect_dataset
from workbench.privacy.ledger_secret import machine_secret, secret_path
from workbench.privacy.people_map import map_path, read_people_map
from workbench.project import Project
from workbench.vault import Keys, Vault, read_keys
from workbench.vault.keys import write_identity

KEYS = ("G.age", "C.age")
UNIT = "person"


def make(root: Path, *, synthetic: bool) -> Project:
    """A city with complaints, and a second dataset about the same people."""
    project = Project(root=root / "city")
    described = {**CATALOG["datasets"]["complaints"], "synthetic": synthetic}
    write_yaml(project.catalog, {"datasets": {"complaints": described, "praise": described}})
    drawn = {side: generate_age_identity() for side in ("G", "C")}
    for side, (identity, _) in drawn.items():
        write_identity(root / f"{side}.age", identity)
    held = {side: {"roles": {"all": ["steward", "custodian"]}, "age_key": drawn[side][1]} for side in ("G", "C")}
    found(project, seats={f"{side}-1": seat(f"{side}-1", **more) for side, more in held.items()})
    policy = {**POLICIES["complaints"], "purposes": ["statistics"], "retention": "P3Y"}
    if not synthetic:
        policy.pop("custody")
    for name in ("complaints", "praise"):
        write_yaml(project.governance / "policies" / f"{name}.yml", {**policy, "policy": name})
    adopt(project, ["complaints", "praise"])
    for name in ("complaints", "praise"):
        put(project, name, complaints())
    return project


def put(project: Project, name: str, rows: pd.DataFrame) -> None:
    catalog = read_catalog(project)
    kind = "synthetic" if catalog[name].synthetic else "official"
    record = {"source": "x.csv", "kind": kind, "sha256": "0" * 64, **({"seed": 7} if kind == "synthetic" else {})}
    Vault(project, catalog, today=TODAY).write_part(name, "all", rows, record=record)


def protect(project: Project, name: str = "complaints", *, keyed: bool = True, again: bool = False) -> dict:
    keys = read_keys([project.root.parent / file for file in KEYS]) if keyed else Keys()
    governance = read_governance(project, today=TODAY)
    return protect_dataset(project, read_catalog(project), name, governance=governance, keys=keys, again=again)


def people_of(project: Project, name: str = "complaints") -> dict[str, int]:
    """Pseudonym to lasting id."""
    manifest = read_manifest(project.protected / name)
    known = read_people_map(project, name, data=manifest["sha256"])
    return dict(zip(known.words.tolist(), known.person.tolist(), strict=True))


def by_row(project: Project, name: str = "complaints") -> list[tuple[object, ...]]:
    """Each protected row, with the lasting id in the place of the pseudonym; sorted."""
    rows, known = load_from(project, read_catalog(project), name), people_of(project, name)
    return sorted(zip(rows[UNIT].map(known), rows["age"].astype(str), rows["place"].astype(str), strict=True))


@pytest.fixture(params=[True, False], ids=["synthetic", "joint"])
def city(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    return make(tmp_path, synthetic=request.param)


def test_the_map_names_every_protected_person_once_and_no_other(city):
    protect(city)
    known = people_of(city)
    assert set(known) == set(load_from(city, read_catalog(city), "complaints")[UNIT])
    assert len(set(known.values())) == len(known) == 44


def test_the_same_people_keep_their_ids_under_another_protection(city):
    protect(city)
    first, words = by_row(city), set(people_of(city))
    put(city, "complaints", complaints().iloc[:-2])  # a person has left; everybody's pseudonym changes
    protect(city)
    assert not words & set(people_of(city))
    assert {row[0] for row in by_row(city)} < {row[0] for row in first}
    assert len({row[0] for row in by_row(city)}) == 43


def test_people_of_one_field_have_the_same_ids_in_two_datasets(city):
    protect(city)
    protect(city, "praise")
    assert not set(people_of(city)) & set(people_of(city, "praise"))
    assert set(people_of(city).values()) == set(people_of(city, "praise").values())


def test_made_up_people_have_the_same_ids_on_every_machine(tmp_path):
    found_ids = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        project = make(tmp_path / name, synthetic=True)
        protect(project, keyed=False)
        found_ids.append(people_of(project))
        assert not secret_path(project).exists()
    assert found_ids[0] == found_ids[1]


def test_real_people_have_other_ids_on_another_machine(tmp_path):
    found_ids = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        project = make(tmp_path / name, synthetic=False)
        protect(project)
        found_ids.append(set(people_of(project).values()))
    assert not found_ids[0] & found_ids[1]


def test_only_the_owner_can_read_the_secret_and_enter_the_folder(tmp_path):
    project = make(tmp_path, synthetic=False)
    protect(project)
    assert stat.S_IMODE(secret_path(project).stat().st_mode) == 0o600
    assert stat.S_IMODE(project.ledger.stat().st_mode) == 0o700
    assert not list(project.protected.rglob("*people*"))


@pytest.mark.parametrize("damage", ["gone", "changed", "of other rows"])
def test_a_map_that_is_not_the_one_of_these_rows_is_refused_with_the_way_out(city, damage):
    data = protect(city)["sha256"]
    path = map_path(city, "complaints", data)
    if damage == "gone":
        path.unlink()
    elif damage == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    else:
        data = "0" * 64
    with pytest.raises(GateRefused, match="dataset 'complaints': the map") as refused:
        read_people_map(city, "complaints", data=data)
    assert refused.value.hint == "run: workbench protect complaints"


def test_the_way_out_makes_the_map_again(city):
    data = protect(city)["sha256"]
    assert protect(city, keyed=False)["fresh"] is False, "what has not changed needs no key"
    map_path(city, "complaints", data).unlink()
    assert protect(city)["fresh"] is True
    assert len(people_of(city)) == 44


def test_synthetic_rows_are_the_same_bytes_after_their_map_was_lost(tmp_path):
    project = make(tmp_path, synthetic=True)
    first = protect(project)["sha256"]
    known = people_of(project)
    map_path(project, "complaints", first).unlink()
    assert protect(project)["sha256"] == first
    assert people_of(project) == known


def test_without_keys_a_lost_map_of_real_people_stays_lost_and_says_so(tmp_path):
    project = make(tmp_path, synthetic=False)
    data = protect(project)["sha256"]
    map_path(project, "complaints", data).unlink()
    with pytest.raises(GateRefused, match="sealed"):
        protect(project, keyed=False)


def test_only_the_map_of_the_rows_that_are_there_is_kept(tmp_path):
    project = make(tmp_path, synthetic=False)
    for _ in range(3):
        data = protect(project, again=True)["sha256"]
    assert list(map_path(project, "complaints", data).parent.iterdir()) == [map_path(project, "complaints", data)]


def test_a_lost_secret_is_not_drawn_anew_in_silence(tmp_path):
    project = make(tmp_path, synthetic=False)
    protect(project)
    secret_path(project).unlink()
    with pytest.raises(CheckFailed, match="secret is gone") as refused:
        protect(project, again=True)
    assert "workbench ledger restore" in refused.value.hint
    assert len(people_of(project)) == 44, "the rows protected before stay, and their map"


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 32])
def test_a_planted_or_damaged_secret_is_refused(tmp_path, content):
    project = Project(root=tmp_path)
    secret = machine_secret(project)
    assert machine_secret(project) == secret
    secret_path(project).write_bytes(content)
    with pytest.raises(CheckFailed, match="not the secret that this machine drew"):
        machine_secret(project)


def test_a_secret_whose_drawing_was_killed_is_finished(tmp_path):
    project = Project(root=tmp_path)
    secret = machine_secret(project)
    secret_path(project).rename(secret_path(project).with_name("secret.new"))
    assert machine_secret(project) == secret


def test_no_raw_value_stands_in_the_ledgers_folder(city):
    protect(city)
    for path in city.ledger.rglob("*"):
        assert not path.is_file() or b"person-1" not in path.read_bytes()
