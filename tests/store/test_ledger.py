"""The ledger: one writer at a time, all or nothing, and time that never runs backwards."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tilannekuva.domain.looks import Look
from tilannekuva.errors import Busy, Damaged
from tilannekuva.flows.recording import Recorder
from tilannekuva.flows.workspace import Workspace
from tilannekuva.store.ledger import LEASE, Definition, Ledger, Segment

NOW = datetime(2021, 3, 4, 12, tzinfo=UTC)
SECOND, HOUR, TICK = timedelta(seconds=1), timedelta(hours=1), timedelta(microseconds=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(file: Path) -> Iterator[Ledger]:
    made = Ledger(file)
    yield made
    made.close()


@pytest.fixture
def other(file: Path, ledger: Ledger) -> Iterator[Ledger]:
    """Give another way to the same file, as another process has it."""
    assert ledger.segments() == []
    made = Ledger(file)
    yield made
    made.close()


def look(seq: int, at: datetime = NOW, source_id: str = "a", **more: object) -> Look:
    return Look(seq, source_id, at, **{"outcome": "ok", **more})  # type: ignore[arg-type] # fields by name


def dead_holder(file: Path) -> None:
    """Let another process take the right to write and die without giving it back."""
    code = f"""
import os
from datetime import UTC, datetime
from pathlib import Path
from tilannekuva.store.ledger import Ledger
Ledger(Path({str(file)!r})).lease("serve", datetime.now(UTC))
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9


def test_a_second_holder(ledger: Ledger, other: Ledger):
    """Who comes second is told who writes, and what to do."""
    ledger.lease("serve", NOW)
    with pytest.raises(Busy, match=r"^serve@.+:\d+ is updating this workspace; wait until"):
        other.lease("update", NOW + LEASE - SECOND)


def test_given_back(ledger: Ledger, other: Ledger):
    """A right that was given back is there for the next at once."""
    ledger.release(ledger.lease("serve", NOW))
    assert other.lease("update", NOW) == 2


def test_a_dead_holder(file: Path, ledger: Ledger):
    """The right of a process that died is taken over at once."""
    dead_holder(file)
    assert ledger.lease("update", datetime.now(UTC)) == 2


def test_expired(ledger: Ledger, other: Ledger):
    """A right that was not renewed in time may be taken, not a moment earlier."""
    ledger.lease("serve", NOW)
    with pytest.raises(Busy):
        other.lease("update", NOW + LEASE - TICK)
    assert other.lease("update", NOW + LEASE) == 2


def test_renewed(ledger: Ledger, other: Ledger):
    """Renewing keeps the right for another while, and so does each commit."""
    fence = ledger.lease("serve", NOW)
    ledger.renew(fence, NOW + 40 * SECOND)
    with pytest.raises(Busy):
        other.lease("update", NOW + 70 * SECOND)
    ledger.commit(fence, at=NOW + 80 * SECOND)
    with pytest.raises(Busy):
        other.lease("update", NOW + 120 * SECOND)
    assert other.lease("update", NOW + 140 * SECOND) == fence + 1


def test_fencing(ledger: Ledger, other: Ledger):
    """A writer whose right was taken over can do nothing more, however late it wakes up."""
    fence = ledger.lease("serve", NOW)
    newer = other.lease("update", NOW + LEASE)
    text = Definition("recipe", "a", "abc", NOW)
    for deed in (
        lambda: ledger.commit(fence, looks=[look(1)], new=[Segment("s", "abc", 1)], at=NOW),
        lambda: ledger.define(fence, [text]),
        lambda: ledger.renew(fence, NOW),
    ):
        with pytest.raises(Busy, match="taken over"):
            deed()
    ledger.release(fence)  # gives back nothing: it is another's
    other.commit(newer, looks=[look(1)], at=NOW)
    assert (ledger.looks(), ledger.segments(), ledger.definitions()) == ([look(1)], [], {})


def test_no_right_no_commit(ledger: Ledger):
    """Without the right to write nothing is written."""
    with pytest.raises(Busy):
        ledger.commit(0, looks=[look(1)], at=NOW)
    fence = ledger.lease("update", NOW)
    ledger.release(fence)
    with pytest.raises(Busy):
        ledger.commit(fence, looks=[look(1)], at=NOW)
    assert ledger.looks() == []


