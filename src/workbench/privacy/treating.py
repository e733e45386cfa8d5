"""One field after its treatment: which function does it, with which options, and what the report says of it.

The functions themselves are in :mod:`workbench.privacy.treatments` and :mod:`workbench.privacy.places`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from workbench.errors import GateRefused, UsageError
from workbench.privacy.policy import Policy
from workbench.privacy.rules import NOISE_SHARE, FieldRule
from workbench.privacy.treatments import masked, microaggregated, noisy, pseudonyms


@dataclass
class Treatment:
    """What treatments draw on, and what they note for the report.

    Parameters
    ----------
    policy : Policy
    key : bytes
        Of this protection.
    secret : bytes or None
        A lasting one.
    people : numpy.ndarray or None
        Shape (rows,), of all rows; None where each row is a person.
    notes : dict
        By field: what the report says of it beyond the policy.
    """

    policy: Policy
    key: bytes
    secret: bytes | None
    people: np.ndarray | None
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of_rows(self, kept: np.ndarray) -> np.ndarray | None:
        """Return whose the rows are that stay."""
        return self.people if self.people is None or kept.all() else self.people[kept]

    def lasting(self, name: str) -> bytes:
        """Return the secret that places are moved by."""
        if self.secret is None:
            raise GateRefused(
                f"field '{name}': a place is moved by a lasting secret, and none was given",
                hint="with a new secret each time, several protections would show the place: privacy protect --secret FILE",
            )
        return self.secret


def treated(
    name: str, column: pa.ChunkedArray, rule: FieldRule, treatment: Treatment, *, kept: np.ndarray
) -> pa.Array | pa.ChunkedArray:
    """Return a field after its treatment.

    Parameters
    ----------
    name : str
    column : pyarrow.ChunkedArray
        The rows that stay.
    rule : FieldRule
    treatment : Treatment
    kept : numpy.ndarray
        Shape (rows,), bool: which rows stay.

    Returns
    -------
    pyarrow.Array or pyarrow.ChunkedArray

    Raises
    ------
    GateRefused
        A lasting secret is needed and none was given, or a group of averages has too few people.
    """
    people = treatment.of_rows(kept)
    if rule.treatment == "pseudonymise":
        return pseudonyms(column, treatment.key)
    if rule.treatment == "mask":
        return masked(column)
    if rule.treatment == "microaggregate":
        guarantee = treatment.policy.guarantee
        size = rule.group_size or (guarantee.k if guarantee else 2)
        treatment.notes[name] = {"group_size": size}
        return microaggregated(name, column, people=people, group_size=size)
    if rule.treatment == "noise":
        share = NOISE_SHARE if rule.share is None else rule.share
        treatment.notes[name] = {"share": share}
        return noisy(name, column, people=people, share=share, key=treatment.key)
    if rule.treatment == "displace":
        return _displaced(name, column, rule, treatment)
    if rule.treatment == "trim":
        return _trimmed(name, column, rule, treatment, people=_owners(people, column))
    return column


def _owners(people: np.ndarray | None, column: pa.ChunkedArray) -> np.ndarray:
    """Whose each row is, where none repeats too."""
    return np.arange(len(column)) if people is None else people


def _options(rule: FieldRule, *names: str) -> dict[str, int]:
    return {option: getattr(rule, option) for option in names if getattr(rule, option) is not None}


def _displaced(name: str, column: pa.ChunkedArray, rule: FieldRule, treatment: Treatment) -> pa.Array:
    from workbench.privacy.places.displacement import displace

    options = _options(rule, "at_least_m", "place_m")
    treatment.notes[name] = {"within_m": rule.within_m, **options}
    moved = displace(name, column, secret=treatment.lasting(name), within_m=int(rule.within_m or 0), **options)
    return _binary(moved)


def _trimmed(name: str, column: pa.ChunkedArray, rule: FieldRule, treatment: Treatment, *, people: np.ndarray) -> pa.Array:
    from workbench.privacy.places.trips import trim_trips

    guarantee = treatment.policy.guarantee
    options = _options(rule, "same_place_m")
    found = trim_trips(
        name,
        column,
        people=people,
        secret=treatment.lasting(name),
        zone_m=int(rule.zone_m or 0),
        k=guarantee.k if guarantee else None,
        **options,
    )
    share = round(found.kept_share, 4)
    treatment.notes[name] = {
        "zone_m": rule.zone_m,
        **options,
        "length_kept": share,
        "trips_without_rest": int(found.dropped.sum()),
    }
    return _binary(found.lines)


def trimmed_ends(columns: Mapping[str, pa.ChunkedArray], treatment: Treatment, *, kept: np.ndarray) -> dict[str, pa.Array]:
    """Replace the ends of trips that are points by zones: all such fields of a policy together, for a home is a start and an end.

    Parameters
    ----------
    columns : mapping of str to pyarrow.ChunkedArray
        The fields of ``treatment: trim``, the rows that stay.
    treatment : Treatment
    kept : numpy.ndarray
        Shape (rows,), bool.

    Returns
    -------
    dict of str to pyarrow.DictionaryArray
        Names of cells, of the fields that hold points; the others are lines.

    Raises
    ------
    GateRefused
        No lasting secret, or fewer than k people with an end.
    UsageError
        The fields differ in their options.
    """
    from workbench.privacy.places.trips import trim_ends

    points = {name: column for name, column in columns.items() if _holds_points(column)}
    if not points:
        return {}
    rules = [treatment.policy.fields[name] for name in points]
    if len({(rule.zone_m, rule.same_place_m) for rule in rules}) > 1:
        raise UsageError(
            f"fields {', '.join(points)}: trim: the ends of trips need the same zone_m and same_place_m",
            hint="with two grids a place is narrowed down to where they overlap",
        )
    options = _options(rules[0], "same_place_m")
    guarantee = treatment.policy.guarantee
    treatment.notes |= {name: {"zone_m": rules[0].zone_m, **options} for name in points}
    return trim_ends(
        points,
        people=_owners(treatment.of_rows(kept), next(iter(points.values()))),
        secret=treatment.lasting(next(iter(points))),
        zone_m=int(rules[0].zone_m or 0),
        k=guarantee.k if guarantee else None,
        **options,
    )


def _holds_points(column: pa.ChunkedArray) -> bool:
    import shapely

    first = next((value.as_py() for value in column if value.is_valid), None)
    return first is not None and shapely.get_type_id(shapely.from_wkb(first, on_invalid="ignore")) == shapely.GeometryType.POINT


def _binary(shapes: np.ndarray) -> pa.Array:
    import shapely

    return pa.array(shapely.to_wkb(shapes), type=pa.binary())
