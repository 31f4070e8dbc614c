"""Seasonal: what this time of the year and this level have led to, whatever the growth of the last weeks.

A pooled regression as in `growth`, on a yearly wave (Serfling 1963, Public Health Rep. 78:494,
doi:10.2307/4591848), the incidence and the level against the last month's.
"""

from collections.abc import Sequence

from tilannekuva.models import growth
from tilannekuva.models.growth import SEASON, Series, Settings
from tilannekuva.models.weeks import Array

SETTINGS = Settings((*SEASON, "incidence", "month"))


def forecast(given: Series, horizons: Sequence[int]) -> Array:
    """Give quantiles [area, horizon, level] of the weekly counts so many weeks after the last one known."""
    return growth.forecast(given, SETTINGS, horizons)
