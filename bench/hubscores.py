"""The hub's protocol: which forecasts are scored, against what, in which pool; used by hub.py.

A forecast belongs to the Monday on or after its date, of several the latest; horizon h ends on the Saturday
7h - 2 days later. Left out: anomalous weeks as targets and as the last week before a Monday, forecasts
without all 23 levels, units that the baseline did not forecast. The pool is the models to which the hub's own
report gave a relative WIS where the folder holds that report; otherwise those that forecast at least half of
the places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np

from tilannekuva.models import scores
from tilannekuva.models.levels import LEVELS
from tilannekuva.models.weeks import DAYS, Array

BASELINE, ENSEMBLE = "EuroCOVIDhub-baseline", "EuroCOVIDhub-ensemble"
HORIZONS = 4
_SUBMITTED = """
    with told as (
        select model, location, cast(horizon as integer) as horizon, quantile, value, forecast_date,
            cast(forecast_date as date) + cast((8 - isodow(forecast_date)) % 7 as integer) as monday
        from read_parquet(?)
        where target = ? and type = 'quantile' and quantile is not null and value is not null),
    latest as (
        select * from told where horizon between 1 and 4
        qualify forecast_date = max(forecast_date) over (partition by model, location, monday, horizon))
    select model, location, monday, horizon, list(value order by quantile) as quantiles
    from latest where monday between ? and ?
    group by all having count(*) = 23
"""


@dataclass(frozen=True)
class Board:
    """Forecasts of a pool: quantiles [model, location, Monday, horizon, level], NaN where none were told."""

    models: list[str]
    locations: list[str]
    mondays: list[date]
    quantiles: Array


@dataclass(frozen=True)
class Scored:
    """Scores [model, location, Monday, horizon] of a pool, NaN where a unit is not scored."""

    models: list[str]
    wis: Array
    log: Array
    cover: dict[float, Array]


def submitted(folder: Path, target: str, locations: Sequence[str], mondays: Sequence[date]) -> Board:
    """Read what was submitted of a target."""
    connection = duckdb.connect()
    asked = [str(folder / "forecasts*.parquet"), target, mondays[0], mondays[-1]]
    rows = connection.execute(_SUBMITTED, asked).fetchall()
    printed = _printed(folder, target)
    rows = [row for row in rows if row[1] in locations and (printed is None or row[0] in printed)]
    models = sorted({row[0] for row in rows})
    quantiles = np.full((len(models), len(locations), len(mondays), HORIZONS, len(LEVELS)), np.nan)
    places = [{name: nth for nth, name in enumerate(names)} for names in (models, locations, mondays)]
    at = [[place[row[nth]] for row in rows] for nth, place in enumerate(places)]
    if rows:
        quantiles[*at, [row[3] - 1 for row in rows]] = [row[4] for row in rows]
    return _wide(Board(models, list(locations), list(mondays), quantiles), everyone=printed is not None)


def _printed(folder: Path, target: str) -> set[str] | None:
    """Give the models to which the hub's own report gave a relative WIS, where the folder holds it."""
    if not list(folder.glob("published_evaluation*.csv")):
        return None
    sql = (
        "select distinct model from read_csv(?, all_varchar = true) where weeks_included = 'All' "
        "and target_variable = ? and location = 'Overall' and rel_wis <> 'NA'"
    )
    rows = duckdb.execute(sql, [str(folder / "published_evaluation*.csv"), target]).fetchall()
    return {name for (name,) in rows}


def _wide(board: Board, *, everyone: bool) -> Board:
    """Give a pool without models that forecast fewer than half of the places."""
    if everyone:
        return board
    places = np.isfinite(board.quantiles[..., 0]).any(axis=(2, 3)).sum(axis=1)
    kept = [nth for nth, n in enumerate(places) if 2 * n >= len(board.locations)]
    names = [board.models[nth] for nth in kept]
    return Board(names, board.locations, board.mondays, board.quantiles[kept])


