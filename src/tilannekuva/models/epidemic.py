"""An epidemic by age: what follows if contacts change on some days. A projection, never a forecast.

Compartments: susceptible; exposed and infectious in two stages each (so that times are less spread than an
exponential); in ward; in intensive care; the rest are immune or dead. Hethcote 2000, SIAM Rev. 42:599,
doi:10.1137/S0036144500371907. Solved by the classical Runge-Kutta method in steps of one day, in place.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tilannekuva.models.weeks import Array

Floats = npt.NDArray[np.float32]
S, E1, E2, I1, I2, WARD, ICU = range(7)
_HALF, _WHOLE = 0, 1  # of a day: places of rates and forces scaled by either


class Disease(NamedTuple):
    """What is assumed of the disease; days are means, shares are by age [age].

    `latent` until one infects, `infectious` while one does, at least 1.5 each; `ward` and `icu` are stays.
    When no longer infectious, `severe` of the infected come to a bed, `critical` of them to intensive care.
    """

    latent: float
    infectious: float
    ward: float
    icu: float
    severe: Array
    critical: Array


class Course(NamedTuple):
    """What follows, each [day, age, path]: new infections, those in ward and in intensive care at day's end.

    `last` is the state [compartment, age, path] after the last day.
    """

    infections: Floats
    in_ward: Floats
    in_icu: Floats
    last: Floats


class Start(NamedTuple):
    """Where paths start and who lives there: `state` [compartment, age, path] of `people` [age].

    Those of the people who are in no compartment are immune or dead.
    """

    state: Array
    people: Array


def projected(
    start: Start, contacts: Array, infectivity: Array, disease: Disease, *, immunised: Array | None = None
) -> Course:
    """Give the course from a start on.

    `contacts` [day, draw, age, age] are those of one person of the first age with persons of the second on a
    day; paths are dealt to the draws in order, as many to each. `infectivity` [day, path] is the chance
    that a contact infects. `immunised` [day, age] is the share of the susceptible who become immune as a day
    begins.
    """
    days, paths = len(contacts), start.state.shape[-1]
    if paths % contacts.shape[1] or infectivity.shape != (days, paths):
        raise ValueError(
            f"infectivity must be [{days}, {paths}] and paths a multiple of the {contacts.shape[1]} draws; "
            f"it is {infectivity.shape}"
        )
    spread = (contacts / start.people).astype(np.float32)
    chance = infectivity.astype(np.float32)
    left = None if immunised is None else (1 - immunised).astype(np.float32)[:, :, None]
    solver = _Solver(start.state.astype(np.float32), disease, draws=contacts.shape[1])
    told = np.empty((3, days, *solver.state[S].shape), np.float32)
    for day in range(days):
        if left is not None:
            solver.state[S] *= left[day]
        np.negative(solver.step(spread[day], chance[day]), out=told[0, day])
        told[1:, day] = solver.state[WARD:]
    return Course(told[0], told[1], told[2], solver.state)


class _Solver:
    """Takes a state on by days; every array it needs is made once."""

    def __init__(self, state: Floats, disease: Disease, *, draws: int) -> None:
        self.state = state
        self._draws = draws
        stages = [2 / disease.latent] * 2 + [2 / disease.infectious] * 2 + [1 / disease.ward, 1 / disease.icu]
        rates = np.array(stages, np.float32)[:, None, None]
        self._rates = (rates / 2, rates)
        shares = (disease.severe * (1 - disease.critical), disease.severe * disease.critical)
        self._to_bed = np.stack(shares).astype(np.float32)[:, :, None]
        self._tried, self._change, self._sum = (np.empty_like(state) for _ in range(3))
        self._left = np.empty_like(state[E1:])
        self._infectious, self._force = (np.empty_like(state[S]) for _ in range(2))

    def step(self, contacts: Floats, chance: Floats) -> Floats:
        """Go on by a day and give by how much the susceptible changed [age, path].

        Slopes are kept as of half a day; their weights are then 1, 2, 2, 1 thirds.
        """
        state, tried, change, total = self.state, self._tried, self._change, self._sum
        chances = (chance * np.float32(0.5), chance)
        self._slope(state, contacts, chances, _HALF, total)
        np.add(state, total, out=tried)
        self._slope(tried, contacts, chances, _HALF, change)
        np.add(state, change, out=tried)
        total += change
        total += change
        self._slope(tried, contacts, chances, _WHOLE, change)
        np.add(state, change, out=tried)
        total += change
        self._slope(tried, contacts, chances, _HALF, change)
        total += change
        total *= np.float32(1 / 3)
        state += total
        np.maximum(state[S], 0, out=state[S])
        change_of: Floats = total[S]
        return change_of

    def _slope(
        self, state: Floats, contacts: Floats, chances: tuple[Floats, Floats], span: int, out: Floats
    ) -> None:
        """Write how a state changes in half a day or a whole one."""
        left, force = self._left, self._force
        np.multiply(self._rates[span], state[E1:], out=left)
        np.add(state[I1], state[I2], out=self._infectious)
        ages, paths = force.shape
        dealt = (ages, self._draws, paths // self._draws)
        np.matmul(
            contacts,
            self._infectious.reshape(dealt).transpose(1, 0, 2),
            out=force.reshape(dealt).transpose(1, 0, 2),
        )
        force *= chances[span]
        force *= state[S]
        np.negative(force, out=out[S])
        np.subtract(force, left[0], out=out[E1])
        np.subtract(left[:3], left[1:4], out=out[E2:WARD])
        np.multiply(left[3], self._to_bed, out=out[WARD:])
        out[WARD:] -= left[4:]


def next_generation(contacts: Array, susceptible: Array, people: Array, disease: Disease) -> Array:
    """Give how many persons [age, age] of the first age one infected of the second infects, at a chance of 1.

    R is the chance of infection times the `leading` number of this. `susceptible` and `people` are persons
    [age]. Diekmann et al. 2010, J. R. Soc. Interface 7:873, doi:10.1098/rsif.2009.0386.
    """
    found: Array = susceptible[:, None] * contacts / people * disease.infectious
    return found


def leading(matrix: Array) -> tuple[float, Array]:
    """Give the largest eigenvalue of a matrix without negative entries, and its vector with sum 1."""
    values, vectors = np.linalg.eig(matrix)
    place = int(np.argmax(values.real))
    vector = np.abs(vectors[:, place].real)
    return float(values[place].real), vector / vector.sum()


def reproduction(growth: Array, disease: Disease) -> Array:
    """Give the reproduction number at a growth rate a day.

    Wallinga and Lipsitch 2007, Proc. R. Soc. B 274:599, doi:10.1098/rspb.2006.3754.
    """
    latent, infectious = 2 / disease.latent, 2 / disease.infectious
    still = (1 + infectious / (infectious + growth)) / (infectious + growth) / disease.infectious
    found: Array = 1 / ((latent / (latent + growth)) ** 2 * still)
    return found


def growth(number: Array, disease: Disease) -> Array:
    """Give the growth rate a day at a reproduction number; the inverse of `reproduction`."""
    slowest = -1.9 / max(disease.latent, disease.infectious)
    rates = np.linspace(slowest, 1.5, 4000)
    found: Array = np.interp(number, reproduction(rates, disease), rates)
    return found


def interval(disease: Disease) -> Array:
    """Give the shares [day] of infections that come so many days after one's own; day 0 has none."""
    days, parts = 30, 20
    chain = np.array([2 / disease.latent] * 2 + [2 / disease.infectious] * 2)
    state, still = np.array([1.0, 0, 0, 0]), np.zeros(days * parts)
    for part in range(days * parts):
        gone = state * (1 - np.exp(-chain / parts))
        state = state - gone
        state[1:] += gone[:-1]
        still[part] = state[2:].sum()
    shares = np.zeros(days)
    half = parts // 2
    for day in range(1, days):
        shares[day] = still[day * parts - half : day * parts + half].sum()
    shares[1] += still[:half].sum()
    found: Array = shares / shares.sum()
    return found
