"""Commands of what may come: forecast, score."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from tilannekuva.cli.frame import (
    as_of_option,
    asked_at,
    json_option,
    near,
    opened,
    print_json,
    workspace_option,
)
from tilannekuva.domain.access import PUBLIC
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date, stamp
from tilannekuva.domain.forecasts import Record
from tilannekuva.errors import BadInput
from tilannekuva.flows import hubverse, scoring
from tilannekuva.flows.asking import area_name
from tilannekuva.flows.forecasting import Made
from tilannekuva.flows.forecasting import forecast as forecasted
from tilannekuva.flows.foretold import FLAT, foretold
from tilannekuva.flows.hubverse import Row
from tilannekuva.flows.sight import seen

_SHOWN = ("0.5", "0.25", "0.75", "0.05", "0.95")
_RESPICAST = Row._fields[1:]


@click.command()
@workspace_option
@as_of_option
@click.option("--indicator", "indicators", multiple=True,
    help="Id of an indicator, may be repeated; all that are forecast without.",
)  # fmt: skip
@click.option("--samples", type=click.IntRange(0, 1000), default=0, show_default=True,
    help="Draws besides quantiles; sums of them agree.",
)  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path),
    help="File to write: .parquet or .csv, in the columns of the hubverse. With --hub, its folder.",
)  # fmt: skip
@click.option("--hub", type=(click.Choice(["respicast"]), str, str), default=None,
    metavar="HUB TEAM TARGET",
    help="Write a file that a hub takes (respicast), of a team, with the hub's word for the figure.",
)  # fmt: skip
@json_option
def forecast(
    folder: Path,
    as_of: str | None,
    indicators: tuple[str, ...],
    samples: int,
    output: Path | None,
    hub: tuple[str, str, str] | None,
    *,
    as_json: bool,
) -> None:
    """Forecast the weeks to come from what was known at an instant; nothing known later enters.

    Example: tilannekuva forecast --as-of 2021-03-15 --indicator cases-weekly --output cases.parquet
    """
    if output and not hub and output.suffix not in (".csv", ".parquet"):
        raise BadInput(f"{output.name} must end in .csv or .parquet")
    at = asked_at(as_of)
    with opened(folder) as workspace:
        shown = near(workspace, at)
        made = forecasted(workspace, at, indicators=indicators, samples=samples)
    told = list(hubverse.rows(made))
    if hub:
        name, told = hubverse.respicast(told, *hub[1:], helsinki_date(at))
        beside = output or Path()
        beside.mkdir(parents=True, exist_ok=True)
        _write(beside / f"{name}.csv", told, _RESPICAST)
    elif output:
        _write(output, told, Row._fields)
    elif as_json:
        print_json([row._asdict() for row in told])
    else:
        _print(made, shown)


def _write(file: Path, told: Sequence[Row], columns: tuple[str, ...]) -> None:
    file.write_bytes(hubverse.table(told, file.suffix[1:], columns=columns))
    click.echo(f"wrote {len(told)} rows to {file}", err=True)


def _print(made: Iterable[Made], shown: Sequence[str]) -> None:
    """Print medians with the ranges of 50 and 90 %, or why there is no forecast."""
    for one in made:
        if one.advice:
            click.echo(f"{one.indicator.id}: no forecast ({one.advice}): {one.detail}")
            continue
        levels = [f"{level:g}" for level in one.levels]
        places = [levels.index(level) for level in _SHOWN]
        click.echo(f"{one.indicator.id} ({one.model}), known to {one.origin_date}: median, 50 %, 90 %")
        for line in one.lines:
            if line.location in shown and line.model != FLAT:
                middle, low, high, lowest, highest = (line.values[place] for place in places)
                name = (
                    f"  {area_name(line.location, 'en')[:28]:28} {line.horizon:+d} w  {line.reference_date}"
                )
                click.echo(f"{name}  {middle:10,.0f}  {low:,.0f}–{high:,.0f}  {lowest:,.0f}–{highest:,.0f}")


@click.command()
@workspace_option
@click.option("--indicator", help="Id of an indicator; all that are forecast without.")
@click.option("--area", help="Area; the first one of the workspace and those it belongs to without.")
@as_of_option
@json_option
def score(folder: Path, indicator: str | None, area: str | None, as_of: str | None, *, as_json: bool) -> None:
    """Say how good the forecasts that have come due were, beside a flat line.

    Example: tilannekuva score --indicator cases-weekly --area hospital-district:Pirkanmaa
    """
    at = asked_at(as_of)
    with opened(folder) as workspace:
        sight = seen(workspace, PUBLIC)
        places = (register().area(area).id,) if area else near(workspace, at)
        names = [one.id for one in foretold(sight, at, names=[indicator] if indicator else ())]
        found = [
            record
            for name in names
            for place in places
            for record in scoring.records(scoring.scores(sight, name, place, at))
        ]
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        click.echo(_sentence(one))
    said = f"by what was known at {stamp(at)}; bias from -1 (forecasts too low) to 1 (too high)"
    click.echo(said if found else "no forecast has come due", err=True)


def _sentence(one: Record) -> str:
    weeks = f"{one.horizon} week{'s' if one.horizon > 1 else ''} ahead"
    against = "; a flat line missed nothing"
    if one.ratio is not None:
        against = f", {abs(1 - one.ratio):.0%} {'smaller' if one.ratio < 1 else 'larger'} than a flat line's"
    name = f"{one.indicator}, {area_name(one.area, 'en')}, {weeks}"
    held = f"{one.held_90} of {one.n} inside the 90 % band"
    return f"{name}: {held}; errors (WIS {one.wis:.1f}){against}; bias {one.bias:+.2f}"
