"""Laws of the front page: its sentence is made by few rules, and the four answers stand first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from shown import LANGS, NOW, REWOUND, Element, ask, rows, tree

from tilannekuva.domain.access import PUBLIC
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.sight import Sight
from tilannekuva.flows.workspace import Workspace
from tilannekuva.indicators.catalogue import catalogue, texts
from tilannekuva.web.app import FastPath
from tilannekuva.web.language import language
from tilannekuva.web.pages import status
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.front import Front, front
from tilannekuva.web.pages.phrases import phrases
from tilannekuva.web.pages.status import Part, Status

QUESTIONS = {
    "fi": ["Suunta", "Syy", "Odottaa", "Luotettavuus"],
    "sv": ["Riktning", "Orsak", "Att göra", "Tillförlitlighet"],
    "en": ["Direction", "Reason", "To do", "Reliability"],
}
INDICATORS = catalogue(texts()).indicators
DAY = date(2021, 3, 10)


def page(app: FastPath, lang: str, path: str = "") -> Element:
    return tree(ask(app, f"/{lang}/{path}").text)


def tiles_of(app: FastPath, path: str) -> list[dict[str, Any]]:
    """Give the rows of the twin that are tiles."""
    return [one for one in rows(app, path) if one["part"] == "tile"]


def written(lang: str, row: dict[str, object], decimals: int) -> str:
    number = language(lang).number(float(str(row["value"])), decimals)
    return language(lang).percent(number) if row["unit"] == "%" else number


def reading(indicator: str, value: float | None, trend: str, **more: Any) -> Reading:  # noqa: ANN401 - any field
    """Give a reading of Pirkanmaa that has moved by a tenth of its value, or to more."""
    given = {"status": "normal", "level": None, "change": None if value is None else 0.1 * value} | more
    days = [DAY - timedelta(days=n) for n in range(30, -1, -1)]
    points = tuple(Point(day, value, str(given["status"])) for day in days)
    at = datetime(2021, 3, 11, tzinfo=UTC)
    return Reading(
        indicator,
        "hospital-district:06",
        DAY,
        value,
        trend=trend,  # type: ignore[arg-type]
        known_at=at,
        sources=("a",),
        points=points,
        **given,  # type: ignore[arg-type]
    )


def judged(*readings: Reading) -> Status:
    return status.status((INDICATORS[one.indicator], one) for one in readings)


def seen(workspace: Workspace, **changed: Any) -> tuple[View, Front]:  # noqa: ANN401 - any field
    """Give the front page of a city's picture that is changed in some field."""
    asked = picture(Sight(workspace, PUBLIC), Question(NOW, "municipality:837"))
    made = replace(asked, id="made up", **changed)
    view = View(made, language("fi"), "front", Reader(workspace, NOW))
    return view, front(view)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", ["", "?area=853", f"?{REWOUND}"])
def test_every_tile_shows_the_value_that_its_data_give(app: FastPath, lang: str, path: str):
    given = tiles_of(app, f"/{lang}/{path}")
    shown = [one.find("strong")[0].text for one in page(app, lang, path).find("article", "tile")]

    assert shown == [written(lang, one, INDICATORS[one["indicator"]].decimals) for one in given]
    assert len(shown) == 8


def test_every_tile_names_its_area_day_and_level(app: FastPath):
    tiles = page(app, "fi").find("article", "tile")
    words = {"act": "vaatii toimia", "watch": "seurattava", "normal": "normaali", None: ""}

    for tile, row in zip(tiles, tiles_of(app, "/fi/"), strict=True):
        day = language("fi").short_day(date.fromisoformat(row["reference_date"]))
        assert f"{row['area_name']}, {day} (" in tile.text
        assert "".join(one.text for one in tile.find("span", "level")) == words[row["level"]]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", ["", f"?{REWOUND}"])
