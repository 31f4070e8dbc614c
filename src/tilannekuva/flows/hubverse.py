"""Hubverse: forecasts as the table that forecast hubs exchange, and as a file that a hub takes.

Columns and their meaning: hubverse model output, https://docs.hubverse.io. A horizon counts weeks from the
origin, the Sunday that ends the last whole week known; 0 is a nowcast.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from tilannekuva.errors import BadInput
from tilannekuva.flows.forecasting import Made
from tilannekuva.flows.foreseen import COUNTRY
from tilannekuva.flows.foretold import FLAT, Line
from tilannekuva.store.sheet import Sheet

_WEEK = timedelta(weeks=1)
_WEDNESDAY = 2  # the weekday that ends each of RespiCast's rounds and names it
_TOLD = timedelta(days=3)  # from the Sunday that ends a round's first week to its Wednesday
_ROUND = range(1, 5)  # weeks that a round asks for
_TEAM = re.compile(r"[\w+]{1,14}", re.ASCII)
_KINDS = {"origin_date": "DATE", "target_end_date": "DATE", "horizon": "INTEGER", "value": "DOUBLE"}


class Row(NamedTuple):
    """A number of a forecast; `output_type_id` is a quantile's level, or a sample's number."""

    model_id: str
    origin_date: date
    target: str
    horizon: int
    target_end_date: date
    location: str
    output_type: str
    output_type_id: str
    value: float


def rows(made: Iterable[Made]) -> Iterator[Row]:
    """Yield the numbers of forecasts, the baseline's left out; samples after quantiles."""
    for one in made:
        for line in one.lines:
            if line.model != FLAT:
                yield from _rows(one, line, "quantile", [f"{level:g}" for level in one.levels])
        for line in one.samples:
            yield from _rows(one, line, "sample", [str(nth) for nth in range(len(line.values))])


def _rows(one: Made, line: Line, kind: str, names: list[str]) -> Iterator[Row]:
    end = one.origin_date + line.horizon * _WEEK
    for name, value in zip(names, line.values, strict=True):
        yield Row(
            line.model, one.origin_date, one.indicator.id, line.horizon, end, line.location, kind, name, value
        )


def respicast(told: Iterable[Row], team: str, target: str, on: date) -> tuple[str, list[Row]]:
    """Give the name and the rows of a file for RespiCast's round that is open on a day: Finland's quantiles.

    The hub counts weeks from the last that its own data tell: the first is the one that has just ended, of
    which ours may be a nowcast. Columns are those of Row but `model_id`, which the file's name bears;
    `target` is the hub's word for the indicator. Raises BadInput without any, for several indicators, and
    for a team that is no name. Rounds: github.com/european-modelling-hubs/RespiCast-SyndromicIndicators.
    """
    if not _TEAM.fullmatch(team):
        raise BadInput(f"no team is named '{team}'; use up to 14 letters, digits, _ and +, such as kunta")
    origin = on + timedelta(days=(_WEDNESDAY - on.weekday()) % 7)
    of = [one for one in told if one.location == COUNTRY and one.output_type == "quantile"]
    if len({one.target for one in of}) > 1:
        raise BadInput("a file for a hub holds one figure: name one indicator with --indicator")
    found = []
    for one in of:
        horizon = 1 + (one.target_end_date - origin + _TOLD) // _WEEK
        if horizon in _ROUND:
            found.append(one._replace(origin_date=origin, horizon=horizon, location="FI", target=target))
    if not found:
        raise BadInput(
            f"nothing is forecast of the whole country for the round of {origin}; see what `tilannekuva "
            "forecast` prints"
        )
    return f"{origin}-{team}-{found[0].model_id}", found


def table(told: Iterable[Row], form: str, *, columns: tuple[str, ...] = Row._fields) -> bytes:
    """Give rows as a file, `csv` or `parquet`."""
    places = [Row._fields.index(name) for name in columns]
    cells = [[row[place] for place in places] for row in told]
    if form == "csv":
        written = io.StringIO()
        lines = csv.writer(written, lineterminator="\n")
        lines.writerows([columns, *([_cell(cell) for cell in row] for row in cells)])
        return written.getvalue().encode()
    by_column = [list(one) for one in zip(*cells, strict=True)] or [[] for _ in columns]
    with Sheet() as sheet:
        kinds = {name: _KINDS.get(name, "VARCHAR") for name in columns}
        sheet.put("rows", {name: (kinds[name], one) for name, one in zip(columns, by_column, strict=True)})
        return sheet.parquet("rows")


def _cell(cell: object) -> str:
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)
