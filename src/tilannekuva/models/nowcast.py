"""Nowcast: how many cases the last days will turn out to have had, given what is told of them so far.

Each area is followed by particles (Gordon, Salmond and Smith 1993, IEE Proc. F 140:107,
doi:10.1049/ip-f-2.1993.0015): the level of its counts goes by a damped growth and steps, whose size and the
spread of counts are particles too, refreshed as they are drawn anew (Liu and West 2001,
doi:10.1007/978-1-4757-3437-9_10). A day's rate is gamma around level and weekday, its count Poisson. Of a day
that is not final only a share is told, beta around the share that the area's delays say, all its days being
faster or slower together; what was told may be taken back; what is not told yet is Poisson again: Hoehle and
an der Heiden 2014, Biometrics 70:993, doi:10.1111/biom.12194; McGough et al. 2020, PLoS Comput. Biol.
16:e1007735, doi:10.1371/journal.pcbi.1007735. So a day of which nothing can be told yet, whose zero is no
zero, is as the days before it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from tilannekuva.models.delays import Delays, Kinds, weekdays_of
from tilannekuva.models.levels import LEVELS
from tilannekuva.models.memory import Memory, chained, digest
from tilannekuva.models.weeks import DAYS, Array, counted

_LOOK = 56  # final days that a level is followed from, at the least
_ANCHOR = 28  # days after which a level is followed from a later day on
_BEFORE = 14  # days before them that tell where it begins
_FADE = 0.5 ** (1 / 28)  # of what weekdays are learned from, a day
_WEEKDAY = 200.0  # prior cases of an area's weekdays towards those of all areas
_GROWTH, _DAMP, _TURN = 0.02, 0.97, 0.002  # log a day: at first; what is left of it a day; its steps
_STEP, _SPREAD = (-1.8, 0.5), (-2.5, 1.0)  # log of the level's steps and of the spread of counts: mean, sd
_BEGIN = 0.25  # log: how well it is known where a level begins
_FRESH = 0.98  # of particles' parameters when they are drawn anew (Liu and West's a)
_LATE = 0.4  # logit: how an area's days are slower or faster together than they were
_DOUBT = 0.6  # of a share's concentration: the delays have seen the days that they were compared with
_TOGETHER = 0.1  # correlation of areas' draws
_BACK = 20.0  # concentration of the share that is taken back: corrections come in lumps
_MOST = 1e8  # cases


class State(NamedTuple):
    """Particles [area, particle] after `day` final days: log level, growth, log of steps, log of spread.

    `weekdays` [sum, area, weekday] sums of counts and of days' levels, that fade.
    """

    day: int
    particles: Array  # [what, area, particle]
    weekdays: Array


@dataclass(frozen=True, slots=True)
class Nowcast:
    """Draws [area, day, draw] of the final counts of days from `first` on."""

    first: int
    draws: Array

    def quantiles(self, levels: Array = LEVELS) -> Array:
        """Give the quantiles [area, day, level]."""
        found: Array = np.moveaxis(np.quantile(self.draws, levels, axis=2), 0, -1)
        return found


def nowcast(
    told: Array,
    delays: Delays,
    *,
    kinds: Kinds | None = None,
    draws: int = 1000,
    seed: int = 0,
    memory: Memory | None = None,
) -> Nowcast:
    """Draw the final counts of days [area, day] of which so much is told at the end of the last of them.

    NaN is what is not told. Days older than the longest delay are final as told; where a `memory` has
    followed them before, only those that have become final since are followed. Nothing is below what is told
    but by as much as is usually taken back. Raises ValueError when areas or days do not fit.
    """
    days = told.shape[1]
    kinds = weekdays_of(days) if kinds is None else kinds
    final = max(0, days - delays.known.shape[2])
    if len(told) != len(delays.known) or len(kinds) < days:
        known = f"{len(delays.known)} areas' delays, {len(kinds)} kinds of days"
        raise ValueError(f"counts {told.shape} do not fit {known}")
    told = counted(told)
    state = _settled(told[:, :final], kinds, draws, seed, memory or Memory())
    shares = [_Share(delays, int(kinds[day]), days - 1 - day) for day in range(final, days)]
    return Nowcast(final, _completed(state, told[:, final:], shares, kinds[final:], seed))


class _Share(NamedTuple):
    """What is told of a day of this weekday that is `age` days old."""

    delays: Delays
    kind: int
    age: int

    def of(self, told: Array) -> tuple[Array, Array, Array]:
        """Give share known, concentration and share taken back [area, 1]; 0 is known where told is NaN."""
        there = np.isfinite(told)
        known = np.where(there, self.delays.known[:, self.kind, self.age], 0.0)
        taken = np.where(there, self.delays.taken[:, self.age], 0.0)
        concentration = _DOUBT * (1 / self.delays.spread[:, self.age] - 1)
        return known[:, None], concentration[:, None], taken[:, None]


def _settled(told: Array, kinds: Kinds, particles: int, seed: int, memory: Memory) -> State:
    """Give particles after the final days [area, day], from a day on that stays the same for weeks."""
    final = told.shape[1]
    start = max(0, final - _LOOK) // _ANCHOR * _ANCHOR
    look = slice(max(0, start - _LOOK), start)
    before = told[:, look] if start else told[:, :_BEFORE]
    begun = digest("nowcast", before, kinds[look], start, particles, seed)
    days = (digest(told[:, day], int(kinds[day])) for day in range(start, final))
    return memory.resumed(
        chained(begun, days),
        lambda: _begun(before, kinds[look], start, particles, seed),
        lambda state, nth: _followed(state, told[:, start + nth], int(kinds[start + nth]), seed),
        ago=(0, 7, 14, 28),
    )


def _begun(told: Array, kinds: Kinds, start: int, particles: int, seed: int) -> State:
    """Give particles from the days before those that are followed, of these kinds, or from the first ones."""
    before = told[:, -_BEFORE:]
    level = np.log((np.nansum(before, axis=1) + 0.5) / (np.isfinite(before).sum(axis=1) + 1))
    rng = np.random.default_rng([seed, 0])
    doubt = np.array([_BEGIN if start else 1.0, _GROWTH, _STEP[1], _SPREAD[1]])
    means = np.stack([level, 0 * level, 0 * level + _STEP[0], 0 * level + _SPREAD[0]])
    drawn = means[:, :, None] + doubt[:, None, None] * rng.normal(size=(4, len(told), particles))
    weekdays = np.zeros((2, len(told), DAYS))
    for counts, kind in zip(told.T, kinds, strict=False):  # of the first days, followed too, none
        weekdays = _weekday_sums(weekdays, counts, int(kind))
    return State(start, drawn, weekdays)


def _followed(state: State, counts: Array, kind: int, seed: int) -> State:
    """Give the particles after one more final day of counts [area]; NaN tells nothing."""
    rng = np.random.default_rng([seed, 1, state.day])
    particles = _moved(state.particles, rng)
    mean = _mean(particles, _weekdays(state.weekdays)[:, kind])
    told = np.where(np.isfinite(counts), counts, 0.0)[:, None]
    weight = np.where(np.isfinite(counts)[:, None], _chance(told, mean, np.exp(-particles[3])), 0.0)
    particles = _refreshed(_picked(particles, _pick(weight, rng)), rng)
    return State(state.day + 1, particles, _weekday_sums(state.weekdays, counts, kind))


def _completed(state: State, told: Array, shares: list[_Share], kinds: Kinds, seed: int) -> Array:
    """Draw final counts [area, day, particle] of days that are not final, each going on from its past."""
    rng = np.random.default_rng([seed, 2, state.day])
    weekdays, particles = _weekdays(state.weekdays), state.particles
    late = rng.normal(0, _LATE, particles[:1].shape)
    found, weight = np.zeros((told.shape[1], *particles.shape[1:])), np.zeros(particles.shape[1:])
    for nth, share in enumerate(shares):
        particles = _moved(particles, rng)
        mean = _mean(particles, weekdays[:, kinds[nth]])
        size = np.exp(-particles[3])
        known, concentration, taken = share.of(told[:, nth])
        so_far = np.nan_to_num(told[:, nth])[:, None]
        own = _own(_shifted(known, late[0]), concentration, rng)
        weight += _chance(so_far * (1 - taken), mean * own, size)
        stays = so_far - _taken(so_far, taken, own.shape, rng)
        rate = rng.gamma(size + stays, 1 / (size / mean + own))
        found[nth] = stays + rng.poisson(np.minimum(rate * (1 - own), _MOST))
        poor = _is_poor(weight) | (nth == len(shares) - 1)
        pick = _pick(np.where(poor, weight, 0.0), rng)
        weight[poor[:, 0]] = 0
        particles, late = _picked(particles, pick), _picked(late, pick)
        found[: nth + 1] = _picked(found[: nth + 1], pick)
    return np.moveaxis(_together(found, rng), 0, 1)


def _together(found: Array, rng: np.random.Generator) -> Array:
    """Put draws [day, area, particle] in an order in which areas turn out high or low together, a little.

    What delays one area's news often delays another's; without it their sum would be too sure (reordering by
    a dependence template: Clark et al. 2004, doi:10.1175/1525-7541(2004)005<0243:TSSAMF>2.0.CO;2).
    """
    areas, n = found.shape[1:]
    normal = np.sqrt(_TOGETHER) * rng.normal(size=n) + np.sqrt(1 - _TOGETHER) * rng.normal(size=(areas, n))
    ranks = normal.argsort(axis=1).argsort(axis=1)
    return _picked(found, np.take_along_axis(found.sum(axis=0).argsort(axis=1), ranks, axis=1))


def _moved(particles: Array, rng: np.random.Generator) -> Array:
    level, growth, step, spread = particles
    growth = _DAMP * growth + rng.normal(0, _TURN, level.shape)
    jump = np.exp(step)
    level = np.clip(level + growth - jump**2 / 2 + jump * rng.normal(size=level.shape), -15, 15)
    return np.stack([level, growth, step, spread])


def _mean(particles: Array, weekday: Array) -> Array:
    found: Array = np.exp(particles[0]) * weekday[:, None]
    return found


def _chance(told: Array, mean: Array, size: Array) -> Array:
    """Give the log of the negative binomial chance of what is told, but for what all particles share."""
    mean = np.maximum(mean, 1e-9)
    found: Array = (
        gammaln(told + size)
        - gammaln(size)
        + told * np.log(mean / (mean + size))
        - size * np.log1p(mean / size)
    )
    return found


def _shifted(share: Array, by: Array) -> Array:
    """Give shares moved on the scale of logits [area, particle]; 0 stays 0."""
    sure = np.clip(share, 1e-4, 1 - 1e-4)
    found: Array = np.where(share > 0, 1 / (1 + (1 - sure) / sure * np.exp(-by)), 0.0)
    return found


def _own(share: Array, concentration: Array, rng: np.random.Generator) -> Array:
    """Draw a day's own share [area, particle]."""
    drawn = rng.beta(np.maximum(share * concentration, 1e-3), np.maximum((1 - share) * concentration, 1e-3))
    found: Array = np.where(share > 0, drawn, 0.0)
    return found


