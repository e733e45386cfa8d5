"""Asking in the terminal, in Korean and English at once: one question after the other, a wrong answer is asked again.

Questions go to standard error, so that standard output holds results alone. Where nobody can be asked, what is missing
is named by its option. Nothing is written before the last answer; Ctrl-C or Ctrl-D leaves everything as it was.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from workbench.errors import UsageError
from workbench.records import shown

Value = TypeVar("Value")

YES = ("예", "네", "yes", "y")
NO = ("아니오", "아니요", "no", "n")

CHOICES: dict[str, tuple[str, ...]] = {
    "yes": ("찬성",),
    "no": ("반대",),
    "block": ("강한 반대", "거부"),
    "abstain": ("기권",),
    "adopted": ("반영",),
    "adapted": ("고쳐서 반영", "일부 반영"),
    "refused": ("거절", "반영하지 않음"),
    "accepted": ("수용",),
    "accepted_in_part": ("일부 수용",),
    "granted": ("제공",),
    "granted_in_part": ("일부 제공",),
    "information": ("안내",),
    "answered": ("답변",),
    "implemented": ("시행",),
    "measured": ("측정",),
    "personal": ("개인정보",),
    "poor_quality": ("품질",),
    "privately_owned": ("민간",),
    "urban_issue": ("도시문제", "issue"),
    "policies": ("보호 정책", "정책"),
    "charter": ("규칙과 자리", "규칙"),
}
"""What an answer is called in Korean; the first is shown."""


def terminal() -> bool:
    """Say whether somebody can be asked.

    Returns
    -------
    bool
    """
    return sys.stdin.isatty()


def tell(text: str = "") -> None:
    """Show a line of the dialogue.

    Parameters
    ----------
    text : str
    """
    print(shown(text), file=sys.stderr, flush=True)


def require_terminal(option: str, what: str) -> None:
    """Refuse where nobody can be asked.

    Parameters
    ----------
    option : str
        That gives what is missing.
    what : str

    Raises
    ------
    UsageError
    """
    if not terminal():
        raise UsageError(f"{what} is missing: give {option}", hint="in a terminal, what is missing is asked for")


def ask(
    question: str, *, option: str, read: Callable[[str], Value], given: str | None = None, default: Value | None = None
) -> Value:
    """Ask until the answer can be understood.

    Parameters
    ----------
    question : str
        In both languages.
    option : str
        The option that gives the answer without asking.
    read : callable
        Reads the answer; a ``ValueError`` says why it cannot be taken.
    given : str, optional
        What the option gave; then nobody is asked.
    default : optional
        Taken for an empty answer.

    Returns
    -------
    The answer as it was read.

    Raises
    ------
    UsageError
        Nobody can be asked, or what the option gave cannot be understood.
    """
    if given is not None:
        try:
            return read(given.strip())
        except ValueError as error:
            raise UsageError(f"{option} {error}") from None
    require_terminal(option, question)
    while True:
        answer = _line(f"{question}{'' if default is None else f' [{default}]'}: ")
        if not answer and default is not None:
            return default
        try:
            return read(answer)
        except ValueError as error:
            tell(f"  {error}")


def ask_text(question: str, *, option: str, given: str | None = None) -> str:
    """Ask for a text that must be there.

    Parameters
    ----------
    question, option : str
    given : str, optional

    Returns
    -------
    str
    """
    return ask(question, option=option, read=_some_text, given=given)


def ask_lines(question: str, *, option: str) -> str:
    """Ask for a text of several lines, ended by an empty one.

    Parameters
    ----------
    question, option : str

    Returns
    -------
    str
    """
    require_terminal(option, question)
    while True:
        tell(f"{question} (빈 줄로 끝냅니다 / end with an empty line)")
        lines: list[str] = []
        while line := _line("  "):
            lines.append(line)
        if lines:
            return "\n".join(lines)


def ask_bilingual(
    korean: str, english: str, *, option: str, given: tuple[str | None, str | None] = (None, None)
) -> dict[str, str]:
    """Ask for a text in both languages: what pages show as the project's own words.

    Parameters
    ----------
    korean, english : str
        What is asked for.
    option : str
        The options are ``<option>-ko`` and ``<option>-en``, unless it names a file.
    given : tuple of (str or None), optional

    Returns
    -------
    dict of str to str
    """
    options = (option, option) if option.startswith("--from") else (f"{option}-ko", f"{option}-en")
    return {
        "ko": ask_text(f"{korean} (한국어)", option=options[0], given=given[0]),
        "en": ask_text(f"{english} (English)", option=options[1], given=given[1]),
    }


def ask_words(
    question: str, *, option: str, required: bool, given: tuple[str | None, str | None] = (None, None)
) -> dict[str, str] | None:
    """Ask for somebody's own words: Korean, English or both; one is enough, and none where they are not required.

    Parameters
    ----------
    question, option : str
    required : bool
    given : tuple of (str or None), optional
        What the options gave, Korean and English; where one is given nobody is asked.

    Returns
    -------
    dict of str to str, or None
    """
    found = {language: text.strip() for language, text in zip(("ko", "en"), given, strict=True) if text and text.strip()}
    if found.get("ko") and not any("가" <= sign <= "힣" or "ㄱ" <= sign <= "ㆎ" for sign in found["ko"]):
        raise UsageError(f"{option} is the Korean text, and holds no Korean letter", hint=f"an English one goes with {option}-en")
    if found or (not required and not terminal()):
        return found or None
    require_terminal(option, question)
    while True:
        tell(f"{question} ({'한 언어면 됩니다 / one language is enough' if required else '없으면 Enter / empty: none'})")
        asked = {language: _line(f"  {shown}: ") for language, shown in (("ko", "한국어"), ("en", "English"))}
        found = {language: text for language, text in asked.items() if text}
        if found or not required:
            return found or None


def ask_choice(question: str, allowed: Sequence[str], *, option: str, given: str | None = None) -> str:
    """Ask for one of several words; their Korean names are taken too.

    Parameters
    ----------
    question : str
    allowed : sequence of str
    option : str
    given : str, optional

    Returns
    -------
    str
    """
    named = {word: word for word in allowed}
    named |= {korean: word for word in allowed for korean in CHOICES.get(word, ())}
    shown = " · ".join(f"{CHOICES[word][0]} {word}" if word in CHOICES else word for word in allowed)

    def read(answer: str) -> str:
        plain = answer.lower().replace("(block)", "").strip()
        if plain not in named:
            raise ValueError(f"'{answer}' is none of: {shown}")
        return named[plain]

    return ask(f"{question} ({shown})", option=option, read=read, given=given)


def ask_seat(question: str, seats: Mapping[str, Any], *, option: str = "--seat", given: str | None = None) -> str:
    """Ask for a seat, showing those that there are.

    Parameters
    ----------
    question : str
    seats : mapping of str to Seat
    option : str
    given : str, optional

    Returns
    -------
    str
    """
    if given is None and terminal():
        for name, seat in seats.items():
            tell(f"  {name:6} {seat.title.ko} / {seat.title.en}{' (vacant)' if seat.vacant_since else ''}")

    def read(answer: str) -> str:
        if answer not in seats:
            raise ValueError(f"'{answer}' is no seat; allowed: {', '.join(seats)}")
        return answer

    return ask(question, option=option, read=read, given=given)


def read_day(answer: str) -> dt.date:
    """Read a day.

    Parameters
    ----------
    answer : str

    Returns
    -------
    datetime.date

    Raises
    ------
    ValueError
    """
    try:
        return dt.date.fromisoformat(answer)
    except ValueError:
        raise ValueError(f"'{answer}' is no date, write YYYY-MM-DD") from None


def confirm(question: str) -> bool:
    """Ask whether to go on; where nobody can be asked, the command line was the answer.

    Parameters
    ----------
    question : str

    Returns
    -------
    bool
    """
    if not terminal():
        return True

    def read(answer: str) -> bool:
        if answer.lower() in YES:
            return True
        if answer.lower() in NO:
            return False
        raise ValueError("예(yes) 또는 아니오(no)로 답해 주세요 / answer yes or no")

    return ask(f"{question} (예 yes · 아니오 no)", option="--yes", read=read)


def passphrase(prompt: str) -> str:
    """Ask for a passphrase without showing it.

    Parameters
    ----------
    prompt : str

    Returns
    -------
    str
    """
    import getpass

    return getpass.getpass(prompt)


def _some_text(answer: str) -> str:
    if not answer:
        raise ValueError("비워 둘 수 없습니다 / may not be empty")
    return answer


def _line(prompt: str) -> str:
    """One line from the person; what ends it early ends the command."""
    while True:
        print(prompt, end="", file=sys.stderr, flush=True)
        try:
            answer = input().strip()
        except EOFError:
            raise KeyboardInterrupt from None
        if answer.isprintable():
            return answer
        tell("  읽을 수 없는 글자가 있습니다 / a character that cannot be read")  # half a syllable, or a key such as an arrow
