"""Pace: how often a host may be asked, however many recipes ask it."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep

_SPAN = 10.0  # seconds: what holds in every such span holds in every minute too
_SPANS = 6  # of them in a minute
_AT_ONCE = 2  # requests under way at one host


@dataclass(slots=True)
class Pace:
    """Turns at hosts, safe to take from several threads."""

    clock: Callable[[], float] = monotonic
    sleep: Callable[[float], None] = sleep
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _most: dict[str, int] = field(default_factory=dict)
    _taken: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _doors: dict[str, threading.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: threading.Semaphore(_AT_ONCE))
    )

    @contextmanager
    def turn(self, host: str, per_minute: int) -> Iterator[None]:
        """Wait for a turn at a host and hold it: at most `per_minute` begin in any minute.

        Of recipes that disagree about a host, the most careful one is right.
        """
        with self._lock:
            self._most[host] = min(per_minute, self._most.get(host, per_minute))
            door = self._doors[host]
        with door:
            self.sleep(self._wait(host))
            yield

    def _wait(self, host: str) -> float:
        """Take the next free turn and say in how many seconds it begins."""
        with self._lock:
            most, span = _share(self._most[host])
            taken, now = self._taken[host], self.clock()
            begins = max(now, taken[-most] + span) if len(taken) >= most else now
            taken.append(begins)
            while taken[0] <= now - 60:
                taken.popleft()
            return begins - now


def _share(per_minute: int) -> tuple[int, float]:
    """Give the turns of a span, and the span in seconds: one turn in a longer span for a slow host."""
    if per_minute < _SPANS:
        return 1, 60 / per_minute
    return per_minute // _SPANS, _SPAN
