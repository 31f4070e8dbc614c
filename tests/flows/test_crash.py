"""A hundred kills: what was acknowledged is there whole, and the work goes on where it stopped."""

import csv
import multiprocessing
import random
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from replayer import ACKNOWLEDGED, run

from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.looks import Look
from tilannekuva.domain.observations import Observation
from tilannekuva.flows import exercise
from tilannekuva.flows.upkeep import init, verify
from tilannekuva.flows.workspace import Workspace

N_KILLS = 100
SECONDS = 1.0  # a kill comes within this time of the start, at a random moment
FIRST = date(2026, 2, 20)
SOURCES = ("hs-hospital", "hs-tests", "thl-cases-country")
State = tuple[list[Look], list[Observation]]
_context = multiprocessing.get_context("forkserver")


class Scene(NamedTuple):
    """Answers on disk and the state that an undisturbed replay of them leaves."""

    answers: Path
    state: State


def write_answers(folder: Path) -> Path:
    """Write simulated answers as recordings."""
    made = exercise.answers(seed=3, first=FIRST, last=FIRST + timedelta(24), since=FIRST + timedelta(17))
    index = [("source", "landed_at", "path", "url")]
    folder.mkdir()
    for nth, one in enumerate(made):
        if one.source_id in SOURCES:
            (folder / str(nth)).write_bytes(one.body)
            index.append((one.source_id, stamp(one.landed_at), str(nth), one.url))
    with (folder / "index.csv").open("w", newline="") as opened:
        csv.writer(opened).writerows(index)
    return folder


def fresh(folder: Path) -> Path:
    init(folder, template="corona", areas=["837"])
    return folder


def state(folder: Path) -> State:
    """Give what a workspace holds, but for the definitions' own instants."""
    workspace = Workspace(folder)
    found = workspace.ledger.looks(), workspace.store.revisions()
    workspace.close()
    return found


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("crash")
    answers = write_answers(folder / "answers")
    run(fresh(folder / "undisturbed"), answers, bool)
    return Scene(answers, state(folder / "undisturbed"))


def is_killed(folder: Path, answers: Path, seconds: float) -> bool:
    """Kill a replay after a while; False when it had ended by itself."""
    begun = _context.Event()
    process = _context.Process(target=run, args=(folder, answers, begun.set))
    process.start()
    assert begun.wait(60)
    time.sleep(seconds)
    process.kill()
    process.join()
    return process.exitcode != 0


def is_whole(folder: Path) -> None:
    """Check what a kill left: all that was acknowledged, each look with its rows, nothing twice."""
    workspace = Workspace(folder)
    looks, rows = workspace.ledger.looks(), workspace.store.revisions()
    said = folder / ACKNOWLEDGED
    acknowledged = [int(line) for line in said.read_text().split()] if said.exists() else []
    assert acknowledged == sorted(set(acknowledged))
    assert set(acknowledged) <= {look.seq for look in looks}
    held = Counter(row.look for row in rows)
    assert {look.seq: held[look.seq] for look in looks} == {look.seq: look.news for look in looks}
    assert held.keys() <= {look.seq for look in looks}
    assert len({(row.source, row.key, row.known_at) for row in rows}) == len(rows)
    assert sum(segment.rows for segment in workspace.ledger.segments()) == len(rows)
    assert verify(workspace) == []
    workspace.close()


def traces(folder: Path) -> tuple[int, int]:
    """Count the files that kills left in the middle of writing, and after writing before the commit."""
    workspace = Workspace(folder)
    named = {one.name for one in workspace.ledger.segments()}
    named |= set(workspace.ledger.retired(workspace.ledger.looks()[-1].landed_at.replace(year=9999)))
    workspace.close()
    temporary = sum(1 for _ in folder.rglob(".new-*"))
    return temporary, sum(path.name not in named for path in (folder / "segments").glob("*.parquet"))


def test_a_hundred_kills(scene: Scene, tmp_path: Path):
    """After each of a hundred kills all is whole; each replay ends as if it had never been disturbed."""
    dice = random.Random(7)  # noqa: S311 - dice, no secret
    kills, ends, left = 0, 0, Counter[str]()
    folder = fresh(tmp_path / "0")
    while kills < N_KILLS:
        if is_killed(folder, scene.answers, dice.uniform(0, SECONDS)):
            kills += 1
            is_whole(folder)
            continue
        ends += 1
        assert state(folder) == scene.state
        left += Counter(dict(zip(("temporary", "unnamed"), traces(folder), strict=True)))
        folder = fresh(tmp_path / str(ends))
    run(folder, scene.answers, bool)
    assert state(folder) == scene.state
    print(f"{kills} kills, {ends} replays ended, files left: {dict(left)}")  # noqa: T201 - pytest -s shows it
