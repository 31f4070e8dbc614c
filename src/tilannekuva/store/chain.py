"""Chains: rows of a ledger's table that are only added to, each chained to the one before.

A chain tells a row that was changed or taken out, and SQLite's own count one that was taken off the end.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from tilannekuva.store.looks import written

Cell = str | date


class Chain(NamedTuple):
    """A table and its columns, all texts; `called` are the places of those by which a row is named."""

    table: str
    names: tuple[str, ...]
    called: tuple[int, ...]

    @property
    def schema(self) -> str:
        """Give the SQL that makes the table unless it is there."""
        return f"""create table if not exists {self.table} (
          seq integer primary key autoincrement,
          {", ".join(f"{name} text not null" for name in self.names)}, chain text not null)"""

    def add(self, connection: sqlite3.Connection, row: Iterable[Cell]) -> None:
        """Add a row to the chain; within a transaction that holds the right to write."""
        last = connection.execute(f"select chain from {self.table} order by seq desc limit 1").fetchone()
        cells = tuple(_text(cell) for cell in row)
        marks = ", ".join("?" * (len(self.names) + 1))
        sql = f"insert into {self.table} ({', '.join(self.names)}, chain) values ({marks})"
        connection.execute(sql, (*cells, _link(last[0] if last else "", cells)))

    def rows(
        self, connection: sqlite3.Connection, where: str = "true", parameters: Sequence[str] = ()
    ) -> list[tuple[str, ...]]:
        """Give the rows of a condition, or all, in the order they were added."""
        sql = f"select {', '.join(self.names)} from {self.table} where {where} order by seq"
        return connection.execute(sql, parameters).fetchall()

    def broken(self, connection: sqlite3.Connection) -> list[str]:
        """Name the rows that, or the ones before which, are not as they were written; none is good."""
        faults, before = [], ""
        for *cells, chain in connection.execute(
            f"select {', '.join(self.names)}, chain from {self.table} order by seq"
        ):
            if _link(before, cells) != chain:
                faults.append(" of ".join(cells[nth] for nth in self.called))
            before = chain
        there, ever = self._newest(connection)
        return faults if there == ever else [*faults, f"number {ever}, which is gone,"]

    def _newest(self, connection: sqlite3.Connection) -> tuple[int, int]:
        """Give the number of the newest row there is, and of the newest there ever was."""
        (there,) = connection.execute(f"select coalesce(max(seq), 0) from {self.table}").fetchone()
        ever = "select coalesce(max(seq), 0) from sqlite_sequence where name = ?"
        return there, connection.execute(ever, (self.table,)).fetchone()[0]


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return written(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def _link(before: str, cells: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join((before, *cells)).encode()).hexdigest()
