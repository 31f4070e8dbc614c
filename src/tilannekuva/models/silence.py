"""Silence: places that stopped telling, and how much less is known of them.

A week of zeros where counts were many is not zero but silence. It may last: as long again as it has lasted,
at even odds (Gott 1993, Nature 363:315, doi:10.1038/363315a0), and while it does, zeros are what will be
told. Whatever is told of weeks after silence, or after days that are missing, is as unsure as a forecast from
the last week known.
"""

import numpy as np

from tilannekuva.models.levels import LEVELS, MEDIAN
from tilannekuva.models.weeks import BUSY, DAYS, Array, Marked, heard


def silence(daily: Array) -> tuple[Array, Array]:
    """Give how many whole weeks [area] at the end told zeros where counts were many, and how many nothing."""
    weeks = daily[:, : daily.shape[1] // DAYS * DAYS].reshape(len(daily), -1, DAYS)
    nothing = ~heard(daily)
    zero: Marked = np.all(np.nan_to_num(weeks) <= 0, axis=2) & ~nothing
    silent = _ending(zero)
    return np.where(_before(np.nan_to_num(weeks).sum(axis=2), silent) > BUSY, silent, 0.0), _ending(nothing)


def _before(weeks: Array, silent: Array) -> Array:
    """Give the mean [area] of the four weeks before the last so many."""
    ends = weeks.shape[1] - silent.astype(int)
    parts = [one[max(end - 4, 0) : end] for one, end in zip(weeks, ends, strict=True)]
    return np.array([part.mean() if len(part) else 0.0 for part in parts])


def _ending(marked: Marked) -> Array:
    """Give how many of the last weeks [area] are marked without a break."""
    found: Array = np.cumprod(marked[:, ::-1], axis=1).sum(axis=1).astype(float)
    return found


def after_silence(told: Array, daily: Array) -> Array:
    """Give quantiles [area, horizon, level] that know how long each area has been silent or missing.

    An area of which nothing was ever told has none: NaN.
    """
    silent, nothing = silence(daily)
    horizons = np.arange(1, told.shape[1] + 1)
    logs = np.log1p(told)
    middle = logs[..., MEDIAN : MEDIAN + 1]
    wider = np.sqrt(1 + (silent + nothing)[:, None] / horizons)[..., None]
    found: Array = np.maximum(np.expm1(middle + (logs - middle) * wider), 0)
    for area in np.flatnonzero(silent):
        for place, horizon in enumerate(horizons):
            found[area, place] = _or_zero(found[area, place], silent[area] / (silent[area] + horizon))
    found[np.isnan(daily).all(axis=1)] = np.nan
    return found


def _or_zero(quantiles: Array, chance: float) -> Array:
    """Give the quantiles [level] of what is zero by a chance, and else as told."""
    left = (LEVELS - chance) / (1 - chance)
    found: Array = np.where(left > 0, np.interp(left, LEVELS, quantiles), 0.0)
    return found
