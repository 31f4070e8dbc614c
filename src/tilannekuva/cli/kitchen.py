"""Commands for those who write recipes."""

from pathlib import Path

import click

from tilannekuva.cli.frame import workspace_option
from tilannekuva.errors import BadInput
from tilannekuva.flows import kitchen


@click.group()
def recipe() -> None:
    """Look at and prove recipes.

    Example: tilannekuva recipe test hs-hospital
    """


@recipe.command("show")
@workspace_option
@click.argument("name", required=False)
def recipe_show(folder: Path, name: str | None) -> None:
    """List the recipes, or print one.

    Example: tilannekuva recipe show hs-hospital
    """
    click.echo(kitchen.shown(folder, name))


@recipe.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def recipe_check(files: tuple[Path, ...]) -> None:
    """Check recipe files: mistakes are named with line and cure.

    Example: tilannekuva recipe check recipes/my-source.toml
    """
    for file in files:
        kitchen.checked(file)
        click.echo(f"{file}: sound")


@recipe.command("test")
@workspace_option
@click.argument("names", nargs=-1)
def recipe_test(folder: Path, names: tuple[str, ...]) -> None:
    """Run recipes against their own sample answers and expected rows; all without names.

    Example: tilannekuva recipe test
    """
    differing = 0
    for name, difference in kitchen.tested(folder, names):
        click.echo(f"{name}: {difference or 'as expected'}")
        differing += bool(difference)
    if differing:
        raise BadInput(f"{differing} recipes do not give the rows expected")
