"""How members are weighed, averaged and widened, and what single members tell of series made for them."""

import numpy as np
import pytest

from tilannekuva.models import flat, growth, led, trend
from tilannekuva.models.levels import INTERVALS, LEVELS, MEDIAN, counts
from tilannekuva.models.pooling import averaged, weights
from tilannekuva.models.robust import quantiles, regression
from tilannekuva.models.weekly import combined
from tilannekuva.models.widening import Past, widened

RNG = np.random.default_rng(0)
AREAS, HORIZONS, ORIGINS = 60, 4, 20
NORMAL = np.quantile(RNG.normal(size=200_000), LEVELS)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    """Draw the same in each test, whichever ran before."""
    RNG.bit_generator.state = np.random.default_rng(0).bit_generator.state


def around(logs: np.ndarray, sd: float) -> np.ndarray:
    """Give quantiles [..., level] of counts about logs [...]."""
    return np.expm1(logs[..., None] + sd * NORMAL)


def kept(sd: float, off: float = 0.0, came_sd: float = 0.2) -> list[Past]:
    """Give past forecasts of two members, the second off by so much; what came lay so far about the first."""
    found = []
    for age in range(ORIGINS, 0, -1):
        logs = RNG.normal(8, 1, (AREAS, HORIZONS))
        members = np.stack([around(logs, sd), around(logs + off, sd)], axis=2)
        observed = np.expm1(logs + RNG.normal(0, came_sd, logs.shape))
        observed[:, age:] = np.nan
        found.append(Past(members, observed, age))
    return found


def plain(past: list[Past]) -> list[tuple[np.ndarray, np.ndarray, float]]:
    return [(one.quantiles[:, :, 0], one.observed, one.age) for one in past]


def test_quantiles_are_put_in_order_and_lie_no_nearer_their_median_later():
    told = counts(RNG.normal(5, 1, (3, HORIZONS, len(LEVELS))))

    assert (np.diff(told, axis=-1) >= 0).all()
    upper = np.log1p(told) - np.log1p(told[..., MEDIAN : MEDIAN + 1])
    assert (np.diff(upper[..., MEDIAN:], axis=1) >= -1e-12).all()


def test_members_that_missed_weigh_less_at_each_horizon():
    past = kept(0.2, off=0.3)

    heed = weights(past, past[0].quantiles)
    assert np.ones(HORIZONS) == pytest.approx(heed.sum(axis=1))
    assert (heed[:, 0] > 3 * heed[:, 1]).all()


def test_areas_that_an_earlier_forecast_did_not_tell_of_say_nothing_of_its_members():
    past = kept(0.2, off=0.3)
    fewer = [one._replace(quantiles=one.quantiles[3:], observed=one.observed[3:]) for one in past]
    for one in past:
        one.quantiles[:3] = np.nan

    assert weights(past, past[0].quantiles) == pytest.approx(weights(fewer, fewer[0].quantiles))


def test_without_a_past_all_able_members_weigh_the_same():
    members = kept(0.2)[0].quantiles
    members = np.concatenate([members, np.full_like(members[:, :, :1], np.nan)], axis=2)

    assert [0.5, 0.5, 0.0] == weights([], members)[0].tolist()
    assert np.isfinite(averaged(members, weights([], members))).all()


def test_the_average_lies_between_its_members_on_logs():
    low, high = (around(np.full((1, 1), level), 0.1) for level in (4.0, 6.0))

    found = averaged(np.stack([low, high], axis=2), np.array([[0.5, 0.5]]))
    assert np.log1p(found) == pytest.approx(5 + 0.1 * NORMAL[None, None])


@pytest.mark.parametrize("told_sd", [0.1, 0.15, 0.2])
def test_intervals_that_fell_short_are_widened_to_hold_their_share(told_sd: float):
    past = kept(told_sd)
    logs = RNG.normal(8, 1, (4000, HORIZONS))

    found = widened(around(logs, told_sd), plain(past))
    came = np.expm1(logs + RNG.normal(0, 0.2, logs.shape))
    for share, (low, high) in INTERVALS.items():
        held = ((found[..., low] <= came) & (came <= found[..., high])).mean()
        assert share == pytest.approx(held, abs=0.05)


