"""What the Seoul Open Data Plaza would answer, made from the official files: the same facts in the interface's form."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from pathlib import Path

from workbench.sources import find_official_files

AIR_FIELDS = ("MSRDT_DE", "MSRSTE_NM", "NO2", "O3", "CO", "SO2", "PM10", "PM25")


def words(path: Path) -> list[list[str]]:
    """The rows of a CP949 file, header left out."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode("cp949"), newline="")))[1:]


def one_file(folder: Path, dataset: str) -> Path:
    """The file of a dataset."""
    return next(found.path for found in find_official_files(folder) if found.dataset == dataset)


def air_days(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Rows of DailyAverageAirQuality by day."""
    days: dict[str, list[dict[str, str]]] = defaultdict(list)
    for found in find_official_files(folder):
        for row in words(found.path) if found.dataset == "daily_air" else []:
            days[row[0]].append(dict(zip(AIR_FIELDS, row, strict=True)))
    return days


def stations(folder: Path) -> list[dict[str, str]]:
    """Rows of tbCycleStationInfo; numbers padded to five digits, as the interface has them and the files do not."""
    return [
        {
            "STA_LOC": row[2],
            "RENT_ID": f"ST-{number}",
            "RENT_NO": row[0].strip().zfill(5),
            "RENT_NM": row[1],
            "HOLD_NUM": row[8],
            "STA_ADD1": row[3],
            "STA_ADD2": "",
            "STA_LAT": row[4],
            "STA_LONG": row[5],
        }
        for number, row in enumerate(words(one_file(folder, "bike_stations")))
    ]


def rental_months(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Rows of tbCycleRentUseMonthInfo by month, each station's use split into two rows, as by kind of user."""
    months: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in words(one_file(folder, "bike_station_month")):
        half = int(row[3]) // 2
        for count in (half, int(row[3]) - half):
            months[row[2]].append({"STATION_NAME": row[1], "USE_CNT": str(count)})
    return months
