"""Forecasting: from what was known at an instant to what may come, for every indicator that says how.

A public indicator is forecast from what everybody may see, another from all that is kept, and then seen by
those alone who may see it. Nothing known later enters; the same past gives the same forecast, to the byte.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from tilannekuva.domain.access import PUBLIC
from tilannekuva.domain.forecasts import Advice, Foretelling
from tilannekuva.domain.indicators import Indicator
from tilannekuva.errors import NotInstalled, TilannekuvaError
from tilannekuva.flows.foreseen import (
    COUNTRY,
    WEEK,
    Foreseen,
    Foresight,
    Unforeseen,
    divided,
    gathered,
    leading,
    spec,
)
from tilannekuva.flows.foretold import FLAT, Line, Quantiles, foretold
from tilannekuva.flows.series import BASES, people
from tilannekuva.flows.sight import Sight, seen
from tilannekuva.flows.workspace import Workspace

if TYPE_CHECKING:
    from tilannekuva.models.memory import Memory
    from tilannekuva.models.weeks import Array

_OLD = "inhabitants-75-plus"
_LATER = 2  # weeks; who is counted among what cases lead to was found ill two to four weeks before
_log = logging.getLogger(__name__)


class Made(NamedTuple):
    """A forecast of an indicator: its lines with the baseline's, or the advice why there is none.

    `samples` are draws by area and horizon, as many as were asked for; draws of one place belong together.
    """

    indicator: Indicator
    model: str
    origin_date: date
    levels: Quantiles
    lines: tuple[Line, ...]
    samples: tuple[Line, ...] = ()
    advice: Advice | Literal[""] = ""
    detail: str = ""


def forecast(
    workspace: Workspace,
    as_of: datetime,
    *,
    indicators: Iterable[str] = (),
    samples: int = 0,
    memory: "Memory | None" = None,
) -> list[Made]:
    """Forecast indicators, all that say how without any; raises UnknownIndicator, BadInput, NotInstalled.

    One that cannot be forecast gives its advice and stops no other. What a `memory` holds of forecasts made
    before is not computed anew; the forecast is the same with it and without.
    """
    # A second core's threads cost more than they give on tables as small as these.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    whole = workspace.whole if isinstance(workspace, Sight) else workspace
    public, inside = (Foresight(one, as_of, memory) for one in (seen(whole, PUBLIC), whole))
    return [
        _made(public if one.visibility == "public" else inside, one, samples)
        for one in foretold(whole, as_of, names=indicators)
    ]


def _made(foresight: Foresight, one: Indicator, samples: int) -> Made:
    assert one.forecast is not None  # noqa: S101 - the caller asked
    method = {"counts": _counts, "stays": _stays, "need": _need}[one.forecast.method]
    try:
        return method(foresight, one, one.forecast, samples)
    except Unforeseen as reason:
        return _without(foresight, one, reason.advice, reason.detail)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("numpy", "scipy"):
            raise
        raise NotInstalled("a forecast", "forecast") from None
    except TilannekuvaError:
        raise
    except Exception as error:  # noqa: BLE001 - one that stumbles stops no other
        _log.exception("%s could not be forecast", one.id)
        return _without(foresight, one, "unable", repr(error))


def _without(foresight: Foresight, one: Indicator, advice: Advice, detail: str) -> Made:
    model = one.forecast.told_by if one.forecast else ""
    return Made(one, model, foresight.today, (), (), advice=advice, detail=detail)


def _counts(foresight: Foresight, one: Indicator, told: Foretelling, samples: int) -> Made:
    """Tell weekly sums, or totals, or rates of counts."""
    from tilannekuva.models.outlook import flat_line, valued  # noqa: PLC0415 - of an extra

    found = foresight.counts(told)
    start = _reached(foresight, found, told) if told.total else None
    per = told.per / people(found.areas, foresight.today) if told.per else None
    areas, values = found.areas, valued(found.draws, weeks=told.weeks, start=start, per=per)
    line = flat_line(found.weeks, over=told.weeks, start=start, per=per)
    if told.is_divided:
        before = foresight.counts(spec(foresight, told.led_by))
        ago = max(0, _LATER + (before.origin_date - found.origin_date) // WEEK)
        areas, values = divided(areas, values, before, foresight.today, base=found.base, ago=ago)
    return _told(one, areas, found.origin_date, values=values, line=line, samples=samples)


def _reached(foresight: Foresight, found: Foreseen, told: Foretelling) -> "Array":
    """Give the totals [area] at the end of the last whole week; of the country the sum."""
    import numpy as np  # noqa: PLC0415 - of an extra

    of = foresight.series(told.of)
    days = (found.origin_date - found.first).days + 1
    last = of.daily(found.areas[: found.base], found.first)[:, :days]
    totals = np.nanmax(np.concatenate([last, np.zeros((len(last), 1))], axis=1), axis=1)
    return totals if len(found.areas) == found.base else np.append(totals, totals.sum())


def _stays(foresight: Foresight, one: Indicator, told: Foretelling, samples: int) -> Made:
    """Tell how many are there at the end of each week."""
    import numpy as np  # noqa: PLC0415 - of an extra

    from tilannekuva.models.model import Unable  # noqa: PLC0415 - of an extra
    from tilannekuva.models.outlook import BEFORE, flat_line  # noqa: PLC0415 - of an extra
    from tilannekuva.models.stays import occupancy  # noqa: PLC0415 - of an extra

    of = foresight.series(told.of)
    areas = of.at(BASES[1:])
    if not areas:
        raise Unforeseen("stale", f"the newest figures of {told.of} are of {of.reached}")
    before, cases = leading(foresight, told, areas)
    to_come = gathered(before.draws[:, BEFORE:], before, areas, foresight.today)
    present = of.daily(areas, before.first)[:, : cases.shape[1]]
    values = occupancy(present, cases, to_come, foresight.dice(one.id))
    if isinstance(values, Unable):
        raise Unforeseen("short", values.advice)
    values, ends = values.round(), _ends(present)
    base = len(areas)
    if areas != [COUNTRY]:
        areas = [*areas, COUNTRY]
        values, ends = (np.concatenate([each, each.sum(axis=0)[None]]) for each in (values, ends))
    areas, values = divided(areas, values, before, foresight.today, base=base)
    return _told(one, areas, before.origin_date, values=values, line=flat_line(ends), samples=samples)


def _ends(present: "Array") -> "Array":
    """Give how many were there at the end of each week [area, week], from the first that all tell of."""
    import numpy as np  # noqa: PLC0415 - of an extra

    from tilannekuva.models.stays import filled  # noqa: PLC0415 - of an extra

    told = np.flatnonzero(np.isfinite(present).all(axis=0))
    return filled(present)[:, 6 + told[0] // 7 * 7 :: 7]


def _need(foresight: Foresight, one: Indicator, told: Foretelling, samples: int) -> Made:
    """Tell what a service will be asked for in each week; assumed, so that there is no baseline."""
    from tilannekuva.models.need import Needy, need  # noqa: PLC0415 - of an extra
    from tilannekuva.models.outlook import valued  # noqa: PLC0415 - of an extra

    found = foresight.counts(spec(foresight, told.led_by))
    who, old = people(found.areas, foresight.today), _elderly(foresight, found.areas)
    assert told.assumed is not None  # noqa: S101 - the definition was checked
    values = need(
        Needy(valued(found.draws), who, old),
        told.assumed,
        foresight.dice(one.id),
        base=found.base,
        parents=found.parents,
    )
    return _told(one, found.areas, found.origin_date, values=values, line=None, samples=samples)


def _elderly(foresight: Foresight, areas: list[str]) -> "Array":
    """Give how many old people live in areas [area]; NaN where nothing is told."""
    import numpy as np  # noqa: PLC0415 - of an extra

    told = foresight.known(_OLD)
    newest = {area: days[max(days)].value for area, days in told.rows.items()} if told else {}
    return np.array([newest.get(area) or np.nan for area in areas])


def _told(
    one: Indicator,
    areas: Sequence[str],
    origin: date,
    *,
    values: "Array",
    line: "Array | None",
    samples: int,
) -> Made:
    """Give draws [area, week, draw], the last whole week first, and the first areas' baseline, as lines."""
    from tilannekuva.models.levels import LEVELS  # noqa: PLC0415 - of an extra
    from tilannekuva.models.outlook import levels_of  # noqa: PLC0415 - of an extra

    model = one.forecast.told_by if one.forecast else ""
    days = [_reference_date(one, origin, horizon) for horizon in range(values.shape[1])]
    lines = [*_lines(areas, model, days, 0, levels_of(values), one)]
    if line is not None:
        lines += _lines(areas[: len(line)], FLAT, days[1:], 1, line, one)
    drawn = tuple(_lines(areas, model, days, 0, values[..., :samples], one)) if samples else ()
    return Made(one, model, origin, tuple(LEVELS.tolist()), tuple(lines), drawn)


def _reference_date(one: Indicator, origin: date, horizon: int) -> date:
    """Give the day that a week bears: its Monday where weeks are told, else its last day."""
    end = origin + horizon * WEEK
    return end - timedelta(days=6) if one.freq == "week" else end


def _lines(
    areas: Sequence[str], model: str, days: Sequence[date], first: int, values: "Array", one: Indicator
) -> Iterator[Line]:
    rounded = values.round(one.decimals + 1).tolist()
    for area, by_week in zip(areas, rounded, strict=True):
        for nth, (day, row) in enumerate(zip(days, by_week, strict=True)):
            yield Line(area, model, first + nth, day, tuple(row))
