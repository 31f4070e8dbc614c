"""Delays: what vintages tell of how late counts are told."""

import numpy as np
import pytest
from arriving import arriving, counts
from hypothesis import given, settings
from hypothesis import strategies as st

from tilannekuva.models.delays import Delays, Kinds, Learned, begin, delays, learn, learned
from tilannekuva.models.model import Unable
from tilannekuva.models.weeks import Array

CHANCES = np.array([0.05, 0.4, 0.3, 0.15, 0.1])
WHOLE = CHANCES.cumsum()
FAST, SLOW = np.array([1.0, 0, 0, 0, 0]), np.array([0, 0, 0, 0, 1.0])


def taught(vintages: list[tuple[int, Array]], kinds: Kinds | None = None) -> Learned:
    *_, found = learned(vintages, kinds)
    return found


def told(final: Array, chances: Array, spread: float = 0.0) -> Delays:
    found = delays(taught(arriving(final, np.atleast_2d(chances), spread=spread)))
    assert not isinstance(found, Unable)
    return found


def test_delays_are_those_that_the_counts_were_told_with():
    found = told(counts(np.full((1, 60), 200.0)), CHANCES)

    assert np.allclose(WHOLE, found.known[0, :, :5], atol=0.03)


@pytest.mark.parametrize("growth", [0.9, 1.1])
def test_growth_and_decline_do_not_bias_delays(growth: float):
    """Days that have not come to a delay say nothing of it."""
    final = counts(100 * growth ** (np.arange(40)[None, :] - 20))

    assert np.allclose(WHOLE, told(final, CHANCES).known[0, :, :5], atol=0.06)


def test_an_area_with_many_cases_keeps_its_own_delays():
    final = counts(np.full((6, 40), 100.0))

    known = told(final, np.array([SLOW, *[FAST] * 5])).known

    assert known[0, :, 3].max() < 0.05
    assert known[1:, :, 0].min() > 0.95


def test_an_area_with_few_cases_has_the_delays_of_all():
    final = counts(np.array([[0.05], *[[100.0]] * 9]) * np.ones(40))

    known = told(final, np.array([SLOW, *[CHANCES] * 9])).known

    assert np.allclose(WHOLE, known[0, :, :5], atol=0.15)


def test_shares_rise_with_the_delay_and_stay_between_0_and_1():
    known = told(counts(np.full((3, 40), 3.0)), np.array([CHANCES] * 3)).known

    assert (np.diff(known, axis=2) >= 0).all()
    assert known.min() >= 0
    assert known.max() <= 1


def test_a_day_without_a_vintage_told_nothing_new():
    vintages = arriving(counts(np.full((2, 40), 20.0)), np.array([CHANCES] * 2))
    same = np.pad(vintages[29][1], ((0, 0), (0, 1)), constant_values=np.nan)

    without = taught(vintages[:30] + vintages[31:])
    repeated = taught([*vintages[:30], (30, same), *vintages[31:]])

    assert np.allclose(without.news, repeated.news)


def test_what_a_vintage_leaves_out_is_as_it_was_told_before():
    vintages = arriving(counts(np.full((2, 40), 20.0)), np.array([CHANCES] * 2))
    gap, same = vintages[30][1].copy(), vintages[30][1].copy()
    gap[:, 27], same[:, 27] = np.nan, vintages[29][1][:, 27]

    left_out, repeated = (taught([*vintages[:30], (30, one), *vintages[31:]]) for one in (gap, same))

    assert np.isfinite(left_out.news).all()
    assert np.allclose(left_out.news, repeated.news)


def test_a_day_that_nobody_ever_tells_of_teaches_nothing():
    vintages = arriving(counts(np.full((2, 40), 20.0)), np.array([CHANCES] * 2))
    never = [(at, np.where(np.arange(at + 1) == 20, np.nan, one)) for at, one in vintages]

    found = delays(taught(never))

    assert np.allclose(delays(taught(vintages)).known, found.known, atol=0.05)


@settings(max_examples=10)
@given(order=st.permutations(range(5)))
def test_areas_in_another_order_have_the_same_delays(order: list[int]):
    final = counts(np.array([[1.0], [3], [10], [30], [100]]) * np.ones(30))
    vintages = arriving(final, np.array([CHANCES] * 5))

    turned = delays(taught([(at, one[order]) for at, one in vintages]))

    assert np.allclose(delays(taught(vintages)).known[order], turned.known)


def test_nothing_is_taken_back_where_nothing_ever_was():
    assert (told(counts(np.full((2, 40), 20.0)), np.array([CHANCES] * 2)).taken == 0).all()


def test_what_is_taken_back_is_told():
    """A tenth goes at the third day, so that nine tenths of what is told before stay."""
    vintages = arriving(np.full((1, 50), 100.0), FAST[None])
    cut = [(at, np.where(np.arange(at + 1) <= at - 3, 90.0, one)) for at, one in vintages]

    found = delays(taught(cut))

    assert np.allclose(0.1, found.taken[0, :3], atol=0.01)
    assert np.allclose(0.0, found.taken[0, 3:], atol=0.01)
    assert np.allclose(1.0, found.known[0], atol=0.01)


def test_a_weekday_has_its_own_delays():
    """Saturdays are told on Mondays."""
    vintages = arriving(np.full((1, 70), 200.0), FAST[None])
    days = np.arange(70)
    hidden = (days % 7 == 5) & (days > days[:, None] - 2)  # [at, day]
    late = [(at, np.where(hidden[at, : at + 1], 0, one)) for at, one in vintages]

    known = delays(taught(late)).known[0]

    assert known[5, 1] < 0.35
    assert known[[0, 1, 2, 3, 4, 6], 1].min() > 0.8
    assert known[5, 2] > 0.9


def test_a_holiday_goes_by_the_weekday_it_is_said_to_be():
    kinds = np.full(40, 6)
    vintages = arriving(np.full((1, 40), 50.0), CHANCES[None])

    assert taught(vintages, kinds).news[1, 0, :6].sum() == 0


@pytest.mark.parametrize(("spread", "lowest", "highest"), [(0.0, 0.0, 0.04), (0.2, 0.13, 0.27)])
def test_how_days_differ_is_learned_beyond_what_few_cases_do(spread: float, lowest: float, highest: float):
    final = counts(np.full((20, 60), 20.0))

    found = told(final, np.array([CHANCES] * 20), spread=spread).spread[:, 1:4].mean()

    assert lowest <= found <= highest


def test_too_few_vintages_give_advice():
    found = delays(taught(arriving(np.ones((1, 3)), CHANCES[None])))

    assert isinstance(found, Unable)
    assert "update on 1 days more" in found.advice


@pytest.mark.parametrize(("areas", "at"), [(2, 3), (1, 4)])
def test_a_vintage_that_does_not_follow_is_refused(areas: int, at: int):
    past = learn(begin(2), np.ones((2, 4)), 3)

    with pytest.raises(ValueError, match="a vintage of 2 areas after day 3"):
        learn(past, np.ones((areas, 4)), at)


def test_the_little_that_is_left_differs_by_no_more_than_itself_times_a_few():
    found = told(counts(np.full((20, 60), 30.0)), np.array([CHANCES] * 20), spread=0.2)

    left = 1 - found.known.mean(axis=1)

    assert (found.spread <= np.maximum(2 * left / (1 - left), 0.002)).all()
