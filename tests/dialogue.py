"""A person at a terminal: a real pseudo-terminal in which a command asks and somebody types."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

LAUNCH = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
"""Gives the command the terminal as its own, as a shell does: passphrases are asked there, and Ctrl-C reaches it."""

PATIENCE_S = 60


class Dialogue:
    """A command in a terminal; ``expect`` reads until a text appears, ``type`` answers."""

    def __init__(self, *words: str, root: Path, **more: str) -> None:
        self.master, slave = pty.openpty()
        environment = {
            **os.environ,
            "WORKBENCH_ROOT": str(root),
            "HOME": str(root),
            "COLUMNS": "200",
            "LC_ALL": "C.UTF-8",
            **more,
        }
        command = [sys.executable, "-c", LAUNCH, sys.executable, "-m", "workbench.cli", *words]
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True, close_fds=True
        )
        os.close(slave)
        self.seen = b""
        self.read_to = 0

    def __enter__(self) -> Dialogue:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)

    @property
    def text(self) -> str:
        """Everything shown so far, with Unix line ends."""
        return self.seen.decode("utf-8", errors="replace").replace("\r\n", "\n")

    def expect(self, text: str) -> None:
        """Read until a text appears behind what was expected before."""
        wanted, deadline = text.encode(), time.monotonic() + PATIENCE_S
        while (place := self.seen.find(wanted, self.read_to)) < 0:
            assert self._read(deadline), f"'{text}' was not shown:\n{self.text}"
        self.read_to = place + len(wanted)

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self.master, line.encode() + b"\n")

    def answer(self, question: str, line: str) -> None:
        """Wait for a question and type the answer."""
        self.expect(question)
        self.type(line)

    def press(self, keys: bytes) -> None:
        """Press keys, such as Ctrl-C (``\\x03``) or Ctrl-D (``\\x04``)."""
        os.write(self.master, keys)

    def end(self) -> int:
        """Wait for the end and return the exit code."""
        deadline = time.monotonic() + PATIENCE_S
        while self._read(deadline):
            pass
        try:
            return self.process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise

    def _read(self, deadline: float) -> bool:
        """Read a little more; False at the end of the command."""
        ready, _, _ = select.select([self.master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            piece = os.read(self.master, 65_536)
        except OSError:  # how Linux tells that nobody holds the other end any more
            return False
        self.seen += piece
        return bool(piece)
