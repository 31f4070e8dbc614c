"""The laws of the area register; `test_areas_recorded.py` compares its facts with those recorded."""

from datetime import date
from itertools import pairwise

import pytest

from tilannekuva.domain.area_names import plain
from tilannekuva.domain.areas import LEVELS, Area, Register, register
from tilannekuva.errors import UnknownArea

EVES_AND_DAYS = [
    date(2019, 12, 31),
    date(2020, 1, 1),
    date(2020, 12, 31),
    date(2021, 1, 1),
    date(2024, 12, 31),
    date(2025, 1, 1),
]
LATEST = date(2025, 11, 1)
DIVISIONS = LEVELS[:-1]  # all but the stations, which are points; those have laws of their own


@pytest.fixture(scope="module")
def areas() -> Register:
    return register()


def _everything(areas: Register) -> list[Area]:
    days = (date(2019, 6, 1), date(2020, 6, 1), LATEST)
    known = {area.id: area for day in days for level in LEVELS for area in areas.at_level(level, on=day)}
    return sorted(known.values(), key=lambda area: area.id)


# What a person may write


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("837", "municipality:837"),
        ("KU837", "municipality:837"),
        ("municipality:837", "municipality:837"),
        ("municipality:Åbo", "municipality:853"),
        ("Tampere", "municipality:837"),
        (" tammerfors ", "municipality:837"),
        ("S:t Karins", "municipality:202"),
        ("Vaasa", "municipality:905"),
        ("Suomi", "country:FI"),
        ("country:FI", "country:FI"),
        ("TAYS", "university-hospital-area:3"),
        ("hospital-district:Pirkanmaa", "hospital-district:06"),
        ("hospital-district:06", "hospital-district:06"),
        ("wellbeing-county:Kanta-Häme", "wellbeing-county:07"),
        ("region:Egentliga Finland", "region:02"),
    ],
)
def test_a_code_or_a_name_finds_the_area(areas: Register, text: str, expected: str) -> None:
    assert areas.area(text).id == expected


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Tamperre", "Did you mean Tampere (municipality:837)?"),
        ("hospital-district:Varsinas-Suomi", "Varsinais-Suomi (hospital-district:03)"),
        ("838", "An area is written 837, municipality:837"),
        ("06", "hospital-district:06"),
        ("5", "There is no area"),
        ("county:06", "wellbeing-county"),
        ("hospital-district:Suomi", "There is no area"),
        ("Pirkanmaa", "hospital-district:06 or region:06 or wellbeing-county:08: say which"),
    ],
)
def test_an_unknown_or_ambiguous_area_is_refused_with_advice(areas: Register, text: str, advice: str) -> None:
    with pytest.raises(UnknownArea) as refused:
        areas.area(text)

    assert advice in str(refused.value)


def test_a_retired_code_stays_but_not_on_days_after_its_end(areas: Register) -> None:
    honkajoki = areas.area("099", on=date(2020, 12, 31))

    assert areas.area("Honkajoki") == honkajoki
    assert honkajoki.successor == "municipality:214"
    with pytest.raises(UnknownArea, match="became part of municipality:214"):
        areas.area("099", on=date(2021, 1, 1))


def test_an_area_tells_its_names_id_centre_and_can_be_a_key(areas: Register) -> None:
    turku = areas.area("853")

    assert (turku.id, turku.name("fi"), turku.name("sv"), turku.name("en")) == (
        "municipality:853",
        "Turku",
        "Åbo",
        "Turku",
    )
    assert turku.name("se") == "Turku"
    assert turku.centre == pytest.approx((239, 6715), abs=15)
    assert {turku: 1}[areas.area("Åbo")] == 1


# What a source may write


