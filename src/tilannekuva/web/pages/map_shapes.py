"""The shapes of a map's areas: true boundaries, cells around centres, equal-size tiles, or points."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from tilannekuva.domain.areas import COUNTRY, Area, register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.flows.geometry import STEP, Boundaries
from tilannekuva.web import maps
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import View
from tilannekuva.web.svg.labels import Label, wrapped
from tilannekuva.web.svg.tessellation import dissolved

POINTS = "station"
_LETTERS = 24.0
_MOST_LABELLED = 60  # more tiles have no room for names
Mark = tuple[float, float, str]


def drawn_as(view: View, level: str, form: str) -> tuple[maps.Shapes, maps.Surroundings]:
    """Give the shapes of a level's areas and the places named on the map.

    `form` is `true`, `schematic`, `tiles` or empty for the truest there is; points are what they are.
    """
    on = helsinki_date(view.picture.as_of)
    known = view.reader.boundaries(view.picture.as_of) if form in ("", "true") else None
    if form == "tiles" and level != POINTS:
        return _tiled(view, level, on)
    note = _note(view, known)
    if level == POINTS:
        return _points(view, known, on=on, note=note)
    around = maps.Surroundings(mark=tuple(_marks(view)))
    if known:
        return maps.Shapes(_true(known, level, on), note), around
    return maps.Shapes(maps.district_shapes(_members(level, on)), note, maps.land_path()), around


def _note(view: View, known: Boundaries | None) -> str:
    language = view.language
    if known is None:
        return language.text("Schematic map: areas drawn around their centres")
    source = view.picture.sources[known.source]
    return language.text("Boundaries: {licence}", licence=source.licence.in_(language.code))


def _true(known: Boundaries, level: str, on: date) -> dict[str, str]:
    """Give each area's path; larger areas are their municipalities without the borders between them."""
    members = {one.id: register().members(one.id, on=on) for one in register().at_level(level, on=on)}
    return {
        area: _path(dissolved(ring for one in held for ring in known.rings.get(one.id, ())))
        for area, held in members.items()
        if any(one.id in known.rings for one in held)
    }


def _points(
    view: View, known: Boundaries | None, *, on: date, note: str
) -> tuple[maps.Shapes, maps.Surroundings]:
    """Give the stations as points on the land, the picture's own municipalities outlined, theirs in view."""
    stations = register().at_level(POINTS, on=on)
    spots = {one.id: spot for one in stations if (spot := centre(one.id, on))}
    own = frozenset(one.id for one in stations if view.picture.area in one.parents)
    outlined = (
        _true(known, "municipality", on) if known else maps.district_shapes(_members("municipality", on))
    )
    country = _true(known, "country", on)[COUNTRY] if known else maps.land_path()
    own_borders = "".join(f"M0 0{outlined[one]}" for one in view.picture.areas if one in outlined)
    land = country + own_borders  # each counts its steps from the sheet's corner
    return maps.Shapes(spots, note, land), maps.Surroundings(mark=tuple(_marks(view)), focus=own)


def _path(rings: Iterable[Sequence[tuple[int, int]]]) -> str:
    return maps.path([maps.stepped(ring, STEP) for ring in rings], metres=STEP)


@lru_cache(maxsize=8)
def _members(level: str, on: date) -> Mapping[str, Sequence[tuple[str, float, float]]]:
    """Give every area of a level with its municipalities' centres."""
    members = {}
    for area in register().at_level(level, on=on):
        places = [area] if level == "municipality" else register().members(area.id, on=on)
        members[area.id] = tuple((one.code, *one.centre) for one in places if one.centre)
    return members


def centre(area: str, on: date) -> maps.Spot | None:
    """Give the middle of an area on the sheet: its own, or that of its municipalities' centres."""
    own = register().area(area)
    places: Iterable[Area] = [own] if own.centre else register().members(area, on=on)
    centres = [one.centre for one in places if one.centre]
    if not centres:
        return None
    east, north = (sum(each) / len(centres) for each in zip(*centres, strict=True))
    return east - maps.WEST_KM, maps.NORTH_KM - north


def _tiled(view: View, level: str, on: date) -> tuple[maps.Shapes, maps.Surroundings]:
    language = view.language
    areas = register().at_level(level, on=on)
    spots = {one.id: spot for one in areas if (spot := centre(one.id, on))}
    corners, side = maps.tile_places(spots)
    shapes = {area: f"m{x} {y}h{side - 2}v{side - 2}h{2 - side}z" for area, (x, y) in corners.items()}
    note = language.text("Tile map: every area has the same size, near its place")
    if len(areas) <= _MOST_LABELLED:
        labels = (
            _label(one.name(language.code), corners[one.id], side) for one in areas if one.id in corners
        )
        return maps.Shapes(shapes, note), maps.Surroundings(over="".join(labels))
    middle = {area: (x + side / 2, y + side / 2) for area, (x, y) in corners.items()}
    marks = [
        (x + maps.WEST_KM, maps.NORTH_KM - y, register().area(one).name(language.code))
        for one in view.picture.areas
        if (spot := middle.get(one))
        for x, y in [spot]
    ]
    return maps.Shapes(shapes, note), maps.Surroundings(mark=tuple(marks))


def _label(name: str, corner: maps.Spot, side: int) -> str:
    """Write a name into a tile, broken at its hyphens."""
    lines = wrapped(name.replace("-", "- "), _LETTERS, room=side - 6, most=max(1, int(side / _LETTERS / 1.3)))
    return "".join(
        Label(line, corner[0] + 4, corner[1] + (1 + 1.2 * nth) * _LETTERS, _LETTERS, "g-label g-mark").svg
        for nth, line in enumerate(lines)
    )


def _marks(view: View) -> list[Mark]:
    places = [register().area(one) for one in view.picture.areas]
    return [(*one.centre, one.name(view.language.code)) for one in places if one.centre]


def level_title(language: Language, level: str) -> str:
    """Name a level of areas."""
    return {
        "municipality": language.text("Municipalities"),
        "hospital-district": language.text("Hospital districts"),
        "wellbeing-county": language.text("Wellbeing services counties"),
        "region": language.text("Regions"),
        "university-hospital-area": language.text("University hospital areas"),
        "station": language.text("Stations"),
    }[level]
