"""Instants, days and weeks."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tilannekuva.domain.calendar import begun, duration, end_of_day, helsinki_date, instant, stamp, week_start
from tilannekuva.errors import BadInstant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-03-15", "2021-03-15T21:59:59.999999Z"),  # winter: two hours ahead of UTC
        ("2021-07-15", "2021-07-15T20:59:59.999999Z"),  # summer: three
        ("2021-03-15T12:00:00Z", "2021-03-15T12:00:00Z"),
        ("2021-03-15T14:00:00+02:00", "2021-03-15T12:00:00Z"),
        ("2021-03-15T14:00", "2021-03-15T12:00:00Z"),  # without a zone: Helsinki's clock
    ],
)
def test_an_instant_is_a_day_s_end_or_what_it_says(text: str, expected: str):
    assert expected == stamp(instant(text))


@pytest.mark.parametrize("text", ["yesterday", "2021-13-01", "15.3.2021", "", "2021-02-29"])
def test_what_is_no_instant_is_refused_with_an_example(text: str):
    with pytest.raises(BadInstant, match="2021-03-15"):
        instant(text)


@pytest.mark.parametrize(("day", "hours"), [("2020-03-29", 23), ("2020-10-25", 25), ("2020-06-01", 24)])
def test_a_day_in_helsinki_has_23_24_or_25_hours(day: str, hours: int):
    end = end_of_day(date.fromisoformat(day))
    begin = end_of_day(date.fromisoformat(day) - timedelta(days=1))

    assert timedelta(hours=hours) == end - begin


def test_every_instant_of_a_day_is_on_that_day():
    """The last microsecond belongs to the day, the next one to the next, through a whole year."""
    for nth in range(366):
        day = date(2020, 1, 1) + timedelta(days=nth)
        end = end_of_day(day)

        assert (day, day + timedelta(days=1)) == (
            helsinki_date(end),
            helsinki_date(end + timedelta(microseconds=1)),
        )


def test_iso_weeks_go_there_and_back_from_2015_to_2040():
    """Also week 53 of 2020 and 2026."""
    day = date(2015, 1, 1)
    while day < date(2040, 12, 31):
        year, week, weekday = day.isocalendar()

        assert day == week_start(year, week) + timedelta(days=weekday - 1)
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("freq", "first"),
    [("day", "2021-03-17"), ("week", "2021-03-15"), ("month", "2021-03-01"), ("year", "2021-01-01")],
)
def test_a_period_is_dated_by_its_first_day(freq: str, first: str):
    assert date.fromisoformat(first) == begun(date(2021, 3, 17), freq)


def test_a_week_that_the_year_has_not_is_refused():
    assert date(2020, 12, 28) == week_start(2020, 53)
    with pytest.raises(ValueError, match="week"):
        week_start(2021, 53)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("15min", timedelta(minutes=15)),
        ("2d", timedelta(days=2)),
        ("1w", timedelta(7)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: timedelta):
    assert expected == duration(text)


@pytest.mark.parametrize("text", ["1", "h", "1 month", "-1h", "1.5h"])
def test_what_is_no_duration_is_refused_with_examples(text: str):
    with pytest.raises(ValueError, match="15min"):
        duration(text)


def test_a_stamp_names_an_instant_by_one_text_only():
    assert "2021-03-15T12:00:00.000001Z" == stamp(datetime(2021, 3, 15, 12, 0, 0, 1, tzinfo=UTC))
