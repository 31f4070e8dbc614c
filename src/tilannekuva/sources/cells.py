"""Cells: raw texts and numbers of an answer turned into typed values."""

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from tilannekuva.domain.calendar import HELSINKI, helsinki_date, week_start

Cell = str | int | float | bytes | date | datetime | None
_FINNISH_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_WEEK = re.compile(r"(?:Vuosi|År|Year)?\s*(\d{4})\s*-?(?:W|Viikko|Vecka|Week)\s*(\d{1,2})", re.IGNORECASE)
_MONTH = re.compile(r"(?:(\d{4})(?:M|-)(\d{2})|(\d{1,2})/(\d{4}))\s*\*?")
_YEAR = re.compile(r"(\d{4})\s*\*?")
_ALL_TIMES = {"kaikki ajat", "aika", "alla tider", "all times"}
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,]\d{3})+")
_MAX_COUNT = 2**53  # above it, neighbouring whole numbers become one and the same
_SUPPRESSED = re.compile(r"\.\.|<\s*\d+")


def is_suppressed(raw: Any) -> bool:  # noqa: ANN401 - whatever the source wrote
    """Whether a cell says that its number is withheld: `..` or `<5`."""
    return isinstance(raw, str) and bool(_SUPPRESSED.fullmatch(raw.strip()))


def text(raw: Any) -> str | None:  # noqa: ANN401 - whatever the source wrote
    """Give a text without outer blanks (also no-break ones)."""
    if raw is None or isinstance(raw, dict | list):
        return None
    return str(raw).replace("\u00a0", " ").strip()


def day(raw: Any) -> date | None:  # noqa: ANN401 - whatever the source wrote
    """Give the Helsinki day of `2021-03-15`, `15.3.2021` or an instant."""
    if not isinstance(raw, str):
        raise ValueError("is no day")  # noqa: TRY004 - a bad cell is a bad value, whatever its type
    finnish = _FINNISH_DAY.fullmatch(raw.strip())
    if finnish:
        return date(int(finnish[3]), int(finnish[2]), int(finnish[1]))
    at = datetime.fromisoformat(raw.strip())
    return helsinki_date(at if at.tzinfo else at.replace(tzinfo=HELSINKI))


def week(raw: Any) -> date | None:  # noqa: ANN401 - whatever the source wrote
    """Give the Monday of `Vuosi 2020 Viikko 06`, `År 2020 Vecka 06` or `2020-W06`; None for all times."""
    if not isinstance(raw, str):
        raise ValueError("is no week")  # noqa: TRY004 - a bad cell is a bad value, whatever its type
    if raw.strip().casefold() in _ALL_TIMES:
        return None
    match = _WEEK.fullmatch(raw.strip())
    if not match:
        raise ValueError("is no week")
    return week_start(int(match[1]), int(match[2]))


def month(raw: Any) -> date | None:  # noqa: ANN401 - whatever the source wrote
    """Give the first day of `2009M01`, `2025M03*` (provisional), `2020-03` or `3/2020`."""
    match = _MONTH.fullmatch(str(raw).strip())
    if not match:
        raise ValueError("is no month")
    return date(int(match[1] or match[4]), int(match[2] or match[3]), 1)


def year(raw: Any) -> date | None:  # noqa: ANN401 - whatever the source wrote
    """Give the first day of `2019` or `2025*` (provisional)."""
    match = _YEAR.fullmatch(str(raw).strip())
    if not match:
        raise ValueError("is no year")
    return date(int(match[1]), 1, 1)


def time(raw: Any) -> datetime | None:  # noqa: ANN401 - whatever the source wrote
    """Give the time on Helsinki's clock, without a zone: of an instant, of epoch seconds, or as written."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        try:
            return datetime.fromtimestamp(raw, HELSINKI).replace(tzinfo=None)
        except OSError:  # beyond what the machine's own clock can count
            raise ValueError("is no time") from None
    if not isinstance(raw, str):
        raise ValueError("is no time")  # noqa: TRY004 - a bad cell is a bad value, whatever its type
    at = datetime.fromisoformat(raw.strip())
    return at.astimezone(HELSINKI).replace(tzinfo=None) if at.tzinfo else at


def is_starred(raw: Any) -> bool:  # noqa: ANN401 - whatever the source wrote
    """Whether a period or number bears the star of what is provisional: `2025M03*`."""
    return isinstance(raw, str) and raw.rstrip().endswith("*")


def number(raw: Any) -> float | None:  # noqa: ANN401 - whatever the source wrote
    """Give a number; None where the source gave none or withheld it."""
    if raw is None or raw == "" or is_suppressed(raw):
        return None
    if isinstance(raw, bool) or not isinstance(raw, str | int | float) or "_" in str(raw):
        raise ValueError("is no number")
    cleaned = (
        raw.rstrip("* ").replace("\u00a0", "").replace(" ", "").replace(",", ".")
        if isinstance(raw, str)
        else raw
    )
    value = float(cleaned)
    if not math.isfinite(value) or not str(cleaned).isascii():  # Python reads the digits of every script
        raise ValueError("is no number")
    return value


def count(raw: Any) -> int | None:  # noqa: ANN401 - whatever the source wrote
    """Give a whole number; None where the source gave none or withheld it."""
    if type(raw) is int and abs(raw) <= _MAX_COUNT:
        return raw
    if isinstance(raw, str) and _THOUSANDS.fullmatch(raw.strip()):
        raise ValueError("may mean thousands or decimals")
    value = number(raw)
    if value is not None and (value != int(value) or abs(value) > _MAX_COUNT):
        raise ValueError("is no whole number")
    return None if value is None else int(value)


def geometry(raw: Any) -> bytes | None:  # noqa: ANN401 - whatever the source wrote
    """Give a shape (WKB) as a format has read it; a text in its place says why there is none."""
    if raw is None or isinstance(raw, bytes):
        return raw
    raise ValueError("is no geometry")


KINDS: dict[str, tuple[Callable[[Any], Cell], str]] = {
    "text": (text, "VARCHAR"),
    "day": (day, "DATE"),
    "week": (week, "DATE"),
    "month": (month, "DATE"),
    "year": (year, "DATE"),
    "time": (time, "TIMESTAMP"),
    "count": (count, "BIGINT"),
    "number": (number, "DOUBLE"),
    "geometry": (geometry, "BLOB"),
}
