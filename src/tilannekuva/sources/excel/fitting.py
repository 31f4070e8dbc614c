"""Fitting: one cell held against its column's contract, and brought to the one form that recipes know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Any

from tilannekuva.domain.areas import COUNTRY, register
from tilannekuva.domain.definitions import LANGS
from tilannekuva.sources.cells import KINDS, is_starred, is_suppressed
from tilannekuva.sources.excel import contract as agreed
from tilannekuva.sources.excel.grid import UNCOUNTED, plain
from tilannekuva.sources.recipe import Entry, Recipe

_DAY = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})")
_WEEK = re.compile(r"(?:(?:viikko|vecka|week|vk|v)\.? ?)?(\d{1,2}) ?/ ?(\d{4})", re.IGNORECASE)


class Misfit(Exception):
    """A cell does not fit its column: which fault it is, what the cell said, what may help."""

    def __init__(self, code: str, column: str, said: object = "", hint: str = "") -> None:
        super().__init__(code)
        self.code, self.column, self.said, self.hint = code, column, str(said), hint


@dataclass(frozen=True, slots=True)
class Contract:
    """What one sheet agreed to: the recipe's entries, the sheet's own mark, the day on which it came."""

    recipe: Recipe
    mark: agreed.Fingerprint
    today: date

    def entry(self, column: str) -> Entry:
        """Give the entry of a column."""
        return next(one for one in self.recipe.entry if one.column == column)

    def title(self, column: str) -> str:
        """Give a column's heading in the sheet's language."""
        return self.entry(column).title.in_(self.mark.lang)

    def is_key(self, column: str) -> bool:
        """Whether a column says what a row speaks of."""
        return agreed.is_key(self.entry(column), self.recipe)

    def near(self, said: str, level: str) -> str:
        """Give the name of the area that was probably meant, in the sheet's language; empty for none."""
        areas = register().at_level(level, on=self.today)
        names = {area.name(lang).casefold(): area for area in areas for lang in ("fi", "sv")}
        meant = get_close_matches(agreed.unlabelled(said)[0].casefold(), names, 1)
        return names[meant[0]].name(self.mark.lang) if meant else ""

    def fitted(self, column: str, cell: Any, row: Mapping[str, Any], error: str = "") -> Any:  # noqa: ANN401 - a cell holds anything
        """Give a cell in the form that recipes know; raises Misfit. `row` holds the cells fitted before."""
        entry, kind = self.entry(column), self.recipe.fetch.columns[column]
        if error:
            code = "uncounted" if error == UNCOUNTED else "error"
            raise Misfit(code, column, error)
        if cell == "":
            if entry.required:
                raise Misfit("required", column)
            return ""
        if entry.areas:
            return self._area(entry, str(plain(cell)))
        if entry.choices:
            return self._choice(entry, str(plain(cell)))
        if kind in agreed.DATED:
            return self._dated(entry, kind, cell)
        return self._number(entry, kind, cell, row) if kind in agreed.NUMBERS else str(plain(cell))

    def _area(self, entry: Entry, said: str) -> str:
        level = entry.areas or ""
        found, fault = agreed.named_area(said, level, on=self.today)
        if fault:
            code = f"area:{level}" if fault == "area" else fault
            raise Misfit(code, entry.column, said)
        if self.mark.areas and found not in self.mark.areas:
            made_for = ", ".join(register().area(one).name(self.mark.lang) for one in self.mark.areas)
            raise Misfit("scope", entry.column, said, made_for)
        return "Suomi" if found == COUNTRY else found.partition(":")[2]

    def _choice(self, entry: Entry, said: str) -> str:
        for key, title in entry.choices.items():
            if said.casefold() in {key.casefold(), *(title.in_(lang).casefold() for lang in LANGS)}:
                return key
        offered = ", ".join(title.in_(self.mark.lang) for title in entry.choices.values())
        raise Misfit("choice", entry.column, said, offered)

    def _dated(self, entry: Entry, kind: str, cell: Any) -> str:  # noqa: ANN401 - a cell holds anything
        if kind != "year" and isinstance(cell, int | float):
            raise Misfit("bare" if kind == "day" else kind, entry.column, _shown(cell))
        try:
            found = KINDS[kind][0](_period(kind, cell))
        except (ValueError, OverflowError):
            raise Misfit(kind, entry.column, _shown(cell)) from None
        day = found.date() if isinstance(found, datetime) else found
        if not isinstance(day, date):  # "all times" is a week to machines
            raise Misfit(kind, entry.column, _shown(cell))
        if day < agreed.FIRST_DAY:
            raise Misfit("early", entry.column, _shown(cell))
        if (day - self.today).days > agreed.AHEAD_DAYS:
            raise Misfit("future", entry.column, _shown(cell))
        return found.isoformat() if isinstance(found, datetime) else _written(kind, day)

    def _number(self, entry: Entry, kind: str, cell: Any, row: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a cell holds anything
        if isinstance(cell, date | time):
            raise Misfit("dated", entry.column, _shown(cell))
        raw = plain(cell)
        try:
            value = KINDS[kind][0](raw)
        except (ValueError, OverflowError) as error:
            code = "thousands" if "thousands" in str(error) else kind
            raise Misfit(code, entry.column, _shown(cell)) from None
        if is_suppressed(raw) or not isinstance(value, int | float):
            return raw
        if entry.minimum is not None and value < entry.minimum:
            raise Misfit("below", entry.column, _shown(cell), f"{entry.minimum:g}")
        if entry.maximum is not None and value > entry.maximum:
            raise Misfit("above", entry.column, _shown(cell), f"{entry.maximum:g}")
        limit = row.get(entry.at_most)
        if isinstance(limit, int | float) and value > limit:
            raise Misfit("more", entry.column, _shown(cell), f"{self.title(entry.at_most)}: {limit:g}")
        return raw if is_starred(raw) else value


def _period(kind: str, cell: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    """Give a day, week, month or year as recipes read them; a date in the column of weeks is no week."""
    if isinstance(cell, date) and kind == "month":
        return f"{cell:%Y-%m}"
    raw = plain(cell)
    if not isinstance(raw, str):
        return raw
    if kind == "week":
        week = _WEEK.fullmatch(agreed.unlabelled(raw)[0])
        return f"{week[2]}-W{int(week[1]):02}" if week else agreed.unlabelled(raw)[0]
    day = _DAY.fullmatch(raw)
    return f"{day[1]}.{day[2]}.{day[3]}" if day else raw


def _written(kind: str, day: date) -> str:
    """Write a period the one way in which equal ones are equal."""
    year, week, _ = day.isocalendar()
    forms = {"week": f"{year}-W{week:02}", "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}
    return forms.get(kind, day.isoformat())


def _shown(cell: Any) -> str:  # noqa: ANN401 - a cell holds anything
    """Give a cell as who filled it knows it: days the Finnish way."""
    if isinstance(cell, date):
        return f"{cell.day}.{cell.month}.{cell.year}"
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return str(plain(cell))
