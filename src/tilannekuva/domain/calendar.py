"""Instants, days and weeks: UTC instants, Helsinki days, ISO weeks.

A day in Helsinki lasts 23, 24 or 25 hours, so nothing here counts hours:

    2020-03-29 00:00 +02 ──── 23 h ──── 2020-03-30 00:00 +03
    2020-10-25 00:00 +03 ──── 25 h ──── 2020-10-26 00:00 +02
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tilannekuva.errors import BadInstant

HELSINKI = ZoneInfo("Europe/Helsinki")
_DURATION = re.compile(r"(\d+)\s*(s|min|h|d|w)")
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def helsinki_date(at: datetime) -> date:
    """Give the calendar day in Helsinki at an aware instant."""
    return at.astimezone(HELSINKI).date()


def end_of_day(day: date) -> datetime:
    """Give the last microsecond of a day in Helsinki, in UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), HELSINKI)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def instant(text: str) -> datetime:
    """Give the UTC instant of an ISO instant, or of a day's end in Helsinki.

    An instant without a zone is on Helsinki's clock. Raises BadInstant.
    """
    try:
        if len(text) <= len("2020-03-16"):
            return end_of_day(date.fromisoformat(text))
        at = datetime.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is neither a day (2021-03-15) nor an instant (2021-03-15T12:00Z)"
        raise BadInstant(message) from None
    return (at if at.tzinfo else at.replace(tzinfo=HELSINKI)).astimezone(UTC)


def stamp(at: datetime) -> str:
    """Write an aware instant in UTC, the same text for the same instant always."""
    utc = at.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds" if utc.microsecond else "seconds") + "Z"


def week_start(year: int, week: int) -> date:
    """Give the Monday of an ISO week; ValueError for a week the year has not."""
    return date.fromisocalendar(year, week, 1)


def begun(day: date, freq: str) -> date:
    """Give the first day of the day, week, month or year that a day lies in."""
    if freq == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1, month=1 if freq == "year" else day.month) if freq != "day" else day


def before(day: date, freq: str) -> date:
    """Give the day with which a period is compared: a week, a month or a year earlier."""
    if freq in ("day", "week"):
        return day - timedelta(days=7)
    return begun(day - timedelta(days=1), freq)


def duration(text: str) -> timedelta:
    """Give the time span of a text such as 90s, 15min, 1h, 2d or 1w."""
    match = _DURATION.fullmatch(text.strip())
    if not match:
        raise ValueError(f"'{text}' is no duration: write 90s, 15min, 1h, 2d or 1w")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
