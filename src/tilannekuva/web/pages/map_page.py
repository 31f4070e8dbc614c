"""The map: any indicator at any level, day by day."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages.frame import Frame, View, frame


@dataclass(frozen=True, slots=True)
class MapPage:
    """The map: any indicator at any level, day by day."""

    frame: Frame
    title: str


def map_page(view: View) -> MapPage:
    """Make the page."""
    return MapPage(frame(view), view.language.text("Map"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data."""
    return [{"picture": view.picture.id}]
