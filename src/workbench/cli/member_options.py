"""The options of what members do: propose, vote, close, answer, minutes, requests, and everything under ``governance``."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from workbench.cli.options import (
    Add,
    count,
    day,
    json_option,
    signed_options,
    text_options,
    today_option,
    words_options,
    written_options,
)

VERIFY = "ssh-keygen -Y verify -f allowed_signers -I C-1 -n workbench -s C-1.yml.sig -O verify-time=20261120 < C-1.yml"
"""How anyone verifies a ballot with stock OpenSSH; the time is the day that the file names."""


def _promise(word: str) -> dict[str, Any]:
    """Read ``2027-01-31: what is promised``."""
    until, sign, what = word.partition(":")
    try:
        by = dt.date.fromisoformat(until.strip())
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{word}' is not 'YYYY-MM-DD: what is promised'") from None
    if not sign or not what.strip():
        raise argparse.ArgumentTypeError(f"'{word}' says no promise behind its date")
    korean = any("가" <= letter <= "힣" for letter in what)
    return {"what": {"ko" if korean else "en": what.strip()}, "by": by}


def _seat(parser: argparse.ArgumentParser, what: str, *, required: bool = False) -> None:
    parser.add_argument("--seat", required=required, help=what)


def approve_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``approve``."""
    parser.add_argument("issue", help="which urban issue")
    _seat(parser, "the checker's seat, e.g. C-2", required=True)
    signed_options(parser)
    written_options(parser, from_file=False)


def propose_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``propose``."""
    parser.add_argument("what", nargs="*", metavar="WHAT", help="issue, policies DATASET …, or charter (default: asks)")
    _seat(parser, "who proposes: a seat, or a citizen's contribution (C-0001)")
    text_options(parser, "title", "the title")
    text_options(parser, "question", "what both sides are asked")
    words_options(parser, "reason", "why (policies, charter)")
    text_options(parser, "department", "the department responsible")
    parser.add_argument("--opens", type=day, metavar="DATE", help="first day on which ballots count (default: today)")
    written_options(parser)


def vote_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``vote``."""
    parser.add_argument("proposal", nargs="?", metavar="P-0007", help="which proposal (default: asks)")
    _seat(parser, "the seat that votes, e.g. C-1")
    parser.add_argument("--deputy", action="store_true", help="as the seat's deputy")
    parser.add_argument("--vote", help="yes, no, block or abstain (찬성, 반대, 강한 반대, 기권)")
    words_options(parser, "reason", "the reason (required for no and block)")
    words_options(parser, "conflict", "a conflict of interest")
    signed_options(parser)
    written_options(parser, from_file=False)


def close_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``close``."""
    parser.add_argument("proposal", nargs="?", metavar="P-0007", help="which proposal (default: asks)")
    _seat(parser, "the steward's seat, e.g. G-1")
    signed_options(parser)
    written_options(parser, from_file=False)


def explain_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``explain``."""
    parser.add_argument(
        "gate", nargs="?", help="policy:DATASET, issue:ISSUE, release:ISSUE, charter or founding (default: all, open or closed)"
    )
    today_option(parser)
    json_option(parser)


def minutes_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``minutes``."""
    parser.add_argument("meeting", nargs="?", metavar="M-0001", help="approve these minutes (default: write new ones)")
    _seat(parser, "the steward's seat that approves")
    signed_options(parser)
    written_options(parser)


def request_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``request-data``."""
    _seat(parser, "the seat that asks")
    parser.add_argument("--close", metavar="D-0001", help="close this request")
    parser.add_argument("--dataset", help="with --close: granted, as this dataset of the catalogue")
    parser.add_argument("--obstacle", metavar="O-0001", help="with --close: refused, as this obstacle says")
    written_options(parser)


