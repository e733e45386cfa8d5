"""A kernel that lies: it forges what it hands over, and its run's record names the forged files as its own.

Not tried is a kernel that counts real people under a wrong key: its rows cannot be told from a correct count. Its code can be
read, and a checker's own run of it gives other rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from red_city import compare, copy_of, refusal, run_city, runs_of
from red_outcomes import Outcome, attack

from demo_city import as_its_kernel_wrote
from workbench.bench import RESULT_MIME
from workbench.files import read_json, write_json, write_text
from workbench.project import Project
from workbench.runs import EXECUTED, Run

NAME = "complaints"


def record_of(run: Run, name: str = NAME) -> dict[str, Any]:
    """A result as its kernel wrote it."""
    found: dict[str, Any] = read_json(run.folder / "results" / f"{name}.json")
    return found


def write_record(run: Run, record: dict[str, Any], name: str = NAME) -> None:
    """Forge a result."""
    write_json(run.folder / "results" / f"{name}.json", record)


def rows_of(run: Run, name: str = NAME) -> pd.DataFrame:
    """The contributing rows of a table, as its kernel wrote them."""
    return pd.read_parquet(run.folder / "contributions" / f"{name}.parquet")


def write_rows(run: Run, rows: pd.DataFrame, name: str = NAME) -> None:
    """Forge contributing rows."""
    rows.to_parquet(run.folder / "contributions" / f"{name}.parquet")


def _forge_values(run: Run, _project: Project) -> None:
    """All cells shown, with the true counts."""
    record, rows = record_of(run), rows_of(run)
    keys = record["content"]["rows"]["keys"]
    counts = rows["row"].value_counts()
    record["content"] |= {"values": [[int(counts[key])] for key in keys], "state": [["shown"]] * len(keys)}
    write_record(run, record)


def _drop_contributors(run: Run, _project: Project) -> None:
    record, rows = record_of(run), rows_of(run)
    record["content"]["contributors"] = None
    write_record(run, record)
    write_rows(run, rows.drop(columns="contributor"))


def _invent_contributors(run: Run, _project: Project) -> None:
    """Every row another made-up person's; the south is filled up to ten rows, which the attacker subtracts again."""
    rows = rows_of(run)
    south = rows[rows["row"] == "south"]
    rows = pd.concat([rows, south.iloc[[0] * max(10 - len(south), 0)]], ignore_index=True)
    rows["contributor"] = [f"made-up-{number}" for number in range(len(rows))]
    write_rows(run, rows)


def _invent_companions(run: Run, _project: Project) -> None:
    """Twenty made-up people with a row each join the south: the attacker subtracts them again."""
    rows = rows_of(run)
    more = rows[rows["row"] == "south"].iloc[[0] * 20].assign(contributor=[f"made-up-{number}" for number in range(20)])
    write_rows(run, pd.concat([rows, more], ignore_index=True))


def _claim_datasets_away(run: Run, _project: Project) -> None:
    """The table is said to rest on public data, of nobody."""
    record = record_of(run)
    record["datasets"] = {"visits": {**record["datasets"]["complaints"], "personal": False, "min_contributors": 0}}
    record["content"]["contributors"] = None
    write_record(run, record)


def _claim_no_dataset(run: Run, _project: Project) -> None:
    record = record_of(run)
    record["datasets"] = {}
    write_record(run, record)


def _loosen_rules(run: Run, _project: Project) -> None:
    """The record says that the policy asks for one person."""
    record = record_of(run)
    for told in record["datasets"].values():
        told |= {"personal": False, "min_contributors": 1, "disclosure": {"min_contributors": 1}}
    record["content"]["rounded_to"] = None
    write_record(run, record)


def _show_nowhere(run: Run, _project: Project) -> None:
    """A result that no cell of the notebook shows."""
    record, rows = record_of(run), rows_of(run)
    record["content"]["contributors"] = None
    write_record(run, {**record, "name": "unseen"}, "unseen")
    write_rows(run, rows, "unseen")


def _change_afterwards(run: Run, _project: Project) -> None:
    """Files changed by hand once the kernel is gone."""
    rows = rows_of(run)
    rows["row"] = rows["row"].where(rows["row"] != "west", "south")
    write_rows(run, rows)


def _copy_of_another_run(run: Run, project: Project) -> None:
    """The whole folder of another run, in which the west was counted with the south, with its record."""
    _change_afterwards(run, project)
    record = read_json(run.folder / "run.json")
    write_json(run.folder / "run.json", {**record, "run": "0" * 16, "notebook": "another"})


def _sums_that_are_none(run: Run, _project: Project) -> None:
    """A total that is said to be the sum of one row, so that the others are not looked at."""
    record = record_of(run)
    axis = record["content"]["rows"]
    axis["sums"] = [{"key": "east", "of": ["south"]}]
    write_record(run, record)


def _sum_of_the_small_cell(run: Run, _project: Project) -> None:
    """The small cell's rows are handed over under the key of a sum, as if it were none."""
    record, rows = record_of(run), rows_of(run)
    for word in ("keys", *record["content"]["rows"]["labels"]):
        holder = record["content"]["rows"] if word == "keys" else record["content"]["rows"]["labels"]
        holder[word] = [*holder[word], "all"]
    record["content"]["rows"]["sums"] = [{"key": "all", "of": ["east", "north", "west"]}]
    write_record(run, record)
    write_rows(run, rows.assign(row=rows["row"].where(rows["row"] != "south", "all")))


