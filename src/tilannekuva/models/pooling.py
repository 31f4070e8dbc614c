"""Pooling: members are averaged by quantiles, those that told the past better weigh more.

An average of quantiles keeps the spread of its members (Vincentization; Lichtendahl, Grushka-Cockayne and
Winkler 2013, Management Science 59:1594, doi:10.1287/mnsc.1120.1667). Weights fall exponentially with a
member's past score (exponentially weighted forecasters: Cesa-Bianchi and Lugosi 2006,
doi:10.1017/CBO9780511546921).
"""

from collections.abc import Sequence

import numpy as np

from tilannekuva.models import scores
from tilannekuva.models.levels import counts
from tilannekuva.models.weeks import Array, Marked
from tilannekuva.models.widening import Past

_SHARP = 8.0  # a member whose score is a tenth worse than the best weighs exp(-0.8) of it
_HALF_LIFE = 13.0  # weeks after which a past score counts half
_FEW = 3  # with fewer past forecasts than this all members weigh the same


def averaged(members: Array, weights: Array) -> Array:
    """Give the mean [area, horizon, level] of members [area, horizon, member, level] on log(y + 1).

    `weights` [horizon, member] add up to one; a member that tells nothing (NaN) has none.
    """
    told = np.nan_to_num(scores.logged(members))
    return counts((told * weights[None, :, :, None]).sum(axis=2))


def weights(past: Sequence[Past], members: Array) -> Array:
    """Give weights [horizon, member] for members [area, horizon, member, level] from their past forecasts.

    A member's score is the mean weighted interval score of log(y + 1) over all areas and past origins.
    """
    able: Marked = np.any(np.all(np.isfinite(members), axis=3), axis=0)
    lost = np.stack([_lost(past, horizon, able.shape[1]) for horizon in range(len(able))])
    known = np.where(able & np.isfinite(lost), lost, np.inf)
    best = known.min(axis=1, keepdims=True)
    learned = np.isfinite(best) & (best > 0)
    better = np.exp(-_SHARP * (known / np.where(learned, best, 1) - 1))
    found = np.where(learned, better, able)
    shares: Array = found / found.sum(axis=1, keepdims=True)
    return shares


def _lost(past: Sequence[Past], horizon: int, members: int) -> Array:
    """Give the mean score [member] of past forecasts a horizon ahead; NaN where too few are known."""
    lost, heard, n = np.zeros(members), 0.0, 0
    for one in past:
        able: Marked = np.any(np.isfinite(one.quantiles[:, horizon]), axis=(1, 2))
        known = np.isfinite(one.observed[:, horizon]) & able
        if known.any():
            came = scores.logged(one.observed[known, horizon])[:, None]
            told = scores.logged(one.quantiles[known, horizon])
            weight = 0.5 ** (one.age / _HALF_LIFE)
            lost += weight * scores.wis(told, np.broadcast_to(came, told.shape[:2])).wis.mean(axis=0)
            heard, n = heard + weight, n + 1
    return lost / heard if n >= _FEW else np.full(members, np.nan)
