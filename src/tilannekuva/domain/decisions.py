"""Decisions: what a body decided, from when to when it holds, and when that became known here.

Only what is new is kept, as with observations: one told otherwise is a new row, and so is one taken back.

    known_at          id    title                    effective_to  status
    2020-03-16 18:00  vn-1  Gatherings limited to 10  2020-04-13    normal      first seen
    2020-03-30 19:00  vn-1  Gatherings limited to 10  2020-05-13    normal      prolonged
    2020-04-02 08:00  vn-1  Gatherings limited to 10  2020-05-13    withdrawn   gone from a complete list
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal, NamedTuple

from tilannekuva.domain.access import Visibility
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


Stage = Literal["", "proposed", "repealed"]
Standing = Literal["proposed", "taken", "in-force", "ended", "repealed", "superseded"]
Direction = Literal["down", "up"]
Verdict = Literal["kept", "changed", "ended"]


class Measure(NamedTuple):
    """A measure that a decision holds: its code as in OxCGRT (C1 schools … H8 the elderly) and its strength.

    The strength is OxCGRT's ordinal scale from 0; None where it was not told.
    """

    code: str
    strength: int | None = None


class Expected(NamedTuple):
    """What a decision is expected to bring about: an indicator goes down or up until a day.

    `size` is by how many per cent at least, from the value known when it was decided; None where only the
    direction was told.
    """

    indicator: str
    direction: Direction
    size: float | None = None
    by: date | None = None


class Review(NamedTuple):
    """What was found when a decision was reviewed: on which day, what was seen, and what became of it."""

    day: date
    seen: str
    verdict: Verdict


class Decision(NamedTuple):
    """A decision as its source tells it, and when that became known.

    `body` is the kind of organ (one of BODIES), `organ` its own name. A title or text is empty in the
    languages that the source does not tell it in. Days are Helsinki's, `published_at` and `known_at` UTC.
    None and empty: not told. `status` is `normal` or `withdrawn`. `look` is the number of the look that
    brought it, 0 before that. `stage` is what no day can tell: `proposed` or `repealed`. `owner` is the role
    that sees to it, `by` who recorded it, for which `municipality`. `superseded_by` is the name of another
    decision; `picture` the id of the picture that it was made on.
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
    measures: tuple[Measure, ...]
    legal_basis: str
    case_number: str
    link: str
    note: str
    status: str
    known_at: datetime
    look: int = 0
    text_fi: str = ""
    text_sv: str = ""
    text_en: str = ""
    options: str = ""
    expected: Expected | None = None
    owner: str = ""
    review_on: date | None = None
    review: Review | None = None
    stage: Stage = ""
    superseded_by: str = ""
    picture: str = ""
    visibility: Visibility = "public"
    municipality: str = ""
    by: str = ""

    @property
    def key(self) -> str:
        """Say which decision of its source this is: one case is one decision, however often it is met."""
        return self.case_number or self.id

    @property
    def name(self) -> str:
        """Give the name by which pages and other decisions call it: the same for all its versions."""
        return hashlib.sha256(f"{self.source}\x1f{self.key}".encode()).hexdigest()[:12]

    @property
    def said(self) -> tuple[object, ...]:
        """Give what the source said, without when it was heard."""
        return tuple(cell for name, cell in self._asdict().items() if name not in ("known_at", "look"))

    def standing(self, today: date) -> Standing:
        """Say how it stands on a day; what was repealed or superseded holds until its last day."""
        if self.stage == "proposed" or (self.taken_on and self.taken_on > today):
            return "proposed"
        over = bool(self.effective_to and self.effective_to < today)
        if over or not self.effective_to:
            if self.stage == "repealed":
                return "repealed"
            if self.superseded_by:
                return "superseded"
        if over:
            return "ended"
        begun = self.effective_from <= today if self.effective_from else bool(self.effective_to)
        return "in-force" if begun else "taken"

    def due(self, today: date) -> bool:
        """Whether its review date has come and nobody has reviewed it since."""
        is_done = self.review is not None and self.review_on and self.review.day >= self.review_on
        return bool(self.review_on and self.review_on <= today and not is_done)

    def text(self, lang: str) -> str:
        """Give the text in a language, or else in the first of fi, sv, en that has one."""
        told: str = getattr(self, f"text_{self.lang(lang, 'text')}")
        return told

    def title(self, lang: str) -> str:
        """Give the title in a language, or else in the first of fi, sv, en that has one."""
        told: str = getattr(self, f"title_{self.lang(lang)}")
        return told

    def lang(self, lang: str, of: str = "title") -> str:
        """Say in which language the title (or `of` = text, the text) is given when it is asked for in one."""
        return next((one for one in (lang, *LANGS) if getattr(self, f"{of}_{one}")), lang)


Known = Mapping[str, Decision]
Cell = str | int | float | date | datetime | None


def flat(one: Decision) -> dict[str, Cell]:
    """Give a decision as the cells of a table, what has several parts in a column each.

    Several measures stand in `measure` with a blank between, and so their strengths, `-` where untold.
    """
    measures, expected, review = one.measures or (), one.expected or (None,) * 4, one.review or (None,) * 3
    strengths: Cell = " ".join("-" if each.strength is None else str(each.strength) for each in measures)
    if len(measures) == 1:
        strengths = measures[0].strength
    parts: dict[str, dict[str, Cell]] = {
        "measures": {
            "measure": " ".join(each.code for each in measures),
            "strength": strengths or None if isinstance(strengths, str) else strengths,
        },
        "expected": dict(zip((f"expected_{name}" for name in Expected._fields), expected, strict=True)),
        "review": dict(zip(("reviewed_on", "seen", "verdict"), review, strict=True)),
    }
    cells = {name: parts.get(name, {name: cell}) for name, cell in one._asdict().items() if name != "look"}
    return {name: cell for part in cells.values() for name, cell in part.items()}


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
