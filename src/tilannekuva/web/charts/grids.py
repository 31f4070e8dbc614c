"""Grids of cells: the heat strip, and the revision triangle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from tilannekuva.web.charts.sheet import NAME, figure, path, rect, sheet
from tilannekuva.web.svg.axes import Plane, day_labels
from tilannekuva.web.svg.drawing import brief, dots, hatch
from tilannekuva.web.svg.labels import Box, Label, fitted, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from tilannekuva.web.charts.course import Words
    from tilannekuva.web.charts.sheet import Sheet

_NAMES = 0.36  # of the sheet at most, for the names of rows
_PATTERNS = {"nodata": "n", "suppressed": "s"}


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of a heat strip: for each day a class of the map (class-0 … class-5, nodata, suppressed)."""

    label: str
    classes: Sequence[str]


def heat(
    strips: Sequence[Strip],
    *,
    days: Sequence[date],
    title: str,
    description: str,
    words: Words,
    narrow: bool = False,
) -> str:
    """Draw rows of days as cells in classes: hatched where withheld, dotted where none came."""
    on = sheet(narrow=narrow)
    pitch = 1.5 * on.size
    on = replace(on, height=round(len(strips) * pitch + 2.2 * on.size))
    left = min(max((width(each.label, on.size) for each in strips), default=0), _NAMES * on.width) + 8
    box = Box(left, 2, on.width - 4, 2 + len(strips) * pitch)
    body = []
    for place, strip in enumerate(strips):
        top = box.top + place * pitch
        row = Box(left, top, box.right, top + pitch - 2)
        name = fitted(strip.label, on.size, room=left - 8)
        body += [Label(name, 0, top + 1.05 * on.size, on.size).svg, *_cells(strip.classes, row, len(days))]
    body += [each.svg for each in _under(days, box, words, on)] if days else []
    drawn = "".join(body)
    patterns = hatch(f"{NAME}s", step=6, klass="g-hatch g-held") if f"#{NAME}s" in drawn else ""
    patterns += dots(f"{NAME}n", step=6) if f"#{NAME}n" in drawn else ""
    return figure(f"<defs>{patterns}</defs>{drawn}", on, title=title, description=description)


def _cells(classes: Sequence[str], row: Box, days: int) -> Iterator[str]:
    """Draw neighbours of one class as one box."""
    wide, place = (row.right - row.left) / max(days, 1), 0
    for klass, group in groupby(classes[:days]):
        count = len(list(group))
        box = Box(row.left + place * wide, row.top, row.left + (place + count) * wide, row.bottom)
        pattern = f' fill="url(#{NAME}{_PATTERNS[klass]})"' if klass in _PATTERNS else ""
        yield rect(f"g-cell {klass}", box, more=pattern)
        place += count


def _under(days: Sequence[date], box: Box, words: Words, on: Sheet) -> Sequence[Label]:
    half = (box.right - box.left) / len(days) / 2
    plane = Plane(
        Box(box.left + half, box.top, box.right - half, box.bottom),
        days[0].toordinal(),
        days[-1].toordinal(),
        0,
        1,
    )
    return [*day_labels(plane, day=words.day, month=words.month, size=on.size, room=on.room).values()]


def triangle(
    cells: Sequence[Sequence[float | None]],
    *,
    reported: Sequence[str],
    days: Sequence[str],
    title: str,
    description: str,
    words: Words,
    narrow: bool = False,
) -> str:
    """Draw how days' values grew: a row a report (the last is what is known now), a column a day.

    Each cell holds its number and a bar: the share of what the last row tells of that day. A number that
    differs from the report before is bold. None is an empty cell. Where not all columns fit, the last ones
    are drawn, and the rows that tell of them; the table beside has them all.
    """
    on = sheet(narrow=narrow)
    texts = [["" if each is None else words.number(each) for each in row] for row in cells]
    left = min(max((width(each, on.size) for each in reported), default=0), _NAMES * on.width) + 8
    widest = max((1.1 * width(each, on.size) for row in texts for each in row), default=0)
    widest = max([widest, *(width(each, on.size) for each in days)])
    fit = max(min(int((on.width - left) / (widest + 8)), len(days)), min(1, len(days)))
    wide, first = (on.width - left) / max(fit, 1), len(days) - fit
    shown = [row for row, values in enumerate(cells) if any(each is not None for each in values[first:])]
    on = replace(on, height=round((len(shown) + 1) * 2 * on.size) + 4)
    heads = [
        Label(
            fitted(text, on.size, room=wide - 4), left + at * wide - 4, 1.2 * on.size, on.size, anchor="end"
        )
        for at, text in enumerate(days[first:], 1)
    ]
    body = [each.svg for each in heads]
    for place, row in enumerate(shown):
        top = (place + 1) * 2 * on.size
        body.append(path("g-grid", [f"M0 {brief(top)}H{on.width}"]))
        body.append(Label(fitted(reported[row], on.size, room=left - 8), 0, top + 1.2 * on.size, on.size).svg)
        for at in range(first, len(days)):
            box = Box(left + (at - first) * wide, top, left + (at - first + 1) * wide, top + 2 * on.size)
            body += _cell(cells, texts, (row, at), box, on)
    return figure("".join(body), on, title=title, description=description)


def _cell(
    cells: Sequence[Sequence[float | None]],
    texts: Sequence[Sequence[str]],
    at: tuple[int, int],
    box: Box,
    on: Sheet,
) -> Iterator[str]:
    row, column = at
    value, final = cells[row][column], cells[-1][column]
    if value is None:
        return
    before = cells[row - 1][column] if row else None
    klass = "g-label g-figure g-revised" if before is not None and before != value else "g-label g-figure"
    text = fitted(texts[row][column], 1.1 * on.size, room=box.right - box.left - 6)
    yield Label(text, box.right - 4, box.top + 1.2 * on.size, on.size, klass, "end").svg
    if final and value > 0:
        share = min(value / final, 1) if final > 0 else 0
        room = box.right - box.left - 10
        foot = Box(box.right - 4 - share * room, box.bottom - 7, box.right - 4, box.bottom - 3)
        yield rect("g-share", foot)
