"""Building the book: the same bytes every time, nothing when nothing changed, and yesterday's site on any fault."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from book_sample import MARKUP, edit_result, seal, write_project
from workbench.errors import CheckFailed, GateRefused, UsageError, WorkbenchError
from workbench.files import write_text
from workbench.governance import read_governance
from workbench.project import Project
from workbench.publish import build_book
from workbench.publish.editions import Edition, read_editions
from workbench.publish.inputs import inputs_hash
from workbench.publish.votings import read_votings


@pytest.fixture
def old_site(project: Project) -> Path:
    """Something like yesterday's site, to see whether it stays."""
    write_text(project.site / "ko" / "index.html", "yesterday")
    write_text(project.site / "index.html", "yesterday")
    return project.site


def everything(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def refused(project: Project, kind: type[WorkbenchError], *words: str, **options: object) -> None:
    """The build is refused with a message that holds the words, and the site is as it was."""
    before = everything(project.site)
    with pytest.raises(kind) as caught:
        build_book(project, target=project.site, **options)  # type: ignore[arg-type]
    for word in words:
        assert word in str(caught.value)
    assert everything(project.site) == before


def editions_of(project: Project) -> list[Edition]:
    governance = read_governance(project)
    return read_editions(governance, read_votings(governance))


def test_two_clean_builds_in_different_folders_give_the_same_bytes(sample_book, tmp_path):
    other = write_project(tmp_path / "elsewhere" / "city")
    write_text(other.site / "preview" / "index.html", "preview")
    build_book(other, target=other.site)
    built = everything(other.site)
    assert built.pop("preview/index.html") == hashlib.sha256(b"preview").hexdigest()  # a public build leaves the preview alone
    assert built == everything(sample_book.site)
    (other.site / "en" / "index.html").write_text("touched", encoding="utf-8")
    assert build_book(other, target=other.site).rebuilt  # what was touched is put right
    assert everything(other.site / "en") == everything(sample_book.site / "en")


def test_nothing_is_built_when_nothing_changed_and_again_when_the_site_was_touched(sample_book):
    again = build_book(sample_book.project, target=sample_book.site)
    assert not again.rebuilt
    assert (again.languages, again.pages) == (sample_book.built.languages, sample_book.built.pages)


def test_a_preview_is_marked_on_every_page_and_leaves_the_public_site_alone(tmp_path):
    project = write_project(tmp_path / "city")
    write_text(project.site / "ko" / "index.html", "public")
    candidate = project.candidates / "fine-dust"
    shutil.copytree(project.analyses / "fine-dust" / "releases" / "1", candidate)
    shutil.rmtree(candidate / "approvals")
    edit = candidate / "results" / "by_month.json"
    write_text(edit, edit.read_text(encoding="utf-8").replace(json.dumps(MARKUP)[1:-1], "A new title"))
    seal(project, candidate, approve=False)
    folders = {"fine-dust": candidate}
    built = build_book(project, target=project.site / "preview", draft=True, folders=folders, today=dt.date(2026, 11, 21))
    for language, words in (
        ("ko", "양쪽의 승인을 받지 않은 미리보기입니다."),
        ("en", "A preview that the two sides have not approved."),
    ):
        pages = list((built.target / language).rglob("*.html"))
        assert len(pages) > 8
        assert all(words in page.read_text(encoding="utf-8") for page in pages)
    page = (built.target / "en" / "fine-dust.html").read_text(encoding="utf-8")
    for shown in ("A new title", "Not yet approved", "172", "2026-11-21"):
        assert shown in page
    assert (project.site / "ko" / "index.html").read_text(encoding="utf-8") == "public"
    assert sorted(path.name for path in project.site.iterdir()) == ["ko", "preview"]


def test_a_release_without_both_approvals_is_refused(project, old_site):
    for path in (project.analyses / "fine-dust" / "releases" / "1" / "approvals").glob("G-1.yml*"):
        path.unlink()
    refused(project, GateRefused, "fine-dust/releases/1", "missing: government")


def test_an_approval_whose_signature_is_anothers_is_no_approval(project, old_site):
    approvals = project.analyses / "fine-dust" / "releases" / "1" / "approvals"
    shutil.copy2(approvals / "C-1.yml.sig", approvals / "G-1.yml.sig")
    refused(project, GateRefused, "fine-dust/releases/1", "missing: government", "G-1.yml")


def test_a_release_without_authors_is_refused(project, old_site):
    path = project.analyses / "fine-dust" / "releases" / "1" / "release.yml"
    write_text(path, path.read_text(encoding="utf-8").replace("authors:\n- C-2\n- G-2\n", ""))
    refused(project, UsageError, "release.yml", "'authors' is missing")


def test_a_proposal_changed_after_its_closing_stops_the_book(project, old_site):
    path = project.governance / "proposals" / "P-0001.yml"
    write_text(path, path.read_text(encoding="utf-8").replace("More good days", "More bad days"))
    refused(project, GateRefused, "in doubt", "P-0001")


def test_a_listed_ballot_that_is_gone_or_changed_stops_the_book(project, old_site):
    folder = project.governance / "ballots" / "P-0001"
    block = folder / "C-3.yml"
    whole = block.read_bytes()
    block.unlink()
    refused(project, GateRefused, "in doubt", "P-0001", "C-3.yml")
    block.write_bytes(whole.replace(b"vote: block", b"vote: abstain"))
    refused(project, GateRefused, "in doubt", "P-0001", "C-3.yml")


def test_a_closing_taken_out_of_the_register_stops_the_book(project, old_site):
    for path in (project.governance / "closings").glob("P-0001.yml*"):
        path.unlink()
    refused(project, GateRefused, "in doubt")


def test_a_proposal_that_cannot_be_read_stops_the_book(project, old_site):
    write_text(project.governance / "proposals" / "P-0042.yml", "proposal: P-0042\nkind: wish\n")
    refused(project, UsageError, "P-0042.yml", "wish")


def test_papers_that_do_not_fit_together_stop_the_book(project, old_site):
    path = project.governance / "obstacles" / "O-0001.yml"
    write_text(path, path.read_text(encoding="utf-8").replace("request: D-0001", "request: D-0007"))
    refused(project, UsageError, "O-0001.yml", "D-0007")


def test_the_books_date_is_the_newest_day_on_which_something_was_done(sample_book):
    page = sample_book.page("en/index")
    assert re.search(r'As of <time datetime="(.*?)">', page)[1] == "2026-11-20"  # approvals; a due date of 2027 lies ahead
    assert "2027-03-01" in sample_book.page("en/decisions")


def test_what_this_machine_remembers_of_the_register_is_looked_at_even_where_no_file_changed(project):
    before = inputs_hash(project, draft=False, folders=None, today=None)
    seen = {"founding": "0" * 64, "since": "2026-11-21", "closings": []}
    write_text(project.private / "governance" / "seen.json", json.dumps(seen))
    assert inputs_hash(project, draft=False, folders=None, today=None) != before  # so that it is built, and refused
    refused(project, GateRefused, "in doubt", "founding record")


def test_a_released_file_that_changed_is_named(project, old_site):
    path = project.analyses / "fine-dust" / "releases" / "1" / "tables" / "good_days.csv"
    path.write_text(path.read_text(encoding="utf-8") + "9\n", encoding="utf-8")
    refused(project, CheckFailed, "release.yml", "tables/good_days.csv", "is not the file that was released")


def test_a_file_that_was_not_released_is_named(project, old_site):
    write_text(project.analyses / "fine-dust" / "releases" / "1" / "tables" / "more.csv", "1\n")
    refused(project, CheckFailed, "'tables/more.csv' is there but not listed")


def test_a_result_that_is_listed_and_lost_is_named(project, old_site):
    (project.analyses / "fine-dust" / "releases" / "1" / "results" / "by_month.json").unlink()
    refused(project, CheckFailed, "'results/by_month.json' is listed but not there")


def test_a_figure_without_a_description_is_refused(project, old_site):
    edit_result(project, "fine-dust", "good_days.figure", lambda value: value["variants"][0]["content"].pop("alt"))
    refused(project, UsageError, "good_days.figure.json", "'variants.0.content.alt' is missing")


def test_a_missing_translation_of_a_result_is_refused(project, old_site):
    edit_result(project, "fine-dust", "by_month", lambda value: value["title"].pop("en"))
    refused(project, UsageError, "by_month.json", "'title.en' is missing")


def test_an_unknown_key_of_a_result_is_refused(project, old_site):
    edit_result(project, "fine-dust", "by_month", lambda value: value.update(titel="x"))
    refused(project, UsageError, "by_month.json", "unknown key 'titel'", "did you mean 'title'?")


def test_a_withheld_cell_that_holds_a_value_is_refused(project, old_site):
    def leak(value):
        value["variants"][0]["content"]["values"][0][5] = 3

    edit_result(project, "bike-routes", "by_hour", leak)
    refused(project, UsageError, "by_hour.json", "a withheld cell holds 3")


def test_a_finding_that_names_no_value_is_refused(project, old_site):
    def damage(value):
        value["variants"][0]["content"]["text"]["ko"] = "{value.__class__}일"

    edit_result(project, "fine-dust", "mean_answer", damage)
    refused(project, CheckFailed, "mean_answer.json", "text.ko", "value.__class__")


def test_a_picture_that_runs_or_loads_something_is_refused(project, old_site):
    folder = project.analyses / "fine-dust" / "releases" / "1"
    path = folder / "figures" / "good_days.figure.ko.svg"
    whole = path.read_text(encoding="utf-8")
    for bad in ("<script>alert(1)</script>", '<image href="https://example.org/a.png"/>', '<g onload="alert(1)"/>'):
        path.write_text(whole.replace("</svg>", f"{bad}</svg>"), encoding="utf-8")
        seal(project, folder)
        refused(project, CheckFailed, "good_days.figure.ko.svg", "a picture may not hold")


def test_a_notebook_with_a_free_output_or_a_directive_is_refused(project, old_site):
    folder = project.analyses / "bike-routes" / "releases" / "1"
    path = folder / "notebooks" / "hours.ipynb"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("application/vnd.workbench.result+json", "text/html"), encoding="utf-8")
    seal(project, folder)
    refused(project, CheckFailed, "hours.ipynb, cell 3", "text/html")
    path.write_text(whole.replace("시간대별 이용을 셉니다.", "```{include} /etc/hostname\\n```"), encoding="utf-8")
    seal(project, folder)
    refused(project, CheckFailed, "hours.ipynb, cell 1", "{include}")


