"""Where things are in Seoul: its 25 districts, their names, borders, and a map of them."""

from workbench.places.borders import ATTRIBUTION, district_shapes
from workbench.places.districts import DISTRICT_NAMES, district_code, district_name, districts
from workbench.places.maps import DistrictMap, DistrictPath, district_paths

__all__ = [
    "ATTRIBUTION",
    "DISTRICT_NAMES",
    "DistrictMap",
    "DistrictPath",
    "district_code",
    "district_name",
    "district_paths",
    "district_shapes",
    "districts",
]
