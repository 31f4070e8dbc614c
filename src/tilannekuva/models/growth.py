"""Pooled growth: how weeks have gone on from where they stood, learned from all areas at once.

For each horizon h the growth log(Y[t+h] + 1) - log(Y[t] + 1) of every area and past week, as known at the
origin, is regressed robustly on what was seen at t: growth of the last weeks and of the last days, growth
elsewhere, level against its own past, incidence, season. What is left over, divided by a scale that is itself
regressed on how restless the series is, gives the quantiles: no distribution is assumed. Direct forecasts,
one regression a horizon: Marcellino, Stock and Watson 2006, J. Econometrics 135:499,
doi:10.1016/j.jeconom.2005.07.020; pooled over series: Montero-Manso and Hyndman 2021, Int. J. Forecasting
37:1632, doi:10.1016/j.ijforecast.2021.03.004. Nothing goes by the size of counts but through their noise, so
that cases, deaths and patients are told alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tilannekuva.models.levels import LEVELS, counts
from tilannekuva.models.robust import quantiles, regression
from tilannekuva.models.weeks import DAYS, Array, Marked, begun, lag, plausible, weekly, without_leaps

Features = Mapping[str, Array]
_YEAR, _YEAR_WEEKS = 365.25, 52
_USUAL = 5.0  # log(weekly cases per 100,000 + 1) about which incidence is told
_HIGH = 300.0  # weekly cases per 100,000 from which growth has tended to bend
_LATE = slice(3, 7)  # the last four days of a week
_FIRST, _HISTORY = 8, 80  # weeks before anything is learned, and most weeks that are learned from
_NOISY = 50.0  # weekly count at which chance takes half of a week's weight
_TENFOLD, _LIGHT, _HEAVY = 0.25, 0.1, 1.2  # weight by a level ten times the typical one; its bounds
_WIDEST, _STEEPEST = 3.0, 1.2  # logs: growth to learn, and features of growth, are cut here
_RESTLESS, _EXACT = 0.05, 0.01  # logs: added to a restlessness and to an error before their log


@dataclass(frozen=True, slots=True)
class Settings:
    """What is learned from: names of features; a week counts half as much every `half_life` weeks.

    `ridge` draws coefficients towards nothing, the more the later the horizon: weeks overlap, so fewer tell.
    """

    inputs: tuple[str, ...]
    half_life: float = 26.0
    ridge: float = 5.0


@dataclass(frozen=True, slots=True)
class Series:
    """Weekly counts [area, week], their logs and growth, and the features by name, each [area, week].

    `begun` says from which week on anything was told of an area; weeks before it teach nothing.
    """

    weeks: Array
    logs: Array
    growth: Array
    features: Features
    begun: Marked

    @property
    def told(self) -> Array:
        """Give the weekly counts [area, week]; NaN before anything was told of an area."""
        return np.where(self.begun, self.weeks, np.nan)

    def until(self, week: int) -> "Series":
        """Give what it was so many weeks from its beginning."""
        features = {name: values[:, :week] for name, values in self.features.items()}
        weeks, logs, growth = (one[:, :week] for one in (self.weeks, self.logs, self.growth))
        return Series(weeks, logs, growth, features, self.begun[:, :week])


OWN = ("growth", "growth-1", "growth-2", "days")
LEVEL = ("month", "quarter")
HEIGHT = ("incidence", "high", "high-growth")
SEASON = ("sine", "cosine")
_ALL = (*OWN, "elsewhere", *LEVEL, *HEIGHT)
SETTINGS = (
    Settings((*_ALL, *SEASON)),
    Settings(_ALL),
    Settings(("growth", "growth-1", "days", "month", "incidence", "high-growth")),
    Settings((*_ALL, *SEASON, "growth-3", "peak", "incidence-growth", "steep", "elsewhere-1")),
    Settings((*_ALL, *SEASON), half_life=12, ridge=20),
)


def series(daily: Array, inhabitants: Array, *, phase: float) -> Series:
    """Give the series of daily counts [area, day]; `phase` is the first day's day of the year.

    The first day begins a week, `inhabitants` has a number for each area, NaN where it is not known. Nothing
    later than a week is in its features, but for a single leap that the week after it shows to be one.
    """
    days = plausible(daily)
    weeks = without_leaps(weekly(days))
    level = np.log1p(weeks)
    growth = level - lag(level, 1)
    late = np.log(days[:, : weeks.shape[1] * DAYS].reshape(*weeks.shape, DAYS)[:, :, _LATE].sum(axis=2) + 5)
    since = begun(daily)
    elsewhere = _middle(growth, since * weeks / (weeks + _NOISY))
    features = {
        "growth": growth,
        "growth-1": lag(growth, 1),
        "growth-2": lag(growth, 2),
        "growth-3": lag(growth, 3),
        "days": late - lag(late, 1) - growth,
        "elsewhere": elsewhere - growth,
        "elsewhere-1": np.broadcast_to(elsewhere - lag(elsewhere, 1), growth.shape),
        "month": level - mean(level, 4),
        "quarter": level - mean(level, 12),
        "peak": level - np.maximum.accumulate(level, axis=1),
        "steep": np.maximum(growth, 0) ** 2,
        **_heights(weeks / _people(weeks, inhabitants)[:, None] * 1e5, growth),
        **_seasons(phase, growth.shape),
    }
    return Series(weeks, level, growth, features, since)


def _people(weeks: Array, inhabitants: Array) -> Array:
    """Give inhabitants [area]; where they are not known, as many as would have counts as usual elsewhere."""
    counted = weeks[:, -_YEAR_WEEKS:].mean(axis=1) + 1
    known = np.isfinite(inhabitants)
    usual = np.median(counted[known] / inhabitants[known]) if known.any() else np.exp(_USUAL) / 1e5
    return np.where(known, inhabitants, counted / usual)


def _heights(per_100000: Array, growth: Array) -> dict[str, Array]:
    usual, high = np.log1p(per_100000) - _USUAL, np.maximum(np.log1p(per_100000) - np.log(_HIGH), 0)
    names = ("incidence", "incidence-growth", "high", "high-growth")
    return dict(zip(names, (usual, usual * growth, high, high * growth), strict=True))


def _seasons(phase: float, shape: tuple[int, ...]) -> dict[str, Array]:
    angle = 2 * np.pi * (phase + DAYS * np.arange(shape[1])) / _YEAR
    return {"sine": np.broadcast_to(np.sin(angle), shape), "cosine": np.broadcast_to(np.cos(angle), shape)}


def forecast(given: Series, settings: Settings, horizons: Sequence[int]) -> Array:
    """Give quantiles [area, horizon, level] of the weekly counts so many weeks after the last one known."""
    inputs, restless = _inputs(given, settings), _restless(given)
    told = [_forecast(given, (inputs, restless), settings, one) for one in horizons]
    return counts(np.stack(told, axis=1))


def _forecast(given: Series, seen: tuple[Array, Array], settings: Settings, horizon: int) -> Array:
    """Give quantiles [area, level] of log(y + 1) a horizon ahead."""
    inputs, restless = seen
    last = given.logs.shape[1] - 1
    rows = np.arange(max(min(_FIRST, last - horizon), last - horizon - _HISTORY), last - horizon + 1)
    went = np.clip(given.logs[:, rows + horizon] - given.logs[:, rows], -_WIDEST, _WIDEST).ravel()
    heed = _weights(given, rows, settings.half_life).ravel()
    known, moved = (one[:, rows].reshape(len(went), -1) for one in (inputs, restless))
    ridge = settings.ridge * horizon
    slope = regression(known, went, heed, ridge=ridge)
    off = went - known @ slope
    spread = regression(moved, np.log(np.abs(off) + _EXACT), heed, ridge=ridge)
    shape = quantiles(off / np.exp(moved @ spread), heed, LEVELS)
    scale = np.exp(restless[:, last] @ spread)
    grown = (inputs[:, last] @ slope)[:, None] + scale[:, None] * shape
    told: Array = given.logs[:, last, None] + np.clip(grown, -2 * _WIDEST, 2 * _WIDEST)
    return told


def _inputs(given: Series, settings: Settings) -> Array:
    """Give the features used [area, week, input], the last one; where counts are few they say less."""
    found = [_cut(name, given.features[name]) for name in settings.inputs]
    heard = np.nan_to_num(np.stack(found, axis=2)) * (given.weeks / (given.weeks + 1))[..., None]
    return np.concatenate([heard, np.ones_like(heard[..., :1])], axis=2)


def _cut(name: str, values: Array) -> Array:
    grows = name.rpartition(":")[2].startswith(("growth", "days", "elsewhere"))
    return np.clip(values, -_STEEPEST, _STEEPEST) if grows else values


def _restless(given: Series) -> Array:
    """Give what the scale of errors goes by [area, week, 4]: size and change of growth, smallness, one."""
    growth = np.clip(np.nan_to_num(given.growth), -2, 2)
    turn = np.abs(growth - np.nan_to_num(lag(growth, 1)))
    small = np.log(_typical(given)) - given.logs
    sizes = [np.log(_RESTLESS + np.abs(growth)), np.log(_RESTLESS + turn), small / 2]
    return np.stack([*sizes, np.ones_like(growth)], axis=2)


def _weights(given: Series, rows: Array, half_life: float) -> Array:
    """Give the weights [area, row]: newer weeks, and weeks of counts less noisy, tell more."""
    told = given.weeks[:, rows] + 1
    size = np.clip(1 + _TENFOLD * np.log10(told / _typical(given)), _LIGHT, _HEAVY)
    found: Array = 0.5 ** ((rows[-1] - rows) / half_life) * size * told / (told + _NOISY)
    return given.begun[:, rows] * found


def _typical(given: Series) -> float:
    """Give what the middle area counts in a week of the last year, plus one."""
    return float(np.median(given.weeks[given.begun[:, -1], -_YEAR_WEEKS:].mean(axis=1))) + 1


def mean(values: Array, n: int) -> Array:
    """Give the mean of the last n weeks, of those that are there; NaN where none is."""
    back = np.stack([lag(values, one) for one in range(n)])
    there = np.isfinite(back)
    found: Array = np.where(there, back, 0).sum(axis=0) / np.where(
        there.any(axis=0), there.sum(axis=0), np.nan
    )
    return found


def _middle(values: Array, weights: Array) -> Array:
    """Give the weighted median over areas of each week [1, week]; NaN where no area tells."""
    found = np.full((1, values.shape[1]), np.nan)
    for week in range(values.shape[1]):
        told = np.isfinite(values[:, week]) & (weights[:, week] > 0)
        if told.any():
            found[0, week] = quantiles(values[told, week], weights[told, week], np.array([0.5]))[0]
    return found
