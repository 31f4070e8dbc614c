"""The services: how far each has come, what waits, and how long it will take."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Picture, Point, Reading
from tilannekuva.domain.reports import stratum
from tilannekuva.domain.services import ALL, FUNNEL, STOCKS, Service
from tilannekuva.errors import UnknownSource
from tilannekuva.flows.asking import plain
from tilannekuva.web import charts
from tilannekuva.web.language import Language
from tilannekuva.web.pages.figures import Figure, figure
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.graphs import Graph, course_graph
from tilannekuva.web.pages.tiles import unit

_FACTS = (
    "backlog",
    "oldest-open",
    "days-to-finish",
    "promise-kept",
    "coverage",
    "contact-rate",
    "need-rate",
    "service-rate",
    "equity",
    "wait-median",
    "wait-oldest",
    "capacity",
)
_INTERVAL = ("days-at-best", "days-at-worst")
_OF_CITIES = ("backlog", "oldest-open", "days-to-finish", "coverage")


@dataclass(frozen=True, slots=True)
class Stage:
    """One number of a funnel.

    `days` are its newest days, as the heading names them, and `whole` is since the beginning; None where
    nothing was told. `share` is that of the first number of the funnel.
    """

    title: str
    days: tuple[Figure | None, ...]
    whole: Figure | None
    share: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What follows from the counts.

    `between` are the ends of its interval, where it has one, and `says` what it means in a sentence.
    """

    title: str
    href: str
    figure: Figure
    between: tuple[Figure, ...]
    unit: str
    says: str


