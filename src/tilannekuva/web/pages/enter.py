"""The pages where a day of a service is reported: which services there are, and the phone screen of one."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import HELSINKI, helsinki_date
from tilannekuva.domain.picture import Point
from tilannekuva.domain.reports import Cell, stratum, told_of
from tilannekuva.domain.services import UNKNOWN, Service
from tilannekuva.errors import UnknownIndicator
from tilannekuva.flows.inbox import receipt
from tilannekuva.web.pages.figures import Figure, figure
from tilannekuva.web.pages.frame import Frame, Link, View, frame
from tilannekuva.web.pages.map_choices import Option

LOOKED_BACK = 7  # days before today that are missed when nothing was reported of them
CORRECTED = 60  # days before today that can be reported on the screen
_NOON = 12
Cells = Mapping[Cell, float]
HELD = ("held", "refused")  # what comes back in its form
Kind = Literal["taken", "same", "partly", "refused", "waits", "held"]


class Of(NamedTuple):
    """What a form is of: municipality, day and part."""

    area: str
    day: date
    stratum: str


@dataclass(frozen=True, slots=True)
class Given:
    """What a form was filled with, as it came; `faults` are the words against each of its fields.

    A fault of the name "" is one of the whole.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a report: in one sentence, with the counts as they were sent.

    One that is `held`, or was refused, comes back in its form. `reasons` say why.
    """

    kind: Kind
    text: str
    counts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether it is in the form again."""
        return self.kind in HELD


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose from: part of the municipality, age band."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A number that is asked for, with that of the day before and what was told so far of the day."""

    name: str
    label: str
    help: str
    value: str
    before: Figure | None
    told: Figure | None
    fault: str
    focus: bool


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a day: `before` and `told` name the days beside the numbers.

    `receipt` makes it one report however often it is sent, `by` stands for whose form it is. `first` and
    `last` are the days that can be reported; `corrects` asks for a reason.
    """

    action: str
    receipt: str
    by: str
    legend: str
    day: str
    first: str
    last: str
    day_fault: str
    before: str
    told: str
    choices: tuple[Choice, ...]
    counts: tuple[Asked, ...]
    corrects: bool
    reason: str
    reason_fault: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A service that can be reported on, and how its reports stand."""

    link: Link
    state: str


