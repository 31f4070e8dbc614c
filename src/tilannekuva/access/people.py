"""People: who may log in, in which role, in the service of which municipality."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from tilannekuva.access.book import Book
from tilannekuva.domain.access import Viewer
from tilannekuva.domain.calendar import stamp
from tilannekuva.errors import BadInput

Held = Literal["partner", "staff", "leadership", "admin"]
HELD: tuple[Held, ...] = get_args(Held)  # the roles that a person can have
_NAME = re.compile(r"[\w.@-]{2,60}")
_ROW = "name, title, role, municipality, made_at, disabled_at"
_ELSEWHERE = "|"  # stands in the names of those whom another house vouches for, and in no others


@dataclass(frozen=True, slots=True)
class Person:
    """One who may log in; `municipality` is an id, `disabled_at` empty while they may.

    Who logs in with the accounts of another house is named by its issuer and the subject there, and shown
    as `title`, which proves nothing.
    """

    name: str
    title: str
    role: Held
    municipality: str
    made_at: str
    disabled_at: str = ""

    @property
    def viewer(self) -> Viewer:
        """Give in which role they look."""
        return Viewer(self.role, self.municipality)

    @property
    def is_local(self) -> bool:
        """Whether their password is kept here."""
        return _ELSEWHERE not in self.name


def folded(name: str) -> str:
    """Give a name as it is kept, the same however it is typed; raises BadInput for what can be none."""
    found = unicodedata.normalize("NFKC", name.strip()).casefold()
    if not _NAME.fullmatch(found):
        raise BadInput("a name has 2 to 60 letters, digits and . _ - @, such as maija.virtanen")
    return found


def identity(issuer: str, subject: str) -> str:
    """Give the name of somebody whom another house vouches for: issuer and subject, never a mail address."""
    if not issuer or not subject or _ELSEWHERE in issuer:
        raise BadInput("an identity is an issuer and its subject")
    return f"{issuer}{_ELSEWHERE}{subject}"


@dataclass(frozen=True, slots=True)
class People:
    """The people of a book; each change that narrows what somebody may ends their sessions with it."""

    book: Book

    def all(self) -> list[Person]:
        """Give all, by name."""
        return [Person(*row) for row in self.book.all(f"select {_ROW} from person order by name")]

    def person(self, name: str) -> Person:
        """Give one by the name as it is typed; raises BadInput where there is none of this name."""
        found = self.kept(name if _ELSEWHERE in name else folded(name))
        if found is None:
            raise BadInput(f"nobody is named '{name}'; `tilannekuva user list` shows all")
        return found[0]

    def kept(self, name: str) -> tuple[Person, str] | None:
        """Give one with the hash of their password, which is empty where another house has it."""
        rows = self.book.all(f"select {_ROW}, password from person where name = ?", (name,))
        return (Person(*rows[0][:-1]), rows[0][-1]) if rows else None

    def add(self, person: Person, password: str) -> None:
        """Add somebody with the hash of a password; raises BadInput when the name is taken."""
        with self.book.writing() as write:
            if write.execute("select 1 from person where name = ?", (person.name,)).fetchone():
                raise BadInput(f"'{person.name}' is there already")
            told = (person.name, person.title, person.role, person.municipality)
            times = (person.made_at, person.disabled_at)
            write.execute("insert into person values (?, ?, ?, ?, ?, ?, ?)", (*told, password, *times))

    def vouched(self, person: Person) -> Person:
        """Take in somebody as another house tells of them now; that they were disabled here stays."""
        found = self.kept(person.name)
        if found is None:
            self.add(person, "")
            return person
        told = replace(person, made_at=found[0].made_at, disabled_at=found[0].disabled_at)
        if told != found[0]:
            what = "title = ?, role = ?, municipality = ?"
            self._set(told.name, what, told.title, told.role, told.municipality)
        return told

    def set_role(self, name: str, role: Held, municipality: str) -> None:
        """Give somebody another role or municipality."""
        self._set(name, "role = ?, municipality = ?", role, municipality)

    def set_password(self, name: str, password: str) -> None:
        """Keep the hash of another password."""
        self._set(name, "password = ?", password)

    def rehashed(self, name: str, old: str, new: str) -> None:
        """Keep a stronger hash of the same password, unless it was changed meanwhile; sessions go on."""
        with self.book.writing() as write:
            write.execute("update person set password = ? where name = ? and password = ?", (new, name, old))

    def disable(self, name: str, now: datetime) -> None:
        """Let somebody in no more."""
        self._set(name, "disabled_at = ?", stamp(now))

    def enable(self, name: str) -> None:
        """Let somebody in again."""
        self._set(name, "disabled_at = ?", "")

    def _set(self, name: str, what: str, *values: str) -> None:
        with self.book.writing() as write:
            done = write.execute(f"update person set {what} where name = ?", (*values, name))
            if not done.rowcount:
                raise BadInput(f"nobody is named '{name}'; `tilannekuva user list` shows all")
            write.execute("delete from session where name = ?", (name,))
