"""Figures: a number as it is written, with what it is of, so that it can be traced and checked."""

from dataclasses import dataclass

from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.flows.asking import plain
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import View


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in words and for machines.

    `text` is how it is written, or the word for why there is none; `value` the same number plainly, empty
    where there is none; `of` names the value (indicator, area, day); `href` leads to where it comes from.
    """

    text: str
    value: str
    of: str
    href: str


def figure(view: View, indicator: Indicator, area: str, point: Point | Reading) -> Figure:
    """Make the figure of a point, or of a reading's newest value."""
    value = None if point.value is None else plain(round(point.value, indicator.decimals))
    day = point.reference_date.isoformat()
    return Figure(
        value_text(view.language, indicator, point.value, point.status),
        "" if value is None else str(value),
        f"{indicator.id} {area} {day}",
        view.url("trace", name=indicator.id, area=area, day=day),
    )


def value_text(language: Language, indicator: Indicator, value: float | None, status: str) -> str:
    """Write a value with its per cent sign, or why there is none."""
    if value is None:
        words = {"suppressed": language.text("withheld"), "withdrawn": language.text("withdrawn")}
        return words.get(status, language.text("no figure"))
    number = language.number(value, indicator.decimals)
    return language.percent(number) if indicator.unit.in_(language.code) == "%" else number
