"""The page on which departments answer: public facts of the links that wait, no secret, and nobody led there by the book."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from answer_desk import DEPARTMENT, TODAY, Desk, build_desk
from book_sample import SampleBook
from signed import governance_of, key_of
from workbench.errors import UsageError
from workbench.files import write_text
from workbench.governance.papers.answers import OUTCOMES
from workbench.governance.signing import encode_seed, private_key_from_seed
from workbench.project import Project
from workbench.publish.answer_page import link_base, read_desk
from workbench.publish.papers import read_table
from workbench.publish.votings import read_votings

SECRETS = ("link to D-0001", "link to D-0002", "desk R-0001", "desk P-0001", "lost")


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return build_desk(tmp_path_factory.getbasetemp() / "desk-book")


@pytest.fixture
def city(desk: Desk, tmp_path: Path) -> Project:
    """A copy of the project, to change."""
    shutil.copytree(desk.project.root, tmp_path / "city", ignore=shutil.ignore_patterns("site", ".workbench"))
    return Project(root=tmp_path / "city")


def carried(book: SampleBook, language: str) -> dict[str, Any]:
    """What the page's script reads."""
    found = re.search(r'<script type="application/json" id="answer-carried">(.*?)</script>', book.page(f"{language}/answer"))
    assert found
    return dict(json.loads(found[1]))


def links_on_the_page(city: Project) -> tuple[list[str], dict[str, str]]:
    governance = governance_of(city, today=TODAY)
    desk = read_desk(governance, read_table(governance), read_votings(governance))
    return [one.link.link for one in desk.waiting], desk.closed


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_carries_the_links_that_wait_and_the_state_of_the_others(desk: Desk, language: str) -> None:
    found = carried(desk.book, language)
    assert list(found["links"]) == ["L-0002", "L-0003", "L-0004"]  # the last has expired, which the browser judges
    assert found["closed"] == {"L-0001": "answered", "L-0005": "revoked"}
    assert set(found) == {"answer", "answers", "links", "closed"}


def test_of_a_link_the_page_carries_public_facts_alone(desk: Desk) -> None:
    assert carried(desk.book, "en")["links"]["L-0003"] == {
        "answer": "R-0001",
        "subject": "R-0001",
        "asked": {"title": "Add stations at roadsides", "text": "Air at roadsides is worse."},
        "department": DEPARTMENT,
        "due": "2027-01-04",
        "issued_on": "2026-11-05",
        "expires_on": "2026-12-05",
        "issued_by": "G-1",
        "steward": "City checker",
        "public_key": key_of("desk R-0001").public.line.split()[1],
        "outcomes": list(OUTCOMES["R"]),
    }


def test_each_kind_of_paper_says_what_is_asked(desk: Desk) -> None:
    links = carried(desk.book, "ko")["links"]
    assert links["L-0002"]["asked"] == {"title": "차종별 교통량", "question": "경유차가 많은 때는?"}
    assert links["L-0002"]["outcomes"] == ["granted", "granted_in_part", "refused", "information"]
    assert links["L-0004"]["asked"] == {"title": "미세먼지", "question": "미세먼지", "wanted": "측정소를 늘린다"}
    assert links["L-0004"]["due"] is None


def test_a_file_that_lies_there_already_keeps_its_name(desk: Desk) -> None:
    assert carried(desk.book, "ko")["links"]["L-0002"]["answer"] == "D-0002.2"


def test_no_secret_of_a_link_is_anywhere_in_the_site(desk: Desk) -> None:
    secrets = [form for name in SECRETS for form in (encode_seed(key_of(name).seed).encode(), key_of(name).seed)]
    held = [path.name for path in desk.book.site.rglob("*") if path.is_file() for one in secrets if one in path.read_bytes()]
    assert held == []


