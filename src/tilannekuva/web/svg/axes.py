"""Where days and values stand on a sheet, and the ticks that say so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from tilannekuva.web.svg.labels import Label, fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tilannekuva.web.svg.labels import Box

_WEEKLY_BELOW_DAYS = 60
_DAILY_BELOW_DAYS = 11
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Plane:
    """The part of a sheet where the series is drawn; `first` and `last` are ordinals of days."""

    box: Box
    first: int
    last: int
    low: float
    high: float

    def x(self, day: date) -> float:
        """Give the place of a day; a plane of one day holds it in the middle."""
        span = self.last - self.first
        share = (day.toordinal() - self.first) / span if span else 0.5
        return self.box.left + share * (self.box.right - self.box.left)

    def y(self, value: float) -> float:
        """Give the height of a value."""
        share = (value - self.low) / (self.high - self.low)
        return self.box.bottom - share * (self.box.bottom - self.box.top)

    def corners(self, places: Iterable[tuple[date, float]]) -> list[tuple[int, int]]:
        """Give the places of days' values in tenths."""
        left, bottom = 10 * self.x(date.fromordinal(self.first)), 10 * self.y(0)
        across = 10 * (self.box.right - self.box.left) / max(self.last - self.first, 1)
        down = 10 * (self.box.top - self.box.bottom) / (self.high - self.low)
        return [
            (round(left + (day.toordinal() - self.first) * across), round(bottom + value * down))
            for day, value in places
        ]


def value_range(values: Sequence[float]) -> tuple[float, float]:
    """Give the least and the greatest of the values and zero, always apart."""
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    return (low, high) if high - low > _TINY else (low, low + 1.0)


def value_ticks(values: Sequence[float], number: Callable[[float], str], *, at_most: int) -> dict[float, str]:
    """Give round values from zero (or below) to above the greatest, with their words.

    Where ticks would read alike (0, 1, 1, 2), fewer are given.
    """
    low, high = value_range(values)
    for count in range(at_most, 1, -1):
        ticks = {value: number(value) for value in _round_values(low, high, count)}
        if len(set(ticks.values())) == len(ticks):
            break
    return ticks


def _round_values(low: float, high: float, count: int) -> list[float]:
    rough = (high - low) / (count - 1)
    power = math.floor(math.log10(rough))
    step = next(size * 10.0**power for size in (1, 2, 5, 10) if size * 10.0**power >= rough * (1 - _TINY))
    steps = range(math.floor(low / step + _TINY), math.ceil(high / step - _TINY) + 1)
    return [round(place * step, 1 - power) for place in steps]


def day_labels(
    plane: Plane, *, day: Callable[[date], str], month: Callable[[date], str], size: float, room: Box
) -> dict[float, Label]:
    """Give words for days by their place under the plane: the densest that do not meet, all in the room."""
    baseline = plane.box.bottom + 1.5 * size
    for days, is_monthly in _tick_days(plane):
        words = month if is_monthly else day
        labels = [
            Label(words(each), plane.x(each), baseline, size, "g-label g-day", "middle") for each in days
        ]
        kept = [label for label in labels if room.holds(label.box)]
        if kept and all(right.box.left - left.box.right > size / 2 for left, right in pairwise(kept)):
            return {label.x: label for label in kept}
    first = date.fromordinal(plane.first)
    text = fitted(day(first), size, room=room.right - plane.box.left)
    return {plane.x(first): Label(text, plane.box.left, baseline, size, "g-label g-day")}


def _tick_days(plane: Plane) -> Iterator[tuple[list[date], bool]]:
    days = range(plane.first, plane.last + 1)
    if len(days) < _DAILY_BELOW_DAYS:
        for step in (1, 2, 3):
            yield [date.fromordinal(each) for each in days[::step]], False
    if len(days) < _WEEKLY_BELOW_DAYS:
        mondays = [each for each in days if each % 7 == 1]
        for weeks in (1, 2, 4):
            yield [date.fromordinal(each) for each in mondays if each // 7 % weeks == 0], False
    for months in (1, 2, 3, 6, 12, 24, 60, 120):
        yield _month_starts(days, months), True


def _month_starts(days: range, months: int) -> list[date]:
    first, last = date.fromordinal(days[0]), date.fromordinal(days[-1])
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    starts = [date(each // 12, each % 12 + 1, 1) for each in numbers if each % months == 0]
    return [start for start in starts if start >= first]
