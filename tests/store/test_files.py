"""What is written survives a power cut: the order of fsync and rename is the whole trick."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tilannekuva.store import files
from tilannekuva.store.ledger import Ledger

FULL = 2


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Watch the calls that make a file durable; each is still done."""
    seen: list[str] = []

    def name(path: Path) -> str:
        return "temporary" if path.name.startswith(".new-") else str(path.relative_to(tmp_path))

    def watched(verb: str, deed: Callable[..., Any], told: Callable[[Any], Path]) -> Callable[..., Any]:
        def done(first: Any, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 - any call
            seen.append(f"{verb} {name(told(first))}")
            return deed(first, *rest, **named)

        return done

    fsynced = watched("fsync", os.fsync, lambda handle: Path(f"/proc/self/fd/{handle}").readlink())
    monkeypatch.setattr(os, "fsync", fsynced)
    monkeypatch.setattr(Path, "rename", watched("rename", Path.rename, lambda path: path))
    monkeypatch.setattr(Path, "write_bytes", watched("write", Path.write_bytes, lambda path: path))
    return seen


def test_order(calls: list[str], tmp_path: Path):
    """A file is written, fsynced, renamed, and its folder fsynced, in this order."""
    files.write(tmp_path / "17", b"17")
    assert calls == ["write temporary", "fsync temporary", "rename temporary", "fsync ."]
    assert (tmp_path / "17").read_bytes() == b"17"


def test_new_folders(calls: list[str], tmp_path: Path):
    """A new folder lasts too: its parent is fsynced before anything is written into it."""
    files.write(tmp_path / "landing" / "ab" / "17", b"17")
    written = ["write temporary", "fsync temporary", "rename temporary", "fsync landing/ab"]
    assert calls == ["fsync .", "fsync landing", *written]


def test_nothing_is_left_over(tmp_path: Path):
    """After writing there is the file and nothing else."""
    files.write(tmp_path / "17", b"17")
    assert [path.name for path in tmp_path.iterdir()] == ["17"]


def test_the_ledger_is_synchronous(tmp_path: Path):
    """A commit of the ledger waits for the disk and blocks no reader."""
    ledger = Ledger(tmp_path / "ledger.sqlite")
    asked = [ledger._all(f"pragma {name}")[0][0] for name in ("synchronous", "journal_mode")]  # noqa: SLF001 - set on the connection alone
    assert asked == [FULL, "wal"]
    ledger.close()
