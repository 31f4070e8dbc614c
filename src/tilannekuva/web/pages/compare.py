"""Compare: one indicator in several places, by the same definition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from markupsafe import Markup

from tilannekuva.domain.areas import COUNTRY, Area, register
from tilannekuva.domain.calendar import helsinki_date, stamp
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Picture, Point, Reading
from tilannekuva.errors import UnknownIndicator
from tilannekuva.flows.asking import plain
from tilannekuva.web import charts
from tilannekuva.web.language import Language
from tilannekuva.web.pages.area import leading, ordered
from tilannekuva.web.pages.figures import Figure, figure
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.graphs import OPEN, Graph, Row, decided, words
from tilannekuva.web.pages.per_people import by_people, rate
from tilannekuva.web.pages.places import Place, choices, kept, place
from tilannekuva.web.pages.tiles import curve, direction, theme_titles, value_text

_MOST = 8  # lines that can be told apart in one chart
_SPAN = timedelta(days=182)  # of the chart; the data twin has the whole course


@dataclass(frozen=True, slots=True)
class Compared:
    """A place with its newest figure; `reason` says why there is none, `without` takes the place away."""

    place: Place
    figure: Figure | None
    day: str
    direction: str
    reason: str
    without: Link


@dataclass(frozen=True, slots=True)
class Group:
    """The indicators of a theme to choose from: id, title, whether it is the one shown."""

    title: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Places side by side by one indicator.

    `title` is the indicator's, `unit` its unit, `same` says what is compared; `notes` warn of what differs;
    `graph` holds the curves, and `bars_wide`, `bars_narrow` the newest values for wide and narrow screens,
    None and empty where no place has figures; `by_people` leads to values by 100,000 inhabitants or back, and
    is None where they have no meaning. The form sends `kept` and `asked` along; `groups` and `choices` are
    the indicators and areas to choose from.
    """

    frame: Frame
    title: str
    unit: str
    same: str
    notes: tuple[str, ...]
    places: tuple[Compared, ...]
    graph: Graph | None
    bars_wide: Markup
    bars_narrow: Markup
    by_people: Link | None
    groups: tuple[Group, ...]
    choices: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What is compared: an indicator, places, the picture, and the reading of each place that has one."""

    indicator: Indicator
    places: tuple[Area, ...]
    found: Picture
    readings: dict[str, Reading]
    by_people: bool


def compare_page(view: View) -> ComparePage:
    """Make the page; raises UnknownArea and UnknownIndicator."""
    language, one = view.language, _comparison(view)
    title = one.indicator.title.in_(language.code) if one else language.text("Compare")
    on = helsinki_date(view.picture.as_of)
    return ComparePage(
        frame=frame(view),
        title=title,
        unit=one.indicator.unit.in_(language.code) if one else "",
        same=one.indicator.explanation.in_(language.code) if one else "",
        notes=tuple(_notes(view, one)) if one else (),
        places=tuple(_compared(view, one, each) for each in one.places) if one else (),
        graph=_graph(view, one) if one else None,
        bars_wide=_bars(view, one, narrow=False),
        bars_narrow=_bars(view, one, narrow=True),
        by_people=_switch(view, one) if one else None,
        groups=tuple(_groups(view, one.indicator.id)) if one else (),
        choices=choices(language, on),
        kept=(*kept(view), *((("per", "100k"),) if one and one.by_people else ())),
        asked=tuple(each.id for each in one.places) if one else (),
    )


def _comparison(view: View) -> _Comparison | None:
    """Read what is to be compared; None where the sources tell no indicator at all."""
    places, found = _places(view), view.picture
    name = view.asked("indicator")
    if name and name not in found.indicators:
        raise UnknownIndicator(f"no indicator '{name}'; there are {', '.join(found.indicators)}")
    one = found.indicators[name] if name else leading(found, places) or next(iter(ordered(found)), None)
    if one is None:
        return None
    if not view.asked("published"):
        found = view.reader.wider(found, frozenset({one.id}), since=date.min)
    readings = {
        each.id: found.readings[one.id, each.id] for each in places if (one.id, each.id) in found.readings
    }
    if view.asked("per") == "100k" and one.kind == "count":
        scaled = {area: by_people(reading) for area, reading in readings.items()}
        told = {area: reading for area, reading in scaled.items() if reading}
        return _Comparison(rate(view.language, one), places, found, told, by_people=True)
    return _Comparison(one, places, found, readings, by_people=False)


def _places(view: View) -> tuple[Area, ...]:
    """Give the places asked for; else the picture's cities, the areas of their hospitals and the country."""
    known, on = register(), helsinki_date(view.picture.as_of)
    names = view.all_asked("place")
    if not names:
        cities = view.picture.areas
        districts = [one for city in cities for one in known.ancestors(city, on=on)[:1]]
        names = [*cities, *districts, COUNTRY]
    return tuple({area.id: area for area in map(known.area, names)}.values())


