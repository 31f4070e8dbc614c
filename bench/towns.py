"""Towns' forecasts, walk-forward on epidemics simulated by other rules, and on districts thinned to towns.

    python bench/towns.py [--seeds 6] [--data DATA]

Printed: CPU of 310 towns, 1,000 draws of 28 days from 120 days, and of a daily update; for each world WIS
over that of a flat line, and how often what came lay in the 50, 90 and 95 % interval, by size and by week
ahead. An interval of whole numbers holds more than it says; so the share of its probability is counted that
lies in the interval of ranks (Czado, Gneiting and Held 2009, doi:10.1111/j.1541-0420.2009.01191.x).
"""

import argparse
import csv
import gzip
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from chance import beyond, covered
from simulated import GENERATORS, commuting
from tilannekuva.domain.holidays import kind
from tilannekuva.models import flat, scores, towns
from tilannekuva.models.levels import LEVELS
from tilannekuva.models.towns import Towns
from tilannekuva.models.weeks import DAYS

Array = np.ndarray[Any, Any]
World = tuple[Array, Towns, Array]  # counts [town, day], the towns, kinds of days [day]
HERE = Path(__file__).parent
RECORDED = HERE.parent.parent / "shared" / "data"
REGISTER = HERE.parent / "src" / "tilannekuva" / "domain" / "register"
CLASSES = (0, 2_000, 10_000, 50_000)  # inhabitants, from
HORIZONS = (1, 2, 3, 4)
FIRST, DRAWS, PARTICLES = 17, 1000, 300  # weeks before the first forecast scored
COVERS = (0.5, 0.9, 0.95)
NEAR = 3.0  # points of cover
RIVAL = 122.0  # CPU seconds of EpiNow2 (weekly random walk) for one region, measured beside the note


def simulated(name: str, seeds: int) -> Iterator[World]:
    """Yield worlds of a generator, 36 weeks each."""
    for seed in range(seeds):
        counts, people, parent = GENERATORS[name](np.random.default_rng(1000 + seed), 36 * DAYS)
        yield counts, Towns(people, parent), np.arange(counts.shape[1]) % DAYS


def by_sample(data: Path) -> Iterator[World]:
    """Yield districts' cases by day of sample, 40 weeks to April 2021, shared among their towns by chance."""
    rows = _rows(data / "vintages" / "hs_processedThl_hcd_daily_2021.delta.csv.gz")
    latest = {(one["healthCareDistrict"], one["date"]): one["cases"] for one in rows}
    cells = [(area, date.fromisoformat(day), float(value)) for (area, day), value in latest.items() if value]
    first = date(2020, 6, 29)
    yield from _thinned(_table(cells, first, 40 * DAYS), first, 2)


def by_report(data: Path) -> Iterator[World]:
    """Yield districts' cases by day of report, 58 weeks to January 2022, shared among towns by chance."""
    rows = _rows(data / "vintages" / "thl_sampo_csv_hcd_cumulative_cases.delta.csv.gz")
    cells = [
        (one["area"], date.fromisoformat(one["known_at"][:10]), float(one["cumulative_cases"]))
        for one in rows
    ]
    sums = _table(cells, date(2020, 12, 13), 58 * DAYS + 1)
    for row in sums:
        known = np.isfinite(row)  # days on which nobody looked get their part of the next look's news
        row[:] = np.interp(np.arange(len(row)), np.flatnonzero(known), np.maximum.accumulate(row[known]))
    yield from _thinned(np.diff(np.round(sums), axis=1), date(2020, 12, 13), 1)  # tested a day before


