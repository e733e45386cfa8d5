"""Candidates, releases and approvals: what the public may see, and who let it pass."""

from typing import TYPE_CHECKING

from workbench.faces import lazily
from workbench.releases.verify import RELEASE_FILE, latest_release, read_release, releases, verify_release

if TYPE_CHECKING:
    from workbench.releases.approval import Approved, approve
    from workbench.releases.candidate import Candidate, make_candidate
    from workbench.releases.compare import Comparison
    from workbench.releases.results import Variant, read_variants
else:
    __getattr__ = lazily(
        __name__,
        {
            "Approved": "workbench.releases.approval",
            "Candidate": "workbench.releases.candidate",
            "Comparison": "workbench.releases.compare",
            "Variant": "workbench.releases.results",
            "approve": "workbench.releases.approval",
            "make_candidate": "workbench.releases.candidate",
            "read_variants": "workbench.releases.results",
        },
    )

__all__ = [
    "RELEASE_FILE",
    "Approved",
    "Candidate",
    "Comparison",
    "Variant",
    "approve",
    "latest_release",
    "make_candidate",
    "read_release",
    "read_variants",
    "releases",
    "verify_release",
]
