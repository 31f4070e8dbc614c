"""Weeks of daily counts: what cannot be true is replaced before anything is learned from it.

A day is missing, taken back (negative) or a dump of many days at once: it is told as the same weekday a week
before, times the growth of the last week, or by the level of the last four weeks. A whole week of zeros where
counts were many is silence, not zero: it is told as the week before. Places that report once a week are left
as they are: a large count after days of zeros, or one that comes again after a week, is a rhythm and no dump.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Marked = npt.NDArray[np.bool_]
DAYS = 7
BUSY = 30.0  # a week, of the last four: from here a week of zeros is silence
_HISTORY = 21  # days before which a day is only made non-negative
_MOST, _MEAN, _LARGE = 4.0, 6.0, 300.0  # a dump: so many times the highest and the mean day, and no few cases
_TWICE = 2.0  # what gathered in days of zeros, or came a week before, explains a count up to so many times
_GROWTH, _PRIOR = (0.5, 2.0), 20.0  # of a week, with so many cases added to both
_JUMP, _CALM, _FEW = 0.9, 0.6, 100.0  # log: a week that leaps from two neighbours which agree


def counted(values: Array) -> Array:
    """Give values of which each is a count; NaN is what is none: below zero, infinite or not told."""
    found: Array = np.where((values >= 0) & (values < np.inf), values, np.nan)
    return found


def plausible(daily: Array) -> Array:
    """Give daily counts [area, day] without days that cannot be true; the first day begins a week.

    Nothing later than the end of a day's week alters it, but that the time before an area's first day told is
    filled with its first week.
    """
    told = counted(daily)
    _begin(told)
    days = np.nan_to_num(told)
    empty, missing, doubted = _run(~(told > 0)), _run(np.isnan(told)), _doubted(told)
    for day in range(_HISTORY, daily.shape[1]):
        areas = np.flatnonzero(doubted[:, day])
        if len(areas):
            runs = empty[areas, day - 1], missing[areas, day]
            days[areas, day] = _instead(told[areas, : day + 1], days[areas, :day], *runs)
        if day % DAYS == DAYS - 1:
            _fill(days, day + 1, np.flatnonzero(empty[:, day] >= DAYS))
    return days


def _begin(told: Array) -> None:
    """Tell whole weeks before an area's first day as the week that begins there."""
    first = np.argmax(np.isfinite(told), axis=1) if told.size else np.zeros(0)
    for area in np.flatnonzero(first >= DAYS):
        told[area, : first[area]] = np.nansum(told[area, first[area] : first[area] + DAYS]) / DAYS


def _run(marked: Marked) -> Array:
    """Give for how many days up to each [area, day] all are marked."""
    at = np.arange(marked.shape[1])
    last = np.maximum.accumulate(np.where(marked, -1, at), axis=1)
    found: Array = (at - last).astype(float)
    return found


def _doubted(told: Array) -> Marked:
    """Say which days [area, day] may be no true count: missing, or large and no rhythm of weeks."""
    before = np.fmax(_later(told, DAYS), _later(told, 2 * DAYS))
    found: Marked = np.isnan(told) | ((told > _LARGE) & (told > _TWICE * np.nan_to_num(before)))
    return found


def _later(values: Array, days: int) -> Array:
    return np.pad(values, ((0, 0), (days, 0)), constant_values=np.nan)[:, : values.shape[1]]


def _instead(told: Array, days: Array, empty: Array, missing: Array) -> Array:
    """Give the last day's counts [area]: as told, or as the days before say where that cannot be true."""
    now, day = told[:, -1], days.shape[1]
    last, before = days[:, -DAYS:].sum(axis=1), days[:, -2 * DAYS : -DAYS].sum(axis=1)
    growth = np.where(missing > DAYS, 1.0, np.clip((last + _PRIOR) / (before + _PRIOR), *_GROWTH))
    level = days[:, -4 * DAYS :].mean(axis=1)
    highest = _MOST * np.maximum(days[:, -2 * DAYS :].max(axis=1), last / DAYS)
    gathered = _TWICE * level * (1 + np.minimum(empty, DAYS - 1))
    dump = now > np.max([highest, _MEAN * last / DAYS, gathered], axis=0)
    zeros = np.minimum(empty, day % DAYS)  # of this week, just before
    usual = np.where(dump & (zeros > 0), (1 + zeros) * level, days[:, -DAYS] * growth)
    return np.where(np.isnan(now) | dump, usual, now)


def _fill(days: Array, end: int, silent: npt.NDArray[np.intp]) -> None:
    """Tell a week of silence that ends before a day, where counts were many, as the week before."""
    before = days[silent, max(end - 5 * DAYS, 0) : end - DAYS]
    many = before.sum(axis=1) > 4 * BUSY
    days[silent[many], end - DAYS : end] = before[many, -DAYS:]


def weekly(daily: Array) -> Array:
    """Give the sums [area, week] of whole weeks; the first day begins one."""
    n = daily.shape[1] // DAYS
    sums: Array = daily[:, : n * DAYS].reshape(len(daily), n, DAYS).sum(axis=2)
    return sums


def heard(daily: Array) -> Marked:
    """Say of which whole weeks [area, week] anything was told; the first day begins one."""
    n = daily.shape[1] // DAYS
    told: Marked = np.any(np.isfinite(daily[:, : n * DAYS].reshape(len(daily), n, DAYS)), axis=2)
    return told


def begun(daily: Array) -> Marked:
    """Say from which whole week [area, week] on anything was told of an area."""
    return np.logical_or.accumulate(heard(daily), axis=1)


def without_leaps(weeks: Array) -> Array:
    """Give weekly counts in which a single week that leaps from its agreeing neighbours lies between them.

    The newest week has no neighbour after it and stays.
    """
    logs = np.log1p(weeks)
    for week in range(1, weeks.shape[1] - 1):
        before, after = logs[:, week - 1], logs[:, week + 1]
        middle = (before + after) / 2
        leap = (np.abs(logs[:, week] - middle) > _JUMP) & (np.abs(before - after) < _CALM)
        logs[:, week] = np.where(leap & (np.exp(before) > _FEW + 1), middle, logs[:, week])
    told: Array = np.expm1(logs)
    return told


def lag(values: Array, n: int) -> Array:
    """Give values [area, week] moved n weeks later; the first n are NaN."""
    moved = np.full_like(values, np.nan)
    moved[:, n:] = values[:, : max(values.shape[1] - n, 0)]
    return moved
