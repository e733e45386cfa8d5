"""Attacks on what people agreed and approved: policies, approvals and releases edited, and a ledger that forgets."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from attacks_by_kernels import rows_of, write_rows
from red_city import SEATS, World, compare, copy_of, protected_city, refusal, released_city, run_city, runs_of
from red_outcomes import Outcome, attack

from demo_city import TODAY, as_its_kernel_wrote
from signed import governance_of, key_of
from workbench.catalog import read_catalog
from workbench.files import read_json, read_yaml, sha256_file, write_json, write_text
from workbench.privacy import protect, protect_dataset, read_policy
from workbench.project import Project
from workbench.records import dump_yaml
from workbench.releases import approve, verify_release
from workbench.releases.approval import settle
from workbench.releases.verify import changed_files


@attack
def tampering_with_a_policy(seed: int) -> Outcome:
    """Somebody makes the policy weaker after both sides adopted it."""
    world = protected_city(seed)
    city = copy_of(world)
    path = city.governance / "policies" / "complaints.yml"
    edits = [("k: 5", "k: 2"), ("min_contributors: 10", "min_contributors: 1"), ("unit: person", "unit: complaint")]
    before, after = edits[seed % len(edits)]
    text = path.read_text(encoding="utf-8")
    write_text(path, text.replace(before, after))
    if before == "k: 5":
        weaker = protect(world.rows, read_policy(path), key=bytes(32)).report["k"] < 5
    else:
        weaker = after in path.read_text(encoding="utf-8")
    said = refusal(protect_dataset, city, read_catalog(city), "complaints")
    return Outcome(weaker and before in text, not said, f"'{after}' instead of '{before}': {said or 'was obeyed'}")


@attack
def tampering_with_an_approved_release(seed: int) -> Outcome:
    """A number of an approved release is changed, its table's file and the hashes with it."""
    project = copy_of(released_city(seed))
    folder = project.analyses / "noise" / "releases" / "1"
    name = "results/complaints.json"
    record = read_json(folder / name)
    record["variants"][0]["content"]["values"][0][0] += 1 + seed
    write_json(folder / name, record)
    seal(folder, name)
    alone = not changed_files(folder)
    said = refusal(verify_release, governance_of(project), folder)
    return Outcome(alone, not said, f"hashes fit again: {alone}; against the approvals: {said or 'passes'}")


def seal(folder: Path, name: str) -> None:
    """Write the hashes of a changed result into ``release.yml``, as an attacker would."""
    release = read_yaml(folder / "release.yml")
    release["files"][name] = sha256_file(folder / name)
    release["results"][Path(name).stem]["sha256"] = release["files"][name]
    write_text(folder / "release.yml", dump_yaml(release))


def _show_the_south(folder: Path, count: int) -> None:
    """Put a withheld count into a candidate, and the hashes that fit."""
    name = "results/complaints.json"
    record = read_json(folder / name)
    content = record["variants"][0]["content"]
    place = content["rows"]["keys"].index("south")
    content["values"][place], content["state"][place] = [count], ["shown"]
    write_json(folder / name, record)
    seal(folder, name)


def _south(world: World) -> int:
    return int((world.rows["place"] == "south").sum())


@attack
def approvals_of_another_candidate(seed: int) -> Outcome:
    """Both sides approved a candidate; their approvals are laid beside another one."""
    world = run_city(seed)
    project = copy_of(world)
    folder = project.candidates / "noise"
    approvals = released_city(seed).project.analyses / "noise" / "releases" / "1" / "approvals"
    _show_the_south(folder, _south(world))
    shutil.copytree(approvals, folder / "approvals")
    sides = {path.name[0] for path in (folder / "approvals").glob("*.yml") if path.with_suffix(".yml.sig").is_file()}
    said = refusal(settle, project, "noise", today=TODAY)
    out = (project.analyses / "noise" / "releases" / "1").exists()
    words = said or ("was released" if out else "counts for nothing, nothing is released")
    return Outcome(sides == {"C", "G"}, out, f"signed approvals of both sides lie there: {sides == {'C', 'G'}}; {words}")


