"""A small project to build books from: three urban issues, two of them released, with every case a page must show.

Everything is written here, from real small tables and pictures, so that the tests need no data and no other room.
"""

# ruff: noqa: E501 (texts of two languages stand side by side)
from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from book_votes import two, write_governance
from signed import governance_of, key_of
from workbench.files import sha256_file, write_json, write_text
from workbench.governance.acts.approving import draft_approval
from workbench.governance.acts.drafts import sign_draft
from workbench.places import district_name, districts
from workbench.project import Project
from workbench.publish import Built, build_book
from workbench.records import dump_yaml

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2026, 11, 20)
YEARS = (2018, 2019, 2020, 2021)
GOOD_DAYS = {2018: 130, 2019: 110, 2020: 142, 2021: 172}
MARKUP = "<b>A&B</b> *c* `d` {e} [f](g) <script>window.broken=1</script>"
"""A title that would be markup in HTML, Markdown and MyST."""


@dataclass(frozen=True)
class SampleBook:
    """A project and the book built from it."""

    project: Project
    built: Built

    @property
    def site(self) -> Path:
        return self.built.target

    def page(self, name: str) -> str:
        """The HTML of a page, e.g. ``ko/index``."""
        return (self.site / f"{name}.html").read_text(encoding="utf-8")

    def pages(self) -> list[Path]:
        """Every HTML page of both trees."""
        return sorted(path for language in self.built.languages for path in (self.site / language).rglob("*.html"))


@cache
def build_sample(root: Path) -> SampleBook:
    """Write the sample project and build its book, once for all rooms' tests: it takes seconds."""
    project = write_project(root)
    return SampleBook(project, build_book(project, target=project.site))


@pytest.fixture(scope="session")
def sample_book(tmp_path_factory: pytest.TempPathFactory) -> SampleBook:
    """The sample's book; tests only read it."""
    return build_sample(tmp_path_factory.getbasetemp() / "sample-book")


def write_project(root: Path) -> Project:
    """Write the sample project into an empty folder."""
    project = Project(root=root)
    shutil.copytree(ROOT / "book", project.book)
    _write_catalog(project)
    write_governance(project)
    write_fine_dust(project)
    write_bike_routes(project)
    write_meal_cards(project)
    return project


def _dump(path: Path, value: Any) -> None:
    write_text(path, dump_yaml(value))


def _field(kind: str, ko: str, en: str, reveals: str = "none", **more: Any) -> dict[str, Any]:
    return {"type": kind, "meaning": two(ko, en), "reveals": reveals, **more}


def _dataset(title: dict[str, str], issue: str, fields: dict[str, Any], key: list[str], **more: Any) -> dict[str, Any]:
    return {
        "title": title,
        "description": two(f"{title['ko']}입니다.", f"{title['en']}."),
        "owner": two("서울특별시", "Seoul Metropolitan Government"),
        "sector": "public",
        "licence": "KOGL type 1",
        "licence_verified": False,
        "source": {"title": two("서울 열린데이터광장", "Seoul Open Data Plaza"), "identifier": "OA-2218"},
        "period": "2018–2021",
        "update": "daily",
        "issues": [issue],
        "fields": fields,
        "key": key,
        "sort": key,
        **more,
    }


def _write_catalog(project: Project) -> None:
    air = {
        "date": _field("date", "측정한 날", "Day of measurement", "time", required=True),
        "district": _field("string", "자치구", "District", "place"),
        "pm25_ug_m3": _field(
            "number", "초미세먼지(PM2.5) 하루 평균", "Daily mean of fine particles (PM2.5)", unit="µg/m³", limits=[0, 1000]
        ),
    }
    trips = {
        "trip_id": _field("string", "이용 번호", "Trip number", "direct_identifier", required=True),
        "rider_age": _field("integer", "탄 사람의 나이", "Age of the rider", "quasi_identifier", limits=[10, 100]),
        "hour": _field("integer", "시", "Hour", "time"),
    }
    datasets = {
        "daily_air": _dataset(
            two("일별 대기질", "Daily air quality"), "fine-dust", air, ["date", "district"], stand_in="daily_air_synthetic"
        ),
        "daily_air_synthetic": _dataset(
            two("일별 대기질(합성)", "Daily air quality (synthetic)"),
            "fine-dust",
            air,
            ["date", "district"],
            synthetic=True,
            licence="CC0-1.0",
        ),
        "bike_trips": _dataset(
            two("자전거 이용", "Bicycle trips"), "bike-routes", trips, ["trip_id"], synthetic=True, licence="CC0-1.0"
        ),
        "meal_card_purchases": _dataset(
            two("급식카드 이용", "Meal-card purchases"), "meal-cards", trips, ["trip_id"], synthetic=True, licence="CC0-1.0"
        ),
    }
    _dump(project.catalog, {"datasets": datasets})


