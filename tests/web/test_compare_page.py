"""Laws of the comparison: the same numbers as everywhere, and what cannot be compared is said."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from shown import LANGS, REWOUND, Element, ask, rows, tree
from test_indicator_page import figures

from tilannekuva.domain.areas import register
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath

CITIES = ["municipality:837", "municipality:853", "municipality:109"]
DISTRICTS = ["hospital-district:06", "hospital-district:03", "hospital-district:05"]


def main(app: FastPath, path: str) -> Element:
    return tree(ask(app, path).text).find("main")[0]


def named(where: Element) -> list[str]:
    """Give the places of the table."""
    return [one.find("a")[0].text for one in where.find("tbody")[-1].find("th")]


def removals(where: Element) -> list[list[str]]:
    """Give for each place the places that stay when it is taken away."""
    links = [
        one.attributes["href"]
        for one in where.find("a")
        if one.attributes.get("aria-label", "").startswith("Poista")
    ]
    return [parse_qs(urlsplit(one).query).get("place", []) for one in links]


def test_the_cities_the_districts_of_their_hospitals_and_the_country_come_first(app: FastPath):
    expected = [register().area(one).name("fi") for one in (*CITIES, *DISTRICTS, "country:FI")]

    assert expected == named(main(app, "/fi/compare"))


def test_a_place_can_be_added_in_any_form_and_taken_away_by_a_link(app: FastPath):
    shown = main(
        app, "/fi/compare?indicator=cases&place=Tammerfors&place=Pirkanmaa+sairaanhoitopiiri&place=837"
    )

    assert ["Tampere", "Pirkanmaa"] == named(shown)
    assert [["hospital-district:06"], ["municipality:837"]] == removals(shown)
    kept = {
        one.attributes["value"]
        for one in shown.find("input")
        if one.attributes["name"] == "place" and one.attributes.get("type")
    }
    assert {"municipality:837", "hospital-district:06"} == kept


@pytest.mark.parametrize(
    "path", ["indicator=cases", "indicator=incidence-14d", "indicator=cases-weekly&per=100k", REWOUND]
)
def test_every_figure_of_the_page_is_in_its_data(app: FastPath, city_workspace: Workspace, path: str):
    told = figures(main(app, f"/fi/compare?{path}"))
    given = {
        f"{one['indicator']} {one['area']} {one['reference_date']}": one["value"]
        for one in rows(app, f"/fi/compare?{path}")
    }
    (name,) = {one.split()[0] for one in told}
    decimals = 1 if "per" in path else city_workspace.catalogue().indicator(name).decimals

    assert len(told) > 20
    for of, value in told.items():
        assert (given.get(of) is None) == (value == "")
        assert not value or float(value) == round(float(str(given[of])), decimals)


def test_counts_by_people_are_the_counts_over_the_inhabitants_of_the_year(app: FastPath):
    places = "place=837&place=country:FI"
    plain, scaled = (
        rows(app, f"/fi/compare?indicator=cases-weekly&{places}{per}") for per in ("", "&per=100k")
    )
    people = [register().population(one["area"], date.fromisoformat(one["reference_date"])) for one in plain]

    assert len({one["area"] for one in plain}) == 2
    assert [one["value"] is None for one in plain] == [one["value"] is None for one in scaled]
    for was, now, n in zip(plain, scaled, people, strict=True):
        assert now["value"] is None or now["value"] == pytest.approx(100_000 * was["value"] / n)


def test_only_counts_can_be_had_by_people(app: FastPath):
    assert "per=100k" in ask(app, "/fi/compare?indicator=cases").text
    assert "per=100k" not in ask(app, "/fi/compare?indicator=incidence-14d").text
    assert rows(app, "/fi/compare?indicator=incidence-14d&per=100k") == rows(
        app, "/fi/compare?indicator=incidence-14d"
    )


@pytest.mark.parametrize("lang", LANGS)
def test_a_place_without_a_figure_says_which_larger_area_has_one(app: FastPath, lang: str):
    shown = main(app, f"/{lang}/compare?indicator=cases&place=837&place=country:FI&place=station:tms-435")
    without = [
        one.find("td")[0].text
        for one in shown.find("tbody")[-1].find("tr")
        if one.find("td")[0].attributes.get("colspan")
    ]

    assert len(without) == 2
    assert register().area("hospital-district:06").name(lang) in without[0]


def test_more_than_eight_places_are_all_in_the_table_and_the_chart_says_that_it_shows_eight(app: FastPath):
    places = "&".join(
        f"place={one.id}" for one in register().at_level("hospital-district", on=date(2021, 3, 20))[:10]
    )
    shown = main(app, f"/fi/compare?indicator=cases-weekly&{places}")

    assert 10 == len(named(shown))
    assert "Kuviossa on 8 ensimmäistä paikkaa, taulukossa kaikki 10." in shown.text
    assert 8 + 1 == len(shown.find("details", "data")[0].find("thead")[0].find("th"))


def test_days_that_differ_are_said(app: FastPath):
    newest = {one["area"]: one["reference_date"] for one in rows(app, "/fi/compare?indicator=incidence-14d")}

    assert len(newest) == 4
    said = "Uusimmat luvut ovat eri päiviltä" in main(app, "/fi/compare?indicator=incidence-14d").text
    shown = {
        one.text
        for one in main(app, "/fi/compare?indicator=incidence-14d").find("tbody")[-1].find("span", "age")
        if "2021" in one.text
    }
    assert said == (len(shown) > 1)


@pytest.mark.parametrize("path", ["indicator=nothing", "place=Atlantis"])
def test_what_is_not_known_is_an_error_that_says_so(app: FastPath, path: str):
    assert 404 == ask(app, f"/fi/compare?{path}").status_code


def test_without_any_source_the_page_says_so(empty: FastPath):
    assert not main(empty, "/fi/compare").find("data")


@pytest.mark.parametrize(
    ("places", "lanes"),
    [("place=837", {"Valtioneuvosto", "Kunta"}), ("place=837&place=853", {"Valtioneuvosto"})],
    ids=["one city", "two cities"],
)
def test_a_comparison_bears_the_decisions_that_hold_in_all_its_places(
    app: FastPath, places: str, lanes: set[str]
):
    shown = main(app, f"/fi/compare?indicator=cases-weekly&{places}")
    listed = {one.text.partition(",")[0] for one in shown.find("details", "events")[0].find("span", "when")}

    assert lanes == listed
    assert shown.find("g", "g-event")
