"""``workbench privacy risk``: the risk that a file leaves to the people in it, for any file and without a project.

Whoever holds a table, protected by whatever means, can ask how many people share each profile in it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.options import json_option
from workbench.errors import DONE, UsageError, WorkbenchError
from workbench.project import Project

if TYPE_CHECKING:
    from workbench.privacy.risk import Risk

ATTACKERS_SHOWN = 5
WIDTH = 118
"""Of the table when nobody's terminal says how wide it is."""


def risk_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``workbench privacy risk``.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    """
    parser.add_argument("file", type=Path, metavar="IN", help="CSV or Parquet")
    parser.add_argument(
        "--quasi-identifiers",
        action="append",
        required=True,
        metavar="A,B",
        help="columns that somebody may know of a person; may be repeated, and must be for a name with a comma in it",
    )
    parser.add_argument(
        "--sensitive", action="append", default=[], metavar="A,B", help="columns whose values nobody should learn"
    )
    parser.add_argument(
        "--unit", metavar="COLUMN", help="whose row it is; rows of one person count once (default: each row is a person)"
    )
    parser.add_argument(
        "--entropy",
        action="append",
        default=[],
        metavar="A,B",
        help="sensitive columns whose l is measured by entropy, not distinct values",
    )
    parser.add_argument(
        "--ordered",
        action="append",
        default=[],
        metavar="A,B",
        help="sensitive columns of numbers whose t is measured by ordered distance",
    )
    parser.add_argument(
        "--population", type=Path, metavar="FILE", help="those among whom the people were drawn, for the journalist's risk"
    )
    json_option(parser)


def measure(project: Project | None, options: argparse.Namespace) -> int:  # noqa: ARG001 - a file stands alone
    """Measure a file's risk, and print it.

    Parameters
    ----------
    project : Project or None
        Not used: a file needs none.
    options : argparse.Namespace
        As :func:`risk_options` reads them.

    Returns
    -------
    int

    Raises
    ------
    UsageError
        The file or a column cannot be understood, or there are no rows.
    """
    from workbench.privacy.risk import measure_risk
    from workbench.privacy.table_files import column_names, read_table

    present = column_names(options.file)
    known, sensitive = columns_of(options.quasi_identifiers, present), columns_of(options.sensitive, present)
    entropy, ordered = columns_of(options.entropy, present), columns_of(options.ordered, present)
    unit = [options.unit] if options.unit else []
    if not known:
        raise UsageError(f"{options.file.name}: no column is named as a quasi-identifier", hint="write --quasi-identifiers A,B")
    try:
        risk = measure_risk(
            read_table(options.file, columns=list(dict.fromkeys([*known, *sensitive, *unit])), numbers=ordered),
            quasi_identifiers=known,
            sensitive=sensitive,
            unit=options.unit,
            l_measure=dict.fromkeys(entropy, "entropy"),
            t_distance=dict.fromkeys(ordered, "ordered"),
            population=None if options.population is None else read_table(options.population, columns=known),
        )
    except WorkbenchError as error:
        if str(options.file.name) in error.message:
            raise
        raise UsageError(f"{options.file.name}: {error.message}", hint=error.hint) from None
    if options.json:
        from workbench.cli.commands import print_json

        print_json(risk.as_record())
    else:
        _tell(risk, options.file.name)
    return DONE


def columns_of(given: Sequence[str], present: Sequence[str]) -> list[str]:
    """Take apart what was given as columns: a whole name if there is one, and else names between commas.

    Parameters
    ----------
    given : sequence of str
        One per time that the option was written.
    present : sequence of str
        The columns of the file.

    Returns
    -------
    list of str
        Names that are not there stay as they are, to be refused by whoever reads them.

    Examples
    --------
    >>> columns_of(["age, sex", "income, net"], ["age", "sex", "income, net"])
    ['age', 'sex', 'income, net']
    """
    found: list[str] = []
    for words in given:
        if words in present:
            found.append(words)
            continue
        for word in words.split(","):
            found.append(word if word in present else word.strip())
    return [name for name in found if name]


def _tell(risk: Risk, name: str) -> None:
    """Print the figures for people, a sentence each."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from workbench.records import shown

    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    table = Table(title=Text(shown(name)), show_lines=True, title_justify="left")
    for heading in ("figure", "value", "what it means"):
        table.add_column(heading, justify="right" if heading == "value" else "left")
    for figure, value, sentence in _figures(risk):
        table.add_row(Text(shown(figure)), Text(value), Text(shown(sentence)))
    console.print(table)
    telling = sorted(risk.attackers, key=lambda one: (-one.unique, -max(one.sure.values(), default=0), len(one.knows)))
    telling = [one for one in telling if one.unique or any(one.sure.values())][:ATTACKERS_SHOWN]
    for one in telling:
        facts = " and ".join(one.knows)
        sure = "".join(f"; {field} is sure for {count:,}" for field, count in one.sure.items() if count)
        console.print(Text(shown(f"Who knows {facts} of a person singles out {_people(one.unique)}{sure}.")))
    if not telling:
        console.print(Text(f"No {min(3, len(risk.quasi_identifiers))} or fewer of the quasi-identifiers single anybody out."))


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _figures(risk: Risk) -> list[tuple[str, str, str]]:
    """Each figure with its value and a sentence."""
    figures = [
        ("rows", f"{risk.rows:,}", f"Of {_people(risk.people)}." if risk.unit else "Each is taken as a person."),
        ("k", f"{risk.k:,}", f"So many people share the rarest combination of {', '.join(risk.quasi_identifiers)}."),
        ("classes", f"{risk.classes:,}", f"Combinations that occur; {risk.average_class_size:,.1f} people share one on average."),
        (
            "sample uniques",
            f"{risk.sample_uniques:,}",
            f"People whose combination nobody shares: {risk.sample_uniques / risk.people:.2%} of all.",
        ),
        (
            "prosecutor risk",
            f"{risk.prosecutor.greatest:.4g}",
            f"The chance to name the right person in the rarest combination, knowing that they are in the table; "
            f"{risk.prosecutor.mean:.4g} on average, above 0.2 for {risk.prosecutor.above['0.2']:.2%} of the people.",
        ),
        ("journalist risk", f"{risk.journalist.greatest:.4g}", _journalist(risk)),
        ("marketer risk", f"{risk.marketer:.4g}", "The share of people named rightly by who guesses for all of them."),
    ]
    for field in risk.sensitive:
        if risk.l_measure[field] == "entropy":
            sentence = f"In every combination {field} is at least as diverse as so many equally frequent values."
        else:
            sentence = (
                f"In every combination at least so many different values of {field} occur; 1: it is told of everybody there."
            )
        figures.append((f"l of {field}", f"{risk.l[field]:.4g}", sentence))
        figures.append(
            (
                f"t of {field}",
                f"{float(risk.t[field]):.4f}",
                f"How far, at most, {field} within a combination is from {field} in the whole table: 0 alike, 1 nothing in "
                f"common ({risk.t_distance[field]} distance).",
            )
        )
    if risk.linked_k is not None:
        figures.append(
            (
                "k of linked rows",
                f"{risk.linked_k:,}",
                "If rows of one person can be told to belong together: so many people show the rarest set of combinations, "
                f"and {_people(risk.linked_uniques or 0)} alone with theirs.",
            )
        )
    if risk.suppressed:
        figures.append(
            ("suppressed", f"{risk.suppressed:.2%}", "Rows whose quasi-identifiers all read *; they are counted like any other.")
        )
    return figures


def _journalist(risk: Risk) -> str:
    if risk.population is None:
        return "The same without knowing that they are in the table; no population was given, so the table is taken for it."
    return f"The same without knowing that they are in the table, among {risk.population:,} people of the population."
