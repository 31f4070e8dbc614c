"""The map: any indicator at any level, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_high
from typing import Any

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import begun, helsinki_date
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.errors import BadInstant, UnknownIndicator
from tilannekuva.flows.asking import area_name, plain
from tilannekuva.web import maps
from tilannekuva.web.language import Language
from tilannekuva.web.pages.area_map import by_level, said
from tilannekuva.web.pages.figures import Figure, figure
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.map_choices import Choice, Option, choices, layers, named
from tilannekuva.web.pages.map_classes import Scheme, by_levels, scale
from tilannekuva.web.pages.map_layers import Base, Overlay, base_map, overlay
from tilannekuva.web.pages.map_shapes import POINTS, drawn_as
from tilannekuva.web.urls import EVERYWHERE

_MOST = 120  # periods that the slider reaches back
_LENGTHS = {"day": 1, "week": 7, "month": 31, "year": 366}
_SIGNS = {"zero": "z", "nodata": "n", "suppressed": "s"}
_SURE, _UNSURE = "012345z", "abcdefy"  # the sign of a class, and of the same while it is provisional


@dataclass(frozen=True, slots=True)
class Row:
    """One area of the table: name and page, value of the day, what is not certain, `here` the one shown."""

    id: str
    name: Link
    figure: Figure
    status: str
    here: bool


@dataclass(frozen=True, slots=True)
class Player:
    """The days of the slider: `days` in words and `dates`, joined by bars; `at` is the one shown, by place.

    `frames` has one sign for each area and day, all days of the first area first: 0 to 5 and z (zero) are
    classes, a to f and y the same while provisional, n is no figure, s withheld.
    """

    frames: str
    days: str
    dates: str
    at: int
    last: int


@dataclass(frozen=True, slots=True)
class MapPage:
    """One indicator on the map, for one day.

    `choices` are what the form offers, `kept` what it carries along; `best` and `least` are the rows with the
    highest and the lowest value, `counts` says in how many areas there is none; `earlier` and `later` step by
    a period; `map` is drawn `over` a base map or not; `rows` is the same as a table, highest first; `player`
    feeds the slider; `layers` are those of the workspace's own, `faults` why some cannot be drawn;
    `jump` names the areas that can be opened.
    """

    frame: Frame
    title: str
    heading: str
    day: str
    unit: str
    choices: tuple[Choice, ...]
    kept: tuple[tuple[str, str], ...]
    date: str
    layers: tuple[Option, ...]
    faults: tuple[tuple[str, str], ...]
    base: Base | None
    best: Row | None
    least: Row | None
    counts: tuple[str, ...]
    earlier: Link | None
    later: Link | None
    map: Markup
    legend: Markup
    note: str
    rows: tuple[Row, ...]
    player: Player | None
    jump: tuple[Option, ...]
    open: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is asked for, found: the indicator, its readings at a level, the periods and the one shown."""

    indicator: Indicator
    levels: Mapping[str, Mapping[str, Reading]]
    level: str
    periods: Sequence[date]
    day: date

    @property
    def readings(self) -> Mapping[str, Reading]:
        """Give the readings of the level by area."""
        return self.levels.get(self.level, {})

    @property
    def values(self) -> dict[str, dict[date, Point]]:
        """Give each area's points of the periods by day."""
        first = self.periods[0] if self.periods else date.max
        return {
            area: {point.reference_date: point for point in one.points if point.reference_date >= first}
            for area, one in self.readings.items()
        }


