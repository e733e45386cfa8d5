"""Attacks on protected rows and what is made of them: homes, trips, a public register, many cards, words."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from red_city import run_city
from red_outcomes import Outcome, attack

from workbench.disclosure import Axis, Layout, Rules, tabulate
from workbench.privacy import Policy, protect
from workbench.privacy.places import parse_cell
from workbench.privacy.places.geometries import to_mm

sys.path.append(str(Path(__file__).parent.parent.parent / "benchmarks"))
from place_riders import ATTACKS as GUESSES
from place_riders import rider, seen_near

K = 10
SECRET = bytes(range(32))
AGE = {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 100]}
WORDS = {"ko": "가", "en": "a"}


def _metres(points: np.ndarray) -> np.ndarray:
    return to_mm(shapely.get_coordinates(points)) / 1000


@attack
def one_home_geometry(seed: int) -> Outcome:
    """A map of where members live: a point in a lonely spot is somebody's door."""
    draw = np.random.default_rng([1, seed])
    near = np.c_[draw.normal(126.99, 0.01, 300), draw.normal(37.55, 0.01, 300)]
    lonely = np.array([[127.15 + draw.uniform(0, 0.02), 37.68 + draw.uniform(0, 0.01)]])
    homes = shapely.points(np.r_[near, lonely])
    people = [f"m{number}" for number in range(301)]
    fields = {
        "member": {"role": "direct_identifier", "treatment": "pseudonymise"},
        "home": {"role": "quasi_identifier", "recoding": "place", "finest_m": 100},
    }
    policy = Policy.model_validate({
        "policy": "members", "version": 1, "unit": "member", "fields": fields, "guarantee": {"k": K},
        "limits": {"suppression": 0.2},
    })  # fmt: skip
    door = _metres(homes)[-1]
    rows = pd.DataFrame({"member": people, "home": shapely.to_wkb(homes)})
    raw = int((np.hypot(*(_metres(homes) - door).T) < 100).sum())
    shown = protect(rows, policy, key=SECRET).frame["home"].astype(str)
    cells = {code: parse_cell(code) for code in shown.unique() if code[0] in "0123456789"}
    inside = [
        code
        for code, cell in cells.items()
        if cell.east_m <= door[0] < cell.east_m + cell.size_m and cell.north_m <= door[1] < cell.north_m + cell.size_m
    ]
    sharing = int(shown.isin(inside).sum())
    found = bool(inside) and sharing < K
    return Outcome(raw == 1, found, f"raw: {raw} home within 100 m of the door; published: its cell is shared by {sharing}")


RIDERS, NEAR_M = 8, 50.0
LUCKY = 2
"""So many of the riders' homes an attacker who knows the zones alone may hit within 50 m."""


@attack
def trip_ends(seed: int) -> Outcome:
    """All trips of several riders, some with few goals and some with many: they begin where the rider lives."""
    riders = [rider(RIDERS * seed + number, trips=200, goals=(8, 200)[number % 2]) for number in range(RIDERS)]
    homes = np.array([one.home for one in riders])
    lines = [list(one.trips) for one in riders]

    def begun(shapes: list[shapely.LineString]) -> np.ndarray:
        """The spot at which most trips begin or end."""
        starts = _metres(np.array([shapely.get_point(shape, end) for shape in shapes for end in (0, -1)]))
        near = (np.hypot(*(starts[:, None] - starts[None]).transpose(2, 0, 1)) < 60).sum(axis=1)
        return starts[np.hypot(*(starts - starts[near.argmax()]).T) < 60].mean(axis=0)

    def hits(guesses: list[np.ndarray]) -> int:
        """How many guesses lie near somebody's home."""
        return sum(bool((np.hypot(*(homes - guess).T) < NEAR_M).any()) for guess in guesses)

    names = [f"r{number}" for number, own in enumerate(lines) for _ in own]
    rows = pd.DataFrame({"rider": names, "track": shapely.to_wkb(np.array([one for own in lines for one in own])), "age": 40})
    fields = {
        "rider": {"role": "direct_identifier", "treatment": "pseudonymise"},
        "age": AGE,
        "track": {"role": "sensitive", "treatment": "trim", "zone_m": 300},
    }
    policy = Policy.model_validate({
        "policy": "tracks", "version": 1, "unit": "rider", "fields": fields, "guarantee": {"k": 5},
    })  # fmt: skip
    shown = protect(rows, policy, key=SECRET, secret=SECRET).frame
    found: dict[str, int] = {"where most begin or end": 0}
    pieces = 0
    for _, own in shown.groupby("rider"):
        left = [shape for shape in shapely.from_wkb(own["track"].to_numpy()) if shape is not None and not shape.is_empty]
        pieces += len(left)
        parts = [part for shape in left for part in shapely.get_parts(shape)]
        found["where most begin or end"] += hits([begun(parts)] if parts else [])
        for towards, outward in (("from", True), ("to", False)):
            ways = seen_near(np.array(left), np.full(len(left), outward))
            for guess, where in GUESSES.items():
                name = f"{guess}, {towards} home"
                found[name] = found.get(name, 0) + hits([where(ways)] if ways else [])
    before, best = hits([begun(own) for own in lines]), max(found, key=lambda name: found[name])
    told = f"{before} of {RIDERS} homes within {NEAR_M:g} m from raw trips; from {pieces} published pieces {found[best]}"
    return Outcome(before >= RIDERS - 1, found[best] > LUCKY, f"{told} ({best})")


