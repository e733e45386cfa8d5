"""A row is destroyed at once and without keys; all rows are sealed anew part by part, to the custodians in force."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from sealed_city import keys, make_vault, members, people, seat_with_key
from signed import TODAY, decide, propose_charter, words
from workbench.errors import CheckFailed, GateRefused, UsageError
from workbench.files import write_text
from workbench.governance import read_governance
from workbench.records import dump_yaml
from workbench.vault import Vault
from workbench.vault.comparing import find_rows
from workbench.vault.rotating import rotate
from workbench.vault.sealed_rows import erase_rows
from workbench.vault.verifying import verify

BOTH = ("G-3", "C-3")


@pytest.fixture
def vault(tmp_path) -> Vault:
    made = make_vault(tmp_path)
    made.write_part("cards", "a", people(50), record={"source": "a.csv", "kind": "official"})
    return made


def rows_file(vault: Vault, part: str = "a"):
    return vault.project.vault / "cards" / vault.record("cards", part)["file"]


def opened(vault: Vault, *held: str) -> list[str]:
    return vault.read("cards", keys=keys(*(held or BOTH)))["card"].tolist()


def new_members(vault: Vault, seats: dict) -> Vault:
    """Both sides adopt other seats."""
    write_text(vault.project.governance / "members.yml", dump_yaml({"seats": seats}))
    governance = read_governance(vault.project, today=TODAY)
    said = {"proposed_by": "G-1", **{key: words(key) for key in ("title", "question", "reason", "department")}}
    path = propose_charter(governance, said, today=TODAY)[-1]
    decide(vault.project, path.stem)
    return Vault(vault.project, vault.catalog, today=TODAY)


def test_an_erased_row_is_gone_at_once_and_the_others_are_not(vault):
    before, fingerprint, size = rows_file(vault).read_bytes(), vault.fingerprint("cards"), rows_file(vault).stat().st_size
    assert vault.erase("cards", "a", [0, 7]) == 2
    after = rows_file(vault).read_bytes()
    assert opened(vault) == [f"card-{number}" for number in range(50) if number not in (0, 7)]
    assert vault.rows("cards") == 48 and vault.fingerprint("cards") != fingerprint and len(after) == size
    begin = vault.record("cards", "a")["sealed"]["blocks"][0][1]
    for row in (0, 7):
        place = begin + 32 * row
        assert any(before[place : place + 32]) and not any(after[place : place + 32])
    assert verify(vault, keys=keys(*BOTH)).whole


def test_a_share_put_back_from_a_copy_opens_nothing_since_the_sealed_bytes_are_gone_too(vault):
    before = rows_file(vault).read_bytes()
    vault.erase("cards", "a", [7])
    content = bytearray(rows_file(vault).read_bytes())
    begin = vault.record("cards", "a")["sealed"]["blocks"][0][1]
    content[begin + 32 * 7 : begin + 32 * 8] = before[begin + 32 * 7 : begin + 32 * 8]
    rows_file(vault).write_bytes(content)
    assert not verify(vault).whole
    with pytest.raises(CheckFailed):
        opened(vault)


def test_erasing_again_changes_nothing(vault):
    vault.erase("cards", "a", [3])
    before, entries = rows_file(vault).read_bytes(), len(vault.register.entries())
    assert vault.erase("cards", "a", [3]) == 0
    assert rows_file(vault).read_bytes() == before and len(vault.register.entries()) == entries


def test_a_row_or_part_that_is_not_there_is_named(vault):
    with pytest.raises(UsageError, match="no row number 50, allowed are 0 to 49"):
        vault.erase("cards", "a", [50])
    with pytest.raises(UsageError, match="no part 'b'"):
        vault.erase("cards", "b", [0])


def test_rows_are_found_by_their_keys_without_opening_any(vault):
    vault.write_part("cards", "b", people(10, first=100), record={"kind": "official"})
    wanted = people(3, first=48)[["card"]]
    wanted.loc[2, "card"] = "card-104"
    assert find_rows(vault, "cards", wanted) == {"a": [48, 49], "b": [4]}
    vault.erase("cards", "a", [48])
    assert find_rows(vault, "cards", wanted) == {"a": [49], "b": [4]}


@pytest.mark.parametrize("dataset", ["made_up", "counts"])
def test_rows_that_anyone_can_read_are_erased_too_and_keep_their_numbers(vault, dataset):
    rows = people(5) if dataset == "made_up" else pd.DataFrame({"year": range(5), "count": range(5)})
    key = "card" if dataset == "made_up" else "year"
    vault.write_part(dataset, "a", rows, record={"kind": "synthetic", "seed": 1})
    assert vault.erase(dataset, "a", [1]) == 1 and vault.erase(dataset, "a", [1, 2]) == 1
    assert vault.read(dataset)[key].tolist() == rows[key].iloc[[0, 3, 4]].tolist()


@pytest.mark.parametrize(
    "place", ["workbench.vault.records.Shelf.write", "workbench.vault.erasing.erase_rows", "workbench.vault.erasing.content_of"]
)
def test_a_kill_after_the_registers_line_is_finished_by_whoever_comes_next(vault, monkeypatch, place):
    def killed(*words, only_say=False, **__):
        if only_say:
            return erase_rows(*words, only_say=True)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(place, killed)
        with pytest.raises(KeyboardInterrupt):
            vault.erase("cards", "a", [1, 2])
    assert not {"card-1", "card-2"} & set(opened(vault))
    assert vault.rows("cards") == 48 and verify(vault).whole


def test_an_older_copy_does_not_bring_erased_rows_back(vault):
    path, record = rows_file(vault), vault.project.vault / "cards" / "a.json"
    copies = path.read_bytes(), record.read_bytes()
    vault.erase("cards", "a", [5])
    path.write_bytes(copies[0])
    record.write_bytes(copies[1])
    assert "card-5" not in opened(vault)
    path.write_bytes(copies[0])
    record.write_bytes(copies[1])
    found = verify(vault)
    assert any("erased rows were there again" in note for note in found.notes) and found.whole
    assert "card-5" not in opened(vault)


def test_rotating_seals_every_row_anew_and_changes_nothing_that_is_said(vault):
    vault.erase("cards", "a", [4])
    before, fingerprint = rows_file(vault).read_bytes(), vault.fingerprint("cards")
    secret = vault.secret("cards", "displacement", keys(*BOTH))
    assert rotate(vault, ["cards"], keys=keys(*BOTH)) == {"cards": 49}
    assert opened(vault) == [f"card-{number}" for number in range(50) if number != 4]
    assert vault.fingerprint("cards") == fingerprint and before[40:72] not in rows_file(vault).read_bytes()
    assert vault.secret("cards", "displacement", keys(*BOTH)) == secret
    assert [entry["kind"] for entry in vault.register.entries()][-1] == "rotated"
    assert vault.erase("cards", "a", [4, 5]) == 1 and verify(vault, keys=keys(*BOTH)).whole
    assert vault.record("cards", "a")["source"] == "a.csv"


def test_after_rotating_a_custodian_who_left_opens_nothing_and_the_new_one_does(vault):
    vault.secret("cards", "displacement", keys(*BOTH))
    later = new_members(vault, {**members(), "G-3": seat_with_key("G-3", "custodian", key="G-3b")})
    assert any("no custodian in force of government can open it" in str(fault) for fault in verify(later).faults)
    with pytest.raises(GateRefused):
        opened(later, "G-3b", "C-3")
    rotate(later, ["cards"], keys=keys(*BOTH))
    assert len(opened(later, "G-3b", "C-3")) == 50 and verify(later).whole
    with pytest.raises(GateRefused):
        opened(later, *BOTH)
    assert later.secret("cards", "displacement", keys("G-3b", "C-3")) and find_rows(later, "cards", people(1)) == {"a": [0]}


def test_a_rotation_that_was_killed_goes_on_where_it_stood(vault, monkeypatch):
    for part in "bcd":
        vault.write_part("cards", part, people(5, first=100 * ord(part)), record={"kind": "official"})
    before = {part: vault.record("cards", part)["file"] for part in "abcd"}

    def killed_at(done, total, what):
        if what == "cards c":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(vault, ["cards"], keys=keys(*BOTH), report=killed_at)
    half = {part: vault.record("cards", part)["file"] for part in "abcd"}
    assert [half[part] == before[part] for part in "abcd"] == [False, False, True, True]
    assert len(opened(vault)) == 65
    assert rotate(vault, ["cards"], keys=keys(*BOTH)) == {"cards": 10}
    after = {part: vault.record("cards", part)["file"] for part in "abcd"}
    assert [after[part] == half[part] for part in "abcd"] == [True, True, False, False]
    assert rotate(vault, ["cards"], keys=keys(*BOTH)) == {"cards": 65}


@pytest.mark.parametrize("held", [(), ("G-3",), ("C-3",), ("G-1", "C-1")])
def test_one_custodian_alone_rotates_nothing(vault, held):
    before = rows_file(vault).read_bytes()
    with pytest.raises(GateRefused):
        rotate(vault, ["cards"], keys=keys(*held))
    assert rows_file(vault).read_bytes() == before


def test_rows_that_rest_in_the_clear_are_sealed_once_their_policy_asks_for_it(vault):
    vault.write_part("counts", "a", pd.DataFrame({"year": [2020, 2021], "count": [3, 4]}), record={"kind": "official"})
    (clear,) = (vault.project.vault / "counts").glob("*.parquet")
    clear.with_name("kept-open").hardlink_to(clear)
    path = vault.project.governance / "policies" / "counts.yml"
    write_text(path, dump_yaml({"policy": "counts", "version": 1, "guarantee": {"k": 2}}))
    later = Vault(vault.project, vault.catalog)
    assert any("about people, and not sealed" in str(fault) for fault in verify(later).faults)
    assert rotate(later, ["counts"], keys=keys()) == {"counts": 2}
    with pytest.raises(GateRefused):
        later.read("counts")
    assert later.read("counts", keys=keys(*BOTH))["count"].tolist() == [3, 4]
    assert not clear.exists() and not any(clear.with_name("kept-open").read_bytes()) and verify(later).whole


def test_marks_of_a_lost_secret_are_not_guessed_with_and_rotating_makes_them_anew(vault):
    (vault.project.machine / "vault" / "marks.secret").unlink()
    with pytest.raises(GateRefused, match="repeats cannot be told"):
        find_rows(vault, "cards", people(1))
    rotate(vault, ["cards"], keys=keys(*BOTH))
    assert find_rows(vault, "cards", people(1)) == {"a": [0]}


def test_a_secret_that_was_moved_to_another_name_or_edited_is_noticed(vault):
    for name in ("displacement", "other"):
        vault.secret("cards", name, keys(*BOTH))
    folder = vault.project.vault / "cards" / ".secrets"
    (folder / "displacement.json").rename(folder / "other.json")
    with pytest.raises(CheckFailed, match="was moved here"):
        vault.secret("cards", "other", keys(*BOTH))
    with pytest.raises(CheckFailed, match="a secret that was drawn is gone"):
        vault.secret("cards", "displacement", keys(*BOTH))
    record = json.loads((folder / "other.json").read_text(encoding="utf-8"))
    (folder / "other.json").write_text(json.dumps({**record, "envelope": "AA"}), encoding="utf-8")
    with pytest.raises((CheckFailed, GateRefused)):
        vault.secret("cards", "other", keys(*BOTH))
    with pytest.raises(UsageError, match="no name of a secret"):
        vault.secret("cards", "../x")
    with pytest.raises(UsageError, match="rests in the clear"):
        vault.secret("counts", "displacement")


def test_a_secret_of_made_up_rows_follows_from_their_seed(vault):
    vault.write_part("made_up", "a", people(2), record={"kind": "synthetic", "seed": 1})
    one = vault.secret("made_up", "displacement")
    assert one == vault.secret("made_up", "displacement") != vault.secret("made_up", "other")
    vault.write_part("made_up", "a", people(2), record={"kind": "synthetic", "seed": 2})
    assert vault.secret("made_up", "displacement") != one


def test_what_a_rotation_replaced_is_overwritten_before_it_goes(vault):
    path = rows_file(vault)
    kept = path.with_name("kept-open")
    kept.hardlink_to(path)  # the same bytes on the disk, under a name that stays
    assert any(kept.read_bytes())
    rotate(vault, ["cards"], keys=keys(*BOTH))
    assert not path.exists() and not any(kept.read_bytes())


def test_a_field_that_the_catalogue_got_later_is_told(vault):
    with pytest.raises(CheckFailed, match="was taken in without district"):
        vault.read("cards", columns=["card", "district"], keys=keys(*BOTH))
