"""Series: what was told of an indicator's areas day by day, as arrays for the models.

Only what was known at an instant is read, from the sources that are heard of each area. Days begin on a
Monday.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import begun, helsinki_date
from tilannekuva.domain.holidays import kind
from tilannekuva.domain.observations import Observation
from tilannekuva.errors import UnknownArea
from tilannekuva.flows.workspace import Workspace

if TYPE_CHECKING:
    from tilannekuva.models.outlook import Reports
    from tilannekuva.models.weeks import Array

BASES = ("hospital-district", "university-hospital-area", "wellbeing-county", "country")
TOWN = "municipality"
_HISTORY = timedelta(weeks=104)  # at the least
_ANCHOR = timedelta(weeks=13)  # after which history begins later, so that most days it begins as before
_NEWS = timedelta(weeks=12)  # of days of news that delays are learned from, at the least
_BLOCK = 28  # days, after which what is completed, and news, begin later
_FRESH = timedelta(weeks=3)  # an area of which nothing newer is told is left out
_WEEK = 7
_HIDDEN = 2.5  # where 1 to 4 are hidden: the middle of what it may be
Days = Mapping[str, Mapping[date, Observation]]  # by area


@dataclass(frozen=True)
class Series:
    """What was known of an indicator on `today`; `rows` are the newest of each area and day."""

    rows: Days
    news: tuple[Observation, ...]
    today: date
    weekly: bool
    total: bool = False

    @cached_property
    def first(self) -> date:
        """Give the Monday that the arrays begin with."""
        earliest = min(day for days in self.rows.values() for day in days)
        monday = begun(earliest, "week")
        return monday if monday == earliest or self.weekly else monday + timedelta(days=_WEEK)

    @property
    def reached(self) -> date:
        """Give the last day of which anything is told, a week's last one where weeks are told."""
        last = max(day for days in self.rows.values() for day in days)
        return last + timedelta(days=_WEEK - 1) if self.weekly else last

    def at(self, levels: Iterable[str]) -> list[str]:
        """Give the areas of the first of some levels that anything new is told of."""
        for level in levels:
            found = [
                area for area in sorted(self.rows) if area.startswith(f"{level}:") and self._is_fresh(area)
            ]
            if found:
                return found
        return []

    def _is_fresh(self, area: str) -> bool:
        return max(self.rows[area]) >= self.today - _FRESH - timedelta(days=_WEEK * self.weekly)

    def daily(self, areas: Iterable[str], first: date | None = None) -> "Array":
        """Give daily counts [area, day] up to `today`; NaN is what is not told, a hidden few their middle."""
        import numpy as np  # noqa: PLC0415 - of an extra

        begin = first or self.first
        days = (self.today - begin).days + 1
        found = np.stack([self._row(self.rows.get(area, {}), begin, days) for area in areas])
        return np.diff(found, axis=1, prepend=np.nan) if self.total else found

    def _row(self, told: Mapping[date, Observation], begin: date, days: int) -> "Array":
        import numpy as np  # noqa: PLC0415 - of an extra

        row = np.full(days, np.nan)
        for day, one in told.items():
            place, value = (day - begin).days, _value(one)
            if self.weekly and 0 <= place <= days - _WEEK and value is not None:
                row[place : place + _WEEK] = value / _WEEK
            elif not self.weekly and 0 <= place < days and value is not None:
                row[place] = value
        return row

    def differences(self) -> "Series":
        """Give the same, of sums since the beginning, as what each day added."""
        return replace(self, news=(), total=True)

    def reports(self, areas: list[str]) -> "Reports":
        """Give what was told of areas on each day of news."""
        import numpy as np  # noqa: PLC0415 - of an extra

        from tilannekuva.models.outlook import Reports  # noqa: PLC0415 - of an extra

        daily = self.daily(areas)
        settled = min(self._settled(area) for area in areas)
        over = (self.today - self.first).days
        if self.weekly or self.total:
            return Reports(daily, settled, over, np.empty((0, len(areas), 0)), np.empty(0), 0)
        offset = max(0, daily.shape[1] - 2 * _NEWS.days) // _BLOCK * _BLOCK
        days = (self.first + timedelta(days=nth) for nth in range(offset, daily.shape[1]))
        kinds = np.array([kind(day) for day in days])
        return Reports(daily, settled, over, *self._vintages(areas, offset), offset, kinds)

    def _settled(self, area: str) -> int:
        """Count the days from the first up to the last that is told and not provisional."""
        whole = (day for day, one in self.rows[area].items() if one.status in ("normal", "suppressed"))
        last = max(whole, default=self.first - timedelta(days=_WEEK))
        return (last - self.first).days + (_WEEK if self.weekly else 1)

    def _vintages(self, areas: list[str], offset: int) -> "tuple[Array, Array]":
        """Give what was known at the end of each day of news [vintage, area, day], and which day that was."""
        import numpy as np  # noqa: PLC0415 - of an extra

        begin = self.first + timedelta(days=offset)
        days = (self.today - begin).days + 1
        place = {area: nth for nth, area in enumerate(areas)}
        now, vintages, reported = np.full((len(areas), days), np.nan), [], []
        for at, rows in _by_day(self.news).items():
            for one in rows:
                if one.area in place and 0 <= (one.reference_date - begin).days < days:
                    value = _value(one)
                    now[place[one.area], (one.reference_date - begin).days] = (
                        np.nan if value is None else value
                    )
            if at >= begin and at > _news_since(self.today):
                vintages.append(now.copy())
                reported.append((at - begin).days)
        return np.array(vintages).reshape(-1, len(areas), days), np.array(reported, dtype=float)


