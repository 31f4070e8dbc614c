"""What the tests of the inbox share: a workspace that cities deliver to, and a clock they move."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tilannekuva.domain.looks import Look
from tilannekuva.flows.inbox import DONE, REFUSED, TAKEN
from tilannekuva.flows.update import received
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace

AT = datetime(2021, 3, 15, 12, tzinfo=UTC)
SOURCE = "city-cases"
RECIPE = """
id = "city-cases"
title = { fi = "Tapaukset", sv = "Fall", en = "Cases" }
about = { fi = "Lähetetään.", sv = "Skickas.", en = "It is sent." }
publisher = "The cities"
licence = { fi = "CC BY 4.0", sv = "CC BY 4.0", en = "CC BY 4.0" }
contact = "us@example.org"
rhythm = "1d"
snapshot = "delivery"

[fetch]
protocol = "inbox"
format = "csv"
max_mb = 1
columns = { kunta = "text", pvm = "day", tapaukset = "count" }

[[series]]
indicator = "cases"
level = "municipality"
sql = "select kunta as area, pvm as reference_date, tapaukset as value, tapaukset_status as status from raw"
"""


def city(name: str, *values: object, last: int = 14) -> bytes:
    """Give a city's delivery: its numbers of the days up to the `last` of March."""
    first = last - len(values) + 1
    rows = [f"{name};2021-03-{first + nth:02};{value}\n" for nth, value in enumerate(values)]
    return "".join(["kunta;pvm;tapaukset\n", *rows]).encode()


def prepare(folder: Path, recipe: str = RECIPE, source: str = SOURCE) -> Path:
    """Make a workspace that takes deliveries."""
    init(folder, template="corona", areas=["837"])
    (folder / "recipes" / f"{source}.toml").write_text(recipe, encoding="utf-8")
    settings = f'title = "Tampere"\nareas = ["municipality:837"]\nsources = ["{source}", "hs-tests"]\n'
    (folder / "tilannekuva.toml").write_text(settings)
    workspace = Workspace(folder)
    with workspace.writing("test"):
        workspace.define(AT)
    workspace.close()
    return folder


class Box:
    """A workspace's inbox whose clock moves an hour with each turn."""

    def __init__(self, workspace: Workspace, source: str = SOURCE) -> None:
        self.workspace, self.source, self.now = workspace, source, AT
        self.folder = workspace.folder / "inbox" / source

    def drop(self, name: str, body: bytes) -> Path:
        """Put a file into the queue, each a moment later than the one before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_bytes(body)
        return path

    def turn(self, *sources: str, accept: bool = False) -> list[Look]:
        """Empty the inbox."""
        self.now += timedelta(hours=1)
        return received(self.workspace, sources, clock=lambda: self.now, accept=accept, wait=self.wait)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def names(self, where: str) -> list[str]:
        """Give the own names of the files in a folder: `done`, `refused`, `.taken` or the queue, ``."""
        found = (one for one in (self.folder / where).glob("*") if one.is_file())
        return sorted(one.name.partition(" ")[2] if where else one.name for one in found)

    def lies(self) -> dict[str, list[str]]:
        """Give what lies where."""
        return {
            where or "queue": self.names(where) for where in ("", TAKEN, DONE, REFUSED) if self.names(where)
        }

    def value(self, area: str, day: int = 14) -> float | None:
        """Give what is known of a day in March."""
        rows = self.workspace.store.as_of(areas=[f"municipality:{area}"])
        return next((row.value for row in rows if row.reference_date.day == day), None)
