"""Writing the hash of each hierarchy beside its name in a policy, and touching nothing else of the file.

A policy is read and voted on by people: its comments, its order and its layout are theirs. So the text is edited at the
places that YAML's own parser gives, read again, and compared with what was meant before it replaces the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from workbench.errors import UsageError
from workbench.files import sha256_file, write_text
from workbench.privacy.hierarchies import hierarchy_path, read_hierarchy
from workbench.privacy.policy import read_policy
from workbench.records import read_yaml_bytes


@dataclass(frozen=True)
class Pin:
    """One hierarchy's hash in a policy.

    Parameters
    ----------
    field : str
    file : Path
        The hierarchy.
    sha256 : str
    changed : bool
        Whether the policy said something else before.
    """

    field: str
    file: Path
    sha256: str
    changed: bool


def pin_policy(path: Path) -> list[Pin]:
    """Write ``sha256`` beside every ``hierarchy`` of a policy, so that its adopted hash covers them.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of Pin
        In the order of the policy. Where none changed, the file was not touched.

    Raises
    ------
    UsageError
        A policy or hierarchy that cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "sex.csv").write_text("F;*\\nM;*\\n")
    >>> policy = folder / "people.yml"
    >>> field = "  sex: {role: quasi_identifier, hierarchy: sex.csv} # F, M"
    >>> _ = policy.write_text("policy: people\\nversion: 1\\nguarantee: {k: 5}\\nfields:\\n" + field)
    >>> pin_policy(policy)[0].changed, pin_policy(policy)[0].changed
    (True, False)
    >>> policy.read_text().splitlines()[-1]
    '  sex: {role: quasi_identifier, hierarchy: sex.csv, sha256: 35219b...} # F, M'
    """
    policy = read_policy(path)
    pins = []
    for name, rule in policy.fields.items():
        if rule.hierarchy is not None:
            file = hierarchy_path(path, rule.hierarchy)
            read_hierarchy(file)
            digest = sha256_file(file)
            pins.append(Pin(name, file, digest, changed=digest != rule.sha256))
    if any(pin.changed for pin in pins):
        _rewrite(path, {pin.field: pin.sha256 for pin in pins})
    return pins


def _rewrite(path: Path, digests: dict[str, str]) -> None:
    raw = path.read_bytes()
    mark = "\ufeff" if raw.startswith(b"\xef\xbb\xbf") else ""
    text = raw.decode("utf-8-sig")
    for start, end, words in sorted(_edits(text, digests), reverse=True):
        text = text[:start] + words + text[end:]
    meant = read_yaml_bytes(raw, where=str(path))
    for name, digest in digests.items():
        meant["fields"][name]["sha256"] = digest
    if read_yaml_bytes(text.encode("utf-8"), where=str(path)) != meant:
        raise UsageError(
            f"{path}: its layout cannot be edited without changing what it says",
            hint="; ".join(f"write sha256: {digest} beside the hierarchy of '{name}'" for name, digest in digests.items()),
        )
    write_text(path, mark + text)


def _edits(text: str, digests: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    """Where the text changes: from, to, and what stands there then."""
    fields = _values(yaml.compose(text, Loader=yaml.SafeLoader))["fields"][1]
    line_end = "\r\n" if "\r\n" in text else "\n"
    for name, (_, rule) in _values(fields).items():
        if name not in digests:
            continue
        entries = _values(rule)
        if "sha256" in entries:
            old = entries["sha256"][1]
            yield old.start_mark.index, old.end_mark.index, digests[name]
            continue
        key, hierarchy = entries["hierarchy"]
        end = hierarchy.end_mark.index
        if rule.flow_style:
            yield end, end, f", sha256: {digests[name]}"
            continue
        line = text.find("\n", end)
        at = len(text) if line < 0 else line - (text[line - 1] == "\r")
        yield at, at, f"{line_end}{' ' * key.start_mark.column}sha256: {digests[name]}"


def _values(node: Any) -> dict[str, tuple[Any, Any]]:
    """The key and value nodes of a mapping, by key."""
    return {key.value: (key, value) for key, value in node.value}
