"""Layers: one level of areas (country, districts or towns) followed from day to day by particles.

Cases of a day are negative binomial around R times what past cases weigh (Cori et al. 2013,
doi:10.1093/aje/kwt133) times the weekday, plus a few brought in. log R deviates from that of the layer
above by an autoregression. Particles follow it (Gordon, Salmond and Smith 1993,
doi:10.1049/ip-f-2.1993.0015); each has its own pace and its own share of infections that come from around,
moved a little when particles are renewed (Liu and West 2001, doi:10.1007/978-1-4757-3437-9_10).
"""

from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from tilannekuva.models.weeks import Array

Single = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]
Rng = np.random.Generator
Real = TypeVar("Real", np.float32, np.float64)
COUNTRY, DISTRICT, TOWN = range(3)
REVERT = (0.9, 0.93, 0.96)  # what is left next day of log R, and of deviations from the layer above
MOST = np.float32(1.2)  # log R
IMPORT = 2e-7  # cases a day and inhabitant brought in from elsewhere, at the least
_PACE = (0.04, 0.03, 0.035)  # log R a day
_UNSURE = 0.4  # of the log of a pace
_SPREAD = (0.3, 0.15, 0.2)  # of log R, and of deviations, on the first day
_MIX = 0.25  # of infections come from around, about
_STAGES, _KEEP = 3, 0.54  # the interval between cases: three geometric stages, mean 4.5 days, deviation 2.8
_LASTING = 0.98  # what is left next day of what is known of the noise
_ODD = 1e-4  # of the square of what is expected: how much less a large area says of all others' noise
_NEAR = 0.98  # of parameters' distances from their mean stays when particles are renewed
_KERNEL = np.sqrt(1 - _NEAR**2)  # of their spread they move by, so that it stays
# A half of the variance of log R that particles wander to: taken off, so that R is one on average.
BELOW = np.cumsum([p**2 / (1 - r**2) / 2 for p, r in zip(_PACE, REVERT, strict=True)]).astype(np.float32)


class Layer(NamedTuple):
    """Particles of one level of areas, and what their counts have told."""

    own: Single  # log R less that of the layer above [area, particle]
    pace: Single  # its daily step [area, particle]
    mix: Single  # share of infections that come from around [area, particle]
    weight: Single  # log [area, particle]
    stages: Array  # of infections to come; the last one infects [stage, area]
    rate: Array  # mean log R [area]
    noise: Array  # sums over days of what went beyond Poisson, of the mean and of its square [3, area]


class Day(NamedTuple):
    """What a layer is told of a day, each [area]; counts are NaN where nothing is told."""

    counts: Array
    above: Array  # mean log R of the layer above
    around: Array  # infections to come around, for as many inhabitants
    brought: Array
    usual: float  # of a mean day's cases, on such a weekday


def layer(level: int, counts: Array, particles: int, rng: Rng) -> Layer:
    """Begin a layer of so many particles with the counts [area, day] of its first days."""
    shape = (len(counts), particles)
    own, pace = (rng.standard_normal(shape, dtype=np.float32) for _ in range(2))
    mix = rng.beta(2, 2 / _MIX - 2, shape) if level else np.zeros(shape)
    stages = np.zeros((_STAGES, len(counts)))
    for day in counts.T:
        stages = moved(stages, day)
    return Layer(
        own=own * np.float32(_SPREAD[level]),
        pace=np.float32(_PACE[level]) * np.exp(np.float32(_UNSURE) * pace),
        mix=mix.astype(np.float32),
        weight=np.zeros(shape, np.float32),
        stages=stages,
        rate=np.zeros(len(counts)),
        noise=np.array([0.2, 1.0, 1.0])[:, None] * np.ones(len(counts)),
    )


def moved(stages: "npt.NDArray[Real]", cases: "npt.NDArray[Real]") -> "npt.NDArray[Real]":
    """Give the stages [stage, ...] after a day's cases [...]."""
    found, inflow = [], cases
    for one in stages:
        inflow = one.dtype.type(_KEEP) * one + one.dtype.type(1 - _KEEP) * inflow
        found.append(inflow)
    return np.stack(found)


def followed(layer: Layer, day: Day, level: int, rng: Rng) -> tuple[Layer, Array]:
    """Give a layer after a day, and the cases that were expected of it [area]."""
    own = np.float32(REVERT[level]) * layer.own + layer.pace * rng.standard_normal(
        layer.own.shape, dtype=np.float32
    )
    rate = np.minimum(_column(day.above) + own, MOST)
    force = _column(layer.stages[-1])
    force = force + layer.mix * (_column(day.around) - force)
    expected = (np.exp(rate - BELOW[level]) * force + _column(day.brought)) * np.float32(day.usual)
    before = shares(layer.weight)
    mean = (before * expected).sum(axis=1).astype(float)
    known = np.isfinite(day.counts)
    counts = np.where(known, day.counts, 0.0)
    like = _likelihood(counts, expected, size(layer.noise, mean))
    weight = layer.weight + np.where(known[:, None], like, np.float32(0))
    after = shares(weight)
    came = np.where(known, counts, _mean(after, expected))
    unsure = _mean(before, expected**2) - mean**2
    noise = _noise(layer.noise, counts, mean, unsure, known)
    stages = moved(layer.stages, came / day.usual)
    found = Layer(
        own,
        layer.pace,
        layer.mix,
        weight - weight.max(axis=1, keepdims=True),
        stages,
        _mean(after, rate),
        noise,
    )
    return _renewed(found, after, rng), mean