def test_nothing_in_the_book_leads_to_the_page_but_its_other_language(desk: Desk) -> None:
    leading = [
        str(path.relative_to(desk.book.site))
        for path in desk.book.pages()
        if path.name != "answer.html" and re.search(r'href="[^"]*answer\.html', path.read_text(encoding="utf-8"))
    ]
    assert leading == []
    for language in ("ko", "en"):
        assert '<meta name="robots" content="noindex">' in desk.book.page(f"{language}/answer")
        assert '<meta name="robots"' not in desk.book.page(f"{language}/decisions")
        index = (desk.book.site / language / "searchindex.js").read_text(encoding="utf-8")
        found = json.loads(index[index.index("{") : index.rindex("}") + 1])
        place = found["docnames"].index("answer")
        terms = {**found["terms"], **found["titleterms"]}
        assert [term for term, places in terms.items() if place in (places if isinstance(places, list) else [places])] == []
        assert "official answer" not in " ".join(found["alltitles"])


def test_the_page_may_send_nothing_and_holds_no_script_of_its_own(desk: Desk) -> None:
    page = desk.book.page("ko/answer")
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', page)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == "'none'"  # connections among them
    assert rules["script-src"] == rules["form-action"] == "'self'"
    behind = page[policy.end() :]
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", behind) == []
    assert re.findall(r'<[^>]*\s(?:on[a-z]+|style)="', behind) == []
    script = (desk.book.site / "ko" / "_static" / "answer.js").read_text(encoding="utf-8")
    for word in ("fetch(", "XMLHttpRequest", "sendBeacon", "localStorage", "sessionStorage", "cookie", "innerHTML", "eval("):
        assert word not in script, word


def test_words_from_files_are_no_markup_in_what_the_page_carries(desk: Desk) -> None:
    assert "<b>#1</b>" not in desk.book.page("ko/answer")
    assert carried(desk.book, "ko")["links"]["L-0003"]["department"]["ko"] == DEPARTMENT["ko"]


def test_every_part_that_the_script_fills_is_on_the_page(desk: Desk) -> None:
    script = (desk.book.site / "ko" / "_static" / "answer.js").read_text(encoding="utf-8")
    wanted = set(re.findall(r'(?:part|show|stop)\("([a-z-]+)"', script))
    for language in ("ko", "en"):
        ids = set(re.findall(r'id="answer-([a-z-]+)"', desk.book.page(f"{language}/answer")))
        assert len(wanted) > 15
        assert {name for name in wanted if not name.endswith("-")} <= ids


def test_a_link_that_no_steward_signed_is_not_on_the_page(city: Project) -> None:
    (city.governance / "links" / "L-0003.yml.sig").unlink()
    assert links_on_the_page(city) == (["L-0002", "L-0004"], {"L-0001": "answered", "L-0005": "revoked"})


def test_a_link_whose_key_was_changed_after_signing_is_not_on_the_page(city: Project) -> None:
    path = city.governance / "links" / "L-0003.yml"
    old, new = key_of("desk R-0001").public.line, private_key_from_seed(b"x" * 32).public.line
    write_text(path, path.read_text(encoding="utf-8").replace(old, new))
    assert "L-0003" not in links_on_the_page(city)[0]


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://city.example/book/", "https://city.example/book/ko/answer.html"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/ko/answer.html"),
        (None, None),
    ],
)
def test_a_link_begins_with_the_address_of_the_book(city: Project, url: str | None, base: str | None) -> None:
    path = city.book / "site.yml"
    write_text(path, path.read_text(encoding="utf-8") + (f"url: {url}\n" if url else ""))
    assert link_base(city) == base


@pytest.mark.parametrize("url", ["city.example", "ftp://city.example", "https://city.example/#top", "https://city.example/?a=1"])
def test_an_address_that_cannot_stand_before_a_link_is_refused(city: Project, url: str) -> None:
    path = city.book / "site.yml"
    write_text(path, path.read_text(encoding="utf-8") + f"url: '{url}'\n")
    with pytest.raises(UsageError, match="url"):
        link_base(city)


def test_without_a_book_a_link_has_no_address(tmp_path: Path) -> None:
    assert link_base(Project(root=tmp_path)) is None
