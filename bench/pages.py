"""Pages beside a bare Starlette answer, and what a page weighs and takes to load, in one run.

    python bench/pages.py

Requests per CPU second of the server, and their ratio; CPU of a rewound page that nobody has asked for yet;
bytes of every page with all it needs; seconds to complete on 1.6 Mbit/s, 150 ms and a quarter of the CPU; the
script time of a step of the time slider.
"""

import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, CDPSession
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from loading import chromium, load, loaded
from serving import ask, cpu, exercise, hammer, served, tilannekuva
from tilannekuva.web.urls import PATHS

REQUESTS, ROUNDS, LOADS = 4000, 5, 3
OURS, BARE = 8471, 8472
GOALS = {"front": 40_000, "other": 80_000, "script": 10_000}  # bytes, packed, all in
SECONDS = 1.5  # of a front page on a slow line
STEPS = 40
# Steps through the slider's days, each drawn before the next; gives how many there were.
STEPPED = """async steps => {
  const slider = document.querySelector('main input[type=range]')
  if (!slider) return 0
  for (let step = 0; step < steps; step++) {
    slider.value = Number(slider.max) - step % (Number(slider.max) + 1)
    slider.dispatchEvent(new Event('input', {bubbles: true}))
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
  }
  return steps
}"""


def bare() -> Starlette:
    """Give the rival: one route, one short answer."""

    async def hello(_: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    return Starlette(routes=[Route("/", hello)])


def rate(port: int, path: str, pid: int) -> float:
    """Give requests per CPU second of the server."""
    before = cpu(pid)
    hammer(port, [path], REQUESTS)
    return REQUESTS / (cpu(pid) - before)


def main() -> None:
    """Make an exercise, serve it and the rival, print ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "exercise"
        exercise(folder, 12)
        command = [sys.executable, __file__, "--bare"]
        with served(tilannekuva(folder, OURS), OURS) as ours, served(command, BARE) as rival:
            compare(ours, rival)
            cold(ours)
            with chromium() as browser:
                weights(browser)
                slow(browser)
                slider(browser)


def compare(ours: int, rival: int) -> None:
    """Print the ratio of each round and its median."""
    rate(OURS, "/fi/", ours)
    rate(BARE, "/", rival)
    ratios = [rate(OURS, "/fi/", ours) / rate(BARE, "/", rival) for _ in range(ROUNDS)]
    told = ", ".join(f"{one:.2f}" for one in ratios)
    middle = statistics.median(ratios)
    print(f"cached page / bare Starlette answer, requests per CPU second: {middle:.2f} ({told})")


def cold(ours: int) -> None:
    """Print what a page costs that is rewound to an instant nobody has asked for."""
    start = datetime.now(UTC) - timedelta(days=3)
    walls, costs = [], []
    for minute in range(40):
        at = (start + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
        before, begun = cpu(ours), time.perf_counter()
        ask(OURS, f"/fi/?as_of={at}")
        walls.append(time.perf_counter() - begun)
        costs.append(cpu(ours) - before)
    wall, cost = statistics.median(walls), statistics.mean(costs)
    print(f"cold rewound front page: median {wall * 1000:.0f} ms wall, mean {cost * 1000:.0f} ms CPU, of 40")


def addresses() -> dict[str, str]:
    """Give the pages in Finnish by name."""
    return {page: f"/fi/{path.format(id='incidence-14d')}" for page, (path, _) in PATHS.items()}


def weights(browser: Browser) -> None:
    """Print what each page weighs with all it needs, as Chromium took it, and where it is over its goal."""
    scripts: dict[str, int] = {}
    for page, path in addresses().items():
        one = load(browser, f"http://127.0.0.1:{OURS}{path}", loaded)
        goal = GOALS["front" if page == "front" else "other"]
        own = (f"http://127.0.0.1:{OURS}/", "data:")
        away = [url for url in one.urls if not url.startswith(own)]
        said = f"{one.size / 1000:6.1f} kB in {one.asked} requests, {len(away)} to other hosts"
        print(f"{page:14} {said}{over(one.size, goal)}")
        scripts |= {url: len(ask(OURS, url.split(str(OURS))[1])) for url in one.urls if ".js?" in url}
    total = sum(scripts.values())
    print(f"all scripts, packed: {total} bytes{over(total, GOALS['script'])} ({', '.join(named(scripts))})")


def over(size: float, goal: float) -> str:
    """Say so where a goal is missed."""
    return f"  OVER {goal:,}" if size > goal else ""


def named(scripts: dict[str, int]) -> Iterable[str]:
    """Name the scripts with their sizes."""
    for url, size in scripts.items():
        name = re.search(r"([^/]+)\?", url)
        yield f"{name[1] if name else url} {size}"


def slow(browser: Browser) -> None:
    """Print the seconds until pages are complete on a slow line and machine, the median of cold loads."""
    for page in ("front", "indicator", "map"):
        url = f"http://127.0.0.1:{OURS}{addresses()[page]}"
        seconds = [load(browser, url, loaded, slow=True).seconds for _ in range(LOADS)]
        told = ", ".join(f"{one:.2f}" for one in seconds)
        missed = over(statistics.median(seconds), SECONDS) if page == "front" else ""
        print(f"{page}: complete in {statistics.median(seconds):.2f} s on a slow line ({told}){missed}")


def slider(browser: Browser) -> None:
    """Print the script time of a step of the map's time slider, as Chromium counts it, the mean of some."""
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{OURS}/fi/map?level=municipality&indicator=cases-weekly")
    page.wait_for_timeout(500)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    before = scripted(session)
    steps = page.evaluate(STEPPED, STEPS)
    each = (scripted(session) - before) * 1000 / max(steps, 1)
    told = f"{each:.2f} ms of script" if steps else "there is no slider"
    print(f"a step of the time slider: {told}{over(each, 1)}")
    page.close()


def scripted(session: CDPSession) -> float:
    """Give the seconds that a page's scripts have run."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "ScriptDuration"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        uvicorn.run(bare(), port=BARE, log_level="error", access_log=False)
    else:
        main()
