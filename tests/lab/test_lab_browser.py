"""Two people at two browsers: they log in, open one notebook, type, and see each other's text."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from lab_clients import PASSWORD
from playwright.sync_api import Browser, Page, expect, sync_playwright

from packages import require_package
from workbench.lab import Lab

pytestmark = pytest.mark.browser

CELL = ".jp-CodeCell .cm-content"


@pytest.fixture
def browser() -> Iterator[Browser]:
    chromium = require_package("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


def log_in(browser: Browser, lab: Lab, notebook: str, hosts: set[str]) -> Page:
    """A browser of its own (no cookie of anyone else), at the notebook after giving the password."""
    page = browser.new_context().new_page()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "://" in request.url else None)
    page.goto(f"{lab.url}/tree/{notebook}")
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(CELL)).to_contain_text("x = 1", timeout=60_000)
    return page


def test_two_browsers_see_each_others_text(browser: Browser, lab: Lab, notebook: str) -> None:
    hosts: set[str] = set()
    first, second = log_in(browser, lab, notebook, hosts), log_in(browser, lab, notebook, hosts)
    for page, text in ((first, "# 첫째 사람"), (second, "# the second person")):
        page.locator(CELL).click()
        page.keyboard.press("Control+End")
        page.keyboard.type(text + "\n")
        for reader in (first, second):  # the next one types below this line, once it has arrived there
            expect(reader.locator(CELL).locator(".cm-line").filter(has_text=text)).to_have_count(1)
            expect(reader.locator(CELL).locator(".cm-line").last).to_be_empty()
    for page in (first, second):
        expect(page.locator(CELL)).to_contain_text("# 첫째 사람")
        expect(page.locator(CELL)).to_contain_text("# the second person")
        expect(page.locator(".jp-Dialog")).to_have_count(0)  # no question about news or updates
        expect(page.locator(".Toastify__toast")).to_have_count(0)
    assert first.locator(CELL).inner_text() == second.locator(CELL).inner_text()
    file = lab.folders.root.parent.parent / "notebooks" / notebook
    for _ in range(100):
        saved = "".join(json.loads(file.read_text(encoding="utf-8"))["cells"][1]["source"])
        if "# 첫째 사람\n" in saved and "# the second person\n" in saved:
            break
        first.wait_for_timeout(100)
    else:
        pytest.fail(f"not on disk: {saved}")
    assert hosts == {f"127.0.0.1:{lab.port}"}
