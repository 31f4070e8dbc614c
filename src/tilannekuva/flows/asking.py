"""Asking: observations as a table, for the command line and the data twins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.decisions import Cell, Decision, flat
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.looks import Health
from tilannekuva.domain.observations import COLUMNS, Observation
from tilannekuva.domain.picture import Picture, Reading, Source
from tilannekuva.errors import BadInput, UnknownArea
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.workspace import Workspace
from tilannekuva.store.sheet import Sheet

Row = dict[str, Any]
_NOTHING = Decision(*("",) * 7, *(None,) * 4, "", (), *("",) * 5, datetime.min.replace(tzinfo=UTC))
_TOLD = tuple(flat(_NOTHING))
_AREA = _TOLD.index("area") + 1
DECISIONS = (*_TOLD[:_AREA], "area_name", *_TOLD[_AREA:], "name")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which observations: of an indicator, of one area or all, as known at an instant."""

    indicator: str
    as_of: datetime
    area: str | None = None
    source: str | None = None
    revisions: bool = False


def observations(workspace: Workspace, asked: Asked) -> list[Row]:
    """Give observations, one row a key (all that were ever known with `revisions`), sorted."""
    indicator = workspace.catalogue(asked.as_of).indicator(asked.indicator)
    area = register().area(asked.area).id if asked.area else None
    if indicator.sql:
        if asked.revisions or asked.source:
            raise BadInput(
                f"{indicator.id} is computed; ask for the revisions of {', '.join(indicator.inputs)}"
            )
        return _derived(workspace, asked, area)
    store = workspace.store
    wanted: dict[str, Any] = {
        "indicators": {indicator.id},
        "areas": {area} if area else None,
        "source": asked.source,
    }
    if asked.revisions:
        return [_row(one) for one in store.revisions(asked.as_of, **wanted)]
    return [
        _row(one)
        for one in store.as_of(asked.as_of, **wanted, ranks=workspace.catalogue(asked.as_of).ranks())
    ]


def _row(one: Observation) -> Row:
    cells = (
        one.indicator,
        one.area,
        area_name(one.area),
        one.reference_date.isoformat(),
        one.freq,
        one.stratum,
    )
    return dict(zip(COLUMNS, (*cells, plain(one.value), one.status, stamp(one.known_at)), strict=True))


def _derived(workspace: Workspace, asked: Asked, area: str | None) -> list[Row]:
    question = Question(
        as_of=asked.as_of,
        area=area or "country:FI",
        indicators=frozenset({asked.indicator}),
        since=date.min,
    )
    found = picture(workspace, question)
    freq = found.indicators[asked.indicator].freq
    return [
        _row(Observation("", *key, point.value, point.status, one.known_at, 0))
        for one in sorted(found.readings.values(), key=lambda one: one.area)
        if area in (None, one.area)
        for point in one.points
        for key in [(one.indicator, one.area, point.reference_date, freq, "all")]
    ]


def decisions(
    workspace: Workspace,
    as_of: datetime,
    *,
    area: str | None = None,
    source: str | None = None,
    revisions: bool = False,
) -> list[Row]:
    """Give decisions known at an instant by the day they were taken, in the columns of DECISIONS."""
    place = register().area(area).id if area else None
    found = workspace.ledger.decisions(as_of=as_of, area=place, source=source, revisions=revisions)
    return [decision_row(one) for one in found]


def decision_row(one: Decision) -> Row:
    """Give a decision in the columns of DECISIONS; an area's name is empty where it has no area."""
    told = {name: _cell(cell) for name, cell in flat(one).items()}
    told |= {"area_name": area_name(one.area) if one.area else "", "name": one.name}
    return {name: told[name] for name in DECISIONS}


def _cell(cell: Cell) -> str | float | None:
    if isinstance(cell, datetime):
        return stamp(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def area_name(area: str, lang: str = "fi") -> str:
    """Give an area's name, or its id when the register no longer knows it."""
    try:
        return register().area(area).name(lang)
    except UnknownArea:
        return area


def plain(value: float | None) -> float | int | None:
    """Give a whole number as an integer."""
    return int(value) if value is not None and value == int(value) else value


def table(rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> list[list[Any]]:
    """Give rows as cells in the order of the columns."""
    return [[row[column] for column in columns] for row in rows]


def tiles(found: Picture, lang: str) -> list[Row]:
    """Give the readings of a picture's area, one row an indicator, in the order of the front page."""
    nearest = [(one, found.nearest(one.id)) for one in found.tiled]
    return [reading_row(one, reading, lang) for one, reading in nearest if reading]


def reading_row(indicator: Indicator, reading: Reading, lang: str) -> Row:
    """Give a reading as a row."""
    return {
        "indicator": indicator.id,
        "title": indicator.title.in_(lang),
        "area": reading.area,
        "area_name": area_name(reading.area, lang),
        "reference_date": reading.reference_date.isoformat(),
        "value": None if reading.value is None else plain(round(reading.value, indicator.decimals)),
        "unit": indicator.unit.in_(lang),
        "status": reading.status,
        "level": reading.level,
        "trend": reading.trend,
        "change": None if reading.change is None else plain(round(reading.change, indicator.decimals)),
        "known_at": stamp(reading.known_at),
        "sources": ";".join(reading.sources),
    }


def sources(states: Iterable[Health], known: Mapping[str, Source], lang: str) -> list[Row]:
    """Give how sources fare, one row a source."""
    return [
        {
            "source": one.source_id,
            "title": known[one.source_id].title.in_(lang),
            "condition": one.condition,
            "last_news_at": one.last_news_at and stamp(one.last_news_at),
            "last_good_at": one.last_good_at and stamp(one.last_good_at),
            "last_look_at": one.last_look_at and stamp(one.last_look_at),
            "rhythm": str(known[one.source_id].rhythm).removesuffix(", 0:00:00"),
            "message": one.message,
            "licence": known[one.source_id].licence.in_(lang),
        }
        for one in states
    ]


def parquet(rows: Sequence[Row]) -> bytes:
    """Give rows as a Parquet file."""
    cells = [list(column) for column in zip(*table(rows), strict=True)] or [[] for _ in COLUMNS]
    kinds = {"reference_date": "DATE", "value": "DOUBLE", "known_at": "TIMESTAMPTZ"}
    with Sheet() as sheet:
        sheet.put(
            "rows",
            {name: (kinds.get(name, "VARCHAR"), column) for name, column in zip(COLUMNS, cells, strict=True)},
        )
        return sheet.parquet("rows")
