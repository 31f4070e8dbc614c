"""The picture: from what was known at an instant to the value that every page shows."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from tilannekuva import __version__
from tilannekuva.disclosure import door
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date, stamp
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.forecasts import Forecast
from tilannekuva.domain.indicators import Indicator, LevelName
from tilannekuva.domain.looks import Health
from tilannekuva.domain.picture import Picture, Point, Reading, Source
from tilannekuva.flows.foretold import drawn
from tilannekuva.flows.formulas import STATUSES, fill
from tilannekuva.flows.health import health
from tilannekuva.flows.workspace import Workspace
from tilannekuva.indicators.catalogue import Catalogue
from tilannekuva.indicators.levels import level
from tilannekuva.sources.recipe import Recipe
from tilannekuva.store.sheet import Sheet

# What the front page loads: eight weeks of curve, and the memory of levels.
RECENT = timedelta(days=120)
# How long a level is held that has not been entered again: the same on every page.
MEMORY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a workspace: an area, an instant, and which indicators."""

    as_of: datetime
    area: str
    rewound: bool = False
    indicators: frozenset[str] = frozenset()
    since: date | None = None


def picture(workspace: Workspace, question: Question) -> Picture:
    """Compute the picture that answers a question, from nothing known later."""
    catalogue = workspace.catalogue(question.as_of)
    states = states_of(workspace, question.as_of)
    told = _told(workspace, catalogue, question, states)
    shown = [one for one in _shown(catalogue, question) if one.id in told]
    return Picture(
        id=identity(workspace, question, states),
        title=workspace.settings.title,
        as_of=question.as_of,
        rewound=question.rewound,
        data_at=max((one.last_good_at for one in states if one.last_good_at), default=None),
        area=question.area,
        areas=tuple(register().area(one).id for one in workspace.settings.areas),
        viewer=workspace.viewer,
        exercise=workspace.settings.exercise_from is not None,
        readings={(one.indicator, one.area): one for one in _readings(workspace, catalogue, question, shown)},
        indicators=told,
        health=states,
        sources=sources_of(workspace, question.as_of),
        decisions=_decisions(workspace, question),
        forecasts=forecasts_of(workspace, question, {one.id for one in shown}),
    )


def forecasts_of(workspace: Workspace, question: Question, indicators: set[str]) -> tuple[Forecast, ...]:
    """Give what charts draw of the forecasts of an area and of all it belongs to."""
    near = (question.area, *register().ancestors(question.area, on=helsinki_date(question.as_of)))
    return tuple(drawn(workspace, indicators, near, question.as_of))


def _decisions(workspace: Workspace, question: Question) -> tuple[Decision, ...]:
    """Give what was decided for the area or for what it belongs to; without an area it holds everywhere."""
    near = {"", question.area, *register().ancestors(question.area, on=helsinki_date(question.as_of))}
    return tuple(one for one in workspace.ledger.decisions(as_of=question.as_of) if one.area in near)


def sources_of(workspace: Workspace, as_of: datetime) -> dict[str, Source]:
    """Give all sources as defined at an instant."""
    return {name: _source(one) for name, one in workspace.recipes(as_of).items()}


def states_of(workspace: Workspace, as_of: datetime) -> tuple[Health, ...]:
    """Give the health of the sources that this workspace asks or has been given."""
    known = workspace.recipes(as_of)
    names = {*workspace.settings.sources, *workspace.ledger.sources(as_of)} & known.keys()
    return tuple(health(workspace, known[name], as_of) for name in sorted(names))


def identity(workspace: Workspace, question: Question, states: Iterable[Health]) -> str:
    """Name a picture by all that it depends on."""
    definitions = workspace.ledger.definitions(as_of=question.as_of)
    parts = [
        __version__,
        workspace.ledger.count_looks(question.as_of),
        sorted(one.sha256 for one in definitions.values()),
        [(one.name, stamp(one.known_at)) for one in workspace.ledger.decisions(as_of=question.as_of)],
        [(one.sha256, stamp(one.known_at)) for one in workspace.ledger.forecasts(as_of=question.as_of)],
        question.area,
        astuple(workspace.viewer),
        stamp(question.as_of) if question.rewound else helsinki_date(question.as_of).isoformat(),
        sorted(question.indicators),
        [(one.source_id, one.condition) for one in states],
        workspace.settings.model_dump_json(),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]


