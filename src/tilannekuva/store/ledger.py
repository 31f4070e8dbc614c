"""The ledger: every look, definition, decision, segment and publication, and who may write, in SQLite.

A thing exists when the ledger names it. `synchronous=FULL` makes a commit
survive a power cut; one transaction makes a look and its rows appear together.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tilannekuva.domain.decisions import Decision, newest
from tilannekuva.domain.forecasts import Kept
from tilannekuva.domain.looks import Look
from tilannekuva.domain.publications import Publication
from tilannekuva.errors import Busy, Damaged
from tilannekuva.store import forecasts, publications
from tilannekuva.store import looks as look_rows
from tilannekuva.store.decisions import INSERT, SCHEMA, SELECT, SELECT_WHOLE, decision, digest, row
from tilannekuva.store.holders import alive, here
from tilannekuva.store.looks import COLUMNS as _LOOK
from tilannekuva.store.looks import look as _look
from tilannekuva.store.looks import written as _text

FORMAT = 1
LEASE = timedelta(seconds=60)
_SCHEMA = """
create table look (
  seq integer primary key, source_id text not null, landed_at text not null, outcome text not null,
  sha256 text not null, url text not null, media_type text not null, etag text not null,
  last_modified text not null, definition text not null, rows integer not null, news integer not null,
  withdrawn integer not null, accepted integer not null, message text not null, not_before text not null,
  unique (source_id, landed_at));
create table definition (
  kind text not null, id text not null, sha256 text not null, known_at text not null,
  primary key (kind, id, known_at));
create table segment (
  seq integer primary key, name text not null, sha256 text not null, rows integer not null, retired_at text);
create unique index live_segment on segment (sha256) where retired_at is null;
create table lease (
  name text primary key, holder text not null, fence integer not null, expires_at text not null);
