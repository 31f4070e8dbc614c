"""The law of the inbox: what is delivered is recorded once it is whole, and nothing is lost."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from delivered import AT, SOURCE, Box, city, prepare

from tilannekuva.domain.looks import Answer, Look
from tilannekuva.errors import NoAnswer
from tilannekuva.flows.health import due_at
from tilannekuva.flows.inbox import REFUSED, TAKEN, Inbox
from tilannekuva.flows.update import Runner, due, update
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe

NEVER = Event()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("inbox") / "workspace")


@pytest.fixture
def box(prepared: Path, tmp_path: Path) -> Iterator[Box]:
    """Give the inbox of a fresh workspace."""
    shutil.copytree(prepared, tmp_path / "workspace")
    workspace = Workspace(tmp_path / "workspace")
    with workspace.writing("test"):
        yield Box(workspace)
    workspace.close()


def test_a_file_that_lies_still_is_recorded_and_put_away(box: Box):
    """It is known from the instant at which it was recorded, not from its own time."""
    path = box.drop("tapaukset.csv", city("Tampere", 5, 7))
    os.utime(path, (0, 0))

    (look,) = box.turn()

    assert (look.outcome, look.rows, look.news, look.landed_at) == ("ok", 2, 2, box.now)
    assert box.value("837") == 7
    assert box.lies() == {"done": ["tapaukset.csv"]}


@pytest.mark.parametrize(("seconds", "glances"), [(1, 4), (3, 3)])
def test_a_file_that_grows_is_left_until_it_lies_still(box: Box, seconds: int, glances: int):
    """A slow upload is not taken for a whole one, however seldom somebody looks."""
    inbox, whole = Inbox(box.workspace, lambda: box.now), city("Tampere", 5, 7)
    taken = []
    for end in (30, 40, len(whole), len(whole), len(whole)):
        box.drop("tapaukset.csv", whole[:end])
        os.utime(box.folder / "tapaukset.csv", (0, min(end, 41)))  # rewritten, though no second passed
        box.wait(seconds)
        taken.append([one.id for one in inbox.waiting()])

    assert [[]] * glances + [[SOURCE]] * (5 - glances) == taken


@pytest.mark.parametrize(
    "name", [".a.csv", "~$a.xlsx", "a.csv.tmp", "a.csv.PART", "a.crdownload", "a.filepart", "Thumbs.db"]
)
def test_what_is_on_its_way_or_nobodys_is_left_alone(box: Box, name: str):
    """Sync tools, browsers and spreadsheets write beside the file they mean."""
    box.drop(name, city("Tampere", 5))

    assert (box.turn(), box.names("")) == ([], [name])


def test_the_oldest_is_taken_first(box: Box):
    """So a correction is not overtaken by what it corrects."""
    for name, value, age in (("b.csv", 1, 20), ("a.csv", 3, 0), ("c.csv", 2, 10)):
        path = box.drop(name, city("Tampere", value))
        os.utime(path, (AT.timestamp() - age,) * 2)

    assert [look.url.partition(" ")[2] for look in box.turn()] == ["b.csv", "c.csv", "a.csv"]
    assert box.value("837") == 3


def test_a_refused_delivery_stops_no_other_city(box: Box):
    """Each file stands for itself; the refused one lies beside the reason."""
    cities = {"nokia": city("Nokia", 1), "turku": b"<html>Huoltokatko</html>", "tampere": city("Tampere", 5)}
    for nth, (name, body) in enumerate(cities.items()):
        os.utime(box.drop(f"{name}.csv", body), (nth, nth))

    assert [look.outcome for look in box.turn()] == ["ok", "refused", "ok"]
    assert (box.value("536"), box.value("837")) == (1, 5)
    assert box.lies() == {"done": ["nokia.csv", "tampere.csv"], "refused": ["turku.csv", "turku.csv.txt"]}
    (reason,) = (box.folder / REFUSED).glob("*.txt")
    assert "refused: expected CSV, got a web page" in reason.read_text()


def test_a_city_that_delivers_later_takes_nothing_back_from_another(box: Box):
    """Turku's sheet ends a week before Tampere's, and holds none of Tampere's rows."""
    box.drop("tampere.csv", city("Tampere", 5, 7, last=14))
    box.turn()
    box.drop("turku.csv", city("Turku", 2, last=7))
    (look,) = box.turn()

    assert (look.outcome, look.withdrawn) == ("ok", 0)
    assert (box.value("837"), box.value("853", 7)) == (7, 2)


