"""Extents: how many values of each indicator there are, of how many areas, from when to when."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.flows.formulas import fill
from tilannekuva.flows.workspace import Workspace


class Extent(NamedTuple):
    """Numbers of an indicator's values and areas, its first and last day; None where there are none."""

    rows: int
    areas: int
    first: date | None
    last: date | None


def extents(workspace: Workspace, indicators: Collection[str], as_of: datetime) -> dict[str, Extent]:
    """Give the extent of each indicator, as its page's data twin holds it."""
    catalogue = workspace.catalogue(as_of)
    needed = catalogue.needed(set(indicators))
    bases = catalogue.bases(set(indicators))
    with workspace.store.sheet(as_of, indicators=bases, ranks=catalogue.ranks()) as sheet:
        fill(sheet, needed, helsinki_date(as_of))
        asked = "select count(*), count(distinct area), min(reference_date), max(reference_date) from"
        return {
            one.id: Extent._make(sheet.ask(f"{asked} {one.table}").rows[0])
            for one in needed
            if one.id in indicators
        }
