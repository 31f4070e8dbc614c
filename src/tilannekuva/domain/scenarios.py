"""Scenarios: what would follow if; assumptions and dated changes of contacts. Never scored as a forecast."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, field_validator, model_validator

from tilannekuva.domain.access import Visibility
from tilannekuva.domain.definitions import Slug, Strict, Text
from tilannekuva.domain.measures import MEASURES

Setting = Literal["home", "work", "school", "other"]
SETTINGS: tuple[Setting, ...] = ("home", "work", "school", "other")
AGES = ("0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+")
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)  # of the paths that stay below each line of a fan
Share = Annotated[float, Field(ge=0, le=1)]
ByAge = Annotated[tuple[float, ...], Field(min_length=len(AGES), max_length=len(AGES))]
Matrix = Annotated[tuple[ByAge, ...], Field(min_length=len(AGES), max_length=len(AGES))]
Decided = Literal["as-decided", "held", "lifted"]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Contacts(Strict):
    """Usual contacts of one person a day: rows are the age of the person, columns that of the others."""

    home: Matrix = Field(description="At home.")
    work: Matrix = Field(description="At work.")
    school: Matrix = Field(description="At school and day care.")
    other: Matrix = Field(description="Elsewhere: leisure, shops, transport, other homes.")

    @field_validator(*SETTINGS)
    @classmethod
    def _not_negative(cls, value: Matrix) -> Matrix:
        if min(min(row) for row in value) < 0:
            raise ValueError("contacts cannot be negative; give 0 where there are none")
        return value


def _code(value: str) -> str:
    if value not in MEASURES:
        raise ValueError(f"no measure '{value}'; there are {', '.join(MEASURES)}")
    return value


Code = Annotated[str, AfterValidator(_code)]


class Effect(Strict):
    """What a measure does: how much it leaves of the contacts of a setting, or of the chance of infection."""

    measure: Code = Field(description="Code of the measure as in decisions, such as `C1`.")
    strength: int = Field(default=1, ge=0, le=5, description="From this strength of the measure on.")
    on: Setting | Literal["chance"] = Field(
        description="`home`, `work`, `school`, `other`, or `chance` for the chance that a contact infects."
    )
    left: tuple[Share, Share, Share] = Field(
        description="Share left: low, middle, high (5 %, 50 % and 95 % of the paths stay below)."
    )
    source: str = Field(min_length=1, description="Where this is from, or that it is our assumption.")

    @field_validator("left")
    @classmethod
    def _ascending(cls, value: tuple[float, float, float]) -> tuple[float, float, float]:
        if not value[0] <= value[1] <= value[2]:
            raise ValueError("low, middle, high must ascend; put the smallest share left first")
        return value


class Beds(Strict):
    """Beds for these patients by 100,000 inhabitants: the capacity lines."""

    ward: float = Field(gt=0, description="On wards.")
    icu: float = Field(gt=0, description="In intensive care.")


class Disease(Strict):
    """The disease: times in days are means; by age are nine numbers, 0-9 to 80 and over."""

    latent: float = Field(ge=1.5, le=30, description="Days from infection until one infects others.")
    infectious: float = Field(ge=1.5, le=30, description="Days while one does.")
    ward: float = Field(ge=1, le=90, description="Days on a ward.")
    icu: float = Field(ge=1, le=90, description="Days in intensive care.")
    severe: ByAge = Field(description="Share of the infected who need a hospital bed, by age.")
    critical: ByAge = Field(description="Share of them who need intensive care, by age.")
    found: Share = Field(gt=0, description="Share of the infections that are found as cases.")
    delay: int = Field(ge=0, le=30, description="Days from infection to the sample that finds it.")
    drift: float = Field(
        default=0, ge=0, le=1, description="How far the logarithm of R wanders for reasons nobody foresees."
    )
    drift_days: float = Field(default=14, ge=1, le=365, description="Days in which that is forgotten.")
    season: float = Field(
        default=0, ge=0, le=0.5, description="How much above its mean the chance of infection is at its peak."
    )
    season_peak: int = Field(default=15, ge=1, le=366, description="Day of the year of that peak.")

    @field_validator("severe", "critical")
    @classmethod
    def _shares(cls, value: ByAge) -> ByAge:
        if not all(0 <= one <= 1 for one in value):
            raise ValueError("these are shares between 0 and 1; 2 % is 0.02")
        return value


class Vaccine(Strict):
    """What doses do."""

    effect: Share = Field(description="Share of those fully vaccinated whom it protects from infection.")
    doses: float = Field(ge=1, le=5, description="Doses of one full vaccination.")
    uptake: Share = Field(default=0.85, description="Share of an age that takes it at most.")


class Read(Strict):
    """The indicators from which it is known where the epidemic stands."""

    cases: Slug = Field(description="New cases a day.")
    ward: Slug = Field(description="Patients on wards.")
    icu: Slug = Field(description="Patients in intensive care.")
    doses: Slug = Field(description="Doses given since the beginning.")
    old: Slug = Field(description="Share of inhabitants who are 75 or older, in per cent.")


class Assumptions(Strict):
    """What is assumed of an epidemic: its model card's numbers, which a municipality may change and share."""

    id: Slug = Field(description="Name, the same as that of the file.")
    title: Text = Field(description="Title in fi, sv and en.")
    about: Text = Field(description="What it is, and what it leaves out.")
    limits: tuple[Text, ...] = Field(default=(), description="What a reader must know before trusting it.")
    sources: tuple[str, ...] = Field(
        min_length=1, description="Papers and statistics that the numbers rest on."
    )
    people: ByAge = Field(description="People by age in the country, for areas whose own ages are not known.")
    read: Read = Field(description="Indicators that tell where the epidemic stands.")
    disease: Disease = Field(description="The disease.")
    contacts: Contacts = Field(description="Usual contacts by age and setting.")
    vaccine: Vaccine = Field(description="The vaccine.")
    beds: Beds = Field(description="Capacity lines.")
    effects: tuple[Effect, ...] = Field(default=(), description="What measures do, `[[effects]]`.")


