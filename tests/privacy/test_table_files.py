"""Tables come in as people made them, and go out so that others can read them; what is wrong is told without a value."""

from __future__ import annotations

import datetime as dt
import json

import geopandas
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from workbench.errors import UsageError
from workbench.privacy.csv_reading import BLOCK_BYTES
from workbench.privacy.table_columns import is_words
from workbench.privacy.table_files import column_names, read_table, write_table

CANARY = "홍길동-900101"


@pytest.fixture
def csv(tmp_path):
    def write(content, name="people.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refused(path, **more):
    with pytest.raises(UsageError) as caught:
        read_table(path, **more)
    assert CANARY not in str(caught.value)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separator_encoding_and_line_ends_are_found(csv, separator, encoding, end):
    lines = ["나이|사는 곳|salary-class", "31|중구|<=50K", "|강남구|"]
    table = read_table(csv((end.join(lines) + end).replace("|", separator).encode(encoding)))
    assert table.to_pylist() == [
        {"나이": 31, "사는 곳": "중구", "salary-class": "<=50K"},
        {"나이": None, "사는 곳": "강남구", "salary-class": None},
    ]


def test_the_last_line_needs_no_line_end(csv):
    assert read_table(csv("a,b\n1,x\n2,y")).to_pydict() == {"a": [1, 2], "b": ["x", "y"]}


def test_separators_within_quotes_do_not_decide(csv):
    table = read_table(csv('"a,b,c";"d ""e"""\n"1,5";x\n"2\n6";y\n'))
    assert table.to_pydict() == {"a,b,c": ["1,5", "2\n6"], 'd "e"': ["x", "y"]}


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["1", "-20", "0"], [1, -20, 0]),
        (["01", "20", "3"], ["01", "20", "3"]),
        (["1", "-02"], ["1", "-02"]),
        (["01012345678", "01087654321"], ["01012345678", "01087654321"]),
        (["9223372036854775807", "1"], [2**63 - 1, 1]),
        (["9223372036854775808", "1"], ["9223372036854775808", "1"]),
        (["12345678901234567890", "1"], ["12345678901234567890", "1"]),
        (["1234567890123456789.5", "1"], ["1234567890123456789.5", "1"]),
        (["1", "2.5", ""], [1.0, 2.5, None]),
        (["-0.5", "1e-05"], [-0.5, 1e-05]),
        (["1.1", "1.10"], ["1.1", "1.10"]),
        (["2.50", "3.75"], ["2.50", "3.75"]),
        (["1", "2.0"], ["1", "2.0"]),
        (["1.0", "2.0", ""], [1.0, 2.0, None]),
        (["00.5", "1.5"], ["00.5", "1.5"]),
        (["1E5", "2E7"], ["1E5", "2E7"]),
        (["nan", "1"], ["nan", "1"]),
        (["inf", "1"], ["inf", "1"]),
        (["+5", "1"], ["+5", "1"]),
        ([" 5", "1"], [" 5", "1"]),
        (["1", "x"], ["1", "x"]),
        (["-", "1"], ["-", "1"]),
        (["1-2", "3"], ["1-2", "3"]),
        (["１", "2"], ["１", "2"]),
        (["true", "false"], ["true", "false"]),
        (["2020-01-01", "2020-01-02"], ["2020-01-01", "2020-01-02"]),
        (["", "NA"], [None, "NA"]),
        (["", '""'], [None, None]),
    ],
)
def test_a_column_is_numbers_only_if_nothing_is_lost_by_it(csv, cells, read):
    table = read_table(csv("a,b\n" + "".join(f"{cell},x\n" for cell in cells)))
    assert table["a"].to_pylist() == read


def test_a_column_that_is_reckoned_with_is_numbers_however_they_are_written(csv):
    file = csv("a,b\n1.10,1.10\n1.1,1.1\n2,2\n")
    assert read_table(file, numbers=["b"]).to_pydict() == {"a": ["1.10", "1.1", "2"], "b": [1.1, 1.1, 2.0]}


@pytest.mark.parametrize("late", ["x", "007", "2.5", "99999999999999999999"])
def test_a_value_far_down_decides_the_column_too(csv, late):
    rows = 3 * BLOCK_BYTES // 10
    table = read_table(csv("code,b\n" + "1234567,x\n" * rows + f"{late},y\n"))
    whole = {"2.5": 1234567.0}.get(late, "1234567")
    assert len(table) == rows + 1
    assert table["code"][0].as_py() == whole
    assert str(table["code"][-1].as_py()) == late


def test_words_are_a_dictionary_unless_nearly_every_row_has_its_own(csv):
    rows = 30_000
    table = read_table(csv("own,few,late\n" + "".join(f"name{n},{n % 3}x,{n if n > 9000 else 1}y\n" for n in range(rows))))
    assert [pa.types.is_dictionary(field.type) for field in table.schema] == [False, True, False]
    assert all(is_words(field.type) for field in table.schema)
    assert table["own"].to_pylist() == [f"name{n}" for n in range(rows)]
    assert len({tuple(chunk.dictionary.to_pylist()) for chunk in table["few"].chunks}) == 1


