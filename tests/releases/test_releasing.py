"""From runs to a release and back: candidates, approvals, reproduction, and what is never released."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from demo_city import LEVELS, TODAY, as_its_kernel_wrote, candidate, levels, make_city, notebook, take_in, write_yaml
from signed import governance_of, key_of, propose_issue, vote
from workbench.catalog import read_catalog
from workbench.errors import CheckFailed, GateRefused, UsageError
from workbench.files import write_text
from workbench.project import Project
from workbench.records import read_yaml
from workbench.releases import Candidate, approve, latest_release, make_candidate, verify_release
from workbench.runs import carry_out, plan_runs, read_analysis


def verdicts(found: Candidate) -> dict[str, set[str]]:
    result: dict[str, set[str]] = {}
    for item in found.comparisons:
        result.setdefault(item.variant.name, set()).add(item.verdict)
    return result


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A city with a candidate, never touched by a test."""
    project = make_city(tmp_path_factory.mktemp("master") / "city", official=[2020, 2021])
    candidate(project)
    return project


@pytest.fixture
def city(master: Project, tmp_path: Path) -> Project:
    """A copy of it, in which runs are still done."""
    shutil.copytree(master.root, tmp_path / "city")
    return Project(root=tmp_path / "city")


@pytest.fixture
def released(city: Project) -> Project:
    """The copy with its candidate approved by both sides."""
    approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY)
    assert approve(city, "noise", seat="C-1", key=key_of("C-1"), today=TODAY).release is not None
    return city


def test_a_candidate_has_a_releases_form(city: Project) -> None:
    folder = city.candidates / "noise"
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {
        "release.yml",
        "risk.json",
        "coverage.json",
        "runs.jsonl",
        "results/mean_level.json",
        "notebooks/levels.ipynb",
    } <= names
    assert {"tables/mean_level.year-2020.csv", "figures/mean_level.figure.year-2021.ko.svg"} <= names
    assert (folder / "tables/complaints.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_count_of_too_few_people_is_withheld_and_no_zero(city: Project) -> None:
    content = json.loads((city.candidates / "noise/results/complaints.json").read_text(encoding="utf-8"))["variants"][0][
        "content"
    ]
    assert content["rows"]["keys"] == ["east", "west"]
    assert content["values"] == [[80], [None]]
    assert content["state"] == [["shown"], ["withheld"]]
    assert "withheld" in (city.candidates / "noise/tables/complaints.csv").read_text(encoding="utf-8-sig")


def test_release_obeys_every_rule_of_the_policy_as_the_notebook_did(tmp_path: Path) -> None:
    rules = {"min_contributors": 2, "dominance": {"n": 2, "share": 0.3}, "p_percent": 10, "round": 50}
    project = make_city(tmp_path / "city", official=None, disclosure=rules)
    found = candidate(project)
    assert "complaints" in verdicts(found)
    variant = json.loads((project.candidates / "noise/results/complaints.json").read_text(encoding="utf-8"))["variants"][0]
    assert variant["content"]["values"] == [[100], [None]]  # two of the four people of the west have half of its complaints
    assert variant["content"]["state"] == [["shown"], ["withheld"]]
    assert variant["content"]["rounded_to"] == 50
    assert variant["datasets"]["complaints"]["disclosure"] == rules


def test_a_findings_number_is_computed_from_the_published_table(city: Project) -> None:
    content = json.loads((city.candidates / "noise/results/loudest.json").read_text(encoding="utf-8"))["variants"][1]["content"]
    assert content["values"]["level"]["number"] == 61.3  # 61.25, rounded half up as the table is
    assert (
        content["text"]["en"].format(**{key: value["shown"]["en"] for key, value in content["values"].items()})
        == "east at 61.3 dB"
    )


def test_free_outputs_never_reach_the_public_copy(city: Project) -> None:
    text = (city.candidates / "noise/notebooks/levels.ipynb").read_text(encoding="utf-8")
    outputs = [output for cell in json.loads(text)["cells"] for output in cell.get("outputs", [])]
    assert [list(output["data"]) for output in outputs] == [["application/vnd.workbench.result+json"]] * 3
    assert "injected-parameters" not in text


def test_two_results_of_one_name_are_refused(city: Project) -> None:
    """One of them would reach readers with the other's people in the ledger."""
    path = city.analyses / "noise" / "analysis.yml"
    analysis = read_yaml(path)
    analysis["notebooks"]["again"] = analysis["notebooks"]["complaints"]
    write_yaml(path, analysis)
    shutil.copyfile(city.notebooks / "noise" / "complaints.ipynb", city.notebooks / "noise" / "again.ipynb")
    with pytest.raises(GateRefused, match="result 'complaints' is made by the notebooks again and complaints"):
        candidate(city)


def test_a_release_that_came_meanwhile_is_not_written_over(city: Project) -> None:
    approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY)
    there = city.analyses / "noise" / "releases" / "1"
    there.mkdir(parents=True)
    with pytest.raises(GateRefused, match="analyses/noise/releases/1 is there already"):
        approve(city, "noise", seat="C-1", key=key_of("C-1"), today=TODAY)
    assert not list(there.iterdir())


