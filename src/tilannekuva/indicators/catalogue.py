"""The catalogue: indicators read from TOML texts, in the order in which they build on one another."""

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from importlib import resources
from pathlib import Path

from tilannekuva import config
from tilannekuva.domain.definitions import read
from tilannekuva.domain.indicators import Indicator
from tilannekuva.errors import BadDefinition, UnknownIndicator


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Indicators by id; inputs stand before what is derived from them."""

    indicators: Mapping[str, Indicator]

    def indicator(self, name: str) -> Indicator:
        """Give an indicator by id; raises UnknownIndicator."""
        if name not in self.indicators:
            raise UnknownIndicator(f"no indicator '{name}'; there are {', '.join(sorted(self.indicators))}")
        return self.indicators[name]

    def needed(self, names: set[str]) -> list[Indicator]:
        """Give these indicators and all they build on, inputs first."""
        wanted = set(names)
        for one in reversed(list(self.indicators.values())):
            if one.id in wanted:
                wanted.update(one.inputs)
        return [one for one in self.indicators.values() if one.id in wanted]

    def bases(self, names: set[str]) -> set[str]:
        """Name those that these rest on of which values are stored: as told, or as released."""
        return {one.id for one in self.needed(names) if not one.sql or one.protect}

    def front(self) -> list[Indicator]:
        """Give the indicators of the front page: those of its tiles and of its map."""
        return [one for one in self.indicators.values() if one.tile or one.mapped]

    def ranks(self) -> dict[str, tuple[str, ...]]:
        """Give for each base indicator the sources in the order they are heard."""
        return {one.id: one.sources for one in self.indicators.values() if one.sources}


def catalogue(texts: Mapping[str, str]) -> Catalogue:
    """Read the texts of indicators by id; BadDefinition names file, line and cure."""
    found = {name: read(text, f"{name}.toml", Indicator) for name, text in texts.items()}
    for name, one in found.items():
        if one.id != name:
            raise BadDefinition(f"{name}.toml: its id is '{one.id}'; name the file {one.id}.toml")
        lacking = [other for other in one.inputs if other not in found]
        if lacking:
            raise BadDefinition(f"{name}.toml: inputs names '{lacking[0]}', which no file defines")
    try:
        order = TopologicalSorter({name: one.inputs for name, one in sorted(found.items())}).static_order()
        return Catalogue({name: found[name] for name in order})
    except CycleError as error:
        raise BadDefinition(
            f"indicators build on one another in a circle: {' -> '.join(error.args[1])}"
        ) from None


def texts(own: Path | None = None) -> dict[str, str]:
    """Give the texts of all indicators by id: the shipped ones, then the workspace's own."""
    return config.texts(resources.files(__package__) / "catalogue", own)
