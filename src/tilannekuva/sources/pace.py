"""Pace: how often a host may be asked, however many recipes ask it."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep

_SPAN = 10.0  # seconds: what holds in every such span holds in every minute too
_AT_ONCE = 2  # requests under way at one host


@dataclass(slots=True)
class Pace:
    """Turns at hosts, safe to take from several threads."""

    clock: Callable[[], float] = monotonic
    sleep: Callable[[float], None] = sleep
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _taken: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _doors: dict[str, threading.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: threading.Semaphore(_AT_ONCE))
    )

    @contextmanager
    def turn(self, host: str, per_minute: int) -> Iterator[None]:
        """Wait for a turn at a host and hold it: at most `per_minute` begin in any minute."""
        with self._lock:
            door = self._doors[host]
        with door:
            self.sleep(self._wait(host, max(1, int(per_minute * _SPAN / 60))))
            yield

    def _wait(self, host: str, most: int) -> float:
        """Take the next free turn and say in how many seconds it begins."""
        with self._lock:
            taken, now = self._taken[host], self.clock()
            while taken and taken[0] <= now - _SPAN:
                taken.popleft()
            begins = max(now, taken[-most] + _SPAN) if len(taken) >= most else now
            taken.append(begins)
            return begins - now
