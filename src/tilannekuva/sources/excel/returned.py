"""What goes back: the sheet as it came, each faulty cell coloured and explained, and a list of all faults."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

import openpyxl  # type: ignore[import-untyped] # has no types
from openpyxl.comments import Comment  # type: ignore[import-untyped] # has no types
from openpyxl.styles import Alignment, Font, PatternFill  # type: ignore[import-untyped] # has no types
from openpyxl.worksheet.hyperlink import Hyperlink  # type: ignore[import-untyped] # has no types
from openpyxl.worksheet.properties import PageSetupProperties  # type: ignore[import-untyped] # has no types

from tilannekuva.domain.definitions import LANGS, Lang, Text
from tilannekuva.sources.excel.contract import Fingerprint, fingerprint
from tilannekuva.sources.excel.faults import Fault, Unfit, sentence
from tilannekuva.sources.excel.faults import told as in_english
from tilannekuva.sources.excel.filled import Filled, book, filled
from tilannekuva.sources.excel.grid import Book, address
from tilannekuva.sources.excel.template import HEADING, template
from tilannekuva.sources.excel.words import word, words
from tilannekuva.sources.recipe import Recipe

_US = "tilannekuva"  # author of our comments, by which we find them again
_RED = PatternFill("solid", fgColor="FFC7CE")
_BLUE = PatternFill("solid", fgColor="1F4E79")
_MOST = 2_000  # faults that are coloured and listed: nobody mends more by hand
_LONGEST = 32_767  # characters of a cell
_WIDTHS = (8, 8, 24, 28, 90)


def returned(recipe: Recipe, body: bytes, more: Sequence[str | Text], today: date) -> bytes | None:
    """Give the sheet with its faults coloured and explained, in its own language; None without a fault.

    `more` are faults that were told of the answer besides those of single cells, of rows that are good one by
    one and contradict one another or what was told before. An .xls or .ods comes
    back as a new .xlsx with the same rows. Raises NotUnderstood for what is no workbook.
    """
    came = book(recipe, body)
    mark = fingerprint(came) or Fingerprint(recipe.id, "", "fi")
    found, faults = _examined(recipe, came, today)
    said = {in_english(fault) for fault in faults}
    told = (one if isinstance(one, str) else one.in_(mark.lang) for one in more)
    others = [text for text in told if text not in said]
    if not (faults or others):
        return None
    workbook = _opened(body) if came.form == "xlsx" else None
    name = found.grid.name if workbook and found else word("form", mark.lang)
    if not workbook:
        workbook, faults = _anew(recipe, mark, found, faults, today=today)
    _clean(workbook)
    head = word("fault_head" if found and found.good else "fault_all", mark.lang)
    if len(faults) > _MOST:
        others.insert(0, word("fault_more", mark.lang, shown=_MOST, all=len(faults)))
        faults = faults[:_MOST]
    if found:
        _colour(workbook[name], faults, mark.lang)
    _list(workbook, name, [head, *others], faults, lang=mark.lang)
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()


def _examined(recipe: Recipe, came: Book, today: date) -> tuple[Filled | None, Sequence[Fault]]:
    try:
        found = filled(recipe, came, today)
    except Unfit as unfit:
        return None, (unfit.fault,)
    return found, found.faults


def _opened(body: bytes) -> Any:  # noqa: ANN401 - a workbook of openpyxl
    """Open an .xlsx for writing; None where this library, older than others, cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that it leaves out, such as pictures' extensions
            return openpyxl.load_workbook(io.BytesIO(body))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError):
        return None


