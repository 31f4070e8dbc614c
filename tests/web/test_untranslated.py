"""No text on any page stands outside its language: a language whose every text is marked shows what is not.

Texts of the catalogue, of definitions and of sources are marked ⟦so⟧, what is filled into them is not.
Letters that stand unmarked are neither translated nor known as names: a word of the program's own, or of
another language, that a reader meets.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest
from inner import STAFF_PAGES
from relabelled import asked, relabelled_site
from shown import LANGS, NOW, PAGES, REWOUND, Element, tree

from tilannekuva.domain.access import PUBLIC, Viewer
from tilannekuva.domain.areas import LEVELS, register
from tilannekuva.domain.measures import MEASURES
from tilannekuva.errors import BadInput, Busy, NoAnswer, NotInstalled, Refused, TilannekuvaError, TooMany
from tilannekuva.flows.entrance import Entrance
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web import render
from tilannekuva.web.language import Language, language
from tilannekuva.web.pages import glossary
from tilannekuva.web.pages.frame import LANGUAGE_NAMES
from tilannekuva.web.pages.login import account_page, fault, login_page
from tilannekuva.web.pages.people import Listed, people_page
from tilannekuva.web.registry import PAGES as ROOMS
from tilannekuva.web.urls import PATHS

SEEN = ("aria-label", "title", "alt", "placeholder", "label", "aria-description", "aria-roledescription")
FILLED = re.compile(r"(\{[^}]*\})")
LETTERS = re.compile(r"(?<![\w@/.-])[^\W\d_]{2,}(?![\w…-])")  # whole words: no ids, codes, cut names
ADDRESS = re.compile(r"\w+://\S+|\S+@\S+|www[.]\S+")
# Not said in any language: names of formats and programs, units, and the ids that addresses are made of.
UNSAID = {
    *("CSV", "JSON", "GeoJSON", "Parquet", "XLSX", "PDF", "PNG", "SVG", "HTML", "Atom", "SHA", "SQL"),
    *("WMS", "WMTS", "Excel", "Power", "BI", "Query", "QGIS", "FME", "pandas", "Python", "THL", "HS"),
    *("FI", "kB", "MB", "GEOJSON", "PARQUET"),
}


class Marked(Language):
    """A language that marks all it says."""

    def text(self, english: str, **values: object) -> str:
        found = "".join(_marked(one) for one in FILLED.split(super().text(english)))
        return found.format(**values) if values else found

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        forms = self._texts.get(one) or (one, many)
        return "".join(map(_marked, FILLED.split(forms[0 if n == 1 else 1]))).format(n=n, **values)

    def day(self, day: date) -> str:
        return _marked(super().day(day))

    def short_day(self, day: date) -> str:
        return _marked(super().short_day(day))

    def month(self, day: date) -> str:
        return _marked(super().month(day))

    def period(self, first: date, freq: str) -> str:
        return _marked(super().period(first, freq))

    def instant(self, at: datetime, *, short: bool = False) -> str:
        return _marked(super().instant(at, short=short))


def _marked(text: str) -> str:
    return text if FILLED.fullmatch(text) or not text.strip() else f"⟦{text}⟧"


def unmarked(text: str) -> str:
    """Give what stands outside all marks; a marked text may stand in two parts."""
    while "⟦" in text and (shorter := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    return ADDRESS.sub(" ", re.sub(r"⟦[^⟦⟧]*$|^[^⟦⟧]*⟧", " ", text))


def said(element: Element, lang: str) -> Iterator[str]:
    """Give all that a page says in its language; code, and passages marked as of another, are left out.

    A drawing breaks its texts into lines, so all its words are one text.
    """
    if element.name in ("script", "style", "code", "pre") or element.attributes.get("lang", lang) != lang:
        return
    yield from (element.attributes[name] for name in SEEN if name in element.attributes)
    if element.name == "svg":
        yield element.text
        return
    for one in element.inner:
        if isinstance(one, Element):
            yield from said(one, lang)
        else:
            yield one


@pytest.fixture(scope="module")
def names() -> dict[str, set[str]]:
    """Give the words of places' names in each language, of the glossary and of the kinds of measures."""
    areas = [one for level in LEVELS for one in register().at_level(level, on=NOW.date())]
    terms = [text for one in glossary.words() for text in (one.name, one.said) if text]
    terms += MEASURES.values()
    texts = {lang: [one.name(lang) for one in areas] + [one.in_(lang) for one in terms] for lang in LANGS}
    codes = " ".join(one.word for one in glossary.words())  # the glossary tells them beside the words
    known = UNSAID | {*LANGUAGE_NAMES.values(), *LETTERS.findall(codes)}
    return {lang: known | {*LETTERS.findall(" ".join(found))} for lang, found in texts.items()}


