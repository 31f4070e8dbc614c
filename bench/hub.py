"""Our weekly forecasts against those submitted to the European hub, on what was known each Monday.

    python bench/hub.py DATA --from 2021-03-08 --to 2022-02-28 [--output OWN.parquet]

DATA holds forecasts*.parquet, truth_vintages*.parquet and anomalies*.csv in the form of the hub's development
year. Scores are those of its protocol (hubscores.py): weekly interval score over 23 levels, relative WIS in a
pairwise tournament with the submitted models (Cramer et al. 2022, doi:10.1073/pnas.2113561119).
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

import hubscores
from tilannekuva.models.levels import LEVELS
from tilannekuva.models.members import MODELS
from tilannekuva.models.model import Known, Told, past, rehearsed, told_weeks
from tilannekuva.models.weeks import DAYS, Array

CASES = "inc case"  # goes before every other target
OWN = "tilannekuva"
FAR, SHOWN = 20, 5  # how many times the baseline's WIS is told of; how many of the best are shown
CELL = "{:.3f} {:.3f} {:.3f}  {:.2f} {:.2f} {:.2f} {:4d}"
WARM = 30  # Mondays before the first one scored, as far as vintages go back
# Inhabitants in millions around 2021: Eurostat demo_pjan, Office for National Statistics; elsewhere unknown.
MILLIONS = {
    "AT": 8.9, "BE": 11.5, "BG": 6.9, "CH": 8.6, "CY": 0.89, "CZ": 10.7, "DE": 83.2, "DK": 5.8, "EE": 1.33,
    "ES": 47.4, "FI": 5.53, "FR": 67.5, "GB": 67.0, "GR": 10.7, "HR": 4.05, "HU": 9.75, "IE": 5.0, "IS": 0.37,
    "IT": 59.5, "LI": 0.039, "LT": 2.8, "LU": 0.63, "LV": 1.9, "MT": 0.515, "NL": 17.4, "NO": 5.4, "PL": 38.0,
    "PT": 10.3, "RO": 19.2, "SE": 10.4, "SI": 2.1, "SK": 5.46,
}  # fmt: skip


@dataclass
class Vintages:
    """Daily counts by target [location, day] as known at an instant that only goes forward."""

    locations: list[str]
    first: date
    rows: dict[str, Any]
    now: dict[str, Array]
    read: int = 0

    def upto(self, monday: date) -> dict[str, Array]:
        """Give what was known at the end of a Monday, of the days before it."""
        self.at(np.datetime64(monday + timedelta(days=1), "us"))
        days = (monday - self.first).days
        return {name: table[:, :days].copy() for name, table in self.now.items()}

    def at(self, limit: np.datetime64) -> dict[str, Array]:
        """Give what was known before an instant."""
        end = int(np.searchsorted(self.rows["known_at"], limit))
        for at in range(self.read, end):
            place, day = self.rows["place"][at], self.rows["day"][at]
            self.now[self.rows["target"][at]][place, day] = self.rows["value"][at]
        self.read = end
        guard(self.rows["known_at"][:end], limit)
        return self.now


def guard(known_at: Any, limit: np.datetime64) -> None:  # noqa: ANN401 - instants
    """End the run if a row that was known later was read."""
    if len(known_at) and known_at.max() >= limit:
        sys.exit(f"a row known at {known_at.max()} was read for {limit}")


def vintages(folder: Path) -> Vintages:
    """Read the vintages of a folder."""
    sql = "select target, location, date, known_at, value from read_parquet(?) order by known_at"
    table = duckdb.execute(sql, [str(folder / "truth_vintages*.parquet")]).fetchnumpy()
    days = table["date"].astype("datetime64[D]")
    first = days.min().astype(date)
    first -= timedelta(days=(first.weekday() + 1) % DAYS)  # weeks begin on a Sunday
    locations = sorted(set(table["location"]))
    place = {name: nth for nth, name in enumerate(locations)}
    rows = {
        "target": table["target"],
        "place": np.array([place[one] for one in table["location"]]),
        "day": (days - np.datetime64(first, "D")).astype(int),
        "known_at": table["known_at"].astype("datetime64[us]"),
        "value": np.ma.filled(np.ma.asarray(table["value"], dtype=float), np.nan),
    }
    size = (len(locations), int(rows["day"].max()) + DAYS)
    return Vintages(
        locations, first, rows, {one: np.full(size, np.nan) for one in sorted(set(table["target"]))}
    )


def mondays(first: date, last: date) -> Iterator[date]:
    """Yield the Mondays from one day to another."""
    day = first + timedelta(days=-first.weekday() % DAYS)
    while day <= last:
        yield day
        day += timedelta(days=DAYS)


def forecasts(known: Vintages, first: date, last: date) -> dict[tuple[str, date], Array]:
    """Give quantiles [location, horizon, level] by target and Monday, each from what was known then."""
    people = np.array([MILLIONS.get(one, np.nan) * 1e6 for one in known.locations])
    oldest = known.rows["known_at"][0].astype("datetime64[D]").astype(date)
    model, rng = MODELS["weekly"], np.random.default_rng(0)
    told, kept = dict[tuple[str, date], Array](), dict[str, list[tuple[int, Array]]]()
    for monday in mondays(max(first - timedelta(days=DAYS * WARM), oldest), last):
        daily = {
            name: table[:, : table.shape[1] // DAYS * DAYS] for name, table in known.upto(monday).items()
        }
        for target, counts in daily.items():
            signals = {CASES: daily[CASES]} if target != CASES and CASES in daily else {}
            weeks = told_weeks(counts)
            given = Known(counts, people, known.first.timetuple().tm_yday, signals)
            if not kept.get(target):  # of the weeks before the first news, from the first news
                made = rehearsed(model, given).past
                kept[target] = [(weeks.shape[1] - int(one.age), one.quantiles) for one in made]
            before = [past(one, weeks, weeks.shape[1] - at) for at, one in kept[target]]
            found = model.forecast(replace(given, past=before), rng)
            if isinstance(found, Told):
                kept[target].append((weeks.shape[1], found.plain))
                told[target, monday] = found.quantiles
    return {key: one for key, one in told.items() if key[1] >= first}


def whole(told: dict[tuple[str, date], Array], target: str, days: list[date]) -> Array:
    """Give our quantiles [location, Monday, horizon, level] of a target, in whole numbers as the hub does."""
    none = np.full_like(next(iter(told.values())), np.nan)
    return np.round(np.stack([told.get((target, day), none) for day in days], axis=1))


def report(folder: Path, target: str, own: Array, known: Vintages, days: list[date], place: str) -> None:
    """Print our scores beside those of the submitted models."""
    others = hubscores.submitted(folder, target, known.locations, days)
    if not any("baseline" in one.lower() for one in others.models):
        print(f"\n{target}: no baseline was submitted, so that nothing is scored")
        return
    board = hubscores.joined(others, OWN, own)
    out = hubscores.odd(folder, target, known.locations, days)
    scored_at = np.datetime64(days[-1] + timedelta(days=8), "us") + 1
    came = hubscores.observed(known.at(scored_at)[target], known.first, days)
    found = hubscores.scored(board, came, out)
    places, n = len(known.locations), len(board.models)
    print(f"\n{target}: {places} places, {len(days)} Mondays, {n} models with ours")
    few = [OWN, rival(found), hubscores.called(board.models, hubscores.BASELINE)]
    table(found, [one for nth, one in enumerate(best(found)) if nth < SHOWN or one in few])
    print(f"  ours better than {few[1]} in {better(found, few[1])} places")
    end = np.datetime64("2100-01-01", "us")
    late = hubscores.scored(board, hubscores.observed(known.at(end)[target], known.first, days))
    print("  no week left out, as known at the end of the file")
    table(late, few)
    for title, scores in ((place, found), (f"{place}, no week left out", late)):
        if place in known.locations:
            print(f"  {title}")
            table(hubscores.at(scores, known.locations.index(place)), few)
    far(late, known.locations, days)
    print(f"  ours: {np.isfinite(own[..., 0]).mean():.2%} of {own[..., 0].size} units forecast")


def best(found: hubscores.Scored) -> list[str]:
    """Give the models from the lowest relative WIS a week ahead."""
    first = hubscores.relative(found.wis, found.models)[:, 0]
    return [found.models[at] for at in np.argsort(np.nan_to_num(first, nan=np.inf))]


def rival(found: hubscores.Scored) -> str:
    """Give the hub's ensemble, or the best of those submitted where it has none."""
    ensembles = [one for one in found.models if "ensemble" in one.lower()]
    if ensembles:
        return hubscores.called(ensembles, hubscores.ENSEMBLE)
    return next(one for one in best(found) if one != OWN)


