"""Rows in = kept + refused + duplicate, each with its reason: ``Batch``, ``check_rows``, ``take_in``, ``Balance``."""

from typing import TYPE_CHECKING

from workbench.faces import lazily

if TYPE_CHECKING:
    from workbench.intake.batch import MISSING, Batch, Refusal
    from workbench.intake.checking import Checked, check_rows
    from workbench.intake.repeating import Known
    from workbench.intake.taking import Balance, balance_of, take_in
else:
    __getattr__ = lazily(
        __name__,
        {
            **dict.fromkeys(("MISSING", "Batch", "Refusal"), "workbench.intake.batch"),
            **dict.fromkeys(("Checked", "check_rows"), "workbench.intake.checking"),
            "Known": "workbench.intake.repeating",
            **dict.fromkeys(("Balance", "balance_of", "take_in"), "workbench.intake.taking"),
        },
    )

__all__ = [
    "MISSING",
    "Balance",
    "Batch",
    "Checked",
    "Known",
    "Refusal",
    "balance_of",
    "check_rows",
    "take_in",
]
