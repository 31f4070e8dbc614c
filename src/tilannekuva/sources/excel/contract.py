"""The contract of a joint sheet: its columns by their headings, its version, and the mark that it bears."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date

from tilannekuva.domain.areas import Area, register
from tilannekuva.domain.definitions import LANGS, Lang
from tilannekuva.sources.excel.grid import Book, plain, titled
from tilannekuva.sources.recipe import Entry, Recipe

MARK = "_tilannekuva"  # hidden sheet with the fingerprint
LISTS = "_lists"  # hidden sheet with what there is to choose from
FIRST_DAY = date(2020, 1, 1)  # the register of areas begins here; an earlier year is a slip of the finger
AHEAD_DAYS = 2  # days that a sheet may be filled in advance
DATED = ("day", "week", "month", "year", "time")
NUMBERS = ("count", "number")
_LABEL = re.compile(r"(.*\S) ?\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a sheet says of itself: source, version of the contract, language, areas that it was made for."""

    source: str
    version: str
    lang: Lang
    areas: tuple[str, ...] = ()


def version(recipe: Recipe) -> str:
    """Give the version of a contract: ten digits that change when the meaning of a column does."""
    columns = [
        (one.model_dump(mode="json", exclude={"help"}), recipe.fetch.columns[one.column])
        for one in recipe.entry
    ]
    text = json.dumps(columns, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def fingerprint(book: Book) -> Fingerprint | None:
    """Give the fingerprint of a workbook; None where it bears none, as one made by hand."""
    rows = next((grid.rows for grid in book.grids if grid.name == MARK), ())
    said = {str(row[0]): str(plain(row[1])) for row in rows if len(row) > 1}
    if not {"source", "version"} <= said.keys():
        return None
    lang = next((one for one in LANGS if one == said.get("lang")), LANGS[0])
    return Fingerprint(said["source"], said["version"], lang, tuple(said.get("areas", "").split()))


def is_key(entry: Entry, recipe: Recipe) -> bool:
    """Whether a column says what a row speaks of: its area, its period, a choice; of a decision each."""
    told = recipe.fetch.columns[entry.column]
    return bool(entry.areas or entry.choices or told in DATED or recipe.decisions)


def headings(recipe: Recipe) -> dict[str, str]:
    """Give the columns by all headings that a sheet may bear for them, without accidents of writing."""
    known: dict[str, str] = {}
    for one in recipe.entry:
        former = recipe.fetch.aliases.get(one.column, ())
        for heading in (one.column, *former, *(one.title.in_(lang) for lang in LANGS)):
            known[titled(heading)] = one.column
    return known


def areas_of(entry: Entry, only: tuple[str, ...], *, on: date) -> tuple[Area, ...]:
    """Give the areas to choose from: those the sheet is made for, or all of the level."""
    areas = register().at_level(entry.areas or "municipality", on=on)
    return tuple(area for area in areas if not only or area.id in only)


def label(area: Area, lang: str) -> str:
    """Give the text by which an area is chosen: `Tampere (837)`."""
    return f"{area.name(lang)} ({area.code})"


def unlabelled(text: str) -> tuple[str, str]:
    """Split `Tampere (837)` into name and remark; a text without a remark stays whole."""
    found = _LABEL.fullmatch(text)
    return (found[1], found[2]) if found else (text, "")


def named_area(text: str, level: str, *, on: date) -> tuple[str, str]:
    """Give the id of the area that a cell means, or none and which fault it is: `area` or `disagree`."""
    whole = _of_level(text, level, on=on)
    if whole:
        return whole, ""
    found = [_of_level(part, level, on=on) for part in unlabelled(text) if part]
    if len(found) > 1 and found[0] and found[1] and found[0] != found[1]:
        return "", "disagree"
    # Both parts must be known: with a slip in one, the other alone decides nothing.
    return (found[0], "") if found[0] and all(found) else ("", "area")


def _of_level(name: str, level: str, *, on: date) -> str:
    """Give the id of an area; a total of the whole country is no municipality."""
    found = register().match(name, level, on=on) or ""
    return found if found.startswith(f"{level}:") else ""
