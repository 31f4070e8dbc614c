"""Somebody's browser in tests of the entrance: it keeps cookies, and tells which page a form stands on."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
from shown import NOW

from tilannekuva.domain.access import Viewer
from tilannekuva.flows.entrance import By
from tilannekuva.flows.office import Office
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath

AT = NOW
PASSWORD = "kettu hiipii sammalta pitkin"  # noqa: S105 - of nobody
PEOPLE = {  # names, roles, codes of municipalities
    "petra": ("partner", "853"),
    "saara": ("staff", "837"),
    "leena": ("leadership", "837"),
    "aino": ("admin", "837"),
    "tuula": ("staff", "853"),
}


def populated(workspace: Workspace, people: dict[str, tuple[str, str]] = PEOPLE) -> None:
    """Let people in by one password."""
    office = Office(workspace, By("console", Viewer("admin")), AT)
    for name, (role, municipality) in people.items():
        office.add(name, password=PASSWORD, role=role, municipality=municipality)


class Visitor:
    """A browser at a site."""

    def __init__(self, app: FastPath, base: str = "http://site") -> None:
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        self.client = httpx2.AsyncClient(transport=transport, base_url=base)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Open a page."""
        return self.ask("GET", path, {"accept": "text/html", **headers})

    def post(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form that stands on a page of the site."""
        return self.ask("POST", path, {"sec-fetch-site": "same-origin", "accept": "text/html"}, fields)

    def login(self, name: str, **more: str) -> httpx2.Response:
        """Log in."""
        return self.post("/fi/login", name=name, **{"password": PASSWORD, **more})

    def ask(
        self, method: str, path: str, headers: dict[str, str], fields: dict[str, str] | None = None
    ) -> httpx2.Response:
        """Ask; header names are written with underscores."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}

        async def asked() -> httpx2.Response:
            return await self.client.request(method, path, headers=named, data=fields)

        with ThreadPoolExecutor(1) as thread:  # a browser's own loop may be running in this one
            return thread.submit(lambda: asyncio.run(asked())).result()

    @property
    def cookies(self) -> dict[str, Any]:
        """Give the cookies that it keeps."""
        return dict(self.client.cookies)
