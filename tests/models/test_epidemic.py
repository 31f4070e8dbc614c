"""Laws of an epidemic by age."""

import numpy as np
import pytest
from scipy.optimize import brentq

from scenario import oracle
from tilannekuva.models import epidemic
from tilannekuva.models.epidemic import E1, I2, ICU, WARD, Course, Disease, S, Start
from tilannekuva.models.weeks import Array

AGES = 9
PEOPLE = np.linspace(40_000, 80_000, AGES)
DISEASE = Disease(3, 4, 8, 10, np.linspace(0.001, 0.2, AGES), np.linspace(0.05, 0.3, AGES))
WHOLE = np.random.default_rng(3).uniform(0.3, 2, (AGES, AGES))
CONTACTS = (WHOLE + WHOLE.T) * 1e5 / PEOPLE[:, None]  # as often this way as that


def started(infected: float = 50, *, paths: int = 4) -> Start:
    state = np.zeros((ICU + 1, AGES, paths))
    state[E1 : I2 + 1] = infected
    state[S] = PEOPLE[:, None] - state.sum(axis=0)
    return Start(state, PEOPLE)


def chance(number: float, days: int, *, paths: int = 4) -> Array:
    """Give the chance of infection at which R is a number."""
    usual, _ = epidemic.leading(epidemic.next_generation(CONTACTS, PEOPLE, PEOPLE, DISEASE))
    return np.full((days, paths), number / usual)


def course(number: float = 1.6, days: int = 120, *, left: float = 1, **more: Array) -> Course:
    contacts = np.stack([CONTACTS] * days)[:, None]
    contacts[20:60] *= left
    return epidemic.projected(started(), contacts, chance(number, days), DISEASE, **more)


def test_nobody_is_lost_and_nothing_is_negative():
    """Who is no longer susceptible was infected on some day, in each age and path."""
    found = course()
    gone = started().state[S] - found.last[S]

    assert gone == pytest.approx(found.infections.sum(axis=0), rel=1e-4)
    assert min(one.min() for one in found) >= 0
    assert (found.last.sum(axis=0) <= PEOPLE[:, None] * (1 + 1e-5)).all()


def test_it_is_what_scipy_finds():
    start, days = started(paths=1), 180
    contacts = np.stack([CONTACTS] * days)[:, None]
    contacts[40:90] *= 0.6
    found = epidemic.projected(start, contacts, chance(1.8, days, paths=1), DISEASE)

    expected = oracle(start, contacts, chance(1.8, days, paths=1), DISEASE, 0)
    assert found.last[:, :, 0] == pytest.approx(expected, rel=5e-5)


def test_more_contacts_never_make_fewer_infections():
    fewer, more = (course(left=left).infections.cumsum(axis=0) for left in (0.7, 0.8))

    assert (fewer <= more * (1 + 1e-5)).all()
    assert (fewer[59] < more[59]).all()


def test_contacts_change_nothing_before_they_change():
    assert (course(left=0.5).infections[:20] == course(left=1).infections[:20]).all()


def test_draws_of_contacts_belong_to_their_own_paths():
    days = 60
    both = np.stack([np.stack([CONTACTS, 0.5 * CONTACTS])] * days)
    found = epidemic.projected(started(), both, chance(1.6, days), DISEASE).infections
    alone = epidemic.projected(started(), both[:, 1:], chance(1.6, days), DISEASE).infections

    assert found[:, :, 2:] == pytest.approx(alone[:, :, 2:], rel=1e-5)
    assert (found[30:, :, :2] > found[30:, :, 2:]).all()


def test_a_wrong_shape_is_refused_with_the_right_one():
    contacts = np.stack([np.stack([CONTACTS] * 3)] * 5)

    with pytest.raises(ValueError, match=r"\[5, 4\] and paths a multiple of the 3 draws"):
        epidemic.projected(started(), contacts, chance(1, 5), DISEASE)


@pytest.mark.parametrize("number", [0.7, 1.0, 1.5])
def test_it_grows_as_the_reproduction_number_says(number: float):
    """While nearly all are susceptible: the eigenvalue of the next generation is the growth that is seen."""
    days, rate = 80, float(epidemic.growth(np.array(number), DISEASE))
    start = started(0.01)
    contacts = np.stack([CONTACTS] * days)[:, None]
    found = epidemic.projected(start, contacts, chance(number, days), DISEASE).infections.sum(axis=1)[:, 0]

    assert np.log(found[60] / found[40]) / 20 == pytest.approx(rate, abs=0.002)
    assert epidemic.reproduction(np.array(rate), DISEASE) == pytest.approx(number, rel=1e-4)


def test_one_infected_infects_as_many_of_each_age_as_the_next_generation_says():
    """At a chance so small that nobody is infected by the second generation; some are immune."""
    few, age, days = 1e-6, 2, 100
    state = np.zeros((ICU + 1, AGES, 1))
    state[S] = (np.linspace(0.3, 1, AGES) * PEOPLE)[:, None]
    state[E1, age] = 1e5
    contacts = np.stack([WHOLE] * days)[:, None]  # not mutual, so that no side can stand for the other
    found = epidemic.projected(Start(state, PEOPLE), contacts, np.full((days, 1), few), DISEASE)

    expected = epidemic.next_generation(WHOLE, state[S, :, 0], PEOPLE, DISEASE)[:, age]
    assert found.infections.sum(axis=0)[:, 0] == pytest.approx(few * 1e5 * expected, rel=1e-3)


def test_the_final_size_is_that_of_the_equation():
    """Of one kind of people: z = 1 - exp(-R z)."""
    people, number, days = np.array([1e6]), 1.8, 400
    one = Disease(3, 4, 8, 10, np.array([0.1]), np.array([0.1]))
    state = np.zeros((ICU + 1, 1, 1))
    state[E1], state[S] = 1, 1e6 - 1
    spread = np.full((days, 1), number / 4)
    found = epidemic.projected(Start(state, people), np.ones((days, 1, 1, 1)), spread, one)

    expected = brentq(lambda size: size - 1 + np.exp(-number * size), 0.1, 1)
    assert 1 - found.last[S, 0, 0] / 1e6 == pytest.approx(expected, rel=1e-3)


def test_the_immunised_are_no_longer_infected():
    days = 100
    shares = np.zeros((days, AGES))
    shares[0, 0] = 1
    found = course(days=days, immunised=shares).infections.sum(axis=0)

    assert found[0] == pytest.approx(0, abs=1e-6)
    assert (found[1:] < course(days=days).infections.sum(axis=0)[1:]).all()


def test_all_who_are_severe_lie_in_a_bed_for_as_long_as_is_assumed():
    """Patient days over the whole epidemic are the patients times their stay."""
    found = course(1.8, 500)
    beds = [one.sum(axis=0) for one in (found.in_ward, found.in_icu)]
    came = (found.infections.sum(axis=0) + 200) * DISEASE.severe[:, None]
    shares = (1 - DISEASE.critical, DISEASE.critical)

    for told, share, stay in zip(beds, shares, (DISEASE.ward, DISEASE.icu), strict=True):
        assert told == pytest.approx(came * share[:, None] * stay, rel=0.005)
    assert found.last[WARD:].sum() < 1


def test_the_interval_is_as_long_as_latent_and_half_the_rest():
    """In two stages an infectious person infects after three quarters of the infectious time on average."""
    shares = epidemic.interval(DISEASE)

    assert shares.sum() == pytest.approx(1)
    assert shares[0] == 0
    assert (shares * np.arange(len(shares))).sum() == pytest.approx(3 + 0.75 * 4, abs=0.05)
