"""Made-up epidemics of Finland-like municipalities, and an attacker on what is released of them."""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from tilannekuva.disclosure.protector import Released, released

Counts = Mapping[str, int]
Growth = tuple[str, int, str]
Bounds = dict[tuple[str, int], tuple[float, float]]


def poisson(chance: random.Random, mean: float) -> int:
    """Draw a count."""
    if mean > 30:
        return max(0, round(chance.gauss(mean, mean**0.5)))
    n, product_, limit = 0, chance.random(), math.exp(-mean)
    while product_ > limit:
        n, product_ = n + 1, product_ * chance.random()
    return n


@dataclass(frozen=True)
class Epidemic:
    """Counts since the beginning at each vintage, of areas, districts and the country, and who is whose."""

    vintages: Sequence[Counts]
    parents: Mapping[str, str]

    def members(self, district: str) -> list[str]:
        """Give the areas of a district."""
        return [area for area, parent in self.parents.items() if parent == district]

    @property
    def districts(self) -> list[str]:
        """Give the districts."""
        return self.members("country")

    def releases(self) -> list[Released]:
        """Give what is public after each vintage."""
        found = [Released()]
        for counts in self.vintages:
            found.append(released(found[-1], counts, self.parents))
        return found[1:]


def epidemic(seed: int, *, areas: int = 309, districts: int = 20, vintages: int = 8) -> Epidemic:
    """Make one wave over areas of log-normal size."""
    chance = random.Random(seed)  # noqa: S311 - made-up counts, no secret
    parents = {f"m{nth:03d}": f"d{nth % districts:03d}" for nth in range(areas)}
    size = {area: chance.lognormvariate(8.8, 1.1) for area in parents}
    heat = {district: chance.lognormvariate(0, 0.5) for district in sorted(set(parents.values()))}
    told, counts = [], dict.fromkeys(parents, 0)
    for week in range(vintages):
        rate = 6e-4 * math.exp(-(((week - 4) / 2.5) ** 2))
        counts = {
            one: n + poisson(chance, size[one] * rate * heat[parents[one]]) for one, n in counts.items()
        }
        sums = {one: sum(counts[area] for area in parents if parents[area] == one) for one in heat}
        told.append(counts | sums | {"country": sum(counts.values())})
    return Epidemic(told, parents | dict.fromkeys(heat, "country"))


def band(shown: int | None, *, is_fresh: bool) -> tuple[int, int]:
    """Give the counts that an area may have, to one who knows the step rule and that no count falls."""
    if shown is None:
        return 0, 4
    return (shown, shown) if is_fresh else (shown, shown + 4)


def hidden(one: Epidemic, told: Sequence[Released], district: str) -> Iterator[Growth]:
    """Yield where an area's count grew by 1 to 4: since the vintage before, and since its figure told."""
    for area, week in product(one.members(district), range(len(told))):
        count = one.vintages[week][area]
        before = one.vintages[week - 1][area] if week else 0
        if 0 < count - before < 5:
            yield area, week, "step"
        if 0 < count - (told[week].figures[area] or 0) < 5:
            yield area, week, "since"


def narrowed(one: Epidemic, told: Sequence[Released], district: str) -> Bounds:
    """Bound each count by all that was told: bands, no falling, totals less what else is known."""
    areas, weeks = one.members(district), range(len(told))
    found: Bounds = {
        (area, week): band(told[week].figures[area], is_fresh=area in told[week].fresh)
        for area in areas
        for week in weeks
    }
    before: Bounds = {}
    while before != found:
        before = dict(found)
        for area, week in found:
            first, last = found[area, week]
            first = max(first, found.get((area, week - 1), (0, 0))[0])
            last = min(last, found.get((area, week + 1), (0, math.inf))[1])
            if district in told[week].fresh:
                others = [found[other, week] for other in areas if other != area]
                total = told[week].figures[district] or 0
                first = max(first, total - sum(most for _, most in others))
                last = min(last, total - sum(least for least, _ in others))
            found[area, week] = (first, last)
    return found


def had(one: Epidemic, told: Sequence[Released], district: str) -> list[Growth]:
    """Name the hidden growths that an attacker by sums and differences comes to know."""
    known = {key for key, (least, most) in narrowed(one, told, district).items() if least == most}
    known |= {(area, -1) for area in one.members(district)}  # none before the beginning
    return [
        (area, week, what)
        for area, week, what in hidden(one, told, district)
        if (area, week) in known and (what == "since" or (area, week - 1) in known)
    ]


def pinned(one: Epidemic, told: Sequence[Released], district: str) -> list[tuple[str, int]]:
    """Name the hidden growths that are the same in every course of counts that agrees with all told."""
    areas = one.members(district)
    layers = [_agreeing(one, told, district, week) for week in range(len(told))]
    forward = [[counts for counts in layers[0] if all(n >= 0 for n in counts)]]
    for layer in layers[1:]:
        forward.append([now for now in layer if any(_grows(was, now) for was in forward[-1])])
    steps: list[set[tuple[tuple[int, ...], tuple[int, ...]]]] = []
    alive = set(forward[-1])
    for week in range(len(told) - 1, 0, -1):
        moves = {(was, now) for was in forward[week - 1] for now in alive if _grows(was, now)}
        steps.insert(0, moves)
        alive = {was for was, _ in moves}
    steps.insert(0, {((0,) * len(areas), now) for now in alive})
    growths: dict[Growth, set[int]] = {}
    for week, moves in enumerate(steps):
        for nth, area in enumerate(areas):
            growths[area, week, "step"] = {now[nth] - was[nth] for was, now in moves}
            growths[area, week, "since"] = {now[nth] for _, now in moves}
    return [key for key in hidden(one, told, district) if len(growths[key]) == 1]


def _agreeing(one: Epidemic, told: Sequence[Released], district: str, week: int) -> list[tuple[int, ...]]:
    """Give the counts of a district's areas that agree with what was told in one week."""
    bands = [
        band(told[week].figures[area], is_fresh=area in told[week].fresh) for area in one.members(district)
    ]
    total = told[week].figures.get(district) if district in told[week].fresh else None
    every = product(*(range(first, last + 1) for first, last in bands))
    return [counts for counts in every if total is None or sum(counts) == total]


def _grows(was: tuple[int, ...], now: tuple[int, ...]) -> bool:
    return all(a <= b for a, b in zip(was, now, strict=True))
