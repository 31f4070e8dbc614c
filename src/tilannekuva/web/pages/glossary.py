"""The words of the picture."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages.frame import Frame, View, frame


@dataclass(frozen=True, slots=True)
class GlossaryPage:
    """The words of the picture."""

    frame: Frame
    title: str


def glossary_page(view: View) -> GlossaryPage:
    """Make the page."""
    return GlossaryPage(frame(view), view.language.text("Glossary"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data."""
    return [{"picture": view.picture.id}]
