"""From protected to publishable: safe tables and the expressions that point into them. Pure."""

from workbench.disclosure.expressions import Expression, chosen_key, evaluate, tables_of
from workbench.disclosure.tables import (
    STATISTICS,
    Axis,
    Key,
    Layout,
    SafeTable,
    differences,
    round_half_up,
    tabulate,
)

__all__ = [
    "STATISTICS",
    "Axis",
    "Expression",
    "Key",
    "Layout",
    "SafeTable",
    "chosen_key",
    "differences",
    "evaluate",
    "round_half_up",
    "tables_of",
    "tabulate",
]
