"""Vintages: what was told of each period on each day of news, and what is known of it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Point, Reading
from tilannekuva.flows.formulas import STATUSES, fill
from tilannekuva.flows.picture import RECENT, reach
from tilannekuva.flows.workspace import Workspace
from tilannekuva.store.duckdb import rewind
from tilannekuva.store.sheet import Sheet

PERIODS = 10  # shown, the newest
REPORTS = 10


@dataclass(frozen=True, slots=True)
class Vintages:
    """What became known of an indicator in an area: one row a day of news, one column a period.

    `reports` are the instants of each day's last news and `days` the periods, both ascending; `told` holds
    for each report the point of each period, None where nothing was told of it yet. The last row is what is
    known now. `ages` holds, where the sources tell them, the points of each age group that are known now.
    """

    reports: tuple[datetime, ...]
    days: tuple[date, ...]
    told: tuple[tuple[Point | None, ...], ...]
    ages: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)

    @property
    def now(self) -> tuple[Point | None, ...]:
        """Give what is known now of each period; empty where nothing is."""
        return self.told[-1] if self.told else ()

    @property
    def firsts(self) -> dict[date, tuple[float, float]]:
        """Give for each period first told within the reports its first and its newest value.

        What the oldest report holds was told before, and what only the newest one holds cannot have changed.
        """
        found = {}
        for column, day in enumerate(self.days):
            points = [row[column] for row in self.told]
            values = [one.value for one in points if one and one.value is not None]
            if len(values) > 1 and points[0] is None and points[-1] and points[-1].value is not None:
                found[day] = (values[0], values[-1])
        return found

    @property
    def filling(self) -> float | None:
        """Give by which share periods have grown in all since they were first told; None where untold."""
        pairs = self.firsts.values()
        first = sum(one for one, _ in pairs)
        return sum(now for _, now in pairs) / first - 1 if first > 0 else None

    @property
    def moving(self) -> float | None:
        """Give by how much a period has changed on average since it was first told, whichever way."""
        pairs = self.firsts.values()
        return sum(abs(now - first) for first, now in pairs) / len(pairs) if pairs else None


def vintages(workspace: Workspace, reading: Reading, as_of: datetime) -> Vintages:
    """Compute what was told of a reading's newest periods, from nothing known later than an instant.

    A derived indicator is computed anew of what was known on each day, by the formula in force at `as_of`:
    from the area and all it belongs to, or from all areas where the formula turns out to look farther.
    """
    area = reading.area
    near = {area, *register().ancestors(area, on=helsinki_date(as_of))}
    newest = reading.points[-PERIODS:]
    found = _vintages(workspace, reading, as_of, areas=near)
    if found.reports and found.now != newest:
        return _vintages(workspace, reading, as_of, areas=None)
    return found


def _vintages(workspace: Workspace, reading: Reading, as_of: datetime, *, areas: set[str] | None) -> Vintages:
    days = tuple(point.reference_date for point in reading.points[-PERIODS:])
    catalogue = workspace.catalogue(as_of)
    one, needed = catalogue.indicator(reading.indicator), catalogue.needed({reading.indicator})
    since = days[0] - min(RECENT + reach(catalogue, [one]), days[0] - date.min)
    bases = catalogue.bases({reading.indicator})
    ranks = catalogue.ranks()
    with workspace.store.vintages(as_of, indicators=bases, areas=areas, since=since, ranks=ranks) as sheet:
        fill(sheet, needed, helsinki_date(as_of), views=True)
        reports = _reports(sheet, reading.area, days[0])
        told = tuple(_told(sheet, one, reading.area, days=days, at=at) for at in reports)
        return Vintages(reports, days, told, _ages(sheet, reading))


def _reports(sheet: Sheet, area: str, since: date) -> tuple[datetime, ...]:
    """Give the last instant of news of each of the newest days that brought any of the area's new periods."""
    sql = "select distinct known_at from stored where area = ? and reference_date >= ? order by 1"
    known = [at.replace(tzinfo=UTC) for (at,) in sheet.ask(sql, [area, since]).rows]
    last = {helsinki_date(at): at for at in known}
    return tuple(last.values())[-REPORTS:]


def _told(
    sheet: Sheet, one: Indicator, area: str, *, days: Sequence[date], at: datetime
) -> tuple[Point | None, ...]:
    """Give what was known at an instant of each period."""
    rewind(sheet, at)
    sql = f"select reference_date, value, doubt from {one.table} where area = ?"  # noqa: S608 - a slug
    rows = sheet.ask(f"{sql} and reference_date >= ?", [area, days[0]]).rows
    found = {day: Point(day, value, STATUSES[doubt]) for day, value, doubt in rows}
    return tuple(found.get(day) for day in days)


def _ages(sheet: Sheet, reading: Reading) -> dict[str, tuple[Point, ...]]:
    """Give what is known of each age group on the newest days; the sheet stands at the newest report."""
    sql = (
        "select stratum, reference_date, value, status from observations "
        "where indicator = ? and area = ? and stratum like 'age:%' order by 1, 2"
    )
    rows = sheet.ask(sql, [reading.indicator, reading.area]).rows
    return {
        stratum.removeprefix("age:"): tuple(Point(*one[1:]) for one in group)
        for stratum, group in groupby(rows, lambda row: row[0])
    }
