"""Laws of the map page: what it draws is what its table and its data say, for any day and any form."""

import re
from datetime import date

import pytest
from shown import LANGS, REWOUND, Element, ask, rows, tree

from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.language import language

ASKED = {
    "first": "",
    "by municipality": "?indicator=cases-weekly",
    "by levels": "?indicator=incidence-14d&colours=levels",
    "tiles": "?indicator=cases-weekly&shape=tiles",
    "larger areas": "?indicator=cases-weekly&level=hospital-district",
    "stations": "?indicator=vehicles&level=station",
    "an earlier day": "?indicator=incidence-14d&day=2021-03-10",
    "rewound": f"?{REWOUND}",
    "nothing yet": "?indicator=hospitalised&day=2020-01-01",
}
SIGNS = {**{str(n): f"class-{n}" for n in range(6)}, "z": "zero", "n": "nodata", "s": "suppressed"}
UNSURE = dict(zip("abcdefy", "012345z", strict=True))


def page(app: FastPath, lang: str = "en", asked: str = "") -> Element:
    return tree(ask(app, f"/{lang}/map{asked}").text)


def drawn(shown: Element) -> dict[str, str]:
    """Give the classes of the areas on the map, without those that all have."""
    svg = shown.find("svg", "map")[0]
    classes = {
        one.attributes["data-area"]: one.attributes["class"]
        for one in svg.walk()
        if "data-area" in one.attributes
    }
    return {area: re.sub(r"m-(area|point) ", "", given) for area, given in classes.items()}


def table(shown: Element) -> list[Element]:
    return [row for row in shown.find("tr") if "data-area" in row.attributes]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("asked", ASKED.values(), ids=[*ASKED])
def test_map_table_and_data_say_the_same(app: FastPath, lang: str, asked: str):
    shown, given = page(app, lang, asked), rows(app, f"/{lang}/map{asked}")
    figures = [row.find("data")[0].attributes for row in table(shown)]

    assert [one["data-of"] for one in figures] == [
        f"{row['indicator']} {row['area']} {row['reference_date']}" for row in given
    ]
    assert [one["value"] for one in figures] == [
        "" if row["value"] is None else str(row["value"]) for row in given
    ]
    assert drawn(shown).keys() <= {row["area"] for row in given}


@pytest.mark.parametrize("asked", ASKED.values(), ids=[*ASKED])
def test_the_slider_holds_the_classes_that_are_drawn_and_no_day_to_come(app: FastPath, asked: str):
    shown = page(app, "en", asked)
    (player,) = shown.find("div", "player")
    at, dates = int(player.find("input")[0].attributes["value"]), player.attributes["data-dates"].split("|")
    frames, n = player.attributes["data-frames"], len(dates)
    signs = [frames[place * n + at] for place in range(len(frames) // n)]

    said = [SIGNS[UNSURE.get(sign, sign)] + " provisional" * (sign in UNSURE) for sign in signs]
    assert said == [*drawn(shown).values()]
    assert len(frames) == n * len(said)
    assert dates == sorted(dates)
    assert dates[-1] <= ("2021-03-18" if "as_of" in asked else "2021-03-20")


def test_zero_withheld_missing_and_provisional_look_different_and_are_said(app: FastPath):
    shown = page(app, "en", "?indicator=cases-weekly")
    words = {row.attributes["data-area"]: row.text for row in table(shown)}
    kinds = {
        kind: [area for area, klass in drawn(shown).items() if klass == kind]
        for kind in ("zero", "suppressed")
    }

    assert all(kinds.values())
    assert all(re.search(r"\b0 *$", words[area]) for area in kinds["zero"])
    assert all("withheld" in words[area] for area in kinds["suppressed"])
    legend = [one.text for one in shown.find("div", "legend")[0].find("li")]
    assert {"0", "withheld"} <= {*legend}


@pytest.mark.parametrize("asked", ASKED.values(), ids=[*ASKED])
def test_the_legend_shows_of_empty_kinds_only_those_that_occur(app: FastPath, asked: str):
    shown = page(app, "en", asked)
    frames = shown.find("div", "player")[0].attributes["data-frames"]
    legend = {one.text for one in shown.find("div", "legend")[0].find("li")}
    occurs = {
        "withheld": "s" in frames,
        "no figure": "n" in frames,
        "provisional": bool({*frames} & UNSURE.keys()),
    }

    assert {word: word in legend for word in occurs} == occurs


@pytest.mark.parametrize("lang", LANGS)
def test_the_form_keeps_what_was_asked_and_needs_no_script(app: FastPath, lang: str):
    asked = f"?area=853&{REWOUND}&indicator=cases-weekly&level=hospital-district&shape=tiles&day=2021-03-10"
    form = page(app, lang, asked).find("form", "choose")[0]
    chosen = {
        one.attributes["name"]: [
            option.attributes["value"] for option in one.find("option") if "selected" in option.attributes
        ]
        for one in form.find("select")
    }
    given = {one.attributes["name"]: one.attributes["value"] for one in form.find("input")}

    assert chosen == {"indicator": ["cases-weekly"], "level": ["hospital-district"], "shape": ["tiles"]}
    assert given == {"area": "853", "as_of": "2021-03-18", "day": "2021-03-08"}


def test_a_day_between_two_periods_is_the_earlier_one_and_steps_lead_on(app: FastPath):
    shown = page(app, "en", "?indicator=incidence-14d&day=2021-03-10")
    links = [one.attributes["href"] for one in shown.find("div", "days")[0].find("a")]

    assert links == [f"/en/map?indicator=incidence-14d&day=2021-03-{day:02}" for day in (9, 11)]
    assert language("en").day(date(2021, 3, 10)) in shown.find("p", "map-says")[0].text


@pytest.mark.parametrize(
    ("asked", "status"),
    [("indicator=nothing", 404), ("day=tomorrow", 400), ("level=nothing", 200), ("shape=nothing", 200)],
)
def test_what_there_is_not_is_refused_or_passed_over(app: FastPath, asked: str, status: int):
    assert ask(app, f"/sv/map?{asked}").status_code == status


@pytest.mark.parametrize("asked", ["?indicator=cases-weekly", "?indicator=cases-weekly&shape=tiles"])
def test_the_page_is_light(app: FastPath, asked: str):
    answer = ask(app, f"/fi/map{asked}", accept_encoding="gzip")

    assert int(answer.headers["content-length"]) <= 45_000


def test_colours_by_levels_part_values_at_the_limits(app: FastPath, city_workspace: Workspace):
    asked = "?indicator=incidence-14d&colours=levels"
    limits = [one.enter for one in city_workspace.catalogue().indicators["incidence-14d"].levels]
    classes = drawn(page(app, "en", asked))

    for row in rows(app, f"/en/map{asked}"):
        if row["value"] is not None:
            reached = sum(row["value"] >= limit for limit in limits)
            assert classes[row["area"]].split()[0] == ("class-0", "class-3", "class-5")[reached]


def test_a_level_that_areas_do_not_have_is_not_offered(app: FastPath):
    form = page(app, "en", "?indicator=vehicles").find("form", "choose")[0]
    levels = [one for one in form.find("select") if one.attributes["name"] == "level"]

    assert [one.attributes["value"] for one in levels[0].find("option")] == ["municipality", "station"]
