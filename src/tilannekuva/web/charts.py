"""Line chart, sparkline and level mark: from values to SVG text, with no words of their own.

Classes are styled by `static/charts.css` and attributes hold geometry only, so the strictest content
security policy holds.
A value that never came is a gap in the line, never a zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from tilannekuva.web.svg.axes import Plane, day_labels, value_range, value_ticks
from tilannekuva.web.svg.drawing import XMLNS, brief, escaped, hatch, identifier, polyline, sign
from tilannekuva.web.svg.labels import Box, Crowd, Label, fitted, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

LEVELS = ("normal", "watch", "act")

_SIGN = 18  # room for a level's sign, or a swatch of the hatch, before words
_DOT = 4  # radius of the dot on the last settled value
_SPARK = Box(4, 4, 116, 28)


@dataclass(frozen=True, slots=True)
class Point:
    """A day's value; None where none came. Provisional values may still change."""

    day: date
    value: float | None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The value at which a level is entered; `level` is normal, watch or act."""

    value: float
    label: str
    level: str


@dataclass(frozen=True, slots=True)
class Words:
    """The page's language: how numbers and days are written, and the words a chart needs."""

    number: Callable[[float], str]
    day: Callable[[date], str]
    month: Callable[[date], str]
    provisional: str
    no_value: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    klass: str
    width: int
    height: int
    size: int  # of letters: never under 11 CSS px where charts.css shows this sheet
    ticks: int

    @property
    def room(self) -> Box:
        return Box(0, 0, self.width, self.height)


_WIDE = _Sheet("chart-wide", 720, 280, size=14, ticks=6)
_NARROW = _Sheet("chart-narrow", 360, 260, size=13, ticks=5)

_Corner = tuple[int, int]  # in tenths
_Run = list[tuple[_Corner, bool]]  # an unbroken stretch: corner, is it provisional


def line_chart(
    points: Sequence[Point],
    *,
    title: str,
    description: str,
    limits: Sequence[Limit],
    words: Words,
    narrow: bool = False,
    unit: str = "",
) -> str:
    """Draw a series of days with its levels, gaps and provisional part.

    A day left out is no gap, a day with None is one. The value axis starts at zero, or below where a value
    does. Ids come from what is drawn, so several charts can stand on a page unless two are the same.
    """
    series, sheet = sorted(points, key=attrgetter("day")), _NARROW if narrow else _WIDE
    limits = sorted(limits, key=attrgetter("value"))
    ticks = value_ticks(
        [*_values(series), *(each.value for each in limits)], words.number, at_most=sheet.ticks
    )
    header = _header(unit, words.provisional if any(each.provisional for each in series) else "", sheet)
    plane = _plane(series, ticks, header, sheet)
    runs = _runs(series, plane)
    days = (
        day_labels(plane, day=words.day, month=words.month, size=sheet.size, room=sheet.room)
        if series
        else {}
    )
    fixed = [*header, *_value_labels(ticks, plane, sheet), *days.values()]
    crowd = _crowd(fixed, runs, limits, plane)
    line = _line(runs)
    latest = _latest(series, plane, words, sheet, crowd)
    name = identifier(title, description, sheet.klass, unit, repr(limits), line)
    body = [
        *_bands(series, plane, header, name),
        _grid(ticks, [*days], plane),
        *_limit_lines(limits, plane),
        line,
        *_limit_labels(limits, plane, sheet, crowd),
        latest,
        *(label.svg for label in fixed),
    ]
    return _figure("".join(body), name, sheet, title=title, description=description)


def spark(points: Sequence[Point], *, title: str) -> str:
    """Draw a line as small as a word; a dot on the last settled value, dashes where it may change."""
    series = sorted(points, key=attrgetter("day"))
    plane = Plane(_SPARK, *_span(series), *value_range(_values(series)))
    drawn = _line(_runs(series, plane)) + _dot(_settled(series), plane, radius=3)
    return (
        f'<svg {XMLNS} class="spark" viewBox="0 0 120 32" width="120" height="32" role="img">'
        f"<title>{escaped(title)}</title>{drawn}</svg>"
    )


def level_mark(level: str, word: str) -> str:
    """Give a level as sign, word and colour; a level we do not know is a hollow ring."""
    known = level if level in LEVELS else "unknown"
    return (
        f'<span class="level level-{known}"><svg {XMLNS} class="level-sign" viewBox="0 0 16 16" width="16" '
        f'height="16" aria-hidden="true" focusable="false">{sign(known, 8, 8, radius=6)}</svg> '
        f"{escaped(word)}</span>"
    )


def _has_value(point: Point) -> bool:
    return point.value is not None and math.isfinite(point.value)


def _values(series: Sequence[Point]) -> list[float]:
    return [each.value for each in series if each.value is not None and math.isfinite(each.value)]


