"""The comparison of policies and the risk report as pages: what they count, what they say, and what they never show."""

from __future__ import annotations

import itertools
import json
import re
import string
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safe_tables import table
from workbench.files import read_yaml, write_text
from workbench.privacy import Policy, protect
from workbench.publish.protection_pages import render_comparison, render_report
from workbench.publish.protection_pages.differences import differences, fields_of
from workbench.publish.protection_pages.exposure import BINS, coarse, measure_exposure
from workbench.publish.protection_pages.outcomes import Found, Outcome, Reason, as_record, count_outcomes, outcome_of
from workbench.publish.protection_pages.portrait import look_at_raw, portray, reported
from workbench.publish.protection_pages.wording import WORDS, Wording
from workbench.releases import Variant

STYLE = ":root { --paper: #fff; }"
CANARY = "카나리아-91c"
VOID = {"meta", "link", "br"}
SHOWN = [["shown", "shown"], ["shown", "shown"]]


def policy(folder: Path, *, name: str = "A", k: int = 3, **entries) -> Policy:
    """A policy of people of some age, job and illness, in a file."""
    said = {
        "policy": "people",
        "version": 1,
        "unit": "who",
        "fields": {
            "age": {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 99]},
            "note": {"role": "direct_identifier", "treatment": "drop"},
            "illness": {"role": "sensitive"},
        },
        "guarantee": {"k": k},
        **entries,
    }
    path = folder / f"{name}.yml"
    write_text(path, json.dumps(said))
    return Policy.model_validate(said).placed(path)


def people(count: int = 60) -> pa.Table:
    """Two rows a person; the note of each holds the canary."""
    numbers = [number for number in range(count) for _ in range(2)]
    return pa.table({
        "who": [f"{CANARY}-{number}" for number in numbers],
        "age": [20 + number % 17 for number in numbers],
        "note": [f"{CANARY} {number}" for number in numbers],
        "illness": [["flu", "cold", "none"][number % 3] for number in numbers],
    })  # fmt: skip


def comparison(folder: Path, one: Policy, other: Policy, **more) -> dict:
    """The facts of a comparison without results, as the command gathers them."""
    rows = people()
    raw = look_at_raw(rows, knows=["age"], sensitive=["illness"], unit="who", k=20)
    portraits = [
        portray(each, protect(rows, each, key=b"k", tables=True), raw, knows=["age"], sensitive=["illness"], k=20)
        for each in (one, other)
    ]
    return {
        "kind": "comparison",
        "dataset": "people",
        "title": {"ko": "<사람> (합성)", "en": "<People> (synthetic)"},
        "source": None,
        "synthetic": True,
        "field_titles": {name: {"ko": f"{name} <한>", "en": f"{name} <en>"} for name in fields_of(one)},
        "knows": ["age"],
        "sensitive": ["illness"],
        "raw": raw.as_record(),
        "policies": dict(zip("ab", portraits, strict=True)),
        "differences": [found.as_record() for found in differences(one, other)],
        "results": {"known": False, "why": "no_runs", "list": []},
        **more,
    }


def variant(content: dict, *, kind: str = "table", name: str = "counts") -> Variant:
    title = {"ko": "표", "en": "Table"}
    return Variant(
        name=name, kind=kind, notebook="n", title=title, note=None, parameters={}, run="r", datasets={}, content=content
    )  # fmt: skip


def of_table(values: list, states: list = SHOWN) -> Variant:
    return variant(table("count", values, states).as_record())


