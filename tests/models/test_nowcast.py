"""The nowcast: final counts of the last days from what is told of them."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pytest
from arriving import arriving, counts
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tilannekuva.models.delays import Delays, delays, learned
from tilannekuva.models.memory import Memory
from tilannekuva.models.nowcast import State, nowcast
from tilannekuva.models.weeks import Array

CHANCES = np.array([0.0, 0.4, 0.3, 0.2, 0.1])


def late(areas: int = 1, *, known: Array = CHANCES, taken: float = 0.0) -> Delays:
    """Delays that are known, without learning them."""
    whole = np.append(np.cumsum(known), np.ones(14 - len(known)))
    return Delays(np.tile(whole, (areas, 7, 1)), np.full((areas, 14), taken), np.full((areas, 14), 0.02))


def told(final: Array, seed: int = 0) -> Array:
    """Give the last vintage of final counts."""
    return arriving(final, np.array([CHANCES] * len(final)), seed=seed)[-1][1]


TABLES = arrays(np.float64, (2, 24), elements=st.sampled_from([0, 0, 1, 3, 40, 1e5, np.nan, np.inf, -4]))


@settings(max_examples=30)
@given(table=TABLES, seed=st.integers(0, 99))
def test_draws_are_whole_and_never_below_what_is_told(table: Array, seed: int):
    """Whatever is told: zeros, gaps, corrections below zero, dumps; where nothing is ever taken back."""
    found = nowcast(table, late(2), draws=40, seed=seed)

    assert (2, 14, 40) == found.draws.shape
    assert (found.draws == np.rint(found.draws)).all()
    assert (found.draws >= np.nan_to_num(np.maximum(table[:, 10:], 0), posinf=0)[:, :, None]).all()
    assert (np.diff(found.quantiles(), axis=2) >= 0).all()


def test_the_same_seed_draws_the_same():
    one, same, other = (nowcast(np.ones((2, 30)), late(2), draws=50, seed=seed).draws for seed in (1, 1, 2))

    assert (one == same).all()
    assert (one != other).any()


class Counting(Memory):
    """A memory that counts the steps that are taken."""

    steps = 0

    def resumed(
        self,
        chain: Sequence[str],
        begin: Callable[[], State],
        step: Callable[[State, int], State],
        *,
        ago: Collection[int],
    ) -> State:
        def counted(state: State, nth: int) -> State:
            self.steps += 1
            return step(state, nth)

        return super().resumed(chain, begin, counted, ago=ago)


@pytest.mark.parametrize(("corrected", "steps"), [(-1, 2), (60, 16), (30, 76)])
def test_a_new_day_is_a_step(corrected: int, steps: int):
    """It is drawn as if all days were followed again; a correction of a final day is followed from there."""
    memory, seen = Counting(), told(counts(np.full((3, 90), 30.0)))
    nowcast(seen[:, :88], late(3), draws=100, memory=memory)
    seen = np.where(np.arange(90) == corrected, seen + 5, seen)
    before = memory.steps

    found = nowcast(seen, late(3), draws=100, memory=memory).draws

    assert (found == nowcast(seen, late(3), draws=100).draws).all()
    assert (before, memory.steps - before) == (74, steps)


def test_areas_turn_out_high_together_a_little():
    """So that their sum is less sure than if each were by itself; none's own draws differ for it."""
    drawn = nowcast(told(counts(np.full((12, 60), 40.0))), late(12)).draws[:, -7:].sum(axis=1)

    apart = np.corrcoef(drawn)[np.triu_indices(12, 1)]

    assert 0.05 < apart.mean() < 0.15


def test_a_day_nobody_has_told_of_is_not_zero():
    seen = told(counts(np.full((1, 60), 50.0)))

    low, middle, high = nowcast(seen, late()).quantiles(np.array([0.05, 0.5, 0.95]))[0, -1]

    assert seen[0, -1] == 0
    assert 20 < low < 45 < middle < 65 < high < 130


def test_a_day_that_is_told_in_full_is_as_told():
    seen = counts(np.full((1, 60), 50.0))

    found = nowcast(seen, late(known=np.array([1.0])))

    assert (np.abs(found.quantiles(np.array([0.05, 0.95])) - seen[:, 46:, None]) <= 1).all()


def test_an_unknown_day_is_as_the_days_around_it():
    seen = counts(np.full((1, 60), 50.0))
    seen[0, [40, 50]] = np.nan  # one is final, the other not

    low, middle, high = nowcast(seen, late(known=np.array([1.0]))).quantiles(np.array([0.05, 0.5, 0.95]))[
        0, 4
    ]

    assert 25 < low < 42 < middle < 58 < high < 85


