"""How looks stand in the ledger: one row each time a source was asked."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime
from typing import Any

from tilannekuva.domain.looks import Look

NAMES = tuple(field.name for field in fields(Look))
COLUMNS = ", ".join(NAMES)
INSERT = f"insert into look ({COLUMNS}) values ({', '.join('?' * len(NAMES))})"


def written(at: datetime) -> str:
    """Write an instant so that texts sort as instants do."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def row(one: Look) -> tuple[Any, ...]:
    """Give a look as cells."""
    return tuple(_cell(cell) for cell in astuple(one))


def look(cells: Sequence[Any]) -> Look:
    """Give the look of a row."""
    found = dict(zip(NAMES, cells, strict=True))
    not_before = found["not_before"] and datetime.fromisoformat(found["not_before"])
    instants = {
        "landed_at": datetime.fromisoformat(found["landed_at"]),
        "not_before": not_before or None,
    }
    return Look(**found | instants | {"accepted": bool(found["accepted"])})


def _cell(given: Any) -> Any:  # noqa: ANN401 - any field of a look
    return written(given) if isinstance(given, datetime) else "" if given is None else given
