"""Keys are read as ssh-keygen writes them, written so that it reads them, and nothing else is taken for one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packages import require_package
from workbench.errors import UsageError
from workbench.governance.signing import (
    PublicKey,
    check_age_recipient,
    decode_seed,
    encode_seed,
    generate_age_identity,
    generate_key,
    parse_public_key,
    private_key_from_seed,
    read_private_key,
    write_private_key,
)
from workbench.governance.signing.wire import ssh_string, take

HEAD = ssh_string(b"ssh-ed25519") + (32).to_bytes(4, "big")
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def ssh_keygen(*arguments: str | Path) -> str:
    done = subprocess.run([require_package("openssh-client"), *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def made_by_ssh_keygen(path: Path, *arguments: str, passphrase: str = "") -> Path:
    ssh_keygen("-q", "-f", path, "-N", passphrase, *(arguments or ("-t", "ed25519")))
    return path


def nobody_is_asked(prompt: str) -> str:
    pytest.fail(f"asked for a passphrase that is not needed: {prompt}")


def test_a_key_of_ssh_keygen_is_read(tmp_path: Path) -> None:
    path = made_by_ssh_keygen(tmp_path / "key")
    line = path.with_suffix(".pub").read_text(encoding="utf-8")
    key = read_private_key(path, passphrase=nobody_is_asked)
    assert key.public == parse_public_key(line)
    assert key.public.line == " ".join(line.split()[:2])
    assert key.public.fingerprint == ssh_keygen("-l", "-f", path).split()[1]


@pytest.mark.parametrize("cipher", ["aes256-ctr", "aes256-cbc", "aes256-gcm@openssh.com"])
def test_an_encrypted_key_of_ssh_keygen_asks_for_its_passphrase_once(tmp_path: Path, cipher: str) -> None:
    path = made_by_ssh_keygen(tmp_path / "key", "-t", "ed25519", "-a", "1", "-Z", cipher, passphrase="가 나 다")
    prompts: list[str] = []

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return "가 나 다"

    assert read_private_key(path, passphrase=ask).public == parse_public_key(path.with_suffix(".pub").read_text(encoding="utf-8"))
    assert prompts == [f"암호 / passphrase of {path}: "]


@pytest.mark.parametrize("cipher", ["aes256-ctr", "aes256-gcm@openssh.com"])
@pytest.mark.parametrize("typed", ["wrong", ""])
def test_a_wrong_passphrase_is_refused_with_a_way_out(tmp_path: Path, cipher: str, typed: str) -> None:
    path = made_by_ssh_keygen(tmp_path / "key", "-t", "ed25519", "-a", "1", "-Z", cipher, passphrase="right")
    with pytest.raises(UsageError, match=r"the passphrase does not open it\n  try again; ssh-keygen -y -f "):
        read_private_key(path, passphrase=lambda _: typed)


def test_a_mistyped_passphrase_is_asked_for_again(tmp_path: Path) -> None:
    path = made_by_ssh_keygen(tmp_path / "key", "-t", "ed25519", "-a", "1", passphrase="right")
    typed = iter(["rihgt", "right"])
    assert read_private_key(path, passphrase=lambda _: next(typed)) == read_private_key(path, passphrase=lambda _: "right")


def test_a_passphrase_that_nobody_can_be_asked_for_is_said(tmp_path: Path) -> None:
    path = made_by_ssh_keygen(tmp_path / "key", "-t", "ed25519", "-a", "1", passphrase="right")
    with pytest.raises(UsageError, match="nobody to ask"):
        read_private_key(path)


def test_a_cipher_that_is_not_supported_is_named_before_anybody_types(tmp_path: Path) -> None:
    cipher = "chacha20-poly1305@openssh.com"
    path = made_by_ssh_keygen(tmp_path / "key", "-t", "ed25519", "-a", "1", "-Z", cipher, passphrase="right")
    with pytest.raises(UsageError, match=f"encrypted with {cipher}, which is not supported\n  .*ssh-keygen -p -Z aes256-ctr"):
        read_private_key(path, passphrase=nobody_is_asked)


@pytest.mark.parametrize(("kind", "name"), [("rsa", "ssh-rsa"), ("ecdsa", "ecdsa-sha2-nistp256")])
def test_a_key_of_another_algorithm_is_refused_by_name_before_its_passphrase(tmp_path: Path, kind: str, name: str) -> None:
    path = made_by_ssh_keygen(tmp_path / "key", "-t", kind, "-a", "1", passphrase="right")
    with pytest.raises(UsageError, match=f"a key of the kind {name}; needed is ssh-ed25519\n  .*ssh-keygen -t ed25519"):
        read_private_key(path, passphrase=nobody_is_asked)
    with pytest.raises(ValueError, match=f"is a key of the kind {name}, needed is ssh-ed25519"):
        parse_public_key(path.with_suffix(".pub").read_text(encoding="utf-8"))


def test_a_private_key_in_pem_is_refused(tmp_path: Path) -> None:
    path = made_by_ssh_keygen(tmp_path / "key", "-t", "rsa", "-m", "PEM")
    with pytest.raises(UsageError, match="a private key in PEM; needed is the format of OpenSSH"):
        read_private_key(path)


def test_the_public_key_given_by_mistake_is_told_apart(tmp_path: Path) -> None:
    path = made_by_ssh_keygen(tmp_path / "key")
    with pytest.raises(UsageError, match=r"key\.pub: the public key; needed is the private one\n  it lies beside it, as key$"):
        read_private_key(path.with_suffix(".pub"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("PuTTY-User-Key-File-3: ssh-ed25519\n", "a key of PuTTY\n  convert it: puttygen"),
        ("# created: 2026-03-01\nAGE-SECRET-KEY-1QQQ\n", "an age key, which opens and cannot sign"),
        ("미세먼지\n", "no private key"),
        ("", "no private key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n", "damaged"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXkt", "damaged"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n미\n-----END OPENSSH PRIVATE KEY-----\n", "damaged"),
    ],
)
def test_a_file_that_is_no_private_key_is_told_apart(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "key"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(UsageError, match=reason):
        read_private_key(path)


def test_a_private_key_with_any_byte_changed_is_refused_or_the_same_key(tmp_path: Path) -> None:
    """Its comment and the name of its cipher may change; the secret never does unseen."""
    path, key = tmp_path / "key", generate_key()
    write_private_key(path, key, comment="C-1")
    whole = path.read_bytes()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            read = read_private_key(path, passphrase=lambda _: "any")
        except UsageError:
            continue
        assert read == key


def test_no_file_a_folder_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no such file\n  make a key with: ssh-keygen -t ed25519 -f "):
        read_private_key(tmp_path / "key")
    with pytest.raises(UsageError, match="cannot be read"):
        read_private_key(tmp_path)
    (tmp_path / "large").write_bytes(b"-" * 100_000)
    with pytest.raises(UsageError, match="too large"):
        read_private_key(tmp_path / "large")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_private_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = made_by_ssh_keygen(tmp_path / "key")
    path.chmod(mode)
    with pytest.raises(UsageError, match=f"permissions 0{mode:o}, allowed 0600\\)\n  chmod 600 "):
        read_private_key(path)
    path.chmod(0o600)
    assert read_private_key(path).seed


def test_the_keys_of_the_demonstration_may_be_read_by_everybody(tmp_path: Path) -> None:
    path = tmp_path / "governance" / "demonstration" / "C-1"
    key = generate_key()
    write_private_key(path, key, comment="C-1 (demonstration)")
    path.chmod(0o644)
    assert read_private_key(path) == key
    link = tmp_path / "elsewhere"
    link.symlink_to(path)
    assert read_private_key(link) == key
    real = tmp_path / "real"
    write_private_key(real, key, comment="C-1")
    real.chmod(0o644)
    inside = path.with_name("C-2")
    inside.symlink_to(real)
    with pytest.raises(UsageError, match="others on this machine can read this private key"):
        read_private_key(inside)


@pytest.mark.parametrize("passphrase", [None, "비밀 문장"])
def test_a_written_key_is_read_by_ssh_keygen(tmp_path: Path, passphrase: str | None) -> None:
    path, key = tmp_path / "new" / "key", generate_key()
    write_private_key(path, key, comment="C-1 시민", passphrase=passphrase)
    assert ssh_keygen("-y", "-P", passphrase or "", "-f", path).split()[:2] == key.public.line.split()
    assert ssh_keygen("-l", "-f", path.with_name("key.pub")).split()[1:4] == [key.public.fingerprint, "C-1", "시민"]
    assert read_private_key(path, passphrase=lambda _: passphrase or "") == key
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_key_and_comment_give_the_same_bytes_and_ssh_keygen_sees_the_comment(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_private_key(tmp_path / name, private_key_from_seed(b"s" * 32), comment="C-1 (demonstration)")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert ssh_keygen("-y", "-f", tmp_path / "one").rstrip().endswith("C-1 (demonstration)")


@pytest.mark.parametrize("comment", ["", "C", "C-1", "C-10", "C-100 ", "1234567", "12345678", "123456789"])
def test_a_written_key_is_read_by_ssh_keygen_whatever_the_length_of_its_comment(tmp_path: Path, comment: str) -> None:
    key = generate_key()
    write_private_key(tmp_path / "key", key, comment=comment)
    assert ssh_keygen("-y", "-f", tmp_path / "key").startswith(key.public.line)
    assert read_private_key(tmp_path / "key") == key


@pytest.mark.parametrize("name", ["key", "key.pub"])
def test_a_key_is_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=f"{name}: is there already, and a key is never overwritten"):
        write_private_key(tmp_path / "key", generate_key(), comment="C-1")
    assert [file.read_text(encoding="utf-8") for file in tmp_path.iterdir()] == ["mine"]


def test_a_key_is_not_written_through_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="is there already"):
        write_private_key(tmp_path / "key", generate_key(), comment="C-1")
    assert not (tmp_path / "elsewhere").exists()


def test_an_empty_passphrase_and_a_comment_of_two_lines_write_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="an empty passphrase protects nothing"):
        write_private_key(tmp_path / "key", generate_key(), comment="C-1", passphrase="")
    with pytest.raises(UsageError, match="not one line"):
        write_private_key(tmp_path / "key", generate_key(), comment="C-1\nssh-ed25519 AAAA")
    assert list(tmp_path.iterdir()) == []


def test_no_message_and_no_repr_shows_a_secret(tmp_path: Path) -> None:
    key = generate_key()
    assert encode_seed(key.seed) not in repr(key)
    assert repr(key.seed) not in repr([key])
    identity, _ = generate_age_identity()
    write_private_key(tmp_path / "key", key, comment="")
    for secret in ((tmp_path / "key").read_text(encoding="utf-8"), identity, identity.lower()):
        for check in (parse_public_key, check_age_recipient):
            with pytest.raises(ValueError, match="is a private key: show it to nobody") as refused:
                check(secret)
            assert secret[30:60] not in str(refused.value)


def test_a_public_key_is_read_with_or_without_a_comment() -> None:
    key = generate_key().public
    for text in (key.line, f"{key.line} C-1 시민", f"  {key.line}\tx \r\n"):
        assert parse_public_key(text) == key


def damaged(line: str) -> dict[str, str]:
    point = PublicKey(parse_public_key(line).blob).blob[len(HEAD) :]
    longer = "ssh-ed25519 " + encoded(ssh_string(b"ssh-ed25519") + ssh_string(point + b"\0"))
    return {
        "": "is empty",
        " \n": "is empty",
        f"{line}\n{line}": "has 2 lines",
        f"restrict {line}": "begins with options",
        f'from="10.0.0.0/8" {line}': "begins with options",
        "ssh-ed25519": "is cut short",
        line[:-1]: "no whole base64",
        line[:-4]: "is damaged: an Ed25519 key has 32 bytes",
        line.replace(" ", " -"): "no whole base64",
        line + "=": "no whole base64",
        longer: "is damaged: an Ed25519 key has 32 bytes",
        "ssh-ed25519 AAAA": "is damaged: the key is cut short",
        "ssh-ed25519 " + encoded(ssh_string(b"ssh-rsa") + ssh_string(point)): "of the kind ssh-rsa",
        line.replace("ssh-ed25519", "sk-ssh-ed25519@openssh.com"): "of the kind sk-ssh-ed25519@openssh.com",
        line.replace("ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com"): "of the kind ssh-ed25519-cert-v01@openssh.com",
        line.replace("ssh-ed25519", "ssh-\x1b[2J"): "of the kind unknown",
        line.replace("ssh-ed25519", "ssh-ed25519\u200b"): "of the kind unknown",
        line.replace("ssh-ed25519", "ѕsh-ed25519"): "is no public key",
        "미세먼지": "is no public key",
        "a" * 20_000: "has 20000 characters",
    }


def encoded(blob: bytes) -> str:
    import base64

    return base64.b64encode(blob).decode()


DAMAGED = damaged(private_key_from_seed(b"k" * 32).public.line)


@pytest.mark.parametrize(("text", "reason"), DAMAGED.items(), ids=range(len(DAMAGED)))
def test_what_is_no_ed25519_key_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_public_key(text)


def points_of_small_order() -> list[int]:
    """Every y of a point whose order divides 8: the identity, -1, 0, and the roots of d·y⁴ + 2·y² - 1."""
    root_of_minus_one = pow(2, (P - 1) // 4, P)

    def roots(square: int) -> list[int]:
        root = pow(square, (P + 3) // 8, P)
        if root * root % P != square:
            root = root * root_of_minus_one % P
        return [root, P - root] if root * root % P == square else []

    found = [0, 1, P - 1]
    for delta in roots((1 + D) % P):
        found += roots((delta - 1) * pow(D, -1, P) % P)
    return found


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", points_of_small_order())
def test_a_point_for_which_anyone_can_sign_is_no_key(y: int, sign: int) -> None:
    with pytest.raises(ValueError, match="signatures for it can be forged"):
        PublicKey(HEAD + (y | sign << 255).to_bytes(32, "little"))


def test_there_are_five_such_heights() -> None:
    assert len(set(points_of_small_order())) == 5


@pytest.mark.parametrize("y", [P, P + 1, 2**255 - 1])
def test_a_point_that_is_not_in_its_one_form_is_no_key(y: int) -> None:
    with pytest.raises(ValueError, match="its number is too large"):
        PublicKey(HEAD + y.to_bytes(32, "little"))


def test_a_point_beside_the_curve_is_no_key() -> None:
    with pytest.raises(ValueError, match="not on the curve"):
        PublicKey(HEAD + (2).to_bytes(32, "little"))


@given(st.binary(min_size=32, max_size=32))
def test_every_key_made_from_a_secret_is_accepted_and_the_secret_fits_into_a_link(seed: bytes) -> None:
    key = private_key_from_seed(seed)
    assert parse_public_key(key.public.line) == key.public
    assert decode_seed(encode_seed(seed)) == seed


@pytest.mark.parametrize("text", ["", "A", "A" * 42, "A" * 44, "A" * 42 + "B", "+" * 43, "가" * 43, "A" * 42 + "\n"])
def test_a_secret_of_a_link_that_was_copied_in_part_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no secret of a link") as refused:
        decode_seed(text)
    assert "AAAA" not in str(refused.value)


def test_a_secret_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="has 32 bytes, not 31"):
        private_key_from_seed(b"s" * 31)


def test_an_age_recipient_opens_what_is_sealed_to_it() -> None:
    import pyrage

    identity, recipient = generate_age_identity()
    sealed = pyrage.encrypt(b"rows", [pyrage.x25519.Recipient.from_str(check_age_recipient(f" {recipient}\n"))])
    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)]) == b"rows"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is no public age key"),
        ("age1", "damaged or cut short"),
        ("age1 two", "is one word"),
        ("age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", "of the kind age1yubikey"),
        ("age1pq1qqqq", "of the kind age1pq"),
        (private_key_from_seed(bytes(32)).public.line, "is an SSH key"),
        ("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z", "what is sealed to it lies open"),
        ("age1jsutuuekvdtk4s56s2ledfxwqyxpe8whjqqn6w33q67730tedvp3eketr3", "not written in its one form"),
        ("미세먼지", "is no public age key"),
    ],
)
def test_what_is_no_age_recipient_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_age_recipient(text)


def test_an_age_recipient_in_capitals_cut_short_or_with_a_changed_letter_is_refused() -> None:
    recipient = generate_age_identity()[1]
    other = "q" if recipient[20] != "q" else "p"
    for text in (recipient.upper(), recipient[:20] + other + recipient[21:], recipient[:-1]):
        with pytest.raises(ValueError, match="is no public age key"):
            check_age_recipient(text)


@pytest.mark.parametrize("blob", [b"", b"\0\0\0", b"\0\0\0\4ssh", b"\xff\xff\xff\xffssh"])
def test_a_string_that_ends_before_its_length_is_refused(blob: bytes) -> None:
    with pytest.raises(ValueError, match="cut short"):
        take(blob, 0)


def test_the_face_loads_no_cryptography() -> None:
    program = (
        "import sys, workbench.governance.signing as face; print(sorted({'cryptography', 'pyrage', 'bcrypt'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
