"""What a formula looks back on is loaded, and not shown."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tilannekuva.domain.observations import Observation
from tilannekuva.domain.picture import Point
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace

USUAL, BASE = "traffic-against-usual", "vehicles"
TAMPERE, STATION = "municipality:837", "station:tms-438"
FIRST, LAST = date(2025, 1, 6), date(2026, 3, 15)
NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
TWICE = "select area, reference_date, 2 * value as value, doubt from traffic_against_usual"


def counted(area: str) -> list[Observation]:
    """Give a thousand vehicles a day, and from the beginning of March on a fifth less."""
    days = [FIRST + timedelta(days=nth) for nth in range((LAST - FIRST).days + 1)]
    return [
        Observation("digitraffic-report-day", BASE, area, day, "day", "all",
                    800 if day >= date(2026, 3, 1) else 1000, "normal", NOW, 1)
        for day in days
    ]  # fmt: skip


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Give a workspace that knows the traffic of a city and a station for more than a year."""
    folder = tmp_path_factory.mktemp("roads") / "workspace"
    init(folder, template="corona", areas=["837"])
    settings = f'title = "T"\nareas = ["{TAMPERE}"]\nsources = ["digitraffic-report-day"]\n'
    (folder / "tilannekuva.toml").write_text(settings)
    made = Workspace(folder)
    text = made.texts()["indicator", USUAL]
    head, rest = text.split("inputs = ")[0], text.rpartition('"""')[2]
    own = f'{head}inputs = ["{USUAL}"]\nsql = "{TWICE}"\n{rest}'.replace(
        "history_days = 385", "history_days = 0"
    )
    (folder / "indicators" / "twice.toml").write_text(own.replace(f'id = "{USUAL}"', 'id = "twice"'), "utf-8")
    with made.writing("test"):
        made.define(NOW)
        made.store.append([*counted(TAMPERE), *counted(STATION)])
    yield made
    made.close()


def points(roads: Workspace, name: str, since: date | None, *others: str) -> tuple[Point, ...]:
    """Give an indicator's points of the city, asked for together with others."""
    question = Question(NOW + timedelta(hours=1), TAMPERE, indicators=frozenset({name, *others}), since=since)
    return picture(roads, question).readings[name, TAMPERE].points


@pytest.mark.parametrize("since", [None, date(2026, 2, 26), LAST])
def test_the_first_day_shown_has_the_year_behind_it_that_its_formula_needs(
    roads: Workspace, since: date | None
):
    """And no day before the first is shown."""
    shown = points(roads, USUAL, since)
    first = since or NOW.date() - timedelta(days=120)

    assert [first + timedelta(days=nth) for nth in range((LAST - first).days + 1)] == [
        one.reference_date for one in shown
    ]
    tail = {one.reference_date: one.value for one in shown if one.reference_date >= date(2026, 2, 27)}
    assert {round(value or 0, 6) for day, value in tail.items() if day >= date(2026, 3, 1)} == {-20}
    assert {value for day, value in tail.items() if day < date(2026, 3, 1)} <= {0}


def test_what_needs_no_past_is_shown_from_the_same_day_on(roads: Workspace):
    since = date(2026, 3, 1)

    assert points(roads, BASE, since) == points(roads, BASE, since, USUAL)
    assert since == points(roads, BASE, since, USUAL)[0].reference_date


def test_a_formula_over_a_formula_reaches_as_far_back_as_both(roads: Workspace):
    assert [2 * (one.value or 0) for one in points(roads, USUAL, LAST)] == [
        one.value for one in points(roads, "twice", LAST)
    ]
    assert -40 == round(points(roads, "twice", LAST)[0].value or 0, 6)


def test_without_the_past_there_is_no_figure(roads: Workspace):
    """A year is missing before the first day that is known."""
    early = points(roads, USUAL, date.min)

    assert {None} == {one.value for one in early if one.reference_date < FIRST + timedelta(days=343)}
    assert FIRST == early[0].reference_date
