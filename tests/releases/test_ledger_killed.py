"""Killed at any instant, out of disk, or beside another writer: the ledger is the old one or the new one."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forked import Child, Nursery
from ledger_city import commit_release, files_of, new_table, publish
from workbench.files import write_text
from workbench.project import Project
from workbench.releases.ledger import Ledger
from workbench.releases.ledger.ledger import entries_folder

LOADS = """
import scipy.sparse
import ledger_city, workbench.releases.ledger.indexing, workbench.releases.ledger.rebuilding
"""

HEAD = """
import resource, sys
from pathlib import Path
from ledger_city import new_table, publish
from workbench.errors import CheckFailed
from workbench.project import Project
from workbench.releases.ledger import Ledger
from workbench.releases.ledger.indexing import shown_cells
project = Project(root=Path(sys.argv[1]))
first = int(sys.argv[2])
"""

APPEND = """
print("ready", flush=True)
for number in range(first, first + 200):
    tables = [new_table(f"t{number}-{one}", first=number * 1000 + one * 100) for one in range(4)]
    Ledger(project).append(f"made/{number}", release_sha256=f"{number:064d}", tables=tables)
"""

INDEX = """
print("ready", flush=True)
for number in range(first, first + 200):
    Ledger(project).append(f"made/{number}", release_sha256=f"{number:064d}", tables=[new_table(first=number * 1000)])
    shown_cells(Ledger(project))
"""

REBUILD = """
import datetime as dt
from workbench.catalog import read_catalog
from workbench.releases.ledger.rebuilding import rebuild
print("ready", flush=True)
while True:
    rebuild(project, read_catalog(project), today=dt.date(2026, 11, 20))
"""

FULL = """
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    publish(project, "bike-routes/2", new_table("wide", cells=30, first=5000))
except OSError as error:
    print(f"told: {error.strerror}", flush=True)
"""

Start = Callable[..., Child]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    with Nursery(tmp_path_factory.mktemp("children"), LOADS) as nursery:

        def begun(project: Project, work: str, first: int = 1) -> Child:
            return nursery.start(HEAD + work, str(project.root), str(first))

        yield begun


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "city" / ".git").mkdir(parents=True)
    (tmp_path / "city" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    made = Project(root=tmp_path / "city")
    publish(made, "bike-routes/1")
    return made


@pytest.mark.parametrize("work", [APPEND, INDEX], ids=["append", "index"])
def test_a_kill_at_any_instant_leaves_the_old_or_the_new_ledger(project: Project, start: Start, work: str) -> None:
    chance = random.Random(work)
    known = 1
    for turn in range(15):
        child = start(project, work, 1000 * (turn + 1))
        assert child.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.001, 0.4))
        child.kill(signal.SIGKILL)
        state = Ledger(project).state(again=True)
        assert state.kind == "whole", state.fault
        assert len(state.entries) >= known
        known = len(state.entries)
        tables = Ledger(project).tables()
        assert len({table.entry for table in tables}) == known
        assert all(table.vectors.cells == table.shown.size for table in tables)
    assert known > 3, "some were added before they were killed"
    publish(project, "bike-routes/2", new_table("after"))
    assert Ledger(project).state(again=True).kind == "whole"


def test_a_killed_rebuilding_leaves_the_old_or_the_new_ledger(project: Project, start: Start) -> None:
    write_text(project.catalog, "datasets: {}\n")
    unknown = new_table("lost", first=900)
    digest = commit_release(project, "bike-routes/2", [unknown])
    Ledger(project).append("bike-routes/2", release_sha256=digest, tables=[new_table("lost", first=900, unknown="gone")])
    commit_release(project, "bike-routes/3", [unknown])
    chance, seen = random.Random(3), set()
    for _ in range(12):
        child = start(project, REBUILD)
        assert child.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.001, 0.3))
        child.kill(signal.SIGKILL)
        state = Ledger(project).state(again=True)
        assert state.kind in ("behind", "whole"), state.fault
        seen.add(state.kind)
        assert [table.name for table in Ledger(project).tables()][:2] == ["trips", "lost"]
        assert Ledger(project).tables()[0].vectors.cells == 3, "what was known stays known"
    assert "whole" in seen


def test_a_full_disk_is_told_and_nothing_is_lost(project: Project, start: Start) -> None:
    before = files_of(entries_folder(project))
    code, printed, complained = start(project, FULL).end()
    assert code == 0, complained
    assert printed == b"told: File too large\n"
    assert files_of(entries_folder(project)) == before, "not even a part of a file is left"
    assert [entry.release for entry in Ledger(project).entries()] == ["bike-routes/1"]


def test_two_writers_wait_for_each_other(project: Project, start: Start) -> None:
    work = APPEND.replace("first + 200", "first + 12")
    children = [start(project, work, first) for first in (1000, 2000, 3000)]
    for child in children:
        code, _, complained = child.end()
        assert code == 0, complained
    state = Ledger(project).state(again=True)
    assert state.kind == "whole" and len(state.entries) == 1 + 3 * 12
    assert [entry.number for entry in state.entries] == list(range(1, 38))
