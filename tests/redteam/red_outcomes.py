"""What an attack is and what came of it: tried on unprotected data and on what is published.

An attack that fails on unprotected data is a broken attack, and proves nothing about the protection.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """How an attack ended.

    Parameters
    ----------
    unprotected : bool
        It succeeds on data as it came.
    published : bool
        It succeeds on what the workbench publishes.
    detail : str
        What was found or refused, in one line.
    """

    unprotected: bool
    published: bool
    detail: str


Attack = Callable[[int], Outcome]
"""Made anew from a seed."""

ATTACKS: dict[str, Attack] = {}


def attack(function: Attack) -> Attack:
    """Enter an attack under its function's name."""
    ATTACKS[function.__name__] = function
    return function


def tried(function: Attack, seed: int) -> Outcome:
    """Try an attack; one that stops on the way is a broken one, whatever it was about to show."""
    try:
        return function(seed)
    except Exception as error:  # noqa: BLE001 (an attack may fail in any way, and the others go on)
        words = " ".join(f"{type(error).__name__}: {error}".split())
        return Outcome(False, False, f"the attack stopped: {words:.400}")


def is_broken(outcome: Outcome) -> bool:
    """Whether an attack proves nothing: it fails where nothing protects."""
    return not outcome.unprotected


def line(name: str, seed: int, outcome: Outcome) -> str:
    """One line of JSON."""
    record = {
        "attack": name,
        "seed": seed,
        "unprotected": outcome.unprotected,
        "published": outcome.published,
        "detail": " ".join(outcome.detail.split()),
    }
    return json.dumps(record, ensure_ascii=False)
