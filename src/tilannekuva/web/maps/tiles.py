"""Equal-size tiles: each area one square of the same size near its place, so that small areas count as much.

    places on the sheet          squares of one grid
       ·                            ▢
         ··          ──►            ▢▢
        ···                        ▢▢▢

Areas take the nearest free square, the most crowded last; then two change places, or one moves to a free
square, as long as that brings them nearer to where they belong (the sum of squared distances).
"""

from __future__ import annotations

import math
from functools import lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from tilannekuva.web.maps.sheet import HEIGHT, WIDTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tilannekuva.web.maps.sheet import Spot

_FILL = 0.3  # share of the sheet that all tiles together cover: about that of the land
_FEW = 60  # so few tiles are named, and larger
_LARGEST = 132
_CROWD = 3  # squares: who is nearer than this is a neighbour
_TURNS = 30
_NEAR = 48  # squares that an area looks at when it seeks a better one
_NOTHING = 1e-9  # a rounding error is no gain
Square = tuple[int, int]


def tile_places(spots: Mapping[str, Spot]) -> tuple[Mapping[str, Spot], int]:
    """Give the upper left corner of each area's tile on the sheet, and the side of all tiles."""
    return _places(tuple(sorted(spots.items())))


@lru_cache(maxsize=16)
def _places(spots: tuple[tuple[str, Spot], ...]) -> tuple[Mapping[str, Spot], int]:
    fill = _FILL if len(spots) > _FEW else 2 * _FILL
    side = math.floor(min(_LARGEST, math.sqrt(fill * WIDTH * HEIGHT / max(1, len(spots)))))
    tiling = _Tiling([(x / side - 0.5, y / side - 0.5) for _, (x, y) in spots], side)
    tiling.settle()
    corners = {area: (x * side, y * side) for (area, _), (x, y) in zip(spots, tiling.squares, strict=True)}
    return MappingProxyType(corners), side


class _Tiling:
    """Areas on squares: `wished` is where each belongs, in squares; `squares` where it stands."""

    def __init__(self, wished: Sequence[Spot], side: int) -> None:
        grid = [(x, y) for x in range(WIDTH // side) for y in range(HEIGHT // side)]
        self._wished = wished
        self._near = [sorted(grid, key=partial(math.dist, wish)) for wish in wished]
        crowd = [sum(math.dist(one, other) < _CROWD for other in wished) for one in wished]
        self._holder: dict[Square, int] = {}
        for nth in sorted(range(len(wished)), key=lambda each: (crowd[each], each)):
            self._holder[next(one for one in self._near[nth] if one not in self._holder)] = nth
        self.squares = [one for one, _ in sorted(self._holder.items(), key=lambda item: item[1])]

    def settle(self) -> None:
        """Let areas change squares until none gains."""
        for _ in range(_TURNS):
            moved = [self._moved(nth) for nth in range(len(self.squares))]
            if not any(moved):
                break

    def _moved(self, nth: int) -> bool:
        """Move an area to the square by which all gain most; the one that held it takes its old square."""
        here = self.squares[nth]
        best = max(self._near[nth][:_NEAR], key=partial(self._gain, nth))
        if self._gain(nth, best) < _NOTHING:
            return False
        other = self._holder.pop(best, None)
        del self._holder[here]
        self._holder[best], self.squares[nth] = nth, best
        if other is not None:
            self._holder[here], self.squares[other] = other, here
        return True

    def _gain(self, nth: int, square: Square) -> float:
        here, other = self.squares[nth], self._holder.get(square)
        gain = self._far(nth, here) - self._far(nth, square)
        return gain if other is None else gain + self._far(other, square) - self._far(other, here)

    def _far(self, nth: int, square: Square) -> float:
        (x, y), (east, south) = square, self._wished[nth]
        return (x - east) ** 2 + (y - south) ** 2
