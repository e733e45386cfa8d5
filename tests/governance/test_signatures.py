"""Signatures verify here and with stock OpenSSH alike, and one changed byte voids them."""

from __future__ import annotations

import base64
import datetime
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packages import require_package
from workbench.governance.signing import (
    NAMESPACE,
    PublicKey,
    SignatureRefused,
    SignerEntry,
    allowed_signers,
    generate_key,
    parse_public_key,
    parse_signature,
    private_key_from_seed,
    read_private_key,
    sign,
    signature_path,
    signatures_beside,
    verify,
    write_private_key,
)
from workbench.governance.signing.wire import ssh_string

KEY = private_key_from_seed(b"k" * 32)
OTHER = private_key_from_seed(b"o" * 32)
BALLOT = "ballot: P-0001\nvote: yes\nreason: {ko: 찬성합니다.}\n".encode()
SIGNED = sign(BALLOT, KEY)
BEGIN = b"-----BEGIN SSH SIGNATURE-----\n"
END = b"-----END SSH SIGNATURE-----\n"
FIRST, LAST = datetime.date(2026, 3, 1), datetime.date(2028, 2, 29)


def ssh_keygen(*arguments: str | Path, content: bytes = b"", zone: str = "UTC") -> subprocess.CompletedProcess[bytes]:
    program = require_package("openssh-client")
    environment = {**os.environ, "TZ": zone}
    return subprocess.run([program, *map(str, arguments)], input=content, capture_output=True, check=False, env=environment)


def unarmoured(armoured: bytes) -> bytes:
    return base64.b64decode(armoured.removeprefix(BEGIN).removesuffix(END))


def armoured_again(blob: bytes) -> bytes:
    return BEGIN + base64.b64encode(blob) + b"\n" + END


def envelope(
    *,
    version: int = 1,
    key: bytes = KEY.public.blob,
    namespace: bytes = b"workbench",
    reserved: bytes = b"",
    hash_algorithm: bytes = b"sha512",
    kind: bytes = b"ssh-ed25519",
    raw: bytes = b"r" * 64,
    after: bytes = b"",
) -> bytes:
    """A signature file with any part replaced."""
    signature = ssh_string(kind) + ssh_string(raw)
    parts = b"".join(map(ssh_string, (key, namespace, reserved, hash_algorithm, signature)))
    return armoured_again(b"SSHSIG" + version.to_bytes(4, "big") + parts + after)


class Desk:
    """A folder with a member's key, a signed ballot and the file of allowed signers."""

    def __init__(self, folder: Path) -> None:
        self.key = folder / "key"
        self.ballot = folder / "C-1.yml"
        self.signature = signature_path(self.ballot)
        self.signers = folder / "allowed_signers"
        self.ballot.write_bytes(BALLOT)
        self.allow(SignerEntry("C-1", KEY.public, FIRST, LAST))

    def allow(self, *entries: SignerEntry) -> None:
        self.signers.write_text(allowed_signers(entries), encoding="utf-8")

    def verified(self, *, day: str = "20260302", signer: str = "C-1", namespace: str = NAMESPACE, zone: str = "UTC") -> bool:
        arguments = ("-f", self.signers, "-I", signer, "-n", namespace, "-s", self.signature, "-O", f"verify-time={day}")
        done = ssh_keygen("-Y", "verify", *arguments, content=self.ballot.read_bytes(), zone=zone)
        assert done.returncode in (0, 255), done.stderr
        return done.returncode == 0


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_our_signature_is_byte_for_byte_that_of_ssh_keygen(desk: Desk) -> None:
    write_private_key(desk.key, KEY, comment="C-1")
    for content in (b"", b"\n", BALLOT, b"\r\n\0" * 5000):
        desk.ballot.write_bytes(content)
        desk.signature.unlink(missing_ok=True)
        assert ssh_keygen("-Y", "sign", "-n", "workbench", "-f", desk.key, desk.ballot).returncode == 0
        assert desk.signature.read_bytes() == sign(content, KEY)


