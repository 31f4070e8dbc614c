"""The towns' filter as a weekly model: areas without districts, each by itself under one country."""

import numpy as np

from tilannekuva.models import towns
from tilannekuva.models.levels import LEVELS, counts
from tilannekuva.models.model import Known, Outcome, Told
from tilannekuva.models.silence import after_silence
from tilannekuva.models.weeks import DAYS, Array, plausible

_PARTICLES, _DRAWS = 300, 1000
_MANY = 1e3  # cases a day: where all areas count more, they are counted in a larger unit
_ONCE = 20.0  # cases of a week told on one day alone are those of all its days


def forecast(known: Known, rng: np.random.Generator) -> Outcome:
    """Tell quantiles [area, horizon, level] of weekly counts by the filter; NaN where nothing is told."""
    found = np.full((len(known.daily), towns.WEEKS, len(LEVELS)), np.nan)
    heard = np.flatnonzero(np.isfinite(known.daily).any(axis=1))
    days = np.where(np.isfinite(known.daily), plausible(known.daily), np.nan)
    order = heard[np.lexsort(np.nan_to_num(days[heard]).T)]  # the same dice for an area wherever it stands
    people = towns.peopled(known.inhabitants, days)[order]
    unit = max(1.0, np.nanmean(days[order], axis=1).min() / _MANY)
    given = towns.Towns(people / unit, np.arange(len(order)))
    found[order] = counts(np.log1p(unit * _followed(given, _by_day(days[order]) / unit, rng)))
    told = after_silence(found, known.daily)
    return Told(told, found[:, :, None])


def _by_day(days: Array) -> Array:
    """Give days [area, day] in which weeks told on one day are spread over all."""
    weeks = np.nan_to_num(days).reshape(len(days), -1, DAYS)
    sums = weeks.sum(axis=2, keepdims=True)
    once = ((weeks > 0).sum(axis=2, keepdims=True) == 1) & (sums > _ONCE)
    return np.where(np.broadcast_to(once, weeks.shape), sums / DAYS, days.reshape(weeks.shape)).reshape(
        days.shape
    )


def _followed(given: towns.Towns, days: Array, rng: np.random.Generator) -> Array:
    state = towns.begun(given, days[:, : towns.BEGIN], rng, particles=_PARTICLES)
    for day in days[:, towns.BEGIN :].T:
        state = towns.stepped(state, given, day, rng)
    draws = towns.forecast(state, given, _DRAWS, rng)
    return np.moveaxis(np.quantile(draws, LEVELS, axis=-1), 0, -1)
