"""Drawing a release's figures in processes of their own that hold the accepted tables and nothing else.

Each figure is drawn twice, in two processes with other hash seeds: a picture that differs is not a function of its table. Run
as a program: a job on standard input, pictures on standard output.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from workbench.errors import GateRefused, UsageError, combine
from workbench.files import canonical, sha256, sha256_file, write_bytes
from workbench.releases.figure_check import check_svg

TIMEOUT_S = 300

PROCESSES = 2
"""One to draw, one to see that the same comes out again."""


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


def redraw(drawings: Sequence[Drawing], *, kept: Path | None = None) -> None:
    """Draw figures in fresh processes without this one's environment, data or working folder, and check what they drew.

    Parameters
    ----------
    drawings : sequence of Drawing
    kept : Path, optional
        Where pictures are kept by the hash of all that they are drawn from, so that none is drawn anew for nothing. They are
        checked again when they are taken.

    Raises
    ------
    GateRefused
        A picture differs when it is drawn again, or holds something that is no drawing.
    UsageError
        A drawing fails, with its own words.
    """
    named = ("table", "name", "title", "source", "language")
    jobs = [{key: getattr(one, key) for key in named} for one in drawings]
    places = [None if kept is None else kept / f"{sha256(canonical([job, _program()]))}.svg" for job in jobs]
    due = [at for at, place in enumerate(places) if place is None or not place.is_file()]
    pictures = {at: place.read_bytes() for at, place in enumerate(places) if place is not None and place.is_file()}
    problems = []
    for at, (one, two) in zip(due, _twice([jobs[at] for at in due]), strict=True):
        drawing = drawings[at]
        if one != two:
            where = f"figure of table '{drawing.name}' ({drawing.language})"
            problems.append(f"{where}: is drawn otherwise each time, so it shows more than its table (random, or a set's order)")
        else:
            pictures[at] = one
    for at, picture in sorted(pictures.items()):
        where = f"figure of table '{drawings[at].name}' ({drawings[at].language})"
        problems += [f"{where}: {problem}" for problem in check_svg(picture)]
    if problems:
        raise combine(problems, where="figures", kind=GateRefused, hint="draw bars, lines, points and texts from the table")
    for at, (drawing, place) in enumerate(zip(drawings, places, strict=True)):
        write_bytes(drawing.target, pictures[at])
        if place is not None and at in due:
            write_bytes(place, pictures[at])


def _twice(jobs: list[dict[str, Any]]) -> list[tuple[bytes, bytes]]:
    """What two processes draw."""
    if not jobs:
        return []
    job = json.dumps(jobs, ensure_ascii=False).encode()
    with ThreadPoolExecutor(PROCESSES) as threads:
        drawn, again = threads.map(_drawn, [job] * PROCESSES, [len(jobs)] * PROCESSES)
    return list(zip(drawn, again, strict=True))


@cache
def _program() -> str:
    """The hash of the code and libraries that draw."""
    rooms = Path(__file__).parent.parent
    files = sorted([Path(__file__), *(rooms / "bench").rglob("*.py"), *(rooms / "disclosure").rglob("*.py")])
    versions = [version(name) for name in ("matplotlib", "numpy", "koreanize-matplotlib")]
    return sha256(canonical([[sha256_file(path) for path in files], versions]))


def _drawn(job: bytes, count: int) -> list[bytes]:
    """The pictures of one process."""
    with tempfile.TemporaryDirectory(prefix="workbench-redraw-") as empty:
        environment = {"HOME": empty, "MPLCONFIGDIR": empty, "MPLBACKEND": "agg", "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-m", "workbench.releases.redraw"],
                input=job,
                capture_output=True,
                cwd=empty,
                env=environment,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UsageError(
                f"drawing {count} figures took more than {TIMEOUT_S} s", hint="simplify the drawing functions"
            ) from None
    try:
        answer = json.loads(done.stdout)
        pictures = answer["pictures"]
    except (ValueError, KeyError, TypeError):
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"drawing ended with code {done.returncode}" + (f": {lines[-1]:.200}" if lines else "")) from None
    if answer["error"] is not None:
        raise UsageError(answer["error"])
    return [picture.encode() for picture in pictures]


def main() -> int:
    """Draw what standard input asks for."""
    from workbench.bench import Table, render_svg
    from workbench.bench.drawing import warm_up
    from workbench.disclosure import SafeTable
    from workbench.releases.drawing_guard import limit_resources, shut

    out = os.fdopen(os.dup(1), "wb")
    jobs = json.load(sys.stdin)
    tables = [Table(job["name"], SafeTable.from_record(job["table"]), job["title"]) for job in jobs]
    warm_up()
    sys.stdout = sys.stderr
    os.environ.clear()
    limit_resources()
    shut()
    error, pictures = None, []
    try:
        for job, table in zip(jobs, tables, strict=True):
            pictures.append(render_svg(job["source"], table, job["language"]).decode())
    except UsageError as failed:
        error = failed.message
    out.write(json.dumps({"error": error, "pictures": pictures}, ensure_ascii=False).encode())
    out.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
