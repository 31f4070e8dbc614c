"""Ranges: a forecast's numbers as they are written."""

from tilannekuva.domain.forecasts import Target
from tilannekuva.domain.indicators import Indicator
from tilannekuva.web.language import Language

WIDE, HALF = (0.05, 0.95), (0.25, 0.75)  # the levels between which 90 % and half of the outcomes lie


def number(language: Language, one: Indicator, value: float | None) -> str:
    """Write a value of a forecast."""
    return language.text("no figure") if value is None else language.number(value, one.decimals)


def between(language: Language, one: Indicator, target: Target, levels: tuple[float, float]) -> str:
    """Write a range of a forecast, or the one number that it is."""
    return "–".join(dict.fromkeys(number(language, one, target.at(each)) for each in levels))
