"""A workspace: the folder that holds one situational picture."""

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from tilannekuva.access.book import Book
from tilannekuva.config import Settings, settings, texts
from tilannekuva.domain.access import KEEPER, Viewer
from tilannekuva.domain.definitions import read
from tilannekuva.domain.scenarios import Assumptions, Saved
from tilannekuva.domain.services import Service
from tilannekuva.domain.texts import SectorText
from tilannekuva.errors import BadDefinition, Busy, UnknownSource
from tilannekuva.flows.formulas import prove
from tilannekuva.indicators import catalogue as indicators
from tilannekuva.indicators import scenarios, services
from tilannekuva.indicators.catalogue import Catalogue
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.recipe import Recipe
from tilannekuva.sources.released import is_released, recipe_text, source_of
from tilannekuva.store.archive import Archive
from tilannekuva.store.duckdb import DuckStore
from tilannekuva.store.landing import Landing
from tilannekuva.store.ledger import LEASE, Definition, Ledger


class Workspace:
    """Settings, landing, ledger, observations, archive, people of one folder; `viewer` is whom it answers."""

    viewer: Viewer = KEEPER

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: Settings = settings(folder)
        self.landing = Landing(folder / "landing")
        self.ledger = Ledger(folder / "ledger.sqlite")
        self.store = DuckStore(folder / "segments", self.ledger)
        self.archive = Archive(folder / "archive")
        self.book = Book(folder / "access.sqlite")

    def close(self) -> None:
        """Close the ledger and the book of who may enter."""
        self.ledger.close()
        self.book.close()

    def texts(self) -> dict[tuple[str, str], str]:
        """Give the definition texts as they stand now, by kind and id; of services those ever asked."""
        known = {name for kind, name in self.ledger.definitions() if kind == "service"}
        asked = {one.removeprefix("service-") for one in self.settings.sources}
        return texts_in(self.folder, services_of=known | asked)

    def define(self, now: datetime) -> None:
        """Land definitions that are new or changed, once they have proved to be sound."""
        told = self.texts()
        _recipes(tuple((name, text) for (kind, name), text in told.items() if kind == "recipe"))
        found = _catalogue(tuple((name, text) for (kind, name), text in told.items() if kind == "indicator"))
        shown = [one for one in found.indicators.values() if is_released(one)]
        told |= {("recipe", source_of(one.id)): recipe_text(one) for one in shown}
        for (kind, name), text in told.items():
            if kind == "text":
                read(text, f"texts/{name}.toml", SectorText)
        for (kind, name), text in told.items():
            if kind == "scenario":
                on = scenarios.scenario(text, name).assumptions
                if ("assumptions", on) not in told:
                    raise BadDefinition(
                        f"scenarios/{name}.toml: no assumptions '{on}'; save them as assumptions/{on}.toml"
                    )
            elif kind == "assumptions":
                scenarios.assumptions(text, name)
        before = self.ledger.definitions()
        # A clock set back makes no new text older than the one it follows.
        now = max([now, *(one.known_at + timedelta(microseconds=1) for one in before.values())])
        known = {key: one.sha256 for key, one in before.items()}
        landed = {key: self.landing.keep(text.encode()) for key, text in told.items()}
        gone = dict.fromkeys(known.keys() - landed.keys(), "")
        news = [Definition(*key, sha, now) for key, sha in (landed | gone).items() if known.get(key) != sha]
        if any(one.kind == "indicator" for one in news):
            _prove(tuple((name, text) for (kind, name), text in told.items() if kind == "indicator"))
        if news:
            self.ledger.define(self.store.fence, news)

    def recipes(self, as_of: datetime | None = None) -> Mapping[str, Recipe]:
        """Give the recipes in force at an instant by id."""
        return _recipes(self._in_force("recipe", as_of))

    def catalogue(self, as_of: datetime | None = None) -> Catalogue:
        """Give the indicators in force at an instant."""
        return _catalogue(self._in_force("indicator", as_of))

    def services(self, as_of: datetime | None = None) -> Mapping[str, Service]:
        """Give the services in force at an instant by id."""
        return {name: services.service(text, name) for name, text in self._in_force("service", as_of)}

    def scenarios(self, as_of: datetime | None = None) -> Mapping[str, Saved]:
        """Give the scenarios in force at an instant by id, each with when it became known."""
        found = self.ledger.definitions(as_of=as_of).values()
        return {
            one.id: Saved(scenarios.scenario(self._text(one.sha256), one.id), one.known_at)
            for one in found
            if one.kind == "scenario"
        }

    def assumptions(self, as_of: datetime | None = None) -> Mapping[str, Assumptions]:
        """Give the assumptions of epidemics in force at an instant by id."""
        return {
            name: scenarios.assumptions(text, name) for name, text in self._in_force("assumptions", as_of)
        }

    def service_of(self, source_id: str, as_of: datetime | None = None) -> Service | None:
        """Give the service that a source tells of; None where it tells of none."""
        return next((one for one in self.services(as_of).values() if one.source == source_id), None)

    def recipe_of(self, sha256: str) -> Recipe:
        """Give the recipe of a landed text."""
        return recipes.recipe(self.landing.read(sha256).decode(), sha256)

    def source(self, name: str) -> Recipe:
        """Give the newest recipe of a source; raises UnknownSource."""
        found = self.recipes()
        if name not in found:
            raise UnknownSource(f"no source '{name}'; there are {', '.join(found)}")
        return found[name]

    @contextmanager
    def writing(self, holder: str) -> Iterator[None]:
        """Hold the right to write, however long it takes; Busy names who has it."""
        fence = self.ledger.lease(holder, datetime.now(UTC))
        self.store.fence = fence
        done = threading.Event()
        beat = threading.Thread(target=self._renew, args=(fence, done), daemon=True)
        beat.start()
        try:
            yield
        finally:
            done.set()
            beat.join()
            self.ledger.release(fence)

    def _renew(self, fence: int, done: threading.Event) -> None:
        with suppress(Busy):  # the right was lost: the next commit says so
            while not done.wait(LEASE.total_seconds() / 3):
                self.ledger.renew(fence, datetime.now(UTC))

    def _in_force(self, kind: str, as_of: datetime | None) -> tuple[tuple[str, str], ...]:
        found = self.ledger.definitions(as_of=as_of)
        return tuple((one.id, self._text(one.sha256)) for one in found.values() if one.kind == kind)

    def _text(self, sha256: str) -> str:
        if sha256 not in self._landed:
            self._landed[sha256] = self.landing.read(sha256).decode()
        return self._landed[sha256]

    _landed: dict[str, str] = {}  # noqa: RUF012 - immutable texts by content hash, shared by all workspaces


