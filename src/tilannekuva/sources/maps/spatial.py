"""Places: which area a shape lies in, with which share, how near, and in which square of the grid.

    within    the area of a point                          most     the area of the greater part of a shape
    shares    every area of a shape, with its share        nearest  the nearest area and how far it is
    around    every area within some metres of a shape     counts   points within some metres of a shape
    weighted  areas to other areas, by where people live   squares  ids of grid squares, `1kmN6672E0385`

Arrays in, arrays out; coordinates in metres of EPSG:3067. Areas stand in an order, and where two are equally
right (a point on their border) the earlier one is taken: one answer, always the same.
"""

from typing import Any, NamedTuple

import numpy as np
import shapely  # type: ignore[import-untyped] # shapely brings no types of its own
from numpy.typing import NDArray

Shapes = NDArray[Any]  # of shapely geometries
Indices = NDArray[np.int64]
Numbers = NDArray[np.float64]
NONE = -1  # the index of no area
SQUARES = {
    250: ("250m", 10),
    1000: ("1km", 1000),
    5000: ("5km", 1000),
}  # side: name, metres of one step in ids
_POLYGONS = (3, 6)  # shapely's numbers of the kinds: a polygon, many of them
_SAME = 1e-6  # relative difference of two surfaces that are the same


class Pairs(NamedTuple):
    """Rows of (shape, area, share): indices into both arrays, ordered by shape, then area."""

    shape: Indices
    area: Indices
    share: Numbers


def sound(shapes: Shapes) -> tuple[Shapes, dict[int, str]]:
    """Give shapes fit for measuring, and why others are not, by index.

    Faults of drawing that leave the surface as it is (a ring that touches itself) are mended. A shape that
    is missing, empty or crosses itself, so that its surface may be one or another, is a fault.
    """
    faults = dict.fromkeys(_where(shapely.is_missing(shapes) | shapely.is_empty(shapes)), "it has no shape")
    wrong = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    good = shapes.copy()
    good[wrong] = shapely.make_valid(shapes[wrong])
    for nth in _where(wrong):
        if not np.isclose(shapes[nth].area, good[nth].area, rtol=_SAME) or good[nth].is_empty:
            faults[nth] = f"its shape is drawn wrongly: {shapely.is_valid_reason(shapes[nth])}"
    return good, faults


def mended(areas: Shapes) -> Shapes:
    """Give areas as valid polygons, whatever is wrong with their drawing; points and lines are dropped."""
    good = areas.copy()
    for nth in _where(~shapely.is_valid(areas) | ~np.isin(shapely.get_type_id(areas), _POLYGONS)):
        parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(areas[nth])))
        good[nth] = shapely.union_all(parts[shapely.get_type_id(parts) == _POLYGONS[0]])
    return good


def within(points: Numbers, areas: Shapes) -> Indices:
    """Give the index of each point's area, -1 for none; the earliest area of a point on a border.

    `points` is (n, 2). Each area looks only at the points between its west and east ends that no earlier
    area has taken.
    """
    order = np.argsort(points[:, 0], kind="stable")
    east, north = points[order].T
    found = np.full(len(points), NONE)
    shapely.prepare(areas)
    for nth, (west_end, south_end, east_end, north_end) in enumerate(shapely.bounds(areas)):
        first, last = np.searchsorted(east, west_end, "left"), np.searchsorted(east, east_end, "right")
        near = np.flatnonzero(
            (found[first:last] == NONE) & (north[first:last] >= south_end) & (north[first:last] <= north_end)
        )
        near += first
        found[near[shapely.intersects_xy(areas[nth], east[near], north[near])]] = nth
    indices = np.empty_like(found)
    indices[order] = found
    return indices


def shares(shapes: Shapes, areas: Shapes) -> Pairs:
    """Give every area that a shape lies in with its share: of the surface, the length, or the points.

    Areas are carved out of a shape one after the other, so that what lies on a border or under two areas
    counts once, as does ground that a line runs over twice; over areas without gaps the shares of a shape
    sum to 1.
    """
    shapes = _run_once(shapes)
    shapely.prepare(areas)
    shape, area = _ordered(shapely.STRtree(areas).query(shapes, predicate="intersects"))
    part = np.zeros(len(shape))
    whole = shapely.covers(areas[area], shapes[shape])
    rest = shapes.copy()
    turn = np.arange(len(shape)) - np.searchsorted(shape, shape)  # nth area of its shape
    for nth in range(turn.max(initial=NONE) + 1):
        now = np.flatnonzero(turn == nth)
        covered, cut = now[whole[now]], now[~whole[now]]
        part[covered] = _measure(rest[shape[covered]], shapes[shape[covered]])
        rest[shape[covered]] = shapely.Point()
        part[cut] = _measure(shapely.intersection(rest[shape[cut]], areas[area[cut]]), shapes[shape[cut]])
        rest[shape[cut]] = shapely.difference(rest[shape[cut]], areas[area[cut]])
    return _kept(shape, area, part / _measure(shapes, shapes)[shape])


