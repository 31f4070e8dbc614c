"""The sheet that maps are drawn on, in kilometres of ETRS-TM35FIN from its upper left corner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tilannekuva.web.svg.tessellation import Corner, rounded

WIDTH, HEIGHT = 672, 1160
WEST_KM, NORTH_KM = 72, 7786
_AROUND = 1.4  # of what points take up is shown
_LEAST = 0.06  # of the sheet is shown, however near points are to one another: about 40 km
Spot = tuple[float, float]  # a point of the sheet


@dataclass(frozen=True, slots=True)
class Shapes:
    """What each area looks like: path data, or a spot for a point.

    `land` is drawn under the areas; `note` says in words what kind of map it is.
    """

    by_area: Mapping[str, str | Spot]
    note: str
    land: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the sheet that is shown: its upper left corner, and its width as a share of the sheet's."""

    left: float = 0
    top: float = 0
    scale: float = 1

    @property
    def box(self) -> str:
        """Give it as an SVG view box."""
        return " ".join(f"{one:g}" for one in (self.left, self.top, WIDTH * self.scale, HEIGHT * self.scale))

    def place(self, x: float, y: float) -> Spot:
        """Give a spot of the sheet as one of a whole sheet that shows this window."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale


def window(spots: Sequence[Spot]) -> Window:
    """Give the window that shows all spots with some land around; the whole sheet where there is none."""
    if not spots:
        return Window()
    xs, ys = zip(*spots, strict=True)
    wide, tall = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(1.0, round(max(_AROUND * wide / WIDTH, _AROUND * tall / HEIGHT, _LEAST), 2))
    left = (min(xs) + max(xs) - WIDTH * scale) / 2
    top = (min(ys) + max(ys) - HEIGHT * scale) / 2
    return Window(
        round(min(max(left, 0), WIDTH * (1 - scale)), 1),
        round(min(max(top, 0), HEIGHT * (1 - scale)), 1),
        scale,
    )


def on_sheet(ring: Sequence[tuple[float, float]]) -> list[Corner]:
    """Put a ring of TM35FIN kilometres on the sheet."""
    return rounded((x - WEST_KM, NORTH_KM - y) for x, y in ring)


def stepped(ring: Sequence[Corner], metres: int) -> list[Corner]:
    """Put a ring of whole steps of some metres on the sheet, in the same steps."""
    west, north = WEST_KM * 1000 // metres, NORTH_KM * 1000 // metres
    return [(x - west, north - y) for x, y in ring]


def path(rings: Sequence[Sequence[Corner]], *, closed: bool = True, metres: int = 1000) -> str:
    """Write rings, or open lines, of whole steps of some metres as path data with relative kilometres."""
    written, here = [], (0, 0)
    for ring in rings:
        steps = [
            (_written(x - from_x, metres), _written(y - from_y, metres))
            for (x, y), (from_x, from_y) in zip(ring, (here, *ring), strict=False)
        ]
        joined = " ".join(f"{x}{y}" if y[0] == "-" else f"{x} {y}" for x, y in steps).replace(" -", "-")
        written.append(f"m{joined}{'z' if closed else ''}")
        here = ring[0] if closed else ring[-1]
    return "".join(written)


@lru_cache(maxsize=16_384)
def _written(steps: int, metres: int) -> str:
    """Write steps as kilometres, without the zero before the point."""
    minus, size = "-" if steps < 0 else "", abs(steps) * metres
    if size % 1000 == 0:
        return f"{minus}{size // 1000}"
    return f"{minus}{size // 1000 or ''}.{size % 1000:03}".rstrip("0")