def _settled(series: Sequence[Point]) -> Point | None:
    return next((each for each in reversed(series) if _has_value(each) and not each.provisional), None)


def _span(series: Sequence[Point]) -> tuple[int, int]:
    return (series[0].day.toordinal(), series[-1].day.toordinal()) if series else (1, 1)


def _header(unit: str, provisional: str, sheet: _Sheet) -> list[Label]:
    """Put the unit on the left and the key of the hatch on the right, or below where both have no room."""
    size, room = sheet.size, sheet.width - 4
    lines = wrapped(unit, size, room=room, most=2) if unit else []
    labels = [Label(text, 2, (1.1 + 1.3 * row) * size, size) for row, text in enumerate(lines)]
    if provisional:
        text = fitted(provisional, size, room=room - _SIGN)
        key = Label(text, room - width(text, size), 1.1 * size, size, klass="g-label g-key", before=_SIGN)
        meets = any(key.box.meets(label.box) for label in labels)
        labels.append(replace(key, y=(1.1 + 1.3 * len(lines)) * size) if meets else key)
    return labels


def _plane(
    series: Sequence[Point], ticks: Mapping[float, str], header: Sequence[Label], sheet: _Sheet
) -> Plane:
    size = sheet.size
    words = max(width(word, size) for word in ticks.values())
    top = max((label.box.bottom for label in header), default=0) + 0.8 * size
    left = min(words, 0.4 * sheet.width) + 10
    return Plane(
        Box(left, top, sheet.width - 12, sheet.height - 2 * size), *_span(series), min(ticks), max(ticks)
    )


def _runs(series: Sequence[Point], plane: Plane) -> list[_Run]:
    """Cut the series at its gaps."""
    stretches = [list(points) for has_value, points in groupby(series, key=_has_value) if has_value]
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


def _line(runs: Sequence[_Run]) -> str:
    """Draw what is settled, what may change and hangs on to it, and days alone between gaps."""
    lines: dict[str, list[str]] = {"g-line": [], "g-line g-provisional": [], "g-line g-alone": []}
    for run in runs:
        for klass, corners in _pieces(run):
            lines[klass].append(polyline(corners))
    return "".join(_path(klass, parts) for klass, parts in lines.items())


def _pieces(run: _Run) -> Iterator[tuple[str, list[_Corner]]]:
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


def _path(klass: str, parts: Sequence[str]) -> str:
    return f'<path class="{klass}" d="{"".join(parts)}"/>' if parts else ""


def _bands(series: Sequence[Point], plane: Plane, header: Sequence[Label], name: str) -> Iterator[str]:
    """Hatch the days that may change, each stretch from half a day before it; then the key's swatch."""
    place = 0
    for may_change, stretch in groupby(series, key=attrgetter("provisional")):
        days = [each.day for each in stretch]
        if may_change:
            before = plane.x(series[place - 1].day) if place else plane.box.left
            after = plane.x(days[-1]) if place + len(days) < len(series) else plane.box.right
            yield _hatched(Box((before + plane.x(days[0])) / 2, plane.box.top, after, plane.box.bottom), name)
        place += len(days)
    for key in (label for label in header if label.before):
        yield _hatched(Box(key.x - _SIGN, key.y - 11, key.x - 4, key.y + 1), name)


def _hatched(box: Box, name: str) -> str:
    size = f'width="{brief(box.right - box.left)}" height="{brief(box.bottom - box.top)}"'
    return f'<rect class="g-band" x="{brief(box.left)}" y="{brief(box.top)}" {size} fill="url(#{name}h)"/>'


def _grid(ticks: Mapping[float, str], days: Sequence[float], plane: Plane) -> str:
    box = plane.box
    across = [f"M{brief(box.left)} {brief(plane.y(each))}H{brief(box.right)}" for each in ticks if each]
    down = [f"M{brief(x)} {brief(box.bottom)}v4" for x in days]
    zero = f"M{brief(box.left)} {brief(plane.y(0))}H{brief(box.right)}"
    return _path("g-grid", across) + _path("g-axis", [zero, *down])


def _value_labels(ticks: Mapping[float, str], plane: Plane, sheet: _Sheet) -> list[Label]:
    size, right = sheet.size, plane.box.left - 6
    texts = {value: fitted(word, size, room=right) for value, word in ticks.items()}
    return [
        Label(text, right, plane.y(value) + 0.35 * size, size, anchor="end") for value, text in texts.items()
    ]


def _crowd(fixed: Sequence[Label], runs: Sequence[_Run], limits: Sequence[Limit], plane: Plane) -> Crowd:
    return Crowd(
        [label.box for label in fixed],
        lines=[[corner for corner, _ in run] for run in runs],
        rules=[plane.y(each.value) for each in limits],
    )


