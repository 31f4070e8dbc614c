"""The classes of a map: no class is empty, and every value lies in its own."""

from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilannekuva.indicators.catalogue import catalogue, texts
from tilannekuva.web.language import language
from tilannekuva.web.pages.map_classes import Scheme, by_levels, class_breaks, scale

CATALOGUE = catalogue(texts()).indicators


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


def scheme(values: list[float | None]) -> Scheme:
    return scale(language("en"), CATALOGUE["cases-weekly"], values)


def test_a_value_at_a_limit_lies_in_the_class_above_it():
    made = scheme([5, 10, 20, 40, 80])

    assert made.limits == (10, 20, 40, 80)
    assert [made.klass(one, "normal") for one in (9.99, 10, 79.99, 80)] == [
        "class-0",
        "class-1",
        "class-3",
        "class-4",
    ]


def test_nothing_is_a_class_of_its_own_where_no_value_is_below_it():
    assert scheme([0, 3, 9]).klass(0, "normal") == "zero"
    assert scheme([-3, 0, 9]).klass(0, "normal").startswith("class-")


@pytest.mark.parametrize(
    ("value", "status", "expected"),
    [
        (None, "suppressed", "suppressed"),
        (None, "missing", "nodata"),
        (None, "provisional", "nodata"),
        (0, "provisional", "zero provisional"),
        (7, "provisional", "class-0 provisional"),
    ],
)
def test_withheld_missing_zero_and_provisional_are_never_mixed(
    value: float | None, status: str, expected: str
):
    assert scheme([0, 7, 7]).klass(value, status) == expected


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_levels_are_written_with_the_limits_at_which_they_begin(lang: str):
    indicator = CATALOGUE["incidence-14d"]
    made = by_levels(language(lang), indicator)

    assert made.limits == tuple(one.enter for one in indicator.levels)
    assert len(made.words) == len(made.names) == len(indicator.levels) + 1
    for limit, text in zip(made.limits, made.words[1:], strict=True):
        assert language(lang).number(limit, indicator.decimals) in text
