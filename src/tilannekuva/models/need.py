"""Need: what a service will be asked for in the weeks to come, from the cases to come; assumed, not learned.

Who is ill, and so many contacts of theirs, stay at home for some days; a share of them asks. Of the elderly a
share asks in a calm week, and more do the more cases there are, since more of them stay at home.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tilannekuva.domain.forecasts import Assumed
from tilannekuva.models.weeks import DAYS, Array


class Needy(NamedTuple):
    """Of areas: cases [area, week, draw], inhabitants [area], of them elderly [area] (NaN: untold)."""

    cases: Array
    inhabitants: Array
    elderly: Array


def need(
    of: Needy, assumed: Assumed, rng: np.random.Generator, *, base: int, parents: Sequence[int] = ()
) -> Array:
    """Give what is asked for [area, week, draw], so that sums agree in every draw.

    The first `base` areas are districts; then, where there are several, their country; then towns, of which
    `parents` are the places of their districts.
    """
    towns = len(of.cases) - len(parents)
    inside = _asked(Needy(*(one[towns:] for one in of)), assumed, rng)
    districts = _asked(_rest(of, base, parents), assumed, rng)
    np.add.at(districts, np.array(parents, dtype=int), inside)
    country = districts.sum(axis=0, keepdims=True)[: towns - base]
    return np.concatenate([districts, country, inside])


def _rest(of: Needy, base: int, parents: Sequence[int]) -> Needy:
    """Give what is left of districts without the towns that are told of."""
    found = []
    old = np.where(np.isfinite(of.elderly), of.elderly, 0)
    for whole in (of.cases, of.inhabitants, old):
        left = whole[:base].copy()
        np.subtract.at(left, np.array(parents, dtype=int), whole[len(whole) - len(parents) :])
        found.append(np.maximum(left, 0))
    told = np.isfinite(of.elderly[:base])
    return Needy(found[0], found[1], np.where(told, found[2], np.nan))


def _asked(of: Needy, assumed: Assumed, rng: np.random.Generator) -> Array:
    """Draw what is asked for [area, week, draw]."""
    old = np.where(np.isfinite(of.elderly), of.elderly, of.inhabitants * assumed.elderly)[:, None, None]
    at_home = of.cases * (1 + assumed.contacts) * assumed.days / DAYS
    incidence = of.cases / np.maximum(of.inhabitants, 1)[:, None, None] * 1e5
    share = assumed.usual + assumed.more * np.minimum(incidence / assumed.high, 1)
    return rng.poisson(at_home * assumed.asking + old * share).astype(float)
