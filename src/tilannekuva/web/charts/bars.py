"""Horizontal bars: places by their values, one marked as the reader's own."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tilannekuva.web.charts.sheet import figure, path, rect, sheet
from tilannekuva.web.svg.axes import value_range
from tilannekuva.web.svg.drawing import brief
from tilannekuva.web.svg.labels import Box, Label, fitted, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tilannekuva.web.charts.sheet import Sheet

_LABELS = 0.42  # of the sheet at most, for the places' names
_TEXTS = 0.25  # of the sheet at most, for the numbers


@dataclass(frozen=True, slots=True)
class Bar:
    """A place's value as a bar; `text` is the number as it is written, or the word for why there is none."""

    label: str
    value: float | None
    text: str
    here: bool = False


def bars(rows: Sequence[Bar], *, title: str, description: str, narrow: bool = False) -> str:
    """Draw a bar for each row in the order given; where no value came stands the word for it."""
    on = sheet(narrow=narrow)
    on = replace(on, height=round(len(rows) * 1.6 * on.size) + 8)
    spread = _spread(rows, on)
    body = "".join(part for place, row in enumerate(rows) for part in _row(row, place, spread, on))
    zero = path("g-axis", [f"M{brief(_x(0, spread))} 2V{on.height - 2}"]) if rows else ""
    return figure(body + zero, on, title=title, description=description)


_Spread = tuple[float, float, float, float]  # left, right, low, high


def _spread(rows: Sequence[Bar], on: Sheet) -> _Spread:
    """Give the room for bars between names and numbers, and the values at its ends."""
    names = max((width(row.label, on.size) * 1.1 for row in rows), default=0)
    texts = max((width(row.text, on.size) * 1.1 for row in rows if _came(row)), default=0)
    low, high = value_range([row.value for row in rows if row.value is not None and _came(row)])
    left = min(names, _LABELS * on.width) + 8
    beside = min(texts, _TEXTS * on.width) + 8
    return left + (beside if low < 0 else 0), on.width - beside, low, high


def _came(row: Bar) -> bool:
    return row.value is not None and math.isfinite(row.value)


def _x(value: float, spread: _Spread) -> float:
    left, right, low, high = spread
    return left + (value - low) / (high - low) * (right - left)


def _row(row: Bar, place: int, spread: _Spread, on: Sheet) -> Iterator[str]:
    size, top = on.size, 4 + place * 1.6 * on.size
    names = min(spread[0], _LABELS * on.width + 8) - 8
    own = " g-here" if row.here else ""
    baseline = top + 1.1 * size
    name = fitted(row.label, size * (1.1 if row.here else 1), room=names)
    yield Label(name, 0, baseline, size, f"g-label g-name{own}").svg
    zero = _x(0, spread)
    if row.value is None or not _came(row):
        before, after = zero - names - 12, on.width - zero - 6
        text = fitted(row.text, size, room=max(before, after))
        left = zero + 4 if after >= before else zero - 4 - width(text, size)
        yield Label(text, left, baseline, size, "g-label g-none").svg
        return
    end = _x(row.value, spread)
    yield rect(f"g-column{own}", Box(min(zero, end), top + 2, max(zero, end), top + 1.4 * size))
    text = fitted(row.text, size * 1.1, room=_TEXTS * on.width)
    is_below = row.value < 0
    x = end - 4 if is_below else end + 4
    yield Label(text, x, baseline, size, f"g-label g-figure{own}", "end" if is_below else "start").svg
