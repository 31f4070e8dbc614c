"""Observations: what a source said, and when that became known.

A source says facts; the store adds two clocks to each. Only what is new is kept:

    known_at    reference_date  value  status
    2021-03-02  2021-03-01          0  provisional    first seen
    2021-03-03  2021-03-01         17  provisional    revised
    2021-03-09  2021-03-01         17  normal         settled
    2021-03-10  2021-03-01          -  withdrawn      taken back by the source
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal, NamedTuple

Status = Literal["normal", "provisional", "estimated", "missing", "suppressed", "withdrawn"]
Snapshot = Literal["complete", "window", "delivery", "log"]
Freq = Literal["day", "week", "month", "year"]
Key = tuple[str, str, date, str, str]
COLUMNS = (
    "indicator",
    "area",
    "area_name",
    "reference_date",
    "freq",
    "stratum",
    "value",
    "status",
    "known_at",
)


class Fact(NamedTuple):
    """One value that an answer gives; `value` is None unless there is a number."""

    indicator: str
    area: str
    reference_date: date
    freq: str
    stratum: str
    value: float | None
    status: str

    @property
    def key(self) -> Key:
        """Say which value this is, whatever it amounts to."""
        return self[:5]


class Observation(NamedTuple):
    """A fact with its source, the instant it became known and its look's number."""

    source: str
    indicator: str
    area: str
    reference_date: date
    freq: str
    stratum: str
    value: float | None
    status: str
    known_at: datetime
    look: int

    @property
    def key(self) -> Key:
        """Say which value this is, whatever it amounts to."""
        return self[1:6]

    @property
    def fact(self) -> Fact:
        """Give the fact alone."""
        return Fact(*self[1:8])


Known = Mapping[Key, tuple[float | None, str]]


def news(known: Known, facts: Iterable[Fact], snapshot: Snapshot) -> list[Fact]:
    """Give what an answer adds to what its source has said before.

    A `complete` answer takes back what it no longer holds; a `window` answer
    only inside the days it covers of each indicator, a `delivery` only inside
    those it covers of each indicator and area; a `log` never.
    """
    said = {fact.key: fact for fact in facts}
    new = [fact for key, fact in said.items() if known.get(key) != (fact.value, fact.status)]
    gone = (
        []
        if snapshot == "log"
        else [key for key in known if key not in said and known[key][1] != "withdrawn"]
    )
    if snapshot in ("window", "delivery"):
        n = 1 if snapshot == "window" else 2  # the leading parts of a key that a span is told for
        spans = _spans(said.values(), n)
        gone = [key for key in gone if key[:n] in spans and spans[key[:n]][0] <= key[2] <= spans[key[:n]][1]]
    return new + [Fact(*key, None, "withdrawn") for key in gone]


def _spans(facts: Iterable[Fact], n: int) -> dict[tuple[object, ...], tuple[date, date]]:
    spans: dict[tuple[object, ...], tuple[date, date]] = {}
    for fact in facts:
        first, last = spans.get(fact.key[:n], (fact.reference_date, fact.reference_date))
        spans[fact.key[:n]] = (min(first, fact.reference_date), max(last, fact.reference_date))
    return spans
