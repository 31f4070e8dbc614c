"""Within: districts as their towns and what is left of them, followed day by day, so that draws agree.

Where towns are told of by the week, their days are drawn from their district's (multinomial). What the towns
do not tell of a district stays with the rest of it, as one more town. The filter of `towns` gives how towns
and weeks go together; `coherent` brings it to the districts' own forecast.
"""

from typing import NamedTuple

import numpy as np

from tilannekuva.models import towns as filtering
from tilannekuva.models.coherent import Places, Whole, coherent, shared
from tilannekuva.models.towns import BEGIN, Towns
from tilannekuva.models.weeks import DAYS, Array

_HISTORY = 8 * DAYS  # days that the filter follows


class Counted(NamedTuple):
    """Weekly counts [area, week] up to the last whole week, NaN where untold, and inhabitants [area]."""

    weeks: Array
    people: Array


class Parts(NamedTuple):
    """Towns, and after them the rest of each district: weekly counts, inhabitants, places of districts."""

    weeks: Array
    people: Array
    parent: Places


def parts(districts: Counted, towns: Counted, parent: Places) -> Parts:
    """Give the towns, `parent` [town] being the place of their district, and the rest of each district."""
    sums, people = np.zeros_like(districts.weeks), np.zeros_like(districts.people)
    np.add.at(sums, parent, towns.weeks)
    np.add.at(people, parent, towns.people)
    left, alone = np.maximum(districts.weeks - sums, 0), np.maximum(districts.people - people, 1.0)
    return Parts(
        np.concatenate([towns.weeks, left]),
        np.concatenate([np.maximum(towns.people, 1.0), alone]),
        np.concatenate([parent, np.arange(len(people))]).astype(np.intp),
    )


def drawn(of: Parts, daily: Array, last: Array, quantiles: Array, rng: np.random.Generator) -> Whole:
    """Draw parts and districts [part and then district, week, draw], the last two whole weeks first.

    `daily` [district, day] are counts as completed, `last` [district, 2, draw] draws of the last whole weeks,
    `quantiles` [district, horizon, level] those of the weeks to come.
    """
    known = Towns(of.people, of.parent)
    days = _days(of, daily, rng)[:, -_HISTORY:]
    state = filtering.begun(known, days[:, :BEGIN], rng)
    for day in range(BEGIN, days.shape[1]):
        state = filtering.stepped(state, known, days[:, day], rng)
    ahead = filtering.forecast(state, known, last.shape[2], rng).astype(float)
    found = coherent(quantiles, ahead, of.parent, rng, inhabitants=of.people)
    total = last.round().astype(np.int64)
    before = np.stack([_weighed(of, ahead, nth) for nth in (-2, -1)], axis=1)
    now = np.zeros((len(of.parent), *total.shape[1:]), np.int64)
    for district, whole in enumerate(total):
        mine = np.flatnonzero(of.parent == district)
        now[mine] = shared(whole, before[mine], of.people[mine], rng)
    every = np.concatenate([found.towns, found.districts])
    return np.concatenate([np.concatenate([now, total]), every], axis=1)


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


def _weighed(of: Parts, ahead: Array, week: int) -> Array:
    """Give by what a past week is shared [part, draw]: as told, or where that is not by the week to come."""
    told = of.weeks[:, week]
    untold = ~np.isfinite(told)
    whole = np.zeros(int(of.parent.max()) + 1, dtype=bool)
    np.logical_or.at(whole, of.parent, untold)
    found: Array = np.where(whole[of.parent][:, None], ahead[:, 0], told[:, None])
    return found


def _days(of: Parts, daily: Array, rng: np.random.Generator) -> Array:
    """Draw the days [part, day] of weekly counts by those of their district; NaN where a week is not told."""
    n = of.weeks.shape[1]
    usual = np.maximum(np.nan_to_num(daily[:, : n * DAYS]).reshape(len(daily), n, DAYS), 1e-3)
    share = (usual / usual.sum(axis=2, keepdims=True))[of.parent]
    counts = np.rint(np.nan_to_num(of.weeks)).astype(np.int64)
    found = rng.multinomial(counts, share).astype(float)
    found[~np.isfinite(of.weeks)] = np.nan
    return found.reshape(len(of.weeks), n * DAYS)
