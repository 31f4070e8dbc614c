"""What is done to days that cannot be true, and to weeks of silence."""

import numpy as np
import pytest

from tilannekuva.models.levels import LEVELS, MEDIAN
from tilannekuva.models.silence import after_silence, silence
from tilannekuva.models.weeks import DAYS, lag, plausible, weekly, without_leaps

WEEKS = 12


def steady(count: float = 100.0) -> np.ndarray:
    return np.full((1, WEEKS * DAYS), count)


def told_weekly(daily: np.ndarray) -> np.ndarray:
    return weekly(plausible(daily))[0]


def test_true_days_stay_as_they_are():
    daily = np.random.default_rng(0).poisson([[3.0], [900.0]], (2, WEEKS * DAYS)).astype(float)

    assert np.array_equal(daily, plausible(daily))


@pytest.mark.parametrize("value", [np.nan, -5000.0, 20_000.0, np.inf])
@pytest.mark.parametrize("count", [60.0, 2000.0])
def test_a_day_that_cannot_be_true_is_told_as_the_days_before(value: float, count: float):
    daily = steady(count)
    daily[0, 40] = value if count < 1000 or not value > 0 else 10 * value

    assert count == pytest.approx(plausible(daily)[0, 40], rel=0.01)


@pytest.mark.parametrize("weekday", range(DAYS))
def test_a_place_that_begins_to_tell_once_a_week_keeps_its_weeks(weekday: int):
    daily = steady()
    daily[0, 42 + weekday :] = 0
    daily[0, 49 + weekday :: DAYS] = 100.0 * DAYS

    assert np.full(5, 700.0) == pytest.approx(told_weekly(daily)[7:], rel=0.01)


def test_a_week_of_zeros_where_counts_were_many_is_silence_and_what_was_held_back_no_wave():
    daily = steady()
    daily[0, 56:77] = 0
    daily[0, 77] = 22 * 100.0

    assert np.full(WEEKS, 700.0) == pytest.approx(told_weekly(daily), rel=0.01)


def test_zeros_where_counts_are_few_are_zeros():
    daily = steady(0.5)
    daily[0, 56:] = 0

    assert [0.0] * 4 == told_weekly(daily)[-4:].tolist()


def test_nothing_after_its_week_alters_a_day():
    rng = np.random.default_rng(3)
    daily = rng.poisson(200, (3, WEEKS * DAYS)).astype(float)
    daily[rng.random(daily.shape) < 0.1] = np.nan
    daily[rng.random(daily.shape) < 0.05] *= 40

    assert np.array_equal(plausible(daily)[:, :70], plausible(daily[:, :70]))


def test_missing_weeks_do_not_go_on_growing():
    daily = 100 * 1.05 ** np.arange(WEEKS * DAYS)[None]
    daily[0, 49:] = np.nan

    grown = told_weekly(daily)
    assert np.all(np.diff(grown[8:]) <= 0.01 * grown[8])


def test_a_leap_between_weeks_that_agree_lies_between_them():
    weeks = np.array([[1000.0, 1100, 9000, 1000, 90, 1000, 9000]])

    assert [1000, 1100, 1049, 1000, 1000, 1000, 9000] == pytest.approx(without_leaps(weeks)[0], rel=0.01)


def test_lagged_values_come_later():
    assert [2.0, 3.0] == lag(np.array([[2.0, 3, 4]]), 1)[0, 1:].tolist()


def test_silence_is_told_from_zero_and_from_missing():
    daily = np.vstack([steady(), steady(), steady(1), steady()])
    daily[0, -14:] = 0
    daily[1, -14:] = np.nan
    daily[2, -14:] = 0

    silent, nothing = silence(daily)
    assert [2, 0, 0, 0] == silent.tolist()
    assert [0, 2, 0, 0] == nothing.tolist()


def test_silence_may_last_as_long_again_at_even_odds():
    """After two silent weeks: zero in the week after next by one half, in the fourth by a third."""
    daily = steady()
    daily[0, -14:] = 0
    told = np.tile(np.linspace(500, 900, len(LEVELS)), (1, 4, 1))

    found = after_silence(told, daily)[0]
    assert [2 / 3, 1 / 2, 2 / 5, 1 / 3] == pytest.approx((found == 0).mean(axis=1), abs=0.05)


def test_a_forecast_from_an_older_week_is_as_unsure_as_that():
    daily = steady()
    daily[0, -21:] = np.nan
    told = np.tile(np.linspace(500, 900, len(LEVELS)), (1, 4, 1))

    wide, plain = (
        np.log1p(one[0, 0, -1]) - np.log1p(one[0, 0, MEDIAN]) for one in (after_silence(told, daily), told)
    )
    assert 2.0 == pytest.approx(wide / plain)
