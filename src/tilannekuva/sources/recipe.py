"""A recipe: one TOML file that says how a source is asked and how its answer is read."""

import re
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, field_validator, model_validator

from tilannekuva import config
from tilannekuva.domain.calendar import instant
from tilannekuva.domain.definitions import Duration, Slug, Strict, Text, read
from tilannekuva.domain.observations import Freq, Snapshot
from tilannekuva.errors import BadInstant
from tilannekuva.sources.fetch import STREAMED, Fetch

Step = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Level = Literal[
    "station",
    "municipality",
    "region",
    "hospital-district",
    "wellbeing-county",
    "university-hospital-area",
    "country",
]
_PLACED = {"area", "share", "size", "distance", "grid"}  # columns that `place` makes
_SQUARES = (250, 1000, 5000)  # metres: the sides of Statistics Finland's grids
_COORDINATES = 2


def _instant(text: str) -> None:
    """Raise ValueError, as models want it, for a text that is no instant."""
    try:
        instant(text)
    except BadInstant as error:
        raise ValueError(f"sample_landed_at: {error}") from None


class Series(Strict):
    """What the answer says of one indicator."""

    indicator: Annotated[str, Field(pattern=r"^((released:)?[a-z][a-z0-9]*(-[a-z0-9]+)*)?$")] = Field(
        default="",
        description="Id of the indicator; with `each`, left out. With `released:` before it, as released.",
    )
    each: dict[Slug, str] = Field(
        default={},
        description="Several indicators told alike, each with its own text for `{column}` in `sql`.",
    )
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

    @model_validator(mode="after")
    def _named(self) -> "Series":
        if bool(self.indicator) == bool(self.each):
            raise ValueError("name the `indicator`, or several in `each`")
        return self

    def written_out(self) -> "list[Series]":
        """Give one series an indicator."""
        if not self.each:
            return [self]
        return [
            self.model_copy(
                update={"indicator": name, "each": {}, "sql": self.sql.replace("{column}", column)}
            )
            for name, column in self.each.items()
        ]


class Decisions(Strict):
    """What the answer says of decisions."""

    sql: str = Field(
        min_length=1,
        description="Standard SQL over `raw` that gives id, body, taken_on, title, and any of lang (of the "
        "title), title_fi, title_sv, title_en, text_fi, text_sv, text_en, organ, published_at, "
        "effective_from, effective_to, area, measure, strength, legal_basis, case_number, link, note, "
        "options, expected_indicator, expected_direction (`down`, `up`), expected_size (per cent), "
        "expected_by, owner, review_on, reviewed_on, seen, verdict (`kept`, `changed`, `ended`), stage "
        "(`proposed`, `repealed`), superseded_by, picture, visibility, municipality, by, status. Several "
        "measures and their strengths have blanks between them. Days and instants may be texts; empty = "
        "not told.",
    )


