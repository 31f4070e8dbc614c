"""Services for people: each a funnel of counts a day, as declared in a TOML.

Of a service, area, place, age band and day only counts are told, never who. Flows are counted by the day
(new ones that day), stocks as they stand at its end; the two are never added to one another. What cannot be
true of a report is told by `domain.reports.faults`.
"""

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from tilannekuva.domain.access import Visibility
from tilannekuva.domain.definitions import Slug, Strict, Text, Unit

# The stages through which people pass, in their order; the others tell of the work.
Passed = Literal[
    "target",
    "listed",
    "attempted",
    "reached",
    "not_reached",
    "declined",
    "need_found",
    "ordered",
    "served",
    "cancelled",
    "closed",
]
Stage = Literal[Passed, "tries", "incidents", "capacity", "wait_median", "wait_oldest"]
FUNNEL: tuple[Stage, ...] = get_args(Passed)
WAITS: frozenset[Stage] = frozenset({"wait_median", "wait_oldest"})  # days: never added up
STOCKS: frozenset[Stage] = WAITS | {"target", "listed", "capacity"}
DEMAND: tuple[Stage, ...] = ("need_found", "ordered")  # what is to be served: the first that a service has
ALL, UNKNOWN = "all", "unknown"
Band = Annotated[str, Field(pattern=r"^\d{1,3}(-\d{1,3}|\+)$")]


class Count(Strict):
    """One number of a service: which stage it is, what it is called and what to count."""

    stage: Stage = Field(description="Which stage of the funnel, or what of the work, it counts.")
    title: Text = Field(description="What it is called, in fi, sv and en.")
    help: Text = Field(description="What to count, for whoever fills it in.")
    unit: Unit | None = Field(default=None, description="What is counted, where it is not the service's.")


class Place(Strict):
    """A part of a municipality that reports by itself."""

    id: Slug = Field(description="Name of the place in tables; `unknown` is always there.")
    title: Text = Field(description="What it is called.")
    area: str = Field(default="", description="The municipality it lies in; empty = offered in all.")


class Service(Strict):
    """A service, as declared in `services/<id>.toml`."""

    id: Slug = Field(description="Name of the service, the same as the file's.")
    title: Text = Field(description="Title in fi, sv and en.")
    about: Text = Field(description="What the service does and for whom.")
    unit: Unit = Field(
        description="What is counted, as it is written after a number; `one` after 1, if that differs."
    )
    contact: str = Field(min_length=1, description="Where to ask about the figures.")
    counts: tuple[Count, ...] = Field(min_length=1, description="Its numbers, in the order of the form.")
    screen: tuple[Stage, ...] = Field(
        min_length=1, max_length=6, description="The numbers of the phone screen, six at most."
    )
    ages: tuple[Band, ...] = Field(default=(), description="Age bands it reports by, `75-79` or `90+`.")
    places: tuple[Place, ...] = Field(default=(), description="Parts of municipalities it reports by.")
    promise_days: int = Field(
        default=0, ge=0, le=365, description="Days within which a need is promised to be met; 0 = no promise."
    )
    visibility: Visibility = Field(default="internal", description="Who may see its figures.")
    released: tuple[Stage, ...] = Field(
        default=(),
        description="Flows whose sum since the beginning everybody may see, as it was released: it changes "
        "by nothing or by at least 5.",
    )
    tiles: dict[Slug, int] = Field(
        default={},
        description="Places on the front page of those who may see them: `reached = 10`, `backlog = 11`.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Service":
        stages = [one.stage for one in self.counts]
        if len({*stages}) < len(stages):
            raise ValueError("each stage stands once in `counts`")
        strange = {*self.screen, *self.released} - {*stages}
        if strange:
            raise ValueError(f"`screen` or `released` name '{min(strange)}', which `counts` lacks")
        if STOCKS & {*self.released}:
            raise ValueError("`released` names flows only: a stock has no sum since the beginning")
        if self.promise_days and not (self.demand and "served" in stages):
            raise ValueError("a promise needs `need_found` or `ordered`, and `served`")
        return self

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Name its stages, in the order of the form."""
        return tuple(one.stage for one in self.counts)

    @property
    def demand(self) -> Stage | None:
        """Name the stage that says what is to be served; None where nothing is."""
        return next((one for one in DEMAND if one in self.stages), None)

    @property
    def source(self) -> str:
        """Name the source that its reports come from."""
        return f"service-{self.id}"

    def count(self, stage: Stage) -> Count:
        """Give the count of a stage that the service has."""
        return next(one for one in self.counts if one.stage == stage)

    def indicator(self, what: str) -> str:
        """Name the indicator of a stage or of what is derived: `phone-ring-need-found`."""
        return f"{self.id}-{what.replace('_', '-')}"

    def places_in(self, area: str) -> tuple[Place, ...]:
        """Give the places that a municipality reports by, without the unknown one."""
        return tuple(one for one in self.places if one.area in ("", area))