@attack
def a_candidate_rewritten_between_two_approvals(seed: int) -> Outcome:
    """One side has approved; then a withheld count is put in, with hashes that fit, and the other side approves."""
    world = run_city(seed)
    project = copy_of(world)
    folder = project.candidates / "noise"
    first, second = SEATS if seed % 2 else SEATS[::-1]
    approve(project, "noise", seat=first, key=key_of(first), today=TODAY)
    _show_the_south(folder, _south(world))
    fits = not [fault for fault in changed_files(folder) if "approvals" not in fault]
    said = refusal(approve, project, "noise", seat=second, key=key_of(second), today=TODAY)
    out = (project.analyses / "noise" / "releases" / "1").exists()
    return Outcome(fits, out, f"hashes fit again: {fits}; {said or ('was released' if out else 'the first approval is void')}")


@attack
def what_waits_for_the_ledger_edited(seed: int) -> Outcome:
    """Somebody takes people out of what an approved release will add to the ledger."""
    project = copy_of(run_city(seed))
    waiting = project.ledger / "pending" / "noise"
    record = read_json(waiting / "pending.json")
    place = next(at for at, one in enumerate(record["tables"]) if one["arrays"])
    path = waiting / f"{place:04d}.npz"
    with np.load(path) as arrays:
        known = {name: arrays[name] for name in arrays}
    known["person"] = known["person"] + 1 + seed
    np.savez(path, allow_pickle=False, **known)
    if seed % 2:
        record["tables"][place]["arrays"] = sha256_file(path)
        write_json(waiting / "pending.json", record)
    with np.load(path) as arrays:
        other = bool((arrays["person"] == known["person"]).all())
    said = _approved(project)
    out = (project.analyses / "noise" / "releases" / "1").exists()
    return Outcome(
        other, out, f"other people wait than were compared, hash rewritten: {bool(seed % 2)}; {said or 'was released'}"
    )


def _approved(project: Project) -> str:
    """What approving by both sides is refused with."""
    return "".join(refusal(approve, project, "noise", seat=seat, key=key_of(seat), today=TODAY) for seat in SEATS)


@attack
def a_ledger_without_its_last_entry(seed: int) -> Outcome:
    """Somebody removes what was published from the ledger, so that a difference to it is not noticed."""
    world = released_city(seed)
    project = copy_of(world)
    entries = project.ledger / "entries"
    ways = ("the entry", "the entry, its tables and its people", "the ledger", "the ledger and this machine's memory of it")
    way = ways[seed % len(ways)]
    last = sorted(entries.glob("*.entry.json"))[-1]
    for path in list(entries.glob(f"{last.name.partition('.')[0]}.*")) if "its tables" in way else [last]:
        path.unlink()
    if way.startswith("the ledger"):
        shutil.rmtree(entries)
    if "memory" in way:
        (project.ledger / "head.json").unlink()
    gone = len(list(entries.glob("*.entry.json"))) < len(list((world.project.ledger / "entries").glob("*.entry.json")))
    (run,) = runs_of(project)
    rows = rows_of(run)
    one = rows.loc[rows["row"] == "east", "contributor"].iloc[seed]
    write_rows(run, rows[rows["contributor"] != one])
    as_its_kernel_wrote(run)
    whole = copy_of(world)
    (same,) = runs_of(whole)
    write_rows(same, rows[rows["contributor"] != one])
    as_its_kernel_wrote(same)
    if "tells of a group of 1 to 4 people" not in refusal(compare, whole):
        raise AssertionError("with a whole ledger the difference is not told")
    said = refusal(compare, project)
    return Outcome(
        gone, not said, f"removed: {way}; one person fewer than published: {said or 'a candidate was made'}".replace("\n", " ")
    )
