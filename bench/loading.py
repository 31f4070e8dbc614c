"""A page loaded whole in Chromium, cold: bytes, requests, hosts and seconds until it is complete."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, sync_playwright

_SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
_CPU = 4  # so many times slower than this machine
_QUIET = 1.0  # seconds without a byte after which a page is done
_PATIENCE = 240.0


@dataclass
class Load:
    """One cold load: bytes on the wire (answers and their headers, frames of web sockets), and when."""

    begun: float
    size: int = 0
    urls: list[str] = field(default_factory=list)
    last: float = 0.0
    seconds: float = 0.0

    @property
    def asked(self) -> int:
        """How many addresses were asked for."""
        return len(self.urls)

    def took(self, size: float) -> None:
        """Count bytes that came."""
        self.size += int(size)
        self.last = time.perf_counter()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser."""
    with sync_playwright() as play:
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = play.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


def load(browser: Browser, url: str, ready: Callable[[Any], bool], *, slow: bool = False) -> Load:
    """Load a page cold until it is ready and quiet; `slow` is 1.6 Mbit/s, 150 ms and a quarter of the CPU."""
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        one = Load(time.perf_counter())
        _listen(session, one, slow=slow)
        page.goto(url, wait_until="commit", timeout=_PATIENCE * 1000)
        while not ready(page):
            if time.perf_counter() - one.begun > _PATIENCE:
                raise TimeoutError(f"{url} was not complete in {_PATIENCE:.0f} s")
            page.wait_for_timeout(20)
        done = time.perf_counter()
        while time.perf_counter() - max(one.last, done) < _QUIET:
            page.wait_for_timeout(50)
        one.seconds = max(one.last, done) - one.begun
    return one


def _listen(session: CDPSession, one: Load, *, slow: bool) -> None:
    session.send("Network.enable")
    if slow:
        session.send("Network.emulateNetworkConditions", _SLOW)
        session.send("Emulation.setCPUThrottlingRate", {"rate": _CPU})
    session.on("Network.requestWillBeSent", lambda told: one.urls.append(told["request"]["url"]))
    session.on("Network.loadingFinished", lambda told: one.took(told["encodedDataLength"]))
    session.on("Network.webSocketFrameReceived", lambda told: one.took(_frame(told["response"])))
    one.begun = time.perf_counter()


def _frame(told: dict[str, Any]) -> float:
    """Give the bytes of a frame; those that are no text are told in base 64."""
    return len(told["payloadData"]) * (0.75 if told["opcode"] == 2 else 1)  # noqa: PLR2004 - binary


def loaded(page: Any) -> bool:  # noqa: ANN401 - playwright's page
    """Tell whether a page of ours is complete: all it draws came with it, so its load event says so."""
    return bool(page.evaluate("document.readyState === 'complete' && !!document.querySelector('main')"))
