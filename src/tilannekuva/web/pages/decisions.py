"""The decisions of the area and of all it belongs to."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages.frame import Frame, View, frame


@dataclass(frozen=True, slots=True)
class DecisionsPage:
    """The decisions of the area and of all it belongs to."""

    frame: Frame
    title: str


def decisions_page(view: View) -> DecisionsPage:
    """Make the page."""
    return DecisionsPage(frame(view), view.language.text("Decisions"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data."""
    return [{"picture": view.picture.id}]
