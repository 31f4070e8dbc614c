"""Effects of decisions: what was known then is told apart from what is known now, and steps from each other.

A made-up indicator of Tampere, told day by day: 1, 1, 12, 14 … with the level `act` from 10 on.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tilannekuva.domain.calendar import end_of_day
from tilannekuva.domain.decisions import Decision, Expected, Standing
from tilannekuva.domain.observations import Observation
from tilannekuva.domain.picture import Picture
from tilannekuva.domain.publications import Publication
from tilannekuva.flows import publish
from tilannekuva.flows.effects import Latencies, effect, latencies
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace

TAMPERE, DAY = "municipality:837", date(2021, 3, 1)
LATE = datetime(2021, 4, 1, tzinfo=UTC)
TOLD = Decision(
    "own", "a", "crisis-group", "", "Suljetaan", "", "", DAY + timedelta(5), None, DAY + timedelta(6), None,
    TAMPERE, (), "", "", "", "", "normal", LATE,
    expected=Expected("made-up", "down", 20, DAY + timedelta(10)),
)  # fmt: skip
INDICATOR = """
id = "made-up"
title = { fi = "Keksitty", sv = "Påhittad", en = "Made up" }
short = { fi = "Keksitty", sv = "Påhittad", en = "Made up" }
unit = { fi = "kpl", sv = "st", en = "pcs" }
explanation = { fi = "Ei mitään.", sv = "Inget.", en = "Nothing." }
caveats = { fi = "Ei mitään.", sv = "Inget.", en = "Nothing." }
theme = "spread"
[[levels]]
level = "act"
enter = 10
leave = 5
"""
RECIPE = """
id = "told"
title = { fi = "Kerrottu", sv = "Berättad", en = "Told" }
publisher = "me"
licence = { fi = "vapaa", sv = "fri", en = "free" }
contact = "me"
about = { fi = "Ei.", sv = "Nej.", en = "No." }
rhythm = "1d"
snapshot = "log"
[fetch]
protocol = "inbox"
format = "csv"
delimiter = ","
columns = { area = "text" }
[[series]]
indicator = "made-up"
level = "municipality"
freq = "day"
sql = "select area, current_date as reference_date, 1 as value from raw"
"""


def at(day: int, hour: int = 6) -> datetime:
    """Give an instant of a day counted from DAY."""
    return datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=UTC) + timedelta(days=day)


def tell(workspace: Workspace, day: int, value: float, *, known: int) -> None:
    """Let a value become known in the morning of a day."""
    of = ("told", "made-up", TAMPERE, DAY + timedelta(day), "day", "all")
    row = Observation(*of, value, "normal", at(known), 1)
    with workspace.writing("test"):
        store = workspace.store
        workspace.ledger.commit(store.fence, new=store.write([row]), at=at(known))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Give a city that was told on each morning of the day before; day 4 was corrected on day 8."""
    folder = tmp_path_factory.mktemp("told") / "workspace"
    init(folder, template="corona", areas=["837"])
    (folder / "indicators" / "made-up.toml").write_text(INDICATOR, encoding="utf-8")
    (folder / "recipes" / "told.toml").write_text(RECIPE, encoding="utf-8")
    settings = folder / "tilannekuva.toml"
    text = settings.read_text(encoding="utf-8").replace("sources = [", 'sources = [\n  "told",')
    settings.write_text(text, encoding="utf-8")
    made = Workspace(folder)
    with made.writing("test"):
        made.define(at(-60))
    for day, value in enumerate([1, 1, 12, 14, 20, 18, 16, 15, 15, 15, 9]):
        tell(made, day, value, known=day + 1)
    tell(made, 4, 10, known=8)
    yield made
    made.close()


