"""The page that explains policies shows one that works, and speaks of every key."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.files import write_text
from workbench.privacy import Policy, read_policy
from workbench.privacy.rules import FieldRule

PAGE = Path(__file__).parents[2] / "docs" / "protection.md"


def test_the_policy_on_the_page_is_one(tmp_path):
    found = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    write_text(tmp_path / "visits.yml", found[1])
    made = read_policy(tmp_path / "visits.yml")
    assert made.quasi_identifiers == ["age", "district", "visited_at"]
    assert made.guarantee.k == 5


def test_every_key_of_a_policy_and_of_a_field_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    for name in (*Policy.model_fields, *FieldRule.model_fields):
        assert f"`{name}" in page or f"{name}:" in page, name
