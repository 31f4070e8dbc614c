"""The scoreboard: how good the last forecasts were, in words, in a table and one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.forecasts import Record, Score
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Point
from tilannekuva.errors import NotInstalled
from tilannekuva.web import charts
from tilannekuva.web.language import Language
from tilannekuva.web.pages.figures import Figure, figure
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.ranges import WIDE, between
from tilannekuva.web.pages.tiles import SEVERAL, unit

_PAST = 12  # forecasts of the first horizon told one by one
_SAME = 0.01  # share of errors within which two ways of forecasting are alike
_FEW = 20  # forecasts below which their spread over tenths says nothing
_BIASED = 0.25


@dataclass(frozen=True, slots=True)
class Line:
    """How good forecasts so many periods ahead were: `cells` in the order of the board's head."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Came:
    """A forecast that has come due: its origin, its period, its 90 % range and what came."""

    origin: str
    href: str
    period: str
    wide: str
    observed: Figure
    held: str


@dataclass(frozen=True, slots=True)
class Board:
    """How good the last forecasts of an indicator in an area were.

    `says` are sentences; `head` and `lines` the scores by horizon; `tenths` draws how often what came fell
    into each tenth of the forecasts (PIT), for wide and narrow screens, empty where they are few; `past` are
    the last ones of the next period, one by one.
    """

    says: tuple[str, ...]
    head: tuple[str, ...]
    lines: tuple[Line, ...]
    tenths: tuple[Markup, ...]
    past: tuple[Came, ...]


def board(view: View, one: Indicator, area: str) -> Board | None:
    """Make the scoreboard of an indicator in an area; None before a forecast has come due."""
    try:
        records = view.reader.records(one.id, area, view.picture.as_of)
    except NotInstalled:  # the forecasts that are kept are shown all the same
        return None
    if not records:
        return None
    language, first = view.language, records[0]
    scored = view.reader.scores(one.id, area, view.picture.as_of)
    near = [each for each in scored if each.horizon == first.horizon]
    return Board(
        tuple(_says(language, first)),
        _head(language, one),
        tuple(_line(language, one, each) for each in records),
        tuple(_tenths(language, first)),
        tuple(_came(view, one, near[:_PAST])),
    )


def _says(language: Language, record: Record) -> Iterator[str]:
    """Say how many held and how large the errors were beside those of a flat line."""
    place, n = register().area(record.area).name(language.code), record.n
    if n > 1:
        yield language.text(
            "{place}: of the last {n} forecasts of a week ahead, {held} held within their 90% range.",
            place=place,
            n=n,
            held=record.held_90,
        )
    elif record.held_90:
        yield language.text(
            "{place}: the last forecast of a week ahead held within its 90% range.", place=place
        )
    else:
        yield language.text("{place}: the last forecast of a week ahead missed its 90% range.", place=place)
    yield _compared(language, record)
    if n < _FEW:
        yield language.text("The forecasts are few so far: the figures below are rough.")
    elif abs(record.bias) > _BIASED:
        low = record.bias < 0
        yield (
            language.text("The forecasts have been too low on the whole.")
            if low
            else language.text("The forecasts have been too high on the whole.")
        )


def _compared(language: Language, record: Record) -> str:
    if record.ratio is None:
        return language.text("Assuming no change would have been right each time.")
    less = 1 - record.ratio
    share = language.percent(language.number(100 * abs(less)))
    if abs(less) < _SAME:
        return language.text("The errors were as large as those of assuming no change.")
    if less > 0:
        return language.text("The errors were {share} smaller than those of assuming no change.", share=share)
    return language.text("The errors were {share} larger than those of assuming no change.", share=share)


def _head(language: Language, one: Indicator) -> tuple[str, ...]:
    return (
        language.text("Weeks ahead"),
        language.text("Forecasts"),
        language.text("Held in 50%"),
        language.text("Held in 90%"),
        language.text("Held in 95%"),
        language.text("Error, {unit}", unit=unit(language, one, SEVERAL)),
        language.text("of it width"),
        language.text("too low"),
        language.text("too high"),
        language.text("Beside no change"),
        language.text("Beside no change, log"),
        language.text("Bias"),
    )


def _line(language: Language, one: Indicator, record: Record) -> Line:
    held = [language.percent(language.number(100 * each)) for each in record.within]
    parts = (record.spread, record.too_low, record.too_high)
    shares = [
        language.percent(language.number(100 * each / record.wis)) if record.wis else "–" for each in parts
    ]
    ratios = ["–" if each is None else language.number(each, 2) for each in (record.ratio, record.log_ratio)]
    error = language.number(record.wis, max(1, one.decimals))
    bias = language.number(record.bias, 2, signed=True)
    return Line(
        language.number(record.horizon), (language.number(record.n), *held, error, *shares, *ratios, bias)
    )


def _tenths(language: Language, record: Record) -> Iterator[Markup]:
    """Draw how often what came fell into each tenth; a good forecaster's bars are alike."""
    if record.n < _FEW:
        return
    rows = [
        charts.Bar(f"{10 * nth}–{10 * nth + 10}", float(count), language.number(count))
        for nth, count in enumerate(record.pit)
    ]
    title = language.text("Where in the forecast the outcome fell")
    said = language.text(
        "Each bar is a tenth of the forecast, from low to high; for a good forecaster they are alike."
    )
    for narrow in (False, True):
        yield Markup(charts.bars(rows, title=title, description=said, narrow=narrow))


def _came(view: View, one: Indicator, near: Sequence[Score]) -> Iterator[Came]:
    language, as_of = view.language, view.picture.as_of
    made = {
        (each.model, each.origin_date): each for each in view.reader.forecasts(one.id, near[0].area, as_of)
    }
    for score in near:
        forecast = made.get((score.model, score.origin_date))
        told = {each.reference_date: each for each in forecast.targets} if forecast else {}
        target = told.get(score.reference_date)
        known = forecast.known_at if forecast else score.truth_at
        yield Came(
            language.day(score.origin_date),
            view.url("forecast", indicator=one.id, as_of=stamp(known)),
            language.period(score.reference_date, one.freq),
            "" if target is None else between(language, one, target, WIDE),
            figure(view, one, score.area, Point(score.reference_date, score.observed, "normal")),
            language.text("held") if score.within[1] else language.text("missed"),
        )
