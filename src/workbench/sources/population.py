"""Registered residents and households per district and quarter (Seoul statistics): wide in the file, long in the catalogue.

A row of the catalogue is one district in one quarter; the file's kinds of figure (구분별) are its columns, of which
the whole (계) and the households (세대) are taken.
"""

from __future__ import annotations

import re

from workbench.errors import UsageError
from workbench.sources.families import Family, Shaped, Words, quarter_of
from workbench.sources.sums import check_sums

QUARTER = re.compile(r"[0-9]{4}\. ?[1-4]/4")
TAKEN = {"계": "population", "세대": "households"}


def shape_population(words: Words) -> Shaped:
    """Return residents and households in long form; the sum over the districts is checked and not kept.

    Parameters
    ----------
    words : Words
        ``district``, ``figure`` and one column for each quarter.

    Returns
    -------
    Shaped
        ``lines`` are those of the residents' rows.

    Raises
    ------
    UsageError
        No column names a quarter, no row holds residents, or the sums do not hold.
    """
    quarters = [name for name in words.frame.columns if QUARTER.fullmatch(str(name))]
    if not quarters:
        raise UsageError(
            f"{words.where}: no column is a quarter as in '2008. 1/4'", hint="download the quarterly form of the table"
        )
    figures = words.frame["figure"].astype(str).str.strip()
    long = {}
    for figure, name in TAKEN.items():
        rows = words.frame[(figures == figure).to_numpy()].assign(line=words.lines[(figures == figure).to_numpy()])
        long[name] = rows.melt(id_vars=["district", "line"], value_vars=quarters, var_name="quarter", value_name=name)
    if long["population"].empty:
        raise UsageError(
            f"{words.where}: no row of the kind '계' (residents) is there", hint="the file was cut; download it again"
        )
    households = long["households"].drop(columns="line").drop_duplicates(["district", "quarter"])
    frame = long["population"].merge(households, on=["district", "quarter"], how="left", sort=False)
    frame["quarter"] = quarter_of(frame["quarter"])
    shaped = Shaped(frame[["quarter", "district", "population", "households"]], frame["line"].to_numpy())
    return check_sums(shaped, of="district", group="quarter", sum_word="합계", columns=list(TAKEN.values()), where=words.where)


RESIDENT_POPULATION = Family(
    dataset="resident_population",
    title="registered residents per district and quarter",
    columns={"동별": "district", "구분별": "figure", "항목": "item", "단위": "unit"},
    shape=shape_population,
    further=QUARTER,
    ends_cut=True,
)
