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
_TURNED, _GRACE = 3600.0, 120.0  # seconds: how often a session's number changes, how long the old one opens
_FOUND = """select person.name, title, role, municipality, person.made_at, disabled_at,
  session.made_at, seen_at from session join person using (name) where sha256 = ?"""


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it is given, this once; `secret` goes into the cookie."""

    secret: str = field(repr=False)
    person: Person


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
                (self._over(now), (now - self.idle).timestamp()),
            )
            secret = secrets.token_urlsafe(32)
            at = now.timestamp()
            write.execute("insert into session values (?, ?, ?, ?)", (hashed(secret), person.name, at, at))
        return Session(secret, person)

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
        if idle > self.idle.total_seconds() / _TOUCHED and not self._is_due(made, seen, now):
            with self.book.writing() as write:
                at = (now.timestamp(), hashed(secret))
                write.execute("update session set seen_at = ? where sha256 = ?", at)
        return person

    def turned(self, secret: str, now: datetime) -> str:
        """Give a session another number in each hour in which it is used; empty where it keeps its own.

        The old number opens for two minutes more, for what is under way; neither lasts longer for that.
        """
        found = "select name, made_at, seen_at from session where sha256 = ?"
        rows = self.book.all(found, (hashed(secret),))
        if not any(self._is_due(made, seen, now) for _, made, seen in rows):
            return ""
        with self.book.writing() as write:
            rows = write.execute(found, (hashed(secret),)).fetchall()
            if not any(self._is_due(made, seen, now) for _, made, seen in rows):  # another was first
                return ""
            (name, made, _), new, at = rows[0], secrets.token_urlsafe(32), now.timestamp()
            write.execute("insert into session values (?, ?, ?, ?)", (hashed(new), name, made, at))
            old = "update session set made_at = min(made_at, ?), seen_at = ? where sha256 = ?"
            write.execute(old, (self._over(now) + _GRACE, at, hashed(secret)))
        return new

    def end(self, secret: str, now: datetime) -> None:
        """End one session, and the old numbers of its person that still open."""
        with self.book.writing() as write:
            rows = write.execute("delete from session where sha256 = ? returning name", (hashed(secret),))
            almost = self._over(now) + _GRACE
            for (name,) in rows.fetchall():
                write.execute("delete from session where name = ? and made_at <= ?", (name, almost))

    def end_all(self, name: str) -> int:
        """End all sessions of a person and give how many there were."""
        with self.book.writing() as write:
            return write.execute("delete from session where name = ?", (name,)).rowcount

    def _over(self, now: datetime) -> float:
        """Give when sessions that are over now by their age were begun."""
        return (now - self.absolute).timestamp()

    def _is_due(self, made: float, seen: float, now: datetime) -> bool:
        """Whether a session that has some time left is used in another hour of its own than before."""
        hours = [(at - made) // _TURNED for at in (seen, now.timestamp())]
        return hours[0] < hours[1] and made > self._over(now) + _GRACE
