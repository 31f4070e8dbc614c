"""The page of forecasts: what may come, by whom it was computed, and how good the last forecasts were."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date, stamp
from tilannekuva.domain.forecasts import Forecast, Target
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Reading
from tilannekuva.errors import UnknownIndicator
from tilannekuva.flows.asking import plain
from tilannekuva.web import charts
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.graphs import Graph, course_graph
from tilannekuva.web.pages.ranges import HALF, WIDE, between, number
from tilannekuva.web.pages.scoreboard import Board, board
from tilannekuva.web.pages.tiles import unit

_SHOWN = timedelta(weeks=26)  # of the course before the forecast
_EARLIER = 3  # forecasts drawn beside the newest one


@dataclass(frozen=True, slots=True)
class Week:
    """A period to come: its name, the middle of the forecast, the ranges that hold half and 90 % of outcomes.

    `note` says where the period has begun already, so that part of it is told.
    """

    label: str
    day: str
    middle: str
    half: str
    wide: str
    note: str


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """An indicator's forecast for an area.

    `choices` lead to the other indicators that are forecast; `says` is the forecast in words, `advice` why
    there is none; `graph` is the course with the fan and earlier forecasts, `weeks` the same in numbers, of
    which `unit` is the unit; `board` tells how good the last forecasts were, None before one has come due;
    `made` how and when this one was made; `more` leads to what belongs to it.
    """

    frame: Frame
    title: str
    place: str
    choices: tuple[Link, ...]
    says: str
    advice: str
    graph: Graph | None
    unit: str
    weeks: tuple[Week, ...]
    board: Board | None
    made: tuple[str, ...]
    more: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The indicator asked for, its nearest reading and that area's forecasts, the newest first."""

    indicator: Indicator
    reading: Reading | None
    area: str
    forecasts: tuple[Forecast, ...]


def forecast_page(view: View) -> ForecastPage:
    """Make the page; raises UnknownIndicator."""
    language, one = view.language, _asked(view)
    newest = one.forecasts[0] if one and one.forecasts else None
    return ForecastPage(
        frame=frame(view),
        title=one.indicator.title.in_(language.code) if one else language.text("Forecasts"),
        place=(register().area(one.area) if one else view.area).name(language.code),
        choices=tuple(_choices(view, one)) if one else (),
        says=_says(language, one.indicator, newest) if one and newest else "",
        advice="" if newest else _advice(view, one),
        graph=_graph(view, one) if one and one.reading else None,
        unit=one.indicator.unit.in_(language.code) if one else "",
        weeks=tuple(_week(language, one.indicator, each, newest) for each in newest.targets)
        if one and newest
        else (),
        board=board(view, one.indicator, one.area) if one else None,
        made=tuple(_made(language, newest)) if newest else (),
        more=tuple(_more(view, one)) if one else (),
    )


def _asked(view: View) -> _Asked | None:
    """Find what is asked for; without a name the first that is forecast. None where nothing is."""
    known = {one.id: one for one in view.reader.foretold(view.picture.as_of)}
    name = view.asked("indicator")
    if name and name not in known:
        raise UnknownIndicator(f"'{name}' is not forecast; these are: {', '.join(known) or 'none'}")
    if not known:
        return None
    told = [_found(view, one) for one in ([known[name]] if name else known.values())]
    return next((one for one in told if one.forecasts), told[0])


def _found(view: View, one: Indicator) -> _Asked:
    """Find the nearest area that is forecast."""
    picture = view.reader.wider(
        view.picture, frozenset({one.id}), since=helsinki_date(view.picture.as_of) - _SHOWN
    )
    for area in picture.chain:
        found = view.reader.forecasts(one.id, area, view.picture.as_of)
        if found:
            return _Asked(one, picture.readings.get((one.id, area)), area, found)
    reading = picture.nearest(one.id)
    return _Asked(one, reading, reading.area if reading else picture.area, ())


def _choices(view: View, asked: _Asked) -> Iterator[Link]:
    for one in view.reader.foretold(view.picture.as_of):
        here = one.id == asked.indicator.id
        yield Link(one.short.in_(view.language.code), view.url("forecast", indicator=one.id), here=here)


def _advice(view: View, one: _Asked | None) -> str:
    language = view.language
    if one is None:
        return language.text("Nothing that the sources of this picture tell is forecast.")
    said = {
        "untold": language.text("There is no forecast: no source of this picture tells what it rests on."),
        "stale": language.text(
            "There is no forecast: the newest figures are weeks old. See how the sources fare."
        ),
        "short": language.text("There is no forecast yet: it needs figures of more weeks."),
        "unled": language.text("There is no forecast: cases, which go before, are not forecast here."),
        "unable": language.text(
            "There is no forecast: the model that its definition names could not tell one."
        ),
        "absent": language.text(
            "There is no forecast: install what it is computed with, the extra “forecast”."
        ),
    }
    code = view.reader.advice(one.indicator.id, view.picture.as_of)
    return said.get(code) or language.text("There is no forecast for this area yet.")


