"""A model of a real notebook, run in a kernel, is fitted again outside it, released, and read in the book."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from demo_city import candidate, make_city, notebook, write_yaml
from workbench.bench import read_contributions, read_results
from workbench.disclosure import FittedModel, ModelLayout, Rules
from workbench.errors import GateRefused, UsageError
from workbench.files import read_json, read_yaml, write_json, write_text
from workbench.releases.compare import compare
from workbench.releases.models import groups_of_model, model_csv, refit
from workbench.releases.results import read_variants

MODEL = """
import workbench

bench = workbench.open("noise")
rows = bench.load("complaints")
rows["again"] = rows.groupby("person").cumcount()
rows["older"] = rows["person"].map(dict(zip(sorted(rows["person"].unique()), [number % 2 for number in range(44)])))
rows["minutes"] = rows.index % 7 + 3 * rows["again"] + rows["older"]
model = bench.model(
    "minutes", rows, formula="minutes ~ again + C(older)",
    title={"ko": "민원 처리 시간", "en": "Minutes of a complaint"},
    titles={"minutes": {"ko": "처리 시간(분)", "en": "Minutes"}, "again": {"ko": "두 번째 민원", "en": "Second complaint"},
            "older": {"ko": "집단", "en": "Group"}},
    labels={"older": {0: {"ko": "가", "en": "A"}, 1: {"ko": "나", "en": "B"}}},
)
low, high = model.interval("again")
bench.finding(
    "again", {"ko": "두 번째 민원은 {value:.1f}분({low:.1f}~{high:.1f})", "en": "{value:.1f} ({low:.1f} to {high:.1f})"},
    value=model.coefficient("again"), low=low, high=high,
)
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    made = make_city(tmp_path_factory.mktemp("city"), official=None)
    write_text(made.notebooks / "noise" / "complaints.ipynb", notebook(MODEL, parameters=None))
    path = made.analyses / "noise" / "analysis.yml"
    analysis = read_yaml(path)
    write_yaml(path, {**analysis, "notebooks": {"complaints": analysis["notebooks"]["complaints"]}})
    return made


@pytest.fixture(scope="module")
def made(city):
    return candidate(city)


@pytest.fixture
def run_folder(city, made):
    return next(path.parent.parent for path in city.runs.rglob("results/minutes.json"))