class Outline(HTMLParser):
    """What a page is made of, and whether every element that opens is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split()).replace("\u00a0", " ")


# What an attacker finds


def test_people_are_counted_once_however_many_rows_they_have():
    rows = pa.table({"who": ["a", "a", "b", "c"], "age": [1, 1, 1, 2]})
    found = measure_exposure(rows, knows=["age"], unit="who", k=2)
    assert (found.people, found.alone, found.below, found.smallest) == (3, 1, 1, 1)


def test_of_a_person_with_several_profiles_the_rarest_counts():
    rows = pa.table({"who": ["a", "a", "b"], "age": [1, 2, 1]})
    assert measure_exposure(rows, knows=["age"], unit="who").alone == 1


def test_a_missing_value_is_a_value_but_knowing_that_it_is_missing_is_not_knowing_it():
    rows = pa.table({"age": [1, 1, None, None], "ill": pa.array(["x", "x", None, None])})
    found = measure_exposure(rows, knows=["age"], unit=None, sensitive=["ill"])
    assert (found.groups[1], found.sure) == (4, {"ill": 2})


def test_fields_that_were_left_out_tell_nothing():
    rows = pa.table({"age": [1, 2, 3]})
    found = measure_exposure(rows, knows=["sex"], unit=None, sensitive=["ill"], people=5)
    assert (found.knows, found.smallest, found.absent, found.sure) == ((), 3, 2, {})


def test_no_rows_expose_nobody():
    found = measure_exposure(pa.table({"age": pa.array([], pa.int64())}), knows=["age"], unit=None, people=7)
    assert (found.absent, found.smallest, found.alone, sum(found.groups)) == (7, 0, 0, 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=60))
def test_exposure_is_what_counting_by_hand_gives(rows):
    found = measure_exposure(
        pa.table({"who": [r[0] for r in rows], "age": [r[1] for r in rows], "ill": [r[2] for r in rows]}),
        knows=["age"], unit="who", sensitive=["ill"], k=3,
    )  # fmt: skip
    sharing = {age: {r[0] for r in rows if r[1] == age} for age in range(4)}
    rarest = {who: min(len(sharing[r[1]]) for r in rows if r[0] == who) for who in {r[0] for r in rows}}
    sure = {r[0] for r in rows if len({other[2] for other in rows if other[1] == r[1]}) == 1}
    steps = [sum(low <= size < high for size in rarest.values()) for low, high in zip(BINS, [*BINS[1:], 999], strict=True)]
    assert (list(found.groups), found.smallest, found.sure["ill"]) == (steps, min(rarest.values()), len(sure))
    assert found.below == sum(size < 3 for size in rarest.values())


def test_rare_people_are_not_counted_out():
    assert [coarse(count) for count in (0, 1, 9, 10)] == [0, "<10", "<10", 10]
    record = measure_exposure(pa.table({"age": [1, 2, 2]}), knows=["age"], unit=None).as_record()
    assert (record["alone"], record["groups"][1]["people"]) == ("<10", "<10")


# What policies say differently


def test_policies_differ_in_fields_first_then_in_what_they_promise(tmp_path):
    one = policy(tmp_path)
    fields = {**one.model_dump(mode="json", exclude_none=True)["fields"], "illness": {"role": "sensitive", "treatment": "drop"}}
    other = policy(tmp_path, name="B", k=9, fields=fields, limits={"suppression": 0.1}, retention="P1Y")
    assert [(found.about, found.name) for found in differences(one, other)] == [
        ("field", "illness"), ("k", ""), ("suppression", ""), ("retention", ""),
    ]  # fmt: skip


def test_a_policy_does_not_differ_from_itself_in_another_version(tmp_path):
    assert differences(policy(tmp_path), policy(tmp_path, name="B", version=2)) == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_difference_is_said_in_words(tmp_path, language):
    one = policy(tmp_path, guarantee={"k": 3, "l": {"illness": 2}, "t": {"illness": 0.5}})
    other = policy(
        tmp_path, name="B", k=9, retention="P3Y", purposes=["statistics"], analysis_dimensions=["age"],
        disclosure={"min_contributors": 20, "dominance": {"n": 2, "share": 0.9}, "p_percent": 10, "round": 5},
    )  # fmt: skip
    wording = Wording(language)
    told = [wording.difference(found.as_record()) for found in differences(one, other)]
    assert len(told) >= 9
    assert not [part for each in told for part in each if not part or re.search(r"[{}_]|None", part)]


# What becomes of results


@pytest.mark.parametrize(
    ("values", "states", "verdict", "counted"),
    [
        ([[10, 20], [30, 40]], SHOWN, "same", (0, 0, 0)),
        ([[10, 20], [30, 39]], SHOWN, "moved", (1, 0, 0)),
        ([[10, None], [30, 41]], [["shown", "withheld"], ["shown", "shown"]], "partly", (1, 1, 0)),
        ([[None, None], [None, None]], [["withheld"] * 2, ["withheld"] * 2], "withheld", (0, 4, 0)),
        ([[None, None], [None, None]], [["empty"] * 2, ["empty"] * 2], "gone", (0, 0, 4)),
    ],
)
def test_a_table_fares_as_its_cells_do(values, states, verdict, counted):
    before = of_table([[10, 20], [30, 40]])
    outcome = outcome_of(before, Found((of_table(values, states),)))
    assert (outcome.verdict, (outcome.moved, outcome.withheld, outcome.missing)) == (verdict, counted)


def test_the_cell_that_moves_most_is_told_by_its_labels():
    outcome = outcome_of(of_table([[100, 20], [30, 40]]), Found((of_table([[99, 20], [15, 40]]),)))
    assert outcome.example["where"]["ko"] == "b, 1"
    assert (outcome.example["from"]["en"], outcome.example["to"]["en"]) == ("30", "15")


def test_a_finding_moves_with_its_sentence():
    def said(number: str) -> Variant:
        content = {"text": dict.fromkeys(("ko", "en"), "{n} of all"), "values": {"n": {"shown": {"ko": number, "en": number}}}}
        return variant(content, kind="finding")

    assert outcome_of(said("3"), Found((said("3"),))).verdict == "same"
    assert outcome_of(said("3"), Found((said("4"),))).sentence == {"ko": "4 of all", "en": "4 of all"}


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (Found(refused={"counts": Reason("rests_on_withheld")}), "withheld"),
        (Found(refused={"counts": Reason("refused")}), "gone"),
        (Found(stopped=Reason("stopped", ("age",))), "gone"),
        (Found(stopped=Reason("machine")), "unknown"),
        (Found(), "gone"),
    ],
)
def test_a_result_that_is_not_there_says_why(found, verdict):
    outcome = outcome_of(of_table([[1, 2], [3, 4]]), found)
    assert (outcome.verdict, outcome.reason is not None) == (verdict, True)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("lost", [0, 1, 3])
def test_a_summary_counts_what_is_lost_in_a_sentence(language, lost):
    counts = count_outcomes([Outcome("gone")] * lost + [Outcome("moved")] * 2 + [Outcome("same")] * 7)
    said = Wording(language).fate(counts, "B")
    assert str(9 + lost) in said
    assert (str(lost) in re.findall(r"\d+", said)) == (lost > 0)


def test_three_of_twelve_results_that_disappear_are_said_in_korean():
    counts = count_outcomes([Outcome("gone")] * 3 + [Outcome("same")] * 9)
    assert Wording("ko").fate(counts, "B").replace("\u00a0", " ") == "정책 B를 따르면 지난 결과 12개 가운데 3개가 사라집니다."


# Words


def test_every_text_stands_in_both_languages_with_the_same_places():
    catalogues = {path.stem: read_yaml(path) for path in WORDS.glob("*.yml")}
    flat = {
        language: {f"{section}.{key}": text for section, texts in said.items() for key, text in texts.items()}
        for language, said in catalogues.items()
    }
    assert set(flat) == {"ko", "en"}
    assert set(flat["ko"]) == set(flat["en"])

    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert [key for key in flat["ko"] if places(flat["ko"][key]) != places(flat["en"][key])] == []


@pytest.mark.parametrize("share", [0.0, 0.00001, 0.0462, 0.5, 1.0])
def test_a_share_is_a_percentage_that_people_read(share):
    said = {0.0: "0%", 0.00001: "less than 0.1%", 0.0462: "4.6%", 0.5: "50%", 1.0: "100%"}
    assert Wording("en").share(share) == said[share]


# Pages


@pytest.fixture
def pages(tmp_path) -> dict[str, str]:
    facts = comparison(tmp_path, policy(tmp_path), policy(tmp_path, name="B", k=20, retention="P1Y"))
    return render_comparison(facts, style=STYLE)


def test_a_page_is_whole_in_each_language_and_links_to_the_other(pages):
    assert set(pages) == {"ko", "en"}
    for language, page in pages.items():
        outline = Outline(page)
        other = {"ko": "en", "en": "ko"}[language]
        assert ("html", {"lang": language}) in outline.seen
        assert any(tag == "a" and attrs.get("href") == f"{other}.html" for tag, attrs in outline.seen)


def test_a_page_loads_nothing_and_runs_nothing(pages):
    for page in pages.values():
        outline = Outline(page)
        assert not {tag for tag, _ in outline.seen} & {"script", "iframe", "img", "object"}
        loaded = [attrs[key] for _, attrs in outline.seen for key in ("src", "href") if attrs.get(key)]
        assert [address for address in loaded if not re.fullmatch(r"(ko|en)\.html|#\w+|data:,", address)] == []
        assert not re.search(r"url\((?!#)|@import|https?://", page)


def test_a_page_is_accessible(pages):
    for page in pages.values():
        outline = Outline(page)
        headings = [int(tag[1]) for tag, _ in outline.seen if re.fullmatch(r"h[1-6]", tag)]
        assert headings[0] == 1
        assert headings.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(headings))
        assert all(attrs.get("scope") in ("row", "col") for tag, attrs in outline.seen if tag == "th")
        pictures = [attrs for tag, attrs in outline.seen if tag == "svg"]
        assert pictures
        assert all(attrs.get("aria-hidden") == "true" or attrs.get("aria-label") for attrs in pictures)


def test_a_page_escapes_what_the_catalogue_says(pages):
    assert "<People>" not in pages["en"]
    assert "&lt;People&gt;" in pages["en"]
    assert "age <en>" in Outline(pages["en"]).words


def test_no_value_of_a_row_is_on_a_page_or_in_the_facts(tmp_path):
    facts = comparison(tmp_path, policy(tmp_path), policy(tmp_path, name="B", k=20))
    everything = json.dumps(facts, ensure_ascii=False, default=str) + "".join(render_comparison(facts, style=STYLE).values())
    assert CANARY not in everything
    assert "flu" not in everything


def test_a_policy_that_does_not_reach_its_promise_is_said_first(tmp_path):
    facts = comparison(tmp_path, policy(tmp_path), policy(tmp_path, name="B", k=20))
    unreached = {key: facts["policies"]["b"][key] for key in ("file", "version", "sha256", "promise")}
    facts["policies"]["b"] = {**unreached, "reached": False, "refusal": "k = 999 is not reached", "hint": ""}
    words = Outline(render_comparison(facts, style=STYLE)["ko"]).words
    assert "정책 B는 약속한 보호에 이르지 못해" in words
    assert words.index("이르지 못해") < words.index("두 정책은 무엇이 다른가")
    assert "k = 999 is not reached" in words


def test_results_stand_worst_first_and_the_unchanged_fold(tmp_path):
    def listed(name: str, b: Outcome) -> dict:
        return {
            "issue": "i", "issue_title": {"ko": "문제", "en": "Issue"}, "notebook": "n", "parameters": {}, "name": name,
            "kind": "table", "title": {"ko": name, "en": name}, "figures": [], "a": as_record(Outcome("same")), "b": as_record(b),
        }  # fmt: skip

    outcomes = {
        "kept": Outcome("same"),
        "shifted": Outcome("moved", cells=4, moved=1),
        "halved": Outcome("partly", cells=4, withheld=2),
        "lost": Outcome("gone", Reason("stopped", ("age",), "KeyError")),
    }
    found = [listed(name, outcome) for name, outcome in outcomes.items()]
    counts = {"a": count_outcomes([Outcome("same")] * 4), "b": count_outcomes(outcomes.values())}
    facts = comparison(
        tmp_path, policy(tmp_path), policy(tmp_path, name="B", k=20),
        results={"known": True, "list": found, "counts": counts, "not_run": ["i/late"], "problems": []},
    )  # fmt: skip
    words = Outline(render_comparison(facts, style=STYLE)["en"]).words
    assert "Under policy B, of the last 4 results, 1 disappears, 1 loses some cells, 1 changes its numbers." in words
    assert words.index("lost Issue") < words.index("halved Issue") < words.index("shifted Issue") < words.index("kept")
    assert "The notebook uses fields that are left out or become another kind of value: ‘age <en>’." in words
    assert "1 run that cannot be compared" in words


def test_a_style_sheet_that_loads_something_is_refused(tmp_path):
    facts = comparison(tmp_path, policy(tmp_path), policy(tmp_path, name="B", k=20))
    with pytest.raises(ValueError, match="from elsewhere"):
        render_comparison(facts, style="body { background: url(https://example.org/a.png) }")


def test_the_same_facts_give_the_same_bytes(tmp_path):
    facts = comparison(tmp_path, policy(tmp_path), policy(tmp_path, name="B", k=20))
    assert render_comparison(facts, style=STYLE) == render_comparison(json.loads(json.dumps(facts)), style=STYLE)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_report_tells_what_was_done_to_each_field_and_what_risk_is_left(tmp_path, language):
    promised = policy(tmp_path, guarantee={"k": 4, "l": {"illness": 2}, "t": {"illness": 0.9}})
    report = {**protect(people(), promised, key=b"k", tables=True).report, "adopted": False}
    facts = {**reported(json.loads(json.dumps(report)), "people"), "adopted": False}
    page = render_report(facts, style=STYLE)[language]
    words = Outline(page).words
    said = {
        "ko": ["누구도", "특정인을 노리는 공격", "많은 사람을 노리는 공격", "표로 셌을 때"],
        "en": ["Nobody is in a group", "Prosecutor", "Marketer"],
    }
    assert [text for text in said[language] if text not in words] == []
    assert all(name in words for name in ("age", "note", "illness"))
    assert CANARY not in page
    assert not re.search(r"https?://|<script", page)


def test_a_report_without_risk_or_tables_says_that_they_were_not_measured(tmp_path):
    report = {key: value for key, value in protect(people(), policy(tmp_path), key=b"k").report.items() if key != "risk"}
    facts = {**reported(report, "people"), "adopted": True, "risk": {}}
    words = Outline(render_report(facts, style=STYLE)["en"]).words
    assert "not measured" in words
    assert "--tables" in words