def map_page(view: View) -> MapPage:
    """Make the page."""
    shown, language = _shown(view), view.language
    values = shown.values
    scheme = _scheme(view, shown, values)
    drawing, around = drawn_as(view, shown.level, view.asked("shape"))
    areas = _areas(view, shown, drawing)
    classes = {area: [scheme.klass(*_told(values, area, day)) for day in shown.periods] for area in areas}
    kinds = {klass for row in classes.values() for klass in row}
    rows = tuple(_row(view, shown, area, point) for area, point in _ordered(values, areas, shown.day))
    told = [row for row in rows if row.figure.value]
    over, base = overlay(view), base_map(view)
    title = shown.indicator.title.in_(language.code)
    at = shown.periods.index(shown.day) if shown.periods else 0
    return MapPage(
        frame=frame(view),
        title=title,
        heading=language.text("Map: {title}", title=title),
        day=language.period(shown.day, shown.indicator.freq),
        unit=shown.indicator.unit.in_(language.code),
        choices=choices(view, shown.indicator, levels=shown.levels, level=shown.level),
        kept=tuple(one for one in view.query if one[0] in EVERYWHERE),
        date=shown.day.isoformat(),
        layers=layers(view),
        faults=over.faults,
        base=base,
        best=told[0] if told else None,
        least=told[-1] if len(told) > 1 else None,
        counts=_counts(language, rows),
        earlier=_step(view, shown, at - 1),
        later=_step(view, shown, at + 1),
        map=_drawn(view, shown, drawing, around=_surroundings(around, over, base, kinds), scheme=scheme),
        legend=Markup(
            maps.legend(scheme.legend(language, kinds), title=shown.indicator.unit.in_(language.code))
        ),
        note=_note(view, shown),
        rows=rows,
        player=_player(view, shown, classes, at) if len(shown.periods) > 1 else None,
        jump=tuple(named(language, area) for area in areas),
        open=view.url("area").partition("?")[0],
    )


def _shown(view: View) -> _Shown:
    """Find what is asked for; raises BadInput for an indicator or a day that there is not."""
    picture = view.picture
    name = view.asked("indicator") or _first(view)
    if name not in picture.indicators:
        raise UnknownIndicator(f"no indicator '{name}'; there are {', '.join(picture.indicators)}")
    indicator = picture.indicators[name]
    today = helsinki_date(picture.as_of)
    since = today - timedelta(days=_MOST * _LENGTHS[indicator.freq])
    readings = view.reader.wider(picture, frozenset({name}), since=since).readings
    levels = by_level(readings, name)
    level = view.asked("level")
    if level not in levels:
        level = max(levels, key=lambda one: len(levels[one]), default="municipality")
    found = levels.get(level, {})
    periods = sorted({point.reference_date for one in found.values() for point in one.points})[-_MOST:]
    return _Shown(indicator, levels, level, periods, _day(view, indicator, found, periods))


def _first(view: View) -> str:
    """Name the first indicator of the front page that areas can be told apart by."""
    there = [one.id for one in view.picture.tiled if by_level(view.picture.readings, one.id)]
    return next(iter([*there, *view.picture.indicators]))


def _day(view: View, indicator: Indicator, readings: Mapping[str, Reading], periods: Sequence[date]) -> date:
    """Give the period asked for, or the newest that most areas have told; raises BadInstant."""
    text = view.asked("day")
    try:
        wanted = begun(date.fromisoformat(text), indicator.freq) if text else None
    except ValueError:
        raise BadInstant(f"'{text}' is no day; write 2021-03-15") from None
    if not periods:
        return helsinki_date(view.picture.as_of)
    wanted = wanted or median_high([one.reference_date for one in readings.values()])
    return max((day for day in periods if day <= wanted), default=periods[0])


def _scheme(view: View, shown: _Shown, values: Mapping[str, Mapping[date, Point]]) -> Scheme:
    """Give the classes: the same for all days, so that a colour means one thing while days go by."""
    if view.asked("colours") == "levels" and shown.indicator.levels:
        return by_levels(view.language, shown.indicator)
    points = [point.value for row in values.values() for point in row.values()]
    return scale(view.language, shown.indicator, points)


def _areas(view: View, shown: _Shown, drawing: maps.Shapes) -> list[str]:
    """Give the areas to draw: all of the level, but of points only those that tell something."""
    if shown.level == POINTS or not shown.readings:
        return [area for area in sorted(shown.readings) if area in drawing.by_area]
    there = {one.id for one in register().at_level(shown.level, on=helsinki_date(view.picture.as_of))}
    return sorted((there | shown.readings.keys()) & drawing.by_area.keys())


def _told(values: Mapping[str, Mapping[date, Point]], area: str, day: date) -> tuple[float | None, str]:
    point = values.get(area, {}).get(day)
    return (point.value, point.status) if point else (None, "missing")


