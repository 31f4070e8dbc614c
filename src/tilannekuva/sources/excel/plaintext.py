"""Joint sheets as text: a form, a program or KoBo sends the same columns as CSV."""

import csv
import io

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.decoding import characters
from tilannekuva.sources.excel.faults import Fault, Unfit
from tilannekuva.sources.excel.grid import Grid, address
from tilannekuva.sources.excel.persons import is_personal
from tilannekuva.sources.wording import AGAIN

_DELIMITERS = ";,\t"
_TEXTS = ("csv", "json", "ndjson", "json-stat")


def is_text(body: bytes) -> bool:
    """Whether a delivery is a table as text, by its first line: no workbook, web page or JSON."""
    head = body.lstrip()[:4096].removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
    is_table = any(one.encode() in head for one in _DELIMITERS)
    return is_table and head[:1] not in (b"<", b"{", b"[") and not any(byte in head for byte in b"\0\x03\x04")


def grid_of(body: bytes) -> Grid:
    """Read a table as text; raises NotUnderstood for a cut last line or a ragged row."""
    text = _text(body)
    if not text.endswith(("\n", '"')):
        raise NotUnderstood(f"the answer breaks off in the middle of its last line{AGAIN}")
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [row for row in lines if row]
    except csv.Error as error:
        raise NotUnderstood(f"the answer is no CSV: {error}{AGAIN}") from None
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise NotUnderstood(
                f"line {number} has {len(row)} cells where the header has {len(rows[0])}{AGAIN}"
            )
    return Grid("", is_hidden=False, rows=rows, broken={})


def no_persons(body: bytes, form: str) -> None:
    """Raise Unfit where a delivery as text holds a person's code or phone number, and never repeat it."""
    if form not in _TEXTS:
        return
    for number, line in enumerate(_text(body).splitlines()):
        if is_personal(line):
            raise Unfit(Fault("person", said=address(number, 0)))


def _text(body: bytes) -> str:
    """Give the characters; spreadsheet programs still write Latin-1."""
    try:
        return characters(body)
    except NotUnderstood:
        return characters(body, "latin-1")
