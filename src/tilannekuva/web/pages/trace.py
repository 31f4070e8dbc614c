"""Where a number comes from: what was told of it, by which look, and the bytes as they came."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import begun, stamp
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.observations import Observation
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.errors import BadInstant
from tilannekuva.flows.asking import area_name, plain
from tilannekuva.flows.trace import SPAN, Trace, Value
from tilannekuva.web.language import Language
from tilannekuva.web.pages.figures import Figure, figure
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.landed import Answer, answer
from tilannekuva.web.pages.tiles import unit, value_text

_LISTED = 31  # values of an input on the page; the data twin has them all
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """One time that the number was told or computed: when, what, how it differs from before, by whom."""

    known: str
    value: str
    change: str
    status: str
    source: Link | None


@dataclass(frozen=True, slots=True)
class Input:
    """What a computed number was made of: an indicator and its newest values up to the day."""

    title: Link
    figures: tuple[tuple[str, Figure], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class TracePage:
    """Where a number comes from: the number, what was told of it or what it was computed from, the bytes.

    `state` explains its status; `definition` begins the hash of the indicator's text, `defined` says since
    when it is in force; `told` is empty for what is computed, `formula` and `inputs` for what is not;
    `answer` is None where the number rests on no single one. `days` leads to the day before and after,
    `day_value` stands in the form for another day.
    """

    frame: Frame
    title: str
    place: str
    period: str
    figure: Figure
    unit: str
    state: str
    known: str
    indicator: Link
    explanation: str
    definition: str
    defined: str
    told: tuple[Told, ...]
    formula: str
    inputs: tuple[Input, ...]
    answer: Answer | None
    days: tuple[Link, ...]
    day_value: str
    kept: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What is traced: the indicator, the area and day, the point in force if any, and its trace."""

    indicator: Indicator
    value: Value
    point: Point
    trace: Trace
    known: bool


def trace_page(view: View) -> TracePage:
    """Make the page; raises BadInstant for a day that is none."""
    language, found = view.language, _found(view)
    one, day = found.indicator, found.value.day
    return TracePage(
        frame=frame(view),
        title=one.title.in_(language.code),
        place=area_name(found.value.area, language.code),
        period=language.period(day, one.freq),
        figure=figure(view, one, found.value.area, found.point),
        unit=unit(language, one, found.point.value),
        state=_state(language, found),
        known=language.text(
            "Newest of what went in: {instant}", instant=language.instant(found.trace.known_at)
        )
        if found.trace.known_at
        else "",
        indicator=Link(one.title.in_(language.code), view.url("indicator", name=one.id)),
        explanation=one.explanation.in_(language.code),
        definition=found.trace.definition[:12],
        defined=_defined(language, found.trace),
        told=tuple(_told(view, found)),
        formula=one.sql.strip(),
        inputs=tuple(_input(view, name, readings) for name, readings in _inputs(view, found)),
        answer=answer(view, found.value, found.trace),
        days=_days(view, found),
        day_value=day.isoformat(),
        kept=tuple((key, cell) for key, cell in view.query if key not in ("day", "anew")),
    )


def _found(view: View) -> _Found:
    picture, one = view.picture, view.picture.indicators[view.name]
    reading = picture.nearest(one.id)
    area = reading.area if reading else picture.area
    day = _day(view, one, reading)
    points = (point for point in (reading.points if reading else ()) if point.reference_date == day)
    point = next(points, None)
    value = Value(one.id, area, day)
    trace = view.reader.trace(value, picture.as_of)
    return _Found(one, value, point or Point(day, None, "missing"), trace, known=point is not None)


def _day(view: View, one: Indicator, reading: Reading | None) -> date:
    """Give the day that is asked for, or that of the newest settled value."""
    asked = view.asked("day")
    try:
        return begun(date.fromisoformat(asked), one.freq) if asked else _newest(view, reading)
    except ValueError:
        raise BadInstant(f"'{asked}' is no day; write it as 2021-03-15") from None


def _newest(view: View, reading: Reading | None) -> date:
    return reading.reference_date if reading else view.picture.as_of.date()


def _state(language: Language, found: _Found) -> str:
    if not found.known:
        if found.trace.told:
            return language.text("The number is not known: the source told it and then took it back.")
        return language.text("The number is not known: no source has told of this day in this area.")
    if found.point.status == "missing" and found.indicator.sql:
        return language.text("There is no number: something that it is computed from is missing.")
    return {
        "normal": language.text("The number is settled: the source means it to stay."),
        "estimated": language.text("The number is an estimate of the source."),
        "provisional": language.text(
            "The number is provisional: it is still filling up, and will probably change."
        ),
        "missing": language.text("There is no number: the source names the day and leaves its place empty."),
        "suppressed": language.text(
            "The number is withheld to protect single people: the source knows it and does not tell it."
        ),
    }[found.point.status]


def _defined(language: Language, trace: Trace) -> str:
    """Say since when the definition is in force; empty where it first landed after the instant asked for."""
    at = trace.defined_at
    return language.text("since {instant}", instant=language.instant(at)) if at else ""


def _status(language: Language, status: str) -> str:
    return {
        "normal": language.text("settled"),
        "provisional": language.text("provisional"),
        "estimated": language.text("estimate"),
        "missing": language.text("no figure"),
        "suppressed": language.text("withheld"),
        "withdrawn": language.text("withdrawn"),
    }[status]


