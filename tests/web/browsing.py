"""Pages in a browser: the sizes they are looked at in, and what is asked of each from within."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from shown import LANGS, PAGES

from tilannekuva.web.app import FastPath

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
ZOOMED = {"width": 320, "height": 256}  # a screen of 1280 by 1024 at 400 %
PAPER = {"width": 718, "height": 1047}  # A4 less its margins
CHROMIUM = shutil.which("chromium")
MARKS = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")]
SHOWN = {**PAGES, "error": "?area=nowhere"}
PATHS = [f"/{lang}/{path}" for path in SHOWN.values() for lang in LANGS]
# Each page in one of the languages, in turn: for laws that hang on its elements, not on its words.
IN_TURN = [f"/{LANGS[place % 3]}/{path}" for place, path in enumerate(SHOWN.values())]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}

SMALLEST = """() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  let least = [99, '']
  while (words.nextNode()) {
    const parent = words.currentNode.parentElement
    const unseen = !parent.getClientRects().length || parent.closest('title, desc, .quiet')
    if (unseen || !words.currentNode.data.trim()) continue
    const scale = parent.ownerSVGElement ? parent.getScreenCTM().a : 1
    const size = Math.round(10 * parseFloat(getComputedStyle(parent).fontSize) * scale) / 10
    if (size < least[0]) least = [size, words.currentNode.data.trim().slice(0, 60)]
  }
  return least
}"""
# What sticks out of the window and is not within something that scrolls by itself.
SIDEWAYS = """() => document.scrollingElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scroll > *'))
  .map(one => one.outerHTML.slice(0, 90)).slice(0, 3)"""
# Layout shifts since the page began, also those after its scripts ran.
SHIFTS = """() => new Promise(done => {
  const seen = []
  new PerformanceObserver(list => seen.push(...list.getEntries()))
    .observe({type: 'layout-shift', buffered: true})
  requestAnimationFrame(() => setTimeout(() => done(seen.reduce((sum, one) => sum + one.value, 0)), 60))
})"""


@contextmanager
def served(app: FastPath) -> Iterator[str]:
    """Serve a site on a free port; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class Opened:
    """A page that is open, with what the console said and which hosts were asked."""

    page: Any
    said: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


@contextmanager
def opened(context: Any, url: str) -> Iterator[Opened]:  # noqa: ANN401 - Playwright may not be installed
    """Open a page and listen to it from its first byte."""
    page = context.new_page()
    one = Opened(page)
    page.on("console", lambda said: one.said.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: one.said.append(str(error)))
    page.on("request", lambda asked: one.hosts.add(f"http://{urlsplit(asked.url).netloc}"))
    answer = page.goto(url)
    if not answer.ok:  # the console tells that the page is an error page; that is no fault of it
        one.said = [told for told in one.said if f"status of {answer.status}" not in told]
    yield one
    page.close()