def shown(workspace: Workspace, lang: str, path: str, viewer: Viewer = PUBLIC) -> str:
    """Give a page in a language that marks what it says."""
    where, _, query = path.partition("?")
    page, _, name = where.partition("/")
    page = next((one for one, (path, _) in PATHS.items() if name and path == f"{page}/{{id}}"), page)
    marked = Marked(lang, language(lang)._texts)  # noqa: SLF001 - the same texts, marked
    site = relabelled_site(workspace, NOW, _marked, viewer)
    view = replace(site.view(asked(lang, page or "front", name, query, viewer)), language=marked)
    room = ROOMS[view.page]
    return rendered(marked, room.template, page=room.context(view))


def rendered(marked: Marked, template: str, **given: object) -> str:
    """Give a template filled in by a language that marks what it says."""
    environment = render.environment(marked.code).overlay()
    environment.globals = {**environment.globals, "_": marked.text}
    return environment.get_template(template).render(**given)


def left(page: Element, lang: str, known: set[str]) -> set[str]:
    """Give the texts of a page with words that are neither marked nor known."""
    return {text.strip() for text in said(page, lang) if {*LETTERS.findall(unmarked(text))} - known}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", [*PAGES.values(), f"indicator/cases?{REWOUND}", f"sources?{REWOUND}"])
def test_no_untranslated_word_stands_on_any_page(
    city_workspace: Workspace, names: dict[str, set[str]], lang: str, path: str
):
    assert left(tree(shown(city_workspace, lang, path)), lang, names[lang]) == set()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", [one for one in STAFF_PAGES.values() if one != "account"])
def test_no_untranslated_word_stands_on_a_page_behind_the_log_in(
    inner_workspace: Workspace, names: dict[str, set[str]], lang: str, path: str
):
    page = tree(shown(inner_workspace, lang, path, Viewer("staff", "municipality:837")))

    assert left(page, lang, names[lang] | {"saara"}) == set()


@pytest.mark.parametrize("lang", LANGS)
def test_no_untranslated_word_stands_on_account_people_and_log_in(
    inner_workspace: Workspace, names: dict[str, set[str]], lang: str
):
    entrance, words = Entrance(inner_workspace), Marked(lang, language(lang)._texts)  # noqa: SLF001 - likewise
    listed = Listed(entrance.people.all(), entrance.tokens.all(), entrance.audit.rows(), ())
    made = {
        "people.html": people_page(words, listed, NOW, token="", error=None),
        "account.html": account_page(words, listed.people[0], None),
        "login.html": login_page(words, inner_workspace.settings.login, "/", is_open=True, error=None),
    }
    known = names[lang] | {"saara", "aino", "console", "staff", "admin", "municipality"}
    for template, page in made.items():
        html = rendered(words, template, lang=lang, page=page, exercise=True, title=_marked("Tampere"))
        assert left(tree(html), lang, known) == set(), template


FAULTS = [TooMany(30), NotInstalled("it", "x"), Busy("why"), NoAnswer("why"), Refused("why"), BadInput("why")]


@pytest.mark.parametrize("error", FAULTS, ids=lambda one: type(one).__name__)
def test_what_was_wrong_with_a_form_is_told_in_the_language_of_the_page(error: TilannekuvaError):
    told = fault(Marked("sv", language("sv")._texts), error)  # noqa: SLF001 - likewise
    spoken = told.replace(error.command, "") if isinstance(error, NotInstalled) else told

    assert LETTERS.findall(unmarked(spoken)) == []


def test_what_is_not_translated_is_seen():
    """A word put between marked texts, or filled into one, is found; a marked text within another is not."""
    words = Marked("fi", {"Status: {status}": "Tila: {status}"})
    filled = words.text("Status: {status}", status="suppressed")

    assert LETTERS.findall(unmarked(filled)) == ["suppressed"]
    assert LETTERS.findall(unmarked(words.text("Status: {status}", status=_marked("salattu")))) == []
