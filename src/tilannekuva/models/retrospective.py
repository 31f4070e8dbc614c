"""Retrospective: nowcasts of past days of news made again tell how wide today's must be, area by area.

Delays say how far days differ, but not all of why a nowcast misses: an area's news may come in lumps, or its
ways change. What came of past nowcasts tells, by the normal scores of the places among their draws at which
it lay, by which factor an area's draws are too narrow or too wide. How unsure a nowcast is, from past ones:
Wolffram et al. 2023, PLoS Comput. Biol. 19:e1011394, doi:10.1371/journal.pcbi.1011394; among whole numbers
a place is drawn: Czado, Gneiting and Held 2009, doi:10.1111/j.1541-0420.2009.01191.x.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from tilannekuva.models.delays import Delays, Kinds, delays, learned
from tilannekuva.models.memory import Memory, digest
from tilannekuva.models.model import Unable
from tilannekuva.models.nowcast import Nowcast, nowcast
from tilannekuva.models.recalibration import at_levels
from tilannekuva.models.weeks import DAYS, Array

_EVERY, _BACK = 3, 36  # days from one nowcast that is made again to the next; the oldest is so many days old
_SETTLED = 8  # days after which what is told is held against it
_DRAWS = 250  # of a nowcast that is made again
_PRIOR = 30.0  # days of nowcasts: of a factor towards one
_SURE = 0.005  # a place nearer 0 or 1 is no farther out


class _Past(NamedTuple):
    """A day of news: which one, what was told [area, day], and the delays known on it."""

    at: int
    told: Array
    late: Delays


def completed(
    news: Iterable[tuple[int, Array]],
    *,
    kinds: Kinds | None = None,
    draws: int = 1000,
    memory: Memory | None = None,
) -> Nowcast | Unable:
    """Draw the final counts of the last days, from the vintages (day, counts [area, day]) in their order.

    Unable before delays are known. What a `memory` holds of days before is not computed anew. Raises
    ValueError without any vintage.
    """
    memory, days = memory or Memory(), list(news)
    if not days:
        raise ValueError("at least one vintage is needed")
    known = list(learned(days, kinds))
    last, counts = days[-1]
    late = delays(known[-1])
    if isinstance(late, Unable):
        return late
    told = counts[:, : last + 1]
    found = nowcast(told, late, kinds=kinds, draws=draws, memory=memory)
    past = [
        _Past(at, counts[:, : at + 1], then)
        for (at, counts), one in zip(days, known, strict=True)
        if at % _EVERY == 0 and last - _BACK <= at <= last - _SETTLED and one.vintages > DAYS
        if isinstance(then := delays(one), Delays)
    ]
    wider = _factors(past, told, kinds, memory)
    level = ndtr(wider[:, None, None] * ndtri((np.arange(draws) + 0.5) / draws))
    return Nowcast(found.first, at_levels(found.draws, np.broadcast_to(level, found.draws.shape)))


def _factors(past: list[_Past], told: Array, kinds: Kinds | None, memory: Memory) -> Array:
    """Give by how much normal scores must be wider [area], by past nowcasts and what is told now."""
    square, days = np.zeros((2, len(told)))
    for one in past:
        came = told[:, one.at - DAYS + 1 : one.at + 1]
        square += (_scores(_again(one, kinds, memory), came) ** 2).sum(axis=1)
        days += np.isfinite(came).sum(axis=1)
    found: Array = np.sqrt((square + _PRIOR) / (days + _PRIOR))
    return found


def _again(one: _Past, kinds: Kinds | None, memory: Memory) -> Array:
    """Give the draws [area, day, draw] of a past nowcast's last week."""
    kinds = None if kinds is None else kinds[: one.at + 1]
    key = digest("retrospective", one.told, *one.late, kinds)
    return memory.recalled(
        key, lambda: nowcast(one.told, one.late, kinds=kinds, draws=_DRAWS).draws[:, -DAYS:]
    )


def _scores(drawn: Array, came: Array) -> Array:
    """Give the normal scores [area, day] of what came; 0 where that is not told."""
    below, until = (drawn < came[..., None]).mean(axis=-1), (drawn <= came[..., None]).mean(axis=-1)
    place = below + (until - below) * np.random.default_rng(0).random(below.shape)
    return np.where(np.isfinite(came), ndtri(np.clip(place, _SURE, 1 - _SURE)), 0.0)