def _by_day(news: Iterable[Observation]) -> dict[date, list[Observation]]:
    """Give news by the day in Helsinki on which it became known, the oldest first."""
    found = dict[date, list[Observation]]()
    for one in sorted(news, key=lambda one: (one.known_at, one.look)):
        found.setdefault(helsinki_date(one.known_at), []).append(one)
    return found


def _value(one: Observation) -> float | None:
    return _HIDDEN if one.status == "suppressed" and one.value is None else one.value


def series(workspace: Workspace, indicator: str, as_of: datetime) -> Series | None:
    """Give what was known of an indicator at an instant, of the whole population; None where nothing was."""
    catalogue = workspace.catalogue(as_of)
    if indicator not in catalogue.indicators:
        return None
    today = helsinki_date(as_of)
    since = today - _HISTORY - (today - date.min) % _ANCHOR  # a Monday
    found = workspace.store.as_of(as_of, indicators={indicator}, since=since, ranks=catalogue.ranks())
    rows = dict[str, dict[date, Observation]]()
    for one in found:
        if (
            one.stratum == "all"
            and (one.value is not None or one.status == "suppressed")
            and one.reference_date <= today
        ):
            rows.setdefault(one.area, {})[one.reference_date] = one
    if not rows:
        return None
    weekly = catalogue.indicators[indicator].freq == "week"
    news = () if weekly else _news(workspace, indicator, as_of, rows)
    return Series(rows, news, today, weekly)


def _news(workspace: Workspace, indicator: str, as_of: datetime, rows: Days) -> tuple[Observation, ...]:
    """Give all that the sources heard now told of the last months' days."""
    heard = {(area, next(iter(days.values())).source) for area, days in rows.items()}
    since = _news_since(helsinki_date(as_of)) - _NEWS
    told = workspace.store.revisions(as_of, indicators={indicator}, since=since)
    return tuple(one for one in told if one.stratum == "all" and (one.area, one.source) in heard)


def _news_since(today: date) -> date:
    """Give the day after which news teaches delays, for some weeks the same."""
    return today - _NEWS - (today - date.min) % timedelta(days=_BLOCK)


def within(areas: Iterable[str], larger: list[str], on: date) -> tuple[int, ...]:
    """Give the place among larger areas of that which each area lies in, -1 for none."""
    return tuple(next((larger.index(one) for one in _chain(area, on) if one in larger), -1) for area in areas)


def _chain(area: str, on: date) -> tuple[str, ...]:
    try:
        return (area, *register().ancestors(area, on=on))
    except UnknownArea:
        return (area,)


def people(areas: Iterable[str], on: date) -> "Array":
    """Count the inhabitants of areas [area]; one of which nothing is known has none."""
    import numpy as np  # noqa: PLC0415 - of an extra

    return np.array([float(register().population(area, on) or 0) for area in areas])
