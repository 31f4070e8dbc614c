"""The guard: whether an answer is believed without asking a person."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from tilannekuva.domain.areas import register
from tilannekuva.domain.observations import Fact, Key, Known
from tilannekuva.flows.reading import Understood
from tilannekuva.flows.streaming import MAX_FAULTS
from tilannekuva.sources.recipe import Recipe

_COVERED = 0.98  # a smaller share of a level's areas, and boundaries are not whole
_NEVER = (None, "")
_SMALL = 100  # below such a sum a relative change says nothing


def objection(recipe: Recipe, understood: Understood, known: Known, today: date) -> str:
    """Give the first reason not to believe an answer; empty when there is none."""
    return next(_objections(recipe, understood, known, today), "")


def _objections(recipe: Recipe, understood: Understood, known: Known, today: date) -> Iterator[str]:
    guard, facts = recipe.guard, understood.facts
    if understood.n_rows < guard.min_rows:
        yield f"only {understood.n_rows} rows, at least {guard.min_rows} expected"
    if len(understood.faults) > _bearable(recipe, understood):
        first = understood.faults[0]
        yield f"{len(understood.faults)} faulty rows of {understood.n_rows}; the first: {first}"
    n_areas = len({fact.area for fact in facts})
    if n_areas < guard.areas and not understood.faults:
        yield f"only {n_areas} of {guard.areas} areas"
    if recipe.boundaries:
        yield from _uncovered(recipe.boundaries.level, understood, today)
    yield from _emptied(recipe, facts, known)
    if recipe.snapshot not in ("log", "delivery"):  # a delivery may well be of days before another's
        yield from _shrunk(recipe, facts, known, today)
    yield from _changed(recipe, facts, known, today)


def _bearable(recipe: Recipe, understood: Understood) -> float:
    """Give the number of faults with which the rest is believed.

    What people fill in by hand is taken row by row as long as a row is good; the others go back to them.
    """
    if recipe.entry or recipe.snapshot == "delivery":
        return len(understood.faults) if understood.facts else 0
    return MAX_FAULTS * max(understood.n_rows, len(understood.facts))


def _uncovered(level: str, understood: Understood, today: date) -> Iterator[str]:
    expected = len(register().at_level(level, on=today))
    if understood.n_areas < _COVERED * expected:
        yield f"boundaries of only {understood.n_areas} of {expected} areas of the level {level}"


def _shrunk(recipe: Recipe, facts: Sequence[Fact], known: Known, today: date) -> Iterator[str]:
    # Rows that a source wrote in advance, and zeros of a day that is not over, may go again.
    last_known = _last(key for key in known if key[2] < today or (key[2] == today and known[key][0]))
    last_said = _last(fact.key for fact in facts)
    for indicator, day in last_known.items():
        if indicator in last_said and last_said[indicator] < day:
            yield f"{indicator} ends on {last_said[indicator]}, though {day} was known already"
    if recipe.snapshot == "complete" and known:
        gone = len(known.keys() - {fact.key for fact in facts})
        if gone > recipe.guard.max_shrink * len(known):
            yield f"only {len(facts)} values, {len(known)} are known: {gone} would be taken back"


def _emptied(recipe: Recipe, facts: Sequence[Fact], known: Known) -> Iterator[str]:
    """Count numbers that became empty cells: so a renamed column shows that may be absent."""
    numbers = Counter(key[0] for key, (value, _) in known.items() if value is not None)
    empty = Counter(
        fact.indicator for fact in facts if fact.value is None and known.get(fact.key, _NEVER)[0] is not None
    )
    for indicator, n_empty in empty.items():
        too_many = n_empty > max(1, recipe.guard.max_shrink * numbers[indicator])
        if too_many or 1 < n_empty == numbers[indicator]:
            yield f"{indicator}: {n_empty} of {numbers[indicator]} known numbers became empty cells"


def _last(keys: Iterable[Key]) -> dict[str, date]:
    last: dict[str, date] = {}
    for indicator, _, day, *_ in keys:
        last[indicator] = max(last.get(indicator, day), day)
    return last


def _changed(recipe: Recipe, facts: Sequence[Fact], known: Known, today: date) -> Iterator[str]:
    """Compare sums over settled days that both have: thousands, percents and half days show."""
    settled = today - timedelta(days=recipe.guard.settled_days)
    sums: dict[str, tuple[float, float]] = {}
    for fact in facts:
        before = known.get(fact.key, _NEVER)[0]
        if before is not None and fact.value is not None and fact.reference_date <= settled:
            old, new = sums.get(fact.indicator, (0.0, 0.0))
            sums[fact.indicator] = (old + before, new + fact.value)
    for indicator, (old, new) in sums.items():
        if abs(new - old) > recipe.guard.max_change * max(old, _SMALL):
            yield f"{indicator} on days long settled sums to {new:g}, {old:g} was known"
