"""The scanner on generated texts: what it must find of each kind and writing, and what it must leave alone.

The corpus (``benchmarks/korean_text``) was written without a look at the scanner; here it is small, with fixed seeds,
and ``benchmarks/screen_text.py`` measures more of it with any seed.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest

from workbench.screening import KINDS, scan

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from korean_text import CASES, Document, Score, corpus, score
from korean_text.documents import NUMBERS
from korean_text.negatives import WHATS
from korean_text.numbers import business_check, corporate_check, foreigner_check, luhn_check, resident_check

WORDS = ("name", "road_address", "lot_address")
WRITINGS_OF_NUMBERS = sorted({writing for kind, writing in CASES if kind not in WORDS})
SEEDS = (11, 2017)
SIZE = 1200


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [document for seed in SEEDS for document in corpus(seed, SIZE)]


@pytest.fixture(scope="module")
def result(documents: list[Document]) -> Score:
    return score(documents, scan)


def test_the_corpus_has_every_kind_the_scanner_names_and_nothing_else() -> None:
    assert {kind for kind, _ in CASES} == set(KINDS)


def test_the_same_seed_gives_the_same_texts_and_another_seed_others() -> None:
    assert corpus(5, 40) == corpus(5, 40)
    assert corpus(5, 40) != corpus(6, 40)


def test_every_case_comes_up_equally_often(documents: list[Document]) -> None:
    counts = [sum(span[:2] == case for document in documents for span in document.spans) for case in CASES]
    assert min(counts) >= 30 and max(counts) - min(counts) <= len(SEEDS)
    assert {negative.what for document in documents for negative in document.negatives} == set(WHATS)


def test_spans_and_negatives_stand_apart_and_inside_their_text(documents: list[Document]) -> None:
    for document in documents:
        places = sorted([span[-2:] for span in document.spans] + [negative[-2:] for negative in document.negatives])
        assert all(0 <= start < end <= len(document.text) for start, end in places)
        assert all(before[1] <= after[0] for before, after in pairwise(places))


@pytest.mark.parametrize(
    ("kind", "check", "length"),
    [
        ("resident_number", resident_check, 13),
        ("foreigner_number", foreigner_check, 13),
        ("business_number", business_check, 10),
        ("corporate_number", corporate_check, 13),
        ("card_number", luhn_check, 16),
    ],
)
def test_most_numbers_have_a_valid_check_digit_and_some_have_not(kind: str, check: object, length: int) -> None:
    assert callable(check)
    written = [
        document.text[s.start : s.end].replace("-", "")
        for document in corpus(3, 6000)
        for s in document.spans
        if s[:2] == (kind, "plain")
    ]
    whole = [number for number in written if len(number) == length]
    valid = sum(check(number[:-1]) == number[-1] for number in whole)
    assert 0.4 * len(whole) < valid < len(whole)


@pytest.mark.parametrize("writing", WRITINGS_OF_NUMBERS)
def test_of_numbers_and_mail_addresses_in_each_writing_99_of_100_are_found(writing: str, result: Score) -> None:
    cases = [case for case in CASES if case[1] == writing and case[0] not in WORDS]
    assert result.recall(cases) >= 0.99, [result.missed.get(case) for case in cases if case in result.missed]


@pytest.mark.parametrize("kind", [*NUMBERS, "email"])
def test_of_each_kind_of_number_99_of_100_are_found(kind: str, result: Score) -> None:
    cases = [case for case in CASES if case[0] == kind]
    assert result.recall(cases) >= 0.99, [result.missed.get(case) for case in cases if case in result.missed]


@pytest.mark.parametrize("case", [case for case in CASES if case[0] in WORDS], ids="-".join)
def test_of_names_and_addresses_in_each_writing_95_of_100_are_found(case: tuple[str, str], result: Score) -> None:
    assert result.recall([case]) >= 0.95, result.missed[case]


def test_of_what_is_found_98_of_100_are_personal_data(result: Score) -> None:
    assert result.precision() >= 0.98, result.wrongly


@pytest.mark.parametrize("what", WHATS)
def test_what_only_looks_like_personal_data_is_left_alone(what: str, result: Score) -> None:
    assert result.precision_against(what) >= 0.98, result.wrongly[what]