@dataclass(frozen=True, slots=True)
class EnterPage:
    """The services that can be reported on."""

    frame: Frame
    services: tuple[Reported, ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """The phone screen of a service.

    `state` says what is missing, `waiting` who waits for the service (in words, and how many); `missing`
    leads to the days; `told` is there after something was sent, and `onward` leads on from it.
    """

    frame: Frame
    title: str
    state: str
    waiting: tuple[str, Figure] | None
    missing: tuple[Link, ...]
    told: Told | None
    form: Form | None
    onward: tuple[Link, ...]


def enter_page(view: View) -> EnterPage:
    """Make the page of all services."""
    return EnterPage(frame(view), tuple(_reported(view, one) for one in _services(view)))


def _services(view: View) -> Iterator[Service]:
    """Yield the services all of whose numbers the viewer may see."""
    for one in view.reader.services(view.picture.as_of):
        if all(one.indicator(stage) in view.picture.indicators for stage in one.stages):
            yield one


def _reported(view: View, service: Service) -> Reported:
    title = service.title.in_(view.language.code)
    return Reported(Link(title, view.url("report", name=service.id)), _state(view, _cells(view, service)))


def report_page(
    view: View, given: Given | None = None, told: Told | None = None, *, at: datetime | None = None
) -> ReportPage:
    """Make the phone screen: empty, filled again with its faults, or with what came of a report.

    `at` is the instant up to which is told what was reported, without it that of the picture.
    """
    service, given = service_of(view), given or Given()
    cells = _cells(view, service, at)
    sent = told is not None and not told.held
    missing = [] if given.faults else _missing(view, cells)
    links = tuple(_of_day(view, service, day) for day in missing)
    return ReportPage(
        frame=frame(view),
        title=service.title.in_(view.language.code),
        state=_state(view, cells),
        waiting=None if sent else _waiting(view, service),
        missing=links,
        told=told,
        form=None if sent or view.picture.rewound else _form(view, service, cells, given=given),
        onward=_onward(view, service) if sent else (),
    )


def service_of(view: View) -> Service:
    """Give the service of a page; raises UnknownIndicator where the viewer knows none of the name."""
    found = next((one for one in _services(view) if one.id == view.name), None)
    if found is None:
        raise UnknownIndicator(f"no service '{view.name}'")
    return found


def area_of(view: View) -> str:
    """Give the municipality that is reported on: the reporter's own."""
    return view.reader.viewer.municipality or view.picture.area


def mark(person: str) -> str:
    """Give what stands for a person in a form: what waits on a phone is sent by whoever entered it."""
    return hashlib.sha256(person.encode()).hexdigest()[:12]


def today_of(view: View) -> date:
    """Give the day that it is."""
    return helsinki_date(view.reader.now)


def first_of(view: View) -> date:
    """Give the first day that can be reported on the screen."""
    return today_of(view) - timedelta(CORRECTED)


def _cells(view: View, service: Service, at: datetime | None = None) -> Cells:
    return view.reader.reported(service, area_of(view), at or view.picture.as_of)


def _missing(view: View, cells: Cells) -> list[date]:
    """Give the days of the last week, without today, of which nothing was told; none before the first."""
    told, today = {one.day for one in cells}, today_of(view)
    first = max(min(told, default=today), today - timedelta(LOOKED_BACK))
    days = [first + timedelta(n) for n in range((today - first).days)]
    return [one for one in days if one not in told]


def _state(view: View, cells: Cells) -> str:
    """Say in one sentence what has been told and what is missing."""
    words, area = view.language, register().area(area_of(view)).name(view.language.code)
    if not cells:
        return words.text("{area}: nothing has been reported yet.", area=area)
    missing = len(_missing(view, cells))
    if missing:
        return words.plural(
            "{area}: one day of the last week is missing.",
            "{area}: {n} days of the last week are missing.",
            missing,
            area=area,
        )
    if today_of(view) in {one.day for one in cells}:
        return words.text("{area}: today has been reported, and nothing is missing.", area=area)
    return words.text("{area}: today has not been reported yet; nothing else is missing.", area=area)


def _of_day(view: View, service: Service, day: date) -> Link:
    return Link(view.language.day(day), view.url("report", name=service.id, day=day.isoformat()))


def _waiting(view: View, service: Service) -> tuple[str, Figure] | None:
    """Give how many wait for the service; None where that is not known."""
    name, area = service.indicator("backlog"), area_of(view)
    indicator = view.picture.indicators.get(name)
    found = view.reader.wider(view.picture, frozenset({name})).readings if indicator else {}
    reading = found.get((name, area))
    if indicator is None or reading is None:
        return None
    words = indicator.short.in_(view.language.code).partition(": ")[2]
    return words[:1].upper() + words[1:], figure(view, indicator, area, reading)


def _onward(view: View, service: Service) -> tuple[Link, ...]:
    words = view.language
    asked = view.asked("day")
    return (
        Link(words.text("Report or correct a day"), view.url("report", name=service.id, day=asked)),
        Link(words.text("All services"), view.url("enter")),
    )


def _preset(view: View, cells: Cells, asked: str) -> date:
    """Give the day asked for; else today, or before noon yesterday if nothing was told of it."""
    today = today_of(view)
    try:
        return max(first_of(view), min(date.fromisoformat(asked), today))
    except ValueError:
        yesterday = today - timedelta(1)
        morning = view.reader.now.astimezone(HELSINKI).hour < _NOON
        return yesterday if morning and yesterday in _missing(view, cells) else today


def _form(view: View, service: Service, cells: Cells, *, given: Given) -> Form:
    words, today = view.language, today_of(view)
    day = _preset(view, cells, given.fields.get("day") or view.asked("day"))
    part = stratum(view.asked("place"), view.asked("age"))
    area = register().area(area_of(view)).name(words.code)
    return Form(
        action=view.url("report", name=service.id),
        receipt=given.fields.get("receipt") or receipt(view.reader.now),
        by=mark(view.by),
        legend=f"{service.title.in_(words.code)}, {area}",
        day=day.isoformat(),
        first=first_of(view).isoformat(),
        last=today.isoformat(),
        day_fault=given.faults.get("day", ""),
        before=words.short_day(day - timedelta(1)),
        told=words.short_day(day),
        choices=tuple(_choices(view, service, given.fields)),
        counts=tuple(_asked(view, service, cells, given=given, of=Of(area_of(view), day, part))),
        corrects="reason" in given.faults or any(one.day == day and one.stratum == part for one in cells),
        reason=given.fields.get("reason", ""),
        reason_fault=given.faults.get("reason", ""),
    )


def _choices(view: View, service: Service, fields: Mapping[str, str]) -> Iterator[Choice]:
    words = view.language
    places = [(one.id, one.title.in_(words.code)) for one in service.places_in(area_of(view))]
    ages = [(one, one) for one in service.ages]
    for name, label, known in (("place", words.text("Place"), places), ("age", words.text("Age"), ages)):
        if known:
            chosen = fields.get(name, view.asked(name))
            options = [("", words.text("All together")), *known, (UNKNOWN, words.text("Unknown"))]
            yield Choice(name, label, tuple(Option(value, text, value == chosen) for value, text in options))


def _asked(view: View, service: Service, cells: Cells, *, given: Given, of: Of) -> Iterator[Asked]:
    """Yield the numbers of the screen; the focus is where to begin, or to mend."""
    before = of._replace(day=of.day - timedelta(1))
    first = next((one for one in service.screen if one in given.faults), service.screen[0])
    for stage in service.screen:
        count = service.count(stage)
        yield Asked(
            name=stage,
            label=count.title.in_(view.language.code),
            help=count.help.in_(view.language.code),
            value=given.fields.get(stage, ""),
            before=_figure(view, service, cells, Cell(stage, *before)),
            told=_figure(view, service, cells, Cell(stage, *of)),
            fault=given.faults.get(stage, ""),
            focus=stage == first,
        )


def _figure(view: View, service: Service, cells: Cells, cell: Cell) -> Figure | None:
    indicator = view.picture.indicators.get(service.indicator(cell.stage))
    told = told_of(cells, cell)
    if told is None or indicator is None:
        return None
    return figure(view, indicator, cell.area, Point(cell.day, told, "normal"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give what was reported lately as data: of one service, or of all."""
    since = today_of(view) - timedelta(LOOKED_BACK)
    return [
        {
            "service": one.id,
            "indicator": one.indicator(cell.stage),
            "area": cell.area,
            "reference_date": cell.day.isoformat(),
            "stratum": cell.stratum,
            "value": value,
        }
        for one in ([service_of(view)] if view.name else _services(view))
        for cell, value in sorted(_cells(view, one).items(), key=lambda pair: (pair[0].day, *pair[0]))
        if cell.day >= since or cell.day.isoformat() == view.asked("day")
    ]
