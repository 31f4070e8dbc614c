"""The engine in use: immutable Parquet segments named by the ledger, read by DuckDB in process.

Readers open the files that the ledger names, each process with its own engine
in memory, so nobody waits for the writer. A segment's SHA-256 is compared when
a process first opens it: a changed bit is found, never drawn.
"""

import math
import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Unpack

import duckdb

from tilannekuva.domain.observations import Observation
from tilannekuva.errors import Damaged
from tilannekuva.store import files
from tilannekuva.store.ledger import Ledger, Segment
from tilannekuva.store.memory import NO_RANKS, Ranks, Wanted
from tilannekuva.store.sheet import Sheet

_TYPES = {
    "source": "VARCHAR",
    "indicator": "VARCHAR",
    "area": "VARCHAR",
    "reference_date": "DATE",
    "freq": "VARCHAR",
    "stratum": "VARCHAR",
    "value": "DOUBLE",
    "status": "VARCHAR",
    "known_at": "TIMESTAMP",  # UTC
    "look": "BIGINT",
}
_NAMES = ", ".join(_TYPES)
_ORDER = "indicator, area, reference_date, freq, stratum, source, known_at, look"
_MERGE = 16  # segments of one size class that are made into one
_GRACE = timedelta(hours=1)  # readers may still have a retired segment open
_AS_OF = """
with newest as (
  select source, indicator, area, reference_date, freq, stratum,
         arg_max(struct_pack(value := value, status := status, known_at := known_at, look := look),
                 struct_pack(known_at := known_at, look := look)) as said
  from stored where {where}
  group by source, indicator, area, reference_date, freq, stratum
), alive as (
  select source, indicator, area, reference_date, freq, stratum,
         said.value as value, said.status as status, said.known_at as known_at, said.look as look
  from newest where said.status <> 'withdrawn'
), reach as (
  select indicator, area, freq, stratum, source, max(reference_date) as reached
  from alive group by indicator, area, freq, stratum, source
), heard as (
  select reach.*, row_number() over (
    partition by reach.indicator, reach.area, reach.freq, reach.stratum
    order by reached desc, coalesce(rank.place, 1000), reach.source) as turn
  from reach left join rank on rank.indicator = reach.indicator and rank.source = reach.source
)
select alive.* from alive
join heard using (indicator, area, freq, stratum, source) where turn = 1
"""


