"""The words before a number that say what it is, or that it is nothing personal.

A number alone is often ambiguous: 13 figures may be a person, a company or a bar code. The nearest word decides.
"""

from __future__ import annotations

import re

_GROUPS = {
    "foreigner": "외국인|거소|거류",
    "resident": "주민|주민등록|생년월일|앞자리|뒷자리|ssn|rrn",
    "business": "사업자|사업장번호",
    "corporate": "법인",
    "passport": "여권|passport",
    "phone": "전화|연락처|연락|휴대|핸드폰|휴대폰|폰|문의|hp|h\\.p|tel|mobile|phone|팩스|fax|콜백|c\\.p",
    "card": "카드|card|신용|체크",
    "account": (
        "계좌|예금|통장|입금|송금|이체|환불|은행|뱅크|새마을금고|신협|우체국|수협|농협|account|자동납부|급여|"
        "국민(?=[ :]{0,2}$)|신한(?=[ :]{0,2}$)|우리(?=[ :]{0,2}$)|하나(?=[ :]{0,2}$)|기업(?=[ :]{0,2}$)|카카오|토스|"
        "(?:kb|ibk|nh|sc|씨티|산업|부산|대구|경남|광주|전북|제주|im|kdb|저축)(?=[ :]{0,2}$)"
    ),
    "plate": "suv|트럭|택시|제 차|차는|차가|차량|차[ ]?번호|번호판|자동차|승용차|차종|주차|차적|차주",
    "other": (
        "관리번호|접수|민원[ ]?번호|문서|isbn|issn|바코드|상품|제품|버전|version|우편|pnu|좌표|위도|경도|주문|송장"
        "|운송장|예약|품번|모델|"
        "일련|시리얼|허가|코드|code|링크|(?<![a-z])id(?![a-z])|아이디|"
        "고유번호|시각|타임스탬프|timestamp|공고|고시|물품|자산|청구번호|기호|등록증번호|"
        "대여소|정류장|정류소|노선|지번|필지|예산|금액|합계|매출|인구|등록부|사건|과제"
    ),
}
_LABEL = re.compile("|".join(f"(?P<{group}>{words})" for group, words in _GROUPS.items()))
_AFTER = re.compile(
    r"[ ]?[(,/\[]?[ ]?(?:kb|nh|ibk|im|sc)?[ ]?(?:국민|신한|우리|하나|농협|기업|카카오|토스|케이|새마을"
    r"|신협|우체국|수협|산업|씨티|부산|대구|경남|광주|전북|제주|제일)"
    r"(?:은행|뱅크|금고|\b)",
    re.IGNORECASE,
)
_ACCOUNT_AFTER = re.compile(
    r"[ ]?(?:번[ ]?)?(?:이?라는[ ])?(?:[ ]?(?:계좌|통장|가상계좌)|(?:으로|로|에|앞으로)[ ]?(?:송금|입금|이체|환불))"
)
_PAID_AFTER = re.compile(r"[ ]?(?:번[ ]?)?(?:카드|(?:으로|로)[ ]?(?:결제|계산|구매|구입|승인|긁))")
_CALLED_AFTER = re.compile(r"[ ]?(?:번[ ]?)?(?:(?:으로|로)[ ]?(?:전화|연락|문자|통화|콜백|회신)|\)?에게[ ]?(?:전화|연락))")
_NOTHING_BETWEEN = re.compile(r"[가-힣]{0,4}[ ]?[:=(\[#]{0,2}[ ]?(?:[xy][ ]?[:=]?[ ]?)?")
WINDOW = 22


def label_before(text: str, start: int) -> str:
    """Return the group of the nearest label in the characters before ``start``, or ``""``.

    Parameters
    ----------
    text : str
    start : int

    Returns
    -------
    str

    Examples
    --------
    >>> label_before("법인등록번호 110111", 7)
    'corporate'
    >>> label_before("제12조 123", 5)
    ''
    """
    window = text[max(0, start - WINDOW) : start].lower()
    window = window[window.rfind("\n", 0, len(window) - 1) + 1 :]
    found = ""
    for match in _LABEL.finditer(window):
        found = str(match.lastgroup)
    return found


def label_beside(text: str, start: int) -> str:
    """Return the group of the label that stands right before ``start``, or ``""``: no other word lies between.

    Examples
    --------
    >>> label_beside("접수번호: 1234", 6), label_beside("접수한 뒤 아내 1234", 10)
    ('other', '')
    """
    window = text[max(0, start - WINDOW) : start].lower()
    found = ""
    for match in _LABEL.finditer(window):
        found = str(match.lastgroup) if _NOTHING_BETWEEN.fullmatch(window, match.end()) else ""
    return found


def bank_after(text: str, end: int) -> bool:
    """Return whether a bank's name follows at ``end``.

    Examples
    --------
    >>> bank_after("110-123-456789 신한은행", 14)
    True
    """
    return _AFTER.match(text, end) is not None


def account_after(text: str, end: int) -> bool:
    """Return whether the words at ``end`` speak of an account or of money sent to it.

    Examples
    --------
    >>> account_after("893-868-210150으로 송금해", 14), account_after("893-868-210150으로 접수해", 14)
    (True, False)
    """
    return _ACCOUNT_AFTER.match(text, end) is not None


def paid_after(text: str, end: int) -> bool:
    """Return whether the words at ``end`` say that it paid.

    Examples
    --------
    >>> paid_after("5182 5529 6952 0393으로 결제", 19)
    True
    """
    return _PAID_AFTER.match(text, end) is not None


def called_after(text: str, end: int) -> bool:
    """Return whether the words at ``end`` ask to be called there.

    Examples
    --------
    >>> called_after("01012345678로 전화 주세요", 11)
    True
    """
    return _CALLED_AFTER.match(text, end) is not None