def test_a_model_reaches_the_candidate_with_its_download_and_no_person(city, made, run_folder):
    record = read_json(made.folder / "results" / "minutes.json")
    content = record["variants"][0]["content"]
    assert record["kind"] == "model"
    assert [term["term"] for term in content["terms"]] == ["intercept", "again", "older[1]"]
    assert content["terms"][2]["labels"] == {"ko": "집단: 나", "en": "Group: B"}
    assert (content["observations"], content["contributors"], content["errors"]) == (88, 44, "clustered")
    assert (made.folder / "tables" / "minutes.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    ids = set(read_contributions(run_folder, "minutes")["contributor"])
    public = b"".join(path.read_bytes() for path in made.folder.rglob("*") if path.is_file()).decode()
    assert not [one for one in ids if one in public]


def test_a_finding_reads_the_coefficient_of_the_fit_outside(made):
    finding = read_json(made.folder / "results" / "again.json")["variants"][0]["content"]
    model = read_json(made.folder / "results" / "minutes.json")["variants"][0]["content"]
    assert finding["values"]["value"]["number"] == model["terms"][1]["estimate"]
    assert finding["values"]["low"]["number"] == model["terms"][1]["low"]


def test_what_a_kernel_says_of_its_coefficients_is_never_read(run_folder, tmp_path):
    record = read_results(run_folder)["minutes"]
    assert "terms" not in record["content"]
    honest = refit(run_folder, record, Rules(min_contributors=10))
    assert honest == refit(run_folder, {**record, "content": {**record["content"], "terms": [9]}}, Rules(min_contributors=10))


def test_a_model_of_people_that_does_not_count_them_is_refused(run_folder):
    record = read_results(run_folder)["minutes"]
    content = {**record["content"], "people": False}
    with pytest.raises(GateRefused, match="model 'minutes' rests on data about people and does not count them"):
        refit(run_folder, {**record, "content": content}, Rules(min_contributors=10))


def test_a_policy_that_asks_for_more_people_refuses_the_model(run_folder):
    with pytest.raises(GateRefused, match=r"model 'minutes'.*fewer than 50 people"):
        refit(run_folder, read_results(run_folder)["minutes"], Rules(min_contributors=50))


@pytest.mark.parametrize("formula", ["minutes ~ __import__('os').system('x')", "minutes ~ again - 1", "minutes ~ I(again**2)"])
def test_a_formula_that_holds_code_is_refused_before_anything_is_fitted(run_folder, formula):
    record = read_results(run_folder)["minutes"]
    with pytest.raises(UsageError, match="formula"):
        refit(run_folder, {**record, "content": {**record["content"], "formula": formula}}, Rules(min_contributors=10))


def test_a_released_model_is_reproduced_or_named_as_changed(made):
    released = [variant for variant in read_variants(made.folder) if variant.kind == "model"]
    assert [item.verdict for item in compare(released, released)] == ["reproduced"]
    content = {**released[0].content, "terms": [{**term} for term in released[0].content["terms"]]}
    content["terms"][1]["estimate"] += 0.5
    changed = compare(released, [replace(released[0], content=content)])
    assert changed[0].verdict == "differs"
    assert changed[0].reasons[0].startswith("again, estimate: was ")


def rows_of(people: list[int]) -> pd.DataFrame:
    each = np.repeat(people, 2)
    return pd.DataFrame({
        "response": (each % 5).astype(float),
        "x.x": (each % 3).astype(float),
        "x.g": np.where(each % 2 == 0, "a", "b"),
        "contributor": [f"p{number}" for number in each],
    })  # fmt: skip


def layout() -> ModelLayout:
    from workbench.disclosure import Axis

    words = {"ko": "말", "en": "word"}
    axis = Axis("g", ("a", "b"), words, {"ko": ("가", "나"), "en": ("A", "B")})
    return ModelLayout("y ~ x + C(g)", "ols", True, {"y": words, "x": words}, (axis,))


def test_two_models_with_one_person_fewer_differ_by_that_person():
    names, more = groups_of_model(rows_of(list(range(40))), layout())
    _, fewer = groups_of_model(rows_of(list(range(39))), layout())
    assert names == ["all", "g=a", "g=b"]
    one, two = ({(row.cell, row.contributor): row.count for row in groups.itertuples(name="G")} for groups in (more, fewer))
    assert {key for key in one if one[key] != two.get(key)} == {(0, "p39"), (2, "p39")}


def test_two_models_with_dummies_of_neighbouring_ages_differ_by_one_person():
    age = np.arange(60)
    groups = []
    for limit in (40, 41):
        made = pd.DataFrame({
            "response": age % 7.0, "x.x": age % 5.0, "x.young": (age < limit).astype(float),
            "contributor": [f"p{one}" for one in age],
        })  # fmt: skip
        words = {"ko": "말", "en": "word"}
        shape = ModelLayout("y ~ x + young", "ols", True, {"y": words, "x": words, "young": words})
        names, found = groups_of_model(made, shape)
        groups.append(set(found.loc[found["cell"] == names.index("young=1"), "contributor"]))
    assert groups[1] - groups[0] == {"p40"}


def test_a_models_download_runs_no_formula(made):
    record = read_json(made.folder / "results" / "minutes.json")["variants"][0]["content"]
    record["terms"][0]["labels"] = {"ko": "=1+1", "en": "@x"}
    assert "'=1+1,'@x," in model_csv(FittedModel.from_record(record)).decode()


def test_a_record_that_is_no_model_is_refused(made, tmp_path):
    record = read_json(made.folder / "results" / "minutes.json")["variants"][0]["content"]
    for broken in ({"errors": "none"}, {"terms": [{"term": "x", "labels": {}, "residuals": [1]}]}, {"fit": {"r2": "high"}}):
        with pytest.raises(UsageError):
            FittedModel.from_record({**record, **broken})
    write_json(tmp_path / "r.json", record)
    assert FittedModel.from_record(read_json(tmp_path / "r.json")).as_record() == record
