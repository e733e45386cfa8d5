"""Values and options that several commands share: days, counts, whose seat, which key."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from pathlib import Path


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


def today_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--today``."""
    parser.add_argument("--today", type=day, metavar="DATE", help="take this as today's date (YYYY-MM-DD)")


def json_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON for machines")


def written_options(parser: argparse.ArgumentParser, *, from_file: bool = True) -> None:
    """Add what every command has that writes a paper."""
    if from_file:
        parser.add_argument("--from", dest="from_file", type=Path, metavar="FILE.yml", help="a written draft, instead of asking")
    parser.add_argument("--yes", action="store_true", help="do not ask for a last confirmation")
    today_option(parser)
    json_option(parser)


def signed_options(parser: argparse.ArgumentParser) -> None:
    """Add what every command has that signs."""
    parser.add_argument("--key", type=Path, metavar="FILE", help="the private key (or WORKBENCH_KEY, ~/.ssh/workbench_SEAT)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--unsigned", action="store_true", help="write the file, print the command that signs it")
    how.add_argument("--signature", type=Path, metavar="FILE", help="a signature made elsewhere, verified before writing")


def text_options(parser: argparse.ArgumentParser, name: str, what: str) -> None:
    """Add a text in both languages."""
    parser.add_argument(f"--{name}-ko", metavar="TEXT", help=f"{what}, in Korean")
    parser.add_argument(f"--{name}-en", metavar="TEXT", help=f"{what}, in English")


def words_options(parser: argparse.ArgumentParser, name: str, what: str) -> None:
    """Add somebody's own words, in one language or both."""
    parser.add_argument(f"--{name}", metavar="TEXT", help=f"{what}, in Korean")
    parser.add_argument(f"--{name}-en", metavar="TEXT", help=f"{what}, in English (one language is enough)")
