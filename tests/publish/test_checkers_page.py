"""The page for the two checkers: what it shows, that it loads nothing, and that it is never written where it could be public."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from book_sample import ROOT
from workbench.errors import UsageError
from workbench.files import sha256_file, write_json, write_text
from workbench.publish.checkers_page import checkers_page, write_checkers_page
from workbench.publish.checkers_page.side_by_side import paired_model, paired_notebook, paired_table, sentence_of
from workbench.records import dump_yaml, read_yaml
from workbench.releases.checkers_facts import (
    CheckersFacts,
    DatasetRules,
    LedgerCheck,
    NotebookFacts,
    RemovedOutput,
    ResultFacts,
    Screened,
    Withholding,
    checkers_facts,
    removed_outputs,
)

STYLE = (ROOT / "book" / "theme" / "static" / "site.css").read_text(encoding="utf-8")
WORDS = ROOT / "src/workbench/publish/checkers_page/words"
LAST = ROOT / "analyses/fine-dust/releases/1"
TITLE = {"ko": "미세먼지 <b>", "en": "Fine dust <b>"}
VOID = {"meta", "link", "img", "input", "br", "hr", "path", "rect"}


def first_table(folder: Path) -> tuple[Path, dict[str, Any]]:
    for path in sorted((folder / "results").glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["kind"] == "table":
            return path, record
    raise AssertionError("no table in the sample")


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's release with a number changed, a cell withheld, a result gone, and a notebook reworded."""
    folder = tmp_path_factory.mktemp("checkers") / "candidate"
    shutil.copytree(LAST, folder, ignore=shutil.ignore_patterns("approvals"))
    path, record = first_table(folder)
    content = record["variants"][0]["content"]
    content["values"][0][0], content["values"][1][0], content["state"][1][0] = 987_654, None, "withheld"
    write_json(path, record)
    release = read_yaml(folder / "release.yml")
    gone = next(name for name, listed in release["results"].items() if listed["kind"] == "finding")
    (folder / f"results/{gone}.json").unlink()
    del release["results"][gone]
    notebook = sorted((folder / "notebooks").glob("*.ipynb"))[0]
    cells = json.loads(notebook.read_text(encoding="utf-8"))
    cells["cells"][0]["source"] = (
        "# 새 제목\n\n<script>alert(1)</script>\n\n![x](https://example.org/x.png) [y](https://example.org)"
    )
    write_json(notebook, cells)
    release |= {"release": "fine-dust/2", "number": 2}
    write_text(folder / "release.yml", dump_yaml(release))
    return folder


@pytest.fixture(scope="module")
def facts(candidate: Path) -> CheckersFacts:
    _, record = first_table(candidate)
    shared: dict[str, Any] = {"result": record["name"], "parameters": record["variants"][0]["parameters"], "column": ""}
    withheld = (
        Withholding(**shared, row="첫 칸", reason="few", people="one", rows=(1, 24), of_people=(1, 12), needed=10),
        Withholding(**shared, row="둘째 칸", reason="complement", people="enough", rows=(2, 45), needed=10),
        Withholding(**shared, row="셋째 칸", reason="dominated", people="few", amount=(120.0, float("inf"))),
    )
    rules = (DatasetRules("daily_air", {"ko": "대기질", "en": "Air"}, True, 1, "a" * 64, 10, ((2, 0.9),), 10.0, 5),)
    return checkers_facts(
        candidate,
        last=LAST,
        title=TITLE,
        withheld=withheld,
        rules=rules,
        screened=(Screened("figures/a.svg", "metadata", "phone number"),),
        screened_files=41,
        removed=(RemovedOutput("good-days", 3, "printed"),),
        ledger=LedgerCheck(releases=3, tables=214, cells=812, compared=13_411, doubted=2, unknown=("fine-dust/1#old",)),
    )


@pytest.fixture(scope="module")
def page(facts: CheckersFacts) -> str:
    return checkers_page(facts, style=STYLE)