class Place(Strict):
    """How the shapes or points of an answer come to areas.

    `raw` then has a row for each area that a shape comes to, with the columns `area` (its id), `share` (how
    much of the shape lies there; 1 is all) and `size` (of that part: square metres of a surface, metres of a
    line, empty for a point).
    """

    method: Literal["within", "share", "nearest", "buffer", "grid"] = Field(
        description="`within`: the one area in which a point, or the greater part of a shape, lies; `share`: "
        "every area in which a part lies; `nearest`: the nearest area, with the column `distance` in metres; "
        "`buffer`: every area within `metres` of the shape, `share` being that of the surface around it; "
        "`grid`: as `within`, with the column `grid`, the id of the grid square of `metres` a side."
    )
    metres: float = Field(
        default=0,
        ge=0,
        description="For `within`: how far outside all areas, as at a coarse coast, a shape may lie and "
        "still go to the nearest. For `nearest`: how far that may be, 0 = however far. For `buffer`: its "
        "width. For `grid`: the side of a square, 250, 1000 or 5000.",
    )
    level: Level = Field(
        default="municipality", description="Level of the areas; those of the boundaries are put together."
    )
    boundaries: Slug = Field(
        default="statfin-boundaries",
        description="Source whose newest good answer, as known when this one lands, holds the boundaries.",
    )
    weights: Slug | None = Field(
        default=None,
        description="For `share`: source whose newest good answer says where people live, such as "
        "`statfin-population-grid`: a share is then that of a shape's people, not of its surface.",
    )
    weight: str = Field(default="", description="Column of `weights` that holds the number of people.")
    point: tuple[str, ...] = Field(
        default=(),
        description="Columns with the east and the north coordinate (or longitude and latitude) of a table "
        "that has no `geometry`; `crs` says of which system.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Place":
        if self.method == "buffer" and not self.metres:
            raise ValueError("the method `buffer` needs `metres`, the width around each shape")
        if self.method == "grid" and self.metres not in _SQUARES:
            raise ValueError("the method `grid` needs `metres`, the side of a square: 250, 1000 or 5000")
        if bool(self.weights) != bool(self.weight) or (self.weights and self.method != "share"):
            raise ValueError("`weights` and `weight` go together, with the method `share`")
        if len(self.point) not in (0, _COORDINATES):
            raise ValueError("`point` names two columns, that of the east coordinate first")
        return self


class Boundaries(Strict):
    """Which areas the shapes of a map answer are; other sources come to areas with them."""

    columns: tuple[str, ...] = Field(
        min_length=1,
        description="Columns that may hold the code or the name of the area; the first that does counts.",
    )
    level: Level = Field(default="municipality", description="Level of the areas.")


class Entry(Strict):
    """One column of a joint sheet that people fill in."""

    column: str = Field(min_length=1, description="Name of the column in `columns`.")
    title: Text = Field(description="Heading in fi, sv and en.")
    help: Text = Field(description="What to write, shown when the cell is chosen.")
    required: bool = Field(default=True, description="Whether a row without it is refused.")
    minimum: float | None = Field(default=0, description="Smallest number that can be true.")
    maximum: float | None = Field(default=None, description="Largest number that can be true.")
    areas: Level | None = Field(default=None, description="Level of the areas to choose from.")
    at_most: str = Field(default="", description="Earlier column whose number this one may not exceed.")
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
    steps: dict[Step, str] = Field(
        default={},
        description="Tables that several series build on, made of `raw` in their order: name and SQL.",
    )
    series: tuple[Series, ...] = Field(default=(), description="What the answer says, one an indicator.")
    decisions: Decisions | None = Field(default=None, description="What it says of decisions.")
    place: Place | None = Field(default=None, description="How things on a map come to areas.")
    boundaries: Boundaries | None = Field(default=None, description="Which areas its shapes are.")
    places: dict[str, str] = Field(
        default={},
        description="Areas of stations and other places by the source's own code: the table `places`.",
    )
    entry: tuple[Entry, ...] = Field(default=(), description="Columns of the sheet that people fill in.")
    proven_on: tuple[str, ...] = Field(
        default=(),
        description="Recorded answers, or series of them, that the tests read with it; none = format only.",
    )
    check: tuple[Check, ...] = Field(default=(), description="Questions whose answers must be empty.")
    guard: Guard = Field(
        default=Guard(), description="Limits within which an answer is believed without asking a person."
    )

    @field_validator("series")
    @classmethod
    def _written_out(cls, series: tuple[Series, ...]) -> tuple[Series, ...]:
        """Give one series an indicator, also of those that are told alike."""
        return tuple(one for given in series for one in given.written_out())

    @model_validator(mode="after")
    def _consistent(self) -> "Recipe":
        if not (self.series or self.decisions or self.fetch.format == "geo"):
            raise ValueError("a recipe says something: add [[series]] or [decisions]")
        strange = {one.column for one in self.entry} - self.fetch.columns.keys()
        if strange:
            raise ValueError(f"`entry` names columns that `columns` lacks: {', '.join(sorted(strange))}")
        if self.entry and self.fetch.format != "sheet":
            raise ValueError('`entry` says what people fill into a sheet: write format = "sheet"')
        for nth, one in enumerate(self.entry):
            if one.at_most and one.at_most not in {other.column for other in self.entry[:nth]}:
                raise ValueError(f"`at_most` of '{one.column}' names no column before it: '{one.at_most}'")
        self._on_map()
        if self.sample_landed_at:
            _instant(self.sample_landed_at)
        if self.every is not None and self.every > self.rhythm:
            raise ValueError("`every` may not be longer than `rhythm`, or news is missed")
        return self

    def _on_map(self) -> None:
        """Raise ValueError when shapes shall come to areas and there are none, or no room for the answer."""
        columns = self.fetch.columns
        shapes = "geometry" in columns.values()
        if self.boundaries and not (shapes and columns.keys() >= {*self.boundaries.columns}):
            raise ValueError('`boundaries` needs its columns, and geometry = "geometry", among `columns`')
        if self.place is None:
            return
        if self.fetch.format in STREAMED:
            raise ValueError(f"the format {self.fetch.format} is read without shapes: leave `place` out")
        point = [columns.get(name) for name in self.place.point]
        if shapes == bool(point) or any(kind != "number" for kind in point):
            raise ValueError(
                '`place` needs shapes: geometry = "geometry" in `columns`, or two `number` columns as `point`'
            )
        if point and not self.fetch.crs:
            raise ValueError('`point` needs `crs`, the coordinate system of its numbers, such as "EPSG:3067"')
        taken = columns.keys() & _PLACED
        if taken:
            raise ValueError(f"`place` makes the column {min(taken)}; give the answer's own another name")

    @property
    def grounds(self) -> tuple[str, ...]:
        """The sources by whose answers its shapes come to areas: of the boundaries, then of the weights."""
        if self.place is None:
            return ()
        return tuple(name for name in (self.place.boundaries, self.place.weights) if name)

    @property
    def dated_by_landing(self) -> bool:
        """Whether the day of landing dates the values, so that a repeated answer is news."""
        return any("landed_date" in sql for sql in (*self.steps.values(), *(one.sql for one in self.series)))


class Ground(NamedTuple):
    """A landed answer that places are found by, boundaries or where people live: its recipe and its pages."""

    recipe: Recipe
    pages: tuple[bytes, ...]


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


def facts(recipe: Recipe) -> bytes:
    """Give the table of facts that is shipped beside a recipe of the protocol `shipped`."""
    return (resources.files(__package__) / "recipes" / f"{recipe.id}.facts.csv").read_bytes()