class DuckStore:
    """Segments in a folder, named by a ledger; writes need the ledger's fence."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.folder = folder
        self.ledger = ledger
        self.fence = 0
        self._verified: set[str] = set()

    def write(self, rows: Sequence[Observation]) -> list[Segment]:
        """Write rows as a segment file; it exists only when the ledger names it."""
        if not rows:
            return []
        columns = {
            name: (kind, [_naive(cell) for cell in cells])
            for (name, kind), cells in zip(_TYPES.items(), zip(*rows, strict=True), strict=True)
        }
        with Sheet() as sheet:
            sheet.put("stored", columns)
            return [self._segment(sheet.connection, len(rows))]

    def append(self, rows: Sequence[Observation]) -> None:
        """Add observations in a commit of their own."""
        self.ledger.commit(self.fence, new=self.write(rows), at=datetime.now(UTC))

    def revisions(self, as_of: datetime | None = None, **wanted: Unpack[Wanted]) -> list[Observation]:
        """Give every observation known at an instant."""
        where, parameters = _where(as_of, **wanted)
        with self._opened({}) as sheet:
            return _rows(
                sheet, f"select distinct {_NAMES} from stored where {where} order by {_ORDER}", parameters
            )

    def as_of(
        self, as_of: datetime | None = None, *, ranks: Ranks = NO_RANKS, **wanted: Unpack[Wanted]
    ) -> list[Observation]:
        """Give the newest observation of each key, of the source that is heard."""
        where, parameters = _where(as_of, **wanted)
        with self._opened(ranks) as sheet:
            sql = f"select {_NAMES} from ({_AS_OF.format(where=where)}) order by {_ORDER}"
            return _rows(sheet, sql, parameters)

    def sheet(self, as_of: datetime, *, ranks: Ranks = NO_RANKS, **wanted: Unpack[Wanted]) -> Sheet:
        """Give a sheet with the table `observations`: what was known, and nothing else. Not yet locked."""
        where, parameters = _where(as_of, **wanted)
        sheet = self._opened(ranks)
        sheet.ask(f"create table observations as {_AS_OF.format(where=where)}", parameters)
        sheet.ask("drop view stored")
        return sheet

    def vintages(self, as_of: datetime, *, ranks: Ranks = NO_RANKS, **wanted: Unpack[Wanted]) -> Sheet:
        """Give a sheet that `rewind` can take to any instant up to this one. Not yet locked."""
        where, parameters = _where(as_of, **wanted)
        sheet = self._opened(ranks)
        sheet.ask(f"create table told as select distinct {_NAMES} from stored where {where}", parameters)
        sheet.ask("drop view stored")
        sheet.ask("alter table told rename to stored")
        rewind(sheet, as_of)
        return sheet

    def compact(self, now: datetime) -> int:
        """Make many small segments into few, delete long retired files; give the number merged."""
        merged = 0
        for group in _classes(self.ledger.segments()):
            names = [one.name for one in group]
            with Sheet() as sheet:
                self._view(sheet, group)
                made = self._segment(sheet.connection, sum(one.rows for one in group))
            self.ledger.commit(self.fence, new=[made], old=names, at=now)
            merged += len(names)
        self._sweep(now - _GRACE)
        return merged

    def _sweep(self, before: datetime) -> None:
        """Delete segments retired before an instant, and files as old that a kill left unnamed."""
        gone = self.ledger.retired(before)
        self.ledger.forget(gone)
        named = self.ledger.names()
        for file in self.folder.glob("*"):
            left = file.name not in named and file.stat().st_mtime < before.timestamp()
            if left or file.name in gone:
                file.unlink()

    def verify(self) -> list[str]:
        """Give the faults of the live segments; none is good."""
        self._verified.clear()
        faults = []
        for segment in self.ledger.segments():
            try:
                self._checked(segment)
            except Damaged as error:
                faults.append(str(error))
        return faults

    def _segment(self, connection: duckdb.DuckDBPyConnection, rows: int) -> Segment:
        written = files.temporary(self.folder)
        order = "indicator, known_at, area, reference_date, source, look"
        connection.execute(
            f"copy (select {_NAMES} from stored order by {order}) to {_quoted(written)} "
            "(format parquet, compression zstd)"
        )
        sha256 = files.digest(written)
        # The random part keeps a new file apart from a retired one of the same content.
        final = self.folder / f"{sha256[:16]}-{secrets.token_hex(4)}.parquet"
        files.settle(written, final)
        self._verified.add(final.name)
        return Segment(final.name, sha256, rows)

    def _opened(self, ranks: Ranks) -> Sheet:
        places = [(one, source, nth) for one, sources in ranks.items() for nth, source in enumerate(sources)]
        kinds = ("VARCHAR", "VARCHAR", "BIGINT")
        names = ("indicator", "source", "place")
        cells = [list(column) for column in zip(*places, strict=True)] or [[], [], []]
        sheet = Sheet()
        try:
            self._view(sheet, self.ledger.segments())
        except Damaged:
            sheet.connection.close()
            raise
        sheet.put(
            "rank", {name: (kind, column) for name, kind, column in zip(names, kinds, cells, strict=True)}
        )
        return sheet

    def _view(self, sheet: Sheet, segments: Sequence[Segment]) -> None:
        paths = [self._checked(one) for one in segments]
        if paths:
            listed = ", ".join(_quoted(path) for path in paths)
            sheet.connection.execute(f"create view stored as select {_NAMES} from read_parquet([{listed}])")
        else:
            empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in _TYPES.items())
            sheet.connection.execute(f"create view stored as select {empty} where false")

    def _checked(self, segment: Segment) -> Path:
        path = self.folder / segment.name
        if segment.name in self._verified:
            return path
        if not path.exists() or files.digest(path) != segment.sha256:
            raise Damaged(f"segment {segment.name} is gone or changed; run `tilannekuva rebuild`")
        self._verified.add(segment.name)
        return path


def rewind(sheet: Sheet, as_of: datetime) -> None:
    """Make the table `observations` of a sheet of vintages what was known at an instant."""
    where, parameters = _where(as_of)
    sheet.ask(f"create or replace table observations as {_AS_OF.format(where=where)}", parameters)


def empty_sheet() -> Sheet:
    """Give a sheet whose table `observations` holds nothing. Not yet locked."""
    sheet = Sheet()
    sheet.put("observations", {name: (kind, []) for name, kind in _TYPES.items()})
    return sheet


def _classes(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Give the groups of segments of one size class that are due to be merged."""
    groups: dict[int, list[Segment]] = {}
    for one in segments:
        groups.setdefault(int(math.log(max(one.rows, 1), _MERGE)), []).append(one)
    return [group for group in groups.values() if len(group) >= _MERGE]


def _where(
    as_of: datetime | None,
    *,
    indicators: Collection[str] | None = None,
    areas: Collection[str] | None = None,
    source: str | None = None,
    since: date | None = None,
) -> tuple[str, list[Any]]:
    """Give the condition of a question and its parameters."""
    parts, parameters = ["true"], []
    for sql, parameter in (
        ("known_at <= ?", _naive(as_of)),
        ("source = ?", source),
        ("reference_date >= ?", since),
    ):
        if parameter is not None:
            parts.append(sql)
            parameters.append(parameter)
    for name, wanted in (("indicator", indicators), ("area", areas)):
        if wanted is not None:
            parts.append(f"{name} in ({', '.join('?' * len(wanted)) or 'null'})")
            parameters += sorted(wanted)
    return " and ".join(parts), parameters


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _naive(cell: Any) -> Any:  # noqa: ANN401 - any cell of a row
    return cell.astimezone(UTC).replace(tzinfo=None) if isinstance(cell, datetime) else cell


def _rows(sheet: Sheet, sql: str, parameters: list[Any]) -> list[Observation]:
    found = sheet.ask(sql, parameters).rows
    return [Observation._make((*row[:8], row[8].replace(tzinfo=UTC), row[9])) for row in found]
