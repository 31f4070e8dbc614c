"""Days on which Finland rests: tests are fewer and their answers later on them, as on Sundays.

Those of the Church Act and of the acts on Independence Day and May Day, with the eves of Midsummer and
Christmas, on which offices are shut. Easter after Meeus, Astronomical Algorithms (1991), chapter 8.
"""

from datetime import date, timedelta
from functools import cache

_FIXED = ((1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26))  # month, day
_FROM_EASTER = (-2, 0, 1, 39, 49)  # days: Good Friday, both of Easter, Ascension Day, Pentecost
_SUNDAY = 6


def easter(year: int) -> date:
    """Give Easter Sunday of the Gregorian calendar."""
    century, rest = divmod(year, 100)
    golden = year % 19
    shift = (century + 8) // 25
    moon = (19 * golden + century - century // 4 - (century - shift + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """Give the days of a year on which Finland rests."""
    fixed = {date(year, month, day) for month, day in _FIXED}
    moving = {easter(year) + timedelta(days=days) for days in _FROM_EASTER}
    midsummer, saints = _saturday(date(year, 6, 20)), _saturday(date(year, 10, 31))
    return frozenset(fixed | moving | {midsummer, midsummer - timedelta(days=1), saints})


def _saturday(first: date) -> date:
    """Give the first Saturday on or after a day."""
    return first + timedelta(days=(5 - first.weekday()) % 7)


def kind(day: date) -> int:
    """Give the weekday whose ways a day has, 0 for Monday: a holiday has a Sunday's."""
    return _SUNDAY if day in holidays(day.year) else day.weekday()