def called(models: Sequence[str], name: str) -> str:
    """Give the model of a name, or else the first whose name ends alike, as other hubs call theirs."""
    kind = name.rpartition("-")[2]
    alike = [one for one in models if kind in one.lower()]
    if name not in models and not alike:
        raise SystemExit(f"no {kind} was submitted: {', '.join(models) or 'nothing'}")
    return name if name in models else alike[0]


def joined(board: Board, model: str, quantiles: Array) -> Board:
    """Give a pool with one more model [location, Monday, horizon, level]."""
    both = np.concatenate([board.quantiles, quantiles[None]])
    return Board([*board.models, model], board.locations, board.mondays, both)


def observed(daily: Array, first: date, mondays: Sequence[date]) -> Array:
    """Give sums [location, Monday, horizon] of whole weeks of daily counts; NaN where a day is not known."""
    found = np.full((len(daily), len(mondays), HORIZONS), np.nan)
    for nth, monday in enumerate(mondays):
        begin = (monday - first).days - 1  # the Sunday before
        for horizon in range(HORIZONS):
            week = daily[:, begin + DAYS * horizon : begin + DAYS * (horizon + 1)]
            found[:, nth, horizon] = week.sum(axis=1) if week.shape[1] == DAYS else np.nan
    return found


def odd(folder: Path, target: str, locations: Sequence[str], mondays: Sequence[date]) -> Array:
    """Say which units [location, Monday, horizon] the hub leaves out for an anomaly."""
    sql = "select location, cast(target_end_date as date) from read_csv(?) where target_variable = ?"
    files = [str(file) for file in folder.glob("anomalies*.csv")]
    listed = set(duckdb.execute(sql, [files, target]).fetchall()) if files else set()
    ends = [[day + timedelta(days=DAYS * h - 2) for h in range(HORIZONS + 1)] for day in mondays]
    told = np.array([[[(place, end) in listed for end in row] for row in ends] for place in locations])
    return told[..., 1:] | told[..., :1]


def scored(board: Board, came: Array, left_out: Array | None = None) -> Scored:
    """Score a pool on the units that its baseline forecast, without those left out."""
    told = np.isfinite(board.quantiles[..., 0])
    there = told[board.models.index(called(board.models, BASELINE))] & np.isfinite(came)
    if left_out is not None:
        there &= ~left_out
    y = np.broadcast_to(np.where(there, came, np.nan), told.shape)
    inside = scores.covered(board.quantiles, y)
    held = {share: np.where(told & there, one, np.nan) for share, one in inside.items()}
    log = scores.wis(scores.logged(board.quantiles), scores.logged(y)).wis
    return Scored(board.models, scores.wis(board.quantiles, y).wis, log, held)


def at(found: Scored, location: int) -> Scored:
    """Give the scores of one place."""
    cover = {share: one[:, [location]] for share, one in found.cover.items()}
    return Scored(found.models, found.wis[:, [location]], found.log[:, [location]], cover)


def relative(values: Array, models: Sequence[str]) -> Array:
    """Give the relative WIS [model, horizon] of scores [model, location, Monday, horizon]."""
    base = models.index(called(models, BASELINE))
    parts = [scores.relative(values[..., h].reshape(len(models), -1), base) for h in range(values.shape[-1])]
    return np.stack(parts, axis=1)


def ratio(values: Array, models: Sequence[str]) -> Array:
    """Give each model's mean score over the baseline's on the units that it forecast [model, horizon]."""
    base = values[models.index(called(models, BASELINE))]
    both = np.isfinite(values) & np.isfinite(base)
    n = both.sum(axis=(1, 2))
    own, other = (
        np.where(both, one, 0).sum(axis=(1, 2)) for one in (values, np.broadcast_to(base, values.shape))
    )
    found: Array = np.where(n > 0, own / np.where(other > 0, other, np.nan), np.nan)
    return found


def share(values: Array) -> Array:
    """Give the mean [model, horizon] of what is known of each unit."""
    known = np.isfinite(values)
    n = known.sum(axis=(1, 2))
    found: Array = np.where(known, values, 0).sum(axis=(1, 2)) / np.where(n > 0, n, np.nan)
    return found
