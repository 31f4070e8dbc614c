"""Stays: how many are in hospital at the end of each week to come, from the cases before.

Who is found ill today is there so many days later with a chance that rises and falls: the time to admission
and the stay, one shape for all areas, the one of a grid that fits their last weeks best. How many come of a
case is each area's own, drawn towards all, and drifts; how far it has drifted in the past so many weeks tells
how unsure the weeks to come are. Back-calculation the other way round: Brookmeyer and Gail 1988, J. Am. Stat.
Assoc. 83:301, doi:10.1080/01621459.1988.10478599.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr
from scipy.stats import gamma

from tilannekuva.models.model import Unable
from tilannekuva.models.weeks import DAYS, Array, counted

CITES = ("10.1080/01621459.1988.10478599",)
LEAST = 8  # weeks of patients and cases that are needed
_LONGEST = 70  # days after which nobody of a day's cases is there
_COMES, _STAYS = (2.0, 5.0, 8.0, 11.0), (4.0, 7.0, 10.0, 14.0, 20.0)  # mean days
_FIT, _NOW = 28.0, 10.0  # days of half-life: of what the shape is chosen by, and of an area's own ratio
_LEAP, _FEW = 4.0, 10.0  # times the most and a few patients: beyond them a day is no true number
_PRIOR = 3.0  # patients: of an area's ratio towards that of all
_LOOK = 16  # weeks whose drift is looked at
_TOGETHER, _ALONG = 0.3, 0.8  # correlation of the drift of areas, and of a week's with the next
_NARROW = 0.01  # log: variance of drift at the least


class Ratio(NamedTuple):
    """Patients and those expected of the cases at one each, both discounted [area, day]."""

    present: Array
    expected: Array

    def at(self, everywhere: Array) -> Array:
        """Give the ratio of each area and day, drawn towards that of all [day]."""
        found: Array = (self.present + _PRIOR) / (self.expected + _PRIOR / everywhere)
        return found


def occupancy(present: Array, cases: Array, to_come: Array, rng: np.random.Generator) -> Array | Unable:
    """Give patients [area, week, draw] at the end of the last week known and of those to come.

    `present` are patients (NaN: not told) and `cases` new cases [area, day] up to the end of that week,
    `to_come` whole weeks of cases [area, week, draw]; cases are finite. Days before all areas tell teach
    nothing. Unable with fewer than LEAST weeks.
    """
    told = np.isfinite(present).all(axis=0)
    begin = int(np.argmax(told)) if told.any() else 0
    present = filled(present)[:, begin:]
    if told.sum() < LEAST * DAYS or present[:, -LEAST * DAYS :].sum() < 1:
        return Unable(f"fewer than {LEAST} weeks of patients are known: bring older days, or wait")
    shape = min(_shapes(), key=lambda one: _misfit(present, _convolved(cases, one)[:, begin:]))
    expected = _convolved(cases, shape)[:, begin:]
    ratio = _ratio(present, expected)
    ahead = _ahead(cases, to_come, shape) * ratio[:, -1, None, None]
    drifts = [_drift(present, expected, ratio, week) for week in range(1, to_come.shape[1] + 1)]
    now = np.repeat(present[:, -1, None, None], to_come.shape[2], axis=2)
    return np.concatenate([now, _drifted(ahead, drifts, rng)], axis=1)


def filled(present: Array) -> Array:
    """Give patients [area, day]: a day that is not told, or one that leaps, is as the one before.

    A leap is to several times the most of two weeks before. Before the first told day nobody is there.
    """
    told = counted(present)
    found = told.copy()
    for day in range(1, found.shape[1]):
        most = np.fmax.reduce(told[:, max(0, day - 2 * DAYS) : day], axis=1)
        bad = np.isnan(told[:, day]) | (told[:, day] > _LEAP * (most + _FEW))
        found[bad, day] = found[bad, day - 1]
    return np.nan_to_num(found)


def _shapes() -> list[Array]:
    """Give the chances [day] to be there so many days after being found ill, of the grid."""
    day = np.arange(_LONGEST)
    found = []
    for comes in _COMES:
        admitted = np.diff(gamma.cdf(np.arange(_LONGEST + 1), 4, scale=comes / 4))
        for stays in _STAYS:
            still = gamma.sf(day, 1.5, scale=stays / 1.5)
            found.append(np.convolve(admitted, still)[:_LONGEST])
    return found


def _convolved(cases: Array, shape: Array) -> Array:
    """Give those expected of cases [..., day] at one patient each."""
    days = cases.shape[-1]
    size = days + _LONGEST
    found: Array = np.fft.irfft(np.fft.rfft(cases, size) * np.fft.rfft(shape, size), size)[..., :days]
    return np.maximum(found, 0)


def _misfit(present: Array, expected: Array) -> float:
    """Tell how far patients lie from what is expected at each area's own ratio (Poisson deviance)."""
    days = present.shape[1]
    weight = 0.5 ** (np.arange(days)[::-1] / _FIT) * (np.arange(days) >= days - _LOOK * DAYS)
    ratio = ((present * weight).sum(axis=1) + 0.1) / ((expected * weight).sum(axis=1) + 0.1)
    told, mean = present + 0.1, expected * ratio[:, None] + 0.1
    return float(((told * np.log(told / mean) - told + mean) * weight).sum())


