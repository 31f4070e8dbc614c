"""What a score is: laws that hold for any forecast, and numbers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tilannekuva.models import scores
from tilannekuva.models.levels import INTERVALS, LEVELS, MEDIAN

SHAPE = (3, len(LEVELS))
counts = st.floats(0, 1e6, width=32)
quantiles = arrays.arrays(np.float64, SHAPE, elements=counts).map(lambda told: np.sort(told, axis=1))
observed = arrays.arrays(np.float64, SHAPE[:1], elements=counts)
drawn = settings(max_examples=40, deadline=None, derandomize=True)


@drawn
@given(told=quantiles, came=observed)
def test_wis_is_the_weighted_sum_of_interval_scores(told: np.ndarray, came: np.ndarray):
    """(|y - m| / 2 + sum alpha_k / 2 IS_k) / (K + 1/2) is twice the mean pinball loss over the levels."""
    whole = np.abs(came - told[:, MEDIAN]) / 2
    for lower in range(MEDIAN):
        alpha, low, high = 2 * LEVELS[lower], told[:, lower], told[:, -1 - lower]
        missed = np.maximum(low - came, 0) + np.maximum(came - high, 0)
        whole += alpha / 2 * (high - low) + missed

    assert whole / (MEDIAN + 0.5) == pytest.approx(scores.wis(told, came).wis, rel=1e-9, abs=1e-9)


@drawn
@given(told=quantiles, came=observed)
def test_parts_add_up_and_none_is_below_zero(told: np.ndarray, came: np.ndarray):
    parts = scores.wis(told, came)

    assert parts.wis == pytest.approx(parts.spread + parts.too_low + parts.too_high, rel=1e-9, abs=1e-9)
    assert all((part >= -1e-6).all() for part in parts)


def test_a_forecast_below_what_came_was_too_low_and_none_is_both():
    told = np.tile(np.linspace(10, 20, len(LEVELS)), (2, 1))
    parts = scores.wis(told, np.array([50.0, 1.0]))

    assert [True, False] == (parts.too_low > 1e-9).tolist()
    assert [False, True] == (parts.too_high > 1e-9).tolist()


def test_a_sure_forecast_is_scored_by_its_distance():
    assert [7.0] == pytest.approx(scores.wis(np.full((1, len(LEVELS)), 12.0), np.array([5.0])).wis)


def test_what_is_not_known_is_not_scored():
    told = np.tile(np.linspace(0, 9, len(LEVELS)), (2, 1))
    told[0] = np.nan

    assert np.isnan(scores.wis(told, np.array([1.0, np.nan])).wis).all()


def test_the_level_of_what_came_is_uniform_for_a_calibrated_forecaster():
    rng = np.random.default_rng(0)
    means = rng.gamma(5, 2000, 4000)
    told = means[:, None] * np.exp(np.quantile(rng.normal(0, 0.3, 100_000), LEVELS))
    came = means * np.exp(rng.normal(0, 0.3, 4000))

    shares = np.histogram(scores.pit(told, came), bins=[0, 0.1, 0.25, 0.5, 0.75, 0.9, 1])[0] / 4000
    assert [0.1, 0.15, 0.25, 0.25, 0.15, 0.1] == pytest.approx(shares, abs=0.03)
    assert pytest.approx(0, abs=0.03) == scores.bias(told, came).mean()
    held = [inside.mean() for inside in scores.covered(told, came).values()]
    assert list(INTERVALS) == pytest.approx(held, abs=0.02)


def test_bias_is_above_zero_where_the_forecast_was_too_high():
    told = np.tile(np.linspace(10, 20, len(LEVELS)), (3, 1))

    assert [1.0, 0.0, -1.0] == pytest.approx(scores.bias(told, np.array([1.0, 15.0, 99.0])), abs=0.06)


def test_relative_score_is_the_mean_ratio_over_all_rivals():
    """Ratios 1, 2, 4 to the others: geometric means 1/2, 1, 2 (with itself), over the baseline's."""
    base = np.array([3.0, 5.0, np.nan, 2.0])
    found = scores.relative(np.stack([base, 2 * base, 4 * base]), 0)

    assert [1.0, 2.0, 4.0] == pytest.approx(found)


def test_a_model_that_met_no_other_has_no_relative_score_but_itself():
    told = np.array([[1.0, 2.0, np.nan], [np.nan, np.nan, 5.0]])

    assert np.exp(0) == scores.relative(told, 0)[0]


def test_rivals_are_compared_only_on_what_both_forecast():
    """The rival told only the easy unit: there it is twice as bad, though its mean is half."""
    found = scores.relative(np.array([[1.0, 7.0], [2.0, np.nan]]), 0)

    assert 2.0 == pytest.approx(found[1])