def test_every_number_of_the_page_that_tells_what_it_is_of_stands_in_its_data(
    app: FastPath, lang: str, path: str
):
    given = {
        f"{one['indicator']} {one['area']} {one['reference_date']}": one["value"]
        for one in rows(app, f"/{lang}/{path}")
    }
    shown = page(app, lang, path).find("data")

    assert len(shown) > 60
    assert {one.attributes["data-of"]: one.attributes["value"] for one in shown} == {
        of: "" if given[of] is None else str(given[of]) for of in (one.attributes["data-of"] for one in shown)
    }


@pytest.mark.parametrize("lang", LANGS)
def test_the_sentence_and_the_mayors_four_answers_come_first_in_the_main_part(app: FastPath, lang: str):
    main = page(app, lang).find("main")[0]
    first = next(one for one in main.inner if isinstance(one, Element))

    assert [one.name for one in first.inner if isinstance(one, Element)][:3] == ["h1", "p", "dl"]
    assert [one.text for one in first.find("dt")] == QUESTIONS[lang]
    assert all(one.text for one in first.find("dd"))


def test_the_reasons_are_those_of_the_worst_level_with_the_limit_that_was_crossed(app: FastPath):
    summary = page(app, "fi").find("section", "summary")[0]
    acting = [one for one in tiles_of(app, "/fi/") if one["level"] == "act"]
    answers = {one.find("dt")[0].text: [dd.text for dd in one.find("dd")] for one in summary.find("div")}

    assert summary.find("span", "level-act")
    assert len(answers["Syy"]) == len(acting) > 0
    assert all(", raja " in one or ", kunnes alle " in one for one in answers["Syy"])
    assert answers["Odottaa"] == ["2 mittaria vaatii toimia. 1 hylätty vastaus odottaa tarkistusta."]


@pytest.mark.parametrize("lang", LANGS)
def test_a_source_whose_answer_was_refused_is_named_on_the_front_page(app: FastPath, lang: str):
    title = {
        "fi": "Testit koko maassa (HS)",
        "sv": "Tester i hela landet (HS)",
        "en": "Tests in the whole country (HS)",
    }
    whole = page(app, lang)

    assert title[lang] in whole.find("section", "summary")[0].find("dd")[-1].text
    assert [title[lang] in one.text for one in whole.find("section", "box")] == [True, True, True]


def test_no_figures_yet_is_said_in_words_and_leads_to_the_sources(empty: FastPath):
    main = page(empty, "fi").find("main")[0]

    assert "liian vähän" in main.find("h1")[0].text
    assert main.find("p", "empty")[0].find("a")[0].attributes["href"] == "/fi/sources"
    assert not main.find("article") + main.find("table") + main.find("figure")
    assert "Yhtään lähdettä ei ole vielä kysytty." in main.text


def test_cities_are_compared_only_where_there_are_several(app: FastPath, empty: FastPath):
    heading = "Kaupungit rinnakkain"

    assert heading in [one.text for one in page(app, "fi").find("h2")]
    assert heading not in [one.text for one in page(empty, "fi").find("h2")]


def test_a_level_held_above_its_lower_limit_says_until_when(city_workspace: Workspace):
    asked = picture(Sight(city_workspace, PUBLIC), Question(NOW, "municipality:837"))
    key = ("incidence-14d", "hospital-district:06")
    held = replace(asked.readings[key], value=22.0, level="act")
    _, made = seen(city_workspace, readings={**asked.readings, key: held})
    why = " ".join(made.answers[1][1]).replace("\N{NO-BREAK SPACE}", " ")

    assert "Ilmaantuvuus 14 pv 22,0 tartuntaa / 100 000 asukasta (Pirkanmaa), kunnes alle 20,0" in why
    assert "vaatii toimia, kunnes alle 20,0" in [one.words for one in made.rules]


