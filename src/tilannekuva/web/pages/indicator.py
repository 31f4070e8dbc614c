"""The page of an indicator: its curve with levels, map, method, sources and figures."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Reading
from tilannekuva.flows.asking import plain
from tilannekuva.web import charts
from tilannekuva.web.language import Language
from tilannekuva.web.pages.area_map import AreaMap, area_map
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.tiles import (
    Theme,
    Tile,
    curve,
    level_word,
    limit_text,
    themes,
    tile,
    unit,
    value_text,
)

_LAST = 28  # values in the table; the data twin has them all


@dataclass(frozen=True, slots=True)
class Limit:
    """A level with the values at which it is entered and left."""

    level: str
    enter: str
    leave: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of the table: its day, the value and its status in words."""

    day: str
    value: str
    status: str


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    """One indicator in one area.

    `tile` is its newest reading, None where there is none; `sentence` says what
    the chart shows; `wide` and `narrow` are the same chart for wide and narrow
    screens; `limits` its levels; `figures` the newest values, newest first;
    `sources` who says so; `themes` leads to all indicators.
    """

    frame: Frame
    title: str
    place: str
    explanation: str
    caveats: str
    tile: Tile | None
    sentence: str
    wide: Markup
    narrow: Markup
    limits: tuple[Limit, ...]
    figures: tuple[Figure, ...]
    map: AreaMap | None
    map_switch: Link | None
    sources: tuple[Link, ...]
    themes: tuple[Theme, ...]


def indicator_page(view: View) -> IndicatorPage:
    """Make the page of the indicator that the view names."""
    language = view.language
    one = view.picture.indicators[view.name]
    reading = view.picture.nearest(one.id)
    municipal = view.asked("map") == "municipality"
    drawn = area_map(view, one, by_municipality=municipal)
    return IndicatorPage(
        frame=frame(view),
        title=one.title.in_(language.code),
        place=(register().area(reading.area) if reading else view.area).name(language.code),
        explanation=one.explanation.in_(language.code),
        caveats=one.caveats.in_(language.code),
        tile=tile(view, one, reading) if reading else None,
        sentence=_sentence(view, one, reading) if reading else language.text("There are no figures yet."),
        wide=_chart(view, one, reading, narrow=False) if reading else Markup(""),
        narrow=_chart(view, one, reading, narrow=True) if reading else Markup(""),
        limits=tuple(_limit(language, one, level) for level in one.levels),
        figures=tuple(_figures(language, one, reading)) if reading else (),
        map=drawn,
        map_switch=_switch(view, municipal=municipal) if drawn else None,
        sources=tuple(_source(view, name) for name in reading.sources) if reading else (),
        themes=themes(view),
    )


def _sentence(view: View, one: Indicator, reading: Reading) -> str:
    language = view.language
    values = [point.value for point in reading.points if point.value is not None]
    if not values:
        return language.text("There are no figures yet.")
    return language.text(
        "From {first} to {last} between {low} and {high}.",
        first=language.day(curve(reading.points)[0].day),
        last=language.day(reading.points[-1].reference_date),
        low=language.number(min(values), one.decimals),
        high=f"{value_text(language, one, max(values), 'normal')} {unit(language, one, max(values))}".strip(),
    )


def words(language: Language, decimals: int) -> charts.Words:
    """Give a chart the page's language."""
    return charts.Words(
        number=lambda value: language.number(value, 0 if value == int(value) else max(decimals, 1)),
        day=language.short_day,
        month=language.month,
        provisional=language.text("provisional"),
        no_value=language.text("no figure"),
    )


def _chart(view: View, one: Indicator, reading: Reading, *, narrow: bool) -> Markup:
    language = view.language
    return Markup(
        charts.line_chart(
            curve(reading.points),
            title=f"{one.title.in_(language.code)}, {register().area(reading.area).name(language.code)}",
            description=_sentence(view, one, reading),
            limits=[
                charts.Limit(level.enter, level_word(language, level.level), level.level)
                for level in one.levels
            ],
            words=words(language, one.decimals),
            narrow=narrow,
            unit=one.unit.in_(language.code),
        )
    )


def _limit(language: Language, one: Indicator, level: Any) -> Limit:  # noqa: ANN401 - a Level of the indicator
    return Limit(
        level_word(language, level.level),
        limit_text(language, one, level.enter),
        limit_text(language, one, level.leave),
    )


def _figures(language: Language, one: Indicator, reading: Reading) -> list[Figure]:
    statuses = {
        "normal": "",
        "provisional": language.text("provisional"),
        "missing": language.text("no figure"),
        "suppressed": language.text("withheld"),
    }
    return [
        Figure(
            language.period(point.reference_date, one.freq),
            value_text(language, one, point.value, point.status),
            statuses[point.status] if point.value is not None else "",
        )
        for point in reversed(reading.points[-_LAST:])
    ]


def _switch(view: View, *, municipal: bool) -> Link:
    language = view.language
    if municipal:
        return Link(language.text("Show the map by area"), view.url("indicator", name=view.name, map=""))
    return Link(
        language.text("Show the map by municipality"),
        view.url("indicator", name=view.name, map="municipality"),
    )


def _source(view: View, name: str) -> Link:
    source = view.picture.sources[name]
    return Link(
        f"{source.title.in_(view.language.code)}, {source.publisher}", f"{view.url('sources')}#{name}"
    )


def rows(view: View) -> list[dict[str, Any]]:
    """Give the indicator as data: one row a value, all areas."""
    return [
        {
            "indicator": one.indicator,
            "area": one.area,
            "area_name": register().area(one.area).name(view.language.code),
            "reference_date": point.reference_date.isoformat(),
            "value": plain(point.value),
            "status": point.status,
            "known_at": stamp(one.known_at),
        }
        for one in sorted(view.picture.readings.values(), key=lambda one: one.area)
        if one.indicator == view.name
        for point in one.points
    ]
