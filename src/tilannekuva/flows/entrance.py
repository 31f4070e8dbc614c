"""The entrance: who is let in, who is there, and the log of what they do. The web asks nothing else of it.

One entrance serves one running site: it counts wrong tries in memory. Everything it says of a session or a
token is read from the workspace's book at that moment, so that whoever was shut out is out at once.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from tilannekuva.access import passwords
from tilannekuva.access.audit import Audit, Entry, network, plain
from tilannekuva.access.floods import Pace, Tries
from tilannekuva.access.people import People, Person, folded, identity
from tilannekuva.access.sessions import Session, Sessions
from tilannekuva.access.tokens import Token, Tokens
from tilannekuva.config import Granted, Settings
from tilannekuva.domain.access import PUBLIC, Viewer
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import stamp
from tilannekuva.errors import BadDefinition, BadInput, Busy, NotInstalled, Refused
from tilannekuva.flows.workspace import Workspace

_WINDOW = 15 * 60.0  # seconds in which wrong tries are counted, and the longest wait
_WRONG = {"account": 5, "origin": 30}  # free tries; a town hall goes out by one address
_FIRST_WAIT = 60.0  # seconds, doubled with each further wrong try
_REQUESTS, _EXPORTS = (120, 60.0), (30, 60.0)  # with one token, of one viewer: number and seconds
_SHORTEST_SECRET = 16  # characters
_USUAL = "changeme change-me change_me placeholder your- your_ example secret password xxxx todo 12345678 <"
_NO = "the name or the password is not right"


@dataclass(frozen=True, slots=True)
class By:
    """Who does something: their name, in which role, and the address of their client (empty: at the console).

    Of a token the name is `token:<id>`.
    """

    name: str
    viewer: Viewer = PUBLIC
    origin: str = ""


CONSOLE = By("console", Viewer("admin"))  # whoever has the command line


def by_token(token: Token, origin: str) -> By:
    """Give who a program with a token is."""
    return By(f"token:{token.id}", token.viewer, origin)


def note(audit: Audit, by: By, action: str, what: str, *, now: datetime, ok: bool = True) -> None:
    """Write into the log, durably, who did or tried what to what."""
    origin = by.origin and network(by.origin)
    audit.write(Entry(by.name, by.viewer.role, by.viewer.municipality, action, what, origin, ok), now)


class Entrance:
    """Lets people and programs in, knows who they are, and writes down what they do."""

    def __init__(self, workspace: Workspace) -> None:
        login = workspace.settings.login
        self.settings = login
        self.people = People(workspace.book)
        self.tokens = Tokens(workspace.book)
        self.audit = Audit(workspace.book)
        self._sessions = Sessions(workspace.book, login.idle, login.absolute)
        self._tries = Tries(_WINDOW, _FIRST_WAIT, longest=_WINDOW)
        self._requests, self._exports = Pace(*_REQUESTS), Pace(*_EXPORTS)

    @property
    def is_open(self) -> bool:
        """Whether there is anything to log in with: people here, or a house that vouches for its own."""
        return self.settings.oidc is not None or (self.settings.local and bool(self.people.all()))

    def login(self, name: str, password: str, *, now: datetime, origin: str) -> Session:
        """Let somebody in by name and password, with a new session; `origin` is their client's address.

        Raises Refused (one message for whatever is wrong), TooMany after wrong tries, Busy when many log in
        at once, NotInstalled without the extra `login`. Written to the log, the password never.
        """
        account = _account(name)
        keys = {f"as {account}": _WRONG["account"], f"from {network(origin, v4=32, v6=64)}": _WRONG["origin"]}
        begun = self._tries.begin(keys, now=now.timestamp())
        try:
            person = self._verified(account, password)
        except (Busy, NotInstalled):
            self._tries.undone(begun)
            raise
        if person is None:
            self._refused(account, origin, now)
        self._tries.undone(begun)
        self._tries.good(f"as {account}")
        return self._admitted(person, origin, now)

    def admitted(
        self, issuer: str, subject: str, *, roles: Iterable[str], title: str, now: datetime, origin: str
    ) -> Session:
        """Let somebody in for whom the house's directory vouches, with a new session.

        `roles` are the values of the claim that the settings name; `title` is how they are shown. The caller
        has checked the token. Raises Refused when none of the roles is granted anything here, for another
        issuer than that of the settings, and for whom was disabled here.
        """
        name, granted = identity(issuer, subject), self._granted(issuer, roles)
        if granted is None:
            self.note(By(name, PUBLIC, origin), "log in", "no role is granted", now=now, ok=False)
            raise Refused("these accounts have no right to this picture; ask whoever runs it for one")
        municipality = municipality_of(granted.municipality)
        person = self.people.vouched(Person(name, plain(title[:100]), granted.role, municipality, stamp(now)))
        if person.disabled_at:
            self._refused(name, origin, now)
        return self._admitted(person, origin, now)

    def person(self, secret: str, now: datetime) -> Person | None:
        """Give whose a session is now; None when it has ended. Asked at every request of a browser."""
        return self._sessions.person(secret, now)

    def turned(self, secret: str, now: datetime) -> str:
        """Give a session another number when its hour is over; empty where it keeps the one it has."""
        return self._sessions.turned(secret, now)

    def logout(self, secret: str, *, now: datetime, origin: str) -> None:
        """End a session."""
        person = self.person(secret, now)
        self._sessions.end(secret, now)
        if person:
            self.note(By(person.name, person.viewer, origin), "log out", "", now=now)

    def token(self, text: str, now: datetime) -> Token | None:
        """Give what is kept of a token that holds now; raises TooMany when it asks too often."""
        found = self.tokens.opened(text, now)
        if found:
            self._requests.count(found.id, now=now.timestamp())
        return found

    def export(self, by: By, now: datetime) -> None:
        """Count an export (a table, a brief, an image) of somebody; raises TooMany above 30 a minute."""
        self._exports.count(by.name, now=now.timestamp())

    def note(self, by: By, action: str, what: str, *, now: datetime, ok: bool = True) -> None:
        """Write into the log, durably, who did or tried what to what; call it before the answer leaves."""
        note(self.audit, by, action, what, now=now, ok=ok)

    def _verified(self, account: str, password: str) -> Person | None:
        """Give somebody whose password it is; the work is the same whether there is such a person or not."""
        person, kept = self.people.kept(account) or (None, "")
        hashed = passwords.verified(password, kept if self.settings.local else "")
        if person is None or hashed is None or person.disabled_at:
            return None
        if hashed != kept:
            self.people.rehashed(person.name, kept, hashed)
        return person

    def _granted(self, issuer: str, roles: Iterable[str]) -> Granted | None:
        """Give what the first entry of the settings that fits grants."""
        oidc, held = self.settings.oidc, {*roles}
        if oidc is None or issuer != oidc.issuer:
            return None
        return next((one for one in oidc.roles if one.value in held), None)

    def _admitted(self, person: Person, origin: str, now: datetime) -> Session:
        session = self._sessions.begin(person, now)
        self.note(By(person.name, person.viewer, origin), "log in", "", now=now)
        return session

    def _refused(self, account: str, origin: str, now: datetime) -> NoReturn:
        """Refuse; a name that nobody has is not written down: it may be a password in the wrong field."""
        who = account if self.people.kept(account) else "unknown"
        self.note(By(who, PUBLIC, origin), "log in", "", now=now, ok=False)
        raise Refused(_NO)


def _account(name: str) -> str:
    try:
        return folded(name)
    except BadInput:
        return "?"  # nobody's name


def municipality_of(text: str) -> str:
    """Give the id of a municipality that is told by code or name; raises BadInput for another area."""
    found = register().area(text)
    if found.level != "municipality":
        raise BadInput(f"{found.name('fi')} is no municipality: people serve one, such as 837")
    return found.id


def log_head(workspace: Workspace) -> str:
    """Give the end of the log as it is printed, `1234:ab12…`; empty where nothing was written yet."""
    return str(Audit(workspace.book).head() or "")


def client_secret(settings: Settings, environment: Mapping[str, str] = os.environ) -> str:
    """Give the secret that the house's directory knows this application by, empty where it needs none.

    Raises BadDefinition when it is missing or weak: `serve` does not start on such a one.
    """
    oidc = settings.login.oidc
    if oidc is None:
        return ""
    found = environment.get(oidc.secret, "")
    weak = [one for one in _USUAL.split() if one in found.casefold()]
    if len(found) < _SHORTEST_SECRET or len({*found}) < _SHORTEST_SECRET // 2 or weak:
        state = "holds no secret that would hold" if found else "is not set"
        raise BadDefinition(
            f"the environment variable {oidc.secret} {state}: make a client secret in the directory (in "
            f"Entra ID: Certificates & secrets), of at least {_SHORTEST_SECRET} characters, and set it there"
        )
    return found
