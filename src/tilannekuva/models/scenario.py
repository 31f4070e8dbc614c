"""Scenarios as arrays: from what is known of an area and what is assumed to the fans of a projection."""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple, TypeVar
from zlib import crc32

import numpy as np

from tilannekuva.domain.scenarios import (
    SETTINGS,
    SHARES,
    Assumptions,
    Basis,
    Changed,
    Crossing,
    Dated,
    Fan,
    Known,
    Projection,
    Scenario,
)
from tilannekuva.models.epidemic import Course, Disease, interval, projected
from tilannekuva.models.standing import (
    SCALES,
    Begun,
    Place,
    begun,
    needing,
    oldest_first,
    pulse,
    reciprocal,
    smoothed,
)
from tilannekuva.models.weeks import DAYS, Array

DRAWS = 8  # of what measures do: as many paths to each
_PARTS = (*SETTINGS, "chance")
_LEVELS = [0.05, 0.5, 0.95]  # of the shares left that assumptions tell
_YEAR = 365.25
Measures = frozenset[tuple[str, int]]  # code and strength
_Kind = TypeVar("_Kind", bound=Dated)


class Footing(NamedTuple):
    """What all paths in an area start from: at the end of the day `begin` they are in the states of `begun`.

    `usual` [setting, age, age] are contacts, `people` and `vaccinated` persons [age].
    """

    basis: Basis
    assumptions: Assumptions
    known: Known
    begin: date
    begun: Begun
    usual: Array
    people: Array
    vaccinated: Array


def footing(basis: Basis, assumptions: Assumptions, *, paths: int) -> Footing:
    """Find where the epidemic stands; the same for all scenarios, and the same whenever it is asked.

    `paths` are a multiple of DRAWS. Raises ValueError where counts are fewer than standing.FEWEST.
    """
    rng = np.random.default_rng(crc32(f"{basis.area} {basis.origin}".encode()))
    disease, people = _disease(assumptions), np.array(basis.ages)
    usual = reciprocal(
        np.array([getattr(assumptions.contacts, one) for one in SETTINGS], dtype=np.float64), people
    )
    vaccine = assumptions.vaccine
    full = oldest_first(np.array([basis.doses / vaccine.doses]), vaccine.uptake * people)[0]
    now = pulse(np.array(basis.counts), interval(disease), paths=paths, rng=rng)
    begin = basis.origin - timedelta(days=assumptions.disease.delay)
    left = left_by(_decided(basis, begin), assumptions)
    place = Place(
        people,
        vaccine.effect * full,
        np.einsum("gs,sab->gab", left[:, :-1], usual),
        basis.counted / assumptions.disease.found,
        assumptions.disease.found,
        basis.ward.first,
        basis.icu.first,
    )
    found = _fitted(begun(now, place, disease), usual, basis, assumptions)
    known = Known(
        basis.area,
        basis.origin,
        float(np.median(now.level)),
        _three(now.number),
        float(np.median(found.start.state[0].sum(axis=0)) / people.sum()),
        round(people.sum()),
        (_told(found.beds_by[0]), _told(found.beds_by[1])),
        basis.ward.of or basis.icu.of,
        basis.own_ages,
        tuple(_counted(basis, assumptions)),
    )
    return Footing(basis, assumptions, known, begin, found, usual, people, full)


def _counted(basis: Basis, assumptions: Assumptions) -> Iterator[tuple[str, str, int]]:
    """Yield the measures in force today of which the assumptions know what they do."""
    known = {one.measure for one in assumptions.effects}
    for one in basis.decided:
        if one.holds(basis.today) and one.code in known:
            yield one.name, one.code, one.strength


def _fitted(begun: Begun, usual: Array, basis: Basis, assumptions: Assumptions) -> Begun:
    """Fit the need of beds so that the middle path has as many patients as are newest told."""
    begin = basis.origin - timedelta(days=assumptions.disease.delay)
    days = [begin + timedelta(days=1 + n) for n in range((basis.today - begin).days)]
    left = np.stack([left_by(_decided(basis, day), assumptions) for day in (begin, *days)])
    none = begun.disease._replace(severe=np.zeros_like(begun.disease.severe))
    without, as_assumed = (_course(begun._replace(disease=one), usual, left) for one in (none, begun.disease))
    scales = []
    pairs = ((without.in_ward, as_assumed.in_ward), (without.in_icu, as_assumed.in_icu))
    for told, by, (least, assumed) in zip((basis.ward, basis.icu), begun.beds_by, pairs, strict=True):
        nth = (told.day - begin).days - 1
        if math.isnan(told.newest) or nth < 0:
            scales.append((1.0, by))
            continue
        low, middle = (float(np.median(one[nth].sum(axis=0))) for one in (least, assumed))
        more = float(np.clip((told.newest - low + 0.5) / max(middle - low + 0.5, 0.01), *SCALES))
        scales.append((more, more * (1.0 if math.isnan(by) else by)))
    disease = needing(begun.disease, tuple(more for more, _ in scales))
    return begun._replace(disease=disease, beds_by=(scales[0][1], scales[1][1]))


