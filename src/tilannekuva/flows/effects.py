"""Effects: what a decision was expected to bring about, what was seen, and how long everything took.

Whoever decided knew the figures of that day; whoever reviews knows better ones. Both are given, and it is
judged by today's knowledge. Nothing known later than `as_of` enters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from tilannekuva.disclosure import door
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import end_of_day, helsinki_date
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.forecasts import Forecast
from tilannekuva.domain.indicators import Indicator, LevelName
from tilannekuva.domain.picture import Picture, Point, Reading
from tilannekuva.domain.publications import PICTURES
from tilannekuva.errors import Damaged
from tilannekuva.flows.formulas import STATUSES, fill
from tilannekuva.flows.picture import MEMORY, Question, held, picture, reach
from tilannekuva.flows.workspace import Workspace
from tilannekuva.store.duckdb import rewind
from tilannekuva.store.sheet import Sheet

StepName = Literal["true", "knowable", "shown", "decided", "in-force"]
STEPS: tuple[StepName, ...] = ("true", "knowable", "shown", "decided", "in-force")
_OPENED = 20  # published pictures that are looked through for the first that shows a level


@dataclass(frozen=True, slots=True)
class Told:
    """A value of a day: as it was known then, and as the same day is known now."""

    then: Point
    now: Point | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of an expected effect in an area.

    `decided` is the newest value on the day of the decision, `seen` that on the day by which the effect was
    due (None before any was told); `is_due` tells whether that day has come, else `seen` is the newest so
    far. `change` is by which share the value has changed between the two, as known now; `reached` whether
    direction and size were; None where no number tells. `forecast` is what was forecast for the day, of the
    forecasts known when it was decided.
    """

    indicator: Indicator
    area: str
    due_on: date
    is_due: bool
    decided: Told | None
    seen: Told | None
    change: float | None
    reached: bool | None
    forecast: Forecast | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a condition to what was done about it: its day, and its instant where that is known."""

    name: StepName
    day: date | None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Latencies:
    """How long it took: which level was entered, and the steps in the order of STEPS."""

    indicator: Indicator
    area: str
    level: LevelName
    steps: tuple[Step, ...]


def effect(workspace: Workspace, one: Decision, area: str, as_of: datetime) -> Effect | None:
    """Hold what was expected of a decision against what was seen; None where nothing was expected or told.

    `area` is looked at where the decision has none of its own, or its own has no values.
    """
    if one.expected is None or one.taken_on is None:
        return None
    now = _reading(workspace, one, area, as_of, since=one.taken_on - MEMORY)
    if now is None:
        return None
    indicator = workspace.catalogue(as_of).indicator(one.expected.indicator)
    today = helsinki_date(as_of)
    due_on = one.expected.by or one.review_on or today
    then = _picture(workspace, one, now.area, min(end_of_day(one.taken_on), as_of))
    decided = _told(then.readings.get((indicator.id, now.area)), now)
    seen_at = min(end_of_day(due_on), as_of)
    seen = _told(_picture(workspace, one, now.area, seen_at).readings.get((indicator.id, now.area)), now)
    change = _change(decided, seen)
    return Effect(
        indicator,
        now.area,
        due_on,
        due_on <= today,
        decided,
        seen,
        change,
        _reached(one, change),
        _forecast(then, indicator, now.area, due_on),
    )


def latencies(workspace: Workspace, one: Decision, area: str, as_of: datetime) -> Latencies | None:
    """Say when the condition of a decision became true, knowable, shown, decided and in force.

    The condition is the highest level of the indicator of its expected effect that held, by today's
    knowledge, on the day of the decision, and is true from the day on which that level was entered. None
    where no level held.
    """
    if one.expected is None or one.taken_on is None:
        return None
    now = _reading(workspace, one, area, as_of, since=one.taken_on - 2 * MEMORY)
    if now is None:
        return None
    indicator = workspace.catalogue(as_of).indicator(one.expected.indicator)
    entered = _entered(indicator, now.points, one.taken_on)
    if entered is None:
        return None
    level, day = entered
    until = min(end_of_day(one.taken_on), as_of)
    known = _knowable(workspace, indicator, now, level=level, day=day, until=until)
    shown = known and _shown(workspace, indicator, now.area, level=level, since=known, until=until)
    at = one.published_at if one.published_at and helsinki_date(one.published_at) == one.taken_on else None
    steps = (
        Step("true", day),
        Step("knowable", known and helsinki_date(known), known),
        Step("shown", shown and helsinki_date(shown), shown),
        Step("decided", one.taken_on, at),
        Step("in-force", one.effective_from),
    )
    return Latencies(indicator, now.area, level, steps)


def _picture(
    workspace: Workspace, one: Decision, area: str, as_of: datetime, *, since: date | None = None
) -> Picture:
    asked = frozenset({one.expected.indicator} if one.expected else ())
    known = workspace.catalogue(as_of).indicators.keys() & asked
    if not known:  # defined later, or not for this viewer
        return picture(workspace, Question(as_of, area, rewound=True))
    return picture(workspace, Question(as_of, area, rewound=True, indicators=asked, since=since))


def _reading(
    workspace: Workspace, one: Decision, area: str, as_of: datetime, *, since: date
) -> Reading | None:
    """Give the course of the indicator: of the decision's own area, or else of the one looked at."""
    if one.expected is None or one.expected.indicator not in workspace.catalogue(as_of).indicators:
        return None
    found = _picture(workspace, one, area, as_of, since=since)
    own = found.readings.get((one.expected.indicator, one.area))
    return own or found.nearest(one.expected.indicator)


