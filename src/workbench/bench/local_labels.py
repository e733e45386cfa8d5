"""Labels that overlap make wrong tables: a field recoded profile by profile is no axis of one.

``20-29`` and ``25-34`` both count people of 27, and neither counts all of them. Only a field that the policy names among
``analysis_dimensions`` has one coding for the whole column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench.catalog import DATA_NAME
from workbench.catalog.reading import LOCAL_HINT
from workbench.errors import GateRefused


def refuse_local_labels(
    table: str, frame: pd.DataFrame, columns: Sequence[str], loaded: Sequence[tuple[str, Mapping[str, Any], Path]]
) -> None:
    """Refuse an axis of labels that overlap.

    Parameters
    ----------
    table : str
        Its name, for messages.
    frame : pandas.DataFrame
    columns : sequence of str
        The axes.
    loaded : sequence of (str, mapping, Path)
        What the notebook has loaded: the dataset, its manifest, and the folder of its rows.

    Raises
    ------
    GateRefused
        An axis holds labels of a field that was recoded locally. Where another dataset has a field of that name with one
        coding, only labels that it does not have are refused.
    """
    for column in columns:
        local = [(asked, folder) for asked, manifest, folder in loaded if column in manifest.get("local", ())]
        if not local:
            continue
        plain = [
            folder for _, manifest, folder in loaded if column in manifest["fields"] and column not in manifest.get("local", ())
        ]
        shown = set(frame[column].dropna().unique())
        if plain and shown <= set().union(*(_values(folder, column) for folder in plain)):
            continue
        asked = local[0][0]
        raise GateRefused(
            f"table '{table}': '{column}' of {asked} is recoded profile by profile; its labels overlap, so its counts are wrong",
            hint=LOCAL_HINT.format(names=column, dataset=asked),
        )


def _values(folder: Path, column: str) -> set[Any]:
    return set(pc.unique(pq.read_table(folder / DATA_NAME, columns=[column])[column]).to_pylist())
