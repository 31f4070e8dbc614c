"""The command that writes the pages as files: build."""

import sys
from pathlib import Path

import click

from tilannekuva.cli.frame import as_of_option, asked_at, opened, workspace_option
from tilannekuva.flows import publish as publishing
from tilannekuva.flows.update import utc_now


@click.command()
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@workspace_option
@as_of_option
def build(target: Path, folder: Path, as_of: str | None) -> None:
    """Write all pages as files that any web server can show, and keep the pictures in the archive.

    DIR must be new, empty, or hold an earlier build.

    Example: tilannekuva build public --workspace tampere
    """
    from tilannekuva.web import build as building  # noqa: PLC0415 - pages are not loaded for the other commands
    from tilannekuva.web import server  # noqa: PLC0415 - likewise

    now, at = utc_now(), asked_at(as_of)
    with opened(folder) as workspace, click.progressbar(length=1, label="building", file=sys.stderr) as shown:

        def progress(_: int, known: int) -> None:
            shown.length = known
            shown.update(1)

        app = server.site(workspace, clock=lambda: now)
        made = building.build(app, target, as_of=as_of or "", progress=progress)
        found = publishing.pictures(workspace, at if as_of else now, rewound=as_of is not None)
        publishing.publish(workspace, found, now, kind="build")
    for one in made["not_made"]:
        click.echo(f"not made, an extra is not installed: {one}", err=True)
    click.echo(
        f"{target}: {len(made['files'])} files, {made['bytes'] / 1e6:.1f} MB, picture {made['picture']}"
    )
