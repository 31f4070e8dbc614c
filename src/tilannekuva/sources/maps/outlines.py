"""Outlines: boundaries made light enough to be drawn in a page, neighbours still sharing one border.

Shapes are simplified as one coverage, so that a border moves alike on both its sides, and then put on whole
steps. This module stands on large libraries; it is loaded in the locked child only.
"""

from datetime import date
from itertools import pairwise

import numpy as np
import shapely  # type: ignore[import-untyped] # shapely brings no types of its own

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.maps import spatial
from tilannekuva.sources.maps.placing import divided
from tilannekuva.sources.maps.spatial import Shapes
from tilannekuva.sources.recipe import Ground
from tilannekuva.sources.table import joined, reader, table

Corner = tuple[int, int]
Ring = list[Corner]
MOST = 2000  # shapes of one layer of one's own
_CORNERS = 4500  # of all areas together: about 12 kB when packed
_LAYER_CORNERS = 20_000
_FIRST, _LAST = 500.0, 16_000.0  # metres by which a border may move, about
_SPECK = 64  # squares of a step: a smaller island is left out, unless it is all there is
_NAMES = ("name", "nimi", "namn", "title", "otsikko", "tunnus", "id")


def outlines(ground: Ground, today: date, *, step: int) -> dict[str, list[Ring]]:
    """Give the rings of each area that stands on a day, in whole steps of metres of EPSG:3067.

    Outer rings run one way and holes the other. Shapes are made coarser until all fit in a page.
    """
    recipe = ground.recipe
    if recipe.boundaries is None:
        return {}
    raw = joined([table(page, recipe.fetch) for page in ground.pages])
    areas = divided(raw, recipe.boundaries, recipe.fetch, today)
    coarse = _FIRST
    while True:
        simple = shapely.coverage_simplify(areas.shapes, coarse)
        found = {area: _rings(shape, step) for area, shape in zip(areas.ids, _one_way(simple), strict=True)}
        corners = sum(len(ring) for rings in found.values() for ring in rings)
        if corners <= _CORNERS or coarse >= _LAST:
            return found
        coarse *= 1.5


def drawn_layer(body: bytes, *, step: int) -> list[tuple[str, str, list[Ring]]]:
    """Give the kind (`area`, `line` or `point`), name and lines of each shape of a map file, in whole steps.

    Raises NotUnderstood for a file that cannot be read or holds too much to be drawn.
    """
    fetch = Fetch(protocol="inbox", format="geo", columns={"geometry": "geometry"})
    rows = list(reader("geo")(body, fetch))
    if len(rows) > MOST:
        raise NotUnderstood(f"the layer holds {len(rows)} shapes; at most {MOST} are drawn on a page")
    named = [(_name(row), row["geometry"]) for row in rows if isinstance(row["geometry"], bytes)]
    shapes = shapely.from_wkb(np.array([code for _, code in named], dtype=object))
    shapes = shapely.simplify(shapes, step)
    if shapely.get_num_coordinates(shapes).sum() > _LAYER_CORNERS:
        raise NotUnderstood(f"the layer holds more than {_LAYER_CORNERS} corners: simplify it")
    drawn = zip(named, shapes, strict=True)
    return [(_kind(shape), name, _lines(shape, step)) for (name, _), shape in drawn if not shape.is_empty]


def _name(row: dict[str, object]) -> str:
    """Give what a shape is called: by a column that says so, else its first text."""
    lower = {str(key).casefold(): value for key, value in row.items()}
    texts = (value for value in row.values() if isinstance(value, str))
    return next((str(lower[key]) for key in _NAMES if lower.get(key) not in (None, "")), next(texts, ""))


def _kind(shape: shapely.Geometry) -> str:
    return ("point", "line", "area")[max(shapely.get_dimensions(shape), 0)]


def _one_way(shapes: Shapes) -> Shapes:
    turned: Shapes = shapely.orient_polygons(spatial.mended(shapes))
    return turned


def _rings(shape: shapely.Geometry, step: int) -> list[Ring]:
    """Give the rings of an area, the largest part first; specks are left out."""
    parts = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
    kept = [part for nth, part in enumerate(parts) if nth == 0 or part.area > _SPECK * step * step]
    lines = [line for part in kept for line in (part.exterior, *part.interiors)]
    rings = [_corners(line, step)[:-1] for line in lines]
    return [ring for ring in rings if len(ring) > 2]  # noqa: PLR2004 - fewer corners enclose nothing


def _lines(shape: shapely.Geometry, step: int) -> list[Ring]:
    """Give the lines of a shape of any kind, down to single points."""
    parts: list[shapely.Geometry] = [shape]
    while any(hasattr(part, "geoms") for part in parts):
        parts = [one for part in parts for one in getattr(part, "geoms", [part])]
    return [_corners(line, step) for part in parts for line in _edges(part)]


def _edges(part: shapely.Geometry) -> list[shapely.Geometry]:
    return [part.exterior, *part.interiors] if hasattr(part, "exterior") else [part]


def _corners(line: shapely.Geometry, step: int) -> Ring:
    """Put a line on whole steps; corners that fall together are one."""
    corners = np.round(shapely.get_coordinates(line) / step).astype(int).tolist()
    first = [tuple(corners[0])]
    return first + [tuple(one) for before, one in pairwise(corners) if one != before]
