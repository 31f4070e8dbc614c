"""What lies over and under a map: layers of the workspace's own, and the city's base map."""

from dataclasses import dataclass

from tilannekuva.config import Ground
from tilannekuva.domain.areas import register
from tilannekuva.flows.geometry import FINE, Layer, Rings
from tilannekuva.web import maps
from tilannekuva.web.maps.projection import from_tm35, to_tm35
from tilannekuva.web.pages.frame import View
from tilannekuva.web.svg.drawing import brief, escaped

_NAMED = 40  # points of a layer that have room for their names
_SHEET = (maps.WEST_KM, maps.NORTH_KM - maps.HEIGHT, maps.WEST_KM + maps.WIDTH, maps.NORTH_KM)
_TILE = 256  # pixels
_WIDEST = 512  # pixels of the map before it is magnified
_SPAN = 50_000.0  # metres over which another system's axes are straight enough


@dataclass(frozen=True, slots=True)
class Overlay:
    """Markup of the layers that are switched on, and their points with room for names.

    `faults` are titles and reasons of those that cannot be drawn.
    """

    drawn: str
    mark: tuple[tuple[float, float, str], ...]
    faults: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Base:
    """A base map: markup of its images, its title and whose it is."""

    drawn: str
    title: str
    attribution: str


def overlay(view: View) -> Overlay:
    """Draw the layers that are asked for."""
    found = [one for name in dict.fromkeys(view.all_asked("layer")) if (one := view.reader.layer(name))]
    faults = tuple((one.title, one.fault.partition(";")[0]) for one in found if one.fault)
    points = [(*_spot(lines), name) for one in found for kind, name, lines in one.shapes if kind == "point"]
    if len(points) <= _NAMED:
        return Overlay(
            "".join(map(_lines, found)), tuple((e / 1000, n / 1000, name) for e, n, name in points), faults
        )
    dots = "".join(
        f'<circle class="m-spot" cx="{brief(east / 1000 - maps.WEST_KM)}" '
        f'cy="{brief(maps.NORTH_KM - north / 1000)}" r="5"><title>{escaped(name)}</title></circle>'
        for east, north, name in points
    )
    return Overlay("".join(map(_lines, found)) + dots, (), faults)


def _lines(layer: Layer) -> str:
    drawn = "".join(
        f'<path class="m-own-{kind}" d="{_path(lines, closed=kind == "area")}">'
        f"<title>{escaped(name)}</title></path>"
        for kind, name, lines in layer.shapes
        if kind != "point"
    )
    return f'<g class="m-layer">{drawn}</g>'


def _path(lines: Rings, *, closed: bool) -> str:
    return maps.path([maps.stepped(line, FINE) for line in lines], closed=closed, metres=FINE)


def _spot(lines: Rings) -> tuple[int, int]:
    east, north = lines[0][0]
    return east * FINE, north * FINE


def base_map(view: View) -> Base | None:
    """Give the base map that is asked for, as one sees it before a script refines it."""
    name = view.asked("ground")
    ground = next((one for one in view.reader.settings.ground if one.id == name), None)
    if ground is None or view.asked("shape") == "tiles":
        return None
    east, north = _origin(view, ground)
    matrix = _matrix(ground, east, north)
    box = _box(ground)
    told = {
        "kind": ground.kind,
        "href": f"/ground/{ground.id}",
        "east": f"{east:.0f}",
        "north": f"{north:.0f}",
        "corner": ",".join(f"{one:.1f}" for one in ground.origin),
        "resolution": f"{ground.resolution:g}",
        "levels": str(ground.matrices),
    }
    data = "".join(f' data-{key}="{escaped(value)}"' for key, value in told.items())
    images = _window(ground, box) if ground.kind == "wms" else _tiles(ground, box)
    drawn = "".join(
        f'<image href="{escaped(href)}" x="{west - east:.1f}" y="{north - top:.1f}" '
        f'width="{right - west:.1f}" height="{top - bottom:.1f}" preserveAspectRatio="none"/>'
        for href, (west, bottom, right, top) in images
    )
    group = f'<g class="m-ground"{data} transform="matrix({matrix})">{drawn}</g>'
    return Base(group, ground.title.in_(view.language.code), ground.attribution)


Box = tuple[float, float, float, float]


def _window(ground: Ground, box: Box) -> list[tuple[str, Box]]:
    west, south, east, north = box
    wide = _WIDEST
    tall = round(wide * (north - south) / (east - west))
    asked = f"box={west:.0f},{south:.0f},{east:.0f},{north:.0f}&width={wide}&height={tall}"
    return [(f"/ground/{ground.id}?{asked}", box)]


def _tiles(ground: Ground, box: Box) -> list[tuple[str, Box]]:
    """Give the tiles that cover a box, at the first level on which it is wide enough."""
    west, south, east, north = box
    fits = [z for z in range(ground.matrices) if (east - west) / _metres(ground, z) >= _WIDEST]
    z = min(fits, default=ground.matrices - 1)
    side, (left, top) = _TILE * _metres(ground, z), ground.origin
    cols = range(int((west - left) // side), int((east - left) // side) + 1)
    rows = range(int((top - north) // side), int((top - south) // side) + 1)
    return [
        (
            f"/ground/{ground.id}?z={z}&row={row}&col={col}",
            (left + col * side, top - (row + 1) * side, left + (col + 1) * side, top - row * side),
        )
        for row in rows
        for col in cols
    ]


def _metres(ground: Ground, z: int) -> float:
    return float(ground.resolution / 2**z)


def _box(ground: Ground) -> Box:
    """Give the sheet in the base map's own metres: of another system, what surrounds all its corners."""
    west, south, east, north = (1000.0 * one for one in _SHEET)
    corners = [from_tm35(ground.crs, x, y) for x in (west, east) for y in (south, north)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _origin(view: View, ground: Ground) -> tuple[float, float]:
    """Give a place near the city in the base map's metres: numbers counted from it stay small."""
    centre = register().area(view.picture.areas[0]).centre or (_SHEET[0], _SHEET[3])
    east, north = from_tm35(ground.crs, 1000 * centre[0], 1000 * centre[1])
    return float(round(east)), float(round(north))


def _matrix(ground: Ground, east: float, north: float) -> str:
    """Give the transformation from metres east and south of a place to the sheet, right around that place."""
    here = _on_sheet(ground, east, north)
    right = _on_sheet(ground, east + _SPAN, north)
    down = _on_sheet(ground, east, north - _SPAN)
    axes = [(end - begin) / _SPAN for tip in (right, down) for end, begin in zip(tip, here, strict=True)]
    return " ".join(f"{one:.9g}" for one in (*axes, *here))


def _on_sheet(ground: Ground, east: float, north: float) -> maps.Spot:
    x, y = to_tm35(ground.crs, east, north)
    return x / 1000 - maps.WEST_KM, maps.NORTH_KM - y / 1000
