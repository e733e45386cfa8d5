"""The facts of the page for checkers in one language: sentences, tables, and small bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from workbench.errors import UsageError
from workbench.files import read_yaml
from workbench.publish.checkers_page.side_by_side import (
    PairedParts,
    PairedTable,
    paired_model,
    paired_notebook,
    paired_table,
    sentence_of,
)
from workbench.publish.protection_pages.pictures import stacked
from workbench.releases.checkers_facts import CheckersFacts, DatasetRules, NotebookFacts, ResultFacts, Withholding
from workbench.releases.results import parameter_key

WORDS = Path(__file__).with_name("words")

REASONS = ("few", "dominated", "complement")

INFINITE = float("inf")

WIDE = 1.12
"""A range's picture is so much wider than its upper bound, so that its end is seen."""


@cache
def strings_of(language: str) -> dict[str, dict[str, str]]:
    """Return one language's texts, by section and key.

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


class Saying:
    """One language's way of saying the facts.

    Parameters
    ----------
    language : str

    Examples
    --------
    >>> Saying("en").say("rules", "round", base=5)
    'counts rounded to multiples of 5'
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.strings = strings_of(language)

    def say(self, section: str, key: str, **values: Any) -> str:
        """Return a text with its places filled; whole numbers carry separators."""
        written = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
        return self.strings[section][key].format(**written)

    def alerts(self, facts: CheckersFacts) -> list[tuple[str, str]]:
        """Return what a checker should look at first: ``stop`` before ``look``."""
        ledger = facts.ledger
        changed = sum(len(one.changes) for one in facts.results)
        told = [
            ("stop", "not_screened", int(facts.screened_files is None)),
            ("stop", "screened", len(facts.screened)),
            ("stop", "doubted", ledger.doubted if ledger else 0),
            ("look", "unknown", len(ledger.unknown) if ledger else 0),
            ("look", "changed_numbers", changed),
            ("look", "removed", len(facts.removed)),
        ]
        return [(kind, self.say("first", key, count=count)) for kind, key, count in told if count]

    def table(self, one: ResultFacts) -> PairedTable:
        """Return a table or model before and after."""
        if one.kind == "model":
            return paired_model(one, self.language, term=self.strings["results"]["term"])
        return paired_table(one, self.language, one_column=self.strings["results"]["value"])

    def sentence(self, content: Mapping[str, Any]) -> str:
        """Return a finding's sentence."""
        return sentence_of(content, self.language)

    def notebook(self, facts: NotebookFacts) -> tuple[PairedParts, ...]:
        """Return a notebook before and after."""
        return paired_notebook(facts, marked=self.strings["notebooks"]["shows"])

    def reasons(self, cells: Sequence[Withholding]) -> list[tuple[str, int]]:
        """Return how many cells each reason withholds, the reasons that occur."""
        counts = [(reason, sum(cell.reason == reason for cell in cells)) for reason in REASONS]
        return [(reason, count) for reason, count in counts if count]

    def reasons_bar(self, cells: Sequence[Withholding]) -> Markup:
        """Draw the reasons as one bar."""
        pieces = [(reason, count / len(cells), f"{count:,}") for reason, count in self.reasons(cells)]
        return stacked(pieces, title=self.strings["withheld"]["share"])

    def withheld_by_result(self, facts: CheckersFacts) -> list[tuple[str, list[Withholding]]]:
        """Return withheld cells by the title of their result."""
        titles = {(one.name, one.label): one.title for one in facts.results}
        found: dict[tuple[str, str], list[Withholding]] = {}
        for cell in facts.withheld:
            title = (titles.get((cell.result, parameter_key(cell.parameters))) or {}).get(self.language, cell.result)
            found.setdefault((title, " · ".join(map(str, cell.parameters.values()))), []).append(cell)
        alike = [title for title, _ in found]
        return [(f"{title} ({of})" if of and alike.count(title) > 1 else title, cells) for (title, of), cells in found.items()]

    def named(self, cell: Withholding) -> str:
        """Return a cell by the labels of its row and column."""
        labels = [one if isinstance(one, str) else one[self.language] for one in (cell.row, cell.column)]
        return " · ".join(label for label in labels if label)

    def bounds(self, cell: Withholding, cells: Sequence[Withholding]) -> Markup:
        """Return what a reader can work out of a cell: a bar of the range, and the width that it needs.

        The bars of one result's ``cells`` have one scale.
        """
        parts: list[Markup] = []
        for key, bounds in (("rows", cell.rows), ("of_people", cell.of_people), ("amount", cell.amount)):
            if bounds is None:
                continue
            low, high = bounds
            others = [one.amount if key == "amount" else one.rows or one.of_people for one in cells]
            scale = max((abs(end) for pair in others if pair for end in pair if abs(end) < INFINITE), default=1.0)
            ends = {"low": self._number(low), "high": self._number(high)}
            said = self.say("withheld", key, **ends) if high < INFINITE else self.say("withheld", "no_end", **ends)
            needed = cell.needed if not parts else None
            more = self.say("withheld", "needed", needed=self._number(needed)) if needed is not None else ""
            parts.append(
                Markup('<div class="bounds">{}{}{}</div>').format(
                    span(low, high, needed, scale=scale), said, Markup(" <small>· {}</small>").format(more) if more else ""
                )
            )
        return Markup("").join(parts) if parts else Markup("{}").format(self.strings["withheld"]["not_proven"])

    def _number(self, value: float) -> str:
        return f"{value:,.0f}" if float(value).is_integer() or abs(value) == INFINITE else f"{value:,.1f}"

    def rules(self, one: DatasetRules) -> list[str]:
        """Return a dataset's rules, one line each."""
        if not one.personal:
            return [self.strings["rules"]["not_personal"]]
        told = [self.say("rules", "min_contributors", count=one.min_contributors)] if one.min_contributors else []
        told += [self.say("rules", "dominance", n=n, share=f"{100 * share:g}") for n, share in one.dominance]
        told += [self.say("rules", "p_percent", p=f"{one.p_percent:g}")] if one.p_percent is not None else []
        told += [self.say("rules", "round", base=one.round)] if one.round is not None else []
        return told or [self.strings["rules"]["none"]]

    def who(self, found_by: Any) -> str:
        """Return who found an error: an organisation's name, or the word of the note."""
        return str(found_by["department"][self.language]) if isinstance(found_by, Mapping) else str(found_by)


def span(low: float, high: float, needed: float | None, *, scale: float) -> Markup:
    """Draw a range as a bar, and the width that it needs as a line below.

    Parameters
    ----------
    low, high : float
        An infinite bound reaches the picture's edge.
    needed : float or None
    scale : float
        What nearly the whole width stands for; a range below zero begins at the left.

    Returns
    -------
    markupsafe.Markup

    Examples
    --------
    >>> span(1, 21, 10, scale=21).count("<rect")
    3
    """
    whole = (scale or 1.0) * WIDE
    left = max(0.0, min(1.0, low / whole))
    right = max(left, min(1.0, high / whole))
    parts = [
        Markup('<svg class="span" aria-hidden="true" width="100%" height="14"><rect class="track" width="100%" height="9"/>'),
        Markup('<rect class="reach" x="{:.2f}%" width="{:.2f}%" height="9"/>').format(100 * left, 100 * (right - left)),
    ]
    if needed is not None:
        width = min(1.0 - left, needed / whole)
        parts.append(Markup('<rect class="need" x="{:.2f}%" width="{:.2f}%" y="11" height="3"/>').format(100 * left, 100 * width))
    return Markup("").join([*parts, Markup("</svg>")])
