"""Laws of an indicator's page: its figures are its data, and what was told before is told as such."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from shown import LANGS, NOW, REWOUND, Element, ask, rows, tree

from tilannekuva.domain.observations import Observation
from tilannekuva.domain.picture import Picture, Point
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.vintages import Vintages
from tilannekuva.flows.workspace import Workspace
from tilannekuva.indicators.catalogue import catalogue, texts
from tilannekuva.web.app import FastPath
from tilannekuva.web.language import language
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.indicator import indicator_page
from tilannekuva.web.pages.revisions import growth
from tilannekuva.web.server import site

PIRKANMAA = "hospital-district:06"
NAMES = ("cases", "cases-weekly", "incidence-14d", "positivity", "in-ward", "change-7d")


def page(app: FastPath, path: str) -> Element:
    return tree(ask(app, path).text)


def figures(where: Element) -> dict[str, str]:
    """Give the numbers of a page by what they are of; one number may stand twice, and must be the same."""
    told: dict[str, str] = {}
    for one in where.find("data"):
        assert told.setdefault(one.attributes["data-of"], one.attributes["value"]) == one.attributes["value"]
    return told


def written(given: list[dict[str, object]], decimals: int) -> dict[str, str]:
    """Give the rows of a data twin as a page writes them."""
    return {
        f"{one['indicator']} {one['area']} {one['reference_date']}": ""
        if one["value"] is None
        else f"{round(float(str(one['value'])), decimals):g}"
        for one in given
    }


def shown(workspace: Workspace, name: str) -> tuple[Picture, View]:
    question = Question(NOW, "municipality:837", indicators=frozenset({name}), since=date.min)
    found = picture(workspace, question)
    return found, View(found, language("fi"), "indicator", Reader(workspace, NOW), name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("query", ["", f"?{REWOUND}"])
def test_every_figure_of_the_page_is_in_its_data(app: FastPath, name: str, query: str):
    told = figures(page(app, f"/fi/indicator/{name}{query}"))
    given = written(rows(app, f"/fi/indicator/{name}{query}"), catalogue(texts()).indicator(name).decimals)

    assert len(told) > 5
    assert {of: given.get(of) for of in told} == {of: f"{float(v):g}" if v else "" for of, v in told.items()}


@pytest.mark.parametrize("path", ["area", "compare", "indicator/cases"])
def test_a_rewound_page_holds_nothing_that_became_known_later(app: FastPath, path: str):
    known = [one["known_at"] for one in rows(app, f"/fi/{path}?{REWOUND}")]

    assert max(known) < "2021-03-18T22"
    assert max(known) < max(one["known_at"] for one in rows(app, f"/fi/{path}"))


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_holds_every_period_that_is_drawn_newest_first(app: FastPath, lang: str):
    table = page(app, f"/{lang}/indicator/cases").find("details", "data")[0]
    days = [one.attributes["datetime"] for one in table.find("time")]
    given = [
        one["reference_date"] for one in rows(app, f"/{lang}/indicator/cases") if one["area"] == PIRKANMAA
    ]

    assert sorted(given, reverse=True) == days


def test_the_triangle_has_a_row_for_each_day_of_news_and_the_data_hold_its_cells(app: FastPath):
    triangle = page(app, "/en/indicator/cases").find("details", "data")[1]
    told = [one["told"] for one in rows(app, "/en/indicator/cases") if one["told"]]
    lines = triangle.find("tbody")[0].find("tr")
    cells = [[cell.text for cell in line.find("td")] for line in lines]

    assert [[one.split("=")[1] for one in column.split(";")] for column in told] == [
        [row[nth] for row in cells if row[nth]] for nth in range(len(told))
    ]
    assert "Now" == lines[-1].find("th")[0].text
    assert len(told) == len(cells[0]) == len(triangle.find("thead")[0].find("th")) - 1


def test_only_what_is_told_otherwise_now_has_a_line_as_first_told(app: FastPath):
    drawn = {
        name: page(app, f"/en/indicator/{name}").find("svg", "chart")[0] for name in ("cases", "in-ward")
    }

    assert "as first told" in drawn["cases"].text
    assert "as first told" not in drawn["in-ward"].text


def test_a_computed_indicator_shows_its_formula_and_leads_to_what_it_is_computed_from(app: FastPath):
    text = page(app, "/fi/indicator/positivity").text
    leads = [one.attributes["href"] for one in page(app, "/fi/indicator/positivity").find("a")]

    assert "from cases_7d c join tests_7d t" in text.replace("\n", " ")
    assert {"/fi/indicator/cases-7d", "/fi/indicator/tests-7d"} <= set(leads)
    assert not page(app, "/fi/indicator/cases").find("pre")


def test_an_indicator_without_figures_says_so_and_draws_nothing(app: FastPath):
    without = page(app, "/fi/indicator/deaths-daily").find("main")[0]

    assert "Lukuja ei vielä ole." in without.text
    assert not without.find("svg") + without.find("data")


@pytest.mark.parametrize(("status", "word"), [("suppressed", "suojattu"), ("missing", "ei lukua")])
def test_a_newest_value_that_is_no_number_is_said_in_a_word(
    city_workspace: Workspace, status: str, word: str
):
    found, view = shown(city_workspace, "cases")
    key = ("cases", PIRKANMAA)
    kept = found.readings[key]
    points = tuple(Point(one.reference_date, None, status) for one in kept.points)
    spoilt = replace(kept, value=None, status=status, level=None, trend="unknown", change=None, points=points)
    made = indicator_page(replace(view, picture=replace(found, readings={key: spoilt})))

    assert made.tile is not None
    assert (word, "") == (made.tile.figure.text, made.tile.figure.value)
    assert {word} == {one.figures[0].text for one in (made.graph.rows if made.graph else ())}


def test_provisional_values_alone_are_shown_as_such(city_workspace: Workspace):
    found, view = shown(city_workspace, "cases")
    key = ("cases", PIRKANMAA)
    kept = found.readings[key]
    points = tuple(replace(one, status="provisional") for one in kept.points[-3:])
    doubtful = replace(kept, status="provisional", points=points)
    made = indicator_page(replace(view, picture=replace(found, readings={key: doubtful})))

    assert made.graph is not None
    assert {"alustava"} == {one.note for one in made.graph.rows}


def test_a_new_definition_is_named_with_its_instant(own: Workspace):
    text = own.texts()["indicator", "incidence-14d"]
    begun = own.ledger.definitions()["indicator", "incidence-14d"].known_at
    file = own.folder / "indicators" / "incidence-14d.toml"
    file.write_text(text.replace("enter = 25", "enter = 30"), "utf-8")
    with own.writing("test"):
        own.define(begun + timedelta(minutes=1))
    later = site(own, clock=lambda: begun + timedelta(hours=1))

    assert (
        f"{language('sv').instant(begun + timedelta(minutes=1))}: nivåer"
        in ask(later, "/sv/indicator/incidence-14d").text
    )
    assert "Definitionen har ändrats" not in ask(later, "/sv/indicator/cases").text


def test_age_groups_are_drawn_where_the_sources_tell_them(own: Workspace):
    day = date(2021, 3, 8)
    ages = [
        Observation(
            "thl-cases-weekly",
            "cases-weekly",
            "municipality:837",
            day,
            "week",
            f"age:{age}",
            value,
            status,
            NOW,
            9,
        )
        for age, value, status in (
            ("00-10", 4.0, "normal"),
            ("10-20", None, "suppressed"),
            ("20-30", 0.0, "normal"),
        )
    ]
    with own.writing("test"):
        own.store.append(ages)
    sections = page(site(own, clock=lambda: NOW), "/fi/indicator/cases-weekly").find("section")
    (drawn,) = [one for one in sections if one.attributes.get("aria-labelledby") == "ages"]

    assert [["4"], ["suojattu"], ["0"]] == [[td.text for td in tr.find("td")] for tr in drawn.find("tr")[1:]]
    cells = drawn.find("svg", "chart")[0].find("rect", "g-cell")
    classes = [one.attributes["class"].split()[1] for one in cells]
    assert "suppressed" in classes
    assert "zero" in classes


def _told(*pairs: tuple[float, float]) -> Vintages:
    days = tuple(date(2021, 3, 1) + timedelta(days=nth) for nth in range(len(pairs)))
    at = datetime(2021, 3, 20, tzinfo=UTC)
    first, now = (
        tuple(map(Point, days, column, ["normal"] * len(days))) for column in zip(*pairs, strict=True)
    )
    return Vintages((at, at, at), days, (tuple(None for _ in days), first, now))


SENTENCES = {
    ((10.0, 12.0), (10.0, 11.6)): "Figures have grown by 18% on average since they were first told.",
    ((10.0, 8.0),): "Figures have shrunk by 20% on average since they were first told.",
    ((10.0, 10.0),): "The newest figures have not changed since they were first told.",
    ((0.0, 30.0), (1.0, 30.0)): "The newest figures were 0.5 on average when first told, and are now 30.0.",
}


@pytest.mark.parametrize("pairs", SENTENCES)
def test_growth_is_a_share_where_that_says_something_and_two_numbers_elsewhere(
    pairs: tuple[tuple[float, float]],
):
    said = growth(language("en"), catalogue(texts()).indicator("cases"), _told(*pairs))

    assert SENTENCES[pairs].replace("0.5", "0,5").replace("30.0", "30,0") == said


def test_a_share_that_changed_is_no_share_of_a_share():
    said = growth(language("fi"), catalogue(texts()).indicator("positivity"), _told((6.0, 5.0)))

    assert "6,0 %" in said.replace("\N{NO-BREAK SPACE}", " ")
    assert "5,0 %" in said.replace("\N{NO-BREAK SPACE}", " ")
