"""The front page: better or worse, why, and can it be trusted, in ten seconds."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.picture import Reading
from tilannekuva.flows.asking import tiles as tile_rows
from tilannekuva.web.pages.area_map import AreaMap, area_map
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.tiles import Tile, direction, level_mark, level_word, tile, value_text

_SEVERITY = ("act", "watch", "normal")


@dataclass(frozen=True, slots=True)
class City:
    """One city beside the others: its figures in the order of the columns."""

    name: Link
    figures: tuple[str, ...]
    level: Markup


@dataclass(frozen=True, slots=True)
class Front:
    """The situation of an area at a glance.

    `sentence` says it in one line with its `level`; `why` names the readings
    that put it there; `trust` whether the sources are fresh; `tiles` are the
    readings; `map` shows the areas of the leading indicator; `cities` compares
    the workspace's cities under `columns`.
    """

    frame: Frame
    heading: str
    sentence: str
    level: Markup
    why: tuple[str, ...]
    trust: str
    tiles: tuple[Tile, ...]
    map: AreaMap | None
    columns: tuple[str, ...]
    cities: tuple[City, ...]


def front(view: View) -> Front:
    """Make the front page."""
    picture, language = view.picture, view.language
    order = sorted((one for one in picture.indicators.values() if one.tile), key=lambda one: one.tile)
    found = [(one, reading) for one in order if (reading := view.nearest(one.id))]
    worst = min(
        (r for _, r in found if r.level), key=lambda r: _SEVERITY.index(r.level or "normal"), default=None
    )
    name = view.area.name(language.code)
    return Front(
        frame=frame(view),
        heading=name,
        sentence=_sentence(view, name, worst),
        level=level_mark(language, worst.level if worst else None),
        why=tuple(_why(view, reading) for _, reading in found if worst and reading.level == worst.level),
        trust=_trust(view),
        tiles=tuple(tile(view, one, reading) for one, reading in found),
        map=area_map(view, order[0]) if order else None,
        columns=tuple(one.short.in_(language.code) for one in order[:4]),
        cities=tuple(_city(view, area) for area in picture.areas),
    )


def _sentence(view: View, name: str, worst: Reading | None) -> str:
    language = view.language
    if worst is None:
        return language.text("{name}: no figures to judge by yet.", name=name)
    return {
        "normal": language.text("{name}: the situation is normal.", name=name),
        "watch": language.text("{name}: the situation needs watching.", name=name),
        "act": language.text("{name}: the situation calls for action.", name=name),
    }[worst.level or "normal"]


def _why(view: View, reading: Reading) -> str:
    language = view.language
    indicator = view.picture.indicators[reading.indicator]
    return language.text(
        "{title} {value} {unit} ({place}), {direction}: level {level}",
        title=indicator.short.in_(language.code),
        value=value_text(language, indicator, reading.value, reading.status),
        unit=indicator.unit.in_(language.code),
        place=register().area(reading.area).name(language.code),
        direction=direction(language, indicator, reading),
        level=level_word(language, reading.level),
    )


def _trust(view: View) -> str:
    language = view.language
    asked = [one for one in view.picture.health if view.picture.sources[one.source_id].every is not None]
    ill = [
        view.picture.sources[one.source_id].title.in_(language.code)
        for one in asked
        if one.condition != "fresh"
    ]
    if not ill:
        return language.text("All sources are fresh.")
    return language.text("Not fresh: {sources}.", sources=", ".join(ill))


def _city(view: View, area: str) -> City:
    other = View(_seen_from(view, area), view.language, view.page, query=view.query)
    order = sorted((one for one in view.picture.indicators.values() if one.tile), key=lambda one: one.tile)[
        :4
    ]
    readings = [(one, other.nearest(one.id)) for one in order]
    first = readings[0][1] if readings else None
    return City(
        Link(
            other.area.name(view.language.code), view.url("front", area=area), here=area == view.picture.area
        ),
        tuple(value_text(view.language, one, r.value, r.status) if r else "–" for one, r in readings),
        level_mark(view.language, first.level if first else None),
    )


def _seen_from(view: View, area: str) -> Any:  # noqa: ANN401 - dataclasses.replace loses the type
    from dataclasses import replace  # noqa: PLC0415

    return replace(view.picture, area=area)


def rows(view: View) -> list[dict[str, Any]]:
    """Give the front page as data: one row a tile."""
    return tile_rows(view.picture, view.language.code)
