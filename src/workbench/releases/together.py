"""All tables about people of a candidate, protected as one system together with those published before.

A cell that is withheld in one table may not follow from another: tables are linked by what they share, and every withheld
cell is proven over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.disclosure import SafeTable, published
from workbench.disclosure.suppression.linked import LinkedTable, accept
from workbench.disclosure.tabulating.advice import advice_of
from workbench.errors import GateRefused, combine
from workbench.files import canonical
from workbench.releases.differences import cell_names, result_name
from workbench.releases.ledger import StoredTable
from workbench.releases.ledger.segments import signatures
from workbench.releases.reaching import Reached, reached_by
from workbench.releases.recomputing import FoundTable, stored_cells

NAMED = 5
"""So many cells that cannot be protected are named."""


@dataclass(frozen=True, eq=False, repr=False)
class Guarded:
    """A table as it may be published, and what is proven of its withheld cells; the proof is never public.

    Parameters
    ----------
    found : FoundTable
    safe : SafeTable
    before : StoredTable or None
        The same result as it was published last.
    repeated : bool
        Whether each of its cells was published, or withheld, with the same people before.
    lower, upper : numpy.ndarray
        Shape (cells,): what follows at least from everything published; NaN where nothing was to be proven now.
    people_lower, people_upper : numpy.ndarray
        Shape (cells,): likewise in people.
    advice : str or None
        How to coarsen a table most of which is withheld.
    joined, left_out : int
        Earlier tables that all new ones were proven together with, and those that share something unknown with them but were
        too many.
    """

    found: FoundTable
    safe: SafeTable
    before: StoredTable | None
    repeated: bool
    lower: np.ndarray
    upper: np.ndarray
    people_lower: np.ndarray
    people_upper: np.ndarray
    advice: str | None
    joined: int = 0
    left_out: int = 0


def protect_together(found: Sequence[FoundTable], earlier: Sequence[StoredTable], *, issue: str) -> list[Guarded]:
    """Protect tables about people, all at once.

    Parameters
    ----------
    found : sequence of FoundTable
        Of the last runs of an urban issue.
    earlier : sequence of StoredTable
        Every table of the ledger on data of the same people, oldest first.
    issue : str

    Returns
    -------
    list of Guarded
        In the order given.

    Raises
    ------
    GateRefused
        Cells that nothing protects while everything else is public.
    """
    last = {(one.release.rpartition("/")[0], one.name, canonical(one.parameters)): one for one in earlier}
    before = [last.get((issue, one.name, canonical(dict(one.run.parameters)))) for one in found]
    marks = [signatures(one.vectors.start, one.vectors.person, one.vectors.weight) for one in found]
    repeated = [_repeats(one, mark, old) for one, mark, old in zip(found, marks, before, strict=True)]
    fresh = [at for at, again in enumerate(repeated) if not again]
    guarded: dict[int, Guarded] = {at: _as_before(found[at], old) for at, old in enumerate(before) if repeated[at] and old}
    if fresh:
        reached = reached_by([(found[at].layout, marks[at]) for at in fresh], [one for one in earlier if one.block is not None])
        frozen = reached.joined
        tables = [_linked(found[at], marks[at], reached) for at in fresh]
        tables += [LinkedTable(stored_cells(one), one.signature, one.safe, one.rules) for one in frozen]
        accepted = accept(tables)
        problems = [problem for at in fresh for problem in _telling(found[at], marks[at], reached)]
        for place, at in enumerate(fresh):
            one = found[at]
            withheld = accepted.withheld[place]
            bad = accepted.unprotected[place]
            if len(bad):
                problems.append(_unprotected(one, published(one.cells, withheld, rules=one.rules), bad))
            guarded[at] = Guarded(
                one,
                published(one.cells, withheld, rules=one.rules),
                before[at],
                False,
                accepted.lower[place],
                accepted.upper[place],
                accepted.people_lower[place],
                accepted.people_upper[place],
                advice_of(one.cells, one.rules),
                len(frozen),
                reached.left_out,
            )
        for place, old in enumerate(frozen, start=len(fresh)):
            if len(accepted.unprotected[place]):
                cells = len(accepted.unprotected[place])
                problems.append(
                    f"{old.release}#{result_name(old.name, old.parameters)}: {cells} cells that are withheld there would "
                    "follow from the new tables; leave out the new table that shares its margins, or coarsen it"
                )
        if problems:
            raise combine(problems, where=f"release of {issue}", kind=GateRefused)
    return [guarded[at] for at in range(len(found))]


def _linked(found: FoundTable, mark: np.ndarray, reached: Reached) -> LinkedTable:
    """A new table, with what all earlier counts say of its cells."""
    if found.layout.statistic != "count":
        return LinkedTable(found.cells, mark, None, found.rules)
    told = _told_by_model(found)
    if told is not None:
        return LinkedTable(found.cells, mark, told, found.rules)
    some = found.cells.rows > 0
    shown, held = some & np.isin(mark, reached.shown), some & np.isin(mark, reached.withheld)
    return LinkedTable(found.cells, mark, None, found.rules, shown, held)


def _told_by_model(found: FoundTable) -> SafeTable | None:
    """A model withholds none of its groups: its numbers tell of each, and the error of a level how many it has."""
    if found.record["kind"] != "model":
        return None
    return published(found.cells, np.zeros(found.cells.size, bool), rules=found.rules)


def _telling(found: FoundTable, mark: np.ndarray, reached: Reached) -> list[str]:
    """The groups of a model that are a cell withheld in a published table, which its errors would tell of."""
    told = np.flatnonzero((found.cells.rows > 0) & np.isin(mark, reached.withheld)) if found.record["kind"] == "model" else ()
    if not len(told):
        return []
    named = "; ".join(str(found.layout.rows.keys[cell]).partition(": ")[2] for cell in list(told)[:NAMED])
    return [
        f"model '{result_name(found.name, found.run.parameters)}': its group {named} is a cell that a published table withholds, "
        "and how sure its coefficients are tells how large it is; join levels, or leave it out"
    ]


def _repeats(found: FoundTable, mark: np.ndarray, before: StoredTable | None) -> bool:
    """Whether a table was published with the same people in every cell, under the same rules."""
    if before is None or before.block is None or before.unknown_cells or before.rules != found.rules:
        return False
    alike = before.safe.layout.shape == found.layout.shape and _keys(before) == _cell_keys(found)
    amounts, old = found.vectors.amount, before.vectors.amount
    same = (amounts is None) == (old is None) and before.safe.layout.statistic == found.layout.statistic
    if not (alike and same and len(mark) == len(before.signature) and bool((mark == before.signature).all())):
        return False
    return amounts is None or old is None or bool(np.array_equal(amounts, old))


def _keys(table: StoredTable) -> object:
    layout = table.safe.layout
    return layout.rows.keys, layout.columns and layout.columns.keys


def _cell_keys(found: FoundTable) -> object:
    return found.layout.rows.keys, found.layout.columns and found.layout.columns.keys


def _as_before(found: FoundTable, before: StoredTable) -> Guarded:
    withheld = np.array([state == "withheld" for line in before.safe.states for state in line], bool)
    nothing = np.full(found.cells.size, np.nan)
    return Guarded(
        found, published(found.cells, withheld, rules=found.rules), before, True, nothing, nothing, nothing, nothing, None
    )


def _unprotected(found: FoundTable, safe: SafeTable, cells: Sequence[int]) -> str:
    names = cell_names(safe)
    told = "; ".join(f"[{', '.join(names[cell])}]" for cell in list(cells)[:NAMED]) + (" …" if len(cells) > NAMED else "")
    return (
        f"table '{result_name(found.name, found.run.parameters)}': {len(cells)} cells of few people would follow from what is "
        f"public, whatever else is withheld, e.g. {told}; use coarser rows or columns, or leave the margins out"
    )
