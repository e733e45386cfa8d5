"""Two policies compared, and a protection reported, from the command line: real rows, real notebooks, nothing left behind."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pandas as pd
import pytest

import sealed_city
from demo_city import COMPLAINTS, POLICIES, make_city, notebook, write_yaml
from workbench.catalog import read_catalog
from workbench.cli import main
from workbench.cli.rerunning import SCRATCH, read_last_runs, rerun
from workbench.errors import GateRefused
from workbench.files import sha256_file, write_json, write_text
from workbench.privacy import protect, read_policy
from workbench.project import Project
from workbench.runs import Selection, carry_out, plan_runs, read_analysis
from workbench.vault import Vault

SECOND = """
by_year = bench.table("by_year", rows, rows="year", contributor="person", title={"ko": "해", "en": "Year"})
bench.finding("in_the_east", {"ko": "동쪽 {n}건", "en": "{n} in the east"}, n=table.at["east"])
"""


def complaint_policy(folder: Path, name: str, **entries) -> Path:
    """A policy of the city's complaints, the one in force but for these entries."""
    path = folder / f"{name}.yml"
    write_yaml(path, {**POLICIES["complaints"], **entries})
    return path


@pytest.fixture(scope="module")
def ran_city(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A city whose notebooks have been run."""
    project = make_city(tmp_path_factory.mktemp("city"), official=None)
    cell = COMPLAINTS.replace('bench.table("complaints"', 'table = bench.table("complaints"')
    write_text(project.notebooks / "noise" / "complaints.ipynb", notebook(cell, SECOND, parameters=None))
    chosen = Selection(notebooks=("complaints",))
    runs = plan_runs(project, read_catalog(project), read_analysis(project, "noise"), selection=chosen)
    assert carry_out(project, runs, workers=1).failures == ()
    return project


@pytest.fixture
def city(ran_city: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("WORKBENCH_ROOT", str(ran_city.root))
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    return ran_city


def state(project: Project) -> dict[str, str]:
    """What lies in the project's private folders that a comparison may not touch."""
    folders = (project.protected, project.runs, project.vault)
    return {
        str(path.relative_to(project.root)): sha256_file(path)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def compared(capsys: pytest.CaptureFixture[str], *words: str | Path) -> dict:
    """The facts of a comparison, as a machine reads them."""
    assert main(["privacy", "compare", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def fates(facts: dict, side: str) -> dict[str, str]:
    return {one["name"]: one[side]["verdict"] for one in facts["results"]["list"]}


def test_results_of_the_last_runs_are_followed_under_both_policies(city, tmp_path, capsys):
    before = state(city)
    one = city.governance / "policies" / "complaints.yml"
    other = complaint_policy(tmp_path, "stricter", disclosure={"min_contributors": 43})
    facts = compared(capsys, one, other, "--out", tmp_path / "pages")
    assert fates(facts, "a") == {"complaints": "same", "by_year": "same", "in_the_east": "same"}
    assert fates(facts, "b") == {"complaints": "withheld", "by_year": "same", "in_the_east": "gone"}
    assert facts["policies"]["a"]["in_force"]
    assert not facts["policies"]["b"]["in_force"]
    assert facts["results"]["counts"]["b"]["lost"] == 2
    assert state(city) == before
    assert not list(Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"))
    for language in ("ko", "en"):
        page = (tmp_path / "pages" / f"{language}.html").read_text(encoding="utf-8")
        assert "person-" not in page + json.dumps(facts)
        assert not any(f">n{number}-0<" in page for number in range(44))


def test_a_notebook_that_misses_a_field_is_told_with_the_field(city, tmp_path, capsys):
    fields = {**POLICIES["complaints"]["fields"], "place": {"role": "insensitive", "treatment": "drop"}}
    facts = compared(
        capsys, city.governance / "policies" / "complaints.yml", complaint_policy(tmp_path, "b", fields=fields),
        "--out", tmp_path / "pages",
    )  # fmt: skip
    lost = next(one for one in facts["results"]["list"] if one["name"] == "complaints")
    assert lost["b"]["verdict"] == "gone"
    assert lost["b"]["reason"]["code"] == "stopped"
    assert lost["b"]["reason"]["fields"] == ["place"]
    assert [(one["policy"], one["run"]) for one in facts["results"]["stopped"]] == [("b", "noise/complaints")]


def test_without_runs_the_rest_is_compared(city, tmp_path, capsys):
    policies = [complaint_policy(tmp_path, "a"), complaint_policy(tmp_path, "b", guarantee={"k": 10})]
    facts = compared(capsys, *policies, "--no-runs", "--out", tmp_path / "pages")
    assert (facts["results"]["known"], facts["results"]["why"]) == (False, "not_asked")
    assert [facts["policies"][side]["exposure"]["smallest"] >= k for side, k in (("a", 5), ("b", 10))] == [True, True]
    assert facts["raw"]["exposure"]["smallest"] == "<10"
    assert facts["raw"]["exposure"]["alone"] == 16, "of 44 people of 30 ages, 14 ages are shared"
    assert [found["about"] for found in facts["differences"]] == ["k"]


def test_pages_lie_away_from_what_is_committed_unless_told_otherwise(city, tmp_path, capsys):
    policies = [complaint_policy(tmp_path, "a"), complaint_policy(tmp_path, "b", guarantee={"k": 10})]
    facts = compared(capsys, *policies, "--no-runs")
    assert facts["pages"] == [str(city.private / "compare" / "complaints" / f"{language}.html") for language in ("ko", "en")]


def test_before_the_first_run_it_is_said_that_nothing_is_known(tmp_path, capsys, monkeypatch):
    city = make_city(tmp_path / "city", official=None)
    monkeypatch.setenv("WORKBENCH_ROOT", str(city.root))
    policies = [complaint_policy(tmp_path, "a"), complaint_policy(tmp_path, "b", guarantee={"k": 10})]
    facts = compared(capsys, *policies, "--out", tmp_path / "pages")
    assert (facts["results"]["why"], len(facts["results"]["not_run"])) == ("no_runs", 3)
    assert "workbench run" in (tmp_path / "pages" / "en.html").read_text(encoding="utf-8")


def test_a_policy_out_of_reach_is_told_beside_the_other(city, tmp_path, capsys):
    policies = [complaint_policy(tmp_path, "a"), complaint_policy(tmp_path, "b", guarantee={"k": 45})]
    facts = compared(capsys, *policies, "--out", tmp_path / "pages")
    assert [facts["policies"][side]["reached"] for side in "ab"] == [True, False]
    assert set(fates(facts, "b").values()) == {"gone"}


def test_two_policies_out_of_reach_are_refused(city, tmp_path, capsys):
    policies = [complaint_policy(tmp_path, name, guarantee={"k": k}) for name, k in (("a", 45), ("b", 50))]
    assert main(["privacy", "compare", *map(str, policies)]) == 3
    said = capsys.readouterr().err
    assert "a.yml" in said
    assert "b.yml" in said


def test_a_draft_that_could_not_be_carried_out_is_told_before_the_vote(city, tmp_path, capsys):
    fields = {**POLICIES["complaints"]["fields"], "age": {"role": "insensitive"}}
    policies = [complaint_policy(tmp_path, "a"), complaint_policy(tmp_path, "b", fields=fields)]
    facts = compared(capsys, *policies, "--no-runs", "--out", tmp_path / "pages")
    assert facts["policies"]["a"]["before_the_vote"] is None
    assert "age" in facts["policies"]["b"]["before_the_vote"]
    assert facts["policies"]["b"]["exposure"]["alone"] != 0, "the same attacker knows the age whatever a policy calls it"


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"policy": "levels"}, "compare two policies of one dataset"),
        ({"guarantee": {"k": 1}}, "k"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_policies_that_cannot_be_compared_are_wrong_use(city, tmp_path, capsys, entries, said):
    policies = [complaint_policy(tmp_path, "a"), complaint_policy(tmp_path, "b", **entries)]
    assert main(["privacy", "compare", *map(str, policies)]) == 2
    assert said in capsys.readouterr().err


def test_a_dataset_that_is_not_about_people_has_nothing_to_compare(city, capsys):
    path = str(city.governance / "policies" / "levels.yml")
    assert main(["privacy", "compare", path, path]) == 2
    assert "personal: false" in capsys.readouterr().err


def test_any_file_is_compared_without_a_project(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("WORKBENCH_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"이름": [f"김가{n}" for n in range(40)], "나이": [20 + n % 9 for n in range(40)]})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    fields = {
        "이름": {"role": "direct_identifier", "treatment": "drop"},
        "나이": {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 99]},
    }
    for name, k in (("a", 2), ("b", 8)):
        write_yaml(tmp_path / f"{name}.yml", {"policy": "rows", "version": 1, "fields": fields, "guarantee": {"k": k}})
    facts = compared(capsys, "a.yml", "b.yml", "--data", "rows.csv")
    assert facts["results"]["why"] == "no_project"
    assert facts["policies"]["b"]["k"] >= 8
    page = (tmp_path / "compare-rows" / "ko.html").read_text(encoding="utf-8")
    assert "‘나이’" in page
    assert "김가" not in page


@pytest.mark.realdata
def test_census_rows_are_compared(real_data, tmp_path, capsys):
    folder = real_data / "benchmarks" / "adult"
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    known = ("sex", "race", "marital-status", "education")
    fields = {
        name: {"role": "quasi_identifier", "hierarchy": str(folder / f"adult_hierarchy_{name}.csv")} for name in known
    } | {
        "age": {"role": "quasi_identifier", "recoding": "interval", "domain": [1, 100]},
        "occupation": {"role": "sensitive"},
        **{key: {"role": "insensitive", "treatment": "drop"} for key in ("native-country", "workclass", "salary-class")},
    }  # fmt: skip
    for name, k, more in (("a", 5, {}), ("b", 20, {"analysis_dimensions": ["education"], "limits": {"suppression": 0.05}})):
        write_yaml(tmp_path / f"{name}.yml", {"policy": "adult", "version": 1, "fields": fields, "guarantee": {"k": k}, **more})
    words = (tmp_path / "a.yml", tmp_path / "b.yml", "--data", folder / "adult.csv", "--out", tmp_path / "pages")
    facts = compared(capsys, *words)
    assert facts["raw"]["exposure"]["alone"] == 3187
    assert [facts["policies"][side]["exposure"]["smallest"] >= k for side, k in (("a", 5), ("b", 20))] == [True, True]
    assert facts["policies"]["b"]["exposure"]["below_k"] == 0
    assert facts["policies"]["a"]["ncp"] < facts["policies"]["b"]["ncp"]
    assert facts["policies"]["a"]["table_error"]["median"] < facts["policies"]["b"]["table_error"]["median"]


def test_rows_of_real_people_need_both_keys_and_are_never_run(tmp_path, capsys, monkeypatch):
    vault = sealed_city.make_vault(tmp_path / "city", policy=True)
    vault.write_part("cards", "1", sealed_city.people(30), record={"source": "a.csv", "kind": "official", "sha256": "0" * 64})
    monkeypatch.setenv("WORKBENCH_ROOT", str(vault.project.root))
    age = {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 120]}
    policies = []
    for name, k in (("a", 2), ("b", 4)):
        said = {**sealed_city.POLICY, "fields": {**sealed_city.POLICY["fields"], "age": age}, "guarantee": {"k": k}}
        policies.append(tmp_path / f"{name}.yml")
        write_yaml(policies[-1], said)
    keys = sealed_city.key_files(tmp_path / "keys", "G-3", "C-3")
    words = ["privacy", "compare", *map(str, policies), "--out", str(tmp_path / "pages"), "--json"]
    assert main([*words, "--key", keys[0]]) == 3
    assert not (tmp_path / "pages").exists()
    capsys.readouterr()
    assert main([*words, "--key", keys[0], "--key", keys[1]]) == 0
    out = capsys.readouterr().out
    assert sealed_city.CANARY not in out + (tmp_path / "pages" / "ko.html").read_text(encoding="utf-8")
    opened = [entry for entry in vault.register.entries() if entry["kind"] == "opened"]
    assert [(entry["dataset"], entry["by"]) for entry in opened] == [("cards", ["C-3", "G-3"])]


def test_no_unadopted_protection_of_real_people_is_written(city, tmp_path):
    catalog = read_catalog(city)
    described = catalog["complaints"].model_copy(update={"synthetic": False})
    real = catalog.model_copy(update={"datasets": {**catalog.datasets, "complaints": described}})
    policy = read_policy(city.governance / "policies" / "complaints.yml")
    protected = protect(Vault(city, catalog).read("complaints"), policy)
    with pytest.raises(GateRefused, match="real people"):
        rerun(city, real, "complaints", protected, policy, read_last_runs(city, catalog, "complaints"))


def test_a_protected_dataset_is_reported_in_each_language(city, tmp_path, capsys):
    assert main(["privacy", "report", "complaints", "--out", str(tmp_path / "pages"), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["k"] >= 5, facts["adopted"], facts["knows"]) == (True, True, ["age"])
    assert facts["exposure"]["people"] == 44
    for language, said in (("ko", "누구도"), ("en", "Nobody is in a group")):
        page = (tmp_path / "pages" / f"{language}.html").read_text(encoding="utf-8")
        assert said in page
        assert "person-" not in page


def test_a_report_of_any_file_becomes_pages(city, tmp_path, capsys):
    policy = city.governance / "policies" / "complaints.yml"
    made = protect(Vault(city, read_catalog(city)).read("complaints"), read_policy(policy), tables=True)
    write_json(tmp_path / "REPORT.json", {**made.report, "adopted": False})
    assert main(["privacy", "report", "--from", str(tmp_path / "REPORT.json"), "--out", str(tmp_path / "pages")]) == 0
    page = (tmp_path / "pages" / "ko.html").read_text(encoding="utf-8")
    assert "채택하지 않은 정책" in page
    assert capsys.readouterr().out.splitlines()[-1].endswith("en.html")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["complaint"], 2, "did you mean 'complaints'"),
        (["levels_synthetic"], 2, "not about people"),
        (["levels"], 3, "not protected on this machine"),
        (["--from", "cut.json"], 2, "no report of a protection"),
        (["--from", "other.json"], 2, "it lacks k"),
        (["--from", "nowhere.json"], 2, "nowhere.json"),
    ],
)
def test_what_cannot_be_reported_is_told(city, tmp_path, capsys, monkeypatch, words, code, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cut.json").write_text('{"rows": 4, "k"', encoding="utf-8")
    write_json(tmp_path / "other.json", {"rows": 4, "suppressed": 0, "classes": 1, "ncp": 0, "fields": {}})
    assert main(["privacy", "report", *words]) == code
    assert said in capsys.readouterr().err
