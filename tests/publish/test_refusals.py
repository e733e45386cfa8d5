"""A refused ballot says why in the reader's language."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.files import read_yaml
from workbench.publish.refusals import refusal

STRINGS = Path(__file__).parent.parent.parent / "book" / "strings"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "reason",
    [
        "line 1: a 'block' needs a reason",
        "line 5: is dated 2027-01-01, in the future of 2026-11-22",
        "line 5: is dated 2026-01-01, before the vote opened on 2026-11-16",
        "seat C-1 has no deputy",
    ],
)
def test_a_reason_of_the_tally_is_said_in_each_language(language: str, reason: str) -> None:
    words = read_yaml(STRINGS / f"{language}.yml")["refusals"]
    said = str(refusal(reason, words))
    assert words["other"] not in said
    assert "{" not in said
