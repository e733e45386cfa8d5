"""The synthetic city in the vault: one part a dataset, the same bytes, written only when it would be another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workbench.errors import UsageError
from workbench.project import Project
from workbench.sources.synthetic import PART, SYNTHETIC, generator_version, write_synthetic, writing
from workbench.vault import Vault

SMALL = ["bike_trips", "bike_stations_synthetic", "bike_accident_reports", "weather_daily_synthetic"]


def stored(project: Project, dataset: str) -> Path:
    (path,) = (path for path in (project.vault / dataset).iterdir() if path.suffix in (".parquet", ".sealed"))
    return path


def test_the_whole_sample_is_written_with_its_records(tmp_path, catalog):
    project = Project(root=tmp_path)
    told: list[tuple[int, int, str]] = []
    rows = write_synthetic(project, catalog, trips=2_000, report=lambda done, total, what: told.append((done, total, what)))
    assert set(rows) == set(SYNTHETIC) and rows["bike_trips"] == 2_000
    assert [done for done, _, _ in told] == list(range(len(SYNTHETIC) + 1))
    vault = Vault(project, catalog)
    for dataset in SYNTHETIC:
        record = vault.record(dataset, PART)
        assert record is not None
        assert record["kind"] == "synthetic" and record["generator"] == generator_version()
        assert record["balance"] == {"in": rows[dataset], "kept": rows[dataset], "refused": 0, "duplicate": 0}
        assert vault.rows(dataset) == rows[dataset]


def test_the_same_seed_gives_the_same_bytes(tmp_path, catalog):
    for name in ("a", "b"):
        write_synthetic(Project(root=tmp_path / name), catalog, trips=3_000, datasets=SMALL)
    for dataset in SMALL:
        one, other = (stored(Project(root=tmp_path / name), dataset) for name in ("a", "b"))
        assert (one.name, one.read_bytes()) == (other.name, other.read_bytes())


def test_what_is_there_already_stays_untouched(tmp_path, catalog):
    project = Project(root=tmp_path)
    write_synthetic(project, catalog, trips=500, datasets=SMALL)
    before = {dataset: stored(project, dataset).stat().st_mtime_ns for dataset in SMALL}
    assert write_synthetic(project, catalog, trips=500, datasets=SMALL)["bike_trips"] == 500
    assert {dataset: stored(project, dataset).stat().st_mtime_ns for dataset in SMALL} == before


@pytest.mark.parametrize("change", ["size", "seed", "program"])
def test_another_size_seed_or_program_replaces_the_part(tmp_path, catalog, monkeypatch, change):
    project = Project(root=tmp_path)
    write_synthetic(project, catalog, trips=500, datasets=["bike_trips"])
    before = Vault(project, catalog).record("bike_trips", PART)
    if change == "program":
        monkeypatch.setattr(writing, "generator_version", lambda: "0" * 64)
    trips, seed = (600 if change == "size" else 500), (1 if change == "seed" else 2017)
    write_synthetic(project, catalog, trips=trips, seed=seed, datasets=["bike_trips"])
    after = Vault(project, catalog).record("bike_trips", PART)
    assert before is not None and after is not None and before["sha256"] != after["sha256"]
    assert Vault(project, catalog).parts("bike_trips") == [PART]
    assert len(Vault(project, catalog).read("bike_trips", columns=["trip_id"])) == trips


def test_nothing_is_written_when_one_name_is_wrong(tmp_path, catalog):
    with pytest.raises(UsageError, match="did you mean 'bike_trips'"):
        write_synthetic(Project(root=tmp_path), catalog, datasets=["parks_synthetic", "bike_tripz"])
    with pytest.raises(UsageError, match="allowed 1 to"):
        write_synthetic(Project(root=tmp_path), catalog, trips=0, datasets=["parks_synthetic", "bike_trips"])
    assert not (tmp_path / ".workbench").exists()


def test_a_fault_while_generating_leaves_the_part_that_was_there(tmp_path, catalog, monkeypatch):
    project = Project(root=tmp_path)
    write_synthetic(project, catalog, trips=500, datasets=["bike_trips"])
    before = stored(project, "bike_trips").read_bytes()

    def broken(*_args, **_options):
        yield from list(writing_generate("bike_trips", seed=1, rows=10))
        raise OSError("the disk is full")

    writing_generate = writing.generate
    monkeypatch.setattr(writing, "generate", broken)
    with pytest.raises(OSError, match="the disk is full"):
        write_synthetic(project, catalog, seed=1, trips=500, datasets=["bike_trips"])
    assert stored(project, "bike_trips").read_bytes() == before
    assert Vault(project, catalog).record("bike_trips", PART)["seed"] == 2017


def test_memory_is_that_of_chunks_not_of_all_rows():
    program = (
        "import resource, sys\n"
        "from workbench.sources.synthetic import generate\n"
        "rows = sum(len(frame) for frame in generate('bike_trips', seed=1, rows=int(sys.argv[1]), chunk_rows=50_000))\n"
        "print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    found = {}
    for rows in (200_000, 2_000_000):
        run = subprocess.run([sys.executable, "-c", program, str(rows)], capture_output=True, text=True, check=True)
        made, kilobytes = (int(word) for word in run.stdout.split())
        assert made == rows
        found[rows] = kilobytes
    row_kb = 0.2  # sixteen columns; 1.8 million more rows held at once would take 360 MB
    assert found[2_000_000] - found[200_000] < 0.3 * 1_800_000 * row_kb
