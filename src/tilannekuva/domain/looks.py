"""Looks: each time a source was asked, what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["ok", "unchanged", "partial", "refused", "failed"]
GOOD: tuple[Outcome, ...] = ("ok", "unchanged", "partial")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source gave: bytes, and where and how they came."""

    source_id: str
    body: bytes
    url: str = ""
    media_type: str = ""
    etag: str = ""
    last_modified: str = ""
    not_modified: bool = False
    pages: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One row of the ledger; `landed_at` never runs backwards within a source."""

    seq: int
    source_id: str
    landed_at: datetime
    outcome: Outcome
    sha256: str = ""
    url: str = ""
    media_type: str = ""
    etag: str = ""
    last_modified: str = ""
    definition: str = ""
    rows: int = 0
    news: int = 0
    withdrawn: int = 0
    accepted: bool = False
    message: str = ""
    not_before: datetime | None = None


Condition = Literal["fresh", "late", "refused", "failing", "never"]


@dataclass(frozen=True, slots=True)
class Health:
    """How a source fares at an instant, measured against its own rhythm."""

    source_id: str
    condition: Condition
    last_look_at: datetime | None
    last_good_at: datetime | None
    last_news_at: datetime | None
    due_at: datetime | None
    message: str
