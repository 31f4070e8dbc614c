"""The application: every address and who answers it, ready pages first, errors as pages that help."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from tilannekuva.domain.definitions import LANGS
from tilannekuva.errors import (
    BadInstant,
    NotInstalled,
    TilannekuvaError,
    TooMany,
    UnknownArea,
    UnknownDecision,
    UnknownIndicator,
    UnknownPicture,
)
from tilannekuva.web import (
    deciding,
    downloads,
    entering,
    entrance,
    feed,
    ground,
    images,
    inbox,
    installed,
    live,
    people,
    render,
)
from tilannekuva.web.entrance import Door
from tilannekuva.web.gate import barred
from tilannekuva.web.language import Language, language
from tilannekuva.web.registry import PAGES
from tilannekuva.web.rules import right_of
from tilannekuva.web.site import Ready, Site, address_of, sent
from tilannekuva.web.urls import PATHS, TWINS


class FastPath:
    """Sends what is on the shelf before the router is asked; nothing leaves without the safe headers.

    Before both stands the gate, where the site has a door.
    """

    def __init__(self, app: ASGIApp, site: Site, door: Door | None = None) -> None:
        self.app = app
        self.site = site
        self.shelf = site.shelf
        self.gate = door and door.gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a ready page, or ask the application."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            send = await self.gate.passed(scope, send) if self.gate else send
        except (HTTPException, TilannekuvaError) as error:
            refusal = await _failed(Request(scope), error, exercise=_is_exercise(self.site))
            await refusal(scope, receive, _guarded(send))
            return
        ready = self.shelf.pages.get(address_of(scope)) if scope["method"] in ("GET", "HEAD") else None
        if ready:
            await sent(scope, send, ready)
        else:
            await self.app(scope, receive, _guarded(send))


def _guarded(send: Send) -> Send:
    """Add the safe headers to a response that lacks them: redirects, refusals, failures."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            names = {name for name, _ in headers}
            lacking = [(name.lower().encode(), value.encode()) for name, value in render.SECURITY.items()]
            message = {**message, "headers": headers + [one for one in lacking if one[0] not in names]}
        await send(message)

    return guarded


def application(
    site: Site, lifespan: Lifespan[Starlette] | None = None, door: Door | None = None
) -> FastPath:
    """Make the application of a site; without a door nobody can log in, and all are everybody."""
    return FastPath(
        Starlette(
            routes=routes(site, door),
            lifespan=lifespan,
            exception_handlers=dict.fromkeys(
                (TilannekuvaError, HTTPException, Exception), partial(_failed, exercise=_is_exercise(site))
            ),
        ),
        site,
        door,
    )


def _is_exercise(site: Site) -> bool:
    return site.reader.settings.exercise_from is not None


def addresses() -> list[tuple[str, str]]:
    """Give every address and what stands there."""
    found = [("/", "Leads to the front page in the language that the browser asks for.")]
    for page, (path, _) in PATHS.items():
        ending = path or "index"
        found.append((f"/fi/{path}", f"{PAGES[page].about} Likewise `/sv/` and `/en/`."))
        found += [(f"/fi/{ending}.{twin}", f"The same as {twin.upper()}.") for twin in TWINS]
    found += [
        *live.PATHS.items(),
        *installed.PATHS.items(),
        *images.PATHS.items(),
        *ground.PATHS.items(),
        *inbox.PATHS.items(),
        *feed.PATHS.items(),
        *downloads.PATHS.items(),
        *entrance.PATHS.items(),
        *people.PATHS.items(),
    ]
    return [*found, ("/static/…", "Style sheet and icon, with a name that changes with them.")]


def routes(site: Site, door: Door | None = None) -> list[Route]:
    """Give the routes, each behind its rule: pages in each form, the static files, the way in.

    Raises LookupError for a route whose right no rule tells.
    """
    made = [barred(one, right_of(one.path)) for one in _single(site, door)]
    for page, (path, _) in PATHS.items():
        where, right = "/{lang:lang}/" + path.replace("{id}", "{id:slug}"), right_of(path, page)
        made.append(barred(Route(where, _marked(site, page, "")), right))
        twins = ((twin, f"{where}{'' if path else 'index'}.{twin}") for twin in TWINS)
        made += [barred(Route(address, _marked(site, page, twin)), right) for twin, address in twins]
    return made


def _single(site: Site, door: Door | None) -> list[Route]:
    """Give the routes that are no pages."""
    made = [Route("/", _welcome), Route("/static/{name}", _static), Route("/events", site.news.endpoint)]
    made += [Route(path, partial(_own, ready=ready)) for path, ready in site.own.items()]
    made += [*images.routes(site), *ground.routes(site)]
    made += [*feed.routes(site), *downloads.routes(site), *entering.routes(site)]
    made += [*(site.reception.routes() if site.reception else ()), *deciding.routes(site)]
    return [*made, *door.routes(), *people.Managing(door).routes()] if door else made


def _marked(site: Site, page: str, twin: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        request.scope.update(page=page, twin=twin)
        return await site.page(request)

    return endpoint


class _Lang(StringConvertor):
    regex = "|".join(LANGS)


class _Slug(StringConvertor):
    regex = "[a-z0-9-]+"


class _Sha256(StringConvertor):
    regex = "[0-9a-f]{64}"


class _TableKind(StringConvertor):
    regex = "|".join(downloads.KINDS)


register_url_convertor("lang", _Lang())
register_url_convertor("slug", _Slug())
register_url_convertor("sha256", _Sha256())
register_url_convertor("kind", _TableKind())


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
    return Ready(found)


async def _own(_: Request, ready: render.Body) -> Response:
    return Ready(ready)


async def _failed(request: Request, error: Exception, *, exercise: bool) -> Response:
    """Say what is wrong, as a page or in the one shape of errors as data."""
    status = error.http_status if isinstance(error, TilannekuvaError) else getattr(error, "status_code", 500)
    lang = request.url.path[1:3] if request.url.path[1:3] in LANGS else "fi"
    headers = {**(getattr(error, "headers", None) or {}), "Cache-Control": "no-store"}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.wait)
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
    told: dict[type[Exception], str] = {
        UnknownArea: words.text("There is no such area."),
        UnknownIndicator: words.text("There is no such indicator."),
        UnknownDecision: words.text("There is no such decision."),
        UnknownPicture: words.text("This was never published. The page of briefs lists what was."),
        BadInstant: words.text("That day cannot be read, or it has not come yet."),
    }
    if isinstance(error, NotInstalled):
        return words.text(
            "A part of the program is missing here. The administrator is to run: {command}",
            command=error.command,
        )
    if isinstance(error, HTTPException) and error.status_code in (404, 405):
        return words.text("There is no such page.")
    if getattr(error, "status_code", 0) in (401, 403):
        return words.text("Your role does not give the right to this.")
    return told.get(
        type(error), words.text("Something went wrong here. The figures are safe; try again in a moment.")
    )
