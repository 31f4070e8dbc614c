"""Graphs: a drawing with its sentence, its events as a list, its table and its files."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.forecasts import Forecast
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.web import charts, urls
from tilannekuva.web.language import Language
from tilannekuva.web.pages.figures import Figure, figure
from tilannekuva.web.pages.frame import Link, View
from tilannekuva.web.pages.tiles import SEVERAL, curve, level_word, unit, value_text

_BANDS = ((0.9, 0.05, 0.95), (0.5, 0.25, 0.75), (0.0, 0.5, 0.5))  # share, and the levels around it
OPEN = 6  # events whose list stands open; longer ones open when asked


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a graph's table.

    `label` is the day or place in words, `day` the day for machines (empty where the row is no day),
    `figures` its numbers, `note` what is to be known of them.
    """

    label: str
    day: str
    figures: tuple[Figure, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An event of a graph in words.

    `number` is that of its marker, `days` when it held, `lang` the language of the title where it is
    another one than the page's, `href` where it is told.
    """

    number: int
    days: str
    lane: str
    title: str
    lang: str
    href: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A drawing as a page shows it.

    `sentence` says what it shows; `wide` and `narrow` are the same drawing for wide and narrow screens;
    `head` are the table's headings, the first of the rows' labels, and `rows` its lines; `files` lead to
    the drawing as files; `events` are the markers in words, and `open` tells whether their list stands open.
    """

    title: str
    sentence: str
    wide: Markup
    narrow: Markup
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    files: tuple[Link, ...] = ()
    events: tuple[Listed, ...] = ()
    open: bool = True


def course_graph(
    view: View,
    one: Indicator,
    reading: Reading,
    *,
    since: date | None = None,
    earlier: Sequence[charts.Line] = (),
) -> Graph:
    """Make the graph of a reading's course with levels, decisions and forecasts, from a day on."""
    language = view.language
    points = tuple(each for each in reading.points if since is None or each.reference_date >= since)
    title = f"{one.title.in_(language.code)}, {register().area(reading.area).name(language.code)}"
    sentence = course_sentence(view, one, points)
    first = points[0].reference_date if points else helsinki_date(view.picture.as_of)
    events, listed = decided(view, first)
    course = charts.Course(
        curve(points),
        unit=one.unit.in_(language.code),
        limits=limits(language, one),
        events=events,
        fan=_fan(view, reading),
        earlier=(*_previous(view, reading), *earlier),
    )
    draw = partial(
        charts.line_chart, course, title=title, description=sentence, words=words(language, one.decimals)
    )
    return Graph(
        title,
        sentence,
        Markup(draw()),
        Markup(draw(narrow=True)),
        head=(_period(language, one), language.text("Value"), language.text("Status")),
        rows=tuple(_row(view, one, reading.area, point) for point in reversed(points)),
        files=tuple(
            Link(kind.upper(), urls.image(language.code, one.id, kind, view.query)) for kind in ("svg", "png")
        ),
        events=listed,
        open=len(listed) <= OPEN,
    )


def words(language: Language, decimals: int) -> charts.Words:
    """Give a chart the page's language."""
    return charts.Words(
        number=lambda value: language.number(value, 0 if value == int(value) else max(decimals, 1)),
        day=language.short_day,
        month=language.month,
        provisional=language.text("provisional"),
        no_value=language.text("no figure"),
        withheld=language.text("withheld"),
        forecast=language.text("forecast, ranges 50% and 90%"),
    )


def limits(language: Language, one: Indicator) -> list[charts.Limit]:
    """Give an indicator's levels as lines of a chart."""
    return [charts.Limit(each.enter, level_word(language, each.level), each.level) for each in one.levels]


def course_sentence(view: View, one: Indicator, points: Sequence[Point]) -> str:
    """Say from when to when the course is, between which values, and of how many figures it does not tell."""
    language = view.language
    values = [each.value for each in points if each.value is not None]
    withheld = sum(each.status == "suppressed" for each in points)
    said = []
    if values:
        most = max(values)
        between = language.text(
            "From {first} to {last} between {low} and {high}.",
            first=language.day(curve(tuple(points))[0].day),
            last=language.day(points[-1].reference_date),
            low=language.number(min(values), one.decimals),
            high=f"{value_text(language, one, most, 'normal')} {unit(language, one, SEVERAL)}".strip(),
        )
        said.append(between)
    if withheld:
        said.append(language.plural("{n} figure is withheld.", "{n} figures are withheld.", withheld))
    return " ".join(said) or language.text("There are no figures yet.")


def _period(language: Language, one: Indicator) -> str:
    return {
        "day": language.text("Day"),
        "week": language.text("Week"),
        "month": language.text("Month"),
        "year": language.text("Year"),
    }[one.freq]


def _row(view: View, one: Indicator, area: str, point: Point) -> Row:
    language = view.language
    is_provisional = point.value is not None and point.status == "provisional"
    return Row(
        language.period(point.reference_date, one.freq),
        point.reference_date.isoformat(),
        (figure(view, one, area, point),),
        language.text("provisional") if is_provisional else "",
    )


def _forecasts(view: View, reading: Reading) -> list[Forecast]:
    """Give the forecasts of a reading, the newest first."""
    return [
        each
        for each in view.picture.forecasts
        if (each.indicator, each.area) == (reading.indicator, reading.area)
    ]


def _fan(view: View, reading: Reading) -> list[charts.Band]:
    """Give the newest forecast as bands."""
    newest = next(iter(_forecasts(view, reading)), None)
    if newest is None:
        return []
    bands = []
    for share, low, high in _BANDS:
        told = ((each.reference_date, each.at(low), each.at(high)) for each in newest.targets)
        edges = [(day, at, to) for day, at, to in told if at is not None and to is not None]
        bands.append(charts.Band(share, tuple(edges)))
    return bands


def _previous(view: View, reading: Reading) -> Iterator[charts.Line]:
    """Give the median of the forecast before the newest one."""
    found = _forecasts(view, reading)
    before = next((each for each in found if each.known_at < found[0].known_at), None)
    if before:
        told = ((each.reference_date, each.at(0.5)) for each in before.targets)
        yield charts.Line(
            view.language.text("previous forecast"), tuple(charts.Point(day, value) for day, value in told)
        )


def decided(
    view: View, first: date, areas: Collection[str] | None = None
) -> tuple[list[charts.Event], tuple[Listed, ...]]:
    """Give the decisions that held on a day or later as a chart bears them, in their lanes, and as a list.

    They are numbered by their days. With `areas`, only those of one of them.
    """
    told = list(_told(view, first, areas))
    listed = sorted((each for _, each in told), key=lambda each: each.number)
    return [event for event, _ in told], tuple(listed)


def _told(view: View, first: date, areas: Collection[str] | None) -> Iterator[tuple[charts.Event, Listed]]:
    language, lanes = view.language, _lanes(view.language)
    known = [each for each in view.picture.decisions if areas is None or each.area in areas]
    begun = [(day, each) for each in known if (day := _begun(each)) is not None]
    held = [(day, each) for day, each in begun if first <= (each.effective_to or day) >= day]
    held.sort(key=lambda one: (one[0], one[1].source, one[1].key))
    for lane in lanes:
        for number, (day, one) in enumerate(held, 1):
            if _lane(one) == lane:
                title, lang = one.title(language.code), one.lang(language.code)
                event = charts.Event(day, one.effective_to, number, lanes[lane], title)
                days = dict.fromkeys(language.day(each) for each in (day, one.effective_to) if each)
                yield (
                    event,
                    Listed(
                        number,
                        "–".join(days),
                        lanes[lane],
                        title,
                        "" if lang == language.code else lang,
                        view.url("decision", name=one.name),
                    ),
                )


def _begun(decision: Decision) -> date | None:
    """Give the day from which a decision holds, or else that on which it was taken or published."""
    published = decision.published_at and helsinki_date(decision.published_at)
    return decision.effective_from or decision.taken_on or published


def _lane(decision: Decision) -> str:
    if decision.body in ("government", "ministry", "agency"):
        return "agency" if decision.body == "agency" else "government"
    return "other" if decision.body == "other" else "municipality"


def _lanes(language: Language) -> dict[str, str]:
    return {
        "government": language.text("Government"),
        "agency": language.text("Authorities"),
        "municipality": language.text("Municipality"),
        "other": language.text("Others"),
    }
