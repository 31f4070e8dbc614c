"""The same chart and map in Streamlit, Dash and Panel beside ours: bytes, seconds, views per CPU second.

    python bench/rivals.py            (installs the rivals from PyPI into a cache folder of the user's)

The chart has 730 days of two series, the map 310 areas. Ours are the front page (eight indicators, curve,
map, tables) and the comparison of two places over the same days: both hold more than the rivals' page does.
A view, for all: what a browser fetches anew each time to show the whole, once it keeps the static files.
Ours: one page. Dash: page, layout, dependencies. Streamlit: a session by web socket, until its script has
finished. Panel: a session, its document pulled. Streamlit's and Panel's own programs, and gunicorn for Dash,
serve them.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from loading import Load, chromium, load, loaded
from serving import cpu, hammer, served, tilannekuva
from tilannekuva.domain.areas import Area, register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.flows import demo
from tilannekuva.flows.replay import replay
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.svg.outline import MAINLAND
from tilannekuva.web.svg.tessellation import cells

HERE = Path(__file__).parent / "rival"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tilannekuva-bench" / "rivals"
BIN = CACHE / "bin"
PACKAGES = ("streamlit", "dash", "gunicorn", "flask-compress", "panel", "bokeh", "pandas", "websockets")
NAMED = """from importlib.metadata import version
print(*(f"{name} {version(name)}" for name in ("streamlit", "dash", "panel")))"""
DAYS = 730
GOALS = {"streamlit": 100, "dash": 30, "dash, packed": 30}  # times the views per CPU second
BYTES = 70  # times the bytes


@dataclass(frozen=True)
class Shown:
    """A page as it is served: how it is started, when it is complete, how it is viewed and how often."""

    command: list[str]
    port: int
    path: str
    ready: Callable[[Any], bool]
    view: Callable[[int, int], None]
    views: int
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What was measured of a page: a cold load, a slow one, views per CPU second."""

    cold: Load
    slow: Load
    rate: float


