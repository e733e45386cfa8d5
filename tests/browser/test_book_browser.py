"""The book in a real browser: served, clicked, searched, on a phone and in the dark."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from book_sample import SampleBook
from packages import require_package

pytestmark = pytest.mark.browser

PAGES = ("index", "fine-dust", "bike-routes", "meal-cards", "fine-dust/good-days", "data", "decisions", "about", "search")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, *_):
        return


@pytest.fixture(scope="module")
def address(sample_book: SampleBook) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(sample_book.site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    path = require_package("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """A reader's window, and what happened in it that should not."""

    page: object
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@pytest.fixture
def visit(browser):
    """Open a window of a width, theme and language; nothing may fail or leave the machine in it."""
    opened: list[tuple[object, Visit]] = []

    def open_window(width: int = 1280, **options) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 850}, **options)
        visit = Visit(context.new_page())
        visit.page.on("request", lambda request: visit.outside.append(request.url) if not is_inside(request.url) else None)
        visit.page.on(
            "response",
            lambda response: visit.faults.append(f"{response.status} {response.url}") if response.status >= 400 else None,
        )
        visit.page.on("pageerror", lambda error: visit.faults.append(str(error)))
        visit.page.on("console", lambda message: visit.faults.append(message.text) if message.type == "error" else None)
        opened.append((context, visit))
        return visit

    yield open_window
    for context, visit in opened:
        context.close()
        assert visit.outside == []
        assert visit.faults == []


def is_inside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob", "file") or parts.hostname == "127.0.0.1"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_its_window(visit, address, language, width):
    page = visit(width).page
    for name in PAGES:
        page.goto(f"{address}/{language}/{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        page.evaluate("document.querySelectorAll('main details').forEach(block => { block.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name}, unfolded"


@pytest.mark.parametrize(
    ("query", "found"),
    [("미세", "fine-dust"), ("급식", "meal-cards"), ("먼지", "fine-dust"), ("미세먼지", "fine-dust"), ("요일과", "bike-routes")],
)
def test_search_finds_parts_of_korean_words(visit, address, query, found):
    page = visit(390).page
    page.goto(f"{address}/ko/search.html")
    page.fill("#query", query)
    page.press("#query", "Enter")
    page.wait_for_selector("#search-results ul.search li a")
    page.wait_for_function("document.querySelector('.search-summary').textContent.length > 0")
    links = page.eval_on_selector_all("#search-results li > a", "links => links.map(link => link.getAttribute('href'))")
    assert any(link.startswith(f"{found}.html") for link in links), links


def test_english_search_and_titles_with_markup_run_nothing(visit, address):
    page = visit().page
    page.goto(f"{address}/en/search.html?q=script")
    page.wait_for_selector("#search-results ul.search li a")
    page.wait_for_function("document.querySelector('.search-summary').textContent.length > 0")
    assert "<script>window.broken=1</script>" in page.inner_text("#search-results")
    assert page.evaluate("window.broken") is None


def test_the_language_switch_goes_to_the_same_place_and_back(visit, address):
    page = visit().page
    page.goto(f"{address}/ko/fine-dust/good-days.html")
    page.click("header a[data-language=en]")
    assert page.url == f"{address}/en/fine-dust/good-days.html"
    page.click("header a[data-language=ko]")
    assert page.url == f"{address}/ko/fine-dust/good-days.html"
    page.goto(f"{address}/ko/fine-dust.html#fine-dust-limits")
    page.click("header a[data-language=en]")
    assert page.url == f"{address}/en/fine-dust.html#fine-dust-limits"
    page.goto(f"{address}/index.html")  # the choice is kept for the front door
    page.wait_for_url(f"{address}/en/index.html")


@pytest.mark.parametrize(("locale", "language"), [("ko-KR", "ko"), ("en-GB", "en"), ("fr-FR", "ko")])
def test_the_front_door_follows_the_browsers_language(visit, address, locale, language):
    page = visit(locale=locale).page
    page.goto(f"{address}/index.html")
    page.wait_for_url(f"{address}/{language}/index.html")
    assert page.context.cookies() == []


def test_the_book_can_be_read_without_javascript(visit, address):
    page = visit(390, java_script_enabled=False).page
    page.goto(f"{address}/index.html")
    page.click("a[href='ko/index.html']")
    page.click("text=숨쉬기 좋은 날은 늘고 있습니까?")
    assert page.url == f"{address}/ko/fine-dust.html"
    page.click("summary:text-is('2018')")
    assert page.locator("details[open] > summary:text-is('2018')").count() == 1


def test_the_theme_follows_the_system_until_the_reader_chooses(visit, address):
    page = visit(color_scheme="dark").page
    page.goto(f"{address}/ko/index.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    assert page.get_attribute("button.theme", "aria-label") == "밝은 화면으로 바꾸기"
    page.click("button.theme")
    light = page.evaluate(ground)
    page.goto(f"{address}/en/data.html")
    assert page.evaluate(ground) == light != dark


def test_variants_are_chosen_with_buttons_and_one_is_shown(visit, address):
    page = visit(390).page
    page.goto(f"{address}/en/fine-dust.html")
    group = page.locator(".variants")
    assert group.locator("button").all_inner_texts() == ["2021", "2020", "2019", "2018"]
    group.locator("button", has_text="2019").click()
    assert group.locator("> details:visible").count() == 1
    assert group.locator("button[aria-pressed=true]").inner_text() == "2019"


def test_a_district_on_the_map_says_its_value_and_opens_its_row(visit, address):
    page = visit().page
    page.goto(f"{address}/ko/index.html")
    area = page.locator(".map a[aria-label^='강남구']")
    area.focus()
    assert page.inner_text(".map .said") == area.get_attribute("aria-label")
    area.press("Enter")
    page.wait_for_url(f"{address}/ko/fine-dust.html#*")
    row = page.locator("tr:target")
    row.wait_for(state="visible")
    assert row.locator("th").inner_text() == "강남구"


def test_search_and_pages_work_from_a_folder(visit, sample_book):
    page = visit().page
    page.goto(f"{sample_book.site.as_uri()}/index.html")
    page.wait_for_selector("h1")
    page.goto(f"{sample_book.site.as_uri()}/ko/search.html?q=%EA%B8%89%EC%8B%9D")
    page.wait_for_selector("#search-results ul.search li a")
    assert "급식카드" in page.inner_text("#search-results")


def test_everything_is_open_on_paper(visit, address):
    page = visit().page
    page.goto(f"{address}/en/fine-dust.html")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".variants > details:visible").count() == 4
    assert page.locator("main .scroll table:visible").count() == page.locator("main .scroll table").count()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_block_is_as_large_as_the_decision_and_in_sight(visit, address, language, width):
    page = visit(width).page
    page.goto(f"{address}/{language}/fine-dust.html")
    block, side = page.locator(".voice[data-ballot]"), page.locator(".voice[data-side]").first
    assert block.is_visible()
    look = (
        "part => { const style = getComputedStyle(part); return [style.fontSize, style.fontWeight, style.color, style.opacity]; }"
    )
    for of_block, of_side in (
        (".verdict", ".verdict"),
        (".voice-title", ".voice-title"),
        ("blockquote p >> nth=0", "p >> nth=2"),
    ):
        assert block.locator(of_block).evaluate(look) == side.locator(of_side).evaluate(look), of_block
    assert page.evaluate("window.broken") is None
