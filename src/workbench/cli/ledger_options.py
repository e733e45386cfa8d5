"""The options of ``workbench ledger …``: how it stands, sealing it, bringing it back, making it anew. It only parses."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.options import Add, json_option, today_option
from workbench.cli.privacy_options import key_option


def _status(parser: argparse.ArgumentParser) -> None:
    json_option(parser)


def _backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where (default .workbench/ledger-backup)")
    today_option(parser)
    json_option(parser)


def _restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="source", type=Path, required=True, metavar="FILE", help="what ledger backup wrote")
    key_option(parser)
    json_option(parser)


def _rebuild(parser: argparse.ArgumentParser) -> None:
    key_option(parser)
    today_option(parser)
    json_option(parser)


LEDGER: dict[str, tuple[str, str, Add]] = {
    "ledger status": (
        "whether everything published about people is known, so that new results can be held against it",
        "workbench ledger status --json",
        _status,
    ),
    "ledger backup": (
        "seal the ledger to the custodians of both sides",
        "workbench ledger backup --to /media/stick",
        _backup,
    ),
    "ledger restore": (
        "bring the ledger back from a backup, with a custodian of each side",
        "workbench ledger restore --from 000007-6f2a90c1d3e4.ledger --key G-3.age --key C-3.age",
        _restore,
    ),
    "ledger rebuild": (
        "make the ledger anew from the released notebooks and their data; every published count must come out equal",
        "workbench ledger rebuild --key G-3.age --key C-3.age",
        _rebuild,
    ),
}
