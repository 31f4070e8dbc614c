"""Run every bench: `./dev bench`."""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
RECORDED = HERE.parent.parent / "shared"


def main() -> None:
    """Run the benches; those of recorded data only where it is there."""
    subprocess.run([sys.executable, str(HERE / "pages.py")], check=True)
    if not (RECORDED / "tools" / "replay.py").exists():
        print("no recorded data beside the project: the replay is not measured")
        return
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, str(RECORDED / "tools" / "replay.py"), str(RECORDED / "data"), name]
        subprocess.run(command, check=True, capture_output=True)
        subprocess.run([sys.executable, str(HERE / "replay.py"), name], check=True)


if __name__ == "__main__":
    main()
