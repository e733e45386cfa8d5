"""Processes to be killed, forked from one that has loaded everything: each starts at once and is a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).parent

PARENT = """
import json, os, sys, traceback
sys.path.insert(0, sys.argv[1])
exec(sys.argv[2])
children = {}
for line in sys.stdin:
    asked = json.loads(line)
    if "wait" in asked:
        status = os.waitpid(children[asked["wait"]], 0)[1]
        print(os.waitstatus_to_exitcode(status), flush=True)
        continue
    child = os.fork()
    if child == 0:
        code = 0
        try:
            out, err = os.open(asked["out"], os.O_WRONLY), os.open(asked["err"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(out, 1), os.dup2(err, 2)
            sys.argv[1:] = asked["words"]
            exec(asked["program"], {"__name__": "__main__"})
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(code)
    children[child] = child
    print(child, flush=True)
"""


class Child:
    """One forked process; what it prints is read line by line."""

    def __init__(self, nursery: Nursery, program: str, words: list[str]) -> None:
        self._nursery = nursery
        self._err = nursery.folder / f"err-{nursery.born}"
        out = nursery.folder / f"out-{nursery.born}"
        nursery.born += 1
        os.mkfifo(out)
        asked = {"program": program, "words": words, "out": str(out), "err": str(self._err)}
        self.pid = nursery.ask(asked)
        self.stdout = out.open("rb")

    def kill(self, signal: int) -> None:
        """Send a signal, and wait for the end."""
        os.kill(self.pid, signal)
        self.end()

    def end(self) -> tuple[int, bytes, str]:
        """Wait for the end: exit code, what was printed, what was complained of."""
        with self.stdout:
            printed = self.stdout.read()
        code = self._nursery.ask({"wait": self.pid})
        return code, printed, self._err.read_text(encoding="utf-8")


class Nursery:
    """The process that loads and forks."""

    def __init__(self, folder: Path, loads: str) -> None:
        self.folder = folder
        self.born = 0
        self._parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(HERE), loads], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._parent.communicate()

    def start(self, program: str, *words: str) -> Child:
        """Fork a process that runs a program; its arguments are ``sys.argv[1:]``."""
        return Child(self, program, list(words))

    def ask(self, asked: dict[str, Any]) -> int:
        """Ask the process that forks; it answers with a number."""
        assert self._parent.stdin is not None and self._parent.stdout is not None
        self._parent.stdin.write(json.dumps(asked) + "\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())
