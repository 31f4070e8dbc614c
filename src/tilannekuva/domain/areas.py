"""Areas: what they are called, what they belong to and how many people live there.

    country:FI
    ├── university-hospital-area:3 ── hospital-district:06 ──┐
    ├── wellbeing-county:08 ─────────────────────────────────┼── municipality:837
    └── region:06 ───────────────────────────────────────────┘
                                                                     └── station:tms-435
The tables in `register/` hold facts of Statistics Finland, THL and the Association of Finnish Local and
Regional Authorities; `docs/explanation/areas.md` says which, and how they are kept.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from tilannekuva.domain import area_names
from tilannekuva.errors import UnknownArea

COUNTRY: Final = "country:FI"
LEVELS: Final = (
    "country",
    "university-hospital-area",
    "hospital-district",
    "region",
    "wellbeing-county",
    "municipality",
    "station",
)
_DIVISIONS = LEVELS[:-1]  # each of these divides the whole country; a station is a point in a municipality
_ANCESTRY = (
    "municipality",
    "hospital-district",
    "university-hospital-area",
    "wellbeing-county",
    "region",
    "country",
)
_NEAR = {"municipality": ("hospital-district", "wellbeing-county", "region"), "station": ("municipality",)}
_HOW = (
    "An area is written 837, municipality:837, hospital-district:06 or hospital-district:Pirkanmaa; "
    f"the levels are {', '.join(LEVELS)}."
)


@dataclass(frozen=True, slots=True)
class Area:
    """A place with a name and a code.

    `parents` are the ids of the areas it directly belongs to, `successor` the id of the municipality it
    became part of. The days of validity are the first and the last; None is "since before 2019" and "until
    further notice". `centre` is east and north in kilometres of ETRS-TM35FIN.
    """

    level: str
    code: str
    names: Mapping[str, str] = field(hash=False)
    parents: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    centre: tuple[float, float] | None = None

    @property
    def id(self) -> str:
        """The level and the code: `municipality:837`."""
        return f"{self.level}:{self.code}"

    def name(self, lang: str) -> str:
        """Give the name in `fi`, `sv` or `en`; any other language gets the Finnish one."""
        return self.names.get(lang, self.names["fi"])

    def is_valid(self, on: date) -> bool:
        """Tell whether the area exists on a day."""
        return _covers(self.valid_from, self.valid_to, on=on)


class _Link(NamedTuple):
    """One area lies in another, from the first day to the last."""

    child: str
    parent: str
    first: date | None
    last: date | None


def _covers(first: date | None, last: date | None, *, on: date) -> bool:
    return (first is None or first <= on) and (last is None or on <= last)


class Register:
    """The areas of Finland, found by code or name, on any day since 2020."""

    def __init__(
        self,
        areas: Iterable[Area],
        *,
        links: Iterable[_Link],
        other_names: Mapping[str, tuple[str, ...]],
        populations: Mapping[int, Mapping[str, int]],
    ) -> None:
        self._areas = {area.id: area for area in areas}
        self._populations = populations
        self._parents: dict[str, list[_Link]] = {}
        self._children: dict[str, list[_Link]] = {}
        for link in sorted(links, key=lambda link: link.child):
            self._parents.setdefault(link.child, []).append(link)
            self._children.setdefault(link.parent, []).append(link)
        self._absorbed: dict[str, list[Area]] = {}
        for area in self._areas.values():
            if area.successor:
                self._absorbed.setdefault(area.successor, []).append(area)
        self._names = _index(self._areas.values(), other_names)

    def area(self, text: str, *, on: date | None = None) -> Area:
        """Find the area that a person named: `837`, `municipality:Åbo`, `Tampere`, `hospital-district:06`.

        A name without a level is looked for among municipalities first. Without a day, areas that have ended
        are found too. Raises UnknownArea, with the nearest names, when none or several fit.
        """
        level, colon, rest = text.partition(":")
        level = level.strip().casefold()
        found = self._found(rest, level) if colon and level in LEVELS else self._anywhere(text)
        if len(found) != 1:
            raise UnknownArea(self._advice(text, found))
        area = self._areas[found[0]]
        if on is not None and not area.is_valid(on):
            raise UnknownArea(_ended(area, on))
        return self._as_of(area, on)

    def match(self, name: str, level: str, *, on: date | None = None) -> str | None:
        """Give the id of the area that a source means by a name or code, or None.

        Blanks, letter case, kinds of hyphen, official genitives ("Varsinais-Suomen SHP", "Birkalands SVD"),
        Finnish, Swedish and English names, "(ennen liitosta)" and lost leading zeros do no harm. A total of
        the whole country ("Kaikki sairaanhoitopiirit", "Alla områden", "Suomi") is `country:FI` whatever the
        level. A day narrows the answer to areas that exist on it. Raises UnknownArea for an unknown level.
        """
        _check(level)
        name = name.removeprefix(f"{level}:")
        found = self._found(name, level) or self._found(name, "country")
        if not found or (on is not None and not self._areas[found[0]].is_valid(on)):
            return None
        return found[0]

    def population(self, area_id: str, on: date) -> int | None:
        """Count the people of an area by the newest year's end before a day.

        The first known year's end serves for the days before it. Larger areas are the sums of the
        municipalities in them that day; a municipality counts those that have merged into it. None for an
        area that does not exist on the day. Source: Statistics Finland; THL, Sotkanet.
        """
        members = self._members(area_id, on)
        figures = self._populations[self._year(on)]
        known = [n for member in members if (n := self._people(member, figures=figures, on=on)) is not None]
        return sum(known) if known else None

    def members(self, area_id: str, *, on: date) -> tuple[Area, ...]:
        """List the municipalities of an area on a day, by code; a municipality is its own only member.

        A station holds none.
        """
        return tuple(self._as_of(self._areas[member], on) for member in self._members(area_id, on))

    def ancestors(self, area_id: str, *, on: date) -> tuple[str, ...]:
        """List the ids of all areas in which an area lies on a day, from near to far.

        The order: municipality (of a station), hospital district, university hospital area, wellbeing county,
        region, country.
        """
        parents = [link.parent for link in self._parents.get(self._known(area_id).id, ()) if _holds(link, on)]
        return tuple(sorted(parents, key=lambda parent: _ANCESTRY.index(parent.partition(":")[0])))

    def at_level(self, level: str, *, on: date) -> tuple[Area, ...]:
        """List all areas of a level that exist on a day, by code."""
        _check(level)
        areas = (area for area in self._areas.values() if area.level == level and area.is_valid(on))
        return tuple(self._as_of(area, on) for area in sorted(areas, key=lambda area: area.code))

    def _known(self, area_id: str) -> Area:
        if area_id not in self._areas:
            raise UnknownArea(self._advice(area_id, ()))
        return self._areas[area_id]

    def _members(self, area_id: str, on: date) -> list[str]:
        area = self._known(area_id)
        if area.level == "municipality":
            return [area.id] if area.is_valid(on) else []
        children = (link.child for link in self._children.get(area.id, ()) if _holds(link, on))
        return [
            child
            for child in children
            if child.startswith("municipality:") and self._areas[child].is_valid(on)
        ]

    def _as_of(self, area: Area, on: date | None) -> Area:
        """Give the area with the parents of the day; only five municipalities have changed any."""
        if all(link.last is None for link in self._parents.get(area.id, ())):
            return area
        ids = self.ancestors(area.id, on=on or date.max)
        return replace(area, parents=_direct(area.level, ids))

    def _year(self, on: date) -> int:
        past = [year for year in self._populations if year < on.year]
        return max(past) if past else min(self._populations)

    def _people(self, area_id: str, *, figures: Mapping[str, int], on: date) -> int | None:
        """Count a municipality and those merged into it by the day.

        A year's end is counted in the division of the following 1 January, so a municipality that ended with
        the year has no figure of its own any more: its people stand in its successor's.
        """
        own = figures.get(area_id)
        if own is None:
            return None
        gone = (area.id for area in self._absorbed.get(area_id, ()) if not area.is_valid(on))
        return own + sum(self._people(past, figures=figures, on=on) or 0 for past in gone)

    def _found(self, name: str, level: str) -> tuple[str, ...]:
        """Give the id that a name or code has on a level, as a tuple of one or none."""
        code = area_names.code(name, level)
        if code is not None:
            return tuple(known for known in (f"{level}:{code}",) if known in self._areas)
        for spelling in area_names.spellings(name, level):
            if spelling in self._names[level]:
                return (self._names[level][spelling],)
        parts = {self._found(part, level) for part in area_names.in_two_languages(name)}
        return parts.pop() if len(parts) == 1 else ()

    def _anywhere(self, name: str) -> tuple[str, ...]:
        """Give the ids that a name without a level may mean; a municipality or the country outdoes others."""
        if re.fullmatch(r" *[0-9]{1,2} *", name):  # too short for a municipality, and of which level?
            return ()
        first = self._found(name, "municipality") or self._found(name, "country")
        if first or name.strip().isdecimal():  # the bare number of a station may be a mistyped municipality
            return first
        larger = tuple(found for level in _DIVISIONS[1:-1] for found in self._found(name, level))
        return larger or self._found(name, "station")

    def _advice(self, text: str, found: tuple[str, ...]) -> str:
        if found:
            return f'"{text}" may mean {" or ".join(found)}: say which.'
        level, _, rest = text.rpartition(":")
        among = (level,) if level in LEVELS else _DIVISIONS
        near = " or ".join(self._near(area_names.plain(rest), among))
        return f'There is no area "{text}". ' + (f"Did you mean {near}? " if near else "") + _HOW

    def _near(self, name: str, levels: Iterable[str]) -> Iterator[str]:
        """Give the three areas whose names are nearest, each with its id."""
        names = {name: area_id for level in levels for name, area_id in self._names[level].items()}
        ids = dict.fromkeys(names[near] for near in get_close_matches(name, names, n=3))
        return (f"{self._areas[area_id].name('fi')} ({area_id})" for area_id in ids)


@cache
def register() -> Register:
    """Give the register of the areas of Finland, read once from the tables shipped with the package."""
    districts = list(_rows("districts"))
    areas = [_district(row) for row in districts]
    links = [*_chain(areas)]
    far = {link.child: link.parent for link in links if link.parent != COUNTRY}
    earlier = {(row["code"], row["parent"].partition(":")[0]): row for row in _rows("earlier_parents")}
    ties: dict[str, list[_Link]] = {}
    for row in _rows("municipalities"):
        areas.append(_municipality(row))
        ties[areas[-1].id] = list(_municipal_links(areas[-1], far=far, earlier=earlier))
        links.extend(ties[areas[-1].id])
    other_names = {f"{row['level']}:{row['code']}": tuple(row["other_names"].split("|")) for row in districts}
    for row in _rows("stations"):
        areas.append(_station(row))
        links.extend(_station_links(areas[-1], ties))
        other_names[areas[-1].id] = (*_codes(areas[-1].code), *row["other_names"].split("|"))
    return Register(areas, links=links, other_names=other_names, populations=_populations())


def _rows(table: str) -> Iterator[dict[str, str]]:
    text = (files("tilannekuva.domain") / "register" / f"{table}.csv").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


def _district(row: Mapping[str, str]) -> Area:
    names = {lang: row[lang] for lang in ("fi", "sv", "en")}
    return Area(row["level"], row["code"], names, parents=tuple(filter(None, [row["parent"]])))


def _municipality(row: Mapping[str, str]) -> Area:
    """Read a municipality; in English it bears its Finnish name."""
    districts = ("hospital_district", "wellbeing_county", "region")
    return Area(
        "municipality",
        row["code"],
        {"fi": row["fi"], "sv": row["sv"], "en": row["fi"]},
        parents=tuple(f"{column.replace('_', '-')}:{row[column]}" for column in districts),
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        successor=f"municipality:{row['successor']}" if row["successor"] else None,
        centre=(float(row["easting_km"]), float(row["northing_km"])) if row["easting_km"] else None,
    )


def _station(row: Mapping[str, str]) -> Area:
    """Read a station, which stands in one municipality."""
    return Area(
        "station",
        row["code"],
        {lang: row[lang] for lang in ("fi", "sv", "en")},
        parents=(f"municipality:{row['municipality']}",),
        centre=(float(row["easting_km"]), float(row["northing_km"])),
    )


def _codes(code: str) -> tuple[str, ...]:
    """Give a station's code `tms-435` and the number `435` that its operator knows it by."""
    number = code.rpartition("-")[2]
    return (code, number) if number.isdecimal() and code.count("-") == 1 else (code,)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _chain(districts: Iterable[Area]) -> Iterator[_Link]:
    """Link each district with its parent and with the country."""
    for area in districts:
        for parent in dict.fromkeys((*area.parents, COUNTRY)):
            if parent != area.id:
                yield _Link(area.id, parent, None, None)


