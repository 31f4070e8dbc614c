"""Upkeep: make a workspace, verify what it holds, rebuild what can be rebuilt."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

from pydantic import Field

from tilannekuva import config
from tilannekuva.access.audit import Audit
from tilannekuva.config import FILE, Settings
from tilannekuva.domain.areas import register
from tilannekuva.domain.definitions import Slug, Strict
from tilannekuva.domain.definitions import read as definition
from tilannekuva.domain.looks import Look
from tilannekuva.errors import BadInput, Damaged, TilannekuvaError
from tilannekuva.flows import exercise, publish
from tilannekuva.flows.reading import Understood
from tilannekuva.flows.recording import PAGES, Recorder, grounds_of, pages_of
from tilannekuva.flows.replay import Progress, ahead, read
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe
from tilannekuva.store.ledger import Segment

TEMPLATES = config.texts(resources.files("tilannekuva.flows") / "templates", None)
_ROWS = 200_000  # rows of one rebuilt segment


class Template(Strict):
    """Which sources a new picture of a kind of crisis asks: those for all, and those of single areas."""

    sources: tuple[Slug, ...] = Field(description="Sources of use anywhere.")
    of: dict[str, tuple[Slug, ...]] = Field(default={}, description="Sources of use in one area.")

    def chosen(self, areas: Iterable[str]) -> tuple[str, ...]:
        """Give the sources for a picture of these areas."""
        return (*self.sources, *(source for area in areas for source in self.of.get(area, ())))


def init(folder: Path, *, template: str, areas: Iterable[str], exercise_from: date | None = None) -> None:
    """Make a new workspace; BadInput when the folder holds one already.

    An exercise has the sources that the simulator answers for, whatever the template.
    """
    if (folder / FILE).exists():
        raise BadInput(f"{folder} is a workspace already; choose another folder, or edit its {FILE}")
    places = [register().area(area) for area in areas]
    found = definition(TEMPLATES[template], f"{template}.toml", Template).chosen(place.id for place in places)
    sources = exercise.SOURCES if exercise_from else found
    title = ", ".join(place.name("fi") for place in places)
    lines = [
        "# Settings of this situational picture; see docs/reference/settings.md.",
        f'title = "{title}"',
        "areas = [" + ", ".join(f'"{place.id}"' for place in places) + "]",
        "sources = [",
        *(f'  "{source}",' for source in sources),
        "]",
        *([f"exercise_from = {exercise_from}"] if exercise_from else []),
    ]
    text = "\n".join(lines) + "\n"
    definition(text, FILE, Settings)
    for part in ("recipes", "indicators"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(text, encoding="utf-8")
    workspace = Workspace(folder)
    with workspace.writing("init"):
        workspace.define(datetime.now(UTC))
    workspace.close()


def verify(workspace: Workspace) -> list[str]:
    """Give all faults of what is stored, each with its cure; none is good."""
    faults = [f"ledger: {fault}; restore it from a backup" for fault in workspace.ledger.sound()]
    faults += [
        f"the decision {name} is not as it was recorded; make it again with `tilannekuva rebuild`"
        for name in workspace.ledger.altered()
    ]
    faults += workspace.store.verify()
    for name in sorted(_named(workspace)):
        try:
            workspace.landing.read(name)
        except Damaged as damage:
            faults.append(str(damage))
    log = Audit(workspace.book).fault()
    return [*faults, *publish.faults(workspace), *filter(None, [log])]


def _named(workspace: Workspace) -> set[str]:
    """Name all landings: those there, those the ledger knows, and the pages that some of them list."""
    names = {*workspace.landing.names(), *workspace.ledger.landings()}
    for look in workspace.ledger.looks():
        if look.media_type == PAGES:
            with suppress(Damaged):  # told by its own name
                names |= set(workspace.landing.read(look.sha256).decode().split())
    return names


def rebuild(
    workspace: Workspace, *, current_recipes: bool = False, progress: Progress | None = None
) -> list[Look]:
    """Make observations and decisions again from the landing, look by look, and swap them in at once.

    Each answer is read by the recipe in force when it landed, so that the
    answers are the same; with `current_recipes` by today's, to mend a reading.
    """
    recorder = Recorder(workspace)
    made = list[Segment]()
    old = [segment.name for segment in workspace.ledger.segments()]
    past = [look for look in workspace.ledger.looks() if look.sha256 and look.outcome != "failed"]
    recorder.known = {look.source_id: {} for look in past}
    recorder.told = {look.source_id: {} for look in past}
    for look, (recipe, understood) in ahead(
        lambda look: _again(workspace, look, current=current_recipes), past
    ):
        definition = (
            workspace.ledger.definitions()["recipe", recipe.id].sha256 if current_recipes else look.definition
        )
        done = recorder.judged(
            replace(look, outcome="ok", message="", definition=definition), recipe, understood
        )
        if len(recorder.rows) > _ROWS:
            made += workspace.store.write(recorder.rows)
            recorder.rows = []
        if progress:
            progress(done)
    made += workspace.store.write(recorder.rows)
    workspace.ledger.commit(
        workspace.store.fence,
        reread=recorder.looks,
        decisions=recorder.decisions,
        new=made,
        old=old,
        at=datetime.now(UTC),
    )
    return recorder.looks


def _again(
    workspace: Workspace, look: Look, *, current: bool
) -> tuple[Recipe, Understood | TilannekuvaError]:
    recipe = workspace.source(look.source_id) if current else workspace.recipe_of(look.definition)
    grounds = grounds_of(workspace, recipe, look.landed_at)
    return recipe, read(recipe, pages_of(workspace.landing, look), look.landed_at, grounds=grounds)
