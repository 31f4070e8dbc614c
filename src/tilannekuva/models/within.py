"""Within: districts as their towns and what is left of them, followed day by day, so that draws agree.

Where towns are told of by the week, their days are drawn from their district's (multinomial). What the towns
do not tell of a district stays with the rest of it, as one more town. The filter of `towns` gives how towns
and weeks go together; `coherent` brings it to the districts' own forecast.
"""

from typing import NamedTuple

import numpy as np

from tilannekuva.models import towns as filtering
from tilannekuva.models.coherent import Places, Whole, coherent, shared
from tilannekuva.models.memory import Memory, chained, digest
from tilannekuva.models.towns import State, Towns
from tilannekuva.models.weeks import DAYS, Array, counted

_OPEN = (3, 6)  # weeks before the last, of which more is seldom told
_WEEKS = 8  # that the filter follows, at the least
_MOST, _FEW = 2.0, 20.0  # a town's week of more than so many times its district's and a few is none


class Counted(NamedTuple):
    """Weekly counts [area, week] up to the last whole one, two at least (NaN: untold); inhabitants [area]."""

    weeks: Array
    people: Array


class Parts(NamedTuple):
    """Towns, and after them the rest of each district: weekly counts, inhabitants, places of districts."""

    weeks: Array
    people: Array
    parent: Places


def parts(districts: Counted, towns: Counted, parent: Places) -> Parts:
    """Give the towns, `parent` [town] being the place of their district, and the rest of each district.

    Of a town's week that is below zero, or far more than its district's, nothing is known. The rest may
    have many cases, of which no town told, and few inhabitants.
    """
    weeks = np.where(towns.weeks <= _MOST * districts.weeks[parent] + _FEW, counted(towns.weeks), np.nan)
    left, alone = _left(districts.weeks, weeks, parent), _left(districts.people, towns.people, parent)
    return Parts(
        np.concatenate([weeks, left]),
        np.concatenate([filtering.peopled(towns.people, weeks), filtering.peopled(alone, left)]),
        np.concatenate([parent, np.arange(len(alone))]).astype(np.intp),
    )


def drawn(
    of: Parts,
    daily: Array,
    last: Array,
    quantiles: Array,
    rng: np.random.Generator,
    *,
    memory: Memory | None = None,
) -> Whole:
    """Draw parts and districts [part and then district, week, draw], the last two whole weeks first.

    `daily` [district, day] are counts as completed, `last` [district, 2, draw] draws of the last whole weeks,
    `quantiles` [district, horizon, level] those of the weeks to come. Weeks that a `memory` has followed
    before are not followed anew.
    """
    known = Towns(of.people, of.parent)
    state = _followed(of, known, daily, memory or Memory())
    ahead = filtering.forecast(state, known, last.shape[2], rng).astype(float)
    found = coherent(quantiles, ahead, of.parent, rng, inhabitants=of.people)
    total = last.round().astype(np.int64)
    before = np.stack([_weighed(of, ahead, last, nth) for nth in (-2, -1)], axis=1)
    now = np.zeros((len(of.parent), *total.shape[1:]), np.int64)
    for district, whole in enumerate(total):
        mine = np.flatnonzero(of.parent == district)
        now[mine] = shared(whole, before[mine], of.people[mine], rng)
    every = np.concatenate([found.towns, found.districts])
    return np.concatenate([np.concatenate([now, total]), every], axis=1)


