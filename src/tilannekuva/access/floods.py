"""Floods: how often something may be tried. What is held is in memory, and of bounded size."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from tilannekuva.errors import TooMany

_ROOM = 20_000  # keys that are remembered; the longest quiet ones make room


@dataclass(slots=True)
class _Tries:
    count: int = 0
    last: float = 0.0
    until: float = 0.0


@dataclass(slots=True)
class Tries:
    """Tries that may fail: after the free ones comes a wait, which doubles with each further one.

    Whoever has been quiet for `window` seconds begins anew. A try counts from its beginning, so that many at
    once are not free. While one waits nothing is tried, so that a right password is no way out either.
    Instants are seconds of any clock.
    """

    window: float
    first: float
    longest: float
    _of: OrderedDict[str, _Tries] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, free: Mapping[str, int], *, now: float) -> Mapping[str, float]:
        """Count a try of each key that is given with how many it has free; gives the waits that it brings.

        Raises TooMany, and counts none, while one of them has to wait.
        """
        with self._lock:
            found = {key: self._tries(key, now) for key in free}
            wait = max(one.until for one in found.values()) - now
            if wait > 0:
                raise TooMany(ceil(wait))
            for key, one in found.items():
                one.count, one.last = one.count + 1, now
                if one.count >= free[key]:
                    one.until = now + min(self.first * 2.0 ** (one.count - free[key]), self.longest)
            return {key: one.until for key, one in found.items()}

    def good(self, key: str) -> None:
        """Forget the tries of a key."""
        with self._lock:
            self._of.pop(key, None)

    def undone(self, begun: Mapping[str, float]) -> None:
        """Take back a try as it was begun, and with it the waits that it brought, but no other's."""
        with self._lock:
            for key, one in ((key, self._of[key]) for key in begun if key in self._of):
                one.count = max(one.count - 1, 0)
                if one.until == begun[key]:
                    one.until = 0.0

    def _tries(self, key: str, now: float) -> _Tries:
        tries = self._of.pop(key, None)
        if tries is None or now - max(tries.last, tries.until) > self.window:
            tries = _Tries()
        self._of[key] = tries
        while len(self._of) > _ROOM:
            self._of.popitem(last=False)
        return tries


@dataclass(slots=True)
class Pace:
    """What may be done `most` times within `window` seconds, each key by itself."""

    most: int
    window: float
    _of: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, key: str, *, now: float) -> None:
        """Count once; raises TooMany above the number."""
        with self._lock:
            begun, count = self._of.pop(key, (now, 0))
            if now - begun >= self.window:
                begun, count = now, 0
            self._of[key] = (begun, min(count + 1, self.most + 1))
            while len(self._of) > _ROOM:
                self._of.popitem(last=False)
        if count >= self.most:
            raise TooMany(ceil(begun + self.window - now))
