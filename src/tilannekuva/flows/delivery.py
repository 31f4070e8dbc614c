"""Deliveries over HTTP: kept durably at the head of the queue, and asked after by their receipts.

Nothing is read or recorded here: any server may keep a delivery, also one that
only shows; whoever updates the workspace takes it.
"""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from tilannekuva.access.audit import Audit
from tilannekuva.access.tokens import Token
from tilannekuva.domain.looks import GOOD, Look
from tilannekuva.errors import BadInput, UnknownSource
from tilannekuva.flows import inbox, tokens
from tilannekuva.flows.entrance import by_token, note
from tilannekuva.flows.workspace import Workspace
from tilannekuva.store import files

_MOST_WAITING = 100  # deliveries of one source; with more of them nobody seems to take any
_PIECE = 1 << 20  # bytes that are unpacked at a time
_GZIP = 31  # how zlib is told to expect a gzip header
_ENDINGS = {"csv": ".csv", "json": ".json", "ndjson": ".ndjson", "json-stat": ".json", "sheet": ".xlsx"}


@dataclass(slots=True)
class Arrival:
    """A delivery under way: part of the queue only once it is whole and kept."""

    path: Path
    limit: int
    packed: bool = False
    size: int = 0
    _written: Path = field(init=False)
    _file: BinaryIO = field(init=False)
    _unpacker: "zlib._Decompress" = field(default_factory=lambda: zlib.decompressobj(_GZIP))

    def __enter__(self) -> Self:
        self._written = files.temporary(self.path.parent)
        self._file = self._written.open("wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._written.unlink(missing_ok=True)

    @property
    def is_too_large(self) -> bool:
        """Whether more came than may: the rest is not worth reading."""
        return self.size > self.limit

    def write(self, piece: bytes) -> None:
        """Take a piece as it came; BadInput when it is not packed as was said."""
        for plain in self._unpacked(piece) if self.packed else (piece,):
            self.size += len(plain)
            if not self.is_too_large:
                self._file.write(plain)

    def keep(self) -> str:
        """Make the delivery part of the queue, durably, and give its receipt; BadInput unless it is whole."""
        if self.packed and self.size and not self._unpacker.eof:
            raise BadInput("the body breaks off: its gzip has no end; send it again")
        if not self.size:
            raise BadInput("the body is empty: send the file itself as the body")
        self._file.close()
        files.settle(self._written, self.path)
        return self.path.stem

    def _unpacked(self, piece: bytes) -> Iterator[bytes]:
        """Yield what a packed piece holds, a little at a time: a few bytes may hold gigabytes."""
        while piece and not self.is_too_large:
            if self._unpacker.eof:  # one packed part may follow another
                self._unpacker = zlib.decompressobj(_GZIP)
            try:
                yield self._unpacker.decompress(piece, _PIECE)
            except zlib.error:
                raise BadInput("the body is not gzip, though its Content-Encoding says so") from None
            piece = self._unpacker.unconsumed_tail or self._unpacker.unused_data.lstrip(b"\0")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where deliveries are handed in."""

    workspace: Workspace

    def opened(self, token: str, now: datetime) -> Token | None:
        """Give what a token opens now, None when it opens nothing."""
        return tokens.opened(self.workspace, token, now)

    def note(self, token: Token, receipt: str, *, origin: str, now: datetime) -> None:
        """Write into the log what was handed in with a token."""
        what = f"{token.of} {receipt}"
        note(Audit(self.workspace.book), by_token(token, origin), "deliver", what, now=now)

    def arrival(self, source_id: str, *, packed: bool) -> Arrival:
        """Begin a delivery; UnknownSource when its source takes none."""
        problem = inbox.against(self.workspace, source_id)
        if problem:
            raise UnknownSource(problem)
        fetch = self.workspace.source(source_id).fetch
        name = inbox.receipt() + _ENDINGS.get(fetch.format, "")
        folder = inbox.folder_of(self.workspace, source_id) / inbox.TAKEN
        return Arrival(folder / name, fetch.max_mb << 20, packed=packed)

    def deliver(self, source_id: str, body: bytes, receipt: str) -> None:
        """Keep what a form of ours was filled with, once however often it is handed in under one receipt."""
        if self.has(source_id, receipt):
            return
        with self.arrival(source_id, packed=False) as arrival:
            arrival.path = arrival.path.with_stem(receipt)
            arrival.write(body)
            arrival.keep()

    def has(self, source_id: str, receipt: str) -> bool:
        """Whether something was handed in under a receipt, recorded or not."""
        with suppress(BadInput):
            self.outcome(source_id, receipt)
            return True
        return False

    def is_full(self, source_id: str) -> bool:
        """Whether so many deliveries wait that nobody seems to take them."""
        return len(inbox.waiting_in(inbox.folder_of(self.workspace, source_id))) >= _MOST_WAITING

    def outcome(self, source_id: str, receipt: str) -> Look | None:
        """Give the look at a delivery, None while it waits; BadInput when there was no such delivery."""
        folder = inbox.folder_of(self.workspace, source_id)
        # In this order: what is put away between the two questions has been recorded before it.
        waits = any(one.name.startswith(receipt) for one in inbox.waiting_in(folder))
        look = self.workspace.ledger.look_at(source_id, inbox.address(receipt))
        if look is None and not waits:
            raise BadInput(f"no delivery has the receipt '{receipt[:40]}'")
        return look

    def sheet(self, source_id: str, receipt: str) -> bytes | None:
        """Give the sheet that goes back to whoever delivered it; None where there is none."""
        folder = inbox.folder_of(self.workspace, source_id)
        file = inbox.sheet_of(folder / inbox.TAKEN / receipt)
        return file.read_bytes() if file.is_file() else None


def is_good(look: Look) -> bool:
    """Whether a delivery was taken, if not every row of it."""
    return look.outcome in GOOD
