"""A process that test_crash kills: it replays recordings and says what it has committed."""

import os
from itertools import islice
from pathlib import Path

from tilannekuva.flows.replay import recordings, replay
from tilannekuva.flows.workspace import Workspace

_AT_ONCE = 2


def run(folder: Path, answers: Path, acknowledged: Path) -> None:
    """Replay answers two by two; write the numbers of each two once they are committed."""
    workspace = Workspace(folder)
    todo = iter(recordings(answers))
    handle = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with workspace.writing("replay"):
        while some := list(islice(todo, _AT_ONCE)):
            for look in replay(workspace, some):
                os.write(handle, f"{look.seq}\n".encode())
    os.close(handle)
    workspace.close()
