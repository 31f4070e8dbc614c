"""Scenarios: what would follow if, from what a viewer knew at an instant; and which of them came true.

Everything is read from the viewer's own picture, so nothing known later or hidden enters. A projection is
never scored as a forecast.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tilannekuva.config import text_of
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import end_of_day, helsinki_date
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.picture import Picture, Point, Reading
from tilannekuva.domain.scenarios import (
    SHARES,
    Assumptions,
    Basis,
    Compared,
    Held,
    Patients,
    Projection,
    Saved,
    Scenario,
)
from tilannekuva.errors import BadInput, NotInstalled, UnknownScenario
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.workspace import Workspace
from tilannekuva.indicators import scenarios as shipped

if TYPE_CHECKING:
    from types import ModuleType

    from tilannekuva.models.scenario import Footing

WEEK = 7
PATHS = 1000  # of a projection
_BACK_PATHS = 400  # of one that is only held against what came
BACK = timedelta(days=28)  # how far "which came true" looks back unless it is told otherwise
_FEWEST = 28  # of days and of cases within them, from which an epidemic's course is read
_COUNTED = 84  # days whose counts are read for level and R
_STALE = timedelta(days=60)  # figures older than this are no start
_NEAR = timedelta(days=7)  # patients told so long before are still those of the day


def scenarios(workspace: Workspace, as_of: datetime) -> dict[str, Saved]:
    """Give the scenarios known at an instant, in their order; shipped ones are known at all times."""
    always = shipped.texts().keys()
    found = workspace.scenarios(as_of).items()
    known = [(name, one) for name, one in found if name in always or one.known_at <= as_of]
    return dict(sorted(known, key=lambda one: (one[1].scenario.order, one[0])))


def named(workspace: Workspace, which: str, as_of: datetime) -> Scenario:
    """Give a scenario by its id, or read it from a TOML file; raises UnknownScenario, BadDefinition."""
    found, file = scenarios(workspace, as_of), Path(which)
    if which in found:
        return found[which].scenario
    if file.suffix != ".toml" or not file.is_file():
        raise UnknownScenario(f"no scenario '{which}' and no such file; there are {', '.join(found)}")
    return shipped.scenario(text_of(file), file.stem)


def told(made: Projection) -> dict[str, Any]:
    """Give a projection as a table to print: lines of each fan by the share of runs that stay below."""
    fans = {"cases": made.cases, "ward": made.ward, "icu": made.icu}
    lines = {
        name: {"first": one.first}
        | {f"{share:g}": line for share, line in zip(SHARES, one.lines, strict=True)}
        for name, one in fans.items()
    }
    crossings = [one._asdict() for one in made.crossings]
    return {"known": asdict(made.known), **lines, "crossings": crossings, "infected": made.infected}


def assumptions_text(workspace: Workspace, name: str, as_of: datetime) -> str:
    """Give the TOML text of assumptions as it stood at an instant; raises UnknownScenario."""
    assumptions(workspace, name, as_of)
    found = workspace.ledger.definitions(as_of=as_of)["assumptions", name]
    return workspace.landing.read(found.sha256).decode()


def assumptions(workspace: Workspace, name: str, as_of: datetime) -> Assumptions:
    """Give assumptions by their id; raises UnknownScenario."""
    found = workspace.assumptions(as_of)
    if name not in found:
        raise UnknownScenario(f"no assumptions '{name}'; there are {', '.join(sorted(found))}")
    return found[name]


def footing(
    workspace: Workspace, area: str, as_of: datetime, *, on: str = "corona", paths: int = PATHS
) -> "Footing | None":
    """Find where the epidemic stands in an area, or in the nearest larger one whose figures tell it.

    None where none does; raises NotInstalled without the extra, UnknownScenario.
    """
    models, assumed = _models(), assumptions(workspace, on, as_of)
    names = workspace.catalogue(as_of).indicators.keys() & {*assumed.read.model_dump().values()}
    if assumed.read.cases not in names:
        return None
    if workspace.catalogue(as_of).indicator(assumed.read.cases).freq != "day":
        raise BadInput(f"{assumed.read.cases} is not told by day; name one that is in assumptions/{on}.toml")
    asked = Question(as_of, area, rewound=True, indicators=frozenset(names), since=date.min)
    found = picture(workspace, asked)
    basis = _basis(found, assumed)
    if basis is None:
        return None
    begun: Footing = models.footing(basis, assumed, paths=paths)
    return begun


def project(on: "Footing", scenario: Scenario) -> Projection:
    """Give what would follow in a scenario."""
    made: Projection = _models().project(on, scenario)
    return made


def left(on: "Footing", scenario: Scenario, day: date) -> dict[str, float]:
    """Give the middle share of usual contacts by setting, and of the `chance` of infection, on a day."""
    found: dict[str, float] = _models().middle_left(on, scenario, day)
    return found


def _models() -> "ModuleType":
    try:
        from tilannekuva.models import scenario  # noqa: PLC0415 - pages and commands start without numpy
    except ImportError:
        raise NotInstalled("a scenario", "forecast") from None
    return scenario


def _basis(found: Picture, assumed: Assumptions) -> Basis | None:
    """Read the figures of the nearest area that tells cases enough."""
    today = helsinki_date(found.as_of)
    told = ((area, found.readings.get((assumed.read.cases, area))) for area in found.chain)
    nearest = ((area, days) for area, one in told if one and (days := _settled(one, today)))
    area, days = next((one for one in nearest if _sum(one[1][-_FEWEST:]) >= _FEWEST), ("", []))
    if not area:
        return None
    origin = days[-1].reference_date
    ages, own_ages = _ages(found, assumed, area)
    begin = origin - timedelta(days=assumed.disease.delay)
    ward, icu = (_beds(found, name, area, begin) for name in (assumed.read.ward, assumed.read.icu))
    doses, _, _ = _number(found, assumed.read.doses, area, origin)
    return Basis(
        area,
        origin,
        today,
        tuple(math.nan if one.value is None else one.value for one in days[-_COUNTED:]),
        _sum(days),
        ages,
        own_ages,
        0.0 if math.isnan(doses) else doses,
        ward,
        icu,
        tuple(_held(found.decisions)),
    )


def _settled(reading: Reading, today: date) -> list[Point]:
    """Give the days up to the newest settled one, known or not; none where they are few or old."""
    points = {one.reference_date: one for one in reading.points if one.reference_date <= today}
    newest = max((day for day, one in points.items() if _is_settled(one)), default=None)
    if newest is None or today - newest > _STALE:
        return []
    first = min(points)
    days = [first + timedelta(days=n) for n in range((newest - first).days + 1)]
    return [points.get(day, Point(day, None, "missing")) for day in days] if len(days) >= _FEWEST else []


def _is_settled(one: Point) -> bool:
    return one.value is not None and one.status != "provisional"


def _sum(days: Iterable[Point]) -> float:
    return sum(one.value for one in days if one.value is not None and one.value > 0)


def _beds(found: Picture, indicator: str, area: str, begin: date) -> Patients:
    """Give the patients on the day on which paths begin, and the newest ones."""
    first, _, of = _number(found, indicator, area, begin)
    newest, day, _ = _number(found, indicator, area, helsinki_date(found.as_of))
    return Patients(first, newest if day > begin else math.nan, day, of)


def _number(found: Picture, indicator: str, area: str, day: date) -> tuple[float, date, str]:
    """Give the newest number by a day, the area's or its share in a larger one; its day, and whose it is."""
    known = register()
    for place in (area, *known.ancestors(area, on=day)):
        reading = found.readings.get((indicator, place))
        told = [one for one in reading.points if one.reference_date <= day] if reading else []
        newest = next((one for one in reversed(told) if _is_settled(one)), None)
        mine, theirs = known.population(area, day), known.population(place, day)
        if newest and newest.value is not None and newest.reference_date > day - _NEAR and mine and theirs:
            return newest.value * mine / theirs, newest.reference_date, place
    return math.nan, day, ""


