"""The nowcast of Finnish districts on true vintages, beside what was published and one delay for all.

    python bench/nowcast.py FILE

FILE is a table of vintages of daily counts by district: known_at, healthCareDistrict, date, cases, change;
each row is a value that is new, revised or removed since the vintage before. Walk-forward: on each day of
news delays are learned from the vintages until it and the last 7 days are completed; what the last vintage
tells of them is what they came to be. "Published" is what was told; "one delay" divides it by the share that
the country's own vintages say is told after so many days, the same for every district. t is the mean
difference of absolute errors by its standard error (chance.py): below -2 ours is better beyond doubt, within
-2 .. 2 chance alone may do it.
"""

import csv
import gzip
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.special import erf

from chance import DOUBT, covered, error
from tilannekuva.domain.holidays import kind
from tilannekuva.models.delays import Kinds, Learned, begin, delays, learn
from tilannekuva.models.levels import LEVELS
from tilannekuva.models.memory import Memory
from tilannekuva.models.model import Unable
from tilannekuva.models.retrospective import completed
from tilannekuva.models.scores import wis
from tilannekuva.models.weeks import DAYS, Array

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "data" / "vintages"
FILE = RECORDED / "hs_processedThl_hcd_daily_2021.delta.csv.gz"
FIRST = date(2020, 12, 7)  # a Monday
WHOLE = "Kaikki sairaanhoitopiirit"  # the country, which is the sum of the others
LEARNED, SETTLED = 7, 8  # vintages before the first nowcast; days between the last one and the last vintage
COVERS = (0.5, 0.9, 0.95)
NEAR = 0.03  # of cover
SIZES = ((0, 3), (3, 10), (10, np.inf))  # cases a day
_TINY = 0.02  # a share told below which it is not divided by


class Vintages(NamedTuple):
    """Districts, the day of each vintage from FIRST on, and counts [vintage, district, day]."""

    names: list[str]
    days: list[int]
    counts: Array


class Judged(NamedTuple):
    """The days of news, what came [origin, district, day], draws, and two rivals; CPU seconds."""

    at: Array
    came: Array
    drawn: Array
    published: Array
    one_delay: Array
    seconds: Array


