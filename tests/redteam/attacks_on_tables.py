"""Attacks on what tables withhold: linear programs over linked tables, and contributors who know their own value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from red_judge import Crossed, PublicCell, bounds, naive, narrow
from red_outcomes import Outcome, attack

from workbench.disclosure import Axis, Layout, Rules, SafeTable, cells_of, published, safe_table
from workbench.disclosure.suppression.linked import LinkedTable, accept
from workbench.disclosure.tabulating.crossing import summed
from workbench.errors import GateRefused

K = 10
RULES = Rules(min_contributors=K)
P_PERCENT = 10.0
AMOUNTS = Rules(min_contributors=K, p_percent=P_PERCENT)
WORDS = ("ko", "en")


def _crossed(seed: int, salt: int, sizes: dict[str, int], people: int) -> pd.DataFrame:
    """People whose columns hang together, so that some cells are small and most are not."""
    draw = np.random.default_rng([31, salt, seed])
    mood = draw.normal(size=people)
    frame = pd.DataFrame()
    for name, size in sizes.items():
        share = np.cumsum(1 / np.arange(1, size + 1) ** draw.uniform(0.5, 1.2))
        edges = np.quantile(mood, share[:-1] / share[-1])
        frame[name] = [f"{name}{place}" for place in np.searchsorted(edges, mood + draw.normal(0, 0.8, people))]
    return frame


def _told(before: tuple[int, int, int], after: tuple[int, int, int]) -> Outcome:
    words = "of {} withheld {} recovered and {} narrower than k"
    return Outcome(
        before[2] > 0, after[2] > 0, f"small cells alone withheld: {words.format(*before)}; published: {words.format(*after)}"
    )


def _axis(name: str, keys: Sequence[str]) -> Axis:
    plain = Axis(name, tuple(keys), dict.fromkeys(WORDS, name), dict.fromkeys(WORDS, tuple(keys)))
    return summed(plain, chain=(), total=True)


@attack
def linear_program_on_linked_tables(seed: int) -> Outcome:
    """Three tables over pairs of three columns, with margins, of the same people."""
    frame = _crossed(seed, 1, {"a": 4, "b": 3, "c": 3}, 300)
    world = Crossed(frame, ("a", "b", "c"))
    marks = np.random.default_rng(seed).integers(0, 2**63, len(frame), dtype=np.uint64)
    tables, pairs = [], [("a", "b"), ("a", "c"), ("b", "c")]
    for rows, columns in pairs:
        layout = Layout(
            rows=_axis(rows, sorted(frame[rows].unique())),
            columns=_axis(columns, sorted(frame[columns].unique())),
            statistic="count",
            decimals=0,
            people=True,
        )
        given = pd.DataFrame({"row": frame[rows], "column": frame[columns], "value": 1.0, "contributor": np.arange(len(frame))})
        cells = cells_of(given, layout, rules=RULES)
        inside = [Crossed._inside(axis, frame, [axis.name]) for axis in (layout.rows, layout.columns) if axis is not None]
        signed = [marks[one & two].sum(dtype=np.uint64) for one in inside[0] for two in inside[1]]
        tables.append(LinkedTable(cells, np.array(signed, np.uint64), None, RULES))
    done = accept(tables)
    if any(done.unprotected):
        return Outcome(True, False, "refused: a cell cannot be protected")
    public: list[PublicCell] = []
    for (rows, columns), table, withheld in zip(pairs, tables, done.withheld, strict=True):
        safe = published(table.cells, withheld, rules=RULES)
        public += world.cells(safe, [rows], [columns])
    return _told(narrow(naive(public, k=K), k=K), narrow(public, k=K))


def _of_one_table(world: Crossed, rows: list[str], columns: list[str], **more: object) -> Outcome:
    plain = safe_table(world.frame, rows=rows, columns=columns, rules=Rules(), **more)  # type: ignore[arg-type]
    before = narrow(naive(list(world.cells(plain, rows, columns)), k=K), k=K)
    try:
        safe = safe_table(world.frame, rows=rows, columns=columns, rules=RULES, **more)  # type: ignore[arg-type]
    except GateRefused as error:
        return Outcome(before[2] > 0, False, f"refused: {error.message}")
    return _told(before, narrow(list(world.cells(safe, rows, columns)), k=K))


@attack
def linear_program_on_three_dimensions(seed: int) -> Outcome:
    """A table of three dimensions with every margin."""
    frame = _crossed(seed, 2, {"a": 3, "b": 3, "c": 4}, 420)
    return _of_one_table(Crossed(frame, ("a", "b", "c")), ["a", "b"], ["c"])


@attack
def linear_program_on_a_hierarchy(seed: int) -> Outcome:
    """Neighbourhoods in districts in a city, by a column, with the sums of each level."""
    frame = _crossed(seed, 3, {"dong": 7, "b": 3}, 350)
    above = {f"dong{place}": (f"gu{place // 3}", "city") for place in range(7)}
    return _of_one_table(Crossed(frame, ("dong", "b")), ["dong"], ["b"], hierarchies={"dong": above})


@attack
def linear_program_of_somebody_who_knows_a_cell(seed: int) -> Outcome:
    """The only person of a cell knows it, and computes the others'."""
    draw = np.random.default_rng([31, 4, seed])
    body = draw.integers(12, 60, (4, 4))
    row, columns = int(draw.integers(4)), draw.choice(4, 2, replace=False)
    other = int((row + 1 + draw.integers(3)) % 4)
    body[row, columns] = 1, int(draw.integers(2, 8))
    body[other, columns] = 1, int(draw.integers(2, 8))
    frame = pd.DataFrame(
        [(f"r{line}", f"c{column}") for line in range(4) for column in range(4) for _ in range(body[line, column])],
        columns=["r", "c"],
    )
    world = Crossed(frame, ("r", "c"))

    def found(public: list[PublicCell]) -> int:
        """How many small cells the only person of another cell can tell too narrowly."""
        hidden = [at for at, cell in enumerate(public) if cell.shown is None]
        bad = 0
        for knower in (at for at in hidden if public[at].people == 1):
            small = [at for at in hidden if at != knower and public[at].people < K]
            ends = bounds(public, small, least=1.0, known=knower)
            bad += int((ends[:, 1] - ends[:, 0] < K - 1e-6).sum())
        return bad

    plain = list(world.cells(safe_table(frame, rows="r", columns="c", rules=Rules()), ["r"], ["c"]))
    try:
        safe = safe_table(frame, rows="r", columns="c", rules=RULES)
    except GateRefused as error:
        return Outcome(found(naive(plain, k=K)) > 0, False, f"refused: {error.message}")
    before, after = found(naive(plain, k=K)), found(list(world.cells(safe, ["r"], ["c"])))
    return Outcome(before > 0, after > 0, f"cells that the one person of another cell can tell: {before}; published: {after}")


