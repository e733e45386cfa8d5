"""A released model in the book: a row a term in each language, what it compares, and who stands behind it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from book_sample import OFFICIAL, seal, two, write_project
from workbench.disclosure import Axis, ModelLayout, Rules, fit_model
from workbench.errors import UsageError
from workbench.files import write_bytes, write_json
from workbench.project import Project
from workbench.publish import build_book
from workbench.publish.models import model_view
from workbench.publish.records import ModelContent
from workbench.publish.settings import read_site, read_words
from workbench.releases.models import model_csv


def fitted(family: str):
    random = np.random.default_rng(3)
    person = np.repeat(np.arange(120), 2)
    season = np.array(["MAM", "JJA", "DJF"])[np.arange(240) % 3]
    rain = random.integers(0, 30, 240) / 10
    seasons = Axis(
        "season",
        ("MAM", "JJA", "DJF"),
        two("계절", "Season"),
        {"ko": ("봄", "여름", "겨울"), "en": ("Spring", "Summer", "Winter")},
    )
    titles = {"trips": two("하루 이동 수", "Trips a day"), "rain": two("비(mm)", "Rain (mm)")}
    rows = pd.DataFrame({
        "response": random.poisson(np.exp(1.2 - 0.2 * rain + 0.3 * (season == "JJA"))),
        "x.rain": rain,
        "x.season": season,
        "contributor": [f"p{one}" for one in person],
    })  # fmt: skip
    layout = ModelLayout("trips ~ rain + C(season)", family, True, titles, (seasons,))
    return fit_model(rows, layout, rules=Rules(min_contributors=10, round=5))


def put(project: Project) -> Path:
    """Put a model into the sample's release of fine dust."""
    release = project.analyses / "fine-dust" / "releases" / "1"
    model = fitted("poisson")
    words = {"basis": "official", "title": two("비와 계절에 따른 이동", "Trips by rain and season"), "note": None}
    variant = {"parameters": {}, "run": "0" * 16, "datasets": OFFICIAL, "content": model.as_record(), **words}
    write_json(
        release / "results" / "rain_model.json",
        {"name": "rain_model", "kind": "model", "notebook": "good-days", "order": 99, "variants": [variant], **words},
    )
    write_bytes(release / "tables" / "rain_model.csv", model_csv(model))
    path = release / "release.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"(?m)^results:\n", "results:\n  rain_model: {kind: model, basis: official, sha256: ''}\n", text), encoding="utf-8"
    )
    return seal(project, release)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    made = write_project(tmp_path_factory.mktemp("models") / "city")
    put(made)
    return made


@pytest.fixture(scope="module")
def site(project) -> Path:
    build_book(project, target=project.site)
    return project.site


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ko",
            (
                "비와 계절에 따른 이동",
                "계수",
                "표준오차",
                "95% 구간",
                "배수",
                "계절: 여름",
                "절편",
                "120명의 관측 240건",
                "비교 기준: 계절 봄",
            ),
        ),
        ("en", ("Trips by rain and season", "Coefficient", "Season: Summer", "Intercept", "240 observations of 120 people")),
    ],
)
def test_a_model_reads_as_a_table_of_its_terms(site, language, words):
    page = (site / language / "fine-dust.html").read_text(encoding="utf-8")
    part = page[page.index("rain-model") :]
    for word in words:
        assert word in part
    assert "rain_model.csv" in part
    assert "잔차 자유도 236" in part if language == "ko" else "residual degrees of freedom 236" in part


def test_an_interval_is_no_minus_and_numbers_are_written_as_published(project):
    content = ModelContent.model_validate(fitted("poisson").as_record())
    words = read_words(project.book, read_site(project.book))["en"].strings["result"]
    view = model_view(content, "en", words=words)
    assert view.columns == ("Coefficient", "Standard error", "95% interval", "Factor")
    rain = next(row for row in view.rows if row.key == "rain")
    assert re.fullmatch("-0\\.\\d+\u00a0to\u00a0-0\\.\\d+", rain.cells[2].text)
    assert model_view(ModelContent.model_validate(fitted("ols").as_record()), "en", words=words).columns[-1] == "95% interval"


def test_a_model_with_an_unknown_part_is_refused_by_the_book(project, tmp_path):
    import shutil

    copy = Project(root=tmp_path / "city")
    shutil.copytree(project.root, copy.root, ignore=shutil.ignore_patterns("site", ".workbench"))
    release = copy.analyses / "fine-dust" / "releases" / "1"
    path = release / "results" / "rain_model.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["variants"][0]["content"]["residuals"] = [1.0]
    write_json(path, record)
    seal(copy, release)
    with pytest.raises(UsageError, match="unknown key 'residuals'"):
        build_book(copy, target=copy.site)
