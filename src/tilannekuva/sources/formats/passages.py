"""Large CSV files: too many lines for rows, so the engine reads them and here they are only vetted.

`vehicles-csv` has a line for every vehicle, without a header and without padding, on Finland's clock:

    438;26;74;7;12;30;55;4.5;1;1;1;76;0;2595055;210;0

A day of one station is some 4 MB. Nothing marks summer time: the night on which it begins lacks an hour, the
night on which it ends counts one hour twice as long. `counters-csv` has a header line, the columns of `keep`
and one more for every counter; they come and go without notice.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.cells import KINDS
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

_HEAD = 1 << 16
_BLOCK = 1 << 20


def columns(file: Path, fetch: Fetch) -> dict[str, str]:
    """Give the SQL types of a file's columns in their order.

    NotUnderstood for a file that is empty, cut, a web page or without the columns agreed on.
    """
    cells = next(csv.reader([_first_line(file)], delimiter=fetch.delimiter), [])
    return _wide(cells, fetch) if fetch.keep else _agreed(cells, fetch)


def _agreed(cells: list[str], fetch: Fetch) -> dict[str, str]:
    if len(cells) != len(fetch.columns):
        counts = f"{len(cells)} cells where {len(fetch.columns)} are agreed"
        raise NotUnderstood(f"the first line has {counts}{CHANGED}")
    return {name: KINDS[kind][1] for name, kind in fetch.columns.items()}


def _wide(cells: list[str], fetch: Fetch) -> dict[str, str]:
    lacking = [name for name in fetch.keep if name not in cells]
    if lacking:
        has = ", ".join(quoted(cell) for cell in cells[:8])
        raise NotUnderstood(f"the column '{lacking[0]}' is missing; the answer has {has}{CHANGED}")
    twice = [cell for cell in cells if cells.count(cell) > 1]
    if twice:
        raise NotUnderstood(f"the column {quoted(twice[0])} stands twice in the header{CHANGED}")
    return {cell: KINDS[fetch.columns[cell if cell in fetch.keep else "value"]][1] for cell in cells}


def _first_line(file: Path) -> str:
    with file.open("rb") as lines:
        head = lines.read(_HEAD)
        lines.seek(max(0, file.stat().st_size - 1))
        end = lines.read(1)
    first = decoded(head.partition(b"\n")[0], "csv").rstrip("\r")
    if end != b"\n":
        raise NotUnderstood(f"the answer breaks off in the middle of its last line{AGAIN}")
    return first


def count(files: Iterable[Path]) -> int:
    """Count the lines of files."""
    return sum(_count(file) for file in files)


def _count(file: Path) -> int:
    block, lines = bytearray(_BLOCK), 0
    with file.open("rb", buffering=0) as body:
        while size := body.readinto(block):
            lines += block.count(b"\n", 0, size)
    return lines