def test_pages_that_sphinx_warns_about_are_named_with_the_warnings(project, old_site):
    for language, words in (
        ("ko", "[없는 쪽](nowhere.md)\n\n![그림](https://example.org/a.png)"),
        ("en", "```{raw} html\n<script>alert(1)</script>\n```\n\n```{include} /etc/hostname\n```"),
    ):
        path = project.book / "pages" / language / "about.md"
        write_text(path, f"{path.read_text(encoding='utf-8')}\n{words}\n")
    refused(
        project,
        CheckFailed,
        "page ko/about could not be built",
        "nowhere.md",
        "example.org/a.png lies on another host",
        "en/about.md",
        '"raw" directive disabled',
        '"include" disabled',
    )


def test_a_string_that_one_language_lacks_is_named(project, old_site):
    path = project.book / "strings" / "en.yml"
    write_text(path, path.read_text(encoding="utf-8").replace('  skip: "Skip to the content"\n', ""))
    refused(project, UsageError, "strings/en.yml", "'frame.skip' is missing")


def test_a_translation_with_other_places_is_named(project, old_site):
    path = project.book / "strings" / "en.yml"
    write_text(path, path.read_text(encoding="utf-8").replace('"Release {number}"', '"Release {nummer}"'))
    refused(project, UsageError, "'issue.release' has the places ['nummer'], in ko they are ['number']")