def test_the_same_bytes_again_are_no_news(box: Box):
    box.drop("tapaukset.csv", city("Tampere", 5))
    box.turn()
    box.drop("tapaukset.csv", city("Tampere", 5))

    assert [look.outcome for look in box.turn()] == ["unchanged"]
    assert box.lies() == {"done": ["tapaukset.csv"] * 2}


NOWHERE = {
    "no-such-source": "no source is called 'no-such-source'",
    "hs-tests": "hs-tests is asked, not sent",
    "police-weekly": "police-weekly is not among the sources in tilannekuva.toml",
}


@pytest.mark.parametrize(("source", "why"), NOWHERE.items())
def test_a_file_for_nobody_is_refused_and_told(
    box: Box, caplog: pytest.LogCaptureFixture, source: str, why: str
):
    """There is no source whose look could tell of it, so the log does, and a text beside it."""
    other = Box(box.workspace, source)
    other.drop("a.csv", b"a\n")

    assert (box.turn(), box.turn()) == ([], [])
    assert other.lies() == {"refused": ["a.csv", "a.csv.txt"]}
    assert [why in one.getMessage() for one in caplog.records] == [True]


def test_a_file_in_no_queue_is_told_once(box: Box, caplog: pytest.LogCaptureFixture):
    inbox = Inbox(box.workspace, lambda: box.now)
    box.drop("../a.csv", b"a\n")
    inbox.waiting()
    inbox.waiting()

    assert [one.getMessage() for one in caplog.records] == [
        "inbox: a.csv lies in no queue: put it into inbox/<source>/"
    ]


def test_the_queues_are_there_before_anybody_delivers(box: Box):
    box.turn()

    assert [one.name for one in (box.workspace.folder / "inbox").iterdir()] == [SOURCE]


def test_a_link_is_not_followed(box: Box):
    """Whoever may deliver may not read other files of ours."""
    box.turn()
    (box.folder / "a.csv").symlink_to(box.workspace.folder / "tilannekuva.toml")

    assert (box.turn(), box.names("")) == ([], ["a.csv"])


def test_a_delivery_too_large_is_not_read(box: Box):
    path = box.drop("a.csv", b"")
    os.truncate(path, 2 << 30)

    (look,) = box.turn()

    assert (look.outcome, look.message.partition(" ")[2]) == ("failed", "a.csv holds more than 1 MB")
    assert box.lies() == {"refused": ["a.csv", "a.csv.txt"]}


@pytest.mark.parametrize(
    "name", ["ä" * 127, "a\nb.csv", " ; rm -rf ~.csv", "r20210315-120000-0123456789ab a.csv"]
)
def test_any_name_is_a_name(box: Box, name: str):
    """Also one that fills its folder's entry, or that bears an old receipt: the new one replaces it."""
    box.drop(name, city("Tampere", 5))

    (look,) = box.turn()

    assert look.outcome == "ok"
    assert look.url.startswith("inbox:r2")
    assert look.url.isprintable()
    assert look.url.count("r20210315") == 0


def test_the_next_file_of_the_same_name_is_not_lost(box: Box):
    """It may come at any moment while the first is read."""
    box.drop("a.csv", city("Tampere", 5))
    inbox = Inbox(box.workspace, lambda: box.now)
    inbox.waiting()
    box.wait(2)
    (recipe,) = inbox.waiting()
    inbox.answer(recipe)
    box.drop("a.csv", city("Tampere", 6))

    assert [look.outcome for look in box.turn()] == ["ok", "ok"]
    assert box.value("837") == 6


def test_a_taken_file_that_somebody_still_writes_is_read_again(box: Box):
    """Its first look may hold half of it; what came after is not put away unread."""
    box.drop("a.csv", city("Tampere", 5))
    inbox = Inbox(box.workspace, lambda: box.now)
    inbox.waiting()
    box.wait(2)
    (recipe,) = inbox.waiting()
    answer = inbox.answer(recipe)
    (taken,) = (box.folder / TAKEN).iterdir()
    taken.write_bytes(city("Tampere", 5, 6))
    inbox.settle(Look(1, SOURCE, AT, "ok", url=answer.url))

    assert [look.rows for look in box.turn()] == [2]


