"""Commands that make and run a picture: init, update, serve, demo."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from tilannekuva.cli.frame import bar, json_option, opened, report, workspace_option
from tilannekuva.domain.looks import GOOD, Look
from tilannekuva.errors import BadInput, SourceError
from tilannekuva.flows import demo as demonstration
from tilannekuva.flows import entrance, keeping, upkeep
from tilannekuva.flows import release as releasing
from tilannekuva.flows import replay as replaying
from tilannekuva.flows import update as updating
from tilannekuva.flows.workspace import Workspace


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--template", type=click.Choice(sorted(upkeep.TEMPLATES)), default="corona", show_default=True)
@click.option(
    "--area", "areas", multiple=True, required=True, help="Municipality, code or name; may be repeated."
)
def init(folder: Path, template: str, areas: tuple[str, ...]) -> None:
    """Make a new workspace.

    Example: tilannekuva init tampere --template corona --area 837
    """
    upkeep.init(folder, template=template, areas=areas)
    click.echo(f"made {folder}; next: tilannekuva update --workspace {folder}", err=True)


@click.command()
@workspace_option
@click.option("--source", "sources", multiple=True, help="Only this source; may be repeated.")
@click.option(
    "--replay", "recorded", type=click.Path(path_type=Path), help="Folder of recorded answers with index.csv."
)
@click.option(
    "--accept", is_flag=True, help="Believe the answers even though the guard objects; needs --source."
)
@json_option
def update(
    folder: Path, sources: tuple[str, ...], recorded: Path | None, *, accept: bool, as_json: bool
) -> None:
    """Look at the sources that are due, or at recorded answers.

    Example: tilannekuva update --workspace tampere --replay recorded
    """
    if accept and not sources:
        raise BadInput("--accept believes an answer that was refused: say whose with --source")
    with opened(folder) as workspace, workspace.writing("update"):
        workspace.define(updating.utc_now())
        if recorded:
            found = replaying.recordings(recorded)
            with bar(len(found), "replaying") as progress:
                looks = replaying.replay(workspace, found, sources=sources, accept=accept, progress=progress)
            _go_through(workspace, updating.utc_now())
        else:
            looks = _live(workspace, sources, accept=accept)
            releasing.release(workspace, updating.utc_now())
            keeping.renew(workspace, updating.utc_now())
        report(looks, as_json=as_json)
    if looks and not any(look.outcome in GOOD for look in looks):
        raise SourceError("no source gave a usable answer; the old numbers stay")


def _go_through(workspace: Workspace, now: datetime) -> None:
    """Release and forecast what a replayed past would have, and show how far that has come."""
    releasing.release_past(workspace, now)
    turns = keeping.past_turns(workspace, now)
    with click.progressbar(turns, label="forecasts", file=sys.stderr) as shown:
        keeping.renew_past(workspace, now, shown)


def _live(workspace: Workspace, sources: Sequence[str], *, accept: bool) -> list[Look]:
    named = [workspace.source(name) for name in sources]
    recipes = [
        one for one in named or updating.due(workspace, updating.utc_now()) if one.fetch.protocol != "inbox"
    ]
    with demonstration.asker(workspace) as ask, bar(len(recipes), "asking") as progress:
        asked = updating.update(workspace, recipes, ask=ask, accept=accept, progress=progress)
    given = updating.received(workspace, sources, accept=accept)
    if not recipes and not given:
        click.echo("nothing is due, and nothing lies in the inbox", err=True)
    return asked + given


@click.command()
@workspace_option
@click.option("--host", help="Address to listen on, instead of the settings'.")
@click.option("--port", type=int, help="Port to listen on, instead of the settings'.")
@click.option("--no-update", is_flag=True, help="Only show; ask no source.")
def serve(folder: Path, host: str | None, port: int | None, *, no_update: bool) -> None:
    """Show the pages and keep them up to date.

    Example: tilannekuva serve --workspace tampere
    """
    from tilannekuva.web import server  # noqa: PLC0415 - pages are not loaded for the other commands

    with opened(folder) as workspace:
        settings = workspace.settings
        entrance.client_secret(settings)
        where = (host or settings.host, port or settings.port)
        with demonstration.asker(workspace) as ask:
            server.serve(workspace, *where, ask=None if no_update else ask)


@click.command()
@click.option(
    "--workspace",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("tilannekuva-demo"),
    show_default=True,
)
@click.option("--live", is_flag=True, help="Ask the real services instead of the simulator.")
@click.option("--days", default=30, show_default=True, help="Days of the exercise that have already passed.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--prepare", is_flag=True, help="Make the workspace and stop.")
@click.pass_context
def demo(ctx: click.Context, folder: Path, days: int, port: int, *, live: bool, prepare: bool) -> None:
    """Show a ready picture of three cities: an exercise, with the internet shut.

    Example: tilannekuva demo
    """
    now = updating.utc_now()
    demonstration.prepare(folder, live=live, now=now)
    with opened(folder) as workspace, workspace.writing("demo"):
        past = demonstration.past(workspace, now, days=days)
        if past:
            with bar(len(past), "exercise") as progress:
                replaying.replay(workspace, past, progress=progress)
            _go_through(workspace, now)
    if not prepare:
        click.echo(f"open http://127.0.0.1:{port}/ in a browser; Ctrl-C ends", err=True)
        ctx.invoke(serve, folder=folder, host=None, port=port, no_update=False)
