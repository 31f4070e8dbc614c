"""Log-in, log-out and one's own account: plain forms, and a cookie that holds a random number.

The gate has refused what pages of other sites send, before any of this is asked.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tilannekuva.access.floods import Pace
from tilannekuva.access.sessions import Session
from tilannekuva.config import Settings
from tilannekuva.domain.definitions import LANGS
from tilannekuva.errors import BadInput, Busy, NoAnswer, NotInstalled, Refused, TilannekuvaError
from tilannekuva.flows.office import Office
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web import render
from tilannekuva.web.forms import filled, one
from tilannekuva.web.gate import Gate, client_of, inside, led_in
from tilannekuva.web.language import language
from tilannekuva.web.oidc import Directory
from tilannekuva.web.pages import login as pages

PATHS = {
    "/fi/login": "Log-in, by name and password or by the municipality's own accounts. Likewise `sv`, `en`.",
    "/fi/logout": "Ends the session (POST).",
    "/fi/account": "One's own account: role, municipality, password.",
    "/login/oidc": "Leads to the municipality's own accounts.",
    "/login/oidc/back": "Where these send people back to.",
}
BACK = "/login/oidc/back"
_BOUND = 600  # seconds that the cookie of a log-in under way is kept
_BEGUN = (30, 60.0)  # log-ins by the directory that one client may begin: number and seconds
_FAULTS = (BadInput, Refused, Busy, NoAnswer, NotInstalled)
Answer = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Door:
    """Where people are let in; with a `directory` also by the municipality's own accounts."""

    gate: Gate
    workspace: Workspace
    directory: Directory | None = None
    _pace: Pace = field(default_factory=lambda: Pace(*_BEGUN))

    @property
    def settings(self) -> Settings:
        """Give the settings of the workspace."""
        return self.workspace.settings

    def routes(self) -> list[Route]:
        """Give the addresses."""
        here = "/{lang:lang}"
        return [
            Route(f"{here}/login", self.shown),
            Route(f"{here}/login", self.let_in, methods=["POST"]),
            Route(f"{here}/logout", self.let_out, methods=["POST"]),
            Route(f"{here}/account", self.account),
            Route(f"{here}/account", self.changed, methods=["POST"]),
            Route("/login/oidc", self.begin),
            Route(BACK, self.back),
        ]

    async def shown(self, request: Request) -> Response:
        """Show the log-in; who is logged in already is led on."""
        onward = inside(request.query_params.get("next", ""), lang_of(request))
        if "by" in request.scope:
            return RedirectResponse(onward, 303)
        return await run_in_threadpool(self._login, request, onward)

    async def let_in(self, request: Request) -> Response:
        """Let somebody in by name and password."""
        fields = await filled(request)
        onward = inside(one(fields, "next"), lang_of(request))
        who = (one(fields, "name"), one(fields, "password"))
        now, origin = self.gate.clock(), client_of(request.scope)
        login = partial(self.gate.entrance.login, now=now, origin=origin)
        try:
            session = await run_in_threadpool(login, *who)
        except _FAULTS as error:
            return await run_in_threadpool(self._login, request, onward, error)
        return await self._begun(request, session, onward)

    async def let_out(self, request: Request) -> Response:
        """End the session."""
        await self._ended(request)
        answer = RedirectResponse(f"/{lang_of(request)}/", 303)
        answer.headers["Set-Cookie"] = self.gate.cookie.written("")
        return answer

    async def account(self, request: Request, error: TilannekuvaError | None = None) -> Response:
        """Show one's own account; who is not logged in is led to the log-in."""
        if not self._held(request):
            return led_in(request.scope)
        found = await run_in_threadpool(self.gate.entrance.people.person, request.scope["person"])
        page = pages.account_page(language(lang_of(request)), found, error)
        return self._page(request, "account.html", page, error)

    async def changed(self, request: Request) -> Response:
        """Give oneself another password: all sessions end, and a new one begins."""
        if not self._held(request):
            return led_in(request.scope)
        fields = await filled(request)
        try:
            session = await run_in_threadpool(self._changed, request, fields)
        except _FAULTS as error:
            return await self.account(request, error)
        return await self._begun(request, session, f"/{lang_of(request)}/account")

    async def begin(self, request: Request) -> Response:
        """Lead to the directory."""
        onward = inside(request.query_params.get("next", ""), lang_of(request))
        try:
            self._pace.count(client_of(request.scope), now=self.gate.clock().timestamp())
            url, browser = await run_in_threadpool(self._directory.begin, onward, self.gate.clock())
        except _FAULTS as error:
            return await run_in_threadpool(self._login, request, onward, error)
        answer = RedirectResponse(url, 303)
        answer.headers["Set-Cookie"] = self.gate.binding.written(browser, lasts=_BOUND)
        return answer

    async def back(self, request: Request) -> Response:
        """Let somebody in for whom the directory vouches."""
        try:
            session, onward = await run_in_threadpool(self._vouched, request)
        except _FAULTS as error:
            return await run_in_threadpool(self._login, request, f"/{lang_of(request)}/", error)
        return await self._begun(request, session, onward)

    @property
    def _directory(self) -> Directory:
        if self.directory is None:
            raise BadInput("this picture has no directory of accounts")
        return self.directory

    def _vouched(self, request: Request) -> tuple[Session, str]:
        now, cookies = self.gate.clock(), request.headers.get("cookie", "").encode("latin-1")
        told = self._directory.end(request.query_params, self.gate.binding.read(cookies), now)
        session = self.gate.entrance.admitted(
            self._directory.settings.issuer,
            told.subject,
            roles=told.roles,
            title=told.title,
            now=now,
            origin=client_of(request.scope),
        )
        return session, told.onward

    def _changed(self, request: Request, fields: dict[str, list[str]]) -> Session:
        by, old, new = request.scope["by"], one(fields, "password"), one(fields, "new")
        now = self.gate.clock()
        if new != one(fields, "again"):
            raise BadInput("the new password is not the same twice")
        self.gate.entrance.login(by.name, old, now=now, origin=by.origin)  # who holds a session is no proof
        Office(self.workspace, by, now).set_password(by.name, new)
        return self.gate.entrance.login(by.name, new, now=now, origin=by.origin)

    async def _begun(self, request: Request, session: Session, onward: str) -> Response:
        """Give a browser its new session, end the one that it had, and lead on."""
        await self._ended(request)
        answer = RedirectResponse(onward, 303)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Set-Cookie"] = self.gate.cookie.written(session.secret)
        if self.directory:
            answer.headers.append("Set-Cookie", self.gate.binding.written(""))
        return answer

    async def _ended(self, request: Request) -> None:
        secret = self.gate.cookie.read(request.headers.get("cookie", "").encode("latin-1"))
        if secret:
            now, origin = self.gate.clock(), client_of(request.scope)
            await run_in_threadpool(partial(self.gate.entrance.logout, secret, now=now, origin=origin))

    def _held(self, request: Request) -> bool:
        """Whether a person asks, not a program."""
        return bool(request.scope.get("session"))

    def _login(self, request: Request, onward: str, error: TilannekuvaError | None = None) -> Response:
        words, entrance = language(lang_of(request)), self.gate.entrance
        page = pages.login_page(words, self.settings.login, onward, is_open=entrance.is_open, error=error)
        return self._page(request, "login.html", page, error)

    def _page(
        self, request: Request, template: str, page: object, error: TilannekuvaError | None
    ) -> Response:
        return plain_page(request, self.settings, template, page=page, error=error)


def plain_page(
    request: Request,
    settings: Settings,
    template: str,
    *,
    page: object,
    error: TilannekuvaError | None = None,
) -> Response:
    """Answer with a page that shows no picture, and is kept nowhere."""
    lang = lang_of(request)
    exercise = settings.exercise_from is not None
    made = render.html(lang, template, lang=lang, page=page, exercise=exercise, title=settings.title)
    headers = {"Cache-Control": "no-store"}
    if wait := getattr(error, "wait", 0):
        headers["Retry-After"] = str(wait)
    return Response(made, error.http_status if error else 200, media_type="text/html", headers=headers)


def lang_of(request: Request) -> str:
    """Give the language of an address; of one without, that of where it leads on, or of the browser."""
    asked = request.headers.get("accept-language", "")[:2]
    named = (request.path_params.get("lang", ""), request.query_params.get("next", "")[1:3], asked)
    return next((one for one in named if one in LANGS), "fi")
