"""Sight: a workspace as one viewer may know it. The only place where it is asked who may see what.

Pages are given no other workspace: what a viewer may not see is not in the tables that they are made of, so
that no sum, map, order, name of a picture or message can tell of it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, Unpack

from tilannekuva.access.policy import may_see
from tilannekuva.domain.access import Item, Viewer
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.decisions import Decision, newest
from tilannekuva.domain.forecasts import Kept
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.looks import Look
from tilannekuva.domain.observations import Observation
from tilannekuva.domain.publications import Publication
from tilannekuva.domain.scenarios import Saved
from tilannekuva.flows.workspace import Workspace
from tilannekuva.indicators.catalogue import Catalogue
from tilannekuva.sources.recipe import Recipe
from tilannekuva.sources.released import RELEASED, is_released
from tilannekuva.store.duckdb import DuckStore
from tilannekuva.store.ledger import Definition, Ledger
from tilannekuva.store.memory import NO_RANKS, Ranks, Wanted
from tilannekuva.store.sheet import Sheet

_RELEASED = {"sql": "", "inputs": (), "sources": ()}  # how others see a protected one: told, not computed
_OWN = Item("internal")  # what a protected indicator's own values are
_EVER = datetime(9000, 1, 1, tzinfo=UTC)
_ROOM = 64  # instants whose definitions are kept


class Seen(NamedTuple):
    """What a viewer may see of the definitions: indicators and sources.

    Of the indicators those in `released` are seen as released, those in `split` so of other municipalities
    than the viewer's own.
    """

    catalogue: Catalogue
    released: frozenset[str]
    split: frozenset[str]
    recipes: Mapping[str, Recipe]


class Sight(Workspace):
    """A workspace that answers one viewer."""

    def __init__(self, whole: Workspace, viewer: Viewer) -> None:
        self.whole = whole
        self.viewer = viewer
        self.folder, self.settings = whole.folder, whole.settings
        self.landing, self.archive = whole.landing, whole.archive
        self.ledger = _Ledger(self)
        self.store = _Store(self)
        self._kept: OrderedDict[tuple[datetime | None, int], Seen] = OrderedDict()

    def close(self) -> None:
        """Leave the workspace open: it is another's."""

    def catalogue(self, as_of: datetime | None = None) -> Catalogue:
        """Give the indicators that the viewer may see."""
        return self.seen(as_of).catalogue

    def recipes(self, as_of: datetime | None = None) -> Mapping[str, Recipe]:
        """Give the sources all that is told by which the viewer may see."""
        return self.seen(as_of).recipes

    def scenarios(self, as_of: datetime | None = None) -> Mapping[str, Saved]:
        """Give the scenarios that the viewer may see."""
        at, found = as_of or _EVER, self.whole.scenarios(as_of)
        return {
            name: one
            for name, one in found.items()
            if may_see(self.viewer, Item(one.scenario.visibility), at)
        }

    def seen(self, as_of: datetime | None = None) -> Seen:
        """Give what the viewer may see of the definitions in force at an instant."""
        key = (as_of, self.whole.ledger.version()[2])
        if key not in self._kept:
            self._kept[key] = self._seen(as_of)
            while len(self._kept) > _ROOM:
                self._kept.popitem(last=False)
        return self._kept[key]

    def _seen(self, as_of: datetime | None) -> Seen:
        at = as_of or _EVER
        whole, shown, raw = self.whole.catalogue(as_of).indicators, dict[str, Indicator](), set[str]()
        for name, one in whole.items():  # inputs stand before what is derived from them
            is_raw = not one.protect or may_see(self.viewer, _OWN, at)
            inputs = {*one.inputs} if is_raw else set()
            if may_see(self.viewer, Item(one.visibility), at) and shown.keys() >= inputs:
                shown[name] = one if is_raw else one.model_copy(update=_RELEASED)
                raw |= {name} if is_raw else set()
        hidden = (whole.keys() - raw) | {RELEASED + name for name in whole.keys() - shown.keys()}
        inside = may_see(self.viewer, _OWN, at)
        recipes = {
            name: one
            for name, one in self.whole.recipes(as_of).items()
            if (inside or not _is_mixed(one)) and hidden.isdisjoint(each.indicator for each in one.series)
        }
        split = frozenset(one for one in raw if self.viewer.municipality and is_released(whole[one]))
        return Seen(Catalogue(shown), frozenset(shown) - raw, split, recipes)

    def asking(self, as_of: datetime | None) -> Callable[[str, str], bool]:
        """Give what says whether the viewer may see what is stored of an indicator in an area.

        The indicator is named as it is stored, as told or as released.
        """
        at, seen_now = as_of or _EVER, self.seen(as_of)

        @cache
        def may(stored: str, area: str) -> bool:
            name, of = stored.removeprefix(RELEASED), owner(area, at)
            if name in seen_now.split and (of == self.viewer.municipality) == (stored != name):
                return False
            return may_see(self.viewer, Item(seen_now.catalogue.indicator(name).visibility, of), at)

        return may