def _latest(series: Sequence[Point], plane: Plane, words: Words, sheet: _Sheet, crowd: Crowd) -> str:
    """Mark the last settled value and write it beside; say so where there is no value at all."""
    if not any(map(_has_value, series)):
        return _no_value(plane, words.no_value, sheet, crowd)
    point = _settled(series)
    if point is None or point.value is None:
        return ""
    x, y = plane.x(point.day), plane.y(point.value)
    crowd.boxes.append(Box(x - _DOT, y - _DOT, x + _DOT, y + _DOT))
    label = crowd.join(
        _beside(words.number(point.value), x, y, sheet.size), room=_inside(plane, sheet), near=y
    )
    return _dot(point, plane, radius=_DOT) + (label.svg if label else "")


def _no_value(plane: Plane, text: str, sheet: _Sheet, crowd: Crowd) -> str:
    box, size = plane.box, sheet.size
    text = fitted(text, size, room=box.right - box.left - 4)
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    heights = (y + side * step * size / 2 for step in range(9) for side in (1, -1))
    places = (Label(text, x, height, size, anchor="middle") for height in heights)
    label = crowd.join(places, room=_inside(plane, sheet), near=y)
    return label.svg if label else ""


def _beside(text: str, x: float, y: float, size: float) -> Iterator[Label]:
    """Give the places around a dot, the usual first."""
    wide = 1.1 * width(text, size)  # it is set in bold
    for step in range(6):
        for height in (y - 8 - step * size, y + 8 + (1 + step) * size):
            for left in (x - wide / 2, x - wide, x - wide - 8, x + 8):
                yield Label(text, left, height, size, "g-label g-latest")


def _inside(plane: Plane, sheet: _Sheet) -> Box:
    """Give the room for labels among the data: the plane and what is free above it."""
    return Box(plane.box.left + 2, 0, sheet.width - 2, plane.box.bottom)


def _dot(point: Point | None, plane: Plane, *, radius: int) -> str:
    if point is None or point.value is None:
        return ""
    at = f'cx="{brief(plane.x(point.day))}" cy="{brief(plane.y(point.value))}"'
    return f'<circle class="g-dot" {at} r="{radius}"/>'


def _limit_lines(limits: Sequence[Limit], plane: Plane) -> Iterator[str]:
    for limit in limits:
        level = limit.level if limit.level in LEVELS else "unknown"
        line = f"M{brief(plane.box.left)} {brief(plane.y(limit.value))}H{brief(plane.box.right)}"
        yield f'<path class="g-limit limit-{level}" d="{line}"><title>{escaped(limit.label)}</title></path>'


def _limit_labels(limits: Sequence[Limit], plane: Plane, sheet: _Sheet, crowd: Crowd) -> Iterator[str]:
    """Write each level's words with its sign near its line, moved to where they meet nothing.

    Where nowhere is free the words are left to the line's own title.
    """
    for limit in limits:
        height = plane.y(limit.value)
        label = crowd.join(_along(limit.label, height, plane, sheet), room=_inside(plane, sheet), near=height)
        if label:
            yield _leader(label, height) + label.svg
            yield sign(limit.level, label.x - 9, label.y - 0.35 * label.size, radius=5)


def _along(text: str, height: float, plane: Plane, sheet: _Sheet) -> Iterator[Label]:
    """Give the places above and below a level's line: left, right, middle, then farther off."""
    size, box = sheet.size, plane.box
    text = fitted(text, size, room=box.right - box.left - _SIGN - 8)
    first, last = box.left + 4 + _SIGN, box.right - 2 - width(text, size)
    for step in range(int((box.bottom - box.top) / size)):
        for y in (height - 2 - (0.28 + step) * size, height + 2 + (0.95 + step) * size):
            for x in (first, last, (first + last) / 2):
                yield Label(text, x, y, size, "g-label g-level", before=_SIGN)


def _leader(label: Label, height: float) -> str:
    """Tie words that had to move away to their line."""
    box = label.box
    if box.top - label.size < height < box.bottom + label.size:
        return ""
    return _path("g-leader", [f"M{brief(label.x - 9)} {brief(height)}V{brief(label.y - 0.35 * label.size)}"])


def _figure(body: str, name: str, sheet: _Sheet, *, title: str, description: str) -> str:
    defs = f"<defs>{hatch(f'{name}h', step=6)}</defs>" if f"#{name}h" in body else ""
    return (
        f'<svg {XMLNS} class="chart {sheet.klass}" viewBox="0 0 {sheet.width} {sheet.height}" '
        f'font-size="{sheet.size}" role="img" aria-labelledby="{name}t {name}d">'
        f'<title id="{name}t">{escaped(title)}</title><desc id="{name}d">{escaped(description)}</desc>'
        f"{defs}{body}</svg>"
    )
