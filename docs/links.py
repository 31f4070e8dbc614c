"""Say which links between our documents lead nowhere."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def broken() -> list[str]:
    """Give each broken link with the file it stands in."""
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    found = [(file, target) for file in files for target in LINK.findall(file.read_text(encoding="utf-8"))]
    lost = [(file, target) for file, target in found if not (file.parent / target).exists()]
    return [f"{file.relative_to(ROOT)}: {target}" for file, target in lost]


if __name__ == "__main__":
    lost = broken()
    print("\n".join(lost) or "all links lead somewhere")
    sys.exit(bool(lost))
