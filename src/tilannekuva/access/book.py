"""The book of who may enter: one SQLite file beside the ledger, which only its owner can read."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tilannekuva.errors import Damaged

_SCHEMA = (
    """create table if not exists person (
  name text primary key, title text not null, role text not null, municipality text not null,
  password text not null, made_at text not null, disabled_at text not null)""",
    """create table if not exists session (
  sha256 text primary key, name text not null references person (name),
  made_at real not null, seen_at real not null)""",
    """create table if not exists token (
  id text primary key, sha256 text not null unique, scope text not null, municipality text not null,
  note text not null, made_at text not null, expires_at text not null, revoked_at text not null)""",
    """create table if not exists audit (
  seq integer primary key, at text not null, who text not null, role text not null,
  municipality text not null, action text not null, object text not null, origin text not null,
  ok integer not null, sha256 text not null)""",
    *(
        f"""create trigger if not exists audit_{what} before {what} on audit
  begin select raise(abort, 'the log is only ever added to'); end"""
        for what in ("update", "delete")
    ),
)


class Book:
    """People, sessions, tokens and the log of one workspace; the file is made when it is first written to.

    What is read of it is read from the file each time, so that whoever was shut out by another process is
    shut out at once.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Give all rows that answer a question; none where there is no file yet."""
        with self._lock:
            if self._connection is None and not self.path.exists():
                return []
            return self._opened().execute(sql, parameters).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write in one transaction, which is durable when the outermost ends; other processes wait."""
        with self._lock:
            connection = self._opened()
            if connection.in_transaction:  # a part of more that is written at once
                yield connection
                return
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.touch(mode=0o600)
            with suppress(PermissionError):  # another's file: its owner says who may read it
                self.path.chmod(0o600)
            self._connection = _connected(self.path)
        return self._connection


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
            connection.execute(f"pragma {pragma}")
        for statement in _SCHEMA:
            connection.execute(statement)
    except sqlite3.DatabaseError as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise Damaged(f"{path.name} cannot be opened ({error}); restore it from a backup") from None
    return connection
