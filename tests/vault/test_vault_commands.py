"""``workbench vault``: what custodians do, at one machine or two, and what is refused."""

from __future__ import annotations

import base64
import hmac
import json
from pathlib import Path

import pandas as pd
import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from dialogue import Dialogue
from sealed_city import CANARY, identity, key_files, make_vault, people
from workbench.cli.main import main
from workbench.errors import UsageError
from workbench.vault import Vault, read_keys
from workbench.vault.keys import write_identity


@pytest.fixture
def vault(tmp_path, monkeypatch) -> Vault:
    made = make_vault(tmp_path / "city", policy=True)
    made.write_part("cards", "a", people(30), record={"source": "a.csv", "kind": "official"})
    monkeypatch.chdir(tmp_path / "city")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return made


@pytest.fixture
def held(tmp_path) -> dict[str, str]:
    names = ("G-1", "G-3", "C-1", "C-3", "C-4")
    return dict(zip(names, key_files(tmp_path / "keys", *names), strict=True))


def run(capsys, *words: str) -> tuple[int, str, str]:
    code = main(["vault", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


OPEN = ("open", "cards", "--purpose", "statistics", "--today", "2026-11-22")


def test_opened_rows_are_shown_and_the_register_had_it_before(vault, held, capsys):
    code, out, _ = run(capsys, *OPEN, "--key", held["G-3"], "--key", held["C-3"], "--rows", "2")
    assert code == 0 and out.count(CANARY) == 2 and "2 rows shown" in out
    entry = vault.register.entries()[-1]
    assert (entry["kind"], entry["purpose"], entry["by"], entry["rows"], entry["on"]) == (
        "opened",
        "statistics",
        ["C-3", "G-3"],
        30,
        "2026-11-22",
    )
    code, out, _ = run(capsys, "register", "--dataset", "cards")
    assert code == 0 and "opened" in out and "for statistics" in out and "by C-3, G-3" in out


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_opened_rows_are_written_for_their_reader_alone(vault, held, capsys, tmp_path, name):
    out = tmp_path / name
    assert run(capsys, *OPEN, "--key", held["G-3"], "--key", held["C-3"], "--out", str(out))[0] == 0
    assert out.stat().st_mode & 0o777 == 0o600
    rows = pd.read_csv(out) if name.endswith("csv") else pd.read_parquet(out)
    assert len(rows) == 30 and rows["card"].tolist()[:2] == ["card-0", "card-1"]
    code, _, err = run(capsys, *OPEN, "--key", held["G-3"], "--key", held["C-3"], "--out", str(out))
    assert code == 2 and "is there already" in err


@pytest.mark.parametrize("out", ["inside.csv", "rows.xlsx"])
def test_a_file_inside_the_project_or_of_another_format_is_refused_before_anything_is_opened(vault, held, capsys, tmp_path, out):
    path = vault.project.root / out if out == "inside.csv" else tmp_path / out
    before = len(vault.register.entries())
    assert run(capsys, *OPEN, "--key", held["G-3"], "--key", held["C-3"], "--out", str(path))[0] == 2
    assert len(vault.register.entries()) == before and not path.exists()


@pytest.mark.parametrize("who", [(), ("G-3",), ("C-3",), ("G-1", "C-1"), ("G-3", "G-1"), ("C-3", "C-1")])
def test_one_side_alone_is_shown_nothing_and_nothing_is_noted_as_opened(vault, held, capsys, who):
    before = len(vault.register.entries())
    code, out, err = run(capsys, *OPEN, *(word for name in who for word in ("--key", held[name])))
    assert code == 3 and out == "" and CANARY not in err and "a key of each side is needed" in err
    assert len(vault.register.entries()) == before


def test_a_purpose_that_was_not_adopted_is_refused(vault, held, capsys):
    code, _, err = run(capsys, "open", "cards", "--purpose", "statistic", "--key", held["G-3"], "--key", held["C-3"])
    assert code == 3 and "did you mean 'statistics'" in err
    code, _, err = run(capsys, "open", "made_up", "--purpose", "statistics", "--key", held["G-3"])
    assert code == 3 and "has no policy" in err


def test_two_custodians_at_two_machines_open_without_carrying_a_key(vault, held, capsys, tmp_path):
    handed = tmp_path / "handed.json"
    code, out, _ = run(capsys, *OPEN, "--key", held["G-3"], "--hand-on", str(handed))
    assert code == 0 and handed.stat().st_mode & 0o777 == 0o600 and "only civil society" in out
    assert run(capsys, *OPEN, "--from", str(handed), "--key", held["G-3"])[0] == 3
    assert run(capsys, *OPEN, "--from", str(handed), "--key", held["C-1"])[0] == 3
    code, out, _ = run(capsys, *OPEN, "--from", str(handed), "--key", held["C-3"], "--json", "--rows", "1")
    assert code == 0 and json.loads(out)[0]["name"] == f"{CANARY} 0"
    kinds = [entry["kind"] for entry in vault.register.entries()]
    assert kinds == ["sealed", "handed_on", "opened"]
    assert run(capsys, "rotate", "cards", "--key", held["G-3"], "--key", held["C-3"])[0] == 0
    code, _, err = run(capsys, *OPEN, "--from", str(handed), "--key", held["C-3"])
    assert code == 1 and "sealed anew since it was handed on" in err


def test_a_file_that_was_not_handed_on_for_this_is_refused(vault, held, capsys, tmp_path):
    path = tmp_path / "handed.json"
    path.write_text('{"dataset": "other", "purpose": "statistics", "inner": {}}', encoding="utf-8")
    assert run(capsys, *OPEN, "--from", str(path), "--key", held["C-3"])[0] == 3
    path.write_text("{}", encoding="utf-8")
    code, _, err = run(capsys, *OPEN, "--from", str(path), "--key", held["C-3"])
    assert code == 2 and "no file that was handed on" in err
    assert run(capsys, *OPEN, "--from", str(tmp_path / "none"), "--key", held["C-3"])[0] == 2
    assert run(capsys, *OPEN, "--hand-on", str(tmp_path / "x"), "--rows", "3", "--key", held["G-3"])[0] == 2


def test_verifying_rotating_and_the_standing_as_a_person_and_a_machine_see_them(vault, held, capsys):
    both = ("--key", held["G-3"], "--key", held["C-3"])
    code, out, _ = run(capsys, "verify", *both)
    assert code == 0 and "1 parts with 30 rows: whole" in out and "1 rows opened" in out
    last = vault.register.entries()[-1]
    assert f"the register's line {last['number']} is {last['sha256']}" in out
    assert json.loads(run(capsys, "verify", "--json", *both)[1])["head"] == last["sha256"]
    assert json.loads(run(capsys, "verify", "--json", *both)[1])["opened"] == 1
    assert json.loads(run(capsys, "rotate", "--json", *both)[1]) == {"cards": 30}
    code, out, _ = run(capsys, "status")
    assert "sealed to government: G-3; civil society: C-3" in out and "(no recovery share)" in out
    assert json.loads(run(capsys, "status", "--json")[1])["datasets"]["cards"]["rows"] == 30
    next(iter((vault.project.vault / "cards").glob("*.sealed"))).write_bytes(b"x")
    code, out, _ = run(capsys, "verify")
    assert code == 1 and "NOT whole" in out


def test_a_lost_key_is_restored_by_its_side_and_the_vault_opens_again(vault, held, capsys, tmp_path):
    code, out, _ = run(capsys, "recover", "--seat", "C-3", "--key", held["C-3"])
    assert code == 0 and "any 2 of them together" in out
    again = tmp_path / "again.age"
    restore = ("recover", "--seat", "C-3", "--restore", "--out", str(again))
    assert run(capsys, *restore, "--key", held["C-1"])[0] == 3
    assert run(capsys, *restore, "--key", held["G-1"], "--key", held["G-3"])[0] == 3
    code, out, _ = run(capsys, *restore, "--key", held["C-1"], "--key", held["C-4"])
    assert code == 0 and again.stat().st_mode & 0o777 == 0o600 and str(identity("C-3")) not in out
    assert run(capsys, *OPEN, "--key", held["G-3"], "--key", str(again), "--rows", "1")[0] == 0
    assert [entry["by"] for entry in vault.register.entries() if entry["kind"] == "recovered"] == [["C-1", "C-4"]]
    assert run(capsys, "recover", "--seat", "C-3")[0] == 2
    assert run(capsys, "recover", "--seat", "C-3", "--out", str(again), "--key", held["C-3"])[0] == 2


def test_a_key_is_drawn_for_its_holder_and_never_over_another(vault, capsys, tmp_path):
    code, out, _ = run(capsys, "keygen", "--seat", "G-7")
    path = tmp_path / "home" / ".ssh" / "workbench_G-7.age"
    assert code == 0 and path.stat().st_mode & 0o777 == 0o600 and "AGE-SECRET" not in out
    assert read_keys([path]).recipients[0] in out
    assert run(capsys, "keygen", "--seat", "G-7")[0] == 2
    assert run(capsys, "keygen", "--seat", "seven")[0] == 2
    code, out, _ = run(capsys, "keygen", "--seat", "G-8", "--out", str(tmp_path / "k"), "--json")
    assert json.loads(out)["age_key"] == read_keys([tmp_path / "k"]).recipients[0]


def test_a_seats_name_stands_for_its_holders_key(vault, capsys, tmp_path):
    folder = tmp_path / "home" / ".ssh"
    folder.mkdir(parents=True)
    for name in ("G-3", "C-3"):
        path = folder / f"workbench_{name}.age"
        path.touch(mode=0o600)
        path.write_text(f"# a comment\n{identity(name)}\n", encoding="utf-8")
    assert run(capsys, *OPEN, "--key", "G-3", "--key", "C-3")[0] == 0


def quickly_encrypted(content: bytes, passphrase: str) -> bytes:
    """As ``age -p`` writes it, but for a machine so slow that a trial takes no time (the format's scrypt, 2 instead of 2^18)."""

    def plain(some: bytes) -> bytes:
        return base64.b64encode(some).rstrip(b"=")

    def derived(salt: bytes | None, info: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt, info).derive(file_key)

    file_key, salt, nonce = bytes(range(16)), bytes(16), bytes(16)
    wrap = Scrypt(b"age-encryption.org/v1/scrypt" + salt, 32, 2, 8, 1).derive(passphrase.encode())
    body = ChaCha20Poly1305(wrap).encrypt(bytes(12), file_key, None)
    head = b"age-encryption.org/v1\n-> scrypt " + plain(salt) + b" 1\n" + plain(body) + b"\n---"
    mac = hmac.digest(derived(None, b"header"), head, "sha256")
    sealed = ChaCha20Poly1305(derived(nonce, b"payload")).encrypt(bytes(11) + b"\1", content, None)
    return head + b" " + plain(mac) + b"\n" + nonce + sealed


def test_a_key_with_a_passphrase_opens_with_it_alone(tmp_path):
    path = tmp_path / "C-3.age"
    path.touch(mode=0o600)
    path.write_bytes(quickly_encrypted(f"{identity('C-3')}\n".encode(), "가을 하늘"))
    asked: list[str] = []

    def said(*words: str):
        left = list(words)

        def ask(prompt: str) -> str:
            asked.append(prompt)
            return left.pop(0)

        return ask

    assert read_keys([path], passphrase=said("가을", "가을 하늘")).recipients == (str(identity("C-3").to_public()),)
    with pytest.raises(UsageError, match="there is nobody to ask"):
        read_keys([path])
    with pytest.raises(UsageError, match="the passphrase does not open it"):
        read_keys([path], passphrase=said("other", "another", "a third"))
    assert len(asked) == 5


def test_a_key_is_written_so_that_its_passphrase_alone_opens_it(tmp_path):
    path = tmp_path / "C-3.age"
    write_identity(path, str(identity("C-3")), passphrase="가을 하늘")
    assert b"AGE-SECRET-KEY" not in path.read_bytes() and path.stat().st_mode & 0o777 == 0o600
    assert read_keys([path], passphrase=lambda _: "가을 하늘").recipients == (str(identity("C-3").to_public()),)
    with pytest.raises(UsageError, match="an empty passphrase"):
        write_identity(tmp_path / "x", str(identity("C-3")), passphrase="")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no age key"),
        ("age1qqq", "a public age key"),
        ("AGE-SECRET-KEY-1QQQ", "damaged"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nx", "no age key"),
        ("x" * 70_000, "too large"),
    ],
)
def test_a_file_that_is_no_key_is_told_without_repeating_it(vault, capsys, tmp_path, content, said):
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
    code, _, err = run(capsys, *OPEN, "--key", str(path))
    assert code == 2 and said in err and (content == "" or content not in err)


def test_a_key_itself_given_for_its_file_is_not_repeated(vault, capsys):
    secret = str(identity("G-3"))
    for words in (("vault", *OPEN), ("protect", "cards")):
        assert main([*words, "--key", secret]) == 2
        said = capsys.readouterr()
        assert secret not in said.err + said.out and "shell's history" in said.err


def test_a_key_saved_by_an_editor_of_another_system_is_read(vault, held, capsys):
    Path(held["G-3"]).write_bytes(b"\xef\xbb\xbf# mine\r\n" + f"{identity('G-3')}\r\n".encode())
    assert run(capsys, *OPEN, "--key", held["G-3"], "--key", held["C-3"], "--rows", "1")[0] == 0


def test_a_dataset_that_the_catalogue_does_not_know_never_becomes_a_path(vault, held, capsys):
    code, _, err = run(capsys, "open", "../cards", "--purpose", "statistics", "--key", held["G-3"])
    assert code == 2 and "unknown dataset '../cards'" in err


def test_one_custodian_verifies_alone_what_they_can(vault, held, capsys):
    code, out, _ = run(capsys, "verify", "--key", held["G-3"])
    assert code == 0 and "whole" in out and "rows opened" not in out


def test_a_key_that_others_can_read_is_refused(vault, held, capsys):
    Path(held["G-3"]).chmod(0o644)
    code, _, err = run(capsys, *OPEN, "--key", held["G-3"], "--key", held["C-3"])
    assert code == 2 and "chmod 600" in err
    assert run(capsys, *OPEN, "--key", "nowhere.age")[0] == 2


def test_check_tells_a_register_that_was_cut(vault, held, capsys):
    vault.register.path.write_text("", encoding="utf-8")
    code, _, err = run(capsys, "register")
    assert code == 1 and "the end was cut off" in err
    assert main(["check"]) != 0
    assert "register.jsonl" in capsys.readouterr().out


@pytest.mark.slow
def test_a_passphrase_is_typed_twice_and_asked_for_when_the_vault_is_opened(vault, held, tmp_path):
    path = tmp_path / "C-3.age"
    with Dialogue("vault", "keygen", "--seat", "C-7", "--passphrase", "--out", str(path), root=vault.project.root) as person:
        person.answer("new passphrase", "하나")
        person.answer("again", "둘")
        person.expect("they differ")
        person.answer("new passphrase", "하나")
        person.answer("again", "하나")
        person.expect("age_key: age1")
        assert person.end() == 0
    path.unlink()
    write_identity(path, str(identity("C-3")), passphrase="하나")
    with Dialogue(*("vault", *OPEN), "--key", held["G-3"], "--key", str(path), "--rows", "1", root=vault.project.root) as person:
        person.answer("passphrase of", "둘")
        person.answer("wrong, again", "하나")
        person.expect(CANARY)
        assert person.end() == 0
