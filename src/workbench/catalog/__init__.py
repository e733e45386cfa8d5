"""What data there is and how to read it: ``data_catalog.yml`` → ``Dataset``, ``load()``."""

from typing import TYPE_CHECKING

from workbench.catalog.manifests import DATA_NAME, MANIFEST_NAME, read_manifest
from workbench.catalog.models import Bilingual, Catalog, Dataset, Field, read_catalog
from workbench.faces import lazily

if TYPE_CHECKING:
    from workbench.catalog.reading import OPERATORS, Condition, load, load_from
    from workbench.catalog.storage import write_stored
else:
    __getattr__ = lazily(
        __name__,
        {
            "OPERATORS": "workbench.catalog.reading",
            "Condition": "workbench.catalog.reading",
            "load": "workbench.catalog.reading",
            "load_from": "workbench.catalog.reading",
            "write_stored": "workbench.catalog.storage",
        },
    )

__all__ = [
    "DATA_NAME",
    "MANIFEST_NAME",
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
