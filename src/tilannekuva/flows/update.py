"""Update: ask the sources that are due, many at once, and record what they give, one at a time."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from queue import Empty, Queue
from time import monotonic, sleep

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.looks import GOOD, Answer, Look
from tilannekuva.errors import BadDefinition, NoAnswer, TilannekuvaError
from tilannekuva.flows.excel import returned_sheet
from tilannekuva.flows.health import due_at
from tilannekuva.flows.inbox import REST, Inbox
from tilannekuva.flows.keeping import Forecaster
from tilannekuva.flows.messages import said
from tilannekuva.flows.reading import Understood
from tilannekuva.flows.recording import Recorder, grounds_of
from tilannekuva.flows.release import States, release
from tilannekuva.flows.replay import Progress, read
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.protocols.command import Programs
from tilannekuva.sources.recipe import Recipe
from tilannekuva.sources.transport import Transport

_READERS = 2  # answers read at once: each takes a processor and some memory
_BREATH = 0.2  # seconds between two looks at whether we are to stop
_GLANCE = 1.0  # seconds between two looks into the inbox: whoever sends waits for the outcome
_RELEASES = timedelta(minutes=10)  # between two attempts to release figures
_FORECASTS = timedelta(seconds=10)  # between two looks at whether forecasts are due
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


def boundaries_first(recipes: Iterable[Recipe]) -> list[Recipe]:
    """Give sources in the order to ask them: those whose shapes come to areas by another's come last."""
    return sorted(recipes, key=lambda one: one.place is not None)


def ask_with(transport: Transport, clock: Clock) -> Ask:
    """Give the way to ask a source over the network, on condition that there is news."""

    def ask(recipe: Recipe, good: Look | None) -> Answer:
        today = helsinki_date(clock())
        if good is None or recipe.dated_by_landing:
            return transport.ask(recipe, today=today, first=good is None)
        return transport.ask(recipe, today=today, etag=good.etag, last_modified=good.last_modified)

    return ask


def running_programs(workspace: Workspace, ask: Ask) -> Ask:
    """Give the way to ask that runs the workspace's own programs, as far as the settings let it."""
    programs = Programs(workspace.folder / "programs", workspace.settings.allow_commands)

    def ask_or_run(recipe: Recipe, good: Look | None) -> Answer:
        return programs.answer(recipe) if recipe.fetch.protocol == "command" else ask(recipe, good)

    return ask_or_run


@dataclass(frozen=True, slots=True)
class _Given:
    """What asking one source gave: an answer with its reading, or why there is none."""

    recipe: Recipe
    answer: Answer
    landed_at: datetime
    understood: Understood | TilannekuvaError | None
    failure: NoAnswer | None = None
    definition: str = ""
    returned: bytes | None = None


