"""The application: pages and their data twins, rendered once a picture, sent from memory."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import end_of_day, helsinki_date, instant
from tilannekuva.domain.definitions import LANGS
from tilannekuva.errors import BadInstant, TilannekuvaError, UnknownArea, UnknownIndicator
from tilannekuva.flows.picture import Question
from tilannekuva.flows.reader import Reader
from tilannekuva.web import inbox, render
from tilannekuva.web.language import Language, language
from tilannekuva.web.pages.frame import View
from tilannekuva.web.registry import PAGES
from tilannekuva.web.urls import PATHS, TWINS, asked

_ROOM = 512  # pages held in memory
Key = tuple[bytes, bytes]


@dataclass
class Shelf:
    """Ready pages by address, all of one instant; emptied when there is news."""

    now: datetime
    pages: OrderedDict[Key, render.Body] = field(default_factory=OrderedDict)

    def clear(self, now: datetime) -> None:
        """Forget all pages; the next ones are of `now`."""
        self.now = now
        self.pages.clear()

    def keep(self, key: Key, page: render.Body) -> None:
        """Put a page on the shelf; the oldest make room."""
        self.pages[key] = page
        while len(self.pages) > _ROOM:
            self.pages.popitem(last=False)


@dataclass(frozen=True)
class Site:
    """What the site needs of the house: who answers, the shelf, the inbox."""

    reader: Reader
    shelf: Shelf
    reception: inbox.Reception | None = None

    def clear(self, now: datetime) -> None:
        """Forget what was read and made; the next is of `now`."""
        self.reader.clear(now)
        self.shelf.clear(now)

    def question(self, request: Request, name: str) -> Question:
        """Read what an address asks; raises BadInput for what cannot be asked."""
        text = request.query_params.get("as_of", "")
        now = self.shelf.now
        as_of = instant(text) if text else now
        if as_of > end_of_day(helsinki_date(now)):
            raise BadInstant(f"'{text}' has not come yet; ask for a day that has")
        place = register().area(request.query_params.get("area") or self.reader.areas[0])
        names = frozenset({name}) if name else frozenset()
        since = date.min if name else None  # such a page shows the indicator's whole course
        return Question(min(as_of, now), place.id, rewound=bool(text), indicators=names, since=since)

    async def page(self, request: Request) -> Response:
        """Answer with a page or its data twin."""
        begun = self.shelf.now
        made = await run_in_threadpool(self._made, request)
        if request.method == "GET" and begun == self.shelf.now:
            self.shelf.keep((request.scope["raw_path"], request.scope["query_string"]), made)
        return _Ready(made)

    def _made(self, request: Request) -> render.Body:
        view, twin = self.view(request), request.scope["twin"]
        page = PAGES[view.page]
        if twin == "csv":
            return render.body(render.as_csv(page.rows(view)), "text/csv; charset=utf-8")
        if twin == "json":
            return render.body(render.as_json(view, page.rows(view)), "application/json")
        made = render.html(view.language.code, page.template, page=page.context(view))
        return render.body(made, "text/html; charset=utf-8")

    def view(self, request: Request) -> View:
        """Give what a request asks to see; raises BadInput for what there is not."""
        page, name = request.scope["page"], request.path_params.get("id", "")
        picture = self.reader.picture(self.question(request, name))
        if name and name not in picture.indicators:
            raise UnknownIndicator(f"no indicator '{name}'; there are {', '.join(picture.indicators)}")
        given = request.query_params.multi_items()
        query = tuple((key, value) for key, value in given if value and key in asked(page))
        return View(picture, language(request.path_params["lang"]), page, self.reader, name, query)


class _Ready(Response):
    """Sends a ready body in the form and only if the client wants it."""

    def __init__(self, body: render.Body) -> None:
        super().__init__()
        self._ready = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's shape
        """Send the body."""
        await _send(scope, send, self._ready)


async def _send(scope: Scope, send: Send, body: render.Body) -> None:
    asked = dict(scope["headers"])
    if body.tag in asked.get(b"if-none-match", b""):  # also in a list, or weakened by a proxy
        await send({"type": "http.response.start", "status": 304, "headers": body.headers[False]})
        await send({"type": "http.response.body", "body": b""})
        return
    packed = b"gzip" in asked.get(b"accept-encoding", b"")
    await send({"type": "http.response.start", "status": 200, "headers": body.headers[packed]})
    content = body.packed if packed else body.plain
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})


class FastPath:
    """Sends what is on the shelf before the router is asked; nothing leaves without the safe headers."""

    def __init__(self, app: ASGIApp, shelf: Shelf) -> None:
        self.app = app
        self.shelf = shelf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a ready page, or ask the application."""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            ready = self.shelf.pages.get((scope["raw_path"], scope["query_string"]))
            if ready:
                await _send(scope, send, ready)
                return
        await self.app(scope, receive, _guarded(send) if scope["type"] == "http" else send)


