"""The reader: all that pages may ask of a workspace, each answer kept until there is news."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar, cast

from tilannekuva.config import Settings
from tilannekuva.domain.access import PUBLIC, Viewer
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.forecasts import Forecast, Record, Score
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Picture, Reading
from tilannekuva.domain.publications import Publication
from tilannekuva.domain.reports import Cell
from tilannekuva.domain.scenarios import Assumptions, Compared, Projection, Saved, Scenario
from tilannekuva.domain.services import Service
from tilannekuva.flows import foretold, publish, scenarios, scoring, services, texts
from tilannekuva.flows.changes import Changes, changes
from tilannekuva.flows.corrections import Correction, corrections
from tilannekuva.flows.decisions import versions
from tilannekuva.flows.definitions import Redefinition, redefinitions
from tilannekuva.flows.effects import Effect, Latencies, effect, latencies
from tilannekuva.flows.entrance import Entrance, log_head
from tilannekuva.flows.extents import Extent, extents
from tilannekuva.flows.geometry import Boundaries, Layer, boundaries, layer, layer_files
from tilannekuva.flows.looking import Course, courses
from tilannekuva.flows.picture import RECENT, Question, forecasts_of, picture, states_of
from tilannekuva.flows.picture import identity as picture_id
from tilannekuva.flows.sight import seen
from tilannekuva.flows.trace import Proof, Trace, Value, open_landings, proof, trace
from tilannekuva.flows.vintages import Vintages, vintages
from tilannekuva.flows.workspace import Workspace

_ROOM = 256  # answers held in memory
Answer = TypeVar("Answer")


class Reader:
    """Answers what pages ask, of what one viewer may know; `now` is the instant up to which it has read."""

    def __init__(self, workspace: Workspace, now: datetime, viewer: Viewer = PUBLIC) -> None:
        self._workspace = seen(workspace, viewer)
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._others: dict[Viewer, Reader] = {}
        self._inside = self.now = now

    @property
    def settings(self) -> Settings:
        """Give the workspace's settings."""
        return self._workspace.settings

    @property
    def areas(self) -> tuple[str, ...]:
        """Give the ids of the picture's own areas, the first shown first."""
        return tuple(register().area(one).id for one in self.settings.areas)

    def clear(self, now: datetime, *, everybody: bool = True) -> None:
        """Forget answers; the next are of `now`. Not everybody: only what other viewers were answered."""
        self._inside = now
        self._others.clear()
        if everybody:
            self.now = now
            self._kept.clear()

    @property
    def viewer(self) -> Viewer:
        """Give whom it answers."""
        return self._workspace.viewer

    @property
    def has_entrance(self) -> bool:
        """Whether there is anything to log in with."""
        return self._answer("has_entrance", lambda: Entrance(self._workspace.whole).is_open)

    def state(self, now: datetime) -> str:
        """Name all that its viewer may know at an instant, and whether there is anything to log in with."""
        seen_now = picture_id(self._workspace, Question(now, self.areas[0]), states_of(self._workspace, now))
        return f"{seen_now} {Entrance(self._workspace.whole).is_open}"

    def answering(self, viewer: Viewer) -> "Reader":
        """Give the reader that answers another viewer, with what it read kept as here."""
        if viewer == self.viewer:
            return self
        return self._others.setdefault(viewer, Reader(self._workspace, self._inside, viewer))

    def picture(self, question: Question) -> Picture:
        """Give the picture that answers a question."""
        return self._answer(question, lambda: picture(self._workspace, question))

    def wider(self, shown: Picture, indicators: frozenset[str], *, since: date | None = None) -> Picture:
        """Give a picture with the readings of other indicators, or of their course since a day.

        Readings are those of all areas, so every area shares one answer.
        """
        asked = Question(shown.as_of, self.areas[0], shown.rewound, indicators, since)
        return replace(
            shown, readings=self.picture(asked).readings, forecasts=self._forecasts(asked, shown.area)
        )

    def _forecasts(self, asked: Question, area: str) -> tuple[Forecast, ...]:
        """Give what charts of an area draw of the forecasts of some indicators."""
        question = replace(asked, area=area)
        make = partial(forecasts_of, self._workspace, question, set(asked.indicators))
        return self._answer(("_forecasts", question), make)

    def foretold(self, as_of: datetime) -> tuple[Indicator, ...]:
        """Give the indicators that are forecast, as defined at an instant."""
        return self._answer(("foretold", as_of), lambda: foretold.foretold(self._workspace, as_of))

    def forecasts(self, indicator: str, area: str, as_of: datetime) -> tuple[Forecast, ...]:
        """Give the forecasts of an indicator in an area known at an instant, the newest first."""
        key = ("forecasts", indicator, area, as_of)
        return self._answer(key, lambda: foretold.forecasts(self._workspace, indicator, area, as_of))

    def scores(self, indicator: str, area: str, as_of: datetime) -> tuple[Score, ...]:
        """Give the scores of forecasts that had come due, the newest first; raises NotInstalled."""
        key = ("scores", indicator, area, as_of)
        return self._answer(key, lambda: scoring.scores(self._workspace, indicator, area, as_of))

    def records(self, indicator: str, area: str, as_of: datetime) -> tuple[Record, ...]:
        """Give how good forecasts have been, a record a horizon, the nearest first; raises NotInstalled."""
        key = ("records", indicator, area, as_of)
        return self._answer(key, lambda: scoring.records(self.scores(indicator, area, as_of)))

    def advice(self, indicator: str, as_of: datetime) -> str:
        """Say why there is no new forecast of an indicator, as one of `Advice`; empty where there is one."""
        key = ("advice", indicator, as_of)
        return self._answer(key, lambda: foretold.advice(self._workspace, indicator, as_of))

    def vintages(self, reading: Reading, as_of: datetime) -> Vintages:
        """Give what was told of a reading's newest periods on each day of news."""
        key = ("vintages", reading.indicator, reading.area, as_of)
        return self._answer(key, lambda: vintages(self._workspace, reading, as_of))

    def redefined(self, indicator: str, as_of: datetime) -> tuple[Redefinition, ...]:
        """Give when an indicator's definition changed, the newest first."""
        key = ("redefined", indicator, as_of)
        return self._answer(key, lambda: redefinitions(self._workspace, indicator, as_of))

    def trace(self, value: Value, as_of: datetime) -> Trace:
        """Say where a value comes from; raises UnknownIndicator."""
        return self._answer(("trace", value, as_of), lambda: trace(self._workspace, value, as_of))

    def proof(self, value: Value, as_of: datetime) -> Proof | None:
        """Read what a value rests on anew; raises Damaged, NotUnderstood, Busy."""
        return self._answer(("proof", value, as_of), lambda: proof(self._workspace, value, as_of))

    def raw(self, sha256: str, as_of: datetime) -> tuple[str, bytes] | None:
        """Give a source and the bytes it gave, None where they are not for everybody; raises Damaged."""
        found = self._answer(("raw", as_of), lambda: open_landings(self._workspace, as_of))
        return (found[sha256], self._workspace.landing.read(sha256)) if sha256 in found else None

    def courses(self, sources: Sequence[str], as_of: datetime) -> dict[str, Course]:
        """Give what came of the newest looks at sources."""
        key = ("courses", tuple(sources), as_of)
        return self._answer(key, lambda: courses(self._workspace, sources, as_of))

    def corrections(self, as_of: datetime) -> list[Correction]:
        """Give what was told otherwise, refused or redefined in the last days, the newest first."""
        return self._answer(("corrections", as_of), lambda: corrections(self._workspace, as_of))

    def extents(self, indicators: Collection[str], as_of: datetime) -> dict[str, Extent]:
        """Give how many values of indicators there are, and of when."""
        key = ("extents", frozenset(indicators), as_of)
        return self._answer(key, lambda: extents(self._workspace, indicators, as_of))

    def boundaries(self, as_of: datetime) -> Boundaries | None:
        """Give the true boundaries of municipalities known at an instant; None without any."""
        return self._answer(("boundaries", as_of), lambda: boundaries(self._workspace, as_of))

    @property
    def layers(self) -> dict[str, str]:
        """Give the titles of the workspace's own map layers by id."""
        return {name: file.stem for name, file in layer_files(self._workspace.folder).items()}

    def layer(self, name: str) -> Layer | None:
        """Give one of the workspace's own map layers, as its file is now; None where there is none."""
        return layer(self._workspace.folder, name)

    def changes(self, now: Picture, since: datetime) -> Changes:
        """Give what changed in a picture since an earlier instant."""
        asked = frozenset(name for name, _ in now.readings)
        earlier = Question(since, now.area, rewound=True, indicators=asked)
        key = ("changes", now.id, since)
        return self._answer(key, lambda: changes(self._workspace, self.picture(earlier), now))

    def published(self, picture_id: str) -> Picture:
        """Give a picture as it was published; raises UnknownPicture and Damaged."""
        return self._answer(("published", picture_id), lambda: publish.published(self._workspace, picture_id))

    def publication(self, picture_id: str) -> Publication:
        """Give the first publication of a picture; raises UnknownPicture."""
        return publish.publication(self._workspace, picture_id)

    def publications(self, as_of: datetime | None) -> list[Publication]:
        """Give what was published, by an instant if one is given, the newest first; read anew each time."""
        return publish.publications(self._workspace, as_of)

    def published_brief(self, sha256: str) -> tuple[Publication, bytes]:
        """Give a brief that was published and its bytes; raises UnknownPicture and Damaged."""
        return publish.published_brief(self._workspace, sha256)

    def differing(self, picture_id: str) -> list[str]:
        """Name the indicators of a published front page whose figure of then is known otherwise now."""
        then = self.published(picture_id)
        since = helsinki_date(then.as_of) - RECENT  # what the figures of then were computed from
        asked = Question(self.now, then.area, since=since)
        return publish.differing(then, self.picture(asked))

    def publish(self, now: datetime) -> list[Publication]:
        """Keep the front pictures as they are shown, but for those kept already."""
        made = [self.picture(Question(self.now, area)) for area in self.areas]
        return publish.publish(self._workspace, made, now, kind="page")

    def decision(self, name: str, as_of: datetime) -> tuple[Decision, ...]:
        """Give all versions of a decision known at an instant, the newest first; raises UnknownDecision."""
        return self._answer(("decision", name, as_of), lambda: versions(self._workspace, name, as_of))

    def effect(self, one: Decision, area: str, as_of: datetime) -> Effect | None:
        """Hold what was expected of a decision against what was seen."""
        return self._answer(("effect", one, area, as_of), lambda: effect(self._workspace, one, area, as_of))

    def latencies(self, one: Decision, area: str, as_of: datetime) -> Latencies | None:
        """Say how long it took from a condition to what was decided about it."""
        key = ("latencies", one, area, as_of)
        return self._answer(key, lambda: latencies(self._workspace, one, area, as_of))

    def keep_for_decision(self, shown: Picture, now: datetime) -> None:
        """Keep the picture that a decision was made on, so that it can be opened as it was."""
        publish.publish(self._workspace, [shown], now, kind="decision")

    def log_head(self) -> str:
        """Give the end of the log of who saw and changed what; nothing of it is everybody's."""
        return "" if self.viewer.role == "public" else log_head(self._workspace.whole)

    def texts(self, as_of: datetime, area: str) -> list[texts.Known]:
        """Give what sectors had told of an area by an instant, each with when it became known."""
        return self._answer(("texts", as_of, area), lambda: texts.texts(self._workspace, as_of, area))

    def services(self, as_of: datetime) -> tuple[Service, ...]:
        """Give the services of which reports are taken, as defined at an instant."""
        return self._answer(("services", as_of), lambda: services.services(self._workspace, as_of))

    def reported(self, service: Service, area: str, as_of: datetime) -> dict[Cell, float]:
        """Give what had been reported of a service in an area by an instant."""
        key = ("reported", service.id, as_of)
        found = self._answer(key, lambda: services.told(self._workspace, service, as_of))
        return {cell: value for cell, value in found.items() if cell.area == area}

    def scenarios(self, as_of: datetime) -> dict[str, Saved]:
        """Give the scenarios known at an instant, in their order."""
        return self._answer(("scenarios", as_of), lambda: scenarios.scenarios(self._workspace, as_of))

    def assumptions(self, name: str, as_of: datetime) -> Assumptions:
        """Give the assumptions of an epidemic; raises UnknownScenario."""
        key = ("assumptions", name, as_of)
        return self._answer(key, lambda: scenarios.assumptions(self._workspace, name, as_of))

    def projection(self, scenario: Scenario, area: str, as_of: datetime) -> Projection | None:
        """Give what would follow in a scenario; None where too little is told. Raises NotInstalled."""
        on = self._footing(scenario.assumptions, area, as_of)
        return on and self._answer(
            ("projection", scenario, area, as_of), lambda: scenarios.project(on, scenario)
        )

    def left(self, scenario: Scenario, area: str, as_of: datetime, day: date) -> dict[str, float]:
        """Give the share of usual contacts by setting on a day; nothing where too little is told."""
        on = self._footing(scenario.assumptions, area, as_of)
        return scenarios.left(on, scenario, day) if on else {}

    def _footing(self, assumed: str, area: str, as_of: datetime) -> Any:  # noqa: ANN401 - the models' own
        key = ("_footing", assumed, area, as_of)
        return self._answer(key, lambda: scenarios.footing(self._workspace, area, as_of, on=assumed))

    def looked_back(self, area: str, as_of: datetime, since: date) -> list[Compared]:
        """Say how near each scenario, run from what was known on a day, lies to what came; nearest first."""
        key = ("looked_back", area, as_of, since)
        return self._answer(key, lambda: scenarios.looked_back(self._workspace, area, as_of, since))

    def _answer(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Give an answer, the kept one when it is there."""
        begun = self.now
        if key in self._kept:
            return cast("Answer", self._kept[key])
        made = make()
        if begun == self.now:  # else there is news, and what was begun before it is old
            self._kept[key] = made
            while len(self._kept) > _ROOM:
                self._kept.popitem(last=False)
        return made
