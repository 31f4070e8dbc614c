"""Outlook: the weeks to come of districts, from what was told of each day on each day of news.

The last days are completed by what their area's delays leave untold (`retrospective`); the weekly model
goes on from there; how sure one is of the last week makes the weeks after it less sure.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from tilannekuva.models import flat
from tilannekuva.models.coherent import spread_out
from tilannekuva.models.delays import LONGEST, Kinds
from tilannekuva.models.levels import LEVELS
from tilannekuva.models.memory import Memory
from tilannekuva.models.model import HORIZONS, Known, Model, Unable, rehearsed
from tilannekuva.models.retrospective import completed
from tilannekuva.models.weeks import DAYS, Array, plausible, weekly

BEFORE = 2  # weeks that are drawn besides those to come: the last whole one and the one before
VINTAGES = 12  # days of news from which delays are learned
_DRAWS = 1000
_DOUBTED = 4  # weeks whose days may still be completed


class Reports(NamedTuple):
    """What was told: daily counts [area, day] as known now, and [vintage, area, day] of the days of news.

    The first day begins a week; NaN is what is not told. `vintages` begin `offset` days later, whole weeks;
    `reported` [vintage] counts the day of each from their first. `settled` days change no more; `over` days
    lie in the past. Without vintages nothing is completed. `kinds` [day] are the weekdays whose ways the
    days of vintages have, 0 for Monday: a holiday has a Sunday's; without them those of the calendar.
    """

    daily: Array
    settled: int
    over: int
    vintages: Array
    reported: Array
    offset: int
    kinds: Kinds | None = None


class Outlook(NamedTuple):
    """The weeks to come: quantiles [area, horizon, level]; and what came before.

    `last` [area, 2, draw] are the last whole weeks as they may turn out, `weeks` [area, week] and `daily`
    [area, day] the counts up to the last whole week, as completed, without days that cannot be true.
    """

    quantiles: Array
    last: Array
    weeks: Array
    daily: Array


def whole_weeks(told: Reports) -> int:
    """Give how many whole weeks are known, as far as delays are, or else as far as days have settled."""
    if not _is_dated(told):
        return min(told.settled, told.over) // DAYS
    last = told.offset + int(told.reported[-1])
    return min(last + 1, told.over) // DAYS


def _is_dated(told: Reports) -> bool:
    return len(told.reported) >= VINTAGES and told.vintages.shape[2] > 2 * LONGEST


def outlook(
    told: Reports,
    inhabitants: Array,
    model: Model,
    *,
    phase: float,
    signals: Mapping[str, Array],
    rng: np.random.Generator,
    memory: Memory | None = None,
) -> Outlook | Unable:
    """Forecast the weeks to come of areas; `inhabitants` [area], `phase` the first day's day of the year.

    `signals` are other counts [area, day] that may go before. Unable where the model is. What a `memory`
    holds of days before is not computed anew.
    """
    memory = memory or Memory()
    weeks = whole_weeks(told)
    if weeks < model.weeks:
        return Unable(f"{weeks} whole weeks are known; {model.name} needs {model.weeks}: wait for more days")
    days = weeks * DAYS
    drawn = _completed(told, days, memory)
    daily = told.daily[:, :days].copy()
    daily[:, days - drawn.shape[1] :] = drawn.mean(axis=2)
    begun = np.maximum.accumulate(np.isfinite(told.daily[:, :days]), axis=1)
    daily[~begun & begun[:, -1:]] = np.nan  # before the first day that an area tells of nothing is known
    known = Known(daily, inhabitants, phase, {name: one[:, :days] for name, one in signals.items()})
    found = _forecast(model, known, rng, memory)
    if isinstance(found, Unable):
        return found
    last = drawn.reshape(len(daily), -1, DAYS, _DRAWS).sum(axis=2)[:, -BEFORE:]
    daily = plausible(daily)
    return Outlook(_as_unsure(found, last, rng), last, weekly(daily), daily)


def _completed(told: Reports, days: int, memory: Memory) -> Array:
    """Give draws [area, day, draw] of the last whole weeks, as they will turn out.

    A day that is not told and not drawn is as the days before it.
    """
    start = days - _DOUBTED * DAYS
    whole = told.daily[:, :days]
    plain = np.where(whole >= 0, whole, plausible(whole))[:, start:]
    found: Array = np.repeat(plain[..., None], _DRAWS, axis=2)
    if not _is_dated(told):
        return found
    news = ((int(day), one) for day, one in zip(told.reported, told.vintages, strict=True))
    made = completed(news, kinds=told.kinds, draws=_DRAWS, memory=memory)
    if isinstance(made, Unable):
        return found
    first = told.offset + made.first - start
    room = found[:, max(0, first) :]
    room[:] = made.draws[:, max(0, -first) :][:, : room.shape[1]]
    return found


def _forecast(model: Model, known: Known, rng: np.random.Generator, memory: Memory) -> Array | Unable:
    """Give quantiles [area, horizon, level], by a model that knows how far it would have missed before."""
    told = model.forecast(rehearsed(model, known, memory=memory) if model.learns else known, rng)
    return told if isinstance(told, Unable) else told.quantiles


def _as_unsure(quantiles: Array, last: Array, rng: np.random.Generator) -> Array:
    """Give quantiles [area, horizon, level] with how unsure the last week is [area, week, draw] added."""
    draws = last.shape[2]
    sure = (last[:, -1] + 1) / (last[:, -1].mean(axis=1, keepdims=True) + 1)
    if np.ptp(sure) == 0:
        return quantiles
    found = np.empty_like(quantiles)
    for area, horizon in np.ndindex(quantiles.shape[:2]):
        drawn = rng.permutation(spread_out(quantiles[area, horizon], draws))
        found[area, horizon] = np.quantile((drawn + 1) * sure[area] - 1, LEVELS)
    unsure: Array = np.maximum(found, 0)
    return unsure


def levels_of(draws: Array) -> Array:
    """Give the quantiles [area, week, level] of draws."""
    return np.moveaxis(np.quantile(draws, LEVELS, axis=2), 0, 2)


def valued(draws: Array, *, weeks: int = 1, start: Array | None = None, per: Array | None = None) -> Array:
    """Give what is told [area, week, draw] of the last whole week and of those to come.

    Sums of so many weeks; from `start` [area] on where totals are told; times `per` [area] where rates are.
    """
    n = draws.shape[1]
    found: Array = np.sum([draws[:, BEFORE - 1 - back : n - back] for back in range(weeks)], axis=0)
    if start is not None:
        found[:, 0] = 0
        found = start[:, None, None] + np.cumsum(found, axis=1)
    return found if per is None else found * per[:, None, None]


def flat_line(weeks: Array, *, over: int = 1, start: Array | None = None, per: Array | None = None) -> Array:
    """Give the flat line's quantiles [area, horizon, level] of what `valued` tells, from weekly counts."""
    n = weeks.shape[1] - over + 1
    sums = np.sum([weeks[:, back : back + n] for back in range(over)], axis=0)
    found = flat.forecast(sums, HORIZONS)
    if start is not None:
        found = start[:, None, None] + np.cumsum(found, axis=1)
    return found if per is None else found * per[:, None, None]
