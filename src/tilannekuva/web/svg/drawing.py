"""SVG text in small pieces: safe words, short numbers and lines, patterns, signs of levels."""

from __future__ import annotations

import hashlib
import html
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

XMLNS = 'xmlns="http://www.w3.org/2000/svg"'

_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))  # XML knows no such characters


def escaped(text: str) -> str:
    """Give the text fit for an element or a quoted attribute."""
    return html.escape(text.translate(_CONTROL), quote=True)


def brief(number: float) -> str:
    """Write a coordinate with at most one decimal."""
    return tenths(round(number * 10))


@lru_cache(maxsize=16_384)
def tenths(number: int) -> str:
    """Write tenths as a decimal number, without the zero before the point."""
    whole, rest = divmod(abs(number), 10)
    minus = "-" if number < 0 else ""
    return f"{minus}{whole or ''}.{rest}" if rest else f"{minus}{whole}"


def polyline(corners: Sequence[tuple[int, int]]) -> str:
    """Write an open line through corners given in tenths, with relative commands.

    A single corner becomes a line of no length, which round line caps show as a dot.
    """
    (x, y), *rest = corners
    start = f"M{tenths(x)} {tenths(y)}"
    if not rest:
        return f"{start}h0"
    steps = []
    for next_x, next_y in rest:
        across, down = tenths(next_x - x), tenths(next_y - y)
        steps.append(f"{across}{down}" if down[0] == "-" else f"{across} {down}")
        x, y = next_x, next_y
    return f"{start}l{' '.join(steps)}"


def identifier(*parts: str) -> str:
    """Give a short id that is the same for the same drawing."""
    return "g" + hashlib.blake2s("\0".join(parts).encode(), digest_size=5).hexdigest()


def hatch(name: str, *, step: int, klass: str = "g-hatch") -> str:
    """Define a pattern of slanting lines, to be named in `fill`."""
    return (
        f'<pattern id="{name}" width="{step}" height="{step}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect class="g-ground" width="{step}" height="{step}"/>'
        f'<path class="{klass}" d="M0 0V{step}"/></pattern>'
    )


def dots(name: str, *, step: int) -> str:
    """Define a pattern of dots, to be named in `fill`."""
    middle = brief(step / 2)
    return (
        f'<pattern id="{name}" width="{step}" height="{step}" patternUnits="userSpaceOnUse">'
        f'<rect class="g-nodata" width="{step}" height="{step}"/>'
        f'<circle class="g-dots" cx="{middle}" cy="{middle}" r="{brief(step / 6)}"/></pattern>'
    )


def sign(level: str, x: float, y: float, *, radius: float) -> str:
    """Draw a level's sign: circle normal, triangle watch, diamond act, hollow ring for any other."""
    r, top = brief(radius), f"{brief(x)} {brief(y - radius)}"
    if level == "watch":
        half = brief(1.1 * radius)
        return f'<path class="sign-watch" d="M{top}l{half} {brief(1.9 * radius)}h{brief(-2.2 * radius)}z"/>'
    if level == "act":
        return f'<path class="sign-act" d="M{top}l{r} {r}-{r} {r}-{r}-{r}z"/>'
    known = "normal" if level == "normal" else "unknown"
    return f'<circle class="sign-{known}" cx="{brief(x)}" cy="{brief(y)}" r="{r}"/>'
