"""Filled sheets: every cell is held against the contract; good rows pass, faults are told by their cells."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from tilannekuva.sources.excel.contract import Fingerprint, fingerprint, headings, version
from tilannekuva.sources.excel.faults import Fault, Unfit, told
from tilannekuva.sources.excel.fitting import Contract, Misfit
from tilannekuva.sources.excel.grid import Book, Form, Grid, address, heading_row, plain, titled
from tilannekuva.sources.excel.persons import heads_persons, is_of_person
from tilannekuva.sources.excel.plaintext import grid_of, is_text
from tilannekuva.sources.recipe import Recipe
from tilannekuva.sources.table import Table, form_of, table

Row = dict[str, Any]
_HELPED = 200  # unknown names for which the nearest known one is looked for
_SHOWN = 300  # characters of a foreign heading in a message


@dataclass(frozen=True, slots=True)
class Filled:
    """A sheet that came back. Columns are those of the sheet, from 0 on; rows are numbered from 1 on."""

    form: Form
    mark: Fingerprint
    grid: Grid
    heading: int
    columns: Mapping[str, int]
    written: Mapping[int, Row]
    good: Mapping[int, Row]
    faults: tuple[Fault, ...]


def book(recipe: Recipe, body: bytes) -> Book:
    """Read a workbook, or a text with the same columns; raises NotUnderstood.

    BadDefinition when the libraries that read workbooks are not installed; a text needs none.
    """
    if is_text(body):
        return Book("csv", (grid_of(body),))
    read = cast("Callable[[bytes], Book]", form_of(recipe.fetch.format).book)
    return read(body)


def filled_table(recipe: Recipe, body: bytes, today: date) -> Table:
    """Give the table of a sheet's good rows, with its faults; raises NotUnderstood."""
    found = filled(recipe, book(recipe, body), today)
    good = table(body, recipe.fetch, read=lambda *_: found.good.values())
    return replace(good, n_rows=len(found.written), faults=[told(one) for one in found.faults] + good.faults)


def filled(recipe: Recipe, book: Book, today: date) -> Filled:
    """Hold every cell of a sheet against the contract; raises Unfit when the whole sheet cannot be taken."""
    mark = fingerprint(book)
    _known(mark, recipe)
    contract = Contract(recipe, mark or Fingerprint(recipe.id, "", "fi"), today)
    grid, columns, at = _table_in(book, contract)
    _no_persons(grid, at, {*columns.values()})
    rows = dict(_rows(grid, columns, at, contract))
    if not rows:
        raise Unfit(Fault("empty"))
    good, faults = _read(rows, grid, columns, contract)
    return Filled(book.form, contract.mark, grid, at, columns, rows, good, tuple(faults))


def _known(mark: Fingerprint | None, recipe: Recipe) -> None:
    if mark and mark.source != recipe.id:
        raise Unfit(Fault("other_source", said=mark.source, hint=recipe.id))
    if mark and mark.version != version(recipe):
        raise Unfit(Fault("other_version", said=mark.version, hint=version(recipe)))


def _table_in(book: Book, contract: Contract) -> tuple[Grid, dict[str, int], int]:
    """Give the sheet that is filled in, its columns by name and its heading's row."""
    known = headings(contract.recipe)
    shown = [grid for grid in book.grids if not grid.is_hidden]
    n_headings = {grid.name: heading_row(grid, known)[1] for grid in shown}
    fitting = [grid for grid in shown if n_headings[grid.name] == max(n_headings.values())]
    if not any(n_headings.values()):
        titles = ", ".join(contract.title(one.column) for one in contract.recipe.entry)
        raise Unfit(Fault("no_heading", hint=titles))
    found = [(grid, *_columns(grid, known, contract)) for grid in fitting]
    full = [one for one in found if any(_rows(*one, contract))] or found[:1]
    if len(full) > 1:
        raise Unfit(Fault("two_sheets", hint=", ".join(one[0].name for one in full)))
    return full[0]