"""


@dataclass(frozen=True, slots=True)
class Segment:
    """An immutable file of observations."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition file's text at the instant it came into force."""

    kind: str
    id: str
    sha256: str
    known_at: datetime


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Ledger:
    """One SQLite file; readers never wait for the writer (write-ahead log)."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=30)
        self._lock = threading.RLock()
        try:
            made = self._prepared()
        except sqlite3.DatabaseError as error:
            self.close()
            if isinstance(error, sqlite3.OperationalError):
                raise
            raise Damaged(f"the ledger cannot be opened ({error}); restore it from a backup") from None
        if made != FORMAT:
            self.close()
            raise Damaged(
                f"the ledger has format {made}, this version reads {FORMAT}; use the version that wrote it"
            )

    def _prepared(self) -> int:
        """Make the tables of a new ledger, whoever else is at it, and give the format."""
        for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
            self._connection.execute(f"pragma {pragma}")
        asked = "pragma user_version"
        if not self._all(asked)[0][0]:
            with self._transaction():
                if not self._all(asked)[0][0]:
                    for statement in (*_SCHEMA.split(";"), f"{asked} = {FORMAT}"):
                        self._connection.execute(statement)
        made = int(self._all(asked)[0][0])
        if made == FORMAT:  # older ledgers have no tables of decisions, publications, forecasts
            for schema in (SCHEMA, publications.CHAIN.schema, forecasts.CHAIN.schema):
                self._connection.execute(schema)
        return made

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def next_seq(self) -> int:
        """Give the number that the next look will have."""
        return int(self._all("select coalesce(max(seq), 0) + 1 from look")[0][0])

    def version(self) -> tuple[int, int, int, int]:
        """Give a value that changes with whatever is written: looks, segments, definitions, forecasts."""
        sql = """select (select max(seq) from look), (select max(seq) from segment),
                        (select count(*) from definition), (select max(seq) from forecast)"""
        looks, segments, definitions, kept = self._all(sql)[0]
        return looks or 0, segments or 0, definitions, kept or 0

    def commit(
        self,
        fence: int,
        *,
        at: datetime,
        looks: Sequence[Look] = (),
        reread: Sequence[Look] = (),
        decisions: Sequence[Decision] = (),
        new: Sequence[Segment] = (),
        old: Sequence[str] = (),
    ) -> None:
        """Make looks, decisions and segments exist together, and retire old segments.

        `reread` are looks already recorded that a rebuild understood anew; decisions that
        they brought before go.
        Each commit keeps the right to write for another while: long work is not
        taken for dead. Raises Busy when another has taken over since `fence` was given.
        """
        with self._transaction():
            self._still(fence)
            self._extend(at)
            sql = (
                "update look set outcome=?, definition=?, rows=?, news=?, withdrawn=?, message=? where seq=?"
            )
            again = [(o.outcome, o.definition, o.rows, o.news, o.withdrawn, o.message, o.seq) for o in reread]
            self._connection.executemany(sql, again)
            self._connection.executemany(look_rows.INSERT, [look_rows.row(one) for one in looks])
            self._connection.executemany(
                "delete from decision_version where look = ?", [(o.seq,) for o in reread]
            )
            self._connection.executemany(INSERT, [row(one) for one in decisions])
            retired = [(_text(at), name) for name in old]
            self._connection.executemany("update segment set retired_at = ? where name = ?", retired)
            files = [(one.name, one.sha256, one.rows) for one in new]
            self._connection.executemany(
                "insert or ignore into segment (name, sha256, rows) values (?, ?, ?)", files
            )

    def looks(
        self,
        source_id: str | None = None,
        *,
        as_of: datetime | None = None,
        since: datetime | None = None,
    ) -> list[Look]:
        """Give looks in the order they were recorded, as known at an instant, those after `since` alone."""
        sql = f"""select {_LOOK} from look where (? is null or source_id = ?)
                  and (? is null or landed_at <= ?) and (? is null or landed_at > ?) order by seq"""
        until, after = as_of and _text(as_of), since and _text(since)
        return [_look(row) for row in self._all(sql, (source_id, source_id, until, until, after, after))]

    def last_look(
        self,
        source_id: str,
        *,
        outcomes: Sequence[str] = (),
        news: bool = False,
        as_of: datetime | None = None,
    ) -> Look | None:
        """Give a source's newest look known at an instant: of some outcomes, or that brought news."""
        among = f"outcome in ({', '.join('?' * len(outcomes))})" if outcomes else "true"
        sql = f"""select {_LOOK} from look where source_id = ? and (? is null or landed_at <= ?) and {among}
                  and (news > 0 or ?) order by landed_at desc limit 1"""
        until = as_of and _text(as_of)
        rows = self._all(sql, (source_id, until, until, *outcomes, not news))
        return _look(rows[0]) if rows else None

    def decisions(
        self,
        *,
        as_of: datetime | None = None,
        area: str | None = None,
        source: str | None = None,
        revisions: bool = False,
    ) -> list[Decision]:
        """Give the newest row of each decision known at an instant, without those withdrawn, by day.

        With `revisions` every row that was ever known. `area` is that of the row given.
        """
        sql = f"""{SELECT} where (? is null or known_at <= ?) and (? is null or source = ?)
                  order by known_at, look"""
        until = as_of and _text(as_of)
        rows = [decision(cells) for cells in self._all(sql, (until, until, source, source))]
        given = rows if revisions else [one for one in newest(rows).values() if one.status != "withdrawn"]
        wanted = [one for one in given if area is None or one.area == area]
        return sorted(wanted, key=lambda one: (str(one.taken_on or ""), one.source, one.key, one.known_at))

    def look_at(self, source_id: str, url: str) -> Look | None:
        """Give a source's newest look at an address, or at one that begins so."""
        sql = f"""select {_LOOK} from look where source_id = ? and substr(url, 1, ?) = ?
                  order by landed_at desc limit 1"""
        rows = self._all(sql, (source_id, len(url), url))
        return _look(rows[0]) if rows else None

    def failures(self, source_id: str) -> int:
        """Count the failed looks since a source last answered."""
        sql = """select count(*) from look where source_id = ? and outcome = 'failed' and seq > coalesce(
                 (select max(seq) from look where source_id = ? and outcome <> 'failed'), 0)"""
        return int(self._all(sql, (source_id, source_id))[0][0])

    def sources(self, as_of: datetime) -> list[str]:
        """Name the sources that had been looked at by an instant."""
        sql = "select distinct source_id from look where landed_at <= ? order by 1"
        return [row[0] for row in self._all(sql, (_text(as_of),))]

    def count_looks(self, as_of: datetime, sources: Sequence[str] | None = None) -> int:
        """Count the looks known at an instant, at some sources or all."""
        among = f"source_id in ({', '.join('?' * len(sources))})" if sources is not None else "true"
        sql = f"select count(*) from look where landed_at <= ? and {among}"
        return int(self._all(sql, (_text(as_of), *(sources or ())))[0][0])

    def has_look(self, source_id: str, landed_at: datetime) -> bool:
        """Whether a look at a source at an instant is recorded."""
        return bool(
            self._all(
                "select 1 from look where source_id = ? and landed_at = ?", (source_id, _text(landed_at))
            )
        )

    def first_landed_at(self) -> datetime | None:
        """Give the instant of the earliest landing."""
        (first,) = self._all("select min(landed_at) from look")[0]
        return _instant(first) if first else None

    def last_landed_at(self) -> datetime | None:
        """Give the instant of the newest landing."""
        (last,) = self._all("select max(landed_at) from look")[0]
        return _instant(last) if last else None

    def define(self, fence: int, definitions: Sequence[Definition]) -> None:
        """Record definition texts that came into force."""
        with self._transaction():
            self._still(fence)
            rows = [(one.kind, one.id, one.sha256, _text(one.known_at)) for one in definitions]
            self._connection.executemany("insert or ignore into definition values (?, ?, ?, ?)", rows)

    def definitions(self, *, as_of: datetime | None = None) -> dict[tuple[str, str], Definition]:
        """Give the definitions in force at an instant by kind and id.

        The first text of each holds for all time before it: a past that was
        recorded before anybody defined how to read it has no other reading. A
        text of people is about its own day, and holds for none before it.
        """
        found: dict[tuple[str, str], Definition] = {}
        for kind, name, sha256, known_at in self._all("select * from definition order by known_at"):
            one = Definition(kind, name, sha256, _instant(known_at))
            first = (kind, name) not in found and kind != "text"
            if first or as_of is None or one.known_at <= as_of:
                found[kind, name] = one
        return {key: one for key, one in found.items() if one.sha256}

    def landings(self) -> set[str]:
        """Name every landing that a look, a definition or a forecast was ever made of."""
        sql = """select sha256 from look union select definition from look
                 union select sha256 from definition union select sha256 from forecast"""
        return {row[0] for row in self._all(sql) if row[0]}

    def segments(self) -> list[Segment]:
        """Give the live segments."""
        return [
            Segment(*row)
            for row in self._all(
                "select name, sha256, rows from segment where retired_at is null order by seq"
            )
        ]

    def names(self) -> set[str]:
        """Name all segments, live and retired."""
        return {row[0] for row in self._all("select name from segment")}

    def retired(self, before: datetime) -> list[str]:
        """Name the segments that were retired before an instant."""
        return [
            row[0] for row in self._all("select name from segment where retired_at < ?", (_text(before),))
        ]

    def forget(self, names: Sequence[str]) -> None:
        """Drop retired segments."""
        with self._transaction():
            self._connection.executemany(
                "delete from segment where name = ? and retired_at is not null", [(one,) for one in names]
            )

    def publish(self, one: Publication) -> None:
        """Record a publication; whoever updates the workspace is not in its way."""
        with self._transaction():
            publications.CHAIN.add(self._connection, one)

    def publications(self) -> list[Publication]:
        """Give all publications, the newest last."""
        with self._lock:
            return publications.all_of(self._connection)

    def unchained(self) -> list[str]:
        """Name the publications and forecasts that are not as they were recorded; none is good."""
        with self._lock:
            chains = (publications.CHAIN, forecasts.CHAIN)
            return [f"{chain.table} {one}" for chain in chains for one in chain.broken(self._connection)]

    def foretell(self, fence: int, made: Sequence[Kept]) -> None:
        """Record forecasts; Busy when another has taken over since `fence` was given."""
        with self._transaction():
            self._still(fence)
            for one in made:
                forecasts.CHAIN.add(self._connection, one)

    def forecasts(self, *, as_of: datetime | None = None, indicator: str | None = None) -> list[Kept]:
        """Give the forecasts known at an instant, of an indicator or of all, in the order they were made."""
        with self._lock:
            return forecasts.known(self._connection, as_of, indicator)

    def sound(self) -> list[str]:
        """Give the faults that the engine finds in its own file; none is good."""
        return [row[0] for row in self._all("pragma integrity_check") if row[0] != "ok"]

    def altered(self) -> list[str]:
        """Name the decisions that are not as they were recorded; none is good."""
        rows = self._all(f"{SELECT_WHOLE} order by source, id")
        return [f"{cells[1]} of {cells[0]}" for cells in rows if digest(cells[:-1]) != cells[-1]]

    def lease(self, holder: str, now: datetime) -> int:
        """Take the right to write and give its fencing number; Busy names who has it."""
        me = here(holder)
        with self._transaction():
            rows = self._connection.execute(
                "select holder, fence, expires_at from lease where name = 'writer'"
            ).fetchall()
            other, fence, expires_at = rows[0] if rows else ("", 0, "")
            if other and other != me and _instant(expires_at) > now and alive(other):
                raise Busy(f"{other} is updating this workspace; wait until it has ended, or end it")
            row = (me, fence + 1, _text(now + LEASE))
            self._connection.execute("insert or replace into lease values ('writer', ?, ?, ?)", row)
            return int(fence) + 1

    def renew(self, fence: int, now: datetime) -> None:
        """Keep the right to write for another while; Busy when it was lost."""
        with self._transaction():
            self._still(fence)
            self._extend(now)

    def release(self, fence: int) -> None:
        """Give the right to write back."""
        with self._transaction():
            self._connection.execute(
                "update lease set holder = '' where name = 'writer' and fence = ?", (fence,)
            )

    def _extend(self, now: datetime) -> None:
        sql = "update lease set expires_at = ? where name = 'writer'"
        self._connection.execute(sql, (_text(now + LEASE),))

    def _still(self, fence: int) -> None:
        rows = self._connection.execute(
            "select fence from lease where name = 'writer' and holder <> ''"
        ).fetchall()
        if not rows or rows[0][0] != fence:
            raise Busy("another process has taken over this workspace; start again")
