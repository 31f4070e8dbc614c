"""Decisions: what a body decided, from when to when it holds, and when that became known here.

Only what is new is kept, as with observations: one told otherwise is a new row, and so is one taken back.

    known_at          id    title                    effective_to  status
    2020-03-16 18:00  vn-1  Gatherings limited to 10  2020-04-13    normal      first seen
    2020-03-30 19:00  vn-1  Gatherings limited to 10  2020-05-13    normal      prolonged
    2020-04-02 08:00  vn-1  Gatherings limited to 10  2020-05-13    withdrawn   gone from a complete list
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from tilannekuva.domain.definitions import LANGS
from tilannekuva.domain.observations import Snapshot

BODIES = (
    "government",
    "ministry",
    "agency",
    "council",
    "city-board",
    "committee",
    "crisis-group",
    "mayor",
    "officer",
    "other",
)


class Decision(NamedTuple):
    """A decision as its source tells it, and when that became known.

    `body` is the kind of organ (one of BODIES), `organ` its own name. A title is empty in the languages that
    the source does not tell it in. Days are Helsinki's, `published_at` and `known_at` UTC. `measure` is a
    code as in OxCGRT (C1 schools … H8 the elderly), `strength` its ordinal scale. None and empty: not told.
    `status` is `normal` or `withdrawn`. `look` is the number of the look that brought it, 0 before that.
    """

    source: str
    id: str
    body: str
    organ: str
    title_fi: str
    title_sv: str
    title_en: str
    taken_on: date | None
    published_at: datetime | None
    effective_from: date | None
    effective_to: date | None
    area: str
    measure: str
    strength: int | None
    legal_basis: str
    case_number: str
    link: str
    note: str
    status: str
    known_at: datetime
    look: int = 0

    @property
    def key(self) -> str:
        """Say which decision of its source this is: one case is one decision, however often it is met."""
        return self.case_number or self.id

    @property
    def said(self) -> tuple[object, ...]:
        """Give what the source said, without when it was heard."""
        return self[:-2]

    def title(self, lang: str) -> str:
        """Give the title in a language, or else in the first of fi, sv, en that has one."""
        told: str = getattr(self, f"title_{self.lang(lang)}")
        return told

    def lang(self, lang: str) -> str:
        """Say in which language `title` gives the title when it is asked for one."""
        return next((one for one in (lang, *LANGS) if getattr(self, f"title_{one}")), lang)


Known = Mapping[str, Decision]


def news(known: Known, told: Iterable[Decision], snapshot: Snapshot) -> list[Decision]:
    """Give what an answer adds to the newest that its source has said of each decision, by key.

    A `complete` answer takes back what it no longer holds; every other kind of answer takes nothing back: a
    decision has no day of its own on which silence would mean something.
    """
    said = {one.key: one for one in told}
    new = [one for key, one in said.items() if key not in known or known[key].said != one.said]
    if snapshot != "complete":
        return new
    gone = [one for key, one in known.items() if key not in said and one.status != "withdrawn"]
    return new + [one._replace(status="withdrawn") for one in gone]


def newest(rows: Iterable[Decision]) -> dict[tuple[str, str], Decision]:
    """Give the newest row of each decision by source and key, of rows in the order they became known."""
    return {(row.source, row.key): row for row in rows}
