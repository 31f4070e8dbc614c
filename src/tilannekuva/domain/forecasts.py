"""Forecasts: what may come, as quantiles of each day or week to come; never an observation."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from tilannekuva.domain.definitions import Slug, Strict

# Why there is no forecast: nothing is told; nothing new for weeks; too few weeks; nothing that goes before;
# the model's own reason; what forecasts are computed with is not installed.
Advice = Literal["untold", "stale", "short", "unled", "unable", "absent"]


@dataclass(frozen=True, slots=True)
class Target:
    """What is forecast of one period: the value below which each share of the outcomes lies.

    `quantiles` holds (level between 0 and 1, value), levels ascending, values never falling.
    """

    reference_date: date
    quantiles: tuple[tuple[float, float], ...]

    def at(self, level: float) -> float | None:
        """Give the value of a level; None where the forecast does not tell it."""
        return next((value for one, value in self.quantiles if one == level), None)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A model's forecast of an indicator in an area; `origin_date` is the last day that it knew.

    `known_at` is when it was made. Targets on or before the origin are a nowcast.
    """

    model: str
    indicator: str
    area: str
    origin_date: date
    known_at: datetime
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """How good a forecast of one period was, beside what the flat baseline would have been.

    `horizon` counts periods from the origin; `observed` is what was known at `truth_at`. `wis` is the
    weighted interval score in the indicator's unit, the sum of `spread`, `too_low` and `too_high`; `log_wis`
    that after log(1 + y). `within` says of the central 50, 90 and 95 % intervals whether they held it; `pit`
    is the level at which the forecast held it, `bias` from -1 (forecast too low) to 1.
    """

    model: str
    indicator: str
    area: str
    origin_date: date
    reference_date: date
    horizon: int
    observed: float
    truth_at: datetime
    median: float
    wis: float
    spread: float
    too_low: float
    too_high: float
    log_wis: float
    baseline_wis: float
    baseline_log_wis: float
    within: tuple[bool, bool, bool]
    pit: float
    bias: float


@dataclass(frozen=True, slots=True)
class Record:
    """How good the forecasts of an indicator in an area have been, so many periods ahead.

    `n` forecasts that have come due, of which the last was of `last`, by what was known at `truth_at`; the
    means of their scores. `ratio` is
    the mean WIS over that of the flat baseline (with one rival the relative WIS is the same), `log_ratio`
    that on log(1 + y); None where the baseline missed nothing. `within` are the shares that the central 50,
    90 and 95 % intervals held, `held_90` how many the 90 % one did; `pit` counts forecasts by tenths of PIT.
    """

    model: str
    indicator: str
    area: str
    horizon: int
    n: int
    last: date
    truth_at: datetime
    wis: float
    spread: float
    too_low: float
    too_high: float
    log_wis: float
    ratio: float | None
    log_ratio: float | None
    within: tuple[float, float, float]
    held_90: int
    pit: tuple[int, ...]
    bias: float


class Kept(NamedTuple):
    """A forecast of an indicator as it was kept: `sha256` names the table, of all areas.

    `known_at` is when it was known; one of a replayed past was `written_at` later. Where a model was unable,
    `advice` says why and there is no table.
    """

    known_at: datetime
    indicator: str
    model: str
    origin_date: date
    advice: Advice | Literal[""]
    sha256: str
    written_at: datetime


Method = Literal["counts", "stays", "need"]


class Assumed(Strict):
    """What is assumed of a service's need: the table `[forecast.assumed]`; shares are from 0 to 1."""

    contacts: float = Field(ge=0, description="Contacts of a case that are told to stay at home.")
    days: float = Field(ge=0, description="Days that a case and its contacts stay at home.")
    asking: float = Field(ge=0, description="Share of those at home who ask for the service in a week.")
    usual: float = Field(ge=0, description="Share of the elderly who ask for it in a calm week.")
    more: float = Field(ge=0, description="Share of the elderly who ask besides in a week of `high` cases.")
    high: float = Field(gt=0, description="Cases in a week per 100,000 inhabitants, fewer in proportion.")
    elderly: float = Field(ge=0, le=1, description="Share of 75 and older, where no figures tell.")


class Foretelling(Strict):
    """How an indicator is forecast: the table `[forecast]` of its definition."""

    method: Method = Field(
        description="`counts`: weekly sums by a weekly model. `stays`: how many are there at the end of each "
        "week, from the cases to come. `need`: what a service will be asked for, from the cases to come."
    )
    model: Slug = Field(default="weekly", description="For `counts`, the weekly model.")
    of: Slug | Literal[""] = Field(
        default="", description="The figures that it is made of: counts of a day or of a week, or patients."
    )
    towns: Slug | Literal[""] = Field(
        default="", description="Counts of a week in municipalities, among which larger areas' are shared."
    )
    total: bool = Field(
        default=False, description="Whether `of`, and what is told, are sums since the beginning."
    )
    or_growth_of: Slug | Literal[""] = Field(
        default="",
        description="Sums since the beginning, whose growth stands in where nothing is told of `of`.",
    )
    led_by: Slug | Literal[""] = Field(
        default="", description="An indicator that is forecast itself and goes before, such as weekly cases."
    )
    weeks: int = Field(default=1, ge=1, le=2, description="Weeks that a value sums up.")
    per: float = Field(default=0, ge=0, description="A value is per so many inhabitants; 0 = a count.")
    assumed: Assumed | None = Field(default=None, description="For `need`, what is assumed.")

    @model_validator(mode="after")
    def _is_whole(self) -> "Foretelling":
        if not (self.of or self.method == "need"):
            raise ValueError("`of` must name the figures that it is made of")
        if (self.method == "need") != (self.assumed is not None):
            raise ValueError("`assumed` says what a `need` rests on, and nothing else does")
        if not (self.led_by or self.method == "counts"):
            raise ValueError("`led_by` must name the indicator that goes before, such as cases-weekly")
        return self

    @property
    def is_divided(self) -> bool:
        """Whether what is told of larger areas is drawn for those inside, by what goes before in each."""
        return bool(self.led_by and self.of and not (self.total or self.per))

    @property
    def told_by(self) -> str:
        """Name what makes the forecast: the weekly model, or the method."""
        return self.model if self.method == "counts" else self.method
