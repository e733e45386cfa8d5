"""From protected to publishable: safe tables and the expressions that point into them. Pure."""

from workbench.disclosure.expressions import Expression, calculate, chosen_key, evaluate, rests_on_cells, tables_of
from workbench.disclosure.modelling.fitting import fit_model
from workbench.disclosure.modelling.model_layouts import FAMILIES, Family, ModelLayout, read_formula
from workbench.disclosure.modelling.models import FittedModel, decimals_of, model_differences
from workbench.disclosure.reproduced import differences
from workbench.disclosure.rules import Dominance, Rules, rules_of, strictest
from workbench.disclosure.tabulating.advice import advice_of
from workbench.disclosure.tabulating.axes import TOTAL, Axis, Key
from workbench.disclosure.tabulating.cells import Cells, Members, cells_of, members_of
from workbench.disclosure.tabulating.crossing import chain_of, crossed_axis, joined, summed
from workbench.disclosure.tabulating.layouts import STATISTICS, Layout, Statistic, Whole
from workbench.disclosure.tabulating.safe_table import exposure_of, safe_table
from workbench.disclosure.tabulating.tables import SafeTable, published, round_half_up, tabulate, withheld_of

__all__ = [
    "FAMILIES",
    "STATISTICS",
    "TOTAL",
    "Axis",
    "Cells",
    "Dominance",
    "Expression",
    "Family",
    "FittedModel",
    "Key",
    "Layout",
    "Members",
    "ModelLayout",
    "Rules",
    "SafeTable",
    "Statistic",
    "Whole",
    "advice_of",
    "calculate",
    "cells_of",
    "chain_of",
    "chosen_key",
    "crossed_axis",
    "decimals_of",
    "differences",
    "evaluate",
    "exposure_of",
    "fit_model",
    "joined",
    "members_of",
    "model_differences",
    "published",
    "read_formula",
    "rests_on_cells",
    "round_half_up",
    "rules_of",
    "safe_table",
    "strictest",
    "summed",
    "tables_of",
    "tabulate",
    "withheld_of",
]
