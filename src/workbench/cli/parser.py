"""The command line as it is read: one subcommand each, with an example. It only parses."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.ledger_options import LEDGER
from workbench.cli.member_options import (
    GOVERNANCE,
    answer_options,
    approve_options,
    close_options,
    explain_options,
    minutes_options,
    propose_options,
    request_options,
    vote_options,
)
from workbench.cli.options import Add, assignment, count, json_option, port, today_option
from workbench.cli.privacy_options import PRIVACY, key_option
from workbench.cli.vault_options import VAULT
from workbench.errors import UsageError, did_you_mean

SAMPLE_TRIPS = 200_000
"""Bicycle trips of the sample's synthetic city."""

SAMPLE_SEED = 2017
"""The year of the commitment."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are the workbench's own (exit 2, with did-you-mean)."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Raise instead of printing usage and leaving."""
        if message.startswith(("argument COMMAND: invalid choice: ", "argument ACT: invalid choice: ")):
            word = message.split("'")[1]
            inside = self.prog.removeprefix("workbench").strip()
            known = [name.removeprefix(inside).strip() for name in COMMANDS if name.startswith(f"{inside} ".lstrip())]
            raise UsageError(f"unknown command '{f'{inside} {word}'.strip()}'", hint=did_you_mean(word, known))
        raise UsageError(message, hint=f"see: {self.prog} --help")


def _build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--trips", type=count, default=SAMPLE_TRIPS, help=f"trips of the synthetic city (default {SAMPLE_TRIPS})")
    parser.add_argument("--seed", type=int, default=SAMPLE_SEED, help=f"seed of the synthetic city (default {SAMPLE_SEED})")
    parser.add_argument("--workers", type=count, help="processes that run notebooks (default: one a processor)")
    today_option(parser)


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
    today_option(parser)
    json_option(parser)


def _protect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="which datasets (default: all that were taken in)")
    key_option(parser)
    today_option(parser)
    json_option(parser)


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("issue", nargs="?", help="which urban issue (default: all)")
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="only these notebooks")
    parser.add_argument(
        "--only", action="append", type=assignment, default=[], metavar="NAME=VALUE", help="only runs with this parameter"
    )
    parser.add_argument("--force", action="store_true", help="run also what has not changed")
    parser.add_argument("--plan", action="store_true", help="show what would run, and run nothing")
    parser.add_argument("--workers", type=count, help="processes (default: one a processor)")
    json_option(parser)


def _release(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("issue", help="which urban issue")
    today_option(parser)


def _trace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("result", metavar="RESULT", help="a released result, such as bike-routes/2#peak")
    parser.add_argument(
        "--only", action="append", type=assignment, default=[], metavar="NAME=VALUE", help="only the run with this parameter"
    )
    today_option(parser)
    json_option(parser)


def _book(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--preview", action="store_true", help="also the drafts of all candidates, into site/preview")
    today_option(parser)


def _lab(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=port, default=8888, help="port on 127.0.0.1 (default 8888; 0: any free one)")
    parser.add_argument("--password-file", type=Path, help="read the new password from this file")
    parser.add_argument("--open", action="store_true", help="open a browser")


def _catalog(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", nargs="?", help="show one dataset with its fields (default: list all)")
    json_option(parser)


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), help="an empty folder (default: this one)")
    parser.add_argument("--name-ko", metavar="NAME", help="the city's name in Korean")
    parser.add_argument("--name-en", metavar="NAME", help="the city's name in English")
    parser.add_argument("--seats-government", type=count, default=3, metavar="N", help="seats of the government side (default 3)")
    parser.add_argument(
        "--seats-civil-society", type=count, default=3, metavar="N", help="seats of the civil-society side (default 3)"
    )
    today_option(parser)


def _today_json(parser: argparse.ArgumentParser) -> None:
    today_option(parser)
    json_option(parser)


COMMANDS: dict[str, tuple[str, str, Add]] = {
    "init": ("start a city's own project in an empty folder, with nothing of the sample's governance", "workbench init ~/busan --name-ko 부산 --name-en Busan", _init),
    "build": ("from dropped files to the public book, as far as it may go unattended", "WORKBENCH_DATA=~/seoul workbench build", _build),
    "status": ("where each urban issue stands", "workbench status --json", _today_json),
    "catalog": ("list the datasets, or show one with its fields", "workbench catalog daily_air", _catalog),
    "fetch": ("take rows in: dropped files, the official interface, or the synthetic city", "workbench fetch daily_air --api --since 2021-01-01 --until 2021-12-31", _fetch),
    "protect": ("protect what was taken in, as the adopted policies say", "workbench protect bike_trips", _protect),
    "run": ("run notebooks over their parameters", "workbench run fine-dust good-days --only year=2021", _run),
    "release": ("compare the last runs with the last release and write a candidate", "workbench release fine-dust", _release),
    "approve": ("a checker's word over a candidate; with one of each side it is released", "workbench approve fine-dust --seat C-2", approve_options),
    "propose": ("propose an urban issue, policies to adopt, or other rules and seats; asks for every part", "workbench propose policies bike_trips --seat G-1", propose_options),
    "vote": ("cast a seat's ballot, signed; shows what is voted on and asks", "workbench vote P-0007 --seat C-1", vote_options),
    "close": ("close a vote, signed by a steward of each side one after the other", "workbench close P-0007 --seat G-1", close_options),
    "explain": ("what a gate still needs, who can give it, until when, and with which command", "workbench explain policy:bike_trips", explain_options),
    "minutes": ("write the minutes of a meeting, or approve them as a steward", "workbench minutes M-0001 --seat C-1", minutes_options),
    "request-data": ("ask for data, or close a request as the official answer says", "workbench request-data --close D-0001 --dataset traffic_volume", request_options),
    "answer": ("a department's official answer through its one-time link, and a steward's countersignature", "workbench answer R-0001 --countersign --seat G-1", answer_options),
    "book": ("build the book from the committed files", "workbench book --preview", _book),
    "check": ("verify catalogue, governance, policies, analyses and releases", "workbench check --json", _today_json),
    "trace": ("from a published number back to its source: cells, notebook, run, data, policy, approvals", "workbench trace bike-routes/1#victim_rate_by_district", _trace),
    "lab": ("JupyterLab for two or more people on this machine", "workbench lab --port 8890", _lab),
    "sample": ("make the demonstration anew: statements, runs, releases, approvals", "WORKBENCH_DATA=~/seoul workbench sample --today 2026-11-20", today_option),
    **VAULT,
    **LEDGER,
    **GOVERNANCE,
    **PRIVACY,
}  # fmt: skip


GROUPS = {
    "vault": "where rows about people rest, sealed: keys, opening, rotating, verifying, recovering",
    "ledger": "everything published about people, as one system: status, backup, restoring, rebuilding",
    "governance": "who decides: tallies, the register, keys, links, answers to citizens",
    "privacy": "protecting and measuring any file, pinning and comparing policies",
}
"""The commands that hold others."""


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
    within = {"": subparsers}
    for name, (sentence, example, add) in COMMANDS.items():
        above, _, last = name.rpartition(" ")
        if above not in within:
            group = subparsers.add_parser(
                above, help=GROUPS[above], description=GROUPS[above][0].upper() + GROUPS[above][1:] + "."
            )
            within[above] = group.add_subparsers(dest="act", metavar="ACT", required=True, parser_class=Parser)
        sub = within[above].add_parser(
            last,
            help=sentence,
            description=sentence[0].upper() + sentence[1:] + ".",
            epilog=f"example: {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show tracebacks")
        add(sub)
    return parser