def test_a_candidate_whose_number_was_edited_is_told_in_words(city: Project) -> None:
    path = city.candidates / "noise" / "release.yml"
    write_text(path, path.read_text(encoding="utf-8").replace("number: 1\n", "number: ../../x\n"))
    with pytest.raises(CheckFailed, match=r"release.yml: number: found '../../x', allowed are 1, 2"):
        approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY)


def test_one_side_alone_releases_nothing(city: Project) -> None:
    given = approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY)
    assert given.release is None
    assert given.consent.missing() == "missing: civil society"
    assert latest_release(city, "noise") is None


def test_both_sides_make_a_release_that_verifies(released: Project) -> None:
    folder = latest_release(released, "noise")
    assert folder is not None
    verify_release(governance_of(released), folder)
    assert not (released.candidates / "noise").exists()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "results/mean_level.json").write_text("{}"), "was changed after it was written"),
        (lambda folder: (folder / "tables/complaints.csv").unlink(), "tables/complaints.csv is missing"),
        (lambda folder: (folder / "extra.csv").write_text("x"), "extra.csv does not belong"),
        (lambda folder: (folder / "approvals/G-1.yml").unlink(), "missing: government"),
        (
            lambda folder: (folder / "release.yml").write_text((folder / "release.yml").read_text().replace("mixed", "official")),
            "speaks of other bytes",
        ),
    ],
)
def test_a_release_changed_by_hand_fails_the_check(released: Project, damage: Callable[[Path], object], message: str) -> None:
    folder = latest_release(released, "noise")
    assert folder is not None
    damage(folder)
    with pytest.raises(CheckFailed, match=message):
        verify_release(governance_of(released), folder)


def test_the_same_data_reproduces_a_release_and_leaves_no_candidate(released: Project) -> None:
    found = candidate(released)
    assert set().union(*verdicts(found).values()) == {"reproduced"}
    assert found.folder is None


def test_a_new_year_becomes_a_candidate_with_no_edit_of_a_committed_file(released: Project) -> None:
    take_in(released, "levels", levels([2020, 2021, 2022]), kind="official")
    found = candidate(released)
    assert verdicts(found)["mean_level"] == {"reproduced", "new"}
    record = json.loads((released.candidates / "noise/results/mean_level.json").read_text(encoding="utf-8"))
    assert [variant["parameters"]["year"] for variant in record["variants"]] == [2020, 2021, 2022]
    old = latest_release(released, "noise")
    assert old is not None
    drawn = "figures/mean_level.figure.year-2020.ko.svg"
    assert (released.candidates / "noise" / drawn).read_bytes() == (old / drawn).read_bytes()
    for seat in ("G-1", "C-1"):
        approve(released, "noise", seat=seat, key=key_of(seat), today=TODAY)
    assert latest_release(released, "noise") == released.analyses / "noise/releases/2"


def test_a_changed_number_is_named_and_becomes_a_candidate(released: Project) -> None:
    changed = levels([2020, 2021])
    changed.loc[changed["place"].eq("east") & changed["year"].eq(2021), "level_db"] = 70.0
    take_in(released, "levels", changed, kind="official")
    found = candidate(released)
    reasons = {item.variant.name: item.reasons for item in found.comparisons if item.verdict == "differs"}
    assert reasons["mean_level"] == ("place=east: was 61.3, is 70",)
    assert reasons["mean_level.figure"] == ("its table was changed",)
    assert reasons["loudest"] == ("level: was 61.3, is 70",)


def test_a_year_whose_data_is_absent_is_not_checked_and_stays(released: Project) -> None:
    take_in(released, "levels", levels([2021]), kind="official")
    found = candidate(released)
    assert verdicts(found)["mean_level"] == {"reproduced", "not_checked"}
    assert found.folder is None


