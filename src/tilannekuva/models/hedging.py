"""Hedging: where a forecast would be far worse than a flat line if nothing changed, it allows for that.

The worst that can happen to a forecast beside a flat line is that the line is right. For each area and
horizon it is known beforehand what either would then score; where the forecast's score would be more than
`_MOST` times the line's, just so much of a narrow flat line is mixed into it (a linear pool) that it is not.
The flat line is the hub's baseline: the last week, as unsure as all changes from week to week before, drawn
one after another (Cramer et al. 2022, doi:10.1073/pnas.2113561119).
"""

import numpy as np

from tilannekuva.models import scores
from tilannekuva.models.levels import LEVELS, MEDIAN
from tilannekuva.models.weeks import DAYS, Array, Marked, begun, plausible, weekly

_MOST = 16.5  # times the line's score; what comes may lie beside the line, and the line be told otherwise
_FEW = 8  # weeks after which an area's own changes tell how unsure a line is
_SHARES = np.arange(0.02, 0.97, 0.02)  # of the line in the mixture, the first that does
_NARROW = 0.02  # log: the line's own scale in the mixture
_DRAWS, _POINTS = 2000, 257
_REACH = np.linspace(-6, 6, 41)  # scales of the line at which the mixture is added up


def hedged(told: Array, daily: Array) -> Array:
    """Give quantiles [area, horizon, level] not far worse than the flat line; `daily` [area, day] as known.

    The line goes by plausible days: a dump of many days at once is no week that the next may be like. Areas
    of which nothing is told in the last week, or anything since a few weeks only, stay as they are.
    """
    weeks = weekly(np.where(np.isfinite(daily), plausible(daily), 0))
    weeks[~begun(daily)] = np.nan
    found, last = told.copy(), weeks[:, -1]
    heard = np.isfinite(daily[:, -DAYS:]).any(axis=1) & (np.isfinite(weeks).sum(axis=1) > _FEW)
    there: Marked = np.asarray(heard & np.isfinite(told).all(axis=(1, 2)))
    most = np.zeros(told.shape[:2])
    most[there] = _MOST * _score(_line(weeks[there], told.shape[1]), last[there])
    for share in _SHARES:
        area, horizon = np.nonzero(there[:, None] & (_score(found, last) > most))
        if not len(area):
            break
        found[area, horizon] = _mixed(told[area, horizon], last[area], share)
    return found


def _score(told: Array, came: Array) -> Array:
    """Give the score [area, horizon] of quantiles in whole numbers, if what came [area] stays so."""
    return scores.wis(np.round(told), np.broadcast_to(came[:, None], told.shape[:2])).wis


def _line(weeks: Array, horizons: int) -> Array:
    """Give the flat line's quantiles [area, horizon, level]; the dice are the same for all areas."""
    dice = np.random.default_rng(0).random((horizons, _DRAWS))
    steps = [one[np.isfinite(one)] for one in np.diff(weeks, axis=1)]
    both = [np.concatenate([one, -one]) for one in steps]
    at, drawn = weeks[:, -1:].repeat(_DRAWS, axis=1), []
    for one in dice:
        step = [np.quantile(some, one, method="nearest") for some in both]
        at = np.maximum(at + np.array(step).reshape(at.shape), 0)
        drawn.append(np.quantile(at, LEVELS, axis=1).T)
    found = np.stack(drawn, axis=1)
    centred: Array = np.maximum(found - found[..., MEDIAN, None] + weeks[:, -1, None, None], 0)
    return centred


def _mixed(told: Array, last: Array, share: float) -> Array:
    """Give the quantiles [unit, level] of a mixture of a forecast and a narrow flat line, on log(y + 1)."""
    logs, line = np.log1p(told), np.log1p(last)[:, None]
    low, high = np.minimum(logs[:, :1], line), np.maximum(logs[:, -1:], line)
    points = np.concatenate(
        [low + (high - low) * np.linspace(0, 1, _POINTS), logs, line + _NARROW * _REACH], axis=1
    )
    points.sort(axis=1)
    below = np.array(
        [np.interp(at, own, LEVELS, left=0, right=1) for at, own in zip(points, _apart(logs), strict=True)]
    )
    below = (1 - share) * below + share / (1 + np.exp((line - points) / _NARROW))
    found = [np.interp(LEVELS, one, at) for one, at in zip(_apart(below), points, strict=True)]
    mixed: Array = np.maximum(np.expm1(found), 0)
    return mixed


def _apart(rising: Array) -> Array:
    """Give values [unit, point] that rise, none equal to the one before."""
    found: Array = rising + 1e-12 * np.arange(rising.shape[1])
    return found
