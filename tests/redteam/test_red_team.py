"""Every attack succeeds on unprotected data, and none on what is published."""

from __future__ import annotations

import pytest
import red_team  # noqa: F401 (enters the attacks)
from red_outcomes import ATTACKS


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_works_on_raw_data_and_not_on_what_is_published(name: str) -> None:
    outcome = ATTACKS[name](20)
    assert outcome.unprotected, f"a broken attack: {outcome.detail}"
    assert not outcome.published, outcome.detail