def test_forecasts_whose_weeks_are_still_to_come_teach_nothing():
    unknown = [one._replace(observed=np.full((AREAS, HORIZONS), np.nan)) for one in kept(0.05)]
    told = around(np.full((2, HORIZONS), 7.0), 0.1)

    assert np.array_equal(widened(told, []), widened(told, plain(unknown)))


def test_past_forecasts_of_other_areas_are_left_aside():
    members = kept(0.2)[0].quantiles[:5]

    told, again = combined(members, []), combined(members, kept(0.2, off=0.5))
    assert np.array_equal(told[0], again[0])


def test_what_is_given_back_as_past_is_understood_later():
    members = kept(0.2)[0].quantiles
    past = [Past(combined(one.quantiles, [])[1], one.observed, one.age) for one in kept(0.05)]

    assert combined(members, past)[0][0, 0, -1] > combined(members, [])[0][0, 0, -1]


def test_regression_is_not_moved_by_a_few_wild_rows():
    inputs = np.column_stack([RNG.normal(size=300), np.ones(300)])
    outcome = inputs @ [2.0, 1.0] + RNG.normal(0, 0.1, 300)
    outcome[:10] += 10

    assert [2.0, 1.0] == pytest.approx(regression(inputs, outcome, np.ones(300), ridge=0.1), abs=0.1)


def test_weighted_quantiles_go_by_weight():
    assert [1.0, 5.0] == quantiles(np.array([5.0, 1]), np.array([1.0, 9]), np.array([0.5, 1])).tolist()
    assert [2.0] == quantiles(np.array([1.0, 1.9, 3]), np.array([1.0, 0, 1]), np.array([0.75])).tolist()


def test_the_flat_line_keeps_to_the_last_week():
    weeks = RNG.integers(50, 5000, (4, 30)).astype(float)

    assert weeks[:, [-1]].repeat(4, 1) == pytest.approx(flat.forecast(weeks, (1, 2, 3, 4))[..., MEDIAN])


def test_a_trend_goes_on_and_fades():
    weeks = 100 * 1.3 ** np.arange(20)[None]

    ahead = np.log1p(trend.forecast(weeks, (1, 2, 3, 4))[0, :, MEDIAN]) - np.log1p(weeks[0, -1])
    steps = np.diff(ahead, prepend=0)
    assert (0.05 < steps).all()
    assert (np.diff(steps) < 0).all()
    assert steps[0] < np.log(1.3)


def growing(rates: np.ndarray) -> growth.Series:
    """Give the series of areas whose weeks grow by rates [area, week]."""
    weeks = 5000 * np.exp(np.cumsum(rates, axis=1))
    return growth.series(np.repeat(weeks / 7, 7, axis=1), np.full(len(rates), 1e7), phase=0.0)


def test_growth_learns_that_growth_turns_around():
    """Every area grows for four weeks, then falls for four; after the fourth the regression knows."""
    rates = 0.3 * np.where((np.arange(100) // 4) % 2, -1.0, 1.0)[None] + RNG.normal(0, 0.01, (12, 100))
    given = growing(rates)

    told = np.log1p(growth.forecast(given, growth.SETTINGS[0], (2,))[:, 0, MEDIAN]) - given.logs[:, -1]
    assert np.full(12, -0.6) == pytest.approx(told, abs=0.35)


def test_a_signal_that_goes_before_is_followed():
    """The series is the signal of two weeks ago: its next two weeks are known."""
    rates = RNG.normal(0, 0.3, (12, 62))
    own, signal = growing(rates[:, :60]), growing(rates[:, 2:])

    told = np.log1p(growth.forecast(led.led_by(own, signal), led.SETTINGS[0], (1,))[:, 0, MEDIAN])
    assert 0.9 < np.corrcoef(told - own.logs[:, -1], rates[:, 60])[0, 1]


def test_unknown_inhabitants_are_as_many_as_counts_elsewhere_tell():
    rates = RNG.normal(0, 0.1, (3, 40))
    weeks = 5000 * np.exp(np.cumsum(rates, axis=1)) * np.array([[1.0], [2], [4]])
    daily, people = np.repeat(weeks / 7, 7, axis=1), weeks.mean(axis=1) * 1000

    known = growth.series(daily, people, phase=0.0).features["incidence"]
    guessed = growth.series(daily, np.array([people[0], np.nan, np.nan]), phase=0.0).features["incidence"]
    assert guessed == pytest.approx(known, abs=0.05)