def _axis(name: str, ko: str, en: str, keys: list[Any], labels_ko: list[str], labels_en: list[str]) -> dict[str, Any]:
    return {"name": name, "title": two(ko, en), "keys": keys, "labels": {"ko": labels_ko, "en": labels_en}}


def _years() -> dict[str, Any]:
    return _axis("year", "연도", "Year", list(YEARS), [f"{year}년" for year in YEARS], [str(year) for year in YEARS])


def _table(rows: dict[str, Any], columns: dict[str, Any] | None, values: list[list[Any]], **more: Any) -> dict[str, Any]:
    """A table; None is a withheld cell, the word 'empty' an empty one."""
    state = [["withheld" if cell is None else "empty" if cell == "empty" else "shown" for cell in row] for row in values]
    plain = [[None if cell == "empty" else cell for cell in row] for row in values]
    return {
        "rows": rows,
        "columns": columns,
        "statistic": "count",
        "unit": None,
        "decimals": 0,
        "contributors": None,
        "values": plain,
        "state": state,
        **more,
    }


def bars_svg(values: dict[Any, float], title: str) -> str:
    """A bar chart drawn by hand, on white as matplotlib's are."""
    top, step = max(values.values()), 560 / len(values)
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320" width="640" height="320">',
        '<rect width="640" height="320" fill="#fff"/>',
    ]
    for number, (label, value) in enumerate(values.items()):
        height = 230 * value / top
        x = 50 + number * step
        parts.append(f'<rect x="{x:.1f}" y="{270 - height:.1f}" width="{step * 0.62:.1f}" height="{height:.1f}" fill="#0b5f5a"/>')
        middle = x + step * 0.31
        parts.append(
            f'<text x="{middle:.1f}" y="{262 - height:.1f}" font-size="15" text-anchor="middle" font-family="sans-serif">{value:g}</text>'
        )
        parts.append(
            f'<text x="{middle:.1f}" y="295" font-size="15" text-anchor="middle" font-family="sans-serif">{label}</text>'
        )
    parts += [f"<title>{title}</title>", "</svg>"]
    return "\n".join(parts) + "\n"


def _used(dataset: str, kind: str, rows: int, source: str) -> dict[str, Any]:
    policy = {"version": 1, "sha256": "c" * 64}
    plain = {"dataset": dataset, "kind": kind, "rows": rows, "sha256": "a" * 64, "policy": policy, "sources": [source]}
    return {dataset: {**plain, "personal": False, "min_contributors": 0}}


OFFICIAL = _used("daily_air", "official", 16000, "daily_air_2021.csv")
SYNTHETIC = _used("bike_trips", "synthetic", 200000, "synthetic city")


def _result(
    name: str,
    kind: str,
    notebook: str,
    title: dict[str, str] | None,
    variants: list[tuple[dict[str, Any], dict[str, Any]]],
    **more: Any,
) -> dict[str, Any]:
    basis = more.pop("basis", "official")
    used = OFFICIAL if basis == "official" else SYNTHETIC
    note = more.pop("note", None)
    words = {"basis": basis, "title": title, "note": note}
    return {
        "name": name,
        "kind": kind,
        "notebook": notebook,
        "order": more.pop("order", 0),
        "variants": [
            {"parameters": parameters, "run": f"{number:016x}", "datasets": used, "content": content, **words}
            for number, (parameters, content) in enumerate(variants)
        ],
        **words,
        **more,
    }


def _finding(ko: str, en: str, number: float, shown: str) -> dict[str, Any]:
    return {
        "text": two(ko, en),
        "values": {"value": {"number": number, "shown": two(shown, shown), "expression": ["at", "t", 0, 0]}},
    }


def _cell(kind: str, text: str, lang: str | None = None, shows: tuple[str, str] | None = None) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {"lang": lang} if lang else {}, "source": text}
    if kind == "code":
        data = {"application/vnd.workbench.result+json": {"kind": shows[0], "name": shows[1]}} if shows else {}
        cell |= {
            "execution_count": None,
            "outputs": [{"output_type": "display_data", "metadata": {}, "data": data}] if shows else [],
        }
    return cell


