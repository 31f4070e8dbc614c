"""Lanes: what was decided or came about, as numbered markers over the days, with bars for how long it held.

Markers never overlap: they stand in two rows, and where even these are full, neighbours share one marker
that says how many they are. The list beside the chart names them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from tilannekuva.web.charts.sheet import path, rect
from tilannekuva.web.svg.drawing import brief, escaped
from tilannekuva.web.svg.labels import Box, Label, fitted, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tilannekuva.web.charts.course import Event, Words
    from tilannekuva.web.svg.axes import Plane

_ROWS = 2  # of markers in a lane
_TRACKS = 6  # of bars under them; what finds no room there is told by the list alone
_PITCH, _BAR = 5, 3  # from one bar to the next, and how thick it is
_APART = 2  # between markers
_GUIDED = 12  # markers at most, for lines from each of them through the curve


@dataclass(slots=True)
class Mark:
    """A marker: where it stands, and the events that it stands for."""

    left: float
    right: float
    row: int
    events: list[Event]


@dataclass(slots=True)
class Lane:
    """A lane with its markers, and bars as (left, right, track)."""

    name: str
    marks: list[Mark]
    bars: list[tuple[float, float, int]] = field(default_factory=list)

    def height(self, size: int) -> float:
        """Give the room it takes: its name, its rows of markers, its bars."""
        rows = 1 + max(mark.row for mark in self.marks)
        tracks = 1 + max((track for _, _, track in self.bars), default=-1)
        return 1.35 * size + rows * (size + 6) + tracks * _PITCH + 4


def lanes(events: Sequence[Event], plane: Plane, size: int) -> list[Lane]:
    """Give each event on the plane its place; the lanes stand in the order in which they first occur."""
    shown = [each for each in events if _is_within(each, plane)]
    order = list(dict.fromkeys(each.lane for each in shown))
    by_lane = sorted(shown, key=lambda each: (order.index(each.lane), each.day, each.number))
    found = []
    for name, group in groupby(by_lane, key=attrgetter("lane")):
        members = list(group)
        found.append(Lane(name, _marks(members, plane, size), [*_bars(members, plane)]))
    return found


def _is_within(event: Event, plane: Plane) -> bool:
    first, last = event.day.toordinal(), (event.until or event.day).toordinal()
    return first <= plane.last and last >= plane.first and first <= last


def _marks(events: Sequence[Event], plane: Plane, size: int) -> list[Mark]:
    """Place markers, each on its own where they can stand so, and else with as few shared as it takes."""
    wide = max(width(str(each.number), size) for each in events) + 8
    alone = _spread(events, plane, wide=max(wide, size + 6))
    if len(alone) == len(events):
        return alone
    return _spread(events, plane, wide=max(wide, width(f"×{len(events)}", size) + 8))


def _spread(events: Sequence[Event], plane: Plane, *, wide: float) -> list[Mark]:
    """Put events into the first row with room; one that finds none joins the marker before it."""
    marks: list[Mark] = []
    taken = [plane.box.left - _APART] * _ROWS
    for event in events:
        left = max(min(_at(event, plane) - wide / 2, plane.box.right - wide), plane.box.left)
        row = next((row for row in range(_ROWS) if taken[row] + _APART <= left), None)
        if row is None:
            marks[-1].events.append(event)
        else:
            taken[row] = left + wide
            marks.append(Mark(left, left + wide, row, [event]))
    return marks


def _at(event: Event, plane: Plane) -> float:
    return max(plane.x(event.day), plane.box.left)


def _bars(events: Sequence[Event], plane: Plane) -> Iterator[tuple[float, float, int]]:
    taken: list[float] = []
    for event in (each for each in events if each.until):
        left, right = _at(event, plane), min(plane.x(event.until or event.day), plane.box.right)
        track = next((at for at, end in enumerate(taken) if end + _BAR <= left), len(taken))
        if track < _TRACKS:
            taken[track : track + 1] = [max(right, left + 1)]
            yield left, max(right, left + 1), track


def lane_labels(found: Sequence[Lane], plane: Plane, size: int, *, top: float) -> list[Label]:
    """Give the lanes' names, each over its own markers."""
    labels = []
    for lane in found:
        text = fitted(lane.name, size, room=plane.box.right - plane.box.left - 4)
        labels.append(Label(text, plane.box.left, top + 1.05 * size, size, "g-label g-lane"))
        top += lane.height(size)
    return labels


def lane_marks(found: Sequence[Lane], plane: Plane, words: Words, *, size: int, top: float) -> Iterator[str]:
    """Draw guides through the curve, bars and markers."""
    is_guided = sum(len(lane.marks) for lane in found) <= _GUIDED
    drawn = []
    for lane in found:
        marks_top = top + 1.35 * size
        rows = 1 + max(mark.row for mark in lane.marks)
        if is_guided:
            yield path("g-guide", [*_guides(lane, plane, size, top=marks_top)])
        drawn += [*_drawn_bars(lane, top=marks_top + rows * (size + 6))]
        drawn += [_drawn_mark(mark, words, size, top=marks_top) for mark in lane.marks]
        top += lane.height(size)
    yield from drawn


def _guides(lane: Lane, plane: Plane, size: int, *, top: float) -> Iterator[str]:
    for mark in (each for each in lane.marks if len(each.events) == 1):
        x = brief(_at(mark.events[0], plane))
        yield f"M{x} {brief(top + (mark.row + 1) * (size + 6) - 2)}V{brief(plane.box.bottom)}"


def _drawn_bars(lane: Lane, *, top: float) -> Iterator[str]:
    for left, right, track in lane.bars:
        yield rect("g-bar", Box(left, top + track * _PITCH, right, top + track * _PITCH + _BAR))


def _drawn_mark(mark: Mark, words: Words, size: int, *, top: float) -> str:
    top += mark.row * (size + 6)
    is_shared = len(mark.events) > 1
    box = Box(mark.left, top, mark.right, top + size + 4)
    corner = f' rx="{2 if is_shared else brief(size / 2 + 2)}"'
    text = f"×{len(mark.events)}" if is_shared else str(mark.events[0].number)
    label = Label(text, (mark.left + mark.right) / 2, top + 2 + 0.85 * size, size, "g-number", "middle")
    klass = "g-mark-box g-shared" if is_shared else "g-mark-box"
    title = f"<title>{escaped(_told(mark.events, words))}</title>"
    return f'<g class="g-event">{title}{rect(klass, box, more=corner)}{label.svg}</g>'


def _told(events: Sequence[Event], words: Words) -> str:
    """Say what a marker stands for; one that is shared only names the numbers in the list."""
    if len(events) > 1:
        return ", ".join(str(each.number) for each in events)
    (event,) = events
    days = words.day(event.day) + (f"–{words.day(event.until)}" if event.until else "")
    return f"{event.number}. {event.title} ({days})"


def below(plane: Plane, height: float) -> Plane:
    """Give the plane moved down, to make room for lanes above it."""
    box = plane.box
    return replace(plane, box=Box(box.left, box.top + height, box.right, box.bottom + height))
