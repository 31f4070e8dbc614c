"""Cells around centre points inside a coast, and what they become when joined: plane geometry only.

    · · ·      Each place of the land belongs to the nearest centre point; the borders between cells are
    ·│·│·      straight lines half-way between two points. Joining cells drops the borders they share.

A ring is a closed line without its last corner repeated. The land may have bays; a cell that a bay cuts
is several rings.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Place = tuple[float, float]
Ring = list[Place]
Corner = tuple[int, int]
_T = TypeVar("_T")

_NOTHING = 1e-9  # an area, in the square of the unit, too small to be a piece


def area(ring: Sequence[Place]) -> float:
    """Give the area, negative for a ring that runs clockwise where y grows upwards."""
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in _sides(ring)) / 2


def holds(ring: Sequence[Place], place: Place) -> bool:
    """Tell whether the place lies inside the ring (crossings of a ray to the east)."""
    x, y = place
    crossings = (
        (one_x + (y - one_y) * (other_x - one_x) / (other_y - one_y))
        for (one_x, one_y), (other_x, other_y) in _sides(ring)
        if (one_y > y) != (other_y > y)
    )
    return sum(crossing > x for crossing in crossings) % 2 == 1


def cells(points: Sequence[Place], land: Sequence[Place]) -> list[list[Ring]]:
    """Give the part of the land nearest to each point, in pieces where bays cut it.

    Raises ValueError where two points are the same place.
    """
    return [_cell(point, points, land) for point in points]


def _cell(point: Place, points: Sequence[Place], land: Sequence[Place]) -> list[Ring]:
    x, y = point
    others = sorted(((math.dist(point, other), other) for other in points), key=lambda each: each[0])
    pieces, reach = [list(land)], math.inf
    for distance, (other_x, other_y) in others[1:]:
        if distance == 0:
            raise ValueError(f"two centre points are the same place: {point}")
        if distance > 2 * reach:
            break
        across, up = other_x - x, other_y - y
        limit = (across * (other_x + x) + up * (other_y + y)) / 2
        pieces = [part for piece in pieces for part in halved(piece, across, up, limit)]
        reach = max((math.dist(point, corner) for piece in pieces for corner in piece), default=0)
    return pieces


def halved(ring: Ring, across: float, up: float, limit: float) -> list[Ring]:
    """Give the pieces of a ring where across·x + up·y <= limit."""
    over = [across * x + up * y - limit for x, y in ring]
    if max(over) <= 0:
        return [ring]
    if min(over) > 0:
        return []
    pieces = _joined(list(_chains(ring, over)), lambda place: across * place[1] - up * place[0])
    return [piece for piece in pieces if abs(area(piece)) > _NOTHING]


def _chains(ring: Ring, over: Sequence[float]) -> Iterator[Ring]:
    """Give the stretches of the ring inside the line, each from where it enters to where it leaves."""
    first = next(place for place, outside in enumerate(over) if outside > 0)
    order = [*range(first, len(ring)), *range(first + 1)]
    chain: Ring = []
    for here, there in pairwise(order):
        if over[here] > 0 >= over[there]:
            chain = [_crossing(ring[here], ring[there], over[here], over[there]), ring[there]]
        elif over[here] <= 0 < over[there]:
            yield [*chain, _crossing(ring[here], ring[there], over[here], over[there])]
        elif over[here] <= 0:
            chain.append(ring[there])


def _crossing(one: Place, other: Place, one_over: float, other_over: float) -> Place:
    share = one_over / (one_over - other_over)
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])


def _joined(chains: Sequence[Ring], along: Callable[[Place], float]) -> list[Ring]:
    """Close the chains along the line: its crossings, in order, bound what is inside two by two."""
    ends = sorted(
        (along(place), is_exit, number)
        for number, chain in enumerate(chains)
        for is_exit, place in ((False, chain[0]), (True, chain[-1]))
    )
    follower = {}
    for (_, is_exit, one), (_, _, other) in zip(ends[::2], ends[1::2], strict=True):
        follower.update({one: other} if is_exit else {other: one})
    rings = []
    while follower:
        first, number = follower.popitem()
        ring = list(chains[first])
        while number != first:
            ring += chains[number]
            number = follower.pop(number)
        rings.append(ring)
    return rings


def rounded(ring: Iterable[Place]) -> list[Corner]:
    """Put the ring's corners on whole numbers, alike in every ring that shares them.

    The two steps take neighbours whose corners differ by a rounding error to the same side of a half.
    """
    corners = [(round(round(x, 6)), round(round(y, 6))) for x, y in ring]
    return [one for one, other in _sides(corners) if one != other]


def dissolved(rings: Iterable[Sequence[Corner]]) -> list[list[Corner]]:
    """Join rings that run the same way round: what is left when shared borders are dropped."""
    borders = Counter(side for ring in rings for side in _sides(ring))
    onward: defaultdict[Corner, list[Corner]] = defaultdict(list)
    for (one, other), count in borders.items():
        onward[one] += [other] * (count - borders[other, one])
    return list(_walked({corner: nexts for corner, nexts in onward.items() if nexts}))


def _walked(onward: dict[Corner, list[Corner]]) -> Iterator[list[Corner]]:
    while onward:
        here = first = next(iter(onward))
        ring: list[Corner] = []
        while not ring or here != first:
            ring.append(here)
            nexts = onward[here]
            if len(nexts) == 1:
                del onward[here]
            here = nexts.pop()
        yield ring


def _sides(ring: Sequence[_T]) -> Iterator[tuple[_T, _T]]:
    return zip(ring, (*ring[1:], *ring[:1]), strict=True)
