"""Flat: the next weeks are as the last one, and as unsure as weeks after a last one have been.

Errors are log(Y[t+h] + 1) - log(Y[t] + 1) of an area's own last weeks and of all areas, each with both signs,
so that the median is the last week. The hub's baseline is of this kind (Cramer et al. 2022,
doi:10.1073/pnas.2113561119).
"""

from collections.abc import Sequence

import numpy as np

from tilannekuva.models.levels import LEVELS, counts
from tilannekuva.models.weeks import Array

_WEEKS = 16


def forecast(weeks: Array, horizons: Sequence[int]) -> Array:
    """Give quantiles [area, horizon, level] of weekly counts [area, week] so many weeks after the last."""
    logs = np.log1p(weeks)
    return counts(np.stack([_forecast(logs, one) for one in horizons], axis=1))


def _forecast(logs: Array, horizon: int) -> Array:
    went = np.abs(logs[:, horizon:] - logs[:, :-horizon])[:, -_WEEKS:]
    own = np.quantile(np.hstack([went, -went]), LEVELS, axis=1).T
    everywhere = np.quantile(np.concatenate([went.ravel(), -went.ravel()]), LEVELS)
    found: Array = logs[:, -1:] + (own + everywhere) / 2
    return found
