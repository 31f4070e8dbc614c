"""The door: makes readings from series."""

from collections.abc import Sequence
from datetime import datetime

from tilannekuva.domain.calendar import before
from tilannekuva.domain.indicators import Indicator, LevelName
from tilannekuva.domain.picture import Point, Reading, Trend


def reading(
    indicator: Indicator,
    area: str,
    points: Sequence[Point],
    *,
    level: LevelName | None,
    known_at: datetime,
    sources: tuple[str, ...],
) -> Reading | None:
    """Give the newest settled value of a series, else its newest; None without any point."""
    if not points:
        return None
    at = settled(points)
    change = _change(points, at, indicator.freq)
    return Reading(
        indicator=indicator.id,
        area=area,
        reference_date=points[at].reference_date,
        value=points[at].value,
        status=points[at].status,
        level=level if points[at].value is not None else None,
        trend=_trend(points[at].value, change, indicator),
        change=change,
        known_at=known_at,
        sources=sources,
        points=tuple(points),
    )


def settled(points: Sequence[Point]) -> int:
    """Say where the newest settled value stands: not provisional, not empty; else the last point.

    A withheld one is settled: an older number in its place would tell of another time.
    """
    told = [at for at, one in enumerate(points) if one.value is not None or one.status == "suppressed"]
    whole = [at for at in told if points[at].status != "provisional"]
    return (whole or told or [len(points) - 1])[-1]


def _change(points: Sequence[Point], at: int, freq: str) -> float | None:
    now = points[at]
    earlier = before(now.reference_date, freq)
    for then in reversed(points[:at]):
        if then.reference_date <= earlier:
            same = then.reference_date == earlier
            return (
                now.value - then.value if same and now.value is not None and then.value is not None else None
            )
    return None


def _trend(value: float | None, change: float | None, indicator: Indicator) -> Trend:
    if value is None or change is None:
        return "unknown"
    # A share is already a comparison: its change is judged in its own per cent.
    scale = 100.0 if indicator.kind == "share" else max(abs(value - change), 1.0)
    if abs(change) <= indicator.noticeable * scale:
        return "flat"
    return "up" if change > 0 else "down"