def _notes(view: View, one: _Comparison) -> Iterator[str]:
    language = view.language
    if one.by_people:
        yield language.text(
            "Each value is divided by the inhabitants at the end of the year before it (Statistics Finland)."
        )
    if len({reading.reference_date for reading in one.readings.values()}) > 1:
        yield language.text("The newest figures are of different days: see the table.")
    if len(one.places) > _MOST:
        yield language.text(
            "The chart shows the first {most} places; the table has all {n}.", most=_MOST, n=len(one.places)
        )


def _compared(view: View, one: _Comparison, area: Area) -> Compared:
    language, reading = view.language, one.readings.get(area.id)
    left = [each.id for each in one.places if each.id != area.id]
    name = area.name(language.code)
    without = Link(
        language.text("Remove {name}", name=name), view.url("compare", place=left, indicator=one.indicator.id)
    )
    if reading is None:
        return Compared(place(view, area), None, "", "", _reason(view, one, area), without)
    return Compared(
        place(view, area),
        figure(view, one.indicator, area.id, reading),
        language.period(reading.reference_date, one.indicator.freq),
        direction(language, one.indicator, reading),
        "",
        without,
    )


def _reason(view: View, one: _Comparison, area: Area) -> str:
    """Say why a place has no figure, and which larger area has one."""
    language, known, readings = view.language, register(), one.found.readings
    if (one.indicator.id, area.id) in readings:
        return language.text("The inhabitants of the area are not known.")
    for larger in known.ancestors(area.id, on=helsinki_date(view.picture.as_of)):
        if (one.indicator.id, larger) in readings:
            name = known.area(larger).name(language.code)
            return language.text("No figure of its own; the nearest is that of {name}.", name=name)
    return language.text("No figures for this area.")


def _told(one: _Comparison) -> list[tuple[Area, Reading]]:
    return [(each, one.readings[each.id]) for each in one.places if each.id in one.readings]


def _graph(view: View, one: _Comparison) -> Graph | None:
    """Draw the curves of the places, named where they end; None where no place has figures."""
    told = _told(one)[:_MOST]
    if not told:
        return None
    language, indicator = view.language, one.indicator
    recent = [(area, _recent(reading, indicator, told)) for area, reading in told]
    lines = [charts.Line(area.name(language.code), tuple(curve(points))) for area, points in recent]
    title = indicator.title.in_(language.code)
    sentence = _sentence(language, lines)
    first = min((point.reference_date for _, points in recent for point in points), default=date.max)
    events, listed = decided(view, first, _shared(view, [area.id for area, _ in told]))
    draw = partial(
        charts.line_chart,
        charts.Course(
            lines[0].points,
            indicator.unit.in_(language.code),
            others=lines[1:],
            label=lines[0].label,
            events=events,
        ),
        title=title,
        description=sentence,
        words=words(language, indicator.decimals),
    )
    return Graph(
        title,
        sentence,
        Markup(draw()),
        Markup(draw(narrow=True)),
        head=(language.text("Day"), *(line.label for line in lines)),
        rows=tuple(_rows(view, indicator, recent)),
        events=listed,
        open=len(listed) <= OPEN,
    )


