"""Verify misses nothing that was ever landed and named."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from intake import landed, recipe, sample

from tilannekuva.domain.looks import Answer
from tilannekuva.flows.recording import Recorder
from tilannekuva.flows.upkeep import verify
from tilannekuva.flows.workspace import Workspace

SOURCE = "hs-tests"


def first_definition(workspace: Workspace) -> str:
    """Name the landing of a definition that another has followed."""
    before = workspace.ledger.definitions()["indicator", "cases"].sha256
    text = workspace.texts()["indicator", "cases"]
    (workspace.folder / "indicators" / "cases.toml").write_text(text + "\n# mended\n", encoding="utf-8")
    with workspace.writing("test"):
        workspace.define(landed(SOURCE) + timedelta(days=9999))
    return before


def second_page(workspace: Workspace) -> str:
    """Name the landing of an answer's second page."""
    pages = (sample(SOURCE), sample(SOURCE) + b" ")
    recorder = Recorder(workspace)
    with workspace.writing("test"):
        look = recorder.look(Answer(SOURCE, b"", pages=pages), landed(SOURCE), recipe(SOURCE))
        recorder.record(look, recipe(SOURCE), None)
    return workspace.landing.keep(pages[1])


@pytest.mark.parametrize("name", [first_definition, second_page])
def test_a_landing_that_is_gone_is_missed(workspace: Workspace, name: Callable[[Workspace], str]):
    gone = name(workspace)
    assert verify(workspace) == []

    (workspace.landing.folder / gone[:2] / gone).unlink()

    assert [fault for fault in verify(workspace) if gone in fault]
