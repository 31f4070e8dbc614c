"""Reproduction numbers: how many one infected person infects, from counts and the serial interval.

`windowed` is the closed form of Cori et al. 2013, Am. J. Epidemiol. 178:1505, doi:10.1093/aje/kwt133.
`filtered` is the exact filter and smoother on a grid of Parag 2021, PLoS Comput. Biol. 17:e1009347,
doi:10.1371/journal.pcbi.1009347: no window, better at low counts and between waves. `numbers` is what a page
shows of areas: the smoother, on counts whose weekdays and noise beyond Poisson's are heeded.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.special import gammaln

from tilannekuva.models.levels import LEVELS
from tilannekuva.models.weeks import DAYS, Array

_PRIOR_MEAN, _PRIOR_SD = 5.0, 5.0  # those of EpiEstim: a gamma of shape 1 and scale 5
_LOWEST, _HIGHEST = 0.01, 10.0  # of the grid
_PACE = 0.04  # of the walk of R a day, where nothing else is said
_LEAP = 1e-12  # chance a day that R leaps to anywhere, so that no count is impossible
_BROUGHT = 0.05  # cases a day that no case known explains
_NOISE = (1.0, 100.0)  # how many times Poisson's variance counts may have
_LEAST = 0.1  # share of a day's cases that is told, below which its count is not heeded
_FEW = 100.0  # prior cases of an area's weekdays towards even ones


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


def filtered(
    counts: Array,
    interval: Array,
    *,
    step: float = 0.1,
    points: int = 400,
    brought: float = 0.0,
    rhythm: Array | None = None,
) -> Course:
    """Give R day by day from counts [day]: what was known then, and what is known of it now.

    R goes as a random walk with standard deviation `step` times its root; counts are Poisson with mean
    (R x pressure + brought) x rhythm, where `rhythm` [day] is how many of a mean day's cases a day has. Of a
    day that is unknown (NaN), or that no case before explains, nothing is learned; an unknown one is taken to
    have had as many cases as were to be expected of it then.
    """
    rhythm = np.ones(len(counts)) if rhythm is None else rhythm
    grid = np.linspace(_LOWEST, _HIGHEST, points)
    move, cases = _moves(grid, step), counts / np.maximum(rhythm, 1e-9)
    cases[:1] = np.nan_to_num(cases[:1])
    prior = np.full((len(counts), points), 1 / points)
    found, evidence = prior.copy(), 0.0
    for day in range(1, len(counts)):
        prior[day] = found[day - 1] @ move
        force = _force(cases[:day], interval)
        mean = np.maximum((grid * force + brought) * rhythm[day], 1e-300)
        if np.isnan(cases[day]):
            cases[day] = prior[day] @ (grid * force + brought)
        told = _told(counts[day], mean) if force > 0 else np.zeros(points)
        weight = prior[day] * np.exp(told - told.max())
        evidence += float(np.log(weight.sum()) + told.max())
        found[day] = weight / weight.sum()
    return Course(grid, found, _smoothed(found, prior, move), evidence)


def numbers(
    counts: Array,
    interval: Array,
    *,
    told: Array | None = None,
    levels: Array = LEVELS,
    step: float = _PACE,
) -> Array:
    """Give the quantiles [area, day, level] of R now known of each day, from counts [area, day].

    NaN is an unknown day. `told` [area, day] is the share of a day's cases that is told already
    (`delays.share_told`); without it all are. Counts that vary more than Poisson's do tell less of R: both
    sides are divided by their dispersion (quasi-Poisson; Wedderburn 1974, Biometrika 61:439,
    doi:10.1093/biomet/61.3.439).
    """
    told = np.ones_like(counts) if told is None else told
    found = np.empty((*counts.shape, len(levels)))
    for area, share in enumerate(told):
        days = np.where((counts[area] >= 0) & (share >= _LEAST), counts[area], np.nan)
        rhythm = _rhythm(days / np.maximum(share, _LEAST)) * share
        noise = _noise(days, rhythm)
        course = filtered(days / noise, interval, step=step, brought=_BROUGHT / noise, rhythm=rhythm)
        found[area] = course.quantiles(levels)
    return found


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


def _rhythm(days: Array) -> Array:
    """Give how many of a mean day's cases each day has [day], by its weekday; even where there are few."""
    kind = np.arange(len(days)) % DAYS
    told = np.isfinite(days)
    cases = np.bincount(kind, np.nan_to_num(days), DAYS)
    expected = np.bincount(kind, told, DAYS) * cases.sum() / max(told.sum(), 1)
    share = (cases + _FEW) / (expected + _FEW)
    return np.asarray(share / share.mean(), dtype=np.float64)[kind]


def _noise(days: Array, rhythm: Array) -> float:
    """Give how many times Poisson's variance counts [day] have around the mean of their week."""
    if len(days) < DAYS:
        return 1.0
    weeks = np.lib.stride_tricks.sliding_window_view(days / np.maximum(rhythm, 1e-9), DAYS)
    mean = weeks.mean(axis=1) * rhythm[3 : len(days) - 3]
    off = (days[3 : len(days) - 3] - mean) ** 2 / np.maximum(mean, 0.5)
    told = off[np.isfinite(off)]
    noise = told.mean() * DAYS / (DAYS - 1) if len(told) else 1.0
    return float(np.clip(noise, *_NOISE))
