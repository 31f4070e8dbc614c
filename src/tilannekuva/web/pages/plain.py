"""The situation in plain language."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages.frame import Frame, View, frame


@dataclass(frozen=True, slots=True)
class PlainPage:
    """The situation in plain language."""

    frame: Frame
    title: str


def plain_page(view: View) -> PlainPage:
    """Make the page."""
    return PlainPage(frame(view), view.language.text("Plain language"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data."""
    return [{"picture": view.picture.id}]