def test_only_the_columns_asked_for_are_read_in_their_order(csv):
    path = csv("a,b,c\n1,x,2\n")
    assert read_table(path, columns=["c", "a"]).to_pydict() == {"c": [2], "a": [1]}
    assert column_names(path) == ["a", "b", "c"]


def test_columns_without_a_name_do_not_matter_where_others_are_asked_for(csv):
    path = csv(f",age,twice,twice\n0,30,{CANARY},1\n1,40,{CANARY},2\n")
    assert read_table(path, columns=["age"])["age"].to_pylist() == [30, 40]
    assert "2 columns are named 'twice'" in refused(path, columns=["twice"])
    assert "column 1 has no name" in refused(path)


def test_a_header_alone_is_a_table_without_rows(csv):
    table = read_table(csv("a;b\n"))
    assert (table.column_names, len(table)) == (["a", "b"], 0)


def test_a_column_without_any_value_is_words(csv):
    table = read_table(csv("a,b\n1,\n2,\n"))
    assert is_words(table.schema.field("b").type)
    assert table["b"].to_pylist() == [None, None]


def test_empty_lines_are_no_rows(csv):
    assert read_table(csv("\n\na\n\n1\n\n2\n\n\n"))["a"].to_pylist() == [1, 2]


def test_a_cell_longer_than_a_block_is_read(csv):
    long = "가" * BLOCK_BYTES
    assert read_table(csv(f"a,b\n1,{long}\n2,x\n"))["b"].to_pylist() == [long, "x"]


def test_a_quote_within_a_bare_cell_stands_for_itself(csv):
    assert read_table(csv('a,b\n5",x\n6,y\n'))["a"].to_pylist() == ['5"', "6"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "nothing in it"),
        (b"\n\n  \n", "nothing in it"),
        (f"a,b\n1,{CANARY}\n2\n3,x\n".encode(), "line 3: 1 cells, the header has 2"),
        (f"a,b\n1,2,{CANARY}\n2,{CANARY},3\n".encode(), "line 2: 3 cells, the header has 2; so in 2 rows"),
        (f'a,b\n1,"x\ny"\n2,{CANARY}\n3'.encode(), "line 5: 1 cells, the header has 2 (the last row: was the file cut?)"),
        (f'a,b\n1,2\n3,"{CANARY}\n4,5\n'.encode(), "line 3: a quote is not closed"),
        (f'a,"b\n1,{CANARY}\n'.encode(), "line 1: a quote is not closed"),
        (f"a,b,a\n1,2,{CANARY}\n".encode(), "columns 1 and 3 have the same name"),
        (f"a,,b\n1,2,{CANARY}\n".encode(), "column 2 has no name"),
        (f"a,b\n1,{CANARY}\n".encode("utf-16"), "UTF-16"),
        (f"a,b\n1,{CANARY}\n".encode() + b"\0\0\0\0", "zero bytes"),
        (b"a,b\n1,\xff\xfe\xff\n", "neither UTF-8 nor cp949"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"PK\x03\x04\x14", "spreadsheet"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_by_line_and_without_a_value(csv, content, told):
    assert told in refused(csv(content))


def test_a_column_that_is_not_there_is_told_with_the_nearest(csv):
    assert "there is no column 'aeg', did you mean 'age'?" in refused(csv("age,b\n1,2\n"), columns=["aeg"])


def test_another_kind_of_file_is_refused(csv):
    assert "allowed: .csv" in refused(csv("a\n1\n", name="people.xlsx"))


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert "no such file" in refused(tmp_path / "none.csv")
    assert "no such file" in refused(tmp_path / "none.parquet")


def test_parquet_of_pandas_is_read_with_codes(tmp_path):
    path = tmp_path / "people.parquet"
    frame = pd.DataFrame(
        {"age": [31, 42, 31], "job": ["a", None, "a"], "grade": pd.Categorical(["lo", "hi", "lo"], ["lo", "hi"], ordered=True)}
    )
    frame.index = [5, 6, 7]
    frame.to_parquet(path)
    table = read_table(path)
    assert table.column_names == ["age", "job", "grade"]
    assert table.to_pydict() == {"age": [31, 42, 31], "job": ["a", None, "a"], "grade": ["lo", "hi", "lo"]}
    assert pa.types.is_dictionary(table.schema.field("job").type)
    assert table.schema.field("grade").type.ordered


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.large_string())])
def test_parquet_words_of_every_form_come_as_one(tmp_path, kind):
    path = tmp_path / "words.parquet"
    pq.write_table(pa.table({"a": pa.array(["x", "y", None, "x"]).cast(kind)}), path, row_group_size=2)
    column = read_table(path)["a"]
    assert column.type == pa.dictionary(pa.int32(), pa.string())
    assert column.to_pylist() == ["x", "y", None, "x"]


