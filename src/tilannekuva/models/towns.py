"""Towns: cases in hundreds of small areas at once, each drawn towards its district and the country.

Each day is one step of three layers of particles (layers.py); a new day never needs the old ones. What
comes is drawn on from the particles, with one future of the country and of each district for all towns of a
draw, so that sums agree; fewer can fall ill as more have. Spread is corrected by what past forecasts missed
(recalibration.py).
"""

from typing import NamedTuple

import numpy as np

from tilannekuva.models import layers
from tilannekuva.models.layers import (
    COUNTRY,
    DISTRICT,
    IMPORT,
    MOST,
    REVERT,
    TOWN,
    Day,
    Layer,
    Places,
    Rng,
    Single,
)
from tilannekuva.models.recalibration import Ranks, noted, recalibrated, started
from tilannekuva.models.weeks import DAYS, Array, counted

BEGIN = 14  # days that only begin the series
WEEKS = 4  # ahead
_MORE = (8, 2, 1)  # times as many particles: country, district, town
_STANDING = 6.0  # cases that a town's standing in its district begins with
_UNSEEN = 3.0  # infections for each case told
_RARE = 100.0  # inhabitants for each case told, where they are not known
_WEEKDAY = 0.85  # what is left next week of what is known of a weekday
_STRIDE = 2  # days between moves of log R ahead, each as wide as theirs together: half the dice
_BLOCK = 250  # draws at once, whose arrays stay in a processor's cache
_PAST = 200  # draws of a forecast that is only kept to learn from


class Towns(NamedTuple):
    """Inhabitants [town] and the place of each town's district [town]; every district has a town."""

    people: Array
    parent: Places


class State(NamedTuple):
    """All that is known after a day."""

    day: int
    country: Layer
    districts: Layer
    towns: Layer
    week: Array  # cases seen on each kind of day, and expected [2, kind]
    used: Array  # cases so far [town]
    sum: Array  # cases of the week so far [town]
    ranks: Ranks


def peopled(people: Array, counts: Array) -> Array:
    """Give inhabitants [town]: more where they are not known, or too few to have had so many [town, time].

    Then they are as many for the next power of two of cases, so that a new day seldom changes them.
    """
    cases = np.nansum(counts, axis=1)
    many = _RARE * 2 ** np.ceil(np.log2(np.maximum(cases, 1)))
    found: Array = np.where(people > _UNSEEN * cases, people, np.where(cases > 0, many, 1.0))
    return found


def begun(towns: Towns, daily: Array, rng: Rng, *, particles: int = 500) -> State:
    """Begin with counts [town, day] of the first days (at least BEGIN, whole weeks); NaN is what is not told.

    Raises ValueError where the shapes do not fit or a district has no town.
    """
    n, days = daily.shape
    if days < BEGIN or days % DAYS or towns.people.shape != (n,) or towns.parent.shape != (n,):
        raise ValueError(
            f"begin with [{len(towns.people)} towns, {BEGIN} days or more, in whole weeks], not {daily.shape}"
        )
    if not np.bincount(towns.parent, minlength=1).all():
        raise ValueError("a district has no town: give districts the places 0, 1, 2 … of those that have")
    told = _guessed(towns, daily)
    sums = (told.sum(axis=0, keepdims=True), summed(towns, told), told)
    country, districts, local = (
        layers.layer(level, one, _MORE[level] * particles, rng) for level, one in enumerate(sums)
    )
    week = np.full((2, DAYS), max(told.sum() / days, 1.0))
    return State(
        days, country, districts, local, week, told.sum(axis=1), np.zeros(n), started(n, WEEKS, _PAST)
    )


def _guessed(towns: Towns, daily: Array) -> Array:
    """Give counts [town, day]; unknown ones as the district's for as many inhabitants."""
    given = counted(daily)
    known, cases = np.isfinite(given), np.nan_to_num(given)
    lives = summed(towns, known * towns.people[:, None])
    return np.where(
        known, cases, (summed(towns, cases) / np.maximum(lives, 1.0))[towns.parent] * towns.people[:, None]
    )


def summed(towns: Towns, values: Array) -> Array:
    """Give sums over each district's towns [district, ...] of values [town, ...]."""
    found = np.zeros((int(towns.parent.max()) + 1, *values.shape[1:]), values.dtype)
    np.add.at(found, towns.parent, values)
    return found


def weekdays(state: State) -> Array:
    """Give how many of a mean day's cases come on each kind of day [kind]."""
    shares = state.week[0] / state.week[1]
    found: Array = shares / shares.mean()
    return found


