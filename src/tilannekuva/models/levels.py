"""The quantile levels of a forecast, and what every forecast's quantiles are made to obey."""

import numpy as np

from tilannekuva.models.weeks import Array

LEVELS = np.array([0.01, 0.025, *(round(0.05 * nth, 2) for nth in range(1, 20)), 0.975, 0.99])
MEDIAN = 11  # its place among LEVELS
INTERVALS = {0.5: (6, 16), 0.9: (2, 20), 0.95: (1, 21)}  # places of the ends of central intervals


def counts(told: Array) -> Array:
    """Give quantiles of counts [area, horizon, level] from those of log(y + 1).

    Levels are put in order, a quantile lies no nearer its median at a later horizon, none is below zero.
    """
    middle = told[..., MEDIAN : MEDIAN + 1]
    away = np.sort(told, axis=-1) - middle
    away[..., :MEDIAN] = np.minimum.accumulate(np.minimum(away[..., :MEDIAN], 0), axis=1)
    away[..., MEDIAN + 1 :] = np.maximum.accumulate(np.maximum(away[..., MEDIAN + 1 :], 0), axis=1)
    away[..., MEDIAN] = 0
    found: Array = np.maximum(np.expm1(middle + away), 0)
    return found
