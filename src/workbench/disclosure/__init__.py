"""From protected to publishable: safe tables and the expressions that point into them. Pure."""

from workbench.disclosure.expressions import Expression, calculate, chosen_key, evaluate, rests_on_cells, tables_of
from workbench.disclosure.layouts import STATISTICS, Axis, Key, Layout, Statistic
from workbench.disclosure.reproduced import differences
from workbench.disclosure.rules import Dominance, Rules, rules_of, strictest
from workbench.disclosure.tables import SafeTable, round_half_up, tabulate

__all__ = [
    "STATISTICS",
    "Axis",
    "Dominance",
    "Expression",
    "Key",
    "Layout",
    "Rules",
    "SafeTable",
    "Statistic",
    "calculate",
    "chosen_key",
    "differences",
    "evaluate",
    "rests_on_cells",
    "round_half_up",
    "rules_of",
    "strictest",
    "tables_of",
    "tabulate",
]
