"""Templates: an empty sheet made from a contract, with lists to choose from, limits and instructions."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import xlsxwriter  # type: ignore[import-untyped] # has annotations but does not say so

from tilannekuva.domain.areas import register
from tilannekuva.domain.definitions import Lang
from tilannekuva.sources.excel import contract as agreed
from tilannekuva.sources.excel.contract import LISTS, MARK, Fingerprint
from tilannekuva.sources.excel.grid import address
from tilannekuva.sources.excel.words import word, words
from tilannekuva.sources.recipe import Entry, Recipe

HEADING = 3  # row of the headings, from 0 on
ROWS = 200  # that have lists and limits; more may be filled in all the same
_FIRST, _LAST = HEADING + 1, HEADING + ROWS
_BLUE, _PALE, _GREY, _LINE = "#1F4E79", "#5B7FA3", "#595959", "#BFBFBF"
_WIDTHS = {"day": 14, "week": 27, "month": 12, "year": 9, "time": 18, "count": 15, "number": 15, "text": 40}
_CHOSEN_WIDTH = 28
_TITLE, _MESSAGE = 32, 255  # the longest texts that Excel takes beside a cell
_WEEKS = range(-8, 53)  # of the list, counted from the week in which the template is made
_ANY = 10**9
_LAST_LETTERS = str.maketrans("åäö", "{|}")
_LINE_HEIGHT = 15  # in points


def template(recipe: Recipe, lang: Lang, areas: Sequence[str] = (), *, on: date) -> bytes:
    """Give a workbook to fill in, for some areas (ids) or for all; `on` is the day on which it is made.

    With one area alone, its name stands on every row already.
    """
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        created = datetime(on.year, on.month, on.day)  # noqa: DTZ001 - files hold their day without a zone
        book.set_properties({"title": recipe.title.in_(lang), "created": created})
        form, guide, lists, marks = (
            book.add_worksheet(name) for name in (word("form", lang), word("guide", lang), LISTS, MARK)
        )
        lists.hide()
        marks.very_hidden()
        mark = Fingerprint(recipe.id, agreed.version(recipe), lang, tuple(areas))
        _Form(recipe, mark, on, book, form, lists).write()
        _write_guide(book, guide, recipe, lang)
        said = {"source": mark.source, "version": mark.version, "lang": lang, "areas": " ".join(areas)}
        for row, pair in enumerate((said | {"made_on": on.isoformat()}).items()):
            marks.write_row(row, 0, pair)
    return made.getvalue()


@dataclass(frozen=True, slots=True)
class _Form:
    """The sheet that people fill in, while it is written."""

    recipe: Recipe
    mark: Fingerprint
    on: date
    book: Any
    sheet: Any
    lists: Any

    def write(self) -> None:
        """Write title, sender, headings and rows."""
        sheet, lang = self.sheet, self.mark.lang
        sheet.write(0, 0, self.recipe.title.in_(lang), self._look(bold=True, font_size=16, font_color=_BLUE))
        sheet.write(1, 0, self._sender(), self._look(bold=True))
        sheet.write(2, 0, word("starred", lang), self._look(italic=True, font_color=_GREY))
        sheet.set_row(0, 24)
        sheet.set_row(HEADING, 36)
        for column, entry in enumerate(self.recipe.entry):
            self._column(column, entry)
        sheet.freeze_panes(_FIRST, 1)
        _printable(sheet, lang)
        sheet.repeat_rows(HEADING)
        sheet.set_selection(_FIRST, 0, _FIRST, 0)

    def _look(self, **wanted: Any) -> Any:  # noqa: ANN401 - a format of XlsxWriter
        return self.book.add_format({"font_name": "Calibri", "valign": "vcenter"} | wanted)

    def _sender(self) -> str:
        names = [agreed.label(register().area(one), self.mark.lang) for one in self.mark.areas]
        if not names:
            return word("everyone", self.mark.lang)
        return word("sender", self.mark.lang, areas=", ".join(names))

    def _column(self, column: int, entry: Entry) -> None:
        kind, lang = self.recipe.fetch.columns[entry.column], self.mark.lang
        chosen = entry.areas or entry.choices
        fill = _BLUE if entry.required else _PALE
        heading = self._look(bold=True, font_color="white", bg_color=fill, text_wrap=True, border=1)
        self.sheet.write(HEADING, column, entry.title.in_(lang) + (" *" if entry.required else ""), heading)
        self.sheet.set_column(column, column, _CHOSEN_WIDTH if chosen else _WIDTHS[kind])
        cell = self._look(border=1, border_color=_LINE, **_form_of(kind, chosen=bool(chosen)))
        only = self.mark.areas if entry.areas and len(self.mark.areas) == 1 else ()
        filled = agreed.label(register().area(only[0]), lang) if only else ""
        for row in range(_FIRST, _LAST + 1):
            self.sheet.write(row, column, filled, cell)
        self.sheet.data_validation(_FIRST, column, _LAST, column, self._validation(column, entry, kind))

    def _validation(self, column: int, entry: Entry, kind: str) -> dict[str, Any]:
        """Give what a cell may hold, what is told beside it and what when it is something else."""
        lang = self.mark.lang
        options = tuple(self._options(entry, kind))
        if options:
            rule, refusal = self._list(column, options), word("refused_list", lang)
            if kind == "week":
                rule["error_type"], refusal = "warning", word("refused_week", lang)
        elif kind == "day":
            ahead = f"=TODAY()+{agreed.AHEAD_DAYS}"
            rule = {"validate": "date", "criteria": "between", "minimum": agreed.FIRST_DAY, "maximum": ahead}
            refusal = word("refused_day", lang)
        elif kind in agreed.NUMBERS:
            rule, limits = self._limits(entry)
            rule["validate"] = "integer" if kind == "count" else "decimal"
            refusal = word(f"refused_{kind}", lang, limits=limits)
        else:
            rule, refusal = {"validate": "any"}, ""
        told = {"error_title": word("refused", lang)[:_TITLE], "error_message": refusal[:_MESSAGE]}
        title, help_ = entry.title.in_(lang)[:_TITLE], entry.help.in_(lang)[:_MESSAGE]
        return rule | (told if refusal else {}) | {"input_title": title, "input_message": help_}

    def _options(self, entry: Entry, kind: str) -> Iterator[str]:
        lang = self.mark.lang
        if entry.areas:
            areas = agreed.areas_of(entry, self.mark.areas, on=self.on)
            yield from sorted((agreed.label(area, lang) for area in areas), key=_alphabetical)
        elif entry.choices:
            yield from (title.in_(lang) for title in entry.choices.values())
        elif kind == "week":
            monday = self.on - timedelta(days=self.on.weekday())
            yield from (_week(monday + timedelta(weeks=n)) for n in _WEEKS)

    def _list(self, column: int, options: Sequence[str]) -> dict[str, Any]:
        """Write a list and give the rule that offers it.

        It bears a name: Excel saves a list of another sheet, unless it has one, in an extension that other
        programs throw away.
        """
        self.lists.write_column(0, column, options)
        letters, name = address(0, column)[:-1], f"choices_{column + 1}"
        self.book.define_name(name, f"={LISTS}!${letters}$1:${letters}${len(options)}")
        return {"validate": "list", "source": f"={name}"}

    def _limits(self, entry: Entry) -> tuple[dict[str, Any], str]:
        """Give the limits of a number, and the words for them."""
        lang = self.mark.lang
        least = -_ANY if entry.minimum is None else entry.minimum
        most: Any = _ANY if entry.maximum is None else entry.maximum
        told = "" if entry.minimum is None else word("at_least", lang, minimum=f"{least:g}")
        if entry.at_most:
            other = next(nth for nth, one in enumerate(self.recipe.entry) if one.column == entry.at_most)
            most = f"={address(_FIRST, other)}"
            told += word("as_column", lang, title=self.recipe.entry[other].title.in_(lang))
        elif entry.maximum is not None:
            told += word("at_most", lang, maximum=f"{most:g}")
        return {"criteria": "between", "minimum": least, "maximum": most}, told


def _alphabetical(name: str) -> str:
    """Give the key by which names stand in Finnish and Swedish order: å, ä, ö after z."""
    return name.casefold().translate(_LAST_LETTERS)


def _form_of(kind: str, *, chosen: bool) -> dict[str, Any]:
    """Give how the cells of a kind look. Weeks and months are texts, or Excel makes days of them."""
    if chosen or kind == "text":
        return {"text_wrap": kind == "text"}
    if kind == "day":
        return {"num_format": "d.m.yyyy", "align": "left"}
    return {"num_format": "#,##0"} if kind == "count" else {"num_format": "@"} if kind != "number" else {}


def _week(monday: date) -> str:
    """Name a week with its days: `2020-W15 (6.4.-12.4.2020)`."""
    year, week, _ = monday.isocalendar()
    sunday = monday + timedelta(days=6)
    return f"{year}-W{week:02} ({monday.day}.{monday.month}.–{sunday.day}.{sunday.month}.{sunday.year})"


def _printable(sheet: Any, lang: Lang) -> None:  # noqa: ANN401 - a worksheet of XlsxWriter
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&F&R{word('page', lang)}")
    sheet.hide_gridlines(2)


def _write_guide(book: Any, sheet: Any, recipe: Recipe, lang: Lang) -> None:  # noqa: ANN401 - of XlsxWriter
    """Write the instructions: what it is about, how to fill it in, what each column takes, whom to ask."""
    plain = {"font_name": "Calibri", "text_wrap": True, "valign": "top"}
    wrapped = book.add_format(plain)
    title = book.add_format({"font_name": "Calibri", "bold": True, "font_size": 16, "font_color": _BLUE})
    head = book.add_format({"font_name": "Calibri", "bold": True, "font_size": 12, "font_color": _BLUE})
    cell = book.add_format(plain | {"border": 1, "border_color": _LINE})
    top = book.add_format(plain | {"bold": True, "bg_color": _BLUE, "font_color": "white", "border": 1})
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 70)
    sheet.write(0, 0, recipe.title.in_(lang), title)
    sheet.merge_range(1, 0, 1, 2, recipe.about.in_(lang), wrapped)
    sheet.set_row(1, _LINE_HEIGHT * (1 + len(recipe.about.in_(lang)) // 105))
    sheet.write(3, 0, word("how", lang), head)
    row = 4
    for number, step in enumerate(words("steps", lang), 1):
        sheet.merge_range(row, 0, row, 2, f"{number}. {step}", wrapped)
        sheet.set_row(row, _LINE_HEIGHT * (1 + len(step) // 105))
        row += 1
    sheet.write_row(row + 1, 0, words("columns", lang), top)
    for row, entry in enumerate(recipe.entry, row + 2):  # noqa: B020 - the table begins where the steps end
        needed = word("yes" if entry.required else "no", lang)
        help_ = entry.help.in_(lang)
        sheet.write_row(row, 0, (entry.title.in_(lang), needed, help_), cell)
        sheet.set_row(row, _LINE_HEIGHT * (1 + len(help_) // 75))
    sheet.merge_range(row + 2, 0, row + 2, 2, word("contact", lang, contact=recipe.contact), wrapped)
    _printable(sheet, lang)
