"""Files that are there whole or not at all, also after a power cut.

Order: write under a temporary name, fsync, rename, fsync of the folder. A new
folder is a file's name in its parent, so that parent is fsynced as well.
"""

import hashlib
import os
import secrets
from pathlib import Path


def digest(file: Path) -> str:
    """Give the SHA-256 of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def make(folder: Path) -> None:
    """Make a folder and those above it, durably."""
    if not folder.exists():
        make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def temporary(folder: Path) -> Path:
    """Name a temporary file in a folder, which is made if need be; a kill may leave it behind."""
    make(folder)
    return folder / f".new-{os.getpid()}-{secrets.token_hex(4)}"


def settle(written: Path, final: Path) -> None:
    """Give a written temporary file its lasting name, durably."""
    _sync(written)
    written.rename(final)
    _sync(final.parent)


def write(final: Path, body: bytes) -> None:
    """Write a new file durably."""
    written = temporary(final.parent)
    written.write_bytes(body)
    settle(written, final)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
