"""Epidemics of 310 municipalities drawn by rules unlike our model's: counts [town, day] and the towns.

Sizes are Finland's in kind: 200 to 650,000 inhabitants, half below 6,000, most of them below a case a day.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

TOWNS, DISTRICTS, DAYS = 310, 21, 7
BURN = 60  # days before the first one told
_LARGE = (650_000, 300_000, 245_000, 240_000, 210_000, 195_000, 145_000, 120_000, 118_000)
Rng = np.random.Generator
Array = np.ndarray[Any, Any]


def country(rng: Rng) -> tuple[Array, Array]:
    """Give inhabitants [town] and the district of each [town]."""
    people = np.clip(np.exp(rng.normal(8.75, 1.0, TOWNS)), 200, 100_000)
    people[: len(_LARGE)] = _LARGE
    return np.round(people), np.concatenate(
        [np.arange(DISTRICTS), rng.integers(0, DISTRICTS, TOWNS - DISTRICTS)]
    )


def _week(rng: Rng, days: int, weekend: float) -> Array:
    shares = np.array([1.1, 1.1, 1.05, 1.0, 1.0, weekend, weekend]) * rng.uniform(0.93, 1.07, DAYS)
    return np.tile(shares / shares.mean(), days // DAYS + 1)[:days]


def _noisy(expected: Array, size: float, rng: Rng) -> Array:
    mean = np.maximum(expected, 1e-9)
    return rng.poisson(rng.gamma(size, mean / size))


def _pieces(rng: Rng, rows: int, days: int, spread: float, lasting: tuple[int, int]) -> Array:
    """Give [row, day] steps that hold for a while each."""
    found = np.zeros((rows, days))
    for row in found:
        day = 0
        while day < days:
            until = day + int(rng.integers(*lasting))
            row[day:until] = rng.normal(0, spread)
            day = until
    return found


def commuting(rng: Rng, days: int) -> tuple[Array, Array, Array]:
    """Draw SEIR on a network of commuting; people meet less when more fall ill, measures come and go."""
    people, parent = country(rng)
    whole = BURN + days
    near = (parent[:, None] == parent) * people
    travel = (
        0.78 * np.eye(TOWNS) + 0.17 * near / near.sum(axis=1, keepdims=True) + 0.05 * people / people.sum()
    )
    measures = _pieces(rng, 1, whole, 0.14, (14, 45)) + _pieces(rng, DISTRICTS, whole, 0.08, (14, 45))[parent]
    measures += _pieces(rng, TOWNS, whole, 0.10, (20, 60))
    exposed, ill, free = rng.poisson(people * 8e-4), rng.poisson(people * 1e-3), people * 0.93
    felt, told = np.full(TOWNS, 100.0), np.zeros((TOWNS, whole))
    delay = np.array([0.1, 0.2, 0.25, 0.2, 0.12, 0.08, 0.05])
    week, size = _week(rng, whole, 0.75), rng.uniform(5, 30)
    found = np.zeros((TOWNS, whole + len(delay)))
    for day in range(whole):
        contact = 1.2 * np.exp(measures[:, day] - 0.22 * np.log((felt + 10) / 100)) / 5
        force = contact * (travel @ (ill / people)) + 2e-7
        new = rng.binomial(free.astype(int), 1 - np.exp(-force))
        falls, heals = rng.binomial(exposed, 1 - np.exp(-1 / 3)), rng.binomial(ill, 1 - np.exp(-1 / 5))
        free, exposed, ill = free - new, exposed + new - falls, ill + falls - heals
        found[:, day : day + len(delay)] += 0.5 * falls[:, None] * delay
        told[:, day] = _noisy(found[:, day] * week[day], size, rng)
        around = (
            0.5 * falls.sum() / people.sum()
            + 0.25 * (near @ (falls / people)) / near.sum(axis=1)
            + 0.25 * falls / people
        )
        felt = 0.93 * felt + 0.07 * 14e5 * 0.5 * around
    return told[:, BURN:].astype(float), people, parent


def clusters(rng: Rng, days: int) -> tuple[Array, Array, Array]:
    """Draw a branching process: few infect many, households burst, outbreaks are brought in."""
    people, parent = country(rng)
    whole, lags = BURN + days, np.array([0.05, 0.12, 0.18, 0.2, 0.17, 0.12, 0.08, 0.05, 0.03])
    home = np.array([0.0, 0.3, 0.4, 0.3])
    cases, week = np.zeros((TOWNS, whole + 30)), _week(rng, whole, 0.85)
    cases[:, :8] = rng.poisson(np.outer(people * 7e-5, np.ones(8)))
    mood, local = 0.0, rng.normal(0, 0.1, DISTRICTS)
    few = rng.uniform(0.15, 0.4)
    for day in range(whole):
        mood = 0.985 * mood + rng.normal(0, 0.025)
        local = 0.98 * local + rng.normal(0, 0.03, DISTRICTS)
        today = cases[:, day].astype(int)
        high = np.log(cases[:, max(day - 14, 0) : day + 1].sum() / people.sum() * 1e5 / 100 + 0.1)
        spread = 0.9 * np.exp(mood + local[parent] - 0.2 * high)
        young = rng.poisson(rng.gamma(np.maximum(today * few, 1e-9), spread / few))
        gone = rng.binomial(young, 0.12)
        to = rng.choice(TOWNS, int(gone.sum()), p=people / people.sum())
        young = young - gone + np.bincount(to, minlength=TOWNS)
        outbreak = rng.poisson(people * 4e-7 + 0.0006) * rng.geometric(1 / 8, TOWNS)
        late = rng.poisson(people * 1.5e-6) + outbreak
        cases[:, day + 1 : day + 1 + len(lags)] += _spread(young + late, lags, rng)
        cases[:, day : day + len(home)] += _spread(rng.poisson(today * 0.2), home, rng)
    told = np.zeros((TOWNS, whole))
    for lag, share in enumerate((0.4, 0.35, 0.25)):
        told[:, lag:] += rng.binomial(cases[:, : whole - lag].astype(int), share)
    return _noisy(told[:, BURN:] * week[BURN:] * 0.7, 60, rng).astype(float), people, parent


def _spread(number: Array, shares: Array, rng: Rng) -> Array:
    """Share whole numbers [town] among days [town, day]."""
    return rng.multinomial(number, shares / shares.sum())


def pieces(rng: Rng, days: int) -> tuple[Array, Array, Array]:
    """Draw growth that holds for weeks and breaks; holidays are told late and all at once."""
    people, parent = country(rng)
    growth = _pieces(rng, DISTRICTS, days, 0.012, (14, 45))[parent] + _pieces(
        rng, TOWNS, days, 0.012, (14, 50)
    )
    level = np.log(people / 1e5 * 12) + rng.normal(0, 0.4, TOWNS)
    usual, week, size = level.copy(), _week(rng, days, 0.6), np.exp(rng.normal(2.3, 0.4, TOWNS))
    found, day, nation = np.zeros((TOWNS, days)), 0, 0.0
    until = 0
    for day in range(days):
        if day >= until:
            high = np.average(level - usual, weights=people)
            nation, until = rng.normal(-0.03 * high, 0.025), day + int(rng.integers(12, 40))
        level = level + nation + growth[:, day] - 0.006 * (level - usual)
        found[:, day] = rng.gamma(size, np.exp(level) * week[day] / size)
    told = rng.poisson(found).astype(float)
    for day in rng.choice(days - 3, days // 25, replace=False):  # holidays: most is told two days later
        held = rng.binomial(told[:, day].astype(int), 0.7)
        told[:, day] -= held
        told[:, day + 2] += held
    return told, people, parent


GENERATORS: dict[str, Callable[[Rng, int], tuple[Array, Array, Array]]] = {
    "commuting": commuting,
    "clusters": clusters,
    "pieces": pieces,
}
