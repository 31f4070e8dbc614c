"""Scoring: how good the forecasts that have come due were, by what is known of them at an instant.

A pure function of what was kept and of the instant. Of several forecasts from one origin the first counts,
which knew least; a period counts once nothing of it is provisional. The flat baseline was kept beside each
forecast, made of the same vintage.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from statistics import fmean

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.forecasts import Forecast, Record, Score, Target
from tilannekuva.domain.picture import Point
from tilannekuva.errors import NotInstalled
from tilannekuva.flows.foretold import FLAT, forecasts
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.series import series
from tilannekuva.flows.workspace import Workspace

_WEEK = timedelta(weeks=1)
_PARTS = 10  # of the PIT histogram
_SETTLED = ("normal", "estimated")


@dataclass(frozen=True, slots=True)
class _Due:
    """A period of a forecast that has come due, with the baseline's and with what was observed."""

    forecast: Forecast
    target: Target
    baseline: Target
    observed: float

    @property
    def horizon(self) -> int:
        """Count the weeks from the origin to the one in which the period lies."""
        return -((self.forecast.origin_date - self.target.reference_date) // _WEEK)


def scores(workspace: Workspace, indicator: str, area: str, as_of: datetime) -> tuple[Score, ...]:
    """Give the score of each forecast of an indicator in an area that has come due, the newest first.

    Raises NotInstalled and Damaged.
    """
    made = _firsts(forecasts(workspace, indicator, area, as_of))
    if not made:
        return ()
    flat = _firsts(forecasts(workspace, indicator, area, as_of, model=FLAT))
    since = min(one.targets[0].reference_date for one in made.values())
    observed = _observed(workspace, indicator, area, as_of, since=since)
    due = [
        _Due(one, target, baseline, observed[target.reference_date])
        for origin, one in made.items()
        if origin in flat
        for target in one.targets
        for baseline in flat[origin].targets
        if target.reference_date == baseline.reference_date and target.reference_date in observed
    ]
    return tuple(
        sorted(_scored(due, as_of), key=lambda one: (one.reference_date, one.origin_date), reverse=True)
    )


def _firsts(told: Iterable[Forecast]) -> dict[date, Forecast]:
    """Give the first forecast of each origin; they come newest first."""
    return {one.origin_date: one for one in told}


def _observed(
    workspace: Workspace, indicator: str, area: str, as_of: datetime, *, since: date
) -> Mapping[date, float]:
    """Give what is known of an indicator's settled periods, or else of what it is forecast from."""
    asked = Question(as_of, area, rewound=True, indicators=frozenset({indicator}), since=since)
    reading = picture(workspace, asked).readings.get((indicator, area))
    told = {one.reference_date: one.value for one in (reading.points if reading else ()) if _is_settled(one)}
    found = {day: value for day, value in told.items() if value is not None}
    if _stands(workspace, indicator, as_of):
        found = {**ends(found, helsinki_date(as_of)), **found}
    return {**_weeks(workspace, indicator, area, as_of), **found}


def _stands(workspace: Workspace, indicator: str, as_of: datetime) -> bool:
    """Whether an indicator tells how things stand: then a day that is not told is as the day before."""
    told = workspace.catalogue(as_of).indicator(indicator).forecast
    return told is not None and (told.method == "stays" or told.total)


def ends(told: Mapping[date, float], today: date) -> dict[date, float]:
    """Give how things stood at the end of each week that is over, by the last day of it that is told."""
    sundays = {day + timedelta(days=6 - day.weekday()): value for day, value in sorted(told.items())}
    return {sunday: value for sunday, value in sundays.items() if sunday < today}


def _is_settled(point: Point) -> bool:
    return point.status in _SETTLED and point.value is not None


def _weeks(workspace: Workspace, indicator: str, area: str, as_of: datetime) -> dict[date, float]:
    """Give sums of whole settled weeks of the daily counts that weekly ones are forecast from."""
    one = workspace.catalogue(as_of).indicator(indicator)
    if one.freq != "week" or one.forecast is None or one.forecast.of == indicator:
        return {}
    told = series(workspace, one.forecast.of, as_of)
    days = told.rows.get(area, {}) if told and not told.weekly else {}
    settled = {
        day: row.value for day, row in days.items() if row.status in _SETTLED and row.value is not None
    }
    weeks = {
        monday: [settled[day] for nth in range(7) if (day := monday + timedelta(nth)) in settled]
        for monday in settled
        if monday.weekday() == 0
    }
    return {monday: sum(week) for monday, week in weeks.items() if len(week) == 7}  # noqa: PLR2004 - whole


def _scored(due: Sequence[_Due], as_of: datetime) -> list[Score]:
    """Score forecasts and their baselines, all at once; raises NotInstalled."""
    if not due:
        return []
    try:
        import numpy as np  # noqa: PLC0415 - of an extra

        from tilannekuva.models import scores as scoring  # noqa: PLC0415 - of an extra
    except ModuleNotFoundError:
        raise NotInstalled("scoring", "forecast") from None
    told, flat = (
        np.array([[value for _, value in getattr(one, name).quantiles] for one in due])
        for name in ("target", "baseline")
    )
    came = np.array([one.observed for one in due])
    logs, flat_logs, came_log = (scoring.logged(values) for values in (told, flat, came))
    parts, held = scoring.wis(told, came), scoring.covered(told, came)
    columns = {
        **parts._asdict(),
        "log_wis": scoring.wis(logs, came_log).wis,
        "baseline_wis": scoring.wis(flat, came).wis,
        "baseline_log_wis": scoring.wis(flat_logs, came_log).wis,
        "pit": scoring.pit(told, came),
        "bias": scoring.bias(told, came),
    }
    within = zip(*(held[share].tolist() for share in (0.5, 0.9, 0.95)), strict=True)
    rows = [
        dict(zip(columns, row, strict=True))
        for row in zip(*(one.tolist() for one in columns.values()), strict=True)
    ]
    return [_score(one, row, inside, as_of) for one, row, inside in zip(due, rows, within, strict=True)]


def _score(one: _Due, row: Mapping[str, float], within: tuple[bool, bool, bool], as_of: datetime) -> Score:
    median = one.target.at(0.5)
    return Score(
        model=one.forecast.model,
        indicator=one.forecast.indicator,
        area=one.forecast.area,
        origin_date=one.forecast.origin_date,
        reference_date=one.target.reference_date,
        horizon=one.horizon,
        observed=one.observed,
        truth_at=as_of,
        median=0.0 if median is None else median,
        within=within,
        **row,
    )


def records(scored: Iterable[Score], *, last: int | None = None) -> tuple[Record, ...]:
    """Give how good forecasts were in all, a record a horizon; of each the last so many, or all.

    Scores are those of one indicator in one area, the newest first.
    """
    ordered = sorted(scored, key=lambda one: (one.horizon, -one.reference_date.toordinal()))
    groups = (list(some)[:last] for _, some in groupby(ordered, lambda one: one.horizon))
    return tuple(_record(some) for some in groups)


def _record(some: Sequence[Score]) -> Record:
    first = some[0]

    def mean(name: str) -> float:
        return fmean(getattr(one, name) for one in some)

    pit = [min(int(one.pit * _PARTS), _PARTS - 1) for one in some]
    return Record(
        model=first.model,
        indicator=first.indicator,
        area=first.area,
        horizon=first.horizon,
        n=len(some),
        last=first.reference_date,
        truth_at=first.truth_at,
        wis=mean("wis"),
        spread=mean("spread"),
        too_low=mean("too_low"),
        too_high=mean("too_high"),
        log_wis=mean("log_wis"),
        ratio=_ratio(mean("wis"), mean("baseline_wis")),
        log_ratio=_ratio(mean("log_wis"), mean("baseline_log_wis")),
        within=(*(fmean(one.within[nth] for one in some) for nth in range(3)),),  # type: ignore[arg-type] # three
        held_90=sum(one.within[1] for one in some),
        pit=tuple(pit.count(part) for part in range(_PARTS)),
        bias=mean("bias"),
    )


def _ratio(own: float, other: float) -> float | None:
    return own / other if other > 0 else None
