"""From personal to protected: the policy as a file, and what it does to rows."""

from workbench.privacy.hierarchies import read_hierarchy
from workbench.privacy.policy import Policy, check_policy, read_policy
from workbench.privacy.protect import Protected, protect, protect_dataset

__all__ = ["Policy", "Protected", "check_policy", "protect", "protect_dataset", "read_hierarchy", "read_policy"]
