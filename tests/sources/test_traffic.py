"""Traffic, walking and cycling: what reports, sensors and counters say, and what they do not."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import pytest
from roads import lines, read, recipe, said

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import instant
from tilannekuva.errors import NotUnderstood
from tilannekuva.flows.guard import objection
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.transport import addresses

ROADS = [
    name for name, text in recipes.texts().items() if "tie.digitraffic.fi" in text or "tie-lam-test" in text
]

# Reports

DAY_HEADER = (
    "pistetunnus;sijainti;pvm;suunta;suuntaselite;kaista;kaikki;kevyet;raskaat;"
    "1_ha_pa;2_kaip;3_linja;4_kapp;5_katp;6_ha_pk;7_ha_av;8_mp;9_hct\n"
)
DAY_ROW = "438;vt12_Tre_Paasikiventie;20260914;*;;*;48409;47728;681;47342;491;72;39;79;341;45;;\n"
HOURS = [f"{hour:02}_{hour + 1:02}" for hour in range(24)]
HOUR_HEADER = (
    "pistetunnus;sijainti;pvm;suunta;suuntaselite;kaista;jaottelu;ajoneuvoluokka;"
    + ";".join(HOURS)
    + ";yhteensa\n"
)
HOUR_ROW = (
    "257;yt1851_Turku_Härkämäki;20141024;2;Artukainen;*;Kaikki;kaikki;"
    "30;7;13;14;34;137;478;768;551;523;528;585;647;634;700;762;745;890;698;515;282;171;90;77;9879\n"
)
FRIDAY = date(2014, 10, 24)


def hours(day: date, way: int, counts: Sequence[int | None]) -> str:
    """Give the hourly report's row of one direction."""
    cells = ["" if one is None else str(one) for one in counts]
    total = sum(one or 0 for one in counts)
    return f"257;yt1851_Turku_Härkämäki;{day:%Y%m%d};{way};;*;Kaikki;kaikki;{';'.join(cells)};{total}\n"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_real_row_of_the_daily_report_is_read_with_and_without_its_mark_of_utf_8(mark: str):
    found = said(
        read("digitraffic-report-day", mark + DAY_HEADER + DAY_ROW, on=date(2026, 9, 15)), date(2026, 9, 14)
    )

    assert {
        ("tms-438", "all"): 48409,
        ("tms-438", "class:light"): 47728,
        ("tms-438", "class:heavy"): 681,
        ("837", "all"): None,
    } == found


def test_a_municipality_has_a_figure_only_when_every_station_counted():
    stations = [place for place, area in recipe("digitraffic-report-day").places.items() if area == "109"]
    rows = [f"{station};x;2026091{day};*;;*;{station};;;;;;;;;;;\n" for day in "34" for station in stations]
    gap = f"{stations[2]};x;20260914;*;;*;{stations[2]};"
    body = (DAY_HEADER + "".join(rows)).replace(gap, f"{stations[2]};x;20260914;*;;*;;")
    understood = read("digitraffic-report-day", body, on=date(2026, 9, 15))

    assert [sum(map(int, stations)), None] == [
        said(understood, date(2026, 9, day))["109", "all"] for day in (13, 14)
    ]


def test_a_row_that_comes_twice_does_not_stand_in_for_another_station():
    with pytest.raises(NotUnderstood, match="a station's day that comes twice: 438, 2026-09-14, 2"):
        read("digitraffic-report-day", DAY_HEADER + 2 * DAY_ROW, on=date(2026, 9, 15))


def test_a_real_row_of_the_hourly_report_is_one_direction_and_no_sum():
    found = said(read("digitraffic-report-hour", HOUR_HEADER + HOUR_ROW, on=date(2014, 10, 25)), FRIDAY)

    assert {("tms-257", "direction:2"): 9879, ("tms-257", "all"): None} == {
        key: value for key, value in found.items() if key[1] in ("all", "direction:2")
    }
    assert {None} == {value for (area, stratum), value in found.items() if stratum[:4] == "hour"}


