"""The demo: an exercise in a ready workspace, its past replayed, its future asked of the simulator."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock

from tilannekuva.config import FILE
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.looks import Answer, Look
from tilannekuva.errors import NoAnswer
from tilannekuva.flows import exercise, upkeep
from tilannekuva.flows.replay import Recorded
from tilannekuva.flows.update import Ask, Clock, ask_with, running_programs, utc_now
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe
from tilannekuva.sources.transport import Transport

CITIES = ("837", "853", "109")
_EPIDEMIC = timedelta(days=260)  # so long that the second wave is rising when the demo begins


def prepare(folder: Path, *, live: bool, now: datetime) -> None:
    """Make the demo's workspace unless it is there."""
    if (folder / FILE).exists():
        return
    first = helsinki_date(now) - _EPIDEMIC
    upkeep.init(folder, template="corona", areas=CITIES, exercise_from=None if live else first)


def past(workspace: Workspace, now: datetime, *, days: int) -> list[Recorded]:
    """Give the simulated answers up to now; those of a new workspace begin `days` ago."""
    first = workspace.settings.exercise_from
    if first is None:
        return []
    last = helsinki_date(now)
    begun = workspace.ledger.first_landed_at()
    since = helsinki_date(begun) if begun else last - timedelta(days=days)
    made = exercise.answers(seed=workspace.settings.exercise_seed, first=first, last=last, since=since)
    return [_recorded(one) for one in made if one.landed_at <= now]


def _recorded(one: exercise.Simulated) -> Recorded:
    return Recorded(one.landed_at, lambda: Answer(one.source_id, one.body, url=one.url), one.source_id)


@contextmanager
def asker(workspace: Workspace, clock: Clock = utc_now) -> Iterator[Ask]:
    """Give the way to ask this workspace's sources: the simulator in an exercise, else the network."""
    settings = workspace.settings
    if settings.exercise_from is not None:
        yield running_programs(workspace, _simulated(workspace, clock))
        return
    with Transport(settings.allow_networks, settings.contact) as transport:
        yield running_programs(workspace, ask_with(transport, clock))


def _simulated(workspace: Workspace, clock: Clock) -> Ask:
    one_at_a_time = Lock()  # all sources are asked at once when a picture begins; one simulation serves them

    def ask(recipe: Recipe, _: Look | None) -> Answer:
        now = clock()
        first = workspace.settings.exercise_from
        assert first is not None  # noqa: S101 - the caller asked the settings
        with one_at_a_time:
            made = _lately(workspace.settings.exercise_seed, first, helsinki_date(now))
        given = [one for one in made if one.source_id == recipe.id and one.landed_at <= now]
        if not given:
            raise NoAnswer(f"{recipe.id} gives nothing in this exercise yet")
        return Answer(recipe.id, given[-1].body, url=given[-1].url)

    return ask


@lru_cache(maxsize=1)
def _lately(seed: int, first: date, today: date) -> tuple[exercise.Simulated, ...]:
    """Give the answers of the last eight days."""
    return tuple(exercise.answers(seed=seed, first=first, last=today, since=today - timedelta(days=8)))
