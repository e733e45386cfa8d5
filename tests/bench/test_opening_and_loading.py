"""A notebook opens its own urban issue and loads what that issue may load."""

from __future__ import annotations

import pytest

import workbench
from demo_city import levels, make_city
from workbench.bench import resolve_dataset
from workbench.catalog import read_catalog
from workbench.errors import CheckFailed, GateRefused, UsageError
from workbench.files import read_yaml, write_text


def test_an_unknown_urban_issue_is_refused_with_did_you_mean(at_desk):
    with pytest.raises(UsageError, match=r"unknown urban issue 'noice'\n.*'noise'"):
        workbench.open("noice")
    for name in ("../noise", "", "noise/../noise", None, 3):
        with pytest.raises(UsageError, match="unknown urban issue"):
            workbench.open(name)


def test_a_run_works_for_one_urban_issue(in_batch):
    with pytest.raises(GateRefused, match="belongs to the urban issue 'smell', the notebook opens 'noise'"):
        in_batch(issue="smell")


def test_a_run_whose_context_is_gone_says_so(in_batch, tmp_path):
    in_batch()
    (tmp_path / "context.json").unlink()
    with pytest.raises(CheckFailed, match=r"context\.json: no such file"):
        workbench.open("noise")


def test_parameters_are_those_of_the_run_and_none_at_a_desk(in_batch, at_desk):
    assert at_desk.parameters == {}
    bench = in_batch()
    assert bench.parameters == {"year": 2021}
    assert bench.issue == "noise"


def test_a_dataset_of_another_urban_issue_is_refused(at_desk):
    with pytest.raises(GateRefused, match="'levels_synthetic' does not belong to the urban issue 'noise'; allowed: levels"):
        at_desk.load("levels_synthetic")
    with pytest.raises(UsageError, match=r"unknown dataset 'level'\n.*'levels'"):
        at_desk.load("level")
    with pytest.raises(UsageError, match="unknown column 'levle_db'"):
        at_desk.load("levels", columns=["levle_db"])


def test_a_dataset_that_was_not_planned_is_refused_in_a_run(in_batch):
    bench = in_batch(datasets={"complaints": "complaints"})
    with pytest.raises(GateRefused, match="'levels' was not among those of this run"):
        bench.load("levels")


def test_the_stand_in_is_loaded_where_the_official_data_are_not_here(at_desk):
    rows = at_desk.load("levels", where=[("year", "==", 2021)])
    assert rows["place"].tolist() == ["east", "west"]
    assert at_desk.basis("levels") == "stand_in"
    with pytest.raises(UsageError, match="unknown loaded dataset 'complaints'"):
        at_desk.basis("complaints")
    at_desk.load("complaints")
    assert at_desk.basis("complaints") == "synthetic"


def test_official_data_come_before_their_stand_in(tmp_path, monkeypatch):
    city = make_city(tmp_path, official=[2021])
    catalog = read_catalog(city)
    assert resolve_dataset(city, catalog, "levels") == "levels"
    monkeypatch.setenv("WORKBENCH_ROOT", str(city.root))
    monkeypatch.delenv("WORKBENCH_RUN", raising=False)
    bench = workbench.open("noise")
    assert len(bench.load("levels")) == len(levels([2021]))
    assert bench.basis("levels") == "official"
    for name in ("levels", "levels_synthetic"):
        (city.protected / name / "manifest.json").unlink()
    with pytest.raises(GateRefused, match="nor its stand-in 'levels_synthetic'"):
        resolve_dataset(city, catalog, "levels")
    with pytest.raises(GateRefused, match="not protected"):
        bench.load("levels")


@pytest.mark.parametrize("content", ["datasets: levels\n", "- levels\n", "issue: noise\n", "datasets: [{a: 1}]\n"])
def test_an_analysis_without_a_list_of_datasets_is_refused(tmp_path, monkeypatch, content):
    city = make_city(tmp_path, official=None)
    path = city.analyses / "noise" / "analysis.yml"
    assert read_yaml(path)["datasets"] == ["levels", "complaints"]
    write_text(path, content)
    monkeypatch.setenv("WORKBENCH_ROOT", str(city.root))
    with pytest.raises(UsageError, match=r"analyses/noise/analysis\.yml: 'datasets' is a list of names"):
        workbench.open("noise")


def test_two_notebooks_at_a_desk_leave_each_other_alone(at_desk, city):
    title = {"ko": "가", "en": "a"}
    at_desk.table("first", at_desk.load("levels"), rows="place", title=title)
    second = workbench.open("noise")
    second.table("second", second.load("levels"), rows="place", title=title)
    names = {path.stem for path in (city.private / "drafts" / "noise" / "results").iterdir()}
    assert {"first", "second"} <= names
