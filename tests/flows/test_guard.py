"""The law of the guard: what is believed without asking a person."""

from datetime import date, timedelta

import pytest
from intake import recipe

from tilannekuva.domain.observations import Fact, Key
from tilannekuva.flows.guard import objection
from tilannekuva.flows.reading import Understood

TODAY = date(2021, 3, 31)
TESTS = recipe("hs-tests")


def facts(numbers: dict[int, float | None], indicator: str = "tests", area: str = "country:FI") -> list[Fact]:
    """Give facts from numbers by days ago."""
    return [
        Fact(indicator, area, TODAY - timedelta(days=ago), "day", "all", value, "normal")
        for ago, value in numbers.items()
    ]


def known(numbers: dict[int, float | None]) -> dict[Key, tuple[float | None, str]]:
    return {fact.key: (fact.value, fact.status) for fact in facts(numbers)}


MONTH: dict[int, float | None] = dict.fromkeys(range(1, 31), 100.0)
BEFORE = known(MONTH)


@pytest.mark.parametrize(("said", "expected"), [
    (MONTH, ""),
    (MONTH | {0: 7.0}, ""),
    (MONTH | {1: 900.0, 2: 900.0}, ""),  # not settled
    (MONTH | {20: 500.0}, "tests on days long settled sums to 2100, 1700 was known"),
    (MONTH | {20: 400.0}, ""),
    (dict.fromkeys(range(2, 31), 100.0), "tests ends on 2021-03-29, though 2021-03-30 was known already"),
    (dict.fromkeys(range(1, 28), 100.0), ""),  # three of thirty: a tenth
    (dict.fromkeys(range(1, 27), 100.0), "only 26 values, 30 are known: 4 would be taken back"),
    (MONTH | dict.fromkeys(range(20, 23)), ""),
    (MONTH | dict.fromkeys(range(20, 24)), "tests: 4 of 30 known numbers became empty cells"),
])  # fmt: skip
def test_limits(said: dict[int, float | None], expected: str):
    """Shrinking, leaping, emptying or ending early is objected to, up to the recipe's own limits not."""
    assert objection(TESTS, Understood(facts(said), [], len(said)), BEFORE, TODAY) == expected


def test_rows_written_in_advance_may_go_again():
    """A day that has not come yet is no loss."""
    ahead = known(MONTH | {0: 0.0, -1: 0.0})

    assert objection(TESTS, Understood(facts(MONTH), [], 30), ahead, TODAY) == ""


def test_a_number_of_today_may_not_go_again():
    """So an answer shows that was cut between two lines, on the day of a whole one."""
    today = known(MONTH | {0: 7.0})
    against = objection(TESTS, Understood(facts(MONTH), [], 30), today, TODAY)

    assert against == "tests ends on 2021-03-30, though 2021-03-31 was known already"


@pytest.mark.parametrize(("n_faults", "believed"), [(3, True), (4, False)])
def test_a_tenth_of_faulty_rows_casts_doubt_on_the_rest(n_faults: int, believed: bool):  # noqa: FBT001 - the expected answer
    understood = Understood(facts(MONTH), ["row 1: no day"] * n_faults, 30)

    assert (objection(TESTS, understood, {}, TODAY) == "") == believed


def test_a_first_answer_has_nothing_to_be_compared_with():
    assert objection(TESTS, Understood(facts(MONTH), [], 30), {}, TODAY) == ""


def test_a_log_may_hold_less_than_before():
    """A source that gives only its newest values takes nothing back by leaving out."""
    log = recipe("hs-tests-district").model_copy(update={"guard": TESTS.guard})

    assert objection(log, Understood(facts({0: 5.0}), [], 1), BEFORE, TODAY) == ""


def test_small_sums_may_leap():
    """From 3 to 12 is no changed unit."""
    few = dict.fromkeys(MONTH, 0.0) | {20: 3.0}

    said = Understood(facts(few | {20: 12.0}), [], 30)

    assert objection(TESTS, said, known(few), TODAY) == ""