def _run_once(shapes: Shapes) -> Shapes:
    twice = (shapely.get_dimensions(shapes) == 1) & ~shapely.is_simple(shapes)
    if not twice.any():
        return shapes
    once = shapes.copy()
    once[twice] = shapely.node(shapes[twice])
    return once


def most(shapes: Shapes, areas: Shapes) -> Indices:
    """Give the index of the area in which the greatest share of each shape lies; -1 for none."""
    pairs = shares(shapes, areas)
    found = np.full(len(shapes), NONE)
    best = np.lexsort((pairs.area, -pairs.share.round(9), pairs.shape))
    shape, first = np.unique(pairs.shape[best], return_index=True)
    found[shape] = pairs.area[best][first]
    return found


def nearest(shapes: Shapes, areas: Shapes, metres: float = np.inf) -> tuple[Indices, Numbers]:
    """Give the index of each shape's nearest area and how many metres it is away; -1, inf beyond `metres`."""
    (shape, area), away = shapely.STRtree(areas).query_nearest(
        shapes,
        max_distance=None if np.isinf(metres) else metres or np.finfo(float).tiny,
        return_distance=True,
    )
    found, distance = np.full(len(shapes), NONE), np.full(len(shapes), np.inf)
    order = np.lexsort((-area, shape))  # the earliest of equally near areas is written last, and stays
    found[shape[order]], distance[shape[order]] = area[order], away[order]
    return found, distance


def around(shapes: Shapes, areas: Shapes, metres: float) -> Pairs:
    """Give every area within some metres of a shape, with its share of the surface within these metres.

    The share leaves out what lies in no area: beyond the border, at sea.
    """
    return shares(shapely.buffer(shapes, metres, quad_segs=32), areas)


def counts(shapes: Shapes, points: Shapes, metres: float, weights: Numbers | None = None) -> Numbers:
    """Count the points within some metres of each shape, or sum their weights."""
    shape, point = shapely.STRtree(points).query(shapes, predicate="dwithin", distance=metres)
    each = np.ones(len(points)) if weights is None else weights
    return np.bincount(shape, each[point], len(shapes)).astype(np.float64)


def weighted(areas: Shapes, others: Shapes, points: Numbers, weights: Numbers) -> Pairs:
    """Give the share of each area's people who live in each of the other areas.

    People stand at points (the centres of a population grid's squares). An area in which nobody lives is
    shared by its surface.
    """
    here, there = within(points, areas), within(points, others)
    lived = (here != NONE) & (there != NONE)
    size = len(others)
    people = np.bincount(here[lived] * size + there[lived], weights[lived], len(areas) * size)
    total = np.bincount(here[here != NONE], weights[here != NONE], len(areas))
    flat = np.flatnonzero(people)
    empty = np.flatnonzero(total == 0)
    by_surface = shares(areas[empty], others)
    return _kept(
        np.concatenate([flat // size, empty[by_surface.shape]]),
        np.concatenate([flat % size, by_surface.area]),
        np.concatenate([people[flat] / total[flat // size], by_surface.share]),
    )


def squares(points: Numbers, metres: int) -> list[str]:
    """Give the ids of Statistics Finland's grid squares of 250, 1,000 or 5,000 metres in which points lie.

    An id names the square's south-western corner: `1kmN6672E0385` begins at north 6,672 km, east 385 km, and
    `250mN667225E38575` at north 6,672,250 m, east 385,750 m. A border belongs to the square that it begins.
    """
    name, step = SQUARES[metres]
    width = 4 if step == SQUARES[1000][1] else 5
    east, north = (np.floor(points / metres) * metres / step).astype(np.int64).T
    return [
        f"{name}N{up:0{width}}E{right:0{width}}"
        for up, right in zip(north.tolist(), east.tolist(), strict=True)
    ]


def _measure(parts: Shapes, shapes: Shapes) -> Numbers:
    """Measure parts as their shapes are measured: by surface, by length, else by the number of points."""
    dimension = np.maximum(shapely.get_dimensions(shapes), 0)
    by_size = (shapely.get_num_coordinates(parts), shapely.length(parts), shapely.area(parts))
    measures: Numbers = np.choose(dimension, by_size).astype(float)
    return measures


def _ordered(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    return pairs[:, np.lexsort(pairs[::-1])]


def _kept(shape: Indices, area: Indices, share: Numbers) -> Pairs:
    """Order pairs and drop those that only touch."""
    order = np.lexsort((area, shape))
    order = order[share[order] > 0]
    return Pairs(shape[order], area[order], share[order])


def _where(mask: NDArray[np.bool_]) -> list[int]:
    return [int(nth) for nth in np.flatnonzero(mask)]