def _told(
    workspace: Workspace, catalogue: Catalogue, question: Question, states: Iterable[Health]
) -> dict[str, Indicator]:
    """Give the indicators that this picture's sources tell, or that were released."""
    recipes = workspace.recipes(question.as_of)
    told = {series.indicator for one in states for series in recipes[one.source_id].series}
    for one in catalogue.indicators.values():  # inputs stand before what is derived from them
        if (one.sql and told.issuperset(one.inputs)) or (one.protect and not one.sql):
            told.add(one.id)
    return {one.id: one for one in catalogue.indicators.values() if one.id in told}


def _shown(catalogue: Catalogue, question: Question) -> list[Indicator]:
    if question.indicators:
        return [catalogue.indicator(name) for name in sorted(question.indicators)]
    return catalogue.front()


def _readings(
    workspace: Workspace, catalogue: Catalogue, question: Question, shown: list[Indicator]
) -> Iterable[Reading]:
    names = {one.id for one in shown}
    needed, bases = catalogue.needed(names), catalogue.bases(names)
    since = question.since or helsinki_date(question.as_of) - RECENT
    loaded = since - min(reach(catalogue, shown), since - date.min)
    sheet = workspace.store.sheet(question.as_of, indicators=bases, since=loaded, ranks=catalogue.ranks())
    with sheet:
        fill(sheet, needed, helsinki_date(question.as_of))
        origin = _origins(sheet)
        for one in shown:
            found = catalogue.bases({one.id})
            sql = f"select area, reference_date, value, doubt from {one.table}"  # noqa: S608 - a slug
            rows = sheet.ask(f"{sql} where reference_date >= ? order by 1, 2", [since]).rows
            for area, group in groupby(rows, lambda row: row[0]):
                points = [Point(day, value, STATUSES[doubt]) for _, day, value, doubt in group]
                yield from _reading(
                    one, area, points, [origin[name, area] for name in found if (name, area) in origin]
                )


def reach(catalogue: Catalogue, shown: Iterable[Indicator]) -> timedelta:
    """Give how far before the first day shown the formulas look, through all that they build on."""
    return max(
        (
            timedelta(one.history_days) + reach(catalogue, map(catalogue.indicator, one.inputs))
            for one in shown
        ),
        default=timedelta(),
    )


def _reading(
    indicator: Indicator, area: str, points: list[Point], origins: list[tuple[datetime, str]]
) -> Iterable[Reading]:
    made = door.reading(
        indicator,
        area,
        points,
        level=held(indicator, points),
        known_at=max((at for at, _ in origins), default=datetime.min.replace(tzinfo=UTC)),
        sources=tuple(sorted({source for _, source in origins})),
    )
    if made:
        yield made


def held(indicator: Indicator, points: Sequence[Point]) -> LevelName | None:
    """Give the level that a course has reached at its newest settled value."""
    settled = points[: door.settled(points) + 1]
    first = settled[-1].reference_date - min(MEMORY, settled[-1].reference_date - date.min)
    recent = [point for point in settled if point.reference_date > first]
    whole = [point.value for point in recent if point.status != "provisional"] or [settled[-1].value]
    return level(whole, indicator.levels)


def _origins(sheet: Sheet) -> dict[tuple[str, str], tuple[datetime, str]]:
    sql = "select indicator, area, max(known_at), max(source) from observations group by indicator, area"
    return {(name, area): (at.replace(tzinfo=UTC), source) for name, area, at, source in sheet.ask(sql).rows}


def _source(one: Recipe) -> Source:
    return Source(
        one.id,
        one.title,
        one.about,
        one.publisher,
        one.licence,
        one.contact,
        one.fetch.url,
        one.every,
        one.rhythm,
    )
