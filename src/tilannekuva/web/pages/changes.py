"""What changed since an earlier instant: readings, levels, revisions, decisions, sources."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages.frame import Frame, View, frame


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """What changed since an earlier instant: readings, levels, revisions, decisions, sources."""

    frame: Frame
    title: str


def changes_page(view: View) -> ChangesPage:
    """Make the page."""
    return ChangesPage(frame(view), view.language.text("Changes"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data."""
    return [{"picture": view.picture.id}]