def _ages(found: Picture, assumed: Assumptions, area: str) -> tuple[tuple[float, ...], bool]:
    """Give the people of an area by age: as in the country, but for the share of old people if told."""
    on = helsinki_date(found.as_of)
    people = register().population(area, on) or sum(assumed.people)
    shares = [one / sum(assumed.people) for one in assumed.people]
    reading = found.readings.get((assumed.read.old, area))
    if reading is None or reading.value is None:
        return tuple(people * one for one in shares), False
    usual = shares[-2] / 2 + shares[-1]  # half of the seventies are 75 or older
    more = min(reading.value / 100 / usual, 0.9 / sum(shares[-2:]))
    old = [one * more for one in shares[-2:]]
    fewer = (1 - sum(old)) / sum(shares[:-2])
    return tuple(people * one for one in (*(each * fewer for each in shares[:-2]), *old)), True


def _held(decisions: Sequence[Decision]) -> Iterator[Held]:
    """Give the measures of decisions taken, with the days on which they hold; without a first day, none."""
    for one in decisions:
        first = one.effective_from or (one.taken_on if one.effective_to else None)
        ended = one.stage == "repealed" or one.superseded_by
        if one.status != "normal" or one.stage == "proposed" or first is None:
            continue
        if ended and one.effective_to is None:
            continue
        for each in one.measures:
            yield Held(one.name, each.code, each.strength or 1, first, one.effective_to)


