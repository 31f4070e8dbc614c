"""The command line: one command a flow. Data goes to stdout, talk to stderr."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tilannekuva import __version__
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import instant, stamp
from tilannekuva.domain.looks import GOOD, Look
from tilannekuva.domain.observations import COLUMNS
from tilannekuva.domain.picture import Viewer
from tilannekuva.errors import BadInput, Damaged, SourceError, TilannekuvaError
from tilannekuva.flows import (
    asking,
    kitchen,
    upkeep,
)
from tilannekuva.flows import (
    demo as demonstration,
)
from tilannekuva.flows import (
    replay as replaying,
)
from tilannekuva.flows import (
    update as updating,
)
from tilannekuva.flows.picture import Question, sources_of, states_of
from tilannekuva.flows.picture import picture as pictured
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.transport import Transport

workspace_option = click.option(
    "--workspace", "folder", type=click.Path(path_type=Path), default=Path(), show_default="this folder",
    help="Folder of the situational picture.",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
as_of_option = click.option(
    "--as-of", "as_of", help="As known at an instant, or at the end of a day in Helsinki."
)


class Commands(click.Group):
    """Turns every error a user may meet into one line and its exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run a command."""
        try:
            return super().invoke(ctx)
        except TilannekuvaError as error:
            click.echo(f"tilannekuva: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=Commands)
@click.version_option(__version__)
def main() -> None:
    """Keep a situational picture: what happens, what was known when, what may come.

    Example: tilannekuva demo
    """


@contextmanager
def opened(folder: Path) -> Iterator[Workspace]:
    """Open a workspace for the length of a command."""
    with closing(Workspace(folder)) as workspace:
        yield workspace


def asked_at(text: str | None) -> datetime:
    """Give the instant asked for, or now."""
    return instant(text) if text else updating.utc_now()


def print_json(value: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    """Print a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


@main.command()
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


@main.command()
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
        else:
            looks = _live(workspace, sources, accept=accept)
        report(looks, as_json=as_json)
    if looks and not any(look.outcome in GOOD for look in looks):
        raise SourceError("no source gave a usable answer; the old numbers stay")


def _live(workspace: Workspace, sources: Sequence[str], *, accept: bool) -> list[Look]:
    named = [workspace.source(name) for name in sources]
    recipes = named or updating.due(workspace, updating.utc_now())
    if not recipes:
        click.echo("nothing is due", err=True)
    settings = workspace.settings
    with (
        Transport(settings.allow_networks, settings.contact) as transport,
        bar(len(recipes), "asking") as progress,
    ):
        ask = updating.ask_with(transport, updating.utc_now)
        return updating.update(workspace, recipes, ask=ask, accept=accept, progress=progress)


@contextmanager
def bar(length: int, label: str) -> Iterator[replaying.Progress]:
    """Show how far long work has come, on stderr."""
    with click.progressbar(
        length=length, label=label, file=sys.stderr, item_show_func=lambda look: look and _told(look)
    ) as shown:
        yield lambda look: shown.update(1, look)


def _told(look: Look) -> str:
    return f"{look.landed_at:%Y-%m-%d} {look.source_id} {look.outcome}"


def report(looks: Sequence[Look], *, as_json: bool) -> None:
    """Say what came: per source its outcomes, rows, news, and why answers were not taken."""
    sources = sorted({look.source_id for look in looks})
    summary = [_summary(source, [look for look in looks if look.source_id == source]) for source in sources]
    if as_json:
        print_json(summary)
        return
    for one in summary:
        outcomes = ", ".join(f"{count} {outcome}" for outcome, count in one["outcomes"].items())
        click.echo(
            f"{one['source']}: {outcomes}; {one['news']} news, {one['withdrawn']} withdrawn; "
            f"last {one['last']}"
        )
        for message in one["messages"]:
            click.echo(f"  {message}")
    total = sum(one["news"] for one in summary)
    click.echo(f"{len(looks)} looks, {total} news")


def _summary(source: str, looks: Sequence[Look]) -> dict[str, Any]:
    told = [f"{stamp(look.landed_at)} {look.outcome}: {look.message}" for look in looks if look.message]
    return {
        "source": source,
        "outcomes": dict(sorted(Counter(look.outcome for look in looks).items())),
        "news": sum(look.news for look in looks),
        "withdrawn": sum(look.withdrawn for look in looks),
        "last": stamp(looks[-1].landed_at),
        "messages": told[-5:],
    }


@main.command()
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


@main.command()
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


@main.command()
@workspace_option
@click.option("--area", help="Municipality; the workspace's first without it.")
@as_of_option
@click.option(
    "--viewer", type=click.Choice(["public", "staff", "leadership"]), default="public", show_default=True
)
@click.option("--lang", type=click.Choice(["fi", "sv", "en"]), default="fi", show_default=True)
@json_option
def picture(
    folder: Path, area: str | None, as_of: str | None, viewer: Viewer, lang: str, *, as_json: bool
) -> None:
    """Print the situational picture of an area.

    Example: tilannekuva picture --area 837 --as-of 2021-03-15
    """
    with opened(folder) as workspace:
        place = area or workspace.settings.areas[0]
        question = Question(asked_at(as_of), register().area(place).id, viewer, rewound=bool(as_of))
        found = pictured(workspace, question)
        rows = asking.tiles(found, lang)
    if as_json:
        print_json({"id": found.id, "as_of": stamp(found.as_of), "area": found.area, "tiles": rows})
        return
    for row in rows:
        where = f"({row['area_name']}, {row['reference_date']})"
        click.echo(f"{row['title']}: {row['value']} {row['unit']} {where} {row['level'] or ''}".rstrip())


@main.command()
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
        where = (host or settings.host, port or settings.port)
        with demonstration.asker(workspace) as ask:
            server.serve(workspace, *where, ask=None if no_update else ask)


@main.command()
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
    if not prepare:
        click.echo(f"open http://127.0.0.1:{port}/ in a browser; Ctrl-C ends", err=True)
        ctx.invoke(serve, folder=folder, host=None, port=port, no_update=False)


@main.group()
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


@main.command()
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


@main.command()
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