class Elements(HTMLParser):
    """Elements that are not closed, and everything that a browser would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.loads: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [str(value) for key, value in attrs if key in ("src", "srcset", "data", "poster", "action")]
        self.loads += [str(value) for key, value in attrs if key == "href"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> in line {self.getpos()[0]}")


def words_of(page: str, language: str) -> str:
    part = re.split(r'<div data-language="', page)
    mine = next(one for one in part if one.startswith(language))
    return " ".join(re.sub(r"<[^>]+>", " ", mine).split())


def test_the_page_is_whole_runs_nothing_and_loads_nothing(page: str) -> None:
    found = Elements(page)
    assert (found.open, found.faults) == ([], [])
    assert not found.tags & {"script", "iframe", "object", "embed", "form"}
    assert {address.partition(",")[0].partition(";")[0] for address in found.loads} <= {"data:", "data:image/svg+xml"}
    assert "default-src 'none'" in page


def test_it_says_that_it_is_not_public_in_each_language(page: str) -> None:
    assert "공개하거나 전달하지 마십시오" in words_of(page, "ko")
    assert "Do not publish it or pass it on" in words_of(page, "en")


def test_it_names_the_hash_that_an_approval_signs(page: str, candidate: Path) -> None:
    assert sha256_file(candidate / "release.yml") in words_of(page, "en")


def test_results_fare_as_they_do(facts: CheckersFacts, candidate: Path) -> None:
    _, record = first_table(candidate)
    changed = {one.name for one in facts.of("changed")}
    assert record["name"] in changed
    assert [one.kind for one in facts.of("gone")] == ["finding"] * len(facts.of("gone"))
    assert facts.of("gone")
    assert facts.of("new") == []
    first = facts.of("changed")[0]
    assert [change.is_ for change in first.changes][:2] == [987_654, "withheld"]


def test_a_changed_cell_shows_both_numbers_and_is_marked(facts: CheckersFacts, page: str) -> None:
    one = next(one for one in facts.of("changed") if one.kind == "table")
    table = paired_table(one, "ko", one_column="값")
    marks = [cells[0].mark for _, cells in table.rows]
    assert marks[:2] == ["changed", "changed"]
    assert set(marks[2:]) <= {"same"}
    before = table.rows[0][1][0].before
    assert f"<del>{before}</del> <ins>987,654" in page


def test_withheld_cells_tell_the_reasons_that_the_public_is_not_told(page: str) -> None:
    korean, english = words_of(page, "ko"), words_of(page, "en")
    for said in ("사람이 적음", "다른 칸을 지킴", "한두 사람이 대부분", "1~24건", "1~12명", "필요한 너비 10", "120 이상"):
        assert said in korean
    assert "protects another cell" in english
    assert "fewer than required" in english


def test_what_needs_eyes_stands_first(page: str) -> None:
    korean = words_of(page, "ko")
    first = korean.index("먼저 볼 것")
    for said in ("개인정보로 보이는 내용이 1곳", "판단하지 못한 조합이 2건", "노트북에서 지운 출력이 1개"):
        assert first < korean.index(said) < korean.index("바뀐 결과", first + 200)


def test_rules_ledger_screening_and_checklist_are_told(page: str) -> None:
    english = words_of(page, "en")
    for said in (
        "withheld below 10 people",
        "withheld where the 2 largest make up more than 90 %",
        "counts rounded to multiples of 5",
        "13,411",
        "fine-dust/1#old",
        "Files looked at: 41",
        "good-days · cell 3: printed text",
        "Is data hidden in code or words?",
    ):
        assert said in english


def test_notebooks_stand_side_by_side_and_cannot_bring_markup_or_pictures(page: str) -> None:
    assert "새 제목" in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "example.org" not in page


def test_titles_with_markup_are_only_words(page: str) -> None:
    assert "미세먼지 &lt;b&gt;" in page


def test_the_same_facts_give_the_same_bytes(facts: CheckersFacts, page: str) -> None:
    assert checkers_page(facts, style=STYLE) == page


def test_a_first_candidate_has_nothing_before_it_and_nobody_looked(candidate: Path) -> None:
    facts = checkers_facts(candidate, last=None, title=TITLE)
    assert {one.fate for one in facts.results} == {"new"}
    english = words_of(checkers_page(facts, style=STYLE, languages=("en",)), "en")
    assert "the first release" in english
    assert "Nobody looked for personal data in this candidate" in english
    assert "No cell is withheld" in english


def test_it_is_written_below_the_private_folder_only(facts: CheckersFacts, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is never public"):
        write_checkers_page(tmp_path / "site" / "index.html", facts, style=STYLE)
    written = write_checkers_page(tmp_path / ".workbench/checkers/fine-dust/index.html", facts, style=STYLE)
    assert written.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_style_sheet_that_loads_something_is_refused(facts: CheckersFacts) -> None:
    with pytest.raises(ValueError, match="loads something"):
        checkers_page(facts, style="@import 'https://example.org/a.css';")


def test_a_link_that_leads_outside_the_private_folder_is_followed(facts: CheckersFacts, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / ".workbench").symlink_to(tmp_path / "site")
    with pytest.raises(UsageError, match="is never public"):
        write_checkers_page(tmp_path / "project/.workbench/index.html", facts, style=STYLE)


def test_both_catalogues_have_the_same_texts_with_the_same_places() -> None:
    texts = [yaml.safe_load((WORDS / f"{language}.yml").read_text(encoding="utf-8")) for language in ("ko", "en")]
    flat = [
        {(section, key): set(re.findall(r"{(\w+)}", text)) for section, part in one.items() for key, text in part.items()}
        for one in texts
    ]
    assert list(flat[0]) == list(flat[1])
    assert {key for key in flat[0] if flat[0][key] != flat[1][key]} == set()


def test_cells_of_notebooks_are_aligned_where_they_are_alike() -> None:
    def text(*sources: str) -> str:
        return json.dumps(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources]))

    parts = paired_notebook(NotebookFacts("n", TITLE, text("a = 1", "b = 2"), text("a = 1", "b = 3", "c = 4")), marked="{name}")
    assert [(part.same, part.cells) for part in parts] == [(True, 1), (False, 2)]
    assert "b" in parts[1].before
    assert "c" in parts[1].after


def test_a_model_is_laid_out_by_its_terms_before_and_after() -> None:
    was, now = (
        {"terms": [{"term": "x", "labels": {"ko": "엑스", "en": "X"}, "estimate": one, "se": 0.1}]} for one in (1.5, 1.75)
    )
    one = ResultFacts("m", "model", "n", TITLE, {}, "official", "changed", was, now)
    table = paired_model(one, "en", term="Term")
    assert table.columns == ("coefficient", "standard error")
    assert [(label, [(cell.before, cell.after, cell.mark) for cell in cells]) for label, cells in table.rows] == [
        ("X", [("1.5", "1.75", "changed"), ("0.1", "0.1", "same")])
    ]


def test_a_findings_sentence_is_read_as_the_public_reads_it() -> None:
    content = {"text": {"ko": "{n}일"}, "values": {"n": {"shown": {"ko": "3"}}}}
    assert sentence_of(content, "ko") == "3일"
    assert sentence_of(None, "ko") == ""


def test_removed_outputs_are_told_by_kind_and_never_by_content() -> None:
    shown = {"output_type": "display_data", "data": {"text/html": "<table>secret</table>"}}
    picture = {"output_type": "display_data", "data": {"image/png": "secret"}}
    kept = {"output_type": "display_data", "data": {"x/result": {}, "text/html": "<table></table>"}}
    cells = [{"outputs": [kept]}, {"outputs": [shown, picture, {"output_type": "error", "evalue": "secret"}]}]
    found = removed_outputs("rentals", cells, kept="x/result")
    assert [(one.cell, one.what) for one in found] == [(2, "table"), (2, "picture"), (2, "error")]
    assert "secret" not in repr(found)
