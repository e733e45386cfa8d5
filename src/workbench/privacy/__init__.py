"""From personal to protected: the policy as a file, and what it does to rows."""

from typing import TYPE_CHECKING

from workbench.faces import lazily

if TYPE_CHECKING:
    from workbench.privacy.fitting import check_policy
    from workbench.privacy.hierarchies import read_hierarchy
    from workbench.privacy.pinning import pin_policy
    from workbench.privacy.policy import Policy, read_policy
    from workbench.privacy.protected_datasets import protect_dataset
    from workbench.privacy.protecting import Protected, protect
    from workbench.privacy.risk import Risk, measure_risk
else:
    __getattr__ = lazily(
        __name__,
        {
            "Policy": "workbench.privacy.policy",
            "Protected": "workbench.privacy.protecting",
            "check_policy": "workbench.privacy.fitting",
            "pin_policy": "workbench.privacy.pinning",
            "protect": "workbench.privacy.protecting",
            "protect_dataset": "workbench.privacy.protected_datasets",
            "Risk": "workbench.privacy.risk",
            "measure_risk": "workbench.privacy.risk",
            "read_hierarchy": "workbench.privacy.hierarchies",
            "read_policy": "workbench.privacy.policy",
        },
    )

__all__ = [
    "Policy",
    "Protected",
    "Risk",
    "check_policy",
    "measure_risk",
    "pin_policy",
    "protect",
    "protect_dataset",
    "read_hierarchy",
    "read_policy",
]
