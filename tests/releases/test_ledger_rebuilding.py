"""A lost ledger is made anew from what releases record, and what cannot be had again counts as unknown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from demo_city import CATALOG, PARAMETERS, POLICIES, TODAY, candidate, complaints, make_city, notebook, take_in, write_yaml
from signed import adopt, found, seat
from workbench.bench import read_contributions
from workbench.catalog import read_catalog, read_manifest
from workbench.disclosure import Rules, SafeTable
from workbench.errors import CheckFailed, GateRefused
from workbench.files import read_yaml, write_text
from workbench.governance.signing import generate_age_identity
from workbench.privacy.ledger_secret import secret_path
from workbench.privacy.people_map import map_path, read_people_map
from workbench.progress import silent
from workbench.project import Project
from workbench.records import dump_yaml
from workbench.releases import read_variants
from workbench.releases.ledger import Ledger, NewTable, release_hash, require_whole
from workbench.releases.ledger.definitions import definition_of, identity, read_definitions
from workbench.releases.ledger.ledger import entries_folder
from workbench.releases.ledger.people import data_behind, maps_behind, vectors_of
from workbench.releases.ledger.preparing import make_ready
from workbench.releases.ledger.rebuilding import rebuild, rebuild_unattended
from workbench.runs import plan_runs, read_analysis
from workbench.vault import Keys, Vault, read_keys
from workbench.vault.keys import write_identity

BOTH = """
import workbench