def _notebook(cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _analysis(issue: str, title: dict[str, str], question: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"issue": issue, "title": title, "question": question, "authors": ["C-2", "G-2"], **more}


LIMITS = [
    two(
        "하루 평균을 정수로 반올림한 뒤 15 이하인 날을 세었습니다. 반올림하지 않으면 2021년은 166일입니다.",
        "Days are counted after rounding the daily mean to a whole number; without rounding 2021 has 166.",
    ),
    two(
        "측정소가 놓인 자리의 공기입니다. 골목이나 실내의 공기가 아닙니다.",
        "This is the air where stations stand, not in side streets or indoors.",
    ),
]
MISSING = two(
    "측정소에서 먼 곳에 사는 사람, 실내에서 오래 일하는 사람의 노출은 이 자료에 없습니다.",
    "The exposure of people who live far from a station or work indoors is not in this data.",
)


def write_fine_dust(project: Project, *, title: dict[str, str] | None = None) -> Path:
    """Write the urban issue with official results: a grid of years, a map, and titles with markup."""
    folder = project.analyses / "fine-dust"
    _dump(
        folder / "analysis.yml",
        _analysis(
            "fine-dust",
            two("미세먼지", "Fine dust"),
            two("숨쉬기 좋은 날은 늘고 있습니까?", "Are there more days with good air?"),
            summary=two(
                "초미세먼지가 ‘좋음’인 날은 2018년부터 2021년까지 늘었습니다.",
                "Days with good air became more frequent from 2018 to 2021.",
            ),
            datasets=["daily_air"],
            notebooks={
                "good-days": {"title": two("좋은 날 세기", "Counting good days"), "grid": {"year": {"from": "daily_air"}}}
            },
            page={
                "answer": ["good_days_answer", "mean_answer"],
                "results": ["good_days", "by_district", "by_month"],
                "limits": LIMITS,
                "missing": MISSING,
            },
        ),
    )
    release = folder / "releases" / "1"
    days = _table(_years(), None, [[GOOD_DAYS[year]] for year in YEARS], unit=two("일", "days"))
    names = [str(name) for name in districts()["name_ko"]]
    by_district = [
        (
            {"year": year},
            _table(
                _axis(
                    "district",
                    "자치구",
                    "District",
                    [*names, "total"],
                    [*names, "서울 전체"],
                    [*(district_name(name, "en") for name in names), "All of Seoul"],
                ),
                None,
                [[round(17 + (number * 7 + year) % 11 * 0.73, 2)] if number != 3 else ["empty"] for number in range(25)]
                + [[19.75]],
                statistic="mean",
                unit=two("µg/m³", "µg/m³"),
                decimals=1,
            ),
        )
        for year in YEARS
    ]
    months = [str(month) for month in range(1, 13)]
    by_month = _table(
        _axis("month", "월", "Month", list(range(1, 13)), [f"{month}월" for month in months], months),
        _years(),
        [[round(14 + (month * 5 + year) % 17 * 1.1, 2) for year in YEARS] for month in range(1, 13)],
        statistic="mean",
        unit=two("µg/m³", "µg/m³"),
        decimals=1,
    )
    answer = [
        (
            {"year": year},
            _finding(
                f"{year}년에 초미세먼지가 ‘좋음’인 날은 {{value}}일이었습니다.",
                f"In {year}, {{value}} days had good air.",
                GOOD_DAYS[year],
                str(GOOD_DAYS[year]),
            ),
        )
        for year in YEARS
    ]
    write_text(
        release / "figures" / "good_days.figure.ko.svg",
        bars_svg({f"{year}년": value for year, value in GOOD_DAYS.items()}, "좋은 날"),
    )
    write_text(release / "figures" / "good_days.figure.en.svg", bars_svg(dict(GOOD_DAYS), "Good days"))
    chart = {
        "table": "good_days",
        "alt": two(
            "막대그림. 좋음인 날은 2018년 130일, 2019년 110일, 2020년 142일, 2021년 172일입니다.",
            "Bar chart. Good days: 130 in 2018, 110 in 2019, 142 in 2020, 172 in 2021.",
        ),
        "files": two("figures/good_days.figure.ko.svg", "figures/good_days.figure.en.svg"),
    }
    over_standard = [
        ({"year": year}, _table(_axis("year", "연도", "Year", [year], [f"{year}년"], [str(year)]), None, [[year - 1960]]))
        for year in YEARS
    ]
    results = [
        _result("over_standard", "table", "good-days", two("기준을 넘은 날", "Days over the standard"), over_standard),
        _result("good_days", "table", "good-days", two("초미세먼지가 좋음인 날", "Days with good air"), [({}, days)]),
        _result(
            "good_days.figure",
            "figure",
            "good-days",
            two("좋음인 날은 해마다 며칠이었나", "How many good days a year"),
            [({}, chart)],
            note=two("25개 자치구 측정소의 평균", "Mean of the 25 district stations"),
        ),
        _result("good_days_answer", "finding", "good-days", two("좋음인 날", "Good days"), answer),
        _result(
            "mean_answer",
            "finding",
            "good-days",
            None,
            [({}, _finding("2021년 평균 농도는 {value} µg/m³입니다.", "The mean of 2021 is {value} µg/m³.", 19.75, "19.8"))],
        ),
        _result("by_district", "table", "good-days", two("자치구마다 다른 농도", "Concentration by district"), by_district),
        _result("by_month", "table", "good-days", title or two(MARKUP, MARKUP), [({}, by_month)]),
    ]
    cells = [
        _cell("markdown", "# 좋은 날 세기\n\n초미세먼지가 **15 이하**인 날을 셉니다.\n\n## 자료", "ko"),
        _cell("markdown", "# Counting good days\n\nCounts days of **15 or less**.\n\n## Data", "en"),
        _cell(
            "code",
            "import workbench\n\nbench = workbench.open('fine-dust')\nair = bench.load('daily_air', where=[('year', '<', 2022)])  # <b>",
        ),
        _cell("code", "bench.table('good_days', air, rows='year')", shows=("table", "good_days")),
        _cell("code", "bench.figure('good_days', table, draw)", shows=("figure", "good_days.figure")),
        _cell("markdown", "공통 설명 `code` <i>raw</i>"),
        _cell("code", "bench.finding('good_days_answer', text, value=table.at[2021])", shows=("finding", "good_days_answer")),
    ]
    return write_release(project, release, results, notebooks={"good-days": (two("좋은 날 세기", "Counting good days"), cells)})


def write_bike_routes(project: Project) -> Path:
    """Write the urban issue with synthetic results: withheld cells, and a grid of two parameters."""
    folder = project.analyses / "bike-routes"
    _dump(
        folder / "analysis.yml",
        _analysis(
            "bike-routes",
            two("자전거길", "Bicycle routes"),
            two("따릉이는 언제 어디로 가장 많이 다닙니까?", "When and where do public bicycles go most?"),
            datasets=["bike_trips"],
            notebooks={"hours": {"title": two("시간대별 이용", "Use by hour"), "grid": {"district": ["강남구", "마포구"]}}},
            page={"answer": ["peak"], "results": ["by_hour"], "limits": LIMITS[1:], "missing": MISSING},
        ),
    )
    weekdays = ["월", "화", "수", "목", "금", "토", "일"]
    hours = list(range(5, 12))
    variants = []
    for shift, district in enumerate(("강남구", "마포구")):
        values: list[list[Any]] = [
            [((hour * 37 + day * 11 + shift * 5) % 90 + 10) // 5 * 5 for day in range(7)] for hour in hours
        ]
        values[0][5] = values[0][6] = values[1][5] = values[1][6] = None
        values[6][0] = "empty"
        table = _table(
            _axis("hour", "시", "Hour", hours, [f"{hour}시" for hour in hours], [f"{hour}:00" for hour in hours]),
            _axis("weekday", "요일", "Weekday", list(range(7)), weekdays, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]),
            values,
            contributors="people",
            unit=two("건", "trips"),
        )
        variants.append(({"district": district}, {**table, "rounded_to": 5}))
    peak = [
        ({"district": name}, _finding("가장 붐비는 때는 {value}시입니다.", "The busiest hour is {value}:00.", hour, str(hour)))
        for name, hour in (("강남구", 8), ("마포구", 18))
    ]
    results = [
        _result("by_hour", "table", "hours", two("요일과 시간대별 이용", "Use by weekday and hour"), variants, basis="synthetic"),
        _result("peak", "finding", "hours", two("가장 붐비는 때", "Busiest hour"), peak, basis="synthetic"),
    ]
    cells = [
        _cell("markdown", "시간대별 이용을 셉니다.", "ko"),
        _cell("markdown", "Counts use by hour.", "en"),
        _cell("code", "table", shows=("table", "by_hour")),
    ]
    return write_release(
        project,
        folder / "releases" / "1",
        results,
        notebooks={"hours": (two("시간대별 이용", "Use by hour"), cells)},
        downloads={"bike_trips": "hour,district\n8,강남구\n18,마포구\n"},
    )


def write_meal_cards(project: Project) -> None:
    """Write the urban issue that has nothing released."""
    _dump(
        project.analyses / "meal-cards" / "analysis.yml",
        _analysis(
            "meal-cards",
            two("급식카드", "Meal cards"),
            two("아이들은 급식카드로 어디에서 먹습니까?", "Where do children eat with a meal card?"),
            datasets=["meal_card_purchases"],
            notebooks={"where": {"title": two("먹는 곳", "Places to eat")}},
            page={"limits": LIMITS[1:], "missing": MISSING},
        ),
    )


def write_release(
    project: Project,
    release: Path,
    results: list[dict[str, Any]],
    *,
    notebooks: dict[str, tuple[dict[str, str], list[dict[str, Any]]]],
    downloads: dict[str, str] | None = None,
) -> Path:
    """Write a release's files and seal it: hashes and both approvals. ``downloads`` are the texts of offered datasets."""
    for dataset, text in (downloads or {}).items():
        write_text(release / "downloads" / f"{dataset}.csv", text)
        write_json(release / "downloads" / f"{dataset}.csv-metadata.json", {"url": f"{dataset}.csv"})
    for result in results:
        write_json(release / "results" / f"{result['name']}.json", result)
        if result["kind"] == "table":
            for variant in result["variants"]:
                name = result["name"] + "".join(f".{key}-{value}" for key, value in variant["parameters"].items())
                lines = [",".join(map(str, row)) for row in variant["content"]["values"]]
                write_text(release / "tables" / f"{name}.csv", "\ufeff" + "\r\n".join(lines) + "\r\n")
    for name, (_, cells) in notebooks.items():
        write_json(release / "notebooks" / f"{name}.ipynb", _notebook(cells))
    write_json(release / "risk.json", {"withheld": 0})
    issue, number = release.parent.parent.name, int(release.name)
    bases = {result["basis"] for result in results}
    record = {
        "release": f"{issue}/{number}",
        "issue": issue,
        "number": number,
        "created": DAY,
        "authors": ["C-2", "G-2"],
        "basis": bases.pop() if len(bases) == 1 else "mixed",
        "notebooks": [{"name": name, "title": title} for name, (title, _) in notebooks.items()],
        "results": {result["name"]: {"kind": result["kind"], "basis": result["basis"], "sha256": ""} for result in results},
        "downloads": {dataset: _download(dataset, text) for dataset, text in (downloads or {}).items()},
        "files": {},
        "tolerance": {"rtol": 1e-6},
    }
    _dump(release / "release.yml", record)
    return seal(project, release)


def _download(dataset: str, text: str) -> dict[str, Any]:
    return {
        "kind": "synthetic",
        "personal": True,
        "rows": len(text.splitlines()) - 1,
        "policy": {"version": 1, "sha256": "0" * 64},
        "guarantee": {"k": 5},
        "suppressed": 0.025,
        "file": f"downloads/{dataset}.csv",
        "description": f"downloads/{dataset}.csv-metadata.json",
        "sha256": "0" * 64,
    }


def seal(project: Project, release: Path, *, approve: bool = True) -> Path:
    """Write the hashes of a release's files and both sides' approvals anew, as `release` and `approve` do."""
    path = release / "release.yml"
    record = yaml.safe_load(path.read_text(encoding="utf-8"))
    shutil.rmtree(release / "approvals", ignore_errors=True)
    files = sorted(file for file in release.rglob("*") if file.is_file() and file != path)
    record["files"] = {str(file.relative_to(release)): sha256_file(file) for file in files}
    for name, entry in record["results"].items():
        entry["sha256"] = sha256_file(release / "results" / f"{name}.json")
    _dump(path, record)
    name = project.relative(project.analyses / str(record["issue"]) / "releases" / str(record["number"]) / "release.yml")
    for seat in ("G-1", "C-1") if approve else ():
        sign_draft(draft_approval(governance_of(project, today=DAY), release, seat=seat, name=name, today=DAY), key_of(seat))
    return release


def edit_result(project: Project, issue: str, name: str, change: Any) -> None:
    """Change a released result and seal the release again."""
    path = project.analyses / issue / "releases" / "1" / "results" / f"{name}.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    write_json(path, value)
    seal(project, project.analyses / issue / "releases" / "1")
