"""The accessibility statement."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages.frame import Frame, View, frame


@dataclass(frozen=True, slots=True)
class AccessibilityPage:
    """The accessibility statement."""

    frame: Frame
    title: str


def accessibility_page(view: View) -> AccessibilityPage:
    """Make the page."""
    return AccessibilityPage(frame(view), view.language.text("Accessibility"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data."""
    return [{"picture": view.picture.id}]
