"""Scores of quantile forecasts against what was observed.

WIS is the mean over levels of twice the pinball loss; over K central intervals and the median it equals
(|y - m| / 2 + sum alpha_k / 2 IS_k) / (K + 1/2). Its parts add up to it: spread, and what lies above (the
forecast was too low) or below. Bracher et al. 2021, PLoS Comput. Biol. 17:e1008618,
doi:10.1371/journal.pcbi.1008618; after log(1 + y): Bosse et al. 2023, PLoS Comput. Biol. 19:e1011393,
doi:10.1371/journal.pcbi.1011393; relative WIS: Cramer et al. 2022, PNAS 119:e2113561119,
doi:10.1073/pnas.2113561119.
"""

from typing import NamedTuple

import numpy as np

from tilannekuva.models.levels import INTERVALS, LEVELS, MEDIAN
from tilannekuva.models.weeks import Array, Marked


class Parts(NamedTuple):
    """The weighted interval score and its parts, each [...]."""

    wis: Array
    spread: Array
    too_low: Array
    too_high: Array


def wis(quantiles: Array, observed: Array) -> Parts:
    """Score quantiles [..., level] against what was observed [...]; NaN where either is."""
    y = observed[..., None]
    loss = 2 * np.where(y < quantiles, 1 - LEVELS, -LEVELS) * (quantiles - y)
    whole, spread = loss.mean(axis=-1), _spread(quantiles)
    return Parts(whole, spread, *_sides(quantiles, observed, whole - spread))


def _spread(quantiles: Array) -> Array:
    """Give what the widths of the intervals cost, whatever is observed."""
    lower, upper = quantiles[..., :MEDIAN], quantiles[..., :MEDIAN:-1]
    alphas = 2 * LEVELS[:MEDIAN]
    found: Array = (alphas / 2 * (upper - lower)).sum(axis=-1) / (MEDIAN + 0.5)
    return found


def _sides(quantiles: Array, observed: Array, off: Array) -> tuple[Array, Array]:
    """Share what misses cost between forecasts that were too low and too high."""
    y, levels = observed[..., None], LEVELS[:MEDIAN]
    above = np.maximum(y - quantiles[..., :MEDIAN:-1], 0).sum(axis=-1)
    above += np.maximum(observed - quantiles[..., MEDIAN], 0) / 2
    low: Array = above / (len(levels) + 0.5)
    return low, off - low


def logged(values: Array) -> Array:
    """Give values on the scale log(1 + y); what is below zero counts as zero."""
    found: Array = np.log1p(np.maximum(values, 0))
    return found


def covered(quantiles: Array, observed: Array) -> dict[float, Marked]:
    """Say for each central interval of INTERVALS where it held what was observed [...]."""
    return {
        share: (quantiles[..., low] <= observed) & (observed <= quantiles[..., high])
        for share, (low, high) in INTERVALS.items()
    }


def pit(quantiles: Array, observed: Array) -> Array:
    """Give the level [...] at which each forecast held what was observed (probability integral transform).

    0 or 1 beyond the outer levels; in the middle of the levels whose quantiles are just the observed value.
    """
    below = (quantiles < observed[..., None]).sum(axis=-1)
    upto = (quantiles <= observed[..., None]).sum(axis=-1)
    ends = np.concatenate([[0.0], LEVELS, [1.0]])
    found: Array = (ends[below] + ends[np.minimum(upto + 1, len(ends) - 1)]) / 2
    return found


def bias(quantiles: Array, observed: Array) -> Array:
    """Give from -1 (all of the forecast below what came) to 1 (all above) where it lay; 0 = in the middle."""
    found: Array = 1 - 2 * pit(quantiles, observed)
    return found


def relative(scores: Array, baseline: int) -> Array:
    """Give the relative WIS [model] of mean scores [model, unit] in a pairwise tournament; NaN = no forecast.

    theta of a model is the geometric mean, over all models with itself, of the ratios of mean scores on the
    units that both forecast; relative to that of the model at place `baseline`.
    """
    n = len(scores)
    logs = np.full((n, n), np.nan)
    for one in range(n):
        for other in range(n):
            both = np.isfinite(scores[one]) & np.isfinite(scores[other])
            means = scores[[one, other]][:, both].mean(axis=1) if both.any() else np.zeros(2)
            if means.min() > 0:
                logs[one, other] = np.log(means[0] / means[1])
    met = np.isfinite(logs)
    theta = np.where(met, logs, 0).sum(axis=1) / np.where(met.any(axis=1), met.sum(axis=1), np.nan)
    found: Array = np.exp(theta - theta[baseline])
    return found