def _is_mixed(recipe: Recipe) -> bool:
    """Whether a source tells decisions of all classes: when it was looked at would tell of hidden ones."""
    return recipe.decisions is not None and "visibility" in recipe.decisions.sql


def owner(area: str, at: datetime) -> str:
    """Give the municipality whose own an area is; empty for a larger one and for an unknown one."""
    if area.startswith("municipality:"):
        return area
    if not area.startswith("station:"):
        return ""
    above = register().ancestors(area, on=helsinki_date(at))
    return next((one for one in above if one.startswith("municipality:")), "")


def _decided(one: Decision) -> Item:
    """Give what a decision is: whoever recorded it owns it, and else the municipality that it is of."""
    return Item(one.visibility or "public", one.municipality or owner(one.area, _EVER))


def _as_told(one: Decision, viewer: Viewer, named: set[str]) -> Decision:
    """Leave out who recorded a decision, but for own staff, and the name of another that is not shown."""
    own = may_see(viewer, Item("internal", _decided(one).owner), _EVER)
    return one._replace(
        by=one.by if own else "", superseded_by=one.superseded_by if one.superseded_by in named else ""
    )


class _Store(DuckStore):
    """Observations, without those that the viewer may not see."""

    def __init__(self, sight: Sight) -> None:
        whole = sight.whole.store
        self.folder, self.ledger, self.fence = whole.folder, whole.ledger, whole.fence
        self._verified = whole._verified  # noqa: SLF001 - a segment is verified once, whoever looks
        self._sight = sight

    def revisions(self, as_of: datetime | None = None, **wanted: Unpack[Wanted]) -> list[Observation]:
        """Give every observation known at an instant."""
        return self._told(super().revisions(as_of, **self._stored(as_of, wanted)), as_of)

    def as_of(
        self, as_of: datetime | None = None, *, ranks: Ranks = NO_RANKS, **wanted: Unpack[Wanted]
    ) -> list[Observation]:
        """Give the newest observation of each key, of the source that is heard."""
        return self._told(super().as_of(as_of, ranks=ranks, **self._stored(as_of, wanted)), as_of)

    def sheet(self, as_of: datetime, *, ranks: Ranks = NO_RANKS, **wanted: Unpack[Wanted]) -> Sheet:
        """Give a sheet with the table `observations`: what was known, and nothing else. Not yet locked."""
        sheet = super().sheet(as_of, ranks=ranks, **self._stored(as_of, wanted))
        self._keep(sheet, "observations", as_of)
        return sheet

    def vintages(self, as_of: datetime, *, ranks: Ranks = NO_RANKS, **wanted: Unpack[Wanted]) -> Sheet:
        """Give a sheet that `rewind` can take to any instant up to this one. Not yet locked."""
        sheet = super().vintages(as_of, ranks=ranks, **self._stored(as_of, wanted))
        self._keep(sheet, "stored", as_of)
        return sheet

    def _stored(self, as_of: datetime | None, wanted: Wanted) -> Wanted:
        """Give what to ask of the whole store: of visible indicators alone, each as the viewer sees it."""
        seen, asked = self._sight.seen(as_of), wanted.get("indicators")
        whole = seen.catalogue.indicators.keys()
        names = {*whole} if asked is None else whole & {*asked}
        others = {RELEASED + one for one in names & (seen.released | seen.split)}
        return {**wanted, "indicators": (names - seen.released) | others}

    def _told(self, rows: Iterable[Observation], as_of: datetime | None) -> list[Observation]:
        may = self._sight.asking(as_of)
        mine = (one for one in rows if may(one.indicator, one.area))
        return [one._replace(indicator=one.indicator.removeprefix(RELEASED)) for one in mine]

    def _keep(self, sheet: Sheet, table: str, as_of: datetime) -> None:
        """Leave in a table what the viewer may see, each indicator under its own name."""
        may = self._sight.asking(as_of)
        sql = f"update {table} set indicator = substr(indicator, ?) where starts_with(indicator, ?)"  # noqa: S608 - our own table
        pairs = sheet.ask(f"select distinct indicator, area from {table}").rows  # noqa: S608 - our own table
        for indicator, area in pairs:
            if not may(indicator, area):
                sheet.ask(f"delete from {table} where indicator = ? and area = ?", [indicator, area])  # noqa: S608 - our own table
        sheet.ask(sql, [len(RELEASED) + 1, RELEASED])


