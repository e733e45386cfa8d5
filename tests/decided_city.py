"""A small city with a history of votes, kept as bytes after every act, so that a test can lay out any day of it."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from signed import ADOPT, RULES, TODAY, close, found, key_of, propose_charter, propose_issue, propose_policies, seat, words
from workbench.errors import WorkbenchError
from workbench.files import sha256, text_bytes
from workbench.governance import read_governance, require_adopted_policy, require_agreed_issue
from workbench.governance.acts.drafts import record_bytes, sign_draft
from workbench.governance.acts.voting import draft_ballot
from workbench.governance.papers.ballots import Ballot
from workbench.governance.papers.closings import Closing
from workbench.governance.signing import PrivateKey, sign
from workbench.project import Project
from workbench.records import dump_yaml

DAY = dt.timedelta(days=1)
NOW = TODAY + 8 * DAY
"""The day on which the history ends."""

POLICY = "governance/policies/levels.yml"
POLICY_VERSIONS = tuple(f"policy: levels\nversion: {number}\npersonal: false\n".encode() for number in (1, 2))
STEWARD = {"all": ["steward", "checker"]}
SEATS = {
    **{name: seat(name, roles=STEWARD) for name in ("G-1", "G-2", "C-1", "C-2")},
    **{name: seat(name) for name in ("G-4", "C-3", "C-4", "E-1", "E-2", "Z-1")},
    "G-3": seat(
        "G-3",
        deputy={
            "title": words("deputy of G-3"),
            "public_key": key_of("G-3.deputy").public.line,
            "term": {"from": dt.date(2026, 1, 1), "until": dt.date(2027, 12, 31)},
        },
    ),
}
ROTATED = "C-3 second"
"""What the second key of C-3 is made from."""
SECOND_SEATS = {**SEATS, "C-5": seat("C-5"), "C-3": seat("C-3", public_key=key_of(ROTATED).public.line)}
SECOND_RULES = {**RULES, "majority": dict.fromkeys(("government", "civil_society"), "at least 2/3")}

Tree = dict[str, bytes]


@dataclass
class History:
    """Every file of ``governance/`` after each act."""

    days: list[Tree] = field(default_factory=list, repr=False)

    def keep(self, project: Project) -> None:
        """Remember every file as it is."""
        self.days.append(tree_of(project))

    def lay_out(self, root: Path, at: int = -1) -> Project:
        """Write the files of one act into a folder."""
        put_tree(root, self.days[at])
        return Project(root=root)

    def versions(self) -> dict[str, list[bytes]]:
        """Every content that each file ever had, oldest first."""
        found: dict[str, list[bytes]] = {}
        for tree in self.days:
            for name, content in tree.items():
                if content not in found.setdefault(name, []):
                    found[name].append(content)
        return found


def tree_of(project: Project) -> Tree:
    """Every file of ``governance/`` by its path."""
    files = sorted(path for path in project.governance.rglob("*") if path.is_file() and not path.is_symlink())
    return {project.relative(path): path.read_bytes() for path in files}


def put_tree(root: Path, tree: Tree) -> None:
    """Write files plainly."""
    for name, content in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def key_on(signer: str, day: dt.date) -> PrivateKey:
    """A signer's key; that of C-3 changes with the second charter."""
    return key_of(ROTATED if signer == "C-3" and day > TODAY + 3 * DAY else signer)


def cast(project: Project, proposal: str, choices: dict[str, str], *, day: dt.date) -> None:
    """Cast ballots."""
    for signer, choice in choices.items():
        said = {"reason": words(f"{signer} says {choice}")} if choice in ("no", "block") else {}
        draft = draft_ballot(read_governance(project, today=day), proposal, signer=signer, vote=choice, today=day, words=said)
        sign_draft(draft, key_on(signer, day))


def everyone(choice: str = "yes", **others: str) -> dict[str, str]:
    """Ballots of all who decide at first, some of them otherwise."""
    names = [name for name, one in SEATS.items() if one.get("side")]
    return {name: others.get(name.replace("-", ""), choice) for name in names}


@cache
def city_history() -> History:
    """The history, made once in a process."""
    with tempfile.TemporaryDirectory() as folder:
        return make_history(Path(folder))


def make_history(root: Path) -> History:
    """Found a city and let it decide: six votes closed, one open."""
    project, history = Project(root=root), History()

    def decided(proposal: str, choices: dict[str, str], day: dt.date) -> None:
        cast(project, proposal, choices, day=day)
        history.keep(project)
        close(project, proposal, today=day)
        history.keep(project)

    found(project, seats=SEATS)
    history.keep(project)
    decided(propose_issue(project, "noise"), everyone(), TODAY)
    adopt_version(project, 1, day=TODAY + DAY)
    decided("P-0002", everyone(), TODAY + DAY)
    day = TODAY + 2 * DAY
    decided(propose_issue(project, "smell", today=day), {**everyone(C1="no", C2="block", C3="no"), "E-1": "yes"}, day)
    day = TODAY + 3 * DAY
    propose_second_charter(project, day=day)
    decided("P-0004", everyone(), day)
    adopt_version(project, 2, day=day + DAY)
    decided("P-0005", {**everyone(), "C-5": "yes"}, day + DAY)
    day = TODAY + 5 * DAY
    propose_issue(project, "parks", today=day)
    cast(project, "P-0006", {"C-4": "yes", "C-5": "yes"}, day=day)
    history.keep(project)
    decided("P-0006", {**everyone(C4="no"), "C-5": "no"}, day)
    day = TODAY + 6 * DAY
    propose_issue(project, "light", today=day)
    cast(project, "P-0007", {"G-1": "yes", "G-2": "yes", "G-3": "yes", "G-4": "yes", "C-1": "yes", "C-2": "no"}, day=day)
    history.keep(project)
    return history


