"""Fetching from the Seoul Open Data Plaza: unit by unit, kept page by page, taken in when a unit is complete.

Whatever cuts a fetch (the day's quota, the server, a kill), the finished pages stay and the next call goes on there;
the rows taken in before stay until the new ones are complete.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import pandas as pd

from workbench.catalog import Catalog
from workbench.errors import SourceFailed, UsageError, unknown
from workbench.files import sha256
from workbench.intake import Balance, Batch, take_in
from workbench.progress import Report, silent
from workbench.project import Project
from workbench.sources.families import Shaped, Words
from workbench.sources.seoul_answers import QuotaUsed, check_fields
from workbench.sources.seoul_connection import ROWS_PER_CALL, Connection, ask, open_client
from workbench.sources.seoul_pages import PageStore, Quota, page_hash
from workbench.sources.seoul_periods import as_range, days, last_day, months
from workbench.sources.seoul_services import SERVICES, Service, with_districts
from workbench.vault import Vault

MOST_PAGES = 500
"""No list of the plaza that is read here comes near half a million rows."""

EMPTY_IS_FINAL_AFTER_DAYS = 60
"""A day or month without rows is asked for again until then: it may be published late."""

LIST_UNIT = "all"


@dataclass(frozen=True)
class _Fetch:
    """What one fetch works with."""

    vault: Vault
    catalog: Catalog
    service: Service
    connection: Connection
    pages: PageStore
    quota: Quota
    today: dt.date


def fetch_seoul(
    project: Project,
    catalog: Catalog,
    dataset: str,
    *,
    since: dt.date | str | None = None,
    until: dt.date | str | None = None,
    report: Report = silent,
    today: dt.date,
    connection: Connection | None = None,
) -> list[Balance]:
    """Fetch a dataset from the Seoul Open Data Plaza and take it in.

    Days and months that are complete are not asked for again; lists are.

    Parameters
    ----------
    project : Project
    catalog : Catalog
    dataset : str
        ``daily_air``, ``bike_stations``, ``bike_station_month`` or ``parks``.
    since, until : date or str, optional
        A day, a month or a year; by default what is missing until yesterday (the last whole month). Lists take none.
    report : Report, optional
    today : date
    connection : Connection, optional
        By default from ``SEOUL_OPEN_DATA_KEY`` and ``WORKBENCH_SEOUL_URL``.

    Returns
    -------
    list of Balance
        One for each part taken in: a month of days, a month, or the list.

    Raises
    ------
    QuotaUsed
        The day's calls are used; what was finished is taken in, and the same call goes on tomorrow.
    SourceFailed
        The server did not answer as it should; the message names service and page.
    UsageError
        Unknown dataset, a period that is none, or no key.

    Examples
    --------
    >>> fetch_seoul(project, catalog, "daily_air", since="2021", until="2021", today=dt.date(2026, 11, 22))  # doctest: +SKIP
    """
    if dataset not in SERVICES:
        raise unknown("dataset of the Seoul Open Data Plaza", dataset, SERVICES)
    service = SERVICES[dataset]
    used = connection or Connection.from_environment()
    vault = Vault(project, catalog, today=today)
    pages = PageStore(project.private / "fetch" / dataset)
    fetch = _Fetch(vault, catalog, service, used, pages, Quota.of(project, used.key, base=used.base, today=today), today)
    districts = _districts(fetch)
    units = _units(fetch, since, until)
    balances: list[Balance] = []
    done = 0
    with open_client(used) as client:
        for group, wanted in _groups(fetch, units).items():
            try:
                for unit in wanted:
                    report(done, len(units), f"{service.name} {unit}")
                    _fetch_unit(fetch, client, unit)
                    done += 1
            except SourceFailed as stop:
                balances += _take_in_group(fetch, group, districts)
                raise _told(stop, balances, unit, fetch) from None
            balances += _take_in_group(fetch, group, districts)
    report(len(units), len(units), service.name)
    return balances


def _units(fetch: _Fetch, since: dt.date | str | None, until: dt.date | str | None) -> list[str]:
    """The days or months asked for; a list is one unit."""
    service = fetch.service
    if service.period == "all":
        if since is not None or until is not None:
            raise UsageError(f"{service.name} is a list without dates, so since and until mean nothing", hint="leave them out")
        return [LIST_UNIT]
    latest = _latest(fetch)
    by_day = service.period == "day"
    meant = as_range(since, until, today=fetch.today if by_day else fetch.today.replace(day=1), latest=latest)
    if meant is None:
        return []
    return days(*meant) if by_day else months(*meant)


def _latest(fetch: _Fetch) -> dt.date | None:
    """The last day, or the last day of the last month, that is taken in."""
    field = "date" if fetch.service.period == "day" else "month"
    rows = fetch.vault.read(fetch.service.dataset, columns=[field])[field]
    if rows.empty:
        return None
    return rows.max().date() if field == "date" else last_day(str(rows.max()))


def _groups(fetch: _Fetch, units: list[str]) -> dict[str, list[str]]:
    """The units by the part they go into: a month of days is one part.

    Days that a part already holds but whose pages are gone are asked for again, so that replacing it loses nothing.
    """
    if fetch.service.period != "day":
        return {unit: [unit] for unit in units}
    groups: dict[str, list[str]] = {}
    for unit in units:
        groups.setdefault(unit[:7], []).append(unit)
    for group, wanted in groups.items():
        part = _part(group)
        if part in fetch.vault.parts(fetch.service.dataset):
            held = (
                fetch.vault.read(fetch.service.dataset, columns=["date"], parts=[part])["date"].dt.strftime("%Y-%m-%d").unique()
            )
            groups[group] = sorted({*wanted, *(day for day in held if fetch.pages.done(day) is None)})
    return groups


def _fetch_unit(fetch: _Fetch, client: httpx.Client, unit: str) -> None:
    """Fetch what is missing of a unit, page by page, until a short page."""
    if _is_final(fetch, unit):
        return
    service = fetch.service
    options = [] if unit == LIST_UNIT else [unit.replace("-", "")]
    pages = fetch.pages.begun(unit, today=fetch.today)
    seen = {page_hash(page): number for number, page in enumerate(pages, start=1)}
    while not pages or len(pages[-1]) == ROWS_PER_CALL:
        number = len(pages) + 1
        where = " ".join(["Seoul Open Data Plaza,", service.name, *options]) + f", page {number}"
        if number > MOST_PAGES:
            raise SourceFailed(f"{where}: more than {MOST_PAGES} full pages, the list does not end")
        rows, total = ask(client, fetch.connection, service.name, options, page=number, count=fetch.quota.count)
        check_fields(rows, list(service.fields), where=where)
        _check_period(rows, service, options, where=where)
        if rows and (hashed := page_hash(rows)) in seen:
            raise SourceFailed(
                f"{where}: the same {len(rows):,} rows as page {seen[hashed]}", hint="the server repeats itself; try again later"
            )
        seen[page_hash(rows)] = number
        pages.append(rows)
        arrived = sum(map(len, pages))
        if unit == LIST_UNIT and len(rows) < ROWS_PER_CALL and total is not None and total > arrived:
            raise SourceFailed(
                f"{where}: the list ends after {arrived:,} rows, the server says there are {total:,}", hint="try again later"
            )
        fetch.pages.keep(unit, number, rows, today=fetch.today)
    fetch.pages.finish(unit, today=fetch.today)


def _is_final(fetch: _Fetch, unit: str) -> bool:
    """Whether a unit is complete and was fetched after it was over; a list never is."""
    record = fetch.pages.done(unit)
    if record is None or unit == LIST_UNIT:
        return False
    wait = 0 if record["rows"] else EMPTY_IS_FINAL_AFTER_DAYS
    return dt.date.fromisoformat(record["retrieved"]) > last_day(unit) + dt.timedelta(days=wait)


def _check_period(rows: list[dict[str, Any]], service: Service, options: list[str], *, where: str) -> None:
    if service.names_period is None:
        return
    for number, row in enumerate(rows, start=1):
        found = str(row[service.names_period]).strip().replace("-", "")
        if found != options[0]:
            raise SourceFailed(f"{where}, row {number}: {service.names_period} is '{found[:40]}', asked for {options[0]}")


def _take_in_group(fetch: _Fetch, group: str, districts: Callable[[str], str | None] | None) -> list[Balance]:
    """Take the complete units of a group in as one part; nothing where there are no rows."""
    units = fetch.pages.units(group)
    records = [fetch.pages.done(unit) or {} for unit in units]
    if not sum(record["rows"] for record in records):
        return []
    service = fetch.service
    pieces = []
    for unit in units:
        rows = [row for page in fetch.pages.pages(unit) for row in page]
        piece = pd.DataFrame([{short: row[name] for name, short in service.fields.items()} for row in rows], dtype=object)
        pieces.append(piece.assign(month=unit) if service.period == "month" else piece)
    words = pd.concat(pieces, ignore_index=True)
    source = " ".join([service.name, *([] if group == LIST_UNIT else [group])])
    shaped: Shaped = service.shape(Words(words, np.arange(1, len(words) + 1), source))
    if districts is not None:
        shaped = with_districts(shaped, districts)
    batch = Batch(
        source=source + (f" ({len(words):,} rows summed per station)" if service.period == "month" else ""),
        kind="official",
        frame=shaped.frame,
        lines=shaped.lines,
        refused=tuple(shaped.refused),
        sha256=_digest(shaped, records),
        retrieved=max(str(record["retrieved"]) for record in records),
    )
    return [take_in(fetch.vault, fetch.catalog, service.dataset, batch, _part(group))]


def _digest(shaped: Shaped, records: list[dict[str, Any]]) -> str:
    """A hash of the fetched rows, and of the districts looked up for them."""
    parts = [str(record["sha256"]) for record in records]
    if "district" in shaped.frame:
        parts += [str(district) for district in shaped.frame["district"]]
    return sha256("\n".join(parts).encode())


def _part(group: str) -> str:
    return "api-seoul" if group == LIST_UNIT else f"api-seoul-{group}"


def _districts(fetch: _Fetch) -> Callable[[str], str | None] | None:
    """The stations' districts, for the service that does not tell them."""
    if fetch.service.dataset != "bike_station_month":
        return None
    listed = fetch.vault.read("bike_stations", columns=["station_number", "district"])
    if listed.empty and fetch.catalog["bike_station_month"].fields["district"].required:
        raise UsageError(
            f"{fetch.service.name} does not tell the stations' districts, and no bike_stations are there to look them up in",
            hint="run: workbench fetch bike_stations",
        )
    found = {
        str(int(number)): str(district) for number, district in zip(listed["station_number"], listed["district"], strict=True)
    }
    return found.get


def _told(stop: SourceFailed, balances: list[Balance], unit: str, fetch: _Fetch) -> SourceFailed:
    """The error of a fetch that was cut: what is kept, and where the next call goes on."""
    if isinstance(stop, QuotaUsed):
        fetch.quota.exhaust()
        begun = "" if unit == LIST_UNIT else f" at {unit}"
        told = QuotaUsed(f"{stop.message}; the pages fetched so far are kept, and the next call goes on{begun}", hint=stop.hint)
        told.balances = tuple(balances)
        return told
    return stop
