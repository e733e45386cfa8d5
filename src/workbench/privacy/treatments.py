"""What is done to a field that is not generalised: pseudonyms, averages of groups, noise, masked text.

Each works on the rows that stay, so that nobody who is suppressed lends a value or hides in a group. A missing value
stays missing. What is drawn is drawn from the protection's own key, once for all rows in which a person repeats a value:
drawn anew each time, it would average out.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.errors import GateRefused

PSEUDONYM_BYTES = 12
"""96 bits: no two of a million people share a pseudonym, short enough to read in a table."""

AT_ONCE = 1 << 18
"""So many values are Python objects at one time."""


def encoded(column: pa.Array | pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """Return a column as codes into its distinct values: no number is missing, and minus nought is nought.

    Parameters
    ----------
    column : pyarrow.Array or pyarrow.ChunkedArray
        A dictionary that was given may hold a value twice.

    Returns
    -------
    codes : numpy.ndarray of int32, shape (rows,)
        -1 where missing.
    values : pyarrow.Array
        In the order of first appearance, or of the column's own dictionary.

    Examples
    --------
    >>> codes, values = encoded(pa.array(["b", None, "a", "b"]))
    >>> codes.tolist(), values.to_pylist()
    ([0, -1, 1, 0], ['b', 'a'])
    """
    one = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(one, pa.ChunkedArray):  # a dictionary that differs from chunk to chunk
        one = pa.concat_arrays(one.unify_dictionaries().chunks) if one.num_chunks else pa.array([], one.type)
    given = pa.types.is_dictionary(one.type)
    if not given:
        one = one.dictionary_encode()
    codes = one.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
    values = one.dictionary
    if pa.types.is_floating(values.type):
        values = values.cast(pa.float32()) if pa.types.is_float16(values.type) else values
        values = pc.add(pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values), pa.scalar(0.0, values.type))
    if values.null_count or ((pa.types.is_floating(values.type) or given) and pc.count_distinct(values).as_py() < len(values)):
        again = values.dictionary_encode()
        moved = np.append(again.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int32(-1))
        codes, values = moved[codes].astype(np.int32, copy=False), again.dictionary
    return codes, values


def pseudonyms(column: pa.Array | pa.ChunkedArray, key: bytes) -> pa.DictionaryArray:
    """Replace each value by a keyed hash (BLAKE2b with a key, RFC 7693; 96 bits).

    Parameters
    ----------
    column : pyarrow.Array or pyarrow.ChunkedArray
    key : bytes
        At most 64.

    Returns
    -------
    pyarrow.DictionaryArray
        Words of 24 hexadecimal digits; equal values have equal words, a missing value stays missing.

    Examples
    --------
    >>> one, two = pseudonyms(pa.array(["a", "a"]), b"key").to_pylist()
    >>> one == two, len(one)
    (True, 24)
    """
    codes, values = encoded(column)
    hashed = b"".join(
        hashlib.blake2b(str(value).encode(), key=key, digest_size=PSEUDONYM_BYTES).digest()
        for begin in range(0, len(values), AT_ONCE)
        for value in values.slice(begin, AT_ONCE).to_pylist()
    )
    parts = np.frombuffer(hashed, dtype=[("first", ">u8"), ("last", ">u4")])
    order = np.lexsort([parts["last"], parts["first"]])  # of the pseudonyms, not of the people's first appearance
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    words = parts[order].tobytes().hex().encode()
    ends = np.arange(len(order) + 1, dtype=np.int32) * (2 * PSEUDONYM_BYTES)
    dictionary = pa.Array.from_buffers(pa.string(), len(order), [None, pa.py_buffer(ends), pa.py_buffer(words)])
    indices = pa.array(place[codes] if len(place) else codes, mask=codes < 0, type=pa.int32())
    return pa.DictionaryArray.from_arrays(indices, dictionary)


def microaggregated(name: str, column: pa.ChunkedArray, *, people: np.ndarray | None, group_size: int) -> pa.Array:
    """Replace each value by the mean of a group of neighbouring values held by at least so many people.

    Parameters
    ----------
    name : str
        The field, for messages.
    column : pyarrow.ChunkedArray
        Numbers.
    people : numpy.ndarray or None
        Shape (rows,): whose row it is; None where each row is a person.
    group_size : int

    Returns
    -------
    pyarrow.Array
        float64.

    Raises
    ------
    GateRefused
        Fewer people than a group needs have a value.

    Notes
    -----
    MDAV (Domingo-Ferrer and Torra 2005, *Ordinal, continuous and heterogeneous k-anonymity through microaggregation*,
    Data Mining and Knowledge Discovery 11(2)) on one variable: groups are taken alternately from both ends of the sorted
    values, and the last one or two from the middle. Equal values stay in one group, so that a group may be larger than
    asked and the order of rows has no say. Where a person has several values, groups are formed from the lowest value up.
    A mean is that of the people's values: a value that a person repeats counts once.
    """
    present = np.asarray(column.is_valid())
    values = column.drop_null().cast(pa.float64(), safe=False).to_numpy()
    owner = np.arange(len(values)) if people is None else people[present]
    levels, which = np.unique(values, return_inverse=True)
    width = int(owner.max(initial=0)) + 1
    joint = which.astype(np.int64) * width + owner
    pairs = np.stack(np.divmod(np.unique(joint) if people is not None else joint, width))
    holders = np.bincount(pairs[0], minlength=len(levels))
    crowd = len(np.unique(owner))
    if 0 < crowd < group_size:
        raise GateRefused(
            f"field '{name}': {crowd} people have a value, and a group needs {group_size}",
            hint="drop the field, or lower group_size in the policy",
        )
    once = crowd == len(pairs[0])
    starts = _ends_inwards(levels, holders, group_size) if once else _upwards(pairs, len(levels), group_size)
    means = np.empty(len(starts))
    for place, (start, end) in enumerate(zip(starts, [*starts[1:], len(levels)], strict=True)):
        means[place] = float(np.dot(levels[start:end], holders[start:end])) / holders[start:end].sum()
    group = np.searchsorted(starts, np.arange(len(levels)), side="right") - 1
    found = np.full(len(present), np.nan)
    found[present] = means[group][which] if len(values) else means
    return pa.array(found, mask=~present)


def _ends_inwards(levels: np.ndarray, holders: np.ndarray, group_size: int) -> list[int]:
    """The first value of each group where each person has one value."""
    upto = np.concatenate([[0], np.cumsum(holders)])
    low, high = 0, len(levels)
    front: list[int] = []
    back: list[int] = []
    while upto[high] - upto[low] >= 3 * group_size:
        after = int(np.searchsorted(upto, upto[low] + group_size))
        before = int(np.searchsorted(upto, upto[high] - group_size, side="right")) - 1
        if after >= before or upto[before] - upto[after] < group_size:
            break
        front.append(low)
        back.append(before)
        low, high = after, before
    return [*front, *_middle(levels, holders, low, high, group_size), *reversed(back)]


def _middle(levels: np.ndarray, holders: np.ndarray, low: int, high: int, group_size: int) -> list[int]:
    """The last one or two groups: the end farther from the mean is cut off where both parts are large enough."""
    if low == high:
        return []
    values = [Fraction(float(level)) for level in levels[low:high]]
    counts = [int(count) for count in holders[low:high]]
    mean = sum((value * count for value, count in zip(values, counts, strict=True)), Fraction(0)) / sum(counts)
    upto = np.concatenate([[0], np.cumsum(counts)])
    after = int(np.searchsorted(upto, group_size))
    before = int(np.searchsorted(upto, upto[-1] - group_size, side="right")) - 1
    cuts = [after, before] if mean - values[0] >= values[-1] - mean else [before, after]
    for cut in cuts:
        if min(upto[cut], upto[-1] - upto[cut]) >= group_size:
            return [low, low + cut]
    return [low]


def _upwards(pairs: np.ndarray, levels: int, group_size: int) -> list[int]:
    """The first value of each group where people have several values: groups of distinct people from the lowest up."""
    held: set[int] = set()
    starts, last = [0] if levels else [], 0
    for level, person in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True):
        if len(held) >= group_size and level != last:
            starts.append(level)
            held = set()
        held.add(person)
        last = level
    return starts[:-1] if len(starts) > 1 and len(held) < group_size else starts


def noisy(name: str, column: pa.ChunkedArray, *, people: np.ndarray | None, share: float, key: bytes) -> pa.Array:
    """Add normal noise to each value.

    Parameters
    ----------
    name : str
        The field: each has noise of its own.
    column : pyarrow.ChunkedArray
        Numbers.
    people : numpy.ndarray or None
        Shape (rows,): rows in which a person repeats a value share one draw.
    share : float
        The standard deviation of the noise over that of the field.
    key : bytes
        Of the protection.

    Returns
    -------
    pyarrow.Array
        int64 where the column holds whole numbers (the noise is rounded), else float64.

    Notes
    -----
    Uncorrelated additive noise (Brand 2002, *Microdata protection through noise addition*, LNCS 2316, section 3.1): means
    stay, variances grow by ``share`` squared.
    """
    present = np.asarray(column.is_valid())
    whole = pa.types.is_integer(column.type)
    values = column.drop_null().cast(pa.float64(), safe=False).to_numpy()
    seed = hashlib.sha256(b"workbench noise\0" + key + b"\0" + name.encode()).digest()
    generator = np.random.Generator(np.random.Philox(int.from_bytes(seed)))
    if people is None:
        which = np.arange(len(values))
    else:
        levels = np.unique(values, return_inverse=True)[1].astype(np.int64)
        which = np.unique(people[present].astype(np.int64) * (int(levels.max(initial=0)) + 1) + levels, return_inverse=True)[1]
    drawn = generator.standard_normal(int(which.max(initial=-1)) + 1)
    spread = float(values.std()) if len(values) else 0.0
    changed = values + drawn[which] * (share * spread)
    found = np.zeros(len(present), dtype=np.int64 if whole else np.float64)
    found[present] = np.rint(changed) if whole else changed
    return pa.array(found, mask=~present)


def masked(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Replace what texts hold of personal data by labels, each distinct text once.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Words.

    Returns
    -------
    pyarrow.DictionaryArray
    """
    from workbench.screening import mask_many

    codes, values = encoded(column)
    texts = mask_many([str(value) if value is not None else "" for value in values.to_pylist()])
    indices = pa.array(codes, mask=codes < 0, type=pa.int32())
    return pc.dictionary_encode(pa.DictionaryArray.from_arrays(indices, pa.array(texts, type=pa.string())).cast(pa.string()))
