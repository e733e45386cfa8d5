"""Rows about people are sealed as they come in: one custodian alone opens nothing, and whatever was changed is noticed."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import combinations

import pandas as pd
import pytest

from sealed_city import CANARY, identity, keys, make_vault, members, people, seat_with_key
from signed import vacant
from workbench.errors import CheckFailed, GateRefused
from workbench.files import write_text
from workbench.records import dump_yaml
from workbench.vault import Vault
from workbench.vault.reading import WithKeys, part_tables


@pytest.fixture
def vault(tmp_path) -> Vault:
    return make_vault(tmp_path)


def put(vault: Vault, rows: pd.DataFrame, *, dataset: str = "cards", part: str = "a") -> dict:
    return vault.write_part(dataset, part, rows, record={"source": "a.csv", "kind": "official"})


def rows_file(vault: Vault, part: str = "a"):
    return vault.project.vault / "cards" / vault.record("cards", part)["file"]


def test_what_was_sealed_is_read_back_exactly_with_a_key_of_each_side(vault):
    rows = people(20)
    rows.loc[4, ["name", "spent", "seen_at", "home"]] = None
    record = put(vault, rows)
    opened = vault.read("cards", keys=keys("C-3", "G-3"))
    assert record["custody"] == "joint" and record["rows"] == 20
    assert opened["name"].tolist()[:2] == [f"{CANARY} 0", f"{CANARY} 1"]
    assert opened["age"].isna().tolist() == rows["age"].isna().tolist()
    assert opened["spent"].dropna().tolist() == rows["spent"].dropna().tolist()
    assert (opened["seen_at"].dropna() == rows["seen_at"].dropna()).all()
    assert opened["born"].dt.strftime("%Y-%m-%d").unique().tolist() == ["1980-05-17"]
    assert opened["home"][3].equals(rows["home"][3]) and opened["home"][4] is None
    assert list(vault.read("cards", columns=["age"], keys=keys("C-3", "G-3")).columns) == ["age"]


HOLDERS = ["G-1", "C-1", "C-4", "G-3", "G-4", "C-3", "stranger"]


@pytest.mark.parametrize("held", [held for size in range(4) for held in combinations(HOLDERS, size)], ids="+".join)
def test_only_a_custodian_of_each_side_together_opens_anything(sealed_once, held):
    both = "C-3" in held and {"G-3", "G-4"} & set(held)
    if both:
        assert len(sealed_once.read("cards", keys=keys(*held))) == 3
    else:
        with pytest.raises(GateRefused, match="sealed, and no"):
            sealed_once.read("cards", keys=keys(*held))


@pytest.fixture(scope="module")
def sealed_once(tmp_path_factory) -> Vault:
    vault = make_vault(tmp_path_factory.mktemp("city"), seats=members(G_4=seat_with_key("G-4", "custodian")))
    put(vault, people(3))
    return vault


def test_nothing_of_a_row_and_no_secret_is_in_the_files(vault):
    put(vault, people(50))
    written = b"".join(path.read_bytes() for path in vault.project.root.rglob("*") if path.is_file())
    assert CANARY.encode() not in written and b"card-17" not in written
    assert str(identity("G-3")).encode() not in written


def test_the_same_rows_have_the_same_fingerprint_and_never_the_same_bytes(vault):
    one, two = put(vault, people(5)), put(vault, people(5), part="b")
    assert one["content_sha256"] == two["content_sha256"] != put(vault, people(6), part="b")["content_sha256"]
    assert rows_file(vault).read_bytes()[100:] != rows_file(vault, "b").read_bytes()[100:]


def test_a_sealed_rows_length_tells_little(vault):
    lengths = set()
    for name in ("김", "김철수", "남궁민수"):
        record = put(vault, people(1).assign(name=name))
        lengths.add((vault.project.vault / "cards" / record["file"]).stat().st_size)
    assert len(lengths) == 1


@pytest.mark.parametrize("place", [0, 30, 100, 1000, -1])
def test_a_flipped_byte_is_noticed(vault, place):
    put(vault, people(30))
    path = rows_file(vault)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckFailed, match=r"changed|no file of sealed rows"):
        vault.read("cards", keys=keys("G-3", "C-3"))


def forged(vault: Vault, change) -> None:
    """Change the sealed bytes and the record's hash of them."""
    import hashlib

    path, record = rows_file(vault), vault.record("cards", "a")
    content = bytearray(path.read_bytes())
    change(content, record)
    for block in record["sealed"]["blocks"]:
        block[3] = hashlib.sha256(content[block[1] : block[1] + block[2]]).hexdigest()
    path.write_bytes(content)
    (vault.project.vault / "cards" / "a.json").write_text(json.dumps(record), encoding="utf-8")