def _told(then: Reading | None, now: Reading) -> Told | None:
    """Give a reading's newest settled value, as then and as now."""
    if then is None:
        return None
    point = Point(then.reference_date, then.value, then.status)
    same = (each for each in now.points if each.reference_date == then.reference_date)
    return Told(point, next(same, None))


def _change(decided: Told | None, seen: Told | None) -> float | None:
    values = [told.now.value for told in (decided, seen) if told and told.now]
    if len(values) < 2 or values[0] is None or values[1] is None or values[0] <= 0:  # noqa: PLR2004 - both
        return None
    return values[1] / values[0] - 1


def _reached(one: Decision, change: float | None) -> bool | None:
    """Say whether a change is in the direction expected, and as great."""
    if one.expected is None or change is None:
        return None
    along = change if one.expected.direction == "up" else -change
    return along >= one.expected.size / 100 if one.expected.size else along > 0


def _forecast(then: Picture, indicator: Indicator, area: str, day: date) -> Forecast | None:
    """Give the newest forecast known then that reaches the day."""
    found = (each for each in then.forecasts if (each.indicator, each.area) == (indicator.id, area))
    return next((each for each in found if any(one.reference_date == day for one in each.targets)), None)


def _entered(indicator: Indicator, points: Sequence[Point], on: date) -> tuple[LevelName, date] | None:
    """Give the level that held on a day, and the day from which it had held without a break."""
    told = [each for each in points if each.reference_date <= on and each.value is not None]
    held_on = [(held(indicator, told[: n + 1]), each.reference_date) for n, each in enumerate(told)]
    level = held_on[-1][0] if held_on else None
    if level is None or level == "normal":
        return None
    before = next((n for n in range(len(held_on), 0, -1) if held_on[n - 1][0] != level), 0)
    return level, held_on[before][1]


def _knowable(
    workspace: Workspace,
    indicator: Indicator,
    reading: Reading,
    *,
    level: LevelName,
    day: date,
    until: datetime,
) -> datetime | None:
    """Give the first instant at which what was known of an area showed a level that began on a day."""
    catalogue = workspace.catalogue(until)
    if indicator.id not in catalogue.indicators:
        return None
    needed = catalogue.needed({indicator.id})
    since = day - min(MEMORY + reach(catalogue, [indicator]), day - date.min)
    bases = catalogue.bases({indicator.id})
    near = {reading.area, *register().ancestors(reading.area, on=helsinki_date(until))}
    with workspace.store.vintages(
        until, indicators=bases, areas=near, since=since, ranks=catalogue.ranks()
    ) as sheet:
        fill(sheet, needed, helsinki_date(until), views=True)
        for at, points in _courses(sheet, indicator, reading.area, day):
            if (
                points
                and points[door.settled(points)].reference_date >= day
                and held(indicator, points) == level
            ):
                return at
    return None


def _courses(
    sheet: Sheet, indicator: Indicator, area: str, since: date
) -> Iterator[tuple[datetime, list[Point]]]:
    """Yield what was known of an area's course at each instant that brought news of a day or later."""
    sql = "select distinct known_at from stored where area = ? and reference_date >= ? order by 1"
    for (known,) in sheet.ask(sql, [area, since]).rows:
        at = known.replace(tzinfo=UTC)
        rewind(sheet, at)
        sql = f"select reference_date, value, doubt from {indicator.table} where area = ? order by 1"  # noqa: S608 - a slug
        rows = sheet.ask(sql, [area]).rows
        yield at, [Point(day, value, STATUSES[doubt]) for day, value, doubt in rows]


def _shown(
    workspace: Workspace,
    indicator: Indicator,
    area: str,
    *,
    level: LevelName,
    since: datetime,
    until: datetime,
) -> datetime | None:
    """Give when a picture of the area, or of one within it, was first published that shows a level.

    None where none does.
    """
    found = [
        each
        for each in workspace.ledger.publications()
        if each.kind in PICTURES
        and each.as_of >= since
        and each.published_at <= until
        and area in (each.area, *register().ancestors(each.area, on=helsinki_date(until)))
    ]
    for each in found[:_OPENED]:
        try:
            reading = workspace.archive.picture(each.sha256).readings.get((indicator.id, area))
        except Damaged:  # `verify` tells of it
            continue
        if reading and reading.level == level:
            return each.published_at
    return None
