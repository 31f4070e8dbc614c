"""Counts by inhabitants, so that places of different sizes can be compared."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

from tilannekuva.domain.areas import register
from tilannekuva.domain.definitions import Text
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.web.language import Language

_PEOPLE = 100_000


def by_people(reading: Reading) -> Reading | None:
    """Give a count by 100,000 inhabitants of its year; None for an area whose inhabitants nobody counts.

    The inhabitants are those at the end of the year before (Statistics Finland).
    """
    years = {point.reference_date.year for point in reading.points}
    people = {year: _people(reading.area, year) for year in years}
    if not all(people.values()):
        return None
    scale = {year: _PEOPLE / n for year, n in people.items() if n}
    now = scale[reading.reference_date.year]
    return replace(
        reading,
        value=None if reading.value is None else reading.value * now,
        change=None if reading.change is None else reading.change * now,
        level=None,
        points=tuple(_scaled(point, scale[point.reference_date.year]) for point in reading.points),
    )


def rate(language: Language, one: Indicator) -> Indicator:
    """Give a count's definition as it is written by 100,000 inhabitants; its levels are of counts."""
    per = language.text("{unit} per 100,000 inhabitants", unit=one.unit.in_(language.code))
    unit = Text(fi=per, sv=per, en=per)
    return one.model_copy(update={"kind": "rate", "decimals": 1, "unit": unit, "levels": ()})


def _scaled(point: Point, scale: float) -> Point:
    return point if point.value is None else replace(point, value=point.value * scale)


@lru_cache(maxsize=4096)
def _people(area: str, year: int) -> int | None:
    """Count an area's inhabitants in a year; divisions change with the year only. None for a station."""
    return register().population(area, date(year, 1, 1)) if not area.startswith("station:") else None
