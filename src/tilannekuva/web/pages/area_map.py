"""The map of an indicator: classes, legend and the table that says the same."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from math import floor, log10

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Reading
from tilannekuva.web import maps
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.tiles import unit, value_text

_LEVELS = ("municipality", "hospital-district", "university-hospital-area")
_CLASSES = 5
_ROUNDING = 1e-9  # 0.7 / 0.01 is a little less than 70


@dataclass(frozen=True, slots=True)
class Row:
    """One area of the table beside the map, `here` where it is the one shown."""

    name: str
    value: str
    days: str
    here: bool


@dataclass(frozen=True, slots=True)
class AreaMap:
    """A schematic map, its legend, and the same as a table, highest first."""

    title: str
    svg: Markup
    legend: Markup
    rows: tuple[Row, ...]
    municipal: bool


def area_map(view: View, indicator: Indicator, *, by_municipality: bool = False) -> AreaMap | None:
    """Make the map of an indicator; None where no level of areas has readings."""
    found = _finest(view, indicator)
    if not found:
        return None
    level, readings = found
    language, on = view.language, helsinki_date(view.picture.as_of)
    breaks = class_breaks([one.value for one in readings.values() if one.value is not None])
    cells = _cells(view, indicator, readings, breaks)
    if by_municipality:
        cells = [
            _as_municipality(language, cell, place)
            for cell in cells
            for place in _municipalities(cell.id, on)
        ]
        level = "municipality"
    title = indicator.title.in_(language.code)
    svg = maps.choropleth(
        cells,
        maps.district_shapes(_members(level, on)),
        title=language.text("Map: {title}", title=title),
        description=language.text("The table beside the map says the same."),
        note=language.text("Schematic map: areas drawn around their centres"),
        mark=tuple(_marks(view)),
    )
    legend = maps.legend(
        _legend(language, indicator, breaks, {cell.klass for cell in cells}),
        title=indicator.unit.in_(language.code),
    )
    ordered = sorted(readings.values(), key=lambda one: (one.value is None, -(one.value or 0), one.area))
    return AreaMap(
        title,
        Markup(svg),
        Markup(legend),
        tuple(_row(view, indicator, one) for one in ordered),
        by_municipality,
    )


def _finest(view: View, indicator: Indicator) -> tuple[str, dict[str, Reading]] | None:
    for level in _LEVELS:
        found = {
            area: one
            for (name, area), one in view.picture.readings.items()
            if name == indicator.id and area.startswith(f"{level}:")
        }
        if len(found) > 1:
            return level, found
    return None


def class_breaks(values: Sequence[float]) -> list[float]:
    """Give up to four limits, of two significant digits, that part values into classes of like size."""
    ordered = sorted(values)
    if not ordered:
        return []
    raw = [ordered[len(ordered) * nth // _CLASSES] for nth in range(1, _CLASSES)]
    # Rounded down, so that the value a limit was taken from stays in the class above it.
    return sorted({_floor(one) for one in raw} - {_floor(ordered[0])})


def _floor(value: float) -> float:
    step = 10.0 ** (floor(log10(abs(value))) - 1) if value else 1.0
    return round(floor(value / step + _ROUNDING) * step, 9)


def _klass(reading: Reading, breaks: Sequence[float]) -> str:
    if reading.value is None:
        return "suppressed" if reading.status == "suppressed" else "nodata"
    return f"class-{bisect_right(breaks, reading.value)}"


def _cells(
    view: View, indicator: Indicator, readings: Mapping[str, Reading], breaks: Sequence[float]
) -> list[maps.Cell]:
    language = view.language
    cells = []
    for area, one in sorted(readings.items()):
        name = register().area(area).name(language.code)
        value = value_text(language, indicator, one.value, one.status)
        said = f"{name}: {value} {unit(language, indicator, one.value)}".strip()
        cells.append(maps.Cell(area, name, _klass(one, breaks), said))
    return cells


def _municipalities(area: str, on: date) -> list[str]:
    return [one.id for one in register().members(area, on=on)]


def _as_municipality(language: Language, cell: maps.Cell, place: str) -> maps.Cell:
    name = register().area(place).name(language.code)
    return maps.Cell(place, name, cell.klass, f"{name} ({cell.title})")


@lru_cache(maxsize=8)
def _members(level: str, on: date) -> Mapping[str, Sequence[tuple[str, float, float]]]:
    """Give every area of a level with its municipalities' centres."""
    members = {}
    for area in register().at_level(level, on=on):
        places = [area] if level == "municipality" else register().members(area.id, on=on)
        members[area.id] = tuple((one.code, *one.centre) for one in places if one.centre)
    return members


def _marks(view: View) -> list[tuple[float, float, str]]:
    places = [register().area(one) for one in view.picture.areas]
    return [(*one.centre, one.name(view.language.code)) for one in places if one.centre]


def _legend(
    language: Language, indicator: Indicator, breaks: Sequence[float], drawn: set[str]
) -> list[tuple[str, str]]:
    decimals = 0 if all(one == int(one) for one in breaks) else max(indicator.decimals, 1)
    numbers = [language.number(one, decimals) for one in breaks]
    words = [language.text("all areas")]
    if numbers:
        between = [
            language.text("{low} to under {high}", low=low, high=high) for low, high in pairwise(numbers)
        ]
        first = language.text("under {limit}", limit=numbers[0])
        words = [first, *between, language.text("{limit} or more", limit=numbers[-1])]
    entries = [(f"class-{nth}", text) for nth, text in enumerate(words)]
    kinds = [("nodata", language.text("no figure")), ("suppressed", language.text("withheld"))]
    return entries + [(klass, text) for klass, text in kinds if klass in drawn]


def _row(view: View, indicator: Indicator, one: Reading) -> Row:
    language = view.language
    return Row(
        register().area(one.area).name(language.code),
        value_text(language, indicator, one.value, one.status),
        language.period(one.reference_date, indicator.freq),
        one.area in view.picture.chain,
    )