@pytest.mark.parametrize(
    ("name", "level", "expected"),
    [
        ("   Äänekoski", "municipality", "municipality:992"),
        ("A\u0308A\u0308NEKOSKI", "municipality", "municipality:992"),
        ("Pedersören kunta", "municipality", "municipality:599"),
        ("Pedersöre", "municipality", "municipality:599"),
        ("Koski Tl", "municipality", "municipality:284"),
        ("Koski (Tl)", "municipality", "municipality:284"),
        ("Honkajoki (ennen liitosta)", "municipality", "municipality:099"),
        ("Maarianhamina - Mariehamn", "municipality", "municipality:478"),
        ("Vaasa/Vasa", "municipality", "municipality:905"),
        ("Vaasa/Turku", "municipality", None),
        ("KU837", "municipality", "municipality:837"),
        ("5", "municipality", "municipality:005"),
        ("838", "municipality", None),
        ("Åland", "municipality", None),
        ("Varsinais-Suomen SHP", "hospital-district", "hospital-district:03"),
        ("Varsinais\u2011Suomen\u00a0 SHP", "hospital-district", "hospital-district:03"),
        ("Helsingin ja Uudenmaan SHP", "hospital-district", "hospital-district:25"),
        ("Helsingin ja Uudenmaan sairaanhoitopiiri", "hospital-district", "hospital-district:25"),
        ("Helsingfors och Nylands SVD", "hospital-district", "hospital-district:25"),
        ("HUS", "hospital-district", "hospital-district:25"),
        ("HUS", "university-hospital-area", "university-hospital-area:1"),
        ("Birkalands SVD", "hospital-district", "hospital-district:06"),
        ("Egentliga Finlands SVD", "hospital-district", "hospital-district:03"),
        ("Åland", "hospital-district", "hospital-district:00"),
        ("Ahvenanmaa", "region", "region:21"),
        ("Pirkanmaa", "hospital-district", "hospital-district:06"),
        ("Pirkanmaan hyvinvointialue", "hospital-district", None),
        ("Lapplands välfärdsområde", "wellbeing-county", "wellbeing-county:21"),
        ("HYKS", "university-hospital-area", "university-hospital-area:1"),
        ("TYKS-erva", "university-hospital-area", "university-hospital-area:2"),
        ("Other than HYKS", "university-hospital-area", None),
        ("Kaikki sairaanhoitopiirit", "hospital-district", "country:FI"),
        ("Kaikki Alueet", "hospital-district", "country:FI"),
        ("Alla områden", "hospital-district", "country:FI"),
        ("Finland", "university-hospital-area", "country:FI"),
        ("KOKO MAA", "municipality", "country:FI"),
        ("", "municipality", None),
        ("Kankaanpää (ilman Honkajokea)", "municipality", None),
    ],
)
def test_a_sources_spelling_is_understood(
    areas: Register, name: str, level: str, expected: str | None
) -> None:
    assert areas.match(name, level) == expected


def test_a_day_narrows_a_match_to_areas_of_the_day(areas: Register) -> None:
    found = [
        areas.match("Honkajoki", "municipality", on=day) for day in (date(2020, 12, 31), date(2021, 1, 1))
    ]

    assert found == ["municipality:099", None]


def test_a_level_that_does_not_exist_is_refused(areas: Register) -> None:
    with pytest.raises(UnknownArea, match="no level"):
        areas.match("Tampere", "county")


def test_every_name_and_code_finds_its_own_area_in_any_case(areas: Register) -> None:
    known = _everything(areas)

    for area in known:
        for text in (*area.names.values(), area.code):
            assert areas.match(f"\u00a0{text.upper()} ", area.level) == area.id


def test_no_two_areas_of_a_level_share_a_name(areas: Register) -> None:
    names = [(area.level, name) for area in _everything(areas) for name in {*map(plain, area.names.values())}]

    assert len(names) == len(set(names))


# What belongs where, and when


def test_a_level_lists_its_areas_of_the_day_by_code(areas: Register) -> None:
    counts = {level: len(areas.at_level(level, on=date(2020, 6, 1))) for level in DIVISIONS}

    assert counts == {
        "country": 1,
        "university-hospital-area": 5,
        "hospital-district": 21,
        "region": 19,
        "wellbeing-county": 23,
        "municipality": 310,
    }
    codes = [area.code for area in areas.at_level("municipality", on=date(2020, 6, 1))]
    assert codes == sorted(codes)


def test_there_were_310_municipalities_in_2020_309_from_2021_and_308_from_2025(areas: Register) -> None:
    assert [len(areas.at_level("municipality", on=day)) for day in EVES_AND_DAYS] == [
        311,
        310,
        310,
        309,
        309,
        308,
    ]


@pytest.mark.parametrize("level", DIVISIONS)
@pytest.mark.parametrize("day", EVES_AND_DAYS)
def test_on_any_day_each_level_holds_each_municipality_once(areas: Register, level: str, day: date) -> None:
    members = [m.id for area in areas.at_level(level, on=day) for m in areas.members(area.id, on=day)]

    assert sorted(members) == [area.id for area in areas.at_level("municipality", on=day)]


def test_ancestors_go_from_near_to_far(areas: Register) -> None:
    assert areas.ancestors("municipality:837", on=LATEST) == (
        "hospital-district:06",
        "university-hospital-area:3",
        "wellbeing-county:08",
        "region:06",
        "country:FI",
    )
    assert areas.ancestors("hospital-district:00", on=LATEST) == ("university-hospital-area:2", "country:FI")
    assert areas.ancestors("country:FI", on=LATEST) == ()


