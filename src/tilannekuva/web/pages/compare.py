"""Places side by side, by the same definition."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages.frame import Frame, View, frame


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Places side by side, by the same definition."""

    frame: Frame
    title: str


def compare_page(view: View) -> ComparePage:
    """Make the page."""
    return ComparePage(frame(view), view.language.text("Compare"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data."""
    return [{"picture": view.picture.id}]
