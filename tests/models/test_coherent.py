"""Laws of coherent draws: sums agree in every draw, districts keep their forecast, towns their parts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from tilannekuva.models.coherent import Draws, coherent, shared, spread_out
from tilannekuva.models.levels import LEVELS

DISTRICTS, HORIZONS, DRAWS = 3, 2, 500
PARENTS = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
PEOPLE = np.ones(len(PARENTS))


def told(scale: float = 1.0) -> np.ndarray:
    """Give quantiles [district, horizon, level] of lognormal counts around 20, 200 and 2,000."""
    middle = scale * np.array([20, 200, 2000])[:, None, None]
    return middle * np.exp(0.3 * ndtri(LEVELS)) * np.ones((DISTRICTS, HORIZONS, 1))


def filtered(seed: int = 2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    common = np.exp(0.3 * rng.standard_normal((HORIZONS, DRAWS)))
    return rng.poisson(np.arange(1, 10)[:, None, None] ** 2 * common).astype(float)


def brought(towns: np.ndarray | None = None, inhabitants: np.ndarray = PEOPLE) -> Draws:
    given_towns = filtered() if towns is None else towns
    return coherent(told(), given_towns, PARENTS, np.random.default_rng(3), inhabitants=inhabitants)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    scale=st.sampled_from([0.0, 0.01, 1.0, 300.0]), hidden=st.sets(st.integers(0, 8)), seed=st.integers(0, 99)
)
def test_sums_agree_exactly_in_every_draw(scale: float, hidden: set[int], seed: int):
    towns = filtered(seed) * (seed % 3)
    towns[list(hidden)] = np.nan
    found = coherent(told(scale), towns, PARENTS, np.random.default_rng(seed), inhabitants=PEOPLE)

    sums = np.stack([found.towns[place == PARENTS].sum(axis=0) for place in range(DISTRICTS)])
    assert np.array_equal(sums, found.districts)
    assert found.towns.min() >= 0


def test_districts_keep_the_quantiles_they_were_given():
    quantiles = np.quantile(brought().districts, LEVELS, axis=-1, method="inverted_cdf").transpose(1, 2, 0)

    assert quantiles == pytest.approx(told(), rel=0.02, abs=1)


def test_values_spread_out_have_the_quantiles_and_rise():
    found = spread_out(told(), 2000)

    assert np.quantile(found, LEVELS, axis=-1).transpose(1, 2, 0) == pytest.approx(told(), rel=0.02)
    assert (np.diff(found, axis=-1) >= 0).all()


def test_draws_high_in_the_filter_are_high_in_the_district():
    towns = filtered()
    sums = np.stack([towns[place == PARENTS].sum(axis=0) for place in range(DISTRICTS)])
    found = brought(towns).districts

    order = np.argsort(sums, axis=-1)
    steps = np.diff(np.take_along_axis(found, order, axis=-1), axis=-1)
    ties = np.diff(np.take_along_axis(sums, order, axis=-1), axis=-1) == 0
    assert (steps[~ties] >= 0).all()


def test_a_towns_part_is_the_filters_within_one_case():
    towns = filtered()
    found = brought(towns)
    part = towns[3] / np.maximum(towns[3] + towns[4], 1)

    assert np.abs(found.towns[3] - part * found.districts[1]).max() <= 1


def test_hidden_towns_get_their_part_by_inhabitants():
    people = np.array([100.0, 300, 600, 1, 1, 1, 1, 1, 1])
    towns = filtered()
    towns[:3] = np.nan
    found = brought(towns, inhabitants=people).towns[:3].mean(axis=-1)
    assert found / found.sum(axis=0) == pytest.approx(people[:3, None] / 1000 * np.ones(2), abs=0.02)

    towns[0], people[1] = filtered()[8], 100.0
    found = brought(towns, inhabitants=people).towns.mean(axis=-1)
    assert found[1] == pytest.approx(found[0], rel=0.05)


def test_whole_numbers_are_shared_without_a_favourite():
    """One case among three equal towns falls to each as often."""
    often = shared(np.ones(3000, dtype=int), np.ones((3, 3000)), np.ones(3), np.random.default_rng(4)).sum(
        axis=1
    )

    assert often == pytest.approx([1000] * 3, rel=0.1)


def test_cases_where_the_filter_saw_none_fall_by_inhabitants():
    found = shared(np.full(10, 100), np.zeros((2, 10)), np.array([1.0, 3.0]), np.random.default_rng(5))

    assert np.array_equal(found, np.array([25, 75])[:, None] * np.ones((2, 10)))


def test_the_same_seed_gives_the_same_draws():
    assert all(np.array_equal(one, other) for one, other in zip(brought(), brought(), strict=True))


@pytest.mark.parametrize("wrong", ["levels", "horizons", "parents", "people"])
def test_shapes_that_do_not_fit_are_refused(wrong: str):
    quantiles = told()[..., :-1] if wrong == "levels" else told()
    towns = filtered()[:, :1] if wrong == "horizons" else filtered()
    parents = np.minimum(PARENTS, 1) if wrong == "parents" else PARENTS
    people = np.ones(8) if wrong == "people" else np.ones(9)

    with pytest.raises(ValueError, match="must"):
        coherent(quantiles, towns, parents, np.random.default_rng(0), inhabitants=people)
