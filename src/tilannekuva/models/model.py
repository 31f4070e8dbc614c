"""What a model is: from what was known at an origin to weekly quantiles, or advice why there are none.

All models are called alike and obey one list of laws (tests/models/test_laws.py walks MODELS of members.py):
shape, nothing negative, quantiles in order, no use of later days, the same for the same seed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from tilannekuva.models.memory import Memory, digest
from tilannekuva.models.weeks import DAYS, Array, heard, plausible, weekly
from tilannekuva.models.widening import Past

HORIZONS = (1, 2, 3, 4)  # weeks after the last whole one known


@dataclass(frozen=True, slots=True)
class Known:
    """Daily counts [area, day] as known at an origin; NaN is what is not told.

    The first day begins a week, the last one ends one; `phase` is the first day's day of the year.
    `inhabitants` has a number for each area, NaN or 0 where it is not known. `signals` are other counts of
    the same shape, by name, that may go before. `past` are forecasts that this model made before, as
    `Told.plain` gave them, with what has come since. Raises ValueError where the shapes do not agree.
    """

    daily: Array
    inhabitants: Array
    phase: float
    signals: Mapping[str, Array] = field(default_factory=dict)
    past: Sequence[Past] = ()

    def __post_init__(self) -> None:
        if self.daily.ndim != 2 or self.daily.shape[1] % DAYS:  # noqa: PLR2004 - areas by days
            raise ValueError(f"daily counts are [area, day] of whole weeks, not {self.daily.shape}")
        if self.inhabitants.shape != self.daily.shape[:1]:
            raise ValueError(f"{self.inhabitants.shape} inhabitants for {len(self.daily)} areas")
        for name, signal in self.signals.items():
            if signal.shape != self.daily.shape:
                raise ValueError(f"signal {name} is {signal.shape}, the counts are {self.daily.shape}")

    def begun(self) -> "Known":
        """Give what is known since the first week of which anything is told; what is infinite is not."""
        told = np.isfinite(self.daily).any(axis=0)
        week = int(np.argmax(told)) // DAYS
        days = slice(week * DAYS if told.any() else self.daily.shape[1], None)
        signals = {name: _finite(one[:, days]) for name, one in self.signals.items()}
        people = np.where(self.inhabitants > 0, _finite(self.inhabitants), np.nan)
        return Known(_finite(self.daily[:, days]), people, self.phase + week * DAYS, signals, self.past)

    def until(self, weeks: int) -> "Known":
        """Give what is known now of the first so many weeks; without past forecasts."""
        end = weeks * DAYS
        signals = {name: one[:, :end] for name, one in self.signals.items()}
        return replace(self, daily=self.daily[:, :end], signals=signals, past=())

    def digest(self, *what: str) -> str:
        """Give a text that is the same for the same counts; past forecasts do not enter."""
        return digest(*what, self.daily, self.inhabitants, self.phase, *self.signals, *self.signals.values())


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)


@dataclass(frozen=True, slots=True)
class Told:
    """A forecast: quantiles [area, horizon, level] of weekly counts; NaN for areas of which nothing is known.

    `plain` [area, horizon, member, level] is what to give back later as `Past.quantiles`.
    """

    quantiles: Array
    plain: Array


@dataclass(frozen=True, slots=True)
class Unable:
    """Why a model gives no forecast, and what to do."""

    advice: str


Outcome = Told | Unable


@dataclass(frozen=True, slots=True)
class Model:
    """A model by name; `cites` are the papers it rests on (DOI), `weeks` the fewest that it needs.

    `learns` says whether it uses `Known.past`.
    """

    name: str
    forecast: Callable[[Known, np.random.Generator], Outcome]
    cites: tuple[str, ...]
    weeks: int
    learns: bool = False


def rehearsed(model: Model, known: Known, *, most: int = 26, memory: Memory | None = None) -> Known:
    """Give what is known with forecasts from earlier origins, made anew, in place of those not kept.

    They are made from what is known now of the time until then, so they miss a little less than kept ones
    did; those that a `memory` has made of the same are taken from there.
    """
    memory = memory or Memory()
    counted = told_weeks(known.daily)
    weeks = counted.shape[1]
    kept = max((int(one.age) for one in known.past), default=0)
    made = []
    for age in range(min(most, weeks - model.weeks), kept, -1) if model.learns else ():
        then = known.until(weeks - age)
        told = memory.recalled(
            then.digest(model.name), partial(model.forecast, then, np.random.default_rng(0))
        )
        if isinstance(told, Told):
            made.append(past(told.plain, counted, age))
    return replace(known, past=(*made, *known.past))


def told_weeks(daily: Array) -> Array:
    """Give plausible weekly counts [area, week]; NaN where nothing was told of a week."""
    found = weekly(plausible(daily))
    found[~heard(daily)] = np.nan
    return found


def past(plain: Array, weeks: Array, age: int) -> Past:
    """Give a forecast made so many weeks ago with what has come since, by plausible weeks known now."""
    observed = np.full(plain.shape[:2], np.nan)
    there = weeks[:, weeks.shape[1] - age :][:, : plain.shape[1]]
    observed[:, : there.shape[1]] = there
    return Past(plain, observed, age)
