"""Who decided what: rules, seats, proposals, and the statements that bind to the bytes they speak of."""

from workbench.governance.gates import (
    Consent,
    issue_agreement,
    issue_proposal,
    policy_adoption,
    policy_path,
    release_approval,
    require_adopted_policy,
    require_agreed_issue,
)
from workbench.governance.records import (
    SIDES,
    Members,
    Proposal,
    Rules,
    Seat,
    Statement,
    read_members,
    read_proposals,
    read_rules,
    read_statements,
    seat_side,
    write_statement,
)

__all__ = [
    "SIDES",
    "Consent",
    "Members",
    "Proposal",
    "Rules",
    "Seat",
    "Statement",
    "issue_agreement",
    "issue_proposal",
    "policy_adoption",
    "policy_path",
    "read_members",
    "read_proposals",
    "read_rules",
    "read_statements",
    "release_approval",
    "require_adopted_policy",
    "require_agreed_issue",
    "seat_side",
    "write_statement",
]