def standing(state: State, towns: Towns) -> Array:
    """Give how many cases a town has had for each that its inhabitants would have in its district [town]."""
    usual = towns.people * (summed(towns, state.used) / summed(towns, towns.people))[towns.parent]
    found: Array = (state.used + _STANDING) / (usual + _STANDING)
    return found


def stepped(state: State, towns: Towns, counts: Array, rng: Rng, *, kind: int | None = None) -> State:
    """Follow one more day of whole counts [town]; NaN is hidden.

    `kind` is the kind of day, 0 for the first day of a week to 6; a holiday is told as a Sunday. Counts that
    cannot be true are taken out before (weeks.plausible).
    """
    kind = state.day % DAYS if kind is None else kind
    usual = float(weekdays(state)[kind])
    near, given = _near(state, towns), counted(counts)
    guess = (np.exp(state.towns.rate - layers.BELOW[TOWN]) * near + IMPORT * towns.people) * usual
    filled = np.where(np.isnan(given), guess, given)
    three, expected = _layers(state, towns, _Told(given, filled, near, usual), rng)
    week = state.week.copy()
    week[:, kind] = _WEEKDAY * week[:, kind] + [filled.sum(), expected / usual]
    known = state.sum + given  # a week with a hidden day is hidden
    found = State(state.day + 1, *three, week=week, used=state.used + filled, sum=known, ranks=state.ranks)
    return found if found.day % DAYS else _weekend(found, towns, rng)


class _Told(NamedTuple):
    """A day of towns [town]: counts as told, guesses where hidden, what is around; its weekday."""

    given: Array
    filled: Array
    near: Array
    usual: float


def _near(state: State, towns: Towns) -> Array:
    """Give infections to come in a town's district, for as many inhabitants and by its standing [town]."""
    each = state.districts.stages[-1] / summed(towns, towns.people)
    found: Array = standing(state, towns) * towns.people * each[towns.parent]
    return found


def _layers(state: State, towns: Towns, told: _Told, rng: Rng) -> tuple[tuple[Layer, Layer, Layer], float]:
    """Step the country, its districts, their towns; give them and the cases expected of the country."""
    alone = Towns(towns.people, np.zeros_like(towns.parent))
    people, nation = summed(towns, towns.people), towns.people.sum(keepdims=True)
    where = towns.parent
    country, expected = layers.followed(
        state.country, _day(told, alone, np.zeros(1), state.country.stages[-1]), COUNTRY, rng
    )
    around = people * state.country.stages[-1] / nation
    districts, _ = layers.followed(
        state.districts, _day(told, towns, np.repeat(country.rate, len(people)), around), DISTRICT, rng
    )
    day = Day(told.given, districts.rate[where], told.near, IMPORT * towns.people, told.usual)
    local, _ = layers.followed(state.towns, day, TOWN, rng)
    return (country, districts, local), float(expected[0])


def _day(told: _Told, towns: Towns, above: Array, around: Array) -> Day:
    """Give a day of the layer that towns add up to."""
    return Day(summed(towns, told.filled), above, around, IMPORT * summed(towns, towns.people), told.usual)


def _weekend(state: State, towns: Towns, rng: Rng) -> State:
    """Compare the week with what was forecast, and keep a forecast to learn from."""
    made = whole(drawn(state, towns, _PAST, rng), rng)
    return state._replace(sum=np.zeros(len(towns.people)), ranks=noted(state.ranks, state.sum, made))


class _Path(NamedTuple):
    """Where draws of a layer are: log R or deviations from above, and their daily step [area, draw]."""

    at: Single
    pace: Single
    keep: np.float32

    def moved(self, rng: Rng) -> "_Path":
        """Give where they are _STRIDE days later."""
        wide = np.sqrt(sum(self.keep ** (2 * nth) for nth in range(_STRIDE)), dtype=np.float32)
        step = wide * self.pace * rng.standard_normal(self.at.shape, dtype=np.float32)
        return self._replace(at=self.keep**_STRIDE * self.at + step)


class _Ahead(NamedTuple):
    """What does not change while draws go on, [town, 1]."""

    people: Single
    part: Single  # of infections around, a town's
    lean: Single  # noise beyond Poisson, by the mean
    square: Single  # and by its square
    lost: Single  # of those who can fall ill, with each case told
    order: Places  # of towns, by district
    first: Places  # of each district in that order
    mix: Single  # [town, draw]


