"""How well places, trips and moments are hidden, and at what price, beside the usual ways.

    python benchmarks/place_privacy.py [--rows 1000000] [--riders 30] [--repeats 5]

All data are made of seeds. The peers, run here in the same process:

- cells: a fixed grid whose cells with fewer than k people are withheld, and the fixed grid that withholds under 1 %;
- displacement: fresh noise of the same reach for every report;
- trips: a circle of fixed radius around the home, of the same area as a zone, as fitness services draw it. An attacker has
  all trips of a rider. Errors are divided by that of somebody who knows the zone alone and guesses its middle (1.00: the
  trips told nothing), and of somebody who guesses anywhere in the zone;
- uniqueness: the same people looked up one by one with pandas.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from place_riders import ATTACKS, found_within, rider, seen_near, trim_by_circle
from workbench.privacy.places import adaptive_cells, displace, parse_cell, place_tree, trim_trips, uniqueness
from workbench.privacy.places.geometries import to_mm
from workbench.sources.synthetic.bicycles import stations
from workbench.sources.synthetic.trips import bike_trips

SECRET = bytes(range(32))
K = 5
ZONE_M = 500
SIDES_M = (100, 200, 400, 800, 1600, 3200, 6400, 12_800)


def timed(work: Callable[[], object], repeats: int) -> float:
    """Median seconds."""
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def cells(rows: int, repeats: int) -> None:
    """Adaptive cells beside fixed ones."""
    draw = np.random.default_rng(1)
    city = stations(1)
    chosen = draw.choice(len(city.number), rows, p=city.popularity / city.popularity.sum())
    places = city.points[chosen] + draw.normal(0, 0.002, (rows, 2))
    people = draw.integers(0, max(rows // 16, K), rows)
    wkb = pa.array(shapely.to_wkb(shapely.points(places)), pa.binary())
    some = max(rows // 20, 1000)
    shown = adaptive_cells("place", wkb[:some], people=people[:some], k=K)
    sides = np.array([parse_cell(code).size_m for code in shown.dictionary.to_pylist()])[shown.indices.to_numpy()]
    median, tenth = int(np.median(sides)), int(np.quantile(sides, 0.9))
    print(f"\nCells, {some:,} places of {len(np.unique(people[:some])):,} people, k = {K}")
    print(f"  adaptive: withheld 0.0 %; half of the rows in cells of {median} m or less, nine tenths {tenth} m or less")
    columns = to_mm(places[:some]) // 1000
    fits = None
    for side in SIDES_M:
        cell = pd.Series(list(map(tuple, (columns // side).tolist())))
        withheld = float((pd.Series(people[:some]).groupby(cell).transform("nunique") < K).mean())
        if side == median:
            print(f"  fixed grid of the same {side} m: withholds {withheld:.1%}")
        if withheld < 0.01 and fits is None:
            fits = side
            print(f"  fixed grid that withholds under 1 % ({withheld:.2%}): {side} m, {side / median:.0f} x; "
                  f"{float((sides < side).mean()):.0%} of the rows are in finer adaptive cells")  # fmt: skip
    reading = timed(lambda: shapely.from_wkb(wkb.to_numpy(zero_copy_only=False)), repeats)
    adapting = timed(lambda: adaptive_cells("place", wkb, people=people, k=K), repeats)
    planting = timed(lambda: place_tree("place", wkb), repeats)
    print(f"  {rows:,} rows: shapely reads the WKB in {reading:.2f} s; all of adaptive_cells takes {adapting / reading:.1f} x, "
          f"of place_tree {planting / reading:.1f} x that ({adapting:.2f} s, {planting:.2f} s)")  # fmt: skip


def displacement() -> None:
    """Reports of one home, averaged."""
    draw = np.random.default_rng(2)
    homes = shapely.points(draw.uniform([126.85, 37.48], [127.1, 37.65], (200, 2)))
    true = to_mm(shapely.get_coordinates(homes)) / 1000
    moved = to_mm(shapely.get_coordinates(displace("home", homes, secret=SECRET, within_m=300))) / 1000
    fixed = float(np.median(np.hypot(*(moved - true).T)))
    print("\nDisplacement within 300 m: how far the mean of n reports is from the home (median of 200 homes)")
    for reports in (1, 10, 100, 1000):
        angle, far = draw.uniform(0, 2 * np.pi, (200, reports)), 300 * np.sqrt(draw.random((200, reports)))
        fresh = float(np.median(np.hypot((far * np.cos(angle)).mean(axis=1), (far * np.sin(angle)).mean(axis=1))))
        print(f"  n = {reports:5}: fixed by a secret {fixed:5.0f} m, fresh noise {fresh:5.0f} m ({fixed / fresh:.1f} x)")


def trips(riders: int) -> None:
    """Attackers who look for the homes of riders."""
    print(f"\nTrips, {riders} riders with 200 trips each, zones of {ZONE_M} m; error of the home, median")
    for goals, straight in ((8, False), (40, False), (8, True)):
        blind, anywhere, kept, hidden = [], [], [], 0
        errors: dict[str, list[float]] = {attack: [] for attack in ATTACKS}
        circles: dict[str, list[float]] = {attack: [] for attack in ATTACKS}
        for seed in range(riders):
            one = rider(seed, goals=goals, straight=straight)
            trimmed = trim_trips("track", one.trips, people=["a"] * 200, secret=bytes([seed % 256] * 32), zone_m=ZONE_M)
            cell = parse_cell(str(np.where(one.from_home, trimmed.start_zone.to_pylist(), trimmed.end_zone.to_pylist())[0]))
            low = np.array([cell.east_m, cell.north_m], dtype=float)
            kept.append(trimmed.kept_share)
            blind.append(float(np.hypot(*(low + ZONE_M / 2 - one.home))))
            guess = np.random.default_rng(seed).uniform(low, low + ZONE_M, (500, 2))
            anywhere.append(float(np.median(np.hypot(*(guess - one.home).T))))
            ways = seen_near(trimmed.lines, one.from_home)
            hidden += not ways
            for attack, error in found_within(ways, one.home, inside=(low, low + ZONE_M)).items() if ways else ():
                errors[attack].append(error)
            for attack, error in found_within(trim_by_circle(one, radius_m=ZONE_M / np.pi**0.5), one.home).items():
                circles[attack].append(error)
        name = "straight from door to door" if straight else "along streets"
        print(f"  {goals} goals, {name}: {np.mean(kept):.0%} of the length kept; of {hidden} riders only zones are shown")
        print(
            f"    guessing blindly: the middle of the zone {np.median(blind):.0f} m, anywhere in it {np.median(anywhere):.0f} m"
        )
        for attack in ATTACKS:
            circle = float(np.median(circles[attack]))
            if errors[attack]:
                zone = float(np.median(errors[attack]))
                ratios = f"{zone / np.median(blind):.2f} x the middle, {zone / np.median(anywhere):.2f} x anywhere"
                print(f"    {attack:16} zones {zone:4.0f} m ({ratios}), worst {min(errors[attack]):.0f} m; circle {circle:.0f} m")
            else:
                print(f"    {attack:16} zones: nothing to see; circle {circle:.0f} m")


def moments(rows: int, repeats: int) -> None:
    """Uniqueness of trips, before and after."""
    frame = pd.concat(list(bike_trips(1, rows)))[["rider_id", "start_station", "start_district", "started_at"]]
    frame["hour"] = frame["started_at"].dt.floor("h")
    frame["day"] = frame["started_at"].dt.date.astype(str)
    frame["month"] = frame["day"].str[:7]
    print(f"\nUniqueness of {rows:,} trips")
    for place, when in (("start_station", "hour"), ("start_district", "day"), ("start_district", "month")):
        found = uniqueness(frame, unit="rider_id", place=place, time=when)
        print(f"  {place} and {when}: 4 points single out {found.share:.1%} of {found.people:,} people "
              f"({found.fewer} of {found.sampled} drawn have fewer points)")  # fmt: skip
    ours = timed(lambda: uniqueness(frame, unit="rider_id", place="start_station", time="hour"), repeats)
    begun = time.perf_counter()
    sample = 10
    for who in frame["rider_id"].drop_duplicates().sample(sample, random_state=1):
        known = frame.loc[frame["rider_id"] == who, ["start_station", "hour"]].drop_duplicates().head(4)
        alike = frame.merge(known, on=["start_station", "hour"]).drop_duplicates(["rider_id", "start_station", "hour"])
        _ = (alike.groupby("rider_id").size() == len(known)).sum()
    theirs = (time.perf_counter() - begun) / sample * 2000
    print(f"  2,000 people in {ours:.2f} s; looked up one by one with pandas {theirs:.0f} s (extrapolated from {sample}; "
          f"{theirs / ours:.0f} x)")  # fmt: skip


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--riders", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    cells(given.rows, given.repeats)
    displacement()
    trips(given.riders)
    moments(given.rows, given.repeats)


if __name__ == "__main__":
    main()