def test_ten_thousands_of_distinct_words_in_parquet_stay_plain(tmp_path):
    path = tmp_path / "words.parquet"
    pq.write_table(pa.table({"a": [f"name{n}" for n in range(30_000)], "b": [f"{n % 7}x" for n in range(30_000)]}), path)
    assert [str(field.type) for field in read_table(path).schema] == [
        "string",
        "dictionary<values=string, indices=int32, ordered=0>",
    ]


def test_places_of_geopandas_pass_as_bytes_and_their_extent_is_not_written(tmp_path):
    path, out = tmp_path / "homes.parquet", tmp_path / "out.parquet"
    frame = geopandas.GeoDataFrame({"id": ["a", "b"]}, geometry=[Point(127.01, 37.51), Point(127.02, 37.52)], crs="EPSG:4326")
    frame.to_parquet(path)
    table = read_table(path)
    assert pa.types.is_binary(table.schema.field("geometry").type)
    write_table(table, out)
    assert geopandas.read_parquet(out).geometry.tolist() == frame.geometry.tolist()
    assert geopandas.read_parquet(out).crs == frame.crs
    assert "bbox" not in json.loads(pq.read_metadata(out).metadata[b"geo"])["columns"]["geometry"]
    write_table(table.drop_columns(["geometry"]), out)
    assert b"geo" not in (pq.read_metadata(out).metadata or {})


def test_a_parquet_file_that_was_cut_is_refused(tmp_path):
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"a": [CANARY] * 100}), path)
    path.write_bytes(path.read_bytes()[:-20])
    assert "no whole Parquet file" in refused(path)


def test_columns_of_parquet_that_are_not_there_or_stand_twice_are_refused(tmp_path):
    path = tmp_path / "people.parquet"
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), path)
    assert "stand twice" in refused(path)
    pq.write_table(pa.table({"age": [1]}), path)
    assert "did you mean 'age'?" in refused(path, columns=["agee"])


WORD = st.text(st.sampled_from('ab가,;\t"\n\r *'), max_size=5).map(lambda word: f"w{word}")
ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), WORD),
        st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
        st.one_of(st.none(), st.floats(-1e14, 1e14, allow_subnormal=False)),
        WORD,
    ),
    max_size=20,
)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([",", ";", "\t"]))
def test_what_is_written_as_csv_is_read_back(tmp_path_factory, rows, separator):
    path = tmp_path_factory.mktemp("csv") / "people.csv"
    names = ["a b", "이름-1", 'c;"d', "e"]
    kinds = [pa.string(), pa.int64(), pa.float64(), pa.dictionary(pa.int32(), pa.string())]
    columns = [pa.array([row[place] for row in rows], kind) for place, kind in enumerate(kinds)]
    write_table(pa.table(columns, names=names), path, separator=separator)
    assert read_table(path).to_pylist() == [dict(zip(names, row, strict=True)) for row in rows]
    theirs = pd.read_csv(path, sep=separator, keep_default_na=False, dtype=str)
    assert theirs["a b"].tolist() == [row[0] or "" for row in rows]


def test_csv_is_quoted_only_where_needed(tmp_path):
    path = tmp_path / "out.csv"
    table = pa.table(
        {"a": ["x", "y,z", None], "b": [1, None, 3], "c": [True, False, None], "d": [dt.date(2020, 1, 2), None, None]}
    )
    write_table(table, path)
    assert path.read_text(encoding="utf-8") == 'a,b,c,d\nx,1,true,2020-01-02\n"y,z",,false,\n,3,,\n'


def test_a_missing_value_in_a_file_of_one_column_is_still_a_row(tmp_path):
    path = tmp_path / "out.csv"
    write_table(pa.table({"a": ["x", None, "y"]}), path)
    assert read_table(path)["a"].to_pylist() == ["x", None, "y"]


def test_the_same_table_gives_the_same_bytes(tmp_path):
    table = pa.table({"a": pa.array(["x", "y", "x"]).dictionary_encode(), "b": [1.5, None, 2.0]})
    for suffix in ("csv", "parquet"):
        for name in ("one", "two"):
            write_table(table, tmp_path / f"{name}.{suffix}")
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


def test_what_csv_cannot_hold_is_refused_and_the_old_file_stays(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^out.csv: column 'g' holds binary"):
        write_table(pa.table({"a": [1], "g": [b"\x01"]}), path)
    with pytest.raises(UsageError, match="separator"):
        write_table(pa.table({"a": [1]}), path, separator="|")
    assert path.read_text(encoding="utf-8") == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["out.csv"]
