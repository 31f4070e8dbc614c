"""Raw vehicle files read by their recipe, beside bare DuckDB, polars and pandas: ratios of one run.

    python bench/traffic.py [--days 10] [--rounds 5]

Ten days of ten stations, a million vehicles a day, in the exact form of `lamraw_*.csv`. Ours is the shipped
recipe's own SQL, through `understand` in its limited child; bare DuckDB runs the same SQL over the same files
with its default settings; polars and pandas, from PyPI in an environment made for this run, do the first and
heaviest step, counts by station, hour, direction and class. Each runs in a process of its own, in turn;
what it imports is not measured.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

VEHICLES = 100_000  # of a station in a day: a busy motorway
STATIONS = (435, 438, 439, 449, 450, 451, 452, 453, 455, 456)
FIRST = 100  # day of 2026
LANDED = datetime(2026, 4, 20, 6, tzinfo=UTC)
RIVALS = ("polars==2.*", "pandas==3.*")
Measured = tuple[int, float, float, int]  # rows, wall seconds, CPU seconds, megabytes
KEYS = ["tms", "year", "day", "hour", "direction", "class", "faulty"]


def made(folder: Path, days: int) -> list[Path]:
    """Write a file for each day and give them."""
    chance = random.Random(7)  # noqa: S311 - only to make vehicles
    passed = [list(_passed(chance)) for _ in STATIONS]
    files = [folder / f"{FIRST + nth}.csv" for nth in range(days)]
    for nth, file in enumerate(files):
        with file.open("w", encoding="ascii") as lines:
            for tms, rest in zip(STATIONS, passed, strict=True):
                begin = f"{tms};26;{FIRST + nth};"
                lines.write(begin + begin.join(rest))
    return files


def _passed(chance: random.Random) -> Sequence[str]:
    kinds = chance.choices(range(1, 10), weights=[86, 3, 1, 3, 2, 2, 1, 2, 1], k=VEHICLES)
    rows = []
    for nth, kind in enumerate(kinds):
        at = nth * 8_640_000 // VEHICLES
        clock = f"{at // 360_000};{at // 6000 % 60};{at // 100 % 60};{at % 100}"
        length, speed = chance.randint(25, 220) / 10, chance.randint(40, 120)
        lane, way = chance.randint(1, 2), chance.randint(1, 2)
        rows.append(f"{clock};{length};{lane};{way};{kind};{speed};{int(not nth % 97)};{at};{nth % 500};0\n")
    return rows


def recipe() -> Any:  # noqa: ANN401 - the rivals' processes know no recipes
    """Give the shipped recipe, asked for the stations of this run."""
    from tilannekuva.sources.recipe import recipe as read  # noqa: PLC0415 - not in the rivals' processes
    from tilannekuva.sources.recipe import texts  # noqa: PLC0415

    places = {str(tms): f"tms-{tms}" for tms in STATIONS}
    return read(texts()["digitraffic-raw"], "digitraffic-raw").model_copy(update={"places": places})


def inside(one: Any, files: Sequence[Path]) -> tuple[int, float, int]:  # noqa: ANN401 - a recipe
    """Read files in the child; give facts, CPU seconds and the highest memory."""
    from tilannekuva.flows.reading import understand  # noqa: PLC0415 - not in the rivals' processes

    begun = time.process_time()
    understood = understand(one, files, LANDED)
    if understood.faults:
        raise RuntimeError(understood.faults[0])
    return len(understood.facts), time.process_time() - begun, peak()


def ours(files: Sequence[Path]) -> Measured:
    """Read files as the runner does, the child it begins counted whole."""
    from tilannekuva.flows.child import limited  # noqa: PLC0415 - not in the rivals' processes

    one = recipe()
    limited(abs, -1)  # the server from which children are forked runs already in life
    begun = time.perf_counter()
    facts, cpu, memory = limited(inside, one, files)
    return facts, time.perf_counter() - begun, cpu, memory


def bare(files: Sequence[Path]) -> Measured:
    """Run the recipe's SQL over the files in DuckDB as it comes, told the columns' types."""
    import duckdb  # noqa: PLC0415 - only in this process

    one, engine = recipe(), duckdb.connect()
    types = {name: "DOUBLE" if kind == "number" else "BIGINT" for name, kind in one.fetch.columns.items()}
    told = f"header = false, delim = ';', auto_detect = false, columns = {types}"
    engine.execute(f"create view raw as select * from read_csv({[str(file) for file in files]}, {told})")  # noqa: S608 - our own files
    engine.execute(f"create table answer as select date '{LANDED.date()}' as landed_date")
    engine.execute("create table places (place varchar, area varchar)")
    engine.executemany("insert into places values (?, ?)", list(one.places.items()))

    def asked() -> int:
        for name, sql in one.steps.items():
            engine.execute(f'create table "{name}" as {sql}')
        return sum(len(engine.execute(series.sql).fetchall()) for series in one.series)

    return timed(asked)


def polars(files: Sequence[Path]) -> Measured:
    """Count with polars, streaming."""
    import polars as pl  # noqa: PLC0415 - only in this process

    def counted() -> int:
        read = pl.scan_csv(files, has_header=False, separator=";", new_columns=columns())
        found = read.group_by(KEYS).agg(pl.len(), pl.sum("speed")).collect(engine="streaming")
        return len(found)

    return timed(counted)


def pandas(files: Sequence[Path]) -> Measured:
    """Count with pandas, a file at a time, for it holds what it reads."""
    import pandas as pd  # noqa: PLC0415 - only in this process

    def counted() -> int:
        parts = []
        for file in files:
            wide = pd.read_csv(file, sep=";", header=None, names=columns(), usecols=[*KEYS, "speed"])
            parts.append(wide.groupby(KEYS)["speed"].agg(["size", "sum"]))
        return len(pd.concat(parts).groupby(level=KEYS).sum())

    return timed(counted)


def timed(work: Callable[[], int]) -> Measured:
    """Give rows, wall seconds, CPU seconds and highest memory of a piece of work."""
    wall, cpu = time.perf_counter(), time.process_time()
    rows = work()
    return rows, time.perf_counter() - wall, time.process_time() - cpu, peak()


def columns() -> list[str]:
    """Give the names of the columns, without asking the recipe."""
    clock = ["hour", "minute", "second", "hundredth"]
    rest = [
        "length",
        "lane",
        "direction",
        "class",
        "speed",
        "faulty",
        "total_time",
        "interval",
        "queue_start",
    ]
    return ["tms", "year", "day", *clock, *rest]


def peak() -> int:
    """Give the most memory this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


