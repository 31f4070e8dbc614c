"""Widening: intervals are stretched by as much as those of past forecasts fell short, or narrowed.

For each horizon the errors of past forecasts, over the distance from their median to the end of a central
interval on that side, are ranked (all areas together, newer ones count more): what the interval's share of
them lies within is the factor by which it is stretched, on log(y + 1); between intervals the factor is
interpolated. An adaptive conformal correction: Gibbs and Candes 2021, doi:10.48550/arXiv.2106.00170.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tilannekuva.models.levels import LEVELS, MEDIAN, counts
from tilannekuva.models.robust import quantiles
from tilannekuva.models.weeks import Array


class Past(NamedTuple):
    """A forecast made before: quantiles [area, horizon, member, level], what came, its age in weeks.

    What came [area, horizon] is as known now, NaN where it is not yet.
    """

    quantiles: Array
    observed: Array
    age: float


class Interval(NamedTuple):
    """A central interval: its lower end's place, the share to hold, bounds of its factor, the first factor.

    A little more is asked for than the share it is named after: the tail of a finite sample is short.
    """

    place: int
    share: float
    least: float
    most: float
    first: float


_INTERVALS = (
    Interval(1, 0.96, 0.9, 3.0, 1.2),
    Interval(3, 0.81, 0.8, 2.0, 1.1),
    Interval(6, 0.5, 0.8, 2.0, 1.0),
)
_FEW, _HALF_LIFE = 3, 26.0  # fewest past forecasts to learn from; weeks after which one counts half
_NEAR = 0.003  # log: added to a distance, so that none is zero


def widened(told: Array, past: Sequence[tuple[Array, Array, float]]) -> Array:
    """Give quantiles [area, horizon, level] stretched by what past forecasts missed.

    Past ones are quantiles of the same shape, what came [area, horizon], and their age in weeks.
    """
    logs = np.log1p(told)
    middle = logs[..., MEDIAN : MEDIAN + 1]
    away = np.abs(np.arange(len(LEVELS)) - MEDIAN)
    places = [MEDIAN - one.place for one in reversed(_INTERVALS)]
    stretch = [np.interp(away, places, _factors(past, horizon)[::-1]) for horizon in range(told.shape[1])]
    return counts(middle + (logs - middle) * np.array(stretch))


def _factors(past: Sequence[tuple[Array, Array, float]], horizon: int) -> list[float]:
    """Give the factor of each interval at a horizon."""
    known = [(np.log1p(told[:, horizon]), np.log1p(came[:, horizon]), age) for told, came, age in past]
    known = [
        (told[there], came[there], age)
        for told, came, age in known
        if (there := np.isfinite(came) & np.isfinite(told).all(axis=1)).any()
    ]
    if len(known) < _FEW:
        return [one.first for one in _INTERVALS]
    told, came = np.concatenate([one[0] for one in known]), np.concatenate([one[1] for one in known])
    heed = np.concatenate([np.full(len(came), 0.5 ** (age / _HALF_LIFE)) for _, came, age in known])
    return [_factor(told, came, heed, one) for one in _INTERVALS]


def _factor(told: Array, came: Array, heed: Array, interval: Interval) -> float:
    off = came - told[:, MEDIAN]
    upper, lower = told[:, -1 - interval.place], told[:, interval.place]
    side = np.where(off > 0, upper - told[:, MEDIAN], told[:, MEDIAN] - lower)
    found = quantiles(np.abs(off) / (side + _NEAR), heed, np.array([interval.share]))
    return float(np.clip(found[0], interval.least, interval.most))
