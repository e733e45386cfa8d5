"""Pinning writes the hash of each hierarchy beside its name and changes nothing else of what people wrote."""

from __future__ import annotations

import re

import pytest

from people_policies import TREE, write_tree
from workbench.errors import UsageError
from workbench.files import read_yaml, sha256_file
from workbench.privacy import pin_policy

HEAD = "# Who lives where.\npolicy: people\nversion: 1\nguarantee: {k: 5}\nfields:\n"

LAYOUTS = {
    "flow": "  home: {role: quasi_identifier, hierarchy: place.csv} # 구\n  age: {role: insensitive}\n",
    "flow, hierarchy first": "  home: { hierarchy: 'place.csv' , role: quasi_identifier }\n",
    "flow over lines": "  home: {\n    role: quasi_identifier,   # told apart\n    hierarchy: place.csv   # by district\n  }\n",
    "block": (
        "  home:\n    role: quasi_identifier\n    hierarchy: place.csv  # by district\n"
        "  # the next one\n  age:\n    role: insensitive\n"
    ),
    "block, hierarchy first": '  "home":\n      hierarchy: "place.csv"\n      role: quasi_identifier\n',
    "block, at the end of the file": "  home:\n    role: quasi_identifier\n    hierarchy: place.csv",
    "all flow": "  {home: {role: quasi_identifier, hierarchy: place.csv}, age: {role: insensitive}}\n",
    "a name with a space, a hyphen and Hangul": "  집 - 주소: {role: quasi_identifier, hierarchy: place.csv}\n",
}


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_hash_is_added_and_nothing_else_changes(tmp_path, layout, ends):
    tree = write_tree(tmp_path)
    path = tmp_path / "people.yml"
    text = (HEAD + LAYOUTS[layout]).replace("\n", ends)
    path.write_bytes(text.encode())
    (pin,) = pin_policy(path)
    digest = sha256_file(tree)
    assert (pin.sha256, pin.changed, pin.file) == (digest, True, tree)
    after = path.read_bytes().decode()
    assert read_yaml(path)["fields"][pin.field]["sha256"] == digest
    assert re.sub(rf"(, |{ends} *)sha256: {digest}", "", after) == text
    assert pin_policy(path)[0].changed is False
    assert path.read_bytes().decode() == after


def test_an_old_hash_is_replaced_where_it_stands(tmp_path):
    tree = write_tree(tmp_path)
    path = tmp_path / "people.yml"
    path.write_text(HEAD + f"  home: {{sha256: '{'0' * 64}', role: quasi_identifier, hierarchy: place.csv}}\n", encoding="utf-8")
    pin_policy(path)
    assert f"{{sha256: {sha256_file(tree)}, role" in path.read_text(encoding="utf-8")
    write_tree(tmp_path, TREE + "용산구;north;*\n")
    assert pin_policy(path)[0].changed is True


def test_a_hierarchy_that_cannot_be_read_is_not_pinned(tmp_path):
    write_tree(tmp_path, "a;x\nb;y\n")
    path = tmp_path / "people.yml"
    path.write_text(HEAD + LAYOUTS["flow"], encoding="utf-8")
    with pytest.raises(UsageError, match="the last level holds 2 nodes"):
        pin_policy(path)
    assert path.read_text(encoding="utf-8") == HEAD + LAYOUTS["flow"]


def test_a_policy_without_hierarchies_is_left_alone(tmp_path):
    path = tmp_path / "people.yml"
    path.write_text(HEAD + "  age: {role: insensitive}\n", encoding="utf-8")
    before = path.stat().st_mtime_ns
    assert pin_policy(path) == []
    assert path.stat().st_mtime_ns == before
