"""A department answers in a real browser: what it writes is what is read, and the file it gets is what a steward takes in."""

from __future__ import annotations

import datetime as dt
import functools
import random
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from test_book_browser import FLAGS, Quiet, is_inside

from answer_desk import DEPARTMENT, TODAY, Desk, build_desk
from packages import require_package
from signed import governance_of, key_of
from workbench.errors import GateRefused
from workbench.files import write_text
from workbench.governance.acts.answering import draft_countersignature, read_bundle
from workbench.governance.acts.drafts import sign_draft
from workbench.governance.deciding.answers import answers_of
from workbench.governance.papers.answers import OUTCOMES, Answer
from workbench.governance.signing import SignerEntry, allowed_signers, sign
from workbench.project import Project
from workbench.records import read_model_bytes

pytestmark = pytest.mark.browser

SEOUL = ZoneInfo("Asia/Seoul")
NOON = dt.datetime.combine(TODAY, dt.time(12), SEOUL)
TEXT = '길가 측정소를 두 곳 늘리겠습니다.\n\n"나머지"는 <script>window.broken=1</script> 내년에 🚲'
FOREIGN = "city.example"
"""A host name that the browser finds on this machine: over http it is no secure address, as a city's would not be."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return build_desk(tmp_path_factory.getbasetemp() / "desk-book")


@pytest.fixture(scope="module")
def port(desk: Desk) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(desk.book.site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = require_package("chromium")
    from playwright.sync_api import sync_playwright

    flags = [*FLAGS, "--no-proxy-server", f"--host-resolver-rules=MAP {FOREIGN} 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Any, desk: Desk, port: int) -> Iterator[Callable[..., Any]]:
    """Open the page through a link on a day; nothing may fail, ask another machine, or be sent but a plain request for a file."""
    opened: list[Any] = []
    faults: list[str] = []

    def open_it(
        link: str = "", *, language: str = "ko", day: dt.datetime = NOON, base: str = "", script: str = "", **options: Any
    ) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 850}, "timezone_id": "Asia/Seoul", **options})
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: faults.extend(_oddities(request, desk)))
        page.clock.set_fixed_time(day)
        if script:
            page.add_init_script(script)
        page.goto(f"{base or f'http://127.0.0.1:{port}'}/{language}/answer.html{link}")
        return page

    yield open_it
    for context in opened:
        context.close()
    assert faults == []


def _oddities(request: Any, desk: Desk) -> list[str]:
    secrets = [link.rpartition(".")[2] for link in desk.links.values()]
    address = request.url.partition("#")[0]
    said = address + (request.post_data or "") + str(request.headers)
    foreign = not is_inside(request.url) and FOREIGN not in request.url
    return [address] if foreign or request.method != "GET" or any(secret in said for secret in secrets) else []


def write_answer(page: Any, outcome: str, text: str, *, language: str = "ko") -> None:
    page.locator("#answer-form").wait_for()
    page.check(f"#answer-outcome-{outcome}")
    page.fill(f"#answer-text-{language}", text)


def sign_it(page: Any) -> bytes:
    """Preview, sign, download; return the file, which is what was shown."""
    page.click("#answer-form button[type=submit]")
    shown = page.text_content("#answer-content")
    page.click("#answer-sign")
    page.locator("#answer-done").wait_for()
    with page.expect_download() as caught:
        page.click("#answer-download")
    assert caught.value.suggested_filename.startswith("answer-")
    bundle = Path(caught.value.path()).read_bytes()
    assert bundle.decode().startswith(shown)
    assert page.input_value("#answer-bundle") == bundle.decode()
    return bundle


@pytest.fixture
def city(desk: Desk, tmp_path: Path) -> Project:
    """What the steward has: the project, without the book."""
    shutil.copytree(desk.project.root, tmp_path / "city", ignore=shutil.ignore_patterns("site", ".workbench"))
    return Project(root=tmp_path / "city")


@pytest.mark.parametrize(("language", "width"), [("ko", 390), ("en", 1280)])
def test_an_answer_is_written_in_the_browser_and_counts_once_the_steward_takes_it_in(
    open_page: Any, desk: Desk, city: Project, language: str, width: int
) -> None:
    link = desk.links["recommendation"]
    page = open_page(link, language=language, viewport={"width": width, "height": 850})
    write_answer(page, "accepted_in_part", TEXT, language=language)
    page.click("#answer-promise-add")
    page.fill(f".promise [data-part={language}]", "측정소 두 곳 설치: #1")
    page.fill(".promise [data-part=by]", "2027-03-31")
    bundle = sign_it(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("[window.broken, document.querySelectorAll('#answer-content *').length]") == [None, 0]

    governance = governance_of(city, today=TODAY)
    reply = read_bundle(governance, bundle)
    assert reply.signature == sign(reply.content, key_of("desk R-0001"))  # byte for byte what the terminal would have signed
    assert getattr(reply.answer.text, language) == TEXT
    assert reply.answer.department.model_dump() == DEPARTMENT
    assert [(getattr(one.what, language), one.by) for one in reply.answer.promised] == [
        ("측정소 두 곳 설치: #1", dt.date(2027, 3, 31))
    ]
    assert reply.answer.answered_on == TODAY
    sign_draft(draft_countersignature(governance, reply, signer="C-1"), key_of("C-1"))
    official = answers_of(governance_of(city, today=TODAY))["R-0001"]
    assert official.answer == reply.answer
    assert (official.countersigned_by, official.faults) == ("C-1", ())


def test_one_changed_byte_of_the_file_is_refused(open_page: Any, desk: Desk, city: Project) -> None:
    page = open_page(desk.links["recommendation"])
    write_answer(page, "accepted", "두 곳 늘리겠습니다.")
    bundle = sign_it(page)
    governance = governance_of(city, today=TODAY)
    for old, new in (("두 곳", "세 곳"), ("accepted", "refused"), ("2026-11-22", "2026-11-21")):
        changed = read_bundle(governance, bundle.replace(old.encode(), new.encode()))
        with pytest.raises(GateRefused, match="is a signature of other bytes"):
            draft_countersignature(governance, changed, signer="C-1")
    windows = read_bundle(governance, bundle.replace(b"\n", b"\r\n"))  # as some mail programs save an attachment
    assert draft_countersignature(governance, windows, signer="C-1").content == windows.content


def test_openssh_verifies_what_the_browser_signed(open_page: Any, desk: Desk, tmp_path: Path) -> None:
    ssh_keygen = require_package("openssh-client")
    page = open_page(desk.links["request"], language="en")
    write_answer(page, "granted", "Take it.", language="en")
    content, begin, rest = sign_it(page).partition(b"-----BEGIN SSH SIGNATURE-----")
    entry = SignerEntry("L-0002", key_of("link to D-0002").public, dt.date(2026, 11, 5), dt.date(2026, 12, 5))
    write_text(tmp_path / "signers", allowed_signers([entry]))
    (tmp_path / "answer.sig").write_bytes(begin + rest)
    command = [ssh_keygen, "-Y", "verify", "-f", "signers", "-I", "L-0002", "-n", "workbench", "-s", "answer.sig"]
    for given, code in ((content, 0), (content + b"\n", 255)):
        done = subprocess.run(
            [*command, "-O", "verify-time=20261122"], input=given, cwd=tmp_path, capture_output=True, check=False
        )
        assert done.returncode == code, done


AWKWARD = [
    "yes",
    "# no comment",
    "- no list: {a: 1}",
    "'",
    '"',
    "\\",
    "\\n \\u0041 \\",
    "a\\\nb",
    "첫 줄\n  들여 쓴 줄\n\t탭\n\n\n끝 ",
    "<<<<<<< ours\n=======\n>>>>>>> theirs",
    "---\n...\n---",
    "2026-11-22",
    "null",
    "🚲 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 \U0001f1f0\U0001f1f7",
    "a\u2028b\u2029c\u0085d\u00a0e\ufefff\u200bg\u202eh",
    "a\x00b\x07c\x1bd\x7fe\x9ff\ufffeg\uffffh\U0001fffei",
    "-----BEGIN SSH SIGNATURE-----\nabc",
    "&anchor *alias !!tag %directive @at `tick`",
    "ㅎㅏㄴ 하\u1112\u1161\u11ab 한",
    "가" * 20_000,
    "🚲" * 20_000,
    "\n".join(["줄"] * 5_000),
]
ALPHABET = [
    *" \t\n\"'\\#:-{}[]&*!|>%@`,?~=<",
    *"aé가🚲",
    "\n ",
    "\n\n",
    "\u2028",
    "\u0085",
    "\x00",
    "\ufeff",
    "\u3000",
    "\\n",
    "---",
]


def plain(text: str) -> str:
    """A text as the page takes it: lines end in one way, and what commands a screen is shown as no letter."""
    lines = re.sub("[\x85\u2028\u2029]", "\n", text).strip().strip("\ufeff").strip()
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "\ufffd", lines)


def test_whatever_is_typed_is_read_as_it_was_typed(open_page: Any, desk: Desk) -> None:
    page = open_page(desk.links["recommendation"])
    write_answer(page, "accepted", "-")
    drawn = random.Random(3)
    mixed = ["".join(drawn.choices(ALPHABET, k=drawn.randint(1, 40))) for _ in range(300)]
    texts = [text for text in (*AWKWARD, *mixed) if plain(text)]
    shown = page.evaluate(
        """texts => texts.map(text => {
            document.getElementById("answer-text-ko").value = text;
            document.getElementById("answer-form").requestSubmit();
            return document.getElementById("answer-content").textContent;
        })""",
        texts,
    )
    for text, content in zip(texts, shown, strict=True):
        answer = read_model_bytes(content.encode(), Answer, where="answer")
        assert str(answer.text.ko).strip("\ufeff\n ") == plain(text).strip("\ufeff\n "), ascii(text)[:200]


def test_half_a_character_is_shown_as_what_it_is_and_can_be_read(open_page: Any, desk: Desk) -> None:
    page = open_page(desk.links["recommendation"])
    write_answer(page, "accepted", "-")
    page.evaluate("document.getElementById('answer-text-ko').value = 'a\\ud83db\\udeb2c🚲'")
    page.click("#answer-form button[type=submit]")
    answer = read_model_bytes(page.text_content("#answer-content").encode(), Answer, where="answer")
    assert answer.text.ko == "a\ufffdb\ufffdc🚲"


@pytest.mark.parametrize("kind", ["recommendation", "request"])
def test_the_outcomes_are_those_of_what_is_answered(open_page: Any, desk: Desk, kind: str) -> None:
    page = open_page(desk.links[kind])
    page.locator("#answer-form").wait_for()
    offered = page.eval_on_selector_all("#answer-outcome input", "fields => fields.map(field => field.value)")
    assert offered == list(OUTCOMES[{"request": "D", "recommendation": "R"}[kind]])


STATES = {
    "answered": ("이미 답변에 쓴 링크", "already given"),
    "expired": ("2026-11-08", "expired on 2026-11-08"),
    "revoked": ("취소된 링크", "was revoked"),
    "#L-0099." + "A" * 43: ("아직 없는 링크", "not known to this page"),
    "#L-0003." + "A" * 43: ("발급된 것과 다릅니다", "not the one that was issued"),
    "#L-0003." + "A" * 42: ("온전하지 않습니다", "not whole"),
    "#L-0003." + "A" * 42 + "B": ("온전하지 않습니다", "not whole"),  # bits that no encoder writes
    "#L-3": ("온전하지 않습니다", "not whole"),
    "#content": ("붙여 넣으십시오", "paste it below"),
    "": ("붙여 넣으십시오", "paste it below"),
}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_link_that_cannot_be_used_is_explained_with_a_way_out(open_page: Any, desk: Desk, language: str) -> None:
    page = open_page(language=language)
    address = page.url
    for state, words in STATES.items():
        page.goto("about:blank")
        page.goto(address + desk.links.get(state, state))
        page.locator("#answer-notice").wait_for()
        told = page.inner_text("#answer-notice")
        assert words[language == "en"] in told, (state, told)
        way_out = ("운영 담당" in told or "steward" in told) or page.is_visible("#answer-link")
        assert way_out, state
        assert not page.is_visible("#answer-form")
        assert not page.is_visible("#answer-needs-script")


def test_a_device_with_a_date_long_before_the_link_is_told(open_page: Any, desk: Desk) -> None:
    page = open_page(desk.links["recommendation"], day=dt.datetime(2020, 1, 1, 12, tzinfo=SEOUL))
    page.locator("#answer-notice").wait_for()
    assert "이 기기의 날짜(2020-01-01)" in page.inner_text("#answer-notice")


def test_the_last_day_of_a_link_still_counts_and_the_next_does_not(open_page: Any, desk: Desk) -> None:
    last = open_page(desk.links["recommendation"], day=dt.datetime(2026, 12, 5, 23, 59, tzinfo=SEOUL))
    last.locator("#answer-form").wait_for()
    after = open_page(desk.links["recommendation"], day=dt.datetime(2026, 12, 6, 0, 1, tzinfo=SEOUL))
    after.locator("#answer-notice").wait_for()
    assert "2026-12-05" in after.inner_text("#answer-notice")


def test_a_link_can_be_pasted_and_a_damaged_one_mended(open_page: Any, desk: Desk) -> None:
    link = desk.links["recommendation"]
    page = open_page(link[:-5])
    page.fill("#answer-link", f"  answer:{link[:30]}\n{link[30:]} ")
    page.press("#answer-link", "Enter")
    page.locator("#answer-form").wait_for()
    assert page.input_value("#answer-link") == ""
    assert not page.is_visible("#answer-notice")


def test_a_link_opened_in_the_same_tab_again_begins_anew(open_page: Any, desk: Desk) -> None:
    page = open_page(desk.links["recommendation"])
    page.locator("#answer-form").wait_for()
    page.evaluate("link => { location.hash = link; }", desk.links["request"])
    page.locator("#answer-outcome-granted").wait_for()
    assert "D-0002" in page.inner_text("#answer-facts")
    assert "#" not in page.url


def test_the_secret_is_taken_out_of_the_address_and_kept_nowhere(open_page: Any, desk: Desk) -> None:
    link = desk.links["recommendation"]
    page = open_page(link)
    write_answer(page, "accepted", TEXT)
    page.click("#answer-form button[type=submit]")
    page.click("#answer-sign")
    page.locator("#answer-done").wait_for()
    assert "#" not in page.url
    held = page.evaluate(
        """() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state, document.referrer])
            + document.documentElement.outerHTML + [...document.querySelectorAll("textarea, input")].map(field => field.value)"""
    )
    assert link.rpartition(".")[2] not in held
    assert page.get_attribute("#answer-mail", "href").startswith("mailto:?subject=%5BR-0001%5D")


def test_the_other_language_opens_with_the_same_link(open_page: Any, desk: Desk) -> None:
    page = open_page(desk.links["recommendation"])
    page.locator("#answer-form").wait_for()
    page.click("header a[data-language=en]")
    page.wait_for_url("**/en/answer.html")
    page.locator("#answer-form").wait_for()
    assert "Add stations at roadsides" in page.inner_text("#answer-facts")
    assert "#" not in page.url


def test_an_edit_after_signing_takes_the_old_file_away(open_page: Any, desk: Desk) -> None:
    page = open_page(desk.links["recommendation"])
    write_answer(page, "accepted", "하나")
    sign_it(page)
    page.fill("#answer-text-ko", "둘")
    assert not page.is_visible("#answer-done")
    assert not page.is_visible("#answer-check")
    assert '"둘"' in sign_it(page).decode()


def test_without_javascript_the_page_says_what_to_do(open_page: Any, desk: Desk) -> None:
    page = open_page(desk.links["recommendation"], java_script_enabled=False)
    assert "자바스크립트" in page.inner_text("#answer-needs-script")
    assert not page.is_visible("#answer-form")


def test_at_an_address_without_https_the_page_says_what_to_do(open_page: Any, desk: Desk, port: int) -> None:
    page = open_page(desk.links["recommendation"], base=f"http://{FOREIGN}:{port}")
    page.locator("#answer-notice").wait_for()
    assert "https" in page.inner_text("#answer-notice")


def test_a_browser_that_cannot_sign_is_told(open_page: Any, desk: Desk) -> None:
    lacking = """SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException("unknown", "NotSupportedError"));"""
    page = open_page(desk.links["recommendation"], script=lacking)
    page.locator("#answer-notice").wait_for()
    assert "137" in page.inner_text("#answer-notice")


def test_the_page_signs_from_a_folder_too(open_page: Any, desk: Desk, city: Project) -> None:
    page = open_page(desk.links["recommendation"], base=desk.book.site.as_uri())
    write_answer(page, "refused", "하지 않겠습니다.")
    governance = governance_of(city, today=TODAY)
    reply = read_bundle(governance, sign_it(page))
    assert draft_countersignature(governance, reply, signer="G-1").content == reply.content


def test_everything_that_is_wrong_is_told_at_once_and_at_its_field(open_page: Any, desk: Desk) -> None:
    page = open_page(desk.links["recommendation"], language="en")
    page.locator("#answer-form").wait_for()
    page.click("#answer-promise-add")
    page.fill(".promise [data-part=by]", "2026-11-01")
    page.evaluate("document.getElementById('answer-text-ko').value = '가'.repeat(20001)")
    page.fill("#answer-day", "2026-11-04")
    page.click("#answer-form button[type=submit]")
    told = page.locator("#answer-faults li").all_inner_texts()
    assert told == [
        "Choose the outcome.",
        "Answer in Korean: at most 20000 characters. There are 20001.",
        "Promise 1: write what will be done.",
        "Promise 1: choose the day of the answer (2026-11-04) or a later one.",
        "The date of the answer must lie between 2026-11-05 and 2026-11-22.",
    ]
    assert page.evaluate("document.activeElement.id") == "answer-faults"
    for number, field in ((1, "answer-text-ko"), (4, "answer-day")):
        page.locator("#answer-faults a").nth(number).click()
        assert page.evaluate("document.activeElement.id") == field
        described = page.get_attribute(f"#{field}", "aria-describedby").split()
        assert page.inner_text(f"#{described[-1]}") == told[number]
        assert page.get_attribute(f"#{field}", "aria-invalid") == "true"
    assert not page.is_visible("#answer-check")
    page.fill("#answer-text-ko", "가")
    page.fill("#answer-day", "2026-11-05")
    page.check("#answer-outcome-refused")
    page.locator(".promise button").click()
    page.click("#answer-form button[type=submit]")
    assert page.is_visible("#answer-check")
    assert page.locator("[aria-invalid], .fault").count() == 0


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_keyboard_goes_through_the_form_in_order_and_every_control_has_a_name(
    open_page: Any, desk: Desk, language: str
) -> None:
    page = open_page(desk.links["recommendation"], language=language)
    page.locator("#answer-form").wait_for()
    assert page.evaluate("document.activeElement.id") == "answer-asked-title"
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        place = page.evaluate("document.activeElement.id || document.activeElement.type")
        if not reached or reached[-1] != place:
            reached.append(place)
        if place == "submit":
            break
    other = "en" if language == "ko" else "ko"
    assert reached == [
        "answer-more",
        "answer-outcome-accepted",
        f"answer-text-{language}",
        f"answer-text-{other}",
        "answer-promise-add",
        "answer-day",
        "submit",
    ]
    page.keyboard.press("Shift+Tab")
    page.click("#answer-promise-add")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll(".desk input, .desk textarea, .desk button")].filter(field =>
            !(field.labels && [...field.labels].some(label => label.textContent.trim())) && !field.textContent.trim()
        ).map(field => field.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_the_form_stands_out_from_its_ground(open_page: Any, desk: Desk, scheme: str) -> None:
    page = open_page(desk.links["recommendation"], color_scheme=scheme, viewport={"width": 390, "height": 850})
    page.locator("#answer-form").wait_for()
    page.click("#answer-form button[type=submit]")
    weak = page.evaluate(
        """() => {
            const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(value => {
                const part = value / 255; return part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4; });
                return .2126 * r + .7152 * g + .0722 * b; };
            const ground = node => { for (let at = node; at; at = at.parentElement) {
                const found = getComputedStyle(at).backgroundColor; if (!/, 0\\)$/.test(found)) { return found; } } };
            return [...document.querySelectorAll(".desk :is(p, dt, dd, label, legend, button, a, small, h2, li)")]
                .filter(node => node.checkVisibility() && node.textContent.trim())
                .map(node => [node.outerHTML.slice(0, 80), [light(getComputedStyle(node).color), light(ground(node))].sort()])
                .filter(([, [low, high]]) => (high + .05) / (low + .05) < 4.5);
        }"""
    )
    assert weak == []
