"""The districts as SVG paths for small maps: pure arithmetic on the mended borders, the same bytes every time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely

from workbench.errors import UsageError
from workbench.places.borders import clean_outlines
from workbench.places.districts import districts

SMALLEST_PART_PX2 = 20.0
"""Parts of a district smaller than this many square pixels (river islets) are left out of the picture."""


@dataclass(frozen=True)
class DistrictPath:
    """One district on a map.

    Parameters
    ----------
    code, name_ko, name_en : str
    path : str
        The ``d`` of an SVG ``path``, in pixels.
    x, y : float
        Where a label has most room: the centre of the largest circle inside.
    """

    code: str
    name_ko: str
    name_en: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class DistrictMap:
    """A map of the districts: ``viewBox`` is ``0 0 width height``.

    Parameters
    ----------
    width, height : int
        Pixels.
    districts : tuple of DistrictPath
        Ordered by code.
    """

    width: int
    height: int
    districts: tuple[DistrictPath, ...]


@cache
def district_paths(width: int = 700, tolerance_deg: float = 0.0016) -> DistrictMap:
    """Return the districts as simplified SVG paths that still meet exactly.

    Parameters
    ----------
    width : int, default 700
        Of the picture, in pixels; the height follows from the city's form.
    tolerance_deg : float, default 0.0016
        How much detail may go: triangles smaller than this many degrees squared are cut off (0.0016° is about 180 m).

    Returns
    -------
    DistrictMap

    Raises
    ------
    UsageError
        Width not above zero, or tolerance below zero.

    Examples
    --------
    >>> city = district_paths()
    >>> city.width, len(city.districts), city.districts[22].name_en
    (700, 25, 'Gangnam-gu')
    """
    if width <= 0 or tolerance_deg < 0:
        raise UsageError(f"a map is wider than 0 pixels and its tolerance is 0° or more, found {width} and {tolerance_deg:g}")
    outlines = np.array(clean_outlines(), dtype=object)
    _, south, _, north = shapely.total_bounds(outlines)
    shrink = math.cos(math.radians((south + north) / 2))  # a degree of longitude is shorter than one of latitude
    flat = shapely.transform(outlines, lambda corners: corners * [shrink, -1.0])
    simple = shapely.coverage_simplify(flat, tolerance_deg)
    left, top, right, bottom = shapely.total_bounds(simple)
    scale = width / (right - left)
    pixels = shapely.transform(simple, lambda corners: (corners - [left, top]) * scale)
    table = districts()
    return DistrictMap(
        width=width,
        height=math.ceil((bottom - top) * scale),
        districts=tuple(
            _path(code, korean, english, shape)
            for code, korean, english, shape in zip(table["code"], table["name_ko"], table["name_en"], pixels, strict=True)
        ),
    )


def _path(code: str, name_ko: str, name_en: str, shape: shapely.Geometry) -> DistrictPath:
    parts = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
    shown = [part for number, part in enumerate(parts) if number == 0 or part.area >= SMALLEST_PART_PX2]
    rings = [ring for part in shown for ring in (part.exterior, *part.interiors)]
    label = shapely.get_coordinates(shapely.maximum_inscribed_circle(parts[0], tolerance=0.5))[0]
    return DistrictPath(
        code=code,
        name_ko=name_ko,
        name_en=name_en,
        path="".join(_ring(ring) for ring in rings),
        x=round(float(label[0]), 1),
        y=round(float(label[1]), 1),
    )


def _ring(ring: shapely.LinearRing) -> str:
    corners = shapely.get_coordinates(ring)[:-1]
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners) + "Z"
