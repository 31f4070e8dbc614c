"""Foretold: the forecasts that were kept, as they were known at an instant.

A kept forecast is a table of all areas in the landing: gzipped CSV, a line an area, model and period, with a
column a quantile level. The flat baseline of the same origin stands beside it, under the model FLAT.
"""

import gzip
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from importlib.util import find_spec
from itertools import groupby
from typing import NamedTuple

from tilannekuva.domain.forecasts import Forecast, Kept, Target
from tilannekuva.domain.indicators import Indicator
from tilannekuva.errors import BadInput
from tilannekuva.flows.sight import Sight
from tilannekuva.flows.workspace import Workspace
from tilannekuva.store.landing import Landing

FLAT = "flat"  # the baseline: the next weeks are as the last
_DRAWN = (0.05, 0.25, 0.5, 0.75, 0.95)
_NEWEST = 2  # forecasts of each indicator that charts draw
_HEAD = ("location", "model", "horizon", "reference_date")
Quantiles = tuple[float, ...]


class Line(NamedTuple):
    """A period of a kept forecast; `values` are its quantiles, by the levels of the table."""

    location: str
    model: str
    horizon: int
    reference_date: date
    values: Quantiles


def packed(lines: Iterable[Line], levels: Quantiles) -> bytes:
    """Write lines as they are kept; the same lines give the same bytes."""
    head = ",".join((*_HEAD, *map(str, levels)))
    told = (
        ",".join((*map(str, one[:4]), *(f"{value:.10g}" for value in one.values))) for one in sorted(lines)
    )
    return gzip.compress("\n".join((head, *told, "")).encode(), mtime=0)


def unpacked(body: bytes, area: str | None = None) -> tuple[Quantiles, list[Line]]:
    """Read the levels and the lines of a kept table, of one area or of all."""
    head, *told = gzip.decompress(body).decode().splitlines()
    levels = tuple(float(one) for one in head.split(",")[len(_HEAD) :])
    wanted = told if area is None else (one for one in told if one.startswith(f"{area},"))
    return levels, [_line(one.split(",")) for one in wanted]


def _line(cells: list[str]) -> Line:
    location, model, horizon, day, *values = cells
    return Line(location, model, int(horizon), date.fromisoformat(day), tuple(map(float, values)))


def foretold(workspace: Workspace, as_of: datetime, *, names: Iterable[str] = ()) -> tuple[Indicator, ...]:
    """Give the indicators that are forecast, as defined at an instant: those named, or all.

    Raises UnknownIndicator, and BadInput for one that is not forecast.
    """
    catalogue = workspace.catalogue(as_of)
    told = tuple(one for one in catalogue.indicators.values() if one.forecast)
    asked = tuple(catalogue.indicator(name) for name in names)
    for one in asked:
        if one not in told:
            raise BadInput(f"{one.id} is not forecast; there are {', '.join(each.id for each in told)}")
    return asked or told


def kept(workspace: Workspace, indicator: str, as_of: datetime) -> list[Kept]:
    """Give what was kept of an indicator's forecasts by an instant, the newest first."""
    found = workspace.ledger.forecasts(as_of=as_of, indicator=indicator)
    return sorted(found, key=lambda one: one.known_at, reverse=True)


def forecasts(
    workspace: Workspace, indicator: str, area: str, as_of: datetime, *, model: str = ""
) -> tuple[Forecast, ...]:
    """Give the forecasts of an indicator in an area known at an instant, the newest first.

    Of each only the indicator's own model is given, or the one asked for, such as FLAT. Raises Damaged.
    """
    if not _may_see(workspace, indicator, area, as_of):
        return ()
    found = (_of_area(workspace, one, area) for one in kept(workspace, indicator, as_of) if one.sha256)
    return tuple(each for some in found for each in some if each.model == (model or some[0].model))


def _may_see(workspace: Workspace, indicator: str, area: str, as_of: datetime) -> bool:
    one = workspace.catalogue(as_of).indicators.get(indicator)
    return one is not None and (not isinstance(workspace, Sight) or workspace.asking(as_of)(indicator, area))


def _of_area(workspace: Workspace, one: Kept, area: str) -> list[Forecast]:
    """Give a kept forecast of an area, that of its own model first, and the baseline."""
    levels, lines = _read(workspace.landing, one.sha256, area)
    by_model = {name: list(some) for name, some in groupby(lines, lambda line: line.model)}
    return [
        Forecast(name, one.indicator, area, one.origin_date, one.known_at, _targets(by_model[name], levels))
        for name in sorted(by_model, key=lambda name: name != one.model)
    ]


@lru_cache(maxsize=4096)
def _read(landing: Landing, sha256: str, area: str) -> tuple[Quantiles, list[Line]]:
    return unpacked(landing.read(sha256), area)


def _targets(lines: Iterable[Line], levels: Quantiles) -> tuple[Target, ...]:
    ordered = sorted(lines, key=lambda line: line.reference_date)
    return tuple(Target(one.reference_date, tuple(zip(levels, one.values, strict=True))) for one in ordered)


def drawn(
    workspace: Workspace, indicators: Iterable[str], areas: Iterable[str], as_of: datetime
) -> Iterator[Forecast]:
    """Yield the newest forecasts that charts of some areas draw, the levels that they draw alone."""
    near = tuple(areas)
    for one in foretold(workspace, as_of):
        if one.id in indicators:
            for area in near:
                for each in forecasts(workspace, one.id, area, as_of)[:_NEWEST]:
                    yield _thin(each)


def _thin(one: Forecast) -> Forecast:
    targets = tuple(
        Target(each.reference_date, tuple(pair for pair in each.quantiles if pair[0] in _DRAWN))
        for each in one.targets
    )
    return Forecast(one.model, one.indicator, one.area, one.origin_date, one.known_at, targets)


def is_installed() -> bool:
    """Whether what forecasts are computed with is there."""
    return all(find_spec(name) for name in ("numpy", "scipy"))


def advice(workspace: Workspace, indicator: str, as_of: datetime) -> str:
    """Say why an indicator's newest attempt gave no forecast, as one of `Advice`; empty where it gave one."""
    found = kept(workspace, indicator, as_of)
    if found:
        return found[0].advice
    return "untold" if is_installed() else "absent"
