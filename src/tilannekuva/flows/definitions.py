"""Definitions: which were changed between two instants, and when and in what one indicator was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tilannekuva.domain.definitions import read
from tilannekuva.domain.indicators import Indicator
from tilannekuva.flows.workspace import Workspace

Part = Literal["formula", "levels", "sources", "texts"]
_PARTS: dict[Part, set[str]] = {
    "formula": {"sql", "inputs", "history_days", "kind", "freq", "unit"},
    "levels": {"levels", "good_direction", "noticeable"},
    "sources": {"sources", "visibility"},
}


@dataclass(frozen=True, slots=True)
class Redefinition:
    """A definition that took another's place: since when it holds, and which parts of it are new."""

    known_at: datetime
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Redefined:
    """A definition (kind `indicator` or `recipe`) whose text is another one, since when."""

    kind: str
    id: str
    known_at: datetime


def redefined(workspace: Workspace, since: datetime, as_of: datetime) -> list[Redefined]:
    """Give the indicators and recipes whose text is another one, the newest first."""
    was = workspace.ledger.definitions(as_of=since)
    found = [
        Redefined(one.kind, one.id, one.known_at)
        for key, one in workspace.ledger.definitions(as_of=as_of).items()
        if one.kind in ("indicator", "recipe") and key in was and was[key].sha256 != one.sha256
    ]
    return sorted(found, key=lambda one: one.known_at, reverse=True)


def redefinitions(workspace: Workspace, indicator: str, as_of: datetime) -> tuple[Redefinition, ...]:
    """Give the changes of an indicator's definition known at an instant, the newest first."""
    return tuple(_found(workspace, indicator, as_of))


def _found(workspace: Workspace, indicator: str, as_of: datetime) -> Iterator[Redefinition]:
    key = ("indicator", indicator)
    one = workspace.ledger.definitions(as_of=as_of).get(key)
    while one:
        # The first definition holds for all time before it: there is none earlier than its own instant.
        before = workspace.ledger.definitions(as_of=one.known_at - timedelta(microseconds=1)).get(key)
        if before is None or before.known_at >= one.known_at:
            return
        texts = [workspace.landing.read(sha).decode() for sha in (before.sha256, one.sha256)]
        yield Redefinition(
            one.known_at, _differing(*(read(text, f"{indicator}.toml", Indicator) for text in texts))
        )
        one = before


def _differing(before: Indicator, after: Indicator) -> tuple[Part, ...]:
    names = {name for name in Indicator.model_fields if getattr(before, name) != getattr(after, name)}
    parts: list[Part] = [part for part, fields in _PARTS.items() if names & fields]
    if names - set().union(*_PARTS.values()):
        parts.append("texts")
    return tuple(parts)