def texts_in(folder: Path, *, services_of: Collection[str] | None = None) -> dict[tuple[str, str], str]:
    """Give the definition texts of a folder and those shipped, by kind and id; raises BadDefinition.

    Of services those named, or all.
    """
    found = {("recipe", name): text for name, text in recipes.texts(folder / "recipes").items()}
    found |= {("indicator", name): text for name, text in indicators.texts(folder / "indicators").items()}
    for name, text in services.texts(folder / "services").items():
        if services_of is None or name in services_of:
            found = {**services.written_out(text, name), **found}  # who wrote one by hand means it
    found |= {("text", name): text for name, text in texts(folder / "texts", None).items()}
    found |= {("scenario", name): text for name, text in scenarios.texts(folder / "scenarios").items()}
    assumed = scenarios.assumption_texts(folder / "assumptions")
    found |= {("assumptions", name): text for name, text in assumed.items()}
    return dict(sorted(found.items()))


@lru_cache(maxsize=64)
def _recipes(texts: tuple[tuple[str, str], ...]) -> Mapping[str, Recipe]:
    found = {name: recipes.recipe(text, f"{name}.toml") for name, text in texts}
    for name, one in found.items():
        if one.id != name:
            raise BadDefinition(f"{name}.toml: its id is '{one.id}'; name the file {one.id}.toml")
    return dict(sorted(found.items()))


@lru_cache(maxsize=8)
def _prove(texts: tuple[tuple[str, str], ...]) -> None:
    prove(_catalogue(texts).indicators.values())


@lru_cache(maxsize=64)
def _catalogue(texts: tuple[tuple[str, str], ...]) -> Catalogue:
    return indicators.catalogue(dict(texts))
