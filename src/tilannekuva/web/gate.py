"""The gate before every address: who comes, from which page, and what is written down before they see it.

Whoever brings neither a cookie of ours nor a token is everybody, and no file is read for them. A session, or
a token that reads, makes a viewer; what they are shown is written to the log of views before it leaves, and
nobody between may keep it. A form that another site sends is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from tilannekuva.access.policy import may_do
from tilannekuva.domain.access import Right
from tilannekuva.domain.definitions import LANGS
from tilannekuva.errors import TooMany
from tilannekuva.flows.entrance import By, Entrance, by_token
from tilannekuva.web.site import viewer_of

SAFE = ("GET", "HEAD", "OPTIONS")
_OPEN = ("/static/", "/own/", "/events", "/manifest.webmanifest")  # the same for everybody
_INBOX = "/api/inbox/"  # its tokens deliver to one source: the reception asks for them
_EXPORTS = ("/table/", "/brief/", "/raw/")  # each is work to make
_QUIET = "/login/"  # what is asked there is secret
_PRIVATE = {b"cache-control": b"private, no-store", b"vary": b"Cookie, Authorization, Accept-Encoding"}
_HERE = (b"same-origin", b"none")
_KNOCK = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that holds a random number; by https it is bound to this very host."""

    plain: str
    secure: bool

    @property
    def name(self) -> str:
        """Give its name; a browser takes no `__Host-` cookie without https."""
        return f"__Host-{self.plain}" if self.secure else self.plain

    def read(self, header: bytes) -> str:
        """Give what it holds of a header; empty without it, and where there are two of it."""
        parts = (one.strip().partition("=") for one in header.decode("latin-1").split(";"))
        found = [value for name, _, value in parts if name == self.name]
        return found[0] if len(found) == 1 else ""

    def written(self, secret: str, *, lasts: int = 0) -> str:
        """Give the header that sets it, for so many seconds or until the browser is closed.

        An empty secret takes it away.
        """
        ends = f"; Max-Age={lasts}" if lasts or not secret else ""
        return f"{self.name}={secret}; Path=/; HttpOnly; SameSite=Lax{ends}" + "; Secure" * self.secure


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets in who comes, to the site that readers open at an `address`; `clock` tells when."""

    entrance: Entrance
    address: str
    clock: Callable[[], datetime]

    @property
    def cookie(self) -> Cookie:
        """Give the cookie of a session."""
        return Cookie("tilannekuva", secure=self.address.startswith("https:"))

    @property
    def binding(self) -> Cookie:
        """Give the cookie that binds a log-in under way to its browser."""
        return Cookie("tilannekuva-login", secure=self.address.startswith("https:"))

    async def passed(self, scope: Scope, send: Send) -> Send:
        """Say in the scope who comes, and give how they are answered; HTTPException for who may not come."""
        cookies, bearer = _brought(scope)
        secret = self.cookie.read(cookies) if cookies else ""
        if scope["method"] not in SAFE and (secret or not bearer):
            _from_here(dict(scope["headers"]), self.address, held=bool(secret))
        if not (secret or bearer) or scope["path"].startswith((*_OPEN, _INBOX)):
            return send
        try:
            await run_in_threadpool(self._named, scope, secret, bearer)
        except (HTTPException, TooMany) as error:
            if "by" in scope:  # who is known and refused stands in the log as well
                await run_in_threadpool(self._note, scope, getattr(error, "status_code", TooMany.http_status))
            raise
        return self._noting(scope, send, secret) if "by" in scope else send

    def _named(self, scope: Scope, secret: str, bearer: str) -> None:
        """Say in a scope who holds a session or a token; a session that has ended is everybody's."""
        now = self.clock()
        if bearer:
            token = self.entrance.token(bearer, now)
            if token is None or token.use != "read":
                raise HTTPException(401, "this token opens nothing here", _KNOCK)
            _let_in(scope, by_token(token, client_of(scope)))
            if scope["method"] not in SAFE:
                raise HTTPException(403, "a token that reads can change nothing")
        elif person := self.entrance.person(secret, now):
            _let_in(scope, By(person.name, person.viewer, client_of(scope)))
            scope["session"] = True
        if "by" in scope and scope["path"].startswith(_EXPORTS):
            self.entrance.export(scope["by"], now)

    def _noting(self, scope: Scope, send: Send, secret: str) -> Send:
        """Write down what is answered before it leaves, let nobody keep it, and turn the session's number."""

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                await run_in_threadpool(self._note, scope, message["status"])
                kept = [one for one in message.get("headers", ()) if one[0].lower() not in _PRIVATE]
                turned = await run_in_threadpool(self._turned, secret) if "session" in scope else ()
                message = {**message, "headers": [*kept, *_PRIVATE.items(), *turned]}
            await send(message)

        return noted

    def _turned(self, secret: str) -> list[tuple[bytes, bytes]]:
        """Give the header by which a browser learns its session's new number, where it has one."""
        new = self.entrance.turned(secret, self.clock())
        return [(b"set-cookie", self.cookie.written(new).encode())] if new else []

    def _note(self, scope: Scope, status: int) -> None:
        query = scope["query_string"].decode("latin-1")
        asked = f"?{query}" if query and not scope["path"].startswith(_QUIET) else ""
        action = "view" if scope["method"] in SAFE else "send"
        is_ok = status < 400  # noqa: PLR2004 - where HTTP's refusals begin
        self.entrance.note(scope["by"], action, scope["path"] + asked, now=self.clock(), ok=is_ok)