def test_our_signature_is_verified_by_ssh_keygen_alone(desk: Desk) -> None:
    desk.signature.write_bytes(SIGNED)
    assert desk.verified()
    assert not desk.verified(signer="C-2")
    assert not desk.verified(namespace="file")
    desk.ballot.write_bytes(BALLOT.replace(b"yes", b"no"))
    assert not desk.verified()


def test_ssh_keygen_finds_whose_signature_it_is(desk: Desk) -> None:
    desk.signature.write_bytes(SIGNED)
    desk.allow(SignerEntry("C-1", OTHER.public, FIRST, None), SignerEntry("C-1.deputy", KEY.public, FIRST, LAST))
    found = ssh_keygen("-Y", "find-principals", "-f", desk.signers, "-s", desk.signature, "-O", "verify-time=20270101")
    assert found.stdout == b"C-1.deputy\n"


@pytest.mark.parametrize("hash_algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("passphrase", ["", "비밀"])
def test_a_signature_of_ssh_keygen_is_verified_here(desk: Desk, hash_algorithm: str, passphrase: str) -> None:
    ssh_keygen("-q", "-t", "ed25519", "-a", "1", "-N", passphrase, "-f", desk.key)
    key = read_private_key(desk.key, passphrase=lambda _: passphrase)
    if passphrase:
        ssh_keygen("-q", "-p", "-P", passphrase, "-N", "", "-f", desk.key)
    done = ssh_keygen("-Y", "sign", "-n", "workbench", "-O", f"hashalg={hash_algorithm}", "-f", desk.key, desk.ballot)
    assert done.returncode == 0
    armoured = desk.signature.read_bytes()
    verify(BALLOT, armoured, key=key.public)
    found = parse_signature(armoured)
    assert (found.public_key, found.namespace, found.hash_algorithm) == (key.public, "workbench", hash_algorithm)
    with pytest.raises(SignatureRefused, match="is a signature of other bytes"):
        verify(BALLOT + b" ", armoured, key=key.public)


@pytest.mark.parametrize(("kind", "name"), [("rsa", "ssh-rsa"), ("ecdsa", "ecdsa-sha2-nistp256")])
def test_a_signature_with_another_kind_of_key_is_refused_by_name(desk: Desk, kind: str, name: str) -> None:
    ssh_keygen("-q", "-t", kind, "-N", "", "-f", desk.key)
    assert ssh_keygen("-Y", "sign", "-n", "workbench", "-f", desk.key, desk.ballot).returncode == 0
    reason = f"is made with a key of the kind {name}, needed is ssh-ed25519"
    with pytest.raises(SignatureRefused, match=reason):
        verify(BALLOT, desk.signature.read_bytes(), key=KEY.public)
    with pytest.raises(SignatureRefused, match=reason):
        parse_signature(desk.signature.read_bytes())


@given(content=st.binary(max_size=2000), seed=st.binary(min_size=32, max_size=32), namespace=st.text(min_size=1, max_size=20))
def test_any_bytes_are_signed_and_verified(content: bytes, seed: bytes, namespace: str) -> None:
    key = private_key_from_seed(seed)
    armoured = sign(content, key, namespace=namespace)
    verify(content, armoured, key=key.public, namespace=namespace)
    assert parse_signature(armoured).namespace == namespace


@given(content=st.binary(min_size=1, max_size=500), data=st.data())
def test_one_changed_byte_of_the_content_voids_the_signature(content: bytes, data: st.DataObject) -> None:
    armoured = sign(content, KEY)
    at = data.draw(st.integers(0, len(content) - 1))
    change = data.draw(st.integers(1, 255))
    spoiled = content[:at] + bytes([content[at] ^ change]) + content[at + 1 :]
    for other in (spoiled, content + b"\n", content[:-1]):
        with pytest.raises(SignatureRefused, match=r"^is a signature of other bytes$"):
            verify(other, armoured, key=KEY.public)


@pytest.mark.parametrize("change", [1, 0x20, 0x80, 0xFF])
def test_one_changed_byte_of_the_signature_voids_it(change: int) -> None:
    blob = unarmoured(SIGNED)
    for at in range(len(blob)):
        spoiled = armoured_again(blob[:at] + bytes([blob[at] ^ change]) + blob[at + 1 :])
        with pytest.raises(SignatureRefused):
            verify(BALLOT, spoiled, key=KEY.public)


def test_one_changed_character_of_the_file_voids_it_or_changes_nothing_but_line_ends() -> None:
    for at in range(len(SIGNED)):
        for change in (1, 2, 4, 0x20):
            spoiled = SIGNED[:at] + bytes([SIGNED[at] ^ change]) + SIGNED[at + 1 :]
            with pytest.raises(SignatureRefused):
                verify(BALLOT, spoiled, key=KEY.public)


def test_every_cut_of_the_file_and_of_its_blob_is_refused() -> None:
    for end in range(len(SIGNED) - 1):
        with pytest.raises(SignatureRefused, match="is no SSH signature"):
            verify(BALLOT, SIGNED[:end], key=KEY.public)
    blob = unarmoured(SIGNED)
    for end in range(len(blob)):
        with pytest.raises(SignatureRefused, match="is no SSH signature"):
            verify(BALLOT, armoured_again(blob[:end]), key=KEY.public)


@given(st.binary(max_size=300))
def test_any_bytes_as_a_signature_are_refused_and_never_crash(content: bytes) -> None:
    for armoured in (
        content,
        BEGIN + content + b"\n" + END,
        armoured_again(content),
        armoured_again(b"SSHSIG\0\0\0\1" + content),
    ):
        with pytest.raises(SignatureRefused):
            verify(BALLOT, armoured, key=KEY.public)
        with pytest.raises(SignatureRefused):
            parse_signature(armoured)


def test_a_signature_for_another_namespace_is_refused_by_name() -> None:
    with pytest.raises(SignatureRefused, match=r"^is a signature for the namespace 'file', needed is 'workbench'$"):
        verify(BALLOT, sign(BALLOT, KEY, namespace="file"), key=KEY.public)
    with pytest.raises(ValueError, match="empty"):
        sign(BALLOT, KEY, namespace="")


def test_control_characters_in_a_namespace_do_not_reach_the_terminal() -> None:
    with pytest.raises(SignatureRefused) as refused:
        verify(BALLOT, sign(BALLOT, KEY, namespace="\x1b[2J" + "x" * 500), key=KEY.public)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 150


def test_a_signature_by_another_key_names_that_key() -> None:
    with pytest.raises(SignatureRefused) as refused:
        verify(BALLOT, sign(BALLOT, OTHER), key=KEY.public)
    assert str(refused.value) == f"is by another key ({OTHER.public.fingerprint})"


def test_a_signature_that_borrows_the_key_of_another_is_refused() -> None:
    blob = unarmoured(sign(BALLOT, OTHER)).replace(OTHER.public.blob, KEY.public.blob)
    with pytest.raises(SignatureRefused, match="is a signature of other bytes"):
        verify(BALLOT, armoured_again(blob), key=KEY.public)


def test_the_same_signature_written_in_a_second_form_is_refused() -> None:
    """Adding the order of the group to the scalar keeps the equation true where nobody checks its size."""
    order = 2**252 + 27742317777372353535851937790883648493
    blob = unarmoured(SIGNED)
    scalar = int.from_bytes(blob[-32:], "little") + order
    with pytest.raises(SignatureRefused, match="is a signature of other bytes"):
        verify(BALLOT, armoured_again(blob[:-32] + scalar.to_bytes(32, "little")), key=KEY.public)


@pytest.mark.parametrize(
    ("armoured", "reason"),
    [
        (envelope(version=2), "of another version than 1"),
        (envelope(reserved=b"x"), "other parts than ssh-keygen writes"),
        (envelope(hash_algorithm=b"sha1"), "its hash is sha1; allowed: sha256, sha512"),
        (envelope(hash_algorithm=b"\x1b"), "its hash is unknown; allowed"),
        (envelope(raw=b"r" * 63), "other parts than ssh-keygen writes"),
        (envelope(raw=b"r" * 65), "other parts than ssh-keygen writes"),
        (envelope(after=b"x"), "other parts than ssh-keygen writes"),
        (envelope(namespace=b"\xff"), "its namespace is no text"),
        (envelope(kind=b"rsa-sha2-512"), "of the kind rsa-sha2-512"),
        (envelope(key=ssh_string(b"ssh-ed25519")), "is damaged: an Ed25519 key has 32 bytes"),
        (envelope(key=KEY.public.blob + b"x"), "is damaged: an Ed25519 key has 32 bytes"),
        (envelope(key=b""), "it is cut short"),
        (envelope(key=ssh_string(b"ssh-ed25519") + ssh_string(bytes(32))), "signatures for it can be forged"),
        (envelope(namespace=b"x" * 4000), "bytes; none has more than 4096"),
        (b"", "the file is empty"),
        (b"<<<<<<< HEAD\n" + SIGNED, "a merge left both versions in it"),
        (BEGIN + b"<<<<<<< HEAD\n" + SIGNED.removeprefix(BEGIN), "no whole base64"),
        (b"\n" + SIGNED, "it does not begin with"),
        (SIGNED + b"\n", "more stands behind its last line"),
        (SIGNED + SIGNED, "more stands behind its last line"),
        (SIGNED.replace(BEGIN, b"-----BEGIN PGP SIGNATURE-----\n"), "it does not begin with"),
        (SIGNED.removesuffix(END), "it is cut short: the last line is missing"),
        (SIGNED.replace(b"U1NI", b"U1 NI"), "no whole base64"),
    ],
)
def test_what_ssh_keygen_would_not_write_is_refused_with_the_reason(armoured: bytes, reason: str) -> None:
    with pytest.raises(SignatureRefused, match=reason):
        parse_signature(armoured)
    with pytest.raises(SignatureRefused):
        verify(BALLOT, armoured, key=KEY.public)


def test_spare_bits_of_base64_give_no_second_form() -> None:
    text = SIGNED.removesuffix(b"=\n" + END)
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    neighbour = letters[letters.index(text[-1]) ^ 1]
    spoiled = text[:-1] + bytes([neighbour]) + b"=\n" + END
    assert unarmoured(spoiled) == unarmoured(SIGNED)
    with pytest.raises(SignatureRefused, match="no whole base64"):
        verify(BALLOT, spoiled, key=KEY.public)


@pytest.mark.parametrize(
    "armoured",
    [SIGNED.replace(b"\n", b"\r\n"), SIGNED.rstrip(b"\n"), armoured_again(unarmoured(SIGNED))],
    ids=["crlf", "end", "wrap"],
)
def test_line_ends_of_the_signature_file_do_not_matter(armoured: bytes) -> None:
    verify(BALLOT, armoured, key=KEY.public)


def test_the_key_of_a_signature_is_the_one_of_its_signer() -> None:
    assert parse_signature(SIGNED).public_key == parse_public_key(KEY.public.line) == PublicKey(KEY.public.blob)


ZONES = ("UTC", "Asia/Seoul", "America/Lima", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Cairo")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("day", "counts"),
    [
        ("20260228", False),
        ("20260228235959", False),
        ("20260301", True),
        ("20270101", True),
        ("20280229", True),
        ("20280229235959", True),
        ("20280301", False),
    ],
)
def test_ssh_keygen_knows_the_first_and_the_last_day_in_every_time_zone(desk: Desk, day: str, counts: bool, zone: str) -> None:
    desk.signature.write_bytes(SIGNED)
    assert desk.verified(day=day, zone=zone) is counts


def test_a_signer_of_a_single_day_and_one_without_end_are_known_to_ssh_keygen(desk: Desk) -> None:
    desk.signature.write_bytes(SIGNED)
    desk.allow(SignerEntry("C-1", KEY.public, FIRST, FIRST))
    assert [desk.verified(day=day) for day in ("20260228", "20260301", "20260302")] == [False, True, False]
    desk.allow(SignerEntry("C-1", KEY.public, FIRST, None))
    assert [desk.verified(day=day) for day in ("20260228", "20260301", "20990302")] == [False, True, True]


def test_one_seat_with_a_revoked_key_and_its_successor(desk: Desk) -> None:
    """The old key counts up to the day before it was revoked, the new one from that day on."""
    old = SignerEntry("C-1", KEY.public, FIRST, datetime.date(2026, 8, 31), comment="revoked 2026-09-01")
    new = SignerEntry("C-1", OTHER.public, datetime.date(2026, 9, 1), None)
    desk.allow(new, old)
    for key, expected in ((KEY, [True, False]), (OTHER, [False, True])):
        desk.signature.write_bytes(sign(BALLOT, key))
        assert [desk.verified(day=day) for day in ("20260831", "20260901")] == expected


def test_the_order_of_entries_and_their_repetition_do_not_matter() -> None:
    entries = [SignerEntry(name, key.public, FIRST, LAST) for name, key in (("G-1", KEY), ("C-1", OTHER), ("C-1.deputy", KEY))]
    text = allowed_signers(entries)
    assert text == allowed_signers([*reversed(entries), *entries])
    assert [line.split()[0] for line in text.splitlines() if not line.startswith("#")] == ["C-1", "C-1.deputy", "G-1"]


def test_the_file_of_allowed_signers_says_how_to_use_it() -> None:
    head = [line for line in allowed_signers([]).splitlines() if line]
    assert all(line.startswith("#") for line in head)
    assert any("ssh-keygen -Y verify" in line for line in head)


@pytest.mark.parametrize("name", ["", "*", "C-?", "C-1,C-2", "!C-1", "C 1", '"C-1', "#C-1", "С-1", "C-1\n", "../C-1", ".C-1"])
def test_a_name_that_openssh_or_a_folder_would_read_otherwise_is_no_signer(name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a signer"):
        SignerEntry(name, KEY.public, FIRST, LAST)
    with pytest.raises(ValueError, match="is no name of a signer"):
        signature_path(Path("P-0001.yml"), name)


def test_a_signer_whose_last_day_is_before_the_first_and_a_comment_of_two_lines_are_refused() -> None:
    with pytest.raises(ValueError, match="the last day 2026-03-01 is before the first, 2028-02-29"):
        SignerEntry("C-1", KEY.public, LAST, FIRST)
    with pytest.raises(ValueError, match="not one line"):
        SignerEntry("C-1", KEY.public, FIRST, LAST, comment="x\nG-1 ssh-ed25519 AAAA")


def test_signatures_lie_beside_their_file_under_the_names_of_their_signers(tmp_path: Path) -> None:
    closing = tmp_path / "P-0001.yml"
    assert signatures_beside(tmp_path / "nothing" / "P-0001.yml") == {}
    for signer in ("G-1", "C-1", "C-1.deputy", None):
        signature_path(closing, signer).write_bytes(SIGNED)
    signature_path(tmp_path / "P-0002.yml", "G-2").write_bytes(SIGNED)
    (tmp_path / "P-0001.yml..sig").write_bytes(SIGNED)
    assert signatures_beside(closing) == {signer: signature_path(closing, signer) for signer in ("C-1", "C-1.deputy", "G-1")}


def test_two_keys_drawn_one_after_the_other_do_not_verify_each_other() -> None:
    one, two = generate_key(), generate_key()
    with pytest.raises(SignatureRefused, match="is by another key"):
        verify(BALLOT, sign(BALLOT, one), key=two.public)
