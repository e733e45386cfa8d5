"""The command line as it is read: one subcommand each, with an example. It only parses."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from pathlib import Path

from workbench.errors import UsageError, did_you_mean

SAMPLE_TRIPS = 200_000
"""Bicycle trips of the sample's synthetic city."""

SAMPLE_SEED = 2017
"""The year of the commitment."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are the workbench's own (exit 2, with did-you-mean)."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Raise instead of printing usage and leaving."""
        if message.startswith("argument COMMAND: invalid choice: "):
            word = message.split("'")[1]
            raise UsageError(f"unknown command '{word}'", hint=did_you_mean(word, COMMANDS))
        raise UsageError(message, hint=f"see: {self.prog} --help")


def day(word: str) -> dt.date:
    """Read a date."""
    try:
        return dt.date.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{word}' is no date, write YYYY-MM-DD") from None


def assignment(word: str) -> tuple[str, str]:
    """Read ``name=value``."""
    name, sign, value = word.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"'{word}' is not name=value")
    return name, value


def count(word: str) -> int:
    """Read a whole number of at least one."""
    if not word.replace("_", "").isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"'{word}' is not a whole number above 0")
    return int(word)


def port(word: str) -> int:
    """Read a port; 0 is any free one."""
    if not word.isdigit() or int(word) > 65535:
        raise argparse.ArgumentTypeError(f"'{word}' is no port, allowed are 0 to 65535")
    return int(word)


Add = Callable[[argparse.ArgumentParser], None]


def _today(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--today", type=day, metavar="DATE", help="take this as today's date (YYYY-MM-DD)")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON for machines")


def _build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--trips", type=count, default=SAMPLE_TRIPS, help=f"trips of the synthetic city (default {SAMPLE_TRIPS})")
    parser.add_argument("--seed", type=int, default=SAMPLE_SEED, help=f"seed of the synthetic city (default {SAMPLE_SEED})")
    parser.add_argument("--workers", type=count, help="processes that run notebooks (default: one a processor)")
    _today(parser)


def _fetch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="which datasets (default: all that the source has)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--files", action="store_true", help="official files in the folder WORKBENCH_DATA (default)")
    where.add_argument("--api", action="store_true", help="the Seoul Open Data Plaza; the key is read from SEOUL_OPEN_DATA_KEY")
    where.add_argument("--synthetic", action="store_true", help="the synthetic city")
    where.add_argument("--forget", action="store_true", help="remove what was taken in of these datasets")
    parser.add_argument("--since", metavar="DATE", help="with --api: first day or month (YYYY-MM-DD or YYYY-MM)")
    parser.add_argument("--until", metavar="DATE", help="with --api: last day or month")
    parser.add_argument("--trips", type=count, help=f"with --synthetic: how many bicycle trips (default {SAMPLE_TRIPS})")
    parser.add_argument("--seed", type=int, help=f"with --synthetic: the seed (default {SAMPLE_SEED})")
    _today(parser)
    _json(parser)


def _protect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="which datasets (default: all that were taken in)")
    _today(parser)
    _json(parser)


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("issue", nargs="?", help="which urban issue (default: all)")
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="only these notebooks")
    parser.add_argument(
        "--only", action="append", type=assignment, default=[], metavar="NAME=VALUE", help="only runs with this parameter"
    )
    parser.add_argument("--force", action="store_true", help="run also what has not changed")
    parser.add_argument("--plan", action="store_true", help="show what would run, and run nothing")
    parser.add_argument("--workers", type=count, help="processes (default: one a processor)")
    _json(parser)


def _release(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("issue", help="which urban issue")
    _today(parser)


def _approve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("issue", help="which urban issue")
    parser.add_argument("--seat", required=True, help="the checker's seat, e.g. C-2")
    _today(parser)


def _adopt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="+", metavar="DATASET", help="whose policies")
    parser.add_argument("--seat", required=True, help="the seat that adopts, e.g. G-1")
    _today(parser)


def _agree(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("issue", help="which urban issue")
    parser.add_argument("--seat", required=True, help="the seat that agrees, e.g. C-1")
    _today(parser)


def _book(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--preview", action="store_true", help="also the drafts of all candidates, into site/preview")
    _today(parser)


def _lab(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=port, default=8888, help="port on 127.0.0.1 (default 8888; 0: any free one)")
    parser.add_argument("--password-file", type=Path, help="read the new password from this file")
    parser.add_argument("--open", action="store_true", help="open a browser")


def _catalog(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", nargs="?", help="show one dataset with its fields (default: list all)")
    _json(parser)


def _today_json(parser: argparse.ArgumentParser) -> None:
    _today(parser)
    _json(parser)


COMMANDS: dict[str, tuple[str, str, Add]] = {
    "build": ("from dropped files to the public book, as far as it may go unattended", "WORKBENCH_DATA=~/seoul workbench build", _build),
    "status": ("where each urban issue stands", "workbench status --json", _today_json),
    "catalog": ("list the datasets, or show one with its fields", "workbench catalog daily_air", _catalog),
    "fetch": ("take rows in: dropped files, the official interface, or the synthetic city", "workbench fetch daily_air --api --since 2021-01-01 --until 2021-12-31", _fetch),
    "protect": ("protect what was taken in, as the adopted policies say", "workbench protect bike_trips", _protect),
    "run": ("run notebooks over their parameters", "workbench run fine-dust good-days --only year=2021", _run),
    "release": ("compare the last runs with the last release and write a candidate", "workbench release fine-dust", _release),
    "approve": ("a checker's word over a candidate; with one of each side it is released", "workbench approve fine-dust --seat C-2", _approve),
    "adopt": ("a seat's word over policies, in exactly these bytes", "workbench adopt bike_trips --seat G-1", _adopt),
    "agree": ("a seat's word over the proposal of an urban issue", "workbench agree fine-dust --seat C-1", _agree),
    "book": ("build the book from the committed files", "workbench book --preview", _book),
    "check": ("verify catalogue, governance, policies, analyses and releases", "workbench check --json", _today_json),
    "lab": ("JupyterLab for two or more people on this machine", "workbench lab --port 8890", _lab),
    "sample": ("make the demonstration anew: statements, runs, releases, approvals", "WORKBENCH_DATA=~/seoul workbench sample --today 2026-11-20", _today),
}  # fmt: skip


def make_parser() -> Parser:
    """Return the parser of the ``workbench`` command."""
    codes = "exit codes: 0 done, 1 a check failed, 2 wrong use, 3 a gate refused, 4 a source failed, 5 some runs failed, 130 interrupted"
    parser = Parser(
        prog="workbench",
        description="Civic data workbench: from data to a public book, with both sides' consent.",
        epilog=f"example: workbench build\n\n{codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for name, (sentence, example, add) in COMMANDS.items():
        sub = subparsers.add_parser(
            name,
            help=sentence,
            description=sentence[0].upper() + sentence[1:] + ".",
            epilog=f"example: {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show tracebacks")
        add(sub)
    return parser
