"""The picture: what one kind of viewer may know of an area at an instant, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from tilannekuva.domain.access import Viewer
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.definitions import Text
from tilannekuva.domain.forecasts import Forecast
from tilannekuva.domain.indicators import Indicator, LevelName
from tilannekuva.domain.looks import Health

Trend = Literal["up", "down", "flat", "unknown"]


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series; None where there is no number, and `status` says why."""

    reference_date: date
    value: float | None
    status: str


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator's newest settled value for a viewer; only `disclosure` makes one.

    `change` is the difference to a week earlier (a month, a year where these are
    the periods), `level` None where no levels are set, `points` the series in
    ascending days, provisional ones last.
    """

    indicator: str
    area: str
    reference_date: date
    value: float | None
    status: str
    level: LevelName | None
    trend: Trend
    change: float | None
    known_at: datetime
    sources: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Who publishes a source, under which licence and how often."""

    id: str
    title: Text
    about: Text
    publisher: str
    licence: Text
    contact: str
    url: str
    every: timedelta | None
    rhythm: timedelta


@dataclass(frozen=True, slots=True)
class Picture:
    """Readings by indicator and area, the health of the sources, decisions, and what defines them.

    `decisions` are those of the area and of all it belongs to, the oldest first;
    `forecasts` those of the indicators read, the newest first. `id` changes with
    the data, the definitions, the viewer, the code and the health of the sources:
    it is cache key and ETag.
    """

    id: str
    title: str
    as_of: datetime
    rewound: bool
    data_at: datetime | None
    area: str
    areas: tuple[str, ...]
    viewer: Viewer
    exercise: bool
    readings: Mapping[tuple[str, str], Reading]
    indicators: Mapping[str, Indicator]
    health: tuple[Health, ...]
    sources: Mapping[str, Source]
    decisions: tuple[Decision, ...] = ()
    forecasts: tuple[Forecast, ...] = ()

    @property
    def chain(self) -> tuple[str, ...]:
        """Give the area and all it belongs to, from near to far."""
        return (self.area, *register().ancestors(self.area, on=helsinki_date(self.as_of)))

    @property
    def tiled(self) -> list[Indicator]:
        """Give the indicators of the front page in their order."""
        return sorted((one for one in self.indicators.values() if one.tile), key=lambda one: one.tile)

    @property
    def mapped(self) -> list[Indicator]:
        """Give the indicators that the front page's map may show, the first that has readings is shown."""
        return [*(one for one in self.indicators.values() if one.mapped), *self.tiled[:1]]

    def nearest(self, indicator: str) -> Reading | None:
        """Give the reading of the area itself, or of the nearest larger one that has one."""
        found = (self.readings.get((indicator, area)) for area in self.chain)
        return next((one for one in found if one is not None), None)
