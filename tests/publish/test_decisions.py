"""What a reader finds on the page of who decided what, and how an urban issue's page carries dissent."""

from __future__ import annotations

import html
import re

import pytest

from book_sample import SampleBook
from book_votes import BLOCK, PROPOSAL, two
from signed import governance_of, vote, write_proposal
from workbench.errors import GateRefused
from workbench.files import write_text
from workbench.governance import read_governance
from workbench.project import Project
from workbench.publish import build_book
from workbench.publish.dissent import require_dissent
from workbench.publish.votings import Voting, of_issue, read_votings

LANGUAGES = ("ko", "en")


def plain(page: str) -> str:
    """A page's words alone."""
    body = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def text(sample_book: SampleBook, name: str) -> str:
    return plain(sample_book.page(name))


def vote_of(sample_book: SampleBook, language: str, proposal: str) -> str:
    """The words between a proposal's heading and the next heading."""
    page = sample_book.page(f"{language}/decisions")
    begin = page.index(f'id="decisions-{proposal.lower()}"')
    found = re.search(r"<h[123]", page[page.index("</h3>", begin) :])
    return plain(f"<main>{page[begin : page.index('</h3>', begin) + found.start()]}</main>")


def votings_of(project: Project, issue: str) -> tuple[Voting, ...]:
    governance = read_governance(project)
    return of_issue(read_votings(governance), issue, decisive=governance.issue(issue).proposal.proposal)


def test_a_vote_says_per_side_what_was_cast_and_what_it_came_to(sample_book):
    english = vote_of(sample_book, "en", "P-0001")
    for owed in (
        "Agreed by both sides",
        "Closed on 2026-10-15. Signed by Government G-1 , Civil society C-1",
        "Quorum reached: 2 of 2 seats voted (at least half had to).",
        "Majority reached: 1 of 1 said yes (more than half had to).",
        "Majority reached: 2 of 3 said yes (more than half had to).",
        "Abstain 1 ( G-2 )",
        "Block 1 ( C-3 )",
    ):
        assert owed in english, owed
    korean = vote_of(sample_book, "ko", "P-0001")
    for owed in ("양쪽 합의", "의결 정족수를 채웠습니다. 2석 가운데 2석이 투표했습니다(기준: 절반 이상).", "(기준: 과반)"):
        assert owed in korean, owed


def test_a_side_that_missed_quorum_and_majority_is_told_so(sample_book):
    english = vote_of(sample_book, "en", "P-0003")
    assert "Not agreed" in english
    assert "Quorum missed: 1 of 3 seats voted, 2 had to (at least half)." in english
    assert "Majority missed: 0 of 1 said yes (more than half had to)." in english
    assert "의결 정족수를 채우지 못했습니다. 3석 가운데 2석(절반 이상)이 투표해야 하는데 1석이 투표했습니다." in vote_of(
        sample_book, "ko", "P-0003"
    )


def test_an_open_vote_says_until_when_and_names_what_was_refused(sample_book):
    english = vote_of(sample_book, "en", "P-0007")
    for owed in (
        "Open until 2026-11-23",
        "1 of 4 seats have voted so far; the quorum is 2 (at least half). The 4 seats include vacant ones: 1.",
        "Ballots that were refused",
        "C-2.yml It is not signed (C-2.yml.sig is missing).",
        "C-3.yml The signature does not fit the ballot and the key of C-3.",
        "G-1.yml It cannot be read as a ballot:",
        "The budget is not decided yet.",
    ):
        assert owed in english, owed
    korean = vote_of(sample_book, "ko", "P-0007")
    assert "C-2.yml 서명이 없습니다(C-2.yml.sig 파일 없음)." in korean
    assert "예산이 정해지기 전입니다." in korean
    assert "The budget is not decided yet." not in korean
    assert "Majority" not in english  # nothing is counted before the closing


def test_late_ballots_are_named_and_change_nothing(sample_book):
    assert "마감 뒤에 들어온 투표지 C-2.yml 마감 기록에 들어 있지 않습니다." in vote_of(sample_book, "ko", "P-0003")
    assert "Yes 0" in vote_of(sample_book, "en", "P-0003").partition("Civil society")[2]


def test_advice_stands_apart_as_not_counted(sample_book):
    english = vote_of(sample_book, "en", "P-0001")
    place = english.index("Advice of experts and citizens, not counted")
    assert english.index("Calibrate the stations first.") > place
    assert "No · E-1 Expert on air · expert" in english
    page = sample_book.page("ko/decisions")
    assert '<blockquote lang="en"><p>Calibrate the stations first.</p></blockquote>' in page
    assert "쓴 그대로 옮겼습니다. 번역은 없습니다." in vote_of(sample_book, "ko", "P-0001")