bench = workbench.open("noise")
rows = bench.load("complaints")
bench.table("complaints", rows, rows="place", contributor="person", title={"ko": "민원", "en": "Complaints"})
bench.table(
    "years", rows[rows["place"] == "east"], rows="year", contributor="person", title={"ko": "연도", "en": "Years"},
)
"""


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A city with a committed release of two tables about people, and the ledger as its approval left it."""
    project = make_city(tmp_path_factory.mktemp("master") / "city", official=None)
    (project.root / ".git").mkdir()
    (project.root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    write_text(project.notebooks / "noise" / "complaints.ipynb", notebook(BOTH, parameters=None))
    path = project.analyses / "noise" / "analysis.yml"
    analysis = read_yaml(path)
    analysis["notebooks"].pop("levels")
    write_yaml(path, {key: value for key, value in analysis.items() if key != "page"})
    take_in(project, "complaints", complaints(), kind="synthetic")
    candidate(project)
    release(project)
    return project


def release(project: Project) -> Path:
    """Put the candidate in the place of a release with definitions, and into the ledger."""
    folder = project.analyses / "noise" / "releases" / "1"
    shutil.copytree(project.candidates / "noise", folder)
    runs = {run.key: run for run in plan_runs(project, read_catalog(project), read_analysis(project, "noise"))}
    variants = {variant.identity: variant for variant in read_variants(folder)}
    made = [(variant, definition_of(project, runs[variant.run], variant)) for variant in variants.values()]
    record = read_yaml(folder / "release.yml")
    record["definitions"] = [definition for _, definition in made if definition]
    write_text(folder / "release.yml", dump_yaml(record))
    tables = []
    for variant, definition in made:
        if definition:
            safe = SafeTable.from_record(variant.content)
            contributions = read_contributions(runs[variant.run].folder, variant.name)
            vectors = vectors_of(variant.name, contributions, safe.layout, maps=maps_behind(project, variant.datasets))
            data = data_behind(project, variant.datasets)
            rules = Rules(min_contributors=10)
            tables.append(NewTable(variant.name, variant.notebook, variant.parameters, data, safe, rules, vectors))
    if Ledger(project).state().kind != "whole":
        Ledger(project).append("noise/1", release_sha256=release_hash(folder), tables=tables)
    return folder


@pytest.fixture
def city(master: Project, tmp_path: Path) -> Project:
    """A copy, whose files this machine has written itself."""
    shutil.copytree(master.root, tmp_path / "city", copy_function=shutil.copy2)
    return Project(root=tmp_path / "city")


def lose(project: Project) -> None:
    shutil.rmtree(project.ledger)


def forget_runs(project: Project) -> None:
    shutil.rmtree(project.runs)


def rebuilt(project: Project, **more):
    return {one.name: one for one in rebuild(project, read_catalog(project), today=TODAY, **more)}


def vectors_in(project: Project):
    return {
        table.name: [getattr(table.vectors, name).tolist() for name in ("start", "person", "weight")]
        for table in Ledger(project).tables()
    }


def test_a_release_records_how_each_table_about_people_was_made(city):
    (known,) = (one for key, one in read_definitions(release_folder(city)).items() if key == identity("complaints", {}))
    manifest = read_manifest(city.protected / "complaints")
    assert known["notebook"] == "complaints" and len(known["code"]) == 64
    assert known["datasets"]["complaints"] == {
        "dataset": "complaints",
        "sha256": manifest["sha256"],
        "policy": manifest["policy"]["sha256"],
        "unit": "person",
    }


def release_folder(project: Project) -> Path:
    return project.analyses / "noise" / "releases" / "1"


def test_a_lost_ledger_comes_back_the_same(city):
    before = vectors_in(city)
    lose(city)
    assert Ledger(city).state().kind == "missing"
    with pytest.raises(GateRefused, match="the ledger is gone"):
        require_whole(city)
    told = rebuilt(city)
    assert {name: (one.cells, one.equal, one.reason) for name, one in told.items()} == {
        "complaints": (2, 2, ""),
        "years": (1, 1, ""),
    }
    assert vectors_in(city) == before
    assert require_whole(city).state().kind == "whole"


def test_the_released_notebook_is_run_and_not_todays(city):
    before = vectors_in(city)
    lose(city)
    forget_runs(city)
    write_text(city.notebooks / "noise" / "complaints.ipynb", notebook("raise SystemExit", parameters=PARAMETERS))
    assert all(one.unknown == 0 for one in rebuilt(city).values())
    assert vectors_in(city) == before
    assert not (city.private / "ledger-rebuild").exists() and not city.runs.exists()


def test_a_run_whose_files_were_changed_is_not_believed(city):
    before = vectors_in(city)
    lose(city)
    (path,) = city.runs.glob("noise/complaints/*/contributions/complaints.parquet")
    path.write_bytes(next(city.runs.glob("noise/complaints/*/contributions/years.parquet")).read_bytes())
    assert all(one.unknown == 0 for one in rebuilt(city).values())
    assert vectors_in(city) == before


def test_people_who_withdrew_make_what_they_touched_unknown(city):
    lose(city)
    take_in(city, "complaints", complaints().iloc[2:], kind="synthetic")  # a person of the east has left
    told = rebuilt(city)
    assert (told["complaints"].equal, told["complaints"].unknown) == (1, 1)
    found = Ledger(city).unknown(units=["person"])
    assert {(one.name, one.cells) for one in found} == {("complaints", (0,)), ("years", (0,))}
    assert Ledger(city).state().kind == "whole", "nothing more can be had; what is unknown stands in it"
    people = {person for table in Ledger(city).tables() for person in table.vectors.person.tolist()}
    words = json.dumps([one.__dict__ for one in told.values()])
    assert people and not any(str(person) in words for person in people)


def test_rows_under_another_policy_make_a_table_unknown(city):
    lose(city)
    path = city.governance / "policies" / "complaints.yml"
    write_yaml(path, {**read_yaml(path), "version": 2, "guarantee": {"k": 6}})
    adopt(city, ["complaints"])
    assert {one.reason for one in rebuilt(city).values()} == {"dataset 'complaints' is protected under another policy now"}
    assert len(Ledger(city).unknown(datasets=["complaints"])) == 2


def test_a_dataset_that_is_not_here_makes_a_table_unknown(city):
    lose(city)
    shutil.rmtree(city.protected / "complaints")
    shutil.rmtree(city.vault / "complaints")
    assert {one.reason for one in rebuilt(city).values()} == {"dataset 'complaints' is not on this machine"}


def test_a_release_without_definitions_is_unknown(city):
    lose(city)
    path = release_folder(city) / "release.yml"
    write_text(path, dump_yaml({key: value for key, value in read_yaml(path).items() if key != "definitions"}))
    assert {one.reason for one in rebuilt(city).values()} == {"its release records no definition"}
    assert Ledger(city).unknown(units=["person"]), "the unit is that of the rows as they are now"


def test_a_copy_of_the_notebook_that_is_another_is_not_run(city):
    lose(city)
    forget_runs(city)
    folder = release_folder(city)
    record = read_yaml(folder / "release.yml")
    for one in record["definitions"]:
        one["code"] = "0" * 64
    write_text(folder / "release.yml", dump_yaml(record))
    assert {one.reason for one in rebuilt(city).values()} == {
        "the notebook in the release is not the one that its definition names"
    }


def test_a_release_that_was_changed_by_hand_is_not_rebuilt_from(city):
    before = vectors_in(city)
    path = release_folder(city) / "results" / "complaints.json"
    write_text(path, path.read_text(encoding="utf-8").replace("80", "81"))
    with pytest.raises(CheckFailed, match="was changed after it was written"):
        rebuilt(city)
    assert vectors_in(city) == before


def test_what_the_ledger_knows_stays_though_its_data_is_gone(city):
    before = vectors_in(city)
    second = release_folder(city).with_name("2")
    shutil.copytree(release_folder(city), second)
    write_text(second / "release.yml", dump_yaml({**read_yaml(second / "release.yml"), "release": "noise/2", "number": 2}))
    assert Ledger(city).state().lacking == ("noise/2",)
    shutil.rmtree(city.vault / "complaints")
    shutil.rmtree(city.protected / "complaints")
    told = rebuild(city, read_catalog(city), today=TODAY)
    assert [(one.release, one.unknown) for one in told] == [("noise/1", 0)] * 2 + [("noise/2", 2), ("noise/2", 1)]
    kept = {table.name: table.vectors for table in Ledger(city).tables() if table.release == "noise/1"}
    assert all(np.array_equal(kept[name].person, before[name][1]) for name in before)


def test_a_damaged_ledger_is_made_anew_and_not_read(city):
    before = vectors_in(city)
    path = next(entries_folder(city).glob("*.arrays"))
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(bytes(content))
    assert Ledger(city).state().kind == "broken"
    rebuilt(city)
    assert vectors_in(city) == before and Ledger(city).state().kind == "whole"


def test_a_lost_map_of_made_up_people_is_made_again_unattended(city):
    lose(city)
    assert not map_path(city, "complaints", read_manifest(city.protected / "complaints")["sha256"]).exists()
    assert rebuild_unattended(city, read_catalog(city), today=TODAY)
    assert Ledger(city).state().kind == "whole"
    assert rebuild_unattended(city, read_catalog(city), today=TODAY) is None, "what is whole is left alone"


def test_a_machine_without_data_about_people_rebuilds_nothing_unasked(city):
    lose(city)
    shutil.rmtree(city.protected)
    assert rebuild_unattended(city, read_catalog(city), today=TODAY) is None


def test_the_same_releases_give_the_same_bytes(city):
    found = []
    for _ in range(2):
        lose(city)
        rebuilt(city)
        found.append({path.name: path.read_bytes() for path in entries_folder(city).iterdir()})
    assert found[0] == found[1]


def sealed(root: Path) -> Project:
    """A city whose complaints are about real people, protected once; its custodians' keys lie beside it."""
    project = Project(root=root / "city")
    described = {**CATALOG["datasets"]["complaints"], "synthetic": False}
    write_yaml(project.catalog, {"datasets": {"complaints": described}})
    drawn = {side: generate_age_identity() for side in ("G", "C")}
    for side, (identity_, _) in drawn.items():
        write_identity(root / f"{side}.age", identity_)
    held = {side: {"roles": {"all": ["steward", "custodian"]}, "age_key": drawn[side][1]} for side in ("G", "C")}
    found(project, seats={f"{side}-1": seat(f"{side}-1", **more) for side, more in held.items()})
    policy = {key: value for key, value in POLICIES["complaints"].items() if key != "custody"}
    write_yaml(project.governance / "policies" / "complaints.yml", {**policy, "purposes": ["statistics"], "retention": "P3Y"})
    adopt(project, ["complaints"])
    record = {"source": "complaints.csv", "kind": "official", "sha256": "0" * 64}
    Vault(project, read_catalog(project), today=TODAY).write_part("complaints", "all", complaints(), record=record)
    make(project, keys_of(root, "G", "C"))
    return project


def keys_of(root: Path, *sides: str):
    return read_keys([root / f"{side}.age" for side in sides])


def make(project: Project, keys) -> dict[str, str]:
    return make_ready(project, read_catalog(project), ["complaints"], keys=keys, today=TODAY, report=silent)


def known_people(project: Project) -> list[int]:
    data = read_manifest(project.protected / "complaints")["sha256"]
    return sorted(read_people_map(project, "complaints", data=data).person.tolist())


def test_rows_of_real_people_are_made_ready_by_custodians_of_both_sides_alone(tmp_path):
    project = sealed(tmp_path)
    before = known_people(project)
    with pytest.raises(GateRefused, match="made anew by custodians of both"):
        make(project, Keys())
    for side in ("G", "C"):
        with pytest.raises(GateRefused):
            make(project, keys_of(tmp_path, side))
    assert make(project, keys_of(tmp_path, "G", "C")) == {"complaints": ""}
    assert known_people(project) == before, "what is whole is not protected again"


def test_a_lost_map_of_real_people_is_made_again_with_the_same_ids(tmp_path):
    project = sealed(tmp_path)
    before = known_people(project)
    shutil.rmtree(project.ledger / "people")
    make(project, keys_of(tmp_path, "G", "C"))
    assert known_people(project) == before


def test_with_a_lost_secret_all_people_get_other_ids(tmp_path):
    project = sealed(tmp_path)
    before = known_people(project)
    secret_path(project).unlink()
    make(project, keys_of(tmp_path, "G", "C"))
    assert not set(known_people(project)) & set(before)