def _ratio(present: Array, expected: Array) -> Array:
    """Give how many patients come of those expected [area, day], each day by what was known on it."""
    own = Ratio(_discounted(present), _discounted(expected))
    everywhere = (own.present.sum(axis=0) + 0.1) / (own.expected.sum(axis=0) + 0.1)
    return own.at(everywhere)


def _discounted(values: Array) -> Array:
    keep = 0.5 ** (1 / _NOW)
    found = np.empty_like(values)
    now = np.zeros(len(values))
    for day in range(values.shape[1]):
        now = keep * now + values[:, day]
        found[:, day] = now
    return found


def _ahead(cases: Array, to_come: Array, shape: Array) -> Array:
    """Give those expected [area, week, draw] at the end of each week to come, its cases spread evenly."""
    areas, weeks, draws = to_come.shape
    future = np.repeat(to_come / DAYS, DAYS, axis=1)
    ends = np.arange(1, weeks + 1) * DAYS - 1
    known = np.concatenate([cases, np.zeros((areas, weeks * DAYS))], axis=1)
    before = _convolved(known, shape)[:, cases.shape[1] + ends]
    reach = np.zeros((weeks, weeks * DAYS))
    for week, end in enumerate(ends):
        reach[week, : end + 1] = shape[: end + 1][::-1]
    found: Array = before[..., None] + np.einsum("wd,adn->awn", reach, future)
    return found.reshape(areas, weeks, draws)


class Drift(NamedTuple):
    """How far logs of patients lay from those expected: variance beyond chance, and errors over spread."""

    variance: float
    shape: Array


def _drift(present: Array, expected: Array, ratio: Array, weeks: int) -> Drift:
    """Look how far patients lay from what the ratio of so many weeks before made of the same cases."""
    days = present.shape[1]
    at = np.arange(max(days - _LOOK * DAYS, 2 * DAYS), days)
    before = np.maximum(at - weeks * DAYS, 0)
    mean = expected[:, at] * ratio[:, before]
    off = np.log(present[:, at] + 1) - np.log(mean + 1)
    variance = max(float((off**2 - 1 / (mean + 1)).mean()), _NARROW * weeks)
    shape = off / np.sqrt(variance + 1 / (mean + 1))
    return Drift(variance, np.sort(np.concatenate([shape.ravel(), -shape.ravel()])))


def _drifted(expected: Array, drifts: list[Drift], rng: np.random.Generator) -> Array:
    """Give whole numbers of patients [area, week, draw] around those expected."""
    areas, weeks, draws = expected.shape
    common, own = rng.normal(size=(1, weeks, draws)), rng.normal(size=(areas, weeks, draws))
    mixed = np.sqrt(_TOGETHER) * common + np.sqrt(1 - _TOGETHER) * own
    found = np.empty_like(expected)
    for week, drift in enumerate(drifts):
        if week:
            mixed[:, week] = _ALONG * mixed[:, week - 1] + np.sqrt(1 - _ALONG**2) * mixed[:, week]
        off = np.interp(ndtr(mixed[:, week]), np.linspace(0, 1, len(drift.shape)), drift.shape)
        mean = expected[:, week]
        found[:, week] = np.exp(np.log(mean + 1) + off * np.sqrt(drift.variance + 1 / (mean + 1))) - 1
    return np.rint(np.maximum(found, 0))
