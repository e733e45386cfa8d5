"""Rows about people are taken in without any key, and what is said of them names no value."""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from sealed_city import CANARY, keys, make_vault, people
from workbench.errors import GateRefused, UsageError
from workbench.intake import Batch, Refusal, take_in
from workbench.vault import Vault
from workbench.vault.quarantine import quarantined
from workbench.vault.reading import WithKeys

BOTH = ("G-3", "C-3")
HERE = Path(__file__).parent.parent


@pytest.fixture
def vault(tmp_path) -> Vault:
    return make_vault(tmp_path)


def batch(rows: pd.DataFrame, *, name: str = "a.csv", refused: tuple[Refusal, ...] = ()) -> Batch:
    return Batch(name, "official", rows, np.arange(2, len(rows) + 2), refused, sha256=f"{name}-{len(rows)}".ljust(64, "0"))


def take(vault: Vault, rows: pd.DataFrame, part: str = "a", **more):
    return take_in(vault, vault.catalog, "cards", batch(rows, name=f"{part}.csv", **more), part)


def listed(balance) -> list[dict[str, str]]:
    with balance.refused_list.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_rows_that_another_sealed_part_holds_are_duplicates_by_their_marks(vault):
    take(vault, people(20))
    balance = take(vault, people(20, first=10), "b")
    assert (balance.kept, balance.duplicate, balance.refused) == (10, 10, 0) and balance.adds_up
    assert {row["reason"] for row in listed(balance)} == {"already taken in"}
    assert {row["found"] for row in listed(balance)} == {"(withheld)"}
    assert vault.read("cards", keys=keys(*BOTH))["card"].tolist() == [f"card-{number}" for number in range(30)]


def test_one_value_written_in_two_ways_is_one_row(vault):
    take(vault, people(3))
    again = people(3)
    again["spent"] = again["spent"] * (1 + 1e-12)
    again["home"] = [shapely.Point(point.x + 1e-9, point.y) for point in again["home"]]
    balance = take(vault, pd.DataFrame(again).astype({"spent": str}), "b")
    assert (balance.kept, balance.duplicate) == (0, 3)


def test_a_row_that_contradicts_a_sealed_part_is_refused_and_the_part_is_named_without_a_value(vault):
    take(vault, people(5))
    other = people(5)
    other.loc[2, "name"] = "김다른"
    balance = take(vault, other, "b")
    assert (balance.duplicate, balance.refused) == (4, 1) and balance.reasons == {"contradicts a": 1}
    (row,) = [row for row in listed(balance) if row["outcome"] == "refused"]
    assert (row["line"], row["field"], row["found"], row["allowed"], row["reason"]) == (
        "4",
        "",
        "(withheld)",
        "(withheld)",
        "contradicts a",
    )


def test_an_erased_row_may_come_in_again(vault):
    take(vault, people(3))
    vault.erase("cards", "a", [1])
    assert take(vault, people(3), "b").kept == 1


BAD = {
    "age": [200, 3, 4],
    "spent": ["much", "1", "2"],
    "born": ["1980-05-17", "yesterday", "1980-05-17"],
}


def bad_rows() -> pd.DataFrame:
    rows = pd.DataFrame(people(3)).astype({"age": object, "spent": object, "born": object})
    return rows.assign(**BAD, name=[f"{CANARY} 주소 {number}" for number in range(3)])


def test_what_is_said_of_refused_rows_names_lines_fields_and_reasons_and_no_value(vault):
    balance = take(vault, bad_rows(), refused=(Refusal(9, "", f"…{CANARY}", "7 values", "too few values"),))
    assert (balance.kept, balance.refused) == (1, 3) and balance.adds_up
    rows = listed(balance)
    assert [(row["line"], row["field"], row["reason"]) for row in rows] == [
        ("2", "age", "above the limit"),
        ("2", "spent", "not a number"),
        ("3", "born", "not a date"),
        ("9", "", "too few values"),
    ]
    assert {row["found"] for row in rows} == {"(withheld)"} and rows[0]["allowed"] == "0 to 120"
    written = "".join(
        path.read_text(encoding="utf-8-sig") for path in (vault.project.private / "intake").rglob("*") if path.is_file()
    )
    assert CANARY not in written and "much" not in written and "yesterday" not in written and "200" not in written


def test_refused_rows_wait_sealed_until_they_are_mended(vault):
    take(vault, bad_rows(), refused=(Refusal(9, "", "half a row", "7 values", "too few values"),))
    with pytest.raises(GateRefused):
        list(quarantined(vault, "cards", opener=WithKeys(keys("G-3"))))
    rows = [row for table in quarantined(vault, "cards", opener=WithKeys(keys(*BOTH))) for row in table.to_pylist()]
    assert [(row["line"], row["found"]) for row in rows] == [(2, "200"), (2, "much"), (3, "yesterday"), (9, "half a row")]
    assert json.loads(rows[0]["row"])["name"] == f"{CANARY} 주소 0" and rows[3]["row"] == ""
    take(vault, people(4))
    assert list(quarantined(vault, "cards", opener=WithKeys(keys(*BOTH)))) == []


