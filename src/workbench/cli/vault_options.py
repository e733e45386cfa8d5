"""The options of ``workbench vault …``: keys, opening for a purpose, rotating, verifying, recovering."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.options import Add, count, json_option, today_option


def _keys(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--key", action="append", default=[], metavar="FILE", help=what)


def _keygen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seat", required=True, help="whose key, e.g. G-3")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where (default ~/.ssh/workbench_<seat>.age)")
    parser.add_argument("--passphrase", action="store_true", help="ask for a passphrase that encrypts the file")
    json_option(parser)


def _open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", metavar="DATASET", help="which dataset")
    parser.add_argument("--purpose", required=True, help="for which purpose of its adopted policy; written into the register")
    _keys(parser, "a custodian's age key, or the seat whose key it is; once for each side")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the rows here, readable by you alone (.csv or .parquet)")
    parser.add_argument("--rows", type=count, metavar="N", help="at most so many rows (default without --out: 20)")
    parser.add_argument("--quarantine", action="store_true", help="the refused rows that wait to be mended")
    parser.add_argument(
        "--hand-on",
        type=Path,
        metavar="FILE",
        help="as the government's custodian: take your layer off, for the other side to open on",
    )
    parser.add_argument(
        "--from", dest="handed", type=Path, metavar="FILE", help="as civil society's custodian: open what was handed on"
    )
    today_option(parser)
    json_option(parser)


def _rotate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("datasets", nargs="*", metavar="DATASET", help="which datasets (default: all that are sealed)")
    _keys(parser, "a custodian's age key, or the seat whose key it is; once for each side")
    today_option(parser)
    json_option(parser)


def _verify(parser: argparse.ArgumentParser) -> None:
    _keys(parser, "with one of each side, a row of every block is opened; with holders' keys, recovery shares are")
    today_option(parser)
    json_option(parser)


def _recover(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seat", required=True, help="the custodian whose key it is about, e.g. C-3")
    _keys(parser, "to make the share: the custodian's own key; to restore: the holders' keys")
    parser.add_argument("--restore", action="store_true", help="give the key back from the share that its holders keep")
    parser.add_argument("--out", type=Path, metavar="FILE", help="with --restore: where (default ~/.ssh/workbench_<seat>.age)")
    parser.add_argument("--passphrase", action="store_true", help="with --restore: ask for a passphrase that encrypts the file")
    today_option(parser)
    json_option(parser)


def _register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", help="only what was done with this dataset")
    today_option(parser)
    json_option(parser)


def _status(parser: argparse.ArgumentParser) -> None:
    today_option(parser)
    json_option(parser)


VAULT: dict[str, tuple[str, str, Add]] = {
    "vault keygen": (
        "make the age key by which a custodian or steward opens what is sealed",
        "workbench vault keygen --seat G-3 --passphrase",
        _keygen,
    ),
    "vault open": (
        "open a dataset for an adopted purpose, with a custodian of each side",
        "workbench vault open trips --purpose statistics --key G-3.age --key C-3.age --out trips.parquet",
        _open,
    ),
    "vault rotate": (
        "seal all rows anew to the custodians in force; a killed rotation goes on where it stood",
        "workbench vault rotate trips --key G-3.age --key C-3.age",
        _rotate,
    ),
    "vault verify": (
        "verify every part, the register, and with keys that both can be opened",
        "workbench vault verify --key G-3.age --key C-3.age",
        _verify,
    ),
    "vault recover": (
        "seal a custodian's key to stewards of the same side, or restore it from them",
        "workbench vault recover --seat C-3 --restore --key C-1.age --key C-4.age --out C-3.age",
        _recover,
    ),
    "vault status": (
        "what rests where, how it is sealed, and whether the custodians in force can open it",
        "workbench vault status --json",
        _status,
    ),
    "vault register": (
        "who sealed, opened, rotated, recovered or erased what, and for which purpose",
        "workbench vault register --dataset trips",
        _register,
    ),
}
