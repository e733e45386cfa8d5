"""Every attack, one JSON line for each attack and seed.

    python tests/redteam --seeds 3 [--attack trip_ends]

Exits with 1 where an attack is broken (it fails on unprotected data) or succeeds on what is published.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import red_team  # noqa: E402, F401 (enters the attacks)
from red_outcomes import ATTACKS, is_broken, line, tried  # noqa: E402


def main() -> int:
    """Try every attack with every seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds for each attack (default 1)")
    parser.add_argument("--attack", action="append", choices=sorted(ATTACKS), help="only this one")
    options = parser.parse_args()
    names = options.attack or list(ATTACKS)
    succeeded, broken = [], []
    begin = time.monotonic()
    for seed in range(options.seeds):
        for name in names:
            outcome = tried(ATTACKS[name], seed)
            succeeded += [f"{name} ({seed})"] if outcome.published else []
            broken += [f"{name} ({seed})"] if is_broken(outcome) else []
            sys.stdout.write(line(name, seed, outcome) + "\n")
            sys.stdout.flush()
    took = time.monotonic() - begin
    tried_in_all = f"{len(names)} attacks, {options.seeds} seeds each, {took:.0f} s"
    sys.stderr.write(f"red team: {tried_in_all}; {len(succeeded)} succeeded on what is published, {len(broken)} broken\n")
    for what, found in (("succeeded", succeeded), ("broken", broken)):
        sys.stderr.writelines(f"  {what}: {name}\n" for name in found)
    return 1 if succeeded or broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
