"""The log of who saw and changed what: rows that are only ever added, each sealed with the one before.

A row's seal is the SHA-256 of the seal before it and of the row itself, so that no row can be altered, taken
out, put in or moved without a seal that is wrong from there on. Whoever can write the file could seal all
anew, or leave out the end: that is found against a head (number and seal of the last row) that was printed.
"""

import hashlib
import ipaddress
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tilannekuva.access.book import Book
from tilannekuva.domain.calendar import stamp
from tilannekuva.errors import BadInput

_LONGEST = 300  # characters of a field
_HEAD = re.compile(r"(\d+):([0-9a-f]{10,64})")
_PRINTED = 16  # digits of a seal in a printed head
_ROW = "seq, at, who, role, municipality, action, object, origin, ok, sha256"


class Entry(NamedTuple):
    """What is to be written: who did or tried what to what, in which role, from where, and if it was done.

    `origin` is the network that they came from, empty at the command line.
    """

    who: str
    role: str
    municipality: str
    action: str
    object: str
    origin: str = ""
    ok: bool = True


class Row(NamedTuple):
    """A row of the log: its number, its instant (ISO, UTC), an entry, and its seal."""

    seq: int
    at: str
    who: str
    role: str
    municipality: str
    action: str
    object: str
    origin: str
    ok: bool
    sha256: str = ""

    def seal(self, before: str) -> str:
        """Give the seal that this row has after the seal before it."""
        told = json.dumps([*self[:-2], bool(self.ok)])
        return hashlib.sha256(f"{before}\n{told}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log at some instant: number of the last row and the first digits of its seal."""

    seq: int
    seal: str

    def __str__(self) -> str:
        """Write it as it is printed and given to `audit verify --head`."""
        return f"{self.seq}:{self.seal}"


def head(text: str) -> Head:
    """Read a printed head; raises BadInput."""
    found = _HEAD.fullmatch(text.strip().casefold())
    if not found:
        raise BadInput(f"'{text}' is no head of a log: it is a number, a colon and at least ten digits")
    return Head(int(found[1]), found[2])


def fault(rows: Sequence[Row], printed: Head | None = None) -> str:
    """Say which row is the first that is not as it was written; empty when all are."""
    before = ""
    for nth, row in enumerate(rows, 1):
        if row.seq != nth or row.sha256 != row.seal(before):
            return f"row {min(row.seq, nth) if row.seq > 0 else nth} of the log is not as it was written"
        before = row.sha256
    if printed and len(rows) < printed.seq:
        return f"the log ends at row {len(rows)}, though it had row {printed.seq} when its head was printed"
    if printed and printed.seq and not rows[printed.seq - 1].sha256.startswith(printed.seal):
        return f"row {printed.seq} or one before it is not as it was when its head was printed"
    return ""


def plain(text: str) -> str:
    """Give a text on one line: what is no letter, sign or blank is written out, what is too long is cut."""
    told = text.replace("\\", r"\\")
    told = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in told)
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"


def network(address: str, *, v4: int = 24, v6: int = 48) -> str:
    """Give the network of a client's address, which tells less of them; other texts as they are."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return plain(address)
    found = getattr(found, "ipv4_mapped", None) or found
    bits = v4 if isinstance(found, ipaddress.IPv4Address) else v6
    return str(ipaddress.ip_network(f"{found}/{bits}", strict=False))


@dataclass(frozen=True, slots=True)
class Audit:
    """The log of a book."""

    book: Book

    def write(self, entry: Entry, now: datetime) -> Row:
        """Add a row, durably, and give it."""
        texts = (plain(str(one)) for one in entry[:-1])
        with self.book.writing() as write:
            last = write.execute("select seq, sha256 from audit order by seq desc limit 1").fetchone()
            number, before = last or (0, "")
            row = Row._make([number + 1, stamp(now), *texts, entry.ok, ""])
            row = row._replace(sha256=row.seal(before))
            write.execute("insert into audit values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return row

    def rows(self, *, since: datetime | None = None, who: str = "", newest: int = 0) -> list[Row]:
        """Give rows in their order: those of an instant and later, of one person, only the newest so many."""
        asked = "(? = '' or at >= ?) and (? = '' or who = ?)"
        at = stamp(since) if since else ""
        found = self.book.all(
            f"select {_ROW} from audit where {asked} order by seq desc limit ?",
            (at, at, who, who, newest or -1),
        )
        return [Row(*one) for one in reversed(found)]

    def head(self) -> Head | None:
        """Give the end of the log; None where nothing was written yet."""
        rows = self.book.all("select seq, sha256 from audit order by seq desc limit 1")
        return Head(rows[0][0], rows[0][1][:_PRINTED]) if rows else None

    def fault(self, printed: Head | None = None) -> str:
        """Say which row is the first that is not as it was written; empty when all are."""
        return fault(self.rows(), printed)
