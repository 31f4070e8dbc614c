"""Maps as SVG: areas in their classes, points, what lies under and over them, and the legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tilannekuva.web.maps.sheet import HEIGHT, NORTH_KM, WEST_KM, WIDTH, window
from tilannekuva.web.svg.drawing import XMLNS, brief, dots, escaped, hatch, identifier
from tilannekuva.web.svg.labels import Box, Crowd, Label, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tilannekuva.web.maps.sheet import Shapes, Spot, Window

CLASSES = (
    "class-0", "class-1", "class-2", "class-3", "class-4", "class-5", "zero", "nodata", "suppressed"
)  # fmt: skip
PROVISIONAL = " provisional"  # after a class: the value will still fill up

_SIZE = 24  # of letters: 11 CSS px or more where the map is 310 CSS px wide
_NOTE = Box(6, 240, 254, 500)  # west of the Tornio river: the largest place without land
_CORNER = Box(6, 6, 400, 240)  # of a narrower window, where that place may not be seen
_SHEET = Box(2, 2, WIDTH - 2, HEIGHT - 2)
_PATTERNS = {"nodata": "n", "suppressed": "s"}
_RADIUS = 9


@dataclass(frozen=True, slots=True)
class Cell:
    """An area to colour: `klass` is one of CLASSES, or one with PROVISIONAL after it.

    `title` is what is read of it, or else its label.
    """

    id: str
    label: str
    klass: str
    title: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else a map shows: markup under and over the areas, and named places.

    `mark` holds (easting km, northing km, name); `kinds` are classes that a script may give areas later;
    `focus` are the points that a window is laid around, all where none is named.
    """

    under: str = ""
    over: str = ""
    mark: Sequence[tuple[float, float, str]] = ()
    kinds: frozenset[str] = frozenset()
    focus: frozenset[str] = frozenset()


ALONE = Surroundings()


def choropleth(
    cells: Sequence[Cell],
    shapes: Shapes,
    *,
    title: str,
    description: str,
    href: Callable[[str], str] | None = None,
    around: Surroundings = ALONE,
) -> str:
    """Draw the areas in their classes, the note that says what kind of map it is, and named places.

    With `href` each area is a link to the address it gives for the area's id, and the map a group of links;
    without, the map is one picture: put a table beside it. An area without a shape is not drawn. Raises
    ValueError for a class we do not know.
    """
    name = identifier(title, description, shapes.note, repr(cells), repr(around), str(href is None))
    drawn = [cell for cell in cells if cell.id in shapes.by_area]
    spots = {cell.id: spot for cell in drawn if isinstance(spot := shapes.by_area[cell.id], tuple)}
    shown = window([spots[one] for one in spots.keys() & around.focus or spots])
    areas = "".join(
        _area(cell, _outline(shapes.by_area[cell.id], shown), name=name, address=href and href(cell.id))
        for cell in drawn
    )
    land = f'<path class="m-land" d="{shapes.land}"/>' if shapes.land else ""
    size = f' width="{WIDTH}" height="{HEIGHT}"' if shown.scale < 1 else ""
    return (
        f'<svg {XMLNS} class="map" viewBox="{shown.box}"{size} font-size="{_SIZE * shown.scale:g}" '
        f'role="{"group" if href else "img"}" aria-labelledby="{name}t {name}d">'
        f'<title id="{name}t">{escaped(title)}</title><desc id="{name}d">{escaped(description)}</desc>'
        f"{_patterns({cell.klass for cell in drawn} | around.kinds, name)}{around.under}"
        f"{land}{areas}{around.over}{_words(shapes.note, around.mark, shown)}</svg>"
    )


def legend(entries: Sequence[tuple[str, str]], *, title: str) -> str:
    """Give the key to a map: per entry a class of CLASSES, or PROVISIONAL alone, and its words."""
    name = identifier("legend", title, repr(entries))
    items = "".join(f"<li>{_swatch(klass, name)} {escaped(text)}</li>" for klass, text in entries)
    return (
        f'<div class="legend"><p class="legend-title" id="{name}l">{escaped(title)}</p>'
        f'<ul aria-labelledby="{name}l">{items}</ul></div>'
    )


