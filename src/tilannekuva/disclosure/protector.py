"""Protector: which counts of small areas, and which totals of them, may become public.

**The step rule.** A small area's public figure changes by nothing or by at least 5; else the old one stays,
with the day it is of. Fewer than 5 are not told, none included: if zero were told, "not told" would mean
1 to 4. So whoever holds all figures ever told against one another learns of the growth between two of them
only that it is 0 to 4 (before the first one: that the count is 0 to 4).

**Totals.** A district's total would give a hidden growth away when no other growth agrees with it. So for
each hidden growth of 1 to 4, from one release to the next and since the figure last told, *another world* is
kept in which it is another one and everything told so far is the same: one person fewer here (the giver) and
one more there (the receiver) from some release on. A total is told only while all hidden growths keep such a
world; without one the old total stays, with its day. What was safe stays so: a world that has come back to
the truth agrees with whatever is told later, and one that has not is carried on, or the total is held. Areas
above districts are told only together with all of their districts, so that they add nothing.

**Whom it is proof against.** One who knows this rule and the areas, keeps every release ever made, and knows
that such counts never fall. Not one who knows some of the hidden counts from elsewhere (a neighbour, another
publisher's table), nor one who draws conclusions from *that* a total was held, which hangs on the hidden
counts too; nor does it hide that a count is zero where a whole district has none.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

LEAST = 5  # fewer are not told, and no smaller step
_NEAR = 20  # how far apart, in the order of their ids, a giver and a receiver may be: bounds the search
World = tuple[str, str]  # how a world differs from the truth: its giver and its receiver, empty for none
Worlds = frozenset[World]
_Move = tuple[str, int, int]  # an area, and by how much it differs before and after
TRUTH: World = ("", "")


@dataclass(frozen=True, slots=True)
class Group:
    """What is remembered of the areas of one district since its last release; it is never shown.

    `counts` are the true ones and `worlds` all that agree with what was told. `open` has for each hidden
    growth whose other worlds have not come back to the truth those that there are; none is empty.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    worlds: Worlds = frozenset({TRUTH})
    open: frozenset[Worlds] = frozenset()


@dataclass(frozen=True, slots=True)
class Released:
    """What is public: the figure of each area (None: fewer than 5), and whose are `fresh`."""

    figures: Mapping[str, int | None] = field(default_factory=dict)
    fresh: frozenset[str] = frozenset()
    groups: Mapping[str, Group] = field(default_factory=dict)


def released(
    before: Released,
    counts: Mapping[str, int],
    parents: Mapping[str, str],
    *,
    told: Collection[str] | None = None,
) -> Released:
    """Give what is public after a release of counts; an area without one stays as it was.

    `parents` gives the larger area that each is counted into; an area is small when it is nobody's parent.
    With `told`, the areas told anew in a release of the past, it gives what was public after that one.
    """
    larger = {*parents.values()}
    small = {area: count for area, count in counts.items() if area not in larger}
    figures = dict.fromkeys(small) | dict(before.figures)
    fresh, groups = set[str](), dict(before.groups)
    for parent in sorted({parents.get(area, "") for area in small}):
        within = {area: count for area, count in small.items() if parents.get(area, "") == parent}
        step = _Step(groups.get(parent, Group()), within, figures, parent)
        chosen, groups[parent] = step.first(step.ways(parent in counts)) if told is None else step.taken(told)
        fresh |= chosen
    fresh |= _above(fresh, counts, parents) if told is None else {*told}
    news = {area: counts[area] if counts[area] >= LEAST or area in larger else None for area in fresh}
    new = figures.keys() - before.figures.keys()  # "fewer than 5" until they are told
    return Released(figures | news, frozenset(fresh | new), groups)


def _above(fresh: Collection[str], counts: Mapping[str, int], parents: Mapping[str, str]) -> set[str]:
    """Name the areas above districts that are told: with all of their districts, so that they add nothing."""
    larger, above = {*parents.values()}, set[str]()
    for parent in {parents[one] for one in larger if one in parents} & counts.keys():
        members = {area for area in parents if parents[area] == parent}
        if members <= larger and members <= {*fresh}:
            above.add(parent)
    return above


def _is_step(shown: int | None, count: int) -> bool:
    """Whether a figure may follow another; to "fewer than 5" only where that may be any of 0 to 4."""
    if shown is None:
        return count >= LEAST
    return abs(count - shown) >= LEAST and (count >= LEAST or shown >= 2 * LEAST - 1)


def _band(shown: int | None) -> tuple[int, int]:
    """Give the counts that no other figure would have followed."""
    if shown is None:
        return 0, LEAST - 1
    return (shown - LEAST + 1 if shown >= 2 * LEAST - 1 else 0), shown + LEAST - 1