def _anew(
    recipe: Recipe, mark: Fingerprint, found: Filled | None, faults: Sequence[Fault], *, today: date
) -> tuple[Any, Sequence[Fault]]:
    """Write the rows into a new template; rows move with the heading, and so do the faults."""
    made = template(recipe, mark.lang, mark.areas, on=today)
    workbook = openpyxl.load_workbook(io.BytesIO(made))
    if not found:
        return workbook, faults
    sheet = workbook[word("form", mark.lang)]
    order = [entry.column for entry in recipe.entry]
    moved = HEADING - found.heading
    for number, row in found.written.items():
        for name, cell in row.items():
            error = found.grid.broken.get((number - 1, found.columns[name]), "")
            _write(sheet.cell(number + moved, order.index(name) + 1), error or cell)
    titles = {entry.title.in_(mark.lang): nth for nth, entry in enumerate(recipe.entry)}
    return workbook, [_moved(fault, moved, titles[fault.title]) for fault in faults]


def _moved(fault: Fault, rows: int, column: int) -> Fault:
    row = fault.row + rows
    hint = str(int(fault.hint) + rows) if fault.code in ("twice", "disagrees") else fault.hint
    return replace(fault, row=row, cell=address(row - 1, column), hint=hint)


def _write(cell: Any, value: Any) -> None:  # noqa: ANN401 - a cell of openpyxl, and whatever it is to hold
    """Write a value as it is; a text never becomes a formula."""
    if isinstance(value, int | float | date | time):
        cell.value = value
    elif value != "":
        text = str(value)[:_LONGEST]
        cell.value = "".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text)
        cell.data_type = "s"


def _clean(workbook: Any) -> None:  # noqa: ANN401 - a workbook of openpyxl
    """Take away what we wrote into the sheet the last time it went back."""
    for name in {word("errors", lang) for lang in LANGS} & set(workbook.sheetnames):
        del workbook[name]
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment and cell.comment.author == _US:
                    cell.comment = None
                    cell.fill = PatternFill()


def _colour(sheet: Any, faults: Sequence[Fault], lang: Lang) -> None:  # noqa: ANN401 - a sheet of openpyxl
    told: dict[str, list[str]] = {}
    for fault in faults:
        told.setdefault(fault.cell, []).append(sentence(fault, lang))
    for cell, texts in told.items():
        own = sheet[cell].comment
        comment = Comment(
            "\n".join(texts + ([own.text] if own else [])), _US, width=320, height=40 * (1 + len(texts))
        )
        sheet[cell].comment = comment
        sheet[cell].fill = _RED


def _list(workbook: Any, form: str, heads: Sequence[str], faults: Sequence[Fault], *, lang: Lang) -> None:  # noqa: ANN401 - a workbook of openpyxl
    """Add a sheet that lists the faults, each with a link to its cell, and open the workbook on it."""
    sheet = workbook.create_sheet(word("errors", lang))
    for head in heads:
        sheet.append([])
        _write(sheet.cell(sheet.max_row, 1), head)
    top = sheet.max_row + 1
    for column, title in enumerate(words("fault_columns", lang), 1):
        cell = sheet.cell(top, column, title)
        cell.font, cell.fill = Font(name="Calibri", bold=True, color="FFFFFF"), _BLUE
        sheet.column_dimensions[cell.column_letter].width = _WIDTHS[column - 1]
    for number, fault in enumerate(faults, top + 1):
        texts = (fault.row or "", fault.cell, fault.title, fault.said, sentence(fault, lang))
        for column, text in enumerate(texts, 1):
            _write(sheet.cell(number, column), text)
            sheet.cell(number, column).alignment = Alignment(wrap_text=True, vertical="top")
        if fault.cell:
            sheet.cell(number, 2).hyperlink = Hyperlink(f"B{number}", location=f"'{form}'!{fault.cell}")
            sheet.cell(number, 2).font = Font(color="0563C1", underline="single")
    sheet["A1"].font = Font(bold=True)
    sheet.freeze_panes = sheet.cell(top + 1, 1)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    # Only one sheet may be chosen: what is typed into several chosen ones goes into all of them.
    for one in workbook.worksheets:
        one.sheet_view.tabSelected = one is sheet
    workbook.active = sheet
