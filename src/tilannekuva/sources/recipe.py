"""A recipe: one TOML file that says how a source is asked and how its answer is read."""

import re
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from tilannekuva import config
from tilannekuva.domain.calendar import instant
from tilannekuva.domain.definitions import Slug, Strict, Text, read
from tilannekuva.domain.observations import Freq, Snapshot
from tilannekuva.errors import BadInstant
from tilannekuva.sources.fetch import Duration, Fetch

Level = Literal[
    "station",
    "municipality",
    "region",
    "hospital-district",
    "wellbeing-county",
    "university-hospital-area",
    "country",
]


def _instant(text: str) -> None:
    """Raise ValueError, as models want it, for a text that is no instant."""
    try:
        instant(text)
    except BadInstant as error:
        raise ValueError(f"sample_landed_at: {error}") from None


class Series(Strict):
    """What the answer says of one indicator."""

    indicator: Slug = Field(description="Id of the indicator.")
    level: Level = Field(description="Level of the areas that the column `area` names.")
    freq: Freq = Field(
        default="day",
        description="Period of a value: `day`, `week`, `month` or `year`, dated by its first day.",
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


class Decisions(Strict):
    """What the answer says of decisions."""

    sql: str = Field(
        min_length=1,
        description="Standard SQL over `raw` that gives id, body, title, taken_on, and any of area, measure, "
        "strength, effective_from, effective_to, published_at, legal_basis, case_number, link, lang, source.",
    )


class Place(Strict):
    """How the things of a map answer come to areas; adds the columns `area` and `share` to `raw`."""

    method: Literal["within", "share", "nearest", "buffer", "grid"] = Field(
        description="`within`: the area that a point or the greater part lies in; `share`: every area with "
        "its share; `nearest`: the nearest point of `to`; `buffer`: all points of `to` within `metres`; "
        "`grid`: the square of `metres` a side."
    )
    level: Level = Field(default="municipality", description="Level of the areas.")
    boundaries: Slug = Field(
        default="statfin-boundaries", description="Source whose newest answer holds the areas' boundaries."
    )
    metres: float = Field(default=0, ge=0, description="Width of a buffer, or the side of a grid square.")


class Entry(Strict):
    """One column of a joint sheet that people fill in."""

    column: str = Field(min_length=1, description="Name of the column in `columns`.")
    title: Text = Field(description="Heading in fi, sv and en.")
    help: Text = Field(description="What to write, shown when the cell is chosen.")
    required: bool = Field(default=True, description="Whether a row without it is refused.")
    minimum: float | None = Field(default=0, description="Smallest number that can be true.")
    maximum: float | None = Field(default=None, description="Largest number that can be true.")
    areas: Level | None = Field(default=None, description="Level of the areas to choose from.")
    choices: dict[str, Text] = Field(
        default={}, description="Values to choose from and what they are called."
    )


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
        description="`complete`: what is absent was withdrawn; `window`: only within its days; `delivery`: "
        "only for the areas it names, within its days; `log`: never."
    )
    fetch: Fetch = Field(description="Where the answer is and which form it has.")
    series: tuple[Series, ...] = Field(default=(), description="What the answer says, one an indicator.")
    decisions: Decisions | None = Field(default=None, description="What it says of decisions.")
    place: Place | None = Field(default=None, description="How things on a map come to areas.")
    places: dict[str, str] = Field(
        default={},
        description="Areas of stations and other places by the source's own code: the table `places`.",
    )
    entry: tuple[Entry, ...] = Field(default=(), description="Columns of the sheet that people fill in.")
    proven_on: tuple[str, ...] = Field(
        default=(), description="Recorded answers that the tests read with it; none = format only."
    )
    check: tuple[Check, ...] = Field(default=(), description="Questions whose answers must be empty.")
    guard: Guard = Field(
        default=Guard(), description="Limits within which an answer is believed without asking a person."
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Recipe":
        if not (self.series or self.decisions or self.fetch.format == "geo"):
            raise ValueError("a recipe says something: add [[series]] or [decisions]")
        strange = {one.column for one in self.entry} - self.fetch.columns.keys()
        if strange:
            raise ValueError(f"`entry` names columns that `columns` lacks: {', '.join(sorted(strange))}")
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


def sample(recipe: Recipe, own: Path | None = None) -> tuple[tuple[bytes, ...], str] | None:
    """Give the pages of a recipe's sample answer and the rows expected; None where it carries none.

    The pages are `<id>.sample.json` or, when there are several, `<id>.sample-1.json` and so on.
    """
    shipped = resources.files(__package__) / "recipes"
    for folder in (own, shipped):
        if folder is None or not folder.is_dir() or not recipe.sample_landed_at:
            continue
        named = re.compile(rf"{recipe.id}\.sample(-\d+)?\.\w+")
        pages = sorted(
            (one for one in folder.iterdir() if named.fullmatch(one.name)), key=lambda one: one.name
        )
        expected = folder / f"{recipe.id}.expected.csv"
        if pages and expected.is_file():
            return tuple(one.read_bytes() for one in pages), expected.read_text(encoding="utf-8")
    return None
