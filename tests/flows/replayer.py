"""A process that test_crash kills: it replays recordings and says what it has committed."""

import os
from collections.abc import Callable
from pathlib import Path

from tilannekuva.flows.replay import recordings, replay
from tilannekuva.flows.workspace import Workspace

ACKNOWLEDGED = "acknowledged"


def run(folder: Path, answers: Path, begun: Callable[[], object]) -> None:
    """Replay answers one by one; write each look's number once it is committed."""
    begun()
    workspace = Workspace(folder)
    handle = os.open(folder / ACKNOWLEDGED, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with workspace.writing("replay"):
        for one in recordings(answers):
            for look in replay(workspace, [one]):
                os.write(handle, f"{look.seq}\n".encode())
    os.close(handle)
    workspace.close()
