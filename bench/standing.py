"""What the runs of "as now" held of what came: Finnish hospital districts 2020-21, walk-forward.

    .venv/bin/python bench/standing.py ../shared/data/vintages

Every fortnight, from the counts of 84 days, level and R of each district are drawn and go on as the solver's
linear growth says, with and without drift. Printed: the share of weekly means inside the central 50 and 90 %.
"""

import csv
import gzip
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from tilannekuva.indicators import scenarios
from tilannekuva.models import epidemic, standing
from tilannekuva.models.epidemic import Disease
from tilannekuva.models.weeks import Array

FILE = "hs_processedThl_hcd_daily_2021.delta.csv.gz"
AHEAD = {1: 4, 2: 11, 4: 25}  # week -> its middle day
RUNS, SEEN, EVERY, FEWEST = 400, 84, 14, 70
UNSETTLED = 14  # last days, which still fill up


def series(file: Path) -> Array:
    """Give the daily counts [district, day] as last known."""
    last: dict[tuple[str, date], float] = {}
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["cases"] not in ("", "NA"):
                last[row["healthCareDistrict"], date.fromisoformat(row["date"])] = float(row["cases"])
    districts, days = (sorted({key[nth] for key in last}) for nth in (0, 1))
    return np.array([[last.get((one, day), 0.0) for day in days[:-UNSETTLED]] for one in districts])


def origins(counts: Array) -> Iterator[tuple[Array, Array]]:
    """Yield what was known and what came, where there were cases enough."""
    for district in counts:
        for day in range(SEEN, len(district) - 28, EVERY):
            known = district[day - SEEN : day]
            if known[-7:].sum() >= FEWEST:
                yield known, district[day:]


def held(counts: Array, drift: float, days: float) -> tuple[int, dict[int, tuple[float, float]]]:
    """Give the number of origins, and by week the shares inside 50 and 90 %."""
    told = scenarios.assumptions(scenarios.assumption_texts()["corona"], "corona").disease
    disease = Disease(told.latent, told.infectious, told.ward, told.icu, np.ones(9), np.ones(9))
    rng, kept = np.random.default_rng(1), np.exp(-1 / days)
    inside: dict[int, list[tuple[bool, bool]]] = {week: [] for week in AHEAD}
    for known, came in origins(counts):
        now = standing.pulse(known, epidemic.interval(disease), paths=RUNS, rng=rng)
        wandered, logs = np.zeros(RUNS), np.zeros((29, RUNS))
        for day in range(1, 29):
            wandered = kept * wandered + drift * np.sqrt(1 - kept**2) * rng.standard_normal(RUNS)
            logs[day] = logs[day - 1] + epidemic.growth(now.number * np.exp(wandered), disease)
        for week, middle in AHEAD.items():
            value = came[middle - 4 : middle + 3].mean()
            lines = np.quantile(now.level * np.exp(logs[middle]), [0.05, 0.25, 0.75, 0.95])
            inside[week].append((lines[1] <= value <= lines[2], lines[0] <= value <= lines[3]))
    shares = {week: tuple(np.mean(one, axis=0)) for week, one in inside.items()}
    return len(inside[1]), shares  # type: ignore[return-value] - two columns, two numbers


def main() -> None:
    """Print the shares for several drifts."""
    counts = series(Path(sys.argv[1]) / FILE)
    for drift, days in ((0.0, 14.0), (0.3, 14.0), (0.4, 14.0), (0.5, 14.0)):
        n, shares = held(counts, drift, days)
        told = "  ".join(f"week {week}: {half:.2f} {wide:.2f}" for week, (half, wide) in shares.items())
        print(f"drift {drift} over {days:.0f} days, {n} origins, inside 50 and 90 %: {told}")


if __name__ == "__main__":
    main()
