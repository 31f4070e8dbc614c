"""Where an epidemic stands: from counts as known to the states from which paths go on, with their doubt."""

from typing import NamedTuple

import numpy as np

from tilannekuva.models.epidemic import (
    E1,
    E2,
    I1,
    I2,
    ICU,
    WARD,
    Disease,
    S,
    Start,
    growth,
    leading,
    next_generation,
)
from tilannekuva.models.reproduction import filtered
from tilannekuva.models.weeks import DAYS, Array, counted, plausible

FEWEST = 28  # days of counts below which nothing is said
_STEPS = (0.05, 0.1)  # how fast R may move in a day; each is heard as far as the counts speak for it
_PRIOR_SD = 0.15  # of log R, around 1; chosen walk-forward, bench/standing.py
SCALES = (0.1, 10.0)  # within which the need of beds is fitted to the patients known
_MOST_IMMUNE = 0.95


class Pulse(NamedTuple):
    """What the counts say, each [path]: the level a day on their last day, and the reproduction number."""

    level: Array
    number: Array


def pulse(counts: Array, interval: Array, *, paths: int, rng: np.random.Generator) -> Pulse:
    """Draw level and R from daily counts [day], the last of which is settled; NaN is what is not known.

    The filter is that of Parag 2021 (`reproduction.filtered`), on counts without their weekdays and divided
    by their dispersion (quasi-Poisson; Wedderburn 1974, Biometrika 61:439, doi:10.1093/biomet/61.3.439), so
    that noise greater than Poisson's makes R less sure. Raises ValueError with fewer than FEWEST days.
    """
    if len(counts) < FEWEST:
        raise ValueError(f"counts must hold at least {FEWEST} days; there are {len(counts)}")
    days = smoothed(counts)
    around = np.convolve(days, np.ones(DAYS) / DAYS, mode="valid")
    noise = (days[3:-3] - around) ** 2 / np.maximum(around, 0.5)
    dispersion = float(np.clip(noise.mean() * DAYS / (DAYS - 1), 1, 100))
    number = _numbers(days / dispersion, interval, paths, rng)
    week = float(days[-DAYS:].sum())
    shape = max(week / dispersion, 0.5)
    middle = rng.gamma(shape, 1 / shape, paths) * max(week, 0.5) / DAYS
    return Pulse(middle * np.exp(DAYS // 2 * _rates(number, interval)), number)


def _rates(number: Array, interval: Array) -> Array:
    """Give the growth rate a day at a reproduction number, by the interval between infections."""
    rates = np.linspace(-0.4, 0.8, 241)
    found: Array = np.interp(
        number, 1 / (np.exp(-np.outer(rates, np.arange(len(interval)))) @ interval), rates
    )
    return found


def smoothed(counts: Array) -> Array:
    """Give counts [day] without gaps, without dumps and without what weekdays make of them."""
    return _without_weekdays(_filled(counts))


def _filled(counts: Array) -> Array:
    """Give counts in which an unknown day is as its weekday around it, one too large as the week before."""
    found = counted(counts)
    for day in np.flatnonzero(np.isnan(found)):
        near = found[max(day - 2 * DAYS, day % DAYS) : day + 2 * DAYS + 1 : DAYS]
        found[day] = near[~np.isnan(near)].mean() if (~np.isnan(near)).any() else 0.0
    whole: Array = plausible(found[None])[0]
    return whole


def _without_weekdays(days: Array) -> Array:
    """Divide by how each weekday stands to the week around it, as far as there are counts to tell it."""
    half = DAYS // 2
    around = np.convolve(days, np.ones(DAYS) / DAYS, mode="valid")
    weekday = np.arange(len(days)) % DAYS
    middle = weekday[half:-half]
    own, week = (np.bincount(middle, one, DAYS) for one in (days[half:-half], around))
    found: Array = days / ((own + 2) / (week + 2))[weekday]
    return found


def _numbers(days: Array, interval: Array, paths: int, rng: np.random.Generator) -> Array:
    """Draw R of the last day, of all paces of its walk by what each explains."""
    courses = [filtered(days, interval, step=step) for step in _STEPS]
    explained = np.array([one.evidence for one in courses])
    weights = np.exp(explained - explained.max())
    grid = courses[0].grid
    told = sum(weight * one.filtered[-1] for weight, one in zip(weights, courses, strict=True))
    told = told * np.exp(-0.5 * (np.log(grid) / _PRIOR_SD) ** 2)
    whole = np.cumsum(told) / told.sum()
    ranks = rng.permutation((np.arange(paths) + rng.random(paths)) / paths)
    found: Array = np.interp(ranks, whole, grid)
    return found


class Place(NamedTuple):
    """An area as paths begin.

    `people` and `vaccinated` (those protected) are persons [age], `contacts` [draw, age, age] those of that
    day, `infected` all persons infected so far, `found` the share of infections that are counted; `ward` and
    `icu` patients then, NaN where they are not told.
    """

    people: Array
    vaccinated: Array
    contacts: Array
    infected: float
    found: float
    ward: float
    icu: float


class Begun(NamedTuple):
    """States to go on from, the chance of infection [path], and the disease with beds as they are needed.

    `beds_by` says by how much the need of ward and intensive care was scaled; NaN where it was not.
    """

    start: Start
    chance: Array
    disease: Disease
    beds_by: tuple[float, float]


def begun(now: Pulse, place: Place, disease: Disease) -> Begun:
    """Give where paths start: infections as many and as old as level and R say, in the ages that mix most."""
    open_to = _susceptible(place, disease)
    found = [leading(next_generation(one, open_to, place.people, disease)) for one in place.contacts]
    each = len(now.level) // len(found)
    chance = now.number / np.repeat([value for value, _ in found], each)
    ages = np.repeat(np.stack([vector for _, vector in found], axis=1), each, axis=1)
    state = np.zeros((ICU + 1, *ages.shape))
    _fill(state, ages * now.level / place.found, now.number, disease)
    told = state[E1 : I2 + 1].sum(axis=0)
    state[E1 : I2 + 1] *= np.minimum(1, 0.5 * open_to[:, None] / np.maximum(told, 1e-9))
    state[S] = open_to[:, None] - state[E1 : I2 + 1].sum(axis=0)
    beds_by = tuple(_scaled(state[at], told) for at, told in ((WARD, place.ward), (ICU, place.icu)))
    return Begun(Start(state, place.people), chance, needing(disease, beds_by), (beds_by[0], beds_by[1]))


def _susceptible(place: Place, disease: Disease) -> Array:
    """Give the persons [age] who can be infected; past infections fell on the ages that mix most."""
    usual = place.contacts.mean(axis=0)
    _, ages = leading(next_generation(usual, place.people, place.people, disease))
    had = np.minimum(place.infected * ages / place.people, _MOST_IMMUNE)
    found: Array = (place.people - place.vaccinated) * (1 - had)
    return np.maximum(found, (1 - _MOST_IMMUNE) * place.people)


def _fill(state: Array, infections: Array, number: Array, disease: Disease) -> None:
    """Write the stages of an epidemic that has long grown as its R says, with so many infections a day."""
    rate = growth(number, disease)
    latent, infectious = 2 / disease.latent, 2 / disease.infectious
    state[E1] = infections / (latent + rate)
    state[E2] = latent * state[E1] / (latent + rate)
    state[I1] = latent * state[E2] / (infectious + rate)
    state[I2] = infectious * state[I1] / (infectious + rate)
    leaving = infectious * state[I2] * disease.severe[:, None]
    for at, share, stay in ((WARD, 1 - disease.critical, disease.ward), (ICU, disease.critical, disease.icu)):
        state[at] = leaving * share[:, None] / np.maximum(1 / stay + rate, 0.3 / stay)


def _scaled(patients: Array, told: float) -> float:
    """Make patients [age, path] as many as are told, and give by how much; NaN where untold."""
    sums = patients.sum(axis=0)
    if np.isnan(told):
        return np.nan
    patients *= told / np.maximum(sums, 1e-9)
    return float(np.clip((told + 0.5) / (np.median(sums) + 0.5), *SCALES))


def needing(disease: Disease, beds_by: tuple[float, ...]) -> Disease:
    """Give the disease with its need of ward and of intensive care scaled; NaN leaves it."""
    ward, icu = (1.0 if np.isnan(one) else one for one in beds_by)
    to_ward, to_icu = disease.severe * (1 - disease.critical) * ward, disease.severe * disease.critical * icu
    whole = to_ward + to_icu
    return disease._replace(severe=np.minimum(whole, 1), critical=to_icu / np.maximum(whole, 1e-12))


def oldest_first(doses: Array, room: Array) -> Array:
    """Deal persons a day [day] to ages [day, age], the oldest first, up to `room` [age]."""
    whole = np.cumsum(doses)
    above = np.concatenate([np.cumsum(room[::-1])[::-1][1:], [0.0]])
    filled = np.clip(whole[:, None] - above, 0, room)
    found: Array = np.diff(filled, axis=0, prepend=0)
    return found


def reciprocal(contacts: Array, people: Array) -> Array:
    """Give contacts [.., age, age] that two ages have as often with each other, whichever is asked."""
    whole = contacts * people[:, None]
    found: Array = (whole + np.swapaxes(whole, -1, -2)) / 2 / people[:, None]
    return found
