"""Hedging: a forecast is never far worse than a flat line would be if nothing changed."""

import numpy as np

from tilannekuva.models import scores
from tilannekuva.models.hedging import hedged
from tilannekuva.models.levels import LEVELS, MEDIAN
from tilannekuva.models.weeks import DAYS, Array

HORIZONS = 4


def calm(level: float, areas: int = 1, weeks: int = 30) -> Array:
    """Give days of areas that hardly change from week to week."""
    rng = np.random.default_rng(1)
    return np.round(level * np.exp(rng.normal(0, 0.02, (areas, weeks)))).repeat(DAYS, axis=1)


def sure(middle: float, width: float = 0.05) -> Array:
    """Give quantiles [area, horizon, level] of a forecast that is sure of a level."""
    spread = np.log(LEVELS / (1 - LEVELS)) * width
    return np.broadcast_to(middle * np.exp(spread), (1, HORIZONS, len(LEVELS))).copy()


def if_nothing_changes(told: Array, daily: Array) -> float:
    """Give the highest score if the next weeks are as the last."""
    last = daily[:, -DAYS:].sum(axis=1)
    return float(scores.wis(told, np.broadcast_to(last[:, None], told.shape[:2])).wis.max())


def test_a_forecast_sure_of_a_leap_allows_for_none():
    daily, leap = calm(1000), sure(21_000)

    found = hedged(leap, daily)

    assert if_nothing_changes(leap, daily) > 10 * if_nothing_changes(found, daily)
    assert found[0, :, -1].min() > 15_000, "the leap stays possible"
    assert (np.diff(found, axis=-1) >= 0).all()


def test_a_forecast_near_the_last_week_stays_as_it_is():
    daily, near = calm(1000), sure(7200)

    assert np.array_equal(near, hedged(near, daily))


def test_where_weeks_have_leapt_before_a_leap_is_believed():
    """The flat line is unsure there as well."""
    leap = sure(21_000)
    restless = np.exp(np.random.default_rng(2).normal(0, 1.2, (1, 30))).repeat(DAYS, axis=1) * 1000

    assert hedged(leap, restless)[0, 0, MEDIAN] > 0.9 * leap[0, 0, MEDIAN]
    assert hedged(leap, calm(1000))[0, 0, MEDIAN] < 0.9 * leap[0, 0, MEDIAN]


def test_an_area_that_told_nothing_last_week_stays_as_it_is():
    daily, leap = calm(1000), sure(21_000)
    daily[:, -DAYS:] = np.nan

    assert np.array_equal(leap, hedged(leap, daily))


def test_weeks_before_an_area_began_do_not_make_a_line_sure():
    daily, leap = calm(1000, weeks=120), sure(21_000)
    restless = daily * np.exp(np.random.default_rng(2).normal(0, 1.2, (1, 120))).repeat(DAYS, axis=1)
    restless[:, : -12 * DAYS] = np.nan

    assert hedged(leap, restless)[0, 0, MEDIAN] > 0.9 * leap[0, 0, MEDIAN]
    restless[:, : -6 * DAYS] = np.nan
    assert np.array_equal(leap, hedged(leap, restless)), "too few weeks to know"
