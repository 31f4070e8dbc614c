"""Indicators: what leaders watch, as definitions that are read from TOML files."""

from typing import Literal

from pydantic import Field, model_validator

from tilannekuva.domain.access import Visibility
from tilannekuva.domain.definitions import Slug, Strict, Text, Unit
from tilannekuva.domain.forecasts import Foretelling
from tilannekuva.domain.observations import Freq

LevelName = Literal["normal", "watch", "act"]
Theme = Literal[
    "spread",
    "care",
    "testing",
    "vaccination",
    "movement",
    "air",
    "safety",
    "restrictions",
    "services",
    "people",
]


class Level(Strict):
    """A level: entered at or above `enter`, left below `leave`, so that it does not flap.

    One that has not been entered again for 90 days is no longer held.
    """

    level: Literal["watch", "act"] = Field(description="Which level: `watch` or `act`.")
    enter: float = Field(description="Value at or above which the level begins.")
    leave: float = Field(description="Value below which it ends; smaller than `enter`.")

    @model_validator(mode="after")
    def _leave_below_enter(self) -> "Level":
        if self.leave >= self.enter:
            raise ValueError("`leave` must be below `enter`, or the level flaps")
        return self


class Indicator(Strict):
    """A number that is watched: base (from sources) or derived (by `sql` from `inputs`)."""

    id: Slug = Field(description="Name of the indicator, the same as the file's.")
    title: Text = Field(description="Title in fi, sv and en.")
    short: Text = Field(description="Title where there is little room.")
    unit: Unit = Field(
        description="What is counted, as it is written after the number; `unit.one` after 1, if that differs."
    )
    explanation: Text = Field(description="What the number says, in one sentence.")
    caveats: Text = Field(description="What a reader must bear in mind.")
    theme: Theme = Field(description="What it is about.")
    kind: Literal["count", "rate", "share"] = Field(
        default="count", description="`count` whole numbers, `rate` per inhabitants, `share` %."
    )
    freq: Freq = Field(default="day", description="Period of a value.")
    decimals: int = Field(default=0, ge=0, le=3, description="Decimals shown.")
    good_direction: Literal["down", "up", "none"] = Field(default="none", description="Which way is better.")
    noticeable: float = Field(
        default=0.05, ge=0, description="Relative change below which it is called steady."
    )
    parts: Literal["", "sum", "newest"] = Field(
        default="",
        description="How a total that is not told comes of the parts (strata) that are: their `sum` on the "
        "day, or the sum of the `newest` of each. `sql` reads the parts themselves as `<input>_parts`.",
    )
    history_days: int = Field(
        default=0, ge=0, description="Days before the first one shown that `sql` looks back on."
    )
    inputs: tuple[Slug, ...] = Field(default=(), description="Indicators that `sql` reads, each as a table.")
    sources: tuple[Slug, ...] = Field(default=(), description="Sources in the order they are heard.")
    sql: str = Field(
        default="",
        description="Standard SQL that gives area, reference_date, value and doubt (0 normal, 1 provisional, "
        "2 missing, 3 suppressed); the table `population` gives inhabitants by area.",
    )
    levels: tuple[Level, ...] = Field(default=(), description="Levels, the lowest first.")
    visibility: Visibility = Field(
        default="public",
        description="Who may see it: `public`, `shared` also partner municipalities, `internal` own staff, "
        "`leadership`. What is computed of it is seen by nobody else.",
    )
    protect: bool = Field(
        default=False,
        description="Whether others than own staff see it only as it was released: a figure then changes by "
        "nothing or by at least 5. For counts that go on from day to day, such as sums since the beginning.",
    )
    forecast: Foretelling | None = Field(default=None, description="How it is forecast; without it, not.")
    tile: int = Field(default=0, ge=0, description="Place on the front page; 0 = not there.")
    mapped: bool = Field(
        default=False, description="Whether the front page's map shows it; else that of the first tile."
    )

    @model_validator(mode="after")
    def _derived_has_inputs(self) -> "Indicator":
        if bool(self.sql) != bool(self.inputs):
            raise ValueError("a derived indicator has both `inputs` and `sql`; a base indicator has neither")
        limits = [(one.enter, one.leave) for one in self.levels]
        if sorted(limits) != limits or sorted(leave for _, leave in limits) != [leave for _, leave in limits]:
            raise ValueError("write the levels from the lowest to the highest, by `enter` and by `leave`")
        return self

    @property
    def table(self) -> str:
        """Name the indicator's table in SQL."""
        return self.id.replace("-", "_")