def _municipal_links(
    area: Area, *, far: Mapping[str, str], earlier: Mapping[tuple[str, str], Mapping[str, str]]
) -> Iterator[_Link]:
    """Link a municipality with its parents, earlier parents, grandparents and the country."""
    for parent in area.parents:
        before = earlier.get((area.code, parent.partition(":")[0]))
        last = _day(before["valid_to"]) if before else None
        if before and last:
            yield _Link(area.id, before["parent"], None, last)
        yield _Link(area.id, parent, date.fromordinal(last.toordinal() + 1) if last else None, None)
        if parent in far:
            yield _Link(area.id, far[parent], None, None)
    yield _Link(area.id, COUNTRY, None, None)


def _station_links(area: Area, ties: Mapping[str, Iterable[_Link]]) -> Iterator[_Link]:
    """Link a station with its municipality and with all that this lies in."""
    (municipality,) = area.parents
    yield _Link(area.id, municipality, None, None)
    yield from (link._replace(child=area.id) for link in ties[municipality])


def _populations() -> dict[int, dict[str, int]]:
    """Read the people at each year's end, by municipality id."""
    years: dict[int, dict[str, int]] = {}
    for row in _rows("population"):
        code = row.pop("code")
        for year, people in row.items():
            if people:
                years.setdefault(int(year), {})[f"municipality:{code}"] = int(people)
    return years


def _index(areas: Iterable[Area], other_names: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, str]]:
    """Give for each level the ids by plain name."""
    index: dict[str, dict[str, str]] = {level: {} for level in LEVELS}
    for area in areas:
        for name in (*area.names.values(), *other_names.get(area.id, ())):
            if name:
                index[area.level][area_names.plain(name)] = area.id
    return index


def _holds(link: _Link, on: date) -> bool:
    return _covers(link.first, link.last, on=on)


def _direct(level: str, ancestors: Iterable[str]) -> tuple[str, ...]:
    """Keep of an area's ancestors those it directly belongs to."""
    near = _NEAR.get(level, _ANCESTRY)
    return tuple(parent for parent in ancestors if parent.partition(":")[0] in near)


def _check(level: str) -> None:
    if level not in LEVELS:
        raise UnknownArea(f'There is no level "{level}". {_HOW}')


def _ended(area: Area, on: date) -> str:
    became = f" It became part of {area.successor}." if area.successor else ""
    return f"{area.name('fi')} ({area.id}) does not exist on {on}: its last day is {area.valid_to}.{became}"
