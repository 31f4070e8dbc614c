"""Placing: the shapes of an answer come to areas, so that SQL can count and sum them there.

This module stands on large libraries; it is loaded only for recipes with `[place]` or `[boundaries]`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
import shapely  # type: ignore[import-untyped] # shapely brings no types of its own

from tilannekuva.domain.areas import register
from tilannekuva.errors import BadDefinition, NotUnderstood
from tilannekuva.sources.cells import Cell
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.maps import spatial
from tilannekuva.sources.maps.coordinates import finnish
from tilannekuva.sources.maps.spatial import NONE, Indices, Numbers, Pairs, Shapes
from tilannekuva.sources.recipe import Boundaries, Ground, Place, Recipe
from tilannekuva.sources.table import Table, joined, table
from tilannekuva.sources.wording import quoted

_POINT = 0  # shapely's number of the kind


class Areas(NamedTuple):
    """Areas in the order of their ids, the shape of each, and what of the answer is left out."""

    ids: list[str]
    shapes: Shapes
    faults: list[str]


def on_map(raw: Table, recipe: Recipe, grounds: Sequence[Ground], today: date) -> tuple[Table, int]:
    """Give the rows of an answer brought to areas, or those of boundaries and how many areas they hold."""
    if recipe.boundaries is None:
        return placed(raw, recipe, grounds, today), 0
    areas = divided(raw, recipe.boundaries, recipe.fetch, today)
    return replace(raw, faults=raw.faults + areas.faults), len(areas.ids)


def placed(raw: Table, recipe: Recipe, grounds: Sequence[Ground], today: date) -> Table:
    """Give the rows of an answer anew, one for each area that its shape comes to.

    What comes to no area is a fault. Raises NotUnderstood without boundaries, or when the shapes lie
    outside Finland.
    """
    place = recipe.place
    if place is None:
        return raw
    areas = _boundaries(place, grounds, today)
    shapes, faults = spatial.sound(_shapes(raw, recipe))
    here = np.array([nth for nth in range(len(shapes)) if nth not in faults], dtype=np.int64)
    pairs, distance = _pairs(shapes[here], areas.shapes, place, _people(place, grounds))
    pairs, ids = _raised(pairs, areas.ids, place.level, today)
    row = here[pairs.shape]
    for nth in np.setdiff1d(here, row):
        faults[int(nth)] = f"it lies in no {place.level}"
    more = _columns(shapes, row, pairs.share, place)
    if place.method == "nearest":
        more["distance"] = ("DOUBLE", distance[pairs.shape].tolist())
    columns = {
        name: (kind, [cells[nth] for nth in row.tolist()])
        for name, (kind, cells) in raw.columns.items()
        if kind != "BLOB"
    }
    columns |= {"area": ("VARCHAR", [ids[nth] for nth in pairs.area.tolist()]), **more}
    told = [f"shape {nth + 1}: {why}" for nth, why in sorted(faults.items())]
    return Table(columns, raw.n_rows, raw.faults + told)


def divided(raw: Table, boundaries: Boundaries, fetch: Fetch, today: date) -> Areas:
    """Give the areas that stand on a day, by the shapes of an answer that holds boundaries.

    Several shapes of one area (its land and its sea) are put together; a municipality that has merged
    becomes part of the one it merged into.
    """
    parts: dict[str, list[object]] = {}
    faults = []
    shapes = spatial.mended(_known(raw, _geometry(fetch)))
    told = zip(*(raw.columns[column][1] for column in boundaries.columns), strict=True)
    for names, shape in zip(told, shapes, strict=True):
        name = next(filter(None, names), "")
        area = register().match(str(name), boundaries.level)
        if area is None or shape is None or shape.is_empty or not area.startswith(boundaries.level):
            faults.append(f"no {boundaries.level} with a shape is called {quoted(name)}")
        else:
            parts.setdefault(_standing(area, today), []).append(shape)
    ids = sorted(parts)
    whole = [parts[area][0] if len(parts[area]) == 1 else shapely.union_all(parts[area]) for area in ids]
    return Areas(ids, np.array(whole, dtype=object), faults)


def _landed(name: str, grounds: Sequence[Ground]) -> tuple[Recipe, Table]:
    """Give a source by which shapes come to areas, with its rows; NotUnderstood when it is not there yet."""
    found = next((one for one in grounds if one.recipe.id == name), None)
    if found is None:
        raise NotUnderstood(
            f"its shapes come to areas by {name}, of which no good answer has landed yet: update {name} "
            "first, or give a file of it: tilannekuva update --replay DIR"
        )
    return found.recipe, joined([table(body, found.recipe.fetch) for body in found.pages])


def _boundaries(place: Place, grounds: Sequence[Ground], today: date) -> Areas:
    recipe, raw = _landed(place.boundaries, grounds)
    if recipe.boundaries is None:
        raise BadDefinition(f"{recipe.id} holds no boundaries: its recipe has no [boundaries]")
    return divided(raw, recipe.boundaries, recipe.fetch, today)


def _people(place: Place, grounds: Sequence[Ground]) -> tuple[Numbers, Numbers] | None:
    """Give the places where people live and how many do; a number that is withheld counts as none."""
    if not place.weights:
        return None
    recipe, raw = _landed(place.weights, grounds)
    if place.weight not in raw.columns or not _geometry(recipe.fetch):
        raise BadDefinition(f"{recipe.id} has no column '{place.weight}', or no shapes, to weigh with")
    centres = shapely.get_coordinates(shapely.centroid(_known(raw, _geometry(recipe.fetch))))
    people = np.array(raw.columns[place.weight][1], dtype=float)
    return centres, np.maximum(np.nan_to_num(people), 0)


def _standing(area_id: str, today: date) -> str:
    """Give the area itself, or the one that it is part of today."""
    area = register().area(area_id)
    return _standing(area.successor, today) if area.successor and not area.is_valid(today) else area_id


def _geometry(fetch: Fetch) -> str:
    """Name the column that holds the shapes; empty when there is none."""
    return next((name for name, kind in fetch.columns.items() if kind == "geometry"), "")


def _known(raw: Table, geometry: str) -> Shapes:
    codes = np.array(raw.columns[geometry][1], dtype=object)
    shapes: Shapes = shapely.from_wkb(codes)
    return shapes


def _shapes(raw: Table, recipe: Recipe) -> Shapes:
    """Give the shape of each row, in EPSG:3067; of a table with coordinates, its points."""
    if recipe.place is None or not recipe.place.point:
        return _known(raw, _geometry(recipe.fetch))
    east, north = (np.array(raw.columns[name][1], dtype=float) for name in recipe.place.point)
    points = shapely.points(east, north)
    points[np.isnan(east) | np.isnan(north)] = None
    moved, outside = finnish(points, recipe.fetch.crs)
    moved[outside] = None
    return moved


def _pairs(
    shapes: Shapes, areas: Shapes, place: Place, people: tuple[Numbers, Numbers] | None
) -> tuple[Pairs, Numbers]:
    """Give the areas of each shape by the recipe's method, and the distance of each shape."""
    none = np.zeros(len(shapes))
    match place.method:
        case "share":
            by = spatial.weighted(shapes, areas, *people) if people else spatial.shares(shapes, areas)
            return by, none
        case "buffer":
            return spatial.around(shapes, areas, place.metres), none
        case "nearest":
            found, distance = spatial.nearest(shapes, areas, place.metres or np.inf)
            return _one_each(found), distance
    found = _within(shapes, areas)
    if place.method == "within" and place.metres:
        astray = np.flatnonzero(found == NONE)
        found[astray] = spatial.nearest(shapes[astray], areas, place.metres)[0]
    return _one_each(found), none


