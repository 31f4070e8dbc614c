"""Sessions: what a browser holds after a log-in is a random number, whose hash is kept here.

What is not in the book is no session: ending one needs nothing but taking its row away.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tilannekuva.access.book import Book
from tilannekuva.access.people import Person

_TOUCHED = 30  # of the idle limit: so seldom a session's last use is written down
_FOUND = """select person.name, title, role, municipality, person.made_at, disabled_at,
  session.made_at, seen_at from session join person using (name) where sha256 = ?"""


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it is given, this once; `secret` goes into the cookie, until `until` at the latest."""

    secret: str = field(repr=False)
    person: Person
    until: datetime


def hashed(secret: str) -> str:
    """Give the hash under which a secret of 256 random bits is kept; such a one needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of a book, with how long they last unused, and at all."""

    book: Book
    idle: timedelta
    absolute: timedelta

    def begin(self, person: Person, now: datetime) -> Session:
        """Begin a session; those that have run out are forgotten."""
        with self.book.writing() as write:
            write.execute(
                "delete from session where made_at <= ? or seen_at <= ?",
                ((now - self.absolute).timestamp(), (now - self.idle).timestamp()),
            )
            secret = secrets.token_urlsafe(32)
            at = now.timestamp()
            write.execute("insert into session values (?, ?, ?, ?)", (hashed(secret), person.name, at, at))
        return Session(secret, person, now + self.absolute)

    def person(self, secret: str, now: datetime) -> Person | None:
        """Give whose a session is now; None when it has ended, run out, or its person is disabled."""
        rows = self.book.all(_FOUND, (hashed(secret),))
        if not rows:
            return None
        *told, made, seen = rows[0]
        person, idle = Person(*told), now.timestamp() - seen
        is_over = now.timestamp() - made >= self.absolute.total_seconds()
        if person.disabled_at or is_over or idle >= self.idle.total_seconds():
            return None
        if idle > self.idle.total_seconds() / _TOUCHED:
            with self.book.writing() as write:
                at = (now.timestamp(), hashed(secret))
                write.execute("update session set seen_at = ? where sha256 = ?", at)
        return person

    def renewed(self, secret: str, now: datetime) -> Session | None:
        """Give a session another number, so that the old one opens nothing; it lasts no longer for that."""
        person = self.person(secret, now)
        if person is None:
            return None
        new = secrets.token_urlsafe(32)
        with self.book.writing() as write:
            write.execute("update session set sha256 = ? where sha256 = ?", (hashed(new), hashed(secret)))
            rows = write.execute("select made_at from session where sha256 = ?", (hashed(new),)).fetchall()
        if not rows:  # it was ended meanwhile
            return None
        return Session(new, person, datetime.fromtimestamp(rows[0][0], now.tzinfo) + self.absolute)

    def end(self, secret: str) -> None:
        """End one session."""
        with self.book.writing() as write:
            write.execute("delete from session where sha256 = ?", (hashed(secret),))

    def end_all(self, name: str) -> int:
        """End all sessions of a person and give how many there were."""
        with self.book.writing() as write:
            return write.execute("delete from session where name = ?", (name,)).rowcount
