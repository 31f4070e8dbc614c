"""The classes of a map: a scale of like sizes or an indicator's levels, and the words for each."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

from tilannekuva.domain.indicators import Indicator
from tilannekuva.web import maps
from tilannekuva.web.language import Language
from tilannekuva.web.pages.tiles import level_word

_CLASSES = 5
_ROUNDING = 1e-9  # 0.7 / 0.01 is a little less than 70
_OF_LEVELS = {1: (2,), 2: (0, 4), 3: (0, 3, 5), 4: (0, 2, 4, 5)}  # colours far apart, by number of classes


@dataclass(frozen=True, slots=True)
class Scheme:
    """How values become classes: `limits` part them, `names` are the classes between, `words` say so.

    `zero` tells that nothing is a class of its own: so it is where no value is below.
    """

    limits: tuple[float, ...]
    names: tuple[str, ...]
    words: tuple[str, ...]
    zero: bool

    def klass(self, value: float | None, status: str) -> str:
        """Give the class of a value; why there is none is a class too."""
        if value is None:
            return "suppressed" if status == "suppressed" else "nodata"
        name = "zero" if self.zero and value == 0 else self.names[bisect_right(self.limits, value)]
        return name + maps.PROVISIONAL if status == "provisional" else name

    def legend(self, language: Language, kinds: Iterable[str]) -> list[tuple[str, str]]:
        """Give classes with their words; of what is no class of values, only the kinds that occur."""
        there = {name for kind in kinds for name in (kind.partition(" ")[0], " " + kind.partition(" ")[2])}
        rest = [
            (maps.PROVISIONAL, language.text("provisional")),
            ("nodata", language.text("no figure")),
            ("suppressed", language.text("withheld")),
        ]
        zero = [("zero", language.number(0))] if "zero" in there else []
        return (
            zero + list(zip(self.names, self.words, strict=True)) + [one for one in rest if one[0] in there]
        )


def scale(language: Language, indicator: Indicator, values: Iterable[float | None]) -> Scheme:
    """Give the scale of five classes of like size."""
    known = [one for one in values if one is not None]
    zero = min(known, default=0) >= 0
    breaks = class_breaks([one for one in known if one or not zero])
    decimals = 0 if all(one == int(one) for one in breaks) else max(indicator.decimals, 1)
    words = _ranges(language, [language.number(one, decimals) for one in breaks])
    return Scheme(tuple(breaks), tuple(f"class-{nth}" for nth in range(len(words))), tuple(words), zero)


def by_levels(language: Language, indicator: Indicator) -> Scheme:
    """Give the classes between the limits at which an indicator's levels begin."""
    limits = [one.enter for one in indicator.levels]
    decimals = [max(indicator.decimals, int(one != int(one))) for one in limits]
    numbers = [language.number(one, n) for one, n in zip(limits, decimals, strict=True)]
    levels = [level_word(language, "normal"), *(level_word(language, one.level) for one in indicator.levels)]
    words = [f"{level}: {between}" for level, between in zip(levels, _ranges(language, numbers), strict=True)]
    names = tuple(f"class-{nth}" for nth in _OF_LEVELS[len(words)])
    return Scheme(tuple(limits), names, tuple(words), zero=False)


def _ranges(language: Language, numbers: Sequence[str]) -> list[str]:
    if not numbers:
        return [language.text("all areas")]
    between = [language.text("{low} to under {high}", low=low, high=high) for low, high in pairwise(numbers)]
    first = language.text("under {limit}", limit=numbers[0])
    return [first, *between, language.text("{limit} or more", limit=numbers[-1])]


def class_breaks(values: Sequence[float]) -> list[float]:
    """Give up to four limits, of two significant digits, that part values into classes of like size."""
    ordered = sorted(values)
    if not ordered:
        return []
    raw = [ordered[len(ordered) * nth // _CLASSES] for nth in range(1, _CLASSES)]
    # Rounded down, so that the value a limit was taken from stays in the class above it.
    return sorted({_floor(one) for one in raw} - {_floor(ordered[0])})


def _floor(value: float) -> float:
    step = 10.0 ** (floor(log10(abs(value))) - 1) if value else 1.0
    return round(floor(value / step + _ROUNDING) * step, 9)
