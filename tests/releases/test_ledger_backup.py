"""A backup of the ledger is sealed to both sides, and brings back what was there, or is refused."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from ledger_city import commit_release, files_of, new_table, publish, safe_table
from sealed_city import CANARY, TODAY, identity, keys, make_vault
from workbench.disclosure import Rules
from workbench.errors import CheckFailed, GateRefused, UsageError
from workbench.privacy.ledger_secret import machine_secret, secret_path
from workbench.project import Project
from workbench.releases.ledger import Ledger, NewTable
from workbench.releases.ledger.backup import KEPT, back_up, back_up_after_release, back_up_unasked, backup_facts, restore
from workbench.releases.ledger.ledger import entries_folder
from workbench.releases.ledger.places import backups, unasked_folder
from workbench.releases.ledger.tables import Vectors
from workbench.vault import Keys
from workbench.vault.envelopes import Custodians

BOTH = ("G-3", "C-3")


def custodians() -> Custodians:
    return Custodians(*({seat: str(identity(seat).to_public())} for seat in BOTH))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "city" / ".git").mkdir(parents=True)
    (tmp_path / "city" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    made = Project(root=tmp_path / "city")
    machine_secret(made)
    publish(made, "bike-routes/1", new_table(CANARY), new_table("riders", first=300))
    return made


def known(project: Project) -> dict[str, bytes]:
    """What has to survive: entries and secret."""
    return {name: content for name, content in files_of(project.ledger).items() if name.startswith(("entries", "secret"))}


def test_a_lost_ledger_is_brought_back_with_a_key_of_each_side(project):
    before = known(project)
    path = back_up(project, custodians()).path
    shutil.rmtree(project.ledger)
    assert Ledger(project).state().kind == "missing"
    assert restore(project, path, keys=keys(*BOTH)) == 1
    assert known(project) == before
    assert Ledger(project).state().kind == "whole"
    assert stat.S_IMODE(secret_path(project).stat().st_mode) == 0o600
    assert stat.S_IMODE(project.ledger.stat().st_mode) == 0o700


@pytest.mark.parametrize("held", [(), ("G-3",), ("C-3",), ("G-1", "C-1")])
def test_one_side_alone_opens_nothing(project, held):
    path = back_up(project, custodians()).path
    before = known(project)
    with pytest.raises(GateRefused):
        restore(project, path, keys=keys(*held) if held else Keys())
    assert known(project) == before


def test_nothing_of_it_can_be_read_without_keys(project):
    made = back_up(project, custodians())
    content = made.path.read_bytes()
    assert CANARY.encode() not in content and secret_path(project).read_bytes() not in content
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert backup_facts(made.path).entries == 1
    assert not list(project.ledger.glob(".packed*"))


def test_a_new_machine_takes_it_over(project, tmp_path):
    path = back_up(project, custodians()).path
    (tmp_path / "other" / ".git").mkdir(parents=True)
    (tmp_path / "other" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    other = Project(root=tmp_path / "other")
    shutil.copytree(project.analyses, other.analyses)
    restore(other, path, keys=keys(*BOTH))
    assert Ledger(other).state().kind == "whole"
    assert machine_secret(other) == machine_secret(project)
    publish(other, "bike-routes/2", new_table("more", first=700))


def test_one_that_is_older_than_this_machine_remembers_is_refused_unless_it_is_whole(project):
    old = back_up(project, custodians()).path
    publish(project, "bike-routes/2", new_table("more", first=700))
    before = known(project)
    with pytest.raises(GateRefused, match="has 1 entries, this machine remembers 2, and it lacks bike-routes/2"):
        restore(project, old, keys=keys(*BOTH))
    assert known(project) == before
    shutil.rmtree(project.analyses / "bike-routes" / "releases" / "2")
    restore(project, old, keys=keys(*BOTH))
    assert Ledger(project).state().kind == "whole"


def test_one_that_knows_another_release_than_the_committed_one_is_refused(project):
    path = back_up(project, custodians()).path
    commit_release(project, "bike-routes/1", [new_table(CANARY), new_table("riders", first=300)], note="another")
    with pytest.raises(GateRefused, match="knows another bike-routes/1"):
        restore(project, path, keys=keys(*BOTH))


def test_a_forged_one_whose_tables_are_others_is_refused(project, tmp_path):
    forger = Project(root=tmp_path / "forger")
    digest = Ledger(project).entries()[0].release_sha256
    Ledger(forger).append("bike-routes/1", release_sha256=digest, tables=[new_table(CANARY, cells=5)])
    path = back_up(forger, custodians()).path
    before = known(project)
    with pytest.raises(GateRefused, match="is not the released table"):
        restore(project, path, keys=keys(*BOTH))
    assert known(project) == before


def test_a_forged_one_with_fewer_people_than_were_published_is_refused(project, tmp_path):
    forger = Project(root=tmp_path / "forger")
    digest = Ledger(project).entries()[0].release_sha256
    tables = []
    for one in (new_table(CANARY), new_table("riders", first=300)):
        rounded = NewTable(one.name, one.notebook, one.parameters, one.datasets, one.safe, Rules(), one.vectors)
        thin = Vectors(one.vectors.start, one.vectors.person, one.vectors.weight * 2)
        object.__setattr__(rounded, "vectors", thin)
        tables.append(rounded)
    Ledger(forger).append("bike-routes/1", release_sha256=digest, tables=tables)
    path = back_up(forger, custodians()).path
    with pytest.raises(GateRefused, match="are not what it adds up to"):
        restore(project, path, keys=keys(*BOTH))


def test_damage_is_told_and_the_ledger_stays(project):
    path = back_up(project, custodians()).path
    before, content = known(project), path.read_bytes()
    for damaged in (content[:-40], content[:-1] + bytes([content[-1] ^ 1]), content[: len(content) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(CheckFailed, match="damaged"):
            restore(project, path, keys=keys(*BOTH))
        assert known(project) == before
        assert not list(project.private.glob(".ledger*"))


def test_what_is_no_backup_is_told(project, tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(UsageError, match="no backup of a ledger"):
        restore(project, tmp_path / "notes.txt", keys=keys(*BOTH))
    with pytest.raises(UsageError, match="cannot be read"):
        restore(project, tmp_path / "nowhere", keys=keys(*BOTH))


def test_a_broken_ledger_is_not_backed_up(project):
    path = next(entries_folder(project).glob("*.arrays"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CheckFailed, match="cut off"):
        back_up(project, custodians())
    assert backups(unasked_folder(project)) == []


def test_without_custodians_of_both_sides_nothing_is_sealed(project):
    with pytest.raises(GateRefused, match="civil_society"):
        back_up(project, Custodians({"G-3": str(identity("G-3").to_public())}))
    assert back_up_unasked(project, Custodians()) is None


def test_unasked_only_the_last_few_are_kept(project):
    for number in range(2, 2 + KEPT + 2):
        publish(project, f"bike-routes/{number}", new_table(f"t{number}", first=number * 1000))
        made = back_up_unasked(project, custodians())
    assert len(backups(unasked_folder(project))) == KEPT
    assert backups(unasked_folder(project))[-1] == made.path


def test_after_a_release_it_is_sealed_to_the_custodians_in_force(tmp_path):
    city = make_vault(tmp_path / "city").project
    publish(city, "bike-routes/1")
    assert back_up_after_release(city, today=TODAY) is None
    machine_secret(city)
    made = back_up_after_release(city, today=TODAY)
    assert made is not None and set(made.custodians.government) | set(made.custodians.civil_society) == set(BOTH)
    assert restore(city, made.path, keys=keys(*BOTH)) == 1


def test_made_up_people_need_no_backup(tmp_path):
    project = Project(root=tmp_path)
    publish(project, "bike-routes/1")
    assert back_up_unasked(project, custodians()) is None, "anybody makes them again from their seed"


def test_another_folder_may_be_named(project, tmp_path):
    assert back_up(project, custodians(), to=tmp_path).path.parent == tmp_path
    with pytest.raises(UsageError, match="no such folder"):
        back_up(project, custodians(), to=tmp_path / "nowhere")


def test_there_is_nothing_to_back_up_before_the_first_release(tmp_path):
    with pytest.raises(GateRefused, match="there is no ledger"):
        back_up(Project(root=tmp_path), custodians())


def test_published_amounts_say_nothing_against_a_backup(tmp_path):
    project = Project(root=tmp_path)
    table = new_table("spent")
    amounts = Vectors(table.vectors.start, table.vectors.person, table.vectors.weight, table.vectors.weight * 1.5)
    safe = safe_table([45, 45, None], "sum")
    publish(project, "a/1", NewTable("spent", "n", {}, table.datasets, safe, Rules(), amounts))
    path = back_up(project, custodians()).path
    restore(project, path, keys=keys(*BOTH))
    assert Ledger(project).tables()[0].vectors.amount.tolist() == amounts.amount.tolist()
