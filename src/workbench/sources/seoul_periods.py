"""Which days or months to ask for: what was said, or what is missing since the last one taken in. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from workbench.errors import UsageError

FIRST_YEAR = 2000


def as_range(
    since: dt.date | str | None, until: dt.date | str | None, *, today: dt.date, latest: dt.date | None
) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last day meant.

    Parameters
    ----------
    since, until : date or str, optional
        A day (2021-01-31, 20210131), a month (2021-01) or a year (2021). By default from the day after the last one
        taken in, or from the beginning of the year, until yesterday.
    today : date
        For months, the first day of the month that is not over.
    latest : date or None
        The last day taken in.

    Returns
    -------
    tuple of date, or None
        None where nothing is missing.

    Raises
    ------
    UsageError
        Not a period, the end before the beginning, or a day that is not over.

    Examples
    --------
    >>> today = dt.date(2021, 3, 2)
    >>> as_range("2021-01", "2021-02", today=today, latest=None)
    (datetime.date(2021, 1, 1), datetime.date(2021, 2, 28))
    >>> as_range(None, None, today=today, latest=dt.date(2021, 2, 20))
    (datetime.date(2021, 2, 21), datetime.date(2021, 3, 1))
    """
    yesterday = today - dt.timedelta(days=1)
    last = _bound(until, end=True) if until is not None else yesterday
    if since is not None:
        first = _bound(since, end=False)
    elif latest is not None and until is None:
        if latest >= last:
            return None
        first = latest + dt.timedelta(days=1)
    else:
        first = last.replace(month=1, day=1)
    if first > yesterday:
        raise UsageError(f"the period begins on {first}; the last day that is over is {yesterday}")
    if last < first:
        raise UsageError(f"the period ends ({last}) before it begins ({first})")
    return first, min(last, yesterday)


def days(first: dt.date, last: dt.date) -> list[str]:
    """Return the days of a period as ``2021-01-31``.

    Parameters
    ----------
    first, last : date

    Returns
    -------
    list of str

    Examples
    --------
    >>> days(dt.date(2021, 1, 31), dt.date(2021, 2, 1))
    ['2021-01-31', '2021-02-01']
    """
    return [(first + dt.timedelta(days=step)).isoformat() for step in range((last - first).days + 1)]


def months(first: dt.date, last: dt.date) -> list[str]:
    """Return the months that a period touches as ``2021-01``.

    Parameters
    ----------
    first, last : date

    Returns
    -------
    list of str

    Examples
    --------
    >>> months(dt.date(2021, 12, 5), dt.date(2022, 1, 2))
    ['2021-12', '2022-01']
    """
    return sorted({day[:7] for day in days(first, last)})


def last_day(unit: str) -> dt.date:
    """Return the last day of a day or month.

    Parameters
    ----------
    unit : str

    Returns
    -------
    date

    Examples
    --------
    >>> last_day("2020-02"), last_day("2020-02-03")
    (datetime.date(2020, 2, 29), datetime.date(2020, 2, 3))
    """
    return _bound(unit, end=True)


def _bound(said: dt.date | str, *, end: bool) -> dt.date:
    if isinstance(said, dt.datetime):
        return said.date()
    if isinstance(said, dt.date):
        return said
    found = re.fullmatch(r"([0-9]{4})(?:-?([0-9]{2})(?:-?([0-9]{2}))?)?", said.strip())
    problem = UsageError(f"'{said}' is no period", hint="write a day (2021-01-31), a month (2021-01) or a year (2021)")
    if not found or int(found[1]) < FIRST_YEAR:
        raise problem
    year, month = int(found[1]), int(found[2] or (12 if end else 1))
    if not 1 <= month <= 12:
        raise problem
    length = calendar.monthrange(year, month)[1]
    day = int(found[3] or (length if end else 1))
    if not 1 <= day <= length:
        raise problem
    return dt.date(year, month, day)