def _ordered(
    values: Mapping[str, Mapping[date, Point]], areas: Sequence[str], day: date
) -> list[tuple[str, Point]]:
    """Give the areas with their points of a day, the highest first, those without a value last."""
    points = [(area, Point(day, *_told(values, area, day))) for area in {**dict.fromkeys(areas), **values}]
    return sorted(points, key=lambda one: (one[1].value is None, -(one[1].value or 0), one[0]))


def _row(view: View, shown: _Shown, area: str, point: Point) -> Row:
    language = view.language
    return Row(
        area,
        Link(register().area(area).name(language.code), view.url("area", area=area)),
        figure(view, shown.indicator, area, point),
        language.text("provisional") if point.status == "provisional" else "",
        area in view.picture.chain,
    )


def _counts(language: Language, rows: Sequence[Row]) -> tuple[str, ...]:
    """Say in how many areas there is no value, and why."""
    words = {
        "withheld": sum(row.figure.text == language.text("withheld") for row in rows),
        "none": sum(row.figure.text == language.text("no figure") for row in rows),
        "provisional": sum(bool(row.status) for row in rows),
    }
    told = {
        "withheld": language.plural("Withheld in {n} area.", "Withheld in {n} areas.", words["withheld"]),
        "none": language.plural("No figure in {n} area.", "No figure in {n} areas.", words["none"]),
        "provisional": language.plural(
            "Provisional in {n} area.", "Provisional in {n} areas.", words["provisional"]
        ),
    }
    return tuple(told[kind] for kind, n in words.items() if n)


def _step(view: View, shown: _Shown, at: int) -> Link | None:
    if not 0 <= at < len(shown.periods):
        return None
    day = shown.periods[at]
    return Link(view.language.period(day, shown.indicator.freq), view.url("map", day=day.isoformat()))


def _surroundings(
    around: maps.Surroundings, over: Overlay, base: Base | None, kinds: set[str]
) -> maps.Surroundings:
    return maps.Surroundings(
        under=base.drawn if base else "",
        over=around.over + over.drawn,
        mark=(*around.mark, *over.mark),
        kinds=frozenset(kinds),
        focus=around.focus,
    )


def _drawn(
    view: View, shown: _Shown, drawing: maps.Shapes, *, around: maps.Surroundings, scheme: Scheme
) -> Markup:
    language, values = view.language, shown.values
    cells = []
    for area in _areas(view, shown, drawing):
        value, status = _told(values, area, shown.day)
        line = said(view, shown.indicator, area, value=value, status=status)
        cells.append(maps.Cell(area, "", scheme.klass(value, status), line))
    title = f"{shown.indicator.title.in_(language.code)}, {language.period(shown.day, shown.indicator.freq)}"
    return Markup(
        maps.choropleth(
            cells,
            drawing,
            title=title,
            description=language.text("The table beside the map says the same."),
            around=around,
        )
    )


def _note(view: View, shown: _Shown) -> str:
    if view.asked("colours") == "levels" and shown.indicator.levels:
        return view.language.text(
            "The colours compare the value of the day with the limits at which the levels begin. "
            "A level that has begun holds until the value falls below its lower limit."
        )
    return view.language.text("The classes are the same for all days of the slider.")


def _player(view: View, shown: _Shown, classes: Mapping[str, Sequence[str]], at: int) -> Player:
    freq = shown.indicator.freq
    return Player(
        "".join(_sign(klass) for row in classes.values() for klass in row),
        "|".join(view.language.period(day, freq) for day in shown.periods),
        "|".join(day.isoformat() for day in shown.periods),
        at,
        len(shown.periods) - 1,
    )


def _sign(klass: str) -> str:
    base, _, unsure = klass.partition(" ")
    sign = _SIGNS.get(base) or base[-1]
    return _UNSURE[_SURE.index(sign)] if unsure else sign


def rows(view: View) -> list[dict[str, Any]]:
    """Give the map of the day as data: one row an area."""
    shown = _shown(view)
    values = shown.values
    areas = _areas(view, shown, drawn_as(view, shown.level, view.asked("shape"))[0])
    return [
        {
            "indicator": shown.indicator.id,
            "area": area,
            "area_name": area_name(area, view.language.code),
            "reference_date": shown.day.isoformat(),
            "value": None if point.value is None else plain(round(point.value, shown.indicator.decimals)),
            "status": point.status,
        }
        for area, point in _ordered(values, areas, shown.day)
    ]
