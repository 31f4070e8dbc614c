"""Laws of where an epidemic stands, and of what measures leave."""

import numpy as np
import pytest

from tilannekuva.models import epidemic, standing
from tilannekuva.models.epidemic import E1, I2, ICU, WARD, Disease, S
from tilannekuva.models.standing import Place, Pulse
from tilannekuva.models.weeks import Array

DISEASE = Disease(3, 4, 8, 10, np.full(9, 0.05), np.full(9, 0.2))
INTERVAL = epidemic.interval(DISEASE)
PEOPLE = np.full(9, 60_000.0)
CONTACTS = np.ones((2, 9, 9))


def counts(number: float, *, level: float = 200, days: int = 70, seed: int = 1) -> Array:
    """Give made-up counts of a known R, with quiet weekends."""
    rng = np.random.default_rng(seed)
    rate = float(epidemic.growth(np.array(number), DISEASE))
    weekdays = np.array([1.2, 1.1, 1.1, 1.1, 1.1, 0.8, 0.6])[np.arange(days) % 7]
    return rng.poisson(level * np.exp(rate * (np.arange(days) - days + 1)) * weekdays).astype(float)


def pulse(told: Array, seed: int = 0) -> Pulse:
    return standing.pulse(told, INTERVAL, paths=400, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("number", [0.8, 1.0, 1.25])
def test_a_known_reproduction_number_and_level_are_found(number: float):
    found = pulse(counts(number))
    low, high = np.quantile(found.number, [0.02, 0.98])

    assert low < number < high
    assert np.median(found.level) == pytest.approx(200, rel=0.12)


def test_few_counts_make_less_sure():
    many, few = (np.std(pulse(counts(1, level=level)).number) for level in (1000, 3))

    assert few > 1.5 * many


def test_noise_greater_than_chance_makes_less_sure():
    noisy = counts(1) * np.random.default_rng(5).gamma(4, 1 / 4, 70)

    assert np.std(pulse(noisy).number) > 1.5 * np.std(pulse(counts(1)).number)


def test_the_same_seed_gives_the_same():
    assert (pulse(counts(1)).number == pulse(counts(1)).number).all()
    assert (pulse(counts(1)).number != pulse(counts(1), seed=1).number).any()


@pytest.mark.parametrize(("days", "value"), [([20, 68, 69], np.nan), ([67], -400), ([69], 1e5)])
def test_days_that_are_unknown_or_cannot_be_true_are_as_those_around_them(days: list[int], value: float):
    told = counts(1)
    told[days] = value

    assert np.median(pulse(told).number) == pytest.approx(1, abs=0.12)
    assert np.median(pulse(told).level) == pytest.approx(200, rel=0.12)


def test_too_few_days_are_refused():
    with pytest.raises(ValueError, match="at least 28 days; there are 20"):
        pulse(counts(1, days=20))


def place(**told: float) -> Place:
    kept = {"infected": 0.0, "found": 0.5, "ward": np.nan, "icu": np.nan} | told
    return Place(PEOPLE, np.zeros(9), CONTACTS, **kept)


NOW = Pulse(np.full(4, 100.0), np.array([0.8, 1.0, 1.2, 1.4]))


def test_paths_go_on_as_level_and_number_say():
    """On the first day as many are infected as the level says, and the growth is that of R from the start."""
    start = standing.begun(NOW, place(), DISEASE)
    days = np.stack([CONTACTS] * 10)
    told = epidemic.projected(start.start, days, np.tile(start.chance, (10, 1)), start.disease).infections
    sums, rate = told.sum(axis=1), epidemic.growth(NOW.number, DISEASE)

    assert sums[0] == pytest.approx(100 / 0.5 * np.exp(rate / 2), rel=0.01)
    assert np.log(sums[5] / sums[0]) / 5 == pytest.approx(rate, abs=0.01)


def test_who_was_infected_or_vaccinated_is_not_susceptible():
    found = standing.begun(NOW, place(infected=100_000)._replace(vaccinated=0.3 * PEOPLE), DISEASE)
    all_open = standing.begun(NOW, place(), DISEASE)

    expected = 0.7 * (1 - 100_000 / PEOPLE.sum())
    assert found.start.state[S].sum() / PEOPLE.sum() / 4 == pytest.approx(expected, abs=0.01)
    assert (found.chance > all_open.chance).all()


def test_patients_told_are_those_of_every_path_and_scale_the_need():
    found = standing.begun(NOW, place(ward=60, icu=3), DISEASE)

    assert found.start.state[[WARD, ICU]].sum(axis=1) == pytest.approx(np.array([[60] * 4, [3] * 4]))
    assert found.beds_by[0] == pytest.approx(
        found.disease.severe[0] * (1 - found.disease.critical[0]) / (0.05 * 0.8), rel=1e-6
    )


def test_untold_patients_scale_nothing():
    found = standing.begun(NOW, place(), DISEASE)

    assert np.isnan(found.beds_by).all()
    assert found.disease.severe == pytest.approx(DISEASE.severe)


def test_an_epidemic_greater_than_its_people_is_cut():
    huge = Pulse(np.full(4, 1e9), NOW.number)
    state = standing.begun(huge, place(), DISEASE).start.state

    assert (state[S] >= 0).all()
    assert (state[S : I2 + 1].sum(axis=0) <= PEOPLE[:, None] * 1.0001).all()
    assert state[E1].max() < PEOPLE[0]


def test_doses_go_to_the_oldest_until_there_is_no_room():
    found = standing.oldest_first(np.array([5.0, 5.0, 100.0]), np.array([20.0, 3.0, 4.0]))

    assert found.tolist() == [[0, 1, 4], [3, 2, 0], [17, 0, 0]]


def test_contacts_become_mutual():
    people = np.array([10.0, 40.0])
    found = standing.reciprocal(np.array([[1.0, 8.0], [1.0, 3.0]]), people)

    assert people[0] * found[0, 1] == people[1] * found[1, 0] == 60
    assert found.diagonal().tolist() == [1, 3]
