"""Stations as places: points in a municipality, found by code, number or name, where nobody lives."""

import csv
from datetime import date
from pathlib import Path

import pytest

from tilannekuva.domain.area_names import plain
from tilannekuva.domain.areas import Area, Register, register
from tilannekuva.errors import UnknownArea

DAY = date(2026, 9, 14)


@pytest.fixture(scope="module")
def areas() -> Register:
    return register()


@pytest.fixture(scope="module")
def stations(areas: Register) -> tuple[Area, ...]:
    return areas.at_level("station", on=DAY)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tms-438", "station:tms-438"),
        ("TMS-438", "station:tms-438"),
        ("438", "station:tms-438"),
        ("vt12_Tre_Paasikiventie", "station:tms-438"),
        ("yt1851_Turku_Härkämäki", "station:tms-257"),
        ("Väg 12 Tammerfors, Paasikiventie", "station:tms-438"),
        ("air-103096", "station:air-103096"),
        ("103098", "station:air-103098"),
        ("Tampere Epila 2", "station:air-103096"),
        ("Tammerfors, Busstationen", "station:air-103098"),
        ("Auransilta", "station:counter-auransilta"),
        ("Teatteri ranta", "station:counter-teatteriranta"),
        ("23438", None),  # the interface's own id of 438
        ("837", None),
        ("Tampere", None),
        ("Kaleva 2", None),
    ],
)
def test_a_source_names_a_station_by_code_number_or_name(
    areas: Register, name: str, expected: str | None
) -> None:
    assert areas.match(name, "station") == expected


@pytest.mark.parametrize(
    "text", ["station:tms-438", "tms-438", "air-103096", "counter-auransilta", "station:438"]
)
def test_a_person_finds_a_station_by_its_code(areas: Register, text: str) -> None:
    assert areas.area(text).level == "station"


@pytest.mark.parametrize("text", ["435", "438"])
def test_a_bare_number_of_a_person_is_a_municipality(areas: Register, text: str) -> None:
    assert areas.area(text).id == f"municipality:{text}"


def test_a_bare_number_of_a_person_is_never_a_station(areas: Register) -> None:
    """There is a station 452, but 452 is a mistyped municipality."""
    with pytest.raises(UnknownArea):
        areas.area("452")


@pytest.mark.parametrize(
    "name", ["Tampere", "Turku", "Hämeenlinna", "Nokia", "Kaarina", "Raisio", "Naantali"]
)
def test_a_municipality_outdoes_the_stations_named_after_it(areas: Register, name: str) -> None:
    assert areas.area(name).level == "municipality"


def test_the_stations_of_the_pilot_cities_are_known(stations: tuple[Area, ...]) -> None:
    known = {
        city: sorted(
            one.code[4:] for one in stations if one.parents == (city,) and one.code.startswith("tms-")
        )
        for city in ("municipality:837", "municipality:853", "municipality:109")
    }

    assert known == {
        "municipality:837": [
            "435",
            "438",
            "439",
            *(str(n) for n in (*range(449, 454), *range(455, 459), 471)),
        ],
        "municipality:853": ["234", "235", "237", "257"],
        "municipality:109": ["405", "426", "437", "465", "466"],
    }


def test_a_station_lies_in_its_municipality_and_in_all_that_this_lies_in(
    areas: Register, stations: tuple[Area, ...]
) -> None:
    for day in (date(2020, 6, 1), DAY):
        for one in stations:
            (municipality,) = one.parents
            expected = (municipality, *areas.ancestors(municipality, on=day))
            assert areas.ancestors(one.id, on=day) == expected


def test_nobody_lives_at_a_station_and_none_is_counted_among_municipalities(
    areas: Register, stations: tuple[Area, ...]
) -> None:
    people = {areas.population(one.id, DAY) for one in stations}
    members = {areas.members(one.id, on=DAY) for one in stations}
    country = {member.level for member in areas.members("country:FI", on=DAY)}

    assert (people, members, country) == ({None}, {()}, {"municipality"})


def test_each_station_has_a_point_near_its_municipality_and_a_code_of_a_known_kind(
    areas: Register, stations: tuple[Area, ...]
) -> None:
    """Within 60 km of the municipality's middle: no swapped or mistyped coordinate."""
    for one in stations:
        middle = areas.area(one.parents[0]).centre or (0, 0)
        assert abs(complex(*one.centre or (0, 0)) - complex(*middle)) < 60, one
        assert one.code.split("-")[0] in ("tms", "air", "counter")


def test_no_two_stations_share_a_name_and_each_is_found_by_its_own(
    areas: Register, stations: tuple[Area, ...]
) -> None:
    for lang in ("fi", "sv", "en"):
        names = [plain(one.name(lang)) for one in stations]
        assert len(set(names)) == len(names)
        assert [areas.match(one.name(lang), "station") for one in stations] == [one.id for one in stations]


@pytest.mark.recorded
def test_road_stations_stand_where_the_recorded_list_has_them(
    stations: tuple[Area, ...], recorded: Path
) -> None:
    pyproj = pytest.importorskip("pyproj")
    place = pyproj.Transformer.from_crs(4326, 3067, always_xy=True).transform
    file = recorded / "digitraffic" / "lam_stations_by_municipality_kangasala.csv"
    listed = {row["tmsNumber"]: row for row in csv.DictReader(file.read_text("utf-8").splitlines())}

    for one in (one for one in stations if one.code.startswith("tms-")):
        row = listed[one.code[4:]]
        east, north = place(float(row["lng"]), float(row["lat"]))
        assert one.parents == (f"municipality:{row['kunta']}",)
        assert one.centre == (round(east / 1000, 2), round(north / 1000, 2))