@pytest.mark.parametrize(
    ("readings", "state"),
    [
        ([("incidence-14d", "up", "normal")], "worsening"),
        ([("incidence-14d", "down", "act")], "easing"),
        ([("incidence-14d", "flat", "act")], "steady"),
        ([("incidence-14d", "unknown", "act")], "unknown"),
        ([], "unknown"),
        ([("incidence-14d", "flat", "normal"), ("tests-7d", "up", None)], "steady"),
        ([("incidence-14d", "up", "normal"), ("hospitalised", "down", None)], "steady"),
        ([("incidence-14d", "up", "watch"), ("hospitalised", "down", None)], "worsening"),
        (
            [("incidence-14d", "up", "act"), ("hospitalised", "down", None), ("positivity", "down", "act")],
            "worsening",
        ),
        (
            [
                ("incidence-14d", "up", "normal"),
                ("hospitalised", "down", None),
                ("positivity", "down", "act"),
            ],
            "easing",
        ),
    ],
)
def test_a_theme_above_normal_that_worsens_decides_and_else_the_greater_number_of_themes(
    readings: list[tuple[str, str, str | None]], state: str
):
    found = judged(*(reading(name, 40.0, trend, level=level) for name, trend, level in readings))

    assert state == found.state


def test_a_theme_goes_the_way_of_its_first_tile_that_has_a_good_direction_and_a_trend():
    """Tests have no good direction, and the incidence no trend: the next of their themes lead."""
    found = judged(
        reading("incidence-14d", None, "unknown", status="suppressed"),
        reading("cases-7d", 50.0, "up"),
        reading("tests-7d", 900.0, "down"),
        reading("positivity", 3.0, "flat", level="watch"),
    )

    assert [(one.theme, one.way, one.indicator.id) for one in found.parts] == [
        ("spread", "worse", "cases-7d"),
        ("testing", "over", "positivity"),
    ]


def test_the_sentence_names_the_direction_the_pace_and_what_holds():
    found = judged(
        reading("incidence-14d", 134.0, "up", level="act", change=34.0),
        reading("hospitalised", 12.0, "flat"),
        reading("positivity", 3.0, "flat", level="watch"),
    )
    said = [status.sentence(language(lang), found).replace("\N{NO-BREAK SPACE}", " ") for lang in LANGS]

    assert " ".join(said) == (
        "Tilanne kiristyy: tartunnat lisääntyvät (+34 % viikossa), positiivisten testien osuus on suuri "
        "ja sairaalahoito kestää. "
        "Läget skärps: smittfallen ökar (+34 % på en vecka), andelen positiva tester är stor "
        "och sjukhusvården håller. "
        "The situation is worsening: infections are increasing (+34% in a week), the share of positive "
        "tests is high and hospital care holds."
    )


@pytest.mark.parametrize("lang", LANGS)
def test_no_sentence_is_longer_than_160_characters_or_lacks_an_end(lang: str):
    """Every theme in every way, twice over with another one, in every state."""
    words, lead = phrases(language(lang)), INDICATORS["incidence-14d"]
    moved = reading("incidence-14d", 1000.0, "up", change=900.0)
    parts = [Part(theme, way, "act", lead, moved) for theme, ways in words.items() for way in ways]
    states = ("worsening", "steady", "easing", "unknown")
    for state, first, last in product(states, parts, parts):
        said = status.sentence(language(lang), Status(state, "act", (first, last, parts[0]), ()))  # type: ignore[arg-type]
        assert len(said) <= 160
        assert said.endswith(".")
        assert words[first.theme][first.way] in said


def test_few_patients_are_told_by_number_and_not_by_per_cent():
    few, many = (reading("hospitalised", value, "up", change=3.0) for value in (5.0, 63.0))
    told = [status.relative(language("fi"), INDICATORS["hospitalised"], one) for one in (few, many)]

    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in told] == ["+3 viikossa", "+5 % viikossa"]