@dataclass(slots=True)
class Asking:
    """Sources under way, each asked in a thread of its own; what they give is recorded as it comes.

    A slow one delays nobody, and whoever stops does not wait for one that hangs.
    """

    workspace: Workspace
    ask: Ask
    clock: Clock = utc_now
    accept: bool = False
    under_way: set[str] = field(default_factory=set)
    inbox: Inbox = field(init=False)
    _recorder: Recorder = field(init=False)
    _asked: dict[str, Recipe] = field(default_factory=dict)
    _waiting: list[Recipe] = field(default_factory=list)
    _given: "Queue[_Given]" = field(default_factory=Queue)
    _readers: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_READERS))

    def __post_init__(self) -> None:
        """Begin with what the ledger knows."""
        self._recorder = Recorder(self.workspace)
        self.inbox = Inbox(self.workspace, self.clock)

    def begin(self, recipe: Recipe) -> None:
        """Ask a source unless it is being asked; one that must wait for another is asked after it."""
        if recipe.id in self.under_way:
            return
        self.under_way.add(recipe.id)
        if self._must_wait(recipe):
            self._waiting.append(recipe)
            return
        self._asked[recipe.id] = recipe
        threading.Thread(target=self._answered, args=(recipe,), daemon=True).start()

    def _must_wait(self, recipe: Recipe) -> bool:
        """Whether the boundaries that it needs are under way, or it holds those that another one is using.

        So what is read with boundaries is read with just those known when it lands, also in a rebuild.
        """
        used = {name for one in self._asked.values() for name in one.grounds}
        return recipe.id in used or bool(self.under_way.intersection(recipe.grounds))

    def recorded(self, seconds: float | None = None) -> Iterator[Look]:
        """Record answers as they come and yield their looks, until none is under way or time is up."""
        end = None if seconds is None else monotonic() + seconds
        while self.under_way:
            try:
                given = self._given.get(timeout=None if end is None else max(0.0, end - monotonic()))
            except Empty:
                return
            self._asked.pop(given.recipe.id, None)
            self.under_way.discard(given.recipe.id)
            look = self._record(given)
            self.inbox.settle(look, returned=given.returned or self._contradicted(given, look))
            self._resume()
            yield look

    def _resume(self) -> None:
        """Ask those that waited, unless they must wait on."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            self.under_way.discard(one.id)
            self.begin(one)

    def _answered(self, recipe: Recipe) -> None:
        try:
            self._given.put(self._ask(recipe))
        except Exception as error:  # noqa: BLE001 - whatever befalls one source is told as its failure
            with suppress(Exception):  # the workspace was closed meanwhile: nobody is left to hear it
                self._given.put(self._failed(recipe, NoAnswer(f"{recipe.id} could not be asked: {error!r}")))

    def _ask(self, recipe: Recipe) -> _Given:
        good = self.workspace.ledger.last_look(recipe.id, outcomes=GOOD)
        # The text in force now is the one that reads the answer, also if another comes meanwhile.
        definition = self.workspace.ledger.definitions()["recipe", recipe.id].sha256
        if good and good.definition != definition:
            good = None  # read by another recipe: the whole answer is wanted again
        try:
            sent = recipe.fetch.protocol == "inbox"
            answer = self.inbox.answer(recipe) if sent else self.ask(recipe, good)
        except TilannekuvaError as error:
            return self._failed(recipe, error if isinstance(error, NoAnswer) else NoAnswer(str(error)))
        landed_at = self._recorder.instant(recipe.id, self.clock())
        if answer.not_modified and good:
            same = replace(answer, etag=good.etag, last_modified=good.last_modified)
            return _Given(recipe, same, landed_at, None, definition=definition)
        with self._readers:
            grounds = grounds_of(self.workspace, recipe, landed_at)
            understood = read(recipe, answer.pages or (answer.body,), landed_at, grounds=grounds)
            today = helsinki_date(landed_at)
            returned = returned_sheet(recipe, answer.body, understood, today=today) if sent else None
        return _Given(recipe, answer, landed_at, understood, definition=definition, returned=returned)

    def _contradicted(self, given: _Given, look: Look) -> bytes | None:
        """Give a sheet back whose rows are good one by one, and contradict what was told before."""
        words = said(look.message, self.workspace.service_of(look.source_id)) if given.recipe.entry else None
        if not words or given.understood is None:
            return None
        today = helsinki_date(look.landed_at)
        return returned_sheet(
            given.recipe, given.answer.body, given.understood, today=today, contradicts=[words]
        )

    def _failed(self, recipe: Recipe, failure: NoAnswer) -> _Given:
        landed_at = self._recorder.instant(recipe.id, self.clock())
        nothing = Answer(recipe.id, b"", url=self.inbox.address(recipe.id))
        return _Given(recipe, nothing, landed_at, None, failure)

    def _record(self, given: _Given) -> Look:
        begun = self._recorder.look(given.answer, given.landed_at, given.recipe, given.understood)
        look = replace(begun, accepted=self.accept, definition=given.definition or begun.definition)
        if given.failure:
            wait = given.failure.retry_after
            not_before = None if wait is None else given.landed_at + timedelta(seconds=wait)
            look = replace(look, outcome="failed", message=str(given.failure), not_before=not_before)
        return self._recorder.record(look, given.recipe, given.understood)


def update(
    workspace: Workspace,
    recipes: Iterable[Recipe],
    *,
    ask: Ask,
    clock: Clock = utc_now,
    accept: bool = False,
    progress: Progress | None = None,
) -> list[Look]:
    """Ask sources and record all that they give; what is sent to us is not asked for."""
    asking = Asking(workspace, ask, clock, accept=accept)
    for one in boundaries_first(recipes):
        if one.fetch.protocol != "inbox":
            asking.begin(one)
    looks = []
    for look in asking.recorded():
        looks.append(look)
        if progress:
            progress(look)
    return looks


def received(
    workspace: Workspace,
    sources: Iterable[str] = (),
    *,
    clock: Clock = utc_now,
    accept: bool = False,
    progress: Progress | None = None,
    wait: Callable[[float], None] = sleep,
) -> list[Look]:
    """Record what lies in the inbox, of all sources or some, until nothing is left.

    With `accept` the answer that was refused last is taken once more where nothing else waits.
    """
    wanted, looks = set(sources), list[Look]()
    asking = Asking(workspace, _nobody, clock, accept=accept)
    for name in wanted if accept else ():
        asking.inbox.again(name)
    asking.inbox.waiting()
    if asking.inbox.is_stirring():
        wait(REST.total_seconds())
    while found := [one for one in asking.inbox.waiting() if not wanted or one.id in wanted]:
        for one in found:
            asking.begin(one)
        for look in asking.recorded():
            looks.append(look)
            if progress:
                progress(look)
    return looks


def _nobody(recipe: Recipe, _: Look | None) -> Answer:
    raise NoAnswer(f"{recipe.id} is not asked now")


@dataclass(slots=True)
class Runner:
    """Asks what is due at its rhythm until it is told to stop."""

    workspace: Workspace
    ask: Ask
    clock: Clock = utc_now
    pause: float = 5.0
    _asking: Asking = field(init=False)
    _mistake: str = field(default="", init=False)
    _states: States = field(default_factory=States, init=False)
    _tried_at: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)
    _forecaster: Forecaster = field(init=False)
    _foretold_at: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)

    def __post_init__(self) -> None:
        """Begin with nothing under way."""
        self._forecaster = Forecaster(self.workspace)
        self._asking = Asking(self.workspace, self.ask, self.clock)

    def run(self, stop: threading.Event) -> None:
        """Hold the right to write and update until `stop` is set; Busy when another has it."""
        with self.workspace.writing("serve"):
            while not stop.is_set():
                self.begin()
                end = monotonic() + self.pause
                while monotonic() < end and not stop.is_set():
                    self.receive()
                    self.record(_GLANCE, stop)
                    if not self._asking.under_way:
                        stop.wait(_GLANCE)
            self._forecaster.is_over = True

    def begin(self) -> None:
        """Land changed definitions and begin to ask what is due."""
        self._define(self.clock())
        self._release(self.clock())
        self._foretell(self.clock())
        for one in boundaries_first(due(self.workspace, self.clock())):
            self._asking.begin(one)

    def receive(self) -> None:
        """Begin to read what has come to rest in the inbox."""
        for one in self._asking.inbox.waiting():
            self._asking.begin(one)

    def record(self, seconds: float, stop: threading.Event) -> None:
        """Record what the sources give, until none is under way, time is up or we are stopped."""
        end = monotonic() + seconds
        while self._asking.under_way and monotonic() < end and not stop.is_set():
            for _ in self._asking.recorded(_BREATH):
                pass

    def _release(self, now: datetime) -> None:
        """Release figures, not while what is read could be of before the release, and not at every turn."""
        if not self._asking.under_way and now - self._tried_at >= _RELEASES:
            self._tried_at = now
            release(self.workspace, now, states=self._states)

    def _foretell(self, now: datetime) -> None:
        """Keep forecasts made, and begin new ones after news, not at every turn."""
        if not self._asking.under_way and now - self._foretold_at >= _FORECASTS:
            self._foretold_at = now
            self._forecaster.turn(now)

    def _define(self, now: datetime) -> None:
        """Land changed definitions; while one holds a mistake, those in force stay so and are asked."""
        try:
            self.workspace.define(now)
            self._mistake = ""
        except BadDefinition as error:
            if str(error) != self._mistake:  # said once, not at every turn
                _log.error("definitions stay as they were: %s", error)
            self._mistake = str(error)
