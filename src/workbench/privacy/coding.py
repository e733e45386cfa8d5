"""A table's fields as the recoding engine takes them: quasi-identifiers as leaves of trees, people and sensitive values as codes.

All fields that cannot be coded are told together, and none of their values is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.errors import GateRefused, UsageError
from workbench.privacy.fitting import kind_of
from workbench.privacy.frames import problems_of
from workbench.privacy.policy import Policy
from workbench.privacy.recoding import Attribute, Sensitive, Tree, hierarchy_tree, interval_tree
from workbench.privacy.rules import FieldRule
from workbench.privacy.treatments import encoded

if TYPE_CHECKING:
    import pandas as pd


def attributes_of(table: pa.Table, policy: Policy, hierarchies: dict[str, pd.DataFrame]) -> list[Attribute]:
    """Return the quasi-identifiers of a table with their trees, in the order of the policy.

    Parameters
    ----------
    table : pyarrow.Table
    policy : Policy
    hierarchies : dict of str to pandas.DataFrame

    Returns
    -------
    list of Attribute

    Raises
    ------
    UsageError
        All fields with a value that their hierarchy lacks, that is outside their domain, or that is no number, time or
        place: how many rows, and the first one.
    """
    found: list[Attribute] = []
    problems: list[str] = []
    for name in policy.quasi_identifiers:
        rule = policy.fields[name]
        try:
            tree, codes = _coded(name, table[name], rule, hierarchies.get(name))
        except UsageError as error:
            problems.append(f"{error.message} ({error.hint})" if error.hint else error.message)
            continue
        found.append(Attribute(name, tree, codes, dimension=name in policy.analysis_dimensions))
    if problems:
        raise problems_of(problems)
    return found


def _coded(name: str, column: pa.ChunkedArray, rule: FieldRule, hierarchy: pd.DataFrame | None) -> tuple[Tree, np.ndarray]:
    """The tree of a field, and the leaf of each row."""
    empty = pa.types.is_null(column.type)
    if rule.domain is not None:
        tree = interval_tree(name, rule.domain)
        return tree, tree.codes(pa.chunked_array([pa.nulls(len(column), pa.int64())]) if empty else column)
    if hierarchy is not None:
        tree = hierarchy_tree(name, hierarchy)
        return tree, tree.codes(pa.chunked_array([pa.nulls(len(column), pa.string())]) if empty else column)
    if rule.recoding == "time":
        from workbench.privacy.places.periods import time_tree

        return time_tree(name, times(name, column), levels=rule.levels or ())
    from workbench.privacy.places.quadtree import place_tree

    more = {} if rule.finest_m is None else {"finest_m": rule.finest_m}
    return place_tree(name, pa.chunked_array([pa.nulls(len(column), pa.binary())]) if empty else column, **more)


def times(name: str, column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return a column of times; words are read as ISO 8601 writes them.

    Parameters
    ----------
    name : str
        The field.
    column : pyarrow.ChunkedArray
        Dates, times, or words for them.

    Returns
    -------
    pyarrow.Array or pyarrow.ChunkedArray

    Raises
    ------
    UsageError
        Something that is no time: how many rows, and the first one.

    Examples
    --------
    >>> times("at", pa.chunked_array([["2021-03-05T08:10", None]])).to_pylist()
    [datetime.datetime(2021, 3, 5, 8, 10), None]
    """
    if kind_of(column.type) != "string":
        return column
    import pandas as pd

    codes, values = encoded(column)
    read = pd.to_datetime(pd.Series(values.to_pylist(), dtype=object), errors="coerce", format="ISO8601")
    strange = np.append(read.isna().to_numpy(), [False])[codes]
    if strange.any():
        raise UsageError(
            f"field '{name}': no time in {int(strange.sum()):,} rows (the first is row {int(strange.argmax()) + 1:,})",
            hint="write times as 2021-03-05 or 2021-03-05T08:10",
        )
    return pa.Array.from_pandas(read.astype("datetime64[us]")).take(pa.array(codes, mask=codes < 0))


def people_of(table: pa.Table, policy: Policy) -> np.ndarray | None:
    """Return whose row each is, as codes; None where each row is a person, because nobody says otherwise or none repeats.

    Parameters
    ----------
    table : pyarrow.Table
    policy : Policy

    Returns
    -------
    numpy.ndarray or None
        Shape (rows,), int32.

    Raises
    ------
    GateRefused
        A row without its unit.
    """
    if policy.unit is None:
        return None
    codes = encoded(table[policy.unit])[0]
    absent = codes < 0
    if absent.any():
        raise GateRefused(
            f"unit '{policy.unit}': missing in {int(absent.sum()):,} rows (the first is row {int(absent.argmax()) + 1:,}), "
            "so nobody to protect is known there",
            hint="fill it in, or leave these rows out before they come in",
        )
    return codes if len(codes) and int(np.bincount(codes).max()) > 1 else None


def sensitive_of(table: pa.Table, policy: Policy) -> list[Sensitive]:
    """Return the sensitive fields whose values must stay diverse, as the guarantee asks.

    Parameters
    ----------
    table : pyarrow.Table
    policy : Policy

    Returns
    -------
    list of Sensitive
    """
    if policy.guarantee is None:
        return []
    asked, found = policy.guarantee, []
    for name in policy.sensitive:
        l_rule, t_rule = asked.l.get(name), asked.t.get(name)
        if l_rule is None and t_rule is None:
            continue
        codes, values = encoded(table[name])
        rank = np.empty(len(values) + 1, np.int32)  # codes in the order of values, which no order of rows changes
        rank[pc.sort_indices(values).to_numpy()] = np.arange(len(values), dtype=np.int32)
        rank[-1] = -1
        codes = rank[codes]
        found.append(
            Sensitive(
                name,
                codes,
                l=None if l_rule is None else l_rule.value,
                l_measure="distinct" if l_rule is None else l_rule.measure,
                t=None if t_rule is None else t_rule.exact,
                t_distance="equal" if t_rule is None else t_rule.distance,
            )
        )
    return found
