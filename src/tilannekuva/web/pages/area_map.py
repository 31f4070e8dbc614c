"""The map of an indicator's newest values, its legend and the table that says the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Reading
from tilannekuva.web import maps
from tilannekuva.web.pages.figures import Figure, figure, value_text
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.map_classes import Scheme, scale
from tilannekuva.web.pages.map_shapes import POINTS, drawn_as
from tilannekuva.web.pages.tiles import unit

# Levels of areas that a map can show; where several have as many readings, the first is taken.
LEVELS = (
    "municipality",
    "hospital-district",
    "wellbeing-county",
    "region",
    "university-hospital-area",
    POINTS,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One area of the table beside the map, `here` where it is the one shown."""

    id: str
    name: str
    figure: Figure
    days: str
    here: bool


@dataclass(frozen=True, slots=True)
class AreaMap:
    """A map, its legend, and the same as a table, highest first.

    `municipal` tells that every municipality wears the colour of the area it belongs to.
    """

    title: str
    svg: Markup
    legend: Markup
    rows: tuple[Row, ...]
    municipal: bool


def area_map(
    view: View, indicator: Indicator, *, by_municipality: bool = False, form: str = ""
) -> AreaMap | None:
    """Make the map of an indicator by its finest level; None where no level of areas has readings.

    `form` is how areas are drawn, as `drawn_as` takes it.
    """
    found = by_level(view.picture.readings, indicator.id)
    if not found:
        return None
    # Areas come before points, the level with most readings first, of equals the first.
    level, readings = max(found.items(), key=lambda item: (item[0] != POINTS, len(item[1])))
    language = view.language
    municipal = by_municipality and level not in ("municipality", POINTS)
    scheme = scale(language, indicator, [one.value for one in readings.values()])
    cells = _cells(view, indicator, readings, scheme)
    title = indicator.title.in_(language.code)
    shapes, around = drawn_as(view, "municipality" if municipal else level, form)
    svg = maps.choropleth(
        _as_municipalities(view, cells) if municipal else cells,
        shapes,
        title=language.text("Map: {title}", title=title),
        description=language.text("The table beside the map says the same."),
        around=around,
    )
    legend = maps.legend(
        scheme.legend(language, {cell.klass for cell in cells}), title=indicator.unit.in_(language.code)
    )
    ordered = sorted(readings.values(), key=lambda one: (one.value is None, -(one.value or 0), one.area))
    rows = tuple(_row(view, indicator, one) for one in ordered)
    return AreaMap(title, Markup(svg), Markup(legend), rows, municipal)


def by_level(readings: Mapping[tuple[str, str], Reading], indicator: str) -> dict[str, dict[str, Reading]]:
    """Give an indicator's readings by level and area; a level with one reading makes no map."""
    found: dict[str, dict[str, Reading]] = {level: {} for level in LEVELS}
    for (name, area), one in readings.items():
        level = area.partition(":")[0]
        if name == indicator and level in found:
            found[level][area] = one
    return {level: those for level, those in found.items() if len(those) > 1}


def said(view: View, indicator: Indicator, area: str, *, value: float | None, status: str) -> str:
    """Say an area's value in one line."""
    name = register().area(area).name(view.language.code)
    written = value_text(view.language, indicator, value, status)
    return f"{name}: {written} {unit(view.language, indicator, value)}".strip()


def _cells(
    view: View, indicator: Indicator, readings: Mapping[str, Reading], scheme: Scheme
) -> list[maps.Cell]:
    """Give the areas of a level in their classes; of points only those that tell something."""
    level, on = next(iter(readings)).partition(":")[0], helsinki_date(view.picture.as_of)
    silent = () if level == POINTS else register().at_level(level, on=on)
    told = {one.id: (None, "missing") for one in silent} | {
        area: (one.value, one.status) for area, one in readings.items()
    }
    return [
        maps.Cell(
            area,
            register().area(area).name(view.language.code),
            scheme.klass(value, status),
            said(view, indicator, area, value=value, status=status),
        )
        for area, (value, status) in sorted(told.items())
    ]


def _as_municipalities(view: View, cells: list[maps.Cell]) -> list[maps.Cell]:
    """Give every municipality the colour of the area it belongs to."""
    on = helsinki_date(view.picture.as_of)
    return [
        replace(cell, id=one.id, label=name, title=f"{name} ({cell.title})")
        for cell in cells
        for one in register().members(cell.id, on=on)
        for name in [one.name(view.language.code)]
    ]


def _row(view: View, indicator: Indicator, one: Reading) -> Row:
    language = view.language
    return Row(
        one.area,
        register().area(one.area).name(language.code),
        figure(view, indicator, one.area, one),
        language.period(one.reference_date, indicator.freq),
        one.area in view.picture.chain,
    )