def _column(values: Array) -> Single:
    return values.astype(np.float32)[:, None]


def _mean(share: Single, values: Single) -> Array:
    found: Array = (share * values).sum(axis=1).astype(float)
    return found


def shares(weight: Single) -> Single:
    """Give what share of its area each particle has, from the logs of weights [area, particle]."""
    found: Single = np.exp(weight - weight.max(axis=1, keepdims=True))
    found /= found.sum(axis=1, keepdims=True)
    return found


def _likelihood(told: Array, expected: Single, k: Array) -> Single:
    """Give the log of the negative binomial chance of what is told, but for what is the same for all."""
    mean, y, size = np.maximum(expected, np.float32(1e-6)), _column(told), _column(k)
    found: Single = y * np.log(mean) - (y + size) * np.log(mean + size)
    return found


def size(noise: Array, mean: Array) -> Array:
    """Give the size of the negative binomial [area] at a mean: variance = mean + f (a mean + b mean^2)."""
    a, b, own = spread(noise)
    found: Array = np.clip(mean / (own * (a + b * mean) + 1e-9), 0.02, 1e4)
    return found


def spread(noise: Array) -> tuple[float, float, Array]:
    """Give the noise beyond Poisson by the mean and by its square, and how much more an area has [area].

    Least squares over areas of the excess on both sums, none below zero; an area's own factor is drawn to
    one.
    """
    excess, linear, square = noise
    rows = np.stack([linear, square])
    weighted = rows / (1 + linear + square + _ODD * square**2)
    a, b = np.linalg.solve(weighted @ rows.T + 1e-6 * np.eye(2), weighted @ excess)
    if min(a, b) < 0:
        single = np.maximum(weighted @ excess, 0) / ((weighted * rows).sum(axis=1) + 1e-6)
        a, b = (0.0, single[1]) if a < b else (single[0], 0.0)
    a, b = float(np.clip(a, 0.02, 5)), float(np.clip(b, 0.003, 1))
    usual = a * linear + b * square
    prior = 20 + 0.2 * usual.mean()
    return a, b, np.clip((np.maximum(excess, 0) + prior) / (usual + prior), 0.3, 4)


def _noise(noise: Array, counts: Array, mean: Array, unsure: Array, known: "npt.NDArray[np.bool_]") -> Array:
    """Give the sums of the noise after a day; a day far off counts as one at the edge of what can be."""
    excess = np.minimum((counts - mean) ** 2 - mean - unsure, 25 * (mean + 0.1 * mean**2 + 1))
    return np.where(known, _LASTING * noise + np.stack([excess, mean, mean**2]), noise)


def _renewed(found: Layer, share: Single, rng: Rng) -> Layer:
    """Draw particles anew by their shares in areas where few of them carry all."""
    poor = np.flatnonzero(1 / (share**2).sum(axis=1) < 0.5 * share.shape[1])
    if not len(poor):
        return found
    pick = resampled(share[poor], rng)
    own, pace, mix, weight = (one.copy() for one in found[:4])
    own[poor] = np.take_along_axis(own[poor], pick, axis=1)
    pace[poor] = np.exp(_jittered(np.log(np.take_along_axis(pace[poor], pick, axis=1)), rng))
    mix[poor] = np.clip(_jittered(np.take_along_axis(mix[poor], pick, axis=1), rng), 0, 1)
    weight[poor] = 0
    return found._replace(own=own, pace=pace, mix=mix, weight=weight)


def _jittered(values: Single, rng: Rng) -> Single:
    """Move parameters [area, particle] so that their mean and spread stay."""
    middle, deviation = values.mean(axis=1, keepdims=True), values.std(axis=1, keepdims=True)
    step = np.float32(_KERNEL) * deviation * rng.standard_normal(values.shape, dtype=np.float32)
    found: Single = middle + np.float32(_NEAR) * (values - middle) + step
    return found


def resampled(share: Single, rng: Rng, draws: int = 0) -> Places:
    """Give places of particles drawn systematically by shares [area, particle]; as many, or `draws`."""
    areas, n = share.shape
    draws = draws or n
    edges = np.cumsum(share, axis=1, dtype=np.float64)
    edges *= draws / edges[:, -1:]
    upto = np.ceil(edges - rng.random((areas, 1))).astype(np.intp)
    upto[:, -1] = draws
    each = np.diff(upto, axis=1, prepend=0)
    return np.repeat(np.tile(np.arange(n), areas), each.ravel()).reshape(areas, draws)
