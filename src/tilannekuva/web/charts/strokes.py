"""Strokes: points of days as lines with their gaps, what may still change, and bands of a forecast."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from tilannekuva.web.charts.course import has_value, settled
from tilannekuva.web.charts.sheet import NAME, path, rect
from tilannekuva.web.svg.drawing import brief, escaped, polyline
from tilannekuva.web.svg.labels import Box

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from tilannekuva.web.charts.course import Course, Line, Point
    from tilannekuva.web.svg.axes import Plane

Corner = tuple[int, int]  # in tenths
Run = list[tuple[Corner, bool]]  # an unbroken stretch: corner, is it provisional

_DASHES = 8  # other lines that differ by their dashes in charts.css
PAST = 3  # lines of what was told before that differ by theirs
_WITHHELD = 8  # height of the hatch under days whose values are withheld


def span(series: Sequence[Point]) -> tuple[int, int]:
    """Give the ordinals of the first and the last day."""
    return (series[0].day.toordinal(), series[-1].day.toordinal()) if series else (1, 1)


def runs(series: Sequence[Point], plane: Plane) -> list[Run]:
    """Cut the series at its gaps."""
    stretches = [list(points) for came, points in groupby(series, key=has_value) if came]
    return [
        [
            *zip(
                plane.corners((each.day, each.value or 0.0) for each in points),
                (each.provisional for each in points),
                strict=True,
            )
        ]
        for points in stretches
    ]


def line(stretches: Sequence[Run]) -> str:
    """Draw what is settled, what may change and hangs on to it, and days alone between gaps."""
    lines: dict[str, list[str]] = {"g-line": [], "g-line g-provisional": [], "g-line g-alone": []}
    for run in stretches:
        for klass, corners in _pieces(run):
            lines[klass].append(polyline(corners))
    return "".join(path(klass, parts) for klass, parts in lines.items())


def _pieces(run: Run) -> Iterator[tuple[str, list[Corner]]]:
    if len(run) == 1:
        yield "g-line g-alone", [run[0][0]]
        return
    start = 0
    for may_change, part in groupby(run, itemgetter(1)):
        end = start + len(list(part))
        if may_change:
            yield "g-line g-provisional", [corner for corner, _ in run[max(start - 1, 0) : end + 1]]
        elif end - start > 1:
            yield "g-line", [corner for corner, _ in run[start:end]]
        start = end


def dot(point: Point | None, plane: Plane, *, radius: int) -> str:
    """Mark a value; nothing where there is none."""
    if point is None or point.value is None:
        return ""
    at = f'cx="{brief(plane.x(point.day))}" cy="{brief(plane.y(point.value))}"'
    return f'<circle class="g-dot" {at} r="{radius}"/>'


def provisional(series: Sequence[Point], plane: Plane) -> Iterator[str]:
    """Hatch the days that may change, each stretch from half a day before it."""
    place = 0
    for may_change, stretch in groupby(series, key=attrgetter("provisional")):
        days = [each.day for each in stretch]
        if may_change:
            before = plane.x(series[place - 1].day) if place else plane.x(days[0])
            left, right = (before + plane.x(days[0])) / 2, plane.x(days[-1])
            box = Box(left, plane.box.top, max(right, left + 2), plane.box.bottom)
            yield rect("g-band", box, more=f' fill="url(#{NAME}h)"')
        place += len(days)


def withheld(series: Sequence[Point], plane: Plane) -> Iterator[str]:
    """Hatch the foot of the days whose values are withheld, so that they are no mere gap."""
    half = (plane.box.right - plane.box.left) / max(plane.last - plane.first, 1) / 2
    for is_withheld, stretch in groupby(series, key=attrgetter("withheld")):
        days = [each.day for each in stretch]
        if is_withheld:
            left = max(plane.x(days[0]) - half, plane.box.left)
            right = min(plane.x(days[-1]) + half, plane.box.right)
            box = Box(left, plane.box.bottom - _WITHHELD, right, plane.box.bottom)
            yield rect("g-withheld", box, more=f' fill="url(#{NAME}s)"')


def fan(course: Course, plane: Plane) -> Iterator[str]:
    """Draw a forecast's bands and its median, from the last settled value on or over all.

    Over withheld days nothing is drawn between that value and the forecast.
    """
    last = None if course.over else settled(sorted(course.points, key=attrgetter("day")))
    start = None
    if last and last.value is not None and not any(p.withheld and p.day > last.day for p in course.points):
        start = (last.day, last.value, last.value)
    bands = sorted(course.fan, key=attrgetter("share"), reverse=True)
    for place, band in enumerate(bands):
        edges = [each for each in band.edges if last is None or each[0] > last.day]
        if edges and start:
            edges.insert(0, start)
        if edges and band.share > 0:
            yield path(f"g-fan fan-{min(place, 1)}", [_ribbon(edges, plane)])
        elif edges:
            yield path("g-median", [polyline(plane.corners((day, low) for day, low, _ in edges))])


def _ribbon(edges: Sequence[tuple[date, float, float]], plane: Plane) -> str:
    low = plane.corners((day, low) for day, low, _ in edges)
    high = plane.corners((day, high) for day, _, high in edges)
    return polyline([*low, *reversed(high)]) + "z"


def others(lines: Sequence[Line], plane: Plane) -> Iterator[str]:
    """Draw lines of other places; they differ by their dashes."""
    for place, each in enumerate(lines):
        yield _beside(each, plane, f"g-other other-{place % _DASHES}")


def earlier(lines: Sequence[Line], plane: Plane) -> Iterator[str]:
    """Draw thin lines of what was told before."""
    for place, each in enumerate(lines):
        yield _beside(each, plane, f"g-earlier earlier-{place % PAST}")


def _beside(one: Line, plane: Plane, klass: str) -> str:
    series = sorted(one.points, key=attrgetter("day"))
    parts: dict[str, list[str]] = {klass: [], f"{klass} g-alone": []}
    for run in runs(series, plane):
        alone = " g-alone" if len(run) == 1 else ""
        parts[klass + alone].append(polyline([corner for corner, _ in run]))
    title = f"<title>{escaped(one.label)}</title>"
    return "".join(
        f'<path class="{look}" d="{"".join(drawn)}">{title}</path>' for look, drawn in parts.items() if drawn
    )