def _within(shapes: Shapes, areas: Shapes) -> Indices:
    is_point = shapely.get_type_id(shapes) == _POINT
    found = np.full(len(shapes), NONE)
    found[is_point] = spatial.within(shapely.get_coordinates(shapes[is_point]), areas)
    found[~is_point] = spatial.most(shapes[~is_point], areas)
    return found


def _one_each(found: Indices) -> Pairs:
    shape = np.flatnonzero(found != NONE)
    return Pairs(shape, found[shape], np.ones(len(shape)))


def _raised(pairs: Pairs, ids: list[str], level: str, today: date) -> tuple[Pairs, list[str]]:
    """Put areas together into those of a larger level; shares are summed."""
    larger, code = np.unique([_of_level(area, level, today) for area in ids], return_inverse=True)
    key, back = np.unique(pairs.shape * len(larger) + code[pairs.area], return_inverse=True)
    share = np.bincount(back, pairs.share, len(key)).astype(np.float64)
    return Pairs(key // len(larger), key % len(larger), share), [str(area) for area in larger]


def _of_level(area: str, level: str, today: date) -> str:
    for one in (area, *register().ancestors(area, on=today)):
        if one.startswith(f"{level}:"):
            return one
    raise BadDefinition(f"the boundaries hold {area}, which makes up no {level}")


def _columns(shapes: Shapes, row: Indices, share: Numbers, place: Place) -> dict[str, tuple[str, list[Cell]]]:
    """Give the columns `share` and `size`, and `grid` where the recipe asks for it."""
    measured = shapely.buffer(shapes, place.metres) if place.method == "buffer" else shapes
    surface, length = shapely.area(measured), shapely.length(measured)
    dimension = shapely.get_dimensions(measured)
    size = np.choose(np.maximum(dimension, 0), (np.full(len(shapes), np.nan), length, surface))[row] * share
    columns: dict[str, tuple[str, list[Cell]]] = {
        "share": ("DOUBLE", share.tolist()),
        "size": ("DOUBLE", [None if np.isnan(one) else one for one in size.tolist()]),
    }
    if place.method == "grid":
        centres = shapely.get_coordinates(shapely.centroid(shapes[row]))
        columns["grid"] = ("VARCHAR", [*spatial.squares(centres, int(place.metres))])
    return columns