def read(file: Path) -> Vintages:
    """Read a table of vintages."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    names = sorted({row["healthCareDistrict"] for row in rows} - {WHOLE})
    days = sorted({row["known_at"] for row in rows})
    dates = [(date.fromisoformat(day) - FIRST).days for day in days]
    table, tables = np.full((len(names), dates[-1] + 1), np.nan), []
    for _, news in groupby(rows, key=itemgetter("known_at")):
        _told(table, names, news)
        tables.append(table.copy())
    return Vintages(names, dates, np.stack(tables))


def _told(table: Array, names: list[str], rows: Iterable[dict[str, str]]) -> None:
    """Write what a vintage tells into the counts [district, day] of the vintage before."""
    for row in rows:
        day = (date.fromisoformat(row["date"]) - FIRST).days
        if row["healthCareDistrict"] != WHOLE and 0 <= day < table.shape[1]:
            there = row["change"] != "removed" and row["cases"]
            table[names.index(row["healthCareDistrict"]), day] = float(row["cases"]) if there else np.nan


def kinds(days: int) -> Kinds:
    """Give the kind of each day from FIRST on."""
    return np.array([kind(FIRST + timedelta(days=day)) for day in range(days)])


def judged(told: Vintages, *, draws: int = 1000) -> Judged:
    """Walk forward over the days of news."""
    country, own = begin(1), [*zip(told.days, told.counts, strict=True)]
    calendar, memory, parts = kinds(told.counts.shape[2]), Memory(), []
    for nth, at in enumerate(told.days):
        counts = told.counts[nth][:, : at + 1]
        begun = time.process_time()
        country = learn(country, counts.sum(axis=0, keepdims=True), at, calendar)
        if nth < LEARNED or at > told.days[-1] - SETTLED:
            continue
        drawn = _completed(own[: nth + 1], calendar, memory, draws)
        seconds = time.process_time() - begun
        came = told.counts[-1][:, at - DAYS + 1 : at + 1]
        parts.append((at, came, drawn, *_rivals(country, counts), seconds))
    return Judged(*(np.array(one) for one in zip(*parts, strict=True)))


def _completed(news: list[tuple[int, Array]], calendar: Kinds, memory: Memory, draws: int) -> Array:
    """Draw the last 7 days, going on from the last nowcast."""
    found = completed(news, kinds=calendar, draws=draws, memory=memory)
    if isinstance(found, Unable):
        sys.exit(found.advice)
    return found.draws[:, -DAYS:]


def _rivals(country: Learned, counts: Array) -> tuple[Array, Array]:
    late = delays(country)
    if isinstance(late, Unable):
        sys.exit(late.advice)
    published = np.nan_to_num(counts[:, -DAYS:])
    share = late.known[0].mean(axis=0)[:DAYS][::-1]
    return published, published / np.maximum(share, _TINY)


def errors(found: Judged) -> dict[str, tuple[Array, Array]]:
    """Give absolute errors by day and by the sum of 7 days [origin, district] of ours and both rivals."""
    days = {
        "ours": np.median(found.drawn, axis=-1),
        "published": found.published,
        "one delay": found.one_delay,
    }
    sums = {name: value.sum(axis=-1) for name, value in days.items()}
    sums["ours"] = np.median(found.drawn.sum(axis=2), axis=-1)
    return {
        name: (np.abs(days[name] - found.came).mean(axis=-1), np.abs(sums[name] - found.came.sum(axis=-1)))
        for name in days
    }


def _lines(names: list[str], found: Judged) -> Iterator[str]:
    off, size = errors(found), found.came.mean(axis=(0, 2))
    yield "errors of a day and of 7 days: ours, published, one delay (t beside each); cover 50/90/95 %"
    for nth, name in enumerate(names):
        line = f"{name:20}{size[nth]:6.1f}"
        for span in (0, 1):
            ours = off["ours"][span][:, nth]
            rivals = [off[rival][span][:, nth] for rival in ("published", "one delay")]
            line += f" | {ours.mean():6.2f}" + "".join(f"{one.mean():7.2f}" for one in rivals)
            line += "  (" + ", ".join(f"{_t(ours - one):5.1f}" for one in rivals) + ")"
        yield line + " | " + _covers(found, np.arange(len(names)) == nth)


def _covers(found: Judged, which: Array) -> str:
    """Say how often days and sums of 7 days fell inside the intervals."""
    came, drawn = found.came[:, which], found.drawn[:, which]
    days = [covered(drawn, came, share).mean() for share in COVERS]
    sums = [covered(drawn.sum(axis=2), came.sum(axis=2), share).mean() for share in COVERS]
    return "/".join(f"{one:.2f}" for one in days) + " 7 days " + "/".join(f"{one:.2f}" for one in sums)


def _t(off: Array) -> float:
    return float(off.mean() / error(off, DAYS))


def losses(found: Judged) -> dict[str, tuple[Array, Array]]:
    """Give scores (WIS) of ours and absolute errors of rivals, as `errors` does.

    The score of a point is its absolute error, so that a forecast with intervals and a point may be compared
    (Bracher et al. 2021, PLoS Comput. Biol. 17:e1008618, doi:10.1371/journal.pcbi.1008618).
    """
    pairs = ((found.drawn, found.came), (found.drawn.sum(axis=2), found.came.sum(axis=2)))
    day, week = (
        wis(np.moveaxis(np.quantile(drawn, LEVELS, axis=-1), 0, -1), came).wis for drawn, came in pairs
    )
    return {**errors(found), "ours": (day.mean(axis=-1), week)}


def _verdict(found: Judged) -> Iterator[str]:
    """Say of how many districts ours is better than each rival, and how many covers are farther than NEAR."""
    for title, off in (("score", losses(found)), ("error of the median", errors(found))):
        for rival, span in ((rival, span) for rival in ("published", "one delay") for span in (0, 1)):
            t = np.array([_t(one) for one in (off["ours"][span] - off[rival][span]).T])
            better, surely, worse = ((t < limit).sum() for limit in (0, -DOUBT, DOUBT))
            yield (
                f"{title}, {('a day', '7 days')[span]}: better than {rival} in {better} of {len(t)},"
                f" beyond doubt in {surely}; worse beyond doubt in {len(t) - worse}"
            )
    for nth, what in enumerate(("a day", "7 days")):
        by_share = [held(found, share)[nth] for share in COVERS]
        near, perfect, far = map(sum, zip(*by_share, strict=True))
        yield (
            f"cover of {what}: {near:.0f} of {3 * found.came.shape[1]} within {NEAR:.2f} "
            f"(of a perfect nowcast's {perfect:.0f} would be), {far:.0f} farther beyond doubt"
        )


class Held(NamedTuple):
    """How many districts' intervals cover as they say; would if they were perfect; do not beyond doubt."""

    near: float
    perfect: float
    far: float