def test_a_level_is_held_since_the_day_on_which_it_was_entered_for_good():
    """Incidence: entered at 25, left below 20; a fall to 22 in between does not end it."""
    values = [5.0, 12.0, 26.0, 19.0, 27.0, 22.0, 30.0]
    days = [date(2021, 3, n) for n in range(1, 8)]
    points = tuple(Point(*one, "normal") for one in zip(days, values, strict=True))
    made = replace(reading("incidence-14d", 30.0, "up", level="act"), reference_date=days[-1], points=points)

    assert status.held_since(INDICATORS["incidence-14d"], made) == date(2021, 3, 5)
    assert status.held_since(INDICATORS["incidence-14d"], replace(made, points=points[4:])) is None


@pytest.mark.parametrize(
    ("value", "kind", "word"),
    [(None, "suppressed", "suojattu"), (None, "missing", "ei lukua"), (0.0, "normal", "0,0")],
)
def test_withheld_missing_and_zero_are_three_different_things(
    city_workspace: Workspace, value: float | None, kind: str, word: str
):
    asked = picture(Sight(city_workspace, PUBLIC), Question(NOW, "municipality:837"))
    shown = reading("incidence-14d", value, "unknown", status=kind, change=None)
    only = {("incidence-14d", "hospital-district:06"): shown}
    _, made = seen(city_workspace, readings=only)

    assert [one.figure.text for one in made.tiles] == [word]
    assert made.sentence.startswith("Lukuja on vielä liian vähän")
    assert asked.readings


def test_decisions_that_end_within_two_weeks_wait_the_soonest_first(city_workspace: Workspace):
    ends = {"tänään": 20, "eilen": 19, "kahden viikon päästä": 34, "myöhemmin": 35}
    last = {name: date(2021, 3, 1) + timedelta(days=n - 1) for name, n in ends.items()}
    known = tuple(made_up(name, effective_from=DAY, effective_to=day) for name, day in last.items())
    _, made = seen(city_workspace, decisions=known)

    ending = [(one.title, one.words) for one in made.due if one.words.startswith("päättyy")]
    assert ending == [("tänään", "päättyy 20.3."), ("kahden viikon päästä", "päättyy 3.4.")]
    assert "2 päätöstä päättyy kahden viikon kuluessa." in made.answers[2][1][0]


def made_up(name: str, **told: Any) -> Decision:  # noqa: ANN401 - any field of a decision
    """Give a decision of a name, taken ten days ago."""
    empty = dict.fromkeys(Decision._fields, "") | {"effective_from": None, "effective_to": None}
    return Decision(**empty | {"id": name, "title_fi": name, "taken_on": DAY, "known_at": NOW} | told)  # type: ignore[arg-type]


def test_at_most_five_lines_tell_what_changed_and_no_more_than_two_of_decisions(city_workspace: Workspace):
    _, made = seen(city_workspace, decisions=tuple(made_up(f"{n}") for n in range(4)))

    assert len(made.changed) == 5
    assert 1 <= sum(one.words.startswith("uusi päätös") for one in made.changed) <= 2


def test_a_tile_names_the_day_that_was_corrected_with_what_was_said_of_it(app: FastPath):
    """The front page of yesterday said the first, the data of today say the second."""
    told = page(app, "fi").find("span", "retold")
    day_before = {one["indicator"]: one for one in tiles_of(app, "/fi/?as_of=2021-03-19T15:00Z")}

    assert told
    for one in told:
        of = one.find("data")[0].attributes["data-of"].split()
        was = day_before[of[0]]
        assert was["reference_date"] == of[2]
        assert f" {written('fi', was, INDICATORS[of[0]].decimals)} → " in one.text


@pytest.mark.parametrize("unwell", [5, 6])
def test_of_many_sources_that_are_not_fresh_the_first_are_named_and_the_rest_counted(
    city_workspace: Workspace, unwell: int
):
    asked = picture(Sight(city_workspace, PUBLIC), Question(NOW, "municipality:837"))
    ill = [
        replace(one, condition="late" if nth < unwell else "fresh") for nth, one in enumerate(asked.health)
    ]
    _, made = seen(city_workspace, health=tuple(ill))

    assert len(made.health) == unwell
    assert [one.title for one in made.health[5:]] == ["1 muu lähde"][: unwell - 5]
