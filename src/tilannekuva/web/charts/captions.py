"""Words on a line chart: its key, the last value, levels, and the names of lines, none over another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tilannekuva.web.charts.course import LEVELS, has_value, settled
from tilannekuva.web.charts.sheet import NAME, SIGN, path, rect
from tilannekuva.web.charts.strokes import PAST, dot
from tilannekuva.web.svg.drawing import brief, escaped, sign
from tilannekuva.web.svg.labels import Box, Crowd, Label, fitted, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tilannekuva.web.charts.course import Course, Limit, Point, Words
    from tilannekuva.web.charts.sheet import Sheet
    from tilannekuva.web.charts.strokes import Corner
    from tilannekuva.web.svg.axes import Plane

_DOT = 4  # radius of the dot on the last settled value
_ENDS = 145  # at most, for the names at the ends of lines: "Egentliga Finland" must not be cut


@dataclass(frozen=True, slots=True)
class Header:
    """What stands over the plot: the unit's lines, and the key's words by what they explain."""

    unit: tuple[Label, ...]
    keys: tuple[tuple[str, Label], ...]

    @property
    def labels(self) -> list[Label]:
        """Give all its words."""
        return [*self.unit, *(label for _, label in self.keys)]

    @property
    def bottom(self) -> float:
        """Give the height where it ends."""
        return max((label.box.bottom for label in self.labels), default=0)


def header(course: Course, words: Words, on: Sheet) -> Header:
    """Put the unit on the left and the key on the right, or below where both have no room."""
    size = on.size
    lines = wrapped(course.unit, size, room=on.width - 4, most=2) if course.unit else []
    unit = [Label(text, 2, (1.1 + 1.3 * row) * size, size) for row, text in enumerate(lines)]
    keys: list[tuple[str, Label]] = []
    for kind, text in _explained(course, words):
        keys.append((kind, _key(text, [*unit, *(label for _, label in keys)], on)))
    return Header(tuple(unit), tuple(keys))


def _explained(course: Course, words: Words) -> Iterator[tuple[str, str]]:
    if any(each.provisional for each in course.points):
        yield "provisional", words.provisional
    if words.withheld and any(each.withheld for each in course.points):
        yield "withheld", words.withheld
    if words.forecast and course.fan:
        yield "forecast", words.forecast
    for place, each in enumerate(course.earlier):
        yield f"earlier-{place % PAST}", each.label


def _key(text: str, taken: Sequence[Label], on: Sheet) -> Label:
    """Find the uppermost place for a key's words, as far right as they go."""
    size, edge, row = on.size, float(on.width - 4), 0
    text = fitted(text, size, room=edge - SIGN - 2)
    while True:
        x = edge - width(text, size)
        label = Label(text, x, (1.1 + 1.3 * row) * size, size, klass="g-label g-key", before=SIGN)
        if label.box.left >= 0 and not any(label.box.meets(each.box) for each in taken):
            return label
        beside = [each.box.left for each in taken if each.y == label.y and each.before]
        next_edge = min(beside, default=edge) - 12
        edge, row = (next_edge, row) if next_edge < edge - 12 else (float(on.width - 4), row + 1)


def swatches(keys: Iterable[tuple[str, Label]]) -> Iterator[str]:
    """Draw before each of the key's words what they explain."""
    for kind, label in keys:
        box = Box(label.x - SIGN, label.y - 11, label.x - 4, label.y + 1)
        middle = f"M{brief(box.left)} {brief(label.y - 4)}H{brief(box.right)}"
        if kind == "provisional":
            yield rect("g-band", box, more=f' fill="url(#{NAME}h)"')
        elif kind == "withheld":
            yield rect("g-withheld", box, more=f' fill="url(#{NAME}s)"')
        elif kind == "forecast":
            yield rect("g-fan fan-1", box) + path("g-median", [middle])
        else:
            yield path(f"g-earlier {kind}", [middle])


def value_labels(ticks: Mapping[float, str], plane: Plane, on: Sheet) -> list[Label]:
    """Give the words of the ticks, left of the plane."""
    size, right = on.size, plane.box.left - 6
    texts = {value: fitted(word, size, room=right) for value, word in ticks.items()}
    return [
        Label(text, right, plane.y(value) + 0.35 * size, size, anchor="end") for value, text in texts.items()
    ]


def crowd(fixed: Sequence[Label], lines: Iterable[Sequence[Corner]], course: Course, plane: Plane) -> Crowd:
    """Give what further words must not meet."""
    return Crowd(
        [label.box for label in fixed], lines=lines, rules=[plane.y(each.value) for each in course.limits]
    )


def latest(series: Sequence[Point], plane: Plane, words: Words, *, size: int, crowd: Crowd) -> str:
    """Mark the last settled value and write it beside; say so where there is no value at all."""
    if not any(map(has_value, series)):
        return _no_value(plane, words.no_value, size, crowd)
    point = settled(series)
    if point is None or point.value is None:
        return ""
    x, y = plane.x(point.day), plane.y(point.value)
    crowd.boxes.append(Box(x - _DOT, y - _DOT, x + _DOT, y + _DOT))
    label = crowd.join(_beside(words.number(point.value), x, y, size), room=inside(plane), near=y)
    return dot(point, plane, radius=_DOT) + (label.svg if label else "")


