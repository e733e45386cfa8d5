"""Policies, hierarchies and catalogue fields for the tests of protection."""

from __future__ import annotations

from pathlib import Path

from workbench.catalog import Dataset
from workbench.files import sha256_file, write_text
from workbench.privacy import Policy

TEXT = {"ko": "가", "en": "a"}

TREE = "강 남구;동남권;*\n서초구;동남권;*\nDong-gu;north;*\n중구;north;*\n"


def write_tree(folder: Path, content: str | bytes = TREE, name: str = "place.csv") -> Path:
    """A hierarchy beside the policy."""
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        write_text(path, content)
    return path


def field(kind: str, reveals: str = "none", **more):
    """A field of the catalogue."""
    return {"type": kind, "reveals": reveals, "meaning": TEXT, **more}


def dataset(fields, **more) -> Dataset:
    """A synthetic dataset with these fields."""
    record = {
        "title": TEXT, "description": TEXT, "owner": TEXT, "sector": "public", "licence": "CC0-1.0", "licence_verified": True,
        "source": {"title": TEXT}, "period": "2021", "update": "once", "issues": ["noise"], "fields": fields,
        "key": [next(iter(fields))], "sort": [], "synthetic": True, **more,
    }  # fmt: skip
    return Dataset.model_validate(record)


PEOPLE = {
    "row": field("string"),
    "who": field("string", "direct_identifier"),
    "age": field("integer", "quasi_identifier"),
    "home": field("string", "quasi_identifier"),
    "illness": field("string", "sensitive"),
    "words": field("string", "free_text"),
    "spot": field("geometry", "place"),
}


def rules(tree: Path) -> dict:
    """What is done to each field of PEOPLE."""
    return {
        "row": {"role": "direct_identifier", "treatment": "drop"},
        "age": {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 99]},
        "home": {"role": "quasi_identifier", "hierarchy": tree.name, "sha256": sha256_file(tree)},
        "illness": {"role": "sensitive"},
        "words": {"role": "direct_identifier", "treatment": "drop"},
        "spot": {"role": "insensitive"},
    }


def policy(fields: dict, *, k: int = 2, suppression: float = 0.0, **more) -> Policy:
    """A policy about people told apart by ``who``."""
    record = {
        "policy": "people", "version": 1, "custody": "synthetic", "unit": "who", "fields": fields,
        "guarantee": {"k": k}, "limits": {"suppression": suppression}, **more,
    }  # fmt: skip
    return Policy.model_validate(record)
