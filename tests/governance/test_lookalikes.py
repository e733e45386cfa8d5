"""Names that look alike are found, and Korean, Chinese and Latin names pass as they are."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from workbench.governance.papers.lookalikes import LOOKS_LIKE, PlainName, alike, explain_id, look_alike, suspicious

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u3164\u115f\u1160\u034f\ufe0f\u200e\u202e\u2066"
SYLLABLES = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=12)
CHARACTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=15)


@pytest.mark.parametrize(
    "name",
    [
        "시민 위원",
        "서울YMCA",
        "서울 YMCA (대기환경)",
        "제2기 시민위원회 1분과",
        "大韓民國 서울特別市",
        "(사)맑은공기",
        "㈜데이터",
        "㈔도시환경",
        "시ㆍ도 협의회",
        "시·군·구 담당",
        "Seat of the city's air-quality office",
        "제Ⅱ지구 - 3호",
        "Café Zürich",
        "東京タワー",
        "Москва",
        "「도시」 연구소 & 모임, 100%",
        "",
    ],
)
def test_a_name_as_people_write_it_passes(name):
    assert suspicious(name) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (" 시민 위원", "begins or ends with a space (U+0020 SPACE)"),
        ("시민 위원\u00a0", "begins or ends with a space (U+00A0 NO-BREAK SPACE)"),
        ("시민\u3000위원", "U+3000 IDEOGRAPHIC SPACE looks like a space"),
        ("시민\u200b위원", "U+200B ZERO WIDTH SPACE cannot be seen"),
        ("시민\u202e위원", "U+202E RIGHT-TO-LEFT OVERRIDE changes the direction of reading"),
        ("시민\u3164위원", "U+3164 HANGUL FILLER cannot be seen"),
        ("시민\n위원", "U+000A cannot be seen"),
        ("시민\ue000", "U+E000 is no character that everybody sees the same way"),
        (unicodedata.normalize("NFD", "시민"), "is not in the normal form NFC (U+1109 HANGUL CHOSEONG SIOS); type it anew"),
        ("\u212aelvin", "is not in the normal form NFC (U+212A KELVIN SIGN); type it anew"),
        ("ㅅㅣ민", "U+3145 HANGUL LETTER SIOS is a letter of Hangul and no syllable"),
        ("시민\u1100", "U+1100 HANGUL CHOSEONG KIYEOK is a letter of Hangul and no syllable"),
        ("Сity", "the word 'Сity' mixes scripts: U+0421 CYRILLIC CAPITAL LETTER ES looks like 'C'"),
        ("서울УМСА", "the word '서울УМСА' mixes scripts: U+0423 CYRILLIC CAPITAL LETTER U looks like 'Y'"),
        ("서울 УМСА", "the word 'УМСА' is written with look-alikes: U+0423 CYRILLIC CAPITAL LETTER U looks like 'Y'"),
        ("Οffice", "U+039F GREEK CAPITAL LETTER OMICRON looks like 'O'"),
        ("օffice", "U+0585 ARMENIAN SMALL LETTER OH looks like 'o'"),
        ("officeж", "mixes scripts: U+0436 CYRILLIC SMALL LETTER ZHE"),
        ("시타ロ", "mixes scripts: U+30ED KATAKANA LETTER RO"),
        ("ɡroup", "U+0261 LATIN SMALL LETTER SCRIPT G looks like 'g'"),
        ("ＹＭＣＡ", "U+FF39 FULLWIDTH LATIN CAPITAL LETTER Y looks like 'Y'"),
        ("𝐘MCA", "U+1D418 MATHEMATICAL BOLD CAPITAL Y looks like 'Y'"),
        ("제２기", "U+FF12 FULLWIDTH DIGIT TWO is a digit, write '2'"),
        ("제٢기", "U+0662 ARABIC-INDIC DIGIT TWO is a digit, write '2'"),
        ("시민\u0335", "U+0335 COMBINING SHORT STROKE OVERLAY is a mark laid over another character"),
    ],
)
def test_a_disguised_name_is_refused_with_its_character(name, reason):
    found = suspicious(name)
    assert found is not None
    assert found.endswith(reason)


@given(SYLLABLES)
def test_any_name_in_syllables_passes(name):
    assert suspicious(name) is None


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20))
def test_any_name_in_ascii_passes(name):
    assert suspicious(name) is None
    assert explain_id(name) == ""


@given(SYLLABLES | st.sampled_from(["YMCA", "서울YMCA", "C-1"]), st.sampled_from(ZERO_WIDTH), st.data())
def test_what_cannot_be_seen_is_found_wherever_it_stands(name, unseen, data):
    place = data.draw(st.integers(0, len(name)))
    disguised = name[:place] + unseen + name[place:]
    assert suspicious(disguised) is not None
    assert look_alike(disguised) == look_alike(name)
    assert alike({"one": name, "two": disguised}) == [("one", "two")]
    assert f"U+{ord(unseen):04X}" in explain_id(unseen + "C-1")


@settings(max_examples=400)
@given(CHARACTERS)
@example("Σσς ΝνИ İıI ﬁ ㅅㅓ \u0345")
def test_the_skeleton_of_a_skeleton_is_itself(text):
    assert look_alike(look_alike(text)) == look_alike(text)


@given(CHARACTERS)
def test_normal_forms_share_a_skeleton(text):
    assert len({look_alike(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}) == 1


@given(st.text(st.sampled_from("ACEHIKMOPTXYacepxy"), min_size=1, max_size=8), st.data())
def test_a_letter_of_another_script_changes_no_skeleton_and_is_found(name, data):
    place = data.draw(st.integers(0, len(name) - 1))
    twin = data.draw(st.sampled_from([letter for letter, latin in LOOKS_LIKE.items() if latin == name[place]]))
    disguised = name[:place] + twin + name[place + 1 :]
    assert look_alike(disguised) == look_alike(name)
    assert f"U+{ord(twin):04X}" in str(suspicious(disguised))
    assert f"looks like '{name[place]}'" in explain_id(disguised)


def test_every_pair_maps_a_letter_beyond_ascii_to_one_of_ascii():
    assert len(LOOKS_LIKE) > 150
    for letter, latin in LOOKS_LIKE.items():
        assert not letter.isascii()
        assert latin.isascii()
        assert unicodedata.category(letter).startswith("L")
        assert unicodedata.is_normalized("NFC", letter)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("서울 YMCA", "서울ymca"),
        ("㈔도시환경", "(사)도시환경"),
        ("시ㆍ도", "시·도"),
        ("SEOUL", "ЅЕОUL"),
        ("모임 10", "모임 lO"),
        ("modern", "modem"),
        ("가力", "가カ"),
        ("시-도", "시–도"),
    ],
)
def test_names_that_look_alike_are_told(one, other):
    assert alike({"C-1": one, "C-2": "다른 모임", "C-3": other}) == [("C-1", "C-3")]


def test_names_that_differ_to_the_eye_are_kept_apart():
    names = ["환경 모임 1", "환경 모임 2", "교통 모임", "서울시", "서울 시민", "Seat A", "Seat B", "Café", "Cafe"]
    assert alike({name: name for name in names}) == []


def test_three_of_a_kind_are_three_pairs():
    assert alike({"a": "모임", "b": "모임", "c": "모 임"}) == [("a", "b"), ("a", "c"), ("b", "c")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("С-1", "U+0421 CYRILLIC CAPITAL LETTER ES, which looks like 'C'"),
        ("Ｃ-1", "U+FF23 FULLWIDTH LATIN CAPITAL LETTER C, which looks like 'C'"),
        ("C‑1", "U+2011 NON-BREAKING HYPHEN, which looks like '-'"),
        ("C−1", "U+2212 MINUS SIGN, which looks like '-'"),
        ("C-１", "U+FF11 FULLWIDTH DIGIT ONE, which looks like '1'"),
        ("C-1\u200b", "'C-1\\u200b' holds U+200B ZERO WIDTH SPACE, which cannot be seen"),
        ("C -1", "U+0020 SPACE, which cannot be seen"),
        ("시-1", "U+C2DC HANGUL SYLLABLE SI, and an id is written in ASCII"),
    ],
)
def test_an_id_beyond_ascii_is_explained(text, told):
    assert explain_id(text).endswith(told)


def test_a_model_refuses_a_disguised_name_with_its_reason():
    class Named(BaseModel):
        name: PlainName

    assert Named(name="서울YMCA").name == "서울YMCA"
    with pytest.raises(ValidationError, match=r"U\+0421 CYRILLIC CAPITAL LETTER ES looks like 'C'"):
        Named(name="Сity")
