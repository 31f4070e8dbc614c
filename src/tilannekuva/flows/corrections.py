"""Corrections: figures told otherwise or taken back, answers refused, definitions changed."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import end_of_day, helsinki_date
from tilannekuva.flows.changes import Revision, revisions
from tilannekuva.flows.definitions import redefined
from tilannekuva.flows.workspace import Workspace

Kind = Literal["corrected", "withdrawn", "refused", "indicator", "recipe"]
DAYS = 7  # that corrections are told for


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing to hear of: of an indicator on a day of news, of a source's answer, of a definition.

    `id` is the same for the same thing for ever, `at` the instant of its newest part. `subject` names the
    indicator or the source; `revisions` are those of single areas, `message` why an answer was refused.
    """

    kind: Kind
    id: str
    at: datetime
    subject: str
    revisions: tuple[Revision, ...] = ()
    message: str = ""


def corrections(workspace: Workspace, as_of: datetime) -> list[Correction]:
    """Give the corrections of the last days, the newest first; of the own areas and all they belong to.

    Values that were provisional and have filled up are none: nobody was told that they would stay.
    """
    today = helsinki_date(as_of)
    found = [one for back in range(DAYS) for one in _of_day(workspace, today - timedelta(days=back), as_of)]
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)


def _of_day(workspace: Workspace, day: date, as_of: datetime) -> Iterator[Correction]:
    since, until = end_of_day(day - timedelta(days=1)), min(end_of_day(day), as_of)
    told = revisions(workspace, since, until, areas=_areas(workspace, day))
    graver = sorted(
        (one for one in told if one.kind != "completed"), key=lambda one: (one.kind, one.indicator)
    )
    for (kind, name), group in groupby(graver, key=lambda one: (one.kind, one.indicator)):
        grouped = tuple(group)
        at = max(one.known_at for one in grouped)
        yield Correction(_graver(kind), _id(workspace, kind, name, day), at, name, grouped)
    for look in workspace.ledger.looks(since=since, as_of=until):
        if look.outcome == "refused":
            key = _id(workspace, "refused", look.source_id, look.landed_at)
            yield Correction("refused", key, look.landed_at, look.source_id, message=look.message)
    for one in redefined(workspace, since, until):
        what: Kind = "indicator" if one.kind == "indicator" else "recipe"
        yield Correction(what, _id(workspace, what, one.id, one.known_at), one.known_at, one.id)


def _graver(kind: str) -> Kind:
    return "withdrawn" if kind == "withdrawn" else "corrected"


def _areas(workspace: Workspace, on: date) -> set[str]:
    """Give the picture's own areas and all that they belong to."""
    own: Iterable[str] = (register().area(one).id for one in workspace.settings.areas)
    return {area for one in own for area in (one, *register().ancestors(one, on=on))}


def _id(workspace: Workspace, kind: str, subject: str, at: date) -> str:
    """Name a correction; two municipalities' pictures never give two things one name."""
    parts = (*workspace.settings.areas, workspace.settings.title, kind, subject, at.isoformat())
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(parts)).urn
