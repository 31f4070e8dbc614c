"""How publications stand in the ledger: what was shown to whom, when, each row chained to the one before.

A chain tells a row that was changed or taken out, and SQLite's own count one that was taken off the end.
"""

import hashlib
import sqlite3
from datetime import datetime

from tilannekuva.domain.publications import Publication
from tilannekuva.store.looks import written

_NAMES = Publication._fields
_COLUMNS = ", ".join(_NAMES)
SCHEMA = f"""create table if not exists publication (
  seq integer primary key autoincrement,
  {", ".join(f"{name} text not null" for name in _NAMES)}, chain text not null)"""
_NEWEST = "select coalesce(max(seq), 0) from publication"
_EVER = "select coalesce(max(seq), 0) from sqlite_sequence where name = 'publication'"
_INSERT = f"insert into publication ({_COLUMNS}, chain) values ({', '.join('?' * (len(_NAMES) + 1))})"


def add(connection: sqlite3.Connection, one: Publication) -> None:
    """Add a publication to the chain; within a transaction that holds the right to write."""
    last = connection.execute("select chain from publication order by seq desc limit 1").fetchone()
    cells = tuple(written(cell) if isinstance(cell, datetime) else cell for cell in one)
    connection.execute(_INSERT, (*cells, _link(last[0] if last else "", cells)))


def all_of(connection: sqlite3.Connection) -> list[Publication]:
    """Give all publications in the order they were made."""
    rows = connection.execute(f"select {_COLUMNS} from publication order by seq").fetchall()
    return [_publication(cells) for cells in rows]


def broken(connection: sqlite3.Connection) -> list[str]:
    """Name the publications whose row, or the one before, is not as it was written; none is good."""
    faults, before = [], ""
    for *cells, chain in connection.execute(f"select {_COLUMNS}, chain from publication order by seq"):
        if _link(before, tuple(cells)) != chain:
            faults.append(f"{cells[_NAMES.index('picture')]} of {cells[0]}")
        before = chain
    (there,), (ever,) = (connection.execute(sql).fetchone() for sql in (_NEWEST, _EVER))
    return faults if there == ever else [*faults, f"number {ever}, which is gone,"]


def _publication(cells: tuple[str, ...]) -> Publication:
    named = dict(zip(_NAMES, cells, strict=True))
    instants = {name: datetime.fromisoformat(named[name]) for name in ("published_at", "as_of")}
    return Publication(**named | instants)  # type: ignore[arg-type] # the instants are read


def _link(before: str, cells: tuple[str, ...]) -> str:
    return hashlib.sha256("\x1f".join((before, *cells)).encode()).hexdigest()
