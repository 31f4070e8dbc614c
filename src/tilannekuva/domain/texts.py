"""Texts of sectors: what people add in words to what the figures say."""

import re

from pydantic import Field, field_validator, model_validator

from tilannekuva.domain.areas import register
from tilannekuva.domain.definitions import LANGS, Lang, Strict
from tilannekuva.errors import UnknownArea


class Told(Strict):
    """A text in at least one of the three languages."""

    fi: str = Field(default="", description="In Finnish.")
    sv: str = Field(default="", description="In Swedish.")
    en: str = Field(default="", description="In English.")

    @model_validator(mode="after")
    def _in_some_language(self) -> "Told":
        if not any(getattr(self, lang).strip() for lang in LANGS):
            raise ValueError("write it in at least one of fi, sv, en")
        return self

    def nearest(self, lang: str) -> tuple[Lang, str]:
        """Give the text in a language, or in the first of fi, sv, en that has one, after which that is."""
        order = sorted(LANGS, key=lambda one: one != lang)
        return next((one, text) for one in order if (text := getattr(self, one).strip()))


class SectorText(Strict):
    """What a sector tells in its own words: one TOML file in the workspace's folder `texts`."""

    title: Told = Field(description="Name of the sector, such as social and health services.")
    text: Told = Field(description="What it tells; an empty line parts paragraphs.")
    author: str = Field(default="", description="Who answers for the text.")
    order: int = Field(default=0, description="Place among the texts, the smallest first.")
    area: str = Field(default="", description="Area that it is about; without it, all of the picture's.")

    @field_validator("area")
    @classmethod
    def _known_area(cls, text: str) -> str:
        try:
            return text and register().area(text).id
        except UnknownArea as error:
            raise ValueError(str(error)) from None

    def paragraphs(self, lang: str) -> tuple[Lang, tuple[str, ...]]:
        """Give the paragraphs as `nearest` gives the text, after their language."""
        found, text = self.text.nearest(lang)
        return found, tuple(" ".join(one.split()) for one in re.split(r"\n\s*\n", text))
