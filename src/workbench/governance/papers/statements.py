"""A seat's word over files: each path with the hash of its bytes. One changed byte, and it must be given again."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from workbench.governance.papers.days import Day
from workbench.governance.papers.fields import Paper, ProjectPath, SeatId, Sha256


class Statement(Paper):
    """A checker's approval of a release."""

    statement: Literal["approval"]
    seat: SeatId
    date: Day
    of: dict[ProjectPath, Sha256] = Field(min_length=1)
