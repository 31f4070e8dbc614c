"""The sheet a chart is drawn on: its size, and the SVG element around all that stands on it."""

from __future__ import annotations

from dataclasses import dataclass

from tilannekuva.web.svg.drawing import XMLNS, brief, escaped, identifier
from tilannekuva.web.svg.labels import Box

NAME = "\0"  # stands for the drawing's own id until that is known; no text can hold it
SIGN = 18  # room for a level's sign, or a swatch, before words


@dataclass(frozen=True, slots=True)
class Sheet:
    """How wide and high a drawing is, in its own units."""

    klass: str
    width: int
    height: int
    size: int  # of letters: never under 11 CSS px where charts.css shows this sheet
    ticks: int

    @property
    def room(self) -> Box:
        """Give the whole sheet."""
        return Box(0, 0, self.width, self.height)


def sheet(*, narrow: bool) -> Sheet:
    """Give the sheet for wide or for narrow screens."""
    if narrow:
        return Sheet("chart-narrow", 360, 260, size=13, ticks=5)
    return Sheet("chart-wide", 720, 280, size=14, ticks=6)


def figure(body: str, on: Sheet, *, title: str, description: str, data: str = "") -> str:
    """Put a drawing on its sheet, with its name for those who do not see it.

    Ids come from what is drawn, so several charts can stand on a page unless two are the same. `data` are
    further attributes, ready written.
    """
    name = identifier(title, description, on.klass, str(on.height), data, body)
    drawn = (
        f'<svg {XMLNS} class="chart {on.klass}" viewBox="0 0 {on.width} {on.height}" '
        f'font-size="{on.size}" role="img" aria-labelledby="{NAME}t {NAME}d"{data}>'
        f'<title id="{NAME}t">{escaped(title)}</title><desc id="{NAME}d">{escaped(description)}</desc>'
        f"{body}</svg>"
    )
    return drawn.replace(NAME, name)


def rect(klass: str, box: Box, *, more: str = "") -> str:
    """Draw a box; `more` are further attributes, ready written."""
    size = f'width="{brief(box.right - box.left)}" height="{brief(box.bottom - box.top)}"'
    return f'<rect class="{klass}" x="{brief(box.left)}" y="{brief(box.top)}" {size}{more}/>'


def path(klass: str, parts: list[str]) -> str:
    """Draw lines as one path; nothing where there are none."""
    return f'<path class="{klass}" d="{"".join(parts)}"/>' if parts else ""
