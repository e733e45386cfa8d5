"""The options of ``workbench privacy …``: for any file, in any folder. It only parses."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.measuring import risk_options
from workbench.cli.options import Add, json_option, today_option


def _protect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="IN", help="CSV or Parquet")
    parser.add_argument("--policy", type=Path, required=True, metavar="POLICY.yml", help="what is done to each field")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="CSV or Parquet; replaced whole or not at all")
    parser.add_argument("--report", type=Path, metavar="REPORT.json", help="what was done, what risk is left, what was lost")
    parser.add_argument("--tables", action="store_true", help="also the error of 200 random two-way tables")
    parser.add_argument(
        "--secret", type=Path, metavar="FILE", help="the lasting secret by which places are moved; written where there is none"
    )
    json_option(parser)


def _pin(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("policies", nargs="+", type=Path, metavar="POLICY.yml")
    json_option(parser)


def _compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("policies", nargs=2, type=Path, metavar="POLICY.yml", help="two policies of one dataset")
    parser.add_argument("--data", type=Path, metavar="FILE", help="rows in CSV or Parquet (default: those taken in)")
    parser.add_argument("--dataset", help="the dataset, to be sure that both policies are of it")
    parser.add_argument("--no-runs", action="store_true", help="do not run the last notebooks again")
    key_option(parser)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where the pages go")
    today_option(parser)
    json_option(parser)


def _report(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("dataset", nargs="?", metavar="DATASET", help="a protected dataset")
    which.add_argument("--from", dest="from_report", type=Path, metavar="REPORT.json", help="what privacy protect wrote")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where the pages go")
    json_option(parser)


def key_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--key``, once for each custodian."""
    parser.add_argument(
        "--key", action="append", type=Path, default=[], metavar="FILE", help="a custodian's age key; one of each side opens rows"
    )


PRIVACY: dict[str, tuple[str, str, Add]] = {
    "privacy protect": (
        "protect any file under any policy; notebooks do not load what comes out",
        "workbench privacy protect people.csv --policy people.yml --out safe.parquet --report REPORT.json",
        _protect,
    ),
    "privacy risk": (
        "how many people share each profile of a file, and what somebody could learn from it",
        "workbench privacy risk safe.parquet --quasi-identifiers age,sex --sensitive illness --unit person_id",
        risk_options,
    ),
    "privacy pin": (
        "write the hash of each hierarchy into a policy, so that adopting it covers them",
        "workbench privacy pin governance/policies/bike_trips.yml",
        _pin,
    ),
    "privacy compare": (
        "put two policies side by side: what each keeps, what risk remains, which results move",
        "workbench privacy compare A.yml B.yml --data people.csv",
        _compare,
    ),
    "privacy report": (
        "the risk report of a protected dataset, as a page in each language",
        "workbench privacy report bike_trips",
        _report,
    ),
}
