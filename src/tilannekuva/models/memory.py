"""Memory: what was computed of the same arrays before is not computed anew: a new day costs a step."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import accumulate
from typing import Any, Protocol, TypeVar, runtime_checkable

Made = TypeVar("Made")
_MOST = 80  # results: a day of forecasts asks for some 70; hundreds of towns followed take some 10 MB


@runtime_checkable
class _Bytes(Protocol):
    """An array; NumPy, which is of an extra, is not loaded for it."""

    dtype: object
    shape: tuple[int, ...]

    def tobytes(self) -> bytes: ...


def digest(*what: object) -> str:
    """Give a text that is the same for the same arrays, texts and numbers alone."""
    found = hashlib.blake2b(digest_size=16)
    for one in what:
        if isinstance(one, _Bytes):
            found.update(f"{one.dtype}{one.shape}".encode() + one.tobytes())
        else:
            found.update(f"{one!r};".encode())
    return found.hexdigest()


def chained(begun: str, steps: Iterable[str]) -> list[str]:
    """Give the digests of a beginning and of each step with all before it."""
    return list(accumulate(steps, digest, initial=begun))


class Memory:
    """Results by the digest of all that they rest on; the one not asked for longest is forgotten first."""

    def __init__(self, most: int = _MOST) -> None:
        self._made: dict[str, Any] = {}
        self._most = most

    def recalled(self, key: str, make: Callable[[], Made]) -> Made:
        """Give what was made under a key, or make it."""
        return self._kept(key, self._made.pop(key) if key in self._made else make())

    def _kept(self, key: str, made: Made) -> Made:
        self._made[key] = made
        if len(self._made) > self._most:
            del self._made[next(iter(self._made))]
        return made

    def resumed(
        self,
        chain: Sequence[str],
        begin: Callable[[], Made],
        step: Callable[[Made, int], Made],
        *,
        ago: Collection[int],
    ) -> Made:
        """Give what comes of a beginning after all steps, from the last one that is remembered on.

        `chain` are the digests of the beginning and of each step, as `chained` gives them; `step` is told
        which it is, from 0 on. Those so many steps before the end are remembered: what is past may still be
        corrected.
        """
        last = len(chain) - 1
        known = next((nth for nth in range(last, -1, -1) if chain[nth] in self._made), 0)
        found = self.recalled(chain[known], begin)
        for nth in range(known, last):
            found = step(found, nth)
            if last - nth - 1 in ago:
                self._kept(chain[nth + 1], found)
        return found
