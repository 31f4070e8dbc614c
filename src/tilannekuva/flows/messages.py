"""What the ledger tells of a delivery in English, said in the language of whoever reads it.

The ledger keeps one text of each look. Those that are for people who fill in forms and sheets, why a report
cannot be true and which cell is no count or tells of a person, are made from our own sentences, and are found
again in them.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from tilannekuva.domain.areas import register
from tilannekuva.domain.definitions import LANGS, Text
from tilannekuva.domain.reports import WORDS
from tilannekuva.domain.services import Service
from tilannekuva.sources.excel.words import sentences

# Taken in part, or refused for too many faults.
_PARTLY = re.compile(
    r"(\d+) (?:rows left out|faulty rows of \d+; the first): (.+?)(?:; if it is right all the same: .+)?",
    re.DOTALL,
)
_OF_REPORT = re.compile(r"([\w-]+:\w+), (\d{4}-\d\d-\d\d): (.+)", re.DOTALL)
_OF_CELL = re.compile(r"row (\d+), ([A-Z]+\d+): (.+)", re.DOTALL)
_NO_SENTENCES = ("kind", "row", "near")
_LEFT_OUT = {"fi": "Pois jätettyjä rivejä: {n}.", "sv": "Utelämnade rader: {n}.", "en": "Rows left out: {n}."}


def said(message: str, service: Service | None = None) -> Text | None:
    """Say the message of a look in each language; None for one that is about the source's own form.

    `service` is the one that the look is of, by whose words its numbers are called.
    """
    partly = _PARTLY.fullmatch(message)
    if partly is None:
        return _fault(message, service)
    faults = list(_faults(partly[2], service))
    if not all(faults):
        return None
    heads = {lang: text.format(n=partly[1]) for lang, text in _LEFT_OUT.items()}
    return Text(
        **{lang: " ".join([heads[lang], *(one.in_(lang) for one in faults if one)]) for lang in LANGS}
    )


def _faults(text: str, service: Service | None) -> Iterator[Text | None]:
    """Yield each of the faults that stand in one line; a sentence may hold the mark that parts them."""
    held = ""
    for part in text.split("; "):
        held += ("; " if held else "") + part
        if found := _fault(held, service):
            yield found
            held = ""
    if held:
        yield None


def _fault(text: str, service: Service | None) -> Text | None:
    """Say one fault, with the report or the cell that it is of."""
    of_report, of_cell = _OF_REPORT.fullmatch(text), _OF_CELL.fullmatch(text)
    placed = of_report or of_cell
    words = _sentence(placed[3] if placed else text, service)
    if of_report and words:
        day = date.fromisoformat(of_report[2])
        names = {lang: register().area(of_report[1]).name(lang) for lang in LANGS}
        written = f"{day.day}.{day.month}.{day.year}"
        return Text(**{lang: f"{names[lang]}, {written}: {words.in_(lang)}" for lang in LANGS})
    if of_cell and words:
        row = sentences()["row"]
        return Text(**{lang: f"{row[lang]} {of_cell[1]}, {of_cell[2]}: {words.in_(lang)}" for lang in LANGS})
    return words


def _sentence(text: str, service: Service | None) -> Text | None:
    titles = {one.title.en: one.title for one in service.counts} if service else {}
    for pattern, told in _patterns():
        if found := pattern.fullmatch(text):
            return Text(
                **{
                    lang: told[lang].format_map(
                        {name: _named(value, titles, lang) for name, value in found.groupdict().items()}
                    )
                    for lang in LANGS
                }
            )
    return None


def _named(value: str, titles: Mapping[str, Text], lang: str) -> str:
    """Call what a sentence was filled with by its name in a language: numbers of a service, levels."""
    kinds = {one["en"]: one[lang] for one in sentences()["kind"].values()}
    parts = (titles[one].in_(lang) if one in titles else kinds.get(one, one) for one in value.split(" + "))
    return " + ".join(parts)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    """Give each sentence in three languages, with what its English text looks like once it is filled."""
    table = sentences()
    near = {lang: table["area"][lang] + table["near"][lang] for lang in LANGS}
    of_cells = [one for name, one in table.items() if name not in _NO_SENTENCES]
    told = [*(one.model_dump() for one in WORDS.values()), near, *of_cells]
    return tuple((re.compile(_looks(one["en"]), re.DOTALL), one) for one in told)


def _looks(text: str) -> str:
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(text))
