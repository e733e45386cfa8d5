"""Every kind is found in every writing of it: each line is a text and what of it is personal, and as what."""

from __future__ import annotations

import unicodedata

import pytest

from workbench.screening import KINDS, scan

# A text per line; the part between ⟦ and ⟧ is to be found, and nothing else.
WRITINGS = {
    "resident_number": """
        ⟦900101-1234567⟧
        주민번호 ⟦9001011234567⟧입니다
        생년월일과 성별은 ⟦９００１０１－１２３４５６７⟧
        ⟦900101.1234567⟧
        ⟦900101 1234567⟧
        ⟦9 0 0 1 0 1 - 1 2 3 4 5 6 7⟧
        ⟦9 0 0 1 0 1  1 2 3 4 5 6 7⟧
        ⟦900101-1******⟧
        ⟦900101-*******⟧
        ⟦900101-1●●●●●●⟧
        ⟦900101-1XXXXXX⟧
        ⟦900101-1xxxxxx⟧
        ⟦900101-1OOOOOO⟧
        ⟦900101-1######⟧
        ⟦900101–1234567⟧
        ⟦구공공일공일 다시 일이삼사오육칠⟧
        ⟦구공공일공일-일이삼사오육칠⟧
        ⟦구공공일공일일이삼사오육칠⟧
        ⟦구 공 공 일 공 일 일 이 삼 사 오 육 칠⟧
        주민등록번호: ⟦900101-1⟧
        ⟦050311-4123456⟧
        주민번호: ⟦650218 다시 일육오육팔이칠⟧
        본인 확인에 ⟦890308.2972838⟧을 입력했습니다
        생년월일 ⟦9 0 0 1 0 1 - 1 2 3 4 5 6 7⟧
    """,
    "foreigner_number": """
        외국인등록번호 ⟦900101-5234567⟧
        ⟦9001015234567⟧
        ⟦900101.6234567⟧
        ⟦900101-6******⟧
        외국인등록번호 ⟦900101-*******⟧
        ⟦구공공일공일 오이삼사오육칠⟧
        등록번호(외국인)이 ⟦9 6 1 2 1 7 6 0 4 5 5 2 5⟧로
    """,
    "business_number": """
        ⟦123-45-67890⟧
        사업자등록번호 ⟦1234567890⟧
        상호와 번호는 ⟦1234567891⟧
        ⟦123.45.67890⟧
        ⟦１２３－４５－６７８９０⟧
        사업자번호 ⟦123 45 67890⟧
        ⟦123-45-*****⟧
        ⟦일이삼-사오-육칠팔구공⟧
        사업자번호 ⟦1 2 3 4 5 6 7 8 9 0⟧
        사업자번호 ⟦칠영팔 오이 34336⟧
        사업자번호 ⟦659 다시 9삼 다시 일육6삼일⟧
    """,
    "corporate_number": """
        법인등록번호 ⟦110111-1234567⟧
        법인번호 ⟦1101111234567⟧
        ⟦110111-0000010⟧
        법인등록번호: ⟦110111-*******⟧
        법인등록번호 ⟦110111.1234567⟧
        법인등록번호는 ⟦일일공일일일 일이삼사오육칠⟧
    """,
    "passport_number": """
        ⟦M12345678⟧
        ⟦M123A4567⟧
        여권번호 ⟦m12345678⟧
        ⟦Ｍ１２３４５６７８⟧
        ⟦M1234****⟧
        ⟦M****5678⟧
        ⟦M 1234 5678⟧
        ⟦M-12345678⟧
        ⟦M.12345678⟧
        ⟦M 1 2 3 4 5 6 7 8⟧
        ⟦M일이삼사오육칠팔⟧
        ⟦S일이삼A사오육칠⟧
        ⟦엠육팔구삼사팔팔구⟧
        여권번호는 ⟦에스구영이C삼일영칠⟧인데
        ⟦M일05J구공오팔⟧
    """,
    "mobile_phone": """
        ⟦010-1234-5678⟧
        ⟦01012345678⟧로 주세요
        ⟦010.1234.5678⟧
        ⟦010 1234 5678⟧
        ⟦010 - 1234 - 5678⟧
        ⟦0 1 0 1 2 3 4 5 6 7 8⟧
        ⟦0 1 0 - 1 2 3 4 - 5 6 7 8⟧
        ⟦0 1 0  1 2 3 4  5 6 7 8⟧
        ⟦+82-10-1234-5678⟧
        ⟦+82 10 1234 5678⟧
        ⟦+821012345678⟧
        ⟦82-10-1234-5678⟧
        ⟦(010) 1234-5678⟧
        ⟦010)1234-5678⟧
        ⟦010-****-5678⟧
        ⟦010-1234-****⟧
        ⟦010-XXXX-5678⟧
        ⟦010-○○○○-5678⟧
        ⟦010-12**-56**⟧
        ⟦011-123-4567⟧
        ⟦0111234567⟧
        ⟦０１０－１２３４－５６７８⟧
        ⟦⓪①⓪-①②③④-⑤⑥⑦⑧⟧
        ⟦공일공에 일이삼사에 오육칠팔⟧
        ⟦공일공일이삼사오육칠팔⟧
        ⟦공 일 공 일 이 삼 사 오 육 칠 팔⟧
        ⟦영일영 일이삼사 오육칠팔⟧로 전화 주세요
        ⟦공일공 다시 일이삼사 다시 오육칠팔⟧이에요
        ⟦공하나공 하나둘셋넷 다섯여섯일곱여덟⟧
        ⟦010-일이삼사-5678⟧
        ⟦공1공-1234-5678⟧
        ⟦O1O-1234-5678⟧
        ⟦010-1234-5678⟧이 제 번호
        ⟦010–1234–5678⟧
        ⟦010·1234·5678⟧
        ⟦010/1234/5678⟧
        ⟦٠١٠-١٢٣٤-٥٦٧٨⟧
        ⟦0️⃣1️⃣0️⃣-1️⃣2️⃣3️⃣4️⃣-5️⃣6️⃣7️⃣8️⃣⟧
        (⟦010-1234-5678⟧)
        ⟦010 다시 사오일팔 다시 이칠사구⟧
        접수한 뒤 아내(⟦01012345678⟧)에게 연락하세요
        대여소 앞, ⟦01012345678⟧로 전화 주세요
        핸드폰이 ⟦0 1 0 1 2 3 4 5 6 7 8⟧
    """,
    "landline": """
        ⟦02-123-4567⟧
        ⟦02)123-4567⟧
        ⟦(02) 2133-1234⟧
        ⟦031-123-4567⟧
        ⟦0311234567⟧
        ⟦021234567⟧
        ⟦0212345678⟧
        ⟦070-1234-5678⟧
        ⟦0505-123-4567⟧
        ⟦+82-2-123-4567⟧
        ⟦02.123.4567⟧
        ⟦02 123 4567⟧
        ⟦０２－１２３－４５６７⟧
        ⟦02-***-4567⟧
        ⟦031-123-****⟧
        ⟦공이 일이삼 사오육칠⟧
        ⟦공삼일에 일이삼에 사오육칠⟧
        ⟦0 2 - 1 2 3 - 4 5 6 7⟧
        팩스 ⟦070 다시 사육삼일 다시 칠일공구⟧
        우체국 앞, ⟦0505-123-4567⟧로 전화 주세요
    """,
    "number_plate": """
        ⟦12가3456⟧
        ⟦12가 3456⟧
        ⟦123가4567⟧
        ⟦서울12가3456⟧
        ⟦서울 12가 3456⟧
        ⟦12 가 3456⟧
        ⟦12가-3456⟧
        ⟦12가.3456⟧
        ⟦１２가３４５６⟧
        ⟦일이가 삼사오육⟧
        ⟦일이가삼사오육⟧
        차량번호 ⟦일이구 삼사오육⟧
        ⟦12가 34**⟧
        ⟦12가 **56⟧
        ⟦12가****⟧
        ⟦123허 4567⟧
        ⟦1 2 가 3 4 5 6⟧
        번호판 ⟦12조 3456⟧
        ⟦35구 1234⟧ 차량이 서 있습니다
        접수할 때 차 번호를 ⟦22모3645⟧로 적었습니다
        차 번호 ⟦54로 8411⟧
        ⟦51도 1989⟧ 흰색 승용차가
        차 번호: ⟦97 나 3223⟧, 등록
        차 번호 ⟦부산 70배 2899⟧. 정류소
        차 번호 ⟦충북2 4 누 4 0 5 3⟧ 차량
        차량번호: ⟦삼오거9985⟧
        차 번호 ⟦사육공구 구사구오⟧. 오늘
        차량번호는 강원⟦구삼아사공이육⟧입니다
        차량번호 ⟦이구오구육팔오육⟧이라고
    """,
    "card_number": """
        ⟦4111-1111-1111-1111⟧
        ⟦4111111111111111⟧
        ⟦4111 1111 1111 1111⟧
        ⟦4111.1111.1111.1111⟧
        ⟦４１１１－１１１１－１１１１－１１１１⟧
        ⟦1234-56**-****-3456⟧
        ⟦1234-****-****-5678⟧
        ⟦123456******3456⟧
        ⟦3782-822463-10005⟧
        ⟦378282246310005⟧
        ⟦사일일일 일일일일 일일일일 일일일일⟧
        ⟦사일일일일일일일일일일일일일일일⟧
        카드번호 ⟦4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 2⟧
        ⟦5182. 5529. 6952. 0393⟧으로 결제했는데
        ⟦4734028102426781⟧로 결제했는데
        카드번호를 ⟦구사일영일삼삼이영일이사구이이이⟧로 적었습니다
    """,
    "account_number": """
        신한은행 ⟦110-123-456789⟧
        국민은행 ⟦123456-01-123456⟧
        국민은행 ⟦12345601123456⟧
        계좌번호: ⟦3333-01-1234567⟧
        카카오뱅크 ⟦3333011234567⟧
        우리 ⟦1002-123-456789⟧
        우리은행 ⟦1002012123456⟧
        농협 ⟦301-0123-4567-81⟧
        ⟦110-***-456789⟧ 신한은행
        신한은행 ⟦일일공-일이삼-사오육칠팔구⟧
        신한은행 ⟦110 123 456789⟧
        신한은행 ⟦110.123.456789⟧
        신한은행 ⟦110-123-******⟧
        입금은 ⟦110-123-456789⟧
        지원금이 ⟦239-4272-2238-70⟧ 계좌로 들어왔습니다
        접수되었습니다. ⟦2096-3860-7728-4⟧로 송금해 주세요
        ⟦칠칠영 사삼일 981235⟧로 송금해 주세요
    """,
    "email": """
        ⟦hong@naver.com⟧
        메일은 ⟦hong.gildong@korea.kr⟧입니다
        ⟦ｈｏｎｇ＠ｎａｖｅｒ．ｃｏｍ⟧
        ⟦hong (at) naver.com⟧
        ⟦hong[at]naver[dot]com⟧
        ⟦hong at naver dot com⟧
        ⟦hong골뱅이naver.com⟧
        ⟦hong 골뱅이 네이버 닷컴⟧
        ⟦hong 골뱅이 네이버 점 컴⟧
        ⟦h o n g @ n a v e r . c o m⟧
        ⟦hong @ naver . com⟧
        ⟦ho**@naver.com⟧
        ⟦h***@n****.com⟧
        홍보팀, ⟦hong@naver.com⟧, 02
        ⟦hong[골뱅이]한메일닷넷⟧으로
        ⟦hong골뱅이네이버점컴⟧이에요
        회신 ⟦hong21 at yonsei.ac.kr⟧
        메일은 ⟦hong@korea.kr⟧. 1982년부터
    """,
    "road_address": """
        ⟦서울시 강남구 테헤란로 152⟧
        ⟦서울특별시 종로구 세종대로 209 (세종로)⟧
        ⟦서울특별시강남구테헤란로152⟧
        ⟦테헤란로 152⟧
        ⟦강남구 테헤란로7길 22, 101동 1203호⟧
        ⟦강남구 테헤란로 7길 22⟧에서 만나요
        ⟦서울 마포구 월드컵북로 396, 3층⟧
        ⟦경기도 성남시 분당구 판교로 242, A동 301호⟧
        ⟦부산광역시 해운대구 센텀중앙로 97 래미안아파트 101동 1203호⟧
        ⟦서울시 강남구 테헤란로 1**⟧
        ⟦서울시 강남구 테헤란로 ***⟧
        ⟦서울시.강남구.테헤란로.152⟧
        ⟦서 울 시 강 남 구 테 헤 란 로 1 5 2⟧
        ⟦서울시 강남구 테헤란로 일오이⟧
        ⟦서울시 중구 세종대로 일일공⟧
        ⟦서울시 강남구 봉은사로12길 34-5⟧
        ⟦서울 구로구 디지털로31길 12⟧
        ⟦서울시　강남구　테헤란로　１５２⟧
        주소: ⟦나래로 172⟧
        ⟦중구 양화로 44⟧라고 답했습니다
        ⟦서초구 서강길 328, 8 동 606 호⟧입니다
        ⟦강북구 독산로 44다 길 267, 113 동 104호⟧
        ⟦중구 현루 길 86, 201호⟧
        ⟦중구 림수로 481 - 24, 23층 2306 호⟧
        ⟦강서구 동일대로 43X C동 1604호⟧
        ⟦경기도성남시분당구독광대로361-2,126동2301호⟧예요
        ⟦서초구테헤란길445래미안아파트2302호⟧입니다
        ⟦춘천시 동면 후석로326번길 94 상가동 103호, 104호⟧
        ⟦중구 서강길 128-35⟧. 공고 제2019-644호
        ⟦중구 서강길 144, 6동 1601호⟧. 정류소 14-549
    """,
    "lot_address": """
        ⟦서울시 강남구 역삼동 123-45⟧
        ⟦역삼동 123-45번지⟧
        ⟦역삼동 123번지⟧에 산다
        ⟦서울시 강남구 역삼동 123⟧
        ⟦강원도 춘천시 동내면 거두리 산 12-3⟧
        ⟦서울시강남구역삼동123-45⟧
        ⟦종로구 종로3가 12-3⟧
        ⟦종로구 종로 3가 12-3⟧
        ⟦101동 1203호⟧
        ⟦서울시 강남구 역삼동 ***-**⟧
        ⟦서울시 강남구 역삼동 12*-*⟧
        ⟦서울시 강남구 역삼동 일이삼 다시 사오⟧
        ⟦서울시 강남구 역삼동 일이삼번지⟧
        ⟦서울 강남구 역삼동 123-45 101-1203⟧
        ⟦서울시.강남구.역삼동.산.12-3⟧
        사는 곳은 ⟦역삼동 123⟧
        ⟦도봉구 강미동 309⟧라고 했습니다
        ⟦부안군 상계면 평학리 산 639-65⟧예요
        ⟦강남구 역삼동 678 - 117 번지 한강아파트 C동 908 호⟧
        ⟦경기도부천시연남동93-77삼익오피스텔2동2208호⟧
        ⟦부산광역시해운대구광남동782-8동아아파트119동204호⟧
        ⟦중구 논현동 894-8X⟧
        ⟦도봉구 상암동 구백삼십일번지⟧예요
        ⟦괴산군 북루면 나도리 팔의이번지⟧
        ⟦용산구 서교동2가 팔백삼십구의육번지⟧
    """,
    "name": """
        성명: ⟦홍길동⟧
        성명 ⟦홍길동⟧
        이름은 ⟦김철수⟧입니다
        ⟦박영희⟧ 씨가
        ⟦김민수⟧님
        ⟦홍*동⟧ 씨
        성명: ⟦홍O동⟧
        이름: ⟦홍 길 동⟧
        ⟦홍 길 동⟧ 님
        ⟦홍길동⟧ 고객님
        ⟦남궁민수⟧ 씨
        ⟦이산⟧ 씨
        성 명 : ⟦홍 길 동⟧
        제 이름은 ⟦허준⟧이고
        성명⟦홍길동⟧
        ⟦홍.길.동⟧ 씨
        ⟦홍○○⟧ 씨
        ⟦하동현⟧씨는
        ⟦김철수⟧씨께
        이름 : ⟦선우은숙⟧
        이름,⟦홍길동⟧,남
        | 성명 | ⟦홍길동⟧ |
        Name: ⟦Hong Gildong⟧
        예금주: ⟦홍길동⟧
        이름 : ⟦장 성애⟧, 연락 바랍니다
        성명 ⟦서 찬⟧ (인)
        제 성명은 ⟦범 린⟧입니다
        ⟦윤 유영⟧ 님도
        ⟦선우 연승⟧ 씨!
        성명:⟦온*⟧, 연락 바랍니다
        신청자의 이름은 ⟦온찬태⟧입니다
        이름 ⟦사공미용⟧
        이름 ⟦복우종⟧ (인)
        성명:[⟦류 태 영⟧ / 파손 지점: X 950279
    """,
}
CASES = [(kind, line.strip()) for kind, lines in WRITINGS.items() for line in lines.strip().splitlines()]