def _spent(seed: int, salt: int) -> tuple[pd.DataFrame, np.random.Generator]:
    """What people spend, by shop and by day; one person of one shop spends most of all."""
    draw = np.random.default_rng([32, salt, seed])
    frame = pd.DataFrame({
        "shop": draw.choice([f"s{place}" for place in range(4)], 300), "day": draw.choice(["d0", "d1", "d2"], 300),
        "spent": np.round(draw.lognormal(3, 0.6, 300), 1), "person": np.arange(300),
    })  # fmt: skip
    rich = int(draw.integers(300))
    frame.loc[rich, "spent"] = round(float(frame["spent"].sum() * draw.uniform(0.5, 2)), 1)
    return frame, draw


@attack
def linear_program_on_amounts(seed: int) -> Outcome:
    """Sums with margins: a withheld amount told within 10 percent."""
    frame, _ = _spent(seed, 1)
    world = Crossed(frame, ("shop", "day"), "spent")
    asked = {"rows": "shop", "columns": "day", "value": "spent", "statistic": "sum", "contributor": "person", "decimals": 1}
    plain = safe_table(frame, rules=Rules(), **asked)  # type: ignore[arg-type]

    def told(public: list[PublicCell]) -> int:
        hidden = [at for at, cell in enumerate(public) if cell.shown is None]
        if not hidden:
            return 0
        ends = bounds(public, hidden, least=0.0)
        truth = np.array([public[at].truth for at in hidden])
        slack = 1e-6 * truth + 1e-6
        near = P_PERCENT / 100 * truth
        return int(((ends[:, 0] > truth - near + slack) | (ends[:, 1] < truth + near - slack)).sum())

    rich = frame.loc[frame["spent"].idxmax()]
    bare = []
    for one in world.cells(plain, ["shop"], ["day"]):
        here = one.atoms.sum() == 1 and _own(world, one, rich)
        bare.append(PublicCell(one.atoms, None if here else one.truth, one.truth, one.people))
    before = told(bare)
    try:
        safe = safe_table(frame, rules=AMOUNTS, **asked)  # type: ignore[arg-type]
    except GateRefused as error:
        return Outcome(before > 0, False, f"refused: {error.message}")
    after = told(list(world.cells(safe, ["shop"], ["day"])))
    return Outcome(before > 0, after > 0, f"amounts told within {P_PERCENT:g} %: {before}; published: {after}")