def test_deputies_remarks_conflicts_and_hashes_of_ballots_are_told(sample_book):
    english = vote_of(sample_book, "en", "P-0001")
    assert "C-2 Civil-society analyst (by the deputy)" in english
    assert "We have waited for this." in english
    assert "Conflict of interest declared: 담당 부서에서 일합니다." in english
    tally = read_governance(sample_book.project).tally("P-0001")
    page = sample_book.page("en/decisions")
    assert all(f'<code title="{vote.sha256}">{vote.sha256[:12]}</code>' in page for vote in tally.votes)


def test_each_policy_says_which_proposal_adopted_exactly_this_version(sample_book):
    page = sample_book.page("en/decisions")
    rows = {name: row for row in re.findall(r"<tr>.*?</tr>", page) for name in re.findall(r"<code>(\w+)</code></th>", row)}
    assert 'href="#decisions-p-0005"' in rows["daily_air"]
    assert "2026-10-15" in rows["daily_air"]
    assert 'class="unverified"' not in rows["daily_air"]
    assert "changed since both sides adopted it; it must be adopted anew" in rows["bike_trips"]
    assert "not yet proposed to both sides" in rows["meal_card_purchases"]


def test_releases_name_authors_and_a_checker_of_each_side(sample_book):
    english = text(sample_book, "en/decisions")
    assert "C-2 Civil-society analyst G-2 City analyst" in english
    assert "Government · G-1 City checker · 2026-11-20 Civil society · C-1 Civil-society checker · 2026-11-20" in english


def test_seats_say_side_roles_duties_term_and_who_is_missing(sample_book):
    english = text(sample_book, "en/decisions")
    for owed in (
        "G-2 City analyst demonstration Fine dust: analyst",
        "Signs minutes.",
        "Deputy: Deputy of the analyst",
        "2026-01-01 – 2027-12-31",
        "C-4 Shopkeepers demonstration Vacant since 2026-11-02",
        "E-1 Expert on air · expert",
        "Roadside group",
        "Led by: Government G-2 City analyst, Civil society C-2 Civil-society analyst",
        "Keys that no longer count",
        "In force since 2026-11-02 · adopted with P-0006",
        "at least half of the seats, vacant ones included, must vote",
    ):
        assert owed in english, owed
    assert "unsigned" not in english
    assert english.count("private keys with which they sign are public") == 1


def test_papers_and_their_answers_are_there(sample_book):
    english, korean = text(sample_book, "en/decisions"), text(sample_book, "ko/decisions")
    for owed in (
        "2026-11-05 First meeting M-0001 Approved and signed: Government G-1 , Civil society C-1",
        "2026-11-05 Second meeting M-0002 not yet approved by both sides",
        "The department is asked. · G-1 · by 2027-03-01",
        "Traffic by kind of vehicle D-0002 Open until 2027-01-04",
        "Traffic by kind of vehicle D-0001 refused 2026-11-05",
        "Traffic department · refused · 2026-11-05",
        "Kinds of vehicles are unknown. O-0001 Personal data",
        "All vehicles are counted together.",
        "Question C-0001 Not answered yet",
        "Idea C-0002 Not taken up",
        "Add stations at roadsides R-0001 Sent open until 2027-01-04",
        "15 stations (2025, Station list)",
    ):
        assert owed in english, owed
    for owed in ("번호판은 개인정보입니다.", "한 사람의 이동이 드러납니다.", "C-1 시민사회 검토 담당", "15곳 (2025, 측정망)"):
        assert owed in korean, owed
    assert '<a href="fine-dust.html#fine-dust-result-by-district">' in sample_book.page("en/decisions")


def test_an_answer_whose_signature_does_not_fit_is_not_shown_as_one(sample_book):
    english = text(sample_book, "en/decisions")
    assert "Take whatever you want." not in english
    assert "Answers that lie there and do not count, because a signature is missing or does not fit: 1." in english


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_block_stands_on_the_issues_page_beside_both_sides_whole_and_as_large(sample_book, language):
    page = sample_book.page(f"{language}/fine-dust")
    (voting,) = votings_of(sample_book.project, "fine-dust")
    (block,) = voting.dissent
    require_dissent(sample_book.site / language / "fine-dust.html", [voting], language=language)
    voices = page[page.index('<div class="voices">') :]
    kinds = re.findall(r'<div class="voice" data-(side="\w+"|ballot="\w+")>', voices)
    assert kinds == ['side="government"', 'side="civil_society"', f'ballot="{block.sha256}"']
    assert " ".join(BLOCK.split()) in plain(page)
    assert '<blockquote lang="ko">' in page
    assert ("<details" in voices[: voices.index("data-ballot")]) is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_are_never_markup(sample_book, language):
    for name in ("fine-dust", "decisions"):
        page = sample_book.page(f"{language}/{name}")
        assert "<script>window.broken" not in page
        assert "&lt;script&gt;window.broken=2&lt;/script&gt;" in page
    assert "<i>꼭</i>" not in sample_book.page(f"{language}/decisions")


