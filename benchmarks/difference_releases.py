"""A new release against everything published before: how long it takes, whether attacks are refused, and safe sets pass.

    python benchmarks/difference_releases.py [--tables 1000] [--people 100000] [--repeats 5] [--attacks 2000]
                                             [--safe 200] [--seed 1] [--folder DIR]

Three parts, k = 10 in the first two and 4 in the third.

*Time.* Tables of 100,000 people (two of twelve skewed attributes, under up to two random conditions; cells of fewer than
k people left out) are published in 40 releases; then come 200 cells drawn from later tables of the same kind, once as
they come and once such that none is refused, which takes longest. Timed is the whole question, with the index read from
disk (mapped; its pages are dropped from the page cache before each repetition), by the clock and by the processor's seconds
(on a busy machine the clock also counts others). Beside it the peer: the differences of all pairs by ``scipy.sparse``, as one
would write them without an index (a product of the new cells with all, sizes compared; sets only, pairs only), in the same
process.

*Attacks.* Random cells, and then a release that differs from them by 1 to k - 1 people: one fewer, a filter, corrected data,
a date (the same people, other rows), a union of disjoint cells, parts of a whole, a whole in parts of two releases. All
must be refused; the people are drawn anew each time.

*Safe sets.* Systems of few cells, kept when **all** sums and differences of their cells (every one of -1, 0 and 1 for each,
enumerated) are about nobody or at least k people. Refusals of such are counted: in found differences and in doubt.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from workbench.disclosure.comparing.differencing import Differences, find_differences
from workbench.disclosure.comparing.group_index import Index
from workbench.disclosure.comparing.groups import Groups

K = 10
CATEGORIES = (2, 5, 7, 16, 41, 14, 7, 2, 72, 94, 10, 20)
RELEASES = 40
NEW_CELLS = 200


def tables(draw: np.random.Generator, people: int) -> Iterator[list[np.ndarray]]:
    """Yield tables without end: the people of each cell."""
    attributes = []
    for categories in CATEGORIES:
        shares = 1 / np.arange(1, categories + 1) ** 1.1
        attributes.append(draw.choice(categories, people, p=shares / shares.sum()))
    known: set[bytes] = set()
    while True:
        one, other = draw.choice(len(CATEGORIES), 2, replace=False)
        chosen = np.ones(people, bool)
        for _ in range(draw.integers(0, 3)):
            column = draw.integers(len(CATEGORIES))
            value, way = draw.integers(CATEGORIES[column]), draw.integers(3)
            values = attributes[column]
            chosen &= (values == value) if way == 0 else (values != value) if way == 1 else (values <= value)
        inside = np.flatnonzero(chosen)
        key = attributes[one][inside] * CATEGORIES[other] + attributes[other][inside]
        order = np.argsort(key, kind="stable")
        cells = np.split(inside[order], np.flatnonzero(np.diff(key[order])) + 1)
        cells = [cell for cell in cells if len(cell) >= K][:200]
        names = [cell.tobytes() for cell in cells]
        fresh = [cell for cell, name in zip(cells, names, strict=True) if name not in known]
        known.update(names)
        yield fresh


def groups_of(cells: list[np.ndarray], table: list[int]) -> Groups:
    """Make groups of sets of people."""
    start = np.cumsum([0, *map(len, cells)]).astype(np.int64)
    person = np.concatenate(cells).astype(np.int64) * 7919 + 11
    return Groups(start, person, np.ones(len(person), np.int64), np.array(table, dtype=np.int64))


def timed(options: argparse.Namespace, folder: Path) -> None:
    """Print how long a release of 200 cells takes, and the peer."""
    draw = np.random.default_rng(options.seed)
    source = tables(draw, options.people)
    numbered = [(number, cell) for number in range(options.tables) for cell in next(source)]
    index = Index()
    begun = time.perf_counter()
    longest = 0.0
    for piece in np.array_split(np.arange(options.tables), RELEASES):
        cells = [(number, cell) for number, cell in numbered if piece[0] <= number <= piece[-1]]
        once = time.perf_counter()
        index = index if not cells else index.extended(groups_of([cell for _, cell in cells], [number for number, _ in cells]))
        longest = max(longest, time.perf_counter() - once)
    print(
        f"{len(index):,} cells of {options.tables:,} tables, {sum(len(cell) for _, cell in numbered) / 1e6:.1f}M entries, in "
        f"{len(index.segments)} segments; all {RELEASES} releases appended in {time.perf_counter() - begun:.0f} s, "
        f"the longest in {longest:.0f} s"
    )
    for name, array in index.arrays().items():
        np.save(folder / f"{name}.npy", array)
    stored = sum(path.stat().st_size for path in folder.glob("*.npy")) / 1e6
    later = [(options.tables + number, cell) for number in range(30) for cell in next(source)]

    def asked(cells: list[tuple[int, np.ndarray]]) -> Differences:
        mapped = Index.from_arrays({path.stem: np.load(path, mmap_mode="r") for path in folder.glob("*.npy")})
        return find_differences(groups_of([cell for _, cell in cells], [number for number, _ in cells]), mapped, k=K)

    refused = set(asked(later).refused)
    safe = [cell for place, cell in enumerate(later) if place not in refused]
    places = np.sort(np.random.default_rng(options.seed).permutation(len(safe))[:NEW_CELLS])
    print(f"the index on disk: {stored:,.0f} MB\n")
    print(f"{'a release of 200 cells':44}{'seconds':>9}{'processor':>11}{'found':>7}{'doubt':>7}{'beyond':>8}")
    seconds = {}
    for name, cells in (("as they come", later[:NEW_CELLS]), ("none of them refused", [safe[place] for place in places])):
        result, times, worked = asked(cells), [], []
        for _ in range(options.repeats):
            forget(folder)
            once, work = time.perf_counter(), time.process_time()
            asked(cells)
            times.append(time.perf_counter() - once)
            worked.append(time.process_time() - work)
        seconds[name] = statistics.median(times)
        found = len({item.new for item in result.found})
        print(
            f"{name:44}{seconds[name]:9.2f}{statistics.median(worked):11.2f}{found:7}{len(result.doubt):7}{len(result.beyond):8}"
        )
        peer(cells, [cell for _, cell in numbered], result, options)
    print(f"slowest of both: {max(seconds.values()):.2f} s (allowed: 2 s)\n")


def forget(folder: Path) -> None:
    """Drop the stored index from the page cache."""
    for path in folder.glob("*.npy"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def peer(
    cells: list[tuple[int, np.ndarray]], earlier: list[np.ndarray], result: Differences, options: argparse.Namespace
) -> None:
    """Print how long the pairs alone take as a sparse product, and hold its pairs against ours."""

    def matrix(sets: list[np.ndarray]) -> sp.csr_matrix:
        start = np.cumsum([0, *map(len, sets)])
        return sp.csr_matrix((np.ones(start[-1], np.int32), np.concatenate(sets), start), shape=(len(sets), options.people))

    everything = matrix(earlier)
    sizes = np.diff(everything.indptr)
    turned = everything.T.tocsr()
    times, worked, pairs = [], [], set()
    for _ in range(options.repeats):
        begun, work = time.perf_counter(), time.process_time()
        new = matrix([cell for _, cell in cells])
        shared = (new @ turned).tocoo()
        apart = np.diff(new.indptr)[shared.row] + sizes[shared.col] - 2 * shared.data
        close = (apart > 0) & (apart < K)
        pairs = set(shared.row[close].tolist())
        times.append(time.perf_counter() - begun)
        worked.append(time.process_time() - work)
    with_pair = {item.new for item in result.found if item.kind == "pair" and item.terms[1].earlier}
    assert with_pair <= pairs <= {item.new for item in result.found}, "pairs of the peer and ours differ"
    label = "  scipy.sparse product, pairs of sets alone"
    print(f"{label:44}{statistics.median(times):9.2f}{statistics.median(worked):11.2f}{len(pairs):7}   (held in memory)")


Attack = tuple[str, list[dict[int, int]], list[dict[int, int]]]


def attacks(draw: np.random.Generator, count: int) -> Iterator[Attack]:
    """Yield attacks: name, earlier cells, new cells."""
    names = ("one fewer", "filter", "corrected data", "date", "union", "parts", "two releases", "all but one part")
    for number in range(count):
        ids = draw.choice(10**12, 1200, replace=False)
        rows = {int(person): int(draw.integers(1, 4)) for person in ids}
        size, few = int(draw.integers(2 * K, 500)), int(draw.integers(1, K))
        noise = [dict.fromkeys(draw.choice(ids, int(draw.integers(K, 300)), replace=False).tolist(), 1) for _ in range(10)]
        name = names[number % len(names)]
        before = {person: rows[person] for person in ids[:size].tolist()}
        cuts = np.r_[0, np.cumsum(draw.integers(K, 60, int(draw.integers(2, 9))))]
        parts = [{person: rows[person] for person in ids[low:high].tolist()} for low, high in itertools.pairwise(cuts.tolist())]
        whole = {person: rows[person] for person in ids[: cuts[-1] + few].tolist()}
        match name:
            case "one fewer":
                earlier, new = [before], [{person: weight for person, weight in before.items() if person != ids[0]}]
            case "filter":
                earlier, new = [before], [before | {person: rows[person] for person in ids[size : size + few].tolist()}]
            case "corrected data":
                changed = draw.choice(ids[:size], few, replace=False).tolist()
                earlier, new = [before], [{person: rows[person] for person in before if person not in changed}]
            case "date":
                earlier, new = [before], [before | {person: rows[person] + 1 for person in ids[:few].tolist()}]
            case "union":
                earlier, new = parts, [whole]
            case "parts":
                earlier, new = [whole], parts
            case "two releases":
                earlier, new = [whole, *parts[:-1]], parts[-1:]
            case _:  # each person's rows are spread over two parts, as trips are over hours
                first = dict.fromkeys(whole, 1)
                second = {person: weight for person, weight in whole.items() if person not in ids[:few].tolist()}
                earlier, new = [{person: weight + 1 for person, weight in whole.items()}, first], [second]
        yield name, [*noise, *earlier], new


def attacked(options: argparse.Namespace) -> None:
    """Print how many attacks are refused."""
    draw = np.random.default_rng(options.seed + 1)
    tried, refused = Counter(), Counter()
    for name, earlier, new in attacks(draw, options.attacks):
        tried[name] += 1
        refused[name] += bool(find_differences(Groups.of(new), Index.of(Groups.of(earlier)), k=K).found)
    print(f"{'differencing by 1 to k - 1 people':44}{'tried':>9}{'refused':>9}")
    for name, count in tried.items():
        print(f"{name:44}{count:9}{refused[name]:9}")
    print(f"{'all':44}{tried.total():9}{refused.total():9}   ({refused.total() / tried.total():.1%}; wanted: 100 %)\n")


def systems(draw: np.random.Generator, k: int) -> Iterator[tuple[list[np.ndarray], int]]:
    """Yield systems of 3 to 8 cells over 30 to 120 people, by attributes or at random, and how many of them are earlier."""
    while True:
        people = int(draw.integers(30, 121))
        cells: list[np.ndarray] = []
        size = int(draw.integers(3, 9))
        attributes = [draw.integers(0, draw.integers(2, 5), people) for _ in range(3)]
        while len(cells) < size:
            match draw.integers(4):
                case 0:
                    chosen = attributes[draw.integers(3)] == draw.integers(0, 4)
                case 1:
                    chosen = (attributes[0] == draw.integers(0, 4)) & (attributes[1] == draw.integers(0, 4))
                case 2:
                    chosen = attributes[2] <= draw.integers(0, 4)
                case _:
                    chosen = draw.random(people) < draw.uniform(0.2, 1)
            rows = chosen * (draw.integers(1, 3, people) if draw.random() < 0.2 else 1)
            if np.count_nonzero(rows) >= k:
                cells.append(rows)
        yield cells, int(draw.integers(0, size))


def safe_sets(options: argparse.Namespace) -> None:
    """Print how many systems that are safe by enumeration are refused."""
    draw = np.random.default_rng(options.seed + 2)
    k, kept, refused, doubt, drawn = 4, 0, 0, 0, 0
    for cells, earlier in systems(draw, k):
        drawn += 1
        matrix = np.array(cells)
        signs = np.array(list(itertools.product((-1, 0, 1), repeat=len(cells))))
        people = np.count_nonzero(signs @ matrix, axis=1)
        if ((people > 0) & (people < k)).any():
            continue
        as_groups = [{person: int(row[person]) for person in np.flatnonzero(row).tolist()} for row in cells]
        index = Index.of(Groups.of(as_groups[:earlier])) if earlier else Index()
        result = find_differences(Groups.of(as_groups[earlier:]), index, k=k)
        kept, refused, doubt = kept + 1, refused + bool(result.refused), doubt + bool(result.doubt)
        if kept == options.safe:
            break
    print(f"sets of 3 to 8 cells, safe by enumeration of all sums and differences: {kept} of {drawn} drawn")
    print(f"refused: {refused} ({refused / kept:.1%}; allowed 5 %), of these in doubt: {doubt}")


def main() -> None:
    """Print the three parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--attacks", type=int, default=2000)
    parser.add_argument("--safe", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the index is stored (default: a temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        timed(options, Path(folder))
    attacked(options)
    safe_sets(options)


if __name__ == "__main__":
    main()
