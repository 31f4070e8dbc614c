"""The page of an indicator: its course, what was told when, map, method, sources and files."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.indicators import Indicator, Level
from tilannekuva.flows.asking import plain
from tilannekuva.web import urls
from tilannekuva.web.language import Language
from tilannekuva.web.pages.ages import Ages, ages
from tilannekuva.web.pages.area_map import AreaMap, area_map
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.graphs import Graph, course_graph
from tilannekuva.web.pages.revisions import Revisions, first_told, revisions, told_of
from tilannekuva.web.pages.tiles import Tile, level_word, limit_text, tile

_FILES = ("parquet", "xlsx", "geojson")


@dataclass(frozen=True, slots=True)
class Limit:
    """A level with the values at which it is entered and left."""

    level: str
    enter: str
    leave: str


@dataclass(frozen=True, slots=True)
class Method:
    """How an indicator comes about.

    `inputs` leads to the indicators that it is computed from and `sql` is its formula, both empty where its
    sources tell it as it is; `redefined` says when and how its definition changed, the newest first.
    """

    inputs: tuple[Link, ...]
    sql: str
    redefined: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Who tells an indicator: the source, which leads to how it fares, and its licence."""

    source: Link
    licence: str


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    """One indicator in one area.

    `tile` is its newest reading, `graph` its course, `revisions` what was told of its newest periods and
    when, `ages` the same by age group; each is None where there is none. `limits` are its levels, `method`
    how it comes about, `sources` who tells it, `files` the values as files; `map` shows its areas and
    `map_switch` leads to the other map; `more` leads to the areas side by side and on the map page.
    """

    frame: Frame
    title: str
    place: str
    explanation: str
    caveats: str
    tile: Tile | None
    graph: Graph | None
    revisions: Revisions | None
    ages: Ages | None
    limits: tuple[Limit, ...]
    method: Method
    map: AreaMap | None
    map_switch: Link | None
    sources: tuple[Told, ...]
    files: tuple[Link, ...]
    more: tuple[Link, ...]


def indicator_page(view: View) -> IndicatorPage:
    """Make the page of the indicator that the view names."""
    language = view.language
    one = view.picture.indicators[view.name]
    reading = view.picture.nearest(one.id)
    municipal = view.asked("map") == "municipality"
    drawn = area_map(view, one, by_municipality=municipal)
    return IndicatorPage(
        frame=frame(view),
        title=one.title.in_(language.code),
        place=(register().area(reading.area) if reading else view.area).name(language.code),
        explanation=one.explanation.in_(language.code),
        caveats=one.caveats.in_(language.code),
        tile=tile(view, one, reading) if reading else None,
        graph=course_graph(view, one, reading, earlier=first_told(view, reading)) if reading else None,
        revisions=revisions(view, one, reading) if reading else None,
        ages=ages(view, one, reading) if reading else None,
        limits=tuple(_limit(language, one, level) for level in one.levels),
        method=_method(view, one),
        map=drawn,
        map_switch=_switch(view, municipal=municipal) if drawn else None,
        sources=tuple(_told(view, name) for name in reading.sources) if reading else (),
        files=tuple(_files(view, one)) if reading else (),
        more=_more(view, one),
    )


def _limit(language: Language, one: Indicator, level: Level) -> Limit:
    return Limit(
        level_word(language, level.level),
        limit_text(language, one, level.enter),
        limit_text(language, one, level.leave),
    )


def _method(view: View, one: Indicator) -> Method:
    language = view.language
    parts = {
        "formula": language.text("formula"),
        "levels": language.text("levels"),
        "sources": language.text("sources"),
        "texts": language.text("texts"),
    }
    known = view.picture.indicators
    inputs = (known[name] for name in one.inputs if name in known)
    return Method(
        tuple(Link(each.title.in_(language.code), view.url("indicator", name=each.id)) for each in inputs),
        one.sql.strip(),
        tuple(
            language.text(
                "{instant}: {parts}",
                instant=language.instant(each.known_at),
                parts=", ".join(parts[part] for part in each.parts),
            )
            for each in view.reader.redefined(one.id, view.picture.as_of)
        ),
    )


def _switch(view: View, *, municipal: bool) -> Link:
    language = view.language
    if municipal:
        return Link(language.text("Show the map by area"), view.url("indicator", name=view.name, map=""))
    return Link(
        language.text("Show the map by municipality"),
        view.url("indicator", name=view.name, map="municipality"),
    )


def _told(view: View, name: str) -> Told:
    source, code = view.picture.sources[name], view.language.code
    title = f"{source.title.in_(code)}, {source.publisher}"
    return Told(Link(title, f"{view.url('sources')}#{name}"), source.licence.in_(code))


def _files(view: View, one: Indicator) -> list[Link]:
    """Give the values as files: all areas and the whole course."""
    twins = [Link(twin.upper(), view.url("indicator", name=one.id, twin=twin)) for twin in urls.TWINS]
    code = view.language.code
    return twins + [Link(kind.upper(), urls.table(code, one.id, kind, view.query)) for kind in _FILES]


def _more(view: View, one: Indicator) -> tuple[Link, ...]:
    language = view.language
    return (
        Link(language.text("Compare places"), view.url("compare", indicator=one.id)),
        Link(language.text("On the map, day by day"), view.url("map", indicator=one.id)),
        Link(language.text("All indicators of the area"), view.url("area")),
    )


def rows(view: View) -> list[dict[str, Any]]:
    """Give the indicator as data: one row a value, all areas; `told` is what was said of the newest when."""
    nearest = view.picture.nearest(view.name)
    told = told_of(view, nearest) if nearest else {}
    return [
        {
            "indicator": one.indicator,
            "area": one.area,
            "area_name": register().area(one.area).name(view.language.code),
            "reference_date": point.reference_date.isoformat(),
            "value": plain(point.value),
            "status": point.status,
            "known_at": stamp(one.known_at),
            "told": told.get(point.reference_date, "") if one is nearest else "",
        }
        for one in sorted(view.picture.readings.values(), key=lambda one: one.area)
        if one.indicator == view.name
        for point in one.points
    ]
