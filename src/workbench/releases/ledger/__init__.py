"""Everything ever published about people, as sets of the people behind it: ``Ledger``, ``require_whole``, ``rebuild``."""

from typing import TYPE_CHECKING

from workbench.faces import lazily

if TYPE_CHECKING:
    from workbench.releases.ledger.ledger import Ledger, State, Unknown, faults, require_whole
    from workbench.releases.ledger.required import about_people, release_hash, required
    from workbench.releases.ledger.tables import Data, NewTable, StoredTable, Vectors
else:
    __getattr__ = lazily(
        __name__,
        {
            **dict.fromkeys(("Ledger", "State", "Unknown", "faults", "require_whole"), "workbench.releases.ledger.ledger"),
            **dict.fromkeys(("about_people", "release_hash", "required"), "workbench.releases.ledger.required"),
            **dict.fromkeys(("Data", "NewTable", "StoredTable", "Vectors"), "workbench.releases.ledger.tables"),
        },
    )

__all__ = [
    "Data",
    "Ledger",
    "NewTable",
    "State",
    "StoredTable",
    "Unknown",
    "Vectors",
    "about_people",
    "faults",
    "release_hash",
    "require_whole",
    "required",
]
