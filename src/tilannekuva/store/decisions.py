"""How decisions stand in the ledger: one row each time one was told otherwise, with a checksum of its own.

A row's cells are texts; what has parts (measures, expected effect, review) is a list as JSON.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from pydantic import TypeAdapter

from tilannekuva.domain.decisions import Decision, Expected, Measure, Review

_NAMES = Decision._fields
SCHEMA = f"""create table if not exists decision_version (
  {", ".join(f"{name} text not null" for name in _NAMES if name != "look")},
  look integer not null references look (seq), sha256 text not null,
  primary key (source, id, case_number, look))"""
INSERT = (
    f"insert or ignore into decision_version ({', '.join(_NAMES)}, sha256) "
    f"values ({', '.join('?' * (len(_NAMES) + 1))})"
)
SELECT = f"select {', '.join(_NAMES)} from decision_version"
SELECT_WHOLE = SELECT.replace(" from", ", sha256 from")
_DAYS = ("taken_on", "effective_from", "effective_to", "review_on")
_INSTANTS = ("published_at", "known_at")
_PARTS: dict[str, TypeAdapter[Any]] = {
    "measures": TypeAdapter(tuple[Measure, ...]),
    "expected": TypeAdapter(Expected | None),
    "review": TypeAdapter(Review | None),
}


def row(one: Decision) -> tuple[Any, ...]:
    """Give a decision as cells and their checksum."""
    cells = tuple(_cell(name, cell) for name, cell in zip(_NAMES, one, strict=True))
    return *cells, digest(cells)


def digest(cells: Sequence[Any]) -> str:
    """Give the SHA-256 of a row's cells."""
    return hashlib.sha256("\x1f".join(str(cell) for cell in cells).encode()).hexdigest()


def decision(cells: Sequence[Any]) -> Decision:
    """Give the decision of a row."""
    named: dict[str, Any] = dict(zip(_NAMES, cells, strict=True))
    named |= {name: date.fromisoformat(named[name]) if named[name] else None for name in _DAYS}
    named |= {name: datetime.fromisoformat(named[name]) if named[name] else None for name in _INSTANTS}
    return Decision(**named | {name: kind.validate_json(named[name]) for name, kind in _PARTS.items()})


def _cell(name: str, given: Any) -> Any:  # noqa: ANN401 - any field of a decision
    if name in _PARTS:
        return _PARTS[name].dump_json(given).decode()
    if isinstance(given, datetime):
        return given.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if given is None or isinstance(given, date):
        return "" if given is None else given.isoformat()
    return given
