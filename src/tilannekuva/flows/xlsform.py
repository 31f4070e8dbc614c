"""XLSForms: the contract of a joint sheet as a form for KoBo and ODK, in three languages.

The names of the questions are the columns of the recipe, so that what KoBo or ODK writes out as CSV is read
by the same source. The form checks what can be checked on one row; the rest is checked where it lands.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from tilannekuva.domain.areas import register
from tilannekuva.domain.definitions import LANGS, Lang, Text
from tilannekuva.errors import NotInstalled
from tilannekuva.sources.excel.contract import FIRST_DAY, NUMBERS, version
from tilannekuva.sources.excel.words import word
from tilannekuva.sources.recipe import Entry, Recipe

LANGUAGES: dict[Lang, str] = {"fi": "Suomi (fi)", "sv": "Svenska (sv)", "en": "English (en)"}
_TYPES = {"count": "integer", "number": "decimal", "day": "date"}
Row = dict[str, str]


def xlsform(recipe: Recipe, areas: Sequence[str] = (), *, on: date) -> bytes:
    """Give the workbook of a form, for some areas (ids) or for all; NotInstalled without its extra.

    With one area alone, it is chosen already. `on` is the day on which the form is made.
    """
    try:
        import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise NotInstalled("a workbook", "sources") from None
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, rows in sheets(recipe, areas, on=on).items():
            _write(book.add_worksheet(name), rows)
    return made.getvalue()


def _write(sheet: Any, rows: Sequence[Row]) -> None:  # noqa: ANN401 - a worksheet of XlsxWriter
    heads = list(dict.fromkeys(key for row in rows for key in row))
    sheet.write_row(0, 0, heads)
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, [row.get(key, "") for key in heads])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heads), 24)


def sheets(recipe: Recipe, areas: Sequence[str] = (), *, on: date) -> dict[str, list[Row]]:
    """Give the rows of the three sheets of a form: survey, choices, settings."""
    return {
        "survey": [_question(recipe, one, areas) for one in recipe.entry],
        "choices": [row for one in recipe.entry for row in _choices(one, areas, on)],
        "settings": [
            {
                "form_title": recipe.title.fi,
                "form_id": recipe.id.replace("-", "_"),
                "version": f"{on:%Y%m%d}{version(recipe)}",
                "default_language": LANGUAGES["fi"],
            }
        ],
    }


def _question(recipe: Recipe, entry: Entry, areas: Sequence[str]) -> Row:
    kind = recipe.fetch.columns[entry.column]
    chosen = bool(entry.areas or entry.choices)
    row = {
        "type": f"select_one {_list(entry)}" if chosen else _TYPES.get(kind, "text"),
        "name": entry.column,
        **_told("label", entry.title),
        **_told("hint", entry.help),
        "required": "yes" if entry.required else "no",
        "appearance": "minimal autocomplete" if entry.areas else "",
        "default": _preset(entry, kind, areas),
    }
    limits = " and ".join(_limits(entry, kind))
    refusals = {lang: _refusal(recipe, entry, kind, lang) for lang in LANGS}
    told = {f"constraint_message::{LANGUAGES[lang]}": text for lang, text in refusals.items()}
    return row | ({"constraint": limits} | told if limits else {})


def _told(what: str, text: Text) -> Row:
    return {f"{what}::{name}": text.in_(lang) for lang, name in LANGUAGES.items()}


def _list(entry: Entry) -> str:
    return entry.areas.replace("-", "_") if entry.areas else f"{entry.column}_choices"


def _preset(entry: Entry, kind: str, areas: Sequence[str]) -> str:
    if kind == "day":
        return "today()"
    return register().area(areas[0]).code if entry.areas and len(areas) == 1 else ""


def _limits(entry: Entry, kind: str) -> Iterator[str]:
    """Yield the conditions of an answer, in the form's own language."""
    if entry.areas or entry.choices:
        return
    if kind == "day":
        yield from (f". >= date('{FIRST_DAY}')", ". <= today()")
    if kind not in NUMBERS:
        return
    if entry.minimum is not None:
        yield f". >= {entry.minimum:g}"
    if entry.maximum is not None:
        yield f". <= {entry.maximum:.0f}"
    if entry.at_most:
        yield f"(${{{entry.at_most}}} = '' or . <= ${{{entry.at_most}}})"


def _refusal(recipe: Recipe, entry: Entry, kind: str, lang: Lang) -> str:
    """Say what an answer must be: the words of the template."""
    if kind not in NUMBERS:
        return word("refused_day", lang) if kind == "day" else ""
    limits = "" if entry.minimum is None else word("at_least", lang, minimum=f"{entry.minimum:g}")
    if entry.at_most:
        other = next(one for one in recipe.entry if one.column == entry.at_most)
        limits += word("as_column", lang, title=other.title.in_(lang))
    elif entry.maximum is not None:
        limits += word("at_most", lang, maximum=f"{entry.maximum:.0f}")
    return word(f"refused_{kind}", lang, limits=limits)


def _choices(entry: Entry, only: Sequence[str], on: date) -> Iterator[Row]:
    if entry.areas:
        for area in register().at_level(entry.areas, on=on):
            if not only or area.id in only:
                names = {f"label::{name}": area.name(lang) for lang, name in LANGUAGES.items()}
                yield {"list_name": _list(entry), "name": area.code, **names}
    for value, title in entry.choices.items():
        yield {"list_name": _list(entry), "name": value, **_told("label", title)}
