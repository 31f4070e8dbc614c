"""People, tokens and the log, as an administrator's page says them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from tilannekuva.access.audit import Row
from tilannekuva.access.people import HELD, Person
from tilannekuva.access.tokens import READING, Token
from tilannekuva.domain.access import Role
from tilannekuva.errors import TilannekuvaError
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import Link, roles
from tilannekuva.web.pages.login import fault, others


@dataclass(frozen=True, slots=True)
class Listed:
    """What is listed: people, tokens, lines of the log, sources that take deliveries."""

    people: Sequence[Person]
    tokens: Sequence[Token]
    log: Sequence[Row]
    sources: Sequence[str]


@dataclass(frozen=True, slots=True)
class OfPerson:
    """A line of the people: `name` is asked back, `shown` is read; `local` if the password is kept here."""

    name: str
    shown: str
    role: str
    state: str
    disabled: bool
    local: bool


@dataclass(frozen=True, slots=True)
class OfToken:
    """A line of the tokens: what it opens, what it is for, until when; `holds` while it opens anything."""

    id: str
    opens: str
    note: str
    until: str
    holds: bool


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """People, tokens and the log.

    `token` is one that was made just now, shown this once; `fault` says what was wrong; `held` and `reading`
    are the roles of people and of tokens with their words; `log` are instant, who, role, what, of what,
    whether it was done.
    """

    people: tuple[OfPerson, ...]
    tokens: tuple[OfToken, ...]
    log: tuple[tuple[str, str, str, str, str, str], ...]
    sources: tuple[str, ...]
    held: tuple[tuple[str, str], ...]
    reading: tuple[tuple[str, str], ...]
    token: str
    fault: str
    languages: tuple[Link, ...]


def people_page(
    language: Language, listed: Listed, now: datetime, *, token: str, error: TilannekuvaError | None
) -> PeoplePage:
    """Make the page."""
    words = roles(language)
    return PeoplePage(
        people=tuple(_person(language, one) for one in listed.people),
        tokens=tuple(_token(language, one, now) for one in reversed(listed.tokens)),
        log=tuple(_line(language, one) for one in reversed(listed.log)),
        sources=tuple(listed.sources),
        held=tuple((one, words[one]) for one in HELD),
        reading=tuple((one, words[one]) for one in READING),
        token=token,
        fault=fault(language, error) if error else "",
        languages=others(language, "people"),
    )


def _person(language: Language, one: Person) -> OfPerson:
    state = language.text("Disabled") if one.disabled_at else language.text("May log in")
    shown = one.title or one.name
    return OfPerson(one.name, shown, roles(language)[one.role], state, bool(one.disabled_at), one.is_local)


def _token(language: Language, one: Token, now: datetime) -> OfToken:
    reads = language.text("Reads: {role}", role=_role(language, one.of))
    opens = reads if one.use == "read" else language.text("Delivers: {source}", source=one.of)
    until = language.instant(datetime.fromisoformat(one.revoked_at or one.expires_at))
    return OfToken(one.id, opens, one.note, until, one.holds(now))


def _line(language: Language, one: Row) -> tuple[str, str, str, str, str, str]:
    done = language.text("Yes") if one.ok else language.text("No")
    at = language.instant(datetime.fromisoformat(one.at))
    action = _actions(language).get(one.action, one.action)
    return at, one.who, _role(language, one.role), action, one.object, done


def _actions(language: Language) -> dict[str, str]:
    """Give in words what is done most; all else stands as it is in the log."""
    return {
        "view": language.text("looked at"),
        "send": language.text("sent"),
        "log in": language.text("logged in"),
        "log out": language.text("logged out"),
        "add person": language.text("added a person"),
        "change role": language.text("changed a role"),
        "change password": language.text("changed a password"),
        "disable person": language.text("locked a person out"),
        "enable person": language.text("let a person in again"),
        "end sessions": language.text("logged a person out"),
        "issue token": language.text("made a token"),
        "revoke token": language.text("ended a token"),
        "deliver": language.text("delivered"),
    }


def _role(language: Language, name: str) -> str:
    """Give a role in words; what is none, as it stands."""
    found = next((one for one in get_args(Role) if one == name), None)
    return roles(language)[found] if found else name
