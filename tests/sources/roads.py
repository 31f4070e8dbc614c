"""What the tests of traffic share: a shipped recipe read in this process, and what it said, by its key."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from tilannekuva.flows.reading import Understood, understand
from tilannekuva.flows.streaming import Page
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.recipe import Recipe

Said = Mapping[tuple[str, str], float | None]


def recipe(name: str) -> Recipe:
    """Give a shipped recipe."""
    return recipes.recipe(recipes.texts()[name], name)


def read(name: str, *pages: Page, on: date) -> Understood:
    """Understand the pages of an answer that landed at noon of a day."""
    at = datetime(on.year, on.month, on.day, 10, tzinfo=UTC)
    return understand(recipe(name), [page.encode() if isinstance(page, str) else page for page in pages], at)


def said(understood: Understood, day: date, indicator: str = "vehicles") -> Said:
    """Give what was said of a day: (area, stratum) -> value."""
    return {
        (one.area.rpartition(":")[2], one.stratum): one.value
        for one in understood.facts
        if (one.indicator, one.reference_date) == (indicator, day)
    }


def lines(*rows: Sequence[object], by: str = ";") -> bytes:
    """Give rows as the lines of a CSV answer."""
    return "".join(by.join(map(str, row)) + "\n" for row in rows).encode()