def test_a_stand_in_is_never_compared_with_a_release_from_official_data(released: Project) -> None:
    shutil.rmtree(released.protected / "levels")
    found = candidate(released)
    assert verdicts(found) == {
        "mean_level": {"not_checked"},
        "mean_level.figure": {"not_checked"},
        "loudest": {"not_checked"},
        "complaints": {"reproduced"},
    }
    assert found.folder is None


@pytest.mark.slow
def test_a_candidate_from_stand_ins_cannot_be_approved(city: Project) -> None:
    shutil.rmtree(city.protected / "levels")
    assert {item.variant.basis for item in candidate(city).comparisons} == {"stand_in", "synthetic"}
    with pytest.raises(GateRefused, match="rests on synthetic stand-ins"):
        approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY)


@pytest.mark.slow
def test_a_reworded_notebook_is_a_candidate_though_its_numbers_stand(released: Project) -> None:
    path = released.notebooks / "noise" / "levels.ipynb"
    write_text(path, notebook(LEVELS + "\n# said better"))
    catalog, analysis = read_catalog(released), read_analysis(released, "noise")
    runs = plan_runs(released, catalog, analysis)
    carry_out(released, runs, workers=2, force=True)
    found = make_candidate(released, catalog, analysis, runs, today=TODAY)
    assert found.reworded == ("levels",)
    assert set().union(*verdicts(found).values()) == {"reproduced"}
    assert found.folder is not None


@pytest.mark.slow
def test_an_approval_is_void_once_the_candidate_changes(city: Project) -> None:
    approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY)
    take_in(city, "levels", levels([2020, 2021, 2022]), kind="official")
    candidate(city)
    assert approve(city, "noise", seat="C-1", key=key_of("C-1"), today=TODAY).release is None


def test_an_approval_stays_while_the_candidate_is_the_same(city: Project) -> None:
    approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY)
    candidate(city)
    assert approve(city, "noise", seat="C-1", key=key_of("C-1"), today=TODAY).release is not None


@pytest.mark.parametrize(
    ("seat", "error", "message"),
    [
        ("C-9", GateRefused, "is no checker"),
        ("E-1", GateRefused, "speaks for no side"),
        ("Z-1", UsageError, "unknown seat 'Z-1'"),
    ],
)
def test_only_a_checker_of_a_side_approves(city: Project, seat: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        approve(city, "noise", seat=seat, key=key_of(seat), today=TODAY)


def test_an_urban_issue_that_one_side_did_not_agree_on_is_not_released(city: Project) -> None:
    (city.governance / "closings" / "P-0002.yml.C-1.sig").unlink()
    with pytest.raises(GateRefused, match=r"not agreed \(P-0002 is open .*not signed for civil society"):
        candidate(city)
    with pytest.raises(GateRefused, match="not agreed"):
        approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY)


def test_a_proposal_edited_after_the_agreement_is_agreed_no_more(city: Project) -> None:
    path = city.governance / "proposals" / "P-0002.yml"
    write_yaml(path, {**read_yaml(path), "title": {"ko": "다른", "en": "other"}})
    with pytest.raises(GateRefused, match=r"P-0002\.yml: was changed after its vote was closed: its ballots are void"):
        candidate(city)


def test_a_new_proposal_leaves_the_old_agreement_until_both_sides_agree_on_it(city: Project) -> None:
    vote(city, propose_issue(city, "noise"), "G-1")
    assert candidate(city).folder is not None


def test_nobody_checks_their_own_work(city: Project) -> None:
    path = city.analyses / "noise" / "analysis.yml"
    write_yaml(path, {**read_yaml(path), "authors": ["C-9", "C-1"]})
    candidate(city)
    with pytest.raises(GateRefused, match="seat C-1 is an author of this release"):
        approve(city, "noise", seat="C-1", key=key_of("C-1"), today=TODAY)


def test_an_approval_with_another_seats_key_is_not_written(city: Project) -> None:
    with pytest.raises(GateRefused, match="is by another key"):
        approve(city, "noise", seat="C-1", key=key_of("G-1"), today=TODAY)
    assert not (city.candidates / "noise" / "approvals").exists()


@pytest.mark.slow
def test_a_figure_without_a_text_alternative_is_refused(city: Project) -> None:
    write_text(city.notebooks / "noise" / "levels.ipynb", notebook(LEVELS.replace('alt={"ko": "막대그림", "en": "Bars"}', "")))
    with pytest.raises(GateRefused, match="has no text alternative"):
        candidate(city)


