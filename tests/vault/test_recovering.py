"""A lost key is restored from holders of the same side, and from nobody else; verifying rehearses it."""

from __future__ import annotations

import json
from itertools import combinations

import pytest

from sealed_city import identity, keys, make_vault, members, people, seat_with_key
from workbench.errors import CheckFailed, GateRefused, UsageError
from workbench.vault import Keys, Vault
from workbench.vault.keys import Key, parse_identity
from workbench.vault.recovering import make_share, restore, share_path
from workbench.vault.verifying import verify


@pytest.fixture(scope="module")
def vault(tmp_path_factory) -> Vault:
    made = make_vault(tmp_path_factory.mktemp("city"), seats=members(C_5=seat_with_key("C-5", "steward")))
    made.write_part("cards", "a", people(3), record={"kind": "official"})
    make_share(made, "G-3", keys("G-3"))
    make_share(made, "C-3", keys("C-3"))
    return made


def test_a_key_that_was_lost_comes_back_and_opens_the_vault(vault):
    text = restore(vault, "C-3", keys("C-4", "C-5"))
    again = Key("restored", parse_identity(text, where="here"))
    assert len(vault.read("cards", keys=Keys((again, *keys("G-3").held)))) == 3


SEATS = ["G-1", "G-3", "C-1", "C-3", "C-4", "C-5"]


@pytest.mark.parametrize("held", [held for size in range(5) for held in combinations(SEATS, size)], ids="+".join)
def test_any_two_holders_of_its_side_restore_a_key_and_nobody_else(vault, held):
    for seat, enough in (("C-3", len({"C-1", "C-4", "C-5"} & set(held)) >= 2), ("G-3", "G-1" in held)):
        if enough:
            assert restore(vault, seat, keys(*held)) == str(identity(seat))
        else:
            with pytest.raises(GateRefused, match="of its holders, at hand"):
                restore(vault, seat, keys(*held))


def test_a_share_holds_nothing_that_one_holder_can_read(vault):
    import base64

    import pyrage

    record = json.loads(share_path(vault, "C-3").read_text(encoding="utf-8"))
    assert record["needed"] == 2 and len(record["shares"]) == 3
    for share in record["shares"]:
        outer = share["holders"][0]
        inner = pyrage.decrypt(base64.b64decode(share["sealed"]), [identity(outer)])
        assert b"AGE-SECRET-KEY" not in inner and inner.startswith(b"age-encryption.org")
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(inner, [identity(outer)])


def test_verifying_rehearses_the_shares_and_opens_a_row_of_each_block(vault):
    found = verify(vault, keys=keys("G-3", "C-3", "G-1", "C-1", "C-4"))
    assert found.whole and found.rehearsed == ["G-3", "C-3"] and found.opened == 1 and found.notes == []
    assert verify(vault).whole


def test_only_the_seats_own_key_makes_its_share(vault):
    with pytest.raises(GateRefused, match="none of the keys at hand is that of C-3"):
        make_share(vault, "C-3", keys("G-3", "C-1"))
    with pytest.raises(UsageError, match="unknown custodian 'C-1'"):
        make_share(vault, "C-1", keys("C-1"))
    with pytest.raises(UsageError, match="unknown recovery share 'C-9'"):
        restore(vault, "C-9", keys("C-1"))


def test_a_side_without_another_holder_is_told_so(tmp_path):
    seats = members()
    seats["G-1"] = seat_with_key("G-1", "steward", "checker", "custodian")
    del seats["G-3"]
    alone = make_vault(tmp_path, seats=seats)
    with pytest.raises(GateRefused, match="government has nobody to hold a recovery share"):
        make_share(alone, "G-1", keys("G-1"))


@pytest.mark.parametrize(
    "damage", ["{}", "[]", "x", '{"seat": "C-3", "recipient": "x", "holders": {}, "needed": 1, "shares": [1]}']
)
def test_a_damaged_share_is_told_and_found_by_verifying(tmp_path, damage):
    vault = make_vault(tmp_path)
    vault.write_part("cards", "a", people(1), record={"kind": "official"})
    make_share(vault, "C-3", keys("C-3"))
    share_path(vault, "C-3").write_text(damage, encoding="utf-8")
    with pytest.raises(CheckFailed, match=r"no whole recovery share|not whole JSON"):
        restore(vault, "C-3", keys("C-1", "C-4"))
    assert not verify(vault).whole


def test_a_share_that_holds_another_key_is_noticed(tmp_path):
    vault = make_vault(tmp_path)
    make_share(vault, "C-3", keys("C-3"))
    path = share_path(vault, "C-3")
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, "recipient": str(identity("G-3").to_public())}), encoding="utf-8")
    with pytest.raises(CheckFailed, match="holds another key than it says"):
        restore(vault, "C-3", keys("C-1", "C-4"))


@pytest.mark.parametrize("change", ["a pair is missing", "one alone is to be enough", "a pair is damaged"])
def test_a_share_is_rehearsed_in_every_way_that_it_is_to_open(tmp_path, change):
    vault = make_vault(tmp_path, seats=members(C_5=seat_with_key("C-5", "steward")))
    record = make_share(vault, "C-3", keys("C-3"))
    if change == "a pair is missing":
        record["shares"].pop(0)
    elif change == "one alone is to be enough":
        record["needed"] = 1
    else:
        record["shares"][-1]["sealed"] = record["shares"][0]["sealed"]
    share_path(vault, "C-3").write_text(json.dumps(record), encoding="utf-8")
    found = verify(vault, keys=keys("C-1", "C-4", "C-5"))
    assert found.rehearsed == [] and any("no whole recovery share" in str(fault) for fault in found.faults)
