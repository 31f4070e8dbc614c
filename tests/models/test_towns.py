"""Laws of the towns' filter: a day is a step, draws go on as counts went, spread is learned."""

from copy import deepcopy
from functools import cache

import numpy as np
import pytest

from simulated import GENERATORS
from tilannekuva.models import layers, towns
from tilannekuva.models.memory import digest
from tilannekuva.models.recalibration import noted, recalibrated, started
from tilannekuva.models.towns import BEGIN, State, Towns

DAYS = 63
LAND = Towns(np.array([9e5, 3e5, 8e4, 8e4, 2e4, 2e4, 5e3, 5e3, 1e3, 1e3, 4e5, 500]), np.arange(12) % 3)


def epidemic(growth: float = 0.0, seed: int = 1) -> np.ndarray:
    """Give counts [town, day], 60 a day and 100,000 inhabitants at last, fewer on the week's last days."""
    rate = 6e-4 * np.exp(growth * (np.arange(DAYS) - DAYS)) * np.tile([1.2] * 5 + [0.5] * 2, DAYS // 7)
    return np.random.default_rng(seed).poisson(LAND.people[:, None] * rate).astype(float)


def follow(counts: np.ndarray, seed: int = 2, particles: int = 100) -> tuple[State, np.random.Generator]:
    rng = np.random.default_rng(seed)
    state = towns.begun(LAND, counts[:, :BEGIN], rng, particles=particles)
    for day in counts[:, BEGIN:].T:
        state = towns.stepped(state, LAND, day, rng)
    return state, rng


def arrays(state: State) -> list[np.ndarray]:
    return [np.asarray(one) for part in state for one in (part if isinstance(part, tuple) else [part])]


def draw(state: State) -> np.ndarray:
    return towns.forecast(state, LAND, 400, np.random.default_rng(3))


@cache
def steady() -> tuple[State, np.ndarray]:
    """Follow a steady epidemic once for all tests: no step changes the state that it starts from."""
    state, _ = follow(epidemic())
    return state, draw(state)


def test_the_same_seed_gives_the_same_draws_and_another_seed_others():
    counts = epidemic()[:, :21]

    assert np.array_equal(draw(follow(counts)[0]), draw(follow(counts)[0]))
    assert not np.array_equal(draw(follow(counts)[0]), draw(follow(counts, seed=5)[0]))


def test_a_step_changes_nothing_of_the_state_it_starts_from():
    counts = epidemic()[:, :22]
    state, rng = follow(counts[:, :-1])
    before = deepcopy(state)

    towns.stepped(state, LAND, counts[:, -1] * 50, rng)
    assert digest(*arrays(state)) == digest(*arrays(before))


def test_draws_are_whole_numbers_of_towns_weeks_and_draws_and_none_is_negative():
    _, found = steady()

    assert (12, 4, 400) == found.shape
    assert np.array_equal(found, np.floor(found))
    assert found.min() >= 0


def test_a_steady_epidemic_goes_on_as_it_is():
    found = np.median(steady()[1][:4, 0], axis=-1)

    assert found == pytest.approx(epidemic()[:4, -28:].sum(axis=1) / 4, rel=0.2)


@pytest.mark.parametrize("growth", [-0.03, 0.03])
def test_growth_is_seen_and_goes_on_for_a_week_but_fades(growth: float):
    counts = epidemic(growth)
    middle = np.median(draw(follow(counts)[0]), axis=-1)[0] / counts[0, -7:].sum()

    assert np.sign(growth) == np.sign(middle[0] - 1)
    assert abs(np.log(middle[3])) < abs(growth) * 28 * 0.9


def test_draws_spread_further_the_later_the_week():
    found = steady()[1][[0, 1, 10]]
    spread = np.log(found + 1).std(axis=-1)

    assert (np.diff(spread, axis=1) > 0).all()


def test_a_hidden_town_is_told_by_its_district_and_its_inhabitants():
    counts = epidemic()
    counts[4] = np.nan
    middle = np.median(draw(follow(counts)[0]), axis=-1)[:, 0]

    assert np.isfinite(middle).all()
    assert middle[4] == pytest.approx(LAND.people[4] * 6e-4 * 7, rel=0.5)


def test_weekdays_are_learned_and_a_holiday_is_told_as_a_sunday():
    counts = epidemic()
    state, _ = follow(counts[:, :-7])
    shares = towns.weekdays(state)
    assert shares == pytest.approx([1.2] * 5 + [0.5] * 2, abs=0.12)

    sunday, monday = (
        towns.stepped(state, LAND, counts[:, -1], np.random.default_rng(1), kind=kind) for kind in (6, 0)
    )
    assert sunday.country.rate[0] > monday.country.rate[0] + 0.01


def test_towns_of_a_district_go_up_and_down_together():
    found = np.log(steady()[1][:, 3] + 1)

    assert np.corrcoef(found[0], found[1] + found[10])[0, 1] > 0.2


def test_fewer_can_fall_ill_as_more_have():
    state, _ = steady()
    half = state._replace(used=LAND.people / 6)

    plain, fewer = (
        towns.drawn(one, LAND, 1000, np.random.default_rng(4))[0].mean(axis=-1) for one in (state, half)
    )
    assert (fewer[1:] < plain[1:]).all()
    assert fewer[3] < 0.9 * plain[3]


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="12 towns, 14 days or more"):
        towns.begun(LAND, np.zeros((12, 13)), np.random.default_rng(0))
    with pytest.raises(ValueError, match="12 towns, 14 days or more"):
        towns.begun(LAND, np.zeros((11, 14)), np.random.default_rng(0))
    with pytest.raises(ValueError, match="a district has no town"):
        towns.begun(Towns(LAND.people, LAND.parent * 2), np.zeros((12, 14)), np.random.default_rng(0))