def _rows(file: Path) -> list[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") as text:
        return [one for one in csv.DictReader(text) if one["change"] != "removed"]


def _register(name: str) -> list[dict[str, str]]:
    with (REGISTER / f"{name}.csv").open(encoding="utf-8") as text:
        return list(csv.DictReader(text))


def _districts() -> list[dict[str, str]]:
    return [one for one in _register("districts") if one["level"] == "hospital-district"]


def _table(cells: list[tuple[str, date, float]], first: date, days: int) -> Array:
    """Give values [district, day] since a day; NaN where there is none."""
    districts = _districts()
    place = {
        name: nth for nth, one in enumerate(districts) for name in (one["fi"], *one["other_names"].split("|"))
    }
    found = np.full((len(districts), days), np.nan)
    for area, day, value in cells:
        nth, at = place.get(area.removesuffix(" SHP")), (day - first).days
        if nth is not None and 0 <= at < days:
            found[nth, at] = value
    return found


def _thinned(daily: Array, first: date, times: int) -> Iterator[World]:
    """Share districts' days [district, day] among the register's towns, each with a standing of its own."""
    codes = {one["code"]: nth for nth, one in enumerate(_districts())}
    people = {one["code"]: float(one["2020"]) for one in _register("population") if one["2020"]}
    rows = [
        one
        for one in _register("municipalities")
        if one["code"] in people and one["hospital_district"] in codes
    ]
    given = Towns(
        np.array([people[one["code"]] for one in rows]),
        np.array([codes[one["hospital_district"]] for one in rows]),
    )
    counts = np.maximum(np.nan_to_num(daily), 0).astype(int)
    kinds = np.array([kind(first + timedelta(days=nth)) for nth in range(daily.shape[1])])
    for seed in range(times):
        rng = np.random.default_rng(seed)
        weight = given.people * np.exp(rng.normal(0, 0.4, len(rows)))
        found = np.zeros((len(rows), daily.shape[1]))
        for nth, days in enumerate(counts):
            mine = np.flatnonzero(given.parent == nth)
            found[mine] = rng.multinomial(days, weight[mine] / weight[mine].sum()).T
        yield found, given, kinds


class Scored:
    """Scores of a world: people, cover [..., horizon, 3], WIS of ours and of a flat line, and of logs."""

    def __init__(self, step: int) -> None:
        self.step = step  # weeks between forecasts
        self.rows: list[tuple[Array, ...]] = []

    def add(self, draws: Array, weeks: Array, at: int, people: Array) -> None:
        """Score draws made after so many weeks."""
        came, plain = weeks[:, at : at + len(HORIZONS)], flat.forecast(weeks[:, :at], HORIZONS)
        ours = np.moveaxis(np.quantile(draws, LEVELS, axis=-1), 0, -1)
        wis = [scores.wis(one, came).wis for one in (ours, plain)]
        logs = [scores.wis(scores.logged(one), scores.logged(came)).wis for one in (ours, plain)]
        cover = np.stack([covered(draws, came, share) for share in COVERS], axis=-1)
        self.rows.append((people, cover, *wis, *logs))

    def show(self, name: str) -> None:
        """Print ratios to the flat line and the cover by size and week ahead."""
        people, cover, ours, plain, own_log, flat_log = (
            np.concatenate(one) for one in zip(*self.rows, strict=True)
        )
        ratios = [
            one.mean(axis=0) / other.mean(axis=0) for one, other in ((ours, plain), (own_log, flat_log))
        ]
        print(
            f"{name}: {len(self.rows)} forecasts; WIS over flat, weeks 1-4: {_many(ratios[0])};"
            f" of logs {_many(ratios[1])}"
        )
        for low, high in zip(CLASSES, (*CLASSES[1:], np.inf), strict=True):
            mine = (people >= low) & (people < high)
            share = 100 * cover[mine].mean(axis=0)
            cells = "  ".join("/".join(f"{one:3.0f}" for one in week) for week in share)
            print(f"  {low:>7,} inhabitants or more: 50/90/95 % cover {cells}   ({mine.sum()} weeks)")
        off = list(self._off())
        far = sum(beyond(one, NEAR, overlap) for one, overlap in off)
        print(
            f"  within {NEAR:.0f} points: {sum(abs(one.mean()) <= NEAR for one, _ in off)} of {len(off)},"
            f" farthest {max(abs(one.mean()) for one, _ in off):.1f}; {far} farther beyond doubt"
        )

    def _off(self) -> Iterator[tuple[Array, int]]:
        """Yield by size, week ahead and interval how far covers are off [forecast], and how many overlap."""
        for low, high in zip(CLASSES, (*CLASSES[1:], np.inf), strict=True):
            cover = 100 * np.array(
                [row[1][(row[0] >= low) & (row[0] < high)].mean(axis=0) for row in self.rows]
            )
            for week, ahead in enumerate(HORIZONS):
                for nth, share in enumerate(COVERS):
                    yield cover[:, week, nth] - 100 * share, -(-ahead // self.step)


def _many(values: Sequence[float]) -> str:
    return " ".join(f"{one:.2f}" for one in values)


def walked(world: World, scored: Scored, step: int) -> None:
    """Follow a world and score a forecast every so many weeks."""
    (counts, given, kinds), rng = world, np.random.default_rng(0)
    weeks = counts[:, : counts.shape[1] // DAYS * DAYS].reshape(len(counts), -1, DAYS).sum(axis=2)
    state = towns.begun(given, counts[:, : towns.BEGIN], rng, particles=PARTICLES)
    for day in range(towns.BEGIN, (weeks.shape[1] - len(HORIZONS)) * DAYS):
        state = towns.stepped(state, given, counts[:, day], rng, kind=int(kinds[day]))
        at, left = divmod(day + 1, DAYS)
        if not left and at >= FIRST and (at - FIRST) % step == 0:
            coming = kinds[day + 1 : day + 1 + len(HORIZONS) * DAYS]
            draws = towns.forecast(state, given, DRAWS, rng, kinds=coming)
            scored.add(draws, weeks, at, given.people)


def cost() -> None:
    """Print CPU seconds of a forecast from the first day, and of a new day."""
    counts, people, parent = commuting(np.random.default_rng(3), 21 * DAYS)
    given, rng, begun = Towns(people, parent), np.random.default_rng(0), time.process_time()
    state = towns.begun(given, counts[:, : towns.BEGIN], rng)
    for day in range(towns.BEGIN, 120):
        state = towns.stepped(state, given, counts[:, day], rng)
    towns.forecast(state, given, DRAWS, rng)
    whole, begun = time.process_time() - begun, time.process_time()
    days = range(120, 134)
    for day in days:
        state = towns.stepped(state, given, counts[:, day], rng)
    step, begun = (time.process_time() - begun) / len(days), time.process_time()
    towns.forecast(state, given, DRAWS, rng)
    drawn = time.process_time() - begun
    print(f"{len(people)} towns, 120 days in, {DRAWS:,} draws of 28 days: {whole:.2f} CPU seconds", end="; ")
    print(f"a new day {step:.3f} and its forecast {drawn:.2f}")
    print(
        f"EpiNow2 at {RIVAL:.0f} CPU seconds a region: {len(people) * RIVAL:,.0f}, "
        f"{len(people) * RIVAL / whole:,.0f} times as many"
    )


def main() -> None:
    """Measure the cost, then each world."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=6, help="worlds of each generator")
    parser.add_argument(
        "--data", type=Path, default=RECORDED, help="recorded data, for districts thinned to towns"
    )
    asked = parser.parse_args()
    cost()
    worlds = {name: (simulated(name, asked.seeds), 2) for name in GENERATORS}
    if (asked.data / "vintages").exists():
        worlds |= {
            "districts by sample": (by_sample(asked.data), 1),
            "districts by report": (by_report(asked.data), 1),
        }
    else:
        print("no recorded data beside the project: districts are not thinned")
    together = Scored(1)
    for name, (made, step) in worlds.items():
        scored, few = Scored(step), []
        for world in made:
            few.append((world[0].mean(axis=1) < 1).mean())
            walked(world, scored, step)
        scored.show(f"{name} ({100 * np.mean(few):.0f} % of towns below a case a day)")
        together.rows += scored.rows
    together.show("all of them together")


if __name__ == "__main__":
    main()
