"""Replay and rebuild of the recorded past: wall and CPU seconds, peak memory.

python bench/replay.py FOLDER      a folder with index.csv, as `tilannekuva update --replay` reads it
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from tilannekuva.flows.replay import recordings, replay
from tilannekuva.flows.update import utc_now
from tilannekuva.flows.upkeep import init, rebuild
from tilannekuva.flows.workspace import Workspace


def cpu() -> float:
    """Give the CPU seconds of this process and its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(folder: Path) -> None:
    """Replay a folder twice, rebuild, print what it cost."""
    with tempfile.TemporaryDirectory() as name:
        init(Path(name) / "w", template="corona", areas=["837"])
        workspace = Workspace(Path(name) / "w")
        for what in ("replay", "again", "rebuild"):
            begun, used = time.perf_counter(), cpu()
            with workspace.writing("bench"):
                workspace.define(utc_now())
                looks = rebuild(workspace) if what == "rebuild" else replay(workspace, recordings(folder))
            wall, own = time.perf_counter() - begun, cpu() - used
            print(f"{what}: {len(looks)} looks, {wall:.1f} s wall, {own:.1f} s CPU of the recording process")
        workspace.close()
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
