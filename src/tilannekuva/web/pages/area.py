"""An area: all its indicators, theme by theme, and the areas around it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from tilannekuva.domain.areas import Area, register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Picture, Reading
from tilannekuva.flows.asking import reading_row
from tilannekuva.web import charts
from tilannekuva.web.pages.figures import Figure, figure
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.graphs import words
from tilannekuva.web.pages.per_people import by_people, rate
from tilannekuva.web.pages.places import Place, choices, kept, level_words, place
from tilannekuva.web.pages.tiles import Tile, curve, theme_titles, tile


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of the area: `elsewhere` where its figure is that of a larger area."""

    tile: Tile
    figure: Figure
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The indicators of a theme."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An area nearby with its figure of the indicator by which such areas are compared, if it has one."""

    place: Place
    figure: Figure | None
    day: str


@dataclass(frozen=True, slots=True)
class Nearby:
    """The area's municipalities, or those beside it, by one indicator.

    `title` says which areas, `indicator` and `unit` by what they are drawn, `counted` the unit of the list;
    `wide` and `narrow` are their curves, for wide and narrow screens. All are empty but the title where fewer
    than two have figures.
    """

    title: str
    indicator: str
    unit: str
    counted: str
    wide: Markup
    narrow: Markup
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class AreaPage:
    """All indicators of an area.

    `kind` is what kind of area it is and `people` how many live there, empty where that is not known;
    `larger` are the areas that it belongs to, the smallest first; `parts` its indicators by theme; `lacking`
    leads to the indicators without figures here; `nearby` are its municipalities or those beside it,
    `stations` its measuring stations; `choices` are the names of all areas, `kept` what the form that asks
    for one sends along.
    """

    frame: Frame
    title: str
    kind: str
    people: str
    larger: tuple[Place, ...]
    parts: tuple[Part, ...]
    lacking: tuple[Link, ...]
    nearby: Nearby
    stations: tuple[Place, ...]
    choices: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]


def area_page(view: View) -> AreaPage:
    """Make the page of the picture's area."""
    language, area, found = view.language, view.area, whole(view)
    on = helsinki_date(view.picture.as_of)
    people = register().population(area.id, on) if area.level != "station" else None
    return AreaPage(
        frame=frame(view),
        title=area.name(language.code),
        kind=level_words(language)[area.level],
        people=language.plural(
            "{number} inhabitant", "{number} inhabitants", people, number=language.number(people)
        )
        if people
        else "",
        larger=tuple(place(view, register().area(one)) for one in found.chain[1:]),
        parts=tuple(_parts(view, found)),
        lacking=tuple(
            Link(one.title.in_(language.code), view.url("indicator", name=one.id))
            for one in found.indicators.values()
            if found.nearest(one.id) is None
        ),
        nearby=_nearby(view, found),
        stations=tuple(_stations(view, found)),
        choices=choices(language, on),
        kept=kept(view, "area"),
    )


def whole(view: View) -> Picture:
    """Give the view's picture with the readings of all its indicators; a published one as it was."""
    if view.asked("published"):
        return view.picture
    return view.reader.wider(view.picture, frozenset(view.picture.indicators))


def ordered(found: Picture) -> list[Indicator]:
    """Give all indicators in the order of themes, those of the front page first in each."""
    return sorted(found.indicators.values(), key=lambda one: (one.tile or 99, one.id))


def _parts(view: View, found: Picture) -> Iterator[Part]:
    for theme, title in theme_titles(view.language).items():
        told = [(one, found.nearest(one.id)) for one in ordered(found) if one.theme == theme]
        lines = tuple(_line(view, one, reading) for one, reading in told if reading)
        if lines:
            yield Part(title, lines)


def _line(view: View, one: Indicator, reading: Reading) -> Line:
    return Line(
        tile(view, one, reading),
        figure(view, one, reading.area, reading),
        elsewhere=reading.area != view.picture.area,
    )


def _nearby(view: View, found: Picture) -> Nearby:
    """Show the areas within, or those that share a small area's nearest larger one."""
    places, title = _around(view)
    one = leading(found, places)
    return Nearby(
        title,
        one.title.in_(view.language.code) if one else "",
        _scale(view, one) if one else "",
        one.unit.in_(view.language.code) if one else "",
        wide=_drawn(view, found, one, places=places, narrow=False),
        narrow=_drawn(view, found, one, places=places, narrow=True),
        neighbours=tuple(_neighbour(view, found, one, each) for each in places),
    )


def _scale(view: View, one: Indicator) -> str:
    """Say in which unit the places are drawn."""
    drawn = rate(view.language, one) if one.kind == "count" else one
    return drawn.unit.in_(view.language.code)


def _around(view: View) -> tuple[Sequence[Area], str]:
    """Give the areas to show beside the area's own figures, and what they are."""
    known, on, language = register(), helsinki_date(view.picture.as_of), view.language
    if view.area.level == "country":
        return known.at_level("hospital-district", on=on), language.text("Hospital districts")
    small = view.area.level in ("municipality", "station")
    around = next((one for one in view.picture.chain if small == one.startswith("hospital")), view.area.id)
    name = known.area(around).name(language.code)
    return known.members(around, on=on), language.text("Municipalities: {name}", name=name)


def leading(found: Picture, places: Sequence[Area]) -> Indicator | None:
    """Give the first indicator that at least two of some places have figures of their own for."""
    for one in ordered(found):
        if sum((one.id, place.id) in found.readings for place in places) > 1:
            return one
    return None


def _drawn(
    view: View, found: Picture, one: Indicator | None, *, places: Sequence[Area], narrow: bool
) -> Markup:
    """Draw a small curve for each place that has one."""
    if one is None:
        return Markup("")
    language, told = view.language, [found.readings.get((one.id, each.id)) for each in places]
    if one.kind == "count":
        told, one = [reading and by_people(reading) for reading in told], rate(language, one)
    panels = [
        charts.Panel(each.name(language.code), curve(reading.points), here=each.id == view.picture.area)
        for each, reading in zip(places, told, strict=True)
        if reading
    ]
    return Markup(
        charts.multiples(
            panels,
            title=one.title.in_(language.code),
            description=language.text("The list below has the newest figures."),
            words=words(language, one.decimals),
            narrow=narrow,
        )
    )


def _neighbour(view: View, found: Picture, one: Indicator | None, area: Area) -> Neighbour:
    reading = found.readings.get((one.id, area.id)) if one else None
    if one is None or reading is None:
        return Neighbour(place(view, area), None, "")
    day = view.language.period(reading.reference_date, one.freq)
    return Neighbour(place(view, area), figure(view, one, area.id, reading), day)


def _stations(view: View, found: Picture) -> Iterator[Place]:
    """Lead to the measuring stations in the area, or beside a station, that have figures."""
    known, on = register(), helsinki_date(view.picture.as_of)
    around = view.picture.area if view.area.level != "station" else view.picture.chain[1]
    for area in sorted({area for _, area in found.readings if area.startswith("station:")}):
        if around in known.ancestors(area, on=on):
            yield place(view, known.area(area))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data: the area's figures, then those of the areas around by the leading indicator."""
    found, lang = whole(view), view.language.code
    told = [(one, found.nearest(one.id)) for one in ordered(found)]
    places, _ = _around(view)
    if one := leading(found, places):
        told += [(one, found.readings.get((one.id, place.id))) for place in places]
    shown = {(one.id, reading.area): (one, reading) for one, reading in told if reading}
    return [reading_row(one, reading, lang) for one, reading in shown.values()]
