"""Sum rows of official tables: checked against the rows they sum, then not kept. A sum that does not hold is an error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.errors import combine
from workbench.intake import MISSING, Refusal
from workbench.sources.families import Shaped, set_aside

MOST_SHOWN = 5


def check_sums(shaped: Shaped, *, of: str, group: str, sum_word: str, columns: Sequence[str], where: str) -> Shaped:
    """Return rows without the sum rows, after checking that each is the sum of its group.

    Parameters
    ----------
    shaped : Shaped
    of : str
        The field in which the sum row says ``sum_word``.
    group : str
        The field whose rows are summed together.
    sum_word : str
    columns : sequence of str
        The fields that are summed.
    where : str
        The file.

    Returns
    -------
    Shaped
        The sum rows are refused, as checked and not kept.

    Raises
    ------
    UsageError
        Naming each sum that does not hold, with both numbers.
    """
    is_sum = (shaped.frame[of].astype(str).str.strip() == sum_word).to_numpy()
    groups = shaped.frame[group].astype(str).str.strip()
    numbers = shaped.frame[list(columns)].apply(_numbers)
    parts = numbers[~is_sum].groupby(groups[~is_sum]).agg(lambda column: column.sum(skipna=False))
    sums = numbers[is_sum].set_index(groups[is_sum])
    problems = []
    for name, row in sums.iterrows():
        summed = parts.loc[name] if name in parts.index else pd.Series(np.nan, index=list(columns))
        problems += [
            f"{group} {name}: the row '{sum_word}' says {_shown(row[column])} for '{column}', "
            f"its rows give {_shown(summed[column])}"
            for column in columns
            if row[column] != summed[column]
        ]
    if problems:
        more = [f"and {len(problems) - MOST_SHOWN} more"] if len(problems) > MOST_SHOWN else []
        raise combine([*problems[:MOST_SHOWN], *more], where=where, hint="the file was cut or changed; download it again")
    refused = [
        Refusal(int(shaped.lines[row]), of, sum_word, "a row of its own", "a sum row: checked, not kept")
        for row in np.flatnonzero(is_sum)
    ]
    return set_aside(shaped, is_sum, refused)


def _numbers(column: pd.Series) -> pd.Series:
    """A column to be summed: "none" is zero; what is no number makes a sum that does not hold."""
    text = column.fillna("").astype(str).str.strip().str.replace(",", "")
    return pd.to_numeric(text.where(~text.isin(MISSING), "0"), errors="coerce")


def _shown(number: float) -> str:
    return "no number" if pd.isna(number) else f"{number:,.0f}"
