"""The numbers of a release that no table keeps up to date, by result: what the page for the two checkers lists."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.disclosure import SafeTable
from workbench.errors import UsageError
from workbench.files import read_json
from workbench.releases.figure_texts import figure_facts
from workbench.releases.results import Variant, read_variants
from workbench.releases.typed_numbers import TypedNumber, typed_numbers, unexplained


@dataclass(frozen=True)
class HandTyped:
    """The numbers of one result, or of a notebook's text, that people are asked to look at.

    Parameters
    ----------
    result : str
        Its name, or ``notebooks/<name>.ipynb``.
    parameters : dict
    typed : tuple of TypedNumber
        In titles, notes, alt texts, sentences and text cells.
    drawn : tuple of str
        In a figure, explained by nothing of its table.
    """

    result: str
    parameters: dict[str, object]
    typed: tuple[TypedNumber, ...]
    drawn: tuple[str, ...] = ()


def hand_typed(folder: Path) -> list[HandTyped]:
    """List the numbers of a release or candidate that were typed by hand, or that a figure shows without its table.

    Parameters
    ----------
    folder : Path
        Of a candidate or release.

    Returns
    -------
    list of HandTyped
        Only what has any; results in their order, then notebooks. Figures carried over from older releases are read as well.
    """
    variants = read_variants(folder)
    tables = {variant.identity: SafeTable.from_record(variant.content) for variant in variants if variant.kind == "table"}
    found = [_of_variant(folder, variant, tables) for variant in variants]
    every = list(tables.values())
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        texts = {
            f"cell {place}": "".join(cell["source"])
            for place, cell in enumerate(read_json(path)["cells"], start=1)
            if cell["cell_type"] == "markdown"
        }
        found.append(HandTyped(f"notebooks/{path.name}", {}, tuple(typed_numbers(texts, every, allowed=_rules(variants)))))
    return [one for one in found if one.typed or one.drawn]


def _of_variant(folder: Path, variant: Variant, tables: dict[tuple[str, str], SafeTable]) -> HandTyped:
    texts: dict[str, str] = {}
    for what in ("title", "note"):
        texts |= {f"{what}.{language}": text for language, text in (getattr(variant, what) or {}).items()}
    about: list[SafeTable] = []
    drawn: list[str] = []
    match variant.kind:
        case "table":
            about = [tables[variant.identity]]
        case "figure":
            about = [table] if (table := tables.get((variant.content["table"], variant.identity[1]))) else []
            texts |= {f"alt.{language}": text for language, text in (variant.content["alt"] or {}).items()}
            for file in variant.content["files"].values():
                drawn += _drawn(folder / file, about, texts.values())
        case "finding":
            texts |= {f"text.{language}": _literal(text) for language, text in variant.content["text"].items()}
    typed = typed_numbers(texts, about, allowed=_rules([variant]))
    return HandTyped(variant.name, dict(variant.parameters), tuple(typed), tuple(dict.fromkeys(drawn)))


def _drawn(path: Path, about: Sequence[SafeTable], words: Iterable[str]) -> list[str]:
    try:
        facts = figure_facts(path.read_bytes())
    except (OSError, UsageError):
        return [f"{path.name} cannot be read"]
    return [number for table in about for number in unexplained(facts.texts, table, words=list(words))]


def _literal(sentence: str) -> str:
    """A sentence without its places for numbers."""
    return " {} ".join(literal for literal, *_ in string.Formatter().parse(sentence))


def _rules(variants: Sequence[Variant]) -> list[int]:
    """The numbers of the policies' rules, which a note may name."""
    found = set()
    for variant in variants:
        for record in variant.datasets.values():
            rules = {**(record.get("disclosure") or {}), "min_contributors": record.get("min_contributors")}
            found |= {number for number in rules.values() if isinstance(number, int)}
    return sorted(found)
