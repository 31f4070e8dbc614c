"""Reproduction numbers: how many one infected person infects, from counts and the serial interval.

`windowed` is the closed form of Cori et al. 2013, Am. J. Epidemiol. 178:1505, doi:10.1093/aje/kwt133.
`filtered` is the exact filter and smoother on a grid of Parag 2021, PLoS Comput. Biol. 17:e1009347,
doi:10.1371/journal.pcbi.1009347: no window, better at low counts and between waves.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.special import gammaln

from tilannekuva.models.levels import LEVELS
from tilannekuva.models.weeks import Array

_PRIOR_MEAN, _PRIOR_SD = 5.0, 5.0  # those of EpiEstim: a gamma of shape 1 and scale 5
_LOWEST, _HIGHEST = 0.01, 10.0  # of the grid
_LEAP = 1e-12  # chance a day that R leaps to anywhere, so that no count is impossible


class Windows(NamedTuple):
    """The posterior of R in each window [window]: shape and scale of a gamma."""

    shape: Array
    scale: Array

    @property
    def mean(self) -> Array:
        """Give the means [window]."""
        return self.shape * self.scale

    @property
    def sd(self) -> Array:
        """Give the standard deviations [window]."""
        found: Array = np.sqrt(self.shape) * self.scale
        return found

    def quantiles(self, levels: Array = LEVELS) -> Array:
        """Give the quantiles [window, level]."""
        found: Array = stats.gamma.ppf(levels, self.shape[:, None], scale=self.scale[:, None])
        return found


class Course(NamedTuple):
    """The distribution of R on a grid: `grid` [point], `filtered` and `smoothed` [day, point].

    The filtered one of a day rests on the days until it, the smoothed one on all; of day 0 nothing is told
    but by later days. `evidence` is the log chance of the counts.
    """

    grid: Array
    filtered: Array
    smoothed: Array
    evidence: float

    def quantiles(self, levels: Array = LEVELS, *, smoothed: bool = True) -> Array:
        """Give the quantiles [day, level]."""
        whole = np.cumsum(self.smoothed if smoothed else self.filtered, axis=1)
        return np.stack([np.interp(levels, day / day[-1], self.grid) for day in whole])


def pressure(counts: Array, interval: Array) -> Array:
    """Give what past counts [..., day] weigh on each day; `interval` is the serial interval from day 0 on."""
    days = counts.shape[-1]
    found = np.zeros_like(counts, dtype=np.float64)
    for back in range(1, min(len(interval), days)):
        found[..., back:] += interval[back] * counts[..., : days - back]
    return found


def windowed(counts: Array, interval: Array, *, days: int = 7) -> Windows:
    """Give R in windows of so many days of counts [day]; the first ends on day `days` (0 = the first day).

    A window that holds or follows an unknown day (NaN) is NaN. Raises ValueError when no window fits.
    """
    if not 0 < days < len(counts):
        raise ValueError(
            f"a window of {days} days and the day before need {days + 1} counts, not {len(counts)}"
        )
    cases, force = (_sums(values[1:], days) for values in (counts, pressure(counts, interval)))
    shape = (_PRIOR_MEAN / _PRIOR_SD) ** 2
    return Windows(shape + cases, 1 / (shape / _PRIOR_MEAN + force))


def _sums(values: Array, days: int) -> Array:
    found: Array = np.lib.stride_tricks.sliding_window_view(values, days).sum(axis=-1)
    return found


def filtered(counts: Array, interval: Array, *, step: float = 0.1, points: int = 400) -> Course:
    """Give R day by day from counts [day]: what was known then, and what is known of it now.

    R goes as a random walk with standard deviation `step` times its root, on a grid of so many points; counts
    are Poisson with mean R x pressure, `interval` being the serial interval from day 0 on. Of a day that is
    unknown (NaN), or that no case before explains, nothing is learned; an unknown one is taken to have had as
    many cases as were to be expected of it then.
    """
    grid = np.linspace(_LOWEST, _HIGHEST, points)
    move, cases = _moves(grid, step), counts.astype(np.float64)
    cases[:1] = np.nan_to_num(cases[:1])
    prior = np.full((len(counts), points), 1 / points)
    found, evidence = prior.copy(), 0.0
    for day in range(1, len(counts)):
        prior[day] = found[day - 1] @ move
        force = _force(cases[:day], interval)
        mean = np.maximum(grid * force, 1e-300)
        if np.isnan(cases[day]):
            cases[day] = prior[day] @ (grid * force)
        told = _told(counts[day], mean) if force > 0 else np.zeros(points)
        weight = prior[day] * np.exp(told - told.max())
        evidence += float(np.log(weight.sum()) + told.max())
        found[day] = weight / weight.sum()
    return Course(grid, found, _smoothed(found, prior, move), evidence)


def _force(cases: Array, interval: Array) -> float:
    """Give what cases [day] weigh on the day after them."""
    reach = min(len(interval) - 1, len(cases))
    return float(interval[1 : reach + 1] @ cases[::-1][:reach])


def _told(count: float, mean: Array) -> Array:
    """Give the log of the Poisson chance of a count at means [point]; the same for all where it is NaN."""
    found: Array = count * np.log(mean) - mean - gammaln(count + 1)
    return np.nan_to_num(found)


def _moves(grid: Array, step: float) -> Array:
    """Give the chance [from, to] of a move of R within a day; a leap to anywhere is next to impossible."""
    chance = np.exp(-0.5 * ((grid[None, :] - grid[:, None]) / (step * np.sqrt(grid))[:, None]) ** 2)
    found: Array = chance / chance.sum(axis=1, keepdims=True)
    return (1 - _LEAP) * found + _LEAP / len(grid)


def _smoothed(found: Array, prior: Array, move: Array) -> Array:
    """Give the distribution [day, point] of each day given all days, backwards from the last one."""
    told = found.copy()
    for day in range(len(found) - 2, -1, -1):
        told[day] = found[day] * (move @ (told[day + 1] / prior[day + 1]))
        told[day] /= told[day].sum()
    return told
