"""Who can edit files below ``.workbench/`` and in the repository: looser custody, older rows and lost erasures are noticed."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sealed_city import catalog_of, catalog_record, field, keys, make_vault, members, people, seat_with_key
from signed import RULES, adopt, found
from workbench.catalog import read_catalog
from workbench.errors import CheckFailed, GateRefused
from workbench.files import write_text
from workbench.intake import Batch, take_in
from workbench.project import Project
from workbench.records import dump_yaml, read_yaml
from workbench.sources import take_in_files
from workbench.vault import Vault
from workbench.vault.lasting import store_secret
from workbench.vault.rotating import rotate, rotation_path
from workbench.vault.verifying import verify

BOTH = ("G-3", "C-3")


@pytest.fixture
def vault(tmp_path) -> Vault:
    made = make_vault(tmp_path)
    put(made, people(12))
    return made


def put(vault: Vault, rows: pd.DataFrame, dataset: str = "cards", part: str = "a") -> dict:
    return vault.write_part(dataset, part, rows, record={"source": "a.csv", "kind": "official"})


def edited(vault: Vault, dataset: str = "cards", **facts: object) -> Vault:
    """The catalogue with other words about a dataset, none of whose fields is said to reveal anything."""
    record = catalog_record()
    described = record["datasets"][dataset]
    described["fields"] = {name: {**one, "reveals": "none"} for name, one in described["fields"].items()}
    described.update(facts)
    write_text(vault.project.catalog, dump_yaml(record))
    return Vault(vault.project, catalog_of(vault.project), today=vault.today)


def record_of(vault: Vault, part: str = "a") -> dict:
    return json.loads((vault.project.vault / "cards" / f"{part}.json").read_text(encoding="utf-8"))


def write_record(vault: Vault, record: dict) -> None:
    (vault.project.vault / "cards" / f"{record['part']}.json").write_text(json.dumps(record), encoding="utf-8")


def opened(vault: Vault) -> list[str]:
    return vault.read("cards", keys=keys(*BOTH))["card"].tolist()


def faults(vault: Vault) -> str:
    return "\n".join(map(str, verify(vault).faults))


@pytest.mark.parametrize("synthetic", [False, True])
@pytest.mark.parametrize("founded", [True, False])
def test_what_was_sealed_once_never_comes_in_looser_because_files_were_edited(vault, synthetic, founded):
    if not founded:
        shutil.rmtree(vault.project.governance / "founding")
    later = edited(vault, synthetic=synthetic)
    assert later.sealed("cards")
    write_text(vault.project.governance / "policies" / "cards.yml", dump_yaml({"personal": False, "custody": "synthetic"}))
    assert later.sealed("cards")


def test_what_was_sealed_once_comes_in_looser_when_both_sides_adopt_it(vault):
    later = edited(vault)
    write_text(
        later.project.governance / "policies" / "cards.yml", dump_yaml({"policy": "cards", "version": 1, "personal": False})
    )
    assert later.sealed("cards")
    adopt(later.project, ["cards"])
    assert not Vault(later.project, later.catalog, today=later.today).sealed("cards")


@pytest.mark.parametrize("custody", ["clear", "synthetic", "joint"])
def test_real_rows_in_a_dataset_of_made_up_ones_are_refused_however_it_rests(tmp_path, custody):
    vault = make_vault(tmp_path)
    later = edited(vault, "made_up") if custody == "clear" else vault
    if custody == "joint":
        write_text(vault.project.governance / "policies" / "made_up.yml", dump_yaml({"policy": "made_up", "version": 1}))
    assert later.rulings.kind("made_up", later.catalog["made_up"]) == custody
    with pytest.raises(GateRefused, match="is official, the catalogue says synthetic"):
        put(later, people(2), "made_up")


def test_a_demonstration_whose_keys_are_public_takes_no_real_row_whatever_the_catalogue_says(tmp_path):
    vault = make_vault(tmp_path)
    shutil.rmtree(vault.project.governance)
    found(vault.project, seats=members(), rules={**RULES, "demonstration": True})
    write_text(vault.project.governance / "policies" / "cards.yml", dump_yaml({"policy": "cards", "version": 1}))
    with pytest.raises(GateRefused, match="is a demonstration"):
        put(Vault(vault.project, vault.catalog), people(2))
    with pytest.raises(GateRefused, match="is official, the catalogue says synthetic"):
        put(edited(vault, synthetic=True), people(2))
    write_text(vault.project.governance / "rules.yml", dump_yaml(dict(RULES)))  # says no demonstration; nobody adopted it
    with pytest.raises(GateRefused):
        put(Vault(vault.project, vault.catalog), people(2))


def test_one_key_for_both_sides_is_no_seal_of_both(tmp_path):
    vault = make_vault(tmp_path, seats=members(C_3=seat_with_key("C-3", "custodian", key="G-3")))
    with pytest.raises(GateRefused, match=r"C-3, G-3 have one age key, so one person alone would open it"):
        put(vault, people(2))


def test_seats_and_rules_that_nobody_adopted_receive_nothing(vault):
    before = vault.keeping("cards").recipients.plain()
    seats = read_yaml(vault.project.governance / "members.yml")["seats"]
    for name in BOTH:
        seats[name]["age_key"] = str(seat_with_key(name, "custodian", key="operator")["age_key"])
    write_text(vault.project.governance / "members.yml", dump_yaml({"seats": seats}))
    assert Vault(vault.project, vault.catalog).keeping("cards").recipients.plain() == before


def test_a_record_that_says_rows_are_being_erased_destroys_nothing(vault):
    record = record_of(vault)
    record["sealed"]["erasing"] = list(range(12))
    write_record(vault, record)
    assert len(opened(vault)) == 12 and verify(vault).whole


def test_rows_left_out_as_if_they_were_erased_are_noticed(vault):
    copy = vault.register.path.read_bytes(), (vault.register._memory).read_bytes()
    vault.erase("cards", "a", [3, 4])
    for path, content in zip((vault.register.path, vault.register._memory), copy, strict=True):
        path.write_bytes(content)
    with pytest.raises(CheckFailed):
        opened(Vault(vault.project, vault.catalog))
    assert "changed since they were sealed" in faults(Vault(vault.project, vault.catalog))
    record = record_of(vault)
    entries = [json.loads(line) for line in vault.register.path.read_text(encoding="utf-8").splitlines()]
    assert record["sealed"]["erased"] == [3, 4] and all(entry["kind"] != "erased" for entry in entries)


def test_a_row_changed_before_another_is_erased_does_not_become_whole_by_it(vault):
    record = record_of(vault)
    path = vault.project.vault / "cards" / record["file"]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert vault.erase("cards", "a", [0]) == 1
    assert "changed since they were sealed" in faults(vault)


def test_a_copy_from_before_a_rotation_does_not_bring_back_what_was_erased_after_it(vault, tmp_path):
    folder = vault.project.vault / "cards"
    shutil.copytree(folder, tmp_path / "copy")
    rotate(vault, ["cards"], keys=keys(*BOTH))
    newest = folder / record_of(vault)["file"]
    vault.erase("cards", "a", [5])
    begun = newest.read_bytes()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "copy", folder)
    for there in (False, True):  # also where it is to look as if the rotation had been cut short
        if there:
            newest.write_bytes(begun)
        with pytest.raises(CheckFailed, match="an older or another part lies there"):
            opened(vault)
        assert "an older or another part lies there" in faults(vault)
        record = record_of(vault)
        place = record["sealed"]["blocks"][0][1] + 32 * 5
        assert not any((folder / record["file"]).read_bytes()[place : place + 32])


def test_a_part_taken_in_again_is_not_replaced_by_the_one_before(vault, tmp_path):
    folder = vault.project.vault / "cards"
    shutil.copytree(folder, tmp_path / "copy")
    put(vault, people(11))
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "copy", folder)
    with pytest.raises(CheckFailed, match="an older or another part lies there"):
        opened(vault)


def test_a_register_that_was_lost_is_told_and_both_sides_together_make_the_rows_known_again(vault):
    vault.register.path.unlink()
    vault.register._memory.unlink()
    later = Vault(vault.project, vault.catalog, today=vault.today)
    with pytest.raises(CheckFailed, match="the register does not know it"):
        opened(later)
    rotate(later, ["cards"], keys=keys(*BOTH))
    assert len(opened(later)) == 12 and verify(later).whole


@pytest.mark.parametrize("name", ["../../../elsewhere", "b.0123456789abcdef.sealed", "a.json", "/etc/hosts"])
def test_a_record_that_names_another_file_makes_nothing_be_read_or_overwritten(vault, name):
    outside = vault.project.root / "elsewhere"
    outside.write_bytes(b"kept")
    record = record_of(vault)
    write_record(vault, {**record, "file": name})
    for act in (
        lambda: opened(vault),
        lambda: vault.erase("cards", "a", [1]),
        lambda: rotate(vault, ["cards"], keys=keys(*BOTH)),
    ):
        with pytest.raises(CheckFailed, match=r"none of this part's"):
            act()
    assert outside.read_bytes() == b"kept"


def test_a_link_in_the_vault_is_removed_and_what_it_points_to_is_left_alone(vault):
    outside = vault.project.root / "elsewhere"
    outside.write_bytes(b"kept")
    (vault.project.vault / "cards" / "a.0123456789abcdef.parquet").symlink_to(outside)
    record = record_of(vault)
    put(vault, people(12))
    assert outside.read_bytes() == b"kept" and len(list((vault.project.vault / "cards").iterdir())) == 2
    path = vault.project.vault / "cards" / record_of(vault)["file"]
    path.rename(outside)
    path.symlink_to(outside)
    with pytest.raises(CheckFailed, match="or a link"):
        opened(vault)
    assert record["rows"] == 12


@pytest.mark.parametrize("where", ["kept", "merged"])
def test_a_list_of_a_rotation_leaves_no_part_with_those_who_left(vault, monkeypatch, where):
    put(vault, people(5, first=50), part="b")
    if where == "merged":  # brought by a commit, it lies where nothing looks
        plan = {"cards": {"to": vault.keeping("cards").recipients.plain(), "files": {"kept/a": "x", "kept/b": "x"}}}
        (vault.project.root / ".git").mkdir()
        (vault.project.root / ".git" / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
        for path in (vault.project.private / "vault-rotation.json", vault.project.private / "vault" / "rotation.json"):
            path.write_text(json.dumps(plan), encoding="utf-8")
        assert rotate(vault, ["cards"], keys=keys(*BOTH)) == {"cards": 17}
        return

    def killed_at(done, total, what):
        if what == "cards b":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(vault, ["cards"], keys=keys(*BOTH), report=killed_at)
    plan = json.loads(rotation_path(vault).read_text(encoding="utf-8"))
    plan["cards"]["to"]["government"]["G-3"] = "age1another"  # begun for others than those in force by now
    rotation_path(vault).write_text(json.dumps(plan), encoding="utf-8")
    assert rotate(vault, ["cards"], keys=keys(*BOTH)) == {"cards": 17} and not rotation_path(vault).exists()


def test_alike_rows_leave_no_alike_marks_where_nothing_is_compared_by_a_key(tmp_path):
    vault = make_vault(tmp_path)
    record = catalog_record()
    record["datasets"]["cards"]["key"] = []
    write_text(vault.project.catalog, dump_yaml(record))
    vault = Vault(vault.project, catalog_of(vault.project), today=vault.today)
    rows = pd.concat([people(1)] * 6, ignore_index=True)
    first = put(vault, rows)
    content = (vault.project.vault / "cards" / first["file"]).read_bytes()
    begin = first["sealed"]["blocks"][0][1] + 32 * 6
    assert not any(content[begin : begin + 2 * 16 * 6])
    prints = [vault.fingerprint("cards")]
    for row in (2, 3):
        vault.erase("cards", "a", [row])
        prints.append(vault.fingerprint("cards"))
    rotate(vault, ["cards"], keys=keys(*BOTH))
    assert len(set(prints)) == 3 and vault.fingerprint("cards") == prints[-1] and len(opened(vault)) == 4


def test_the_marks_of_one_person_in_two_datasets_are_not_alike(tmp_path):
    vault = make_vault(tmp_path)
    described = vault.catalog["cards"]
    one, two = (vault.marker(name).keys(people(1), described) for name in ("cards", "trips"))
    assert one.tobytes() != two.tobytes()


def counts(vault: Vault, *, sealed: bool) -> Vault:
    """The dataset without people; by its policy it has some."""
    path = vault.project.governance / "policies" / "counts.yml"
    if sealed:
        write_text(path, dump_yaml({"policy": "counts", "version": 1}))
    return Vault(vault.project, vault.catalog, today=vault.today)


def counted(*numbers: int) -> Batch:
    frame = pd.DataFrame({"year": [str(2000 + number) for number in range(len(numbers))], "count": [str(one) for one in numbers]})
    return Batch("c.csv", "official", frame, np.arange(2, len(numbers) + 2), sha256="c" * 64)


def readable(vault: Vault) -> list[str]:
    """Names that stay on what was readable, to see what becomes of the bytes."""
    folder = vault.project.vault / "counts"
    (clear,) = folder.glob("*.parquet")
    clear.with_name("kept-open").hardlink_to(clear)
    return [clear.name]


@pytest.mark.parametrize("way", ["the same file again", "another file", "rotated", "rotated after a kill", "removed"])
def test_what_was_readable_is_overwritten_once_its_dataset_is_sealed(vault, monkeypatch, way):
    before = counts(vault, sealed=False)
    take_in(before, before.catalog, "counts", counted(31_337, 4), "a")
    readable(before)
    later = counts(vault, sealed=True)
    if way == "the same file again":
        assert not take_in(later, later.catalog, "counts", counted(31_337, 4), "a").unchanged
    elif way == "another file":
        put(later, pd.DataFrame({"year": [2001], "count": [7]}), "counts")
    elif way == "removed":
        later.remove_part("counts", "a")
    else:
        if way == "rotated after a kill":
            with monkeypatch.context() as patched:
                patched.setattr("workbench.vault.rotating._leave_nothing_readable", interrupted)
                with pytest.raises(KeyboardInterrupt):
                    rotate(later, ["counts"], keys=keys())
            assert "rows about people that anybody can read" in faults(later)
        rotate(later, ["counts"], keys=keys(*BOTH))
    folder = vault.project.vault / "counts"
    assert list(folder.glob("*.parquet")) == [] and not any((folder / "kept-open").read_bytes())
    assert verify(later).whole


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_list_of_refused_rows_from_before_a_dataset_was_sealed_is_overwritten(vault):
    before = counts(vault, sealed=False)
    batch = Batch("c.csv", "official", pd.DataFrame({"year": ["2001", "카나리아"]}), np.array([2, 3]), sha256="d" * 64)
    listed = take_in(before, before.catalog, "counts", batch, "a").refused_list
    listed.with_name("kept-open").hardlink_to(listed)
    assert "카나리아" in listed.read_text(encoding="utf-8-sig")
    later = counts(vault, sealed=True)
    take_in(later, later.catalog, "counts", batch, "a")
    assert not any(listed.with_name("kept-open").read_bytes()) and "카나리아" not in listed.read_text(encoding="utf-8-sig")


def test_a_row_is_erased_also_in_what_a_killed_rotation_left_behind(vault, monkeypatch):
    path = vault.project.vault / "cards" / record_of(vault)["file"]
    path.with_name("kept-open").hardlink_to(path)
    with monkeypatch.context() as patched:
        patched.setattr("workbench.vault.rotating._leave_nothing_readable", interrupted)
        with pytest.raises(KeyboardInterrupt):
            rotate(vault, ["cards"], keys=keys(*BOTH))
    assert path.exists()
    vault.erase("cards", "a", [1])
    assert not path.exists() and not any(path.with_name("kept-open").read_bytes())


def test_a_secret_that_the_operator_chose_is_never_used(vault):
    path = vault.project.vault / "cards" / ".secrets" / "places.json"
    chosen = b"chosen by the operator, 32 bytes"
    recipients = vault.keeping("cards").recipients
    store_secret(path, chosen, recipients, dataset="cards")  # before one was drawn
    drawn = vault.secret("cards", "places", keys(*BOTH))
    assert drawn != chosen and verify(vault, keys=keys(*BOTH)).whole
    store_secret(path, chosen, recipients, dataset="cards")  # and afterwards
    with pytest.raises(CheckFailed, match="is not the secret that was drawn"):
        vault.secret("cards", "places", keys(*BOTH))
    with pytest.raises(CheckFailed, match="is not the secret that was drawn"):
        rotate(vault, ["cards"], keys=keys(*BOTH))
    assert "is not the secret that was drawn" in "\n".join(map(str, verify(vault, keys=keys(*BOTH)).faults))
    path.unlink()
    assert "a secret that was drawn is gone" in faults(vault)


def test_a_kill_between_a_secret_and_its_line_leaves_none_that_was_used(vault, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("workbench.vault.register.Register.append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            vault.secret("cards", "places", keys(*BOTH))
    assert vault.secret("cards", "places", keys(*BOTH)) == vault.secret("cards", "places", keys(*BOTH))


def test_nothing_in_the_vault_is_for_others_even_where_new_files_are_for_everybody(tmp_path):
    before = os.umask(0)
    try:
        vault = make_vault(tmp_path)
        put(vault, people(3))
        vault.secret("cards", "places", keys(*BOTH))
    finally:
        os.umask(before)
    assert vault.project.vault.stat().st_mode & 0o777 == 0o700
    assert vault.register.path.stat().st_mode & 0o777 == 0o600
    assert (vault.project.machine / "vault" / "marks.secret").stat().st_mode & 0o777 == 0o600


def test_a_folder_of_sealed_rows_is_for_its_owner_alone(vault):
    assert (vault.project.vault / "cards").stat().st_mode & 0o777 == 0o700


def test_a_dataset_that_left_the_catalogue_is_told(vault):
    record = catalog_record()
    del record["datasets"]["cards"]
    record["datasets"]["counts"]["fields"]["year"] = field("integer", required=True)
    write_text(vault.project.catalog, dump_yaml(record))
    notes = verify(Vault(vault.project, catalog_of(vault.project))).notes
    assert any("the catalogue does not know the dataset any more" in note for note in notes)


def test_rows_are_not_sealed_to_a_custodian_whose_term_is_over_on_the_day_of_taking_in(tmp_path):
    term = {"from": dt.date(2026, 1, 1), "until": dt.date(2026, 11, 30)}
    late = {**seat_with_key("G-4", "custodian"), "term": term}
    vault = make_vault(tmp_path / "city", seats=members(G_4=late))
    shutil.copy(Path(__file__).parents[2] / "data_catalog.yml", vault.project.catalog)
    write_text(vault.project.governance / "policies" / "daily_air.yml", dump_yaml({"policy": "daily_air", "version": 1}))
    (tmp_path / "data").mkdir()
    gases = ",".join(f"{gas}농도(ppm)" for gas in ("이산화질소", "오존", "일산화탄소", "아황산가스"))
    head = f"측정일시,측정소명,{gases},미세먼지농도(㎍/㎥),초미세먼지농도(㎍/㎥)"
    for day, who in ((30, ["G-3", "G-4"]), (31, ["G-3"])):
        rows = f"{head}\n202101{day},강남구,0.02,0.01,0.5,0.003,30,12\n"
        (tmp_path / "data" / f"{day}.csv").write_text(rows, encoding="utf-8")
        project = Project(root=vault.project.root, data=tmp_path / "data")
        take_in_files(project, read_catalog(project), today=dt.date(2026, 11, 30) + dt.timedelta(days=day - 30))
        record = Vault(project, read_catalog(project)).record("daily_air", f"file-{day}")
        assert sorted(record["sealed"]["custodians"]["government"]) == who
    assert [entry["on"] for entry in vault.register.entries()] == ["2026-11-30", "2026-12-01"]