def _expected(marked: str) -> tuple[str, int, int]:
    start = marked.index("⟦")
    return marked.replace("⟦", "").replace("⟧", ""), start, marked.index("⟧") - 1


@pytest.mark.parametrize(("kind", "marked"), CASES)
def test_a_writing_is_found_where_it_stands(kind: str, marked: str) -> None:
    text, start, end = _expected(marked)
    assert [(found.kind, found.start, found.end) for found in scan(text)] == [(kind, start, end)]


@pytest.mark.parametrize("unseen", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f"])
@pytest.mark.parametrize(("kind", "marked"), [case for case in CASES if "️" not in case[1]])
def test_invisible_characters_inside_hide_nothing(kind: str, marked: str, unseen: str) -> None:
    text, start, end = _expected(marked)
    inside = text[:start] + unseen.join(text[start:end]) + text[end:]
    assert [(found.kind, found.start, found.end) for found in scan(inside)] == [(kind, start, end + end - start - 1)]


@pytest.mark.parametrize(("kind", "marked"), CASES)
def test_decomposed_hangul_hides_nothing(kind: str, marked: str) -> None:
    text, start, end = _expected(marked)
    before, part = unicodedata.normalize("NFD", text[:start]), unicodedata.normalize("NFD", text[start:end])
    found = scan(before + part + unicodedata.normalize("NFD", text[end:]))
    assert [(one.kind, one.start, one.end) for one in found] == [(kind, len(before), len(before) + len(part))]


def test_every_kind_has_writings_here_and_titles_in_both_languages() -> None:
    assert set(WRITINGS) == set(KINDS)
    assert all(kind.ko and kind.en and kind.label == f"[{kind.ko}]" for kind in KINDS.values())


def test_several_findings_of_one_text_come_in_order() -> None:
    text = "성명: 홍길동, 주소: 서울시 중구 세종대로 110, 연락처 010-1234-5678/02-123-4567, hong@naver.com, 차량 12가 3456"
    kinds = ["name", "road_address", "mobile_phone", "landline", "email", "number_plate"]
    assert [found.kind for found in scan(text)] == kinds


def test_a_resident_number_with_a_wrong_check_digit_is_still_one() -> None:
    numbers = [f"201105-3{last:06d}" for last in range(0, 999_999, 7919)]
    assert all([found.kind for found in scan(number)] == ["resident_number"] for number in numbers)


def test_the_label_decides_between_a_person_and_a_company() -> None:
    assert [found.kind for found in scan("법인등록번호 110111-1234567")] == ["corporate_number"]
    assert [found.kind for found in scan("주민등록번호 110111-1234567")] == ["resident_number"]


def test_the_label_decides_between_a_company_and_an_account() -> None:
    assert [found.kind for found in scan("사업자등록번호 123-45-67891")] == ["business_number"]
    assert [found.kind for found in scan("입금 계좌 123-45-67891")] == ["account_number"]
