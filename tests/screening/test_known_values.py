"""Values from personal fields are found wherever they stand, whole rows too; what only looks like one is left alone."""

from __future__ import annotations

import datetime as dt
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.screening.known_rows import find_rows, known_rows
from workbench.screening.known_values import find_known, is_distinctive, known_values, plain

IDS = [f"R{number:08d}" for number in range(1, 3000)]
PSEUDONYMS = ["005c2e377b15388e1d55fcff", "00651f73c58e16c53c007068"]
KNOWN = known_values(
    [
        *IDS,
        *PSEUDONYMS,
        "홍길동",
        "김서울",
        "강남구",
        "12",
        "2021-03-04",
        "hong@naver.com",
        "n-3107",
        "서울시 중구 세종대로 110",
        "01012345678",
    ],
    texts=["밤마다 집 앞 공사장에서 나는 소리 때문에 아이가 잠을 자지 못합니다"],
    public={"강남구"},
)


@pytest.mark.parametrize(
    "text",
    [
        "R00000007",
        "r00000007",
        "rider=R00000007;",
        "xR00000007y",
        "map_R00000007_2.png",
        "Ｒ０００００００７",
        "R0000\u200b0007",
        "005c2e377b15388e1d55fcff",
        "a1b2c3005c2e377b15388e1d55fcffa1b2c3d4e5f60718",
        "홍길동",
        "홍길동이 말했다",
        "이름은 홍길동입니다",
        "hong@naver.com",
        "n-3107",
        "hong at naver.com hong@naver.com",
        "n-3107",
        "map_n_3107_2.png",
        "서울시 중구 세종대로 110",
        "서울시/중구/세종대로/110",
        "01012345678",
        "그는 '집 앞 공사장에서 나는 소리 때문에'라고 적었다",
    ],
)
def test_a_known_value_is_found_in(text: str) -> None:
    assert find_known(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "강남구 12건 2021-03-04",
        "R99999999",
        "R0000000",
        "홍길",
        "n = 3107",
        "n 3107",
        "동길홍",
        "세종대로 110",
        "005c2e377b15388e1d55fcfe",
        "60721f8d78fdd02fd21dbbd0002182618a5r00000007".replace("r", "a"),
        "아이가 잠을 자지 못합니다",
    ],
)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert find_known(text, KNOWN) == {}


def test_a_short_identifier_inside_a_hash_is_chance_and_a_long_one_is_not() -> None:
    known = known_values(["d00021826", *PSEUDONYMS])
    assert find_known("60721f8d78fdd02fd21dbbd0002182618a518219eb04468c6bd97edcd3abfe11", known) == {}
    assert find_known("hash d00021826", known) == {"identifier": 1}
    assert find_known(f"60721f8d{PSEUDONYMS[0]}fd21dbbd00021826", known) == {"identifier": 1}


COMMON = [
    "12",
    "0",
    "F",
    "강남구",
    "2021-03-04",
    "2021-03-04 11:02:03",
    "11:02",
    "2021Q1",
    "1234567",
    "3.14159265",
    "-12,345,678",
    "",
]
IDENTIFIER = st.from_regex(r"[A-Z]{1,2}[0-9]{6,9}", fullmatch=True)


@pytest.mark.parametrize("value", COMMON)
def test_common_values_are_not_distinctive(value: str) -> None:
    assert not is_distinctive(value, public={"강남구"})


@pytest.mark.parametrize(
    "value", ["R00005275", "홍길동", "01012345678", "9001011234567", "hong@naver.com", "M-1042", "서울시 중구"]
)
def test_values_that_tell_where_they_came_from_are_distinctive(value: str) -> None:
    assert is_distinctive(value)


@given(st.sets(IDENTIFIER, min_size=1, max_size=30), st.data())
@settings(max_examples=150, deadline=None)
def test_exactly_the_known_identifiers_are_found(values: set[str], data: st.DataObject) -> None:
    known = known_values(values)
    text = data.draw(st.lists(st.one_of(st.sampled_from(sorted(values)), IDENTIFIER), max_size=8).map(" ; ".join))
    expected = {value for value in values if plain(value) in plain(text)}
    assert find_known(text, known).get("identifier", 0) == len(expected)


TRIPS = {
    "age": [str(10 + number * 7 % 60) for number in range(20_000)],
    "sex": ["M" if number * 13 % 7 < 3 else "F" for number in range(20_000)],
    "home": [f"{chr(0xAC00 + number * 11 % 25)}구" for number in range(20_000)],
    "started": [
        str(dt.datetime(2021, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=number * 23, seconds=7))[:19] + "+09:00"
        for number in range(20_000)
    ],
    "minutes": [str(round(1 + number * 37 % 900 / 10, 1)) for number in range(20_000)],
    "metres": [f"{(number * 91 % 800) * 10}.0" for number in range(20_000)],
}
ROWS = [known_rows("trips", TRIPS, identifying=["age", "sex", "home"], fine=["started", "minutes", "metres"])]


def row(number: int) -> list[str]:
    return [values[number] for values in TRIPS.values()]


@pytest.mark.parametrize(
    "line",
    [
        "0  " + "  ".join(row(7)),
        ",".join(row(7)),
        "\t".join(reversed(row(7))),
        f"{row(7)[0]} {row(7)[2]} {row(7)[4]} {float(row(7)[5]):,.2f}",
        " ".join([row(7)[0], row(7)[1], row(7)[2], row(7)[3].replace(" ", "T")]),
        " | ".join(f"{name}={value}" for name, value in zip(TRIPS, row(7), strict=True)),
    ],
)
def test_a_row_is_found_without_any_identifier(line: str) -> None:
    assert find_rows([line], ROWS) == 1


def test_lines_that_each_say_too_little_say_together_what_they_are() -> None:
    lines = [f"{number}  {row(number)[0]}  {row(number)[2]}  {row(number)[4]}" for number in (3, 1_404, 8_805, 12_006, 19_007)]
    assert all(find_rows([line], ROWS) == 0 for line in lines)
    assert find_rows(lines, ROWS) >= 3


def test_a_published_table_is_no_row() -> None:
    table = [
        f"{home},{sex},{age},{count}" for home in "가나다" for sex in "MF" for age in range(20, 60, 10) for count in (12, 34)
    ]
    assert find_rows(["district,sex,age,people", *table], ROWS) == 0
    assert find_rows(["공원,2021,3.5,1200", "합계 59 M", " ".join(map(str, range(0, 900, 10)))], ROWS) == 0


def test_random_numbers_are_hardly_ever_rows() -> None:
    draw = random.Random(5)
    lines = [
        f"{draw.randrange(10, 70)} {draw.choice('MF')} {draw.randrange(900) / 10} {draw.randrange(800) * 10}" for _ in range(3000)
    ]
    assert find_rows(lines, ROWS) == 0
    assert not re.search("[가-힣]", "".join(lines))
