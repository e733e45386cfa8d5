"""Who decides: files that people sign, and decisions that anyone recomputes from them.

``papers`` are the files as they are written, ``signing`` says who signed which bytes, ``deciding`` turns both into
decisions, ``acts`` is what members do, and the gates are what other rooms ask.
"""

from workbench.governance.deciding.consent import Consent
from workbench.governance.deciding.memory import remember, trust
from workbench.governance.deciding.outcomes import Tally, tally_all
from workbench.governance.deciding.tally import SideCount, Vote
from workbench.governance.gates import (
    Decision,
    Governance,
    policy_path,
    read_governance,
    require_adopted_policy,
    require_agreed_issue,
)
from workbench.governance.papers.fields import SIDES, Side
from workbench.governance.papers.members import Members, Seat
from workbench.governance.papers.proposals import CharterProposal, IssueProposal, PolicyProposal, Proposal
from workbench.governance.papers.rules import Rules
from workbench.governance.papers.statements import Statement

__all__ = [
    "SIDES",
    "CharterProposal",
    "Consent",
    "Decision",
    "Governance",
    "IssueProposal",
    "Members",
    "PolicyProposal",
    "Proposal",
    "Rules",
    "Seat",
    "Side",
    "SideCount",
    "Statement",
    "Tally",
    "Vote",
    "policy_path",
    "read_governance",
    "remember",
    "require_adopted_policy",
    "require_agreed_issue",
    "tally_all",
    "trust",
]
