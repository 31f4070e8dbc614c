"""Robust regression: Huber's weights by iteration, a small ridge, weighted quantiles of what is left.

Huber 1964, Ann. Math. Statist. 35:73, doi:10.1214/aoms/1177703732; Holland and Welsch 1977, Commun. Stat.
A6:813, doi:10.1080/03610927708827533.
"""

import numpy as np

from tilannekuva.models.weeks import Array

_TURNS, _CUT = 6, 1.8  # iterations; residuals beyond so many mean absolute ones weigh less


def regression(inputs: Array, outcome: Array, weights: Array, *, ridge: float) -> Array:
    """Give the coefficients [input] of outcome [row] on inputs [row, input]."""
    found: Array = np.zeros(inputs.shape[1])
    now: Array = weights
    for _ in range(_TURNS):
        weighted = inputs.T * now
        normal = weighted @ inputs + ridge * np.eye(len(found))
        found = np.linalg.solve(normal, weighted @ outcome).astype(np.float64, copy=False)
        off = np.abs(outcome - inputs @ found)
        cut = _CUT * float(np.average(off, weights=weights)) + 1e-9
        now = weights * np.minimum(1.0, cut / np.maximum(off, 1e-9))
    return found


def quantiles(values: Array, weights: Array, levels: Array) -> Array:
    """Give the weighted quantiles of values [row] at levels; one without weight moves none."""
    values, weights = values[weights > 0], weights[weights > 0]
    order = np.argsort(values)
    share = np.cumsum(weights[order])
    found: Array = np.interp(levels, share / share[-1], values[order])
    return found
