"""Ages: an indicator by age group, as a heat strip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from markupsafe import Markup

from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.web import charts, maps
from tilannekuva.web.pages.figures import value_text
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.graphs import words
from tilannekuva.web.pages.map_classes import scale

_PERIODS = 28  # shown, the newest
_SETTLED = {"provisional": "normal"}  # a strip has no room for a mark on each cell


@dataclass(frozen=True, slots=True)
class Ages:
    """An indicator by age group.

    `wide` and `narrow` are the strip for wide and narrow screens, `legend` its classes; `head` names the
    newest period, `rows` are the age groups with their newest value.
    """

    wide: Markup
    narrow: Markup
    legend: Markup
    head: str
    rows: tuple[tuple[str, str], ...]


def ages(view: View, one: Indicator, reading: Reading) -> Ages | None:
    """Make the strip of a reading's age groups; None where its sources tell none."""
    language, told = view.language, view.reader.vintages(reading, view.picture.as_of).ages
    days = sorted({point.reference_date for points in told.values() for point in points})[-_PERIODS:]
    if not days:
        return None
    groups = {name: _on(points, days) for name, points in told.items()}
    scheme = scale(language, one, [point.value for points in groups.values() for point in points])
    strips = [
        charts.Strip(
            name, [scheme.klass(point.value, _SETTLED.get(point.status, point.status)) for point in points]
        )
        for name, points in groups.items()
    ]
    title = language.text("{title} by age", title=one.title.in_(language.code))
    said = language.text("The table below has the newest figures.")
    in_words = words(language, one.decimals)
    draw = partial(charts.heat, strips, days=days, title=title, description=said, words=in_words)
    entries = scheme.legend(language, {name for strip in strips for name in strip.classes})
    return Ages(
        Markup(draw()),
        Markup(draw(narrow=True)),
        Markup(maps.legend(entries, title=one.unit.in_(language.code))),
        language.period(days[-1], one.freq),
        tuple(
            (name, value_text(language, one, points[-1].value, points[-1].status))
            for name, points in groups.items()
        ),
    )


def _on(points: Sequence[Point], days: Sequence[date]) -> list[Point]:
    """Give a point for each day; where nothing came it is missing."""
    told = {point.reference_date: point for point in points}
    return [told.get(day) or Point(day, None, "missing") for day in days]