def _shared(view: View, places: Sequence[str]) -> set[str]:
    """Give the areas all of whose decisions are of each of the places: those that hold them all."""
    on = helsinki_date(view.picture.as_of)
    return set.intersection(*({one, *register().ancestors(one, on=on)} for one in places))


def _recent(
    reading: Reading, indicator: Indicator, told: Sequence[tuple[Area, Reading]]
) -> tuple[Point, ...]:
    """Give the points of the last half year; all where a period is long."""
    newest = max(each.points[-1].reference_date for _, each in told)
    long = indicator.freq in ("month", "year")
    return tuple(one for one in reading.points if long or one.reference_date > newest - _SPAN)


def _sentence(language: Language, lines: Sequence[charts.Line]) -> str:
    days = sorted({point.day for line in lines for point in line.points})
    if not days:
        return language.text("There are no figures yet.")
    names = ", ".join(line.label for line in lines)
    return language.text(
        "{names} from {first} to {last}.",
        names=names,
        first=language.day(days[0]),
        last=language.day(days[-1]),
    )


def _rows(view: View, indicator: Indicator, recent: Sequence[tuple[Area, Sequence[Point]]]) -> Iterator[Row]:
    """Give a row a day, the newest first: the figure of each place."""
    found = {(area.id, point.reference_date): point for area, points in recent for point in points}
    for day in sorted({day for _, day in found}, reverse=True):
        points = [(area.id, found.get((area.id, day), Point(day, None, "missing"))) for area, _ in recent]
        figures = tuple(figure(view, indicator, area, point) for area, point in points)
        yield Row(view.language.period(day, indicator.freq), day.isoformat(), figures)


def _bars(view: View, one: _Comparison | None, *, narrow: bool) -> Markup:
    """Draw the newest values side by side."""
    told = _told(one)[:_MOST] if one else []
    if one is None or not told:
        return Markup("")
    language = view.language
    drawn = [
        charts.Bar(
            area.name(language.code),
            reading.value,
            value_text(language, one.indicator, reading.value, reading.status),
            here=area.id == view.picture.area,
        )
        for area, reading in told
    ]
    title = language.text("Newest: {title}", title=one.indicator.title.in_(language.code))
    said = language.text("The table below has the newest figures.")
    return Markup(charts.bars(drawn, title=title, description=said, narrow=narrow))


def _switch(view: View, one: _Comparison) -> Link | None:
    language = view.language
    if one.by_people:
        return Link(language.text("Show the counts as they are"), view.url("compare", per=""))
    if one.indicator.kind != "count":
        return None
    return Link(language.text("Show by 100,000 inhabitants"), view.url("compare", per="100k"))


def _groups(view: View, chosen: str) -> Iterator[Group]:
    code, found = view.language.code, ordered(view.picture)
    for theme, title in theme_titles(view.language).items():
        options = tuple(
            (one.id, one.title.in_(code), one.id == chosen) for one in found if one.theme == theme
        )
        if options:
            yield Group(title, options)


def rows(view: View) -> list[dict[str, Any]]:
    """Give the comparison as data: one row a place and day, the whole course."""
    one = _comparison(view)
    return [
        {
            "indicator": one.indicator.id,
            "area": area.id,
            "area_name": area.name(view.language.code),
            "reference_date": point.reference_date.isoformat(),
            "value": plain(point.value),
            "unit": one.indicator.unit.in_(view.language.code),
            "status": point.status,
            "known_at": stamp(reading.known_at),
        }
        for area, reading in (_told(one) if one else ())
        for point in reading.points
        if one
    ]