def _another_statistic(run: Run, _project: Project) -> None:
    """Single rows as they are, under the name of a table."""
    record = record_of(run)
    record["content"] |= {"statistic": "value", "contributors": None}
    write_record(run, record)


def _people_as_keys(run: Run, _project: Project) -> None:
    """The rows of the table are people."""
    record, rows = record_of(run), rows_of(run)
    keys = sorted(rows["contributor"].unique())
    axis = record["content"]["rows"]
    axis |= {"keys": keys, "labels": dict.fromkeys(axis["labels"], keys)}
    write_record(run, record)
    write_rows(run, rows.assign(row=rows["contributor"]))


def _mark_that_speaks(run: Run, _project: Project) -> None:
    """The mark of a result in the notebook carries a row."""
    path = run.folder / EXECUTED
    who = str(rows_of(run)["contributor"].iloc[0])
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            mark = output.get("data", {}).get(RESULT_MIME)
            if mark:
                mark["note"] = who
    write_text(path, json.dumps(notebook, ensure_ascii=False))


Forgery = Callable[[Run, Project], None]

FORGERIES: dict[str, Forgery] = {
    "values and states": _forge_values,
    "no contributors": _drop_contributors,
    "made-up contributors": _invent_contributors,
    "made-up companions": _invent_companions,
    "datasets claimed away": _claim_datasets_away,
    "no dataset": _claim_no_dataset,
    "loosened rules": _loosen_rules,
    "a result that no cell shows": _show_nowhere,
    "files changed after the run": _change_afterwards,
    "another run's folder": _copy_of_another_run,
    "sums that are none": _sums_that_are_none,
    "a small cell under a sum's key": _sum_of_the_small_cell,
    "single rows": _another_statistic,
    "people as keys": _people_as_keys,
    "a mark that carries a row": _mark_that_speaks,
}

UNSIGNED = ("files changed after the run", "another run's folder")
"""Forgeries by somebody other than the kernel: the run's record does not name the forged files."""


Told = list[tuple[str, dict[str, Any], list[Any]]]
"""Tables by name: their axis of rows, and the value of each key; None where it is withheld."""


def believed(run: Run) -> Told:
    """The tables that somebody publishes who believes a kernel: its values, its rules, its ids, and its sums."""
    found: Told = []
    for path in sorted((run.folder / "results").glob("*.json")):
        record = read_json(path)
        content = record["content"]
        if record["kind"] != "table" or content.get("columns") or content["statistic"] not in ("count", "value"):
            continue
        rows, axis = rows_of(run, record["name"]), content["rows"]
        rules = [told.get("min_contributors", 0) for told in record["datasets"].values() if told.get("personal")]
        least = max(rules, default=0) if content["contributors"] else 0
        sums = {one["key"]: one["of"] for one in axis.get("sums", [])}
        values: list[Any] = []
        for key in axis["keys"]:
            own = rows[rows["row"] == key]
            if key in sums:
                own = rows[rows["row"].isin(sums[key])] if key != "all" else own
            small = key not in sums and least > 0 and own["contributor"].nunique() < least
            values.append(None if small else len(own))
        if "values" in content:
            values = [value for (value,) in content["values"]]
        found.append((record["name"], axis, values))
    return found


def published_tables(folder: Path) -> Told:
    """The tables of counts of one column of a candidate."""
    found: Told = []
    for path in sorted((folder / "results").glob("*.json")):
        for variant in read_json(path)["variants"]:
            content = variant["content"]
            if content.get("statistic") in ("count", "value") and not content.get("columns"):
                found.append((path.stem, content["rows"], [value for (value,) in content["values"]]))
    return found


def tells(tables: Told, texts: str, south: int, people: list[str]) -> str:
    """What tables and texts tell that they must not: the south's count, alone or with known companions, or anybody's id."""
    for name, axis, values in tables:
        shown = dict(zip(map(str, axis["keys"]), values, strict=True))
        if shown.get("south"):
            return f"{name} shows the south"
        if any(shown.get(key) == south for key in ("all", "east")):
            return f"{name} shows the south under another name"
        if set(shown) & set(people):
            return f"{name} has people for keys"
    return "somebody's id stands in it" if any(who in texts for who in people) else ""


def _forged(name: str, seed: int) -> Outcome:
    world = run_city(seed)
    project = copy_of(world)
    (run,) = runs_of(project)
    people = rows_of(run)["contributor"].unique().tolist()
    south = int((world.rows["place"] == "south").sum())
    if tells(believed(run), "", south, people):
        raise AssertionError("an honest kernel tells too much already")
    FORGERIES[name](run, project)
    marks = json.dumps([
        output["data"].get(RESULT_MIME)
        for cell in read_json(run.folder / EXECUTED)["cells"]
        for output in cell.get("outputs", [])
        if "data" in output
    ])  # fmt: skip
    naive = tells(believed(run), marks, south, people)
    if name not in UNSIGNED:
        as_its_kernel_wrote(run)
    said, told = refusal(compare, project), ""
    if not said:
        folder = project.candidates / "noise"
        texts = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()).decode("utf-8", "replace")
        told = tells(published_tables(folder), texts, south, people)
    ended = f"refused: {said}" if said else told or "computed again, nothing told"
    return Outcome(bool(naive), bool(told), f"believed: {naive}; {ended}".replace("\n", " "))


def _enter(name: str) -> None:
    def forged_result(seed: int) -> Outcome:
        return _forged(name, seed)

    forged_result.__name__ = f"forged_result_{name.replace(' ', '_').replace('-', '_').replace(chr(39), '')}"
    attack(forged_result)


for _name in FORGERIES:
    _enter(_name)