def opened_as_it_lies(vault: Vault, part: str = "a") -> None:
    """Open a part without asking the register: what the seals themselves notice."""
    list(part_tables(vault.shelf("cards"), vault.record("cards", part), opener=WithKeys(keys("G-3", "C-3"))))


def test_swapped_rows_are_noticed_even_where_the_hashes_are_forged_too(vault):
    put(vault, people(4))

    def swap(content, record):
        begin, size = record["sealed"]["blocks"][0][1:3]
        beside = 4 * (32 + 16 + 16 + 4)
        one = (size - beside) // 4
        first, second = begin + beside, begin + beside + one
        content[first : first + one], content[second : second + one] = (
            content[second : second + one],
            content[first : first + one],
        )
        content[begin : begin + 32], content[begin + 32 : begin + 64] = (
            content[begin + 32 : begin + 64],
            content[begin : begin + 32],
        )

    forged(vault, swap)
    with pytest.raises(CheckFailed, match="row 1 does not open: it was changed, moved"):
        opened_as_it_lies(vault)
    with pytest.raises(CheckFailed, match="changed since they were sealed"):
        vault.read("cards", keys=keys("G-3", "C-3"))


def test_a_flipped_byte_with_a_forged_hash_is_noticed(vault):
    put(vault, people(4))

    def flip(content, record):
        content[-1] ^= 1

    forged(vault, flip)
    with pytest.raises(CheckFailed, match="row 4 does not open"):
        opened_as_it_lies(vault)
    with pytest.raises(CheckFailed, match="changed since they were sealed"):
        vault.read("cards", keys=keys("G-3", "C-3"))


def test_rows_left_out_with_a_forged_record_are_noticed(vault, monkeypatch):
    monkeypatch.setattr("workbench.vault.writing.ROWS_PER_BLOCK", 10)
    put(vault, people(30))

    def leave_out(content, record):
        last = record["sealed"]["blocks"].pop()
        del content[last[1] :]
        record["rows"] = 20

    forged(vault, leave_out)
    with pytest.raises(CheckFailed, match=r"edited: its name, fields or number of rows"):
        opened_as_it_lies(vault)
    with pytest.raises(CheckFailed, match="changed since they were sealed"):
        vault.read("cards", keys=keys("G-3", "C-3"))


@pytest.mark.parametrize("cut", [1, 500])
def test_a_file_cut_short_or_made_longer_is_noticed(vault, cut):
    put(vault, people(30))
    path = rows_file(vault)
    content = path.read_bytes()
    for damaged in (content[:-cut], content + bytes(cut)):
        path.write_bytes(damaged)
        with pytest.raises(CheckFailed, match=r"cut short|longer than it was"):
            vault.read("cards", keys=keys("G-3", "C-3"))


def test_a_part_that_was_renamed_is_noticed_even_where_its_record_says_so(vault):
    put(vault, people(3))
    folder = vault.project.vault / "cards"
    (folder / "a.json").rename(folder / "b.json")
    with pytest.raises(CheckFailed, match="is the record of 'a' of 'cards'; a part is never renamed"):
        vault.read("cards", keys=keys("G-3", "C-3"))
    record = json.loads((folder / "b.json").read_text(encoding="utf-8"))
    (folder / "b.json").write_text(json.dumps({**record, "part": "b"}), encoding="utf-8")
    with pytest.raises(CheckFailed, match="none of this part's"):
        vault.read("cards", keys=keys("G-3", "C-3"))
    (folder / record["file"]).rename(folder / record["file"].replace("a.", "b.", 1))
    (folder / "b.json").write_text(
        json.dumps({**record, "part": "b", "file": record["file"].replace("a.", "b.", 1)}), encoding="utf-8"
    )
    with pytest.raises(CheckFailed, match="the record was edited"):
        opened_as_it_lies(vault, "b")
    with pytest.raises(CheckFailed, match="'b': is there, and the register does not know it"):
        vault.read("cards", keys=keys("G-3", "C-3"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("fields", [["card", "string"]]),
        ("batch", "0" * 32),
        ("erased", [1]),
        ("envelope", "AAAA"),
        ("envelope", 7),
        ("blocks", []),
    ],
)
def test_an_edited_record_is_noticed(vault, key, value):
    put(vault, people(3))
    path = vault.project.vault / "cards" / "a.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["sealed"][key] = value
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises((CheckFailed, GateRefused)):
        vault.read("cards", keys=keys("G-3", "C-3"))


