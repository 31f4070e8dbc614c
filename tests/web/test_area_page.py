"""Laws of an area's page: any area of the register has one, with all indicators and what they are of."""

from dataclasses import replace
from datetime import date

import pytest
from shown import LANGS, NOW, REWOUND, Element, ask, rows, tree
from test_indicator_page import figures, written

from tilannekuva.domain.areas import LEVELS, register
from tilannekuva.domain.picture import Point
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web import charts
from tilannekuva.web.app import FastPath
from tilannekuva.web.language import language
from tilannekuva.web.pages.per_people import by_people
from tilannekuva.web.pages.places import choices

TODAY = NOW.date()


def main(app: FastPath, path: str) -> Element:
    return tree(ask(app, path).text).find("main")[0]


@pytest.mark.parametrize("lang", LANGS)
def test_each_name_to_choose_from_leads_to_an_area_of_its_own(lang: str):
    """And every area of the day is among them."""
    names = choices(language(lang), TODAY)

    assert len(names) > 400
    assert {one.id for level in LEVELS for one in register().at_level(level, on=TODAY)} == {
        register().area(name).id for name in names
    }


@pytest.mark.parametrize("level", LEVELS)
def test_an_area_of_every_level_has_a_page_with_its_name(app: FastPath, level: str):
    for area in register().at_level(level, on=TODAY)[:3]:
        shown = main(app, f"/sv/area?area={area.id}")
        assert area.name("sv") == shown.find("h1")[0].text


def test_a_name_in_any_language_leads_to_the_area(app: FastPath):
    told = {
        main(app, f"/fi/area?area={name}").find("h1")[0].text
        for name in ("Åbo", "turku", "municipality:853", "853")
    }

    assert {"Turku"} == told


def test_an_unknown_area_is_an_error_that_says_so(app: FastPath):
    answer = ask(app, "/fi/area?area=Atlantis")

    assert 404 == answer.status_code
    assert "aluetta ei ole" in answer.text


@pytest.mark.parametrize("area", ["", "hospital-district:06", "country:FI", "station:tms-435", "Eurajoki"])
def test_every_indicator_stands_once_with_its_figure_or_among_those_without(app: FastPath, area: str):
    shown = main(app, f"/en/area?area={area}")
    names = [one.find("a")[0].attributes["href"] for one in shown.find("h3")]
    lacking = [one.attributes["href"] for p in shown.find("p", "lacking") for one in p.find("a")]
    known = {one["indicator"] for one in rows(app, f"/en/area?area={area}")}
    found = [href.split("/")[3].split("?")[0] for href in (*names, *lacking)]

    assert len(found) == len(set(found)) >= 20
    assert {href.split("/")[3].split("?")[0] for href in names} <= known


@pytest.mark.parametrize("query", ["", f"?{REWOUND}", "?area=853", "?area=country:FI"])
def test_every_figure_of_the_page_is_in_its_data(app: FastPath, city_workspace: Workspace, query: str):
    told = figures(main(app, f"/fi/area{query}"))
    decimals = {one.id: one.decimals for one in city_workspace.catalogue().indicators.values()}
    given: dict[str, str] = {}
    for row in rows(app, f"/fi/area{query}"):
        given |= written([row], decimals[row["indicator"]])

    assert len(told) > 15
    assert {of: f"{float(value):g}" if value else "" for of, value in told.items()} == given


def test_a_figure_of_a_larger_area_names_it(app: FastPath):
    line = next(one for one in main(app, "/fi/area").find("li") if "Ilmaantuvuus" in one.text)
    own = next(one for one in main(app, "/fi/area").find("li") if "Tartunnat viikossa" in one.text)

    assert ["Pirkanmaa"] == [one.text for one in line.find("p", "age")[0].find("strong")]
    assert not own.find("p", "age")[0].find("strong")


def test_the_areas_around_lead_up_down_and_beside(app: FastPath):
    city = {one.attributes["href"] for one in main(app, "/fi/area").find("a")}
    country = {one.attributes["href"] for one in main(app, "/fi/area?area=country:FI").find("a")}

    assert {"/fi/area?area=hospital-district:06", "/fi/area?area=country:FI"} <= city
    assert {f"/fi/area?area={one.id}" for one in register().members("hospital-district:06", on=TODAY)} <= city
    assert {
        f"/fi/area?area={one.id}" for one in register().at_level("hospital-district", on=TODAY)
    } <= country


def test_an_area_without_any_figure_says_where_to_look(empty: FastPath):
    shown = main(empty, "/fi/area")

    assert ["/fi/sources"] == [one.attributes["href"] for one in shown.find("p", "empty")[0].find("a")]
    assert not shown.find("data")


def test_a_small_curve_whose_newest_value_is_withheld_writes_no_older_number():
    days = [date(2021, 3, day) for day in (1, 8, 15)]
    points = [
        charts.Point(days[0], 7.0),
        charts.Point(days[1], 9.0),
        charts.Point(days[2], None, withheld=True),
    ]
    words = charts.Words(str, str, str, "provisional", "no figure", withheld="withheld")
    drawn = charts.multiples([charts.Panel("Akaa", points)], title="t", description="d", words=words)

    assert ">withheld<" in drawn
    assert ">9.0<" not in drawn


def test_people_are_counted_of_the_year_that_a_value_concerns(city_workspace: Workspace):
    asked = Question(NOW, "municipality:837", indicators=frozenset({"cases-weekly"}), since=date.min)
    one = picture(city_workspace, asked).readings["cases-weekly", "municipality:837"]
    years = (Point(date(2020, 12, 28), 10.0, "normal"), Point(date(2021, 3, 1), 10.0, "normal"))
    scaled = by_people(replace(one, reference_date=years[1].reference_date, value=10.0, points=years))
    people = [register().population("municipality:837", date(year, 6, 1)) for year in (2020, 2021)]

    assert scaled is not None
    assert people[0] != people[1]
    assert [1_000_000 / (n or 1) for n in people] == [point.value for point in scaled.points]
    assert scaled.value == scaled.points[1].value
