"""The line chart: a course of days with its levels, gaps, provisional part, events and forecast.

Classes are styled by `static/charts.css` and attributes hold geometry only, so the strictest content
security policy holds. A value that never came is a gap in the line, never a zero.
"""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from tilannekuva.web.charts.captions import (
    crowd,
    ends,
    ends_width,
    header,
    latest,
    limit_labels,
    limit_lines,
    swatches,
    value_labels,
)
from tilannekuva.web.charts.lanes import below, lane_labels, lane_marks, lanes
from tilannekuva.web.charts.sheet import NAME, Sheet, figure, path, sheet
from tilannekuva.web.charts.strokes import earlier, fan, line, others, provisional, runs, withheld
from tilannekuva.web.svg.axes import Plane, day_labels, value_ticks
from tilannekuva.web.svg.drawing import brief, hatch
from tilannekuva.web.svg.labels import Box, Label, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from tilannekuva.web.charts.course import Course, Event, Words


def line_chart(course: Course, *, title: str, description: str, words: Words, narrow: bool = False) -> str:
    """Draw a series of days with all that belongs to it.

    A day left out is no gap, a day with None is one. The value axis starts at zero, or below where a value
    does. Events stand in lanes above the curve; the lanes make the drawing higher.
    """
    course = _in_order(course)
    on = sheet(narrow=narrow)
    ticks = value_ticks(course.values, words.number, at_most=on.ticks)
    head = header(course, words, on)
    plane = _plane(course, ticks, head.bottom, on)
    found = lanes(course.events, plane, on.size)
    top, height = head.bottom + 4, sum(lane.height(on.size) for lane in found)
    plane, on = below(plane, height), replace(on, height=round(on.height + height))
    days = _day_labels(plane, words, on) if course.days else {}
    names = ends(course, plane, on)
    fixed = [
        *head.labels,
        *value_labels(ticks, plane, on),
        *days.values(),
        *lane_labels(found, plane, on.size, top=top),
        *(label for label, _ in names),
    ]
    stretches = runs(course.points, plane)
    free = crowd(fixed, [[at for at, _ in run] for run in stretches], course, plane)
    if found:
        free.boxes.append(Box(0, top, on.width, top + height))
    newest = latest(course.points, plane, words, size=on.size, crowd=free)
    body = [
        _moving(provisional(course.points, plane), withheld(course.points, plane)),
        *swatches(head.keys),
        _grid(ticks, [*days], plane),
        *limit_lines(course.limits, plane),
        _moving(
            fan(course, plane),
            earlier(course.earlier, plane),
            others(course.others, plane),
            [line(stretches)],
            lane_marks(found, plane, words, size=on.size, top=top),
        ),
        *limit_labels(course.limits, plane, size=on.size, crowd=free),
        *(tie for _, tie in names),
        _moving([newest]),
        *(label.svg for label in fixed),
    ]
    return _figure("".join(body), plane, on, title=title, description=description)


def timeline(
    events: Sequence[Event],
    *,
    span: tuple[date, date],
    title: str,
    description: str,
    words: Words,
    narrow: bool = False,
) -> str:
    """Draw lanes of events alone, from the first to the last day of the span."""
    on = sheet(narrow=narrow)
    first, last = span
    plane = Plane(Box(14, 6, on.width - 12, 6), first.toordinal(), last.toordinal(), 0, 1)
    found = lanes(events, plane, on.size)
    height = sum(lane.height(on.size) for lane in found)
    plane, on = below(plane, height), replace(on, height=round(height + 6 + 2 * on.size))
    days = _day_labels(plane, words, on)
    body = [
        path("g-axis", [f"M14 {brief(plane.box.bottom)}H{brief(plane.box.right)}"]) + _feet([*days], plane),
        _moving(lane_marks(found, plane, words, size=on.size, top=2)),
        *(label.svg for label in lane_labels(found, plane, on.size, top=2)),
        *(label.svg for label in days.values()),
    ]
    return _figure("".join(body), plane, on, title=title, description=description)


def _in_order(course: Course) -> Course:
    return replace(
        course,
        points=sorted(course.points, key=attrgetter("day")),
        limits=sorted(course.limits, key=attrgetter("value")),
    )


def _plane(course: Course, ticks: Mapping[float, str], top: float, on: Sheet) -> Plane:
    words = max(width(word, on.size) for word in ticks.values())
    box = Box(
        min(words, 0.4 * on.width) + 10,
        top + 0.8 * on.size,
        on.width - 12 - ends_width(course, on),
        on.height - 2 * on.size,
    )
    first, last = course.days or (None, None)
    days = (first.toordinal(), last.toordinal()) if first and last else (1, 1)
    return Plane(box, *days, min(ticks), max(ticks))


def _day_labels(plane: Plane, words: Words, on: Sheet) -> dict[float, Label]:
    return day_labels(plane, day=words.day, month=words.month, size=on.size, room=on.room)


def _grid(ticks: Mapping[float, str], days: Sequence[float], plane: Plane) -> str:
    box = plane.box
    across = [f"M{brief(box.left)} {brief(plane.y(each))}H{brief(box.right)}" for each in ticks if each]
    zero = f"M{brief(box.left)} {brief(plane.y(0))}H{brief(box.right)}"
    return path("g-grid", across) + path("g-axis", [zero]) + _feet(days, plane)


def _feet(days: Sequence[float], plane: Plane) -> str:
    return path("g-axis g-feet", [f"M{brief(x)} {brief(plane.box.bottom)}v4" for x in days])


def _moving(*parts: Sequence[str] | Iterator[str]) -> str:
    """Hold together what moves when a reader zooms; it is cut off at the sides of the plane."""
    drawn = "".join(each for part in parts for each in part)
    return f'<g class="g-moving" clip-path="url(#{NAME}c)">{drawn}</g>' if drawn else ""


def _figure(body: str, plane: Plane, on: Sheet, *, title: str, description: str) -> str:
    """Add the patterns that are used, and the plane's place for `chart.js`."""
    box = plane.box
    width, left = brief(box.right - box.left + 18), brief(box.left - 8)
    defs = [
        f'<clipPath id="{NAME}c"><rect x="{left}" width="{width}" height="{on.height}"/></clipPath>'
        if f"#{NAME}c" in body
        else "",
        hatch(f"{NAME}h", step=6) if f"#{NAME}h" in body else "",
        hatch(f"{NAME}s", step=5, klass="g-hatch g-held") if f"#{NAME}s" in body else "",
    ]
    corners = " ".join(map(brief, (box.left, box.top, box.right, box.bottom)))
    data = f' data-plane="{corners} {plane.first} {plane.last} {plane.low:g} {plane.high:g}"'
    return figure(f"<defs>{''.join(defs)}</defs>{body}", on, title=title, description=description, data=data)