@pytest.fixture
def city(told: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """Give a copy of the city that may be written to."""
    shutil.copytree(told.folder, tmp_path / "city")
    made = Workspace(tmp_path / "city")
    yield made
    made.close()


def test_what_was_known_then_stands_beside_what_is_known_now(told: Workspace):
    """Decided on day 5, when day 4 was told as 20; since day 8 it is known to have been 10."""
    found = effect(told, TOLD, TAMPERE, LATE)

    assert found
    assert (20, 10) == (found.decided.then.value, found.decided.now.value)
    assert (15, DAY + timedelta(9)) == (found.seen.now.value, found.seen.then.reference_date)
    assert (0.5, False) == (found.change, found.reached)


@pytest.mark.parametrize(
    ("direction", "size", "reached"),
    [("up", None, True), ("up", 50, True), ("up", 51, False), ("down", None, False)],
)
def test_an_effect_is_reached_in_its_direction_and_by_its_size(
    told: Workspace, direction: str, size: float | None, *, reached: bool
):
    one = TOLD._replace(expected=Expected("made-up", direction, size, DAY + timedelta(10)))  # type: ignore[arg-type] # one of two

    assert reached is effect(told, one, TAMPERE, LATE).reached


def test_nothing_known_later_enters(told: Workspace):
    """As of day 7 the correction of day 8 is unknown, and what is due on day 10 is not yet due."""
    found = effect(told, TOLD, TAMPERE, end_of_day(DAY + timedelta(7)))

    assert found
    assert (20, 20, False) == (found.decided.then.value, found.decided.now.value, found.is_due)
    assert DAY + timedelta(6) == found.seen.then.reference_date


def test_where_nothing_was_expected_or_told_there_is_no_card(told: Workspace):
    assert effect(told, TOLD._replace(expected=None), TAMPERE, LATE) is None
    assert effect(told, TOLD._replace(expected=Expected("unknown", "up")), TAMPERE, LATE) is None
    assert effect(told, TOLD, TAMPERE, at(-30)) is None


def steps(city: Workspace, one: Decision = TOLD) -> Latencies:
    found = latencies(city, one, TAMPERE, LATE)
    assert found
    return found


def shown(city: Workspace, day: int) -> Picture:
    """Publish the picture of the morning of a day, at noon."""
    made = picture(city, Question(at(day), TAMPERE, indicators=frozenset({"made-up"})))
    publish.publish(city, [made], at(day, 12), kind="page")
    return made


def test_each_step_from_condition_to_force(city: Workspace):
    """True on day 2, knowable on the morning of day 3, published on day 4, decided on day 5."""
    shown(city, 1)
    shown(city, 4)
    found = steps(city)

    assert [DAY + timedelta(n) for n in (2, 3, 4, 5, 6)] == [one.day for one in found.steps]
    assert (at(3), at(4, 12)) == (found.steps[1].at, found.steps[2].at)


def test_pictures_of_other_municipalities_tell_nothing_of_this_one(city: Workspace):
    """However many of them were published before the first of its own."""
    for n in range(20):
        told = (at(3, 8) + timedelta(minutes=n), f"{n:020}", "municipality:853", at(3, 7), "page", "")
        city.ledger.publish(Publication(*told, f"{n:064}"))
    shown(city, 4)

    assert at(4, 12) == steps(city).steps[2].at


def test_a_step_that_never_was_is_missing(city: Workspace):
    """A picture that was published after the decision did not bring it about."""
    shown(city, 6)
    found = {one.name: one.day for one in steps(city, TOLD._replace(effective_from=None)).steps}

    assert (None, None) == (found["shown"], found["in-force"])


def test_the_condition_is_judged_by_today_s_knowledge(city: Workspace):
    """Day 2 is known now to have been below the level; what was told then entered it on day 2."""
    tell(city, 2, 3, known=9)

    assert [DAY + timedelta(3), DAY + timedelta(4)] == [one.day for one in steps(city).steps[:2]]


def test_where_no_level_held_nothing_is_measured(told: Workspace):
    assert latencies(told, TOLD._replace(taken_on=DAY + timedelta(1)), TAMPERE, LATE) is None


STANDINGS: dict[str, tuple[Standing, dict[str, object]]] = {
    "a meeting to come": ("proposed", {"taken_on": DAY + timedelta(2)}),
    "said to be proposed": ("proposed", {"stage": "proposed"}),
    "no days told": ("taken", {"effective_from": None}),
    "begins later": ("taken", {"effective_from": DAY + timedelta(1)}),
    "begins today": ("in-force", {"effective_from": DAY}),
    "its last day": ("in-force", {"effective_from": None, "effective_to": DAY}),
    "ended yesterday": ("ended", {"effective_to": DAY - timedelta(1)}),
    "repealed from tomorrow": ("in-force", {"stage": "repealed", "effective_to": DAY}),
    "repealed": ("repealed", {"stage": "repealed", "effective_to": DAY - timedelta(1)}),
    "replaced": ("superseded", {"superseded_by": "0123456789ab", "effective_to": DAY - timedelta(1)}),
}


@pytest.mark.parametrize(("standing", "told"), STANDINGS.values(), ids=STANDINGS.keys())
def test_how_a_decision_stands_follows_from_its_days(standing: Standing, told: dict[str, object]):
    one = TOLD._replace(**{"taken_on": DAY, "effective_from": DAY - timedelta(5), **told})  # type: ignore[arg-type] # by name

    assert standing == one.standing(DAY)
