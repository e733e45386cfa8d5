"""Rows in = kept + refused + duplicate, each with its reason: ``Batch``, ``check_rows``, ``take_in``, ``Balance``."""

from workbench.intake.batch import MISSING, Batch, Refusal
from workbench.intake.checking import Checked, check_rows, key_words
from workbench.intake.taking import Balance, balance_of, take_in

__all__ = [
    "MISSING",
    "Balance",
    "Batch",
    "Checked",
    "Refusal",
    "balance_of",
    "check_rows",
    "key_words",
    "take_in",
]
