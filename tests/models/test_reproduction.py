"""Reproduction numbers: the closed form, the filter and smoother on a grid."""

from itertools import product

import numpy as np
import pytest

from tilannekuva.models.reproduction import Course, filtered, pressure, windowed
from tilannekuva.models.weeks import Array

INTERVAL = np.array([0, 0.2, 0.4, 0.3, 0.1])


def renewed(number: Array, *, first: float = 50.0, seed: int = 1) -> Array:
    """Draw counts whose every case infects so many [day]."""
    rng = np.random.default_rng(seed)
    found = np.full(len(number), float(first))
    for day in range(len(INTERVAL), len(number)):
        found[day] = rng.poisson(number[day] * pressure(found[: day + 1], INTERVAL)[-1])
    return found


def by_hand(days: Array, course: Course, step: float) -> Array:
    """Weigh every path of R over the grid: the marginal of each day [day, point]."""
    grid, force = course.grid, pressure(days, INTERVAL)
    move = np.exp(-((grid - grid[:, None]) ** 2) / (2 * step**2 * grid[:, None]))
    move /= move.sum(axis=1, keepdims=True)
    found = np.zeros((len(days), len(grid)))
    for path in product(range(len(grid)), repeat=len(days)):
        mean = grid[list(path[1:])] * force[1:]
        chance = np.prod(mean ** days[1:] * np.exp(-mean)) * np.prod(move[path[:-1], path[1:]])
        found[np.arange(len(days)), path] += chance
    return found / found.sum(axis=1, keepdims=True)


def test_pressure_weighs_past_cases_by_the_serial_interval():
    assert [0, 2, 4 + 1, 3 + 2, 1 + 1.5] == pytest.approx(pressure(np.array([10.0, 5, 0, 0, 0]), INTERVAL))


def test_windowed_is_a_gamma_of_cases_and_pressure():
    """Shape 1 + cases; scale 1 / (1 / 5 + pressure): 5 cases and a pressure of 2 + 5."""
    found = windowed(np.array([10.0, 5, 0]), INTERVAL, days=2)

    assert [6] == pytest.approx(found.shape)
    assert [1 / 7.2] == pytest.approx(found.scale)


def test_windows_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="need 8 counts, not 7"):
        windowed(np.ones(7), INTERVAL)


def test_the_smoother_is_what_weighing_every_path_gives():
    days = np.array([3.0, 1, 4, 0, 5])
    course = filtered(days, INTERVAL, step=0.9, points=5)

    assert np.allclose(by_hand(days, course, 0.9), course.smoothed, atol=1e-9)


@pytest.mark.parametrize("until", [2, 3, 4])
def test_the_filter_is_what_weighing_every_path_until_its_day_gives(until: int):
    days = np.array([3.0, 1, 4, 0, 5])
    course = filtered(days, INTERVAL, step=0.9, points=5)

    assert np.allclose(by_hand(days[:until], course, 0.9)[-1], course.filtered[until - 1], atol=1e-9)


def test_the_filter_knows_nothing_later_and_the_smoother_does():
    days = renewed(np.full(40, 1.1))
    other = np.where(np.arange(40) < 30, days, 5 * days)

    one, two = filtered(days, INTERVAL), filtered(other, INTERVAL)

    assert (one.filtered[:30] == two.filtered[:30]).all()
    assert np.abs(one.smoothed[29] - two.smoothed[29]).sum() > 0.1
    assert np.allclose(one.smoothed[-1], one.filtered[-1])


def test_a_known_course_of_r_is_found():
    number = np.repeat([1.4, 0.7, 1.1], 25)

    found = filtered(renewed(number), INTERVAL, step=0.05).quantiles(np.array([0.025, 0.5, 0.975]))

    inside = (found[:, 0] <= number) & (number <= found[:, 2])
    assert inside[10:].mean() > 0.85
    assert np.allclose(number[[17, 42, 67]], found[[17, 42, 67], 1], atol=0.12)


def test_without_cases_nothing_is_learned():
    course = filtered(np.zeros(20), INTERVAL)

    assert course.evidence == pytest.approx(0)
    assert (np.ptp(course.quantiles(np.array([0.05, 0.95])), axis=1) > 7).all()


def test_in_a_gap_r_is_as_before_and_less_sure():
    days = renewed(np.full(60, 1.0), first=400)
    days[30:40] = np.nan

    found = filtered(days, INTERVAL, step=0.05).quantiles(np.array([0.05, 0.5, 0.95]), smoothed=False)

    assert np.isfinite(found).all()
    assert np.isclose(found[29, 1], found[39, 1], atol=0.05)
    assert (np.diff(found[29:40, 2] - found[29:40, 0]) > 0).all()
    assert np.isclose(1.0, found[50, 1], atol=0.1)


def test_a_leap_beyond_all_walks_stays_finite():
    days = np.array([100.0] * 20 + [1e6] * 5 + [0.0] * 20)

    course = filtered(days, INTERVAL, step=0.01)

    assert np.isfinite(course.smoothed).all()
    assert np.isfinite(course.evidence)
