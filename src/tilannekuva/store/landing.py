"""The landing: raw bytes as they came, named by their SHA-256, never changed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from tilannekuva.errors import Damaged
from tilannekuva.store import files


class Landing:
    """A folder of immutable files, `ab/abcdef…`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, body: bytes) -> str:
        """Keep bytes durably and give their name; keeping twice is keeping once."""
        name = hashlib.sha256(body).hexdigest()
        file = self._file(name)
        if not file.exists() or files.digest(file) != name:  # the right bytes mend a damaged file
            files.write(file, body)
        return name

    def read(self, name: str) -> bytes:
        """Give the bytes of a name; Damaged when they are gone or not what was kept."""
        try:
            body = self._file(name).read_bytes()
        except FileNotFoundError:
            raise Damaged(f"{self.folder.name} {name} is gone; restore it from a backup") from None
        if hashlib.sha256(body).hexdigest() != name:
            raise Damaged(
                f"{self.folder.name} {name} holds other bytes than were kept; restore it from a backup"
            )
        return body

    def size(self, name: str) -> int | None:
        """Give the number of bytes that are kept under a name; None when they are gone."""
        file = self._file(name)
        return file.stat().st_size if file.exists() else None

    def names(self) -> Iterator[str]:
        """Yield the names of all kept files."""
        yield from (file.name for file in sorted(self.folder.glob("??/*")) if not file.name.startswith("."))

    def _file(self, name: str) -> Path:
        return self.folder / name[:2] / name
