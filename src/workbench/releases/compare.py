"""Was a released result reproduced? Counts exactly, floats within a tolerance, figures by their data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.disclosure import FittedModel, SafeTable, differences, model_differences
from workbench.releases.results import Variant

RTOL = 1e-6
"""Relative tolerance of numbers that are not counts."""

Verdict = Literal["reproduced", "differs", "not_checked", "new"]


@dataclass(frozen=True)
class Comparison:
    """What became of one result when it was computed again.

    Parameters
    ----------
    variant : Variant
        The found one, or the released one where it could not be checked.
    verdict : {"reproduced", "differs", "not_checked", "new"}
        ``not_checked``: its data is not on this machine.
    reasons : tuple of str
        What differs.
    """

    variant: Variant
    verdict: Verdict
    reasons: tuple[str, ...] = ()


def compare(released: Sequence[Variant], found: Sequence[Variant]) -> list[Comparison]:
    """Compare released results with those computed on this machine.

    Parameters
    ----------
    released, found : sequence of Variant

    Returns
    -------
    list of Comparison
        Released ones first, in their order, then new ones. A result that rests on other kinds of data (a stand-in
        for official data) is not compared; a stand-in's result is new only where nothing was ever released.
    """
    by_identity = {variant.identity: variant for variant in found}
    comparisons: list[Comparison] = []
    seen = set()
    changed = {
        table.identity
        for table in released
        if table.kind == "table" and (again := by_identity.get(table.identity)) is not None and _differences(table, again)
    }
    for variant in released:
        seen.add(variant.identity)
        other = by_identity.get(variant.identity)
        if other is None or other.kinds != variant.kinds:
            comparisons.append(Comparison(variant, "not_checked"))
            continue
        reasons = tuple(_differences(variant, other))
        if variant.kind == "figure" and not reasons and (variant.content["table"], variant.identity[1]) in changed:
            reasons = ("its table was changed",)
        comparisons.append(Comparison(other if reasons else variant, "differs" if reasons else "reproduced", reasons))
    for variant in found:
        if variant.identity not in seen and (variant.basis != "stand_in" or not released):
            comparisons.append(Comparison(variant, "new"))
    return comparisons


def _differences(released: Variant, found: Variant) -> list[str]:
    if released.kind != found.kind:
        return [f"was a {released.kind}, is a {found.kind}"]
    reasons = [f"its {what} was changed" for what in ("title", "note") if getattr(released, what) != getattr(found, what)]
    match released.kind:
        case "table":
            reasons += differences(SafeTable.from_record(released.content), SafeTable.from_record(found.content), rtol=RTOL)
        case "model":
            was, now = (FittedModel.from_record(variant.content) for variant in (released, found))
            reasons += model_differences(was, now, rtol=RTOL)
        case "figure":
            reasons += [
                f"its {key} was changed" for key in ("table", "alt", "drawing") if released.content[key] != found.content[key]
            ]
        case "finding":
            reasons += [] if released.content["text"] == found.content["text"] else ["its sentence was changed"]
            reasons += _numbers(released, found)
    return reasons


def _numbers(released: Variant, found: Variant) -> list[str]:
    reasons = []
    for name, was in released.content["values"].items():
        now = found.content["values"].get(name)
        if now is None:
            reasons.append(f"{name} is gone")
        elif was["number"] is None or now["number"] is None:
            if was["shown"] != now["shown"]:
                reasons.append(f"{name}: was {was['shown']['en']}, is {now['shown']['en']}")
        elif abs(was["number"] - now["number"]) > RTOL * max(abs(was["number"]), abs(now["number"])):
            reasons.append(f"{name}: was {was['number']:g}, is {now['number']:g}")
    return reasons