def better(found: hubscores.Scored, other: str) -> str:
    """Say in how many places, of those where both forecast, our mean WIS is lower at each horizon."""
    own, rival = (found.wis[found.models.index(one)] for one in (OWN, other))
    both = np.isfinite(own) & np.isfinite(rival)
    less = np.where(both, own - rival, 0).sum(axis=1) < 0
    told = zip(less.sum(axis=0), both.any(axis=1).sum(axis=0), strict=True)
    return ", ".join(f"{n} of {of}" for n, of in told)


def table(found: hubscores.Scored, shown: list[str]) -> None:
    """Print a row a model: at each horizon relative WIS, on log1p, ratio of means, covers, units."""
    relative = [hubscores.relative(one, found.models) for one in (found.wis, found.log)]
    plain = hubscores.ratio(found.wis, found.models)
    cover = [hubscores.share(found.cover[one]) for one in (0.5, 0.9, 0.95)]
    for name in [one for one in shown if one in found.models]:
        at = found.models.index(name)
        units = np.isfinite(found.wis[at]).sum(axis=(0, 1))
        rows = np.stack([*relative, plain, *cover])[:, at].T
        cells = [CELL.format(*row, n) if n else "-".center(36) for row, n in zip(rows, units, strict=True)]
        print(f"    {name:26s}" + " | ".join(cells))


