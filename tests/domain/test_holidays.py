"""Days on which Finland rests."""

from datetime import date

import pytest

from tilannekuva.domain.holidays import easter, holidays, kind


@pytest.mark.parametrize(
    "day",
    [
        "1818-03-22",
        "1943-04-25",
        "1961-04-02",
        "1954-04-18",
        "1981-04-19",
        "2000-04-23",
        "2020-04-12",
        "2021-04-04",
        "2038-04-25",
    ],
)
def test_easter_is_when_it_was(day: str):
    assert date.fromisoformat(day) == easter(int(day[:4]))


def test_the_holidays_of_2021():
    expected = """01-01 01-06 04-02 04-04 04-05 05-01 05-13 05-23
        06-25 06-26 11-06 12-06 12-24 12-25 12-26"""

    assert expected.split() == [f"{day:%m-%d}" for day in sorted(holidays(2021))]


@pytest.mark.parametrize(
    ("day", "expected"), [("2021-04-01", 3), ("2021-04-02", 6), ("2021-04-03", 5), ("2021-04-05", 6)]
)
def test_a_holiday_has_the_ways_of_a_sunday(day: str, expected: int):
    assert expected == kind(date.fromisoformat(day))
