"""Laws that every weekly model obeys; a new model is walked as soon as its line stands in MODELS."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilannekuva.models.levels import LEVELS, MEDIAN
from tilannekuva.models.members import MODELS
from tilannekuva.models.memory import Memory
from tilannekuva.models.model import HORIZONS, Known, Told, Unable, rehearsed, told_weeks
from tilannekuva.models.weeks import DAYS

WEEKS, AREAS = 26, 4
ODDITIES = ("zeros", "gap", "negative", "dump", "weekly")
walked = pytest.mark.parametrize("name", sorted(MODELS))
few = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def told(name: str, known: Known, seed: int = 1) -> Told:
    found = MODELS[name].forecast(known, np.random.default_rng(seed))
    assert isinstance(found, Told), found
    return found


def waves(seed: int, sizes: list[float], weeks: int = WEEKS) -> Known:
    """Give epidemics of so many cases a day, and a twentyfold signal that goes two weeks before."""
    rng = np.random.default_rng(seed)
    days = weeks * DAYS + 2 * DAYS
    growth = np.cumsum(rng.normal(0, 0.02, (len(sizes), days // DAYS + 1)), axis=1).repeat(DAYS, axis=1)[
        :, :days
    ]
    mean = np.array(sizes)[:, None] * np.exp(np.clip(np.cumsum(growth, axis=1), -3, 3))
    daily, signal = (
        rng.poisson(mean[:, : -2 * DAYS]).astype(float),
        rng.poisson(20 * mean[:, 2 * DAYS :]).astype(float),
    )
    return Known(daily, np.array(sizes) * 1e4 + 500, 40.0, {"cases": signal})


@st.composite
def series(draw: st.DrawFn) -> Known:
    """Give epidemics in which days are zero, missing, taken back, dumped or told once a week."""
    sizes = draw(st.lists(st.sampled_from([0.0, 0.1, 3.0, 80.0, 5000.0]), min_size=1, max_size=AREAS))
    known = waves(draw(st.integers(0, 99)), sizes)
    oddities = st.tuples(
        st.integers(0, len(sizes) - 1), st.integers(0, WEEKS * DAYS - 1), st.sampled_from(ODDITIES)
    )
    for area, day, kind in draw(st.lists(oddities, max_size=4)):
        spoil(known.daily[area], day, kind)
    return known


def spoil(days: np.ndarray, day: int, kind: str) -> None:
    if kind == "weekly":
        sums = np.add.reduceat(days, np.arange(0, len(days), DAYS))
        days[:] = 0
        days[DAYS - 1 :: DAYS] = sums
    else:
        part = slice(day, day + (20 if kind in {"zeros", "gap"} else 1))
        days[part] = {"zeros": 0.0, "gap": np.nan, "negative": -1000.0, "dump": days[day] * 30 + 500}[kind]


@walked
@few
@given(known=series())
def test_quantiles_are_there_in_order_never_below_zero_and_wider_with_the_horizon(name: str, known: Known):
    """The upper half of an interval is no narrower later, on log(y + 1); below, zero is the end.

    But for silent places, likelier to tell again the later.
    """
    found = told(name, known).quantiles

    assert (len(known.daily), len(HORIZONS), len(LEVELS)) == found.shape
    some = found[~np.isnan(known.daily).all(axis=1)]
    assert np.isfinite(some).all()
    assert (some >= 0).all()
    assert (np.diff(some, axis=-1) >= 0).all()
    logs = np.log1p(found[(np.nan_to_num(known.daily[:, -DAYS:]) > 0).any(axis=1)])
    assert (np.diff(logs[..., MEDIAN + 1 :] - logs[..., MEDIAN : MEDIAN + 1], axis=1) >= -1e-9).all()


@walked
def test_the_same_seed_gives_the_same_forecast(name: str):
    known = waves(3, [0.2, 10, 300])

    assert np.array_equal(told(name, known, 5).quantiles, told(name, known, 5).quantiles)


@walked
def test_ten_times_the_people_and_counts_give_ten_times_the_forecast(name: str):
    known = waves(4, [4e4, 9e4, 5e5])
    tenfold = {one: 10 * daily for one, daily in known.signals.items()}
    larger = replace(known, daily=10 * known.daily, inhabitants=10 * known.inhabitants, signals=tenfold)

    assert np.log(told(name, larger).quantiles / 10) == pytest.approx(
        np.log(told(name, known).quantiles), abs=0.03
    )


@walked
def test_areas_in_another_order_are_told_alike(name: str):
    known, order = waves(5, [0.5, 20, 700, 60]), [2, 0, 3, 1]
    signals = {one: daily[order] for one, daily in known.signals.items()}
    turned = Known(known.daily[order], known.inhabitants[order], known.phase, signals)

    assert told(name, turned).quantiles == pytest.approx(
        told(name, known).quantiles[order], rel=1e-3, abs=1e-3
    )


@walked
def test_a_strange_area_far_away_hardly_moves_the_others(name: str):
    known = waves(6, [20, 50, 100, 300, 700, 1000])
    strange = np.where(np.arange(WEEKS * DAYS) % 20, 0.0, 9e4)[None]
    signals = {one: np.vstack([daily, strange]) for one, daily in known.signals.items()}
    more = Known(np.vstack([known.daily, strange]), np.append(known.inhabitants, 1e6), known.phase, signals)

    apart = np.log1p(told(name, more).quantiles[:-1]) - np.log1p(told(name, known).quantiles)
    assert np.abs(apart[..., MEDIAN]).max() < 0.25


@walked
def test_a_last_day_that_cannot_be_true_hardly_moves_a_forecast(name: str):
    """Five hundred times as many as usual, infinitely many, taken back, missing."""
    known = waves(14, [600, 90, 700, 3000])
    odd = replace(known, daily=known.daily.copy())
    odd.daily[:, -1] = 500 * known.daily[0, -1], np.inf, -1000, np.nan
    odd.daily[1, -2] = np.inf

    apart = np.log1p(told(name, odd).quantiles) - np.log1p(told(name, known).quantiles)
    assert np.abs(apart[..., MEDIAN]).max() < 0.35


@walked
def test_where_nobody_is_known_to_live_a_forecast_is_much_the_same(name: str):
    known = waves(14, [600, 90, 700, 3000])
    unknown = replace(known, inhabitants=np.array([0, np.inf, np.nan, 3e7]))

    apart = np.log1p(told(name, unknown).quantiles) - np.log1p(told(name, known).quantiles)
    assert np.abs(apart[..., MEDIAN]).max() < np.log(2)


@walked
def test_too_few_weeks_are_told_as_advice(name: str):
    known = waves(7, [5, 50], weeks=MODELS[name].weeks - 1)

    found = MODELS[name].forecast(known, np.random.default_rng(0))
    assert isinstance(found, Unable)
    assert "bring older days" in found.advice


@walked
def test_papers_are_cited(name: str):
    assert MODELS[name].cites
    assert all(one.startswith("10.") for one in MODELS[name].cites)


@walked
def test_an_area_of_which_nothing_is_told_gets_no_number(name: str):
    known = waves(8, [5, 50, 500])
    known.daily[1] = np.nan

    assert [False, True, False] == np.isnan(told(name, known).quantiles).all(axis=(1, 2)).tolist()


def test_a_model_that_goes_by_a_signal_asks_for_one():
    found = MODELS["led"].forecast(replace(waves(9, [50, 90]), signals={}), np.random.default_rng(0))

    assert isinstance(found, Unable)
    assert "signal" in found.advice


def test_shapes_that_do_not_agree_are_refused():
    with pytest.raises(ValueError, match="inhabitants for 2 areas"):
        Known(np.zeros((2, 14)), np.ones(3), 0.0)
    with pytest.raises(ValueError, match="whole weeks"):
        Known(np.zeros((2, 15)), np.ones(2), 0.0)


def learned(daily: np.ndarray) -> Told:
    known = Known(daily, np.full(len(daily), 1e6), 40.0)
    return told("weekly", rehearsed(MODELS["weekly"], known))


@pytest.mark.parametrize("weeks", [6, 12])
def test_areas_that_begin_late_are_told_no_more_surely_and_alter_no_other(weeks: int):
    """What was forecast of them before anything was told, and weeks they had none of, teach nothing."""
    daily = waves(3, [30, 300, 90, 200, 700, 150] * 3).daily
    late = daily.copy()
    late[:4, : -weeks * DAYS] = np.nan

    wide = [
        np.log1p(one[..., 20]) - np.log1p(one[..., 2])
        for one in (learned(late).quantiles, learned(daily).quantiles)
    ]
    ratio = np.log(wide[0] / wide[1])

    assert -0.2 < ratio[:4].mean() < 0.3
    assert np.abs(ratio[4:].mean()) < 0.15


@pytest.mark.parametrize("name", ["flat", "growth", "trend"])
def test_weeks_before_an_area_began_teach_nothing(name: str):
    whole = waves(3, [300] * 8).daily
    late = whole.copy()
    late[1:, : -5 * DAYS] = np.nan

    wide = [told(name, Known(one, np.full(8, 1e6), 40.0)).quantiles[0, :, [2, 20]] for one in (late, whole)]
    ratio = np.log(np.diff(np.log1p(wide[0]), axis=0) / np.diff(np.log1p(wide[1]), axis=0))

    assert np.abs(ratio).max() < 0.45


def test_an_area_of_which_nothing_is_ever_told_keeps_no_other_from_learning():
    daily = waves(3, [30, 300, 90, 200, 700, 150]).daily
    alone = learned(daily).quantiles

    found = learned(np.concatenate([daily, np.full_like(daily[:1], np.nan)])).quantiles

    assert np.abs(np.log1p(found[:6]) - np.log1p(alone)).max() < 1e-3


def test_a_week_of_which_nothing_is_told_is_not_observed():
    daily = np.full((1, 5 * DAYS), 3.0)
    daily[0, DAYS : 2 * DAYS] = np.nan
    daily[0, -2:] = np.nan

    assert np.isnan(told_weeks(daily)[0]).tolist() == [False, True, False, False, False]


def test_of_an_area_of_which_nothing_is_told_nothing_is_kept_to_learn_from():
    daily = waves(3, [30, 300, 90]).daily
    daily[1] = np.nan

    assert np.isnan(learned(daily).plain).all(axis=(1, 2, 3)).tolist() == [False, True, False]


@pytest.mark.parametrize("field", ["daily", "inhabitants", "phase", "signals"])
def test_rehearsals_are_remembered_of_the_same_alone(field: str):
    known, memory = waves(10, [30, 300]), Memory()
    value = getattr(known, field)
    twice = {name: one * 2 for name, one in value.items()} if field == "signals" else value * 2
    other = replace(known, **{field: twice})
    rehearsed(MODELS["weekly"], known, most=2, memory=memory)

    found, fresh = (rehearsed(MODELS["weekly"], other, most=2, memory=one).past for one in (memory, None))

    assert all(
        np.array_equal(one.quantiles, again.quantiles) for one, again in zip(found, fresh, strict=True)
    )


def test_rehearsed_forecasts_use_nothing_later_than_their_origin():
    known = waves(10, [30, 300])
    later = replace(known, daily=np.hstack([known.daily, known.daily[:, -DAYS:] * 5]), signals={})

    before = rehearsed(MODELS["weekly"], replace(known, signals={}), most=2).past
    after = rehearsed(MODELS["weekly"], later, most=3).past
    assert np.array_equal(before[0].quantiles, after[0].quantiles)
    assert [2.0, 1.0] == [one.age for one in before]
    came = known.daily.reshape(2, -1, DAYS).sum(axis=2)[:, -2:]
    assert np.array_equal(came, before[0].observed[:, :2])
    assert np.isnan(before[0].observed[:, 2:]).all()


@walked
def test_the_fewest_weeks_asked_for_are_enough(name: str):
    found = told(name, waves(11, [0, 5, 500], weeks=MODELS[name].weeks))

    assert np.isfinite(found.quantiles).all()


@walked
def test_time_before_the_first_day_told_is_no_zero(name: str):
    """Weeks before anything is told change nothing; an area that begins later is told by what it told."""
    known = waves(12, [50, 900, 90, 300], weeks=30)
    later = np.hstack([np.full((4, 70), np.nan), known.daily])
    signals = {one: np.hstack([np.full((4, 70), np.nan), daily]) for one, daily in known.signals.items()}
    late = replace(known, daily=later, signals=signals, phase=known.phase - 70)
    assert told(name, late).quantiles == pytest.approx(told(name, known).quantiles)

    known.daily[3, : 15 * DAYS] = np.nan
    ratio = told(name, known).quantiles[3, 0, MEDIAN] / known.daily[3, -DAYS:].sum()
    assert 0.4 < ratio < 2.5


@walked
def test_counts_told_once_a_week_are_told_on_as_those_told_daily(name: str):
    """A week's count on its last day, the other days missing, as many sources publish."""
    known = waves(13, [90, 400, 2000])

    def gathered(daily: np.ndarray) -> np.ndarray:
        found = np.full_like(daily, np.nan)
        found[:, DAYS - 1 :: DAYS] = daily.reshape(len(daily), -1, DAYS).sum(axis=2)
        return found

    signals = {one: gathered(daily) for one, daily in known.signals.items()}
    once = told(name, replace(known, daily=gathered(known.daily), signals=signals)).quantiles
    assert np.log1p(once[..., MEDIAN]) == pytest.approx(
        np.log1p(told(name, known).quantiles[..., MEDIAN]), abs=0.3
    )
