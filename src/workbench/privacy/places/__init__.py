"""Places, times and trips: adaptive cells, periods, displaced places, trips without their ends, and how unique all this is."""

from workbench.privacy.places.adaptive import adaptive_cells
from workbench.privacy.places.cells import Cell, cell_polygon, parse_cell
from workbench.privacy.places.displacement import displace
from workbench.privacy.places.periods import check_levels, time_tree
from workbench.privacy.places.quadtree import place_tree
from workbench.privacy.places.trips import Trimmed, trim_ends, trim_trips
from workbench.privacy.places.uniqueness import Uniqueness, uniqueness

__all__ = [
    "Cell",
    "Trimmed",
    "Uniqueness",
    "adaptive_cells",
    "cell_polygon",
    "check_levels",
    "displace",
    "parse_cell",
    "place_tree",
    "time_tree",
    "trim_ends",
    "trim_trips",
    "uniqueness",
]
