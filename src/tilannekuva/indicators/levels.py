"""Levels: entered at one value and left at a lower one, so that they do not flap."""

from collections.abc import Iterable, Sequence

from tilannekuva.domain.indicators import Level, LevelName


def level(values: Iterable[float | None], levels: Sequence[Level]) -> LevelName | None:
    """Give the level that a series has reached at its end; None without levels or values.

    A level holds until its value falls below `leave`, also over gaps:

        enter 10, leave 8:   9 -> normal, 11 -> watch, 9 -> watch, 7 -> normal
    """
    reached: int | None = None
    for value in values:
        if value is None:
            continue
        entered = sum(value >= one.enter for one in levels)
        held = sum(value >= one.leave for one in levels)
        reached = max(entered, min(reached or 0, held))
    if reached is None or not levels:
        return None
    return "normal" if reached == 0 else levels[reached - 1].level