def test_a_forged_table_of_a_kernel_is_computed_again(city: Project) -> None:
    """A kernel writes rows; whatever else it wrote of a table is not believed."""
    catalog, analysis = read_catalog(city), read_analysis(city, "noise")
    runs = plan_runs(city, catalog, analysis)
    run = next(run for run in runs if run.notebook == "complaints")
    path = run.folder / "results" / "complaints.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["content"] |= {"values": [[80], [8]], "state": [["shown"], ["shown"]]}
    path.write_text(json.dumps(record), encoding="utf-8")
    as_its_kernel_wrote(run)
    make_candidate(city, catalog, analysis, runs, today=TODAY)
    content = json.loads((city.candidates / "noise/results/complaints.json").read_text(encoding="utf-8"))["variants"][0][
        "content"
    ]
    assert content["values"] == [[80], [None]]


def test_rows_without_contributors_do_not_make_a_table_about_people(city: Project) -> None:
    catalog, analysis = read_catalog(city), read_analysis(city, "noise")
    runs = plan_runs(city, catalog, analysis)
    run = next(run for run in runs if run.notebook == "complaints")
    path = run.folder / "results" / "complaints.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["content"]["contributors"] = None
    path.write_text(json.dumps(record), encoding="utf-8")
    rows = pd.read_parquet(run.folder / "contributions" / "complaints.parquet")
    rows.drop(columns="contributor").to_parquet(run.folder / "contributions" / "complaints.parquet")
    as_its_kernel_wrote(run)
    with pytest.raises(GateRefused, match="does not count them"):
        make_candidate(city, catalog, analysis, runs, today=TODAY)


@pytest.mark.parametrize(
    ("datasets", "message"),
    [({}, "rests on no dataset"), ({"levls": None}, "unknown dataset 'levls'"), (None, None)],
    ids=["none", "a stranger", "its policy forged"],
)
def test_what_a_kernel_says_of_its_data_is_not_believed(
    city: Project, datasets: dict[str, object] | None, message: str | None
) -> None:
    catalog, analysis = read_catalog(city), read_analysis(city, "noise")
    runs = plan_runs(city, catalog, analysis)
    run = next(run for run in runs if run.notebook == "complaints")
    path = run.folder / "results" / "complaints.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    told = record["datasets"]["complaints"]
    if datasets is None:
        record["datasets"] = {"complaints": {**told, "personal": False, "min_contributors": 0}}
    else:
        record["datasets"] = dict.fromkeys(datasets, told)
    path.write_text(json.dumps(record), encoding="utf-8")
    as_its_kernel_wrote(run)
    if message:
        with pytest.raises(GateRefused, match=message):
            make_candidate(city, catalog, analysis, runs, today=TODAY)
    else:
        make_candidate(city, catalog, analysis, runs, today=TODAY)
        made = json.loads((city.candidates / "noise/results/complaints.json").read_text(encoding="utf-8"))
        assert made["variants"][0]["content"]["values"] == [[80], [None]]


def test_a_candidate_changed_by_hand_is_not_approved_and_stays(city: Project) -> None:
    path = city.candidates / "noise/results/mean_level.json"
    path.write_text(path.read_text(encoding="utf-8").replace("61.3", "71.3"), encoding="utf-8")
    with pytest.raises(CheckFailed, match=r"results/mean_level\.json was changed after it was written"):
        approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY)
    assert path.is_file()
    assert latest_release(city, "noise") is None
    candidate(city)
    assert approve(city, "noise", seat="G-1", key=key_of("G-1"), today=TODAY).release is None


def test_a_typed_number_behind_a_cell_is_refused(city: Project) -> None:
    catalog, analysis = read_catalog(city), read_analysis(city, "noise")
    runs = plan_runs(city, catalog, analysis)
    for run in runs:
        if run.notebook == "levels":
            path = run.folder / "results" / "loudest.json"
            record = json.loads(path.read_text(encoding="utf-8"))
            cell = record["content"]["values"]["level"]["expression"]
            record["content"]["values"]["level"]["expression"] = ["add", ["mul", cell, ["number", 0]], ["number", 42]]
            path.write_text(json.dumps(record), encoding="utf-8")
            as_its_kernel_wrote(run)
    with pytest.raises(GateRefused, match="is the same whatever the table holds"):
        make_candidate(city, catalog, analysis, runs, today=TODAY)


def test_a_notebook_whose_data_is_absent_stays_as_it_was_released(released: Project) -> None:
    write_text(released.notebooks / "noise" / "levels.ipynb", notebook(LEVELS + "\nx = 1"))
    shutil.rmtree(released.protected / "levels")
    found = candidate(released)
    assert (found.reworded, found.folder) == ((), None)
