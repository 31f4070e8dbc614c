"""Recalibration: draws are moved and spread by as much as past forecasts of areas of the same size were off.

Where what came lay among the draws of a past forecast is its rank (probability integral transform; of whole
numbers an interval: Czado, Gneiting and Held 2009, doi:10.1111/j.1541-0420.2009.01191.x). By its normal
score it is told, for each size of area and each horizon, how far weeks stay near the last one instead (a
slope on the last week's own score), and by which factor the draws are too narrow or too wide, in the middle
and in the tails. Quantile mapping of ranks: Hamill and Whitaker 2006, doi:10.1175/MWR3237.1.
"""

from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from tilannekuva.models.weeks import Array

Single = npt.NDArray[np.float32]
Drawn = TypeVar("Drawn", Single, Array)
_KEPT = 26  # weeks whose ranks are kept
_HALF = 10.0  # weeks after which a rank counts half
_MIDDLE, _TAIL = 0.5, 0.93  # shares that are to lie within, near the median and far from it
_NEAR, _FAR = 0.7, 1.8  # normal scores between which one factor gives way to the other
_GRID = np.exp(np.linspace(np.log(0.5), np.log(2.2), 33))  # factors tried
_SIZES, _ALIKE = np.log(np.array([500, 1e3, 2e3, 4e3, 8e3, 16e3, 32e3, 64e3, 128e3, 256e3])), 0.5
_PRIOR = 0.4  # a factor of one weighs so many past forecasts, times the horizon
_STEADY = 1.0  # a slope of zero weighs so many past forecasts, times the horizon
_MOST = 0.4  # of a slope


class Ranks(NamedTuple):
    """Forecasts whose weeks are still to come, and the ranks of past ones; NaN is what is not known.

    `held` are the ends of the place among the draws at which what came lay; scores are normal ones, of the
    last week before a forecast among its draws. The newest comes first.
    """

    pending: Single  # [made, area, horizon, draw]
    scores: Single  # [made, area, horizon]
    held: Single  # [week, area, horizon, 2]
    lasts: Single  # scores that went with `held` [week, area, horizon]
    last: Array  # the last whole week's counts [area]


def started(areas: int, horizons: int, draws: int) -> Ranks:
    """Give ranks that know of no forecast."""

    def empty(*shape: int) -> Single:
        return np.full(shape, np.nan, np.float32)

    made, kept = (horizons, areas, horizons), (_KEPT, areas, horizons)
    return Ranks(empty(*made, draws), empty(*made), empty(*kept, 2), empty(*kept), np.full(areas, np.nan))


def noted(ranks: Ranks, came: Array, made: Single) -> Ranks:
    """Note what came in a week [area] (NaN: untold) and a forecast made at its end [area, horizon, draw]."""
    told = np.stack([one[:, nth] for nth, one in enumerate(ranks.pending)], axis=1)
    lasts = np.stack([one[:, nth] for nth, one in enumerate(ranks.scores)], axis=1)
    pairs = (
        (made, ranks.pending),
        (_score(made, came), ranks.scores),
        (_ends(told, came), ranks.held),
        (lasts, ranks.lasts),
    )
    pending, scores, held, ago = (np.concatenate([new[None], old[:-1]]) for new, old in pairs)
    return Ranks(pending, scores, held, ago, came)


def _ends(draws: Single, value: Array) -> Single:
    """Give the ends [area, horizon, 2] of the place of a value [area] among draws; NaN where either is."""
    seen, n = value[:, None, None], draws.shape[-1] + 1
    ends = np.stack([(draws < seen).sum(axis=-1) / n, ((draws <= seen).sum(axis=-1) + 1) / n], axis=-1)
    known = np.isfinite(seen) & np.isfinite(draws[..., :1])
    return np.where(known, ends, np.nan).astype(np.float32)


def _score(draws: Single, value: Array) -> Single:
    """Give the normal score [area, horizon] of a value [area] among draws."""
    found: Single = ndtri(np.clip(_ends(draws, value).mean(axis=-1), 0.01, 0.99))
    return found


