"""Definitions as people write them: TOML texts checked against a frozen model."""

import tomllib
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tilannekuva.errors import BadDefinition

Lang = Literal["fi", "sv", "en"]
LANGS: tuple[Lang, ...] = ("fi", "sv", "en")
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


class Strict(BaseModel):
    """A frozen definition that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Strict):
    """One text in the three languages."""

    fi: str = Field(min_length=1)
    sv: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_(self, lang: str) -> str:
        """Give the text in a language."""
        return str(getattr(self, lang))


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
    """Give the line of a TOML text on which the deepest key of a path stands."""
    lines = text.splitlines()
    start, best = 0, 1
    for depth, part in enumerate(path):
        if isinstance(part, int):
            start = _nth_table(lines, str(path[depth - 1]) if depth else "", part, start)
            best = start + 1
            continue
        found = _key_line(lines, part, start)
        if found is not None:
            start, best = found, found + 1
    return best


def _nth_table(lines: list[str], name: str, nth: int, start: int) -> int:
    headers = [at for at, line in enumerate(lines) if line.strip().startswith(f"[[{name}")]
    return headers[nth] if nth < len(headers) else start


def _key_line(lines: list[str], key: str, start: int) -> int | None:
    for at in range(start, len(lines)):
        line = lines[at].strip()
        if line.startswith((f"[{key}]", f"[[{key}]]")) or line.split("=")[0].strip().strip('"') == key:
            return at
        if at > start and line.startswith("[[") and lines[start].strip().startswith("[["):
            return None
    return None
