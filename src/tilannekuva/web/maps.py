"""A schematic map of Finland: areas as cells around centre points, coloured by class.

No boundary data ships with the package, so each area is the land nearest to its municipalities' centre
points, inside an outline of our own. The map says in words that it is schematic. Coordinates are whole
kilometres of ETRS-TM35FIN, counted from the upper left corner of the sheet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from tilannekuva.web.svg.drawing import XMLNS, brief, dots, escaped, hatch, identifier
from tilannekuva.web.svg.labels import Box, Crowd, Label, width, wrapped
from tilannekuva.web.svg.outline import ALAND, MAINLAND
from tilannekuva.web.svg.tessellation import cells as cells_around
from tilannekuva.web.svg.tessellation import dissolved, holds, rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tilannekuva.web.svg.tessellation import Corner

CLASSES = ("class-0", "class-1", "class-2", "class-3", "class-4", "class-5", "nodata", "suppressed")
WIDTH, HEIGHT = 672, 1160
WEST_KM, NORTH_KM = 72, 7786

_SIZE = 24  # of letters: 11 CSS px or more where the map is 310 CSS px wide
_NOTE = Box(6, 240, 254, 500)  # west of the Tornio river: the largest place without land
_LANDS = (MAINLAND, ALAND)

Members = tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """An area to colour: `klass` is one of CLASSES; `title` is what is read of it, or else its label."""

    id: str
    label: str
    klass: str
    title: str


def district_shapes(members: Mapping[str, Sequence[tuple[str, float, float]]]) -> Mapping[str, str]:
    """Give each area's shape as SVG path data, from its municipalities' (code, easting km, northing km).

    The whole country is divided among the points given, so give all municipalities even where few are drawn.
    Raises ValueError where two centre points are the same place.
    """
    return _shapes(tuple((area, tuple(map(tuple, points))) for area, points in members.items()))


@lru_cache(maxsize=16)
def _shapes(members: tuple[tuple[str, Members], ...]) -> Mapping[str, str]:
    rings = _rings(tuple(sorted({point for _, points in members for point in points})))
    return MappingProxyType(
        {
            area: path(dissolved(ring for code, *_ in points for ring in rings[code]))
            for area, points in members
        }
    )


@lru_cache(maxsize=4)
def _rings(points: Members) -> Mapping[str, list[list[Corner]]]:
    """Give each municipality's cell on the sheet; a point belongs to the land it stands on."""
    rings: dict[str, list[list[Corner]]] = {}
    for land in _LANDS:
        inhabited = [point for point in points if _land(point[1:]) is land]
        pieces = cells_around([(x, y) for _, x, y in inhabited], land)
        rings |= {code: [*map(on_sheet, each)] for (code, *_), each in zip(inhabited, pieces, strict=True)}
    return rings


def _land(place: tuple[float, float]) -> tuple[Corner, ...]:
    """Give the land on which the place stands, or the nearest."""
    within = (land for land in _LANDS if holds(land, place))
    return next(within, min(_LANDS, key=lambda land: min(math.dist(place, corner) for corner in land)))


def on_sheet(ring: Sequence[tuple[float, float]]) -> list[Corner]:
    """Put a ring of TM35FIN kilometres on the sheet."""
    return rounded((x - WEST_KM, NORTH_KM - y) for x, y in ring)


def path(rings: Sequence[Sequence[Corner]]) -> str:
    """Write closed rings as path data with relative whole numbers."""
    written, here = [], (0, 0)
    for ring in rings:
        steps = [
            (x - from_x, y - from_y) for (x, y), (from_x, from_y) in zip(ring, (here, *ring), strict=False)
        ]
        written.append(
            "m" + " ".join(f"{x}{y}" if y < 0 else f"{x} {y}" for x, y in steps).replace(" -", "-") + "z"
        )
        here = ring[0]
    return "".join(written)


def choropleth(
    cells: Sequence[Cell],
    shapes: Mapping[str, str],
    *,
    title: str,
    description: str,
    note: str,
    href: Callable[[str], str] | None = None,
    mark: Sequence[tuple[float, float, str]] = (),
) -> str:
    """Draw the areas in their classes, the note that the map is schematic, and named places.

    With `href` each area is a link to the address it gives for the area's id, and the map a group of links;
    without, the map is one picture: put a table beside it. `mark` holds (easting km, northing km, name).
    An area without a shape is not drawn. Raises ValueError for a class we do not know.
    """
    name = identifier(title, description, note, repr(cells), repr(mark), str(href is None))
    drawn = [cell for cell in cells if cell.id in shapes]
    areas = "".join(_area(cell, shapes[cell.id], name, href and href(cell.id)) for cell in drawn)
    return (
        f'<svg {XMLNS} class="map" viewBox="0 0 {WIDTH} {HEIGHT}" font-size="{_SIZE}" '
        f'role="{"group" if href else "img"}" aria-labelledby="{name}t {name}d">'
        f'<title id="{name}t">{escaped(title)}</title><desc id="{name}d">{escaped(description)}</desc>'
        f'{_patterns({cell.klass for cell in drawn}, name)}<path class="m-land" d="{_land_path()}"/>'
        f"{areas}{''.join(_words(note, mark))}</svg>"
    )


