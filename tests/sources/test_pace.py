"""The law of pace: a host is never asked more often than the recipes agree to, however many ask it."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilannekuva.sources.pace import Pace

HOST = "data.example"


@dataclass
class Clock:
    """A clock that moves when somebody sleeps, and the instants at which turns began."""

    now: float = 0.0
    begun: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def pace(self) -> Pace:
        """Give a pace on this clock."""
        return Pace(clock=lambda: self.now, sleep=self.sleep)

    def turns(self, pace: Pace, asked: Iterable[tuple[str, int]]) -> list[float]:
        """Take turns one after another and give the instants at which they began."""
        for host, per_minute in asked:
            with pace.turn(host, per_minute):
                self.begun.append(self.now)
        return self.begun


def most(begun: Iterable[float], seconds: float) -> int:
    """Count the most turns that begin within some seconds of one another."""
    instants = [*begun]
    return max(sum(at <= other < at + seconds for other in instants) for at in instants)


@pytest.mark.parametrize("per_minute", [1, 2, 5, 6, 7, 30, 60, 61, 600])
def test_no_minute_sees_more_turns_than_agreed(per_minute: int):
    """Asked as fast as they come; few a minute are spread over it, not rounded up."""
    clock = Clock()

    begun = clock.turns(clock.pace(), [(HOST, per_minute)] * (3 * per_minute + 3))

    assert most(begun, 59.999) <= per_minute


def test_ten_seconds_hold_their_share_of_sixty_a_minute():
    """So a service that counts per ten seconds, thirty say, is never near its limit."""
    clock = Clock()

    begun = clock.turns(clock.pace(), [(HOST, 60)] * 200)

    assert most(begun, 9.999) == 10
    assert begun[-1] == pytest.approx(190)


def test_two_recipes_on_one_host_share_its_turns():
    """And the more careful of two that disagree is right."""
    clock = Clock()

    begun = clock.turns(clock.pace(), [(HOST, 60), (HOST, 30)] * 60)

    assert most(begun, 59.999) == 30


def test_another_host_does_not_wait():
    clock = Clock()
    begun = clock.turns(clock.pace(), [(HOST, 60)] * 10 + [("other.example", 60)] * 10)

    assert begun == [0.0] * 20


def test_after_a_silence_turns_are_free_again():
    clock = Clock()
    pace = clock.pace()
    clock.turns(pace, [(HOST, 6)] * 3)
    clock.now += 60
    before = clock.now

    assert clock.turns(pace, [(HOST, 6)])[-1] == before


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 12), st.floats(0, 20)), min_size=5, max_size=60))
def test_however_the_questions_come_the_most_careful_recipe_holds(asked: list[tuple[int, float]]):
    """From the moment at which a recipe was first heard."""
    clock = Clock()
    pace, careful = clock.pace(), asked[0][0]
    for per_minute, silence in asked:
        clock.now += silence
        clock.turns(pace, [(HOST, max(per_minute, careful))])

    assert most(clock.begun, 59.999) <= careful


def test_two_are_under_way_at_a_host_at_once_and_no_more():
    """The third waits until one has its answer."""
    pace, inside, go = Pace(sleep=lambda _: None), threading.Semaphore(0), threading.Event()
    held: list[int] = []

    def ask() -> None:
        with pace.turn(HOST, 600):
            held.append(1)
            inside.release()
            go.wait(10)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert inside.acquire(timeout=10)
    assert inside.acquire(timeout=10)
    waiting = not inside.acquire(timeout=0.05)
    go.set()
    for thread in threads:
        thread.join(10)

    assert (waiting, len(held)) == (True, 3)
