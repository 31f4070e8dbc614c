"""Indicators: what leaders watch, as definitions that are read from TOML files."""

from typing import Literal

from pydantic import Field, model_validator

from tilannekuva.domain.definitions import Slug, Strict, Text

LevelName = Literal["normal", "watch", "act"]
Visibility = Literal["public", "shared", "internal", "leadership"]


class Level(Strict):
    """A level: entered at or above `enter`, left below `leave`, so that it does not flap."""

    level: Literal["watch", "act"]
    enter: float
    leave: float

    @model_validator(mode="after")
    def _leave_below_enter(self) -> "Level":
        if self.leave >= self.enter:
            raise ValueError("`leave` must be below `enter`, or the level flaps")
        return self


class Indicator(Strict):
    """A number that is watched: base (from sources) or derived (by `sql` from `inputs`)."""

    id: Slug
    title: Text
    short: Text
    unit: Text
    explanation: Text
    caveats: Text
    theme: Literal["spread", "care", "testing", "vaccination"]
    kind: Literal["count", "rate", "share"] = "count"
    freq: Literal["day", "week"] = "day"
    decimals: int = Field(default=0, ge=0, le=3)
    good_direction: Literal["down", "up", "none"] = "none"
    noticeable: float = Field(default=0.05, ge=0)
    compare_days: int = Field(default=7, ge=1)
    inputs: tuple[Slug, ...] = ()
    sources: tuple[Slug, ...] = ()
    sql: str = ""
    levels: tuple[Level, ...] = ()
    visibility: Visibility = "public"
    tile: int = 0

    @model_validator(mode="after")
    def _derived_has_inputs(self) -> "Indicator":
        if bool(self.sql) != bool(self.inputs):
            raise ValueError("a derived indicator has both `inputs` and `sql`; a base indicator has neither")
        if sorted(self.levels, key=lambda one: one.enter) != list(self.levels):
            raise ValueError("write the levels from the lowest `enter` to the highest")
        return self

    @property
    def table(self) -> str:
        """Name the indicator's table in SQL."""
        return self.id.replace("-", "_")
