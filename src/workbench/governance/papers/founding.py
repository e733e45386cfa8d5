"""``governance/founding/record.yml``: the first rules and seats, signed by both sides before anything is decided."""

from __future__ import annotations

from workbench.catalog import Bilingual
from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import Paper, Sha256


class FoundingRecord(Paper):
    """The root of trust: every later change follows from it."""

    founding: Bilingual
    founded_on: Day
    rules_sha256: Sha256
    members_sha256: Sha256