@dataclass(frozen=True, slots=True)
class _Step:
    """A release of one district that is tried: what is remembered, the counts now, the figures of before.

    `total` is the district; `told` names what is told anew, the district among it where its total is.
    """

    group: Group
    now: Mapping[str, int]
    figures: Mapping[str, int | None]
    total: str
    told: frozenset[str] = frozenset()

    def ways(self, has_total: bool) -> list[frozenset[str]]:  # noqa: FBT001 - said in words where it is asked
        """Give what may be told, the most first: the areas' steps with the total, or without it."""
        steps = frozenset(one for one, count in self.now.items() if _is_step(self.figures[one], count))
        return [steps | {self.total}, steps] if has_total else [steps]

    def first(self, ways: Sequence[frozenset[str]]) -> tuple[frozenset[str], Group]:
        """Give the first way that gives nothing away and what is remembered after it.

        Where there is none, nothing is told, and it is as if nobody had looked.
        """
        for told in filter(None, ways):
            after = replace(self, told=told).after()
            if all(after.open):
                return told, after
        return frozenset(), self.group

    def taken(self, told: Collection[str]) -> tuple[frozenset[str], Group]:
        """Give what was told in a release of the past, and what is remembered after it."""
        mine = frozenset({*told} & {*self.now, self.total})
        after = replace(self, told=mine).after() if mine else self.group
        return mine, replace(after, open=after.open - {frozenset()})

    def after(self) -> Group:
        """Give what is remembered after the release; `open` holds empty ones where it gives a growth away."""
        follow = self._followers()
        carried = {frozenset(one for world in worlds for one in follow[world]) for worlds in self.group.open}
        begun = (worlds for area in self.now for worlds in self._begun(area, follow))
        still = (worlds for worlds in {*carried, *begun} if TRUTH not in worlds)
        alive = frozenset(one for found in follow.values() for one in found)
        return Group({**self.group.counts, **self.now}, alive, frozenset(still))

    def _begun(self, area: str, follow: Mapping[World, Worlds]) -> Iterator[Worlds]:
        """Yield for each hidden growth that the release adds the worlds in which it is another one."""
        moves = [(world, one) for world, found in follow.items() for one in found]
        if 0 < self._growth(area) < LEAST:
            yield frozenset(one for world, one in moves if _shift(one, area) != _shift(world, area))
        if self._is_hidden(area) and 0 < self._since_told(area) < LEAST:
            yield frozenset(one for _, one in moves if _shift(one, area))

    def _followers(self) -> dict[World, Worlds]:
        """Give for each world those that it may be after the release, all that is told being the same."""
        ends, allowed = self._ends(), self._allowed()
        by: dict[tuple[int, str], list[World]] = {}
        for one in ends:
            by.setdefault((0, one[0]), []).append(one)
            by.setdefault((1, one[1]), []).append(one)
        follow = {}
        for world in self.group.worlds:
            near = ends if world == TRUTH else {TRUTH, *by.get((0, world[0]), ()), *by.get((1, world[1]), ())}
            follow[world] = frozenset(one for one in near if _may_follow(world, one, allowed))
        return follow

    def _ends(self) -> set[World]:
        """Give the worlds that agree with what the release tells, whatever was before."""
        near = {area: nth for nth, area in enumerate(sorted(self.now))}
        gives, takes = ([one for one in near if self._can_be(one, by, by)] for by in (-1, 1))
        pairs = {(a, b) for a in gives for b in takes if a != b and abs(near[a] - near[b]) <= _NEAR}
        alone = (
            {*((a, "") for a in gives), *(("", b) for b in takes)} if self.total not in self.told else set()
        )
        return {TRUTH, *pairs, *alone}

    def _allowed(self) -> set[_Move]:
        """Give how each area's difference from the truth may go on."""
        areas, signs = {*self.group.counts, *self.now}, (-1, 0, 1)
        return {(one, a, b) for one in areas for a in signs for b in signs if self._can_be(one, a, b)}

    def _can_be(self, area: str, was: int, now: int) -> bool:
        """Whether an area's count may differ from the truth by `now` where it differed by `was` before."""
        if area not in self.now:
            return not now
        first, last = _band(None if area in self.told else self.figures[area])
        if now and not (self._is_hidden(area) and first <= self.now[area] + now <= last):
            return False
        return self._growth(area) < 0 or self._growth(area) + now - was >= 0

    def _is_hidden(self, area: str) -> bool:
        """Whether the public does not know an area's count now."""
        return area not in self.told or self.now[area] < LEAST

    def _growth(self, area: str) -> int:
        """Give by how many an area's count has grown since the last release."""
        return self.now[area] - self.group.counts.get(area, 0)

    def _since_told(self, area: str) -> int:
        """Give by how many a hidden count has grown since it was told, or since there was none."""
        return self.now[area] - (0 if area in self.told else self.figures[area] or 0)


def _shift(world: World, area: str) -> int:
    """Give by how much a world's count of an area differs from the truth."""
    return (area == world[1]) - (area == world[0])


def _may_follow(before: World, after: World, allowed: Collection[_Move]) -> bool:
    areas = {*before, *after} - {""}
    return all((one, _shift(before, one), _shift(after, one)) in allowed for one in areas)