def test_a_page_that_one_language_lacks_is_named(project, old_site):
    (project.book / "pages" / "en" / "about.md").unlink()
    refused(project, UsageError, "site.yml", "unknown page 'about'", "en/about.md")


def test_an_unknown_key_or_language_of_the_site_is_named(project, old_site):
    path = project.book / "site.yml"
    whole = path.read_text(encoding="utf-8")
    write_text(path, whole + "colour: red\n")
    refused(project, UsageError, "site.yml", "unknown key 'colour'")
    write_text(path, whole.replace("[ko, en]", "[ko, fr]"))
    refused(project, UsageError, "site.yml", "languages", "fr")


def test_a_page_that_does_not_say_its_limits_is_refused(project, old_site):
    path = project.analyses / "bike-routes" / "analysis.yml"
    text = path.read_text(encoding="utf-8")
    write_text(path, text[: text.index("  limits:")] + text[text.index("  missing:") :])
    refused(project, GateRefused, "bike-routes/analysis.yml", "page.limits is empty")


def test_a_plan_may_be_ahead_of_the_release_and_not_of_the_candidate(project, old_site):
    path = project.analyses / "bike-routes" / "analysis.yml"
    write_text(path, path.read_text(encoding="utf-8").replace("- by_hour", "- by_hours"))
    words = "page.results: 'by_hours' is not in bike-routes/1, did you mean 'by_hour'?"
    assert [note for edition in editions_of(project) for note in edition.ahead] == [f"bike-routes: {words}"]
    shown = {"bike-routes": project.analyses / "bike-routes" / "releases" / "1"}
    refused(project, UsageError, "bike-routes/analysis.yml", words, draft=True, folders=shown)


