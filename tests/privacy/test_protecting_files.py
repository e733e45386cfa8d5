"""Any file under any policy, through the command line: a right answer or one clear message, never less protection than asked."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.cli import main
from workbench.files import read_json, sha256_file
from workbench.records import dump_yaml

TREE = "강 남구;동남권;*\n서초구;동남권;*\nDong-gu;north;*\n중구;north;*\n"
HOMES = ["강 남구", "서초구", "Dong-gu", "중구"]
SECRET = "대외비"

FIELDS = {
    "name": {"role": "direct_identifier", "treatment": "drop"},
    "만 나이": {"role": "quasi_identifier", "recoding": "interval", "domain": [0, 99]},
    "home-구": {"role": "quasi_identifier", "hierarchy": "place.csv"},
    "illness": {"role": "sensitive"},
}
POLICY = {"policy": "people", "version": 1, "fields": FIELDS, "guarantee": {"k": 5}}


def rows_of(count: int) -> dict[str, list]:
    return {
        "name": [f"{SECRET}-{number}" for number in range(count)],
        "만 나이": [20 + number % 50 for number in range(count)],
        "home-구": [HOMES[number % 4] for number in range(count)],
        "illness": [["cold", "flu", "gout"][number % 3] for number in range(count)],
    }


@pytest.fixture(params=["csv", "parquet"])
def suffix(request) -> str:
    return request.param


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder that is no project, with a hierarchy and a policy."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBENCH_ROOT", raising=False)
    (tmp_path / "place.csv").write_text(TREE, encoding="utf-8")
    write_policy(tmp_path, POLICY)
    return tmp_path


def write_policy(folder: Path, record: dict) -> None:
    (folder / "people.yml").write_text(dump_yaml(record), encoding="utf-8")


def write_rows(folder: Path, rows: dict[str, list], suffix: str) -> Path:
    path = folder / f"in.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.table(rows), path)
    else:
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(rows)
            writer.writerows(zip(*rows.values(), strict=True))
    return path


def read_rows(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def run(folder: Path, source: Path, *more: str) -> int:
    out = folder / f"out{source.suffix}"
    return main(["privacy", "protect", str(source), "--policy", "people.yml", "--out", str(out), "--report", "R.json", *more])


def refused(folder: Path, source: Path, capsys, *more: str, code: int = 2) -> str:
    """Run a protection that is refused: nothing is written, and nothing personal is told."""
    assert run(folder, source, *more) == code
    told = capsys.readouterr()
    assert not (folder / f"out{source.suffix}").exists()
    assert not (folder / "R.json").exists()
    assert "Traceback" not in told.err
    assert SECRET not in told.err + told.out
    return told.err


def test_codes_that_look_like_decimal_numbers_stay_apart(folder):
    (folder / "place.csv").write_text("1.1;low;*\n1.10;high;*\n1.0;low;*\n", encoding="utf-8")
    write_policy(
        folder, {**POLICY, "fields": {"code": FIELDS["home-구"], "kept": {"role": "insensitive"}}, "guarantee": {"k": 2}}
    )
    codes = ["1.1", "1.10", "1.0", "1.1", "1.10", "1.0"]
    assert run(folder, write_rows(folder, {"code": codes, "kept": codes}, "csv")) == 0
    shown = [(row["code"], row["kept"]) for row in read_rows(folder / "out.csv")]
    assert sorted(shown) == sorted(zip(codes, codes, strict=True))


def test_numbers_are_reckoned_with_however_they_are_written(folder):
    fields = {"만 나이": FIELDS["만 나이"], "pay": {"role": "sensitive"}}
    closeness = {"k": 2, "t": {"pay": {"value": 0.5, "distance": "ordered"}}}
    write_policy(folder, {**POLICY, "fields": fields, "guarantee": closeness})
    assert run(folder, write_rows(folder, {"만 나이": ["20.50", "20.5", "21"] * 4, "pay": ["1.50", "1.5", "2"] * 4}, "csv")) == 0
    assert {row["만 나이"] for row in read_rows(folder / "out.csv")} <= {"20", "21", "20-21"}


def test_a_file_without_column_names_does_not_have_its_first_row_told(folder, capsys):
    source = write_rows(folder, rows_of(20), "csv")
    source.write_text("".join(source.read_text(encoding="utf-8").splitlines(keepends=True)[1:]), encoding="utf-8")
    assert "none of its fields is among the 4 columns" in refused(folder, source, capsys)


@pytest.mark.parametrize("option", ["--out", "--report"])
def test_a_pipe_is_not_replaced_by_a_file(folder, option, capsys):
    source, pipe = write_rows(folder, rows_of(20), "csv"), folder / "pipe.csv"
    os.mkfifo(pipe)
    assert f"{option} {pipe} is a device or pipe" in refused(folder, source, capsys, option, str(pipe))
    assert pipe.is_fifo()


def test_a_report_that_cannot_be_written_leaves_the_old_rows(folder, capsys):
    source, out = write_rows(folder, rows_of(20), "csv"), folder / "out.csv"
    out.write_text("old", encoding="utf-8")
    assert run(folder, source, "--report", "place.csv/R.json") == 2
    assert "unchanged" in capsys.readouterr().err
    assert out.read_text(encoding="utf-8") == "old"
    assert not [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_the_secret_is_not_overwritten_with_rows(folder, capsys):
    told = refused(folder, write_rows(folder, rows_of(20), "csv"), capsys, "--secret", str(folder / "out.csv"))
    assert "is the same file as the secret" in told


def test_a_file_is_protected_anywhere_and_says_that_nothing_was_adopted(folder, suffix, capsys):
    assert run(folder, write_rows(folder, rows_of(200), suffix)) == 0
    shown = read_rows(folder / f"out.{suffix}")
    assert list(shown[0]) == ["만 나이", "home-구", "illness"]
    profiles: dict[tuple, int] = {}
    for row in shown:
        profile = (row["만 나이"], row["home-구"])
        profiles[profile] = profiles.get(profile, 0) + 1
    report = read_json(folder / "R.json")
    assert report["k"] == min(profiles.values()) >= 5
    assert (report["classes"], report["rows"], report["people"], report["suppressed"]) == (len(profiles), 200, 200, 0.0)
    assert set(report["l"]) == set(report["t"]) == {"illness"}
    assert 0 <= report["ncp"] <= 1
    assert report["adopted"] is False
    assert report["sha256"] == sha256_file(folder / f"out.{suffix}")
    if suffix == "parquet":
        assert pq.read_schema(folder / "out.parquet").metadata[b"workbench.adopted"] == b"false"
    assert "not adopted" in capsys.readouterr().out


def test_the_same_file_gives_the_same_rows_whatever_their_order(folder, suffix):
    rows = rows_of(60)
    assert run(folder, write_rows(folder, rows, suffix)) == 0
    first = sha256_file(folder / f"out.{suffix}")
    assert run(folder, write_rows(folder, {name: values[::-1] for name, values in rows.items()}, suffix)) == 0
    assert sha256_file(folder / f"out.{suffix}") == first


def test_json_on_standard_output_is_the_report(folder, capsys):
    assert run(folder, write_rows(folder, rows_of(50), "csv"), "--json") == 0
    assert json.loads(capsys.readouterr().out) == read_json(folder / "R.json")


def test_a_field_that_the_file_lacks_is_named_with_did_you_mean(folder, suffix, capsys):
    rows = rows_of(20)
    rows["ilness"] = rows.pop("illness")
    told = refused(folder, write_rows(folder, rows, suffix), capsys)
    assert "unknown field 'illness', did you mean 'ilness'" in told
    assert "field 'ilness' is not named" in told


def test_a_value_that_the_hierarchy_lacks_is_told_by_its_row(folder, suffix, capsys):
    rows = rows_of(20)
    rows["home-구"][6] = SECRET
    told = refused(folder, write_rows(folder, rows, suffix), capsys)
    assert "home-구" in told
    assert "row 7" in told


def test_a_hierarchy_with_ragged_levels_is_told_by_its_lines(folder, suffix, capsys):
    (folder / "place.csv").write_text(TREE + "용산구;*\n은평구;north;x;*\n", encoding="utf-8")
    told = refused(folder, write_rows(folder, rows_of(20), suffix), capsys)
    assert "line 5: 2 levels" in told
    assert "line 6: 4 levels" in told


def test_a_hierarchy_that_differs_from_its_hash_is_refused(folder, suffix, capsys):
    assert main(["privacy", "pin", "people.yml"]) == 0
    source = write_rows(folder, rows_of(20), suffix)
    assert run(folder, source) == 0
    for name in (f"out.{suffix}", "R.json"):
        (folder / name).unlink()
    (folder / "place.csv").write_text(TREE.replace("north", "북"), encoding="utf-8")
    assert "place.csv was changed" in refused(folder, source, capsys, code=3)


@pytest.mark.parametrize("count", [1, 4])
def test_k_larger_than_the_table_is_refused(folder, suffix, capsys, count):
    assert "k = 5" in refused(folder, write_rows(folder, rows_of(count), suffix), capsys, code=3)


def test_no_rows_are_protected_as_no_rows(folder, capsys):
    assert run(folder, write_rows(folder, rows_of(0), "csv")) == 0
    assert (folder / "out.csv").read_text(encoding="utf-8").splitlines() == ["만 나이,home-구,illness"]
    table = pa.table({name: pa.array([], pa.string()) for name in FIELDS})
    pq.write_table(table, folder / "in.parquet")
    assert run(folder, folder / "in.parquet") == 0
    assert read_json(folder / "R.json")["rows"] == 0


def test_mixed_types_are_told_by_field_and_row(folder, suffix, capsys):
    rows = rows_of(20)
    rows["만 나이"] = [SECRET if number == 3 else str(age) for number, age in enumerate(rows["만 나이"])]
    told = refused(folder, write_rows(folder, rows, suffix), capsys)
    assert "field '만 나이'" in told
    assert "row 4" in told


def test_a_number_outside_its_domain_is_told_by_row(folder, suffix, capsys):
    rows = rows_of(20)
    rows["만 나이"][9] = 1234567
    told = refused(folder, write_rows(folder, rows, suffix), capsys)
    assert "row 10" in told
    assert "1234567" not in told
    assert "0-99" in told


def test_columns_without_any_value_are_a_category_of_their_own(folder, suffix):
    rows = rows_of(20)
    rows["만 나이"] = [None] * 20
    rows["illness"] = [None] * 20
    assert run(folder, write_rows(folder, rows, suffix)) == 0
    assert {row["만 나이"] for row in read_rows(folder / f"out.{suffix}")} == {"missing"}


def test_many_distinct_values_are_pseudonymised_and_kept_apart(folder, suffix):
    count = 30_000
    rows = rows_of(count)
    write_policy(folder, {**POLICY, "unit": "name", "fields": {key: rule for key, rule in FIELDS.items() if key != "name"}})
    assert run(folder, write_rows(folder, rows, suffix)) == 0
    shown = read_rows(folder / f"out.{suffix}")
    assert len({row["name"] for row in shown}) == count
    assert not any(SECRET in row["name"] for row in shown)
    assert read_json(folder / "R.json")["people"] == count


def test_in_and_out_are_never_the_same_file(folder, suffix, capsys):
    source = write_rows(folder, rows_of(20), suffix)
    before = source.read_bytes()
    words = ["privacy", "protect", str(source), "--policy", "people.yml"]
    assert main([*words, "--out", str(source)]) == 2
    assert "is the same file as IN" in capsys.readouterr().err
    link = folder / f"link.{suffix}"
    os.link(source, link)
    assert main([*words, "--out", str(link)]) == 2
    assert main([*words, "--out", f"out.{suffix}", "--report", "people.yml"]) == 2
    assert "is the same file as the policy" in capsys.readouterr().err
    assert main([*words, "--out", "place.csv"]) == 2
    assert source.read_bytes() == before
    assert (folder / "place.csv").read_text(encoding="utf-8") == TREE


def test_what_stood_at_out_is_replaced_whole_or_stays(folder, suffix, capsys):
    out = folder / f"out.{suffix}"
    out.write_text("old", encoding="utf-8")
    assert run(folder, write_rows(folder, rows_of(3), suffix)) == 3
    assert out.read_text(encoding="utf-8") == "old"
    assert run(folder, write_rows(folder, rows_of(30), suffix)) == 0
    assert len(read_rows(out)) == 30
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--out", "out.xlsx"], "unknown suffix '.xlsx'"),
        (["--out", "out.csv", "--policy", "nobody.yml"], "no such file"),
        (["--out", "out.csv", "--polcy", "people.yml"], "unrecognized arguments"),
        (["--policy", "people.yml"], "--out"),
    ],
)
def test_words_that_make_no_command_are_refused(folder, capsys, words, message):
    source = write_rows(folder, rows_of(20), "csv")
    given = words if "--policy" in words else [*words, "--policy", "people.yml"]
    assert main(["privacy", "protect", str(source), *given]) == 2
    assert message in capsys.readouterr().err


def test_a_policy_that_is_not_about_people_protects_no_file(folder, capsys):
    write_policy(folder, {"policy": "people", "version": 1, "personal": False})
    assert "nothing to protect" in refused(folder, write_rows(folder, rows_of(20), "csv"), capsys, code=3)


def test_pinning_many_policies_tells_of_each_that_cannot_be(folder, capsys):
    (folder / "other.yml").write_text("policy: other\nversion: one\n", encoding="utf-8")
    assert main(["privacy", "pin", "people.yml", "other.yml"]) == 2
    told = capsys.readouterr()
    assert "place.csv" in told.out
    assert "other.yml" in told.err
    assert main(["privacy", "pin", "people.yml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["changed"] is False


def test_what_comes_out_can_be_measured_by_the_other_command(folder, capsys):
    assert run(folder, write_rows(folder, rows_of(200), "parquet")) == 0
    report = read_json(folder / "R.json")
    capsys.readouterr()
    fields = ["--quasi-identifiers", "만 나이,home-구", "--sensitive", "illness"]
    assert main(["privacy", "risk", "out.parquet", *fields, "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert {key: measured[key] for key in ("k", "l", "t", "classes")} == {key: report[key] for key in ("k", "l", "t", "classes")}


def test_displacing_needs_a_lasting_secret_which_a_file_keeps(folder, capsys):
    import shapely

    spots = shapely.to_wkb(shapely.points([[127.0 + number / 1000, 37.5] for number in range(8)]))
    pq.write_table(pa.table({"spot": pa.array(spots, pa.binary())}), folder / "in.parquet")
    fields = {"spot": {"role": "insensitive", "treatment": "displace", "within_m": 300}}
    write_policy(folder, {"policy": "people", "version": 1, "fields": fields, "guarantee": {"k": 2}})
    assert "--secret FILE" in refused(folder, folder / "in.parquet", capsys, code=3)
    found = []
    for _ in range(2):
        assert run(folder, folder / "in.parquet", "--secret", "places.secret") == 0
        found.append(sha256_file(folder / "out.parquet"))
    assert found[0] == found[1], "the same place goes to the same spot each time"
    assert (folder / "places.secret").stat().st_mode & 0o077 == 0
    (folder / "places.secret").write_text("short", encoding="ascii")
    assert run(folder, folder / "in.parquet", "--secret", "places.secret") == 2
