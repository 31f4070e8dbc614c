"""Tokens: what lets another program deliver to one source, or read in one role, until a day.

The token is told once. What is kept is its SHA-256, so that whoever reads the book can use none; it has
256 random bits, so that a plain hash is enough.
"""

import secrets
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from tilannekuva.access.book import Book
from tilannekuva.access.sessions import hashed
from tilannekuva.domain.access import Role, Viewer
from tilannekuva.domain.calendar import stamp
from tilannekuva.errors import BadInput

PREFIX = "tk_"  # scanners for secrets in code and mail know what it is by this
READING: tuple[Role, ...] = ("partner", "staff", "leadership")  # roles in which a program can read


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept; instants as ISO texts in UTC, `revoked_at` empty while it holds.

    `scope` is `deliver:<source>` or `read:<role>`, the latter in the service of a `municipality` (an id).
    """

    id: str
    sha256: str
    scope: str
    municipality: str
    note: str
    made_at: str
    expires_at: str
    revoked_at: str = ""

    @property
    def use(self) -> Literal["deliver", "read"]:
        """Say what it is for."""
        return "deliver" if self.scope.startswith("deliver:") else "read"

    @property
    def of(self) -> str:
        """Give the source or the role that it is for."""
        return self.scope.partition(":")[2]

    @property
    def viewer(self) -> Viewer:
        """Give in which role it looks: everybody's, for one that delivers."""
        role = next((one for one in READING if self.scope == f"read:{one}"), None)
        return Viewer(role, self.municipality) if role else Viewer()

    def holds(self, now: datetime) -> bool:
        """Whether it opens anything at an instant."""
        return not self.revoked_at and now < datetime.fromisoformat(self.expires_at)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a book."""

    book: Book

    def all(self) -> list[Token]:
        """Give all ever made, the newest last."""
        return [Token(*row) for row in self.book.all("select * from token order by made_at, id")]

    def issue(
        self, scope: str, municipality: str, *, days: int, note: str, now: datetime
    ) -> tuple[str, Token]:
        """Make a token and give it, this once, with what is kept of it."""
        token, end = PREFIX + secrets.token_urlsafe(32), stamp(now + timedelta(days=days))
        kept = Token(secrets.token_hex(4), hashed(token), scope, municipality, note, stamp(now), end)
        with self.book.writing() as write:
            write.execute("insert into token values (?, ?, ?, ?, ?, ?, ?, ?)", astuple(kept))
        return token, kept

    def opened(self, token: str, now: datetime) -> Token | None:
        """Give what is kept of a token that holds now.

        The hash is what is looked up: how long that takes tells nothing of the token.
        """
        rows = self.book.all("select * from token where sha256 = ?", (hashed(token),))
        found = Token(*rows[0]) if rows else None
        return found if found and found.holds(now) else None

    def revoke(self, token_id: str, now: datetime) -> Token:
        """End a token at once; BadInput when there is none of this id."""
        found = next((one for one in self.all() if one.id == token_id), None)
        if found is None:
            raise BadInput(f"no token '{token_id}'; `tilannekuva token list` shows them")
        ended = replace(found, revoked_at=found.revoked_at or stamp(now))
        with self.book.writing() as write:
            write.execute("update token set revoked_at = ? where id = ?", (ended.revoked_at, token_id))
        return ended