def test_an_answer_that_is_no_finding_is_refused(project, old_site):
    path = project.analyses / "bike-routes" / "analysis.yml"
    write_text(path, path.read_text(encoding="utf-8").replace("- peak", "- by_hour"))
    refused(project, UsageError, "page.answer: 'by_hour' is a table, only findings answer")


def test_a_template_that_names_an_unknown_thing_is_named(project, old_site):
    path = project.book / "theme" / "pages" / "data.md"
    write_text(path, path.read_text(encoding="utf-8") + "{{ t.data.nothing_of_the_kind }}\n")
    refused(project, UsageError, "pages/data.md", "nothing_of_the_kind")


def test_folders_of_an_unknown_issue_are_refused(project, old_site):
    refused(project, UsageError, "unknown urban issue 'fine-dusts'", draft=True, folders={"fine-dusts": project.root})


def test_two_builds_of_one_site_at_once_are_refused(project, old_site):
    locks = project.cache / "book"
    with pytest.raises(UsageError, match="unknown urban issue"):  # makes the lock's file
        build_book(project, target=project.site, folders={"nowhere": project.root})
    with next(locks.glob("*.lock")).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        refused(project, UsageError, "another build is writing it")


def test_the_newest_release_is_shown(project):
    second = project.analyses / "fine-dust" / "releases" / "2"
    shutil.copytree(second.with_name("1"), second)
    text = (second / "release.yml").read_text(encoding="utf-8").replace("release: fine-dust/1", "release: fine-dust/2")
    write_text(second / "release.yml", text.replace("number: 1", "number: 2"))
    seal(project, second)
    shown = {edition.issue: edition.release.record.number if edition.release else None for edition in editions_of(project)}
    assert shown == {"bike-routes": 1, "fine-dust": 2, "meal-cards": None, "donations": None}