class _Ledger(Ledger):
    """The ledger, without the looks, definitions and decisions that the viewer may not see."""

    def __init__(self, sight: Sight) -> None:
        whole = sight.whole.ledger
        self._connection, self._lock = whole._connection, whole._lock  # noqa: SLF001 - one file, one connection
        self._sight = sight

    def close(self) -> None:
        """Leave the file open: it is another's."""

    def looks(
        self,
        source_id: str | None = None,
        *,
        as_of: datetime | None = None,
        since: datetime | None = None,
    ) -> list[Look]:
        """Give looks at sources that the viewer may see."""
        seen = self._sight.recipes(as_of)
        found = super().looks(source_id, as_of=as_of, since=since)
        return [one for one in found if one.source_id in seen]

    def last_look(
        self,
        source_id: str,
        *,
        outcomes: Sequence[str] = (),
        news: bool = False,
        as_of: datetime | None = None,
    ) -> Look | None:
        """Give a source's newest look known at an instant, None where the viewer may not see the source."""
        if source_id not in self._sight.recipes(as_of):
            return None
        return super().last_look(source_id, outcomes=outcomes, news=news, as_of=as_of)

    def sources(self, as_of: datetime) -> list[str]:
        """Name the sources that had been looked at by an instant."""
        return [one for one in super().sources(as_of) if one in self._sight.recipes(as_of)]

    def count_looks(self, as_of: datetime, sources: Sequence[str] | None = None) -> int:
        """Count the looks known at an instant."""
        return super().count_looks(as_of, self.sources(as_of) if sources is None else sources)

    def decisions(
        self,
        *,
        as_of: datetime | None = None,
        area: str | None = None,
        source: str | None = None,
        revisions: bool = False,
    ) -> list[Decision]:
        """Give the decisions that the viewer may see, without the names of others that they may not."""
        found = super().decisions(as_of=as_of, area=area, source=source, revisions=revisions)
        viewer, at = self._sight.viewer, as_of or _EVER
        whole = sorted(super().decisions(as_of=as_of, revisions=True), key=lambda one: one.known_at)
        named = {one.name for one in newest(whole).values() if may_see(viewer, _decided(one), at)}
        shown = [one for one in found if one.name in named and may_see(viewer, _decided(one), at)]
        return [_as_told(one, viewer, named) for one in shown]

    def forecasts(self, *, as_of: datetime | None = None, indicator: str | None = None) -> list[Kept]:
        """Give the forecasts of the indicators that the viewer may see."""
        seen = self._sight.catalogue(as_of).indicators
        return [one for one in super().forecasts(as_of=as_of, indicator=indicator) if one.indicator in seen]

    def publications(self) -> list[Publication]:
        """Give what was published; what was kept for a decision alone, to those who may see the decision."""
        mine = {one.picture for one in self.decisions(revisions=True)}
        return [one for one in super().publications() if one.kind != "decision" or one.picture in mine]

    def definitions(self, *, as_of: datetime | None = None) -> dict[tuple[str, str], Definition]:
        """Give the definitions of what the viewer may see."""
        indicators, recipes = self._sight.catalogue(as_of).indicators, self._sight.recipes(as_of)
        among: dict[str, Mapping[str, Any]] = {"indicator": indicators, "recipe": recipes}
        among["scenario"] = self._sight.scenarios(as_of)
        found = super().definitions(as_of=as_of)
        among["service"] = {
            name: name for kind, name in found if kind == "service" and _any_of(name, indicators)
        }
        return {key: one for key, one in found.items() if key[0] not in among or key[1] in among[key[0]]}


def _any_of(service: str, indicators: Iterable[str]) -> bool:
    """Whether any of a service's indicators is seen: then its definition is no secret."""
    return any(one.startswith(f"{service}-") for one in indicators)


def seen(workspace: Workspace, viewer: Viewer) -> Sight:
    """Give a workspace as a viewer may know it."""
    return Sight(workspace.whole if isinstance(workspace, Sight) else workspace, viewer)
