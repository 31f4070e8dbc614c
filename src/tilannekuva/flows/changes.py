"""What changed between two instants: two pictures compared, and what was told otherwise of the same days.

    since            as of
    3 Jan: 40   ->   3 Jan: 55    corrected: it was settled
    8 Jan: 12p  ->   8 Jan: 17    completed: it was provisional
    9 Jan: 3    ->   9 Jan: -     withdrawn: taken back

Nothing that became known after the later instant enters.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from tilannekuva.domain.calendar import HELSINKI, helsinki_date
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.looks import Condition, Look
from tilannekuva.domain.observations import Key, Observation
from tilannekuva.domain.picture import Picture, Point, Reading
from tilannekuva.flows.definitions import Redefined, redefined
from tilannekuva.flows.workspace import Workspace

Kind = Literal["withdrawn", "corrected", "completed"]
KINDS: tuple[Kind, ...] = ("withdrawn", "corrected", "completed")  # the gravest first
Turn = Literal["new", "altered", "withdrawn", "begun", "ended"]
_OPEN = {"provisional", "missing", "estimated"}  # what is expected to change yet


@dataclass(frozen=True, slots=True)
class Retold:
    """One value told otherwise: what it was, what it is (None where there is no number), known since when."""

    reference_date: date
    was: float | None
    was_status: str
    value: float | None
    status: str
    known_at: datetime

    @property
    def size(self) -> float:
        """Give how far apart the two values are; a number come or gone counts whole."""
        return abs((self.value or 0) - (self.was or 0))


@dataclass(frozen=True, slots=True)
class Revision:
    """All that was told otherwise of one indicator and area in one way, in ascending days; never empty."""

    indicator: str
    area: str
    freq: str
    source: str
    kind: Kind
    values: tuple[Retold, ...]

    @property
    def largest(self) -> Retold:
        """Give the value that changed most; of equals the newest day."""
        return max(self.values, key=lambda one: (one.size, one.reference_date))

    @property
    def known_at(self) -> datetime:
        """Give when the newest of it became known."""
        return max(one.known_at for one in self.values)


@dataclass(frozen=True, slots=True)
class Moved:
    """A reading that is another one now; `before` is None where there was none.

    `retold` is what is said now of the earlier reading's own day, where that is another value.
    """

    indicator: Indicator
    before: Reading | None
    now: Reading
    retold: Point | None

    @property
    def crossed(self) -> bool:
        """Whether it has come to another level."""
        return (
            self.before is not None
            and None not in (self.before.level, self.now.level)
            and (self.before.level != self.now.level)
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in an area's picture from `since` to `as_of`; the newest or gravest of each first.

    `sources` holds (id, condition before, condition now); `refused` the answers that were not understood.
    """

    since: datetime
    as_of: datetime
    moved: tuple[Moved, ...]
    revisions: tuple[Revision, ...]
    decisions: tuple[tuple[Turn, Decision], ...]
    redefined: tuple[Redefined, ...]
    sources: tuple[tuple[str, Condition, Condition], ...]
    refused: tuple[Look, ...]

    @property
    def none(self) -> bool:
        """Whether nothing changed at all."""
        return not any(
            (self.moved, self.revisions, self.decisions, self.redefined, self.sources, self.refused)
        )


def day_before(at: datetime) -> datetime:
    """Give the same time on Helsinki's clock a day earlier."""
    local = at.astimezone(HELSINKI).replace(tzinfo=None) - timedelta(days=1)
    return local.replace(tzinfo=HELSINKI).astimezone(at.tzinfo)


def changes(workspace: Workspace, before: Picture, now: Picture) -> Changes:
    """Compare two pictures of one area and viewer, the earlier first."""
    shown = {*before.indicators, *now.indicators}
    return Changes(
        before.as_of,
        now.as_of,
        tuple(moved(before, now)),
        tuple(revisions(workspace, before.as_of, now.as_of, areas=now.chain)),
        tuple(turns(before, now)),
        tuple(
            one
            for one in redefined(workspace, before.as_of, now.as_of)
            if one.id in (shown if one.kind == "indicator" else now.sources)
        ),
        tuple(_conditions(before, now)),
        tuple(
            one
            for one in reversed(workspace.ledger.looks(since=before.as_of, as_of=now.as_of))
            if one.outcome == "refused" and one.source_id in now.sources
        ),
    )


def moved(before: Picture, now: Picture) -> Iterator[Moved]:
    """Yield the readings of the area that are others now, in the order of the tiles."""
    order = sorted(now.indicators.values(), key=lambda one: (one.tile or 99, one.id))
    for indicator in order:
        reading = now.nearest(indicator.id)
        if reading is None:
            continue
        earlier = before.readings.get((indicator.id, reading.area))
        told = retold(earlier, reading, indicator)
        if told or _said(earlier) != _said(reading):
            yield Moved(indicator, earlier, reading, told)


