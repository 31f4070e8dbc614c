"""Update: ask the sources that are due, many at once, and record what they give, one at a time."""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.looks import GOOD, Answer, Look
from tilannekuva.errors import BadDefinition, NoAnswer, TilannekuvaError
from tilannekuva.flows.health import due_at
from tilannekuva.flows.reading import Understood
from tilannekuva.flows.recording import Recorder
from tilannekuva.flows.replay import Progress, read
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe
from tilannekuva.sources.transport import Transport

_AT_ONCE = 8
_log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
Ask = Callable[[Recipe, Look | None], Answer]


def utc_now() -> datetime:
    """Give the instant now, in UTC."""
    return datetime.now(UTC)


def due(workspace: Workspace, now: datetime) -> list[Recipe]:
    """Give the sources whose turn it is; a turn missed while down is taken once."""
    known = workspace.recipes()
    wanted = [known[name] for name in workspace.settings.sources if name in known]
    turns = [(due_at(workspace, one, workspace.ledger.last_look(one.id)), one) for one in wanted]
    return [one for at, one in turns if at is not None and at <= now]


def ask_with(transport: Transport, clock: Clock) -> Ask:
    """Give the way to ask a source over the network, on condition that there is news."""

    def ask(recipe: Recipe, good: Look | None) -> Answer:
        today = helsinki_date(clock())
        if good is None or recipe.dated_by_landing:
            return transport.ask(recipe, today=today)
        return transport.ask(recipe, today=today, etag=good.etag, last_modified=good.last_modified)

    return ask


@dataclass(frozen=True, slots=True)
class _Given:
    """What asking one source gave: an answer with its reading, or why there is none."""

    recipe: Recipe
    answer: Answer
    landed_at: datetime
    understood: Understood | TilannekuvaError | None
    failure: NoAnswer | None = None


def update(
    workspace: Workspace,
    recipes: Iterable[Recipe],
    *,
    ask: Ask,
    clock: Clock = utc_now,
    accept: bool = False,
    progress: Progress | None = None,
) -> list[Look]:
    """Ask sources at once and record each as it comes: a slow one delays nobody."""
    recorder = Recorder(workspace)
    looks = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        asked = [pool.submit(_ask, workspace, one, ask, clock, recorder.instant) for one in recipes]
        for done in as_completed(asked):
            looks.append(_record(recorder, done.result(), accept=accept))
            if progress:
                progress(looks[-1])
    return looks


def _ask(
    workspace: Workspace, recipe: Recipe, ask: Ask, clock: Clock, instant: Callable[[str, datetime], datetime]
) -> _Given:
    good = workspace.ledger.last_look(recipe.id, outcomes=GOOD)
    try:
        answer = ask(recipe, good)
    except TilannekuvaError as error:
        failure = error if isinstance(error, NoAnswer) else NoAnswer(str(error))
        return _Given(recipe, Answer(recipe.id, b""), instant(recipe.id, clock()), None, failure)
    landed_at = instant(recipe.id, clock())
    if answer.not_modified and good:
        return _Given(
            recipe, replace(answer, etag=good.etag, last_modified=good.last_modified), landed_at, None
        )
    return _Given(recipe, answer, landed_at, read(recipe, answer.pages or (answer.body,), landed_at))


def _record(recorder: Recorder, given: _Given, *, accept: bool) -> Look:
    look = replace(recorder.look(given.answer, given.landed_at, given.recipe), accepted=accept)
    if given.failure:
        wait = given.failure.retry_after
        not_before = None if wait is None else given.landed_at + timedelta(seconds=wait)
        look = replace(look, outcome="failed", message=str(given.failure), not_before=not_before)
    return recorder.record(look, given.recipe, given.understood)


@dataclass(slots=True)
class Runner:
    """Asks what is due at its rhythm until it is told to stop."""

    workspace: Workspace
    ask: Ask
    clock: Clock = utc_now
    pause: float = 5.0
    progress: Progress | None = None
    _mistake: str = field(default="", init=False)

    def run(self, stop: threading.Event) -> None:
        """Hold the right to write and update until `stop` is set; Busy when another has it."""
        with self.workspace.writing("serve"):
            while not stop.is_set():
                self.turn(stop)
                stop.wait(self.pause)

    def turn(self, stop: threading.Event) -> None:
        """Take one turn: renew the lease, land changed definitions, ask what is due."""
        now = self.clock()
        self.workspace.ledger.renew(self.workspace.store.fence, now)
        self._define(now)
        waiting = due(self.workspace, now)
        if waiting and not stop.is_set():
            update(self.workspace, waiting, ask=self.ask, clock=self.clock, progress=self.progress)

    def _define(self, now: datetime) -> None:
        """Land changed definitions; while one holds a mistake, those in force stay so and are asked."""
        try:
            self.workspace.define(now)
            self._mistake = ""
        except BadDefinition as error:
            if str(error) != self._mistake:  # said once, not at every turn
                _log.error("definitions stay as they were: %s", error)
            self._mistake = str(error)
