"""What looks like personal data and is none: prices, dates, coordinates, stations, law articles, ordinary words.

A reader tells them apart at once; a scanner that masks them makes contributions unreadable and results wrong. Nothing
here is ambiguous: no public building's address, no hotline, no surname alone.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from korean_text.numbers import digits
from korean_text.ordinary import NAME_WORDS, ORDINARY, STREET_WORDS, TITLE_WORDS
from korean_text.vocabulary import REAL_ROAD_STEMS, SEOUL_DISTRICTS, dong_stem, road_stem, words

WEEKDAYS = "월화수목금토일"
COUNTED = words("명 건 대 곳 그루 가구 회 개 마리 권 세대 필지")
LAWS = (
    "개인정보 보호법",
    "도로교통법",
    "지방자치법",
    "자전거 이용 활성화에 관한 법률",
    "통계법",
    "대기환경보전법",
    "주민등록법",
    "주차장법",
)
SCHOOLS = words("고등학교 중학교 초등학교 주민센터 도서관 구민회관 우체국 역 시장 공원")
WHERE = ("건너편", "앞", "1번출구 앞", "2번출구 옆", "교차로", "정문", "후문 맞은편", "사거리", "3번출구 뒤")


def _day(rng: Random) -> tuple[int, int, int]:
    return rng.randrange(1998, 2027), rng.randrange(1, 13), rng.randrange(1, 29)


def _price(rng: Random) -> str:
    amount = rng.randrange(1, 9999) * rng.choice((10, 100, 100, 1000, 10000))
    big, small = rng.randrange(1, 900), rng.randrange(1, 10)
    return rng.choice(
        (
            f"{amount:,}원",
            f"{amount:,}원",
            f"{amount}원",
            f"{big}만 {small}천원",
            f"₩{amount:,}",
            f"{big}만 {small}천 원",
            f"{big}억 {small}천만 원",
            f"{amount:,} 원",
            f"금 {amount:,}원정",
            f"{big}.{small}억 원",
            f"{small}만원",
        )
    )


def _date(rng: Random) -> str:
    y, m, d = _day(rng)
    weekday = rng.choice(WEEKDAYS)
    return rng.choice(
        (
            f"{y}년 {m}월 {d}일",
            f"{y}년{m}월{d}일",
            f"{y}.{m:02}.{d:02}.",
            f"{y}. {m}. {d}.",
            f"{y}-{m:02}-{d:02}",
            f"'{y % 100:02}. {m}. {d}.",
            f"{y % 100:02}/{m:02}/{d:02}",
            f"{y}/{m}/{d}",
            f"{y}{m:02}{d:02}",
            f"{m}월 {d}일({weekday})",
            f"{y}. {m}. {d}.({weekday})",
            f"{m}/{d}",
            f"{y}.{m:02}.{d:02}~{y}.{m % 12 + 1:02}.{d:02}",
            f"{y}년 {m}월",
            f"{y % 100:02}년 {m}월 {d}일",
            f"{y}-{m:02}-{d:02} ~ {m:02}-{d:02}",
        )
    )


def _time(rng: Random) -> str:
    y, month, d = _day(rng)
    h, m, s = rng.randrange(24), rng.randrange(60), rng.randrange(60)
    return rng.choice(
        (
            f"{h:02}:{m:02}",
            f"{h:02}:{m:02}:{s:02}",
            f"오후 {h % 12 + 1}시 {m}분",
            f"{y}-{month:02}-{d:02} {h:02}:{m:02}:{s:02}",
            f"{y}{month:02}{d:02}{h:02}{m:02}{s:02}",
            f"{y}-{month:02}-{d:02}T{h:02}:{m:02}:{s:02}+09:00",
            f"{h}시 {m:02}분",
            f"{h:02}:{m:02}~{(h + 1) % 24:02}:{m:02}",
            f"오전 {h % 12 + 1}시",
            f"{y}.{month:02}.{d:02} {h:02}:{m:02}",
        )
    )


def _coordinate(rng: Random) -> str:
    lat, lon, decimals = 37 + rng.random() * 0.7, 126.7 + rng.random() * 0.5, rng.randrange(3, 9)
    east, north = 930000 + rng.random() * 40000, 1930000 + rng.random() * 40000
    return rng.choice(
        (
            f"{lat:.{decimals}f}, {lon:.{decimals}f}",
            f"({lat:.4f}, {lon:.4f})",
            f"위도 {lat:.6f} 경도 {lon:.6f}",
            f"N37°{rng.randrange(60)}'{rng.randrange(60)}\"",
            f"{east:.2f}, {north:.2f}",
            f"X {east:.0f} Y {north:.0f}",
            f"POINT({lon:.6f} {lat:.6f})",
            f"{lon:.5f},{lat:.5f}",
            f"동경 126도 {rng.randrange(60)}분",
        )
    )


def _station(rng: Random) -> str:
    number, place = rng.randrange(101, 5400), f"{dong_stem(rng)}{rng.choice(SCHOOLS)}"
    return rng.choice(
        (
            f"{number}. {place} {rng.choice(WHERE)}",
            f"{number}. {place} {rng.choice(WHERE)}",
            f"대여소 {number}번",
            f"ST-{number}",
            f"{number:05} 대여소",
            f"자전거 SPB-{rng.randrange(10000, 70000)}",
            f"정류소 {rng.randrange(1, 25):02}-{rng.randrange(100, 999)}",
            f"{dong_stem(rng)}역 {rng.randrange(1, 12)}번 출구",
            f"측정소 {rng.randrange(111121, 111311)}",
        )
    )


def _lot(rng: Random) -> str:
    main, sub = rng.randrange(1, 999), rng.randrange(1, 99)
    return rng.choice(
        (
            f"필지 {main}-{sub}",
            f"지번 {main}-{sub}",
            f"공원 {sub}호",
            f"PNU 11{digits(rng, 8)}1{main:04}{sub:04}",
            f"주차장 {sub}면",
            f"필지번호 {main}-{sub}, {main}-{sub + 1}",
            f"법정동코드 11{digits(rng, 8)}",
            f"도면 {sub}-{main}번",
            f"구획 {sub}-{main % 20}",
        )
    )


def _route(rng: Random) -> str:
    number = rng.randrange(100, 9999)
    return rng.choice(
        (
            f"{number}번 버스",
            f"{number}번",
            f"{rng.choice(SEOUL_DISTRICTS)[:2]}{rng.randrange(1, 16):02}번 마을버스",
            f"N{number % 100}번",
            f"{rng.randrange(1, 10)}호선",
            f"노선 {rng.randrange(1, 40)}-{rng.randrange(1, 9)}",
            f"{rng.randrange(1, 30)}-{rng.randrange(1, 9)}번 마을버스",
            f"자전거길 {rng.randrange(1, 60)}코스",
            f"국도 {rng.randrange(1, 88)}호선",
        )
    )


def _statistic(rng: Random) -> str:
    value = rng.randrange(1000, 9999999)
    return rng.choice(
        (
            f"{value:,}{rng.choice(COUNTED)}",
            f"{value:,}",
            f"{value:,}명 중 {value // 3:,}명",
            f"{value}{rng.choice(COUNTED)}",
            f"{value // 10000 + 1}만 {value % 10000}{rng.choice(COUNTED)}",
            f"{value:,.1f}",
            f"표본 {value}",
            f"총 {value:,}건",
        )
    )


def _percentage(rng: Random) -> str:
    value = rng.random() * 100
    return rng.choice(
        (
            f"{value:.1f}%",
            f"{value:.0f}%",
            f"{value:.2f} %",
            f"±{value / 20:.1f}%p",
            f"{value:.1f}퍼센트",
            f"{value:.1f}~{value + 5:.1f}%",
            f"전년 대비 {value:.1f}% 증가",
            f"10만 명당 {value:.2f}명",
        )
    )


def _law(rng: Random) -> str:
    article, sub = rng.randrange(1, 130), rng.randrange(2, 9)
    year = rng.randrange(1998, 2026)
    return rng.choice(
        (
            f"{rng.choice(LAWS)} 제{article}조의{sub} 제{sub - 1}항",
            f"{rng.choice(LAWS)} 제{article}조",
            f"같은 법 시행령 제{article}조제{sub}항",
            f"조례 제{rng.randrange(1000, 9999)}호",
            f"법률 제{rng.randrange(10000, 20999)}호",
            f"{rng.choice(LAWS)} {article}조 {sub}항",
            f"판결 {year}{rng.choice(('다', '도', '두', '가합', '나', '구합'))}{rng.randrange(100, 99999)}",
            f"별표 {sub}의{sub + 1}",
        )
    )


def _version(rng: Random) -> str:
    a, b, c = rng.randrange(1, 12), rng.randrange(30), rng.randrange(20)
    return rng.choice(
        (
            f"v{a}.{b}.{c}",
            f"Python 3.{b}.{c}",
            f"버전 {a}.{b}.{c}",
            f"{a}.{b}.{c}-rc{a}",
            f"앱 {a}.{b}",
            f"펌웨어 {a}.{b:02}.{c:03}",
            f"iOS {a}.{b}",
        )
    )


def _year(rng: Random) -> str:
    year = rng.randrange(1980, 2027)
    return rng.choice(
        (
            f"{year}년",
            f"{year}~{year + rng.randrange(1, 9)}년",
            f"{year}학년도",
            f"{year}년 상반기",
            f"'{year % 100:02}년",
            f"{year}-{year + 1}년",
            f"민선 {year % 8 + 1}기({year})",
        )
    )


def _quantity(rng: Random) -> str:
    """A number, a syllable that plates use too, four digits."""
    number, value, year = rng.randrange(10, 400), rng.randrange(1000, 9999), rng.randrange(1998, 2027)
    return rng.choice(
        (
            f"{number}명 {value}원",
            f"{number % 100}대 {value}명",
            f"{number}호 {year}년",
            f"{number % 60}도 {year}년",
            f"{number % 52 + 1}주 {value}걸음",
            f"{number}조 {value}억 원",
            f"{number}호 {value}세대",
            f"{number}개구 {value}세대",
            f"{number % 25}구 {value}세대",
            f"{number}소 {value}명",
            f"{number}부 {value}쪽",
            f"{number}가구 {value}명",
            f"{number}만 {value}명",
            f"{number}분 {value}원",
        )
    )


def _measure(rng: Random) -> str:
    value = rng.random() * 200
    return rng.choice(
        (
            f"PM2.5 {value:.0f}㎍/㎥",
            f"{value * 10:,.1f}hPa",
            f"{value:,.1f}㎡",
            f"{value:.1f}km",
            f"{value:.3f}ppm",
            f"영하 {value / 20:.1f}도",
            f"{value:.0f}데시벨",
            f"가로 {value:.0f}m × 세로 {value / 2:.0f}m",
            f"초속 {value / 10:.1f}m",
        )
    )


def _document(rng: Random) -> str:
    year = rng.randrange(2015, 2027)
    return rng.choice(
        (
            f"접수번호 {year}-{digits(rng, 7)}",
            f"민원번호 1AA-{year % 100}{rng.randrange(1, 13):02}-{digits(rng, 7)}",
            f"공고 제{year}-{rng.randrange(1, 999)}호",
            f"교통정책과-{digits(rng, 5)}",
            f"ISBN 978-89-{digits(rng, 4)}-{digits(rng, 3)}-{digits(rng, 1)}",
            f"관리번호 {digits(rng, 3)}-{digits(rng, 2)}",
            f"우편번호 0{digits(rng, 4)}",
            f"안건 {year}-{rng.randrange(1, 40)}",
            f"행정동코드 11{digits(rng, 6)}",
            f"링크 ID 1{digits(rng, 9)}",
            f"송장번호 6{digits(rng, 11)}",
        )
    )


def _street_words(rng: Random) -> str:
    def road() -> str:
        return f"{road_stem(rng)}{rng.choice(('로', '대로', '길'))}" if rng.random() < 0.6 else f"{rng.choice(REAL_ROAD_STEMS)}로"

    sentence = rng.choice(STREET_WORDS)
    return sentence.format(
        road=road(),
        road2=road(),
        dong=f"{dong_stem(rng)}동",
        district=rng.choice(SEOUL_DISTRICTS),
        n=rng.randrange(2, 9),
        m=rng.randrange(10, 90),
        h=rng.choice((str(rng.randrange(20, 999)), f"{rng.randrange(1000, 99999):,}")),
    )


ITEMS: dict[str, Callable[[Random], str]] = {
    "price": _price,
    "date": _date,
    "time": _time,
    "coordinate": _coordinate,
    "station": _station,
    "lot": _lot,
    "route": _route,
    "statistic": _statistic,
    "percentage": _percentage,
    "law": _law,
    "version": _version,
    "year": _year,
    "quantity": _quantity,
    "measure": _measure,
    "document": _document,
}
SENTENCES: dict[str, Callable[[Random], str]] = {
    "title_word": lambda rng: rng.choice(TITLE_WORDS),
    "name_word": lambda rng: rng.choice(NAME_WORDS),
    "ordinary": lambda rng: rng.choice(ORDINARY),
    "street_word": _street_words,
}
WHATS = (*ITEMS, *SENTENCES)
CARRIERS: dict[str, tuple[str, ...]] = {
    "price": (
        "이용료가 #{으로/로} 올랐습니다.",
        "예산은 #입니다.",
        "한 끼에 #{이라/라} 부족합니다.",
        "#{을/를} 환불받지 못했습니다.",
        "사업비: #",
    ),
    "date": ("#에 신고했습니다.", "#까지 처리해 주세요.", "설치일: #", "회의는 #에 열렸습니다.", "(# 현재)"),
    "time": ("#에 측정한 값입니다.", "사고는 #에 났습니다.", "기록 시각 #", "#부터 소음이 심합니다."),
    "coordinate": ("위치는 #입니다.", "좌표 #", "지도에서 # 근처를 보세요.", "파손 지점: #"),
    "station": (
        "# 자전거가 고장입니다.",
        "#에 자전거가 없습니다.",
        "대여소: #",
        "#{을/를} 옮겨 주세요.",
        "# 앞 도로가 파였습니다.",
    ),
    "lot": ("#{을/를} 확인해 주세요.", "공사 구간은 #입니다.", "대상: #", "#에 나무를 심었습니다."),
    "route": ("#{이/가} 늦게 옵니다.", "#{을/를} 타고 갑니다.", "노선: #", "#{은/는} 자전거를 실을 수 없습니다."),
    "statistic": ("이용자가 #입니다.", "모두 #{으로/로} 집계되었습니다.", "합계 #", "설문 결과 #{이/가} 찬성했습니다."),
    "percentage": ("응답률은 #입니다.", "#{으로/로} 나타났습니다.", "증감 #", "찬성이 #{이었습니다/였습니다}."),
    "law": ("#에 따라 처리합니다.", "#{을/를} 위반한 것 같습니다.", "근거: #", "#{을/를} 참고하세요."),
    "version": ("#{으로/로} 올린 뒤 앱이 멈춥니다.", "버그는 #에서 났습니다.", "사용 중인 것은 #입니다."),
    "year": ("#에 만든 길입니다.", "#부터 시행합니다.", "자료는 # 것입니다.", "# 예산에 반영해 주세요."),
    "quantity": ("#{이라고/라고} 적혀 있습니다.", "표에는 #{으로/로} 나옵니다.", "모두 #입니다.", "# 규모입니다."),
    "measure": ("오늘은 #까지 올랐습니다.", "측정값 #", "크기는 #입니다.", "평균 #{이라고/라고} 합니다."),
    "document": ("#{으로/로} 접수되었습니다.", "# 건입니다.", "#{을/를} 조회했습니다.", "# 관련 문의입니다."),
}
LEADS = ("# 관련하여 ", "# 건으로 문의드립니다. ", "(#) ", "지난번 # 말씀드린 사람인데 ", "# 때문에 연락드리며 ", "#, ")
