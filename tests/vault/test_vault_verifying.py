"""Verifying notices what was damaged, planted, put back or taken away, and says what somebody should do."""

from __future__ import annotations

import json
import shutil

import pytest

from sealed_city import keys, make_vault, people
from workbench.vault import Vault
from workbench.vault.standing import standing
from workbench.vault.verifying import verify


@pytest.fixture
def vault(tmp_path) -> Vault:
    made = make_vault(tmp_path)
    for part in "ab":
        made.write_part("cards", part, people(5, first=10 * ord(part)), record={"kind": "official"})
    made.write_part("made_up", "a", people(5), record={"kind": "synthetic", "seed": 1})
    return made


def folder(vault: Vault, dataset: str = "cards"):
    return vault.project.vault / dataset


def faults(vault: Vault) -> str:
    return "; ".join(str(fault) for fault in verify(vault).faults)


def test_a_whole_vault_is_whole_and_says_what_is_missing_besides(vault):
    found = verify(vault)
    assert found.whole and (found.parts, found.rows) == (3, 15)
    assert [note.split(" ")[0] for note in found.notes] == ["G-3", "C-3"]  # neither has a recovery share


def test_a_changed_byte_is_found_without_any_key(vault):
    for dataset in ("cards", "made_up"):
        path = next(folder(vault, dataset).glob("a.*.sealed"))
        content = bytearray(path.read_bytes())
        content[-5] ^= 1
        path.write_bytes(content)
    assert "cards/a." in faults(vault) and "made_up/a." in faults(vault)


def test_a_part_that_is_gone_without_a_line_in_the_register_is_found(vault):
    (folder(vault) / "a.json").unlink()
    assert "cards part a: is gone, and the register does not say" in faults(vault)
    shutil.rmtree(folder(vault))
    assert "cards part b: is gone" in faults(vault)


def test_a_part_that_was_removed_is_not_missed(vault):
    vault.remove_part("cards", "a")
    assert verify(vault).whole
    vault.write_part("cards", "a", people(2), record={"kind": "official"})
    assert verify(vault).whole


def test_a_part_put_back_from_an_older_copy_is_found(vault, tmp_path):
    shutil.copytree(folder(vault), tmp_path / "copy")
    vault.write_part("cards", "a", people(3), record={"kind": "official"})
    shutil.rmtree(folder(vault))
    shutil.copytree(tmp_path / "copy", folder(vault))
    assert "dataset 'cards', part 'a': is not what was sealed last" in faults(vault)


def test_a_removed_part_put_back_is_found(vault, tmp_path):
    shutil.copytree(folder(vault), tmp_path / "copy")
    vault.remove_part("cards", "a")
    shutil.rmtree(folder(vault))
    shutil.copytree(tmp_path / "copy", folder(vault))
    assert "is there, though the register says that it was removed" in faults(vault)


def test_a_planted_part_is_found(vault, tmp_path):
    other = make_vault(tmp_path / "other")
    other.write_part("cards", "x", people(3), record={"kind": "official"})
    for path in folder(other).glob("x*"):
        shutil.copy(path, folder(vault))
    assert "dataset 'cards', part 'x': is there, and the register does not know it" in faults(vault)


def test_a_broken_register_is_the_first_thing_said(vault):
    vault.register.path.write_text("", encoding="utf-8")
    found = verify(vault)
    assert len(found.faults) == 1 and "the end was cut off" in str(found.faults[0])


def test_a_kill_between_the_register_and_the_record_is_no_tampering(vault, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("workbench.vault.records.write_json", killed)
        with pytest.raises(KeyboardInterrupt):
            vault.write_part("cards", "a", people(9), record={"kind": "official"})
    found = verify(vault, keys=keys("G-3", "C-3"))
    assert found.whole and any("was cut short; what was there before stands" in note for note in found.notes)
    vault.write_part("cards", "a", people(9), record={"kind": "official"})
    assert verify(vault).notes == found.notes[1:]


def test_the_standing_says_what_rests_where_and_for_whom(vault):
    found = standing(vault)
    assert found["datasets"]["cards"]["sealed_to"] == {"government": ["G-3"], "civil_society": ["C-3"]}
    assert found["datasets"]["cards"]["custody"] == {"joint": 2} and found["datasets"]["cards"]["openable"] is True
    assert found["datasets"]["made_up"]["custody"] == {"synthetic": 1} and not found["datasets"]["made_up"]["reseal"]
    assert found["custodians"]["government"]["G-3"]["recovery_share"] is False
    json.dumps(found)
