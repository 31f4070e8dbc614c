"""Coordinates: from any system that Finnish offices use into ETRS-TM35FIN (EPSG:3067), where all is measured.

    EPSG:3067          ETRS-TM35FIN: the whole country in one zone
    EPSG:3873 … 3885   ETRS-GK19FIN … GK31FIN: cities; the easting begins with the zone's number
    EPSG:2391 … 2394   KKJ zones 1-4, the system before; 2393 is also the uniform one (YKJ)
    EPSG:4326, 3857    degrees, and the squares of web maps

Which of the two numbers is the easting is told by the numbers: services write both orders, and in each of
these systems only one of them lies in Finland.
"""

from typing import Any

import numpy as np
import shapely  # type: ignore[import-untyped] # shapely brings no types of its own
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.wording import CHANGED, quoted

Shapes = NDArray[Any]  # of shapely geometries; None where there is none
TM35FIN = "EPSG:3067"
# West, south, east and north of the country and its seas in metres: room for every true place, and for none
# that a wrong system or order would give.
_FINLAND = (0.0, 6_400_000.0, 800_000.0, 7_850_000.0)
_ASTRAY = 0.1  # a larger share of shapes outside the country, and the system is wrong, not the shapes


def finnish(shapes: Shapes, crs: str) -> tuple[Shapes, NDArray[np.bool_]]:
    """Give shapes in EPSG:3067, and which of them lie outside Finland.

    Raises NotUnderstood when more than a tenth do: then the coordinates are of another system than `crs`.
    """
    moved, outside = _moved(shapes, crs)
    if outside.any():
        turned, still = _moved(_turned(shapes), crs)
        if still.sum() < outside.sum():
            moved, outside = turned, still
    if outside.sum() > _ASTRAY * len(shapes):
        where = _where(shapes[outside][0], crs)
        raise NotUnderstood(
            f"{outside.sum()} of {len(shapes)} shapes lie outside Finland, the first {where}: is {crs} the "
            f'right coordinate system? If not, write crs = "EPSG:…" into the recipe{CHANGED}'
        )
    return moved, outside


def _moved(shapes: Shapes, crs: str) -> tuple[Shapes, NDArray[np.bool_]]:
    system = _system(crs)
    if system == _system(TM35FIN):
        moved = shapes
    else:
        to_finland = Transformer.from_crs(system, TM35FIN, always_xy=True)
        moved = shapely.transform(shapes, lambda xy: np.column_stack(to_finland.transform(*xy.T)))
    west, south, east, north = _FINLAND
    box = shapely.bounds(moved)
    inside = (box >= (west, south, west, south)).all(axis=1) & (box <= (east, north, east, north)).all(axis=1)
    return moved, ~(inside | shapely.is_empty(moved) | shapely.is_missing(moved))


def _turned(shapes: Shapes) -> Shapes:
    turned: Shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    return turned


def _system(crs: str) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError:
        raise NotUnderstood(
            f"{quoted(crs)} is no coordinate system; Finland's is EPSG:3067{CHANGED}"
        ) from None


def _where(shape: Any, crs: str) -> str:  # noqa: ANN401 - shapely brings no types
    """Say where on earth a shape would lie."""
    box = shapely.bounds(shape)
    to_earth = Transformer.from_crs(_system(crs), "EPSG:4326", always_xy=True)
    lon, lat = to_earth.transform((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - degrees; nor is infinity
        return "nowhere on earth"
    north, east = "N" if lat >= 0 else "S", "E" if lon >= 0 else "W"
    return f"at {abs(lat):.1f}° {north} {abs(lon):.1f}° {east}"
