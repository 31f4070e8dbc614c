"""Scores: a pure function of what was kept and of what is known, beside a flat line of the same vintage."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import outbreak
import pytest
from outbreak import DAYS, FIRST, noon

from tilannekuva.domain.forecasts import Kept, Score
from tilannekuva.flows.cards import cards
from tilannekuva.flows.foretold import FLAT, Line, packed
from tilannekuva.flows.scoring import ends, records, scores
from tilannekuva.flows.workspace import Workspace

DISTRICT = "hospital-district:06"
LEVELS = (0.01, 0.025, *(round(0.05 * nth, 2) for nth in range(1, 20)), 0.975, 0.99)
ORIGIN = FIRST + timedelta(days=181)  # a Sunday
MONDAY = ORIGIN + timedelta(days=1)
NOW = noon(DAYS)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workspace]:
    """Give a workspace that was told of an outbreak, and has forecast nothing."""
    workspace = Workspace(outbreak.made(tmp_path / "workspace"))
    outbreak.tell(workspace)
    yield workspace
    workspace.close()


def came(monday: int = 182) -> float:
    return float(sum(outbreak.final(DISTRICT, day) for day in range(monday, monday + 7)))


def keep(workspace: Workspace, middle: float, width: float, *, hours: int = 0) -> None:
    """Keep a forecast of the week after the origin, its quantiles even, and a flat line of width 100."""
    values = {"weekly": (middle, width), FLAT: (middle, 100.0)}
    lines = [
        Line(DISTRICT, name, 1, MONDAY, tuple(at + wide * (level - 0.5) for level in LEVELS))
        for name, (at, wide) in values.items()
    ]
    at = noon(182) + timedelta(hours=hours)
    sha256 = workspace.landing.keep(packed(lines, LEVELS))
    with workspace.writing("test"):
        workspace.ledger.foretell(
            workspace.store.fence, [Kept(at, "cases-weekly", "weekly", ORIGIN, "", sha256, at)]
        )


def scored(workspace: Workspace, as_of: int = DAYS) -> tuple[Score, ...]:
    return scores(workspace, "cases-weekly", DISTRICT, noon(as_of))


@pytest.mark.parametrize("off", [0.0, 3.0, -40.0])
def test_wis_is_the_mean_of_twice_the_pinball_losses(own: Workspace, off: float):
    keep(own, came() + off, 60)

    (one,) = scored(own)
    quantiles = [came() + off + 60 * (level - 0.5) for level in LEVELS]
    losses = [2 * ((came() < q) - level) * (q - came()) for level, q in zip(LEVELS, quantiles, strict=True)]

    assert sum(losses) / 23 == pytest.approx(one.wis)
    assert one.wis == pytest.approx(one.spread + one.too_low + one.too_high)


def test_what_came_is_the_sum_of_the_days_as_known(own: Workspace):
    keep(own, 100, 60)

    (one,) = scored(own)

    assert (came(), NOW, 1) == (one.observed, one.truth_at, one.horizon)


def test_a_week_counts_once_nothing_of_it_is_provisional(own: Workspace):
    keep(own, 100, 60)

    assert [] == [*scored(own, 191)]
    assert 1 == len(scored(own, 192))


def test_patients_of_a_week_without_a_sunday_are_those_of_its_last_day_told():
    told = {date(2021, 3, 26): 7.0, date(2021, 3, 29): 9.0}

    assert {date(2021, 3, 28): 7.0} == ends(told, date(2021, 3, 31))
    assert {} == ends(told, date(2021, 3, 28))


def test_of_one_origin_the_first_forecast_counts(own: Workspace):
    keep(own, 100, 60)
    keep(own, came(), 1, hours=24)

    (one,) = scored(own)

    assert 100 == one.median


def test_nothing_is_scored_before_it_was_kept(own: Workspace):
    keep(own, 100, 60, hours=24 * 15)

    assert () == scores(own, "cases-weekly", DISTRICT, noon(196))
    assert 1 == len(scores(own, "cases-weekly", DISTRICT, noon(198)))


@pytest.mark.parametrize(
    ("off", "within"), [(0, (True,) * 3), (28, (False, False, True)), (40, (False,) * 3)]
)
def test_intervals_hold_what_lies_in_them(own: Workspace, off: float, within: tuple[bool, bool, bool]):
    keep(own, came() - off, 60)

    (one,) = scored(own)

    assert within == one.within
    assert (off == 0, off > 0) == (one.bias == 0, one.bias < 0)


def test_the_ratio_is_that_of_mean_scores(own: Workspace):
    keep(own, came(), 50)

    (one,) = records(scored(own))

    assert (1, 0.5, 1, NOW) == (one.n, pytest.approx(one.ratio), one.held_90, one.truth_at)
    assert 1 == sum(one.pit)


def test_records_are_by_horizon_and_of_the_last_ones(own: Workspace):
    keep(own, came(), 50)
    (one,) = scored(own)
    older = [
        one.__class__(**{**fields(one), "horizon": horizon, "wis": wis})
        for horizon, wis in ((1, 9.0), (2, 4.0))
    ]

    assert [(1, 2), (2, 1)] == [(each.horizon, each.n) for each in records((one, *older))]
    assert [1, 1] == [each.n for each in records((one, *older), last=1)]
    assert one.wis == records((one, *older), last=1)[0].wis


def test_a_model_card_tells_the_scores_of_the_nearest_area_that_has_any(own: Workspace):
    keep(own, came(), 50)
    found = {
        one.get("indicator"): one for one in cards(own, ["municipality:837", DISTRICT, "country:FI"], NOW)
    }

    assert [DISTRICT] == [one["area"] for one in found["cases-weekly"]["scores"]]
    assert [] == found["in-ward"]["scores"]


def fields(one: Score) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}
