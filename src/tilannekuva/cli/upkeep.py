"""Commands that look after what is stored: verify, rebuild."""

from pathlib import Path

import click

from tilannekuva.cli.frame import bar, opened, report, workspace_option
from tilannekuva.errors import Damaged
from tilannekuva.flows import upkeep


@click.command()
@workspace_option
def verify(folder: Path) -> None:
    """Read everything that is stored and compare it with its checksums.

    Example: tilannekuva verify --workspace tampere
    """
    with opened(folder) as workspace:
        faults = upkeep.verify(workspace)
    for fault in faults:
        click.echo(fault)
    if faults:
        raise Damaged(f"{len(faults)} faults")
    click.echo("everything is as it was stored")


@click.command()
@workspace_option
@click.option(
    "--current-recipes", is_flag=True, help="Read the past with today's recipes, to mend a reading."
)
def rebuild(folder: Path, *, current_recipes: bool) -> None:
    """Make the observations again from the landed answers.

    Example: tilannekuva rebuild --workspace tampere
    """
    with opened(folder) as workspace, workspace.writing("rebuild"):
        with bar(workspace.ledger.next_seq() - 1, "rebuilding") as progress:
            looks = upkeep.rebuild(workspace, current_recipes=current_recipes, progress=progress)
        report(looks, as_json=False)
