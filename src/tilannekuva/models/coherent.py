"""Coherent draws: towns and districts agree in every draw, and districts keep their forecast.

From the middle outwards: each district's draws have the quantiles of its weekly forecast, put in the order
in which the towns' filter drew the district (Schaake shuffle: Clark et al. 2004,
doi:10.1175/1525-7541(2004)005<0243:TSSAMF>2.0.CO;2); a draw of a district is shared among its towns as the
filter drew them, in whole numbers (largest remainder).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tilannekuva.models.levels import LEVELS
from tilannekuva.models.weeks import Array

Whole = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]
_BEYOND = 1.5  # an end level's distance to its neighbour, times this, is how far draws go beyond it


class Draws(NamedTuple):
    """Whole weekly counts [area, horizon, draw]: districts' are sums of towns'."""

    towns: Whole
    districts: Whole


def coherent(
    quantiles: Array, towns: Array, parents: Places, rng: np.random.Generator, *, inhabitants: Array
) -> Draws:
    """Bring quantiles [district, horizon, level] and a filter's draws [town, horizon, draw] to agree.

    `parents` [town] are places of districts; every district has a town. A town whose draws are NaN gets its
    part by `inhabitants` [town]. Raises ValueError where shapes do not fit.
    """
    _fit(quantiles, towns, parents, inhabitants)
    guess = _known(np.asarray(towns, dtype=float), parents, inhabitants)
    sums = np.zeros((len(quantiles), *towns.shape[1:]))
    np.add.at(sums, parents, guess)
    ranks = np.argsort(np.argsort(sums + rng.uniform(0, 1e-3, sums.shape), axis=-1), axis=-1)
    ordered = np.rint(spread_out(quantiles, towns.shape[-1])).astype(np.int64)
    districts = np.take_along_axis(ordered, ranks, axis=-1)
    found = np.zeros(towns.shape, np.int64)
    for place, total in enumerate(districts):
        mine = np.flatnonzero(parents == place)
        found[mine] = shared(total, guess[mine], inhabitants[mine], rng)
    return Draws(found, districts)


def _fit(quantiles: Array, towns: Array, parents: Places, inhabitants: Array) -> None:
    """Refuse what does not fit together."""
    if quantiles.ndim != 3 or quantiles.shape[2] != len(LEVELS):  # noqa: PLR2004 - area, horizon, level
        raise ValueError(
            f"quantiles must be [district, horizon, {len(LEVELS)} levels], not {quantiles.shape}"
        )
    if towns.ndim != 3 or towns.shape[1] != quantiles.shape[1]:  # noqa: PLR2004 - town, horizon, draw
        raise ValueError(f"towns must be [town, {quantiles.shape[1]} horizons, draw], not {towns.shape}")
    if parents.shape != towns.shape[:1] or set(parents.tolist()) != set(range(len(quantiles))):
        raise ValueError(
            f"parents must give each of {len(towns)} towns one of {len(quantiles)} districts, none left empty"
        )
    if inhabitants.shape != towns.shape[:1]:
        raise ValueError(f"inhabitants must be [{len(towns)}], not {inhabitants.shape}")


def _known(towns: Array, parents: Places, people: Array) -> Array:
    """Give draws in which a town's that are NaN are those of its district's other towns, by inhabitants."""
    there = np.isfinite(towns)
    cases, lives = np.zeros((2, int(parents.max()) + 1, *towns.shape[1:]))
    np.add.at(cases, parents, np.where(there, towns, 0))
    np.add.at(lives, parents, np.where(there, people[:, None, None], 0))
    rate = np.where(lives > 0, cases / np.maximum(lives, 1e-9), 1e-5)
    return np.where(there, towns, rate[parents] * people[:, None, None])


def spread_out(quantiles: Array, draws: int) -> Array:
    """Give so many values [..., draw] in rising order that have these quantiles [..., level].

    Between the levels values lie on straight lines; beyond the outer ones they go on a little, never below
    zero.
    """
    share = (np.arange(draws) + 0.5) / draws
    low = quantiles[..., :1] - _BEYOND * (quantiles[..., 1:2] - quantiles[..., :1])
    high = quantiles[..., -1:] + _BEYOND * (quantiles[..., -1:] - quantiles[..., -2:-1])
    ends = np.concatenate([np.maximum(low, 0), quantiles, high], axis=-1)
    levels = np.concatenate([[0.0], LEVELS, [1.0]])
    above = np.clip(np.searchsorted(levels, share), 1, len(levels) - 1)
    part = (share - levels[above - 1]) / (levels[above] - levels[above - 1])
    found: Array = ends[..., above - 1] * (1 - part) + ends[..., above] * part
    return found


def shared(total: Whole, weights: Array, people: Array, rng: np.random.Generator) -> Whole:
    """Share whole numbers [...] among towns by weights [town, ...]; by people where all weights are zero.

    Largest remainder (Hamilton's method); equal remainders are settled by chance, so that no town is always
    first.
    """
    sums = weights.sum(axis=0)
    by_people = people.reshape(-1, *[1] * total.ndim) / people.sum()
    share = np.where(sums > 0, weights / np.where(sums > 0, sums, 1), by_people)
    exact = share * total
    found = np.floor(exact).astype(np.int64)
    rest = exact - found + rng.uniform(0, 1e-6, exact.shape)
    place = np.argsort(np.argsort(-rest, axis=0), axis=0)
    whole: Whole = found + (place < total - found.sum(axis=0))
    return whole
