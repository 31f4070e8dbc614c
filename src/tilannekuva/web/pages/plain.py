"""The situation in plain language: short sentences, one fact each, from the same figures as all else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Reading
from tilannekuva.flows.asking import area_name
from tilannekuva.flows.asking import tiles as tile_rows
from tilannekuva.web.language import Language
from tilannekuva.web.pages.figures import Figure, figure
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.status import status
from tilannekuva.web.pages.tiles import better, themes, unit


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure in plain words: what it is of, the figure with its unit, and a sentence a line."""

    title: Link
    figure: Figure
    unit: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What is told of one theme."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class PlainPage:
    """The situation in plain language.

    `opening` says what the page is and how things are, `parts` the figures by theme, `origins` who told
    them, `closing` what the page does not say.
    """

    frame: Frame
    title: str
    opening: tuple[str, ...]
    parts: tuple[Part, ...]
    origins: tuple[str, ...]
    closing: tuple[str, ...]
    more: tuple[Link, ...]


def plain_page(view: View) -> PlainPage:
    """Make the page."""
    language = view.language
    found = [(one, reading) for one in view.picture.tiled if (reading := view.picture.nearest(one.id))]
    return PlainPage(
        frame=frame(view),
        title=language.text("{place}: the situation in plain language", place=view.area.name(language.code)),
        opening=tuple(_opening(view, found)),
        parts=_parts(view, found),
        origins=_origins(view, [reading for _, reading in found]),
        closing=(
            language.text("This page gives no advice."),
            language.text("Your municipality gives advice on its own pages."),
            language.text("In an emergency call 112."),
        ),
        more=(
            Link(language.text("Decisions"), view.url("decisions")),
            Link(language.text("Situation now"), view.url("front")),
            Link(language.text("Glossary"), view.url("glossary")),
        ),
    )


def _opening(view: View, found: list[tuple[Indicator, Reading]]) -> Iterator[str]:
    """Yield what the page is and, how things are."""
    language = view.language
    yield language.text("This page tells of the situation in easy words.")
    day = language.day(helsinki_date(view.picture.as_of))
    if view.picture.rewound:
        yield language.text("The page tells what was known on {day}.", day=day)
    else:
        yield language.text("Today is {day}.", day=day)
    if view.picture.exercise:
        yield language.text("This is an exercise. The figures are not real.")
    if not found:
        yield language.text("We have no figures yet.")
        return
    judged = status(found)
    yield {
        "act": language.text("The situation is bad. Action is needed now."),
        "watch": language.text("The situation is not normal. We watch it closely."),
        "normal": language.text("The situation is normal."),
        None: language.text("We do not know yet how bad the situation is."),
    }[judged.level]
    if judged.state != "unknown":
        yield {
            "worsening": language.text("The situation is getting worse."),
            "easing": language.text("The situation is getting better."),
            "steady": language.text("The situation stays the same."),
        }[judged.state]


def _parts(view: View, found: list[tuple[Indicator, Reading]]) -> tuple[Part, ...]:
    """Give the figures by theme, in the order of the themes."""
    shown = {view.url("indicator", name=one.id): _fact(view, one, reading) for one, reading in found}
    parts = (
        Part(theme.title, tuple(shown[link.href] for link in theme.links if link.href in shown))
        for theme in themes(view)
    )
    return tuple(one for one in parts if one.facts)


def _fact(view: View, one: Indicator, reading: Reading) -> Fact:
    language = view.language
    return Fact(
        Link(one.title.in_(language.code), view.url("indicator", name=one.id)),
        figure(view, one, reading.area, reading),
        unit(language, one, reading.value),
        tuple(text for text in _sentences(language, one, reading) if text),
    )


def _sentences(language: Language, one: Indicator, reading: Reading) -> Iterator[str]:
    """Yield one sentence a fact: where, when, whither, whether that is good, how high."""
    yield language.text("The figure is of this area: {place}.", place=area_name(reading.area, language.code))
    yield language.text(
        "The figure is of this time: {day}.", day=language.period(reading.reference_date, one.freq)
    )
    if reading.value is None:
        yield _why_none(language, reading)
        return
    yield {
        "up": language.text("The figure goes up."),
        "down": language.text("The figure goes down."),
        "flat": language.text("The figure stays the same."),
        "unknown": "",
    }[reading.trend]
    yield {
        "better": language.text("That is good."),
        "worse": language.text("That is bad."),
        "": "",
    }[better(one, reading.trend)]
    yield {
        "normal": language.text("The figure is normal."),
        "watch": language.text("The figure is high. We watch it."),
        "act": language.text("The figure is very high. Action is needed now."),
    }.get(reading.level or "", "")
    if reading.status == "provisional":
        yield language.text("The figure is not ready yet. It may change.")


def _why_none(language: Language, reading: Reading) -> str:
    if reading.status == "suppressed":
        return language.text("We do not show the figure. It could tell about single people.")
    return language.text("We do not have the figure.")


def _origins(view: View, found: list[Reading]) -> tuple[str, ...]:
    """Name who told the figures."""
    names = {name for one in found for name in one.sources if name in view.picture.sources}
    return tuple(sorted({view.picture.sources[name].publisher for name in names}))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the figures of the page as data: one row a figure."""
    return tile_rows(view.picture, view.language.code)
