"""Laws of graphs: the table is what is drawn, decisions are listed by the numbers of their markers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import drawn
import pytest
from shown import NOW

from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.forecasts import Forecast, Target
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.language import language
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.graphs import Graph, course_graph

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@pytest.fixture
def view(city_workspace: Workspace) -> View:
    question = Question(NOW, "municipality:837", indicators=frozenset({"cases"}), since=date.min)
    found = picture(city_workspace, question)
    return View(found, language("fi"), "indicator", Reader(city_workspace, NOW), "cases")


def graph(view: View, **changed: object) -> Graph:
    reading = view.picture.nearest("cases")
    return course_graph(view, view.picture.indicators["cases"], reading, **changed)


def decision(name: str, body: str, begun: date, until: date | None = None) -> Decision:
    known = datetime(2021, 3, 1, tzinfo=UTC)
    about = ("", (), "", "", "https://example.org/x", "", "normal", known)
    return Decision("s", name, body, "", name, "", "", None, None, begun, until, *about)


def forecast(view: View, known_at: datetime, step: float) -> Forecast:
    reading = view.picture.nearest("cases")
    last = reading.points[-1].reference_date
    targets = [
        Target(last + timedelta(day), tuple((level, step + 10 * level) for level in LEVELS))
        for day in range(1, 8)
    ]
    return Forecast("m", "cases", reading.area, last, known_at, tuple(targets))


def seen(view: View, **changed: object) -> View:
    return replace(view, picture=replace(view.picture, **changed))


def test_the_table_has_every_point_drawn_with_its_figure_newest_first(view: View):
    points = view.picture.nearest("cases").points

    rows = graph(view).rows

    assert [row.day for row in rows] == [each.reference_date.isoformat() for each in reversed(points)]
    assert [row.figures[0].value == "" for row in rows] == [each.value is None for each in reversed(points)]


def test_a_graph_since_a_day_holds_no_earlier_one(view: View):
    since = view.picture.nearest("cases").points[-5].reference_date

    assert [row.day for row in graph(view, since=since).rows][-1] == since.isoformat()


@pytest.mark.parametrize(
    ("hidden", "said"),
    [(0, r"enintään \d+ \S+\."), (1, r"\. 1 luku on suojattu\."), (3, r"\. 3 lukua on suojattu\.")],
)
def test_the_sentence_says_how_many_figures_are_withheld(view: View, hidden: int, said: str):
    reading = view.picture.nearest("cases")
    kept = [replace(one, value=None, status="suppressed") for one in reading.points[:hidden]]

    spoilt = replace(reading, points=(*kept, *reading.points[hidden:]))
    assert re.search(said + "$", course_graph(view, view.picture.indicators["cases"], spoilt).sentence)


def test_where_all_is_withheld_nothing_else_is_said(view: View):
    reading = view.picture.nearest("cases")
    points = tuple(replace(one, value=None, status="suppressed") for one in reading.points)

    found = course_graph(view, view.picture.indicators["cases"], replace(reading, points=points))
    assert f"{len(points)} lukua on suojattu." == found.sentence


def numbers(svg: str) -> Sequence[str]:
    return sorted(text.text for text in drawn.of_class(svg, "g-number"))


def test_decisions_are_markers_by_lane_and_the_list_has_their_numbers_by_day(view: View):
    day = view.picture.nearest("cases").points[0].reference_date
    told = (
        decision("Kunnan", "city-board", day),
        decision("Hallituksen", "government", day + timedelta(3), day + timedelta(5)),
        decision("Vanha", "government", day - timedelta(30)),
        decision("Vanha mutta voimassa", "agency", day - timedelta(30), day + timedelta(2)),
    )

    found = graph(seen(view, decisions=told))

    listed = [(one.number, one.title) for one in found.events]
    assert listed == [(1, "Vanha mutta voimassa"), (2, "Kunnan"), (3, "Hallituksen")]
    assert numbers(found.wide) == numbers(found.narrow) == ["1", "2", "3"]
    lanes = [text.text for text in drawn.of_class(found.wide, "g-lane")]
    assert lanes == ["Valtioneuvosto", "Viranomaiset", "Kunta"]


def test_a_title_in_another_language_is_marked_so(view: View):
    day = view.picture.nearest("cases").points[-1].reference_date
    swedish = seen(replace(view, language=language("sv")), decisions=(decision("Suomeksi", "mayor", day),))

    assert [(one.title, one.lang) for one in graph(swedish).events] == [("Suomeksi", "fi")]


def test_without_forecasts_nothing_is_drawn_of_them(view: View):
    assert drawn.of_class(graph(view).wide, "g-fan") == []


def test_the_newest_forecast_is_a_fan_and_the_one_before_a_thin_line(view: View):
    both = (forecast(view, NOW, 5), forecast(view, NOW - timedelta(days=1), 9))

    found = graph(seen(view, forecasts=both))

    fans = [each for each in drawn.of_class(found.wide, "g-fan") if each.tag == "path"]
    keys = [text.text for text in drawn.of_class(found.wide, "g-key")]
    assert len(fans) == 2
    assert "edellinen ennuste" in keys


def test_the_files_lead_to_the_same_chart(view: View):
    assert [one.href.partition("?")[0] for one in graph(view).files] == [
        "/chart/fi/cases.svg",
        "/chart/fi/cases.png",
    ]
