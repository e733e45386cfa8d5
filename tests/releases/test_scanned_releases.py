"""A release and a site are scanned for people: values are found and never repeated, and nothing is passed over."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from demo_city import make_city, take_in, write_yaml
from signed import adopt, key_of
from workbench.bench import Table, render_svg
from workbench.catalog import read_catalog
from workbench.disclosure import Rules, safe_table
from workbench.errors import GateRefused, UsageError
from workbench.files import read_yaml, write_text
from workbench.privacy import protect_dataset
from workbench.project import Project
from workbench.releases.personal_values import PersonalValues, personal_values
from workbench.releases.scanning import ScanReport, require_clean, scan_release, scan_site

PERSON = "person-3107"


def visits() -> pd.DataFrame:
    """Rows with an identifier, a sentence and a length, of made-up people."""
    rows = range(3000)
    return pd.DataFrame({
        "complaint": [f"n-{3000 + row}" for row in rows],
        "person": [f"person-{3000 + row % 1500}" for row in rows],
        "age": [20 + row * 7 % 50 for row in rows],
        "minutes": [round(1 + row * 7 % 300 / 10, 1) for row in rows],
        "metres": [round(10 + row * 37.7 % 9000, 1) for row in rows],
        "said": [f"{row}번 골목 끝집 지하 연습실에서 새벽마다 북소리가 납니다" for row in rows],
        "year": 2021,
        "place": "east",
    })  # fmt: skip


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = make_city(tmp_path_factory.mktemp("master") / "city", official=None)
    catalog = read_yaml(project.catalog)
    word = {"ko": "글", "en": "text"}
    catalog["datasets"]["complaints"]["fields"] |= {
        "minutes": {"type": "number", "reveals": "none", "meaning": word},
        "metres": {"type": "number", "reveals": "none", "meaning": word},
        "said": {"type": "string", "reveals": "free_text", "meaning": word},
    }
    write_yaml(project.catalog, catalog)
    path = project.governance / "policies" / "complaints.yml"
    policy = read_yaml(path)
    policy["version"] = 2
    policy["fields"] |= {"said": {"role": "direct_identifier", "treatment": "drop"}, "metres": {"role": "insensitive"}}
    policy["fields"] |= {"minutes": {"role": "insensitive"}}
    write_yaml(path, policy)
    adopt(project, ["complaints"])
    take_in(project, "complaints", visits(), kind="synthetic")
    protect_dataset(project, read_catalog(project), "complaints")
    return project


@pytest.fixture
def city(master: Project, tmp_path: Path) -> Project:
    shutil.copytree(master.root, tmp_path / "city")
    return Project(root=tmp_path / "city")


def values_of(project: Project) -> PersonalValues:
    return personal_values(project, read_catalog(project))


def scanned(project: Project, **files: str | bytes) -> ScanReport:
    folder = project.candidates / "noise"
    for name, content in {"release.yml": "release: noise/1\n", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return scan_release(folder, personal=values_of(project))


def pseudonym(project: Project) -> str:
    return str(pd.read_parquet(project.protected / "complaints" / "data.parquet")["person"].iloc[0])


def test_a_release_without_people_is_clean(city: Project) -> None:
    report = scanned(
        city,
        **{
            "tables/a.csv": "place,2021\neast,3000\n",
            "results/a.json": json.dumps({"sha256": "60721f8d" * 8, "rows": [[1, 2.5, 3]]}),
        },
    )
    assert report.clean
    assert report.looked_at == 3
    require_clean(report, what="the candidate")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("tables/a.csv", f"x\n{PERSON}\n", "identifier"),
        ("results/a.json", json.dumps({"note": PERSON.replace("-", "_")}), "identifier"),
        ("figures/a.svg", f"<svg><!-- {PERSON} --></svg>", "identifier"),
        ("runs.jsonl", json.dumps({"error": f"KeyError: '{PERSON}'"}) + "\n", "identifier"),
        ("a.csv.gz", gzip.compress(b"n-4711", mtime=0), "identifier"),
        ("notes.txt", "이웃은 '골목 끝집 지하 연습실에서 새벽마다 북소리가' 난다고 했습니다", "text from a personal"),
        ("notes.txt", "담당자 010-1234-5678", "mobile phone"),
        ("notes.txt", "신청인 홍길동 씨", "name of a person"),
        ("a.svg", "<svg><desc>900101-1234567</desc></svg>", "resident"),
        ("tables/a.csv", visits()[["age", "minutes", "metres"]].head().to_csv(), "row about a person"),
    ],
)  # fmt: skip
def test_what_came_from_people_is_found(city: Project, name: str, content: str | bytes, kind: str) -> None:
    report = scanned(city, **{name: content})
    assert [leak.file for leak in report.leaks if kind in leak.kind] == [name]
    with pytest.raises(GateRefused, match=f"the candidate holds what may not be public:\n  - {name}") as refused:
        require_clean(report, what="the candidate")
    assert refused.value.exit_code == 3


def test_a_pseudonym_is_a_value_of_a_person_too(city: Project) -> None:
    report = scanned(city, **{"results/a.json": json.dumps({"who": pseudonym(city)})})
    assert [leak.kind for leak in report.leaks] == ["an identifier from a personal field"]


def test_no_report_repeats_a_value_even_where_a_file_or_a_place_is_named_by_it(city: Project) -> None:
    report = scanned(
        city, **{f"figures/{PERSON}.svg": "<svg/>", "results/a.json": json.dumps({PERSON: {"010-1234-5678": PERSON}})}
    )
    told = f"{report}\n" + "\n".join(map(str, report.leaks))
    assert "person" not in told.replace("a personal field", "").replace("name of a person", "")
    assert "1234" not in told
    assert {leak.where for leak in report.leaks if leak.file.startswith("file ")} == {"its name"}
    assert len(report.leaks) >= 3
    assert PERSON not in (city.cache / "scan.json").read_text(encoding="utf-8")


def test_words_that_are_drawn_as_glyphs_are_read(city: Project) -> None:
    table = Table("t", safe_table(pd.DataFrame({"place": ["a"] * 30}), rows="place", rules=Rules()), {"ko": "민원", "en": "t"})
    svg = render_svg(f"def draw(axes, table, language):\n    axes.set_title('{PERSON}')", table, "en")
    assert PERSON.encode() not in svg
    report = scanned(city, **{"figures/a.svg": svg})
    assert [(leak.where, leak.kind) for leak in report.leaks] == [("drawn words", "an identifier from a personal field")]


def test_what_cannot_be_looked_into_is_refused(city: Project) -> None:
    report = scanned(city, **{"figures/a.pdf": b"%PDF-1.7\x00"})
    assert [str(item) for item in report.unread] == [
        "figures/a.pdf: cannot be looked into, is of no kind that can be looked into"
    ]
    with pytest.raises(GateRefused, match="cannot be looked into"):
        require_clean(report, what="the candidate")


def test_a_link_out_of_the_folder_is_not_followed(city: Project) -> None:
    (city.candidates / "noise").mkdir(parents=True)
    (city.candidates / "noise" / "a.csv").symlink_to(city.catalog)
    assert [item.reason for item in scanned(city).unread] == ["is a link to another file"]


def test_a_file_is_looked_into_again_when_it_or_what_is_known_changes(city: Project) -> None:
    assert scanned(city, **{"a.txt": "person-93107"}).clean
    more = visits()
    more["person"] = more["person"].str.replace("-", "-9")
    take_in(city, "complaints", more, kind="synthetic")
    assert not scanned(city).clean, "the same file, and a person who was not known before"


def test_only_the_named_parts_of_a_site_are_looked_into(city: Project) -> None:
    write_text(city.site / "ko" / "a.html", "<p>x</p>")
    write_text(city.site / "preview" / "a.html", f"<p>{PERSON}</p>")
    assert scan_site(city.site, personal=values_of(city), parts=[city.site / "ko"]).clean
    assert not scan_site(city.site, personal=values_of(city)).clean


def test_protected_rows_that_a_release_offers_are_no_leak_and_pseudonyms_in_them_are(city: Project) -> None:
    rows = pd.read_parquet(city.protected / "complaints" / "data.parquet")
    offered = rows.drop(columns="person").to_csv(index=False)
    assert scanned(city, **{"downloads/complaints.csv": offered}).clean
    assert not scanned(city, **{"downloads/complaints.csv": rows.to_csv(index=False)}).clean


def test_a_text_that_is_public_on_purpose_is_named_with_its_reason_and_no_value_of_a_person_is_let_through(city: Project) -> None:
    files = {"notes.txt": f"문의 02-2133-4567, {PERSON}"}
    assert {leak.kind for leak in scanned(city, **files).leaks} == {"telephone number", "an identifier from a personal field"}
    write_yaml(city.book / "public_texts.yml", {"02-2133-4567": "the parks department answers here", PERSON: "no"})
    assert {leak.kind for leak in scanned(city, **files).leaks} == {"an identifier from a personal field"}
    write_yaml(city.book / "public_texts.yml", {"02-2133-4567": ""})
    with pytest.raises(UsageError, match="a reason"):
        scanned(city, **files)


def test_sealed_rows_stay_closed_and_their_protected_form_stands_in(city: Project) -> None:
    who = pseudonym(city)
    catalog = read_yaml(city.catalog)
    catalog["datasets"]["complaints"]["synthetic"] = False
    write_yaml(city.catalog, catalog)
    known = values_of(city)
    assert known.unopened == ("complaints",)
    assert [leak.kind for leak in scanned(city, **{"a.txt": who}).leaks] == ["an identifier from a personal field"]
    assert key_of("G-1")
