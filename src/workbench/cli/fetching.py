"""``workbench fetch``: rows in, and the balance of what came: kept + refused + duplicate."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from workbench.catalog import Catalog
from workbench.cli.parser import SAMPLE_SEED, SAMPLE_TRIPS
from workbench.cli.terminal import progress, say
from workbench.errors import DONE, CheckFailed, UsageError, unknown
from workbench.project import Project


def fetch_synthetic(project: Project, catalog: Catalog, options: argparse.Namespace, *, today: dt.date) -> int:
    """Generate the synthetic city, or some of its datasets."""
    from workbench.sources.synthetic import SYNTHETIC, write_synthetic

    for name in options.datasets:
        if name not in SYNTHETIC:
            raise unknown("synthetic dataset", name, SYNTHETIC)
    wanted = list(options.datasets) or [name for name in SYNTHETIC if name in catalog.datasets]
    seed = SAMPLE_SEED if options.seed is None else options.seed
    trips = options.trips or SAMPLE_TRIPS
    with progress("synthetic city") as report:
        rows = write_synthetic(project, catalog, seed=seed, trips=trips, datasets=wanted, today=today, report=report)
    if options.json:
        say(json.dumps(rows, sort_keys=True))
    else:
        for name, number in rows.items():
            say(f"{name}: {number:,} rows")
    return DONE


def fetch_files(project: Project, catalog: Catalog, options: argparse.Namespace, *, today: dt.date) -> int:
    """Take in the dropped official files."""
    from workbench.sources import take_in_files

    if project.data is None:
        raise UsageError("WORKBENCH_DATA is not set", hint="set it to the folder of official files, or use --api or --synthetic")
    with progress("take in") as report:
        balances = take_in_files(project, catalog, datasets=options.datasets or None, today=today, report=report)
    if not options.json and not options.datasets:
        tell_unused(project)
    return tell_balances(project, balances, as_json=options.json)


def fetch_api(project: Project, catalog: Catalog, options: argparse.Namespace, *, today: dt.date) -> int:
    """Ask the Seoul Open Data Plaza."""
    from workbench.sources import SERVICES, QuotaUsed, fetch_seoul

    wanted = options.datasets or list(SERVICES)
    for name in wanted:
        if name not in SERVICES:
            raise unknown("dataset of the Seoul Open Data Plaza", name, SERVICES)
    if (options.since or options.until) and all(SERVICES[name].period == "all" for name in wanted):
        raise UsageError(f"{', '.join(wanted)}: a whole list, so --since and --until do not apply", hint="leave them out")
    balances: list[Any] = []
    for name in wanted:
        whole = SERVICES[name].period == "all"
        since, until = (None, None) if whole else (options.since, options.until)
        try:
            with progress(name) as report:
                balances += fetch_seoul(project, catalog, name, since=since, until=until, today=today, report=report)
        except QuotaUsed as error:
            tell_balances(project, [*balances, *error.balances], as_json=options.json)
            raise
    return tell_balances(project, balances, as_json=options.json)


def forget_datasets(project: Project, catalog: Catalog, options: argparse.Namespace, *, today: dt.date) -> int:
    """Remove what was taken in of some datasets."""
    from workbench.sources import forget

    if not options.datasets:
        raise UsageError("--forget needs the datasets to forget", hint="workbench fetch daily_air --forget")
    for name in options.datasets:
        say(f"{name}: {forget(project, catalog, name, today=today):,} rows forgotten")
    return DONE


def tell_balances(project: Project, balances: Sequence[Any], *, as_json: bool) -> int:
    """Print what came and what became of it; 1 where every row was refused."""
    if as_json:
        say(json.dumps([dataclasses.asdict(balance) for balance in balances], ensure_ascii=False, sort_keys=True, default=str))
    else:
        for balance in balances:
            tell_balance(project, balance)
        if not balances:
            say("nothing new")
    if balances and all(balance.all_refused for balance in balances):
        return CheckFailed.exit_code
    return DONE


def tell_balance(project: Project, balance: Any) -> None:
    """Print one balance, and where the refused rows are listed."""
    words = f"{balance.kept:,} kept + {balance.refused:,} refused + {balance.duplicate:,} duplicate"
    if balance.unchanged:
        words += " (unchanged)"
    elif balance.before is not None and balance.before != balance.kept:
        words += f" (replaces {balance.before:,})"
    say(f"  {balance.dataset}: {balance.source}: {balance.arrived:,} rows = {words}")
    if balance.refused_list is not None:
        say(f"    refused rows and why: {project.relative(balance.refused_list)}")


def tell_unused(project: Project) -> None:
    """Name the files of the data folder that are not used, and why."""
    from workbench.sources import find_official_files

    unused: dict[str, list[str]] = {}
    for file in find_official_files(project.data) if project.data else []:
        if file.dataset is None:
            unused.setdefault(file.note, []).append(file.name)
    for note, names in unused.items():
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        say(f"  not used, {note}: {', '.join(names[:3])}{more}")