def _no_value(plane: Plane, text: str, size: int, crowd: Crowd) -> str:
    box = plane.box
    text = fitted(text, size, room=box.right - box.left - 4)
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    heights = (y + side * step * size / 2 for step in range(9) for side in (1, -1))
    places = (Label(text, x, height, size, anchor="middle") for height in heights)
    label = crowd.join(places, room=inside(plane), near=y)
    return label.svg if label else ""


def _beside(text: str, x: float, y: float, size: float) -> Iterator[Label]:
    """Give the places around a dot, the usual first."""
    wide = 1.1 * width(text, size)  # it is set in bold
    for step in range(6):
        for height in (y - 8 - step * size, y + 8 + (1 + step) * size):
            for left in (x - wide / 2, x - wide, x - wide - 8, x + 8):
                yield Label(text, left, height, size, "g-label g-latest")


def inside(plane: Plane) -> Box:
    """Give the room for labels among the data: the plane and what is free above it."""
    return Box(plane.box.left + 2, 0, plane.box.right + 10, plane.box.bottom)


def limit_lines(limits: Sequence[Limit], plane: Plane) -> Iterator[str]:
    """Draw each level as a line across, with its words as the line's title."""
    for limit in limits:
        level = limit.level if limit.level in LEVELS else "unknown"
        line = f"M{brief(plane.box.left)} {brief(plane.y(limit.value))}H{brief(plane.box.right)}"
        yield f'<path class="g-limit limit-{level}" d="{line}"><title>{escaped(limit.label)}</title></path>'


def limit_labels(limits: Sequence[Limit], plane: Plane, *, size: int, crowd: Crowd) -> Iterator[str]:
    """Write each level's words with its sign near its line, moved to where they meet nothing.

    Where nowhere is free the words are left to the line's own title.
    """
    for limit in limits:
        height = plane.y(limit.value)
        label = crowd.join(_along(limit.label, height, plane, size), room=inside(plane), near=height)
        if label:
            yield _leader(label, height) + label.svg
            yield sign(limit.level, label.x - 9, label.y - 0.35 * label.size, radius=5)


def _along(text: str, height: float, plane: Plane, size: int) -> Iterator[Label]:
    """Give the places above and below a level's line: left, right, middle, then farther off."""
    box = plane.box
    text = fitted(text, size, room=box.right - box.left - SIGN - 8)
    first, last = box.left + 4 + SIGN, box.right - 2 - width(text, size)
    for step in range(int((box.bottom - box.top) / size)):
        for y in (height - 2 - (0.28 + step) * size, height + 2 + (0.95 + step) * size):
            for x in (first, last, (first + last) / 2):
                yield Label(text, x, y, size, "g-label g-level", before=SIGN)


def _leader(label: Label, height: float) -> str:
    """Tie words that had to move away to their line."""
    box = label.box
    if box.top - label.size < height < box.bottom + label.size:
        return ""
    return path("g-leader", [f"M{brief(label.x - 9)} {brief(height)}V{brief(label.y - 0.35 * label.size)}"])


def ends_width(course: Course, on: Sheet) -> float:
    """Give the room that the names at the ends of lines take; none where the chart has one line."""
    if not course.others:
        return 0
    names = [course.label, *(each.label for each in course.others)]
    return min(max(width(name, on.size) for name in names), _ENDS) + 10


def ends(course: Course, plane: Plane, on: Sheet) -> list[tuple[Label, str]]:
    """Give the names at the ends of lines from above to below, each with a leader from its line."""
    if not course.others:
        return []
    lines = [(course.label, course.points), *((each.label, each.points) for each in course.others)]
    last = [(name, max(filter(has_value, points), key=_day, default=None)) for name, points in lines]
    named = [(name, point) for name, point in last if name and point]
    named.sort(key=lambda one: -(one[1].value or 0.0))
    heights = _apart([plane.y(point.value or 0.0) for _, point in named], plane, 1.25 * on.size)
    x, room = plane.box.right + 12, on.width - plane.box.right - 14
    return [
        (
            Label(fitted(name, on.size, room=room), x, height + 0.35 * on.size, on.size, "g-label g-end"),
            _tie(plane, point, x - 2, height),
        )
        for (name, point), height in zip(named, heights, strict=False)
    ]


def _day(point: Point) -> int:
    return point.day.toordinal()


def _tie(plane: Plane, point: Point, x: float, height: float) -> str:
    start = f"M{brief(plane.x(point.day))} {brief(plane.y(point.value or 0.0))}"
    return path("g-leader", [f"{start}L{brief(x)} {brief(height)}"])


def _apart(wished: Sequence[float], plane: Plane, gap: float) -> list[float]:
    """Move heights, ascending, apart within the plane; those that find no room are left out."""
    wished = wished[: 1 + int((plane.box.bottom - plane.box.top) / gap)]
    heights: list[float] = []
    for height in wished:
        heights.append(max(height, heights[-1] + gap) if heights else height)
    floor = plane.box.bottom
    for place in reversed(range(len(heights))):
        heights[place] = min(heights[place], floor)
        floor = heights[place] - gap
    return heights
