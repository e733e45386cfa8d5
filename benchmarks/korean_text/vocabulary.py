"""The words the corpus is made of: surnames, syllables of given names, districts, stems of roads and dongs, banks.

Surnames, districts, banks and mail providers are real and say nothing about anyone; given names, roads, dongs and
numbers are put together by chance, so that no text is about a person who exists.
"""

from __future__ import annotations

from random import Random


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text.

    Examples
    --------
    >>> words("양화 서강")
    ('양화', '서강')
    """
    return tuple(text.split())


COMMON_SURNAMES = words("김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 전 홍 고 문 양 손")
OTHER_SURNAMES = words(
    "배 백 허 유 남 심 노 하 곽 성 차 주 우 구 나 민 진 지 엄 채 원 천 방 공 현 함 변 염 여 추 도 소 석 선 설 마 길 연 위 "
    "표 명 기 반 라 왕 금 옥 육 인 맹 제 모 탁 국 어 은 편 용 예 경 봉 사 부 가 복 태 목 형 피 두 감 음 빈 동 온 호 범 좌 "
    "팽 승 간 상 시 갈 남궁 황보 제갈 선우 독고 사공 서문"
)
GIVEN_SYLLABLES = words(
    "민 서 준 도 윤 예 주 지 하 은 우 시 현 수 아 진 영 호 성 재 혁 훈 석 경 미 정 희 숙 순 옥 철 용 태 규 형 원 연 채 유 "
    "나 빈 찬 솔 람 결 율 린 건 혜 선 동 승 상 종 창 병 기 광 덕 춘 복 란 애 화 슬 다 소 라 온 늘"
)
KOREAN_GIVEN = words("하늘 아름 슬기 보람 가람 한별 초롱 다솜 나래 한솔 새봄 이슬 가을 보라 은별")
SINGLE_GIVEN = words("준 훈 건 혁 솔 결 찬 율 빈 린 웅 윤 현 욱 철")
WORDS_NOT_NAMES = frozenset(
    words("주민 시민 서민 정원 전원 공원 지원 인원 우수 하늘 정현 고현 구현 표현 실현 이건 조건 사건 성공 추진 차선 주현")
)

SEOUL_DISTRICTS = words(
    "강남구 강동구 강북구 강서구 관악구 광진구 구로구 금천구 노원구 도봉구 동대문구 동작구 마포구 서대문구 서초구 성동구 "
    "성북구 송파구 양천구 영등포구 용산구 은평구 종로구 중구 중랑구"
)
OTHER_CITIES = (
    ("경기도", "경기", "고양시 덕양구"),
    ("경기도", "경기", "성남시 분당구"),
    ("경기도", "경기", "부천시"),
    ("부산광역시", "부산", "해운대구"),
    ("대구광역시", "대구", "수성구"),
    ("인천광역시", "인천", "부평구"),
    ("대전광역시", "대전", "유성구"),
    ("충청북도", "충북", "청주시 흥덕구"),
    ("전라남도", "전남", "순천시"),
    ("강원특별자치도", "강원", "춘천시"),
    ("제주특별자치도", "제주", "제주시"),
)
RURAL = (
    ("충청북도", "충북", "괴산군"),
    ("경상북도", "경북", "의성군"),
    ("전북특별자치도", "전북", "부안군"),
    ("강원특별자치도", "강원", "홍천군"),
)
REAL_ROAD_STEMS = words(
    "양화 월드컵 테헤란 올림픽 백제고분 독산 동일 한강대 창경궁 은행나무 벚꽃 성미산 새말 아차산 남부순환 통일 도산 학동 "
    "새문안 서강"
)
REAL_DONG_STEMS = words(
    "합정 망원 서교 상암 성산 연남 역삼 논현 잠실 천호 길 창 번 쌍문 신림 봉천 화곡 목 신정 구로 독산 상계 중계 대림 사당"
)
PLACE_SYLLABLES = words(
    "양 화 서 강 월 성 미 도 창 신 독 산 숭 광 나 루 청 운 송 림 남 북 율 현 장 평 안 정 봉 석 천 매 학 백 수"
)
APARTMENTS = words("현대 한빛 푸른숲 래미안 한강 무지개 은빛마을 주공 삼익 벽산 자이 햇살마을 두산 동아")
APARTMENT_ENDS = ("아파트", "아파트", "빌라", "오피스텔", "맨션", "하이츠")

BANKS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("국민은행", (6, 2, 6)),
    ("신한은행", (3, 3, 6)),
    ("우리은행", (4, 3, 6)),
    ("농협", (3, 4, 4, 2)),
    ("하나은행", (3, 6, 5)),
    ("기업은행", (3, 6, 2, 3)),
    ("카카오뱅크", (4, 2, 7)),
    ("토스뱅크", (4, 4, 4)),
    ("우체국", (6, 2, 6)),
    ("새마을금고", (4, 4, 4, 1)),
)
MAIL_HOSTS = words("naver.com daum.net hanmail.net gmail.com nate.com kakao.com korea.kr yonsei.ac.kr outlook.com")
SPOKEN_HOSTS = (("네이버", "컴"), ("다음", "넷"), ("지메일", "컴"), ("한메일", "넷"), ("네이트", "컴"))
ROMANISED = words("hong kim lee park min seo jun ha eun ji woo hyun soo young ho jae yoon bora garam sol dan bi")
MAIL_WORDS = words("bike sky happy river green seoul tree moon star walk mapo")


def full_name(rng: Random) -> str:
    """Return a name put together by chance: a real surname and a generated given name.

    Examples
    --------
    >>> from random import Random
    >>> len(full_name(Random(1))) in (2, 3, 4)
    True
    """
    while True:
        surname = rng.choice(COMMON_SURNAMES if rng.random() < 0.7 else OTHER_SURNAMES)
        form = rng.random()
        if form < 0.08:
            given = rng.choice(SINGLE_GIVEN)
        elif form < 0.16:
            given = rng.choice(KOREAN_GIVEN)
        else:
            given = "".join(rng.sample(GIVEN_SYLLABLES, 2))
        if surname + given not in WORDS_NOT_NAMES and (given in KOREAN_GIVEN or given not in WORDS_NOT_NAMES):
            return surname + given


def surname_length(name: str) -> int:
    """Return how many syllables of a name are its surname."""
    return 2 if len(name) > 2 and name[:2] in OTHER_SURNAMES and len(name) > 3 else 1


def road_stem(rng: Random) -> str:
    """Return the stem of a road's name, real or generated."""
    return rng.choice(REAL_ROAD_STEMS) if rng.random() < 0.4 else "".join(rng.sample(PLACE_SYLLABLES, 2))


def dong_stem(rng: Random) -> str:
    """Return the stem of a dong's name, real or generated."""
    return rng.choice(REAL_DONG_STEMS) if rng.random() < 0.4 else "".join(rng.sample(PLACE_SYLLABLES, 2))
