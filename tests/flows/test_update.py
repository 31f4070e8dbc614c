"""The law of update: many are asked at once, each is recorded as it comes, none harms another."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from intake import HOUR, landed, recipe, sample
from service import RECIPE, Handler, Service, serving

from tilannekuva.domain.looks import Answer, Look
from tilannekuva.errors import Busy, NoAnswer
from tilannekuva.flows import child
from tilannekuva.flows.update import ask_with, update
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe
from tilannekuva.sources.transport import Transport

NAMES = ("hs-tests", "hs-hospital", "thl-cases-district", "hs-cases-district")
AT = landed("hs-cases-district")


@pytest.fixture
def writing(workspace: Workspace) -> Iterator[Workspace]:
    """Give a workspace that may be written to."""
    with workspace.writing("test"):
        yield workspace


def answer(one: Recipe, _: Look | None = None) -> Answer:
    """Answer with the sample."""
    return Answer(one.id, sample(one.id))


def test_a_slow_and_a_broken_source_delay_nobody(writing: Workspace):
    """The others are recorded while the slow one still thinks."""
    others_done = threading.Event()
    seen: list[str] = []

    def ask(one: Recipe, _: Look | None) -> Answer:
        if one.id == "hs-tests":
            assert others_done.wait(20)
        if one.id == "hs-hospital":
            raise NoAnswer("hs-hospital answered 500")
        return answer(one)

    def progress(look: Look) -> None:
        seen.append(look.source_id)
        if len(writing.ledger.looks()) == 3:
            others_done.set()

    looks = update(writing, map(recipe, NAMES), ask=ask, clock=lambda: AT, progress=progress)

    assert seen[-1] == "hs-tests"
    assert {look.source_id: look.outcome for look in looks} == {
        "hs-hospital": "failed", "hs-tests": "ok", "thl-cases-district": "ok", "hs-cases-district": "ok",
    }  # fmt: skip


def test_a_recipe_that_hangs_the_reader_costs_one_answer(writing: Workspace, monkeypatch: pytest.MonkeyPatch):
    """Killed within its limits, refused, and the others go on."""
    monkeypatch.setattr(child, "SECONDS", 2)
    bomb = "select count(*) as area from raw, range(10000000) a, range(10000000) b"
    bad = recipe("hs-tests")
    bad = bad.model_copy(update={"series": (bad.series[0].model_copy(update={"sql": bomb}),)})

    looks = update(writing, [bad, recipe("hs-hospital")], ask=answer, clock=lambda: AT)

    assert {look.source_id: look.outcome for look in looks} == {"hs-tests": "refused", "hs-hospital": "ok"}
    assert "reading the answer took longer than 2 seconds" in {look.message for look in looks}


def test_how_long_a_source_asks_to_wait_is_kept(writing: Workspace):
    def busy(one: Recipe, _: Look | None) -> Answer:
        raise NoAnswer(f"{one.id} answered 429", retry_after=5_400)

    (look,) = update(writing, [recipe("hs-tests")], ask=busy, clock=lambda: AT)

    assert (look.outcome, look.not_before) == ("failed", AT + 1.5 * HOUR)


def test_not_modified_is_unchanged_and_needs_no_reading(writing: Workspace):
    """The next question is asked with the same conditions as this one."""
    one = recipe("hs-tests")
    update(writing, [one], ask=lambda *_: Answer(one.id, sample(one.id), etag='"1"'), clock=lambda: AT)

    (look,) = update(
        writing, [one], ask=lambda *_: Answer(one.id, b"", not_modified=True), clock=lambda: AT + HOUR
    )

    assert (look.outcome, look.etag, look.news) == ("unchanged", '"1"', 0)


def own(service: Service, more: str = "") -> str:
    """Give the text of a recipe that asks the service."""
    return RECIPE.replace("@url", service.url).replace("@more", more)


def test_a_source_is_asked_over_the_network_and_its_key_is_stored_nowhere(
    writing: Workspace, monkeypatch: pytest.MonkeyPatch
):
    """Header sent; no file of the workspace holds it."""
    monkeypatch.setenv("TILANNEKUVA_OWN_KEY", "s3cret-837")
    with serving(lambda one: one.give(200, b'[{"value": 7}]')) as service:
        (writing.folder / "recipes" / "own.toml").write_text(own(service, 'key = "env:TILANNEKUVA_OWN_KEY"'))
        writing.define(AT)
        with Transport(("127.0.0.0/8",)) as transport:
            ask = ask_with(transport, lambda: AT)
            (look,) = update(writing, [writing.source("own")], ask=ask, clock=lambda: AT)

    assert (look.outcome, look.news, service.asked[0][1]["authorization"]) == ("ok", 1, "s3cret-837")
    assert [
        file for file in writing.folder.rglob("*") if file.is_file() and b"s3cret" in file.read_bytes()
    ] == []


def test_an_address_inside_the_house_is_a_failed_look(writing: Workspace):
    """The ledger says why, and how to allow it."""
    with serving(lambda one: one.give(200, b"[]")) as service:
        (writing.folder / "recipes" / "own.toml").write_text(own(service))
        writing.define(AT)
        with Transport() as transport:
            ask = ask_with(transport, lambda: AT)
            (look,) = update(writing, [writing.source("own")], ask=ask, clock=lambda: AT)

    assert (look.outcome, service.asked) == ("failed", [])
    assert look.message.endswith("if that is meant, add its network to allow_networks in tilannekuva.toml")


def test_a_second_answer_is_asked_on_condition(writing: Workspace):
    """What marked the last good answer is sent back; 304 is enough of an answer, again and again."""
    one = recipe("hs-tests")

    def given(at: Handler) -> None:
        at.give(304) if "if-none-match" in at.headers else at.give(200, sample(one.id), ETag='"7"')

    with serving(given) as service, Transport(("127.0.0.0/8",)) as transport:
        here = one.model_copy(update={"fetch": one.fetch.model_copy(update={"url": service.url})})
        ask = ask_with(transport, lambda: AT)
        clocks = [lambda n=n: AT + n * HOUR for n in range(3)]
        looks = [look for clock in clocks for look in update(writing, [here], ask=ask, clock=clock)]

    assert [look.outcome for look in looks] == ["ok", "unchanged", "unchanged"]


def test_nothing_is_recorded_without_the_right_to_write(workspace: Workspace):
    with pytest.raises(Busy):
        update(workspace, [recipe("hs-tests")], ask=answer, clock=lambda: AT)

    assert workspace.ledger.looks() == []
    assert workspace.store.as_of() == []


def test_a_look_and_its_rows_appear_together(writing: Workspace):
    """Another process sees either both or none."""
    (look,) = update(writing, [recipe("hs-tests")], ask=answer, clock=lambda: AT)

    with sqlite3.connect(writing.folder / "ledger.sqlite") as other:
        (counted,) = other.execute("select sum(rows) from segment where retired_at is null").fetchone()
    assert look.news == counted == 8
    assert look.landed_at == AT
    assert timedelta(0) == look.landed_at.utcoffset()


def test_a_changed_recipe_wants_the_whole_answer_again(writing: Workspace):
    """What was read by another text is no ground for asking on condition."""
    conditions: list[Look | None] = []

    def ask(one: Recipe, good: Look | None) -> Answer:
        conditions.append(good)
        return answer(one)

    for turn in range(3):
        if turn == 2:
            text = writing.texts()["recipe", "hs-tests"]
            (writing.folder / "recipes" / "hs-tests.toml").write_text(text + "\n# mended\n", encoding="utf-8")
            writing.define(AT + timedelta(hours=turn))
        update(writing, [recipe("hs-tests")], ask=ask, clock=lambda turn=turn: AT + timedelta(hours=turn))

    assert [good is not None for good in conditions] == [False, True, False]
    assert [look.outcome for look in writing.ledger.looks()] == ["ok", "unchanged", "ok"]


def test_a_look_names_the_recipe_that_read_it(writing: Workspace):
    """Also when another text comes into force while the answer is under way."""
    before = writing.ledger.definitions()["recipe", "hs-tests"].sha256

    def ask(one: Recipe, _: Look | None) -> Answer:
        text = writing.texts()["recipe", "hs-tests"]
        (writing.folder / "recipes" / "hs-tests.toml").write_text(text + "\n# mended\n", encoding="utf-8")
        writing.define(AT)
        return answer(one)

    (look,) = update(writing, [recipe("hs-tests")], ask=ask, clock=lambda: AT)

    assert before == look.definition != writing.ledger.definitions()["recipe", "hs-tests"].sha256
