"""The door from known to shown."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tilannekuva.disclosure import door
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.indicators.catalogue import catalogue, texts

CASES = catalogue(texts()).indicator("cases")
KNOWN_AT = datetime(2021, 3, 15, 12, tzinfo=UTC)


def points(*values: float | None, status: str = "normal") -> list[Point]:
    """Give a series from 1 March on."""
    return [Point(date(2021, 3, 1) + timedelta(days=nth), value, status) for nth, value in enumerate(values)]


def read(series: list[Point], indicator: Indicator = CASES) -> Reading:
    """Give the reading of a series."""
    made = door.reading(
        indicator, "hospital-district:06", series, level=None, known_at=KNOWN_AT, sources=("x",)
    )
    assert made is not None
    return made


def test_a_reading_is_the_newest_settled_value():
    """Provisional days at the end do not count, however low."""
    series = [*points(5, 6), Point(date(2021, 3, 3), 0, "provisional")]

    assert (6, date(2021, 3, 2), "normal") == (
        read(series).value,
        read(series).reference_date,
        read(series).status,
    )


def test_where_all_is_provisional_the_newest_is_shown_as_such():
    assert (
        read(points(5, 6, status="provisional")).value,
        read(points(5, 6, status="provisional")).status,
    ) == (6, "provisional")


@pytest.mark.parametrize("status", ["suppressed", "missing"])
def test_what_has_no_number_says_why_and_is_no_zero(status: str):
    made = read(points(None, None, status=status))

    assert (None, status, "unknown", None) == (made.value, made.status, made.trend, made.level)


def test_zero_is_a_number():
    assert (read(points(3, 0)).value, read(points(3, 0)).status) == (0, "normal")


@pytest.mark.parametrize(
    ("values", "trend", "change"),
    [
        ([10, *[0] * 6, 20], "up", 10),
        ([20, *[0] * 6, 10], "down", -10),
        ([100, *[0] * 6, 103], "flat", 3),
        ([None, *[0] * 6, 10], "unknown", None),  # nothing to compare with
        ([10, 20], "unknown", None),
    ],
)
def test_the_trend_compares_with_the_same_day_a_week_before(
    values: list[Any], trend: str, change: float | None
):
    made = read(points(*values))

    assert (trend, change) == (made.trend, made.change)


def test_a_day_left_out_is_no_day_to_compare_with():
    series = [
        point for point in points(10, 11, 12, 13, 14, 15, 16, 17) if point.reference_date != date(2021, 3, 1)
    ]

    assert read(series).change is None


def test_a_series_without_points_gives_no_reading():
    assert door.reading(CASES, "country:FI", [], level=None, known_at=KNOWN_AT, sources=()) is None


def test_a_reading_cannot_be_changed():
    made = read(points(1))
    with pytest.raises(AttributeError):
        made.value = 2  # type: ignore[misc]

    assert replace(made, value=3).value == 3


def test_a_withheld_value_is_not_hidden_by_an_older_number():
    """Between five last week and withheld now, the reading is that it is withheld."""
    withheld = Point(date(2021, 3, 3), None, "suppressed")
    made = read([*points(5, 6), withheld])

    assert (made.reference_date, made.value, made.status) == (date(2021, 3, 3), None, "suppressed")
