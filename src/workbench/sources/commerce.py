"""Seoul's commercial-area service: coffee shops and their sales, and people passing, per administrative dong and quarter.

Sales are estimates from card payments, in won per quarter although the column says "of the month".
"""

from __future__ import annotations

import numpy as np

from workbench.intake import Refusal
from workbench.sources.families import Family, Shaped, Words, quarter_of, set_aside

COFFEE = "CS100010"
"""The service's code of coffee and other drinks."""

PLACE = {"기준_년분기_코드": "quarter", "행정동_코드": "dong_code", "행정동_코드_명": "dong"}
OTHER_AREAS = frozenset({"자치구_코드", "상권_코드", "상권배후지_코드", "서울시_코드"})
"""The same service publishes these tables per district, per shopping area and for the city."""


def shape_by_dong(words: Words) -> Shaped:
    """Return rows per dong and quarter; other trades than coffee are refused where the file names a trade.

    Parameters
    ----------
    words : Words

    Returns
    -------
    Shaped
    """
    frame = words.frame.assign(quarter=quarter_of(words.frame["quarter"]))
    if "trade" not in frame:
        return Shaped(frame, words.lines)
    trades = frame["trade"].astype(str).str.strip()
    other = (trades != COFFEE).to_numpy()
    refused = [
        Refusal(int(words.lines[row]), "", trades.iloc[row], f"{COFFEE} (coffee)", "another trade")
        for row in np.flatnonzero(other)
    ]
    return set_aside(Shaped(frame.drop(columns="trade"), words.lines), other, refused)


COFFEE_SALES = Family(
    dataset="coffee_sales_by_dong",
    title="coffee sales per dong and quarter",
    columns={**PLACE, "서비스_업종_코드": "trade", "당월_매출_금액": "sales_won", "당월_매출_건수": "transactions"},
    shape=shape_by_dong,
    not_with=OTHER_AREAS,
)

COFFEE_STORES = Family(
    dataset="coffee_stores_by_dong",
    title="coffee shops per dong and quarter",
    columns={
        **PLACE,
        "서비스_업종_코드": "trade",
        "점포_수": "stores",
        "개업_점포_수": "opened",
        "폐업_점포_수": "closed",
        "프랜차이즈_점포_수": "franchise",
    },
    shape=shape_by_dong,
    not_with=OTHER_AREAS,
)

FLOATING_POPULATION = Family(
    dataset="floating_population_by_dong",
    title="people passing per dong and quarter",
    columns={**PLACE, "총_유동인구_수": "people", "남성_유동인구_수": "men", "여성_유동인구_수": "women"},
    shape=shape_by_dong,
    not_with=OTHER_AREAS,
)