def held(found: Judged, share: float) -> tuple[Held, Held]:
    """Count by days and by sums of 7 days.

    What is off is gathered by the day that it is of, for 7 nowcasts tell of each; a sum goes on for 7 days,
    so that those of a few weeks may happen to be alike.
    """
    day = covered(found.drawn, found.came, share) - share
    week = covered(found.drawn.sum(axis=2), found.came.sum(axis=2), share) - share
    places = (found.at[:, None] + np.arange(DAYS)).ravel()
    days, place = np.unique(places, return_inverse=True)
    off = np.zeros((len(days), day.shape[1]))
    np.add.at(off, place, np.moveaxis(day, 1, 2).reshape(-1, day.shape[1]))
    least = np.sqrt(share * (1 - share) * DAYS / len(week))
    return _held(off * len(days) / len(places), 0.0), _held(week, least)


def _held(off: Array, least: float) -> Held:
    """Count districts by what is off [day, district]; an error of its mean is not below the least."""
    mean = np.abs(off.mean(axis=0))
    errors = np.maximum([error(one, DAYS) for one in off.T], least)
    perfect = erf(NEAR / np.sqrt(2) / errors)
    return Held(*(float(one.sum()) for one in (mean <= NEAR, perfect, mean - DOUBT * errors > NEAR)))


def _whole(found: Judged) -> Iterator[str]:
    size = found.came.mean(axis=(0, 2))
    for low, high in SIZES:
        which = (low <= size) & (size < high)
        yield f"{which.sum()} districts of {low}-{high} cases a day: {_covers(found, which)}"
    yield f"all: {_covers(found, size >= 0)}"
    added = found._replace(
        came=found.came.sum(axis=1, keepdims=True), drawn=found.drawn.sum(axis=1, keepdims=True)
    )
    yield f"the country, districts' draws added: {_covers(added, np.array([True]))}"
    for name, (day, week) in errors(found).items():
        yield f"{name}: mean absolute error of a day {day.mean():.2f}, of 7 days {week.mean():.2f}"
    middle = np.median(found.drawn.sum(axis=2), axis=-1).sum() / found.came.sum()
    day, week = losses(found)["ours"]
    yield f"weighted interval score of a day {day.mean():.2f}, of 7 days {week.mean():.2f}"
    yield f"medians of 7 days by what came: {middle:.3f}"
    first, then = found.seconds[0], np.median(found.seconds[1:])
    yield f"CPU of a day of news, {found.drawn.shape[-1]} draws: the first {first:.2f} s, then {then:.2f} s"


def main() -> None:
    """Print errors and coverage district by district, and of all."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    if not file.exists():
        print("no recorded vintages beside the project: the nowcast is not measured")
        return
    told = read(file)
    found = judged(told)
    print(f"nowcast on {len(found.came)} days of news, {len(told.names)} districts")
    for line in (*_lines(told.names, found), *_verdict(found), *_whole(found)):
        print(line)


if __name__ == "__main__":
    main()
