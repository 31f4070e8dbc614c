"""Recording: an answer becomes a landing, a look, observations and decisions, all or nothing."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tilannekuva.domain.calendar import helsinki_date, stamp
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.decisions import news as news_of_decisions
from tilannekuva.domain.looks import GOOD, Answer, Look
from tilannekuva.domain.observations import Fact, Key, Observation, news
from tilannekuva.errors import BadInput, TilannekuvaError
from tilannekuva.flows.decisions import too_few
from tilannekuva.flows.guard import objection
from tilannekuva.flows.reading import Understood
from tilannekuva.flows.services import judged
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.excel.faults import Unfit
from tilannekuva.sources.recipe import Ground, Recipe
from tilannekuva.store.landing import Landing

PAGES = "application/x-tilannekuva-pages"  # a landing that lists the landings of an answer's pages
Read = Understood | TilannekuvaError  # what came of reading an answer
Known = dict[Key, tuple[float | None, str]]


def pages_of(landing: Landing, look: Look) -> tuple[bytes, ...]:
    """Give the pages of a look's answer; Damaged when one is gone or changed."""
    body = landing.read(look.sha256)
    return (
        tuple(landing.read(name) for name in body.decode().split()) if look.media_type == PAGES else (body,)
    )


def grounds_of(workspace: Workspace, recipe: Recipe, as_of: datetime) -> tuple[Ground, ...]:
    """Give the newest good answers, as known at an instant, by which a recipe's shapes come to areas."""
    looks = [workspace.ledger.last_look(name, outcomes=GOOD, as_of=as_of) for name in recipe.grounds]
    return tuple(
        Ground(workspace.recipe_of(look.definition), pages_of(workspace.landing, look))
        for look in looks
        if look
    )


def is_personal(understood: Read | None) -> bool:
    """Whether an answer was refused because it tells of persons: its bytes must not be kept."""
    return isinstance(understood, Unfit) and understood.fault.code == "person"


