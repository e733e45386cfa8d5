"""A day as the files of ``governance/`` write it: ``2026-11-22``, without a time and in no other form.

A day with a time in it means another day somewhere else, and 05/06/2026 means two days; both are refused and not guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

DAY_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def _a_day_alone(value: Any) -> Any:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and re.fullmatch(DAY_PATTERN, value):
        return value
    raise ValueError("write the day alone, as 2026-11-22")


Day = Annotated[dt.date, BeforeValidator(_a_day_alone), Field(json_schema_extra={"pattern": DAY_PATTERN})]
"""A day of the calendar."""