def test_a_municipality_that_changed_region_has_the_parents_of_the_day(areas: Register) -> None:
    before, after = (areas.area("142", on=day) for day in (date(2020, 12, 31), date(2021, 1, 1)))

    assert before.parents == ("hospital-district:07", "wellbeing-county:09", "region:08")
    assert after.parents == ("hospital-district:07", "wellbeing-county:09", "region:07")
    assert areas.area("142") == after
    assert after in areas.members("region:07", on=LATEST)
    assert before in areas.members("region:08", on=date(2020, 6, 1))


def test_parents_are_the_direct_ones_among_the_ancestors(areas: Register) -> None:
    for area in areas.at_level("municipality", on=date(2020, 6, 1)):
        far = {"university-hospital-area", "country"}
        expected = [
            a for a in areas.ancestors(area.id, on=date(2020, 6, 1)) if a.partition(":")[0] not in far
        ]
        assert list(area.parents) == expected


def test_every_successor_exists_when_its_predecessor_has_ended(areas: Register) -> None:
    ended = [area for area in _everything(areas) if area.valid_to]

    assert [(a.id, a.valid_to, a.successor) for a in ended] == [
        ("municipality:099", date(2020, 12, 31), "municipality:214"),
        ("municipality:588", date(2024, 12, 31), "municipality:507"),
        ("municipality:911", date(2019, 12, 31), "municipality:541"),
    ]
    assert all(areas.area(a.successor or "", on=LATEST).successor is None for a in ended)


# How many people


def test_the_newest_years_end_before_a_day_counts_and_the_oldest_serves_earlier_days(areas: Register) -> None:
    days = [date(2019, 6, 1), date(2020, 12, 31), date(2021, 1, 1), date(2023, 1, 1), LATEST]

    assert [areas.population("municipality:837", day) for day in days] == [
        238140,
        238140,
        241009,
        249009,
        249009,
    ]


def test_the_country_has_the_published_number_of_people(areas: Register) -> None:
    totals = [areas.population("country:FI", date(year, 3, 1)) for year in (2020, 2021, 2022, 2023)]

    assert totals == [5525292, 5533793, 5548241, 5563970]


@pytest.mark.parametrize("level", DIVISIONS)
@pytest.mark.parametrize("day", EVES_AND_DAYS)
def test_each_level_adds_up_to_the_country(areas: Register, level: str, day: date) -> None:
    people = [areas.population(area.id, day) or 0 for area in areas.at_level(level, on=day)]

    assert sum(people) == areas.population("country:FI", day)


def test_a_merger_moves_people_and_loses_none(areas: Register) -> None:
    eve, day = date(2024, 12, 31), date(2025, 1, 1)
    apart = [areas.population(f"municipality:{code}", eve) or 0 for code in ("507", "588")]

    assert areas.population("municipality:507", day) == sum(apart) == 5564 + 1600
    assert areas.population("municipality:588", day) is None


def _chain_of_mergers() -> Register:
    """Give 001, which joined 002 in mid-2020, which joined 003 in mid-2021; they had 1, 10 and 100 people."""

    def place(code: str, last: date | None, into: str | None) -> Area:
        return Area(
            "municipality", code, {"fi": code}, valid_to=last, successor=into and f"municipality:{into}"
        )

    places = [
        place("003", None, None),
        place("002", date(2021, 6, 30), "003"),
        place("001", date(2020, 6, 30), "002"),
    ]
    people = {"municipality:001": 1, "municipality:002": 10, "municipality:003": 100}
    return Register(places, links=(), other_names={}, populations={2019: people})


def test_people_follow_through_a_chain_of_mergers() -> None:
    small = _chain_of_mergers()

    assert [small.population("municipality:002", date(2020, month, 1)) for month in (6, 7)] == [10, 11]
    assert [small.population("municipality:003", date(2021, month, 1)) for month in (6, 7)] == [100, 111]


def test_the_order_of_the_table_does_not_matter() -> None:
    codes = [area.code for area in _chain_of_mergers().at_level("municipality", on=date(2020, 6, 1))]

    assert codes == ["001", "002", "003"]


def test_an_area_that_is_not_known_has_no_population(areas: Register) -> None:
    with pytest.raises(UnknownArea):
        areas.population("municipality:000", LATEST)


def test_the_days_of_the_laws_straddle_every_change(areas: Register) -> None:
    """The eves and days above are those on which the set of municipalities changes."""
    changes = [
        after
        for before, after in pairwise(EVES_AND_DAYS)
        if areas.at_level("municipality", on=before) != areas.at_level("municipality", on=after)
    ]

    assert changes == EVES_AND_DAYS[1::2]
