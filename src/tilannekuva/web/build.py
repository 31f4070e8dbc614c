"""Build: the same pages as files, for any web server, GitHub Pages or a memory stick.

The site is asked in this process for every address that its pages lead to; what only a server can answer
(another day, a form, news) is left out, and addresses become relative to the file that they stand in.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from posixpath import dirname, relpath
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from starlette.types import Message

from tilannekuva import __version__
from tilannekuva.domain.areas import register
from tilannekuva.domain.definitions import LANGS
from tilannekuva.errors import BadInput, TilannekuvaError, UnknownArea
from tilannekuva.web import render
from tilannekuva.web.app import FastPath
from tilannekuva.web.language import language
from tilannekuva.web.pages.frame import LANGUAGE_NAMES
from tilannekuva.web.relative import links, rewritten
from tilannekuva.web.urls import url

MANIFEST = "manifest.json"
_MAKER = "tilannekuva build"
_SERVED = ("/api/", "/events", "/raw/", "/ground/", "/table/")  # what a server makes for who asks
_TIMELESS = ("/static/", "/own/", "/manifest.webmanifest")  # the same at every instant
_IMPORT = re.compile(r"""(?:from|import)\s*['"](\./[\w.-]+)['"]""")
_ABSENT = 503  # the extra that makes this file is not installed
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Plan:
    """Which addresses become which files: those of the own areas, as known at one instant.

    `absent` are those that could not be made here.
    """

    areas: tuple[str, ...]
    as_of: str = ""
    absent: set[str] = field(default_factory=set)

    def canonical(self, address: str) -> str:
        """Give the one form of an address that is built; empty for what is left out."""
        parts = urlsplit(address)
        query = {key: value for key, value in parse_qsl(parts.query) if key != "v"}
        if (
            parts.scheme
            or parts.netloc
            or parts.path.startswith(_SERVED)
            or query.pop("as_of", self.as_of) != self.as_of
        ):
            return ""
        area = ""
        with suppress(UnknownArea):
            area = register().area(query.pop("area", self.areas[0])).id
        path = "" if query or area not in self.areas or parts.path == "/" else parts.path
        wanted = (
            path if area == self.areas[0] or not path else f"{path}?{urlencode({'area': area}, safe=':')}"
        )
        return "" if wanted in self.absent else wanted

    def asked(self, canonical: str) -> str:
        """Give the address to ask for."""
        if not self.as_of or canonical.startswith(_TIMELESS):
            return canonical
        return f"{canonical}{'&' if '?' in canonical else '?'}{urlencode({'as_of': self.as_of})}"

    def file(self, canonical: str) -> str:
        """Give the file of an address; the pages of another area stand in a folder of their own."""
        path, _, query = canonical.partition("?")
        path += "index" if path.endswith("/") else ""
        path += "" if PurePosixPath(path).suffix else ".html"
        first, _, rest = path[1:].partition("/")
        area = query.partition("=")[2].replace(":", "-")
        return "/".join(part for part in (first, area, rest) if part)

    def relative(self, here: str, address: str) -> str | None:
        """Give an address as a file at `here` must write it; None where nothing is built."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not (parts.path or parts.query):  # elsewhere, or on this page
            return address
        wanted = self.canonical(urljoin(here, address))
        if not wanted:
            return None
        there = relpath(self.file(wanted), dirname(self.file(here)) or ".")
        return there + (f"#{parts.fragment}" if parts.fragment else "")


def build(
    app: FastPath, folder: Path, *, as_of: str = "", progress: Progress | None = None
) -> dict[str, Any]:
    """Write all pages as files and give the manifest that lists them.

    The folder must be new, empty, or hold an earlier build: only that build's files are replaced or removed.
    `progress` is told how many files are made and how many are known of.
    """
    before = _earlier(folder)
    plan = Plan(app.site.reader.areas, as_of)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.absolute().parent) as kept:
        made = asyncio.run(_crawl(app, plan, Path(kept), progress or (lambda _made, _known: None)))
        told = json.loads(Path(kept, plan.file("/fi/index.json")).read_bytes())
        files = {plan.file(one): _finished(plan, one, Path(kept)) for one in made}
    files |= _doors(app.site.reader.settings.title, app.site.reader.settings.exercise_from is not None)
    for name, content in files.items():
        _write(folder / name, content)
    for name in sorted(before - files.keys()):
        (folder / name).unlink(missing_ok=True)
    manifest = _manifest(told, files, plan)
    _write(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    return manifest


def _earlier(folder: Path) -> set[str]:
    """Give the files of an earlier build; BadInput for a folder that holds anything else's."""
    if not folder.exists() or not any(folder.iterdir()):
        return set()
    with suppress(OSError, ValueError, KeyError, TypeError):
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if manifest["made_by"].startswith(_MAKER):
            return {
                name
                for name in manifest["files"]
                if (folder / name).resolve().is_relative_to(folder.resolve())
            }
    raise BadInput(f"{folder} holds files that no build has made; choose a new or an empty folder")


