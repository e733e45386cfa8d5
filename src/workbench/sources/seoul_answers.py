"""What an answer of the Seoul Open Data Plaza says: rows, nothing there, or what is wrong. Pure; no answer goes unexplained.

Form: ``{ROOT: {list_total_count, RESULT: {CODE, MESSAGE}, row: [...]}}``. ROOT is not always the service's name, an
error may come as a top-level ``RESULT``, and as XML although JSON was asked for.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from workbench.errors import SourceFailed, did_you_mean

FINE = "INFO-000"
NOTHING = "INFO-200"
KEY_REFUSED = "INFO-100"
SERVER_CODES = frozenset({"ERROR-500", "ERROR-600", "ERROR-601"})
QUOTA_CODES = frozenset({"ERROR-337"})
"""Not in the plaza's own table; the sister interfaces with the same codes use it for the day's limit."""

HINTS: dict[str, str] = {
    KEY_REFUSED: "the key in SEOUL_OPEN_DATA_KEY is not accepted; a key is issued at https://data.seoul.go.kr",
    "ERROR-300": "the service asks for an option that was not given: the interface has changed",
    "ERROR-301": "the service does not answer in JSON: the interface has changed",
    "ERROR-310": "the service is no longer known under this name: look it up at https://data.seoul.go.kr",
    "ERROR-335": "the key 'sample' returns at most 5 rows; use a key of your own",
    "ERROR-500": "try again later",
    "ERROR-600": "try again later",
    "ERROR-601": "try again later",
}

_CODE = re.compile(r"<CODE>\s*(?:<!\[CDATA\[)?\s*([A-Z]+-[0-9]+)", re.IGNORECASE)
_MESSAGE = re.compile(r"<MESSAGE>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</MESSAGE>", re.IGNORECASE | re.DOTALL)
_QUOTA_WORDS = re.compile(r"(일별|하루|일일|트래픽|호출\s*(횟수|건수|제한)).{0,40}(초과|제한|넘)", re.DOTALL)
_SHOWN = 120


class ServerFault(SourceFailed):
    """A fault that may pass: worth another try after a pause."""


class QuotaUsed(SourceFailed):
    """The day's calls are used up; what was finished is kept, and the next call goes on from there.

    ``balances`` holds what was taken in before the stop.
    """

    balances: tuple[Any, ...] = ()


class Answer(NamedTuple):
    """The rows of one page, and how many the service says there are in all, which may count only the page."""

    rows: list[dict[str, Any]]
    total: int | None = None


NO_ROWS = Answer([])


def read_answer(body: bytes, *, where: str) -> Answer:
    """Return the rows of one answer; none where the service says that there is nothing.

    Parameters
    ----------
    body : bytes
    where : str
        Service, options and page, for messages.

    Returns
    -------
    Answer
        Numbers as the words they were written in.

    Raises
    ------
    SourceFailed
        With what was found. ``ServerFault`` where another try may help, ``QuotaUsed`` where the day's calls are used.

    Examples
    --------
    >>> body = b'{"Air": {"list_total_count": 1, "RESULT": {"CODE": "INFO-000"}, "row": [{"PM25": 14.0}]}}'
    >>> read_answer(body, where="Air, page 1")
    Answer(rows=[{'PM25': '14.0'}], total=1)
    >>> read_answer(b'{"RESULT": {"CODE": "INFO-200", "MESSAGE": ""}}', where="Air, page 1").rows
    []
    >>> read_answer(b"<html></html>", where="Air, page 1")
    Traceback (most recent call last):
    ...
    workbench.sources.seoul_answers.ServerFault: Air, page 1: a web page (HTML) came instead of JSON
      try again later; the service may be down
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ServerFault(f"{where}: the answer is not UTF-8 (byte {error.start:,})", hint="try again later") from None
    if text.lstrip().startswith("<"):
        return _rows_of_markup(text, where)
    try:
        answer = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        place = f", {error.msg} at character {error.pos:,}" if isinstance(error, json.JSONDecodeError) else ""
        told = f"{where}: the answer is not whole JSON; it breaks off or is damaged ({len(body):,} bytes{place})"
        raise ServerFault(told, hint="try again later") from None
    if not isinstance(answer, dict):
        raise SourceFailed(f"{where}: found {_kind(answer)}, expected an object with a RESULT")
    return _rows_of_object(answer, where)


