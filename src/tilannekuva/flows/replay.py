"""Replay: answers recorded on disk, or made by the simulator, land as they did on their day."""

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from tilannekuva.domain.calendar import instant
from tilannekuva.domain.looks import Answer, Look
from tilannekuva.errors import BadInput, TilannekuvaError
from tilannekuva.flows.child import limited
from tilannekuva.flows.reading import Understood, understand
from tilannekuva.flows.recording import Recorder
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe

_COLUMNS = {"source", "landed_at", "path", "url"}
_AHEAD = 4  # answers read before their turn to be recorded: two cores stay busy, memory small
Progress = Callable[[Look], None]
Item = TypeVar("Item")
Made = TypeVar("Made")


class Recorded(NamedTuple):
    """An answer and the instant at which it landed."""

    landed_at: datetime
    answer: Callable[[], Answer]
    source_id: str


def recordings(folder: Path) -> list[Recorded]:
    """Give the answers that a folder's index.csv lists, in order; BadInput says what is wrong."""
    index = folder / "index.csv"
    if not index.exists():
        raise BadInput(f"{folder} holds no index.csv with the columns source, landed_at, path, url")
    with index.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        if not set(reader.fieldnames or ()) >= _COLUMNS:
            raise BadInput(f"{index} must have the columns source, landed_at, path, url")
        found = [_recorded(folder, row) for row in reader]
    return sorted(found, key=lambda one: (one.landed_at, one.source_id))


def _recorded(folder: Path, row: dict[str, str]) -> Recorded:
    file = (folder / row["path"]).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise BadInput(f"{row['path']} lies outside {folder}")
    if not file.exists():
        raise BadInput(f"{file} is listed in index.csv but is not there")
    at = instant(row["landed_at"])
    return Recorded(at, lambda: Answer(row["source"], file.read_bytes(), url=row["url"]), row["source"])


def replay(
    workspace: Workspace,
    recorded: Iterable[Recorded],
    *,
    sources: Iterable[str] = (),
    accept: bool = False,
    progress: Progress | None = None,
) -> list[Look]:
    """Land recorded answers in order, each at its instant; those landed before are passed over."""
    wanted = set(sources)
    ledger = workspace.ledger
    todo = [
        one
        for one in recorded
        if (not wanted or one.source_id in wanted) and not ledger.has_look(one.source_id, one.landed_at)
    ]
    recipes = {name: workspace.source(name) for name in {one.source_id for one in todo}}
    recorder = Recorder(workspace, batch=64)
    looks = []
    for one, (answer, understood) in ahead(lambda one: _read(one, recipes[one.source_id]), todo):
        look = replace(recorder.look(answer, one.landed_at, recipes[one.source_id]), accepted=accept)
        look = recorder.record(look, recipes[one.source_id], understood)
        looks.append(look)
        if progress:
            progress(look)
    recorder.commit()
    return looks


def _read(one: Recorded, recipe: Recipe) -> tuple[Answer, Understood | TilannekuvaError]:
    answer = one.answer()
    return answer, read(recipe, (answer.body,), one.landed_at)


def read(recipe: Recipe, pages: tuple[bytes, ...], landed_at: datetime) -> Understood | TilannekuvaError:
    """Understand an answer in a limited child; an error is what came of it, not an end."""
    try:
        return limited(understand, recipe, pages, landed_at)
    except TilannekuvaError as error:
        return error


def ahead(work: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[tuple[Item, Made]]:
    """Do work on items a few ahead of their turn, and give each with its result in order."""
    with ThreadPoolExecutor(2) as pool:
        begun: deque[tuple[Item, Future[Made]]] = deque()
        for item in items:
            begun.append((item, pool.submit(work, item)))
            if len(begun) > _AHEAD:
                first, future = begun.popleft()
                yield first, future.result()
        while begun:
            first, future = begun.popleft()
            yield first, future.result()
