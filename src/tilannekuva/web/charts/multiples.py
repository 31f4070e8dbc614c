"""Small multiples: the same indicator in many places, all on one scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING

from tilannekuva.web.charts.course import has_value, settled, values
from tilannekuva.web.charts.sheet import figure, path, sheet
from tilannekuva.web.charts.strokes import dot, line, runs
from tilannekuva.web.svg.axes import Plane, value_ticks
from tilannekuva.web.svg.drawing import brief
from tilannekuva.web.svg.labels import Box, Crowd, Label, fitted, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tilannekuva.web.charts.course import Point, Words
    from tilannekuva.web.charts.sheet import Sheet

_COLUMNS = {"chart-wide": 4, "chart-narrow": 2}
_PLOT = 64  # height of a panel's plot
_BETWEEN = 14


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the small charts: a place and its days; `here` marks the reader's own."""

    title: str
    points: Sequence[Point]
    here: bool = False


def multiples(
    panels: Sequence[Panel], *, title: str, description: str, words: Words, narrow: bool = False
) -> str:
    """Draw each panel on the same days and the same values, in the order given."""
    on = sheet(narrow=narrow)
    columns = _COLUMNS[on.klass]
    rows = -(-len(panels) // columns)
    on = replace(on, klass=f"{on.klass} g-panels", height=max(round(rows * _high(on)), 2 * on.size))
    series = [sorted(each.points, key=attrgetter("day")) for each in panels]
    ticks = value_ticks([each for one in series for each in values(one)], words.number, at_most=2)
    days = [each.day.toordinal() for one in series for each in one]
    span = (min(days), max(days)) if days else (1, 1)
    wide = (on.width - _BETWEEN * (columns - 1)) / columns
    drawn = []
    for place, (panel, points) in enumerate(zip(panels, series, strict=True)):
        left, top = place % columns * (wide + _BETWEEN), place // columns * _high(on)
        box = Box(left + 4, top + 1.6 * on.size, left + wide - 4, top + 1.6 * on.size + _PLOT)
        plane = Plane(box, *span, min(ticks), max(ticks))
        drawn += [*_scale(ticks, points, plane, on), *_panel(panel, points, plane, words, on)]
        drawn += _days(plane, words, on) if days else []
    return figure("".join(drawn), on, title=title, description=description)


def _high(on: Sheet) -> float:
    return 1.6 * on.size + _PLOT + 2.4 * on.size


def _panel(panel: Panel, points: Sequence[Point], plane: Plane, words: Words, on: Sheet) -> Iterator[str]:
    """Draw the place's name and line, with its last settled number at the right."""
    box, size = plane.box, on.size
    last = settled(points)
    number = words.number(last.value) if last and last.value is not None else ""
    number = number if any(map(has_value, points)) else words.no_value
    told = (each for each in reversed(points) if each.withheld or (has_value(each) and not each.provisional))
    if (newest := next(told, None)) and newest.withheld:  # an older number would tell of another time
        number, last = words.withheld, None
    number = fitted(number, size * 1.1, room=(box.right - box.left) / 2)
    room = box.right - box.left - 1.1 * width(number, size) - 6
    own = " g-here" if panel.here else ""
    baseline = box.top - 0.5 * size
    name = fitted(panel.title, size * 1.1, room=room)
    yield Label(name, box.left, baseline, size, f"g-label g-name{own}").svg
    yield Label(number, box.right, baseline, size, "g-label g-figure", "end").svg
    yield line(runs(points, plane)) + dot(last, plane, radius=3)


def _scale(ticks: Mapping[float, str], points: Sequence[Point], plane: Plane, on: Sheet) -> Iterator[str]:
    """Draw the zero line and a line for the highest tick, with its number where it covers least."""
    box = plane.box
    high = max(ticks)
    across = [f"M{brief(box.left)} {brief(plane.y(each))}H{brief(box.right)}" for each in (0, high)]
    yield path("g-grid", across[1:]) + path("g-axis", across[:1])
    text = fitted(ticks[high], on.size, room=box.right - box.left)
    last, y = box.right - width(text, on.size), plane.y(high) + 0.95 * on.size
    places = (Label(text, x, y, on.size, "g-label g-lane") for x in (box.left, last, (box.left + last) / 2))
    free = Crowd([], lines=[[at for at, _ in run] for run in runs(points, plane)])
    label = free.join(places, room=on.room, near=y)
    yield label.svg if label else ""


def _days(plane: Plane, words: Words, on: Sheet) -> Iterator[str]:
    """Write the first and the last day under a panel."""
    box, y = plane.box, plane.box.bottom + 1.25 * on.size
    room = (box.right - box.left) / 2 - 4
    first, last = (
        fitted(words.day(date.fromordinal(each)), on.size, room=room) for each in (plane.first, plane.last)
    )
    yield Label(first, box.left, y, on.size).svg
    if plane.last > plane.first:
        yield Label(last, box.right, y, on.size, anchor="end").svg