def _disease(assumptions: Assumptions) -> Disease:
    told = assumptions.disease
    shares = np.array(told.severe), np.array(told.critical)
    return Disease(told.latent, told.infectious, told.ward, told.icu, *shares)


def _three(values: Array) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return float(low), float(middle), float(high)


def _told(value: float) -> float | None:
    return None if math.isnan(value) else value


def _decided(basis: Basis, day: date) -> Measures:
    return frozenset((one.code, one.strength) for one in basis.decided if one.holds(day))


def left_by(measures: Measures, assumptions: Assumptions) -> Array:
    """Give the shares [draw, part] that measures leave: of contacts by setting, of the chance of infection.

    A measure's effect is that of the greatest strength that it reaches; measures on one part are multiplied.
    """
    ranks = (np.arange(DRAWS) + 0.5) / DRAWS
    left = np.ones((DRAWS, len(_PARTS)))
    strongest = {code: max(one for other, one in measures if other == code) for code, _ in measures}
    for code, strength in strongest.items():
        told = sorted(
            (one for one in assumptions.effects if one.measure == code), key=lambda one: one.strength
        )
        reached = {one.on: one for one in told if one.strength <= max(strength, told[0].strength)}
        for part, one in reached.items():
            left[:, _PARTS.index(part)] *= np.interp(ranks, _LEVELS, one.left)
    return left


def middle_left(on: Footing, scenario: Scenario, day: date) -> dict[str, float]:
    """Give the share left of each part on a day, between the draws in the middle."""
    left = np.median(_left(on, scenario, day), axis=0)
    return dict(zip(_PARTS, map(float, left), strict=True))


def project(on: Footing, scenario: Scenario) -> Projection:
    """Give what would follow in a scenario."""
    basis, season = on.basis, on.assumptions.disease.season
    days = [on.begin + timedelta(days=1 + n) for n in range((basis.today - on.begin).days + scenario.days)]
    left = np.stack([_left(on, scenario, day) for day in (on.begin, *days)])
    seasons = _seasons([on.begin, *days], season if scenario.season is None else scenario.season, on)
    immunised = _immunised(on, scenario, days) if scenario.vaccination else None
    begun = on.begun._replace(chance=on.begun.chance * np.exp(_drift(on, len(days))))
    course = _course(begun, on.usual, left, seasons=seasons, immunised=immunised)
    return _projection(on, scenario, course, days)


