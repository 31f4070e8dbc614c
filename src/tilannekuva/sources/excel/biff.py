"""Old Excel files (.xls): the cells that hold an error, which the reader of workbooks shows as empty.

An .xls is a small file system (a compound file) with one file in it, a list of records: number, length,
content. Source: Microsoft, [MS-CFB] 2.2-2.6 and [MS-XLS] 2.4.
"""

import struct
from collections.abc import Callable, Iterator

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.excel.grid import Broken
from tilannekuva.sources.wording import AGAIN

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "the workbook is locked with a password; save it without one"
_CUT = f"the workbook is cut or damaged{AGAIN}"
_FREE = 0xFFFFFFFA  # sector numbers from here on are no sectors
_SMALL = 4096  # streams below it lie in the stream of small ones
_BOF, _SHEET, _FORMULA, _BOOL_OR_ERROR, _LOCK = 0x0809, 0x0085, 0x0006, 0x0205, 0x002F
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def broken_xls(body: bytes) -> dict[str, Broken]:
    """Give the cells of each sheet that hold an error; NotUnderstood for a cut or locked file."""
    try:
        files = dict(_files(body))
        if "EncryptedPackage" in files:
            raise NotUnderstood(LOCKED)
        if "Workbook" in files:
            return _broken(files["Workbook"], _name)
        if "Book" in files:  # of Excel 95
            return _broken(files["Book"], _old_name)
        raise NotUnderstood("the file is no workbook; save the table as .xlsx")
    except (struct.error, IndexError, UnicodeDecodeError):
        raise NotUnderstood(_CUT) from None


def _broken(stream: bytes, name: Callable[[bytes], str]) -> dict[str, Broken]:
    sheets: dict[int, str] = {}
    found: dict[str, Broken] = {}
    here: Broken = {}
    for at, kind, content in _records(stream):
        if kind == _LOCK:
            raise NotUnderstood(LOCKED)
        if kind == _BOF:
            here = found.setdefault(sheets[at], {}) if at in sheets else {}
        if kind == _SHEET:
            (begins,) = struct.unpack_from("<I", content)
            sheets[begins] = name(content[6:])
        error = _error(kind, content)
        if error is not None:
            here[struct.unpack_from("<HH", content)] = _ERRORS.get(error, "#N/A")
    return found


def _error(kind: int, content: bytes) -> int | None:
    """Give the number of the error that a record holds, if it holds one."""
    if kind == _BOOL_OR_ERROR and content[7] == 1:
        return content[6]
    if kind == _FORMULA and content[12:14] == b"\xff\xff" and content[6] == 2:  # noqa: PLR2004 - 2 = error
        return content[8]
    return None


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield position, number and content of each record."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _name(content: bytes) -> str:
    n, wide = content[0], content[1] & 1
    return content[2 : 2 + n * 2].decode("utf-16-le") if wide else content[2 : 2 + n].decode("latin-1")


def _old_name(content: bytes) -> str:
    return content[1 : 1 + content[0]].decode("latin-1")


def _files(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file in a compound file."""
    compound = _Compound(body)
    folder = compound.chained(compound.number(48))
    entries = [_entry(folder[at : at + 128]) for at in range(0, len(folder) // 128 * 128, 128)]
    small = compound.chained(entries[0][1])
    small_table = _numbers(compound.chained(compound.number(60)))
    for name, first, length in entries[1:]:
        if length >= _SMALL:
            content = compound.chained(first)
        else:
            parts = _chain(small_table, first) if length else ()
            content = b"".join(small[at * 64 : at * 64 + 64] for at in parts)
        if len(content) < length:
            raise NotUnderstood(_CUT)
        yield name, content[:length]


class _Compound:
    """A file of sectors, chained by a table that itself lies in sectors."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.size = 1 << min(16, struct.unpack_from("<H", body, 30)[0])
        named = list(struct.unpack_from("<109I", body, 76))
        more, seen = self.number(68), 0
        while more < _FREE and seen < len(body) // self.size:  # lists of further sectors of the table
            *rest, more = _numbers(self.sector(more))
            named += rest
            seen += 1
        self.table = _numbers(b"".join(self.sector(one) for one in named if one < _FREE))

    def number(self, at: int) -> int:
        """Give a number of the head."""
        return int(struct.unpack_from("<I", self.body, at)[0])

    def sector(self, number: int) -> bytes:
        """Give a sector; NotUnderstood when the file ends before it does."""
        content = self.body[(number + 1) * self.size : (number + 2) * self.size]
        if len(content) < self.size:
            raise NotUnderstood(_CUT)
        return content

    def chained(self, first: int) -> bytes:
        """Give the content of a chain of sectors."""
        return b"".join(self.sector(one) for one in _chain(self.table, first))


def _numbers(content: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])


def _chain(table: tuple[int, ...], first: int) -> Iterator[int]:
    """Yield the sectors that follow one another; NotUnderstood for a circle."""
    seen = 0
    while first < _FREE:
        yield first
        seen += 1
        if seen > len(table):
            raise NotUnderstood(_CUT)
        first = table[first]


def _entry(content: bytes) -> tuple[str, int, int]:
    """Give name, first sector and length of an entry of the folder."""
    (length,) = struct.unpack_from("<H", content, 64)
    first, size = struct.unpack_from("<II", content, 116)
    if content[66] not in (1, 2, 5):
        return "", _FREE, 0
    return content[: max(0, length - 2)].decode("utf-16-le"), first, size