def test_both_directions_make_the_hours_and_the_day():
    other = HOUR_ROW.replace(";2;Artukainen;", ";1;Suikkila;")
    found = said(
        read("digitraffic-report-hour", HOUR_HEADER + HOUR_ROW + other, on=date(2014, 10, 25)), FRIDAY
    )

    assert (2 * 9879, 2 * 768) == (found["tms-257", "all"], found["tms-257", "hour:07"])
    assert 2 * 9879 == sum(
        value or 0 for (area, stratum), value in found.items() if area == "tms-257" and stratum[:4] == "hour"
    )


@pytest.mark.parametrize(
    ("day", "empty", "total"),
    [(date(2026, 3, 29), 3, 46), (date(2026, 3, 29), 4, None), (date(2026, 3, 1), 3, None)],
)
def test_an_empty_hour_leaves_the_day_without_a_sum_but_for_the_one_summer_time_skips(
    day: date, empty: int, total: int | None
):
    counts = [None if hour == empty else 1 for hour in range(24)]
    body = HOUR_HEADER + hours(day, 1, counts) + hours(day, 2, counts)
    found = said(read("digitraffic-report-hour", body, on=day + timedelta(days=1)), day)

    assert total == found["tms-257", "all"]
    assert ("tms-257", f"hour:{empty:02}") not in found


# Sensors


def sensors(*values: tuple[int, int, float], begun: str = "2026-11-20T05:00:00Z") -> str:
    """Give the answer of stations: sensor, station's id, value."""
    ended = begun.replace("T05", "T06")
    texts = [
        f'{{"id": {sensor}, "stationId": {station}, "value": {value}, '
        f'"timeWindowStart": "{begun}", "timeWindowEnd": "{ended}"}}'
        for sensor, station, value in values
    ]
    return f'{{"stations": [{{"id": 1, "tmsNumber": 1, "sensorValues": [{", ".join(texts)}]}}]}}'


def test_only_whole_hours_of_both_directions_count_and_no_estimate_blown_up_to_an_hour():
    both = [(5054, 23438, 100.0), (5055, 23438, 50.0), (5116, 23438, 999.0), (5119, 23438, 999.0)]
    one, other = [(5054, 23437, 70.0), (5122, 23437, 61.0)], [(5054, 20002, 10.0), (5055, 20002, 10.0)]
    body = sensors(*both, *one, *other)
    understood = read("digitraffic-sensors", body, on=date(2026, 11, 20))

    assert {("tms-438", "hour:07"): 150} == said(understood, date(2026, 11, 20))


# Counters


def wide(columns: dict[str, Callable[[datetime], object]], first: date, n_days: int = 1) -> bytes:
    """Give a wide table of quarter-hours, one column a counter."""
    begin = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - on Helsinki's clock, as written
    times = [begin + timedelta(minutes=15 * nth) for nth in range(96 * n_days)]
    rows = [[f"{at:%Y-%m-%dT%H:%M}", *(cell(at) for cell in columns.values())] for at in times]
    return lines(["startTime", *columns], *rows, by=",")


def always(cell: object) -> Callable[[datetime], object]:
    """Give the same in every quarter."""
    return lambda _: cell


MONDAY = date(2026, 5, 18)
BRIDGES = {column: always(1) for column, area in recipe("turku-eco-counters").places.items() if area == "853"}


def eco(columns: dict[str, Callable[[datetime], object]], indicator: str, n_days: int = 1) -> object:
    """Give what the eco counters say of Monday."""
    understood = read("turku-eco-counters", wide(columns, MONDAY, n_days), on=MONDAY + timedelta(days=n_days))
    return said(understood, MONDAY, indicator), understood.faults


def test_quarters_become_days_by_counter_mode_and_direction():
    found, faults = eco(BRIDGES | {"Auransilta PK": always(3)}, "cyclists")

    assert (384, 288) == (found["counter-auransilta", "all"], found["counter-auransilta", "direction:in"])
    assert (96 * 10, []) == (found["853", "all"], faults)


@pytest.mark.parametrize("indicator", ["cyclists", "walkers", "vehicles"])
def test_an_added_column_is_told_and_changes_nothing(indicator: str):
    found, faults = eco(BRIDGES | {"Uusi silta PK": always(9), "Auransilta BK": always(9)}, indicator)

    assert eco(BRIDGES, indicator) == (found, [])
    assert ["Auransilta BK", "Uusi silta PK"] == sorted(fault.split(", ")[1] for fault in faults)


