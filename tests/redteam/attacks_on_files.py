"""Attacks on what people agreed and approved: a policy edited after the vote, a release edited after both sides approved it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from demo_city import TODAY, candidate, complaints, make_city
from red_outcomes import Outcome, attack
from signed import governance_of, key_of
from workbench.catalog import read_catalog
from workbench.errors import WorkbenchError
from workbench.files import read_json, read_yaml, sha256_file, write_json, write_text
from workbench.privacy import protect, protect_dataset, read_policy
from workbench.records import dump_yaml
from workbench.releases import approve, verify_release
from workbench.releases.verify import changed_files


def refusal(act: object, *arguments: object, **named: object) -> str:
    """What an act is refused with; empty where it passes."""
    try:
        act(*arguments, **named)  # type: ignore[operator]
    except WorkbenchError as error:
        return error.message.splitlines()[0]
    return ""


@attack
def tampering_with_a_policy(seed: int) -> Outcome:
    """Somebody makes the policy weaker after both sides adopted it."""
    with tempfile.TemporaryDirectory(prefix="red-") as folder:
        city = make_city(Path(folder) / "city", official=None)
        path = city.governance / "policies" / "complaints.yml"
        edits = [("k: 5", "k: 2"), ("min_contributors: 10", "min_contributors: 1"), ("unit: person", "unit: complaint")]
        before, after = edits[seed % len(edits)]
        text = path.read_text(encoding="utf-8")
        write_text(path, text.replace(before, after))
        if before == "k: 5":
            weaker = protect(complaints(), read_policy(path), key=bytes(32)).report["k"] < 5
        else:
            weaker = after in path.read_text(encoding="utf-8")
        said = refusal(protect_dataset, city, read_catalog(city), "complaints")
        return Outcome(weaker and before in text, not said, f"'{after}' instead of '{before}': {said or 'was obeyed'}")


@attack
def tampering_with_an_approved_release(seed: int) -> Outcome:
    """A number of an approved release is changed, its table's file and the hashes with it."""
    with tempfile.TemporaryDirectory(prefix="red-") as folder:
        city = make_city(Path(folder) / "city", official=[2020])
        candidate(city)
        for seat in ("G-1", "C-1"):
            given = approve(city, "noise", seat=seat, key=key_of(seat), today=TODAY)
        assert given.release is not None
        name = "results/complaints.json"
        record = read_json(given.release / name)
        record["variants"][0]["content"]["values"][0][0] += 1 + seed
        write_json(given.release / name, record)
        release = read_yaml(given.release / "release.yml")
        release["files"][name] = sha256_file(given.release / name)
        release["results"]["complaints"]["sha256"] = release["files"][name]
        write_text(given.release / "release.yml", dump_yaml(release))
        alone = not changed_files(given.release)
        said = refusal(verify_release, governance_of(city), given.release)
        return Outcome(alone, not said, f"hashes fit again: {alone}; against the approvals: {said or 'passes'}")
