"""The log-in and one's own account: what their plain pages say."""

from dataclasses import dataclass
from urllib.parse import urlencode

from tilannekuva.access.people import Person
from tilannekuva.config import Login
from tilannekuva.errors import BadInput, Busy, NoAnswer, NotInstalled, TilannekuvaError, TooMany
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import LANGUAGE_NAMES, Link, role_of


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The log-in.

    `fault` says why somebody was not let in; `is_open` whether anybody can be; `local` whether by name and
    password; `directory` leads to the municipality's own accounts, where there are; `onward` is where one
    goes from here; `languages` are this page in the others.
    """

    fault: str
    is_open: bool
    local: bool
    directory: Link | None
    onward: str
    languages: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One's own account: who one is, in which role, whether the password is kept here, what was wrong."""

    name: str
    role: str
    local: bool
    fault: str
    languages: tuple[Link, ...]


def login_page(
    language: Language, settings: Login, onward: str, *, is_open: bool, error: TilannekuvaError | None
) -> LoginPage:
    """Make the log-in."""
    oidc, asked = settings.oidc, urlencode({"next": onward})
    name = oidc.title or oidc.client_id if oidc else ""
    return LoginPage(
        fault=fault(language, error) if error else "",
        is_open=is_open,
        local=settings.local,
        directory=Link(language.text("Log in with the accounts of {name}", name=name), f"/login/oidc?{asked}")
        if oidc
        else None,
        onward=onward,
        languages=others(language, "login", onward),
    )


def account_page(language: Language, person: Person, error: TilannekuvaError | None) -> AccountPage:
    """Make somebody's own account."""
    return AccountPage(
        person.title or person.name,
        role_of(language, person.viewer),
        person.is_local,
        fault(language, error) if error else "",
        others(language, "account"),
    )


def others(language: Language, page: str, onward: str = "") -> tuple[Link, ...]:
    """Give links to a plain page in each language."""
    query = f"?{urlencode({'next': onward})}" if onward else ""
    return tuple(
        Link(name, f"/{code}/{page}{query}", here=code == language.code, lang=code)
        for code, name in LANGUAGE_NAMES.items()
    )


def fault(language: Language, error: TilannekuvaError) -> str:
    """Say what was wrong, in words that tell nobody more than they knew."""
    if isinstance(error, TooMany):
        return language.plural(
            "Too many tries. Come again in {n} minute.",
            "Too many tries. Come again in {n} minutes.",
            -(-error.wait // 60),
        )
    if isinstance(error, NotInstalled):
        return language.text(
            "A part of the program is missing here. The administrator is to run: {command}",
            command=error.command,
        )
    if isinstance(error, BadInput):
        return said(language, error)
    told: dict[type[TilannekuvaError], str] = {
        Busy: language.text("Many people log in at this moment. Try again in a few seconds."),
        NoAnswer: language.text("The directory of the accounts does not answer. Try again in a moment."),
    }
    wrong = language.text("The log-in did not succeed. Check the name and the password.")
    return told.get(type(error), wrong)


def said(language: Language, error: BadInput) -> str:
    """Say what is wrong with what was filled in; what no form of ours can ask is told in general."""
    told = {
        "a password has": language.text("A password has 12 to 128 characters. Four words make a good one."),
        "this password is easily": language.text(
            "This password is easily guessed. Take four words that have nothing to do with one another."
        ),
        "the new password is not": language.text("The new password is not the same twice."),
        "a name has": language.text(
            "A name has 2 to 60 letters, digits and . _ - @, such as maija.virtanen."
        ),
        "is there already": language.text("Somebody has this name already. Choose another."),
        "by their own house": language.text("Their password is kept by their own organisation."),
        "concerns yourself": language.text("Another administrator changes what concerns yourself."),
        "a token holds": language.text("A token holds for 1 to 366 days."),
    }
    anew = language.text("This could not be done. Open the page anew and try again.")
    return next((words for part, words in told.items() if part in str(error)), anew)