def test_three_unknown_weeks_are_as_the_days_before_them():
    """Of the first of them the days would be final."""
    seen = counts(np.full((1, 60), 50.0))
    seen[0, 39:] = np.nan

    low, middle, high = nowcast(seen, late()).quantiles(np.array([0.05, 0.5, 0.95]))[0, -1]

    assert low < 35 < middle < 75 < high


def test_a_level_that_has_moved_is_followed():
    """Tenfold cases since half of the final days."""
    seen = counts(np.where(np.arange(70) < 28, 5.0, 50.0)[None])
    seen = np.append(seen, [[np.nan]], axis=1)

    assert 35 < np.median(nowcast(seen, late()).draws[0, -1]) < 70


def test_an_unknown_day_heeds_what_is_told_of_the_days_after_it():
    """Draws of a day are picked anew with the particles that they came from."""
    seen = counts(np.where(np.arange(60) < 55, 500.0, 650.0)[None])
    seen[0, 54:57] = np.nan

    middle = nowcast(seen, late(known=np.array([1.0]))).quantiles(np.array([0.5]))[0, 8:11, 0]

    assert 540 < middle[2] < 680


def test_an_area_without_cases_stays_without():
    found = nowcast(np.zeros((1, 60)), late()).quantiles(np.array([0.5, 0.95]))

    assert (found[0, :, 0] == 0).all()
    assert (found[0, :, 1] <= 1).all()


def test_a_weekday_has_its_own_level():
    """Of Friday, Saturday and Sunday nobody has told yet."""
    seen = counts(np.where(np.arange(77) % 7 < 5, 100.0, 20.0)[None])
    seen[0, 74:] = np.nan

    middle = nowcast(seen, late(known=np.array([1.0]))).quantiles(np.array([0.5]))[0, -3:, 0]

    assert 75 < middle[0] < 130
    assert 13 < middle[1] < 40
    assert 13 < middle[2] < 40


def test_a_holiday_has_the_level_of_the_weekday_it_is_said_to_be():
    seen = counts(np.where(np.arange(77) % 7 < 5, 100.0, 20.0)[None])
    seen[0, 74:] = np.nan
    kinds = np.append(np.arange(74) % 7, [6, 5, 6])

    middle = nowcast(seen, late(known=np.array([1.0])), kinds=kinds).quantiles(np.array([0.5]))[0, -3, 0]

    assert 13 < middle < 40


def test_what_is_often_taken_back_may_go_below_what_is_told():
    seen = counts(np.full((1, 60), 50.0))

    found = nowcast(seen, late(known=np.array([1.0]), taken=0.2)).draws[0, -1]

    assert 0.7 * seen[0, -1] < found.mean() < 0.9 * seen[0, -1]


def test_a_crowded_neighbour_does_not_alter_an_area():
    seen = np.vstack([told(counts(np.full((1, 60), 30.0))), told(counts(np.full((1, 60), 30.0), seed=5))])
    crowd = seen * np.array([[1.0], [100.0]])

    calm, beside = (nowcast(table, late(2)).draws[0].sum(axis=0).mean() for table in (seen, crowd))

    assert np.isclose(calm, beside, rtol=0.05)


def test_ten_times_the_cases_are_ten_times_the_nowcast():
    seen = told(counts(np.full((1, 60), 30.0)))

    one, ten = (nowcast(seen * times, late()).draws[0, -7:].sum(axis=0).mean() for times in (1, 10))

    assert np.isclose(10 * one, ten, rtol=0.08)


def test_nine_of_ten_weeks_fall_inside_the_ninety_percent_interval():
    """Areas of all sizes whose level wanders; delays are learned from the same vintages."""
    rng = np.random.default_rng(3)
    level = np.exp(rng.uniform(0, 5, (150, 1)) + np.cumsum(rng.normal(0, 0.1, (150, 70)), axis=1))
    final = counts(level)
    vintages = arriving(final, np.array([CHANCES] * 150), spread=0.05)

    *_, known = learned(vintages)
    drawn = nowcast(vintages[-1][1], delays(known), draws=300).draws[:, -7:].sum(axis=1)
    low, high = np.quantile(drawn, [0.05, 0.95], axis=1)
    week = final[:, -7:].sum(axis=1)

    assert 0.86 <= ((low <= week) & (week <= high)).mean() <= 0.98


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="do not fit"):
        nowcast(np.ones((2, 30)), late(), draws=10)