def test_all_or_nothing(ledger: Ledger):
    """Of a commit that fails nothing is there: one look at a source at an instant, once."""
    fence = ledger.lease("update", NOW)
    ledger.commit(fence, looks=[look(1)], new=[Segment("one", "1", 1)], at=NOW)
    twice = [look(2, NOW + HOUR), look(3, NOW)]
    with pytest.raises(sqlite3.IntegrityError):
        ledger.commit(fence, looks=twice, new=[Segment("two", "2", 1)], old=["one"], at=NOW)
    assert ledger.looks() == [look(1)]
    assert ledger.segments() == [Segment("one", "1", 1)]


def test_a_look_is_read_as_it_was_written(ledger: Ledger):
    """Every field of a look comes back, instants to the microsecond."""
    full = Look(7, "a", NOW + TICK, "partial", "s", "u", "m", "e", "l", "d", 5, 3, 1, True, "why", NOW + HOUR)  # noqa: FBT003 - a row as it stands
    ledger.commit(ledger.lease("update", NOW), looks=[full], at=NOW)
    assert ledger.looks() == [full]
    assert ledger.next_seq() == 8


def test_last_looks(ledger: Ledger):
    """The last look, the last good one and the last with news are told apart, as known at an instant."""
    looks = [
        look(1, news=3),
        look(2, NOW + HOUR, outcome="unchanged"),
        look(3, NOW + 2 * HOUR, outcome="failed"),
    ]
    ledger.commit(ledger.lease("update", NOW), looks=[*looks, look(4, source_id="b")], at=NOW)
    found = ledger.last_look("a"), ledger.last_look("a", outcomes=("ok", "unchanged"))
    assert (*found, ledger.last_look("a", news=True)) == (looks[2], looks[1], looks[0])
    assert ledger.last_look("a", as_of=NOW + HOUR) == looks[1]
    assert ledger.last_look("a", as_of=NOW - TICK) is None
    assert (ledger.failures("a"), ledger.failures("b")) == (1, 0)
    assert ledger.looks("a", as_of=NOW + HOUR) == looks[:2]


def test_the_clock_set_back(workspace: Workspace):
    """A landing is dated just after the one before it when the clock was set back."""
    with workspace.writing("test"):
        workspace.ledger.commit(workspace.store.fence, looks=[look(1, source_id="hs-tests")], at=NOW)
    recorder = Recorder(workspace)
    found = [recorder.instant("hs-tests", at) for at in (NOW - HOUR, NOW, NOW + HOUR)]
    assert found == [NOW + TICK, NOW + TICK, NOW + HOUR]
    assert recorder.instant("hs-hospital", NOW - HOUR) == NOW - HOUR


def test_a_newer_ledger(file: Path, ledger: Ledger):
    """A ledger that a newer version wrote is not touched."""
    ledger.close()
    with sqlite3.connect(file) as raw:
        raw.execute("pragma user_version = 2")
    raw.close()
    with pytest.raises(Damaged, match="format 2, this version reads 1"):
        Ledger(file)


def test_no_ledger(file: Path):
    """A file that is no ledger is damage, not a fault of the program."""
    file.write_bytes(b"Good morning! " * 100)
    with pytest.raises(Damaged, match="restore it from a backup"):
        Ledger(file)


def test_half_made(file: Path):
    """A ledger whose maker died before it had tables is made again."""
    file.write_bytes(b"")
    ledger = Ledger(file)
    assert ledger.looks() == []
    ledger.close()


def test_made_by_many_at_once(file: Path):
    """Many that open a new workspace at once make one ledger."""
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(Ledger, [file] * 8))
    assert [ledger.looks() for ledger in made] == [[]] * 8
    for ledger in made:
        ledger.close()


def test_definitions(ledger: Ledger):
    """A definition holds from when it became known, the first for all time before, a removed one no more."""
    texts = [
        Definition("recipe", "a", "first", NOW),
        Definition("recipe", "a", "second", NOW + HOUR),
        Definition("recipe", "a", "", NOW + 2 * HOUR),
        Definition("indicator", "a", "other", NOW),
    ]
    ledger.define(ledger.lease("update", NOW), texts)
    instants = [NOW - HOUR, NOW, NOW + HOUR - TICK, NOW + HOUR, NOW + 2 * HOUR, None]
    found = [ledger.definitions(as_of=at).get(("recipe", "a")) for at in instants]
    assert found == [texts[0], texts[0], texts[0], texts[1], None, None]
    assert ledger.definitions()["indicator", "a"] == texts[3]