def test_what_was_refused_may_be_accepted(box: Box):
    """As the message says: `update --source … --accept` takes the answer that was refused last once more."""
    days = [100] * 14
    box.drop("a.csv", city("Tampere", *days))
    box.now += timedelta(days=40)  # the days are long settled
    box.turn()
    box.drop("b.csv", city("Tampere", *(10 * value for value in days)))
    (refused,) = box.turn()
    (accepted,) = box.turn(SOURCE, accept=True)

    assert (refused.outcome, "update --source city-cases --accept" in refused.message) == ("refused", True)
    assert (accepted.outcome, accepted.accepted, box.value("837")) == ("ok", True, 1000)
    assert box.lies() == {"done": ["a.csv", "b.csv"]}


def test_accepting_without_a_refusal_takes_nothing(box: Box):
    box.drop("a.csv", city("Tampere", 5))
    box.turn()

    assert box.turn(SOURCE, accept=True) == []


def test_only_the_sources_that_are_named_are_emptied(box: Box):
    box.drop("a.csv", city("Tampere", 5))

    assert box.turn("hs-tests") == []
    assert [look.outcome for look in box.turn(SOURCE)] == ["ok"]


def nobody(recipe: Recipe, _: Look | None) -> Answer:
    raise NoAnswer(f"{recipe.id} was asked")


def test_what_is_sent_is_never_asked_for(box: Box):
    """Neither by the runner nor by name: a source that has sent nothing yet has not failed."""
    recipe = box.workspace.source(SOURCE).model_copy(update={"every": timedelta(hours=1)})

    assert due_at(box.workspace, recipe, None) is None
    assert SOURCE not in [one.id for one in due(box.workspace, AT)]
    assert update(box.workspace, [recipe], ask=nobody, clock=lambda: AT) == []


def test_the_runner_takes_what_comes(box: Box):
    """While it asks others: one that fails delays no delivery."""
    runner = Runner(box.workspace, nobody, clock=lambda: box.now)
    box.drop("a.csv", city("Tampere", 5))
    runner.receive()
    box.wait(3)
    runner.begin()
    runner.receive()
    runner.record(30, NEVER)

    assert {look.source_id: look.outcome for look in box.workspace.ledger.looks()} == {
        "hs-tests": "failed", SOURCE: "ok",
    }  # fmt: skip
    assert box.lies() == {"done": ["a.csv"]}


# A kill at any point leaves the file in the queue or its look recorded; the next turn ends the work.


class Killed(BaseException):
    """What a kill is for a process: nothing that is written to run afterwards can undo it."""


def killed_at(nth: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Kill at the nth call that makes something durable, before or after it; give how many there were."""
    calls = 0

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the call takes
            nonlocal calls
            calls += 1
            if calls == nth:
                raise Killed
            real(*given, **named)
            calls += 1
            if calls == nth:
                raise Killed

        return call

    for name in ("fsync", "rename", "mkdir"):
        monkeypatch.setattr(os, name, watched(getattr(os, name)))
    return lambda: calls


def kills(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, Box]]:
    """Yield a workspace for each point of a turn at which it was killed, and turned once more."""
    for nth in range(1, 200):
        shutil.copytree(prepared, tmp_path / f"{nth}")
        workspace = Workspace(tmp_path / f"{nth}")
        with workspace.writing("test"):
            box = Box(workspace)
            box.drop("a.csv", city("Tampere", 5))
            with monkeypatch.context() as patch:
                count = killed_at(nth, patch)
                with suppress(Killed):
                    box.turn()
                done = count() < nth
            box.turn()
            yield nth, box
        workspace.close()
        if done:
            return


def test_no_kill_loses_a_delivery(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is recorded once, put away once, and known as if nothing had happened."""
    seen = []
    for nth, box in kills(prepared, tmp_path, monkeypatch):
        outcomes = [look.outcome for look in box.workspace.ledger.looks()]
        seen.append(nth)
        assert outcomes == ["ok"], nth
        assert (box.value("837"), box.lies()) == (5, {"done": ["a.csv"]}), nth

    assert len(seen) > 30
