"""Counts that are told late, for tests: each case so many days after its day, by its area's chances."""

import numpy as np

from tilannekuva.models.weeks import Array


def arriving(final: Array, chances: Array, *, spread: float = 0.0, seed: int = 0) -> list[tuple[int, Array]]:
    """Give every day's vintage of final counts [area, day]; chances [area, delay] sum to one.

    With a spread each day has chances of its own, Dirichlet around its area's.
    """
    rng = np.random.default_rng(seed)
    areas, days = final.shape
    told = np.zeros((areas, days, chances.shape[1]))
    for area in range(areas):
        for day in range(days):
            own = rng.dirichlet(chances[area] * (1 / spread - 1) + 1e-9) if spread else chances[area]
            told[area, day] = rng.multinomial(int(final[area, day]), own).cumsum()
    return [(at, _seen(told, at)) for at in range(days)]


def _seen(told: Array, at: int) -> Array:
    age = np.minimum(at - np.arange(at + 1), told.shape[2] - 1)
    seen: Array = told[:, np.arange(at + 1), age]
    return seen


def counts(mean: Array, *, seed: int = 0) -> Array:
    """Draw Poisson counts as floats."""
    return np.random.default_rng(seed).poisson(mean).astype(np.float64)