Day = date | Annotated[int, Field(ge=-3650, le=3650)]  # a day, or days after tomorrow: ten years at most


def _day(value: object) -> object:
    if isinstance(value, bool) or (isinstance(value, str) and not _DAY.fullmatch(value)):
        raise ValueError("give a day such as 2020-03-18, or a number of days after the start")
    return date.fromisoformat(value) if isinstance(value, str) else value


class Dated(Strict):
    """From a day to the day before another."""

    first: Day = Field(default=0, description="From: a day, or days after tomorrow (0 is tomorrow).")
    until: Day | None = Field(default=None, description="Until the day before; to the end without it.")

    @field_validator("first", "until", mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        return _day(value)

    def holds(self, day: date, start: date) -> bool:
        """Whether it holds on a day of paths that start on another."""
        return _on(self.first, start) <= day and (self.until is None or day < _on(self.until, start))


def _on(one: Day, start: date) -> date:
    return start + timedelta(days=one) if isinstance(one, int) else one


class Measured(Dated):
    """A measure of a scenario, beside those decided: it does what the assumptions say."""

    measure: Code = Field(description="Code of the measure, such as `C1`.")
    strength: int = Field(default=3, ge=0, le=5, description="Its strength, as in decisions.")


Left = Annotated[float | None, Field(ge=0, le=1.5)]


class Changed(Dated):
    """Contacts as a share of the usual ones, whatever was decided; 1 is usual, untold stays as it is."""

    home: Left = Field(default=None, description="At home.")
    work: Left = Field(default=None, description="At work.")
    school: Left = Field(default=None, description="At school and day care.")
    other: Left = Field(default=None, description="Elsewhere.")
    chance: Left = Field(default=None, description="The chance that a contact infects: masks, distance.")


class Vaccination(Dated):
    """Doses from a day on, the oldest first."""

    doses: float = Field(ge=0, le=5000, description="Doses a day by 100,000 inhabitants.")
    youngest: int = Field(
        default=10, ge=0, le=80, description="The youngest age that is vaccinated; full tens."
    )


class Scenario(Strict):
    """What would follow if: a file `scenarios/<id>.toml`."""

    id: Slug = Field(description="Name, the same as that of the file.")
    title: Text = Field(description="Title in fi, sv and en.")
    about: Text = Field(description="What is assumed, in words.")
    order: int = Field(default=50, description="Place in the list; the first is shown first.")
    visibility: Visibility = Field(
        default="public", description="Who may see it: `public`, `shared`, `internal`, `leadership`."
    )
    assumptions: Slug = Field(default="corona", description="Assumptions that it rests on, by their id.")
    days: int = Field(default=180, ge=14, le=365, description="How many days ahead.")
    decisions: Decided = Field(
        default="held",
        description="Decisions in force: `held` until the end, `as-decided` until each ends, or `lifted`.",
    )
    measures: tuple[Measured, ...] = Field(default=(), description="Measures beside them, `[[measures]]`.")
    contacts: tuple[Changed, ...] = Field(default=(), description="Shares of contacts, `[[contacts]]`.")
    vaccination: tuple[Vaccination, ...] = Field(default=(), description="Doses, `[[vaccination]]`.")
    season: float | None = Field(
        default=None, ge=0, le=0.5, description="Instead of the assumptions' season; 0 for none."
    )
    ward_beds: float | None = Field(default=None, gt=0, description="Ward beds of the area, in all.")
    icu_beds: float | None = Field(default=None, gt=0, description="Intensive care beds of the area, in all.")

    @model_validator(mode="after")
    def _in_order(self) -> "Scenario":
        for one in (*self.measures, *self.contacts, *self.vaccination):
            if type(one.first) is type(one.until) and one.until <= one.first:  # type: ignore[operator]
                raise ValueError(f"until {one.until} must be after first {one.first}")
        return self


@dataclass(frozen=True, slots=True)
class Saved:
    """A scenario and when it became known."""

    scenario: Scenario
    known_at: datetime


class Fan(NamedTuple):
    """A course to come: for each of SHARES a line, one value a day from `first` on."""

    first: date
    lines: tuple[tuple[float, ...], ...]

    @property
    def days(self) -> tuple[date, ...]:
        """Give the days of the values."""
        return tuple(self.first + timedelta(days=n) for n in range(len(self.lines[0])))

    @property
    def middle(self) -> tuple[float, ...]:
        """Give the median."""
        return self.lines[SHARES.index(0.5)]


class Crossing(NamedTuple):
    """A capacity line: beds, share of the paths that cross it, the day by which half of those have."""

    beds: float
    share: float
    day: date | None


class Patients(NamedTuple):
    """Patients known: as paths begin, and newest on a later day; NaN where untold. `of` is their area."""

    first: float
    newest: float
    day: date
    of: str


class Held(NamedTuple):
    """A measure decided: the name of the decision, code, strength, and from when to when it holds."""

    name: str
    code: str
    strength: int
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Basis:
    """What is known of an area, and read by nothing else than the models.

    `counts` are cases a day until `origin`, the newest settled day; NaN is what is not known. `today` is the
    day of which it is asked. `counted` are all cases so far, `doses` all doses, `ages` persons by age.
    """

    area: str
    origin: date
    today: date
    counts: tuple[float, ...]
    counted: float
    ages: tuple[float, ...]
    own_ages: bool
    doses: float
    ward: Patients
    icu: Patients
    decided: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Where the epidemic stands in an area, as known: what all paths start from.

    `origin` is the newest day whose figures are settled, `cases` a day around it; `number` the reproduction
    number (5 %, 50 %, 95 %), `susceptible` the share of people; `beds_by` by how much the assumed need of
    beds is scaled to the patients known (ward, intensive care), None where no patients are told;
    `patients_of` the area they are told of; `own_ages` whether the area's own share of old people is known;
    `decided` the measures counted: (name of the decision, code, strength).
    """

    area: str
    origin: date
    cases: float
    number: tuple[float, float, float]
    susceptible: float
    people: int
    beds_by: tuple[float | None, float | None]
    patients_of: str
    own_ages: bool
    decided: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """What would follow in a scenario. A projection, not a forecast.

    `cases` a day are those that would be found, `ward` and `icu` patients; `infected` is the share of people
    infected in its days (5 %, 50 %, 95 %).
    """

    scenario: str
    known: Known
    cases: Fan
    ward: Fan
    icu: Fan
    crossings: tuple[Crossing, Crossing]
    infected: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Compared:
    """How near a scenario, run from what was known on an earlier day, lies to what came.

    `distance` is the mean absolute difference of the logarithms of (weekly mean + 1), `within` the share of
    days inside its 90 % range; `afterwards` tells that the scenario was saved only after that day.
    """

    saved: Saved
    projection: Projection
    distance: float
    within: float
    afterwards: bool
