"""Delays: which share of a day's cases is told so many days later, by area and weekday, vintage by vintage.

The share new at a delay among all told by then (the reverse-time hazard: Lawless 1994, Can. J. Stat. 22:15,
doi:10.2307/3315826.n1) needs only days that have come to that delay, so that truncation does not bias it.
Sums of such shares are kept and fade; a new vintage adds to them. An area with few cases is drawn towards all
areas, as strongly as areas are found to be alike (beta-binomial moments: Kleinman 1973, J. Am. Stat. Assoc.
68:46, doi:10.1080/01621459.1973.10481332).

Days are counted from 0; `kinds` [day] tells the weekday (0 = Monday) whose ways a day has, so that a holiday
may have a Sunday's. Without it the first day is a Monday and there are no holidays.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tilannekuva.models.model import Unable
from tilannekuva.models.weeks import DAYS, Array, counted

Kinds = npt.NDArray[np.int64]

LONGEST = 14  # days after which a day's count is taken as final
FEWEST = 3  # vintages after the first, before which nothing is said of delays
_FADE = 0.5 ** (1 / 28)  # of the sums, a day
_ALIKE = 0.03  # correlation of cases of one day: however many, they say no more than 1 / this
_WEEKDAY = 60.0  # prior cases of a weekday towards its area
_FIRM = (2.0, 200.0)  # prior cases of an area towards all, at the least and the most
_SPREAD, _FEW = 0.1, 10.0  # the usual spread, and prior days of all areas towards it
_DAYS = 30.0  # prior days of an area towards the spread of all
_SURE = 0.03  # shares nearer 0 or 1 than this say nothing of how days differ
_BOUNDS = (0.005, 0.9)  # of spread
_REST = 2.0  # how what is still untold differs at the most: its variance by its square
_LEAST = 0.002  # spread, however little is untold


class Delays(NamedTuple):
    """What is told so many days later: `known` [area, weekday, delay], the others [area, delay].

    `known` is the share of a day's final count that is told and stays; `taken` the share of what is told that
    is taken back later; `spread` how days differ: a day's own share varies by known (1 - known) spread.
    """

    known: Array
    taken: Array
    spread: Array


class Learned(NamedTuple):
    """What vintages up to day `at` have taught; sums fade day by day.

    `told` [area, day, delay] are the newest days, newest last, NaN what is not told yet; `news` [sum, area,
    weekday, delay] sums what was new, told and taken back; `shares` [sum, area, weekday, delay] how final
    days' shares differed; `vintages` is their number.
    """

    at: int
    vintages: int
    told: Array
    news: Array
    shares: Array


def begin(areas: int) -> Learned:
    """Give what no vintage has taught."""
    told = np.full((areas, LONGEST + 1, LONGEST + 1), np.nan)
    return Learned(-1, 0, told, np.zeros((3, areas, DAYS, LONGEST)), np.zeros((5, areas, DAYS, LONGEST)))


def learn(past: Learned, counts: Array, at: int, kinds: Kinds | None = None) -> Learned:
    """Give what is known with one more vintage: counts [area, day] as told at the end of day `at`.

    Raises ValueError when the vintage is not later than the last one or its areas are not the same.
    """
    if at <= past.at or len(counts) != len(past.told):
        raise ValueError(
            f"a vintage of {len(past.told)} areas after day {past.at} is needed, not {counts.shape} of {at}"
        )
    kinds = weekdays_of(at + 1) if kinds is None else kinds
    told, news, shares = past.told, past.news, past.shares
    for day in range(past.at + 1 if past.vintages else at, at + 1):
        told = _older(told, _newest(counts, day, told.shape[1]) if day == at else None)
        news, shares = _FADE * news, _FADE * shares
        if past.vintages:
            _add_news(news, told, day, kinds)
            _add_shares(shares, told, day, kinds)
    return Learned(at, past.vintages + 1, told, news, shares)


def learned(vintages: Iterable[tuple[int, Array]], kinds: Kinds | None = None) -> Iterator[Learned]:
    """Yield what vintages (day, counts [area, day]) have taught up to each of them, in their order."""
    found: Learned | None = None
    for at, counts in vintages:
        found = learn(begin(len(counts)) if found is None else found, counts, at, kinds)
        yield found


def weekdays_of(days: int) -> Kinds:
    """Give the weekdays of so many days from a Monday on."""
    return np.arange(days, dtype=np.int64) % DAYS


def delays(learned: Learned) -> Delays | Unable:
    """Give the delays that the vintages tell, or advice when they are too few."""
    missing = FEWEST + 1 - learned.vintages
    if missing > 0:
        return Unable(f"Delays are known after {FEWEST + 1} vintages; update on {missing} days more.")
    new, told, back = learned.news
    area = _pooled(new.sum(axis=1), told.sum(axis=1))
    taken = _pooled(back.sum(axis=1), (told + back - new).sum(axis=1))
    known = _staying((new + _WEEKDAY * area[:, None]) / (told + _WEEKDAY))
    return Delays(known, 1 - _staying(taken), _spread(learned.shares, known))


def _newest(counts: Array, day: int, width: int) -> Array:
    """Give the last `width` days of counts up to `day` [area, day], newest last, NaN where there are none."""
    found = np.full((len(counts), width), np.nan)
    first = max(0, day + 1 - width)
    there = counts[:, first : day + 1]
    found[:, first - (day + 1 - width) :][:, : there.shape[1]] = counted(there)
    return found


def _older(told: Array, newest: Array | None) -> Array:
    """Give days one day older with what is told of them now; where nothing is, what was told before holds."""
    found = np.full_like(told, np.nan)
    found[:, :-1] = told[:, 1:]
    last = told.shape[1] - 1
    for delay in range(last + 1):
        before = found[:, last - delay, delay - 1] if delay else np.full(len(told), np.nan)
        now = before if newest is None else newest[:, last - delay]
        found[:, last - delay, delay] = np.where(np.isfinite(now), now, before)
    return found


def _add_news(sums: Array, told: Array, day: int, kinds: Kinds) -> None:
    """Add what was new, what is told and what was taken back today at each delay."""
    last = told.shape[1] - 1
    for delay in range(1, min(last, day) + 1):
        before, after = told[:, last - delay, delay - 1], told[:, last - delay, delay]
        there = np.isfinite(after)
        after = np.where(there, after, 0.0)
        before = np.where(np.isfinite(before), before, 0.0) * there
        heed = 1 / (1 + _ALIKE * np.maximum(np.maximum(before, after) - 1, 0))
        step = np.stack([np.maximum(after - before, 0), after, np.maximum(before - after, 0)])
        sums[:, :, kinds[day - delay], delay - 1] += heed * step


def _add_shares(sums: Array, told: Array, day: int, kinds: Kinds) -> None:
    """Add how the shares told of the day that is final today differ, delay by delay."""
    last = told.shape[1] - 1
    if day < last:
        return
    final = np.maximum(told[:, 0, last:], 1)
    share = np.minimum(told[:, 0, :last] / final, 1)
    there = np.isfinite(share) & (final > 1)
    share, final = np.where(there, share, 0.0), np.where(there, final, 1.0)
    heed = 1 - 1 / final
    step = np.stack([heed, heed * share, heed * share**2, heed / final, heed**2])
    sums[:, :, kinds[day - last]] += step


def _staying(lost: Array) -> Array:
    """Give the shares [..., delay] that are not lost at this and any later delay."""
    return np.asarray(np.cumprod(1 - lost[..., ::-1], axis=-1), dtype=np.float64)[..., ::-1]


def _pooled(part: Array, whole: Array) -> Array:
    """Give shares [area, delay] drawn towards those of all areas, as strongly as areas are alike."""
    size = np.maximum(whole, 1e-9)
    total = size.sum(axis=0)
    mean = part.sum(axis=0) / total
    plain = np.maximum(mean * (1 - mean), 1e-9)
    apart = ((part / size - mean) ** 2 * size).sum(axis=0)
    between = np.maximum(apart - plain * (len(part) - 1), 1e-9) / np.maximum(
        total - (size**2).sum(axis=0) / total, 1e-9
    )
    prior = np.clip(plain / between - 1, *_FIRM)
    found: Array = (part + prior * mean) / (whole + prior)
    return found


def _spread(shares: Array, known: Array) -> Array:
    """Give how days' shares differ [area, delay] beyond what so few cases do, drawn towards all areas.

    Of a day of which nearly all is told this would say that the little left may be many times itself: it is
    bounded by what is left.
    """
    plain = known * (1 - known)
    there = (known > _SURE) & (known < 1 - _SURE)
    heed, once, twice, few, weight = np.where(there, shares, 0.0)
    off = (twice - 2 * known * once + known**2 * heed) / np.maximum(plain, 1e-9) - few
    own, n = off.sum(axis=1), weight.sum(axis=1)
    whole = np.clip((own.sum(axis=0) + _SPREAD * _FEW) / (n.sum(axis=0) + _FEW), *_BOUNDS)
    usual = known.mean(axis=1)
    most = np.maximum(_REST * (1 - usual) / np.maximum(usual, 1e-9), _LEAST)
    found: Array = np.minimum(np.clip((own + whole * _DAYS) / (n + _DAYS), *_BOUNDS), most)
    return found
