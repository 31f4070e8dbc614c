"""An outbreak that a workspace is told of: cases by district with delays, patients, towns by the week."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import exp, sin
from pathlib import Path

from worlds import Telling

from tilannekuva.domain.observations import Observation
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace

FIRST = date(2020, 9, 7)  # a Monday
DISTRICTS = {"hospital-district:06": 120, "hospital-district:05": 30, "hospital-district:25": 400}
CARE = {"university-hospital-area:3": 9, "university-hospital-area:1": 20}
TOWNS = {"municipality:837": 0.6, "municipality:604": 0.1, "municipality:250": 0.002}
COUNTRY = "country:FI"
TOLD = (0.0, 0.35, 0.75, 0.92, 1.0)  # share of a day's cases told so many days later
NEWS, DAYS = 184, 199  # the first day of news, and the last


def noon(day: int) -> datetime:
    """Give noon of a day of the outbreak, counted from the first."""
    return datetime.combine(FIRST + timedelta(days=day), time(12), UTC)


def final(area: str, day: int) -> int:
    """Give the cases that a day turns out to have had."""
    dice = random.Random(f"{area} {day}")  # noqa: S311 - an outbreak must be repeatable
    mean = DISTRICTS[area] / 7 * exp(1.2 * sin(day / 30))
    return max(0, round(dice.gauss(mean, mean**0.5)))


def made(folder: Path) -> Path:
    """Make a workspace that is told of the outbreak's sources, of nothing yet."""
    init(folder, template="corona", areas=["837"])
    told = '["hs-cases-district", "hs-hospital", "thl-cases-municipality"]'
    (folder / "tilannekuva.toml").write_text(f'title = "T"\nareas = ["municipality:837"]\nsources = {told}\n')
    workspace = Workspace(folder)
    with workspace.writing("test"):
        workspace.define(noon(NEWS) - timedelta(days=1))
    workspace.close()
    return folder


def tell(workspace: Workspace, *, last: int = DAYS, first: int = NEWS) -> None:
    """Tell what each day from `first` to `last` tells, and all before on the first one."""
    telling = Telling(workspace, keeps=False)
    for today in range(first, last + 1):
        since = 0 if today == NEWS else today - len(TOLD)
        _cases(telling, today, since)
        _patients(telling, today, since)
        if (FIRST + timedelta(days=today)).weekday() == 3:
            _weeks(telling, today)
    telling.commit()


def _cases(telling: Telling, today: int, since: int) -> None:
    at = noon(today)
    seq = telling.look("hs-cases-district", at, str(today).encode(), news=1)
    for day in range(since, today + 1):
        age = min(today - day, len(TOLD) - 1)
        values = {area: float(int(TOLD[age] * final(area, day))) for area in DISTRICTS}
        for area, value in {**values, COUNTRY: sum(values.values())}.items():
            status = "normal" if age == len(TOLD) - 1 else "provisional"
            telling.rows.append(_row("hs-cases-district", "cases", area, day, value, status, at, seq))


def _patients(telling: Telling, today: int, since: int) -> None:
    at = noon(today)
    seq = telling.look("hs-hospital", at, str(today).encode(), news=1)
    for day in range(since, today):
        values = {area: float(round(size * exp(1.2 * sin((day - 9) / 30)))) for area, size in CARE.items()}
        for area, value in {**values, COUNTRY: sum(values.values())}.items():
            telling.rows.append(_row("hs-hospital", "in-ward", area, day, value, "normal", at, seq))
        dead = {area: float(sum(_died(area, before) for before in range(day + 1))) for area in CARE}
        for area, value in {**dead, COUNTRY: sum(dead.values())}.items():
            telling.rows.append(_row("hs-hospital", "deaths", area, day, value, "normal", at, seq))


@cache
def _died(area: str, day: int) -> int:
    """Give who died on a day, three weeks after cases: it may be nobody."""
    dice = random.Random(f"{area} died {day}")  # noqa: S311 - an outbreak must be repeatable
    mean = CARE[area] / 20 * exp(1.2 * sin((day - 21) / 30))
    return sum(dice.random() < mean / 20 for _ in range(20))


def _weeks(telling: Telling, today: int) -> None:
    at = noon(today)
    seq = telling.look("thl-cases-municipality", at, str(today).encode(), news=1)
    for monday in range(0, today - 6, 7):
        whole = sum(final("hospital-district:06", day) for day in range(monday, monday + 7))
        for area, share in TOWNS.items():
            count = round(whole * share)
            value, status = (None, "suppressed") if 0 < count < 5 else (float(count), "normal")
            telling.rows.append(
                _row("thl-cases-municipality", "cases-weekly", area, monday, value, status, at, seq)
            )


def _row(  # noqa: PLR0913, PLR0917 - the cells of an observation
    source: str, indicator: str, area: str, day: int, value: float | None, status: str, at: datetime, seq: int
) -> Observation:
    freq = "week" if indicator == "cases-weekly" else "day"
    return Observation(
        source, indicator, area, FIRST + timedelta(days=day), freq, "all", value, status, at, seq
    )


def later(after: int) -> Iterator[Observation]:
    """Yield rows of the outbreak that become known only later: other counts of days told already."""
    for area in DISTRICTS:
        for day in range(after - 40, after + 10):
            yield _row("hs-cases-district", "cases", area, day, 9999.0, "normal", noon(after + 10), 10**6)


def weeks(last: int) -> Iterator[Observation]:
    """Yield what is told of districts' whole weeks until a day."""
    for monday in range(0, last - 6, 7):
        for area in DISTRICTS:
            count = sum(final(area, day) for day in range(monday, monday + 7))
            at = noon(monday + 8)
            yield _row("thl-cases-weekly", "cases-weekly", area, monday, float(count), "normal", at, monday)
