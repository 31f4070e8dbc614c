"""1,000 runs x 9 ages x 180 days of the shipped epidemic: our solver beside scipy's, in CPU time.

    .venv/bin/python bench/scenario.py

CPU seconds of this process (time.process_time), so that a busy machine does not make us slow; the accuracy
is the largest relative difference of any compartment after 180 days from scipy's DOP853 in some runs.
"""

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the time of one thread

import numpy as np
from scipy.integrate import solve_ivp

from tilannekuva.domain.scenarios import SETTINGS
from tilannekuva.indicators import scenarios
from tilannekuva.models import epidemic
from tilannekuva.models.epidemic import E1, I2, Disease, S, Start
from tilannekuva.models.weeks import Array

AIM = 0.120  # seconds
RUNS, DAYS, CHECKED = 1000, 180, 3
REPEATS = 9


def case() -> tuple[Start, Array, Array, Disease]:
    """Make the runs: Finland's people and contacts, schools closed and opened, R between 0.8 and 2."""
    told = scenarios.assumptions(scenarios.assumption_texts()["corona"], "corona")
    people = np.array(told.people)
    parts = [np.array(getattr(told.contacts, one)) for one in SETTINGS]
    contacts = np.stack([sum(parts)] * DAYS)[:, None]
    contacts[40:100] -= 0.85 * parts[SETTINGS.index("school")]
    disease = Disease(
        told.disease.latent,
        told.disease.infectious,
        told.disease.ward,
        told.disease.icu,
        np.array(told.disease.severe),
        np.array(told.disease.critical),
    )
    rng = np.random.default_rng(1)
    state = np.zeros((7, len(people), RUNS))
    state[E1 : I2 + 1] = rng.uniform(20, 80, (4, len(people), RUNS))
    state[S] = people[:, None] - state.sum(axis=0)
    usual, _ = epidemic.leading(epidemic.next_generation(contacts[0, 0], people, people, disease))
    chance = np.tile(rng.uniform(0.8, 2, RUNS) / usual, (DAYS, 1))
    return Start(state, people), contacts, chance, disease


def oracle(start: Start, contacts: Array, chance: Array, disease: Disease, run: int) -> Array:
    """Solve one run day by day with scipy."""
    state = start.state[:, :, run].ravel()
    for day in range(DAYS):
        spread = chance[day, run] * contacts[day, 0] / start.people

        def change(_: float, flat: Array, spread: Array = spread) -> Array:
            return slope(flat.reshape(7, -1), spread, disease).ravel()

        state = solve_ivp(change, (0, 1), state, method="DOP853", rtol=1e-10, atol=1e-8).y[:, -1]
    return state.reshape(7, -1)


def slope(state: Array, spread: Array, disease: Disease) -> Array:
    """Give the change of the compartments, written as plainly as can be."""
    susceptible, first, second, third, fourth, ward, icu = state
    infected = susceptible * (spread @ (third + fourth))
    into, out = 2 / disease.latent, 2 / disease.infectious
    severe = out * fourth * disease.severe
    return np.array(
        [
            -infected,
            infected - into * first,
            into * (first - second),
            into * second - out * third,
            out * (third - fourth),
            severe * (1 - disease.critical) - ward / disease.ward,
            severe * disease.critical - icu / disease.icu,
        ]
    )


def measured() -> tuple[list[float], float, float]:
    """Give our CPU seconds of each repeat, scipy's for all runs, and the largest relative difference."""
    start, contacts, chance, disease = case()
    ours = []
    for _ in range(REPEATS):
        begun = time.process_time()
        course = epidemic.projected(start, contacts, chance, disease)
        ours.append(time.process_time() - begun)
    begun, worst = time.process_time(), 0.0
    for run in range(CHECKED):
        right = oracle(start, contacts, chance, disease, run)
        worst = max(worst, float(np.abs(course.last[:, :, run] / right - 1).max()))
    return ours, (time.process_time() - begun) / CHECKED * RUNS, worst


def main() -> int:
    """Print them; 1 when the aim is missed."""
    ours, scipys, worst = measured()
    middle = sorted(ours)[len(ours) // 2]
    print(f"{RUNS} runs x 9 ages x {DAYS} days, CPU ms: " + " ".join(f"{1000 * one:.0f}" for one in ours))
    print(f"median {1000 * middle:.0f} ms, worst {1000 * max(ours):.0f} ms; aim {1000 * AIM:.0f} ms")
    print(f"scipy solve_ivp one by one: {scipys:.0f} s, {scipys / middle:,.0f} times ours")
    print(f"largest relative difference from it after {DAYS} days: {worst:.1e}")
    return int(max(ours) > AIM)


if __name__ == "__main__":
    raise SystemExit(main())