def _rows_of_object(answer: dict[str, Any], where: str) -> Answer:
    roots = [value for value in answer.values() if isinstance(value, dict) and ("row" in value or "RESULT" in value)]
    if isinstance(answer.get("RESULT"), dict):
        result, holder = answer["RESULT"], answer
    elif len(roots) == 1 and isinstance(roots[0].get("RESULT"), dict):
        result, holder = roots[0]["RESULT"], roots[0]
    else:
        raise SourceFailed(f"{where}: no RESULT in the answer; found the keys {_keys(answer)}")
    code = str(result.get("CODE", result.get("code", ""))).strip()
    if not _is_fine(code, str(result.get("MESSAGE", "")), where):
        return NO_ROWS
    rows = holder.get("row")
    rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceFailed(f"{where}: no list 'row' of rows in the answer; found the keys {_keys(holder)}")
    total = str(holder.get("list_total_count", "")).strip()
    return Answer(rows, int(total) if re.fullmatch(r"[0-9]{1,9}", total) else None)


def _rows_of_markup(text: str, where: str) -> Answer:
    """What an answer in XML or HTML says: a code there counts, rows there do not."""
    code = _CODE.search(text)
    message = _MESSAGE.search(text)
    if code and not _is_fine(code[1].upper(), message[1] if message else "", where):
        return NO_ROWS
    if re.search(r"<html|<!doctype html", text[:2000], re.IGNORECASE):
        raise ServerFault(f"{where}: a web page (HTML) came instead of JSON", hint="try again later; the service may be down")
    raise SourceFailed(
        f"{where}: XML came instead of JSON", hint="the interface may have changed, or the service answers in XML only"
    )


def _is_fine(code: str, message: str, where: str) -> bool:
    """Whether rows follow (True) or there are none (False); any other code is raised."""
    if code == FINE:
        return True
    if code == NOTHING:
        return False
    said = " ".join("".join(letter if letter.isprintable() else " " for letter in message).split())[:_SHOWN]
    told = f"{where}: the server says {code or 'no code'}" + (f" ({said})" if said else "")
    if code in QUOTA_CODES or (code.startswith(("ERROR", "INFO")) and _QUOTA_WORDS.search(message)):
        raise QuotaUsed(told, hint="the day's calls are used; run the same command tomorrow, it goes on where it stopped")
    kind = ServerFault if code in SERVER_CODES else SourceFailed
    known = code in HINTS
    raise kind(told, hint=HINTS[code] if known else f"not a code that is known; {did_you_mean(code, [FINE, NOTHING, *HINTS])}")


def check_fields(rows: list[dict[str, Any]], fields: list[str], *, where: str) -> None:
    """Make sure that every row has every field that is read.

    Parameters
    ----------
    rows : list of dict
    fields : list of str
    where : str

    Raises
    ------
    SourceFailed
        Naming the first row, the field and the nearest one there is.

    Examples
    --------
    >>> check_fields([{"PM_25": "3"}], ["PM25"], where="Air, page 1")
    Traceback (most recent call last):
    ...
    workbench.errors.SourceFailed: Air, page 1, row 1: the field 'PM25' is missing; found PM_25
      did you mean 'PM_25'?
    """
    for number, row in enumerate(rows, start=1):
        for name in fields:
            if name not in row:
                spare = [str(key) for key in row if key not in fields]
                raise SourceFailed(
                    f"{where}, row {number}: the field '{name}' is missing; found {_keys(row)}",
                    hint=did_you_mean(name, spare) if spare else "the interface has changed",
                )


def _keys(answer: dict[str, Any]) -> str:
    names = [str(name)[:40] for name in answer]
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "") if names else "(none)"


def _kind(value: Any) -> str:
    return {list: "a list", str: "a word", bool: "true or false", type(None): "null"}.get(type(value), type(value).__name__)
