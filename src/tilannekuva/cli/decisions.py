"""The command that prints decisions."""

import csv
import sys
from pathlib import Path

import click

from tilannekuva.cli.frame import as_of_option, asked_at, json_option, opened, print_json, workspace_option
from tilannekuva.flows import asking


@click.command()
@workspace_option
@click.option("--area", help="Code (837), or level and name; only decisions of just this area.")
@as_of_option
@click.option("--source", help="Only what this source told.")
@click.option("--revisions", is_flag=True, help="Every row that was ever known.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@json_option
def decisions(
    folder: Path,
    area: str | None,
    as_of: str | None,
    source: str | None,
    form: str,
    *,
    revisions: bool,
    as_json: bool,
) -> None:
    """Print decisions by the day they were taken: what was decided, by whom, from when to when it holds.

    Example: tilannekuva decisions --area country:FI --as-of 2020-04-15
    """
    with opened(folder) as workspace:
        at = asked_at(as_of)
        rows = asking.decisions(workspace, at, area=area, source=source, revisions=revisions)
    if as_json or form == "json":
        print_json(rows)
        return
    writer = csv.DictWriter(sys.stdout, asking.DECISIONS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
