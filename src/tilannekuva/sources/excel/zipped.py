"""Workbooks that are zip files (xlsx, ods): is the archive sane, and where do formulas give no value.

The reader of workbooks shows an error such as `#N/A`, and a formula whose value was never saved, as an
empty cell. Both are found here in the sheets' own XML, and so is a far corner before it takes memory.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import IO
from xml.parsers import expat

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.excel.grid import UNCOUNTED, Broken, is_error, place, roomy
from tilannekuva.sources.wording import AGAIN

MAX_BYTES = 200 << 20  # of all parts together, unpacked
MAX_PARTS = 2_000
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_WORKBOOK = "xl/workbook.xml"
_CUT = f"the workbook is cut or damaged{AGAIN}"


def unpacked(body: bytes) -> zipfile.ZipFile:
    """Open an archive whose directory promises no more than we can take; NotUnderstood otherwise."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise NotUnderstood(_CUT) from None
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    if size > MAX_BYTES or len(parts) > MAX_PARTS:
        raise NotUnderstood(
            f"the workbook unpacks to {size >> 20} MB in {len(parts)} parts, at most {MAX_BYTES >> 20} MB in "
            f"{MAX_PARTS} are read; split it"
        )
    return archive


def form(archive: zipfile.ZipFile) -> str:
    """Tell what kind of workbook an archive is: `xlsx`, `ods`; NotUnderstood when it is neither."""
    names = set(archive.namelist())
    if _WORKBOOK in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        with _opened(archive, "mimetype") as mimetype:
            if mimetype.read(100).startswith(ODS):
                return "ods"
    raise NotUnderstood("the file is a zip, but no workbook; save the table as .xlsx")


def broken_xlsx(archive: zipfile.ZipFile) -> dict[str, Broken]:
    """Give the cells of each sheet that hold an error or a formula without a value."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def related(name: str, marks: dict[str, str]) -> None:
        if name == "Relationship":
            targets[marks.get("Id", "")] = marks.get("Target", "")

    def listed(name: str, marks: dict[str, str]) -> None:
        if name == "sheet":
            link = next((mark for key, mark in marks.items() if key.rpartition(":")[2] == "id"), "")
            sheets[marks.get("name", "")] = targets.get(link, "")

    _walk(archive, "xl/_rels/workbook.xml.rels", start=related)
    _walk(archive, _WORKBOOK, start=listed)
    parts = {name: target.removeprefix("/xl/").removeprefix("xl/") for name, target in sheets.items()}
    return {name: _Sheet(name).read(archive, f"xl/{part}") for name, part in parts.items() if part}


class _Sheet:
    """Walks one sheet of an xlsx: `<row><c r="B7" t="e"><f>NA()</f><v>#N/A</v></c></row>`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.broken: Broken = {}
        self._row, self._column = -1, -1
        self._kind, self._text = "", ""
        self._has_formula = self._in_value = False

    def read(self, archive: zipfile.ZipFile, part: str) -> Broken:
        _walk(archive, part, start=self._start, end=self._end, text=self._said)
        return self.broken

    def _start(self, name: str, marks: dict[str, str]) -> None:
        if name == "c":
            at = place(marks["r"]) if "r" in marks else None
            self._row, self._column = at or (max(self._row, 0), self._column + 1)
            self._kind, self._text, self._has_formula = marks.get("t", ""), "", False
        elif name == "row":
            self._row = int(marks["r"]) - 1 if marks.get("r", "").isdigit() else self._row + 1
            self._column = -1
        elif name == "f":
            self._has_formula = True
        elif name in ("v", "is"):
            self._in_value = True

    def _said(self, text: str) -> None:
        if self._in_value:
            self._text += text

    def _end(self, name: str) -> None:
        if name in ("v", "is"):
            self._in_value = False
        if name != "c":
            return
        if self._text or self._has_formula:
            roomy(self.name, self._row, self._column)
        if self._kind == "e":
            self.broken[self._row, self._column] = self._text or UNCOUNTED
        elif self._has_formula and not self._text and self._kind != "str":
            self.broken[self._row, self._column] = UNCOUNTED


def broken_ods(archive: zipfile.ZipFile) -> dict[str, Broken]:
    """Give the cells of each sheet that hold an error or a formula without a value."""
    tables = _Tables()
    _walk(archive, "content.xml", start=tables.start, end=tables.end, text=tables.said)
    return tables.broken


class _Tables:
    """Walks the sheets of an ods, where a cell or row may stand for many equal ones."""

    def __init__(self) -> None:
        self.broken: dict[str, Broken] = {}
        self._name = ""
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._marks: dict[str, str] = {}
        self._text = ""
        self._last = -1  # last column of the row that holds anything

    def start(self, name: str, marks: dict[str, str]) -> None:
        """Begin a sheet, a row or a cell."""
        plain = {key.rpartition(":")[2]: mark for key, mark in marks.items()}
        if name == "table":
            self._name, self._row, self._rows = plain.get("name", ""), 0, 0
            self.broken[self._name] = {}
        elif name == "table-row":
            self._rows = _times(plain, "number-rows-repeated")
            self._column, self._last = 0, -1
        elif name in ("table-cell", "covered-table-cell"):
            self._columns = _times(plain, "number-columns-repeated")
            kinds = [mark for key, mark in marks.items() if key == "calcext:value-type"]
            self._marks, self._text = plain | {"kind": kinds[0] if kinds else ""}, ""

    def said(self, text: str) -> None:
        """Hear what a cell shows."""
        self._text += text

    def end(self, name: str) -> None:
        """End a row or a cell."""
        if name == "table-row":
            if self._last >= 0:
                roomy(self._name, self._row + self._rows - 1, self._last)
            self._row += self._rows
        elif name in ("table-cell", "covered-table-cell"):
            self._cell()
            self._column += self._columns

    def _cell(self) -> None:
        shown = self._text.strip()
        if not shown and "formula" not in self._marks and "value-type" not in self._marks:
            return
        self._last = self._column + self._columns - 1
        roomy(self._name, self._row + self._rows - 1, self._last)
        text = ""
        if self._marks["kind"] == "error" or ("formula" in self._marks and is_error(shown)):
            text = shown or UNCOUNTED
        elif "formula" in self._marks and "value-type" not in self._marks:
            text = UNCOUNTED
        if text:
            self.broken[self._name][self._row, self._column] = text


def _times(marks: dict[str, str], name: str) -> int:
    text = marks.get(name, "1")
    return max(1, int(text)) if re.fullmatch(r"\d{1,9}", text) else 1


def _opened(archive: zipfile.ZipFile, part: str) -> IO[bytes]:
    try:
        return archive.open(part)
    except (KeyError, RuntimeError, zipfile.BadZipFile, NotImplementedError):
        raise NotUnderstood(_CUT) from None


def _walk(
    archive: zipfile.ZipFile,
    part: str,
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Hear each tag (without its prefix) of one part; NotUnderstood when it is no sound XML."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = lambda name, marks: start(name.rpartition(":")[2], marks)
    if end:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text:
        parser.CharacterDataHandler = text
    try:
        with _opened(archive, part) as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError):
        raise NotUnderstood(_CUT) from None


def _no_doctype(*_: object) -> None:
    raise NotUnderstood("the workbook declares a document type, which no spreadsheet does; save it anew")