def test_without_a_custodian_of_each_side_nothing_comes_in_and_the_way_out_is_said(tmp_path):
    seats = members()
    seats["C-3"] = vacant("C-3")
    vault = make_vault(tmp_path, seats=seats)
    with pytest.raises(GateRefused, match=r"civil society has none") as refused:
        put(vault, people(1))
    assert "workbench vault keygen" in refused.value.hint and "propose charter" in refused.value.hint
    assert not (vault.project.vault / "cards").exists()


def test_a_custodian_whose_term_is_over_is_not_sealed_to(tmp_path):
    import datetime as dt

    over = {**seat_with_key("G-4", "custodian"), "term": {"from": dt.date(2025, 1, 1), "until": dt.date(2026, 1, 1)}}
    vault = make_vault(tmp_path, seats=members(G_4=over))
    put(vault, people(1))
    assert list(vault.record("cards", "a")["sealed"]["custodians"]["government"]) == ["G-3"]
    with pytest.raises(GateRefused):
        vault.read("cards", keys=keys("G-4", "C-3"))


def test_real_people_do_not_come_into_a_demonstration_whose_keys_are_public(tmp_path):
    import signed

    vault = make_vault(tmp_path)
    demonstration = tmp_path / "demonstration"
    demonstration.mkdir()
    other = make_vault(demonstration)
    assert other.sealed("cards")
    found = signed.found
    project = vault.project.__class__(root=tmp_path / "third")
    write_text(project.catalog, vault.project.catalog.read_text(encoding="utf-8"))
    found(project, seats=members(), rules={**signed.RULES, "demonstration": True})
    with pytest.raises(GateRefused, match="a demonstration, whose keys everybody may read"):
        put(Vault(project, vault.catalog), people(1))


@pytest.mark.parametrize(
    ("dataset", "policy", "kind"),
    [
        ("counts", None, "clear"),
        ("counts", {"personal": False}, "clear"),
        ("counts", {"guarantee": {"k": 2}}, "joint"),
        ("cards", None, "joint"),
        ("cards", {"personal": False}, "joint"),
        ("cards", {"custody": "synthetic"}, "joint"),
        ("made_up", None, "synthetic"),
        ("made_up", {"custody": "synthetic"}, "synthetic"),
        ("made_up", {"custody": "joint"}, "joint"),
        ("made_up", {}, "joint"),
    ],
)
def test_how_rows_rest_follows_from_policy_and_catalogue_whichever_asks_for_more(vault, dataset, policy, kind):
    if policy is not None:
        path = vault.project.governance / "policies" / f"{dataset}.yml"
        write_text(path, dump_yaml({"policy": dataset, "version": 1, **policy}))
    assert vault.keeping(dataset).kind == kind


def test_a_policy_that_was_adopted_is_not_loosened_by_editing_its_file(vault):
    from signed import adopt

    path = vault.project.governance / "policies" / "counts.yml"
    write_text(path, dump_yaml({"policy": "counts", "version": 1, "guarantee": {"k": 2}, "custody": "joint"}))
    adopt(vault.project, ["counts"])
    write_text(path, dump_yaml({"policy": "counts", "version": 2, "personal": False}))
    assert Vault(vault.project, vault.catalog).keeping("counts").kind == "joint"
    path.unlink()
    assert Vault(vault.project, vault.catalog).keeping("counts").kind == "joint"


def test_memory_stays_that_of_a_block(tmp_path):
    make_vault(tmp_path)
    program = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from sealed_city import catalog_of, people
from workbench.project import Project
from workbench.vault import Vault
project = Project(root=Path(sys.argv[1]))
import workbench.vault.writing
workbench.vault.writing.ROWS_PER_BLOCK = 1_000
vault = Vault(project, catalog_of(project))
rows = people(1_000).assign(name="x" * 10_000)  # 10 MB
for pieces in (2, 17):
    vault.write_part("cards", "a", (rows for _ in range(pieces)), record={"kind": "official"})
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
    from pathlib import Path

    here = str(Path(__file__).parent.parent)
    ran = subprocess.run([sys.executable, "-c", program, str(tmp_path), here], check=True, capture_output=True)
    few, many = map(int, ran.stdout.split())
    assert many < few + 60
