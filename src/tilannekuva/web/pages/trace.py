"""Where a number comes from: observation, landing, raw bytes."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages.frame import Frame, View, frame


@dataclass(frozen=True, slots=True)
class TracePage:
    """Where a number comes from: observation, landing, raw bytes."""

    frame: Frame
    title: str


def trace_page(view: View) -> TracePage:
    """Make the page."""
    return TracePage(frame(view), view.language.text("Where the number comes from"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data."""
    return [{"picture": view.picture.id}]