def _taken(told: Array, share: Array, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draw how many of those told are taken back [area, particle]; none where none ever are."""
    part = rng.beta(np.maximum(share * _BACK, 1e-4), np.maximum((1 - share) * _BACK, 1e-4), shape)
    found: Array = rng.binomial(told.astype(np.int64), np.where(share > 0, part, 0.0)).astype(np.float64)
    return found


def _is_poor(weight: Array) -> npt.NDArray[np.bool_]:
    """Tell where weights [area, particle] leave fewer than half of the particles' worth [area, 1]."""
    share = np.exp(weight - weight.max(axis=1, keepdims=True))
    worth = share.sum(axis=1, keepdims=True) ** 2 / (share**2).sum(axis=1, keepdims=True)
    return np.asarray(worth < weight.shape[1] / 2)


def _pick(weight: Array, rng: np.random.Generator) -> Kinds:
    """Give the places of particles [area, particle] drawn anew by the log of their weight (systematic)."""
    areas, n = weight.shape
    edges = np.cumsum(np.exp(weight - weight.max(axis=1, keepdims=True)), axis=1)
    count = np.minimum(np.floor(edges / edges[:, -1:] * n + rng.random((areas, 1))), n).astype(np.int64)
    count[:, -1] = n
    each = np.diff(count, axis=1, prepend=0)
    return np.repeat(np.tile(np.arange(n), areas), each.ravel()).reshape(areas, n)


def _picked(particles: Array, pick: Kinds) -> Array:
    return np.take_along_axis(particles, np.broadcast_to(pick, particles.shape), axis=2)


def _refreshed(particles: Array, rng: np.random.Generator) -> Array:
    """Give particles whose parameters are drawn to their mean and spread out again, as wide as they were."""
    own = particles[2:]
    mean, wide = own.mean(axis=2, keepdims=True), own.std(axis=2, keepdims=True)
    fresh = mean + _FRESH * (own - mean) + np.sqrt(1 - _FRESH**2) * wide * rng.normal(size=own.shape)
    return np.concatenate([particles[:2], fresh])


def _weekday_sums(sums: Array, counts: Array, kind: int) -> Array:
    """Give the sums of counts and days with one more day [area]."""
    found = _FADE * sums
    found[0, :, kind] += np.nan_to_num(counts)
    found[1, :, kind] += np.isfinite(counts)
    return found


def _weekdays(sums: Array) -> Array:
    """Give how many of a mean day's cases a weekday has [area, weekday], drawn towards all areas."""
    counts, days = sums
    expected = days * (counts.sum(axis=1) / np.maximum(days.sum(axis=1), 1e-9))[:, None]
    everywhere = (counts.sum(axis=0) + 1.0) / (expected.sum(axis=0) + 1.0)
    share = (counts + _WEEKDAY * everywhere) / (expected + _WEEKDAY)
    found: Array = np.maximum(share / share.mean(axis=1, keepdims=True), 0.05)
    return found
