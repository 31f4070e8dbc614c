"""The briefs: the newest, the archive, the texts of the sectors."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages.frame import Frame, View, frame


@dataclass(frozen=True, slots=True)
class BriefPage:
    """The briefs: the newest, the archive, the texts of the sectors."""

    frame: Frame
    title: str


def brief_page(view: View) -> BriefPage:
    """Make the page."""
    return BriefPage(frame(view), view.language.text("Brief"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data."""
    return [{"picture": view.picture.id}]
