"""Small official files as the offices write them, for tests."""

from __future__ import annotations

from workbench.places import DISTRICT_NAMES as DISTRICTS

AIR_HEADER = (
    "측정일시,측정소명,이산화질소농도(ppm),오존농도(ppm),일산화탄소농도(ppm),"
    "아황산가스농도(ppm),미세먼지농도(㎍/㎥),초미세먼지농도(㎍/㎥)"
)

AIR = [
    AIR_HEADER,
    "20210101,강남구,0.022,0.017,0.5,0.004,22,14",
    "20210101,강남대로,0.028,0.013,0.8,0.005,,14",
    "20210101,남산,0.02,0.02,0.4,0.003,20,-",
    "20210102,강남구,0.03,0.01,0.6,0.004,35,21",
]

MONTH = [
    "자치구,대여소명,기준년월,대여건수,반납건수",
    "강남구,2301. 현대고등학교 건너편,202301,383,439",
    "강남구,2413.도곡역 1번 출구,202301,339,386",
]

STATIONS = [
    "대여소 번호,대여소명,구명,상세주소,위도,경도,QR,LCD,거치대수",
    "301 , 경복궁역 7번출구 앞,종로구,서울특별시 종로구 사직로 지하130,37.57579422,126.9714508,20,20,40",
    "2301 ,현대고등학교 건너편,강남구,서울특별시 강남구 압구정로 134,37.524071,127.021790,,10,10",
]

PARKS = [
    "연번,공원명,공원개요,면적,개원일,지역,공원주소,경도,위도",
    "1,남산공원,도심,2896887㎡ 임 야 : 2454140㎡,1968.9.10,중구,서울특별시 중구 삼일대로 231,126.9903773,37.5501402",
    "3,서울대공원,동물원,9132690m²,1984.5.1,과천시,경기도 과천시 대공원광장로 102,127.0198465,37.4264494",
    "128,경춘선숲길,철길,휴양 시설,,,노원구 공릉2동 산 82-2,127.076482,37.627077",
]

WEATHER = ["지점,지점명,일시,평균기온(°C),최저기온(°C),평균 풍속(m/s),평균 상대습도(%)", "108,서울,2017-12-06,.2,-4.5,,72.6"]

STORES = [
    "기준_년분기_코드,행정동_코드,행정동_코드_명,서비스_업종_코드,서비스_업종_코드_명,점포_수,개업_점포_수,폐업_점포_수,프랜차이즈_점포_수",
    "20241,11110515,청운효자동,CS100010,커피-음료,125,10,4,1",
    "20241,11110515,청운효자동,CS300001,슈퍼마켓,12,1,0,1",
]

MERCHANTS = [
    "가맹점명,가맹점유형,업종명,시도명,시군구명,시군구코드,소재지도로명주소,전화번호,관리기관명,관리기관전화번호,데이터기준일자",
    "가게,일반가맹점,한식,서울특별시,마포구,1144000,서울특별시 마포구 1,,구청,02,2025-07-14",
    "빵집,일반가맹점,제과점,강원특별자치도,춘천시,4181000,강원특별자치도 춘천시 1,,시청,033,2025-07-14",
]


def text(lines: list[str], *, end: str = "\r\n") -> str:
    return end.join(lines) + end


def accidents() -> list[str]:
    """Two years of accidents with their sum rows."""
    lines = ["연도,자치구,가해_발생건수,피해_발생건수,가해_사망자수,피해_사망자수,가해_부상자수,피해_부상자수"]
    for year in (2005, 2006):
        counts = [[place + column for column in range(6)] for place in range(len(DISTRICTS))]
        sums = [sum(column) for column in zip(*counts, strict=True)]
        lines.append(",".join([str(year), "소계", *map(str, sums)]))
        lines += [",".join([str(year), name, *map(str, row)]) for name, row in zip(DISTRICTS, counts, strict=True)]
    return lines


def population() -> str:
    """Two quarters of residents, wide and quoted, the last row cut off inside a quote."""
    lines = [["동별", "구분별", "항목", "단위", "2023. 3/4", "2023. 4/4", ""]]
    for figure, base in (("세대", 100), ("계", 1000), ("65세이상고령자", 10)):
        values = [[base + place, base + 2 * place] for place in range(len(DISTRICTS))]
        sums = [sum(column) for column in zip(*values, strict=True)]
        lines.append(["합계", figure, "주민등록인구(동별)", "명", *map(str, sums), ""])
        lines += [
            [name, figure, "주민등록인구(동별)", "명", *map(str, row), ""] for name, row in zip(DISTRICTS, values, strict=True)
        ]
    whole = "\n".join(",".join(f'"{value}"' for value in line) for line in lines)
    return whole[: whole.rindex('",""')]