@pytest.mark.parametrize("name", sorted(GENERATORS))
def test_simulated_worlds_are_finlands_in_kind(name: str):
    """Half of the towns have less than a case a day; 20 to 2,000 in two weeks of 100,000 inhabitants."""
    counts, people, _ = GENERATORS[name](np.random.default_rng(1), 252)
    fortnights = counts.reshape(310, -1, 14).sum(axis=(0, 2)) / people.sum() * 1e5

    assert 0.2 < (counts.mean(axis=1) < 1).mean() < 0.8
    assert 20 < fortnights.min() < fortnights.max() < 2000


def test_particles_are_drawn_as_often_as_their_shares_say_within_one():
    share = np.random.default_rng(1).dirichlet(np.ones(50), 3).astype(np.float32)
    pick = layers.resampled(share, np.random.default_rng(2), 80)

    often = np.stack([np.bincount(one, minlength=50) for one in pick])
    assert (80, 80, 80) == tuple(often.sum(axis=1))
    assert np.abs(often - 80 * share).max() < 1.001


def test_noise_is_found_again():
    rng = np.random.default_rng(3)
    mean = np.array([2.0, 20, 200])[:, None] * np.ones(4000)
    counts = rng.poisson(rng.gamma(10, mean / 10))

    sums = np.stack([((counts - mean) ** 2 - mean).sum(axis=1), mean.sum(axis=1), (mean**2).sum(axis=1)])
    assert layers.size(sums, mean[:, 0]) == pytest.approx([10, 10, 10], rel=0.3)


def past(spread: float, bias: float = 0.0, weeks: int = 20) -> tuple:
    """Give ranks of forecasts so many times too wide, and one more of them: what comes is N(100, 10)."""
    rng = np.random.default_rng(4)
    ranks, people = started(60, 4, 100), np.full(60, 5e3)
    for _ in range(weeks):
        made = rng.normal(100 + bias, 10 * spread, (60, 4, 100)).astype(np.float32)
        ranks = noted(ranks, rng.normal(100, 10, 60), made)
    return ranks, rng.normal(100, 10 * spread, (60, 4, 1000)).astype(np.float32), people


@pytest.mark.parametrize("spread", [0.6, 1.0, 1.6])
def test_draws_are_spread_by_what_past_forecasts_missed(spread: float):
    ranks, plain, people = past(spread)
    found = recalibrated(ranks, plain, people)

    assert np.abs(np.log(found.std(axis=-1).mean(axis=0) / 10)).max() <= 0.5 * abs(np.log(spread)) + 0.05


def test_recalibrated_draws_keep_their_ranks():
    ranks, plain, people = past(0.6)
    found = recalibrated(ranks, plain, people)

    order = np.argsort(plain, axis=-1)
    assert (np.diff(np.take_along_axis(found, order, axis=-1), axis=-1) >= 0).all()


def test_without_past_forecasts_draws_stay_as_they_are():
    _, plain, people = past(0.6, weeks=0)

    assert np.array_equal(plain, recalibrated(started(60, 4, 100), plain, people))


def test_weeks_that_stay_near_the_last_one_are_learned():
    """Forecasts tell a move that never comes: draws go back towards the last week."""
    rng, people = np.random.default_rng(5), np.full(60, 5e3)
    ranks, level = started(60, 4, 100), rng.normal(100, 30, 60)
    for _ in range(20):
        ranks = noted(
            ranks, level + rng.normal(0, 3, 60), rng.normal(100, 30, (60, 4, 100)).astype(np.float32)
        )
    plain = rng.normal(100, 30, (60, 4, 1000)).astype(np.float32)

    off, was = (
        np.abs(np.median(one, axis=-1)[:, 0] - level).mean()
        for one in (recalibrated(ranks, plain, people), plain)
    )
    assert off < 0.7 * was