WORK = {"ours": ours, "duckdb": bare, "polars": polars, "pandas": pandas}


def run(python: str, which: str, files: Sequence[Path]) -> list[float]:
    """Run one of them in a process of its own: rows, wall, CPU, memory."""
    command = [python, __file__, "--run", which, *map(str, files)]
    return list(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def rivals(folder: Path) -> str:
    """Make an environment that holds the rivals; give its Python, or nothing when PyPI is not there."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *RIVALS]
    done = subprocess.run(command, check=False)
    return "" if done.returncode else python


def main(days: int, rounds: int) -> None:
    """Make the files, run all in turn, print ratios."""
    with tempfile.TemporaryDirectory() as name:
        files = made(Path(name), days)
        size = sum(file.stat().st_size for file in files) >> 20
        print(f"{days * len(STATIONS) * VEHICLES} vehicles, {days} files, {size} MB; {rounds} rounds")
        other = rivals(Path(name) / "rivals")
        pythons = {"ours": sys.executable, "duckdb": sys.executable}
        pythons |= {"polars": other, "pandas": other} if other else {}
        found = {which: list[list[float]]() for which in pythons}
        for _ in range(rounds):
            for which, python in pythons.items():
                found[which].append(run(python, which, files))
        told(found)
        one, all_ = run(sys.executable, "ours", files[:1]), found["ours"][-1]
        print(f"ours, highest memory: {one[3]:.0f} MB for a day, {all_[3]:.0f} MB for {days} days")


def told(found: dict[str, list[list[float]]]) -> None:
    """Print the medians, and our throughput over each rival's, round by round."""
    for which, runs in found.items():
        _, wall, cpu, memory = (statistics.median(one) for one in zip(*runs, strict=True))
        print(f"{which}: {wall:.2f} s, {cpu:.2f} s CPU, {memory:.0f} MB")
    for which in [which for which in found if which != "ours"]:
        for what, place in (("wall", 1), ("CPU", 2)):
            pairs = zip(found[which], found["ours"], strict=True)
            ratios = [theirs[place] / mine[place] for theirs, mine in pairs]
            shown = ", ".join(f"{one:.2f}" for one in ratios)
            print(f"our throughput / {which}'s, {what}: {statistics.median(ratios):.2f} ({shown})")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        print(json.dumps(WORK[sys.argv[2]]([Path(file) for file in sys.argv[3:]])))
    else:
        asked = argparse.ArgumentParser(description=__doc__)
        asked.add_argument("--days", type=int, default=10)
        asked.add_argument("--rounds", type=int, default=5)
        main(**vars(asked.parse_args()))
