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
    """Give quantiles [area, horizon, level] of weekly counts [area, week] so many weeks after the last.

    More weeks than the longest horizon are needed. NaN is a week before anything was told of an area; one
    with too few weeks is as unsure as all are.
    """
    logs = np.log1p(weeks)
    return counts(np.stack([_forecast(logs, one) for one in horizons], axis=1))


def _forecast(logs: Array, horizon: int) -> Array:
    went = np.abs(logs[:, horizon:] - logs[:, :-horizon])[:, -_WEEKS:]
    everywhere = _either_way(went[np.isfinite(went)])
    own = [_either_way(one) if len(one) else everywhere for one in (row[np.isfinite(row)] for row in went)]
    found: Array = logs[:, -1:] + (np.array(own) + everywhere) / 2
    return found


def _either_way(went: Array) -> Array:
    """Give the quantiles [level] of errors that may as well have gone the other way."""
    return np.asarray(np.quantile(np.concatenate([went, -went]), LEVELS))
