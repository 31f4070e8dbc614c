"""The plain engine: a list of observations. Slow, short, and the reference for the others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, TypedDict, Unpack

from tilannekuva.domain.observations import Observation

Ranks = Mapping[str, Sequence[str]]  # for an indicator the sources in the order they are heard
NO_RANKS: Ranks = {}


class Wanted(TypedDict, total=False):
    """Which observations are asked for; what is left out, or None, is no condition."""

    indicators: Collection[str] | None
    areas: Collection[str] | None
    source: str | None
    since: date | None


class Store(Protocol):
    """What every engine of observations can do; its law is tests/spec."""

    def append(self, rows: Sequence[Observation]) -> None:
        """Add observations; adding them again changes no answer."""

    def revisions(self, as_of: datetime | None = None, **wanted: Unpack[Wanted]) -> list[Observation]:
        """Give every observation known at an instant, by key, then by when it became known."""

    def as_of(
        self, as_of: datetime | None = None, *, ranks: Ranks = NO_RANKS, **wanted: Unpack[Wanted]
    ) -> list[Observation]:
        """Give the newest observation of each key known at an instant, without those withdrawn.

        Where several sources speak of one indicator and area, the one whose days
        reach furthest is heard; of equals the first in `ranks`, then by name.
        """


def ordered(rows: Iterable[Observation]) -> list[Observation]:
    """Sort observations by key, then by source and when they became known."""
    return sorted(rows, key=lambda row: (row.key, row.source, row.known_at, row.look))


class MemoryStore:
    """Observations in a list."""

    def __init__(self) -> None:
        self._rows: list[Observation] = []

    def append(self, rows: Sequence[Observation]) -> None:
        """Add observations; adding them again changes no answer."""
        self._rows += [row for row in rows if row not in self._rows]

    def revisions(self, as_of: datetime | None = None, **wanted: Unpack[Wanted]) -> list[Observation]:
        """Give every observation known at an instant."""
        return ordered(
            row
            for row in self._rows
            if (as_of is None or row.known_at <= as_of) and _is_wanted(row, **wanted)
        )

    def as_of(
        self, as_of: datetime | None = None, *, ranks: Ranks = NO_RANKS, **wanted: Unpack[Wanted]
    ) -> list[Observation]:
        """Give the newest observation of each key, of the source that is heard."""
        known = self.revisions(as_of, **wanted)
        newest = {(row.source, row.key): row for row in known}  # sorted by known_at: the last one stays
        alive = [row for row in newest.values() if row.status != "withdrawn"]
        heard = _heard(alive, ranks)
        return ordered(row for row in alive if heard[_series(row)] == row.source)


def _is_wanted(
    row: Observation,
    *,
    indicators: Collection[str] | None = None,
    areas: Collection[str] | None = None,
    source: str | None = None,
    since: date | None = None,
) -> bool:
    return (
        (indicators is None or row.indicator in indicators)
        and (areas is None or row.area in areas)
        and (source is None or row.source == source)
        and (since is None or row.reference_date >= since)
    )


def _series(row: Observation) -> tuple[str, str, str, str]:
    return row.indicator, row.area, row.freq, row.stratum


def _heard(rows: Sequence[Observation], ranks: Ranks) -> dict[tuple[str, str, str, str], str]:
    reach: dict[tuple[str, str, str, str], dict[str, date]] = {}
    for row in rows:
        of = reach.setdefault(_series(row), {})
        of[row.source] = max(of.get(row.source, row.reference_date), row.reference_date)
    return {series: min(_order(series[0], of, ranks))[-1] for series, of in reach.items()}


def _order(indicator: str, reach: Mapping[str, date], ranks: Ranks) -> list[tuple[int, int, str]]:
    ranked = list(ranks.get(indicator, ()))
    places = {source: nth for nth, source in enumerate(ranked)}
    return [(-day.toordinal(), places.get(source, len(ranked)), source) for source, day in reach.items()]