def _told(view: View, found: _Found) -> Iterator[Told]:
    """Yield each time that the number was told, or came out otherwise, the newest first."""
    if found.indicator.sql:
        yield from reversed(list(_computed(view, found)))
        return
    last: dict[str, Observation] = {}
    lines = []
    for one in found.trace.told:
        before = last.get(one.source)
        lines.append(_line(view, found.indicator, one, before))
        last[one.source] = one
    yield from reversed(lines)


def _computed(view: View, found: _Found) -> Iterator[Told]:
    """Yield each report by which a computed number of the newest periods came out otherwise."""
    reading = view.picture.nearest(found.indicator.id)
    vintages = view.reader.vintages(reading, view.picture.as_of) if reading else None
    if vintages is None or found.value.day not in vintages.days:
        return
    column, before = vintages.days.index(found.value.day), None
    for at, report in zip(vintages.reports, vintages.told, strict=True):
        point = report[column]
        if point and (before is None or (point.value, point.status) != (before.value, before.status)):
            one = Observation("", *found.value, found.indicator.freq, "all", point.value, point.status, at, 0)
            yield _line(view, found.indicator, one, before)
            before = one


def _line(view: View, indicator: Indicator, one: Observation, before: Observation | None) -> Told:
    language = view.language
    change = ""
    if before is not None and one.value is not None and before.value is not None:
        change = language.number(one.value - before.value, indicator.decimals, signed=True)
    status = _status(language, one.status)
    return Told(
        known=language.instant(one.known_at),
        value="–" if one.value is None else value_text(language, indicator, one.value, one.status),
        change=change,
        status=status,
        source=_source(view, one.source) if one.source else None,
    )


def _source(view: View, name: str) -> Link:
    source = view.picture.sources.get(name)
    return Link(source.title.in_(view.language.code) if source else name, f"{view.url('sources')}#{name}")


def _inputs(view: View, found: _Found) -> Iterator[tuple[str, list[tuple[Reading, Point]]]]:
    """Yield each input with what its formula may look at: values of the same area, up to the day."""
    one, value = found.indicator, found.value
    names = frozenset(one.inputs).intersection(view.picture.indicators)
    if not names:
        return
    back = min(timedelta(one.history_days) or SPAN - _DAY, value.day - date.min)
    # What a formula needs before its first day is loaded too, or an input's first values would seem missing.
    since = value.day - min(back + SPAN, value.day - date.min)
    readings = view.reader.wider(view.picture, names, since=since).readings
    for name in one.inputs:
        reading = readings.get((name, value.area))
        points = reversed(reading.points if reading else ())
        near = [one for one in points if value.day - back <= one.reference_date <= value.day]
        yield name, [(reading, point) for point in near] if reading else []


def _input(view: View, name: str, found: list[tuple[Reading, Point]]) -> Input:
    language, one = view.language, view.picture.indicators.get(name)
    if one is None:  # it is not for everybody: the formula names it, its values stay where they are
        return Input(Link(name, ""), (), 0)
    return Input(
        Link(one.title.in_(language.code), view.url("indicator", name=name)),
        tuple(
            (language.period(point.reference_date, one.freq), figure(view, one, reading.area, point))
            for reading, point in found[:_LISTED]
        ),
        max(0, len(found) - _LISTED),
    )


def _days(view: View, found: _Found) -> tuple[Link, ...]:
    """Give links to the periods beside this one that have a value."""
    reading, language = view.picture.nearest(found.indicator.id), view.language
    days = [point.reference_date for point in reading.points] if reading else []
    near = [(a, b) for a, b in pairwise(days) if found.value.day in (a, b)]
    beside = dict.fromkeys(one for pair in near for one in pair if one != found.value.day)
    return tuple(
        Link(
            language.period(one, found.indicator.freq),
            view.url("trace", name=view.name, day=one.isoformat(), anew=""),
        )
        for one in beside
    )


def rows(view: View) -> list[dict[str, Any]]:
    """Give the trace as data: the value, each time that it was told, and all that went into it."""
    found = _found(view)
    trace = found.trace
    looked = trace.landed.look if trace.landed else None
    known = stamp(trace.known_at) if trace.known_at else None
    value = _row("value", found.value, found.point, known_at=known)
    if looked and trace.landed:
        value |= {"source": trace.heard, "look": looked.seq, "sha256": looked.sha256, "url": trace.landed.url}
    told = [_told_row(one) for one in trace.told]
    inputs = [
        _row("input", Value(name, reading.area, point.reference_date), point, known_at=None)
        for name, points in _inputs(view, found)
        for reading, point in points
    ]
    named = [value, *told, *inputs]
    return [{**one, "area_name": register().area(one["area"]).name(view.language.code)} for one in named]


def _row(step: str, value: Value, point: Point, *, known_at: str | None) -> dict[str, Any]:
    return {
        "step": step,
        "indicator": value.indicator,
        "area": value.area,
        "area_name": "",
        "reference_date": value.day.isoformat(),
        "value": plain(point.value),
        "status": point.status,
        "known_at": known_at,
        "source": "",
        "look": None,
        "sha256": "",
        "url": "",
    }


def _told_row(one: Observation) -> dict[str, Any]:
    value, point = (
        Value(one.indicator, one.area, one.reference_date),
        Point(one.reference_date, one.value, one.status),
    )
    made = _row("told", value, point, known_at=stamp(one.known_at))
    return made | {"source": one.source, "look": one.look}
