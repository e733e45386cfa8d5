"""Consultations held with Polis: an export is read, checked against itself, tallied by group, and written as counts.

A vote on a public question is a political opinion of one person; what enters the repository says only how many.
"""

from typing import TYPE_CHECKING

from workbench.faces import lazily

if TYPE_CHECKING:
    from workbench.governance.polis.importing import import_polis
    from workbench.governance.polis.reading import PolisExport, read_polis
    from workbench.governance.polis.tallying import PolisTally, tally_polis
else:
    __getattr__ = lazily(
        __name__,
        {
            "PolisExport": "workbench.governance.polis.reading",
            "PolisTally": "workbench.governance.polis.tallying",
            "import_polis": "workbench.governance.polis.importing",
            "read_polis": "workbench.governance.polis.reading",
            "tally_polis": "workbench.governance.polis.tallying",
        },
    )

__all__ = ["PolisExport", "PolisTally", "import_polis", "read_polis", "tally_polis"]
