"""Drawing a release's figures in a process of their own that holds the accepted tables and nothing else.

Run as a program: a job on standard input, SVG files into the folder that it names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import UsageError

TIMEOUT_S = 300


@dataclass(frozen=True)
class Drawing:
    """One figure in one language.

    Parameters
    ----------
    table : dict
        The accepted table, as in its result file.
    name : str
        The table's name.
    title : dict
    source : str
        The drawing function.
    language : str
    target : Path
        The SVG to write.
    """

    table: dict[str, Any]
    name: str
    title: dict[str, str]
    source: str
    language: str
    target: Path


def redraw(drawings: Sequence[Drawing]) -> None:
    """Draw figures in a fresh process without this one's environment, data or working folder.

    Parameters
    ----------
    drawings : sequence of Drawing

    Raises
    ------
    UsageError
        A drawing fails, with its own words.
    """
    if not drawings:
        return
    job = [{**drawing.__dict__, "target": str(drawing.target)} for drawing in drawings]
    for drawing in drawings:
        drawing.target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="workbench-redraw-") as empty:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": empty,
            "MPLCONFIGDIR": empty,
            "MPLBACKEND": "agg",
            "LANG": "C.UTF-8",
        }
        try:
            done = subprocess.run(
                [sys.executable, "-m", "workbench.releases.redraw"],
                input=json.dumps(job, ensure_ascii=False).encode(),
                capture_output=True,
                cwd=empty,
                env=environment,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UsageError(
                f"drawing {len(drawings)} figures took more than {TIMEOUT_S} s", hint="simplify the drawing functions"
            ) from None
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(lines[-1] if lines else f"drawing ended with code {done.returncode}")


def main() -> int:
    """Draw what standard input asks for."""
    from workbench.bench import Table, render_svg
    from workbench.disclosure import SafeTable

    for job in json.load(sys.stdin):
        table = Table(job["name"], SafeTable.from_record(job["table"]), job["title"])
        try:
            drawn = render_svg(job["source"], table, job["language"])
        except UsageError as error:
            sys.stderr.write(error.message + "\n")
            return 1
        Path(job["target"]).write_bytes(drawn)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
