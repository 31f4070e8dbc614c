"""What the tests of the intake share: a source whose next answer the test chooses, answers to spoil."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tilannekuva.domain.calendar import instant
from tilannekuva.domain.looks import Answer, Look
from tilannekuva.domain.observations import Observation
from tilannekuva.errors import NoAnswer
from tilannekuva.flows.reading import Understood, understand
from tilannekuva.flows.update import update
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.recipe import Recipe

HOUR = timedelta(hours=1)
DISTRICTS = "hs-cases-district"


def recipe(name: str) -> Recipe:
    """Give a shipped recipe."""
    return recipes.recipe(recipes.texts()[name], name)


def sample(name: str) -> bytes:
    """Give the sample answer of a shipped recipe."""
    found = recipes.sample(recipe(name))
    assert found is not None
    return found[0][0]


def landed(name: str) -> datetime:
    """Give the instant at which the sample answer landed."""
    return instant(recipe(name).sample_landed_at)


def reading(name: str, body: bytes) -> Understood:
    """Understand an answer in this process, as if it had landed with the sample."""
    return understand(recipe(name), (body,), landed(name))


def _answer(one: Recipe, given: bytes | NoAnswer) -> Answer:
    if isinstance(given, NoAnswer):
        raise given
    return Answer(one.id, given)


Confirmed = dict[str, list[dict[str, Any]]]


def spoilt(spoil: Callable[[Confirmed], Any]) -> bytes:
    """Give the sample of cases by district after something was done to its rows by district."""
    answer = json.loads(sample(DISTRICTS))
    spoil(answer["confirmed"])
    return json.dumps(answer, ensure_ascii=False).encode()


def changed(rows: Confirmed, district: str, nth: int, **cells: object) -> None:
    """Change cells of one row."""
    rows[district][nth] |= cells


def every(rows: Confirmed, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
    """Put other cells in the place of each row."""
    for name in rows:
        rows[name] = [dict(change(row)) for row in rows[name]]


@dataclass
class Intake:
    """A workspace that looks at one source, an hour after the last look unless told otherwise."""

    workspace: Workspace
    source: str = DISTRICTS
    at: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Begin where the sample landed."""
        self.at = landed(self.source)

    def look(self, given: bytes | NoAnswer, *, after: timedelta = HOUR, accept: bool = False) -> Look:
        """Look at an answer, or at none, in the real way: child process, guard, ledger, store."""
        self.at += after
        (look,) = update(
            self.workspace,
            [self.workspace.source(self.source)],
            ask=lambda one, _: _answer(one, given),
            clock=lambda: self.at,
            accept=accept,
        )
        return look

    def known(self, as_of: datetime | None = None) -> list[Observation]:
        """Give what is known."""
        return self.workspace.store.as_of(as_of)

    def value(self, area: str, day: str, as_of: datetime | None = None) -> tuple[float | None, str] | None:
        """Give value and status of one cell as known at an instant; None when there is none."""
        rows = self.workspace.store.as_of(as_of, areas=[area])
        return next(((row.value, row.status) for row in rows if str(row.reference_date) == day), None)