def recalibrated(ranks: Ranks, draws: Single, people: Array) -> Single:
    """Give draws [area, horizon, draw] moved and spread as past ones ask; each keeps its rank.

    A draw is the whole number below it; what is beyond that orders equal ones.
    """
    found = np.empty_like(draws)
    z = ndtri((np.arange(draws.shape[-1]) + 0.5) / draws.shape[-1])
    reach = np.clip((np.abs(z) - _NEAR) / (_FAR - _NEAR), 0, 1)
    near = np.nan_to_num(_score(np.floor(draws), ranks.last))
    for horizon in range(draws.shape[1]):
        past = Judged(ranks.held[:, :, horizon], ranks.lasts[:, :, horizon], people, horizon)
        by = slope(past)
        middle, tail = (factors(past, by, share)[:, None] for share in (_MIDDLE, _TAIL))
        level = ndtr((by * near[:, horizon])[:, None] + z * (middle * (1 - reach) + tail * reach))
        found[:, horizon] = at_levels(draws[:, horizon], level)
    return found


def at_levels(draws: Drawn, levels: Array) -> Drawn:
    """Give draws [..., draw] as they are at other levels [..., draw], rising; each keeps its rank."""
    at = np.minimum(levels * draws.shape[-1], draws.shape[-1] - 1).astype(np.intp)
    order = np.argsort(draws, axis=-1)
    found = np.empty_like(draws)
    moved = np.take_along_axis(np.take_along_axis(draws, order, axis=-1), at, axis=-1)
    np.put_along_axis(found, order, moved, axis=-1)
    return found


class Judged(NamedTuple):
    """Past forecasts of a horizon: ranks [week, area, 2], scores of last weeks [week, area]; inhabitants."""

    held: Single
    lasts: Single
    people: Array
    horizon: int

    def weighed(self) -> Array:
        """Give how much each rank counts [week, area]; 0 where there is none."""
        known = np.isfinite(self.held[..., 0]) & np.isfinite(self.lasts)
        found: Array = 0.5 ** (np.arange(len(known)) / _HALF)[:, None] * known
        return found

    def alike(self) -> Array:
        """Give how alike areas are to the sizes learned for [area, size]."""
        found: Array = np.exp(-0.5 * ((np.log(self.people)[:, None] - _SIZES) / _ALIKE) ** 2)
        return found

    def by_size(self, values: Array) -> Array:
        """Give what an area's size says [area] of values [size]."""
        return np.interp(np.log(self.people), _SIZES, values)

    def sure(self, prior: float) -> float:
        """Give how far what is learned outweighs what is thought before."""
        weeks = float((self.weighed() > 0).any(axis=1).sum())
        return weeks / (weeks + prior * (1 + self.horizon))


def slope(past: Judged) -> Array:
    """Give how far what came lay towards the last week [area]: a share of the last week's score."""
    weight, near = past.weighed(), past.alike()
    came = np.nan_to_num(ndtri(np.clip(past.held.mean(axis=-1), 0.01, 0.99)))
    last = np.nan_to_num(past.lasts)
    both, square = ((weight * last * one).sum(axis=0) @ near for one in (came, last))
    return past.by_size(np.clip(both / np.maximum(square, 1e-9), 0, _MOST) * past.sure(_STEADY))


def factors(past: Judged, by: Array, share: float) -> Array:
    """Give by how much normal scores must be wider [area] for `share` of what came to lie within."""
    weight, near = past.weighed(), past.alike()
    if not weight.any():
        return np.ones(len(past.people))
    ends = ndtr(ndtri(np.nan_to_num(past.held, nan=0.5)) - (by * np.nan_to_num(past.lasts))[..., None])
    low, high = ends[..., 0], np.maximum(ends[..., 1], ends[..., 0] + 1e-6)
    told = np.empty((len(_GRID), len(_SIZES)))
    for nth, z in enumerate(-ndtri((1 - share) / 2) * _GRID):
        within = np.clip(np.minimum(high, ndtr(z)) - np.maximum(low, ndtr(-z)), 0, None) / (high - low)
        told[nth] = ((weight * within).sum(axis=0) @ near) / np.maximum(weight.sum(axis=0) @ near, 1e-9)
    logs = [np.interp(share, one, np.log(_GRID)) for one in np.maximum.accumulate(told, axis=0).T]
    return np.exp(past.by_size(np.array(logs) * past.sure(_PRIOR)))
