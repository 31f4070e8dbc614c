"""Laws of the pages: they show what their data say, in words that answer the mayor's questions first."""

from datetime import date
from itertools import pairwise

import pytest
from shown import LANGS, PAGES, REWOUND, Element, ask, rows, tree

from tilannekuva.domain.picture import Point
from tilannekuva.indicators.catalogue import catalogue, texts
from tilannekuva.web.app import FastPath
from tilannekuva.web.language import language
from tilannekuva.web.pages.tiles import curve, limit_text


def page(app: FastPath, lang: str, path: str = "") -> Element:
    return tree(ask(app, f"/{lang}/{path}").text)


def test_the_sources_page_begins_with_trouble_and_says_what_it_means(app: FastPath):
    first, *others = page(app, "sv", "sources").find("article", "source")

    assert first.attributes["id"] == "hs-tests"
    assert "svaret förkastat" in first.text
    assert "Svaret förkastades" in first.text
    assert [one.attributes["lang"] for one in first.find("p", "message")[0].find("code")] == ["en"]
    assert not [one for one in others if one.find("p", "message")]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", [path for name, path in PAGES.items() if name != "decision"])
def test_an_empty_workspace_has_every_page(empty: FastPath, lang: str, path: str):
    asked = path.replace("area=853", "").replace(REWOUND, "")

    assert ask(empty, f"/{lang}/{asked}").status_code == 200


def test_the_day_that_a_rewound_page_shows_is_the_day_that_was_asked(app: FastPath):
    clock = page(app, "fi", f"?{REWOUND}").find("div", "rewound")[0]

    assert clock.find("strong")[0].text == "Näin tiedettiin 18.3.2021 klo 23.59"
    assert [one.attributes["value"] for one in clock.find("input")] == ["2021-03-18"]
    assert [one.attributes["href"] for one in clock.find("a")][:3] == [
        "/fi/?as_of=2021-03-17",
        "/fi/?as_of=2021-03-19",
        "/fi/",
    ]


def test_the_city_that_one_looks_at_leads_to_itself_and_is_marked(app: FastPath):
    cities = page(app, "sv", "?area=853").find("nav")[0]
    marked = [one.text for one in cities.find("a") if one.attributes.get("aria-current")]

    assert [one.text for one in cities.find("a")] == ["Tammerfors", "Åbo", "Tavastehus"]
    assert marked == ["Åbo"]


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_beside_a_map_has_a_row_for_each_area_highest_first(app: FastPath, lang: str):
    table = page(app, lang, "indicator/incidence-14d").find("div", "map-and-table")[0].find("tbody")[0]
    given = [row["area"] for row in rows(app, f"/{lang}/indicator/incidence-14d")]
    districts = {one for one in given if one.startswith("hospital-district:")}
    values = [float(one.find("td")[0].text.replace(",", ".")) for one in table.find("tr")]

    assert len(values) == len(districts) == 21
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(("lang", "name"), [("fi", "Parainen"), ("sv", "Pargas"), ("en", "Parainen")])
def test_a_municipal_map_names_its_municipalities_in_the_language_of_the_page(
    app: FastPath, lang: str, name: str
):
    titles = [one.text for one in page(app, lang, "indicator/incidence-14d?map=municipality").find("title")]

    assert len([one for one in titles if one.startswith(f"{name} (")]) == 1


def test_a_weeks_and_a_days_table_ends_with_the_newest_value(app: FastPath):
    for name, freq, area in (
        ("cases", "day", "hospital-district:06"),
        ("cases-weekly", "week", "municipality:837"),
    ):
        newest = (
            page(app, "en", f"indicator/{name}").find("details", "data")[0].find("tbody")[0].find("tr")[0]
        )
        given = [row for row in rows(app, f"/en/indicator/{name}") if row["area"] == area]
        last = max(row["reference_date"] for row in given)
        assert newest.find("th")[0].text == language("en").period(date.fromisoformat(last), freq)


@pytest.mark.parametrize("path", [one for one in PAGES.values() if "as_of" not in one])
def test_headings_go_down_one_step_at_a_time(app: FastPath, path: str):
    steps = [int(one.name[1]) for one in page(app, "fi", path).walk() if one.name in ("h1", "h2", "h3", "h4")]

    assert steps[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(steps))


def test_a_curve_begins_with_the_first_day_that_is_not_missing():
    """Days before anything was known are no gap; one between two numbers is."""
    days = [date(2021, 3, day) for day in (1, 2, 3, 4)]
    said = [(None, "missing"), (5.0, "normal"), (None, "missing"), (7.0, "normal")]
    drawn = curve(tuple(Point(day, *one) for day, one in zip(days, said, strict=True)))

    assert [(one.day.day, one.value) for one in drawn] == [(2, 5.0), (3, None), (4, 7.0)]


def test_a_limit_between_two_whole_numbers_is_not_rounded():
    """Left below 4.5 is another rule than left below 4."""
    index = catalogue(texts()).indicator("air-quality-index")

    assert ["4,5", "5"] == [limit_text(language("fi"), index, limit) for limit in (4.5, 5.0)]
