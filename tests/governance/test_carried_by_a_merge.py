"""What a machine remembers decides what it believes; a merge must not bring it, although git replaces ignored files silently."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from decided_city import NOW, POLICY, POLICY_VERSIONS, answers_of, gained, put_tree
from workbench.cli.checking import check_project
from workbench.governance import read_governance, remember
from workbench.governance.deciding.memory import memory_path
from workbench.governance.deciding.remembered import folder, load, save
from workbench.project import Project


def git(project: Project, *words: str) -> None:
    """Run git as somebody, in any repository."""
    who = ("-c", "user.name=a seat", "-c", "user.email=seat@example.invalid", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *words], cwd=project.root, check=True, capture_output=True)


def commit(project: Project) -> None:
    """Commit everything, also what is ignored."""
    git(project, "add", "--all", "--force")
    git(project, "commit", "-m", "everything")


@pytest.fixture
def shared(city) -> Project:
    """The city as the repository that everybody merges into."""
    put_tree(city.root, {".gitignore": b".workbench/\n"})
    git(city, "init")
    commit(city)
    return city


@pytest.fixture
def mine(shared, tmp_path_factory) -> Project:
    """Somebody's clone, on a machine that has read every vote."""
    project = Project(root=tmp_path_factory.mktemp("clones") / "mine")
    git(shared, "clone", str(shared.root), str(project.root))
    governance = read_governance(project, today=NOW)
    assert governance.tally("P-0003").outcome == "not agreed"
    remember(project, governance.register, today=NOW)
    return project


def carried(shared: Project, place: Path) -> Path:
    """Where a commit can put a file that lies at a place on this machine."""
    return shared.root / ".workbench" / place.relative_to(shared.machine)


def test_a_forged_tally_in_a_merge_is_never_read(shared, mine):
    read_governance(shared, today=NOW).tally("P-0003")
    path = folder(shared) / "tallies" / "P-0003.json"
    forged = load(path)
    forged["tally"] = json.dumps({**json.loads(forged["tally"]), "outcome": "agreed"})
    save(path, forged)
    assert read_governance(shared, today=NOW).tally("P-0003").outcome == "agreed"  # it is a good forgery
    shutil.copytree(folder(shared), carried(shared, folder(shared)))
    commit(shared)
    git(mine, "pull")
    assert carried(mine, folder(mine) / "tallies" / "P-0003.json").is_file()
    assert read_governance(mine, today=NOW).tally("P-0003").outcome == "not agreed"
    fresh = Project(root=mine.root.parent / "fresh")
    git(shared, "clone", str(shared.root), str(fresh.root))
    assert read_governance(fresh, today=NOW).tally("P-0003").outcome == "not agreed"


def test_a_merge_cannot_make_a_machine_forget_the_register(shared, mine):
    before = answers_of(mine)
    for path in [*(shared.governance / "closings").glob("P-0005.*"), *(shared.governance / "closings").glob("P-0006.*")]:
        path.unlink()
    put_tree(shared.root, {POLICY: POLICY_VERSIONS[0]})
    older = read_governance(shared, today=NOW).register
    remember(shared, older, today=NOW)
    planted = carried(shared, memory_path(shared))
    planted.parent.mkdir(parents=True)
    planted.write_bytes(memory_path(shared).read_bytes())
    commit(shared)
    git(mine, "pull")
    assert "closing number 6, which this machine has seen, is gone" in read_governance(mine, today=NOW).faults
    planted.unlink()
    commit(shared)
    git(mine, "pull")
    assert "closing number 6, which this machine has seen, is gone" in read_governance(mine, today=NOW).faults
    assert gained(before, answers_of(mine)) == []


def test_a_worktree_and_a_city_in_a_part_of_a_repository_have_places_of_their_own(shared, tmp_path):
    other = Project(root=tmp_path / "worktree")
    git(shared, "worktree", "add", "--detach", str(other.root))
    inner = Project(root=shared.root / "cities" / "inner")
    inner.root.mkdir(parents=True)
    places = [project.machine for project in (shared, other, inner)]
    assert places[0] == shared.root.resolve() / ".git" / "workbench"
    assert places[1].is_relative_to(shared.root.resolve() / ".git" / "worktrees")
    assert places[2] == places[0] / "cities" / "inner"


def test_without_git_all_lies_in_the_project(tmp_path):
    project = Project(root=tmp_path)
    assert (project.machine, project.cache) == (tmp_path / ".workbench", tmp_path / ".workbench" / "cache")
    (tmp_path / ".git").mkdir()  # an empty folder of that name is no repository
    assert project.machine == tmp_path / ".workbench"


def test_check_names_what_a_merge_plants_among_what_a_machine_makes(shared):
    put_tree(shared.root, {"data_catalog.yml": b"datasets: {}\n", ".workbench/protected/levels/manifest.json": b"{}"})
    git(shared, "add", "--force", ".workbench/protected")
    told = [fault.message for fault in check_project(shared, today=NOW)]
    assert any(message.startswith(".workbench/protected/levels/manifest.json: is committed") for message in told)
