"""How Power BI, Excel, QGIS, FME, R and pandas read the picture."""

from dataclasses import dataclass
from typing import Any

from tilannekuva.web.pages.frame import Frame, View, frame


@dataclass(frozen=True, slots=True)
class DataPage:
    """How Power BI, Excel, QGIS, FME, R and pandas read the picture."""

    frame: Frame
    title: str


def data_page(view: View) -> DataPage:
    """Make the page."""
    return DataPage(frame(view), view.language.text("Data"))


def rows(view: View) -> list[dict[str, Any]]:
    """Give the page as data."""
    return [{"picture": view.picture.id}]
