"""Every attack, one JSON line for each attack and seed.

    python tests/redteam --seeds 3 [--attack trip_ends]

Exits with 1 where an attack is broken (it fails on unprotected data) or succeeds on what is published.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import red_team  # noqa: E402, F401 (enters the attacks)
from red_outcomes import ATTACKS, line  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds for each attack (default 1)")
    parser.add_argument("--attack", action="append", choices=sorted(ATTACKS), help="only this one")
    options = parser.parse_args()
    bad = 0
    for name in options.attack or ATTACKS:
        for seed in range(options.seeds):
            outcome = ATTACKS[name](seed)
            bad += outcome.published or not outcome.unprotected
            sys.stdout.write(line(name, seed, outcome) + "\n")
            sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