def weekly_mean(points: Sequence[Point]) -> dict[date, float]:
    """Give the mean of each week that ends on a settled day; days without a value make none."""
    told = {one.reference_date: one.value for one in points if _is_settled(one) and one.value is not None}
    weeks = {day: [told.get(day - timedelta(days=n)) for n in range(WEEK)] for day in told}
    return {
        day: sum(one for one in week if one is not None) / WEEK
        for day, week in weeks.items()
        if None not in week
    }


def looked_back(workspace: Workspace, area: str, as_of: datetime, since: date) -> list[Compared]:
    """Run the scenarios from what was known at a day's end, and say how near each lies to what came.

    The nearest is first. Nothing where too little was known then, or nothing has come since.
    """
    then = min(end_of_day(since), as_of)
    start: dict[str, Footing | None] = {}
    always = {name: shipped.scenario(text, name) for name, text in shipped.texts().items()}
    found = []
    for one in scenarios(workspace, as_of).values():
        on = one.scenario.assumptions
        if on not in start:
            start[on] = footing(workspace, area, then, on=on, paths=_BACK_PATHS)
        if (from_there := start[on]) is not None:
            made = project(from_there, one.scenario)
            came = _came(workspace, made, as_of, assumptions(workspace, on, as_of).read.cases)
            if came:
                distance, within = _distance(made, came)
                own = one.scenario != always.get(one.scenario.id)
                found.append(Compared(one, made, distance, within, own and one.known_at > then))
    return sorted(found, key=lambda one: one.distance)


def _came(workspace: Workspace, made: Projection, as_of: datetime, cases: str) -> dict[date, float]:
    """Give the weekly means of what came in the days of a projection, as known now."""
    asked = Question(as_of, made.known.area, rewound=True, indicators=frozenset({cases}), since=date.min)
    reading = picture(workspace, asked).readings.get((cases, made.known.area))
    means = weekly_mean(reading.points) if reading else {}
    first, last = made.cases.days[WEEK - 1], made.cases.days[-1]
    return {day: value for day, value in means.items() if first <= day <= last}


def _distance(made: Projection, came: dict[date, float]) -> tuple[float, float]:
    """Give the mean distance of logarithms, and the share of the days inside the 90 % range."""
    low, high = made.cases.lines[0], made.cases.lines[-1]
    days = {day: n for n, day in enumerate(made.cases.days) if day in came}
    errors = [abs(math.log1p(came[day]) - math.log1p(made.cases.middle[n])) for day, n in days.items()]
    inside = [low[n] <= came[day] <= high[n] for day, n in days.items()]
    return sum(errors) / len(errors), sum(inside) / len(inside)
