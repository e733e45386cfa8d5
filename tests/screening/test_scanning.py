"""Findings name the original's characters, masks replace them, and no text makes the scan slow."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.screening import KINDS, mask, mask_many, scan

ALPHABET = "0123456789-. ,:/()*@ab가나다로길동리씨님이일공에김홍성명은\u200b０①\n구시ᄒ\u1161\u11ab"
PARTS = [
    "010-1234-5678",
    "900101-1******",
    "홍길동 씨",
    "서울시 중구 세종대로 110",
    "hong@naver.com",
    "공일공에 일이삼사에 오육칠팔",
    "12가 3456",
]


@given(st.lists(st.one_of(st.text(ALPHABET, max_size=30), st.sampled_from(PARTS)), max_size=8).map("".join))
@settings(max_examples=300, deadline=None)
def test_findings_of_any_text_are_ordered_apart_and_inside_it(text: str) -> None:
    found = scan(text)
    places = [0, *(place for one in found for place in (one.start, one.end)), len(text)]
    assert places == sorted(places)
    assert all(one.start < one.end and one.kind in KINDS for one in found)


@given(
    st.lists(st.lists(st.one_of(st.text(ALPHABET, max_size=20), st.sampled_from(PARTS)), max_size=4).map("".join), max_size=12)
)
@settings(max_examples=300, deadline=None)
def test_a_text_among_others_is_masked_as_if_it_were_alone(texts: list[str]) -> None:
    assert mask_many(texts) == [mask(text) for text in texts]


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_unicode_text_can_be_masked(text: str) -> None:
    assert mask_many([text]) == [mask(text)]


def test_a_mask_has_the_label_and_leaves_the_rest() -> None:
    assert mask("신청인 홍길동님(010-1234-5678), 세종대로 110") == "신청인 [이름]님([휴대전화번호]), [도로명주소]"
    assert mask("900101-1******") == "[주민등록번호]"


def test_a_masked_text_holds_nothing_more() -> None:
    for part in PARTS:
        assert scan(mask(f"문의: {part} 입니다")) == []


def test_masks_of_many_texts_come_in_their_order() -> None:
    texts = [f"{place}번 글 " + part for place, part in enumerate(PARTS * 3)]
    assert mask_many(texts) == [mask(text) for text in texts]
    assert mask_many([]) == []


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1 ",
        "1-",
        "*",
        "이",
        "일 ",
        "a@",
        "a.",
        "x",
        "가로 1",
        "가동1-",
        "가",
        "가 ",
        "\u200b",
        "이름:",
        "김가나씨",
        "(",
        "로 1 (",
        " ",
        "1,",
        "a@a.",
        "010-1234-5678",
        "0101234567 ",
        "서울시 ",
        "강남구",
        "_",
        "공에",
        "\u1112\u1169",
        "홍 ",
        "12가",
        "M1",
        "성명 홍",
        "at ",
        "골뱅이",
        "일 다시 ",
        "이 1 ",
        "1234567890로 ",
        "엠일이삼",
        "M1일",
        "12 가 3",
        "이 민수 님 ",
        "가길 1 가 길 ",
        "101 호 ",
        "구백번지 ",
        "1.1234567,",
    ],
)
def test_long_repetitions_are_read_in_one_go(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert all(found.end - found.start < 200 for found in scan(text))


def test_a_finding_amid_a_long_text_is_still_found() -> None:
    filler = "공원의 나무와 벤치를 고쳤습니다. 대여소 2301번은 쉽니다. " * 2000
    text = filler + "연락처 010-1234-5678\n" + filler
    assert [(found.kind, found.start) for found in scan(text)] == [("mobile_phone", len(filler) + 4)]
