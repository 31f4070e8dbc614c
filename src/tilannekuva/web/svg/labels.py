"""Words in a drawing: how wide they are at most, and places where they meet nothing.

Width is an upper estimate, for the reader's own font is unknown when we draw. y grows downwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from tilannekuva.web.svg.drawing import brief, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Anchor = Literal["start", "middle", "end"]

_SLIM = frozenset("ijltfrI.,:;'|!/\\()[]- \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
_BROAD = frozenset("mwMW%@")
_LAST_LATIN = "\u024f"
_UP, _DOWN = 0.95, 0.28  # how far letters reach from the baseline, in font sizes
_RULE = 30  # words beyond another level's line would be read as that level's; in columns covered
_FAR = 2  # a letter's height farther off, in columns covered
_COLUMN = 8  # width of the columns in which a crowd remembers where lines run
_COLUMN_TENTHS = 10 * _COLUMN


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the units of the drawing."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Tell whether the two share any area."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: Box) -> bool:
        """Tell whether the other lies wholly inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place: `y` is the baseline, `before` is room kept free on their left."""

    text: str
    x: float
    y: float
    size: float
    klass: str = "g-label"
    anchor: Anchor = "start"
    before: float = 0

    @property
    def box(self) -> Box:
        """The room the words take, at most."""
        wide = width(self.text, self.size)
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return Box(left - self.before, self.y - _UP * self.size, left + wide, self.y + _DOWN * self.size)

    @property
    def svg(self) -> str:
        """The words as a text element."""
        anchor = "" if self.anchor == "start" else f' text-anchor="{self.anchor}"'
        place = f'class="{self.klass}" x="{brief(self.x)}" y="{brief(self.y)}"{anchor}'
        return f"<text {place}>{escaped(self.text)}</text>"


class Crowd:
    """What already stands on a drawing: boxes that none may meet, lines and rules better not covered."""

    def __init__(
        self,
        boxes: Iterable[Box],
        *,
        lines: Iterable[Sequence[tuple[int, int]]] = (),
        rules: Iterable[float] = (),
    ) -> None:
        """Take boxes, lines as corners in tenths from left to right, and the heights of level rules."""
        self.boxes = list(boxes)
        self._rules = list(rules)
        self._lines: dict[int, tuple[int, int]] = {}
        for line in lines:
            self._remember(line)

    def _remember(self, line: Sequence[tuple[int, int]]) -> None:
        seen = self._lines
        for (left, top), (right, bottom) in pairwise([line[0], *line]):
            if top > bottom:
                top, bottom = bottom, top  # noqa: PLW2901  named by place, whichever end the line has on top
            for column in range(left // _COLUMN_TENTHS, right // _COLUMN_TENTHS + 1):
                seen_top, seen_bottom = seen.get(column, (top, bottom))
                if top <= seen_top or bottom >= seen_bottom:
                    seen[column] = min(top, seen_top), max(bottom, seen_bottom)

    def join(self, candidates: Iterable[Label], *, room: Box, near: float) -> Label | None:
        """Take the place that covers least and lies nearest to the height; None where all is taken.

        Candidates come nearest first, so that the search ends early.
        """
        best, least = None, math.inf
        for label in candidates:
            cost = _FAR * abs(label.y - near) / label.size
            if cost > least + _FAR:
                break
            if cost < least and room.holds(box := label.box) and not any(map(box.meets, self.boxes)):
                cost += _RULE * self._crossed(box, near) + self._covered(box)
                best, least = (label, cost) if cost < least else (best, least)
        if best:
            self.boxes.append(best.box)
        return best

    def _covered(self, box: Box) -> int:
        """Count the columns in which a line runs behind the box."""
        columns = range(int(box.left) // _COLUMN, int(box.right) // _COLUMN + 1)
        lines = (self._lines[each] for each in columns if each in self._lines)
        top, bottom = 10 * box.top, 10 * box.bottom
        return sum(line_top < bottom and line_bottom > top for line_top, line_bottom in lines)

    def _crossed(self, box: Box, near: float) -> int:
        """Count the rules under the box, or between it and the height where it belongs."""
        top, bottom = min(box.top, near), max(box.bottom, near)
        return sum(top < rule < bottom and abs(rule - near) > 1 for rule in self._rules)


def width(text: str, size: float) -> float:
    """Estimate from above how wide the text is (DejaVu Sans, among the widest in use)."""
    return size * _letters(text)


@lru_cache(maxsize=4096)
def _letters(text: str) -> float:
    return sum(map(_advance, text))


def _advance(letter: str) -> float:
    if letter in _SLIM:
        return 0.42
    if letter in _BROAD or letter > _LAST_LATIN:
        return 1.0
    return 0.8 if letter.isupper() else 0.65


def fitted(text: str, size: float, *, room: float) -> str:
    """Give the text, shortened with an ellipsis where it is wider than the room."""
    if width(text, size) <= room:
        return text
    while text and width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrapped(text: str, size: float, *, room: float, most: int) -> list[str]:
    """Break the text between words into at most so many lines, none wider than the room."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and (len(lines) == most or width(longer, size) <= room):
            lines[-1] = longer
        else:
            lines.append(word)
    return [fitted(line, size, room=room) for line in lines]