def _own(world: Crossed, cell: PublicCell, person: pd.Series) -> bool:
    """Whether a cell of one atom is the one that a person stands in."""
    atom = world.grid.loc[int(np.flatnonzero(cell.atoms)[0])]
    return all(atom[name] == str(person[name]) for name in world.names)


def _largest_two(frame: pd.DataFrame, shop: str) -> tuple[float, float, int]:
    values = np.sort(frame.loc[frame["shop"] == shop, "spent"].to_numpy())
    return float(values[-1]), float(values[-2]), len(values)


def _by_the_second(frame: pd.DataFrame, safe: SafeTable, *, mean: bool) -> list[str]:
    """The shops whose second largest customer can tell the largest within p percent: the total less what is their own."""
    found = []
    for key, (value,) in zip(safe.layout.rows.keys, safe.values, strict=True):
        if value is None or key == "total":
            continue
        largest, second, size = _largest_two(frame, str(key))
        told = (value * size if mean else value) - second
        if abs(told - largest) <= P_PERCENT / 100 * largest:
            found.append(str(key))
    return found


@attack
def dominance_in_sums(seed: int) -> Outcome:
    """The second largest contributor of a sum subtracts their own."""
    return _dominance(seed, 2, "sum")


@attack
def dominance_in_means(seed: int) -> Outcome:
    """The same in a mean, where the number of people is known."""
    return _dominance(seed, 3, "mean")


def _dominance(seed: int, salt: int, statistic: str) -> Outcome:
    frame, draw = _spent(seed, salt)
    rich = frame["spent"].idxmax()
    frame.loc[rich, "spent"] = round(float(frame["spent"].drop(rich).sum() * draw.uniform(4, 20)), 1)
    asked = {"rows": "shop", "value": "spent", "statistic": statistic, "contributor": "person", "decimals": 2, "margins": False}
    plain = safe_table(frame, rules=Rules(min_contributors=K), **asked)  # type: ignore[arg-type]
    before = _by_the_second(frame, plain, mean=statistic == "mean")
    safe = safe_table(frame, rules=AMOUNTS, **asked)  # type: ignore[arg-type]
    after = _by_the_second(frame, safe, mean=statistic == "mean")
    told = f"largest customer told within {P_PERCENT:g} % in {len(before)} shops; published: {len(after)}"
    return Outcome(bool(before), bool(after), told)


@attack
def outliers_in_quantiles(seed: int) -> Outcome:
    """A quantile so high or low that it is somebody's own value, or hangs on the largest alone."""
    frame, draw = _spent(seed, 5)
    level = float(draw.choice([0.01, 0.99]))
    raw = frame.groupby("shop")["spent"].quantile(level)
    safe = safe_table(frame, rows="shop", value="spent", statistic="quantile", quantile=level, contributor="person",
                      rules=RULES, margins=False, decimals=1)  # fmt: skip

    def extreme(shop: str, value: float | None) -> bool:
        """Whether at most one other person stands beyond a number: it lies among the two outermost."""
        own = np.sort(frame.loc[frame["shop"] == shop, "spent"].to_numpy())
        return value is not None and bool(value >= own[-2] if level > 0.5 else value <= own[1])

    before = sum(extreme(str(shop), float(value)) for shop, value in raw.items())
    keys = [str(key) for key in safe.layout.rows.keys]
    after = sum(extreme(key, value) for key, (value,) in zip(keys, safe.values, strict=True))
    return Outcome(before > 0, after > 0, f"quantile {level:g}: {before} shops show an outermost person; published: {after}")


@attack
def outliers_in_medians(seed: int) -> Outcome:
    """The median of very few, which is the middle one's own value."""
    draw = np.random.default_rng([32, 6, seed])
    sizes = {"s0": 1, "s1": 3, "s2": int(draw.integers(12, 60)), "s3": 2}
    frame = pd.DataFrame([(shop, number) for shop, size in sizes.items() for number in range(size)], columns=["shop", "n"])
    frame["spent"], frame["person"] = np.round(draw.lognormal(3, 0.6, len(frame)), 1), np.arange(len(frame))
    raw = frame.groupby("shop")["spent"].median()
    safe = safe_table(frame, rows="shop", value="spent", statistic="median", contributor="person", rules=RULES, margins=False,
                      decimals=1)  # fmt: skip
    small = [shop for shop, size in sizes.items() if size < K]
    before = sum(raw[shop] in set(frame.loc[frame["shop"] == shop, "spent"]) for shop in small)
    shown = dict(zip(map(str, safe.layout.rows.keys), [value for (value,) in safe.values], strict=True))
    after = sum(shown[shop] is not None for shop in small)
    return Outcome(before > 0, after > 0, f"medians that are one person's own value: {before}; published of so few: {after}")
