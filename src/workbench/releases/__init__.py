"""Candidates, releases and approvals: what the public may see, and who let it pass."""

from workbench.releases.approve import Approved, approve
from workbench.releases.candidate import Candidate, make_candidate
from workbench.releases.compare import Comparison
from workbench.releases.results import RELEASE_FILE, Variant, read_variants
from workbench.releases.verify import latest_release, read_release, releases, verify_release

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