def _guarded(send: Send) -> Send:
    """Add the safe headers to a response that lacks them: redirects, refusals, failures."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            names = {name for name, _ in headers}
            lacking = [(name.lower().encode(), value.encode()) for name, value in render.SECURITY.items()]
            message = {**message, "headers": headers + [one for one in lacking if one[0] not in names]}
        await send(message)

    return sent


def application(site: Site, lifespan: Lifespan[Starlette] | None = None) -> FastPath:
    """Make the application of a site."""
    return FastPath(
        Starlette(
            routes=routes(site),
            lifespan=lifespan,
            exception_handlers=dict.fromkeys(
                (TilannekuvaError, HTTPException, Exception),
                partial(_failed, exercise=site.reader.settings.exercise_from is not None),
            ),
        ),
        site.shelf,
    )


def addresses() -> list[tuple[str, str]]:
    """Give every address and what stands there."""
    found = [("/", "Leads to the front page in the language that the browser asks for.")]
    for page, (path, _) in PATHS.items():
        ending = path or "index"
        found.append((f"/fi/{path}", f"{PAGES[page].about} Likewise `/sv/` and `/en/`."))
        found += [(f"/fi/{ending}.{twin}", f"The same as {twin.upper()}.") for twin in TWINS]
    found += inbox.PATHS.items()
    return [*found, ("/static/…", "Style sheet and icon, with a name that changes with them.")]


def routes(site: Site) -> list[Route]:
    """Give the routes: each page in each form, the static files, the way in."""
    made = [Route("/", _welcome), Route("/static/{name}", _static)]
    made += site.reception.routes() if site.reception else []
    for page, (path, _) in PATHS.items():
        where = "/{lang:lang}/" + path.replace("{id}", "{id:slug}")
        made.append(Route(where, _marked(site, page, "")))
        made += [
            Route(f"{where}{'' if path else 'index'}.{twin}", _marked(site, page, twin)) for twin in TWINS
        ]
    return made


def _marked(site: Site, page: str, twin: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        request.scope.update(page=page, twin=twin)
        return await site.page(request)

    return endpoint


class _Lang(StringConvertor):
    regex = "|".join(LANGS)


class _Slug(StringConvertor):
    regex = "[a-z0-9-]+"


register_url_convertor("lang", _Lang())
register_url_convertor("slug", _Slug())


async def _welcome(request: Request) -> Response:
    """Lead to the language that the browser asks for, Finnish when it asks for none of ours."""
    wanted = [
        part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")
    ]
    lang = next((one for one in wanted if one in LANGS), "fi")
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{lang}/{query}", 302, headers={"Vary": "Accept-Language"})


async def _static(request: Request) -> Response:
    found = render.static(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return _Ready(found)


async def _failed(request: Request, error: Exception, *, exercise: bool) -> Response:
    """Say what is wrong, as a page or in the one shape of errors as data."""
    status = error.http_status if isinstance(error, TilannekuvaError) else getattr(error, "status_code", 500)
    lang = request.url.path[1:3] if request.url.path[1:3] in LANGS else "fi"
    headers = {**(getattr(error, "headers", None) or {}), "Cache-Control": "no-store"}
    if request.url.path.startswith("/api/") or request.url.path.endswith(tuple(f".{twin}" for twin in TWINS)):
        return JSONResponse({"error": {"status": status, "message": _told(error)}}, status, headers=headers)
    heading, message = language(lang).text("This cannot be shown"), _explained(language(lang), error)
    page = render.html(lang, "error.html", lang=lang, heading=heading, message=message, exercise=exercise)
    return Response(page, status, media_type="text/html", headers=headers)


def _told(error: Exception) -> str:
    """Give the message for whoever reads the data; of a fault of ours only that there is one."""
    if isinstance(error, HTTPException):
        return error.detail
    return str(error) if isinstance(error, TilannekuvaError) else "something went wrong here"


def _explained(words: Language, error: Exception) -> str:
    if isinstance(error, UnknownArea):
        return words.text("There is no such area.")
    if isinstance(error, UnknownIndicator):
        return words.text("There is no such indicator.")
    if isinstance(error, BadInstant):
        return words.text("That day cannot be read, or it has not come yet.")
    if isinstance(error, HTTPException) and error.status_code in (404, 405):
        return words.text("There is no such page.")
    return words.text("Something went wrong here. The figures are safe; try again in a moment.")
