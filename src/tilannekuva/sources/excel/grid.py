"""Grids: the cells of a workbook's sheets, and which of them hold an error instead of a value."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from tilannekuva.errors import NotUnderstood

Form = Literal["xlsx", "xls", "ods", "csv"]
Broken = dict[tuple[int, int], str]  # row and column from 0 on: `#N/A`, or UNCOUNTED
UNCOUNTED = "=?"  # a formula whose value was never saved
HEADING_ROWS = 20  # within these a heading is looked for
MAX_CELLS = 5_000_000  # of one sheet, empty ones too: readers make room for every cell up to the last
_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)|Err:\d{3}")
_EXACT = 1e15  # digits that a spreadsheet keeps
_BLANKS = {ord(blank): " " for blank in "\u00a0\u202f\u2007\u2009"} | {0x2212: "-"}


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: rows of cells from A1 on, and the cells whose formula gave an error or nothing."""

    name: str
    is_hidden: bool
    rows: Sequence[Sequence[Any]]
    broken: Mapping[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook: its form and its sheets."""

    form: Form
    grids: tuple[Grid, ...]


def address(row: int, column: int) -> str:
    """Name the cell of a row and a column, both from 0 on: `B7` for 6 and 1."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def place(name: str) -> tuple[int, int] | None:
    """Give row and column, both from 0 on, of a cell's name; None when it is none."""
    found = re.fullmatch(r"([A-Z]{1,3})([1-9]\d{0,6})", name)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def roomy(sheet: str, row: int, column: int) -> None:
    """Raise NotUnderstood when a sheet that reaches to this cell is larger than any table of people."""
    if (row + 1) * (column + 1) > MAX_CELLS:
        where = f"the sheet '{sheet}' reaches to {address(row, column)}"
        raise NotUnderstood(f"{where}, more than {MAX_CELLS} cells; delete what stands outside the table")


def is_error(text: str) -> bool:
    """Whether a text is what a spreadsheet shows for a failed formula."""
    return bool(_ERROR.fullmatch(text.strip()))


def plain(cell: Any) -> Any:  # noqa: ANN401 - whatever the reader of the workbook gives
    """Give a cell as recipes know it: days and times in ISO, whole numbers whole, blanks plain."""
    if isinstance(cell, str):
        return cell.translate(_BLANKS).strip()
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float) and abs(cell) < _EXACT and cell == int(cell):
        return int(cell)
    return cell if isinstance(cell, int | float) else str(cell)


def titled(text: object) -> str:
    """Give a heading without the accidents of writing: letter case, blanks, the star of what is required."""
    return " ".join(str(plain(text)).casefold().split()).strip("* :")


def heading_row(grid: Grid, headings: Iterable[str]) -> tuple[int, int]:
    """Give the row among the first ones that holds most of the headings, and how many; 0, 0 for none."""
    wanted = set(headings)
    found = [
        len(wanted & {titled(cell) for cell in row if cell != ""}) for row in grid.rows[:HEADING_ROWS]
    ] or [0]
    return found.index(max(found)), max(found)
