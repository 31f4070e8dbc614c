"""How messages speak of an answer: what it held, and what is to be done."""

from typing import Any

AGAIN = "; it is asked again at its next turn"
CHANGED = "; if the source has changed for good, change the recipe"
_SHOWN = 60


def quoted(raw: Any) -> str:  # noqa: ANN401 - whatever the source wrote
    """Give what a source wrote as a message may carry it: in quotes, printable, 60 characters at most."""
    shown = str(raw)
    short = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
    return "'" + "".join(one if one.isprintable() else "\ufffd" for one in short) + "'"
