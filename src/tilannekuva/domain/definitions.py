"""Definitions as people write them: TOML texts checked against a frozen model."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import takewhile
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tilannekuva.domain.calendar import duration
from tilannekuva.errors import BadDefinition

Lang = Literal["fi", "sv", "en"]
LANGS: tuple[Lang, ...] = ("fi", "sv", "en")


def _duration(given: object) -> timedelta:
    """Give the time span of a text; a bare number has no unit and is refused."""
    if isinstance(given, timedelta):
        return given
    return duration(given if isinstance(given, str) else repr(given))


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


_TABLE = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"""\s*("[^"]+"|[\w.-]+)\s*=""")


class Strict(BaseModel):
    """A frozen definition that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Text(Strict):
    """One text in the three languages."""

    fi: str = Field(min_length=1)
    sv: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_(self, lang: str) -> str:
        """Give the text in a language."""
        return str(getattr(self, lang))


class Unit(Text):
    """What is counted, as it is written after a number; `one` after 1, where that differs."""

    one: Text | None = None

    def after(self, number: float, lang: str) -> str:
        """Give what is written after a number as it is shown, in a language."""
        return (self.one or self).in_(lang) if number == 1 else self.in_(lang)


Model = TypeVar("Model", bound=BaseModel)


def read(text: str, name: str, model: type[Model]) -> Model:
    """Read a TOML text as a model; BadDefinition names file, line and cure of each mistake."""
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadDefinition(f"{name}: {error}; mend the TOML there") from None
    except ValidationError as error:
        raise BadDefinition(described(error, text, name)) from None


def described(error: ValidationError, text: str, name: str) -> str:
    """Say where in a TOML text each mistake stands and what is wrong with it."""
    lines = []
    for one in error.errors():
        where = ".".join(str(part) for part in one["loc"])
        line = line_of(text, one["loc"])
        lines.append(f"{name}, line {line}: {where or 'file'}: {_cure(one)}")
    return "\n".join(lines)


def _cure(one: Any) -> str:  # noqa: ANN401 - pydantic's own record of one mistake
    if one["type"] == "extra_forbidden":
        return "this key is not known; remove it or correct its spelling"
    if one["type"] == "missing":
        return "this key is required; add it"
    return str(one["msg"]).removeprefix("Value error, ")


def line_of(text: str, path: tuple[int | str, ...]) -> int:
    """Give the line of a TOML text on which the deepest part of a path that is there stands."""
    best, line = 0, 1
    for number, found in _places(text):
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(found, path, strict=False)))
        if same > best:
            best, line = same, number
    return line


def _places(text: str) -> Iterator[tuple[int, tuple[int | str, ...]]]:
    """Yield each line that opens a table or sets a key, with the path it stands for."""
    here: tuple[int | str, ...] = ()
    tables: Counter[str] = Counter()
    within = False
    for number, line in enumerate(text.splitlines(), 1):
        table, key = _TABLE.match(line), _KEY.match(line)
        if not within and table:
            name = table[2]
            here = (name, tables[name]) if table[1] == "[[" else tuple(name.split("."))
            tables[name] += 1
            yield number, here
        elif not within and key:
            yield number, (*here, *(part.strip('"') for part in key[1].split(".")))
        within ^= line.count('"""') % 2 == 1
