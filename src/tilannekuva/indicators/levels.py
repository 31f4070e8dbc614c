"""Levels: entered at one value and left at a lower one, so that they do not flap."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from tilannekuva.domain.indicators import Level, LevelName


def level(values: Iterable[float | None], levels: Sequence[Level]) -> LevelName | None:
    """Give the level that a series has reached at its end; None without levels or values.

    A level holds until its value falls below `leave`, also over gaps:

        enter 10, leave 8:   9 -> normal, 11 -> watch, 9 -> watch, 7 -> normal
    """
    enters, leaves = [one.enter for one in levels], [one.leave for one in levels]
    reached: int | None = None
    for value in values:
        if value is not None:
            reached = max(bisect_right(enters, value), min(reached or 0, bisect_right(leaves, value)))
    if reached is None or not levels:
        return None
    return levels[reached - 1].level if reached else "normal"