def split(totals: Whole, cases: Array, people: Array, places: Places, parent: Places) -> Whole:
    """Draw of whole numbers [area, week, draw] those of the districts and then the towns inside areas.

    Each is of a place by its share of cases [district and then town, week, draw] (multinomial), where there
    are none by its inhabitants [district and then town]. `places` [district] are those of areas, -1 where it
    lies in none; `parent` [town] those of districts. Sums agree in every draw.
    """
    n = len(places)
    weights, lives = (np.concatenate([one[n:], _left(one[:n], one[n:], parent)]) for one in (cases, people))
    area = np.concatenate([places[parent], places])
    found = np.zeros(weights.shape, np.int64)
    for nth, total in enumerate(totals):
        mine = np.flatnonzero(area == nth)
        share = np.where(weights[mine].sum(axis=0) > 0, weights[mine], lives[mine, None, None])
        share = np.moveaxis(share / share.sum(axis=0), 0, -1)
        found[mine] = np.moveaxis(_dice(digest(total)).multinomial(total, share), -1, 0)
    towns, districts = np.split(found, [len(parent)])
    np.add.at(districts, parent, towns)
    return np.concatenate([districts, towns])


def _left(districts: Array, towns: Array, parent: Places) -> Array:
    """Give what is left of districts [district, ...] without their towns [town, ...]."""
    left: Array = districts.astype(float)
    np.subtract.at(left, parent, towns)
    return np.maximum(left, 0.0, out=left)


def completed(weeks: Array, draws: Whole) -> Array:
    """Give weekly counts [part, week]; those untold are the middle of the draws, or else the week before."""
    found = weeks.copy()
    for nth in range(2):
        untold = np.isnan(found[:, nth - 2])
        found[untold, nth - 2] = np.median(draws[untold, nth], axis=1)
    for week in range(1, found.shape[1]):
        untold = np.isnan(found[:, week])
        found[untold, week] = found[untold, week - 1]
    return np.nan_to_num(found)


def _weighed(of: Parts, ahead: Array, last: Array, week: int) -> Array:
    """Give by what a past week is shared [part, draw]: as told, or where that is not by the week to come."""
    told, sums = of.weeks[:, week].copy(), np.zeros(len(last))
    np.add.at(sums, of.parent, told)
    told[-len(last) :] = np.maximum(told[-len(last) :] + last[:, week].mean(axis=1) - sums, 0)
    untold = ~np.isfinite(told)
    whole = np.zeros(int(of.parent.max()) + 1, dtype=bool)
    np.logical_or.at(whole, of.parent, untold)
    found: Array = np.where(whole[of.parent][:, None], ahead[:, 0], told[:, None])
    return found


def _followed(of: Parts, known: Towns, daily: Array, memory: Memory) -> State:
    """Give the filter after the last whole week, begun at a week that stays the same for weeks."""
    weeks = of.weeks.shape[1]
    first = max(0, weeks - _WEEKS) // _WEEKS * _WEEKS
    usual = np.nan_to_num(daily[:, first * DAYS : weeks * DAYS]).reshape(len(daily), -1, DAYS)
    told = [(of.weeks[:, first + nth], usual[:, nth]) for nth in range(weeks - first)]
    begun = digest("towns", known.people, known.parent, *told[0], *told[1])
    chain = chained(begun, (digest(*one) for one in told[2:]))

    def begin() -> State:
        days = np.concatenate([_days(of, *one) for one in told[:2]], axis=1)
        return filtering.begun(known, days, _dice(begun))

    def step(state: State, nth: int) -> State:
        rng = _dice(chain[nth + 1])
        for day in _days(of, *told[nth + 2]).T:
            state = filtering.stepped(state, known, day, rng)
        return state

    return memory.resumed(chain, begin, step, ago=_OPEN)


def _dice(key: str) -> np.random.Generator:
    """Give dice that fall the same for the same digest."""
    return np.random.default_rng(int(key, 16))


def _days(of: Parts, week: Array, usual: Array) -> Array:
    """Draw the days [part, day] of a week's counts by those of their district; NaN where it is not told."""
    share = np.maximum(usual, 1e-3)
    counts = np.rint(np.nan_to_num(week)).astype(np.int64)
    rng = _dice(digest(week, usual))
    found = rng.multinomial(counts, (share / share.sum(axis=1, keepdims=True))[of.parent]).astype(float)
    found[~np.isfinite(week)] = np.nan
    return found
