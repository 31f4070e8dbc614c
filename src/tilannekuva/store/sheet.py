"""A sheet: a small SQL engine under lock that holds just the tables put into it.

Recipes and indicators come from other people, so their SQL runs where it can
reach no file, network, setting or table beyond those it is given.
"""

import json
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import duckdb

from tilannekuva.errors import BadDefinition
from tilannekuva.store import lines

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": "1",
    "memory_limit": "256MB",
    "temp_directory": "",  # nothing is spilled to disk
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_unsigned_extensions": "false",
    "allow_persistent_secrets": "false",
}
# What a sheet may use that reads large files while it works. The engine keeps what it has read until the
# limit: a low one keeps memory flat however many files there are. Four buffers a thread are enough.
_THREADS = min(4, os.cpu_count() or 1)
_STREAMING: dict[str, str | bool | int | float | list[str]] = {
    "threads": str(_THREADS),
    "memory_limit": f"{max(64, 32 * _THREADS)}MB",
    "preserve_insertion_order": "false",  # SQL says which order it wants
}
Columns = Mapping[str, tuple[str, Sequence[Any]]]


class Result(NamedTuple):
    """Names and rows of what a query gave."""

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Sheet:
    """A locked in-memory engine; tables are put in before `lock`, asked after it."""

    def __init__(self, *, seconds: float = 10, streaming: bool = False) -> None:
        settings = _SETTINGS | _STREAMING if streaming else _SETTINGS
        self.connection = duckdb.connect(":memory:", config=settings)
        self._seconds = seconds
        self._clock = threading.Timer(seconds, self.connection.interrupt)
        self._clock.daemon = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clock.cancel()
        self.connection.close()

    def put(self, name: str, columns: Columns) -> None:
        """Add a table from columns: name -> (SQL type, cells)."""
        picks = ", ".join(
            f'cast(unnest(${nth}) as {kind}) as "{column}"'
            for nth, (column, (kind, _)) in enumerate(columns.items(), 1)
        )
        self.connection.execute(
            f'create table "{name}" as select {picks}', [list(cells) for _, cells in columns.values()]
        )

    def stream(self, name: str, files: lines.Files, *, delimiter: str, keep: Sequence[str] = ()) -> None:
        """Add a view of text files, read line by line while a query runs, with columns never guessed.

        These files stay the only ones that can be reached.
        """
        self.connection.execute("set enable_progress_bar = false")
        self.connection.execute(f"set allowed_paths = {lines.listed(files)}")
        sql = lines.select(files, delimiter=delimiter, keep=keep)
        self.connection.execute(f'create view "{name}" as {sql}')

    def broken(self) -> list[tuple[str, int, str]]:
        """Give file, line and text of the lines that queries over streamed files left out."""
        return [(path, line, text or "") for path, line, text in self.ask(lines.BROKEN).rows]

    def reads(self, sql: str) -> set[str]:
        """Name the tables and table functions that a query reads; BadDefinition when it is no query."""
        parsed = json.loads(self.ask("select json_serialize_sql(?)", [sql]).rows[0][0])
        if parsed["error"]:
            raise BadDefinition(f"{parsed['error_message']} in: {' '.join(sql.split())[:160]}")
        there = {row[0] for row in self.ask("select table_name from information_schema.tables").rows}
        parts = {name for part in _nodes(parsed) for name in _cte_names(part)}
        return {name for part in _nodes(parsed) for name in _sources(part)} - (parts - there)

    def parquet(self, name: str) -> bytes:
        """Give a table as a Parquet file."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "table.parquet"
            where = lines.quoted(str(file))
            self.connection.execute(f'copy "{name}" to {where} (format parquet, compression zstd)')
            return file.read_bytes()

    def lock(self) -> None:
        """Shut files, network and settings for good, in the order the engine demands; start the clock."""
        self.connection.execute("set enable_external_access = false")
        self.connection.execute("set lock_configuration = true")
        self._clock.start()

    def ask(self, sql: str, parameters: Sequence[str | float | date] = ()) -> Result:
        """Run one query; BadDefinition says what is wrong with it or that it took too long."""
        late = BadDefinition(f"the SQL took longer than {self._seconds:g} seconds: {sql.strip()[:80]}")
        if self._clock.finished.is_set():  # time ran out between two queries
            raise late
        try:
            done = self.connection.execute(sql, list(parameters))
            return Result(tuple(one[0] for one in done.description or ()), done.fetchall())
        except duckdb.InterruptException:
            raise late from None
        except duckdb.Error as error:
            raise BadDefinition(f"{str(error).splitlines()[0]} in: {' '.join(sql.split())[:160]}") from None


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a parsed query, nested without end
    if isinstance(tree, dict):
        yield tree
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _nodes(child)


def _sources(node: dict[str, Any]) -> Iterator[str]:
    if node.get("type") == "BASE_TABLE":
        yield node["table_name"]
    if node.get("type") == "TABLE_FUNCTION":
        yield f"{node['function']['function_name']}()"


def _cte_names(node: dict[str, Any]) -> Iterator[str]:
    yield from (part["key"] for part in node.get("cte_map", {}).get("map", ()))
