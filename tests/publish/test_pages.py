"""What a reader finds on the pages of a built book."""

from __future__ import annotations

import csv
import io
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from book_sample import GOOD_DAYS, MARKUP, SampleBook
from workbench.publish.refusals import REASONS

LOOKED_UP = (
    *("basis", "sides", "roles", "sectors", "rhythms", "types", "reveals", "parameters", "outcomes", "choices", "standings"),
    *("shares", "refusals", "policy_states", "present", "answers", "obstacle_kinds", "contribution_kinds", "contribution_states"),
    *("channels", "recommendation_states", "corrections"),
)
"""Sections of strings whose keys are values of files: t.sides[side]."""

VOID = {"meta", "link", "img", "input", "br", "hr", "path", "rect", "circle"}


class Page(HTMLParser):
    """A page's elements in order: (tag, attributes), its text, and whether every element was closed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at line {self.getpos()[0]}")

    def handle_data(self, data):
        if self.open[-1:] not in (["script"], ["style"]):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def pages(sample_book: SampleBook) -> dict[str, Page]:
    return {str(path.relative_to(sample_book.site)): Page(path) for path in sample_book.pages()}


def text_of(pages: dict[str, Page], name: str) -> str:
    return " ".join(pages[f"{name}.html"].text.split())


def test_both_languages_have_the_same_pages(pages):
    korean = {name.removeprefix("ko/") for name in pages if name.startswith("ko/")}
    english = {name.removeprefix("en/") for name in pages if name.startswith("en/")}
    assert korean == english
    assert {"index.html", "fine-dust.html", "fine-dust/good-days.html", "bike-routes/hours.html", "meal-cards.html"} <= korean
    assert {"data.html", "decisions.html", "about.html", "search.html"} <= korean


def test_every_page_says_its_language_and_leads_to_itself_in_the_other(pages, sample_book):
    for name, page in pages.items():
        language, _, rest = name.partition("/")
        other = "en" if language == "ko" else "ko"
        assert page.all("html")[0]["lang"] == language
        alternates = {link["hreflang"]: link["href"] for link in page.all("link") if link.get("rel") == "alternate"}
        assert set(alternates) == {"ko", "en", "x-default"}, name
        for place in (alternates[other], *(link["href"] for link in page.all("a") if link.get("hreflang") == other)):
            assert (sample_book.site / name).parent.joinpath(place).resolve() == (sample_book.site / other / rest).resolve(), name


def test_every_page_has_one_heading_a_main_part_and_closed_elements(pages):
    for name, page in pages.items():
        assert len(page.all("h1")) == 1, name
        assert len(page.all("main")) == 1, name
        assert page.faults == [], name
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids)), (name, sorted(identifier for identifier in ids if ids.count(identifier) > 1))


def test_headings_never_skip_a_level(pages):
    for name, page in pages.items():
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), (name, levels)


def test_every_picture_field_button_and_region_has_a_name(pages):
    for name, page in pages.items():
        assert all(image.get("alt") for image in page.all("img")), name
        assert all(part.get("aria-label") for _, part in page.elements if part.get("role") in ("region", "group")), name
        assert all(nav.get("aria-label") or nav.get("aria-labelledby") for nav in page.all("nav")), name
        assert all(cell.get("scope") for cell in page.all("th")), name


def test_nothing_is_loaded_from_another_host(pages, sample_book):
    loading = [
        (name, tag, key, attributes[key])
        for name, page in pages.items()
        for tag, attributes in page.elements
        for key in ("src", "srcset", "data", "action", "poster")
        if key in attributes and urlsplit(attributes[key]).netloc
    ]
    loading += [
        (name, "link", "href", link["href"])
        for name, page in pages.items()
        for link in page.all("link")
        if urlsplit(link["href"]).netloc
    ]
    assert loading == []
    assert not re.search(r"url\(\s*['\"]?(https?:)?//", (sample_book.site / "ko/_static/site.css").read_text(encoding="utf-8"))
    assert "document.cookie" not in (sample_book.site / "ko/_static/site.js").read_text(encoding="utf-8")


def test_every_link_inside_the_site_arrives(pages, sample_book):
    ids = {name: {attributes["id"] for _, attributes in page.elements if "id" in attributes} for name, page in pages.items()}
    lost = []
    for name, page in pages.items():
        for link in page.all("a"):
            parts = urlsplit(link["href"])
            if parts.scheme or parts.netloc:
                continue
            target = (
                (sample_book.site / name).parent.joinpath(unquote(parts.path)).resolve()
                if parts.path
                else sample_book.site / name
            )
            if not target.is_file() or (
                parts.fragment
                and unquote(parts.fragment) not in ids.get(str(target.relative_to(sample_book.site.resolve())), set())
            ):
                lost.append((name, link["href"]))
    assert lost == []


def test_an_issue_page_holds_everything_it_owes_the_reader(pages):
    text = text_of(pages, "ko/fine-dust")
    for owed in (
        "숨쉬기 좋은 날은 늘고 있습니까?",
        "2021년에 초미세먼지가 ‘좋음’인 날은 172일이었습니다.",
        "반올림하지 않으면 2021년은 166일입니다.",
        "측정소에서 먼 곳에 사는 사람",
        "공식 통계",
        "KOGL type 1",
        "서울특별시",
        "양쪽 모두 승인",
        "자리 G-1",
        "자리 C-1",
        "양쪽은 어떻게 결정했나",
        "좋은 날 세기",
    ):
        assert owed in text, owed


def test_all_years_of_a_finding_stand_beside_the_newest(pages):
    text = text_of(pages, "en/fine-dust")
    for year, days in GOOD_DAYS.items():
        assert re.search(rf"{year}\s*{days}\b", text), year


def test_each_variant_of_a_grid_is_there_the_newest_first_and_open(sample_book):
    page = sample_book.page("en/fine-dust")
    group = page[page.index('class="variants"') :]
    found = re.findall(r"<details( open)? data-title=[^>]*><summary>(\d{4})</summary>", group)
    assert found == [(" open", "2021"), ("", "2020"), ("", "2019"), ("", "2018")]


def test_a_figure_stands_with_its_description_its_table_and_its_downloads(pages, sample_book):
    page = pages["en/fine-dust.html"]
    picture = next(image for image in page.all("img") if "good_days.figure" in image["src"])
    assert picture["alt"].startswith("Bar chart.")
    assert picture["src"].endswith(".en.svg")
    assert (picture["width"], picture["height"]) == ("640", "320")
    downloads = [link["href"] for link in page.all("a") if "download" in link]
    assert "files/fine-dust/tables/good_days.csv" in downloads
    assert picture["src"] in downloads
    assert (
        text_of(pages, "en/fine-dust").count("Days with good air") == 1
    )  # the table's caption; it does not stand again by itself


def test_downloads_are_the_released_bytes(sample_book):
    released = sample_book.project.analyses / "bike-routes" / "releases" / "1"
    for language in ("ko", "en"):
        copied = sample_book.site / language / "files" / "bike-routes"
        for path in (path for path in released.rglob("*") if path.is_file()):
            assert (copied / path.relative_to(released)).read_bytes() == path.read_bytes()
    text = (sample_book.site / "ko/files/bike-routes/tables/by_hour.district-강남구.csv").read_bytes().decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == 7


def test_withheld_and_empty_cells_say_so_and_are_no_zeros(sample_book):
    page = sample_book.page("ko/bike-routes")
    first = page[page.index("<table>") : page.index("</table>")]
    assert first.count('<td class="withheld">비공개</td>') == 4
    assert first.count('<td class="empty">자료 없음</td>') == 1
    assert ">0<" not in first
    assert "‘비공개’ 4칸은" in page


def test_a_table_of_rounded_counts_says_to_what_they_were_rounded(sample_book):
    assert "수는 가장 가까운 5의 배수로 반올림해" in sample_book.page("ko/bike-routes")
    assert "Counts are rounded to the nearest multiple of 5, halves up" in sample_book.page("en/bike-routes")
    assert "rounded-note" not in sample_book.page("en/fine-dust")


def test_synthetic_results_are_marked_wherever_they_stand(sample_book):
    warning = "They say nothing about the real one."
    for name in ("en/bike-routes", "en/bike-routes/hours"):
        assert warning in sample_book.page(name), name
    assert 'class="basis synthetic"' in sample_book.page("en/index")
    assert warning not in sample_book.page("en/fine-dust")


def test_an_issue_without_a_release_says_so(pages):
    text = text_of(pages, "en/meal-cards")
    assert "Nothing released yet" in text
    assert "The two sides did not agree to look into this issue." in text
    assert "Meal-card purchases" in text


def test_an_issue_that_was_only_proposed_has_a_page(pages):
    text = text_of(pages, "ko/donations")
    assert "이 문제를 따질지 정하는 투표를 아직 마감하지 않았습니다." in text
    assert "2026-11-23까지 투표" in text
    assert "좋음인 날 수" in text  # how success would be measured
    assert "172일 (2021, 일별 대기질)" in text  # and where it stands today
    front = text_of(pages, "ko/index")
    assert (
        front.index("제안되었으나 아직 합의되지 않은 문제")
        < front.index("급식카드 합의되지 않음")
        < front.index("기부 2026-11-23까지 투표")
    )


def test_variants_of_one_row_stand_in_one_table(sample_book):
    page = sample_book.page("en/fine-dust")
    block = page[page.index('id="fine-dust-result-over-standard"') :]
    table = block[block.index("<table>") : block.index("</table>")]
    assert re.findall(r'<th scope="row">(\d+)</th><td class="shown">(\d+)</td>', table) == [
        ("2018", "58"),
        ("2019", "59"),
        ("2020", "60"),
        ("2021", "61"),
    ]
    assert block.index("over_standard.year-2018.csv") < block.index("over_standard.year-2021.csv")


def test_what_the_plan_does_not_name_stands_folded_below(sample_book):
    page = sample_book.page("ko/fine-dust")
    assert page.index("그 밖의 결과") < page.index('id="fine-dust-result-over-standard"')
    assert '<details class="fold more-result" id="fine-dust-result-over-standard">' in page


def test_a_map_names_every_district_and_leads_to_its_row(pages):
    page = pages["ko/fine-dust.html"]
    areas = [link for link in page.all("a") if re.match(r"#fine-dust-result-by-district-1-", link["href"])]
    assert len(areas) == 25
    assert "종로구: " in areas[0]["aria-label"]
    assert sum("자료 없음" in area["aria-label"] for area in areas) == 1
    assert "국토지리정보원" in text_of(pages, "ko/fine-dust")


def test_a_notebook_shows_one_language_folded_code_and_released_results(pages, sample_book):
    korean, english = text_of(pages, "ko/fine-dust/good-days"), text_of(pages, "en/fine-dust/good-days")
    assert "15 이하인 날을 셉니다." in korean
    assert "Counts days of" not in korean
    assert "Counts days of 15 or less." in english
    assert "공통 설명" in english  # a cell without a language stands in both
    html = sample_book.page("en/fine-dust/good-days")
    assert html.count('<details class="code"><summary>Show code</summary>') == 4
    assert "172" in english
    assert "Bar chart." in html
    assert "application/vnd.workbench.result+json" not in html


def test_words_from_files_never_become_markup(pages, sample_book):
    for name in ("ko/fine-dust", "en/fine-dust"):
        assert MARKUP in text_of(pages, name)
        assert "<script>window.broken" not in sample_book.page(name)
    assert "&lt;i&gt;raw&lt;/i&gt;" in sample_book.page("ko/fine-dust/good-days")
    index = (sample_book.site / "ko/searchindex.js").read_text(encoding="utf-8")
    assert "<script>" not in index


def test_the_data_page_says_what_each_field_means_and_reveals(pages):
    text = text_of(pages, "ko/data")
    for owed in (
        "초미세먼지(PM2.5) 하루 평균",
        "µg/m³",
        "0–1,000",
        "확인하지 않음",
        "누구인지(직접 식별자)",
        "CC0-1.0",
        "공식 자료와 같습니다",
    ):
        assert owed in text, owed


def test_every_page_of_a_demonstration_says_so(pages):
    for name in pages:
        assert ("시연" if name.startswith("ko/") else "Demonstration") in text_of(pages, name.removesuffix(".html")), name


def test_no_page_of_the_public_book_is_a_draft(sample_book):
    assert not any('class="banner draft"' in path.read_text(encoding="utf-8") for path in sample_book.pages())


def test_the_front_door_leads_to_both_languages_without_javascript(sample_book):
    page = (sample_book.site / "index.html").read_text(encoding="utf-8")
    assert '<a href="ko/index.html" hreflang="ko" lang="ko">한국어</a>' in page
    assert '<a href="en/index.html" hreflang="en" lang="en">English</a>' in page
    assert "서울, 숫자로 묻다" in page


def test_every_string_of_the_catalogues_is_used():
    from book_sample import ROOT
    from workbench.files import read_yaml

    theme = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "book" / "theme").rglob("*.*") if path.suffix != ".css"
    )
    program = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "workbench" / "publish").glob("*.py"))
    by_value = {section: set(REASONS) | {"other"} if section == "refusals" else None for section in LOOKED_UP}
    patterned = re.compile(r"^(statistic_|menu_|group_|nothing_|step_)")
    catalogue = read_yaml(ROOT / "book" / "strings" / "en.yml")
    assert all(set(catalogue[section]) == keys for section, keys in by_value.items() if keys)
    unused = [
        f"{section}.{key}"
        for section, entries in catalogue.items()
        if section not in LOOKED_UP
        for key in entries
        if not patterned.match(key)
        and f"t.{section}.{key}" not in theme
        and not (section == "frame" and (f"s.{key}" in theme or f'"{key}"' in program))
        and not (section == "result" and f'"{key}"' in program)
    ]
    assert unused == []


def test_a_dataset_that_a_release_offers_is_a_file_with_what_protects_it(pages, sample_book):
    for language, words in (
        ("ko", ("내려받을 수 있는 자료", "2행", "5명 이상", "2.5 %의 행은 뺐습니다")),
        ("en", ("Data to download", "2 rows about people", "at least 5 people", "2.5 % of the rows")),
    ):
        text = text_of(pages, f"{language}/bike-routes")
        assert all(word in text for word in words), text
        links = [link["href"] for link in pages[f"{language}/bike-routes.html"].all("a") if "downloads/" in link.get("href", "")]
        assert len(links) == 2
        assert all((sample_book.site / language / link).is_file() for link in links)
        assert words[0] not in text_of(pages, f"{language}/fine-dust")
