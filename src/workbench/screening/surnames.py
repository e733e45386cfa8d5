"""Korean surnames, the syllables of given names, and the nouns that look like names before 씨 and 님.

A name has no shape of its own: what tells it is a surname at the start of a word, a marker at its end, and not being one of
these nouns.
"""

from __future__ import annotations

from workbench.screening.word_lists import word_list

SURNAMES = (
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진나지엄채원천방공현함변염여추도"
    "소석선설마길연위표명기반라왕금옥육인맹제모탁국어은편용예경봉사부가복태목형피두감음빈동온호범좌팽승간상갈단당화창"
    "시순견팔옹묵대초린량리림"
)
COMPOUND_SURNAMES = "남궁|황보|제갈|사공|선우|서문|독고|동방|망절|어금|장곡|강전|을지"
# So rare, and so common as first syllables of nouns, that only a label with a colon makes them a surname.
RARE_SURNAMES = frozenset("가복두감음동온호승간상갈단당화창시순견팔옹묵대초량사어경목형인태국")
ONE_SYLLABLE_NAMES = frozenset(
    "산준훈현민진은빈솔봄별건혁철석영원율윤찬한환희결겸구권규균근란린림명범설섭성숙슬승식신심안언엽온완용우욱웅유일재정종"
    "중지창채천총춘충탁태택하학항해향헌형혜홍화황후훤휘흠흥강단담도동라랑련렬령록룡루률리목묵문미방배백병보봉빛상서석선세"
    "소송수순아애양연열예옥요운월윤율의익인임자잔제조주직"
)
NOT_NAMES = word_list("not_names")
NOT_AFTER_LABELS = NOT_NAMES | word_list("not_after_labels")
CLANS = word_list("clans")
GIVEN_NEVER = frozenset("를는들것께됐된될했않였었겠습까죠즘뭐왜및또곳씩쯤끼")
# Frequent syllables of given names: where nothing but a title follows, both must be among them.
FREQUENT = frozenset(
    "민지서준현우영수정은진성호경희미숙재훈혜동석순옥자춘연주선아윤예하도유채원시후건태상철용승기종환창규광식병근복남길덕"
    "만봉봄솔별나라다인소율린빈결찬율담온이안율율가람슬범혁욱웅섭학구권균홍화란련례애향월말분금임점필문배백택헌형휘흥희명"
    "국송신심양언엽오완운의익일"
)
