"""Finds personal data in Korean text, and masks it: ``scan``, ``mask``, ``mask_many``, ``Finding``, ``KINDS``.

Free text is where personal data hides from a policy that speaks of fields; docs/screening.md says what is found and what is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.faces import lazily

if TYPE_CHECKING:
    from workbench.screening.kinds import KINDS, Finding, Kind
    from workbench.screening.scanning import mask, mask_many, scan

__all__ = ["KINDS", "Finding", "Kind", "mask", "mask_many", "scan"]

__getattr__ = lazily(
    __name__,
    {
        "KINDS": "workbench.screening.kinds",
        "Finding": "workbench.screening.kinds",
        "Kind": "workbench.screening.kinds",
        "mask": "workbench.screening.scanning",
        "mask_many": "workbench.screening.scanning",
        "scan": "workbench.screening.scanning",
    },
)
