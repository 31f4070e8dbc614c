"""Pages beside a bare Starlette answer: requests per CPU second of the server, ratios of one run.

    python bench/pages.py

Also: CPU of a rewound page that nobody has asked for yet, and the bytes of the first page.
"""

import gzip
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

REQUESTS, CLIENTS, ROUNDS = 4000, 4, 5
TICKS = os.sysconf("SC_CLK_TCK")


def bare() -> Starlette:
    """Give the rival: one route, one short answer."""

    async def hello(_: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    return Starlette(routes=[Route("/", hello)])


def served(which: str, port: int, folder: Path) -> None:
    """Run one of the two servers."""
    from tilannekuva.flows.workspace import Workspace  # noqa: PLC0415 - not in the rival's process
    from tilannekuva.web.server import site  # noqa: PLC0415

    app = bare() if which == "bare" else site(Workspace(folder))
    uvicorn.run(app, port=port, log_level="error", access_log=False)


@contextmanager
def server(which: str, port: int, folder: Path) -> Iterator[int]:
    """Run a server in a process of its own; give its process number."""
    command = [sys.executable, __file__, "--serve", which, str(port), str(folder)]
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            try:
                ask(port, "/")
                break
            except OSError:
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def ask(port: int, path: str) -> bytes:
    """Ask once and give the packed body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    body = connection.getresponse().read()
    connection.close()
    return body


def hammer(port: int, path: str, n: int) -> None:
    """Ask many times over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(n):
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        connection.getresponse().read()
    connection.close()


def cpu(pid: int) -> float:
    """Give the CPU seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rate(port: int, path: str, pid: int) -> float:
    """Give requests per CPU second of the server."""
    before = cpu(pid)
    threads = [
        threading.Thread(target=hammer, args=(port, path, REQUESTS // CLIENTS)) for _ in range(CLIENTS)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return REQUESTS / (cpu(pid) - before)


def main() -> None:
    """Make an exercise, serve it and the rival, print ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "exercise"
        command = [
            sys.executable,
            "-m",
            "tilannekuva",
            "demo",
            "--prepare",
            "--days",
            "12",
            "--workspace",
            str(folder),
        ]
        subprocess.run(command, check=True, capture_output=True)
        with server("ours", 8471, folder) as ours, server("bare", 8472, folder) as rival:
            compare(ours, rival)
            cold(ours)
            size()


def compare(ours: int, rival: int) -> None:
    """Print the ratio of each round and its median."""
    rate(8471, "/fi/", ours)
    rate(8472, "/", rival)
    ratios = [rate(8471, "/fi/", ours) / rate(8472, "/", rival) for _ in range(ROUNDS)]
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
        ask(8471, f"/fi/?as_of={at}")
        walls.append(time.perf_counter() - begun)
        costs.append(cpu(ours) - before)
    wall, cost = statistics.median(walls), statistics.mean(costs)
    print(f"cold rewound front page: median {wall * 1000:.0f} ms wall, mean {cost * 1000:.0f} ms CPU, of 40")


def size() -> None:
    """Print the bytes of the first page with its style and icon, packed."""
    page = ask(8471, "/fi/")
    parts = {"page": len(page)}
    text = gzip.decompress(page).decode()
    for address in sorted(
        {part.split('"')[0] for part in text.split('href="')[1:] if part.startswith("/static/")}
    ):
        parts[address.split("?")[0].rpartition("/")[2]] = len(ask(8471, address))
    print(
        f"first page, packed: {sum(parts.values())} bytes ({', '.join(f'{k} {v}' for k, v in parts.items())})"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        served(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
