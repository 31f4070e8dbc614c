"""Levels that do not flap."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilannekuva.domain.indicators import Level
from tilannekuva.indicators.levels import level

LEVELS = (Level(level="watch", enter=10, leave=8), Level(level="act", enter=25, leave=20))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([9], "normal"),
        ([10], "watch"),
        ([11, 9], "watch"),  # still above 8
        ([11, 8], "watch"),
        ([11, 7.9], "normal"),
        ([9, 9], "normal"),  # never entered
        ([25], "act"),
        ([30, 21], "act"),
        ([30, 19], "watch"),
        ([30, 9], "watch"),
        ([30, 7], "normal"),
        ([30, None, 21], "act"),  # a gap changes nothing
        ([30, 7, 9], "normal"),
        ([None], None),
        ([], None),
    ],
)
def test_a_level_is_entered_at_one_value_and_left_at_a_lower(
    values: list[float | None], expected: str | None
):
    assert expected == level(values, LEVELS)


def test_without_levels_there_is_no_level():
    assert level([1, 2], ()) is None


@given(st.lists(st.sampled_from([9.0, 9.5, 10.0, 10.5]), min_size=2, max_size=12))
def test_values_that_waver_about_a_limit_change_the_level_at_most_once(values: list[float]):
    """Between `leave` and above `enter` a level is entered once and then held."""
    reached = [level(values[: nth + 1], LEVELS) for nth in range(len(values))]

    assert sum(one != other for one, other in pairwise(reached)) <= 1
