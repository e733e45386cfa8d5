"""Killed at any instant, out of disk, or beside another writer: the vault holds the old rows or the new ones."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from forked import Child, Nursery
from sealed_city import key_files, keys, make_vault, people
from workbench.vault import Vault
from workbench.vault.rotating import rotate, rotation_path
from workbench.vault.verifying import verify

BOTH = ("G-3", "C-3")

LOADS = """
import geopandas, numpy, pandas, pandera.pandas, pyarrow.parquet, pyrage, shapely
import sealed_city, workbench.intake, workbench.vault.rotating, workbench.vault.storing
"""

HEAD = """
import resource, sys
from pathlib import Path
from sealed_city import catalog_of, people
from workbench.errors import CheckFailed
from workbench.project import Project
from workbench.vault import Vault, read_keys
project = Project(root=Path(sys.argv[1]))
vault = Vault(project, catalog_of(project))
"""

WORK = {
    "write": """
small, large = people(40), people(60)
print("ready", flush=True)
while True:
    vault.write_part("cards", "a", small, record={"kind": "official"})
    vault.write_part("cards", "a", large, record={"kind": "official"})
""",
    "erase": """
print("ready", flush=True)
for row in range(40):
    vault.erase("cards", "a", [row])
""",
    "rotate": """
from workbench.vault.rotating import rotate, rotation_path
held = read_keys([Path(sys.argv[2]), Path(sys.argv[3])])
print("ready", flush=True)
while True:
    rotate(vault, ["cards"], keys=held)
""",
}


Start = Callable[..., Child]


@pytest.fixture(scope="module")
def start(tmp_path_factory) -> Iterator[Start]:
    with Nursery(tmp_path_factory.mktemp("children"), LOADS) as nursery:

        def begun(vault: Vault, work: str, *more: str) -> Child:
            return nursery.start(HEAD + WORK.get(work, work), str(vault.project.root), *more)

        yield begun


@pytest.mark.parametrize("work", list(WORK))
def test_a_kill_at_any_instant_leaves_whole_rows(tmp_path, start, work):
    vault = make_vault(tmp_path / "city")
    held = key_files(tmp_path / "keys", *BOTH)
    chance = random.Random(work)
    vault.write_part("cards", "a", people(60), record={"kind": "official"})
    for _ in range(12):
        process = start(vault, work, *held)
        assert process.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.002, 0.12))
        process.kill(signal.SIGKILL)
        opened = vault.read("cards", keys=keys(*BOTH))["card"].tolist()
        found = verify(vault, keys=keys(*BOTH))
        assert found.whole, found.faults
        if work == "erase":
            assert opened == [f"card-{number}" for number in range(60 - len(opened), 60)]
        else:
            assert len(opened) in (40, 60) and opened == [f"card-{number}" for number in range(len(opened))]
    if work == "rotate":
        rotate(vault, ["cards"], keys=keys(*BOTH))
        assert not rotation_path(vault).exists()
    vault.write_part("cards", "a", people(5), record={"kind": "official"})
    left = [path.name for path in (vault.project.vault / "cards").iterdir() if path.is_file()]
    assert len(left) == 2 and verify(vault).whole


@pytest.mark.parametrize("room", [0, 3_000, 60_000])
def test_a_disk_that_is_full_leaves_the_old_rows(tmp_path, start, room):
    vault = make_vault(tmp_path)
    vault.write_part("cards", "a", people(40), record={"kind": "official"})
    before = {path: path.read_bytes() for path in (vault.project.vault / "cards").iterdir()}
    work = f"""
rows = people(2_000)
resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, resource.RLIM_INFINITY))
try:
    vault.write_part("cards", "a", rows, record={{"kind": "official"}})
except OSError as error:
    print("full", error.errno)
"""
    _, out, err = start(vault, work).end()
    assert out.startswith(b"full"), err
    assert {path: path.read_bytes() for path in (vault.project.vault / "cards").iterdir()} == before
    assert verify(vault, keys=keys(*BOTH)).whole
    vault.write_part("cards", "a", people(3), record={"kind": "official"})


def test_a_disk_that_is_full_when_the_register_is_written_leaves_it_whole(tmp_path, start):
    vault = make_vault(tmp_path)
    for _ in range(4):
        vault.write_part("cards", "a", people(2), record={"kind": "official"})
    size = vault.register.path.stat().st_size
    work = f"""
resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 60}, resource.RLIM_INFINITY))
try:
    vault.register.append("opened", dataset="cards", purpose="x" * 300)
except OSError as error:
    print("full", error.errno)
"""
    _, out, err = start(vault, work).end()
    assert out.startswith(b"full"), err
    assert vault.register.fault() is None and vault.register.torn
    vault.register.append("opened", dataset="cards")
    assert [entry["kind"] for entry in vault.register.entries()][-2:] == ["mended", "opened"]


AT_ONCE = {
    "rotate": """
from workbench.vault.rotating import rotate
held = read_keys([Path(sys.argv[2]), Path(sys.argv[3])])
for _ in range(3):
    rotate(vault, ["cards"], keys=held)
""",
    "erase": """
for row in range(15):
    vault.erase("cards", "b", [row])
""",
    "read": """
held = read_keys([Path(sys.argv[2]), Path(sys.argv[3])])
for _ in range(10):
    try:
        assert len(vault.read("cards", keys=held)) <= 80
    except (CheckFailed, FileNotFoundError) as error:  # a file that is replaced under its reader
        assert "ask who was at this machine" not in str(error), error
""",
}


def test_processes_that_rotate_erase_and_read_at_once_lose_nothing(tmp_path, start):
    vault = make_vault(tmp_path / "city")
    held = key_files(tmp_path / "keys", *BOTH)
    for part, first in (("a", 0), ("b", 100)):
        vault.write_part("cards", part, people(40, first=first), record={"kind": "official"})
    running = [start(vault, AT_ONCE[work], *held) for work in ("rotate", "erase", "read", "rotate")]
    for process in running:
        code, _, err = process.end()
        assert code == 0, err
    opened = vault.read("cards", keys=keys(*BOTH))["card"].tolist()
    assert opened == [f"card-{number}" for number in [*range(40), *range(115, 140)]]
    assert verify(vault, keys=keys(*BOTH)).whole and not rotation_path(vault).exists()


def test_processes_that_take_in_at_once_keep_every_row_once(tmp_path, start):
    vault = make_vault(tmp_path)
    work = """
import numpy as np
from workbench.intake import Batch, take_in
first = int(sys.argv[2])
rows = people(30, first=first)
for part in ("shared", f"own-{first}"):
    batch = Batch(part, "official", rows, np.arange(2, 32), sha256=str(first).zfill(64))
    take_in(vault, vault.catalog, "cards", batch, part)
"""
    running = [start(vault, work, str(first)) for first in (0, 10, 20)]
    for process in running:
        code, _, err = process.end()
        assert code == 0, err
    opened = vault.read("cards", keys=keys(*BOTH))["card"].tolist()
    assert len(opened) == len(set(opened)) and {f"card-{number}" for number in range(20, 30)} <= set(opened)
    assert verify(vault, keys=keys(*BOTH)).whole
