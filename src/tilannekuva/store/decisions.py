"""How decisions stand in the ledger: one row each time one was told otherwise, with a checksum of its own."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from tilannekuva.domain.decisions import Decision

_NAMES = Decision._fields
SCHEMA = f"""create table if not exists decision (
  {", ".join(f"{name} text not null" for name in _NAMES[:-1])},
  look integer not null references look (seq), sha256 text not null,
  primary key (source, id, case_number, look))"""
INSERT = f"insert or ignore into decision values ({', '.join('?' * (len(_NAMES) + 1))})"
SELECT = f"select {', '.join(_NAMES)} from decision"
_DAYS = ("taken_on", "effective_from", "effective_to")
_INSTANTS = ("published_at", "known_at")


def row(one: Decision) -> tuple[Any, ...]:
    """Give a decision as cells and their checksum."""
    cells = tuple(_cell(cell) for cell in one)
    return *cells, digest(cells)


def digest(cells: Sequence[Any]) -> str:
    """Give the SHA-256 of a row's cells."""
    return hashlib.sha256("\x1f".join(str(cell) for cell in cells).encode()).hexdigest()


def decision(cells: Sequence[Any]) -> Decision:
    """Give the decision of a row."""
    named: dict[str, Any] = dict(zip(_NAMES, cells, strict=True))
    named |= {name: date.fromisoformat(named[name]) if named[name] else None for name in _DAYS}
    named |= {name: datetime.fromisoformat(named[name]) if named[name] else None for name in _INSTANTS}
    return Decision(**named | {"strength": int(named["strength"]) if named["strength"] else None})


def _cell(given: Any) -> Any:  # noqa: ANN401 - any field of a decision
    if isinstance(given, datetime):
        return given.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if given is None or isinstance(given, date):
        return "" if given is None else given.isoformat()
    return given
