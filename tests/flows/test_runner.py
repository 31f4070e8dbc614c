"""The law of the runner: due-ness is read from the ledger, so nothing is forgotten or asked too often."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from intake import HOUR, landed, recipe, sample
from listening import free_port, shown

from tilannekuva.domain.looks import Answer, Look
from tilannekuva.errors import Busy, NoAnswer
from tilannekuva.flows.child import limited
from tilannekuva.flows.health import due_at
from tilannekuva.flows.update import Runner, due
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe

AT = landed("hs-tests")
MINUTE = timedelta(minutes=1)
SOURCE = "hs-tests"
NEVER = threading.Event()


class Asked:
    """A clock and a source that a test moves, and how often the source was asked."""

    def __init__(self, workspace: Workspace) -> None:
        self.now, self.count, self.failure = AT, 0, None
        self.workspace = workspace
        self.runner = Runner(workspace, self.ask, clock=lambda: self.now)
        self.failure: NoAnswer | None

    def ask(self, one: Recipe, _: Look | None) -> Answer:
        """Answer as told; only one source is counted."""
        self.count += one.id == SOURCE
        if self.failure:
            raise self.failure
        return Answer(one.id, sample(one.id))

    def turn(self, now: datetime) -> int:
        """Take a turn at an instant and say how often the source was asked in it."""
        self.now, before = now, self.count
        self.runner.begin()
        self.runner.record(30, NEVER)
        return self.count - before

    def wait(self) -> timedelta:
        """Say how long after its last look the source is due."""
        last = self.workspace.ledger.last_look(SOURCE)
        at = due_at(self.workspace, recipe(SOURCE), last)
        assert last
        assert at
        return at - last.landed_at


@pytest.fixture
def asked(workspace: Workspace) -> Iterator[Asked]:
    """Give a runner at work on a workspace of one source."""
    file = workspace.folder / "tilannekuva.toml"
    file.write_text(f'title = "Tampere"\nareas = ["municipality:837"]\nsources = ["{SOURCE}"]\n')
    made = Workspace(workspace.folder)
    with made.writing("test"):
        yield Asked(made)
    made.close()


def test_what_was_never_asked_is_due(workspace: Workspace):
    """All but what is only sent to us."""
    known = workspace.recipes()

    assert [one.id for one in due(workspace, AT)] == [
        name for name in workspace.settings.sources if known[name].every is not None
    ]


def test_a_source_is_asked_once_in_its_time(asked: Asked):
    """Never asked: at once; within `every`: not; then again."""
    instants = [AT, AT + MINUTE, AT + 59 * MINUTE, AT + 60 * MINUTE, AT + 61 * MINUTE]

    assert [asked.turn(at) for at in instants] == [1, 0, 0, 1, 0]


def test_what_fell_due_while_down_is_asked_once(asked: Asked):
    """After sixty hours of darkness there is one question, not sixty."""
    asked.turn(AT)

    assert sum(asked.turn(AT + 60 * HOUR + n * MINUTE) for n in range(30)) == 1


def test_failures_double_the_wait_up_to_the_rhythm_of_asking(asked: Asked):
    asked.failure = NoAnswer("no route")
    waits = []
    for _ in range(9):
        asked.turn(asked.now + HOUR)
        waits.append(asked.wait() // MINUTE)

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_an_answer_ends_the_waiting(asked: Asked):
    """The next failure begins at a minute again."""
    for failure in (NoAnswer("no route"), NoAnswer("no route"), None, NoAnswer("no route")):
        asked.failure = failure
        asked.turn(asked.now + HOUR)

    assert asked.wait() == MINUTE


def test_a_source_that_asks_for_patience_is_given_it(asked: Asked):
    """Retry-After is longer than our own wait: not asked before."""
    asked.failure = NoAnswer("429", retry_after=3 * 3600)
    asked.turn(AT)
    asked.failure = None

    assert [asked.turn(AT + at) for at in (HOUR, 2.9 * HOUR, 3 * HOUR)] == [0, 0, 1]


def test_a_recipe_with_a_mistake_stops_nobody(asked: Asked, caplog: pytest.LogCaptureFixture):
    """Definitions in force go on; the mistake is told once, with file and line, and may be mended."""
    file = asked.workspace.folder / "recipes" / "own.toml"
    file.write_text('id = "own"\nrythm = "1d"\n')

    turns = [asked.turn(AT), asked.turn(AT + HOUR), asked.turn(AT + 2 * HOUR)]
    file.unlink()
    asked.turn(AT + 3 * HOUR)

    assert turns == [1, 1, 1]
    assert [
        one.getMessage().count("own.toml, line 2: rythm: this key is not known") for one in caplog.records
    ] == [1]


def test_a_runner_ends_when_told(workspace: Workspace):
    """And gives the right to write back."""
    stop = threading.Event()
    runner = Runner(workspace, lambda one, _: Answer(one.id, b""), clock=lambda: AT, pause=60)
    thread = threading.Thread(target=runner.run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(20)

    assert not thread.is_alive()
    with workspace.writing("next"):
        pass


def test_a_second_updater_is_refused(workspace: Workspace):
    """The other is named; nothing is asked."""
    with workspace.writing("serve"):
        done = run("update", "--workspace", str(workspace.folder))

    assert (done.returncode, done.stdout) == (5, "")
    assert f"serve@{socket.gethostname()}:{os.getpid()} is updating this workspace" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_runner_stops_when_another_has_taken_over(workspace: Workspace):
    """Its fence no longer holds: it writes nothing more."""
    runner = Runner(workspace, lambda one, _: Answer(one.id, b""), clock=lambda: datetime.now(UTC))
    with workspace.writing("first"):
        workspace.ledger.lease("second", datetime.now(UTC) + timedelta(hours=1))
        runner.begin()
        with pytest.raises(Busy, match="another process has taken over"):
            runner.record(30, NEVER)


def test_a_source_that_hangs_delays_no_later_turn(workspace: Workspace):
    """The others are asked again in their time; the slow one is not asked twice at once."""
    released, times = threading.Event(), Counter[str]()
    now = [AT]

    def ask(one: Recipe, _: Look | None) -> Answer:
        times[one.id] += 1
        if one.id == SOURCE:
            assert released.wait(20)
        return Answer(one.id, sample(one.id))

    runner = Runner(workspace, ask, clock=lambda: now[0])
    with workspace.writing("test"):
        for turn in range(3):
            now[0] = AT + turn * HOUR
            runner.begin()
            while len(workspace.ledger.looks("hs-hospital")) <= turn:
                runner.record(0.1, NEVER)
        released.set()
        runner.record(20, NEVER)

    assert (times[SOURCE], times["hs-hospital"]) == (1, 3)
    assert [look.outcome for look in workspace.ledger.looks(SOURCE)] == ["ok"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tilannekuva", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_child_is_never_interrupted_by_ctrl_c():
    """Not at any moment: what it is forked from is born so. The parent stays open to Ctrl-C."""
    assert signal.SIGINT in limited(signal.pthread_sigmask, signal.SIG_BLOCK, ())
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_cleanly(tmp_path: Path, ending: signal.Signals):
    """Ctrl-C reaches the whole group, children too: no traceback, and the right to write is given back."""
    folder, port = tmp_path / "demo", free_port()
    assert run("demo", "--prepare", "--days", "2", "--workspace", str(folder)).returncode == 0
    command = [sys.executable, "-m", "tilannekuva", "serve", "--workspace", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as server:
        status, _ = shown(f"http://127.0.0.1:{port}/fi/")
        os.killpg(server.pid, ending)
        said = server.communicate(timeout=60)[1]

    assert (status, "Traceback" in said) == (200, False), said
    assert server.returncode in (0, 128 + ending, -ending)
    with Workspace(folder).writing("next"):
        pass