def _says(language: Language, one: Indicator, newest: Forecast) -> str:
    """Say the next whole period and the last one in words."""
    ahead = [each for each in newest.targets if each.reference_date > newest.origin_date]
    if not ahead:
        return ""
    first, last = ahead[0], ahead[-1]
    return " ".join(
        language.text(
            "{period}: most likely {middle} {unit}; nine times in ten between {low} and {high}.",
            period=_begun(language.period(each.reference_date, one.freq)),
            middle=number(language, one, each.at(0.5)),
            unit=unit(language, one, each.at(0.5) or 0),
            low=number(language, one, each.at(WIDE[0])),
            high=number(language, one, each.at(WIDE[1])),
        )
        for each in dict.fromkeys((first, last))
    )


def _begun(words: str) -> str:
    """Write words as a sentence begins."""
    return words[:1].upper() + words[1:]


def _week(language: Language, one: Indicator, target: Target, newest: Forecast) -> Week:
    low, high = (target.at(level) for level in WIDE)
    is_open = target.reference_date <= newest.origin_date and low != high
    return Week(
        language.period(target.reference_date, one.freq),
        target.reference_date.isoformat(),
        number(language, one, target.at(0.5)),
        between(language, one, target, HALF),
        between(language, one, target, WIDE),
        language.text("incomplete so far: what it will come to") if is_open else "",
    )


def _graph(view: View, asked: _Asked) -> Graph:
    """Draw the course with the newest forecast as a fan and the medians of some before it as thin lines."""
    assert asked.reading is not None  # noqa: S101 - asked for only where there is one
    shown = replace(view, picture=replace(view.picture, forecasts=asked.forecasts[:1]))
    earlier = [_line(view.language, each) for each in _weekly(asked.forecasts)]
    since = helsinki_date(view.picture.as_of) - _SHOWN
    return course_graph(shown, asked.indicator, asked.reading, since=since, earlier=earlier)


def _weekly(found: tuple[Forecast, ...]) -> list[Forecast]:
    """Give some forecasts before the newest one, of one origin each and a week apart."""
    kept = list(found[:1])
    for one in found[1:]:
        if kept[-1].origin_date - one.origin_date >= timedelta(weeks=1) and len(kept) <= _EARLIER:
            kept.append(one)
    return kept[1:]


def _line(language: Language, one: Forecast) -> charts.Line:
    label = language.text("forecast of {day}", day=language.short_day(helsinki_date(one.known_at)))
    ahead = [each for each in one.targets if each.reference_date > one.origin_date]
    return charts.Line(label, tuple(charts.Point(each.reference_date, each.at(0.5)) for each in ahead))


def _made(language: Language, newest: Forecast) -> Iterator[str]:
    yield language.text(
        "Made {instant} of what was known up to {day}.",
        instant=language.instant(newest.known_at),
        day=language.day(newest.origin_date),
    )
    yield language.text("Model: {model}.", model=newest.model)
    yield language.text(
        "A forecast assumes that nobody decides anything new. What if they do: see the scenarios."
    )


def _more(view: View, one: _Asked) -> Iterator[Link]:
    language = view.language
    if one.reading:
        yield Link(one.indicator.title.in_(language.code), view.url("indicator", name=one.indicator.id))
    yield Link(language.text("Scenarios"), view.url("scenario"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the forecasts as data: a row for each period and level, the newest first; then what was seen.

    What was seen has no model, origin and level.
    """
    one = _asked(view)
    return [*_foretold(view, one), *_seen(view, one)] if one else []


def _foretold(view: View, one: _Asked) -> Iterator[dict[str, Any]]:
    for each in one.forecasts:
        for target in each.targets:
            for level, value in target.quantiles:
                known = {"model": each.model, "origin_date": each.origin_date.isoformat(), "level": level}
                yield _cells(
                    view, one, known | {"known_at": stamp(each.known_at)}, target.reference_date, value
                )


def _seen(view: View, one: _Asked) -> Iterator[dict[str, Any]]:
    unknown = {"model": "", "origin_date": "", "level": None}
    for point in one.reading.points if one.reading else ():
        known = unknown | {"known_at": stamp(one.reading.known_at) if one.reading else ""}
        yield _cells(view, one, known, point.reference_date, point.value)


def _cells(
    view: View, one: _Asked, known: Mapping[str, Any], day: date, value: float | None
) -> dict[str, Any]:
    return {
        "indicator": one.indicator.id,
        "area": one.area,
        "area_name": register().area(one.area).name(view.language.code),
        "reference_date": day.isoformat(),
        **known,
        "value": plain(value),
    }
