"""Forecasts: what may come, as quantiles of each day or week to come; never an observation."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Target:
    """What is forecast of one period: the value below which each share of the outcomes lies.

    `quantiles` holds (level between 0 and 1, value), levels ascending, values never falling.
    """

    reference_date: date
    quantiles: tuple[tuple[float, float], ...]

    def at(self, level: float) -> float | None:
        """Give the value of a level; None where the forecast does not tell it."""
        return next((value for one, value in self.quantiles if one == level), None)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A model's forecast of an indicator in an area; `origin_date` is the last day that it knew."""

    model: str
    indicator: str
    area: str
    origin_date: date
    known_at: datetime
    targets: tuple[Target, ...]