def test_a_lost_column_leaves_its_counter_and_municipality_without_a_figure_and_the_others_with_theirs():
    found, _ = eco({name: cell for name, cell in BRIDGES.items() if name != "Auransilta PP"}, "cyclists")

    assert [None, None] == [found[area, "all"] for area in ("counter-auransilta", "853")]
    assert (192, 96) == (found["counter-kirjastosilta", "all"], found["counter-auransilta", "direction:in"])


@pytest.mark.parametrize("cell", ["", "-1", "5401"])
def test_one_quarter_without_a_number_leaves_the_day_without_one(cell: str):
    found, _ = eco(
        BRIDGES | {"Auransilta PK": lambda at: cell if at.hour == 9 and not at.minute else 2}, "cyclists"
    )

    assert None is found["counter-auransilta", "all"]
    assert 192 == found["counter-teatterisilta", "all"]


def test_the_day_summer_time_begins_is_whole_with_92_quarters():
    sunday = date(2026, 3, 29)
    body = b"".join(line for line in wide(BRIDGES, sunday).splitlines(keepends=True) if b"T03:" not in line)

    understood = read("turku-eco-counters", body, on=date(2026, 3, 30))
    assert 2 * 92 == said(understood, sunday, "cyclists")["counter-auransilta", "all"]


def test_lanes_of_a_street_are_one_counter_and_each_must_count():
    lanes = {"Hämeentie 18 X1 (5134)": always(2), "Hämeentie 18 X2 (5109)": always(3)}
    listed = [
        one for one, area in recipe("turku-traffic-counters").places.items() if area == "counter-hameentie-18"
    ]
    rest = {f"x ({one.split()[0]})": always(1) for one in listed if one.split()[0] not in ("5134", "5109")}
    whole = said(read("turku-traffic-counters", wide(lanes | rest, MONDAY), on=date(2026, 5, 19)), MONDAY)
    short = said(read("turku-traffic-counters", wide(lanes, MONDAY), on=date(2026, 5, 19)), MONDAY)

    assert (96 * (5 + len(rest)), None) == tuple(one["counter-hameentie-18", "all"] for one in (whole, short))


# All of them


@pytest.mark.parametrize("name", ROADS)
def test_fintraffic_is_told_who_asks_and_asked_no_more_than_it_allows(name: str):
    """Without its own header it gives 60 answers a minute at most, without gzip none."""
    one = recipe(name)

    assert {"Digitraffic-User", "Accept-Encoding"} <= set(one.fetch.headers)
    assert (True, "gzip") == (one.fetch.per_minute <= 60, one.fetch.headers["Accept-Encoding"])


@pytest.mark.parametrize("name", ["digitraffic-report-day", "turku-eco-counters"])
def test_the_first_look_brings_the_year_that_the_usual_needs(name: str):
    """385 days: a year, and three weeks before."""
    fetch = recipe(name).fetch
    days = fetch.history_days or 430

    assert days - fetch.lag_days > 385 + 28
    assert len(addresses(fetch, date(2026, 9, 15), first=True)) == max(1, len(fetch.each.get("station", ())))


@pytest.mark.parametrize("name", [*ROADS, "turku-eco-counters", "turku-traffic-counters"])
def test_every_place_of_a_recipe_is_in_the_register(name: str):
    one = recipe(name)
    levels = ("municipality", "station")
    found = [
        next(filter(None, (register().match(area, level) for level in levels)), None)
        for area in one.places.values()
    ]

    assert None not in found
    assert set(one.fetch.each.get("station", one.places)) == set(one.places)


@pytest.mark.parametrize("name", [*ROADS, "turku-eco-counters", "turku-traffic-counters"])
def test_the_guard_believes_the_sample(name: str):
    one = recipe(name)
    pages, _ = recipes.sample(one) or ((), "")
    landed = instant(one.sample_landed_at)

    assert "" == objection(one, read(name, *pages, on=landed.date()), {}, landed.date())