def adopt_version(project: Project, version: int, *, day: dt.date) -> None:
    """Write a version of the policy and propose to adopt it."""
    put_tree(project.root, {POLICY: POLICY_VERSIONS[version - 1]})
    propose_policies(read_governance(project, today=day), ["levels"], ADOPT, today=day)


def propose_second_charter(project: Project, *, day: dt.date, rules: Any = SECOND_RULES, seats: Any = SECOND_SEATS) -> str:
    """Propose other rules and seats; return the proposal's id."""
    contents = {"governance/rules.yml": dump_yaml(dict(rules)).encode()}
    contents["governance/members.yml"] = dump_yaml({"seats": dict(seats)}).encode()
    put_tree(project.root, contents)
    return propose_charter(read_governance(project, today=day), ADOPT, today=day)[-1].stem


def forged_ballot(tree: Tree, proposal: str, name: str, key: PrivateKey, **entries: Any) -> Tree:
    """A well-formed ballot of any seat under any file name, signed with any key."""
    said = {
        "ballot": proposal,
        "proposal_sha256": sha256(tree.get(f"governance/proposals/{proposal}.yml", b"")),
        "seat": name.removesuffix(".deputy"),
        "vote": "yes",
        "cast_on": TODAY + 6 * DAY,
        **entries,
    }
    content = record_bytes(Ballot.model_validate(said))
    path = f"governance/ballots/{proposal}/{name}.yml"
    return {path: content, f"{path}.sig": sign(content, key)}


def forged_closing(tree: Tree, proposal: str, signers: dict[str, PrivateKey], **entries: Any) -> Tree:
    """A well-formed closing record of any vote, signed in any names with any keys."""
    box = f"governance/ballots/{proposal}/"
    said = {
        "closing": proposal,
        "number": 7,
        "previous": sha256(tree.get("governance/closings/P-0006.yml", b"")),
        "proposal_sha256": sha256(tree.get(f"governance/proposals/{proposal}.yml", b"")),
        "closed_on": TODAY + 6 * DAY,
        "ballots": {
            name.removeprefix(box): sha256(content)
            for name, content in tree.items()
            if name.startswith(box) and name.endswith(".yml")
        },
        **entries,
    }
    content = record_bytes(Closing.model_validate(said))
    path = f"governance/closings/{proposal}.yml"
    return {path: content} | {f"{path}.{name}.sig": sign(content, key) for name, key in signers.items()}


@dataclass(frozen=True)
class Answers:
    """What the governance of a project answers to whoever asks; a refusal is an answer."""

    outcomes: dict[str, str]
    charter: tuple[str, str] | None
    policy: bytes | None
    issues: frozenset[str]


def answers_of(project: Project, *, issues: Iterable[str] = ("noise", "smell", "parks", "light"), day: dt.date = NOW) -> Answers:
    """Ask for every outcome, the rules and seats in force, the adopted policy and the agreed issues."""
    try:
        governance = read_governance(project, today=day)
        register = governance.register
        outcomes = {name: governance.tally(name).outcome for name in register.proposals}
        doubted = bool(governance.faults)
    except WorkbenchError:
        return Answers({}, None, None, frozenset())
    charter = None if doubted else (register.charter.rules_sha256, register.charter.members_sha256)
    agreed, policy = set(), None
    for issue in issues:
        try:
            require_agreed_issue(governance, issue)
            agreed.add(issue)
        except WorkbenchError:
            continue
    try:
        policy = text_bytes(require_adopted_policy(governance, "levels"))
    except WorkbenchError:
        policy = None
    return Answers(outcomes, charter, policy, frozenset(agreed))


def gained(before: Answers, after: Answers) -> list[str]:
    """Say what somebody got by changing files; nothing, where every answer is as before or a refusal."""
    got = [
        f"{name} is {outcome}, it was {before.outcomes.get(name)}"
        for name, outcome in after.outcomes.items()
        if outcome not in ("void", "open", before.outcomes.get(name))
    ]
    if after.charter not in (None, before.charter):
        got.append("other rules or seats are in force")
    if after.policy not in (None, before.policy):
        got.append(f"another policy is accepted: {after.policy!r}")
    return got + [f"{issue} is agreed" for issue in sorted(after.issues - before.issues)]
