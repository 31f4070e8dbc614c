"""The office: who may enter and in which role, each change in one go with its line in the log."""

from dataclasses import dataclass
from datetime import datetime

from tilannekuva.access import passwords
from tilannekuva.access.audit import Audit
from tilannekuva.access.people import HELD, Held, People, Person, folded
from tilannekuva.access.sessions import Sessions
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import stamp
from tilannekuva.errors import BadInput
from tilannekuva.flows.entrance import By, municipality_of, note
from tilannekuva.flows.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Office:
    """Where somebody (`by`) changes who may enter a workspace, at an instant."""

    workspace: Workspace
    by: By
    now: datetime

    @property
    def people(self) -> People:
        """Give the people of the workspace."""
        return People(self.workspace.book)

    def add(self, name: str, *, password: str, role: str, municipality: str) -> Person:
        """Let somebody in by name and password; raises BadInput, UnknownArea, Busy, NotInstalled."""
        found = folded(name)
        place = municipality_of(municipality)
        person = Person(found, "", _held(role), place, stamp(self.now))
        kept = passwords.hashed(passwords.judged(password, self._own(person)))
        with self.workspace.book.writing():
            self.people.add(person, kept)
            self._note("add person", person)
        return person

    def set_role(self, name: str, *, role: str, municipality: str = "") -> None:
        """Give somebody another role, and another municipality if one is told; ends their sessions."""
        person = self.people.person(name)
        place = municipality_of(municipality) if municipality else person.municipality
        with self.workspace.book.writing():
            self.people.set_role(person.name, _held(role), place)
            self._note("change role", self.people.person(person.name))

    def set_password(self, name: str, password: str) -> None:
        """Give somebody another password; ends their sessions."""
        person = self.people.person(name)
        if not person.is_local:
            raise BadInput(f"the password of {name} is kept by their own house")
        kept = passwords.hashed(passwords.judged(password, self._own(person)))
        with self.workspace.book.writing():
            self.people.set_password(person.name, kept)
            self._note("change password", person)

    def disable(self, name: str) -> None:
        """Let somebody in no more, and end their sessions."""
        with self.workspace.book.writing():
            person = self.people.person(name)
            self.people.disable(person.name, self.now)
            self._note("disable person", person)

    def enable(self, name: str) -> None:
        """Let somebody in again."""
        with self.workspace.book.writing():
            person = self.people.person(name)
            self.people.enable(person.name)
            self._note("enable person", person)

    def log_out(self, name: str) -> int:
        """End all sessions of somebody and give how many there were."""
        login = self.workspace.settings.login
        with self.workspace.book.writing():
            person = self.people.person(name)
            ended = Sessions(self.workspace.book, login.idle, login.absolute).end_all(person.name)
            self._note("end sessions", person)
        return ended

    def _own(self, person: Person) -> tuple[str, ...]:
        """Give the words that others would try as somebody's password."""
        return person.name, register().area(person.municipality).name("fi"), self.workspace.settings.title

    def _note(self, action: str, person: Person) -> None:
        what = f"{person.name} {person.role} {person.municipality}"
        note(Audit(self.workspace.book), self.by, action, what, now=self.now)


def _held(role: str) -> Held:
    found = next((one for one in HELD if one == role), None)
    if found is None:
        raise BadInput(f"no role '{role}'; there are {', '.join(HELD)}")
    return found
