"""People, tokens and the log, for an administrator: one page of plain forms, behind its rule.

An administrator manages what is their own municipality's, and nothing of another's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tilannekuva.access.tokens import Tokens
from tilannekuva.errors import BadInput, Busy, NotInstalled, TilannekuvaError, UnknownSource
from tilannekuva.flows import inbox, tokens
from tilannekuva.flows.office import Office
from tilannekuva.web.entrance import Door, lang_of, plain_page
from tilannekuva.web.forms import filled, one
from tilannekuva.web.language import language
from tilannekuva.web.pages import people as page

PATHS = {"/fi/people": "People, tokens and the log, for an administrator. Likewise `sv`, `en`."}
_LOG = 100  # newest lines of the log that are shown
_DAYS = 366  # that a token holds at most
Fields = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Managing:
    """Where an administrator manages who comes through a door."""

    door: Door

    def routes(self) -> list[Route]:
        """Give the addresses."""
        where = "/{lang:lang}/people"
        return [Route(where, self.shown), Route(where, self.changed, methods=["POST"])]

    async def shown(self, request: Request) -> Response:
        """Show people, tokens and the end of the log."""
        return await run_in_threadpool(self._page, request)

    async def changed(self, request: Request) -> Response:
        """Change something; a new token is shown, this once."""
        fields = await filled(request)
        try:
            token = await run_in_threadpool(self._done, request, fields)
        except (BadInput, Busy, NotInstalled) as error:
            return await run_in_threadpool(self._page, request, error=error)
        if token:
            return await run_in_threadpool(self._page, request, token=token)
        return RedirectResponse(f"/{lang_of(request)}/people", 303)

    def _done(self, request: Request, fields: Fields) -> str:
        """Do what a form asks; gives the token, where one was made."""
        by, now = request.scope["by"], self.door.gate.clock()
        asked = _Asked(Office(self.door.workspace, by, now), fields)
        what = _ACTIONS.get(one(fields, "do"))
        if what is None:
            raise BadInput("this form asks for nothing that is known here")
        return what(asked)

    def _page(self, request: Request, *, token: str = "", error: TilannekuvaError | None = None) -> Response:
        entrance, by = self.door.gate.entrance, request.scope["by"]
        place = by.viewer.municipality
        listed = page.Listed(
            people=[one for one in entrance.people.all() if one.municipality == place],
            tokens=[one for one in entrance.tokens.all() if one.municipality in ("", place)],
            log=[one for one in entrance.audit.rows(newest=_LOG) if one.municipality in ("", place)],
            sources=sorted(inbox.listening(self.door.workspace)),
        )
        words, now = language(lang_of(request)), self.door.gate.clock()
        made = page.people_page(words, listed, now, token=token, error=error)
        return plain_page(request, self.door.settings, "people.html", page=made, error=error)


@dataclass(frozen=True, slots=True)
class _Asked:
    office: Office
    fields: Fields

    def __getitem__(self, name: str) -> str:
        return one(self.fields, name)

    @property
    def place(self) -> str:
        return self.office.by.viewer.municipality

    @property
    def somebody(self) -> str:
        """Give whom it is about: one of the administrator's own municipality, and not themselves."""
        found = self.office.people.person(self["name"])
        if found.municipality != self.place:
            raise BadInput("they serve another municipality, which manages its own people")
        if found.name == self.office.by.name:
            raise BadInput("another administrator changes what concerns yourself")
        return found.name

    @property
    def days(self) -> int:
        if not self["days"].isdecimal() or not 1 <= int(self["days"]) <= _DAYS:
            raise BadInput(f"a token holds for 1 to {_DAYS} days")
        return int(self["days"])


def _add(asked: _Asked) -> str:
    asked.office.add(asked["name"], password=asked["password"], role=asked["role"], municipality=asked.place)
    return ""


def _role(asked: _Asked) -> str:
    asked.office.set_role(asked.somebody, role=asked["role"])
    return ""


def _password(asked: _Asked) -> str:
    asked.office.set_password(asked.somebody, asked["password"])
    return ""


def _disable(asked: _Asked) -> str:
    asked.office.disable(asked.somebody)
    return ""


def _enable(asked: _Asked) -> str:
    asked.office.enable(asked.somebody)
    return ""


def _log_out(asked: _Asked) -> str:
    asked.office.log_out(asked.somebody)
    return ""


def _deliver(asked: _Asked) -> str:
    office, note = asked.office, asked["note"][:100]
    if asked["source"] not in inbox.listening(office.workspace):
        raise UnknownSource("there is no such source to deliver to")
    return tokens.issue(
        office.workspace, asked["source"], days=asked.days, note=note, now=office.now, by=office.by
    )


def _read(asked: _Asked) -> str:
    office = asked.office
    return tokens.issue_reader(
        office.workspace,
        asked["role"],
        municipality=asked.place,
        days=asked.days,
        note=asked["note"][:100],
        now=office.now,
        by=office.by,
    )


def _revoke(asked: _Asked) -> str:
    office = asked.office
    found = next((one for one in Tokens(office.workspace.book).all() if one.id == asked["token"]), None)
    if found is None or found.municipality not in ("", asked.place):
        raise BadInput("there is no such token here")
    tokens.revoke(office.workspace, found.id, office.now, office.by)
    return ""


_ACTIONS: Mapping[str, Callable[[_Asked], str]] = {
    "add": _add,
    "role": _role,
    "password": _password,
    "disable": _disable,
    "enable": _enable,
    "log-out": _log_out,
    "deliver": _deliver,
    "read": _read,
    "revoke": _revoke,
}
