"""The texts of the sectors, as they stood at an instant."""

from datetime import datetime

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.definitions import read
from tilannekuva.domain.texts import SectorText
from tilannekuva.flows.workspace import Workspace

Known = tuple[SectorText, datetime]


def texts(workspace: Workspace, as_of: datetime, area: str) -> list[Known]:
    """Give what sectors had told of an area by an instant, each with when it became known, in their order."""
    near = {"", area, *register().ancestors(area, on=helsinki_date(as_of))}
    found = [
        (read(workspace.landing.read(one.sha256).decode(), f"{one.id}.toml", SectorText), one.known_at)
        for one in workspace.ledger.definitions(as_of=as_of).values()
        if one.kind == "text"
    ]
    here = [one for one in found if one[0].area in near]
    return sorted(here, key=lambda one: (one[0].order, one[0].title.nearest("fi")))
