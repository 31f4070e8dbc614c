"""Many processes at one workspace: readers never wait for the writer, writers never double."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from drivers import N_LOOKS, N_ROWS, append, opened

SLOW = 3.0  # seconds for one answer on a busy machine; a reader that waits for the writer takes longer


def start(verb: str, folder: Path) -> subprocess.Popen[str]:
    """Start another process."""
    command = [sys.executable, str(Path(__file__).with_name("drivers.py")), verb, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> list[list[float]]:
    """Give the numbers that a process printed, line by line; it must have ended well."""
    out, err = process.communicate(timeout=150)
    assert (process.returncode, err) == (0, "")
    return [[float(cell) for cell in line.split()] for line in out.splitlines()]


def test_readers_are_not_held_up(tmp_path: Path):
    """While a writer holds the right, appends and merges, readers get whole looks at once, and no error."""
    store = opened(tmp_path)
    store.fence = store.ledger.lease("serve", datetime.now(UTC))
    readers = [start("read", tmp_path) for _ in range(2)]
    for seq in range(1, N_LOOKS + 1):
        append(store, seq)
        time.sleep(0.04)
    for reader in readers:
        answers = said(reader)
        assert len({seen for seen, _ in answers}) > 5
        assert max(seconds for _, seconds in answers) < SLOW
    store.ledger.close()


def test_a_reader_does_not_wait_for_an_open_transaction(tmp_path: Path):
    """A reader gets the last committed answer while a commit is under way."""
    store, other = opened(tmp_path), opened(tmp_path)
    store.fence = store.ledger.lease("serve", datetime.now(UTC))
    append(store, 1)
    with store.ledger._transaction():  # noqa: SLF001 - a commit held open
        begun = time.monotonic()
        assert len(other.revisions()) == N_ROWS
        assert time.monotonic() - begun < SLOW
    store.ledger.close()
    other.ledger.close()


def test_four_writers_have_one_effect(tmp_path: Path):
    """Four processes that append the same batches append each once."""
    writers = [start("write", tmp_path) for _ in range(4)]
    written = [int(line[0]) for writer in writers for line in said(writer)]
    store = opened(tmp_path)
    assert sorted(written) == list(range(1, N_LOOKS + 1))
    assert [look.seq for look in store.ledger.looks()] == list(range(1, N_LOOKS + 1))
    assert sum(segment.rows for segment in store.ledger.segments()) == N_LOOKS * N_ROWS
    assert len(store.revisions()) == N_LOOKS * N_ROWS
    assert store.verify() == []
    store.ledger.close()
