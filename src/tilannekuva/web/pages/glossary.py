"""The words of the picture, from their one source, `web/glossary.toml`."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pydantic import Field

from tilannekuva.domain.definitions import Strict, Text, read
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import Frame, View, frame


class Word(Strict):
    """One word: how the code uses it, and, where readers meet it, its name on screen and what that means."""

    word: str = Field(description="The word in code and columns.")
    meaning: str = Field(description="What it means to who writes code or recipes, in English.")
    name: Text | None = Field(default=None, description="The word on screen.")
    said: Text | None = Field(default=None, description="What it means to a reader.")


class Words(Strict):
    """All words, in the order of the alphabet."""

    word: tuple[Word, ...] = Field(description="The words.")


@dataclass(frozen=True, slots=True)
class Term:
    """One word as readers meet it; `id` is its anchor."""

    id: str
    name: str
    code: str
    meaning: str


@dataclass(frozen=True, slots=True)
class GlossaryPage:
    """The words that readers meet, in the order of the page's own alphabet."""

    frame: Frame
    title: str
    terms: tuple[Term, ...]


@cache
def words() -> tuple[Word, ...]:
    """Give all words; BadDefinition names file, line and cure of a mistake."""
    file = resources.files("tilannekuva.web") / "glossary.toml"
    return read(file.read_text(encoding="utf-8"), file.name, Words).word


def glossary_page(view: View) -> GlossaryPage:
    """Make the page."""
    return GlossaryPage(frame(view), view.language.text("Glossary"), tuple(_terms(view.language)))


def _terms(language: Language) -> list[Term]:
    lang = language.code
    found = [
        Term(_anchor(one.word), one.name.in_(lang), one.word, one.said.in_(lang))
        for one in words()
        if one.name and one.said
    ]
    return sorted(found, key=lambda one: one.name.casefold())


def _anchor(word: str) -> str:
    return word.partition(",")[0].replace("_", "-").replace(" ", "-")


def rows(view: View) -> list[dict[str, Any]]:
    """Give the words as data: one row a word."""
    return [{"word": one.code, "name": one.name, "meaning": one.meaning} for one in _terms(view.language)]
