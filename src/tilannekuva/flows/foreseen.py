"""Foreseen: what is drawn of counts at one instant, on which several indicators' forecasts rest.

Districts are forecast by a weekly model, and drawn with their towns so that sums agree in every draw.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.forecasts import Advice, Foretelling
from tilannekuva.flows.series import BASES, TOWN, Series, people, series, within
from tilannekuva.flows.workspace import Workspace

if TYPE_CHECKING:
    import numpy as np

    from tilannekuva.models.memory import Memory
    from tilannekuva.models.model import Model
    from tilannekuva.models.outlook import Outlook
    from tilannekuva.models.weeks import Array

COUNTRY = "country:FI"
WEEK = timedelta(weeks=1)
_STALE = timedelta(weeks=4)  # since the last whole week known: what is older is no forecast of now


class Unforeseen(Exception):
    """There is no forecast: `advice` says why, `detail` in the model's own words."""

    def __init__(self, advice: Advice, detail: str = "") -> None:
        self.advice, self.detail = advice, detail
        super().__init__(detail)


@dataclass(frozen=True)
class Foreseen:
    """What was drawn of counts: of `areas`, `base` of them by the model, then the country, then towns.

    Days begin on `first`, a Monday, and end on `origin_date`, a Sunday; `parents` are the places of the
    towns' districts among `areas`.
    """

    areas: list[str]
    base: int
    first: date
    origin_date: date
    draws: "Array"
    weeks: "Array"
    daily: "Array"
    parents: tuple[int, ...] = ()


