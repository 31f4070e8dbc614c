"""What the tests of entry share: a city that reports its phone ring, and somebody of its staff who does."""

import asyncio
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from shown import Element, tree
from starlette.types import Receive, Scope, Send

from tilannekuva.domain.access import Viewer
from tilannekuva.domain.looks import Look
from tilannekuva.domain.reports import Report
from tilannekuva.domain.services import Service
from tilannekuva.flows import services
from tilannekuva.flows.delivery import Desk
from tilannekuva.flows.entrance import By
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.update import received
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import application
from tilannekuva.web.inbox import Reception
from tilannekuva.web.site import Shelf, Site

AT = datetime(2020, 4, 7, 6, tzinfo=UTC)  # nine in the morning in Helsinki
TODAY = date(2020, 4, 7)
AREA, SOURCE = "municipality:837", "service-phone-ring"
STAFF = Viewer("staff", AREA)
PATH = "/fi/enter/phone-ring"
SIX = {
    "attempted": "310", "reached": "201", "not_reached": "12",
    "declined": "4", "need_found": "9", "served": "5",
}  # fmt: skip


def prepare(folder: Path) -> None:
    """Make a workspace that takes reports of two services, one of them in use since the third of April."""
    init(folder, template="corona", areas=["837"])
    sources = f'["{SOURCE}", "service-grocery-bags", "hs-tests"]'
    settings = f'title = "Tampere"\nareas = ["municipality:837"]\nsources = {sources}\n'
    (folder / "tilannekuva.toml").write_text(settings)
    workspace = Workspace(folder)
    with workspace.writing("test"):
        workspace.define(AT - timedelta(days=9))
        for day, called in ((3, 300), (4, 280), (6, 250)):
            hand_in(
                workspace, Report(AREA, date(2020, 4, day), {"attempted": called, "reached": 200}, by="m")
            )
            received(workspace, clock=lambda at=day: datetime(2020, 4, at, 14, tzinfo=UTC))
    workspace.close()


def hand_in(workspace: Workspace, report: Report) -> None:
    """Put a report into the queue as its form would."""
    stamped = f"r202004{report.day.day:02}-120000-0123456789ab"
    Desk(workspace).deliver(SOURCE, services.wire(ring(workspace), [report]), stamped)


def ring(workspace: Workspace) -> Service:
    """Give the phone ring."""
    return workspace.services()["phone-ring"]


@dataclass
class Counter:
    """A site at which staff report, beside a runner unless it is `alone`; each look at its clock moves it."""

    workspace: Workspace
    person: str = "maija"
    viewer: Viewer = STAFF
    alone: bool = False
    now: datetime = AT
    site: Site = field(init=False)

    def __post_init__(self) -> None:
        """Open."""
        reception = Reception(Desk(self.workspace), patience=1, sleep=self._turn, now=self.clock)
        self.site = Site(Reader(self.workspace, AT), Shelf(AT), reception)
        self.app = application(self.site)

    def clock(self) -> datetime:
        """Tell the time, a second later each time."""
        self.now += timedelta(seconds=1)
        return self.now

    async def _turn(self, _: float) -> None:
        if not self.alone:
            received(self.workspace, clock=self.clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer somebody of the staff, as the gate does with who is logged in."""
        if self.person:
            by = By(self.person, self.viewer, "127.0.0.1")
            scope |= {"viewer": self.viewer, "person": self.person, "by": by}
        self.site.clear(self.clock())
        await self.app(scope, receive, send)

    def ask(self, path: str = PATH, fields: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
        """Open a page, or hand in its form."""
        named = {"accept": "text/html", "sec-fetch-site": "same-origin"} | headers

        async def asked() -> httpx2.Response:
            transport = httpx2.ASGITransport(self, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://site") as client:
                if fields is None:
                    return await client.get(path, headers=named)
                return await client.post(path, data=fields, headers=named)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(asked())).result()

    def form(self, path: str = PATH) -> dict[str, str]:
        """Give the fields of a form as it is opened."""
        return filled(tree(self.ask(path).text))

    def report(self, path: str = PATH, **fields: str) -> httpx2.Response:
        """Open a form, fill it in and send it."""
        return self.ask(path, self.form(path) | fields)

    def looks(self) -> list[Look]:
        """Give the looks at what was sent since the morning."""
        return self.workspace.ledger.looks(SOURCE, since=AT)

    def told(self, stage: str, day: date = TODAY, part: str = "all") -> float | None:
        """Give a number as it is known."""
        found = services.told(self.workspace, ring(self.workspace))
        return next((n for cell, n in found.items() if cell[0::2] == (stage, day) and cell[3] == part), None)


def filled(page: Element) -> dict[str, str]:
    """Give what the fields of the page's form hold."""
    form = next(one for one in page.find("form") if one.attributes.get("id") == "report")
    inputs = {one.attributes["name"]: one.attributes.get("value", "") for one in form.find("input")}
    for one in form.find("select"):
        chosen = [each.attributes["value"] for each in one.find("option") if "selected" in each.attributes]
        inputs[one.attributes["name"]] = chosen[0] if chosen else ""
    return inputs


def outcome(answer: httpx2.Response) -> str:
    """Give what an answer tells of a report, on one line."""
    found = [one for one in tree(answer.text).find("section") if one.attributes.get("id") == "told"]
    return re.sub(r"\s+", " ", found[0].text) if found else ""


@contextmanager
def opened_counter(prepared: Path, folder: Path, **how: Any) -> Iterator[Counter]:  # noqa: ANN401 - of Counter
    """Open a site on a copy of a prepared workspace."""
    shutil.copytree(prepared, folder)
    workspace = Workspace(folder)
    with workspace.writing("test"):
        yield Counter(workspace, **how)
    workspace.close()