def far(found: hubscores.Scored, locations: list[str], days: list[date]) -> None:
    """Print how many units of each model lie over FAR times the baseline's WIS, and which of ours."""
    base = found.wis[found.models.index(hubscores.called(found.models, hubscores.BASELINE))]
    over = found.wis > FAR * base
    named = [
        f"{locations[at[0]]} {days[at[1]]} h{at[2] + 1}" for at in np.argwhere(over[found.models.index(OWN)])
    ]
    counts = ", ".join(
        f"{name} {int(n)}" for name, n in zip(found.models, over.sum(axis=(1, 2, 3)), strict=True) if n
    )
    print(f"  units over {FAR} x the baseline's WIS: {counts or 'none'}; ours: {', '.join(named) or 'none'}")


def write(file: Path, told: dict[tuple[str, date], Array], locations: list[str]) -> None:
    """Write forecasts as Parquet: model, target, location, forecast_date, horizon, quantile, value."""
    keys = list(told)
    values = np.round(np.stack([told[key] for key in keys]))  # [key, location, horizon, level]
    places = np.indices(values.shape).reshape(4, -1)[:, np.isfinite(values).ravel()]
    parts = {
        "model": np.full(places.shape[1], OWN, dtype=object),
        "target": np.array([key[0] for key in keys], dtype=object)[places[0]],
        "location": np.array(locations, dtype=object)[places[1]],
        "forecast_date": np.array([key[1] for key in keys], dtype="datetime64[s]")[places[0]],
        "horizon": places[2] + 1,
        "quantile": LEVELS[places[3]],
        "value": values[tuple(places)],
    }
    connection = duckdb.connect()
    connection.register("told", parts)
    columns = "* replace (cast(forecast_date as date) as forecast_date)"
    connection.execute(f"copy (select {columns} from told) to '{file}' (format parquet)")  # noqa: S608 - our own


def main(arguments: list[str]) -> None:
    """Forecast a period and print the scores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2021, 3, 8))
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=date(2022, 2, 28))
    parser.add_argument("--place", default="FI", help="a place shown alone")
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args(arguments)
    begun = time.process_time()
    known = vintages(asked.folder)
    told = forecasts(known, asked.first, asked.last)
    spent = time.process_time() - begun
    print(f"{len(told)} Mondays and targets forecast in {spent:.1f} CPU seconds; no later row read")
    if asked.output:
        write(asked.output, told, known.locations)
    days = list(mondays(asked.first, asked.last))
    print("four weeks: relative WIS, on log(1 + y), ratio to the baseline; 50, 90, 95 % cover; units")
    for target in sorted({one for one, _ in told}):
        report(asked.folder, target, whole(told, target, days), vintages(asked.folder), days, asked.place)


if __name__ == "__main__":
    main(sys.argv[1:])