@dataclass
class Recorder:
    """Records looks one at a time; what it has not committed was never acknowledged."""

    workspace: Workspace
    batch: int = 1
    known: dict[str, Known] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    rows: list[Observation] = field(default_factory=list)
    told: dict[str, dict[str, Decision]] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    _last: dict[str, Look | None] = field(default_factory=dict)
    _good: dict[str, Look | None] = field(default_factory=dict)
    _seq: int = 0

    def instant(self, source_id: str, now: datetime) -> datetime:
        """Give the instant of a landing: the clock's, or just after the last one if it was set back."""
        last = self._newest(source_id)
        return now if last is None or now > last.landed_at else last.landed_at + timedelta(microseconds=1)

    def look(
        self, answer: Answer, landed_at: datetime, recipe: Recipe, understood: Read | None = None
    ) -> Look:
        """Begin the look at an answer: its bytes are landed, unless they tell of persons."""
        if is_personal(understood):
            answer = replace(answer, body=b"", pages=())
        landing = self.workspace.landing
        pages = [landing.keep(page) for page in answer.pages]
        body = "\n".join(pages).encode() if pages else answer.body
        sha256 = landing.keep(body) if body else ""
        good = self._good.get(recipe.id)
        return Look(
            seq=0,
            source_id=recipe.id,
            landed_at=landed_at,
            outcome="ok",
            sha256=good.sha256 if answer.not_modified and good else sha256,
            url=answer.url,
            media_type=PAGES if pages else answer.media_type,
            etag=answer.etag,
            last_modified=answer.last_modified,
            definition=self.workspace.ledger.definitions()["recipe", recipe.id].sha256,
        )

    def record(self, look: Look, recipe: Recipe, understood: Understood | TilannekuvaError | None) -> Look:
        """Record a look and what was understood of it; None where there was nothing to read."""
        last = self._newest(recipe.id)
        if last and look.landed_at <= last.landed_at:
            known = (
                f"{recipe.id} was last looked at {stamp(last.landed_at)}, later than {stamp(look.landed_at)}"
            )
            raise BadInput(f"{known}; replay the past into a new workspace")
        self._seq = (self._seq or self.workspace.ledger.next_seq() - 1) + 1
        look = self.judged(replace(look, seq=self._seq), recipe, understood)
        if len(self.looks) >= self.batch:
            self.commit()
        return look

    def commit(self) -> None:
        """Acknowledge what is recorded: one segment, one transaction."""
        store, now = self.workspace.store, datetime.now(UTC)
        if self.looks:
            new, decisions = store.write(self.rows), self.decisions
            self.workspace.ledger.commit(store.fence, looks=self.looks, decisions=decisions, new=new, at=now)
            self.looks, self.rows, self.decisions = [], [], []
            store.compact(now)

    def judged(self, look: Look, recipe: Recipe, understood: Understood | TilannekuvaError | None) -> Look:
        """Say what came of a look, and keep its news until the next commit."""
        facts: list[Fact] = []
        decisions: list[Decision] = []
        good = self._good.get(recipe.id)
        same = good is not None and (good.sha256, good.definition) == (look.sha256, look.definition)
        if look.outcome != "failed" and (understood is None or (same and not recipe.dated_by_landing)):
            look = replace(look, outcome="unchanged")
        elif understood is not None:
            look, facts, decisions = self._believed(look, recipe, understood)
        statuses = [*(fact.status for fact in facts), *(one.status for one in decisions)]
        look = replace(look, news=len(statuses), withdrawn=statuses.count("withdrawn"))
        self.looks.append(look)
        self.decisions += [one._replace(known_at=look.landed_at, look=look.seq) for one in decisions]
        self.rows += [Observation(recipe.id, *fact, look.landed_at, look.seq) for fact in facts]
        self._last[recipe.id] = look
        if look.outcome in GOOD:
            self._good[recipe.id] = look
        return look

    def _newest(self, source_id: str) -> Look | None:
        if source_id not in self._last:
            ledger = self.workspace.ledger
            self._good[source_id] = ledger.last_look(source_id, outcomes=GOOD)
            self._last[source_id] = ledger.last_look(source_id)
        return self._last[source_id]

    def _believed(
        self, look: Look, recipe: Recipe, understood: Understood | TilannekuvaError
    ) -> tuple[Look, list[Fact], list[Decision]]:
        if isinstance(understood, TilannekuvaError):
            return replace(look, outcome="refused", message=str(understood)), [], []
        known, told = self._said(recipe.id), self._told(recipe.id)
        today = helsinki_date(look.landed_at)
        understood = judged(self.workspace, look, understood=understood, known=known)
        against = objection(recipe, understood, known, today) or too_few(recipe, understood.decisions, told)
        against = "" if look.accepted else against
        look = replace(look, rows=understood.n_rows)
        if against:
            cure = f"if it is right all the same: tilannekuva update --source {recipe.id} --accept"
            return replace(look, outcome="refused", message=f"{against}; {cure}"), [], []
        if understood.faults:
            first = "; ".join(understood.faults[:3])
            look = replace(
                look, outcome="partial", message=f"{len(understood.faults)} rows left out: {first}"
            )
        # What a partial answer does not hold may stand in the rows left out: it takes nothing back.
        snapshot = "log" if understood.faults else recipe.snapshot
        facts = news(known, understood.facts, snapshot)
        decisions = news_of_decisions(told, understood.decisions, snapshot)
        told |= {one.key: one for one in decisions}
        self.told[recipe.id] = {key: one for key, one in told.items() if one.status != "withdrawn"}
        known |= {fact.key: (fact.value, fact.status) for fact in facts}
        for fact in facts:
            if fact.status == "withdrawn":
                del known[fact.key]
        return look, facts, decisions

    def _said(self, source_id: str) -> Known:
        """Give what a source has said so far."""
        if source_id not in self.known:
            rows = self.workspace.store.as_of(source=source_id)
            self.known[source_id] = {row.key: (row.value, row.status) for row in rows}
        return self.known[source_id]

    def _told(self, source_id: str) -> dict[str, Decision]:
        """Give the decisions that a source has told so far."""
        if source_id not in self.told:
            rows = self.workspace.ledger.decisions(source=source_id)
            self.told[source_id] = {one.key: one for one in rows}
        return self.told[source_id]
