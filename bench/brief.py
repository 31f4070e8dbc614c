"""The brief in three languages, from a workspace's store to the bytes, in one process.

    python bench/brief.py

Goal: 3 seconds for all three, the first one with all that is loaded for it.
"""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from serving import exercise
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web import brief

GOAL = 3.0
LANGS = ("fi", "sv", "en")


def main() -> None:
    """Print the seconds of each brief and of all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "workspace"
        exercise(folder, 30)
        workspace, now = Workspace(folder), datetime.now(UTC)
        reader, taken = Reader(workspace, now), []
        for lang in LANGS:
            begun = time.perf_counter()
            _, body = brief.of(reader, brief.Wanted(None, lang, now, rewound=False), "pdf")
            taken.append(time.perf_counter() - begun)
            print(f"{lang}: {taken[-1]:.2f} s, {len(body) / 1000:.0f} kB")
    print(f"all three: {sum(taken):.2f} s (goal {GOAL})")


if __name__ == "__main__":
    main()
