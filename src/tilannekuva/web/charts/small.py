"""Drawings as small as a word: the sparkline and the level mark."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from tilannekuva.web.charts.course import LEVELS, Limit, Point, settled, values
from tilannekuva.web.charts.sheet import path
from tilannekuva.web.charts.strokes import dot, line, runs, span
from tilannekuva.web.svg.axes import Plane, value_range
from tilannekuva.web.svg.drawing import XMLNS, brief, escaped, sign
from tilannekuva.web.svg.labels import Box

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SPARK = Box(4, 4, 116, 28)


def spark(points: Sequence[Point], *, title: str, limits: Sequence[Limit] = ()) -> str:
    """Draw a line as small as a word; a dot on the last settled value, dashes where it may change.

    Levels are ticks at the right edge, drawn where they lie within the values.
    """
    series = sorted(points, key=attrgetter("day"))
    plane = Plane(_SPARK, *span(series), *value_range(values(series)))
    drawn = "".join(_ticks(limits, plane)) + line(runs(series, plane)) + dot(settled(series), plane, radius=3)
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


def _ticks(limits: Sequence[Limit], plane: Plane) -> Iterator[str]:
    for limit in limits:
        if plane.low < limit.value < plane.high:
            known = limit.level if limit.level in LEVELS else "unknown"
            yield path(f"g-tick limit-{known}", [f"M110 {brief(plane.y(limit.value))}h8"])
