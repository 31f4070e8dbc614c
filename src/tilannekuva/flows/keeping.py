"""Keeping: every forecast that is made is kept for ever, and made when what it rests on has changed.

A forecast is made at most once a day for each indicator, after news of the figures that it is made of; for a
past that is replayed once a week, as if it had been made then. The ledger says when; nothing is ever altered.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from tilannekuva.domain.access import PUBLIC
from tilannekuva.domain.calendar import HELSINKI, end_of_day, helsinki_date
from tilannekuva.domain.forecasts import Kept
from tilannekuva.domain.indicators import Indicator
from tilannekuva.errors import TilannekuvaError
from tilannekuva.flows.forecasting import Made, forecast
from tilannekuva.flows.foretold import foretold, is_installed, packed
from tilannekuva.flows.sight import Sight, seen
from tilannekuva.flows.workspace import Workspace
from tilannekuva.models.memory import Memory

_log = logging.getLogger(__name__)


def keep(workspace: Workspace, made: Iterable[Made], known_at: datetime, now: datetime) -> list[Kept]:
    """Keep forecasts, or why there are none, as known at an instant. Needs the right to write."""
    kept = [
        Kept(known_at, one.indicator.id, one.model, one.origin_date, one.advice, _landed(workspace, one), now)
        for one in made
    ]
    if kept:
        workspace.ledger.foretell(workspace.store.fence, kept)
    return kept


def _landed(workspace: Workspace, one: Made) -> str:
    return workspace.landing.keep(packed(one.lines, one.levels)) if one.lines else ""


def due(workspace: Workspace, now: datetime) -> list[str]:
    """Name the indicators whose figures have brought news since they were last forecast, and not today."""
    if not is_installed():
        return []
    newest = {one.indicator: one.known_at for one in workspace.ledger.forecasts(as_of=now)}
    sight = seen(workspace, PUBLIC)
    return [one.id for one in foretold(workspace, now) if _is_due(sight, one, newest.get(one.id), now)]


def _is_due(sight: Sight, one: Indicator, last: datetime | None, now: datetime) -> bool:
    midnight = datetime.combine(helsinki_date(now), time(), HELSINKI)
    if last is not None and last >= midnight:
        return False
    told = sight if one.visibility == "public" else sight.whole
    return any(_news(told, source, last, now) for source in _sources(told, one, now))


def _news(workspace: Workspace, source: str, last: datetime | None, now: datetime) -> bool:
    look = workspace.ledger.last_look(source, news=True, as_of=now)
    return look is not None and (last is None or look.landed_at > last)


def _sources(workspace: Workspace, one: Indicator, now: datetime) -> Iterator[str]:
    """Yield the sources that tell the figures that an indicator's forecast is made of."""
    known = workspace.catalogue(now).indicators
    told = one.forecast
    while told and not told.of and told.led_by in known:
        told = known[told.led_by].forecast
    made_of = {told.of, told.towns, told.or_growth_of} if told else set()
    for name, recipe in workspace.recipes(now).items():
        if any(series.indicator in made_of for series in recipe.series):
            yield name


def renew(
    workspace: Workspace, now: datetime, *, at: datetime | None = None, memory: Memory | None = None
) -> list[Kept]:
    """Make and keep the forecasts that are due, or that were `at` an instant of the past."""
    known_at = at or now
    wanted = due(workspace, known_at)
    made = forecast(workspace, known_at, indicators=wanted, memory=memory) if wanted else []
    return keep(workspace, made, known_at, now)


def renew_past(workspace: Workspace, now: datetime, turns: Iterable[datetime] | None = None) -> list[Kept]:
    """Make the forecasts that a replayed past would have had, at its turns, all of them if none are given."""
    told, memory = past_turns(workspace, now) if turns is None else turns, Memory()
    return [one for at in told for one in renew(workspace, now, at=at, memory=memory)]


def past_turns(workspace: Workspace, now: datetime) -> list[datetime]:
    """Give when a replayed past is forecast: each Monday until a week after the last news, and now."""
    first, last = workspace.ledger.first_landed_at() or now, workspace.ledger.last_landed_at() or now
    day, found = helsinki_date(first), list[datetime]()
    day += timedelta(days=-day.weekday() % 7)
    while end_of_day(day) < min(now, last + timedelta(days=7)):
        found.append(end_of_day(day))
        day += timedelta(days=7)
    return [*found, now]


@dataclass
class Forecaster:
    """Makes forecasts beside whoever records: computed in a thread, kept in the recorder's turn."""

    workspace: Workspace
    is_over: bool = False  # nobody waits for what is still being made: the workspace may be closed
    _memory: Memory = field(default_factory=Memory)
    _thread: threading.Thread | None = None
    _made: list[tuple[datetime, list[Made]]] = field(default_factory=list)

    def turn(self, now: datetime) -> list[Kept]:
        """Keep what was made since the last turn, and begin with what is due; needs the right to write."""
        if self._thread is not None and self._thread.is_alive():
            return []
        if self._made:
            at, made = self._made.pop()
            return keep(self.workspace, made, at, datetime.now(UTC))
        wanted = due(self.workspace, now)
        if wanted:
            self._thread = threading.Thread(target=self._make, args=(now, wanted), daemon=True)
            self._thread.start()
        return []

    def wait(self) -> None:
        """Wait until what is being made is made."""
        if self._thread is not None:
            self._thread.join()

    def _make(self, now: datetime, wanted: list[str]) -> None:
        try:
            self._made.append((now, forecast(self.workspace, now, indicators=wanted, memory=self._memory)))
        except TilannekuvaError as error:
            _log.warning("nothing was forecast: %s", error)
        except Exception:  # noqa: BLE001 - recording goes on whatever befalls a forecast
            if not self.is_over:
                _log.exception("a forecast stumbled")
