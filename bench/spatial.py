"""Points and surfaces brought to municipal areas, beside geopandas and a plain loop: ratios of one run.

    python bench/spatial.py [--points 1000000] [--rounds 3]

The areas divide the country around the 308 municipal centres, each with some sixty corners. Points lie
anywhere in the box around it; surfaces are circles of 3 km. `geopandas.sjoin` and `geopandas.overlay`, from
PyPI in an environment made for this run, get their frames ready made; the loop asks every area about every
point of a sample. Each runs in a process of its own, in turn; reading what was made is not measured.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

CIRCLES, SAMPLE = 20_000, 2_000
RIVALS = ("geopandas==1.*",)
TM35FIN = "EPSG:3067"
Made = dict[str, Any]


def made(folder: Path, n: int) -> Path:
    """Write areas, points and circles."""
    from tilannekuva.domain.areas import register  # noqa: PLC0415 - not in the rivals' environment

    towns = [one.centre for one in register().at_level("municipality", on=date(2026, 1, 1)) if one.centre]
    centres = 1000 * np.array(towns)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=shapely.box(*_box(centres)))
    areas = shapely.transform(shapely.segmentize(shapely.get_parts(cells), 2_000), _crooked)
    chance = np.random.default_rng(1)
    west, south, east, north = _box(centres)
    places = np.column_stack([chance.uniform(west, east, n), chance.uniform(south, north, n)])
    file = folder / "made.npz"
    circles = shapely.buffer(shapely.points(places[:CIRCLES]), 3_000)
    np.savez(file, areas=shapely.to_wkb(areas), circles=shapely.to_wkb(circles), places=places)
    return file


def _box(centres: Any) -> tuple[float, ...]:  # noqa: ANN401 - a numpy array
    return (*(centres.min(axis=0) - 20_000), *(centres.max(axis=0) + 20_000))


def _crooked(xy: Any) -> Any:  # noqa: ANN401 - numpy arrays
    """Bend straight borders as nature does, all alike, so that no gaps open between areas."""
    x, y = xy.T
    return np.column_stack([x + 600 * np.sin(y / 1_300), y + 600 * np.sin(x / 1_700)])


def read(file: Path) -> Made:
    """Read what was made."""
    with np.load(file, allow_pickle=True) as found:
        areas, circles = shapely.from_wkb(found["areas"]), shapely.from_wkb(found["circles"])
        return {"areas": areas, "circles": circles, "places": found["places"]}


def timed(work: Callable[[], float]) -> list[float]:
    """Give CPU seconds, wall seconds, and what the work came to, by which all must agree."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return [time.process_time() - cpu, time.perf_counter() - wall, found]


def ours(file: Path) -> list[list[float]]:
    """Bring points and circles to areas with our own."""
    from tilannekuva.sources.maps import spatial  # noqa: PLC0415 - not in the rivals' environment

    data = read(file)
    return [
        timed(lambda: float(spatial.within(data["places"], data["areas"]).sum())),
        timed(lambda: float(spatial.shares(data["circles"], data["areas"]).share.sum())),
    ]


def geopandas(file: Path) -> list[list[float]]:
    """Do the same with geopandas."""
    import geopandas as gpd  # noqa: PLC0415 - only in the environment made for it

    data = read(file)
    areas = gpd.GeoDataFrame({"area": range(len(data["areas"]))}, geometry=data["areas"], crs=TM35FIN)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*data["places"].T), crs=TM35FIN)
    circles = gpd.GeoDataFrame({"size": shapely.area(data["circles"])}, geometry=data["circles"], crs=TM35FIN)

    def shared() -> float:
        both = gpd.overlay(circles, areas, how="intersection")
        return float((both.area / both["size"]).sum())

    def joined() -> float:
        found = gpd.sjoin(points, areas, how="left", predicate="intersects")
        return float(found["area"].fillna(-1).sum())

    return [timed(joined), timed(shared)]


def loop(file: Path) -> list[list[float]]:
    """Ask every area about every point of a sample, and reckon what all points would take."""
    data = read(file)
    sample = shapely.points(data["places"][:SAMPLE])

    def asked() -> float:
        return float(
            sum(next((n for n, a in enumerate(data["areas"]) if a.intersects(p)), -1) for p in sample)
        )

    cpu, wall, _ = timed(asked)
    more = len(data["places"]) / SAMPLE
    return [[cpu * more, wall * more, float("nan")]]


WORK = {"ours": ours, "geopandas": geopandas, "loop": loop}
WHAT = ("points", "surfaces")


def run(python: str, which: str, file: Path) -> list[list[float]]:
    """Run one of them in a process of its own."""
    command = [python, __file__, "--run", which, str(file)]
    return list(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def rivals(folder: Path) -> str:
    """Make an environment that holds geopandas; give its Python, or nothing when PyPI is not there."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *RIVALS]
    return "" if subprocess.run(command, check=False).returncode else python


def main(n: int, rounds: int) -> None:
    """Make the data, run all in turn, print CPU seconds and ratios."""
    with tempfile.TemporaryDirectory() as name:
        file = made(Path(name), n)
        corners = shapely.get_num_coordinates(read(file)["areas"])
        print(f"{n} points, {CIRCLES} circles, {len(corners)} areas of {int(np.median(corners))} corners")
        other = rivals(Path(name) / "rivals")
        pythons = {"ours": sys.executable, "loop": sys.executable} | ({"geopandas": other} if other else {})
        found = {
            which: [run(python, which, file) for _ in range(rounds)] for which, python in pythons.items()
        }
    for which, runs in found.items():
        for nth, what in enumerate(WHAT[: len(runs[0])]):
            cpu = statistics.median(one[nth][0] for one in runs)
            ratios = [one[nth][0] / mine[nth][0] for one, mine in zip(runs, found["ours"], strict=True)]
            agree = (
                "" if which == "loop" or abs(runs[0][nth][2] - found["ours"][0][nth][2]) < 1 else "; DIFFERS"
            )
            told = f"{statistics.median(ratios):.1f} times ours ({', '.join(f'{one:.1f}' for one in ratios)})"
            print(f"{which}, {what}: {cpu:.2f} s CPU" + (f", {told}{agree}" if which != "ours" else ""))


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--points", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--run", nargs=2, default=None)
    given = asked.parse_args()
    if given.run:
        print(json.dumps(WORK[given.run[0]](Path(given.run[1]))))
    else:
        main(given.points, given.rounds)
