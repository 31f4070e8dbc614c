"""Laws of floods, by a made-up clock: wrong tries bring a wait that grows, and nothing shortens it."""

import pytest

from tilannekuva.access import floods
from tilannekuva.access.floods import Pace, Tries
from tilannekuva.errors import TooMany

FIVE = {"as maija": 5}


def tries() -> Tries:
    return Tries(900.0, 60.0, longest=900.0)


def wait(of: Tries, now: float) -> int:
    """Try once and give how long one has to wait, 0 when the try is made."""
    try:
        of.begin(FIVE, now=now)
    except TooMany as error:
        return error.wait
    return 0


def test_after_five_wrong_tries_comes_a_wait():
    of = tries()

    assert [0, 0, 0, 0, 0, 60, 30] == [wait(of, now) for now in (0, 0, 0, 0, 0, 0, 30)]


def test_each_further_wrong_try_doubles_the_wait_up_to_the_longest():
    of, now, waits = tries(), 0.0, []
    for _ in range(11):
        if found := wait(of, now):
            waits.append(found)
            now += found
            wait(of, now)

    assert [60, 120, 240, 480, 900, 900] == waits[:6]


def test_what_is_tried_while_one_waits_is_not_counted():
    """Else whoever keeps knocking would shut somebody out for ever."""
    of = tries()
    for _ in range(50):
        wait(of, 0)

    assert (60, 0) == (wait(of, 0), wait(of, 60))


def test_a_quarter_of_an_hour_of_quiet_begins_anew():
    of = tries()
    for _ in range(4):
        wait(of, 0)

    assert [0, 0] == [wait(of, 901), wait(of, 901)]


def test_tries_of_one_are_not_those_of_another():
    of = tries()
    for _ in range(6):
        wait(of, 0)
    of.begin({"as matti": 5}, now=0)

    with pytest.raises(TooMany):
        of.begin({"as matti": 5, "as maija": 5}, now=0)


def test_a_try_counts_from_its_beginning_and_can_be_taken_back():
    """So that many at once are no more than one after another."""
    of = tries()
    begun = [of.begin(FIVE, now=0) for _ in range(5)]
    of.undone(begun[-1])

    assert [0, 60] == [wait(of, 0), wait(of, 0)]


def test_a_right_try_takes_back_its_own_wait_and_no_others():
    """One that was under way while four others were wrong; and one after a wait."""
    of = tries()
    begun = [of.begin(FIVE, now=0) for _ in range(5)]
    of.undone(begun[0])
    held = wait(of, 0)
    of.undone(of.begin(FIVE, now=60))

    assert (60, 0) == (held, wait(of, 60))


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(floods, "_ROOM", 10)
    of, pace = tries(), Pace(1, 60.0)
    for nth in range(100):
        of.begin({f"as {nth}": 5}, now=0)
        pace.count(f"{nth}", now=0)

    assert (10, 10) == (len(of._of), len(pace._of))  # noqa: SLF001 - its size is the law


def test_a_pace_lets_so_many_through_in_its_time():
    pace, waits = Pace(2, 60.0), []
    for now in (0, 10, 20, 59, 60, 61, 62):
        try:
            pace.count("a", now=now)
        except TooMany as error:
            waits.append((now, error.wait))

    assert [(20, 40), (59, 1), (62, 58)] == waits