@dataclass
class Foresight:
    """Forecasts of one instant by one viewer's table; what several rest on is computed once."""

    workspace: Workspace
    as_of: datetime
    memory: "Memory | None" = None
    _kept: dict[tuple[object, ...], Foreseen | Unforeseen] = field(default_factory=dict)
    _read: dict[str, Series | None] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Give the day in Helsinki."""
        return helsinki_date(self.as_of)

    def known(self, indicator: str) -> Series | None:
        """Give what was known of an indicator; None where nothing was."""
        if indicator not in self._read:
            self._read[indicator] = series(self.workspace, indicator, self.as_of)
        return self._read[indicator]

    def series(self, indicator: str) -> Series:
        """Give what was known of an indicator; raises Unforeseen."""
        found = self.known(indicator)
        if found is None:
            raise Unforeseen("untold", f"nothing is told of {indicator}")
        return found

    def counts(self, told: Foretelling) -> Foreseen:
        """Give the weeks to come of counts; raises Unforeseen."""
        key = (told.of, told.total, told.or_growth_of, told.led_by, told.model, told.towns)
        if key not in self._kept:
            try:
                self._kept[key] = _foreseen(self, told)
            except Unforeseen as reason:
                self._kept[key] = reason
        found = self._kept[key]
        if isinstance(found, Unforeseen):
            raise found
        return found

    def dice(self, *what: object) -> "np.random.Generator":
        """Give dice of their own for each purpose: the same for the same purpose and day."""
        import numpy as np  # noqa: PLC0415 - of an extra

        said = " ".join(map(str, (*what, self.today)))
        return np.random.default_rng(int.from_bytes(hashlib.sha256(said.encode()).digest()[:8]))


def _foreseen(foresight: Foresight, told: Foretelling) -> Foreseen:
    """Draw counts of the areas that they are told of, of their sum in the country, and of towns."""
    from tilannekuva.models.model import Unable  # noqa: PLC0415 - of an extra
    from tilannekuva.models.outlook import outlook, whole_weeks  # noqa: PLC0415 - of an extra

    of, areas = _heard(foresight, told)
    reports = of.reports(areas) if areas else None
    if reports is None or foresight.today - of.first - whole_weeks(reports) * WEEK > _STALE:
        raise Unforeseen("stale", f"the newest figures of {told.of} are of {of.reached}")
    found = outlook(
        reports,
        people(areas, foresight.today),
        _model(told.model),
        phase=of.first.timetuple().tm_yday,
        signals=_signals(foresight, told, areas, of.first, reports.daily.shape[1]),
        rng=foresight.dice(told.of, told.model),
        memory=foresight.memory,
    )
    if isinstance(found, Unable):
        raise Unforeseen("short", found.advice)
    return _drawn(foresight, told, areas, found, of.first)


def _heard(foresight: Foresight, told: Foretelling) -> tuple[Series, list[str]]:
    """Give the counts of days, or else of weeks, or else the growth of totals, and the areas told of."""
    of = foresight.known(told.of)
    of = of.differences() if of and told.total else of
    weekly, totals = (foresight.known(one) if one else None for one in (told.towns, told.or_growth_of))
    for one in (of, weekly, totals.differences() if totals else None):
        areas = one.at(BASES) if one else []
        if one and areas:
            return one, areas
    return of or totals or foresight.series(told.of), []


def _drawn(
    foresight: Foresight, told: Foretelling, areas: list[str], found: "Outlook", first: date
) -> Foreseen:
    """Draw districts, their towns and the country together."""
    import numpy as np  # noqa: PLC0415 - of an extra

    from tilannekuva.models.within import Counted, completed, drawn, parts  # noqa: PLC0415 - of an extra

    towns, parents = _towns(foresight, told, areas)
    weeks = _weeks(foresight, told, towns, first, found.weeks.shape[1])
    few = Counted(weeks, people(towns, foresight.today))
    whole = Counted(found.weeks, people(areas, foresight.today))
    of = parts(whole, few, np.array(parents, dtype=np.intp))
    rng = foresight.dice("draws", told.of)
    draws = drawn(of, found.daily, found.last, found.quantiles, rng, memory=foresight.memory)
    districts = draws[-len(areas) :].astype(float)
    known = completed(of.weeks[: len(towns)], draws[: len(towns)])
    country = areas != [COUNTRY]
    return Foreseen(
        [*areas, *([COUNTRY] if country else []), *towns],
        len(areas),
        first,
        first + found.weeks.shape[1] * WEEK - timedelta(days=1),
        draws=np.concatenate([districts, districts.sum(axis=0)[None][:country], draws[: len(towns)]]),
        weeks=np.concatenate([found.weeks, found.weeks.sum(axis=0)[None][:country], known]),
        daily=found.daily,
        parents=parents,
    )


def _towns(foresight: Foresight, told: Foretelling, areas: list[str]) -> tuple[list[str], tuple[int, ...]]:
    """Give the towns that are told of within areas, and the places of their areas."""
    of = foresight.known(told.towns) if told.towns else None
    towns = of.at([TOWN]) if of else []
    places = within(towns, areas, foresight.today)
    pairs = [(town, place) for town, place in zip(towns, places, strict=True) if place >= 0]
    return [town for town, _ in pairs], tuple(place for _, place in pairs)


def _weeks(foresight: Foresight, told: Foretelling, towns: list[str], first: date, weeks: int) -> "Array":
    """Give what is told of towns week by week [town, week]; NaN is what is not."""
    import numpy as np  # noqa: PLC0415 - of an extra

    of = foresight.known(told.towns) if towns else None
    if of is None:
        return np.empty((0, weeks))
    days = of.daily(towns, first)[:, : weeks * 7].reshape(len(towns), -1, 7)
    sums: Array = days.sum(axis=2)
    return sums


def _signals(
    foresight: Foresight, told: Foretelling, areas: list[str], first: date, days: int
) -> "dict[str, Array]":
    """Give the counts that go before [area, day], by name; none where there are none."""
    if not told.led_by:
        return {}
    before, daily = leading(foresight, told, areas)
    return {told.led_by: _moved(daily, (before.first - first).days, days)}


def leading(foresight: Foresight, told: Foretelling, areas: list[str]) -> "tuple[Foreseen, Array]":
    """Give what was drawn of the counts that go before, and their days [area, day] in other areas."""
    found = foresight.counts(spec(foresight, told.led_by))
    return found, gathered(found.daily, found, areas, foresight.today)


def spec(foresight: Foresight, indicator: str) -> Foretelling:
    """Give how an indicator is forecast that goes before others; raises Unforeseen."""
    one = foresight.workspace.catalogue(foresight.as_of).indicators.get(indicator)
    if one is None or one.forecast is None:
        raise Unforeseen("unled", f"{indicator} is not forecast")
    return one.forecast


def gathered(values: "Array", found: Foreseen, areas: list[str], on: date) -> "Array":
    """Give values [area, …] of areas as sums of those drawn within them."""
    import numpy as np  # noqa: PLC0415 - of an extra

    places = within(found.areas[: found.base], areas, on)
    if set(range(len(areas))) - set(places):
        raise Unforeseen("unled", f"nothing goes before in {areas[0].partition(':')[0]}")
    sums = np.zeros((len(areas), *values.shape[1:]))
    for nth, place in enumerate(places):
        if place >= 0:
            sums[place] += values[nth]
    return sums


def divided(
    areas: list[str], values: "Array", found: Foreseen, on: date, *, base: int, ago: int = 0
) -> "tuple[list[str], Array]":
    """Add to areas and their whole values [area, week, draw] the districts and towns within the first `base`.

    They are drawn by their cases of the two weeks that end so many weeks before; the last whole week comes
    first.
    """
    import numpy as np  # noqa: PLC0415 - of an extra

    from tilannekuva.models.outlook import BEFORE, valued  # noqa: PLC0415 - of an extra
    from tilannekuva.models.within import split  # noqa: PLC0415 - of an extra

    n, towns = found.base, len(found.areas) - len(found.parents)
    names, drawn, told = ([*one[:n], *one[towns:]] for one in (found.areas, found.draws, found.weeks))
    older = np.stack(told)[:, -BEFORE - ago : -BEFORE, None].repeat(values.shape[2], axis=2)
    cases = np.concatenate([older, np.stack(drawn)], axis=1)[:, : found.draws.shape[1]]
    places = np.array(within(names[:n], areas[:base], on))
    parts = split(
        values[:base].astype(np.int64),
        valued(cases, weeks=2),
        people(names, on),
        places=places,
        parent=np.array(found.parents, dtype=np.intp),
    )
    inside = np.concatenate([places, places[list(found.parents)]]) >= 0
    new = [nth for nth, name in enumerate(names) if inside[nth] and name not in areas]
    return [*areas, *(names[nth] for nth in new)], np.concatenate([values, parts[new]])


def _moved(daily: "Array", by: int, days: int) -> "Array":
    """Give days [area, day] that begin so many days later, as many as asked for; NaN where none are."""
    import numpy as np  # noqa: PLC0415 - of an extra

    found = np.full((len(daily), days), np.nan)
    given = daily[:, max(0, -by) :]
    room = found[:, max(0, by) :]
    n = min(given.shape[1], room.shape[1])
    room[:, :n] = given[:, :n]
    return found


def _model(name: str) -> "Model":
    """Give the weekly model of a name; raises Unforeseen."""
    from tilannekuva.models.members import MODELS  # noqa: PLC0415 - of an extra

    if name not in MODELS:
        raise Unforeseen("unable", f"no model '{name}'; there are {', '.join(MODELS)}")
    return MODELS[name]
