"""Retrospective: past nowcasts, made again, tell how wide today's must be."""

from itertools import pairwise

import numpy as np
import pytest
from arriving import arriving, counts

from chance import covered
from tilannekuva.models import retrospective
from tilannekuva.models.delays import delays, learned, weekdays_of
from tilannekuva.models.memory import Memory
from tilannekuva.models.model import Unable
from tilannekuva.models.nowcast import Nowcast, nowcast
from tilannekuva.models.retrospective import completed
from tilannekuva.models.weeks import Array

CHANCES = np.array([0.0, 0.4, 0.3, 0.2, 0.1])
AREAS, WEEK = 60, 7
LUMPY, REGULAR = slice(0, 30), slice(30, 60)
News = list[tuple[int, Array]]


def told(*, lumps: float = 0.0, days: int = 60) -> tuple[News, Array]:
    """Give vintages and final counts; in the first half of areas some days bring no news."""
    final = counts(np.full((AREAS, days), 60.0))
    news = arriving(final, np.array([CHANCES] * AREAS), spread=0.02)
    held = np.random.default_rng(5).random((days, AREAS, 1)) < lumps
    held[:, REGULAR] = False
    for (_, before), (at, now) in pairwise(news):
        now[:, :-1] = np.where(held[at], before, now[:, :-1])
        now[:, -1:] = np.where(held[at], 0.0, now[:, -1:])
    return news, final


def drawn(news: News) -> tuple[Nowcast, Nowcast]:
    """Give the nowcast as delays alone have it, and as past ones make it."""
    *_, known = learned(news)
    late, found = delays(known), completed(news, draws=300)
    assert not isinstance(late, Unable)
    assert not isinstance(found, Unable)
    return nowcast(news[-1][1], late, draws=300), found


def off(found: tuple[Nowcast, ...], came: list[Array], which: slice) -> float:
    """Give how far the cover of 90 % intervals is from 90 %."""
    pairs = [(one.draws[which, -WEEK:], days[which]) for one, days in zip(found, came, strict=True)]
    return float(abs(np.mean([covered(*one, 0.9) for one in pairs]) - 0.9))


def wide(found: Nowcast, which: slice) -> float:
    return float(np.ptp(np.quantile(found.draws[which, -3:], [0.1, 0.9], axis=2), axis=0).mean())


def test_areas_with_news_in_lumps_get_wider_nowcasts_and_regular_ones_narrower():
    news, final = told(lumps=0.7)
    ends = range(45, 61, 5)

    plain, found = zip(*(drawn(news[:end]) for end in ends), strict=True)

    came = [final[:, end - WEEK : end] for end in ends]
    assert wide(found[-1], LUMPY) > 1.1 * wide(plain[-1], LUMPY)
    assert wide(found[-1], REGULAR) < 0.95 * wide(plain[-1], REGULAR)
    for which in (LUMPY, REGULAR):
        assert off(found, came, which) < 0.8 * off(plain, came, which)


def test_a_draw_keeps_its_rank_and_its_day_stays_whole():
    plain, found = drawn(told(lumps=0.3, days=40)[0])

    assert (
        np.corrcoef(plain.draws[0, -2].argsort().argsort(), found.draws[0, -2].argsort().argsort())[0, 1]
        > 0.95
    )
    assert (found.draws % 1 == 0).all()
    assert (found.draws >= 0).all()


def test_a_new_day_makes_few_past_nowcasts_again_and_memory_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    news, made = told(days=50)[0], list[int]()

    def counted(told: Array, *given: object, **named: object) -> Nowcast:
        made.append(told.shape[1])
        return nowcast(told, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(retrospective, "nowcast", counted)
    memory = Memory()
    completed(news[:-1], kinds=weekdays_of(49), draws=50, memory=memory)
    first = len(made)
    found = completed(news, kinds=weekdays_of(50), draws=50, memory=memory)
    again = len(made) - first

    alone = completed(news, draws=50)
    assert isinstance(found, Nowcast)
    assert isinstance(alone, Nowcast)
    assert (alone.draws == found.draws).all()
    assert first > 5
    assert again <= 2


def test_before_delays_are_known_the_advice_says_how_long_to_wait():
    found = completed(told(days=3)[0])

    assert isinstance(found, Unable)
    assert "1 days more" in found.advice


def test_no_vintages_are_refused():
    with pytest.raises(ValueError, match="at least one vintage"):
        completed([])
