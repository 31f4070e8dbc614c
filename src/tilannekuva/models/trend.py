"""Trend: a robust local level whose growth fades, filtered over a grid of parameters.

On log(y + 1): level l, growth g; l' = l + phi g, g' = phi g + noise. A week far from what was expected is
heard less (robust exponential smoothing: Gelper, Fried and Croux 2010, J. Forecasting 29:285,
doi:10.1002/for.1125), here as under a Student distribution; fading growth: Gardner and McKenzie 1985, Manage.
Sci. 31:1237, doi:10.1287/mnsc.31.10.1237. Each area weighs the grid by how it told its own weeks, drawn
towards how the grid told all areas' (empirical Bayes).
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from tilannekuva.models.levels import LEVELS, counts
from tilannekuva.models.weeks import Array

_GRID = np.array(
    list(product((0.5, 0.75, 0.9), (0.05, 0.12, 0.25), (0.03, 0.12)))
)  # fading, noise of growth, of weeks
_NU, _MEMORY, _WEEKS = 6.0, 26.0, 60  # degrees of freedom; half-life and most weeks of what is learned from
_TURNS, _PRIOR = 20, 8.0  # of empirical Bayes
_FIRST = 1.0  # variance of the first level and growth


class State(NamedTuple):
    """Level and growth [setting, area] with their variances and covariance."""

    level: Array
    growth: Array
    of_level: Array
    both: Array
    of_growth: Array


def forecast(weeks: Array, horizons: Sequence[int]) -> Array:
    """Give quantiles [area, horizon, level] of weekly counts [area, week] so many weeks after the last.

    NaN is a week before anything was told of an area.
    """
    fading, noise, rough = (one[:, None] for one in _GRID.T)
    logs = np.log1p(weeks[:, -_WEEKS:])
    noises = rough**2 + (1 / (weeks[:, -_WEEKS:] + 1)).T[:, None]  # [week, setting, area]
    begins = np.tile(logs[:, 0], (len(_GRID), 1))
    state, told = _started(begins), np.zeros_like(begins)
    for week in range(1, logs.shape[1]):
        begins = np.where(np.isfinite(begins), begins, logs[:, week])
        went, heard = _stepped(_moved(state, fading, noise), logs[:, week], noises[week])
        goes_on = np.isfinite(logs[:, week - 1])
        state = State(*(np.where(goes_on, *pair) for pair in zip(went, _started(begins), strict=True)))
        told = told * 0.5 ** (1 / _MEMORY) + np.where(goes_on, heard, 0)
    return _ahead(state, _shares(told), noises[-1], (fading, noise), horizons)


def _started(level: Array) -> State:
    """Give the state [setting, area] when the first week is told."""
    none = np.zeros_like(level)
    return State(level, none, none + _FIRST, none, none + _FIRST)


def _moved(now: State, fading: Array, noise: Array) -> State:
    """Give the state a week later, before anything is heard."""
    of_level = now.of_level + 2 * fading * now.both + fading**2 * now.of_growth + noise**2 / 4
    both = fading * now.both + fading**2 * now.of_growth
    of_growth = fading**2 * now.of_growth + noise**2
    return State(now.level + fading * now.growth, fading * now.growth, of_level, both, of_growth)


def _stepped(now: State, came: Array, noise: Array) -> tuple[State, Array]:
    """Give the state after a week [area] is heard, and the log density of it [setting, area]."""
    off, spread = came - now.level, now.of_level + noise
    density = -(_NU + 1) / 2 * np.log1p(off**2 / spread / _NU) - np.log(spread) / 2  # but for a constant
    spread = now.of_level + noise * np.maximum((_NU + off**2 / spread) / (_NU + 1), 1)
    gain, gained = now.of_level / spread, now.both / spread
    sure = now.of_level * (1 - gain), now.both * (1 - gain), now.of_growth - gained * now.both
    return State(now.level + gain * off, now.growth + gained * off, *sure), density


def _shares(told: Array) -> Array:
    """Give each area's weights of the grid [setting, area]."""
    likely = np.exp(told - told.max(axis=0))
    prior = np.full((len(told), 1), 1 / len(told))
    for _ in range(_TURNS):
        found = likely * prior
        found /= found.sum(axis=0)
        prior = found.sum(axis=1, keepdims=True) + _PRIOR / len(told)
        prior /= prior.sum()
    shares: Array = found
    return shares


def _ahead(
    now: State, shares: Array, noise: Array, grid: tuple[Array, Array], horizons: Sequence[int]
) -> Array:
    """Give quantiles [area, horizon, level]: the mean of the grid's, on log(y + 1)."""
    found = {}
    for horizon in range(1, max(horizons) + 1):
        now = _moved(now, *grid)
        spread = np.sqrt(now.of_level + noise)
        logs = now.level[..., None] + spread[..., None] * student.ppf(LEVELS, _NU)
        found[horizon] = (shares[..., None] * logs).sum(axis=0)
    return counts(np.stack([found[one] for one in horizons], axis=1))
