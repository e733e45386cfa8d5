"""Asking the Seoul Open Data Plaza: one page at a time, patient with a slow server, and silent about the key.

The key stands in the address, as the interface wants it; so no address is ever shown, logged or kept.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import stamina

from workbench.errors import SourceFailed, UsageError, WorkbenchError
from workbench.sources.seoul_answers import Answer, ServerFault, read_answer

KEY_NAME = "SEOUL_OPEN_DATA_KEY"
URL_NAME = "WORKBENCH_SEOUL_URL"
DEFAULT_URL = "http://openapi.seoul.go.kr:8088"
ROWS_PER_CALL = 1_000
"""The interface's limit."""

LARGEST_ANSWER_BYTES = 32_000_000
"""A page of 1,000 rows has about 0.5 MB."""

LONGEST_ANSWER_S = 120.0
"""However slowly the bytes drip."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Connection:
    """How to reach the interface.

    Parameters
    ----------
    base : str
    key : str
        Never shown.
    timeout_s : float
        For connecting and for each piece of an answer.
    attempts : int
        Tries in all, with growing pauses between them.
    first_pause_s : float
        The pause before the second try.
    pace_s : float
        The pause after each call, out of politeness.

    Examples
    --------
    >>> Connection(base="http://127.0.0.1:8088", key="abc123")
    Connection(base='http://127.0.0.1:8088', timeout_s=20.0, attempts=4, first_pause_s=0.5, pace_s=0.1)
    """

    base: str
    key: str = field(repr=False)
    timeout_s: float = 20.0
    attempts: int = 4
    first_pause_s: float = 0.5
    pace_s: float = 0.1

    @classmethod
    def from_environment(cls) -> Connection:
        """Read the key and the address from the environment.

        Returns
        -------
        Connection

        Raises
        ------
        UsageError
            No key, a key that cannot stand in an address, or an address that is none.
        """
        key = os.environ.get(KEY_NAME, "").strip()
        hint = f"get a key at https://data.seoul.go.kr and set {KEY_NAME}"
        if not key:
            raise UsageError(f"{KEY_NAME} is not set: the Seoul Open Data Plaza answers with a key only", hint=hint)
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,100}", key):
            raise UsageError(f"{KEY_NAME} holds something else than letters and digits", hint=hint)
        if key == "sample":
            raise UsageError(f"{KEY_NAME} is 'sample', which returns at most 5 rows, so nothing can be taken in whole", hint=hint)
        base = os.environ.get(URL_NAME, "").strip().rstrip("/") or DEFAULT_URL
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise UsageError(f"{URL_NAME} is no address as in {DEFAULT_URL}", hint=f"unset {URL_NAME}")
        return cls(base=base, key=key, pace_s=0.0 if parts.hostname in LOOPBACK else cls.pace_s)


@contextmanager
def open_client(connection: Connection) -> Iterator[httpx.Client]:
    """Give an HTTP client that follows no redirect and logs neither addresses nor tries.

    Parameters
    ----------
    connection : Connection

    Yields
    ------
    httpx.Client
    """
    logger = logging.getLogger("httpx")
    logger.addFilter(_silent)
    hooks = stamina.instrumentation.get_on_retry_hooks()
    stamina.instrumentation.set_on_retry_hooks(())
    try:
        with httpx.Client(timeout=connection.timeout_s, follow_redirects=False, headers={"Accept": "application/json"}) as client:
            yield client
    finally:
        stamina.instrumentation.set_on_retry_hooks(hooks)
        logger.removeFilter(_silent)


def ask(
    client: httpx.Client, connection: Connection, service: str, options: Sequence[str], *, page: int, count: Callable[[], None]
) -> Answer:
    """Ask for one page of a service, trying again where that may help.

    Parameters
    ----------
    client : httpx.Client
    connection : Connection
    service : str
    options : sequence of str
        What follows in the address: a day, a month.
    page : int
        From 1.
    count : callable
        Called before each try; raises ``QuotaUsed`` when the day's calls are used.

    Returns
    -------
    Answer
        With at most ``ROWS_PER_CALL`` rows.

    Raises
    ------
    SourceFailed
    """
    start = (page - 1) * ROWS_PER_CALL + 1
    end = page * ROWS_PER_CALL
    where = " ".join(["Seoul Open Data Plaza,", service, *options]) + f", page {page} (rows {start:,}-{end:,})"
    address = "/".join([connection.base, connection.key, "json", service, str(start), str(end), *options])
    try:
        for attempt in stamina.retry_context(
            on=ServerFault,
            attempts=connection.attempts,
            timeout=None,
            wait_initial=connection.first_pause_s,
            wait_max=20 * connection.first_pause_s,
            wait_jitter=connection.first_pause_s,
        ):
            with attempt:
                count()
                answer = read_answer(_body(client, address, connection, where), where=where)
    except WorkbenchError as error:
        raise _without_key(error, connection, attempts=connection.attempts) from None
    if len(answer.rows) > ROWS_PER_CALL:
        raise SourceFailed(f"{where}: {len(answer.rows):,} rows came, asked for {ROWS_PER_CALL:,}")
    time.sleep(connection.pace_s)
    return answer


def _body(client: httpx.Client, address: str, connection: Connection, where: str) -> bytes:
    """The bytes of one answer, whole."""
    begun = time.monotonic()
    pieces: list[bytes] = []
    size = 0
    try:
        with client.stream("GET", address) as response:
            for piece in response.iter_bytes():
                size += len(piece)
                if size > LARGEST_ANSWER_BYTES:
                    raise SourceFailed(f"{where}: the answer is larger than {LARGEST_ANSWER_BYTES:,} bytes")
                if time.monotonic() - begun > LONGEST_ANSWER_S:
                    raise ServerFault(f"{where}: the answer took longer than {LONGEST_ANSWER_S:g} s", hint="try again later")
                pieces.append(piece)
            status = response.status_code
    except httpx.TimeoutException:
        raise ServerFault(f"{where}: no answer within {connection.timeout_s:g} s", hint="try again later") from None
    except httpx.ConnectError:
        raise ServerFault(
            f"{where}: the server {connection.base} cannot be reached", hint="look at the network connection, or try again later"
        ) from None
    except httpx.InvalidURL:
        raise UsageError(f"{URL_NAME} is no address as in {DEFAULT_URL}", hint=f"unset {URL_NAME}") from None
    except httpx.HTTPError:
        raise ServerFault(f"{where}: the answer ended in the middle, after {size:,} bytes", hint="try again later") from None
    _check_status(status, where)
    return b"".join(pieces)


def _check_status(status: int, where: str) -> None:
    if status == httpx.codes.OK:
        return
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise ServerFault(
            f"{where}: the server says HTTP 429, too many calls in a short time",
            hint="wait some minutes and run the same command, it goes on where it stopped",
        )
    if status >= 500:
        raise ServerFault(f"{where}: the server says HTTP {status}", hint="try again later")
    raise SourceFailed(f"{where}: the server says HTTP {status}, expected 200", hint="the interface may have moved")


def _without_key(error: WorkbenchError, connection: Connection, *, attempts: int) -> WorkbenchError:
    """The error with its text free of the key, which a server may echo, and with the number of tries."""
    tried = f", tried {attempts} times" if isinstance(error, ServerFault) and attempts > 1 else ""
    hidden = [part.replace(connection.key, "(key)") for part in (error.message, error.hint)]
    return type(error)(hidden[0] + tried, hint=hidden[1])


def _silent(_record: logging.LogRecord) -> bool:
    """A logging filter: httpx would log each address, and the key stands in it."""
    return False
