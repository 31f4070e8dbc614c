"""What the other processes of test_processes do: `drivers.py read|write FOLDER`."""

import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tilannekuva.domain.looks import Look
from tilannekuva.domain.observations import Observation
from tilannekuva.errors import Busy
from tilannekuva.store.duckdb import DuckStore
from tilannekuva.store.ledger import Ledger

N_LOOKS, N_ROWS = 48, 3
_FIRST = datetime(2021, 3, 1, tzinfo=UTC)
_SECONDS = 120


def opened(folder: Path) -> DuckStore:
    """Open the store of a folder."""
    return DuckStore(folder / "segments", Ledger(folder / "ledger.sqlite"))


def append(store: DuckStore, seq: int) -> None:
    """Commit a look with its rows, then merge what is due, as the recorder does."""
    at = _FIRST + timedelta(hours=seq)
    look = Look(seq, "a", at, "ok", news=N_ROWS)
    rows = [
        Observation("a", "cases", "country:FI", date(2021, 2, day), "day", "all", seq, "normal", at, seq)
        for day in range(1, N_ROWS + 1)
    ]
    store.ledger.commit(store.fence, looks=[look], new=store.write(rows), at=datetime.now(UTC))
    store.compact(datetime.now(UTC))


def write(folder: Path) -> None:
    """Append every look that is not there yet, as the right to write comes and goes."""
    store = opened(folder)
    while store.ledger.next_seq() <= N_LOOKS:
        try:
            store.fence = store.ledger.lease("update", datetime.now(UTC))
        except Busy:
            time.sleep(0.005)
            continue
        seq = store.ledger.next_seq()
        if seq <= N_LOOKS:
            append(store, seq)
            print(seq, flush=True)  # noqa: T201 - what it did
        store.ledger.release(store.fence)
        time.sleep(0.005)


def read(folder: Path) -> None:
    """Ask until all looks are there; each answer must be whole looks without a gap, ever more."""
    seen, until = 0, time.monotonic() + _SECONDS
    while seen < N_LOOKS and time.monotonic() < until:
        begun = time.monotonic()
        looks = [row.look for row in opened(folder).revisions()]
        whole = sorted(list(range(1, max(looks, default=0) + 1)) * N_ROWS)
        assert sorted(looks) == whole, looks
        assert len(looks) // N_ROWS >= seen, "an answer was forgotten"
        seen = len(looks) // N_ROWS
        print(seen, time.monotonic() - begun, flush=True)  # noqa: T201 - what it got


if __name__ == "__main__":
    {"read": read, "write": write}[sys.argv[1]](Path(sys.argv[2]))
