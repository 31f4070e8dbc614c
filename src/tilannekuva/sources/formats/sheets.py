"""Workbooks (xlsx, xls, ods): the rows below the heading of a sheet, each a mapping of raw cells."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import python_calamine as calamine

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.excel import biff, zipped
from tilannekuva.sources.excel.grid import (
    HEADING_ROWS,
    UNCOUNTED,
    Book,
    Broken,
    Form,
    Grid,
    address,
    heading_row,
    is_error,
    plain,
    roomy,
    titled,
)
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.table import FORMAT_LIMITS
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

_ZIP = b"PK"
_SCANS: Mapping[str, Callable[[Any], dict[str, Broken]]] = {
    "xlsx": zipped.broken_xlsx,
    "ods": zipped.broken_ods,
}


def rows(body: bytes, fetch: Fetch) -> Iterator[dict[str, Any]]:
    """Yield the rows below the heading, under the recipe's names; raises NotUnderstood.

    The sheet is the one that `rows` names, or the visible one in which the columns stand. A cell with an
    error gives a text that is no number and no day: "#N/A in B7".
    """
    names = {titled(name): name for name in (*fetch.columns, *_former(fetch))}
    grid = _chosen(book(body), fetch, names)
    at, _ = heading_row(grid, names)
    header = [names.get(titled(cell), str(plain(cell))) for cell in grid.rows[at]]
    twice = [name for name in header if name in fetch.columns and header.count(name) > 1]
    if twice:
        raise NotUnderstood(f"the column {quoted(twice[0])} stands twice in the heading{CHANGED}")
    for number, cells in enumerate(grid.rows[at + 1 :], at + 1):
        row = {name: _raw(grid, number, column, cells[column]) for column, name in enumerate(header) if name}
        if any(row[name] != "" for name in row):
            yield row


def _former(fetch: Fetch) -> Iterator[str]:
    return (old for names in fetch.aliases.values() for old in names)


def _raw(grid: Grid, row: int, column: int, cell: Any) -> Any:  # noqa: ANN401 - whatever stands in the cell
    error = grid.broken.get((row, column), "")
    if error:
        what = "a formula without a value" if error == UNCOUNTED else error
        return f"{what} in {address(row, column)}"
    return plain(cell)


def _chosen(found: Book, fetch: Fetch, names: Iterable[str]) -> Grid:
    """Give the sheet that `rows` names, or the one with most of the columns."""
    if fetch.rows != "*":
        grids = [grid for grid in found.grids if grid.name == fetch.rows]
        has = "there are " + ", ".join(quoted(grid.name) for grid in found.grids)
    else:
        grids = sorted(
            (grid for grid in found.grids if not grid.is_hidden),
            key=lambda grid: -heading_row(grid, names)[1],
        )
        has = "and no other sheet is visible"
    if not grids:
        raise NotUnderstood(f"no sheet is called {quoted(fetch.rows)}; {has}{CHANGED}")
    if not heading_row(grids[0], names)[1]:
        wanted = ", ".join(quoted(name) for name in fetch.columns)
        raise NotUnderstood(f"none of the columns {wanted} heads the first {HEADING_ROWS} rows{CHANGED}")
    return grids[0]


def book(body: bytes) -> Book:
    """Read a workbook; raises NotUnderstood for one that is cut, locked, too large or no workbook."""
    form, broken = _scanned(body)
    try:
        opened = calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
        sheets = [one for one in opened.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
        grids = tuple(_grid(opened, sheet, broken) for sheet in sheets)
    except calamine.PasswordError:
        raise NotUnderstood(biff.LOCKED) from None
    except (calamine.CalamineError, OSError) as error:
        raise NotUnderstood(f"the workbook is cut or damaged: {quoted(error)[1:-1]}{AGAIN}") from None
    return Book(form, grids)


def _scanned(body: bytes) -> tuple[Form, dict[str, Broken]]:
    if body.startswith(_ZIP):
        archive = zipped.unpacked(body)
        form: Form = "xlsx" if zipped.form(archive) == "xlsx" else "ods"
        return form, _SCANS[form](archive)
    if body.startswith(biff.MAGIC):
        return "xls", biff.broken_xls(body)
    decoded(body, "a workbook", "latin-1")  # empty, or a web page
    raise NotUnderstood(f"the file is no workbook; it begins with {quoted(body[:20])}; save it as .xlsx")


def _grid(
    opened: calamine.CalamineWorkbook, sheet: calamine.SheetMetadata, broken: dict[str, Broken]
) -> Grid:
    found = opened.get_sheet_by_name(sheet.name)
    if found.end:
        roomy(sheet.name, *found.end)
    cells = found.to_python(skip_empty_area=False)
    if len(cells) in FORMAT_LIMITS:
        raise NotUnderstood(
            f"the sheet {quoted(sheet.name)} has exactly {len(cells)} rows: a format's limit, so the end is "
            f"probably lost{AGAIN}"
        )
    written = {
        (row, column): cell
        for row, line in enumerate(cells)
        for column, cell in enumerate(line)
        if isinstance(cell, str) and is_error(cell)
    }
    is_hidden = sheet.visible != calamine.SheetVisibleEnum.Visible
    return Grid(sheet.name, is_hidden, cells, written | broken.get(sheet.name, {}))
