"""What lies in a finished run's folder is what its worker left there, or the run is refused."""

from __future__ import annotations

import pytest

from demo_city import make_city
from workbench.catalog import read_catalog
from workbench.errors import CheckFailed
from workbench.files import read_json, write_json
from workbench.runs import Run, carry_out, check_belonging, plan_runs, read_analysis


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that was carried out."""
    project = make_city(tmp_path_factory.mktemp("city"), official=None)
    (run,) = [
        one for one in plan_runs(project, read_catalog(project), read_analysis(project, "noise")) if one.notebook == "complaints"
    ]
    assert carry_out(project, [run], workers=1).failures == ()
    return run


def test_a_folder_as_its_worker_left_it_is_taken(run: Run) -> None:
    check_belonging(run)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("results/complaints.json", "was changed after the run"),
        ("contributions/complaints.parquet", "was changed after the run"),
        ("results/another.json", "was not written by the run"),
    ],
)
def test_what_was_written_afterwards_is_named(run: Run, name: str, said: str) -> None:
    path = run.folder / name
    before = path.read_bytes() if path.exists() else None
    path.write_bytes((before or b"") + b" ")
    try:
        with pytest.raises(CheckFailed, match=f"{name}: {said}"):
            check_belonging(run)
    finally:
        path.unlink() if before is None else path.write_bytes(before)


def test_what_was_taken_away_is_named(run: Run) -> None:
    path = run.folder / "contributions" / "complaints.parquet"
    content = path.read_bytes()
    path.unlink()
    try:
        with pytest.raises(CheckFailed, match=r"complaints.parquet: is gone"):
            check_belonging(run)
    finally:
        path.write_bytes(content)


def test_the_record_of_another_run_is_refused(run: Run) -> None:
    path = run.folder / "run.json"
    content = path.read_bytes()
    write_json(path, {**read_json(path), "run": "0" * 16})
    try:
        with pytest.raises(CheckFailed, match="'run' is of another run"):
            check_belonging(run)
    finally:
        path.write_bytes(content)
