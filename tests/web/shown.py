"""Pages as they are shown: a made-up city's workspace, its site asked in process, and the words on a page."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2

from tilannekuva.domain.looks import Answer
from tilannekuva.flows import demo
from tilannekuva.flows.forecasting import forecast
from tilannekuva.flows.keeping import keep
from tilannekuva.flows.replay import Recorded, replay
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath

NOW = datetime(2021, 3, 20, 15, tzinfo=UTC)
REWOUND = "as_of=2021-03-18"
LANGS = ("fi", "sv", "en")
PAGES = {
    "front": "",
    "front of another city": "?area=853",
    "rewound front": f"?{REWOUND}",
    "indicator with levels": "indicator/incidence-14d",
    "indicator without levels": "indicator/cases",
    "weekly indicator": "indicator/cases-weekly",
    "municipal map": "indicator/incidence-14d?map=municipality",
    "changes": "changes",
    "map": "map",
    "map of another indicator": "map?indicator=cases-weekly",
    "area": "area",
    "compare": "compare",
    "decisions": "decisions",
    "decision": "decisions/27a9e3d6a063",
    "scenario": "scenario",
    "scenario with its sliders moved": "scenario?scenario=schools-closed&work=40&doses=300",
    "forecast": "forecast",
    "forecast of patients": "forecast?indicator=in-ward",
    "services": "services",
    "service": "services/phone-ring",
    "brief": "brief",
    "sources": "sources",
    "trace": "trace/incidence-14d",
    "data": "data",
    "plain": "plain",
    "glossary": "glossary",
    "accessibility": "accessibility",
}
ERRORS = {
    "unknown page": ("nothing", 404),
    "unknown area": ("?area=nowhere", 404),
    "unknown indicator": ("indicator/nothing", 404),
    "a day to come": ("?as_of=2099-01-01", 400),
    "no day": ("?as_of=yesterday", 400),
}
_EMPTY = {"meta", "link", "input", "br", "hr", "img", "col", "wbr", "source"}
_UNSEEN = {"script", "style", "head", "desc"}


def prepare(folder: Path) -> None:
    """Make an exercise of four days, whose newest answer about tests is not understood."""
    demo.prepare(folder, live=False, now=NOW)
    workspace = Workspace(folder)
    with workspace.writing("test"):
        workspace.define(NOW)
        replay(workspace, demo.past(workspace, NOW, days=4))
        keep(workspace, forecast(workspace, NOW), NOW, NOW)
    land(workspace, "hs-tests", b'{"broken": ', NOW - timedelta(minutes=1))
    workspace.close()


def land(workspace: Workspace, source: str, body: bytes, at: datetime) -> None:
    """Land an answer at an instant, and believe it if it can be read at all."""
    with workspace.writing("test"):
        replay(workspace, [Recorded(at, lambda: Answer(source, body), source)], accept=True)


def ask(app: FastPath, path: str, method: str = "GET", **headers: str) -> httpx2.Response:
    """Ask the site without a network; header names are written with underscores."""
    named = {"accept-encoding": "identity"} | {key.replace("_", "-"): value for key, value in headers.items()}

    async def asked() -> httpx2.Response:
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://site") as client:
            return await client.request(method, path, headers=named)

    with ThreadPoolExecutor(1) as thread:  # a browser's own loop may be running in this one
        return thread.submit(lambda: asyncio.run(asked())).result()


def twin(path: str, kind: str) -> str:
    """Give the address of a page's data twin."""
    page, _, query = path.partition("?")
    return f"{page}{'' if not page.endswith('/') else 'index'}.{kind}" + (f"?{query}" if query else "")


def rows(app: FastPath, path: str) -> list[dict[str, Any]]:
    """Give the rows of a page's JSON twin."""
    return list(json.loads(ask(app, twin(path, "json")).content)["rows"])


@dataclass
class Element:
    """An element of a page: its name, attributes and what it holds in order."""

    name: str
    attributes: dict[str, str]
    inner: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        """Give this element and all within."""
        yield self
        for one in self.inner:
            if isinstance(one, Element):
                yield from one.walk()

    def find(self, name: str, klass: str = "") -> list["Element"]:
        """Give the elements of a name, and of a class if one is named."""
        all_of = (one for one in self.walk() if one.name == name)
        return [one for one in all_of if not klass or klass in one.attributes.get("class", "").split()]

    def texts(self, lang: str) -> Iterator[str]:
        """Give the text nodes that a reader of a language meets; marked passages of others are left out."""
        if self.name in _UNSEEN or self.attributes.get("lang", lang) != lang:
            return
        yield from (self.attributes[key] for key in ("aria-label",) if key in self.attributes)
        for one in self.inner:
            if isinstance(one, Element):
                yield from one.texts(lang)
            elif one.strip():
                yield " ".join(one.split(" ")).strip()

    @property
    def text(self) -> str:
        """Give all text within, as one line."""
        parts = [one.text if isinstance(one, Element) else one for one in self.inner]
        return " ".join(" ".join(parts).split(" ")).strip()


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_option()
        made = Element(tag, {key: value or "" for key, value in attrs})
        self.open[-1].inner.append(made)
        if tag not in _EMPTY:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inner.append(Element(tag, {key: value or "" for key, value in attrs}))

    def _end_option(self) -> None:
        """Close an option where the next begins, or the list: HTML lets its end be left out."""
        if self.open[-1].name == "option":
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag != "option":
            self._end_option()
        assert self.open.pop().name == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.open[-1].inner.append(data)


def tree(html: str) -> Element:
    """Give a page as a tree; elements that are not closed in order fail."""
    reader = _Tree()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"left open: {[one.name for one in reader.open]}"
    return reader.open[0]
