"""Official files dropped into a folder: recognised by their columns, taken in with a balance, and every fault named."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from official_samples import (
    AIR,
    AIR_HEADER,
    MERCHANTS,
    MONTH,
    PARKS,
    STATIONS,
    STORES,
    WEATHER,
    accidents,
    population,
    text,
)

from workbench.errors import UsageError, WorkbenchError
from workbench.project import Project
from workbench.sources import find_official_files, forget, take_in_files
from workbench.sources.registry import REGISTERED
from workbench.vault import Vault


def drop(project: Project, name: str, content: str | bytes | list[str], encoding: str = "cp949") -> Path:
    path = project.data / name
    path.parent.mkdir(parents=True, exist_ok=True)
    written = text(content) if isinstance(content, list) else content
    path.write_bytes(written if isinstance(written, bytes) else written.encode(encoding))
    return path


def listed(balance) -> list[tuple[str, str]]:
    with balance.refused_list.open(encoding="utf-8-sig", newline="") as handle:
        return [(row["line"], row["reason"]) for row in csv.DictReader(handle)]


def unfinished(project: Project) -> list[Path]:
    """Temporary files left behind anywhere under .workbench."""
    return [path for path in project.private.rglob("*") if ".part" in path.name or path.name.startswith(".")]


@pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-8-sig"])
def test_daily_air_comes_in_from_either_encoding_under_any_name(project, catalog, encoding):
    drop(project, "some folder/2021년 자료.CSV", AIR, encoding)
    (balance,) = take_in_files(project, catalog)
    assert (balance.dataset, balance.arrived, balance.kept, balance.adds_up) == ("daily_air", 4, 4, True)
    rows = Vault(project, catalog).read("daily_air")
    assert rows["station"].tolist() == ["강남구", "강남대로", "남산", "강남구"]
    assert rows["station_kind"].tolist() == ["district", "roadside", "background", "district"]
    assert rows["district"].fillna("").tolist() == ["강남구", "", "", "강남구"]
    assert rows["year"].tolist() == [2021] * 4
    assert rows["pm10_ug_m3"].isna().sum() == rows["pm25_ug_m3"].isna().sum() == 1


def test_a_header_with_padding_and_other_unit_letters_is_still_recognised(project, catalog):
    drop(project, "a.csv", [AIR_HEADER.replace("측정소명", " 측정소명 ").replace("㎍/㎥", "μg/m3"), *AIR[1:]], "utf-8")
    assert take_in_files(project, catalog)[0].kept == 4


def test_a_second_call_over_an_unchanged_folder_does_nothing_and_says_so(project, catalog):
    drop(project, "a.csv", AIR)
    first = take_in_files(project, catalog)
    before = Vault(project, catalog).record("daily_air", first[0].part)
    second = take_in_files(project, catalog)
    assert [balance.unchanged for balance in first + second] == [False, True]
    assert second[0].kept == 4
    assert Vault(project, catalog).record("daily_air", first[0].part) == before


def test_a_touched_file_with_the_same_bytes_is_not_taken_in_again(project, catalog):
    path = drop(project, "a.csv", AIR)
    take_in_files(project, catalog)
    path.write_bytes(path.read_bytes())
    assert take_in_files(project, catalog)[0].unchanged


def test_a_changed_file_replaces_its_rows(project, catalog):
    drop(project, "a.csv", AIR)
    take_in_files(project, catalog)
    drop(project, "a.csv", AIR[:3])
    assert take_in_files(project, catalog)[0].kept == 2
    assert len(Vault(project, catalog).read("daily_air")) == 2


def test_rows_of_two_overlapping_files_are_kept_once_and_none_is_lost_when_one_shrinks(project, catalog):
    drop(project, "a.csv", AIR)
    drop(project, "b.csv", AIR)
    first, second = take_in_files(project, catalog)
    assert (first.kept, second.kept, second.duplicate) == (4, 0, 4)
    drop(project, "a.csv", AIR[:3])
    take_in_files(project, catalog)
    assert len(Vault(project, catalog).read("daily_air")) == 4


def test_a_file_that_lost_most_of_its_rows_is_refused_and_comes_in_after_forgetting(project, catalog):
    drop(project, "a.csv", AIR)
    take_in_files(project, catalog)
    drop(project, "a.csv", AIR[:2])
    with pytest.raises(UsageError, match=r"a\.csv: brings 1 rows to 'daily_air', it brought 4 before") as error:
        take_in_files(project, catalog)
    assert "workbench fetch daily_air --forget" in error.value.hint
    assert Vault(project, catalog).rows("daily_air") == 4
    assert forget(project, catalog, "daily_air") == 4
    assert Vault(project, catalog).parts("daily_air") == []
    assert take_in_files(project, catalog)[0].kept == 1


def test_forgetting_removes_parts_balances_and_lists_of_one_dataset_even_where_a_record_is_damaged(project, catalog):
    drop(project, "a.csv", [*AIR, AIR[1]])
    drop(project, "w.csv", WEATHER)
    balance = next(found for found in take_in_files(project, catalog) if found.dataset == "daily_air")
    assert balance.refused_list.is_file()
    (project.vault / "daily_air" / f"{balance.part}.json").write_text("{}", encoding="utf-8")
    assert forget(project, catalog, "daily_air") == 0
    assert not list((project.vault / "daily_air").iterdir())
    assert not (project.private / "intake" / "daily_air").exists()
    assert Vault(project, catalog).rows("weather_daily") == 1
    assert forget(project, catalog, "daily_air") == 0
    with pytest.raises(UsageError, match="did you mean 'daily_air'"):
        forget(project, catalog, "daily_aire")


def test_only_files_of_the_datasets_asked_for_are_read_and_can_fail(project, catalog):
    drop(project, "a.csv", AIR[:1])
    drop(project, "w.csv", WEATHER)
    assert [balance.dataset for balance in take_in_files(project, catalog, datasets=["weather_daily"])] == ["weather_daily"]
    assert take_in_files(project, catalog, datasets=[]) == []
    with pytest.raises(UsageError, match="nothing but the header"):
        take_in_files(project, catalog, datasets=["daily_air"])
    with pytest.raises(UsageError, match="did you mean 'daily_air'"):
        take_in_files(project, catalog, datasets=["daily_aire"])


def test_a_row_that_another_file_contradicted_comes_in_when_that_file_is_corrected(project, catalog):
    drop(project, "a.csv", [*AIR[:-1], AIR[-1].replace("20210102", "20210103")])
    drop(project, "b.csv", [*AIR[:3], AIR[3].replace(",20,-", ",21,-")])
    assert take_in_files(project, catalog)[1].reasons == {"pm10_ug_m3: contradicts file-a": 1}
    drop(project, "a.csv", [*AIR[:3], AIR[-1]])
    first, second = take_in_files(project, catalog)
    assert (first.kept, first.before, second.kept, second.refused) == (3, 4, 1, 0)
    assert Vault(project, catalog).rows("daily_air") == 4


def test_files_of_no_known_family_are_reported_and_never_an_error(project, catalog):
    drop(project, "letter.pdf", b"%PDF-1.7 \xff\xfe")
    drop(project, "other.csv", ["a;b;c", "1;2;3"])
    drop(project, "caf\u00e9.csv", "pr\u00e9nom,nom\nx,y\n".encode("latin-1"))
    drop(project, "empty.csv", b"")
    drop(project, "map.geojson", b'{"type": "FeatureCollection", "features": [{"properties": {"adm_nm": "x"}}]}')
    drop(project, "broken.json", b"{")
    found = find_official_files(project.data)
    assert len(found) == 6
    assert all(file.dataset is None and file.note.startswith("not recognised") for file in found)
    assert take_in_files(project, catalog) == []


def test_a_file_that_may_not_be_read_is_reported(project, catalog, monkeypatch):
    locked = drop(project, "a.csv", AIR)
    opened = Path.open

    def refusing(path: Path, *how: object, **more: object):
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return opened(path, *how, **more)

    monkeypatch.setattr(Path, "open", refusing)
    (found,) = find_official_files(project.data)
    assert found.note == f"not recognised: {locked}: cannot be read (Permission denied)"


def test_hidden_files_are_left_alone(project, catalog):
    drop(project, ".trash/a.csv", AIR)
    drop(project, "__MACOSX/._a.csv", AIR)
    assert find_official_files(project.data) == []


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"", "the file is empty"),
        (b"\r\n \n", "the file is empty"),
        (b"PK\x03\x04\x14\x00\x06\x00", r"a spreadsheet \(xlsx\) or ZIP archive, not text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", r"a spreadsheet \(xls\) or other office document, not text"),
        (b"\n<!DOCTYPE html>\n<html>", r"a web page \(HTML\), not a table"),
        (b"a,b\n1,2\n", "its columns are those of no official file"),
    ],
)
def test_a_file_that_is_no_table_in_text_is_noted_as_what_it_is(project, catalog, content, note):
    drop(project, "a.csv", content)
    (found,) = find_official_files(project.data)
    assert re.match(f"not recognised: {note}", found.note)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("초미세먼지농도(㎍/㎥)", "PM25val"),
            r"column '초미세먼지농도\(㎍/㎥\)' is missing \(nearest: none\); found instead: 'PM25val'",
        ),
        (("측정소명", "pm2.5"), r"column '측정소명' is missing \(nearest: none\); found instead: 'pm2.5'"),
        (("측정소명", "측정일시"), r"column '측정소명' is missing .*; column '측정일시' stands 2 times"),
        (("측정소명", "측정소명,측정소명 "), r"the column '측정소명' stands 2 times in the header, allowed once"),
        (("측정소명", "측정소 이름"), r"a\.csv: column '측정소명' is missing \(nearest: '측정소 이름'\)"),
        ((",초미세먼지농도(㎍/㎥)", ""), r"column '초미세먼지농도\(㎍/㎥\)' is missing \(nearest: none\)"),
    ],
)
def test_a_renamed_or_missing_column_is_named_with_the_nearest_one(project, catalog, change, message):
    drop(project, "a.csv", [AIR_HEADER.replace(*change), *AIR[1:]])
    with pytest.raises(UsageError, match=message) as error:
        take_in_files(project, catalog)
    assert "dataset 'daily_air'" in error.value.message


def test_another_product_of_the_same_service_is_not_taken_for_a_file_with_missing_columns(project, catalog):
    header = STORES[0].replace("행정동_코드_명", "자치구_코드_명").replace("행정동_코드", "자치구_코드")
    drop(project, "district.csv", [header, *STORES[1:]])
    assert take_in_files(project, catalog) == []


def test_a_wrong_byte_is_named_with_file_byte_and_line(project, catalog):
    content = text(AIR).encode("cp949")
    place = content.index(b"0.028")
    drop(project, "a.csv", content[:place] + b"\xff" + content[place + 1 :])
    with pytest.raises(UsageError, match=rf"a\.csv: byte {place} \(line 3\) is no cp949: ff"):
        take_in_files(project, catalog)


def test_a_file_in_another_encoding_is_named_as_such(project, catalog):
    drop(project, "a.csv", text(AIR).encode("utf-16"))
    with pytest.raises(
        UsageError, match=r"a\.csv: the header is neither UTF-8 nor cp949 \(byte 0 is ff fe, it looks like utf-16"
    ):
        take_in_files(project, catalog)


WHOLE = text(AIR)
OPEN_QUOTE = [*AIR[:-1], AIR[-1].replace("20210102", '"20210102')]


@pytest.mark.parametrize(
    ("cut", "found"),
    [
        (WHOLE[: -len("0.004,35,21\r\n")].encode("cp949"), "6 values, allowed 8 values"),
        (WHOLE[: -len("강남구,0.03,0.01,0.6,0.004,35,21\r\n")].encode("cp949"), "2 values, allowed 8 values"),
        (text(OPEN_QUOTE).encode("cp949"), "an open quote, allowed a closed quote"),
        (WHOLE.encode()[: WHOLE.encode().rindex("구".encode()) + 1], "2 values, allowed 8 values"),
        (WHOLE.encode()[:-2] + "㎍".encode()[:1], "…21, allowed a whole last character"),
    ],
)
def test_a_file_that_ends_inside_its_last_row_is_refused_as_a_whole_and_the_rows_before_stay(project, catalog, cut, found):
    drop(project, "a.csv", AIR)
    take_in_files(project, catalog)
    before = Vault(project, catalog).fingerprint("daily_air")
    drop(project, "a.csv", cut)
    with pytest.raises(UsageError, match=rf"a\.csv, line 5: the file ends inside this row: found {found}") as error:
        take_in_files(project, catalog)
    assert error.value.exit_code == 2
    assert Vault(project, catalog).fingerprint("daily_air") == before


def test_a_last_row_with_all_its_values_needs_no_end_of_line(project, catalog):
    drop(project, "a.csv", WHOLE[:-2])
    (balance,) = take_in_files(project, catalog)
    assert (balance.arrived, balance.kept) == (4, 4)


@pytest.mark.parametrize("content", [AIR_HEADER, AIR_HEADER + "\r\n"])
def test_a_file_with_nothing_but_its_header_is_an_error(project, catalog, content):
    drop(project, "a.csv", content)
    with pytest.raises(UsageError, match=r"a\.csv: nothing but the header is there"):
        take_in_files(project, catalog)


def test_a_row_with_too_many_or_too_few_values_is_refused_with_its_line(project, catalog):
    drop(project, "a.csv", [AIR[0], AIR[1] + ",9", AIR[2].rsplit(",", 1)[0], AIR[3] + ",,", ""])
    (balance,) = take_in_files(project, catalog)
    assert (balance.kept, listed(balance)) == (1, [("2", "too many values"), ("3", "too few values")])


def test_a_quote_that_is_never_closed_inside_a_file_is_an_error_with_its_line(project, catalog):
    lines = [AIR[0], AIR[1], '"' + AIR[2], *(AIR[1].replace("20210101", f"202102{day:02d}") for day in range(1, 28))]
    drop(project, "a.csv", lines)
    with pytest.raises(UsageError, match=r"a\.csv, line 3: a quote is opened here and not closed"):
        take_in_files(project, catalog)


def test_a_quote_that_is_open_over_a_large_part_of_a_file_is_named_with_the_line_it_begins_in(project, catalog):
    days = [AIR[1].replace("20210101", f"2021{day:04d}") for day in range(4_000)]
    drop(project, "a.csv", [AIR[0], AIR[1], '"' + AIR[2], *days])
    with pytest.raises(UsageError, match=r"a\.csv, line 3: a quote is opened here and not closed within 131,072 characters"):
        take_in_files(project, catalog)


def test_a_value_outside_its_limits_refuses_the_row_and_names_field_value_and_limit(project, catalog):
    drop(project, "a.csv", [*AIR, "20210103,강남구,0.02,0.02,0.4,0.003,20,9999"])
    (balance,) = take_in_files(project, catalog)
    assert balance.reasons == {"pm25_ug_m3: above the limit": 1}
    assert "refused,6,pm25_ug_m3,9999,0 to 1000,above the limit" in balance.refused_list.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    "broken",
    [
        text(AIR).replace("측정소명", "이름").encode("cp949"),
        text(AIR).encode("cp949").replace(b"0.028", b"0.\xff28"),
        text(AIR[:1]).encode("cp949"),
        text(AIR).encode("utf-16"),
    ],
)
def test_a_file_that_cannot_be_understood_leaves_what_was_there_before(project, catalog, broken):
    drop(project, "a.csv", AIR)
    drop(project, "w.csv", WEATHER)
    take_in_files(project, catalog)
    vault = Vault(project, catalog)
    before = vault.fingerprint("daily_air")
    drop(project, "a.csv", broken)
    drop(project, "m.csv", MONTH)
    with pytest.raises(UsageError) as error:
        take_in_files(project, catalog)
    assert error.value.exit_code == 2
    assert vault.fingerprint("daily_air") == before
    assert vault.rows("bike_station_month") == 2
    assert unfinished(project) == []


def test_all_files_that_cannot_be_understood_are_told_at_once(project, catalog):
    drop(project, "a.csv", [AIR_HEADER])
    drop(project, "b.csv", [MONTH[0].replace("반납건수", "반납"), *MONTH[1:]])
    with pytest.raises(UsageError, match=r"2 problems\n  - a\.csv: nothing but[\s\S]*- b\.csv: column '반납건수' is missing"):
        take_in_files(project, catalog)


def test_stations_lose_the_blanks_behind_number_and_name(project, catalog):
    drop(project, "s.csv", STATIONS)
    take_in_files(project, catalog)
    rows = Vault(project, catalog).read("bike_stations")
    assert rows["station_number"].tolist() == [301, 2301]
    assert rows["name"].tolist() == ["경복궁역 7번출구 앞", "현대고등학교 건너편"]
    assert rows["docks_qr"].isna().tolist() == [False, True]
    assert (round(rows.location[0].x, 4), round(rows.location[0].y, 4)) == (126.9715, 37.5758)


def test_a_station_with_swapped_coordinates_is_refused_and_one_without_is_missing_its_place(project, catalog):
    drop(project, "s.csv", [*STATIONS, "5,가,중구,길 1,127.0,37.5,1,1,2", "6,나,중구,길 2,0,0,1,1,2"])
    (balance,) = take_in_files(project, catalog)
    assert balance.adds_up
    assert balance.reasons == {"location: missing": 1, "location: not a place in Korea": 1}


def test_use_per_month_is_joined_by_the_number_before_the_dot(project, catalog):
    drop(project, "m.csv", [*MONTH, "강남구,번호 없음,202301,1,1"])
    (balance,) = take_in_files(project, catalog)
    rows = Vault(project, catalog).read("bike_station_month")
    assert rows["station_number"].tolist() == [2301, 2413]
    assert rows["station_name"].tolist() == ["현대고등학교 건너편", "도곡역 1번 출구"]
    assert rows["month"].tolist() == ["2023-01"] * 2
    assert balance.reasons == {"station_number: not a whole number": 1}


def test_sum_rows_of_accidents_are_checked_and_not_kept(project, catalog):
    drop(project, "acc.csv", accidents(), "utf-8-sig")
    (balance,) = take_in_files(project, catalog)
    assert (balance.arrived, balance.kept, balance.refused) == (52, 50, 2)
    assert set(Vault(project, catalog).read("bike_accidents_by_district")["year"]) == {2005, 2006}


def test_a_sum_that_does_not_hold_is_an_error_with_both_numbers(project, catalog):
    lines = accidents()
    lines[1] = lines[1].replace("2005,소계,300,", "2005,소계,301,")
    drop(project, "acc.csv", lines, "utf-8-sig")
    with pytest.raises(
        UsageError, match=r"acc\.csv: year 2005: the row '소계' says 301 for 'at_fault_accidents', its rows give 300"
    ):
        take_in_files(project, catalog)


def test_accidents_cut_between_two_rows_are_found_by_their_sum(project, catalog):
    drop(project, "acc.csv", accidents()[:-3], "utf-8-sig")
    with pytest.raises(UsageError, match=r"year 2006: the row '소계' says"):
        take_in_files(project, catalog)


def test_none_written_as_a_dash_counts_as_zero_in_a_sum_and_is_missing_in_its_row(project, catalog):
    lines = accidents()
    assert lines[2].startswith("2005,종로구,0,")
    drop(
        project,
        "acc.csv",
        [*lines[:2], lines[2].replace("2005,종로구,0,1,2", "2005,종로구,0,1,-").replace(",3,4,5", ",3,4,5"), *lines[3:]],
        "utf-8-sig",
    )
    with pytest.raises(UsageError, match="says 350 for 'at_fault_deaths', its rows give 348"):
        take_in_files(project, catalog)
    drop(
        project,
        "acc.csv",
        [lines[0], lines[1].replace(",350,", ",348,"), lines[2].replace(",0,1,2,", ",0,1,-,"), *lines[3:]],
        "utf-8-sig",
    )
    (balance,) = take_in_files(project, catalog)
    assert balance.kept == 50
    assert Vault(project, catalog).read("bike_accidents_by_district")["at_fault_deaths"].isna().sum() == 1


def test_population_comes_in_long_though_its_last_row_is_cut_inside_a_quote(project, catalog):
    drop(project, "pop.csv", population(), "utf-8-sig")
    (balance,) = take_in_files(project, catalog)
    assert (balance.kept, balance.adds_up) == (50, True)
    assert balance.reasons == {"cut off: the file ends inside this row": 1, "district: a sum row: checked, not kept": 2}
    rows = Vault(project, catalog).read("resident_population").set_index(["quarter", "district"])
    assert rows.loc[("2023Q4", "중구"), ["population", "households"]].tolist() == [1002, 102]


def test_parks_have_their_area_read_their_district_only_in_seoul_and_their_day_as_exact_as_written(project, catalog):
    drop(project, "p.csv", PARKS)
    take_in_files(project, catalog)
    rows = Vault(project, catalog).read("parks").set_index("park_number")
    assert rows.loc[1, ["district", "area_m2", "opened_on"]].tolist() == ["중구", 2896887, "1968-09-10"]
    assert rows["district"].isna().tolist() == [False, True, False]
    assert rows.loc[128, "district"] == "노원구"
    assert rows["area_m2"].isna().tolist() == [False, False, True]


def test_weather_of_another_station_is_refused(project, catalog):
    drop(project, "w.csv", [*WEATHER, "159,부산,2017-12-06,5,2,3,50"])
    (balance,) = take_in_files(project, catalog)
    assert balance.reasons == {"another weather station": 1}
    assert Vault(project, catalog).read("weather_daily")["mean_temperature_c"].tolist() == [0.2]


def test_other_trades_than_coffee_and_merchants_outside_seoul_are_refused(project, catalog):
    drop(project, "c.csv", STORES)
    drop(project, "m.csv", MERCHANTS, "utf-8-sig")
    balances = {balance.dataset: balance for balance in take_in_files(project, catalog)}
    assert balances["coffee_stores_by_dong"].reasons == {"another trade": 1}
    assert balances["meal_card_merchants"].reasons == {"not in Seoul": 1}
    assert Vault(project, catalog).read("coffee_stores_by_dong")["quarter"].tolist() == ["2024Q1"]
    assert Vault(project, catalog).read("meal_card_merchants")["kind"].tolist() == ["restaurant"]


def test_centres_come_in_from_geojson_and_a_cut_one_is_an_error(project, catalog):
    feature = (
        '{"type":"Feature","properties":{"행정동코드":1,"시군구":"종로구","행정동":"창신제1동","시설명":"가","입소정원(명)":35,'
        '"Latitude":37.57,"Longitude":127.01},"geometry":{"type":"Point","coordinates":[127.01,37.57]}}'
    )
    whole = '{"type":"FeatureCollection","features":[' + feature + "]}"
    drop(project, "c.geojson", whole, "utf-8")
    (balance,) = take_in_files(project, catalog)
    assert (balance.dataset, balance.kept) == ("community_child_centres", 1)
    drop(project, "c.geojson", whole[:-5], "utf-8")
    with pytest.raises(UsageError, match=r"c\.geojson: not whole JSON"):
        take_in_files(project, catalog)
    assert len(Vault(project, catalog).read("community_child_centres")) == 1


def test_every_family_maps_to_fields_that_the_catalogue_has(catalog):
    for family in REGISTERED:
        assert family.dataset in catalog.datasets, family.title


def test_no_data_folder_means_nothing_to_do(project, catalog):
    assert take_in_files(Project(root=project.root), catalog) == []


SAMPLES = [
    text(AIR).encode("cp949"),
    text(MONTH).encode("utf-8-sig"),
    text(accidents()).encode(),
    population().encode("utf-8-sig"),
    text(PARKS).encode("cp949"),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(SAMPLES),
    st.lists(
        st.tuples(st.integers(0, 5000), st.one_of(st.binary(min_size=1, max_size=3), st.sampled_from([b'"', b",", b"\n", b""]))),
        max_size=4,
    ),
    st.one_of(st.none(), st.integers(0, 5000)),
)
def test_whatever_happens_to_a_files_bytes_it_adds_up_or_is_told(tmp_path_factory, catalog, content, changes, cut):
    for place, put in changes:
        place %= len(content)
        content = content[:place] + put + content[place + 1 :]
    content = content[: cut % len(content)] if cut is not None else content
    root = tmp_path_factory.mktemp("mutated")
    (root / "a.csv").write_bytes(content)
    project = Project(root=root, data=root)
    try:
        balances = take_in_files(project, catalog)
    except WorkbenchError as error:
        assert "a.csv" in error.message
        return
    assert all(balance.adds_up for balance in balances)
    assert all(Vault(project, catalog).rows(balance.dataset) == balance.kept for balance in balances)
