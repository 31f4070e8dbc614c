"""A recipe: one TOML file that says how a source is asked and how its answer is read."""

import re
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from tilannekuva import config
from tilannekuva.domain.calendar import duration, instant
from tilannekuva.domain.definitions import Slug, Strict, Text, read
from tilannekuva.domain.observations import Snapshot
from tilannekuva.errors import BadInstant


def _duration(given: object) -> timedelta:
    """Give the time span of a text; a bare number has no unit and is refused."""
    if isinstance(given, timedelta):
        return given
    return duration(given if isinstance(given, str) else repr(given))


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Kind = Literal["text", "day", "week", "count", "number"]
Level = Literal[
    "municipality", "region", "hospital-district", "wellbeing-county", "university-hospital-area", "country"
]


_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "x-api-key", "apikey", "api-key"}


def _instant(text: str) -> None:
    """Raise ValueError, as models want it, for a text that is no instant."""
    try:
        instant(text)
    except BadInstant as error:
        raise ValueError(f"sample_landed_at: {error}") from None


class Fetch(Strict):
    """Where the answer is and which form it has."""

    url: str = Field(
        pattern=r"^https?://", description="Address; `{from}` and `{to}` become the days of the window."
    )
    format: Literal["json", "csv"] = Field(description="Form of the answer.")
    rows: str = Field(
        default="*",
        description="Where the rows stand in a JSON answer: keys joined by dots, `*` for every entry.",
    )
    delimiter: str = Field(
        default=";", min_length=1, max_length=1, description="What parts the cells of a CSV answer."
    )
    columns: dict[str, Kind] = Field(
        min_length=1,
        description="Columns that must be there, each `text`, `day`, `week`, `count` or `number`.",
    )
    optional: tuple[str, ...] = Field(default=(), description="Of these columns, those that may be absent.")
    headers: dict[str, str] = Field(default={}, description="Request headers.")
    key: str = Field(
        default="",
        description="Name of the environment variable that holds the key, `env:NAME`; never the key itself.",
    )
    key_header: str = Field(default="Authorization", description="Header that carries the key.")
    window_days: int = Field(
        default=0, ge=0, description="Length in days of the window from `{from}` to `{to}`."
    )
    next: str = Field(default="", description="Where a JSON answer names the address of its next page.")
    timeout: Duration = Field(
        default=timedelta(seconds=30), description="Longest time for one answer, `30s`."
    )
    max_mb: int = Field(default=64, ge=1, le=1024, description="Largest answer in megabytes, unpacked.")

    @field_validator("key")
    @classmethod
    def _by_name(cls, key: str) -> str:
        if key and not re.fullmatch(r"env:[A-Z][A-Z0-9_]*", key):
            raise ValueError(
                "recipes are shared, so no secret stands in them: put the key into an environment variable, "
                "and its name here as env:NAME"
            )
        return key

    @field_validator("headers")
    @classmethod
    def _no_secrets(cls, headers: dict[str, str]) -> dict[str, str]:
        for name in headers:
            if name.casefold() in _SECRET_HEADERS:
                raise ValueError(
                    f'recipes are shared, so no secret stands in them: write key = "env:NAME" and '
                    f'key_header = "{name}"'
                )
        return headers


class Series(Strict):
    """What the answer says of one indicator."""

    indicator: Slug = Field(description="Id of the indicator.")
    level: Level = Field(description="Level of the areas that the column `area` names.")
    freq: Literal["day", "week"] = Field(
        default="day", description="Period of a value; a week is dated by its Monday."
    )
    sql: str = Field(
        min_length=1,
        description="Standard SQL over `raw` and `answer` that gives area, reference_date and value.",
    )
    provisional_days: int = Field(
        default=0, ge=0, description="Days before the landing whose values are still incomplete."
    )
    provisional_areas: dict[str, int] = Field(
        default={}, description="Other numbers of provisional days, by area as `level:code`."
    )
    integer: bool = Field(default=True, description="Whether values are whole numbers.")
    minimum: float | None = Field(default=0, description="Smallest value that can be true.")


