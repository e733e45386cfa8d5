"""Facts as a reader says them: numbers, names of fields, and sentences, from one language's catalogue of strings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from workbench.bench import LANGUAGES
from workbench.errors import UsageError
from workbench.files import read_yaml
from workbench.publish.protection_pages.differences import CODINGS
from workbench.publish.protection_pages.exposure import BINS, RARE

WORDS = Path(__file__).with_name("words")

FATES = (("lost", ("gone", "withheld")), ("partly", ("partly",)), ("moved", ("moved",)), ("unknown", ("unknown",)))
"""What a summary tells of results, worst first, and the verdicts that each part adds up."""

_PERIOD = re.compile(r"P(\d+)([YMD])")
"""A period as ISO 8601 writes it, of years, months or days."""

_LETTER = re.compile(r"\b(policy|Policy|정책) ([AB])(?![A-Za-z])")

TELLING = 0.0005
"""A share below this is told as less than 0.1 %."""


@cache
def catalogue(language: str) -> dict[str, dict[str, str]]:
    """Return one language's strings, by section and key.

    Parameters
    ----------
    language : str

    Returns
    -------
    dict

    Raises
    ------
    UsageError
        There is no such catalogue.
    """
    path = WORDS / f"{language}.yml"
    if not path.is_file():
        raise UsageError(f"{path}: no such catalogue of strings")
    found: dict[str, dict[str, str]] = read_yaml(path)
    return found


class Wording:
    """One language's way of saying the facts of a page.

    Parameters
    ----------
    language : str
    field_titles : mapping
        By field, its title by language; a field without one is called by its name.

    Examples
    --------
    >>> en = Wording("en")
    >>> en.share(0.0462), en.thousand(30, 1000), en.thousand("<10", 1000)
    ('4.6%', '30', 'fewer than 10 in all')
    """

    def __init__(self, language: str, field_titles: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.language = language
        self.strings = catalogue(language)
        self._titles = field_titles or {}

    def say(self, section: str, key: str, **values: Any) -> str:
        """Return a text of the catalogue with its places filled; no line ends between a policy and its letter.

        A text of two forms, parted by ``|``, has the first for a ``count`` of one.
        """
        one, bar, more = self.strings[section][key].partition("|")
        text = more if bar and str(values.get("count")) != "1" else one
        return _LETTER.sub("\\1\u00a0\\2", text.format(**values))

    def field(self, name: str) -> str:
        """Return a field's title; what stands in brackets is left to the catalogue."""
        title = self._titles.get(name, {}).get(self.language, name)
        return title.partition(" (")[0].partition(": ")[0]

    def fields(self, names: Sequence[str]) -> str:
        """Return several fields' titles, as they stand in a sentence."""
        titles = [f"‘{self.field(name)}’" for name in names]
        if self.language == "ko" or len(titles) < 2:
            return ", ".join(titles)
        return f"{', '.join(titles[:-1])} and {titles[-1]}"

    def share(self, value: float | None) -> str:
        """Return a share of one as a percentage."""
        if value is None:
            return self.say("frame", "not_measured")
        if 0 < value < TELLING:
            return self.say("frame", "less_than_percent", value="0.1")
        digits = 0 if value in (0, 1) or (value >= 0.1 and round(value * 100, 1) == round(value * 100)) else 1
        return self.say("frame", "percent", value=f"{100 * value:.{digits}f}")

    def count(self, value: int | None) -> str:
        """Return a whole number."""
        return self.say("frame", "not_measured") if value is None else f"{value:,}"

    def number(self, value: float) -> str:
        """Return a number that need not be whole, such as t."""
        return f"{value:,.3f}".rstrip("0").rstrip(".")

    def people(self, value: int | str) -> str:
        """Return a number of people, rare ones coarsely."""
        if isinstance(value, str):
            return self.say("frame", "numbers_in_all", count=RARE)
        return self.say("frame", "people", count=f"{value:,}")

    def size(self, value: int | str) -> str:
        """Return how many people are in a group, a small one coarsely."""
        if isinstance(value, str):
            return self.say("frame", "fewer_people", count=RARE)
        return self.people(value)

    def thousand(self, value: int | str, of: int) -> str:
        """Return how many of every 1,000 people something is true of."""
        if isinstance(value, str):
            return self.say("frame", "numbers_in_all", count=RARE)
        if value == 0:
            return self.say("frame", "no_one")
        each = 1000 * value / of
        return self.say("frame", "people", count=f"{each:,.0f}" if each >= 10 else f"{each:.1f}")

    def step(self, place: int) -> str:
        """Return a step of the histogram, such as "5–9"."""
        low = BINS[place]
        if place == 0:
            return self.say("risk", "alone")
        if place == len(BINS) - 1:
            return self.say("risk", "more", low=low)
        return self.say("risk", "range", low=low, high=BINS[place + 1] - 1)

    def act(self, handling: Mapping[str, Any] | None) -> str:
        """Return what is done to a field."""
        if handling is None:
            return self.say("acts", "not_named")
        options = dict(handling.get("options") or {})
        act = str(handling["act"])
        if act == "interval" and "low" in options:
            said = self.say("acts", act, low=options.pop("low"), high=options.pop("high"))
        elif act == "hierarchy" and "file" in options:
            said = self.say("acts", act, file=options.pop("file"))
        else:
            said = self.strings["acts"].get(f"{act}_plain") or self.strings["acts"].get(act, act)
        more = [f"{key} {value}" for key, value in options.items()]
        if handling.get("one_coding"):
            more.append(self.say("acts", "one_coding"))
        return f"{said} · {', '.join(more)}" if more else said

    def reason_for(self, handling: Mapping[str, Any]) -> str:
        """Return why something is done to a field."""
        act = str(handling["act"])
        if act == "keep" and handling["role"] == "sensitive":
            return self.say("why", "keep_sensitive")
        return self.strings["why"].get(act, "")

    def difference(self, found: Mapping[str, Any]) -> tuple[str, str, str]:
        """Return a difference as three texts: what it is about, what A says, what B says."""
        about, name = found["about"], found["name"]
        if about == "field":
            return self.field(name), self.act(found["a"]), self.act(found["b"])
        key = name if about == "disclosure" else about
        known = key in self.strings["differ"]
        title = self.say("differ", key, name=self.field(name)) if known else self.say("differ", "other", name=name or about)
        return title, self._said(key, found["a"]), self._said(key, found["b"])

    def _said(self, key: str, value: Any) -> str:
        """One value of a policy in words."""
        if value is None or value == [] or value == {}:
            return self.say("differ", "nothing")
        if key in ("k", "min_contributors"):
            return self.say("differ", "people", value=value)
        if key == "suppression":
            return self.share(float(value))
        if key == "retention" and (period := _PERIOD.fullmatch(str(value))):
            return self.say("differ", {"Y": "years", "M": "months", "D": "days"}[period[2]], count=period[1])
        if key == "l" and isinstance(value, dict) and set(value) == {"value"}:
            return self.say("differ", "kinds", value=value["value"])
        if isinstance(value, dict):
            return ", ".join(str(part) for part in value.values())
        if isinstance(value, list):
            return ", ".join(self.field(str(part)) for part in value)
        return self.field(str(value))

    def fate(self, counts: Mapping[str, int], side: str) -> str:
        """Return what becomes of the last results under one policy, as a sentence."""
        count = sum(counts[verdict] for _, verdicts in FATES for verdict in verdicts) + counts["same"]
        parts = [(key, sum(counts[verdict] for verdict in verdicts)) for key, verdicts in FATES]
        parts = [(key, number) for key, number in parts if number]
        if not parts:
            return self.say("summary", "all_same", side=side, count=count)
        told = [self.say("summary", f"{key}_mid", count=number) for key, number in parts[:-1]]
        told.append(self.say("summary", f"{parts[-1][0]}_end", count=parts[-1][1]))
        return self.say("summary", "results", side=side, count=count, parts=self.say("summary", "comma").join(told))

    def why(self, reason: Mapping[str, Any] | None) -> str:
        """Return why a result is not there."""
        if reason is None:
            return ""
        code, names = reason["code"], self.fields(reason.get("fields", []))
        if code == "stopped" and names:
            code = "stopped_fields"
        return self.say("reasons", code, fields=names, told=reason.get("told", ""))

    def left(self, field: Mapping[str, Any]) -> str:
        """Return how coarse a field became: by the width of its ranges, by rows that keep their value, or by its values."""
        parts = []
        rows = field.get("rows_at_level")
        if field.get("widths"):
            key = "widths_one" if field["widths"]["median"] == 1 else "widths"
            parts.append(self.say("detail", key, median=field["widths"]["median"], widest=field["widths"]["widest"]))
        elif rows and not field.get("analysis_dimension"):
            parts.append(self.say("detail", "exact", share=self.share(rows.get("0", 0.0))))
        elif field.get("before") is not None:
            parts.append(self.say("detail", "values", before=self.count(field["before"]), after=self.count(field["after"])))
        if field.get("typical"):
            parts.append(self.say("detail", "typical", label=field["typical"]))
        return " · ".join(parts)

    def coarsened(self, handling: Mapping[str, Any] | None) -> bool:
        """Tell whether a field's values are made coarser."""
        return handling is not None and handling["act"] in CODINGS


def languages() -> tuple[str, ...]:
    """Return the languages that pages are written in.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> languages()
    ('ko', 'en')
    """
    return tuple(LANGUAGES)
