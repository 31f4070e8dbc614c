"""The words of templates and of what goes back, in three languages."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from tilannekuva.domain.definitions import Lang


@cache
def _tables(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


def sentences() -> dict[str, Any]:
    """Give what is told of each fault, by code and language."""
    return _tables("faults.toml")


def word(name: str, lang: Lang, **filled: object) -> str:
    """Give a text of a template in a language."""
    text: str = _tables("words.toml")[name][lang]
    return text.format(**filled) if filled else text


def words(name: str, lang: Lang) -> list[str]:
    """Give a list of texts in a language: headings, steps."""
    return list(_tables("words.toml")[name][lang])
