"""The page of forecasts: what may come, by whom it was computed, and how good the last forecasts were."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import begun, helsinki_date, stamp
from tilannekuva.domain.forecasts import Assumed, Forecast, Target
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
_OPEN = ("provisional", "missing")  # statuses of a period that is not told for good


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

    `choices` lead to the other indicators that are forecast; `says` is the forecast in words, `known` when it
    was made and of what, `good` how good the last ones were, `advice` why there is none; `graph` is the
    course with the fan and earlier forecasts, `weeks` the same in numbers, of which `unit` is the unit;
    `board` are the scores, None before a forecast has come due; `made` says what this one rests on and what
    it does not know; `more` leads to what belongs to it.
    """

    frame: Frame
    title: str
    place: str
    choices: tuple[Link, ...]
    says: tuple[str, ...]
    known: str
    good: tuple[str, ...]
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

    @property
    def coming(self) -> tuple[Target, ...]:
        """What the newest forecast tells of periods that are not told for good."""
        points = self.reading.points if self.reading else ()
        told = max((each.reference_date for each in points if each.status not in _OPEN), default=date.min)
        targets = self.forecasts[0].targets if self.forecasts else ()
        return tuple(each for each in targets if each.reference_date > told)


def forecast_page(view: View) -> ForecastPage:
    """Make the page; raises UnknownIndicator."""
    language, one = view.language, _asked(view)
    newest = one.forecasts[0] if one and one.coming else None
    scored = board(view, one.indicator, one.area) if one else None
    says = tuple(_says(view, one)) if one else ()
    return ForecastPage(
        frame=frame(view),
        title=one.indicator.title.in_(language.code) if one else language.text("Forecasts"),
        place=(register().area(one.area) if one else view.area).name(language.code),
        choices=tuple(_choices(view, one)) if one else (),
        says=says,
        known=_known(language, newest) if newest else "",
        good=scored.says if scored else tuple(_unscored(language, one)) if one and newest else (),
        advice="" if says else _advice(view, one),
        graph=_graph(view, one) if one and one.reading else None,
        unit=one.indicator.unit.in_(language.code) if one else "",
        weeks=tuple(_week(language, one.indicator, each, newest) for each in one.coming)
        if one and newest
        else (),
        board=scored,
        made=tuple(_made(language, one, newest)) if one and newest else (),
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
    among = [known[name]] if name else [*known.values()]
    told = (_found(view, one) for one in among)
    return next((one for one in told if one.forecasts), None) or _found(view, among[0])


def _found(view: View, one: Indicator) -> _Asked:
    """Find the nearest area that is forecast and told of; of what nobody tells, the nearest forecast."""
    picture = view.reader.wider(
        view.picture, frozenset({one.id}), since=helsinki_date(view.picture.as_of) - _SHOWN
    )
    made = {area: view.reader.forecasts(one.id, area, view.picture.as_of) for area in picture.chain}
    told = [area for area in picture.chain if (one.id, area) in picture.readings]
    area = next((each for each in (*told, *picture.chain) if made[each]), (told or [picture.area])[0])
    return _Asked(one, picture.readings.get((one.id, area)), area, made[area])


def _choices(view: View, asked: _Asked) -> Iterator[Link]:
    """Lead to what else is forecast; nowhere where a reader would find nothing."""
    for one in view.reader.foretold(view.picture.as_of):
        here = one.id == asked.indicator.id
        if here or view.reader.advice(one.id, view.picture.as_of) != "untold":
            yield Link(one.short.in_(view.language.code), view.url("forecast", indicator=one.id), here=here)


def _advice(view: View, one: _Asked | None) -> str:
    language = view.language
    if one is None:
        return language.text("Nothing that the sources of this picture tell is forecast.")
    said = {
        "untold": language.text(
            "There is no forecast: none was made so far, or no source of this picture tells what it rests on."
        ),
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
    return said.get(code) or language.text(
        "There is no forecast for this area now: one is made after an update that brings news."
    )


def _says(view: View, asked: _Asked) -> Iterator[str]:
    """Say the first period to come that is not over, and the last one, in words."""
    language, one = view.language, asked.indicator
    now = begun(helsinki_date(view.picture.as_of), one.freq)
    ahead = [each for each in asked.coming if each.reference_date >= now]
    for each in dict.fromkeys((*ahead[:1], *ahead[-1:])):
        yield f"{_begun(language.period(each.reference_date, one.freq))}: {_expected(language, one, each)}."
        if one.forecast and one.forecast.is_divided and asked.area != view.picture.area:
            yield from _own(view, one, each.reference_date)


def _own(view: View, one: Indicator, day: date) -> Iterator[str]:
    """Say how many of a larger area's are of the page's own."""
    language, area = view.language, view.picture.area
    made = view.reader.forecasts(one.id, area, view.picture.as_of)[:1]
    for each in (target for forecast in made for target in forecast.targets if target.reference_date == day):
        yield language.text(
            "Of them, by its share of cases, {place}: {expected}.",
            place=register().area(area).name(language.code),
            expected=_expected(language, one, each),
        )


def _expected(language: Language, one: Indicator, target: Target) -> str:
    """Say what to expect of a period; in a small place nine times in ten the same."""
    middle = target.at(0.5)
    figure = f"{number(language, one, middle)} {unit(language, one, middle or 0)}".strip()
    low, high = (number(language, one, target.at(level)) for level in WIDE)
    if low == high:
        return language.text("nine times in ten {figure}", figure=figure)
    return language.text(
        "most likely {figure}; nine times in ten between {low} and {high}", figure=figure, low=low, high=high
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
        language.text("incomplete so far, estimated") if is_open else "",
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


def _known(language: Language, newest: Forecast) -> str:
    return language.text(
        "Made {instant} of what was known up to {day}.",
        instant=language.instant(newest.known_at),
        day=language.day(newest.origin_date),
    )


def _unscored(language: Language, asked: _Asked) -> Iterator[str]:
    """Say why nothing is said of how good the forecasts were."""
    if _assumed(asked.indicator):
        yield language.text("It rests on assumptions and is not scored.")
    else:
        yield language.text(
            "How good these forecasts are is not known: none has come due yet, or what came is withheld."
        )


def _assumed(one: Indicator) -> Assumed | None:
    return one.forecast.assumed if one.forecast else None


def _made(language: Language, asked: _Asked, newest: Forecast) -> Iterator[str]:
    """Say what a forecast rests on, and what it does not know."""
    one = asked.indicator
    told = {
        "weekly": language.text(
            "It is the weighted mean of several methods, which carry on the growth of the last weeks, the "
            "seasons and, for deaths, the course of cases; those that have been better weigh more."
        ),
        "stays": language.text(
            "It is computed from the forecast of cases: what share of them comes to hospital in this area, "
            "and how long they stay."
        ),
        "need": language.text("It is computed from the forecast of cases and from what is assumed."),
    }
    yield told.get(newest.model) or language.text("Model: {model}.", model=newest.model)
    if one.forecast and one.forecast.is_divided and asked.reading is None:
        yield language.text(
            "It is told of large areas; of those inside it is drawn, by their share of cases."
        )
    assumed = _assumed(one)
    if assumed:
        yield from _assumptions(language, assumed)
    yield language.text(
        "It knows nothing of decisions to come, of new variants, or of changes in testing. What if something "
        "is decided: see the scenarios."
    )


def _assumptions(language: Language, assumed: Assumed) -> Iterator[str]:
    def told(value: float) -> str:
        return language.number(value, int(round(10 * value) % 10 > 0))

    def share(value: float) -> str:
        return language.percent(told(100 * value))

    yield language.text(
        "Assumed: of each case {contacts} contacts stay at home for {days} days; of those at home {asking} "
        "ask for the service in a week.",
        contacts=told(assumed.contacts),
        days=told(assumed.days),
        asking=share(assumed.asking),
    )
    yield language.text(
        "Assumed: of people of 75 and over {usual} ask for it in a calm week, and another {more} once there "
        "are {high} cases per 100,000 inhabitants in a week.",
        usual=share(assumed.usual),
        more=share(assumed.more),
        high=told(assumed.high),
    )


def _more(view: View, one: _Asked) -> Iterator[Link]:
    language = view.language
    if one.reading:
        yield Link(one.indicator.title.in_(language.code), view.url("indicator", name=one.indicator.id))
    yield Link(language.text("Scenarios"), view.url("scenario"))
    yield Link(language.text("Sources"), view.url("sources"))


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
