"""The classes of a map: no class is empty, and every value lies in its own."""

from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilannekuva.web.pages.map_classes import class_breaks


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([16, 16, 21, 42, 198], [21, 42, 190]),
        ([8.6, 18.4, 25.8, 69.1, 338.5], [18, 25, 69, 330]),
        ([-33, -12, 0, 4, 71], [-12, 0, 4, 71]),
        ([5], []),
        ([0, 0, 0], []),
        ([], []),
    ],
)
def test_limits_are_round_and_part_the_values(values: list[float], expected: list[float]):
    assert expected == class_breaks(values)


@given(st.lists(st.floats(-1000, 1000).map(lambda one: round(one, 1)), min_size=1, max_size=22))
def test_there_is_no_class_without_a_value(values: list[float]):
    """A reader is not offered a colour that nothing wears."""
    breaks = class_breaks(values)

    assert set(range(len(breaks) + 1)) == {bisect_right(breaks, value) for value in values}
