"""Drawings of scenarios: what was seen, and the fans of what would follow."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.domain.scenarios import SHARES, Compared, Crossing, Fan, Projection
from tilannekuva.flows.asking import plain
from tilannekuva.flows.scenarios import weekly_mean
from tilannekuva.web import charts
from tilannekuva.web.pages.figures import Figure
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.graphs import Graph, Row, words

_PAST = timedelta(days=56)  # of what was seen, before a fan
_DAYS = 3  # from one drawn day of a fan to the next: a curve over months needs no more
_BANDS = ((0.9, 0.05, 0.95), (0.5, 0.25, 0.75), (0.0, 0.5, 0.5))  # share, and the lines around it
_WEEK = 7


def number(value: float) -> float:
    """Round as projections are told: nobody knows them to a tenth."""
    return float(round(value))


def projected(view: View, one: Indicator, area: str, day: date, value: float) -> Figure:
    """Make the figure of a projected value; it is of no landing, so it leads nowhere."""
    told = number(value)
    return Figure(view.language.number(told), str(plain(told)), f"{one.id} {area} {day.isoformat()}", "")


def cases_graph(
    view: View, one: Indicator, reading: Reading, made: Projection, others: Sequence[tuple[str, Projection]]
) -> Graph:
    """Draw cases: weekly means seen, the fan of a scenario, the middles of others by their numbers."""
    language = view.language
    lines = tuple(charts.Line(name, _line(other.cases)) for name, other in others)
    title = language.text(
        "New cases a day, {area}", area=register().area(made.known.area).name(language.code)
    )
    course = charts.Course(
        _seen(weekly_mean(reading.points), made.known.origin),
        unit=language.text("cases a day, mean of seven days"),
        fan=_bands(made.cases),
        others=lines,
    )
    found = _graph(view, one, made, made.cases, course, title)
    more = language.text("The numbered lines are the middles of the other scenarios.")
    return replace(found, sentence=f"{found.sentence} {more}") if others else found


def beds_graph(view: View, one: Indicator, told: dict[date, float], made: Projection, nth: int) -> Graph:
    """Draw patients against the capacity line: ward (0) or intensive care (1)."""
    language = view.language
    fan, crossing = (made.ward, made.icu)[nth], made.crossings[nth]
    course = charts.Course(
        _seen(told, helsinki_date(view.picture.as_of)),
        unit=one.unit.in_(language.code),
        fan=_bands(_from(fan, helsinki_date(view.picture.as_of))),
        limits=[charts.Limit(crossing.beds, _beds(view, crossing), "act")],
    )
    return _graph(view, one, made, fan, course, one.title.in_(language.code))


def back_graph(view: View, one: Indicator, reading: Reading, nearest: Compared) -> Graph:
    """Draw the nearest scenario's fan from an earlier day, and over it what came."""
    language, made = view.language, nearest.projection
    means = weekly_mean(reading.points)
    last = max(means, default=made.known.origin)
    title = language.text("What came, beside: {scenario}", scenario=_title(view, nearest))
    course = charts.Course(
        _seen(means, last, past=_PAST + (last - made.known.origin)),
        unit=language.text("cases a day, mean of seven days"),
        fan=[
            replace(band, edges=tuple(each for each in band.edges if each[0] <= last))
            for band in _bands(made.cases, 1)
        ],
        over=True,
    )
    return _graph(view, one, made, None, course, title)


def _title(view: View, one: Compared) -> str:
    return one.saved.scenario.title.in_(view.language.code)


def _beds(view: View, crossing: Crossing) -> str:
    beds = view.language.number(round(crossing.beds))
    return view.language.text("{beds} beds", beds=beds)


def _from(fan: Fan, day: date) -> Fan:
    """Give a fan from a day on."""
    cut = max((day - fan.first).days, 0)
    return Fan(fan.first + timedelta(days=cut), tuple(line[cut:] for line in fan.lines))


def _seen(told: dict[date, float], last: date, *, past: timedelta = _PAST) -> tuple[charts.Point, ...]:
    return tuple(charts.Point(day, value) for day, value in sorted(told.items()) if last - past < day <= last)


def _thin(fan: Fan, every: int) -> list[int]:
    places = [*range(0, len(fan.lines[0]), every)]
    return places if places[-1] == len(fan.lines[0]) - 1 else [*places, len(fan.lines[0]) - 1]


def _bands(fan: Fan, every: int = _DAYS) -> list[charts.Band]:
    days, places = fan.days, _thin(fan, every)
    lines = dict(zip(SHARES, fan.lines, strict=True))
    return [
        charts.Band(share, tuple((days[n], lines[low][n], lines[high][n]) for n in places))
        for share, low, high in _BANDS
    ]


def _line(fan: Fan) -> tuple[charts.Point, ...]:
    days = fan.days
    return tuple(charts.Point(days[n], fan.middle[n]) for n in _thin(fan, _DAYS))


def _graph(
    view: View, one: Indicator, made: Projection, fan: Fan | None, course: charts.Course, title: str
) -> Graph:
    language = view.language
    sentence = language.text(
        "Projection, not a forecast. The full line is what was seen, the shades are runs of the scenario."
    )
    said = replace(words(language, 0), forecast=language.text("projection, ranges 50% and 90%"))
    draw = partial(charts.line_chart, course, title=title, description=sentence, words=said)
    return Graph(
        title,
        sentence,
        Markup(draw()),
        Markup(draw(narrow=True)),
        head=(language.text("Day"), language.text("Middle"), language.text("90% range")),
        rows=tuple(_rows(view, one, made, fan)) if fan else (),
    )


def _rows(view: View, one: Indicator, made: Projection, fan: Fan) -> Iterator[Row]:
    """Give a row a week: the middle, and the range that holds 90 % of the paths."""
    today = helsinki_date(view.picture.as_of)
    for nth, day in enumerate(fan.days):
        if day > today and (day - today).days % _WEEK == 0:
            middle = projected(view, one, made.known.area, day, fan.middle[nth])
            yield Row(view.language.day(day), day.isoformat(), (middle,), _range(view, fan, nth))


def _range(view: View, fan: Fan, nth: int) -> str:
    low, high = (view.language.number(number(fan.lines[at][nth])) for at in (0, -1))
    return f"{low}–{high}"


def patients(reading: Reading | None, area: str) -> dict[date, float]:
    """Give the patients of each day; of a larger area, the share by inhabitants."""
    if reading is None:
        return {}
    known = register()
    mine, theirs = (known.population(one, reading.reference_date) for one in (area, reading.area))
    share = mine / theirs if mine and theirs else 1.0
    told = (each for each in reading.points if _is_told(each))
    return {each.reference_date: number(each.value * share) for each in told if each.value is not None}


def _is_told(point: Point) -> bool:
    return point.value is not None and point.status != "provisional"
