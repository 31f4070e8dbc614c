"""An area: all its indicators, theme by theme."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages.frame import Frame, View, frame


@dataclass(frozen=True, slots=True)
class AreaPage:
    """An area: all its indicators, theme by theme."""

    frame: Frame
    title: str


def area_page(view: View) -> AreaPage:
    """Make the page."""
    return AreaPage(frame(view), view.language.text("All indicators"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data."""
    return [{"picture": view.picture.id}]