def _swatch(klass: str, name: str) -> str:
    known = klass.strip() if klass == PROVISIONAL else _known(klass)
    rect = f'<rect class="m-area {known}" x="2" y="2" width="24" height="14"{_fill(klass, name)}/>'
    return (
        f'<svg {XMLNS} class="swatch" viewBox="0 0 28 18" width="28" height="18" aria-hidden="true" '
        f'focusable="false">{_patterns({klass}, name)}{rect}</svg>'
    )


def _outline(shape: str | Spot, shown: Window) -> tuple[str, str]:
    """Give the element of an area and what it looks like; points keep their size in a narrower window."""
    if isinstance(shape, str):
        return "path", f'd="{shape}"'
    across, down = (f"{one:g}" for one in shape)
    scale = f" scale({shown.scale:g})" if shown.scale < 1 else ""
    return "circle", f'r="{_RADIUS}" transform="translate({across} {down}){scale}"'


def _area(cell: Cell, outline: tuple[str, str], *, name: str, address: str | None) -> str:
    title = f"<title>{escaped(cell.title or cell.label)}</title>"
    tag, look = outline
    kind = "m-area" if tag == "path" else "m-area m-point"
    fill = _fill(cell.klass, name)
    drawn = f'{tag} class="{kind} {_known(cell.klass)}" data-area="{escaped(cell.id)}" {look}{fill}'
    if address is None:
        return f"<{drawn}>{title}</{tag}>"
    return f'<a class="m-link" href="{escaped(address)}">{title}<{drawn}/></a>'


def _known(klass: str) -> str:
    if klass.removesuffix(PROVISIONAL) not in CLASSES:
        raise ValueError(f"no such class on a map: {klass!r}; known are {', '.join(CLASSES)}")
    return klass


def _fill(klass: str, name: str) -> str:
    """Point to the pattern of what is withheld or never came; other fills are the style sheet's."""
    return f' fill="url(#{name}{_PATTERNS[klass]})"' if klass in _PATTERNS else ""


def _patterns(klasses: set[str], name: str) -> str:
    patterns = [hatch(f"{name}s", step=9)] if "suppressed" in klasses else []
    patterns += [dots(f"{name}n", step=12)] if "nodata" in klasses else []
    return f"<defs>{''.join(patterns)}</defs>" if patterns else ""


def _words(note: str, mark: Sequence[tuple[float, float, str]], shown: Window) -> str:
    """Write the note in the sea and each place's name beside its dot, where it meets no other.

    In a narrower window words are placed as on a whole sheet and then made smaller.
    """
    room = _NOTE if shown.scale == 1 else _CORNER
    lines = [
        Label(line, room.left, room.top + (0.95 + 1.25 * row) * _SIZE, _SIZE, "g-label m-note")
        for row, line in enumerate(wrapped(note, _SIZE, room=room.right - room.left, most=8))
    ]
    spots = [(*shown.place(x - WEST_KM, NORTH_KM - y), name) for x, y, name in mark]
    inside = [one for one in spots if _SHEET.holds(Box(one[0], one[1], one[0], one[1]))]
    words = "".join([*(line.svg for line in lines), *_named(inside, [line.box for line in lines])])
    if shown.scale == 1:
        return words
    move = f"translate({shown.left:g} {shown.top:g}) scale({shown.scale:g})"
    return f'<g class="m-words" font-size="{_SIZE}" transform="{move}">{words}</g>'


def _named(spots: Sequence[tuple[float, float, str]], taken: Iterable[Box]) -> Iterator[str]:
    """Draw dots on the sheet, each with its name beside it where there is room."""
    crowd = Crowd([*taken, *(Box(x - 8, y - 8, x + 8, y + 8) for x, y, _ in spots)])
    for x, y, name in spots:
        yield f'<circle class="m-spot" cx="{brief(x)}" cy="{brief(y)}" r="7"/>'
        label = crowd.join(_beside(name, x, y), room=_SHEET, near=y)
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