def answer_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``answer``."""
    meaning = (
        "the one-time link (leave it out to be asked: a command line is seen by others on this machine and kept in its history); "
    )
    parser.add_argument("link", nargs="?", metavar="LINK", help=f"{meaning}with --countersign the answer, e.g. R-0001")
    parser.add_argument("--outcome", help="accepted, accepted_in_part, refused, granted, granted_in_part or information")
    words_options(parser, "text", "the answer")
    parser.add_argument(
        "--promise", action="append", type=_promise, default=[], metavar="'DATE: WHAT'", help="a step that is promised by a day"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the answer into one file to be sent, not into the repository"
    )
    parser.add_argument("--take", type=Path, metavar="FILE", help="as a steward: take in such a file, and countersign")
    parser.add_argument(
        "--countersign", action="store_true", help="as a steward: countersign an answer that lies in the repository"
    )
    _seat(parser, "the steward's seat")
    signed_options(parser)
    written_options(parser, from_file=False)


def _tally(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("proposal", nargs="?", metavar="P-0007", help="which proposal (default: all, one line each)")
    today_option(parser)
    json_option(parser)


def _signers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="FILE", help="write it here (default: print it)")
    today_option(parser)


def _register(parser: argparse.ArgumentParser) -> None:
    today_option(parser)
    json_option(parser)


def _found(parser: argparse.ArgumentParser) -> None:
    _seat(parser, "the steward's seat, e.g. G-1", required=True)
    signed_options(parser)
    written_options(parser, from_file=False)


def _keygen(parser: argparse.ArgumentParser) -> None:
    _seat(parser, "whose key, e.g. C-1", required=True)
    parser.add_argument("--deputy", action="store_true", help="the seat's deputy")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where (default ~/.ssh/workbench_<seat>)")
    parser.add_argument("--no-passphrase", action="store_true", help="do not ask for a passphrase")


def _link(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", metavar="R-0001", help="the recommendation, request for data or proposal to answer")
    _seat(parser, "the steward's seat, e.g. G-1", required=True)
    text_options(parser, "department", "who is to answer (default: as the paper names it)")
    parser.add_argument("--days", type=count, help="how many days it holds (default 30, at most 120)")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the private key (or WORKBENCH_KEY, ~/.ssh/workbench_SEAT)")
    written_options(parser, from_file=False)


def _respond(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("contribution", metavar="C-0001", help="which contribution")
    _seat(parser, "the seat that answers")
    parser.add_argument("--state", help="adopted, adapted or refused (반영, 고쳐서 반영, 거절)")
    words_options(parser, "reason", "the reason, written for this one alone")
    parser.add_argument(
        "--led-to", action="append", default=[], metavar="P-0001", help="a proposal, request or recommendation that came of it"
    )
    written_options(parser, from_file=False)


def _recommend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recommendation", nargs="?", metavar="R-0001", help="record the next step of it (default: a new one, with --from)"
    )
    _seat(parser, "the seat that records it")
    parser.add_argument("--step", help="answered, accepted, implemented, measured or refused")
    words_options(parser, "note", "what happened (required for refused)")
    parser.add_argument("--value", help="with measured: the indicator now")
    parser.add_argument("--as-of", help="with measured: as of (2027, 2027-06)")
    text_options(parser, "source", "with measured: the source")
    written_options(parser)


def _trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask")
    today_option(parser)


def _polis(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="the folder of the export; it stays outside of the repository")
    parser.add_argument("--name", required=True, help="the consultation's id, e.g. night-noise")
    parser.add_argument("--title-ko", required=True, metavar="TEXT", help="its title, in Korean")
    parser.add_argument("--title-en", required=True, metavar="TEXT", help="its title, in English")
    parser.add_argument("--issue", help="the urban issue that it was held on")
    parser.add_argument("--proposal", metavar="P-0007", help="the proposal that it was held on")
    parser.add_argument("--result", help="the result that it was held on, e.g. bike-routes/2#peak")
    parser.add_argument(
        "--text", action="append", type=int, metavar="ID", help="show this comment's text: a steward read it, and it names nobody"
    )
    today_option(parser)


def _example(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="which file, e.g. ballot (default: lists them)")


def _nothing(parser: argparse.ArgumentParser) -> None:
    """No option."""


GOVERNANCE: dict[str, tuple[str, str, Add]] = {
    "governance tally": ("recompute a vote, or all: what each side said, the outcome, every ballot with its hash", "workbench governance tally P-0007 --json", _tally),
    "governance register": ("the chain of decisions from the founding on, and its fingerprint", "workbench governance register", _register),
    "governance signers": (f"whose signature counts when, for OpenSSH; then anyone verifies:\n  {VERIFY}", "workbench governance signers --out allowed_signers", _signers),
    "governance found": ("sign the founding record as a steward; with one of each side the project is founded", "workbench governance found --seat G-1", _found),
    "governance keygen": ("make a seat's key; the private half stays with its holder", "workbench governance keygen --seat C-1", _keygen),
    "governance link": ("issue a one-time link through which a department gives its official answer", "workbench governance link R-0001 --seat G-1 --days 30", _link),
    "governance respond": ("answer a citizen's contribution, with a reason", "workbench governance respond C-0001 --seat C-1 --state adapted --reason '자료를 먼저 요청했습니다.'", _respond),
    "governance obstacle": ("record data that could not be had, and what was done instead", "workbench governance obstacle --from obstacle.yml", written_options),
    "governance recommend": ("recommend something to a department, or record how far it has come", "workbench governance recommend R-0001 --step implemented", _recommend),
    "governance trust": ("take the register as it stands for the true one, after comparing its fingerprint", "workbench governance trust", _trust),
    "governance polis": ("import a Polis export as counts of people", "workbench governance polis export/ --name night-noise --title-ko '밤 소음' --title-en 'Night noise' --issue noise", _polis),
    "governance example": ("show a commented example of a file, to write one's own and give it with --from", "workbench governance example obstacle > obstacle.yml", _example),
    "governance schemas": ("write the JSON Schemas with which editors help", "workbench governance schemas", _nothing),
}  # fmt: skip
