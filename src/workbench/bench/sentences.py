"""Sentences with numbers in them, in each language: placeholders, how numbers are written, and what is missing."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

from workbench.disclosure import round_half_up
from workbench.errors import UsageError, unknown

LANGUAGES = ("ko", "en")

LONGEST = 10_000
"""Characters of a title, note, sentence or text alternative: more than anybody reads, and few enough to be looked through."""

SPECIFICATION = re.compile(r"(?P<sign>\+?),?(?:\.(?P<places>\d)f)?")


def fill(sentence: str, shown: Mapping[str, Any]) -> str:
    """Fill a finding's sentence: numbers are rounded half up and carry thousands separators.

    Parameters
    ----------
    sentence : str
        With ``{value}`` or ``{value:.1f}``.
    shown : mapping
        By name: a word, or a pair (number, decimals).

    Returns
    -------
    str

    Examples
    --------
    >>> fill("{a} of {b:.1f}", {"a": (1234, 0), "b": (19.75, 2)})
    '1,234 of 19.8'
    """
    parts = []
    for literal, key, specification, _ in string.Formatter().parse(sentence):
        parts.append(literal)
        if key is not None:
            parts.append(format_value(shown[key], specification or ""))
    return "".join(parts)


def format_value(value: Any, specification: str) -> str:
    """Write one value of a finding.

    Parameters
    ----------
    value : str or (number, decimals)
    specification : str
        Empty, ``.Nf`` or ``+.Nf``.

    Returns
    -------
    str

    Examples
    --------
    >>> format_value((-0.25, 2), "+.1f"), format_value("강남구", "")
    ('-0.3', '강남구')
    """
    if isinstance(value, str):
        if specification:
            raise UsageError(f"a word is written as it is, found ':{specification}' for '{value}'")
        return value
    number, decimals = value
    wanted = SPECIFICATION.fullmatch(specification)
    if wanted is None:
        raise UsageError(f"a number is written with .Nf or +.Nf, found ':{specification}'")
    places = int(wanted["places"]) if wanted["places"] is not None else decimals
    return format(round_half_up(number, places), f"{wanted['sign']},.{places}f")


def check_placeholders(name: str, language: str, sentence: str, values: Mapping[str, Any]) -> None:
    """Refuse a finding's sentence whose placeholders and values do not fit.

    Parameters
    ----------
    name, language, sentence : str
    values : mapping

    Raises
    ------
    UsageError
    """
    try:
        parsed = [
            (key, specification or "", conversion)
            for _, key, specification, conversion in string.Formatter().parse(sentence)
            if key is not None
        ]
    except ValueError as error:
        raise UsageError(f"finding '{name}', {language}: {error}", hint="write {value} where a number stands") from error
    for key, specification, conversion in parsed:
        if key not in values:
            raise unknown("placeholder", key, values, where=f"finding '{name}', {language}")
        if conversion is not None or SPECIFICATION.fullmatch(specification) is None:
            specification = f"!{conversion}" if conversion is not None else f":{specification}"
            raise UsageError(f"finding '{name}', {language}: a number is written with .Nf or +.Nf, found '{specification}'")
    unused = sorted(set(values) - {key for key, _, _ in parsed})
    if unused:
        raise UsageError(f"finding '{name}', {language}: the sentence does not use {', '.join(unused)}")


def bilingual(text: Any, what: str) -> dict[str, str]:
    """Return a text that stands in every language, or say where it is missing.

    Parameters
    ----------
    text : mapping of str to str
    what : str
        For the message.

    Returns
    -------
    dict of str to str

    Raises
    ------
    UsageError
    """
    example = {"hint": "write it as {'ko': '…', 'en': '…'}"}
    if not isinstance(text, Mapping):
        raise UsageError(f"{what}: found {text!r:.60}, allowed is a text in each language", **example)
    strangers = sorted(str(language) for language in text if language not in LANGUAGES)
    if strangers:
        raise unknown("language", strangers[0], LANGUAGES, where=what)
    missing = [language for language in LANGUAGES if not str(text.get(language, "")).strip()]
    if missing:
        raise UsageError(f"{what}: missing in {', '.join(missing)}", **example)
    for language in LANGUAGES:
        if not isinstance(text[language], str):
            raise UsageError(f"{what}, {language}: found {text[language]!r:.60}, allowed is a text", **example)
        if len(text[language]) > LONGEST:
            raise UsageError(f"{what}, {language}: {len(text[language]):,} characters, allowed are {LONGEST:,}")
    return {language: text[language] for language in LANGUAGES}
