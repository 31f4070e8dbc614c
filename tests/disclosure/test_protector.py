"""The protector: what an attacker with all releases can and cannot come to know."""

import pytest
from epidemics import Epidemic, epidemic, had, hidden, pinned
from hypothesis import given, settings
from hypothesis import strategies as st

from tilannekuva.disclosure.protector import Released, released

ONE = {"a": "north", "b": "north", "c": "north", "north": "country"}


def course(*counts: tuple[int, ...], parents: dict[str, str] = ONE, total: bool = True) -> list[Released]:
    """Give what is public after each vintage of the counts of a, b, c."""
    found = [Released()]
    for given_ in counts:
        named = dict(zip("abc", given_, strict=False))
        named |= {"north": sum(given_)} if total else {}
        found.append(released(found[-1], named, parents))
    return found[1:]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((0, 1, 4, 5), (None, None, None, 5)),
        ((12, 16, 17), (12, 12, 17)),
        ((12, 8, 7), (12, 12, 7)),
        ((8, 3, 0), (8, 8, 8)),  # to "fewer than 5" would say 0 to 3, or 0 alone
        ((9, 4), (9, None)),
        ((9, 4, 5), (9, None, 5)),
        ((300, 303, 304, 305), (300, 300, 300, 305)),
    ],
)
def test_a_public_figure_changes_by_nothing_or_by_at_least_five(
    counts: tuple[int, ...], told: tuple[int, ...]
):
    after = course(*((count,) for count in counts), total=False)

    assert told == tuple(one.figures["a"] for one in after)


def test_a_figure_that_stays_is_not_fresh_and_keeps_its_day():
    first, second = course((12, 7, 6), (14, 30, 6), total=False)

    assert {"a", "b", "c"} == first.fresh
    assert {"b"} == second.fresh


def test_a_total_is_told_while_two_areas_may_have_the_hidden_growth():
    _, after = course((10, 10, 10), (12, 11, 30))

    assert 53 == after.figures["north"]


def test_a_total_that_gives_one_area_away_is_held_and_the_areas_are_told():
    """Of c alone the growth is hidden: the total less a and b would be it."""
    _, after = course((10, 10, 10), (20, 30, 12))

    assert {"a", "b"} == after.fresh
    assert (30, 10) == (after.figures["north"], after.figures["c"])


def test_a_total_that_gives_an_earlier_growth_away_is_held():
    """The second total is of a and b together; if b were then told, the third would date a's."""
    first, second, third = course((10, 10, 10), (11, 10, 10), (11, 20, 20))

    assert "north" in first.fresh
    assert ("north" in second.fresh, "north" in third.fresh) == (True, False)


def test_a_country_is_told_with_all_of_its_districts_alone():
    parents = ONE | {"d": "south", "e": "south", "south": "country"}
    start = {"a": 10, "b": 10, "c": 10, "north": 30, "d": 10, "e": 10, "south": 20, "country": 50}
    later = start | {"c": 12, "a": 20, "b": 20, "north": 52, "country": 72}
    first = released(Released(), start, parents)
    second = released(first, later, parents)

    assert 50 == first.figures["country"]
    assert (50, {"a", "b", "south"}) == (second.figures["country"], second.fresh)


def test_without_news_it_is_as_if_nobody_had_looked():
    first, second = course((10, 3, 0), (12, 4, 1), total=False)

    assert (first.figures, frozenset(), first.groups) == (second.figures, second.fresh, second.groups)


def test_a_past_gone_through_again_leaves_what_it_left():
    one = epidemic(3, areas=30, districts=4)
    state = Released()
    for counts, then in zip(one.vintages, one.releases(), strict=True):
        state = released(state, counts, one.parents, told=then.fresh)

        assert then == state


@pytest.mark.parametrize(("seed", "districts"), [(0, 20), (1, 20), (2, 60), (3, 110)])
def test_no_hidden_growth_is_had_by_sums_and_differences(seed: int, districts: int):
    """Of 309 areas over 8 vintages, from all figures, totals, releases and the rule."""
    one = epidemic(seed, districts=districts)
    told = one.releases()
    n_hidden = sum(1 for district in one.districts for _ in hidden(one, told, district))

    assert n_hidden > 900
    assert [] == [found for district in one.districts for found in had(one, told, district)]


@pytest.mark.parametrize("seed", range(5))
def test_no_hidden_growth_is_the_same_in_all_courses_that_agree_with_what_is_told(seed: int):
    """Every course of counts is tried: exact, for districts of three areas."""
    one = epidemic(seed, areas=36, districts=12)
    told = one.releases()

    assert [] == [found for district in one.districts for found in pinned(one, told, district)]


@settings(max_examples=60)
@given(st.lists(st.tuples(*[st.integers(0, 6)] * 3), min_size=2, max_size=5))
def test_no_course_of_three_areas_is_given_away(growths: list[tuple[int, ...]]):
    counts = [0, 0, 0]
    vintages = []
    for growth in growths:
        counts = [a + b for a, b in zip(counts, growth, strict=True)]
        vintages.append(dict(zip("abc", counts, strict=True)) | {"north": sum(counts)})
    one = Epidemic(vintages, ONE)

    assert [] == pinned(one, one.releases(), "north")


@pytest.mark.parametrize("seed", [0, 1])
def test_most_cases_stay_visible(seed: int):
    """With 20 districts: of all cases at the end, of districts' totals, and of areas' figures each week."""
    one = epidemic(seed)
    told, last = one.releases(), one.vintages[-1]
    shown = sum(told[-1].figures[area] or 0 for district in one.districts for area in one.members(district))
    totals = sum(district in after.fresh for after in told for district in one.districts)
    fresh = sum(1 for after in told for area in after.fresh if area.startswith("m") and after.figures[area])

    assert shown >= 0.9 * last["country"]
    assert totals >= 0.9 * len(told) * 20
    assert fresh >= 0.25 * len(told) * 309