@dataclass(frozen=True, slots=True)
class Card:
    """A service in an area.

    `drawn` are the stages as bars; `head` names the newest days, `stages` are the numbers and `facts` what
    follows from them. All are empty where nothing was reported.
    """

    title: str
    about: str
    href: str
    drawn: Markup
    head: tuple[str, ...]
    stages: tuple[Stage, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ServicesPage:
    """All services of which reports are taken; `begin` leads to where one reports, for who may."""

    frame: Frame
    title: str
    cards: tuple[Card, ...]
    begin: Link | None


@dataclass(frozen=True, slots=True)
class City:
    """A municipality's figures, None where it has none, in the order of the heading."""

    name: str
    href: str
    here: bool
    figures: tuple[Figure | None, ...]


@dataclass(frozen=True, slots=True)
class ServicePage:
    """One service: its funnel, curves, and how its parts and the municipalities fare.

    `parts` are places and age bands with the share of their target reached; `head` are the headings of
    `cities`; `begin` leads to where one reports, for who may.
    """

    frame: Frame
    card: Card
    graphs: tuple[Graph, ...]
    parts: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    cities: tuple[City, ...]
    begin: Link | None


def services_page(view: View) -> ServicesPage:
    """Make the page of all services."""
    found = view.reader.services(view.picture.as_of)
    return ServicesPage(
        frame(view),
        view.language.text("Services"),
        tuple(_card(view, one, _known(view, one)) for one in found),
        _begin(view),
    )


def service_page(view: View) -> ServicePage:
    """Make the page of one service; raises UnknownSource."""
    one = _service(view)
    known = _known(view, one)
    heads = [known.indicators[name] for name in _told(one, _of_cities(one), known)]
    return ServicePage(
        frame(view),
        _card(view, one, known),
        tuple(_graphs(view, one, known)),
        tuple(_parts(view, one)),
        tuple(_after(one, each, view.language) for each in heads),
        tuple(_city(view, area, heads, known) for area in view.picture.areas) if heads else (),
        _begin(view),
    )


def _service(view: View) -> Service:
    found = {one.id: one for one in view.reader.services(view.picture.as_of)}
    if view.name not in found:
        raise UnknownSource(f"no service '{view.name}'; there are {', '.join(found) or 'none'}")
    return found[view.name]


def _begin(view: View) -> Link | None:
    words = view.language.text("Report a day")
    return Link(words, view.url("enter")) if view.may("enter") else None


def _known(view: View, service: Service) -> Picture:
    """Give the picture with the readings of a service's indicators, as far as one may see them."""
    names = {
        name
        for name, one in view.picture.indicators.items()
        if name.startswith(f"{service.id}-") and one.theme == "services"
    }
    return view.reader.wider(view.picture, frozenset(names)) if names else view.picture


def _told(service: Service, whats: Sequence[str], known: Picture) -> list[str]:
    """Give the indicators of a service that some area has a reading of, in the order given."""
    there = {name for name, _ in known.readings}
    return [name for what in whats if (name := service.indicator(what)) in there]


def _card(view: View, service: Service, known: Picture) -> Card:
    code = view.language.code
    days = _days(view, service, known)
    stages = tuple(_stages(view, service, known, days=days))
    told = [one for one in stages if one.whole]
    drawn = [charts.Bar(one.title, float(one.whole.value), one.whole.text) for one in told if one.whole]
    title, said = service.title.in_(code), view.language.text("The table below has the figures.")
    return Card(
        title,
        service.about.in_(code),
        view.url("service", name=service.id),
        Markup(charts.bars(drawn, title=title, description=said, narrow=True)) if drawn else Markup(""),
        head=tuple(view.language.short_day(day) for day in days) if stages else (),
        stages=stages,
        facts=tuple(_facts(view, service, known)),
    )


def _days(view: View, service: Service, known: Picture) -> list[date]:
    """Give the newest two days of which anything was reported, the newest first."""
    flows = [service.indicator(one) for one in service.stages if one not in STOCKS]
    found = (known.readings.get((name, view.picture.area)) for name in flows)
    return sorted({point.reference_date for one in found if one for point in one.points})[-2:][::-1]


def _stages(view: View, service: Service, known: Picture, *, days: Sequence[date]) -> Iterator[Stage]:
    area, language = view.picture.area, view.language
    first = None
    for stage in (one for one in FUNNEL if one in service.stages):
        name = service.indicator(stage)
        whole = known.readings.get((name if stage in STOCKS else f"{name}-total", area))
        if whole and whole.value is None:
            whole = None
        daily = None if stage in STOCKS else known.readings.get((name, area))
        if not (whole or daily):
            continue
        first = first or (whole.value if whole else None)
        share = 100 * whole.value / first if first and whole and whole.value is not None else None
        yield Stage(
            service.count(stage).title.in_(language.code),
            tuple(_on(view, known, daily, day) for day in days),
            figure(view, known.indicators[whole.indicator], area, whole) if whole else None,
            "" if share is None else language.percent(language.number(share, 0)),
        )


def _on(view: View, known: Picture, reading: Reading | None, day: date) -> Figure | None:
    point = next((one for one in reading.points if one.reference_date == day), None) if reading else None
    return (
        figure(view, known.indicators[reading.indicator], reading.area, point) if reading and point else None
    )


def _facts(view: View, service: Service, known: Picture) -> Iterator[Fact]:
    for name in _told(service, _FACTS, known):
        one, reading = known.indicators[name], known.readings.get((name, view.picture.area))
        if reading is None or reading.value is None:
            continue
        ends = _INTERVAL if name == service.indicator("days-to-finish") else ()
        yield Fact(
            _after(service, one, view.language),
            view.url("indicator", name=name),
            figure(view, one, reading.area, reading),
            tuple(_ends(view, known, [service.indicator(end) for end in ends], reading)),
            unit(view.language, one, reading.value),
            one.explanation.in_(view.language.code),
        )


def _ends(view: View, known: Picture, names: Sequence[str], reading: Reading) -> Iterator[Figure]:
    """Yield the ends of a reading's interval that are known of its day."""
    for name in names:
        end = known.readings.get((name, reading.area))
        found = end and _on(view, known, end, reading.reference_date)
        if found and found.value:
            yield found


def _after(service: Service, one: Indicator, language: Language) -> str:
    """Give an indicator's title without the service's before it."""
    words = one.short.in_(language.code).removeprefix(f"{service.title.in_(language.code)}: ")
    return words[:1].upper() + words[1:]


def _graphs(view: View, service: Service, known: Picture) -> Iterator[Graph]:
    """Yield the curve of what waits, and that of the work done: a day's, or for everybody the sum."""
    done = "reached" if "reached" in service.stages else "served"
    daily = known.readings.get((service.indicator(done), view.picture.area))
    for name in _told(service, ("backlog", done if daily else f"{done}-total"), known):
        reading = known.readings.get((name, view.picture.area))
        if reading:
            yield course_graph(view, known.indicators[name], reading)


def _parts(view: View, service: Service) -> Iterator[tuple[str, str]]:
    """Yield each part with the share of its target reached or served, where both are told."""
    done = "reached" if "reached" in service.stages else "served"
    cells = view.reader.reported(service, view.picture.area, view.picture.as_of)
    code = view.language.code
    names = {stratum(age=one): one for one in service.ages}
    names |= {stratum(one.id): one.title.in_(code) for one in service.places}
    names |= {
        stratum(place.id, age): f"{place.title.in_(code)}, {age}"
        for place in service.places
        for age in service.ages
    }
    for part, name in names.items():
        reached = sum(value for cell, value in cells.items() if (cell.stage, cell.stratum) == (done, part))
        targets = {
            cell.day: value for cell, value in cells.items() if (cell.stage, cell.stratum) == ("target", part)
        }
        if targets and part != ALL:
            share = view.language.number(100 * reached / max(targets[max(targets)], 1), 0)
            yield name, view.language.percent(share)


def _of_cities(service: Service) -> tuple[str, ...]:
    return (*(f"{one}-total" for one in service.released), *_OF_CITIES)


def _city(view: View, area: str, heads: Sequence[Indicator], known: Picture) -> City:
    told = [known.readings.get((one.id, area)) for one in heads]
    return City(
        register().area(area).name(view.language.code),
        view.url("service", name=view.name, area=area),
        area == view.picture.area,
        tuple(
            figure(view, one, area, reading) if reading else None
            for one, reading in zip(heads, told, strict=True)
        ),
    )


def rows(view: View) -> list[dict[str, Any]]:
    """Give the services as data, one row a number and day; one service in each municipality."""
    found = [_service(view)] if view.name else view.reader.services(view.picture.as_of)
    return [
        _row(view, known.indicators[reading.indicator], reading, point)
        for service in found
        for known in [_known(view, service)]
        for (name, area), reading in sorted(known.readings.items())
        if name.startswith(f"{service.id}-")
        and area in (view.picture.areas if view.name else (view.picture.area,))
        for point in reading.points
    ]


def _row(view: View, one: Indicator, reading: Reading, point: Point) -> dict[str, Any]:
    return {
        "indicator": one.id,
        "title": one.title.in_(view.language.code),
        "area": reading.area,
        "area_name": register().area(reading.area).name(view.language.code),
        "reference_date": point.reference_date.isoformat(),
        "value": None if point.value is None else plain(round(point.value, one.decimals)),
        "unit": one.unit.in_(view.language.code),
        "status": point.status,
        "known_at": stamp(reading.known_at),
    }
