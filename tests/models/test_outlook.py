"""Laws of what forecasts of a workspace are put together from: outlook, within, stays, need."""

import numpy as np
import pytest

from tilannekuva.domain.forecasts import Assumed
from tilannekuva.models.delays import delays, learned
from tilannekuva.models.levels import LEVELS
from tilannekuva.models.memory import Memory
from tilannekuva.models.model import HORIZONS, Known, Model, Outcome, Told, Unable
from tilannekuva.models.need import Needy, need
from tilannekuva.models.nowcast import nowcast
from tilannekuva.models.outlook import Reports, flat_line, outlook, valued, whole_weeks
from tilannekuva.models.stays import occupancy
from tilannekuva.models.weeks import Array
from tilannekuva.models.within import Counted, completed, drawn, parts, split

WEEKS, TOLD = 12, (0.1, 0.5, 0.8, 1.0)
ASSUMED = Assumed(contacts=5, days=7, asking=0.1, usual=0.01, more=0.05, high=100, elderly=0.1)


def dice(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def reports(level: float = 70.0, *, vintages: int = 30, kinds: Array | None = None) -> Reports:
    """Give what was told of two areas with as many cases every day, the last day a Monday.

    Of days whose kind is that of a Sunday, where kinds are given, each is told of a day later.
    """
    days = WEEKS * 7 + 1
    final = np.full((2, days), level)
    ages = [np.arange(at, -1, -1) for at in range(days - vintages, days)]
    told = np.full((vintages, 2, days), np.nan)
    for nth, age in enumerate(ages):
        late = np.zeros(len(age), int) if kinds is None else (kinds[: len(age)] == 6).astype(int)
        shares = np.array([0, *TOLD])[np.minimum(age, 3) + 1 - late]
        told[nth, :, : len(age)] = np.floor(final[:, : len(age)] * shares)
    reported = np.arange(days - vintages, days, dtype=float)
    return Reports(told[-1], days - 3, days - 1, told, reported, 0, kinds)


def same(known: Known, _rng: np.random.Generator) -> Outcome:
    """Tell that the weeks to come are as the last one, surely."""
    last = np.nansum(known.daily[:, -7:], axis=1)
    found = np.tile(last[:, None, None], (1, len(HORIZONS), len(LEVELS)))
    return Told(found, found[:, :, None])


SAME = Model("same", same, (), 6)


def seen_by(told: Reports):
    return outlook(told, np.full(2, 1e5), SAME, phase=1, signals={}, rng=dice())


def test_the_model_goes_on_from_the_last_week_as_it_will_turn_out():
    found = seen_by(reports())

    assert 12 == whole_weeks(reports()) == found.weeks.shape[1]
    assert found.weeks[:, -1] == pytest.approx([490, 490], rel=0.05)
    assert found.quantiles[:, 0, 11] == pytest.approx([490, 490], rel=0.05)


def test_holidays_are_completed_by_their_own_delays():
    """The last Saturday rests as a Sunday does, and is completed by what Sundays have taught."""
    kinds = np.arange(WEEKS * 7 + 1) % 7
    kinds[-3] = 6
    told = reports(2000.0, vintages=60, kinds=kinds)
    *_, known = learned(zip(told.reported.astype(int), told.vintages, strict=True), kinds)
    late = delays(known)
    made = nowcast(told.vintages[-1], late, kinds=kinds)

    saturday = made.draws[0, -3].mean()
    assert seen_by(told).weeks[0, -1] == pytest.approx(10_000 + saturday + made.draws[0, -2].mean(), rel=0.01)
    assert seen_by(told._replace(kinds=None)).weeks[0, -1] != pytest.approx(
        seen_by(told).weeks[0, -1], rel=0.01
    )


def test_what_the_last_week_leaves_unsure_makes_the_next_ones_unsure():
    narrow, wide = (seen_by(one).quantiles for one in (reports(vintages=5), reports()))

    assert 0 == np.ptp(narrow, axis=2).max() < np.ptp(wide, axis=2).min()


def test_without_enough_days_of_news_only_settled_weeks_count():
    told = reports(vintages=5)

    assert 11 == whole_weeks(told)
    assert (seen_by(told).last == 490).all()


@pytest.mark.parametrize("value", [np.nan, -500.0, 35_000.0], ids=["missing", "taken back", "dump"])
def test_weeks_with_a_day_that_cannot_be_true_are_as_the_others(value: float):
    told = reports(vintages=5)
    told.daily[:, [-30, -20]] = value

    found = seen_by(told)

    assert found.weeks == pytest.approx(np.full((2, 11), 490), rel=0.01)
    assert found.quantiles == pytest.approx(np.full(found.quantiles.shape, 490))


def test_before_an_area_begins_to_tell_nothing_is_known_of_it():
    """Here a model tells how many days are known; the nowcast would draw some before."""
    told = reports()
    told.daily[1, :-9], told.vintages[:, 1, :-9] = np.nan, np.nan

    def count(known: Known, _rng: np.random.Generator) -> Outcome:
        found = np.isfinite(known.daily).sum(axis=1) * np.ones((len(LEVELS), 4, 1))
        return Told(found.T, found.T[:, :, None])

    found = outlook(told, np.full(2, 1e5), Model("count", count, (), 6), phase=1, signals={}, rng=dice())
    assert [84, 8] == pytest.approx(found.quantiles[:, 0, 11], rel=0.05)


def test_too_few_weeks_are_said():
    told = reports()._replace(settled=30, vintages=np.empty((0, 2, 0)), reported=np.empty(0))

    assert isinstance(seen_by(told), Unable)


def test_sums_of_two_weeks_and_totals_follow_from_the_draws():
    draws = np.arange(6.0).reshape(1, 6, 1)  # -1, 0 and four weeks to come

    assert [[1, 3, 5, 7, 9]] == valued(draws, weeks=2)[..., 0].tolist()
    assert [[10, 12, 15, 19, 24]] == valued(draws, start=np.array([10.0]))[..., 0].tolist()
    assert [[2, 4, 6, 8, 10]] == valued(draws, per=np.array([2.0]))[..., 0].tolist()
    assert pytest.approx(6.0) == flat_line(np.full((1, 20), 3.0), over=2)[0, 0, 11]


def within(
    told: Array, *, last: float = 1.0, came: float = 1.0, people: float = 2e4, memory: Memory | None = None
) -> tuple[Array, int]:
    """Draw two districts of 700 cases a week, the first with towns told of, 40 draws.

    The last Saturdays have `last` times as many; the last weeks came `came` times as high.
    """
    of = parts(
        Counted(np.full((2, WEEKS), 700.0), np.full(2, 1e5)),
        Counted(told, np.full(len(told), people)),
        np.zeros(len(told), int),
    )
    quantiles = 700 * np.exp(np.linspace(-0.5, 0.5, len(LEVELS))) * np.ones((2, 4, 1))
    daily = np.full((2, WEEKS * 7), 100.0)
    daily[:, -64::7] *= last
    return drawn(of, daily, np.full((2, 2, 40), came * 700), quantiles, dice(), memory=memory), len(told)


def test_towns_and_the_rest_of_a_district_add_up_to_it_in_every_draw():
    draws, n = within(np.array([[350.0] * WEEKS, [70.0] * WEEKS]))
    first = draws[[*range(n), n]].sum(axis=0)

    assert (first == draws[n + 2]).all()
    assert (draws[n + 1] == draws[n + 3]).all()


@pytest.mark.parametrize("people", [5e4, 0.0])
def test_cases_that_no_town_told_of_stay_with_the_rest_though_nobody_lives_there(people: float):
    draws, n = within(np.full((2, WEEKS), 300.0), people=people)

    assert [300, 300, 100] == pytest.approx(np.median(draws[: n + 1, -1], axis=1), rel=0.25)


def test_weeks_followed_before_are_remembered_with_their_days():
    told, memory = np.array([[350.0] * WEEKS, [70.0] * WEEKS]), Memory()
    before, *_ = within(told, memory=memory)

    other = within(told, last=3.0)[0]

    assert (before == within(told, memory=memory)[0]).all()
    assert (other == within(told, last=3.0, memory=memory)[0]).all()
    assert (before != other).any()


def test_what_is_told_of_an_area_is_drawn_for_places_by_cases_and_else_by_inhabitants():
    """Districts of 300 and 100 cases, the first with a town of 60; then of none; a third lies elsewhere."""
    cases = np.array([300.0, 100, 900, 60])[:, None, None] * np.array([1.0, 0])[:, None] * np.ones(400)
    people, places = np.array([4e5, 4e5, 9e5, 1e5]), np.array([0, 0, -1])

    found = split(np.full((1, 2, 400), 40), cases, people, places, np.array([0]))

    assert (found[:2].sum(axis=0) == 40).all()
    assert [30, 10, 0, 6] == pytest.approx(found[:, 0].mean(axis=1), abs=0.6)
    assert [20, 20, 0, 5] == pytest.approx(found[:, 1].mean(axis=1), abs=0.6)


def test_towns_that_are_told_of_more_than_their_district_leave_nothing_to_the_rest():
    parent, people = np.zeros(2, int), np.array([1e5, 6e4, 6e4])
    cases = np.array([100.0, 60, 60])[:, None] * np.ones(WEEKS)

    of = parts(Counted(cases[:1], people[:1]), Counted(cases[1:], people[1:]), parent)
    found = split(np.full((1, 1, 50), 40), cases[:, :1, None] * np.ones(50), people, np.array([0]), parent)

    assert (of.weeks[2] == 0).all()
    assert (found[1:].sum(axis=0) == 40).all()


@pytest.mark.parametrize("came", [1, 20])
def test_a_past_week_is_shared_as_it_was_told(came: float):
    """What a district was told of at once and its towns were not, lies with its rest."""
    draws, _ = within(np.array([[350.0] * WEEKS, [70.0] * WEEKS]), came=came)

    assert (draws[0, :2] == 350).all()
    assert (draws[1, :2] == 70).all()


@pytest.mark.parametrize("value", [-5.0, 1e5])
def test_a_towns_week_that_cannot_be_true_is_one_not_told(value: float):
    wrong, untold = (np.full((2, WEEKS), 70.0) for _ in range(2))
    wrong[0, [-3, -1]], untold[0, [-3, -1]] = value, np.nan

    assert (within(wrong)[0] == within(untold)[0]).all()


def test_a_week_that_towns_have_not_told_is_shared_as_the_next():
    draws, _ = within(np.array([[350.0] * (WEEKS - 1) + [np.nan], [70.0] * (WEEKS - 1) + [np.nan]]))

    assert 200 < np.median(draws[0, 1]) < 500
    assert (draws[0, 0] == 350).all()


def test_weeks_that_are_not_told_are_as_drawn():
    """The flat line goes on from them: they are no zeros."""
    told = np.array([[5.0, np.nan, 7.0, np.nan]])
    draws = np.array([[[6, 8, 9], [10, 11, 12]]])

    assert [[5, 5, 7, 11]] == completed(told, draws).tolist()


def patients(days: int, *, stay: int = 8, late: int = 7, ratio: float = 0.1) -> tuple[Array, Array]:
    """Give cases and those of them in hospital: a share comes some days later and stays some days."""
    cases = 100 * np.exp(0.4 * np.sin(np.arange(days + 30) / 20))[None, :] * np.ones((2, 1))
    there = sum(ratio * np.roll(cases, late + nth, axis=1) for nth in range(stay))
    return cases[:, 30:], there[:, 30:]


def test_patients_follow_the_cases_to_come():
    days = 26 * 7
    cases, there = patients(days)
    to_come = np.repeat(cases[:, days - 28 :].reshape(2, 4, 7).sum(axis=2)[..., None], 400, axis=2)

    found = occupancy(there[:, : days - 28], cases[:, : days - 28], to_come, dice())

    assert np.median(found, axis=2)[:, 1:] == pytest.approx(there[:, days - 28 :][:, 6::7], rel=0.12)
    assert (found[:, 0, 0] == there[:, days - 29]).all()


def test_no_patients_or_few_weeks_are_said():
    cases, there = patients(26 * 7)

    assert isinstance(occupancy(0 * there, cases, np.ones((2, 4, 3)), dice()), Unable)
    untold = np.where(np.arange(there.shape[1]) < there.shape[1] - 40, np.nan, there)
    assert isinstance(occupancy(untold, cases, np.ones((2, 4, 3)), dice()), Unable)
    assert isinstance(occupancy(there[:, :40], cases[:, :40], np.ones((2, 4, 3)), dice()), Unable)


@pytest.mark.parametrize(("value", "days"), [(np.nan, 2), (-9.0, 2), (1e5, 1)])
def test_days_that_hospitals_did_not_tell_or_cannot_have_told_are_as_the_day_before(value: float, days: int):
    cases, there = patients(26 * 7)
    to_come = np.full((2, 4, 50), 700.0)
    wrong, before = there.copy(), np.repeat(there[:, [-1 - days]], days, axis=1)
    wrong[:, -days:] = value

    found = occupancy(wrong, cases, to_come, dice())

    assert (found == occupancy(np.hstack([there[:, :-days], before]), cases, to_come, dice())).all()


def test_time_before_patients_are_told_of_makes_nothing_unsure():
    cases, there = patients(26 * 7)
    late = np.where(np.arange(26 * 7) < 90, np.nan, there)

    wide = [np.std(occupancy(one, cases, np.full((2, 4, 400), 700.0), dice())) for one in (late, there)]

    assert wide[0] < 1.3 * wide[1]


def needs(cases: float) -> Array:
    of = Needy(
        np.full((4, 1, 2000), cases), np.array([1e5, 1e5, 2e5, 2e4]), np.array([1e4, np.nan, np.nan, 3e3])
    )
    return need(of, ASSUMED, dice(), base=2, parents=(0,))


def test_need_is_what_was_assumed():
    """Calm: one of the elderly in a hundred. Cases: a tenth of six at home each, and six in a hundred."""
    calm, busy = needs(0.0).mean(axis=2)[:, 0], needs(100.0).mean(axis=2)[:, 0]

    assert calm == pytest.approx([100, 100, 200, 30], rel=0.05)
    assert busy[1] == pytest.approx(100 * 6 * 0.1 + 1e4 * 0.06, rel=0.005)


def test_needs_add_up_and_grow_with_cases():
    few, many = needs(10.0), needs(50.0)

    assert (many[0] + many[1] == many[2]).all()
    assert (many[3] <= many[0]).all()
    assert (many.mean(axis=2) > few.mean(axis=2)).all()
