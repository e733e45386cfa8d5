"""The connector of the Seoul Open Data Plaza against a loopback server with the official form, its quirks and its faults."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seoul_server import KEY, SeoulServer, running

from workbench.catalog import Catalog
from workbench.errors import SourceFailed, UsageError
from workbench.project import Project
from workbench.sources import Connection, QuotaUsed, fetch_seoul
from workbench.sources.seoul_answers import read_answer
from workbench.sources.seoul_pages import DAILY_CALLS, Quota
from workbench.vault import Vault

TODAY = dt.date(2026, 11, 22)
AIR, STATIONS, USE, PARKS = "DailyAverageAirQuality", "tbCycleStationInfo", "tbCycleRentUseMonthInfo", "SearchParkInfoService"


def air(day: str, station: str = "강남구", **more: object) -> dict[str, object]:
    return {
        "MSRDT_DE": day,
        "MSRSTE_NM": station,
        "NO2": 0.02,
        "O3": 0.017,
        "CO": 0.5,
        "SO2": 0.004,
        "PM10": 22.0,
        "PM25": 14.0,
        **more,
    }


def station(number: int, **more: object) -> dict[str, object]:
    return {
        "STA_LOC": "강남구",
        "RENT_ID": f"ST-{number}",
        "RENT_NO": f"{number:05d}",
        "RENT_NM": f"정류소 {number}",
        "HOLD_NUM": "10",
        "STA_ADD1": "서울특별시 강남구 압구정로",
        "STA_ADD2": str(number),
        "STA_LAT": "37.52407",
        "STA_LONG": "127.02179",
        **more,
    }


def use(name: str, count: object) -> dict[str, object]:
    return {"STATION_NAME": name, "USE_CNT": count, "MOVE_METER": "0", "MOVE_TIME": "0", "CARBON_AMT": "0"}


PARK = {
    "P_IDX": "1",
    "P_PARK": "남산공원",
    "AREA": "2896887㎡ 임 야",
    "OPEN_DT": "1968.9.10",
    "MAIN_EQUIP": "",
    "P_ZONE": "중구",
    "P_ADDR": "서울특별시 중구 삼일대로 231",
    "LONGITUDE": "126.9903773",
    "LATITUDE": "37.5501402",
}


@pytest.fixture
def server():
    days = {
        "20210301": [air("20210301"), air("20210301", "남산", PM10="-")],
        "20210302": [air("20210302")],
        "20210304": [air("20210304")],
    }
    tables = {STATIONS: [station(number) for number in range(1, 2_501)], PARKS: [PARK]}
    months = {"202301": [use("3. 정류소 3", "5"), use("3. 정류소 3", "7"), use("9999. 없어진 정류소", "2")]}
    with running(SeoulServer(tables=tables, by_option={AIR: days, USE: months})) as answering:
        yield answering


def near(server: SeoulServer, **more: object) -> Connection:
    return Connection(
        **{"base": server.url, "key": KEY, "timeout_s": 5.0, "attempts": 2, "first_pause_s": 0.01, "pace_s": 0.0, **more}
    )


def fetch(project: Project, catalog: Catalog, server: SeoulServer, dataset: str, *, today: dt.date = TODAY, **more: object):
    period = {name: more.pop(name) for name in ("since", "until") if name in more}
    return fetch_seoul(project, catalog, dataset, today=today, connection=near(server, **more), **period)


def first_days(project, catalog, server, **more):
    return fetch(project, catalog, server, "daily_air", since="2021-03-01", until="2021-03-04", **more)


def pages_asked(server: SeoulServer, service: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(page, options) for name, page, options in server.calls if name == service]


@pytest.fixture
def optional_district(catalog):
    """The catalogue with a district that a station may lack: the interface names stations that no list holds."""
    described = catalog["bike_station_month"]
    fields = {**described.fields, "district": described.fields["district"].model_copy(update={"required": False})}
    return Catalog(datasets={**catalog.datasets, "bike_station_month": described.model_copy(update={"fields": fields})})


@pytest.mark.parametrize("texts_only", [False, True])
def test_days_are_fetched_one_by_one_and_taken_in_as_one_part_a_month(project, catalog, server, texts_only):
    server.texts_only = texts_only
    (balance,) = first_days(project, catalog, server)
    assert (balance.arrived, balance.kept, balance.adds_up) == (4, 4, True)
    assert [options for _, options in pages_asked(server, AIR)] == [("20210301",), ("20210302",), ("20210303",), ("20210304",)]
    rows = Vault(project, catalog).read("daily_air")
    assert rows["pm25_ug_m3"].tolist() == [14.0] * 4
    assert rows["pm10_ug_m3"].isna().tolist() == [False, True, False, False]
    assert rows["station_kind"].tolist() == ["district", "background", "district", "district"]


def test_days_that_are_there_are_not_asked_for_again(project, catalog, server):
    first_days(project, catalog, server)
    asked = len(server.calls)
    (again,) = first_days(project, catalog, server)
    assert again.unchanged
    assert len(server.calls) == asked


def test_an_empty_day_may_be_published_late_so_it_is_asked_for_again(project, catalog, server):
    first_days(project, catalog, server, today=dt.date(2021, 3, 6))
    asked = len(server.calls)
    server.by_option[AIR]["20210303"] = [air("20210303")]
    first_days(project, catalog, server, today=dt.date(2021, 3, 7))
    assert pages_asked(server, AIR)[asked:] == [(1, ("20210303",))]
    assert len(Vault(project, catalog).read("daily_air")) == 5


def test_a_day_fetched_before_it_was_over_is_fetched_again(project, catalog, server):
    server.by_option[AIR]["20210305"] = [air("20210305")]
    fetch(project, catalog, server, "daily_air", since="2021-03-04", today=dt.date(2021, 3, 5))
    asked = len(server.calls)
    fetch(project, catalog, server, "daily_air", since="2021-03-04", until="2021-03-05", today=dt.date(2021, 3, 6))
    assert pages_asked(server, AIR)[asked:] == [(1, ("20210305",))]


def test_without_a_period_what_is_missing_until_yesterday_is_fetched(project, catalog, server):
    first_days(project, catalog, server)
    server.by_option[AIR]["20210305"] = [air("20210305")]
    asked = len(server.calls)
    fetch(project, catalog, server, "daily_air", today=dt.date(2021, 3, 7))
    assert [options for _, options in pages_asked(server, AIR)[asked:]] == [("20210305",), ("20210306",)]
    assert len(Vault(project, catalog).read("daily_air")) == 5
    assert fetch(project, catalog, server, "daily_air", today=dt.date(2021, 3, 6)) == []


@pytest.mark.parametrize("total_of_page_only", [False, True])
def test_a_list_is_read_page_by_page_until_a_short_one(project, catalog, server, total_of_page_only):
    server.total_of_page_only = total_of_page_only
    (balance,) = fetch(project, catalog, server, "bike_stations")
    assert [page for page, _ in pages_asked(server, STATIONS)] == [1, 2, 3]
    assert balance.kept == 2_500
    rows = Vault(project, catalog).read("bike_stations")
    assert rows["station_number"].tolist()[:2] == [1, 2]
    assert rows["address"][0] == "서울특별시 강남구 압구정로 1"


@pytest.mark.parametrize("errors_on_top", [False, True])
def test_a_list_that_ends_with_a_full_page_ends_at_the_empty_one_after_it(project, catalog, server, errors_on_top):
    server.errors_on_top = errors_on_top
    server.tables[STATIONS] = server.tables[STATIONS][:2_000]
    assert fetch(project, catalog, server, "bike_stations")[0].kept == 2_000
    assert [page for page, _ in pages_asked(server, STATIONS)] == [1, 2, 3]


def test_nothing_there_is_no_error_and_changes_nothing(project, catalog, server):
    fetch(project, catalog, server, "parks")
    server.tables[PARKS] = []
    assert fetch(project, catalog, server, "parks") == []
    assert Vault(project, catalog).rows("parks") == 1


def test_the_rows_of_a_station_are_summed_and_its_district_is_looked_up(project, optional_district, server):
    fetch(project, optional_district, server, "bike_stations")
    (balance,) = fetch(project, optional_district, server, "bike_station_month", since="2023-01", until="2023-01")
    assert (balance.kept, balance.source) == (2, f"{USE} 2023-01 (3 rows summed per station)")
    rows = Vault(project, optional_district).read("bike_station_month")
    assert rows[["month", "year", "station_number", "station_name", "rentals"]].to_numpy().tolist() == [
        ["2023-01", 2023, 3, "정류소 3", 12],
        ["2023-01", 2023, 9999, "없어진 정류소", 2],
    ]
    assert rows["district"].fillna("").tolist() == ["강남구", ""]
    assert rows["returns"].isna().all()


def test_a_station_one_of_whose_counts_is_no_number_is_refused_whole(project, optional_district, server):
    server.by_option[USE]["202301"].append(use("3. 정류소 3", "many"))
    fetch(project, optional_district, server, "bike_stations")
    (balance,) = fetch(project, optional_district, server, "bike_station_month", since="2023-01", until="2023-01")
    assert balance.reasons == {"rentals: not a whole number": 1}
    assert balance.adds_up
    assert "refused,4,rentals,many" in balance.refused_list.read_text(encoding="utf-8-sig")


def test_a_month_that_is_not_over_is_not_asked_for(project, optional_district, server):
    fetch(project, optional_district, server, "bike_stations")
    with pytest.raises(UsageError, match="the last day that is over is 2023-01-31"):
        fetch(
            project, optional_district, server, "bike_station_month", since="2023-02", until="2023-02", today=dt.date(2023, 2, 20)
        )


def test_parks_come_in_like_those_of_the_file(project, catalog, server):
    (balance,) = fetch(project, catalog, server, "parks")
    row = Vault(project, catalog).read("parks").iloc[0]
    assert (balance.kept, row["area_m2"], row["opened_on"], row["district"]) == (1, 2896887, "1968-09-10", "중구")


FAULTS = [
    ("http500", r"the server says HTTP 500, tried 2 times"),
    ("timeout", r"no answer within 0\.3 s"),
    ("xml", r"XML came instead of JSON"),
    ("xml_key", r"the server says INFO-100 \(인증키가 유효하지 않습니다\.\)"),
    ("html", r"a web page \(HTML\) came instead of JSON"),
    ("cut", r"the answer ended in the middle, after [0-9,]+ bytes"),
    ("cut_json", r"the answer is not whole JSON; it breaks off or is damaged"),
    ("key", r"the server says INFO-100"),
    ("ERROR-777", r"the server says ERROR-777 \(새로운 오류입니다\.\)"),
    ("ERROR-310", r"the server says ERROR-310"),
    ("ERROR-500", r"the server says ERROR-500"),
    ("redirect", r"the server says HTTP 302, expected 200"),
    ("http404", r"the server says HTTP 404"),
    ("list", r"found a list, expected an object"),
    ("no_row", r"no list 'row' of rows in the answer"),
    ("latin", r"the answer is not UTF-8"),
]


@pytest.mark.parametrize(("kind", "message"), FAULTS)
def test_a_fault_is_one_message_with_service_and_page_and_leaves_what_was_there(project, catalog, server, kind, message):
    server.tables[STATIONS] = [station(number) for number in range(1, 20)]
    fetch(project, catalog, server, "bike_stations")
    vault = Vault(project, catalog)
    before = vault.fingerprint("bike_stations")
    server.tables[STATIONS] = [station(number) for number in range(1, 1_010)]
    server.fail(kind, STATIONS, page=2, times=2)
    with pytest.raises(SourceFailed, match=message) as error:
        fetch(project, catalog, server, "bike_stations", timeout_s=0.3 if kind == "timeout" else 5.0)
    assert error.value.exit_code == 4
    assert "tbCycleStationInfo, page 2" in error.value.message
    assert KEY not in str(error.value)
    assert vault.fingerprint("bike_stations") == before
    assert [path for path in project.private.rglob("*") if ".part" in path.name] == []


@pytest.mark.parametrize("kind", ["http500", "timeout", "cut", "cut_json", "html", "ERROR-500"])
def test_a_fault_that_passes_is_tried_again_without_a_word(project, catalog, server, kind, caplog):
    caplog.set_level(logging.DEBUG, logger="stamina")
    server.fail(kind, STATIONS, page=2)
    (balance,) = fetch(project, catalog, server, "bike_stations", timeout_s=0.5 if kind == "timeout" else 5.0)
    assert balance.kept == 2_500
    assert caplog.text == ""


def test_a_repeated_page_is_an_error(project, catalog, server):
    server.fail("repeat", STATIONS, page=2)
    with pytest.raises(SourceFailed, match=r"tbCycleStationInfo, page 2: the same 1,000 rows as page 1"):
        fetch(project, catalog, server, "bike_stations")
    assert Vault(project, catalog).rows("bike_stations") == 0


def test_a_list_that_ends_too_early_is_an_error(project, catalog, server):
    server.fail("short", STATIONS, page=2)
    with pytest.raises(SourceFailed, match=r"page 2: the list ends after 1,400 rows, the server says there are 2,500"):
        fetch(project, catalog, server, "bike_stations")


def test_a_missing_field_is_named_with_the_nearest_one(project, catalog, server):
    server.fail("renamed", AIR)
    with pytest.raises(SourceFailed, match=r"page 1, row 1: the field 'PM25' is missing[\s\S]*did you mean 'PM_25'"):
        first_days(project, catalog, server)


def test_an_answer_for_another_day_is_an_error(project, catalog, server):
    server.by_option[AIR]["20210302"] = [air("20210309")]
    with pytest.raises(SourceFailed, match=r"MSRDT_DE is '20210309', asked for 20210302"):
        first_days(project, catalog, server)
    assert len(Vault(project, catalog).read("daily_air")) == 2


def test_the_days_before_a_fault_are_taken_in_and_the_next_call_goes_on_there(project, catalog, server):
    server.by_option[AIR]["20210303"] = [air("20210303")]
    original = server.rows
    server.rows = lambda service, options: None if options == ("20210303",) else original(service, options)
    with pytest.raises(
        SourceFailed, match=r"DailyAverageAirQuality 20210303, page 1 \(rows 1-1,000\): the server says ERROR-310"
    ):
        first_days(project, catalog, server)
    assert len(Vault(project, catalog).read("daily_air")) == 3
    server.rows = original
    asked = len(server.calls)
    first_days(project, catalog, server)
    assert [options for _, options in pages_asked(server, AIR)[asked:]] == [("20210303",), ("20210304",)]
    assert len(Vault(project, catalog).read("daily_air")) == 5


def test_a_list_cut_by_the_days_quota_goes_on_at_the_page_where_it_stopped(project, catalog, server):
    server.fail("ERROR-337", STATIONS, page=3)
    with pytest.raises(QuotaUsed, match="ERROR-337") as stop:
        fetch(project, catalog, server, "bike_stations")
    assert stop.value.exit_code == 4
    assert Vault(project, catalog).rows("bike_stations") == 0
    asked = len(server.calls)
    with pytest.raises(QuotaUsed, match="the day's 1,000 calls of this key are used"):
        fetch(project, catalog, server, "bike_stations")
    assert len(server.calls) == asked
    (balance,) = fetch(project, catalog, server, "bike_stations", today=TODAY + dt.timedelta(days=1))
    assert [page for page, _ in pages_asked(server, STATIONS)[asked:]] == [3]
    assert balance.kept == 2_500


def test_too_many_calls_in_a_short_time_are_tried_again_after_a_pause(project, catalog, server):
    server.fail("http429", AIR, times=3)
    (balance,) = first_days(project, catalog, server, attempts=4)
    assert balance.kept == 4
    assert len(server.calls) == 7


def test_a_server_that_keeps_saying_too_many_calls_is_told_truly_and_uses_up_no_quota(project, catalog, server):
    server.fail("http429", AIR, times=2)
    with pytest.raises(SourceFailed, match=r"HTTP 429, too many calls in a short time, tried 2 times") as error:
        first_days(project, catalog, server)
    assert not isinstance(error.value, QuotaUsed)
    assert error.value.exit_code == 4
    assert Quota.of(project, KEY, base=server.url, today=TODAY).used == 2
    assert first_days(project, catalog, server)[0].kept == 4


def test_calls_are_counted_for_each_key_and_each_address(project, catalog, server):
    fetch(project, catalog, server, "parks")
    used = [
        Quota.of(project, key, base=base, today=TODAY).used for key, base in ((KEY, server.url), (KEY, "x"), ("k", server.url))
    ]
    assert used == [1, 0, 0]


def test_days_cut_by_the_quota_keep_what_was_finished(project, catalog, server):
    (_,) = fetch(project, catalog, server, "daily_air", since="2021-03-01", until="2021-03-01")
    server.fail("ERROR-337", AIR)
    with pytest.raises(QuotaUsed, match="the next call goes on at 2021-03-02") as stop:
        first_days(project, catalog, server)
    assert [balance.kept for balance in stop.value.balances] == [2]


def test_our_own_count_of_calls_stops_before_the_thousandth_and_first(project, catalog, server):
    quota = Quota.of(project, KEY, base=server.url, today=TODAY)
    for _ in range(3):
        quota.count()
    assert quota.used == 3
    quota.path.write_text(quota.path.read_text(encoding="utf-8").replace(": 3", f": {DAILY_CALLS - 2}"), encoding="utf-8")
    with pytest.raises(QuotaUsed, match="goes on at 2021-03-03"):
        first_days(project, catalog, server)
    assert len(server.calls) == 2
    assert len(Vault(project, catalog).read("daily_air")) == 3


def test_a_part_is_not_made_smaller_when_its_fetched_pages_are_gone(project, catalog, server):
    first_days(project, catalog, server)
    for path in sorted((project.private / "fetch").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    server.by_option[AIR]["20210305"] = [air("20210305")]
    fetch(project, catalog, server, "daily_air", since="2021-03-05", until="2021-03-05")
    assert len(Vault(project, catalog).read("daily_air")) == 5


def test_the_key_stands_in_no_file_log_message_or_report(project, catalog, server, caplog):
    caplog.set_level(logging.DEBUG)
    reported: list[str] = []
    server.fail("echo", STATIONS, page=3)
    with pytest.raises(SourceFailed) as error:
        fetch_seoul(
            project,
            catalog,
            "bike_stations",
            today=TODAY,
            connection=near(server),
            report=lambda *told: reported.append(str(told)),
        )
    assert "(key)" in str(error.value)
    fetch(project, catalog, server, "bike_stations")
    kept = [path.read_bytes() for path in project.root.rglob("*") if path.is_file()]
    assert len(kept) > 5
    assert not any(KEY.encode() in content for content in kept)
    assert KEY not in caplog.text + str(error.value) + repr(error.value.__cause__) + "".join(reported) + repr(near(server))


@pytest.mark.parametrize(
    ("key", "url", "message"),
    [
        ("", "", "SEOUL_OPEN_DATA_KEY is not set"),
        ("sample", "", "at most 5 rows"),
        ("a/b", "", "something else than letters and digits"),
        ("abc", "nowhere", "WORKBENCH_SEOUL_URL is no address"),
    ],
)
def test_a_key_or_address_that_cannot_be_used_is_named(project, catalog, monkeypatch, key, url, message):
    monkeypatch.setenv("SEOUL_OPEN_DATA_KEY", key)
    monkeypatch.setenv("WORKBENCH_SEOUL_URL", url)
    with pytest.raises(UsageError, match=message):
        fetch_seoul(project, catalog, "parks", today=TODAY)


def test_key_and_address_come_from_the_environment(project, catalog, server, monkeypatch):
    monkeypatch.setenv("SEOUL_OPEN_DATA_KEY", KEY)
    monkeypatch.setenv("WORKBENCH_SEOUL_URL", server.url + "/")
    assert fetch_seoul(project, catalog, "parks", today=TODAY)[0].kept == 1


def test_a_server_that_cannot_be_reached_is_named(project, catalog):
    nowhere = Connection(base="http://127.0.0.1:9", key=KEY, attempts=1)
    with pytest.raises(SourceFailed, match=r"the server http://127\.0\.0\.1:9 cannot be reached"):
        fetch_seoul(project, catalog, "parks", today=TODAY, connection=nowhere)


@pytest.mark.parametrize(
    ("dataset", "period", "message"),
    [
        ("daily_aire", {}, "did you mean 'daily_air'"),
        ("parks", {"since": "2021"}, "is a list without dates"),
        ("daily_air", {"since": "2021-13"}, "'2021-13' is no period"),
        ("daily_air", {"since": "2021-02-30"}, "'2021-02-30' is no period"),
        ("daily_air", {"since": "2021-03", "until": "2021-02"}, "ends .* before it begins"),
        ("daily_air", {"since": "2027"}, "the last day that is over is 2026-11-21"),
        ("bike_station_month", {"since": "2023-01"}, "no bike_stations are there"),
    ],
)
def test_a_wrong_dataset_or_period_is_named(project, catalog, server, dataset, period, message):
    described = catalog["bike_station_month"]
    fields = {**described.fields, "district": described.fields["district"].model_copy(update={"required": True})}
    strict = Catalog(datasets={**catalog.datasets, "bike_station_month": described.model_copy(update={"fields": fields})})
    with pytest.raises(UsageError, match=message):
        fetch(project, strict, server, dataset, **period)
    assert server.calls == []


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just("INFO-000")),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(st.sampled_from(["RESULT", "CODE", "row", "Air", "MESSAGE"]), inner, max_size=4),
            ),
            max_leaves=12,
        ),
    )
)
def test_no_answer_goes_unexplained(body):
    import json

    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        answer = read_answer(content, where="Air, page 1")
    except SourceFailed as error:
        assert error.message.startswith("Air, page 1: ")
        return
    assert all(isinstance(row, dict) for row in answer.rows)


def test_the_fetched_pages_and_counts_are_where_they_can_be_found(project, catalog, server):
    fetch(project, catalog, server, "parks")
    assert sorted(path.relative_to(project.private).as_posix() for path in (project.private / "fetch").rglob("*.json")) == [
        "fetch/parks/all/done.json",
        "fetch/parks/all/page-00001.json",
    ]
    assert Path(project.cache / "seoul_calls.json").is_file()