def _course(
    begun: Begun, usual: Array, left: Array, *, seasons: Array | None = None, immunised: Array | None = None
) -> Course:
    """Go on from the day of the first of the shares left [day, draw, part], and of the seasons [day]."""
    change = left[1:, :, -1] / left[0, :, -1]
    if seasons is not None:
        change = change * (seasons[1:] / seasons[0])[:, None]
    chance = np.repeat(change, begun.chance.shape[-1] // DRAWS, axis=1) * begun.chance
    contacts = np.einsum("dgs,sab->dgab", left[1:, :, :-1], usual)
    return projected(begun.start, contacts, chance, begun.disease, immunised=immunised)


def _drift(on: Footing, days: int) -> Array:
    """Give by how much the logarithm of R wanders [day, path] and comes back: the same in all scenarios."""
    told = on.assumptions.disease
    rng = np.random.default_rng(crc32(f"{on.known.area} {on.known.origin} drift".encode()))
    kept = math.exp(-1 / told.drift_days)
    steps = told.drift * math.sqrt(1 - kept**2) * rng.standard_normal((days, on.begun.chance.size))
    for day in range(1, days):
        steps[day] += kept * steps[day - 1]
    return steps


def _left(on: Footing, scenario: Scenario, day: date) -> Array:
    """Give the shares [draw, part] left on a day."""
    basis = on.basis
    if day <= basis.today or scenario.decisions == "as-decided":
        measures = _decided(basis, day)
    else:
        measures = frozenset() if scenario.decisions == "lifted" else _decided(basis, basis.today)
    if day <= basis.today:
        return left_by(measures, on.assumptions)
    beside = _holding(scenario.measures, day, basis.today)
    left = left_by(measures | {(one.measure, one.strength) for one in beside}, on.assumptions)
    for change in _holding(scenario.contacts, day, basis.today):
        _set(left, change)
    return left


def _set(left: Array, change: Changed) -> None:
    for nth, part in enumerate(_PARTS):
        value = getattr(change, part)
        if value is not None:
            left[:, nth] = value


def _holding(told: tuple[_Kind, ...], day: date, today: date) -> list[_Kind]:
    return [one for one in told if one.holds(day, today + timedelta(days=1))]


def _seasons(days: list[date], size: float, on: Footing) -> Array:
    peak = on.assumptions.disease.season_peak
    angles = np.array([day.timetuple().tm_yday - peak for day in days]) * 2 * math.pi / _YEAR
    found: Array = 1 + size * np.cos(angles)
    return found


def _immunised(on: Footing, scenario: Scenario, days: list[date]) -> Array:
    """Give the share [day, age] of the susceptible whom doses make immune; who has had none is vaccinated."""
    vaccine, whole = on.assumptions.vaccine, np.zeros((len(days), len(on.people)))
    bands = np.arange(len(on.people)) * 10
    room = np.maximum(vaccine.uptake * on.people - on.vaccinated, 0)
    for one in scenario.vaccination:
        holds = [day > on.basis.today and bool(_holding((one,), day, on.basis.today)) for day in days]
        persons = np.array(holds) * one.doses * on.people.sum() / 1e5 / vaccine.doses
        given = oldest_first(persons, np.where(bands >= one.youngest, room, 0))
        whole += given
        room = np.maximum(room - given.sum(axis=0), 0)
    had = on.vaccinated + np.cumsum(whole, axis=0) - whole
    found: Array = np.clip(vaccine.effect * whole / np.maximum(on.people - had, 1), 0, 1)
    return found


def _projection(on: Footing, scenario: Scenario, course: Course, days: list[date]) -> Projection:
    told, basis = on.assumptions, on.basis
    infections, ward, icu = (one.sum(axis=1) for one in (course.infections, course.in_ward, course.in_icu))
    shown = len(days) - told.disease.delay  # cases are found later than their infections
    cases = _weekly_means(infections[:shown] * told.disease.found, on)
    beds = (
        (scenario.ward_beds or told.beds.ward * on.known.people / 1e5),
        (scenario.icu_beds or told.beds.icu * on.known.people / 1e5),
    )
    ahead = (basis.today - on.begin).days
    return Projection(
        scenario.id,
        on.known,
        _fan(basis.origin + timedelta(days=1), cases),
        _fan(days[0], ward),
        _fan(days[0], icu),
        (_crossing(ward[ahead:], beds[0], basis.today), _crossing(icu[ahead:], beds[1], basis.today)),
        _three(infections[ahead:].sum(axis=0) / on.known.people),
    )


def _weekly_means(cases: Array, on: Footing) -> Array:
    """Give the means of seven days [day, path]; days before are as known, weekdays aside."""
    before = smoothed(np.array(on.basis.counts))[1 - DAYS :]
    whole = np.concatenate([np.repeat(before[:, None], cases.shape[1], axis=1), cases])
    sums = np.cumsum(np.concatenate([np.zeros_like(whole[:1]), whole]), axis=0)
    found: Array = (sums[DAYS:] - sums[:-DAYS]) / DAYS
    return found


def _fan(first: date, paths: Array) -> Fan:
    """Give the lines of SHARES through paths [day, path]."""
    ordered = np.sort(paths, axis=1)
    places = [round(share * (paths.shape[1] - 1)) for share in SHARES]
    return Fan(first, tuple(tuple(line) for line in ordered[:, places].T.astype(float).round(2).tolist()))


def _crossing(patients: Array, beds: float, today: date) -> Crossing:
    above = patients > beds
    crossing = above.any(axis=0)
    day = None
    if crossing.any():
        day = today + timedelta(days=1 + int(np.median(above.argmax(axis=0)[crossing])))
    return Crossing(beds, float(crossing.mean()), day)
