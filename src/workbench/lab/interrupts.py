"""Ctrl-C, SIGTERM and a closed terminal all end the lab in the same way, and none of them cuts its stop short."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = signal.Handlers | Callable[[int, FrameType | None], None]


@contextmanager
def interrupting() -> Iterator[None]:
    """Raise KeyboardInterrupt on SIGTERM and SIGHUP too, inside the block.

    Examples
    --------
    >>> import os
    >>> try:
    ...     with interrupting():
    ...         os.kill(os.getpid(), signal.SIGHUP)
    ... except KeyboardInterrupt:
    ...     print("stopped")
    stopped
    """
    with _handling((signal.SIGTERM, signal.SIGHUP), _interrupt):
        yield


@contextmanager
def not_interrupted() -> Iterator[None]:
    """Let the block, whose time is bounded, run to its end however often Ctrl-C is pressed.

    Examples
    --------
    >>> import os
    >>> with not_interrupted():
    ...     os.kill(os.getpid(), signal.SIGINT)
    """
    with _handling((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), signal.SIG_IGN):
        yield


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _handling(numbers: tuple[signal.Signals, ...], handler: Handler) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread receives signals and may say what they do
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