async def _crawl(app: FastPath, plan: Plan, kept: Path, progress: Progress) -> list[str]:
    """Ask for all that the pages lead to, keep the answers, and give the addresses that have one."""
    known = dict.fromkeys([*app.site.own, *(url(lang, "front") for lang in LANGS), "/fi/index.json"])
    queue = list(known)
    for done, address in enumerate(queue, 1):
        status, kind, content = await _asked(app, plan.asked(address))
        if status == _ABSENT:
            plan.absent.add(address)
        elif status != 200:  # noqa: PLR2004 - HTTP's own
            raise TilannekuvaError(f"a page leads to {address}, which answers {status}")
        else:
            _write(kept / plan.file(address), content)
            found = (plan.canonical(urljoin(address, one)) for one in _links(kind, content))
            new = [one for one in dict.fromkeys(found) if one and one not in known]
            known |= dict.fromkeys(new)
            queue += new
        progress(done, len(queue))
    return [one for one in queue if one not in plan.absent]


def _links(kind: str, content: bytes) -> list[str]:
    if kind.startswith("text/html"):
        return links(content.decode())
    return _IMPORT.findall(content.decode()) if kind.startswith("text/javascript") else []


async def _asked(app: FastPath, address: str) -> tuple[int, str, bytes]:
    """Ask the site without a network, and give status, media type and body."""
    path, _, query = address.partition("?")
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "headers": [],
        "server": ("localhost", 80), "client": ("localhost", 0),
    }  # fmt: skip
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    try:
        await app(scope, receive, send)
    except Exception as error:
        raise TilannekuvaError(f"{address} cannot be made: {error}") from error
    headers = dict(told[0]["headers"])
    body = b"".join(one.get("body", b"") for one in told[1:])
    return told[0]["status"], headers.get(b"content-type", b"").decode(), body


def _finished(plan: Plan, address: str, kept: Path) -> bytes:
    content = (kept / plan.file(address)).read_bytes()
    if not plan.file(address).endswith(".html"):
        return content
    return rewritten(content.decode(), lambda one: plan.relative(address, one)).encode()


def _doors(title: str, exercise: bool) -> dict[str, bytes]:  # noqa: FBT001 - as the settings have it
    """Give the file that leads to a language, and the one for what is not there."""
    ways = [(code, name, f"{code}/index.html") for code, name in LANGUAGE_NAMES.items()]
    lost = [(code, language(code).text("There is no such page."), "") for code in LANGUAGE_NAMES]
    return {
        name: render.html("fi", "door.html", title=title, lines=lines, exercise=exercise)
        for name, lines in (("index.html", ways), ("404.html", lost))
    }


def _manifest(told: dict[str, Any], files: dict[str, bytes], plan: Plan) -> dict[str, Any]:
    return {
        "made_by": f"{_MAKER} {__version__}",
        "picture": told["picture"],
        "as_of": told["as_of"],
        "areas": list(plan.areas),
        "not_made": sorted(plan.absent),
        "bytes": sum(len(one) for one in files.values()),
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }


def _write(file: Path, content: bytes) -> None:
    """Write a file so that a reader meets the old one or the new one, whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(content)
    part.replace(file)
