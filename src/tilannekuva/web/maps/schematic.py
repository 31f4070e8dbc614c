"""Areas as cells around centre points: each is the land nearest to its municipalities' centres.

No boundary data ships with the package; the outline of the land is our own. A map of these says in words that
it is schematic.
"""

from __future__ import annotations

import math
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from tilannekuva.web.maps.sheet import on_sheet, path
from tilannekuva.web.svg.outline import ALAND, MAINLAND
from tilannekuva.web.svg.tessellation import cells as cells_around
from tilannekuva.web.svg.tessellation import dissolved, holds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tilannekuva.web.svg.tessellation import Corner

_LANDS = (MAINLAND, ALAND)

Members = tuple[tuple[str, float, float], ...]


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


@lru_cache(maxsize=1)
def land_path() -> str:
    """Give the outline of the land as path data."""
    return path([on_sheet(land) for land in _LANDS])
