"""A correction stands under the result that it speaks of, in each language, small, and in words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from book_sample import GOOD_DAYS, SampleBook, seal, write_project
from signed import governance_of
from workbench.errors import CheckFailed
from workbench.files import write_json
from workbench.publish import build_book
from workbench.publish.corrections import corrections_of
from workbench.publish.editions import Release, read_release

WHY = {"ko": "측정소 한 곳의 값이 두 번 들어 있었습니다.", "en": "The values of one station were counted twice."}


CLIMATE = {"department": {"ko": "기후환경본부", "en": "Climate"}}


def note(**more: Any) -> dict[str, Any]:
    return {"why": WHY, "kind": "error", "found_by": "reader", "on": "2026-11-20", "parameters": {}, **more}


ENTRIES = [
    {
        "release": "fine-dust/1",
        "note": note(result="good_days", cell={"row": 2021}, was=170, **{"is": 172}),
        "changes": [{"parameters": {}, "row": 2021, "was": 170, "is": GOOD_DAYS[2021]}],
    },
    {
        "release": "fine-dust/1",
        "note": note(result="by_month", cells="all", kind="data", found_by=CLIMATE),
        "changes": [
            {"parameters": {}, "row": month, "column": 2021, "was": 20.0 + month, "is": "withheld" if month == 1 else 21.25}
            for month in range(1, 9)
        ],
    },
    {
        "release": "fine-dust/1",
        "note": note(result="good_days_answer", parameters={"year": 2021}, value="value", was=170, **{"is": 172}, found_by="C-2"),
        "changes": [{"parameters": {"year": 2021}, "value": "value", "was": 170, "is": 172}],
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> SampleBook:
    """The sample's book with three notes on official results."""
    project = write_project(tmp_path_factory.mktemp("corrected") / "project")
    folder = project.analyses / "fine-dust/releases/1"
    write_json(folder / "corrections.json", {"corrections": ENTRIES})
    seal(project, folder)
    return SampleBook(project, build_book(project, target=project.site))


def asides(page: str) -> list[str]:
    found = re.findall(r'<aside class="correction".*?</aside>', page, flags=re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def test_a_correction_stands_on_the_page_of_its_result_in_each_language(corrected: SampleBook) -> None:
    korean, english = asides(corrected.page("ko/fine-dust")), asides(corrected.page("en/fine-dust"))
    assert len(korean) == len(english) >= 3
    assert any(
        text.startswith("정정 2026-11-20 · 틀린 수를 바로잡음 2021년 : 170 → 172") or "2021년: 170 → 172" in text
        for text in korean
    )
    assert any("170 → 172 The values of one station were counted twice. Found by: a reader" in text for text in english)
    assert any("기후환경본부" in text for text in korean)
    assert any("비공개" in text for text in korean)


def test_a_figure_shows_the_corrections_of_its_table_and_many_numbers_fold(corrected: SampleBook) -> None:
    page = corrected.page("ko/fine-dust")
    assert "바뀐 수 5개 더 보기" in page
    assert sum("170 → 172" in text for text in asides(page)) >= 2  # the figure of the table, and the finding


def test_a_page_without_corrections_says_nothing_of_them(corrected: SampleBook) -> None:
    assert asides(corrected.page("ko/bike-routes")) == []


def release_of(corrected: SampleBook) -> Release:
    project = corrected.project
    return read_release(governance_of(project), project.analyses / "fine-dust/releases/1", issue="fine-dust", draft=True)


def test_who_found_it_is_a_seat_a_department_or_a_word(corrected: SampleBook) -> None:
    words = corrected_words(corrected, "en")
    found = corrections_of(release_of(corrected), "en", words=words)
    said = {name: views[0].found_by for name, views in found.items()}
    assert said["good_days"] == "a reader"
    assert said["by_month"] == "Climate"
    assert said["good_days_answer"] == "seat C-2"


def corrected_words(corrected: SampleBook, language: str) -> Any:
    import yaml

    path = corrected.project.book / "strings" / f"{language}.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))["corrections"]


def test_an_entry_that_is_no_note_stops_the_book(corrected: SampleBook) -> None:
    release = release_of(corrected)
    broken = Release(
        folder=Path("r"), record=release.record, results=release.results, notebooks={}, approvals={},
        corrections=({"release": "fine-dust/1", "note": {"result": "good_days"}, "changes": []},),
    )  # fmt: skip
    with pytest.raises(CheckFailed, match="no correction note"):
        corrections_of(broken, "en", words=corrected_words(corrected, "en"))
