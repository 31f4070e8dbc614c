"""Commands that print what is known: status, observations, picture."""

import csv
import sys
from pathlib import Path

import click

from tilannekuva.cli.frame import as_of_option, asked_at, json_option, opened, print_json, workspace_option
from tilannekuva.domain.access import Role, Viewer
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.observations import COLUMNS
from tilannekuva.flows import asking
from tilannekuva.flows import release as releasing
from tilannekuva.flows.picture import Question, sources_of, states_of
from tilannekuva.flows.picture import picture as pictured
from tilannekuva.flows.sight import seen


@click.command()
@workspace_option
@as_of_option
@json_option
def status(folder: Path, as_of: str | None, *, as_json: bool) -> None:
    """Show the health of each source: last look, last good, age against its rhythm, why.

    Example: tilannekuva status --workspace tampere
    """
    at = asked_at(as_of)
    with opened(folder) as workspace:
        rows = asking.sources(states_of(workspace, at), sources_of(workspace, at), "en")
    if as_json:
        print_json(rows)
        return
    for row in rows:
        news = f"news {row['last_news_at']}, every {row['rhythm']}, looked {row['last_look_at']}"
        click.echo(f"{row['condition']:8} {row['source']:20} {news}  {row['message']}".rstrip())


@click.command()
@workspace_option
@click.option("--indicator", required=True, help="Id of the indicator.")
@click.option(
    "--area", help="Code (837), or level and name (hospital-district:Pirkanmaa); all areas without it."
)
@as_of_option
@click.option("--source", help="Only what this source said.")
@click.option("--revisions", is_flag=True, help="Every row that was ever known.")
@click.option(
    "--format", "form", type=click.Choice(["csv", "json", "parquet"]), default="csv", show_default=True
)
def observations(
    folder: Path,
    indicator: str,
    area: str | None,
    as_of: str | None,
    source: str | None,
    form: str,
    *,
    revisions: bool,
) -> None:
    """Print observations: one row a key, sorted.

    Example: tilannekuva observations --indicator cases --area hospital-district:Pirkanmaa --as-of 2021-03-15
    """
    asked = asking.Asked(indicator, asked_at(as_of), area=area, source=source, revisions=revisions)
    with opened(folder) as workspace:
        rows = asking.observations(workspace, asked)
        if form == "parquet":
            sys.stdout.buffer.write(asking.parquet(rows))
        elif form == "json":
            print_json(rows)
        else:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(asking.table(rows))


@click.command()
@workspace_option
@click.option("--area", help="Municipality; the workspace's first without it.")
@as_of_option
@click.option(
    "--viewer",
    type=click.Choice(["public", "partner", "staff", "leadership"]),
    default="public",
    show_default=True,
    help="As whom: somebody in this role in the area's municipality.",
)
@click.option("--lang", type=click.Choice(["fi", "sv", "en"]), default="fi", show_default=True)
@json_option
def picture(
    folder: Path, area: str | None, as_of: str | None, viewer: Role, lang: str, *, as_json: bool
) -> None:
    """Print the situational picture of an area.

    Example: tilannekuva picture --area 837 --as-of 2021-03-15
    """
    with opened(folder) as workspace:
        place = register().area(area or workspace.settings.areas[0]).id
        found = pictured(
            seen(workspace, Viewer(viewer, place)), Question(asked_at(as_of), place, rewound=bool(as_of))
        )
        rows = asking.tiles(found, lang)
    if as_json:
        print_json({"id": found.id, "as_of": stamp(found.as_of), "area": found.area, "tiles": rows})
        return
    for row in rows:
        where = f"({row['area_name']}, {row['reference_date']})"
        click.echo(f"{row['title']}: {row['value']} {row['unit']} {where} {row['level'] or ''}".rstrip())


@click.command()
@workspace_option
@click.option(
    "--last", default=5, show_default=True, help="How many of the newest releases of each indicator."
)
@json_option
def release(folder: Path, last: int, *, as_json: bool) -> None:
    """Show the last releases of protected indicators: what everybody was told anew, and when.

    Example: tilannekuva release --workspace tampere
    """
    with opened(folder) as workspace:
        rows = releasing.told(workspace, last)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        value = "fewer than 5" if row["value"] is None else row["value"]
        click.echo(
            f"{row['released_at']}  {row['indicator']}: {row['area_name']} {value} ({row['reference_date']})"
        )