def slighted(page: str, kind: str) -> str:
    """The page with its block shown as a theme might: not at all, cut, without its seat, folded, hidden, small."""
    begin = page.index('<div class="voice" data-ballot=')
    end = page.index("</div>", begin) + len("</div>")
    block = page[begin:end]
    changed = {
        "is not on the page": "",
        "is not quoted in full": block.replace("한 곳", ""),
        "does not say whose it is": block.replace("C-3", ""),
        "is folded away or set apart (<details>)": f"<details><summary>…</summary>{block}</details>",
        "is folded away or set apart (<small>)": block.replace("<blockquote", "<small><blockquote"),
        "is folded away or set apart (hidden)": block.replace("data-ballot", "hidden data-ballot"),
        "is folded away or set apart (style)": block.replace("data-ballot", 'style="font-size:50%" data-ballot'),
        "has not the weight of the decision": block.replace('class="voice"', 'class="voice quiet"'),
        "does not stand beside how both sides decided": f"<div>{block}</div>",
    }[kind]
    return page[:begin] + changed + page[end:]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("is not on the page", "is not on the page"),
        ("is not quoted in full", "is not quoted in full"),
        ("does not say whose it is", "does not say whose it is"),
        ("is folded away or set apart (<details>)", "does not stand beside how both sides decided"),
        ("is folded away or set apart (<small>)", "is folded away or set apart (<small>)"),
        ("is folded away or set apart (hidden)", "is folded away or set apart (hidden)"),
        ("is folded away or set apart (style)", "is folded away or set apart (style)"),
        ("has not the weight of the decision", "has not the weight of the decision"),
        ("does not stand beside how both sides decided", "does not stand beside how both sides decided"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_slights_a_block_is_refused(sample_book, tmp_path, language, kind, said):
    path = tmp_path / "fine-dust.html"
    path.write_text(slighted(sample_book.page(f"{language}/fine-dust"), kind), encoding="utf-8")
    with pytest.raises(GateRefused) as caught:
        require_dissent(path, votings_of(sample_book.project, "fine-dust"), language=language)
    assert f"the 'block' of C-3 on P-0001 {said}" in str(caught.value)


def test_votes_that_are_folded_away_together_are_refused(sample_book, tmp_path):
    path = tmp_path / "fine-dust.html"
    page = sample_book.page("en/fine-dust")
    path.write_text(page.replace('<div class="voices">', '<details><summary>…</summary><div class="voices">'), encoding="utf-8")
    with pytest.raises(GateRefused, match="folded away or set apart"):
        require_dissent(path, votings_of(sample_book.project, "fine-dust"), language="en")


def test_a_theme_that_leaves_a_block_out_builds_nothing_and_the_site_stays(project):
    write_text(project.site / "ko" / "index.html", "yesterday")
    path = project.book / "theme" / "pages" / "votes.html"
    whole = path.read_text(encoding="utf-8")
    assert "{% for vote in voting.dissent %}" in whole
    write_text(path, whole.replace("{% for vote in voting.dissent %}", "{% for vote in [] %}"))
    with pytest.raises(GateRefused) as caught:
        build_book(project, target=project.site)
    assert "ko/fine-dust.html: the 'block' of C-3 on P-0001 is not on the page" in str(caught.value)
    assert (project.site / "ko" / "index.html").read_text(encoding="utf-8") == "yesterday"


def test_every_vote_on_an_issue_owes_its_dissent_not_the_last_one_alone(project):

    day = read_governance(project).register.entries[-1].facts.closed_on
    record = {**PROPOSAL, "issue": "fine-dust", "title": two("다시", "Again"), "question": two("다시", "Again")}
    again = write_proposal(governance_of(project, today=day), record, today=day)[-1].stem
    vote(project, again, "G-2", "block", today=day, reason={"en": "Once is enough."})
    built = build_book(project, target=project.site)
    for language in LANGUAGES:
        page = (built.target / language / "fine-dust.html").read_text(encoding="utf-8")
        assert page.index(">P-0001</a>") < page.index(f">{again}</a>")  # the one that decides comes first
        assert "Once is enough." in plain(page)
        assert " ".join(BLOCK.split()) in plain(page)
