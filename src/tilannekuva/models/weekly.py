"""The weekly forecast: all members, weighed and widened by how they told the past."""

from collections.abc import Sequence

import numpy as np

from tilannekuva.models.pooling import averaged, weights
from tilannekuva.models.weeks import Array, Marked
from tilannekuva.models.widening import Past, widened


def combined(members: Array, past: Sequence[Past]) -> tuple[Array, Array]:
    """Give quantiles [area, horizon, level] from those of members [area, horizon, member, level].

    Also what to give back as past later: the members' and, last of them, the average before it was widened.
    Past forecasts of other areas or members than these are left aside.
    """
    alike = [one for one in past if _is_alike(one.quantiles, members)]
    own = [one._replace(quantiles=one.quantiles[:, :, :-1]) for one in alike]
    told = averaged(members, weights(own, members))
    before = [(one.quantiles[:, :, -1], one.observed, one.age) for one in alike]
    return widened(told, before), np.concatenate([members, told[:, :, None]], axis=2)


def _is_alike(before: Array, members: Array) -> bool:
    """Say whether an earlier forecast is of the same areas and of members that were able then and now."""
    areas, horizons, n, levels = members.shape
    return before.shape == (areas, horizons, n + 1, levels) and bool(
        (_able(before)[:-1] == _able(members)).all()
    )


def _able(members: Array) -> Marked:
    """Say which members tell of any area [member]."""
    able: Marked = np.any(np.all(np.isfinite(members), axis=(1, 3)), axis=0)
    return able
