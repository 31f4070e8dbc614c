"""Replay: answers recorded on disk, or made by the simulator, land as they did on their day."""

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
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
from tilannekuva.flows.recording import Recorder, grounds_of
from tilannekuva.flows.streaming import handed
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Ground, Recipe

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
    """Give the answers that a folder's index.csv lists, in order; BadInput says what is wrong.

    Rows of one source and instant are the pages of one answer, in their order.
    """
    index = folder / "index.csv"
    if not index.exists():
        raise BadInput(f"{folder} holds no index.csv with the columns source, landed_at, path, url")
    with index.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        if not set(reader.fieldnames or ()) >= _COLUMNS:
            raise BadInput(f"{index} must have the columns source, landed_at, path, url")
        answers: dict[tuple[datetime, str], list[dict[str, str]]] = {}
        for row in reader:
            answers.setdefault((instant(row["landed_at"]), row["source"]), []).append(row)
    return [_recorded(folder, *key, rows) for key, rows in sorted(answers.items(), key=lambda one: one[0])]


def _recorded(folder: Path, at: datetime, source: str, rows: Sequence[dict[str, str]]) -> Recorded:
    found, url = [_file(folder, row) for row in rows], rows[0]["url"]
    if len(found) == 1:
        return Recorded(at, lambda: Answer(source, found[0].read_bytes(), url=url), source)
    return Recorded(
        at, lambda: Answer(source, b"", url=url, pages=tuple(one.read_bytes() for one in found)), source
    )


def _file(folder: Path, row: dict[str, str]) -> Path:
    file = (folder / row["path"]).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise BadInput(f"{row['path']} lies outside {folder}")
    if not file.exists():
        raise BadInput(f"{file} is listed in index.csv but is not there")
    return file


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
    # What is brought to areas is read once the boundaries have landed that it is brought to areas with.
    on_map = [one for one in todo if recipes[one.source_id].place]
    for some in ([one for one in todo if one not in on_map], on_map):
        for one, (answer, understood) in ahead(
            lambda one: _read(workspace, one, recipes[one.source_id]), some
        ):
            recipe = recipes[one.source_id]
            begun = recorder.look(answer, one.landed_at, recipe, understood)
            look = recorder.record(replace(begun, accepted=accept), recipe, understood)
            looks.append(look)
            if progress:
                progress(look)
        recorder.commit()
    return looks


def _read(
    workspace: Workspace, one: Recorded, recipe: Recipe
) -> tuple[Answer, Understood | TilannekuvaError]:
    answer, grounds = one.answer(), grounds_of(workspace, recipe, one.landed_at)
    return answer, read(recipe, answer.pages or (answer.body,), one.landed_at, grounds=grounds)


def read(
    recipe: Recipe, pages: tuple[bytes, ...], landed_at: datetime, *, grounds: Sequence[Ground] = ()
) -> Understood | TilannekuvaError:
    """Understand an answer in a limited child; an error is what came of it, not an end."""
    try:
        with handed(recipe.fetch, pages) as given:
            return limited(understand, recipe, given, landed_at, grounds=grounds)
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