def install() -> None:
    """Install the rivals, once."""
    if not (BIN / "gunicorn").exists():
        print("installing Streamlit, Dash and Panel; this takes minutes, once", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(CACHE)], check=True)
        pip = [str(BIN / "pip"), "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        subprocess.run(pip, check=True)
    told = subprocess.run([str(BIN / "python"), "-c", NAMED], check=True, capture_output=True, text=True)
    print(told.stdout.strip())


def figures() -> dict[str, Any]:
    """Give what the rivals show: days, two series, and areas with values."""
    dice = random.Random(7)  # noqa: S311 - made-up figures
    days = [(date(2020, 1, 1) + timedelta(days=place)).isoformat() for place in range(DAYS)]
    series = {
        name: [round(100 + 90 * dice.random() + place % 97, 1) for place in range(DAYS)]
        for name in ("Tampere", "Turku")
    }
    areas = [one for one in register().at_level("municipality", on=date(2020, 1, 1)) if one.centre]
    drawn = cells([one.centre for one in areas if one.centre], MAINLAND)
    features = [
        _feature(one, rings[0], round(100 * dice.random(), 1))
        for one, rings in zip(areas, drawn, strict=True)
        if rings
    ]
    return {"days": days, "series": series, "map": {"type": "FeatureCollection", "features": features}}


def _feature(area: Area, ring: Any, value: float) -> dict[str, Any]:  # noqa: ANN401 - a ring of corners
    """Give a cell in degrees, near enough: what is measured is its drawing."""
    corners = [[round(27 + (x - 500) / 50, 3), round(59.8 + (y - 6630) / 111.5, 3)] for x, y in ring]
    shape = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
    told = {"name": area.name("fi"), "value": value}
    return {"type": "Feature", "id": area.id, "geometry": shape, "properties": told}


def two_years(folder: Path) -> None:
    """Make an exercise that began as many days ago as the rivals' chart is long."""
    now = datetime.now(UTC)
    first = helsinki_date(now) - timedelta(days=DAYS)
    init(folder, template="corona", areas=demo.CITIES, exercise_from=first)
    workspace = Workspace(folder)
    with workspace.writing("bench"):
        workspace.define(now)
        replay(workspace, demo.past(workspace, now, days=5))
    workspace.close()


def ours(folder: Path, path: str) -> Shown:
    """Give a page of ours."""
    return Shown(tilannekuva(folder, 8491), 8491, path, loaded, lambda port, n: hammer(port, [path], n), 4000)


def rivals(data: Path) -> Mapping[str, Shown]:
    """Give the rivals; Dash also with its one switch that packs its answers."""
    known = {"RIVAL_DATA": str(data)}
    dash = [str(BIN / "gunicorn"), "--chdir", str(HERE), "--workers", "1", "--threads", "4"]
    fetched = ["/", "/_dash-layout", "/_dash-dependencies"]
    streamlit = [str(BIN / "streamlit"), "run", str(HERE / "streamlit_app.py"), "--server.headless", "true"]
    panel = [str(BIN / "panel"), "serve", str(HERE / "panel_app.py")]
    quiet = ["--browser.gatherUsageStats", "false", "--server.port", "8494"]

    def dashed(port: int, packed: Mapping[str, str]) -> Shown:
        command = [*dash, "--bind", f"127.0.0.1:{port}", "dash_app:server"]
        settings = {**known, **packed}
        return Shown(command, port, "/", _dash_ready, lambda at, n: hammer(at, fetched, n), 400, settings)

    return {
        "dash": dashed(8492, {}),
        "dash, packed": dashed(8493, {"RIVAL_COMPRESS": "1"}),
        "streamlit": Shown(
            [*streamlit, *quiet], 8494, "/", _streamlit_ready, _sessions("streamlit"), 20, known
        ),
        "panel": Shown(
            [*panel, "--port", "8495"], 8495, "/panel_app", _panel_ready, _sessions("panel"), 20, known
        ),
    }


def _sessions(name: str) -> Callable[[int, int], None]:
    def view(port: int, n: int) -> None:
        command = [str(BIN / "python"), str(HERE / "sessions.py"), name, str(port), str(n)]
        told = subprocess.run(command, check=True, capture_output=True, text=True)
        print(f"  a view of {name} brings {int(told.stdout):,} bytes of data")

    return view


def _dash_ready(page: Any) -> bool:  # noqa: ANN401 - playwright's page
    drawn = page.locator(".js-plotly-plot .main-svg").count()
    return bool(drawn and page.locator("canvas.maplibregl-canvas").count())


def _streamlit_ready(page: Any) -> bool:  # noqa: ANN401 - playwright's page
    charts = "[data-testid=stVegaLiteChart]"
    return bool(page.locator(f"{charts} canvas, {charts} svg.marks").count() > 1)


def _panel_ready(page: Any) -> bool:  # noqa: ANN401 - playwright's page
    return bool(page.locator(".bk-Figure canvas").count() > 1)


def measured(browser: Browser, shown: Shown) -> Result:
    """Measure a page: a warming load, a cold one, a slow one, many views."""
    with served(shown.command, shown.port, path=shown.path, **shown.settings) as pid:
        url = f"http://127.0.0.1:{shown.port}{shown.path}"
        load(browser, url, shown.ready)
        cold, slow = load(browser, url, shown.ready), load(browser, url, shown.ready, slow=True)
        shown.view(shown.port, max(shown.views // 10, 4))
        before = cpu(pid)
        shown.view(shown.port, shown.views)
        return Result(cold, slow, shown.views / (cpu(pid) - before))


def told(name: str, one: Result) -> None:
    """Print what was measured of a page."""
    away = len([url for url in one.cold.urls if not url.startswith(("http://127.0.0.1", "blob:", "data:"))])
    print(
        f"{name:28} {one.cold.size / 1000:9.1f} kB {one.cold.asked:4} requests ({away} to other hosts) "
        f"{one.cold.seconds:6.2f} s, slow {one.slow.seconds:6.2f} s, {one.rate:8.1f} views per CPU second"
    )


@contextmanager
def laid_out() -> Iterator[tuple[Path, Path]]:
    """Give the workspace of ours and the file of the rivals' figures."""
    with tempfile.TemporaryDirectory() as name:
        data, folder = Path(name) / "data.json", Path(name) / "workspace"
        data.write_text(json.dumps(figures()), encoding="utf-8")
        two_years(folder)
        yield folder, data


def main() -> None:
    """Measure all in one run and print the ratios."""
    install()
    with laid_out() as (folder, data), chromium() as browser:
        places = "place=hospital-district:06&place=hospital-district:03"
        pages = {"front page": "/fi/", "two places compared": f"/fi/compare?indicator=cases&{places}"}
        mine = {f"ours, {name}": measured(browser, ours(folder, path)) for name, path in pages.items()}
        theirs = {name: measured(browser, shown) for name, shown in rivals(data).items()}
    for name, one in {**mine, **theirs}.items():
        told(name, one)
    largest = max(one.cold.size for one in mine.values())
    slowest = min(one.rate for one in mine.values())
    print(f"beside the heavier of ours ({largest / 1000:.1f} kB, {slowest:.0f} views per CPU second):")
    for name, one in theirs.items():
        size, rate = one.cold.size / largest, slowest / one.rate
        ends = one.slow.seconds / max(mine_one.slow.seconds for mine_one in mine.values())
        goal = f" (goal {GOALS[name]})" if name in GOALS else ""
        print(
            f"  {name:14} {size:6.0f} x the bytes (goal {BYTES}), {ends:5.1f} x the slow seconds, "
            f"1/{rate:.0f} of the views{goal}"
        )


if __name__ == "__main__":
    main()