def test_refused_rows_of_a_source_that_brought_nothing_else_go_when_it_is_forgotten(vault):
    from workbench.sources.forgetting import forget

    balance = take(vault, bad_rows().iloc[:2])
    assert balance.all_refused and vault.parts("cards") == []
    forget(vault.project, vault.catalog, "cards")
    assert not list((vault.project.vault / "cards").rglob("*.sealed"))


def test_a_source_without_its_line_of_names_is_told_by_numbers_of_columns(vault):
    rows = people(2).rename(columns={"name": f"{CANARY} 이름"})
    with pytest.raises(UsageError) as refused:
        take(vault, rows)
    assert "column 2 is no field" in str(refused.value) and CANARY not in str(refused.value)


def test_a_value_that_no_table_can_hold_is_not_repeated(vault):
    rows = pd.DataFrame(people(3)).assign(name=pd.Series([f"{CANARY}\udc80", "x", "y"], dtype=object))
    balance = take(vault, rows)
    assert (balance.kept, balance.reasons) == (2, {"name: not a word": 1})
    with pytest.raises(UsageError, match=r"'age': not all values are of type integer$") as refused:
        vault.write_part("cards", "b", people(1).assign(age=[CANARY]), record={"kind": "official"})
    assert refused.value.__suppress_context__
    (row,) = [row for table in quarantined(vault, "cards", opener=WithKeys(keys(*BOTH))) for row in table.to_pylist()]
    assert row["found"] == f"{CANARY}\\udc80"


def test_a_part_sealed_on_another_machine_is_not_compared_by_guessing(vault):
    take(vault, people(3))
    (vault.project.machine / "vault" / "marks.secret").unlink()
    with pytest.raises(GateRefused, match="repeats cannot be told") as refused:
        take(vault, people(3), "b")
    assert "workbench vault rotate cards" in refused.value.hint


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
import numpy as np, pandas as pd
from sealed_city import catalog_of, people
from workbench.cli.main import main
from workbench.intake import Batch, take_in
from workbench.project import Project
from workbench.vault import Vault
import resource
project = Project(root=Path(sys.argv[1]))
vault = Vault(project, catalog_of(project))
rows = pd.read_csv(sys.argv[3])
if sys.argv[4] == "take":
    rows.loc[0, "age"] = 300
    lines = np.arange(2, len(rows) + 2)
    print(take_in(vault, vault.catalog, "cards", Batch("people.csv", "official", rows, lines, sha256="0" * 64), "a"))
    for broken in (rows.assign(nobody=1), rows.drop(columns="card")):
        try:
            take_in(vault, vault.catalog, "cards", Batch("people.csv", "official", broken, lines, sha256="1" * 64), "b")
        except Exception as error:
            print(error, file=sys.stderr)
print(resource.getrlimit(resource.RLIMIT_CORE))
print(open("/proc/self/status").read())
"""


def test_a_canary_taken_in_is_found_nowhere_but_in_the_operators_own_file(tmp_path):
    """The project, temporary files, the home folder and everything printed are searched."""
    vault = make_vault(tmp_path / "city", policy=True)
    subprocess.run(["git", "init", "-q", str(tmp_path / "city")], check=True)
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    source = tmp_path / "people.csv"
    pd.DataFrame(people(3_000)).drop(columns=["home", "seen_at"]).to_csv(source, index=False)
    surroundings = {**os.environ, "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}
    words = [sys.executable, "-c", PROGRAM, str(tmp_path / "city"), str(HERE), str(source), "take"]
    ran = subprocess.run(words, capture_output=True, env=surroundings, check=True)
    assert b"kept=2999" in ran.stdout and b"refused=1" in ran.stdout
    said = ran.stdout + ran.stderr
    for canary in (CANARY.encode(), b"card-1234"):
        assert canary in source.read_bytes() and canary not in said
        holding = [path for path in tmp_path.rglob("*") if path.is_file() and canary in path.read_bytes()]
        assert holding == [source]
    assert b"(0, 0)" in ran.stdout  # no core dump
    assert len(vault.read("cards", keys=keys(*BOTH))) == 2_999


def test_no_core_is_dumped_and_no_other_process_of_the_user_reads_the_memory():
    program = (
        "import ctypes, resource\n"
        "from workbench.vault.guarding import leave_no_core_dump\n"
        "leave_no_core_dump()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "(0, 0) 0"
    assert resource.RLIMIT_CORE >= 0


def test_real_rows_under_a_dataset_that_is_made_up_are_refused_before_any_list_names_a_value(vault):
    with pytest.raises(GateRefused, match="is official, the catalogue says synthetic"):
        take_in(vault, vault.catalog, "made_up", batch(bad_rows()), "a")
    assert not (vault.project.private / "intake").exists()
