"""The landing keeps bytes for good, or says that they are not what was kept."""

from pathlib import Path

import pytest

from tilannekuva.errors import Damaged
from tilannekuva.store.landing import Landing


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing")


def files(landing: Landing) -> list[Path]:
    return [path for path in landing.folder.rglob("*") if path.is_file()]


def test_what_was_kept_is_read(landing: Landing):
    """Bytes are read as they were kept, whatever they are."""
    bodies = [b"", b"\x00\xff", "Hämeenlinna".encode(), b"x" * 1_000_000]
    assert [landing.read(landing.keep(body)) for body in bodies] == bodies


def test_twice_is_once(landing: Landing):
    """Keeping the same bytes twice leaves one file, untouched."""
    name = landing.keep(b"17")
    (file,) = files(landing)
    before = file.stat()
    assert landing.keep(b"17") == name
    assert [path.stat().st_ino for path in files(landing)] == [before.st_ino]
    assert file.stat().st_mtime_ns == before.st_mtime_ns


def test_names(landing: Landing):
    """The names are those of all that was kept, without what a kill left behind."""
    kept = sorted(landing.keep(body) for body in (b"1", b"2", b"3"))
    (landing.folder / kept[0][:2] / ".new-1-abc").write_bytes(b"half")
    assert list(landing.names()) == kept


@pytest.mark.parametrize("body", [b"18", b"", b"17\n"])
def test_changed_bytes_are_damage(landing: Landing, body: bytes):
    """Bytes changed, cut or grown on disk are never read as if they were those kept."""
    name = landing.keep(b"17")
    files(landing)[0].write_bytes(body)
    with pytest.raises(Damaged, match=name):
        landing.read(name)


def test_a_file_that_is_gone_is_damage(landing: Landing):
    """A file that was removed is said to be gone."""
    name = landing.keep(b"17")
    files(landing)[0].unlink()
    with pytest.raises(Damaged, match="gone"):
        landing.read(name)