@attack
def linkage_of_an_offered_download(seed: int) -> Outcome:
    """The rows that a release offers as a file, beside a register of everybody's age, sex and district."""
    world = run_city(seed)
    known = ("age", "sex", "district")
    alone = int((world.visits.groupby(list(known)).size() == 1).sum())
    (path,) = (world.project.candidates / "noise" / "downloads").glob("*.csv")
    shown = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    ends = {name: shown[name].astype(str).str.extract(r"^(\d+)(?:-(\d+))?$").astype(float) for name in known}
    inside = np.ones((len(world.visits), len(shown)), bool)
    for name in known:
        low, high = ends[name][0].to_numpy(), ends[name][1].fillna(ends[name][0]).to_numpy()
        own = world.visits[name].to_numpy()[:, None]
        inside &= np.isnan(low) | ((low <= own) & (own <= high))
    fits = inside.sum(axis=1)
    one = int((fits == 1).sum())
    told = f"raw: {alone} of {len(world.visits)} stand alone; in {path.name}: {one} fit one row, all at least {fits.min()}"
    return Outcome(alone > 0, bool((fits == 1).any()), told)


@attack
def linkage_with_a_public_register(seed: int) -> Outcome:
    """A register with names, ages, sexes and districts beside rows without names."""
    draw = np.random.default_rng([3, seed])
    known = ("age", "sex", "district")
    people = pd.DataFrame({
        "age": draw.integers(18, 90, 2_000), "sex": draw.integers(0, 2, 2_000), "district": draw.integers(0, 25, 2_000),
    })  # fmt: skip
    rows = people.assign(illness=draw.choice(["a", "b", "c", "d"], 2_000))
    fields = {
        "age": AGE,
        "sex": {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 1]},
        "district": {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 24]},
        "illness": {"role": "sensitive"},
    }
    policy = Policy.model_validate({"policy": "ill", "version": 1, "fields": fields, "guarantee": {"k": 5}})
    shown = protect(rows, policy, key=SECRET).frame
    alone = int((people.groupby(list(known)).size() == 1).sum())
    ends = {name: shown[name].astype(str).str.extract(r"^(\d+)(?:-(\d+))?$").astype(float) for name in known}

    def fits(person: pd.Series) -> int:
        """How many published rows may be this person's."""
        here = pd.Series(True, index=shown.index)
        for name in known:
            low, high = ends[name][0], ends[name][1].fillna(ends[name][0])
            here &= low.isna() | (low.le(person[name]) & high.ge(person[name]))
        return int(here.sum())

    targets = people.iloc[draw.choice(2_000, 200, replace=False)]
    single = sum(fits(person) == 1 for _, person in targets.iterrows())
    return Outcome(alone > 0, single > 0, f"raw: {alone} of 2000 stand alone; published: {single} of 200 looked up fit one row")


@attack
def many_cards_of_one_person(seed: int) -> Outcome:
    """One family holds a dozen cards: a cell of twelve cards is a cell of one family."""
    draw = np.random.default_rng([4, seed])
    usual = pd.DataFrame({"row": "common", "column": "", "value": 1.0, "contributor": [f"c{n}" for n in range(200)]})
    cards = int(draw.integers(12, 30))
    family = pd.DataFrame({"row": "rare", "column": "", "value": 1.0, "card": range(cards), "contributor": "one family"})
    axis = Axis("shop", ("common", "rare"), WORDS, dict.fromkeys(WORDS, ("common", "rare")))
    layout = Layout(rows=axis, columns=None, statistic="count", decimals=0, people=True)
    rows = pd.concat([usual, family])
    by_card = rows.assign(contributor=[*usual["contributor"], *(f"card {n}" for n in range(cards))])
    wrong = tabulate(by_card, layout, rules=Rules(min_contributors=K)).values[1][0]
    right = tabulate(rows, layout, rules=Rules(min_contributors=K)).values[1][0]
    return Outcome(wrong == cards, right is not None, f"counted by card: {wrong} shown; counted by people: {right}")


@attack
def personal_data_in_texts(seed: int) -> Outcome:
    """Free texts in which people write their own numbers."""
    draw = np.random.default_rng([5, seed])
    numbers = ["".join(map(str, draw.integers(0, 10, 8))) for _ in range(50)]
    writings = ("010-{}-{}", "010 {} {}", "010.{}.{}", "010{}{}")
    texts = [
        f"가로등이 꺼져 있습니다. 연락은 {writings[place % 4].format(digits[:4], digits[4:])} 로 주세요"
        for place, digits in enumerate(numbers)
    ]
    wanted = re.compile(r"010[\s.\-]?(\d{4})[\s.\-]?(\d{4})")
    fields = {"text": {"role": "sensitive", "treatment": "mask"}, "age": AGE}
    policy = Policy.model_validate({"policy": "letters", "version": 1, "fields": fields, "guarantee": {"k": 5}})
    shown = protect(pd.DataFrame({"text": texts, "age": 40}), policy, key=SECRET).frame["text"]
    before = sum(bool(wanted.search(text)) for text in texts)
    after = sum(bool(wanted.search(text)) for text in shown)
    kept = sum(digits[4:] in "".join(shown) for digits in numbers)
    return Outcome(before == 50, after > 0 or kept > 0, f"numbers found: {before} of 50 raw, {max(after, kept)} published")
