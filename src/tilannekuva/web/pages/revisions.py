"""Revisions: as published and as now known, for the newest periods of an indicator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from markupsafe import Markup

from tilannekuva.domain.calendar import helsinki_date, stamp
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.flows.asking import plain
from tilannekuva.flows.vintages import Vintages
from tilannekuva.web import charts
from tilannekuva.web.language import Language
from tilannekuva.web.pages.figures import Figure, figure, value_text
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.graphs import words

_SEEN = 0.005  # a smaller share than this is no change to speak of
_TWOFOLD = 1.0  # growth beyond which two numbers say more than per cents


@dataclass(frozen=True, slots=True)
class Revisions:
    """A revision triangle: a row a day of news, a column a period.

    `sentence` says how much figures have changed since they were first told; `wide` and `narrow` are the
    drawing for wide and narrow screens; `head` names the periods; `rows` are the days of news with what was
    told of each period, empty where nothing was yet; `now` is what is known now.
    """

    sentence: str
    wide: Markup
    narrow: Markup
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    now: tuple[Figure | None, ...]


def revisions(view: View, one: Indicator, reading: Reading) -> Revisions | None:
    """Make the triangle of a reading; None where there has been news on one day only, or none."""
    told = view.reader.vintages(reading, view.picture.as_of)
    if len(told.reports) < 2:  # noqa: PLR2004 - what was and what is
        return None
    language = view.language
    reports = [language.short_day(helsinki_date(at)) for at in told.reports]
    draw = partial(
        charts.triangle,
        [[point.value if point else None for point in row] for row in told.told],
        reported=reports,
        days=[_short(language, one, day) for day in told.days],
        title=language.text("As published and as now known"),
        description=growth(language, one, told),
        words=words(language, one.decimals),
    )
    return Revisions(
        growth(language, one, told),
        Markup(draw()),
        Markup(draw(narrow=True)),
        tuple(_short(language, one, day) for day in told.days),
        tuple(
            (name, tuple(_cell(language, one, point) for point in row))
            for name, row in zip(reports, told.told[:-1], strict=False)
        ),
        tuple(figure(view, one, reading.area, point) if point else None for point in told.now),
    )


def first_told(view: View, reading: Reading) -> list[charts.Line]:
    """Give the line of what was first told of the newest periods, where something else is known now."""
    firsts = view.reader.vintages(reading, view.picture.as_of).firsts
    if all(first == now for first, now in firsts.values()):
        return []
    points = tuple(charts.Point(day, first) for day, (first, _) in firsts.items())
    return [charts.Line(view.language.text("as first told"), points)]


def told_of(view: View, reading: Reading) -> dict[date, str]:
    """Give for each period what was told of it on each day of news, as `instant=value` between semicolons."""
    told = view.reader.vintages(reading, view.picture.as_of)
    return {
        day: ";".join(
            f"{stamp(at)}={'' if point.value is None else plain(point.value)}"
            for at, point in zip(told.reports, column, strict=True)
            if point
        )
        for day, column in zip(told.days, zip(*told.told, strict=True), strict=False)
    }


def _cell(language: Language, one: Indicator, point: Point | None) -> str:
    return value_text(language, one, point.value, point.status) if point else ""


def _short(language: Language, one: Indicator, day: date) -> str:
    """Write a period where there is little room."""
    if one.freq == "week":
        return language.text("wk {week}", week=day.isocalendar().week)
    return language.short_day(day) if one.freq == "day" else language.period(day, one.freq)


def growth(language: Language, one: Indicator, told: Vintages) -> str:
    """Say how figures have changed since they were first told."""
    pairs: Sequence[tuple[float, float]] = list(told.firsts.values())
    if not pairs:
        return language.text("No figure has yet been told twice.")
    if all(first == now for first, now in pairs):
        return language.text("The newest figures have not changed since they were first told.")
    filling = told.filling
    if one.kind == "share" or filling is None or not _SEEN <= abs(filling) <= _TWOFOLD:
        return _means(language, one, pairs)
    share = language.percent(language.number(100 * abs(filling)))
    if filling > 0:
        return language.text(
            "Figures have grown by {share} on average since they were first told.", share=share
        )
    return language.text("Figures have shrunk by {share} on average since they were first told.", share=share)


def _means(language: Language, one: Indicator, pairs: Sequence[tuple[float, float]]) -> str:
    """Give the means where per cents would say little: of shares, and of what began near nothing."""
    was, now = (sum(column) / len(pairs) for column in zip(*pairs, strict=True))
    exact = one.model_copy(update={"decimals": max(one.decimals, 1)})
    return language.text(
        "The newest figures were {was} on average when first told, and are now {now}.",
        was=value_text(language, exact, was, "normal"),
        now=value_text(language, exact, now, "normal"),
    )