def legend(entries: Sequence[tuple[str, str]], *, title: str) -> str:
    """Give the key to a map: per entry a class of CLASSES and its words (limits, no data, suppressed)."""
    name = identifier("legend", title, repr(entries))
    items = "".join(f"<li>{_swatch(klass, name)} {escaped(text)}</li>" for klass, text in entries)
    return (
        f'<div class="legend"><p class="legend-title" id="{name}l">{escaped(title)}</p>'
        f'<ul aria-labelledby="{name}l">{items}</ul></div>'
    )


def _swatch(klass: str, name: str) -> str:
    rect = f'<rect class="m-area {_known(klass)}" width="28" height="18"{_fill(klass, name)}/>'
    return (
        f'<svg {XMLNS} class="swatch" viewBox="0 0 28 18" width="28" height="18" aria-hidden="true" '
        f'focusable="false">{_patterns({klass}, name)}{rect}</svg>'
    )


def _area(cell: Cell, shape: str, name: str, address: str | None) -> str:
    title = f"<title>{escaped(cell.title or cell.label)}</title>"
    drawn = f'class="m-area {_known(cell.klass)}" data-area="{escaped(cell.id)}" d="{shape}"'
    fill = _fill(cell.klass, name)
    if address is None:
        return f"<path {drawn}{fill}>{title}</path>"
    return f'<a class="m-link" href="{escaped(address)}">{title}<path {drawn}{fill}/></a>'


def _known(klass: str) -> str:
    if klass not in CLASSES:
        raise ValueError(f"no such class on a map: {klass!r}; known are {', '.join(CLASSES)}")
    return klass


def _fill(klass: str, name: str) -> str:
    """Point to the pattern of what is withheld or never came; other fills are the style sheet's."""
    patterns = {"nodata": "n", "suppressed": "s"}
    return f' fill="url(#{name}{patterns[klass]})"' if klass in patterns else ""


def _patterns(klasses: set[str], name: str) -> str:
    patterns = [hatch(f"{name}s", step=9)] if "suppressed" in klasses else []
    patterns += [dots(f"{name}n", step=12)] if "nodata" in klasses else []
    return f"<defs>{''.join(patterns)}</defs>" if patterns else ""


@lru_cache(maxsize=1)
def _land_path() -> str:
    return path([on_sheet(land) for land in _LANDS])


def _words(note: str, mark: Sequence[tuple[float, float, str]]) -> Iterator[str]:
    """Write the note in the sea and each place's name beside its dot, where it meets no other."""
    lines = [
        Label(line, _NOTE.left, _NOTE.top + (0.95 + 1.25 * row) * _SIZE, _SIZE, "g-label m-note")
        for row, line in enumerate(wrapped(note, _SIZE, room=_NOTE.right - _NOTE.left, most=8))
    ]
    yield from (line.svg for line in lines)
    spots = [(x - WEST_KM, NORTH_KM - y, name) for x, y, name in mark]
    crowd = Crowd([line.box for line in lines] + [Box(x - 8, y - 8, x + 8, y + 8) for x, y, _ in spots])
    for x, y, name in spots:
        yield f'<circle class="m-spot" cx="{brief(x)}" cy="{brief(y)}" r="7"/>'
        label = crowd.join(_beside(name, x, y), room=Box(2, 2, WIDTH - 2, HEIGHT - 2), near=y)
        yield label.svg if label else ""


def _beside(text: str, x: float, y: float) -> Iterator[Label]:
    """Give the places around a dot, the usual first."""
    wide = width(text, _SIZE)
    for step in range(6):
        far = 12 + 0.5 * step * _SIZE
        for left, height in (
            (x + far, y + 0.35 * _SIZE),
            (x - far - wide, y + 0.35 * _SIZE),
            (x - wide / 2, y - far),
            (x - wide / 2, y + far + 0.7 * _SIZE),
        ):
            yield Label(text, left, height, _SIZE, "g-label g-mark")