def drawn(state: State, towns: Towns, draws: int, rng: Rng, *, kinds: Places | None = None) -> Single:
    """Draw weekly sums to come [town, week, draw], not corrected; `kinds` [day] are of the days to come."""
    kinds = (state.day + np.arange(WEEKS * DAYS)) % DAYS if kinds is None else kinds
    sizes = [min(_BLOCK, draws - before) for before in range(0, draws, _BLOCK)]
    return np.concatenate([_block(state, towns, size, rng, kinds) for size in sizes], axis=2)


def _block(state: State, towns: Towns, draws: int, rng: Rng, kinds: Places) -> Single:
    paths, mix = _picked(state, towns, draws, rng)
    given = _ahead(state, towns, mix)
    usual = weekdays(state)[kinds].astype(np.float32)
    stages = np.repeat(state.towns.stages.astype(np.float32)[:, :, None], draws, axis=2)
    free = np.ones_like(mix)
    found = np.zeros((len(mix), WEEKS, draws), np.float32)
    for day, weekday in enumerate(usual):
        if day % _STRIDE == 0:
            paths = [one.moved(rng) for one in paths]
            above = (paths[COUNTRY].at + paths[DISTRICT].at)[towns.parent]
            r = np.exp(np.minimum(above + paths[TOWN].at, MOST) - layers.BELOW[TOWN])
        cases = _cases(given, free * r, stages[-1], weekday, towns.parent, rng)
        found[:, day // DAYS] += cases
        free = np.maximum(free - given.lost * cases, np.float32(0.05))
        stages = layers.moved(stages, cases / weekday)
    return found


def _ahead(state: State, towns: Towns, mix: Single) -> _Ahead:
    def column(values: Array) -> Single:
        return values.astype(np.float32)[:, None]

    a, b, own = layers.spread(state.towns.noise)
    order = np.argsort(towns.parent, kind="stable")
    first = np.searchsorted(towns.parent[order], np.arange(len(state.districts.rate)))
    part = standing(state, towns) * towns.people / summed(towns, towns.people)[towns.parent]
    left = np.clip(1 - _UNSEEN * state.used / towns.people, 0.2, 1)
    lost = _UNSEEN / (towns.people * left)
    lean, square = column(own * a), column(own * b)
    return _Ahead(column(towns.people), column(part), lean, square, column(lost), order, first, mix)


def _cases(
    given: _Ahead, rate: Single, force: Single, weekday: np.float32, parent: Places, rng: Rng
) -> Single:
    """Draw a day's cases [town, draw]: gamma with the mean and the variance of the negative binomial."""
    around = np.add.reduceat(force[given.order], given.first, axis=0)[parent] * given.part
    mean = (rate * (force + given.mix * (around - force)) + np.float32(IMPORT) * given.people) * weekday
    scale = 1 + given.lean + given.square * mean
    found: Single = rng.standard_gamma(mean / scale, dtype=np.float32) * scale
    return found


def _picked(state: State, towns: Towns, draws: int, rng: Rng) -> tuple[list[_Path], Single]:
    """Draw particles; a town's own deviation gives way where draws of the layers above differ.

    What a town's own counts have told is its whole log R: so far as they have, what lies above only moves
    the parts.
    """
    paths, mix = [], state.towns.mix
    for level, layer in enumerate((state.country, state.districts, state.towns)):
        pick = rng.permuted(layers.resampled(layers.shares(layer.weight), rng, draws), axis=1)
        own, pace, mix = (np.take_along_axis(one, pick, axis=1) for one in (layer.own, layer.pace, layer.mix))
        paths.append(_Path(own, pace, np.float32(REVERT[level])))
    local = paths[TOWN]
    above = paths[COUNTRY].at + paths[DISTRICT].at - state.districts.rate.astype(np.float32)[:, None]
    before = (local.pace**2).mean(axis=1) / np.float32(1 - REVERT[TOWN] ** 2)
    learned = np.clip(1 - local.at.var(axis=1) / before, 0, 1)[:, None]
    paths[TOWN] = local._replace(at=local.at - learned * above[towns.parent])
    return paths, mix


def whole(draws: Single, rng: Rng) -> Single:
    """Give whole numbers beside draws, by chance the one below or above, so that means stay."""
    found: Single = np.floor(draws + rng.random(draws.shape, dtype=np.float32))
    return found


def forecast(state: State, towns: Towns, draws: int, rng: Rng, *, kinds: Places | None = None) -> Single:
    """Give whole weekly counts [town, week, draw] to come, corrected by what past forecasts missed."""
    found = whole(drawn(state, towns, draws, rng, kinds=kinds), rng)
    apart = found + np.float32(0.99) * rng.random(found.shape, dtype=np.float32)  # equal ones in any order
    moved: Single = np.floor(recalibrated(state.ranks, apart, towns.people))
    return moved
