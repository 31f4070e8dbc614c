"""What a chart is made from: days with values, levels, events, forecasts, and the language's own words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

LEVELS = ("normal", "watch", "act")
_AHEAD = 14  # days after the last one within which an event still widens the axis


@dataclass(frozen=True, slots=True)
class Point:
    """A day's value; None where none came, or where it is withheld. Provisional values may still change."""

    day: date
    value: float | None
    provisional: bool = False
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The value at which a level is entered; `level` is normal, watch or act."""

    value: float
    label: str
    level: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that came about on a day, and held until another where that is told.

    `number` is its number in the list beside the chart, `lane` the words of the lane that it stands in.
    """

    day: date
    until: date | None
    number: int
    lane: str
    title: str


@dataclass(frozen=True, slots=True)
class Band:
    """A forecast's band: each day's (day, low, high) within which `share` of the outcomes lies (0.9 is 90 %).

    The band of share 0 is the median: its low and high are the same.
    """

    share: float
    edges: tuple[tuple[date, float, float], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line beside the main one, by its name: another place, or what was told earlier."""

    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """All that one line chart shows.

    `limits` are levels; `events` stand in lanes over the curve, the lanes in the order in which they first
    occur; `fan` holds a forecast's bands, the widest first, drawn after what was seen, or `over` it;
    `earlier` thin lines of what was told before; `others` further places, at most eight; `label` names the
    main line beside them.
    """

    points: Sequence[Point]
    unit: str = ""
    limits: Sequence[Limit] = ()
    events: Sequence[Event] = ()
    fan: Sequence[Band] = ()
    earlier: Sequence[Line] = ()
    others: Sequence[Line] = ()
    label: str = ""
    over: bool = False

    @property
    def lines(self) -> Iterator[Line]:
        """Give the lines beside the main one."""
        yield from self.earlier
        yield from self.others

    @property
    def values(self) -> list[float]:
        """Give all values that the axis must reach."""
        edges = (edge for band in self.fan for _, low, high in band.edges for edge in (low, high))
        lines = (value for line in self.lines for value in values(line.points))
        return [*values(self.points), *edges, *lines, *(each.value for each in self.limits)]

    @property
    def days(self) -> tuple[date, date] | None:
        """Give the first and the last day of the axis; None where there is nothing to draw.

        An event after the last day widens the axis where it is near.
        """
        days = [each.day for each in self.points]
        days += [each.day for line in self.lines for each in line.points]
        days += [edge[0] for band in self.fan for edge in band.edges]
        if not days:
            return None
        last = max(days)
        soon = [each.day for each in self.events if 0 < (each.day - last).days <= _AHEAD]
        return min(days), max([last, *soon])


@dataclass(frozen=True, slots=True)
class Words:
    """The page's language: how numbers and days are written, and the words a chart needs."""

    number: Callable[[float], str]
    day: Callable[[date], str]
    month: Callable[[date], str]
    provisional: str
    no_value: str
    withheld: str = ""
    forecast: str = ""


def has_value(point: Point) -> bool:
    """Tell whether a number came for the day."""
    return point.value is not None and math.isfinite(point.value)


def values(points: Sequence[Point]) -> list[float]:
    """Give the numbers that came."""
    return [each.value for each in points if each.value is not None and math.isfinite(each.value)]


def settled(points: Sequence[Point]) -> Point | None:
    """Give the last value that no longer changes, of points in ascending days."""
    return next((each for each in reversed(points) if has_value(each) and not each.provisional), None)