class Check(Strict):
    """A question whose answer must be empty."""

    sql: str = Field(
        min_length=1,
        description="SQL over `rows`, `raw` and `faults` (rows left out); each row is a reason to refuse.",
    )
    why: str = Field(min_length=1, description="What a fault means, in a few words.")


class Guard(Strict):
    """Limits within which an answer is believed without asking a person."""

    min_rows: int = Field(default=1, ge=0, description="Fewest rows of a whole answer.")
    areas: int = Field(
        default=0, ge=0, description="Number of areas that a whole answer names; 0 = not checked."
    )
    max_shrink: float = Field(
        default=0.1, ge=0, le=1, description="Largest share of known values that one answer may take back."
    )
    max_change: float = Field(
        default=0.2, ge=0, description="Largest relative change of an indicator's sum over settled days."
    )
    settled_days: int = Field(default=14, ge=0, description="Days after which values count as settled.")


class Recipe(Strict):
    """A source, as declared in `recipes/<id>.toml`."""

    id: Slug = Field(description="Name of the source, the same as the file's.")
    title: Text = Field(description="Title in fi, sv and en.")
    publisher: str = Field(min_length=1, description="Who publishes the answer.")
    licence: Text = Field(description="Licence of the data, in fi, sv and en.")
    contact: str = Field(min_length=1, description="Where to ask about the source.")
    about: Text = Field(description="What a reader must know of the source, in fi, sv and en.")
    every: Duration | None = Field(default=None, description="How often it is asked; absent = only replayed.")
    rhythm: Duration = Field(description="How often it publishes news; late after two and a half of these.")
    sample_landed_at: str = Field(default="", description="Instant at which the sample answer landed.")
    snapshot: Snapshot = Field(
        description="`complete`: what is absent was withdrawn; `window`: only within its days; `log`: never."
    )
    fetch: Fetch = Field(description="Where the answer is and which form it has.")
    series: tuple[Series, ...] = Field(min_length=1, description="What the answer says, one an indicator.")
    check: tuple[Check, ...] = Field(default=(), description="Questions whose answers must be empty.")
    guard: Guard = Field(
        default=Guard(), description="Limits within which an answer is believed without asking a person."
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Recipe":
        unknown = set(self.fetch.optional) - set(self.fetch.columns)
        if unknown:
            raise ValueError(f"`optional` names columns that `columns` lacks: {', '.join(sorted(unknown))}")
        if ("{from}" in self.fetch.url) != bool(self.fetch.window_days):
            raise ValueError("a URL with {from} needs `window_days`, and `window_days` a URL with {from}")
        if self.sample_landed_at:
            _instant(self.sample_landed_at)
        if self.every is not None and self.every > self.rhythm:
            raise ValueError("`every` may not be longer than `rhythm`, or news is missed")
        return self

    @property
    def dated_by_landing(self) -> bool:
        """Whether the day of landing dates the values, so that a repeated answer is news."""
        return any("landed_date" in one.sql for one in self.series)


def recipe(text: str, name: str) -> Recipe:
    """Read one recipe; BadDefinition names file, line and cure."""
    return read(text, name, Recipe)


def texts(own: Path | None = None) -> dict[str, str]:
    """Give the texts of all recipes by id: the shipped ones, then the workspace's own."""
    return config.texts(resources.files(__package__) / "recipes", own)


def sample(recipe: Recipe, own: Path | None = None) -> tuple[bytes, str] | None:
    """Give a recipe's sample answer and the rows expected of it; None where it carries none."""
    shipped = resources.files(__package__) / "recipes"
    for folder in (own, shipped):
        answer = folder and folder / f"{recipe.id}.sample.{recipe.fetch.format}"
        expected = folder and folder / f"{recipe.id}.expected.csv"
        if answer and expected and answer.is_file() and expected.is_file() and recipe.sample_landed_at:
            return answer.read_bytes(), expected.read_text(encoding="utf-8")
    return None