def _let_in(scope: Scope, by: By) -> None:
    scope.update(by=by, viewer=by.viewer, person=by.name)


def client_of(scope: Scope) -> str:
    """Give the address that a request comes from; empty where it is not told."""
    return str((scope.get("client") or ("",))[0])


def _brought(scope: Scope) -> tuple[bytes, str]:
    """Give the cookies and the bearer token that a request brings."""
    cookies, bearer = b"", ""
    for name, value in scope["headers"]:
        if name == b"cookie":
            cookies += b";" + value
        elif name == b"authorization" and value[:7].lower() == b"bearer ":
            bearer = value[7:].strip().decode("latin-1")
    return cookies, bearer


def _from_here(headers: dict[bytes, bytes], address: str, *, held: bool) -> None:
    """Refuse what a page of another site sends; an old browser says at least where the page is from.

    Programs say neither, and hold no session.
    """
    site, origin = headers.get(b"sec-fetch-site", b""), headers.get(b"origin", b"").decode("latin-1")
    if site in _HERE:
        return
    own = urlsplit(origin).netloc if not site else ""
    hosts = {headers.get(b"host", b"").decode("latin-1"), urlsplit(address).netloc} - {""}
    if own in hosts or not (site or origin or held):
        return
    raise HTTPException(403, "this came from a page of another site")


def barred(route: Route, right: Right) -> Route:
    """Let a route answer only who has a right; others are led to the log-in, or refused."""
    inner = route.app

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_let = right == "deliver" or may_do(viewer_of(scope), right)
        await (inner if is_let else _refusal(scope))(scope, receive, send)

    route.app = app
    return route


def _refusal(scope: Scope) -> Response:
    if "by" in scope:
        raise HTTPException(403, "your role does not give the right to this")
    if b"text/html" not in dict(scope["headers"]).get(b"accept", b""):
        raise HTTPException(401, "log in first, or send a token that reads", _KNOCK)
    return led_in(scope)


def led_in(scope: Scope) -> Response:
    """Lead to the log-in, and from there back."""
    query = scope["query_string"].decode("latin-1") if scope["method"] in SAFE else ""
    back = scope["path"] + (f"?{query}" if query else "")
    lang = scope["path"][1:3] if scope["path"][1:3] in LANGS else "fi"
    answer = RedirectResponse(f"/{lang}/login?{urlencode({'next': back})}", 303)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def inside(asked: str, lang: str) -> str:
    """Give an address of this site to go on to: the one asked for if it is one, else the front page."""
    is_own = asked.startswith("/") and not asked.startswith(("//", "/login"))
    is_plain = asked.isascii() and asked.isprintable() and not set(asked) & set('\\ "<>')
    return asked if is_own and is_plain and f"/{lang}/log" != asked[:7] else f"/{lang}/"
