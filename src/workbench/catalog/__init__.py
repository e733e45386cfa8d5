"""What data there is and how to read it: ``data_catalog.yml`` → ``Dataset``, ``load()``."""

from workbench.catalog.models import Bilingual, Catalog, Dataset, Field, read_catalog
from workbench.catalog.reading import OPERATORS, Condition, load, load_from
from workbench.catalog.storage import read_manifest, write_stored

__all__ = [
    "OPERATORS",
    "Bilingual",
    "Catalog",
    "Condition",
    "Dataset",
    "Field",
    "load",
    "load_from",
    "read_catalog",
    "read_manifest",
    "write_stored",
]
