"""A small city whose vault seals: custodians and stewards of both sides with real age keys, and rows about people."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from pyrage import x25519

from signed import SEATS, TODAY, adopt, found, seat
from workbench.catalog import Catalog, read_catalog
from workbench.files import write_text
from workbench.project import Project
from workbench.records import dump_yaml
from workbench.vault import Keys, Vault
from workbench.vault.keys import Key

__all__ = [
    "CANARY",
    "TODAY",
    "adopt",
    "catalog_of",
    "identity",
    "key_files",
    "keys",
    "make_vault",
    "members",
    "people",
    "seat_with_key",
]

CANARY = "카나리아-7f3a"
IDENTITIES: dict[str, Any] = {}


def identity(seat_id: str) -> Any:
    """A seat's age key, the same within a session of tests."""
    if seat_id not in IDENTITIES:
        IDENTITIES[seat_id] = x25519.Identity.generate()
    return IDENTITIES[seat_id]


def keys(*seats: str) -> Keys:
    """The keys of some seats."""
    return Keys(tuple(Key(name, identity(name)) for name in seats))


def key_files(folder: Path, *seats: str) -> list[str]:
    """The keys of some seats as files; their paths."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in seats:
        path = folder / f"{name}.age"
        path.touch(mode=0o600)
        path.write_text(f"{identity(name)}\n", encoding="utf-8")
    return [str(folder / f"{name}.age") for name in seats]


def seat_with_key(name: str, *roles: str, key: str | None = None) -> dict[str, Any]:
    """A seat with roles everywhere, and an age key of its own."""
    return seat(name, roles={"all": list(roles)}, age_key=str(identity(key or name).to_public()))


def members(**more: dict[str, Any]) -> dict[str, Any]:
    """One custodian a side; one steward of the government, two of civil society."""
    return {
        **SEATS,
        "G-1": seat_with_key("G-1", "steward", "checker"),
        "C-1": seat_with_key("C-1", "steward", "checker"),
        "C-4": seat_with_key("C-4", "steward"),
        "G-3": seat_with_key("G-3", "custodian"),
        "C-3": seat_with_key("C-3", "custodian"),
        **{name.replace("_", "-"): one for name, one in more.items()},
    }


def words(text: str) -> dict[str, str]:
    """A text in both languages."""
    return {"ko": text, "en": text}


def field(kind: str, reveals: str = "none", **more: Any) -> dict[str, Any]:
    """A field of the catalogue."""
    return {"type": kind, "reveals": reveals, "meaning": words(kind), **more}


PEOPLE = {
    "card": field("string", "direct_identifier", required=True),
    "name": field("string", "direct_identifier"),
    "age": field("integer", "quasi_identifier", limits=[0, 120]),
    "spent": field("number"),
    "seen_at": field("datetime"),
    "born": field("date", "quasi_identifier"),
    "home": field("geometry", "place"),
}


def catalog_record() -> dict[str, Any]:
    """The catalogue as it is written."""
    common = {
        "description": words("data"),
        "owner": words("owner"),
        "sector": "public",
        "licence": "CC0-1.0",
        "licence_verified": True,
        "source": {"title": words("source")},
        "period": "2021",
        "update": "once",
        "issues": [],
        "sort": [],
    }
    counts = {"year": field("integer", required=True), "count": field("integer")}
    return {
        "datasets": {
            "cards": {"title": words("cards"), "fields": PEOPLE, "key": ["card"], **common},
            "made_up": {"title": words("made up"), "fields": PEOPLE, "key": ["card"], "synthetic": True, **common},
            "counts": {"title": words("counts"), "fields": counts, "key": ["year"], **common},
        }
    }


def catalog_of(project: Project) -> Catalog:
    """The catalogue of a project."""
    return read_catalog(project)


POLICY = {
    "policy": "cards",
    "version": 1,
    "unit": "card",
    "fields": {
        name: {"role": "direct_identifier", "treatment": "drop"} for name in ("name", "age", "spent", "seen_at", "born", "home")
    },
    "guarantee": {"k": 2},
    "purposes": ["statistics"],
}


def make_vault(root: Path, *, seats: dict[str, Any] | None = None, policy: bool = False, today: dt.date = TODAY) -> Vault:
    """A founded project with a catalogue, and its vault."""
    project = Project(root=root)
    shutil.copytree(_founded(seats or members(), policy=policy), root, dirs_exist_ok=True)
    return Vault(project, read_catalog(project), today=today)


FOUNDED: dict[str, tempfile.TemporaryDirectory[str]] = {}


def _founded(seats: dict[str, Any], *, policy: bool) -> Path:
    """A city with these seats as both sides founded it, once in a session of tests."""
    known = f"{seats} {policy}"
    if known not in FOUNDED:
        FOUNDED[known] = tempfile.TemporaryDirectory(prefix="sealed-city-")
        project = Project(root=Path(FOUNDED[known].name) / "city")
        write_text(project.catalog, dump_yaml(catalog_record()))
        found(project, seats=seats)
        if policy:
            write_text(project.governance / "policies" / "cards.yml", dump_yaml(POLICY))
            adopt(project, ["cards"])
    return Path(FOUNDED[known].name) / "city"


def people(count: int, *, first: int = 0) -> pd.DataFrame:
    """Rows about people; every name holds the canary, every third has no age."""
    import geopandas

    numbers = range(first, first + count)
    frame = pd.DataFrame(
        {
            "card": [f"card-{number}" for number in numbers],
            "name": [f"{CANARY} {number}" for number in numbers],
            "age": pd.array([None if number % 3 == 0 else number % 90 for number in numbers], dtype="Int64"),
            "spent": [number * 10.25 for number in numbers],
            "seen_at": pd.to_datetime([1_600_000_000 + number for number in numbers], unit="s", utc=True).tz_convert(
                "Asia/Seoul"
            ),
            "born": pd.to_datetime(["1980-05-17"] * count),
        }
    )
    places = geopandas.GeoSeries.from_xy([127.0 + number / 1e4 for number in numbers], [37.5] * count, crs="EPSG:4326")
    return geopandas.GeoDataFrame(frame, geometry=places).rename_geometry("home")