def _columns(grid: Grid, known: Mapping[str, str], contract: Contract) -> tuple[dict[str, int], int]:
    at, _ = heading_row(grid, known)
    columns: dict[str, int] = {}
    for column, cell in enumerate(grid.rows[at]):
        name = known.get(titled(cell))
        if name in columns:
            raise Unfit(Fault("column_twice", title=str(plain(cell))))
        if name:
            columns[name] = column
    for one in contract.recipe.entry:
        if one.column not in columns and one.column not in contract.recipe.fetch.optional:
            has = ", ".join(str(plain(cell)) for cell in grid.rows[at] if cell != "")
            raise Unfit(Fault("missing", title=contract.title(one.column), hint=has[:_SHOWN]))
    return columns, at


def _no_persons(grid: Grid, at: int, ours: Collection[int]) -> None:
    """Raise Unfit for the first cell below the heading that tells of a person, and never repeat what."""
    listed = {nth for nth, cell in enumerate(grid.rows[at]) if nth not in ours and heads_persons(str(cell))}
    for number, cells in enumerate(grid.rows[at + 1 :], at + 1):
        for column, cell in enumerate(cells):
            named = column in listed and cell != ""
            if named or (isinstance(cell, str) and is_of_person(str(plain(cell)))):
                raise Unfit(Fault("person", said=address(number, column)))


def _rows(grid: Grid, columns: Mapping[str, int], at: int, contract: Contract) -> Iterator[tuple[int, Row]]:
    """Yield number and cells of each row in which anything but the area is written."""
    prefilled = {one.column for one in contract.recipe.entry if one.areas}
    for index, cells in enumerate(grid.rows[at + 1 :], at + 1):
        row = {
            name: "" if isinstance(cells[column], str) and not plain(cells[column]) else cells[column]
            for name, column in columns.items()
        }
        broken = any((index, column) in grid.broken for column in columns.values())
        if broken or any(cell != "" for name, cell in row.items() if name not in prefilled):
            yield index + 1, row


def _read(
    rows: Mapping[int, Row], grid: Grid, columns: Mapping[str, int], contract: Contract
) -> tuple[dict[int, Row], list[Fault]]:
    """Give the good rows by number, and the faults of the others."""
    faults: list[Fault] = []
    good: dict[int, Row] = {}
    for number, row in rows.items():
        cells: Row = {}
        misfits = []
        for name in row:
            error = grid.broken.get((number - 1, columns[name]), "")
            try:
                cells[name] = contract.fitted(name, row[name], cells, error)
            except Misfit as misfit:
                misfits.append(_fault(misfit, number, columns[name], contract))
        faults += misfits
        if not misfits:
            good[number] = cells
    twice = list(_twice(good, columns, contract))
    bad = {fault.row for fault in twice}
    left = {number: row for number, row in good.items() if number not in bad}
    return left, _helped(sorted(faults + twice, key=lambda fault: fault.row), contract)


def _helped(faults: Iterable[Fault], contract: Contract) -> list[Fault]:
    """Give the faults with the areas that were probably meant; looking for one takes a moment."""
    near: dict[str, str] = {}
    found = []
    for fault in faults:
        what, _, level = fault.code.partition(":")
        if what == "area" and fault.said not in near and len(near) < _HELPED:
            near[fault.said] = contract.near(fault.said, level)
        found.append(replace(fault, hint=near.get(fault.said, "")) if what == "area" else fault)
    return found


def _twice(rows: Mapping[int, Row], columns: Mapping[str, int], contract: Contract) -> Iterator[Fault]:
    """Tell rows that speak of the same: the later ones of equal rows, all of those that disagree."""
    keys = [name for name in columns if contract.is_key(name)]
    seen: dict[tuple[Any, ...], list[int]] = {}
    for number, row in rows.items() if keys else ():
        seen.setdefault(tuple(row[name] for name in keys), []).append(number)
    for first, *others in seen.values():
        agree = all(rows[other] == rows[first] for other in others)
        pairs = [(other, first) for other in others]
        for number, same in pairs if agree else [(first, others[0]), *pairs]:
            misfit = Misfit("twice" if agree else "disagrees", keys[0], hint=str(same))
            yield _fault(misfit, number, columns[keys[0]], contract)


def _fault(misfit: Misfit, number: int, column: int, contract: Contract) -> Fault:
    title = contract.title(misfit.column)
    return Fault(misfit.code, number, address(number - 1, column), title, misfit.said, misfit.hint)
