"""The front page: better or worse, why, what waits, and can it be trusted, in ten seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.picture import Reading
from tilannekuva.flows.asking import tiles as tile_rows
from tilannekuva.web import charts
from tilannekuva.web.language import Language
from tilannekuva.web.pages.area_map import AreaMap, area_map
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.tiles import (
    Theme,
    Tile,
    better,
    level_mark,
    limit_text,
    themes,
    tile,
    unit,
    value_text,
)

_SEVERITY = ("act", "watch", "normal")
_COLUMNS = 4  # figures by which cities are compared
_NAMED = 3  # sources named before the rest are only counted


@dataclass(frozen=True, slots=True)
class City:
    """One city beside the others: its figures in the order of the columns."""

    name: Link
    figures: tuple[str, ...]
    level: Markup


@dataclass(frozen=True, slots=True)
class Front:
    """The situation of an area at a glance.

    `sentence` says it in one line, beside the `sign` of the `level`; `answers`
    are the mayor's questions with what answers each: better or worse, why, what
    waits, can it be trusted; `tiles` are the readings; `map` shows the areas of
    the leading indicator; `themes` leads to all indicators; `cities` compares the workspace's cities under
    `columns`, and is empty where there is only one.
    """

    frame: Frame
    heading: str
    sentence: str
    sign: Markup
    level: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    tiles: tuple[Tile, ...]
    map: AreaMap | None
    themes: tuple[Theme, ...]
    columns: tuple[str, ...]
    cities: tuple[City, ...]


def front(view: View) -> Front:
    """Make the front page."""
    picture, language = view.picture, view.language
    order = view.picture.tiled
    found = [reading for one in order if (reading := view.picture.nearest(one.id))]
    worst = min(
        (one for one in found if one.level),
        key=lambda one: _SEVERITY.index(one.level or "normal"),
        default=None,
    )
    level = (worst and worst.level) or "unknown"
    name = view.area.name(language.code)
    return Front(
        frame=frame(view),
        heading=name,
        sentence=_sentence(language, name, level),
        sign=Markup(charts.level_mark(level, "")),
        level=level,
        answers=_answers(view, found, [one for one in found if worst and one.level == worst.level]),
        tiles=tuple(tile(view, picture.indicators[one.indicator], one) for one in found),
        map=area_map(view, order[0]) if order else None,
        themes=themes(view),
        columns=tuple(one.short.in_(language.code) for one in order[:_COLUMNS]),
        cities=tuple(_city(view, area) for area in picture.areas if len(picture.areas) > 1),
    )


def _sentence(language: Language, name: str, level: str) -> str:
    return {
        "unknown": language.text("{name}: no figures to judge by yet.", name=name),
        "normal": language.text("{name}: the situation is normal.", name=name),
        "watch": language.text("{name}: the situation needs watching.", name=name),
        "act": language.text("{name}: the situation calls for action.", name=name),
    }[level]


def _answers(
    view: View, found: Sequence[Reading], worst: Sequence[Reading]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    language = view.language
    answers = (
        (language.text("Direction"), (_direction(view, found),)),
        (language.text("Reason"), tuple(_why(view, one) for one in worst)),
        (language.text("To do"), (_waiting(view, found),)),
        (language.text("Reliability"), (_trust(view),)),
    )
    return tuple((question, said) for question, said in answers if said)


def _direction(view: View, found: Sequence[Reading]) -> str:
    """Name what has turned to the better and to the worse in a week."""
    language = view.language
    names: dict[str, list[str]] = {"worse": [], "better": []}
    for one in found:
        indicator = view.picture.indicators[one.indicator]
        names.get(better(indicator, one.trend), []).append(indicator.short.in_(language.code))
    said = []
    if names["worse"]:
        said.append(language.text("Worse: {names}.", names=", ".join(names["worse"])))
    if names["better"]:
        said.append(language.text("Better: {names}.", names=", ".join(names["better"])))
    if not said:
        known = any(one.trend != "unknown" for one in found)
        return language.text("Steady.") if known else language.text("Not known yet.")
    return " ".join(said)


def _why(view: View, reading: Reading) -> str:
    """Give a reading with the limit that it has crossed, or must fall below for its level to end."""
    language = view.language
    indicator = view.picture.indicators[reading.indicator]
    value = value_text(language, indicator, reading.value, reading.status)
    figure = f"{value} {unit(language, indicator, reading.value)}".strip()
    place = register().area(reading.area).name(language.code)
    title = indicator.short.in_(language.code)
    said = language.text("{title} {figure} ({place})", title=title, figure=figure, place=place)
    limit = next((one for one in indicator.levels if one.level == reading.level), None)
    if limit is None or reading.value is None:
        return said
    if reading.value >= limit.enter:
        enter = limit_text(language, indicator, limit.enter)
        return language.text("{figure}, limit {limit}", figure=said, limit=enter)
    leave = limit_text(language, indicator, limit.leave)
    return language.text("{figure}, until below {limit}", figure=said, limit=leave)


def _waiting(view: View, found: Sequence[Reading]) -> str:
    """Say what calls for somebody: indicators at their highest level, answers refused."""
    language = view.language
    acting = sum(one.level == "act" for one in found)
    refused = sum(one.condition == "refused" for one in view.picture.health)
    said = []
    if acting:
        said.append(
            language.plural("{n} indicator calls for action.", "{n} indicators call for action.", acting)
        )
    if refused:
        said.append(
            language.plural(
                "{n} refused answer waits for a check.", "{n} refused answers wait for a check.", refused
            )
        )
    return " ".join(said) or language.text("Nothing waits.")


def _trust(view: View) -> str:
    language, sources = view.language, view.picture.sources
    asked = [one for one in view.picture.health if sources[one.source_id].every is not None]
    if all(one.condition == "never" for one in asked):
        return language.text("No source has been asked yet.")
    ill = [sources[one.source_id].title.in_(language.code) for one in asked if one.condition != "fresh"]
    if not ill:
        return language.text("All sources are fresh.")
    names = ", ".join(ill[:_NAMED])
    if len(ill) <= _NAMED:
        return language.text("Not fresh: {sources}.", sources=names)
    return language.text("Not fresh: {sources} and {n} more.", sources=names, n=len(ill) - _NAMED)


def _city(view: View, area: str) -> City:
    language = view.language
    other = replace(view, picture=replace(view.picture, area=area))
    readings = [(one, other.picture.nearest(one.id)) for one in view.picture.tiled[:_COLUMNS]]
    first = readings[0][1] if readings else None
    return City(
        Link(other.area.name(language.code), view.url("front", area=area), here=area == view.picture.area),
        tuple(value_text(language, one, r.value, r.status) if r else "–" for one, r in readings),
        level_mark(language, first.level if first else None),
    )


def rows(view: View) -> list[dict[str, Any]]:
    """Give the front page as data: one row a tile."""
    return tile_rows(view.picture, view.language.code)
