"""Upkeep: make a workspace, verify what it holds, rebuild what can be rebuilt."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from tilannekuva.config import FILE, Settings
from tilannekuva.domain.areas import register
from tilannekuva.domain.definitions import read as definition
from tilannekuva.domain.looks import Look
from tilannekuva.errors import BadInput, Damaged, TilannekuvaError
from tilannekuva.flows.reading import Understood
from tilannekuva.flows.recording import PAGES, Recorder, pages_of
from tilannekuva.flows.replay import Progress, ahead, read
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe
from tilannekuva.store.ledger import Segment

CORONA = (
    "hs-cases-district",
    "hs-hospital",
    "hs-tests",
    "hs-tests-district",
    "hs-vaccination",
    "thl-cases-country",
    "thl-cases-district",
    "thl-cases-weekly",
)
TEMPLATES = {"corona": CORONA}
_ROWS = 200_000  # rows of one rebuilt segment


def init(folder: Path, *, template: str, areas: Iterable[str], exercise_from: date | None = None) -> None:
    """Make a new workspace; BadInput when the folder holds one already."""
    if (folder / FILE).exists():
        raise BadInput(f"{folder} is a workspace already; choose another folder, or edit its {FILE}")
    places = [register().area(area) for area in areas]
    title = ", ".join(place.name("fi") for place in places)
    exercise = f"exercise_from = {exercise_from}\n" if exercise_from else ""
    text = f"""# Settings of this situational picture; see docs/reference/settings.md.
title = "{title}"
areas = [{_listed(place.id for place in places)}]
sources = [{_listed(TEMPLATES[template])}]
{exercise}"""
    definition(text, FILE, Settings)
    for part in ("recipes", "indicators"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(text, encoding="utf-8")
    workspace = Workspace(folder)
    with workspace.writing("init"):
        workspace.define(datetime.now(UTC))
    workspace.close()


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


def verify(workspace: Workspace) -> list[str]:
    """Give all faults of what is stored, each with its cure; none is good."""
    faults = [f"ledger: {fault}; restore it from a backup" for fault in workspace.ledger.sound()]
    faults += workspace.store.verify()
    for name in sorted(_named(workspace)):
        try:
            workspace.landing.read(name)
        except Damaged as damage:
            faults.append(str(damage))
    return faults


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
    """Make the observations again from the landing, look by look, and swap them in at once.

    Each answer is read by the recipe in force when it landed, so that the
    answers are the same; with `current_recipes` by today's, to mend a reading.
    """
    recorder = Recorder(workspace)
    made = list[Segment]()
    old = [segment.name for segment in workspace.ledger.segments()]
    past = [look for look in workspace.ledger.looks() if look.sha256 and look.outcome != "failed"]
    recorder.known = {look.source_id: {} for look in past}
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
        workspace.store.fence, reread=recorder.looks, new=made, old=old, at=datetime.now(UTC)
    )
    return recorder.looks


def _again(
    workspace: Workspace, look: Look, *, current: bool
) -> tuple[Recipe, Understood | TilannekuvaError]:
    recipe = workspace.source(look.source_id) if current else workspace.recipe_of(look.definition)
    return recipe, read(recipe, pages_of(workspace.landing, look), look.landed_at)