def _said(reading: Reading | None) -> tuple[object, ...]:
    return (reading.value, reading.status, reading.level) if reading else ()


def retold(earlier: Reading | None, now: Reading, indicator: Indicator) -> Point | None:
    """Give what is said now of an earlier reading's day, if it is written otherwise than it was then."""
    if earlier is None:
        return None
    same = next((one for one in now.points if one.reference_date == earlier.reference_date), None)
    if same is None or _written(same, indicator) == _written(earlier, indicator):
        return None
    return same


def _written(point: Point | Reading, indicator: Indicator) -> object:
    return point.status if point.value is None else round(point.value, indicator.decimals)


def revisions(
    workspace: Workspace,
    since: datetime,
    as_of: datetime,
    *,
    areas: Collection[str] | None = None,
) -> list[Revision]:
    """Give what sources told otherwise between two instants, grouped: the gravest first, then the newest.

    Values of the whole population alone; of `areas`, or of all.
    """
    catalogue = workspace.catalogue(as_of)
    store, ranks = workspace.store, catalogue.ranks()
    was, told = (
        {
            one.key: one
            for one in store.as_of(at, ranks=ranks, indicators=catalogue.indicators.keys(), areas=areas)
            if one.stratum == "all"
        }
        for at in (since, as_of)
    )
    gone = _withdrawn(workspace, [one for key, one in was.items() if key not in told], since, as_of)
    pairs = [(was[key], one) for key, one in {**told, **gone}.items() if key in was]
    decimals = {name: one.decimals for name, one in catalogue.indicators.items()}
    found = _grouped(pair for pair in pairs if _differs(*pair, decimals[pair[1].indicator]))
    return sorted(found, key=lambda one: (KINDS.index(one.kind), -one.known_at.timestamp(), one.indicator))


def _withdrawn(
    workspace: Workspace, missed: list[Observation], since: datetime, as_of: datetime
) -> Mapping[Key, Observation]:
    """Give the rows that took values back; one that only another source fails to tell is taken back too."""
    if not missed:
        return {}
    rows = workspace.store.revisions(
        as_of, indicators={one.indicator for one in missed}, areas={one.area for one in missed}
    )
    found = {one.key: one._replace(value=None, status="withdrawn", known_at=as_of) for one in missed}
    taken = {(one.source, one.key): one for one in rows if one.status == "withdrawn" and one.known_at > since}
    return found | {one.key: taken[one.source, one.key] for one in missed if (one.source, one.key) in taken}


def _differs(before: Observation, after: Observation, decimals: int) -> bool:
    """Whether two values are written otherwise; what is rounded away is no change."""
    if before.value is None or after.value is None:
        return (before.value, before.status) != (after.value, after.status)
    return round(before.value, decimals) != round(after.value, decimals)


def _grouped(pairs: Iterable[tuple[Observation, Observation]]) -> Iterator[Revision]:
    groups: dict[tuple[str, str, str, str, Kind], list[Retold]] = defaultdict(list)
    for before, after in pairs:
        key = (after.indicator, after.area, after.freq, after.source, _kind(before, after))
        groups[key].append(
            Retold(
                after.reference_date, before.value, before.status, after.value, after.status, after.known_at
            )
        )
    for key, values in groups.items():
        yield Revision(*key, tuple(sorted(values, key=lambda one: one.reference_date)))


def _kind(before: Observation, after: Observation) -> Kind:
    if after.status == "withdrawn":
        return "withdrawn"
    return "completed" if before.status in _OPEN else "corrected"


def turns(before: Picture, now: Picture) -> Iterator[tuple[Turn, Decision]]:
    """Yield what became of decisions, the newest day first."""
    known = {(one.source, one.key): one for one in before.decisions}
    told = {(one.source, one.key): one for one in now.decisions}
    first, last = helsinki_date(before.as_of), helsinki_date(now.as_of)
    found: list[tuple[Turn, Decision]] = []
    for key, one in told.items():
        if key not in known:
            found.append(("new", one))
        elif known[key].said != one.said:
            found.append(("altered", one))
        elif one.effective_from and first < one.effective_from <= last:
            found.append(("begun", one))
        if key in known and one.effective_to and first <= one.effective_to < last:
            found.append(("ended", one))
    found += [("withdrawn", one) for key, one in known.items() if key not in told]
    yield from sorted(found, key=lambda one: str(one[1].taken_on or ""), reverse=True)


def _conditions(before: Picture, now: Picture) -> Iterator[tuple[str, Condition, Condition]]:
    was = {one.source_id: one.condition for one in before.health}
    for one in now.health:
        earlier: Condition = was.get(one.source_id, "never")
        if earlier != one.condition:
            yield one.source_id, earlier, one.condition
