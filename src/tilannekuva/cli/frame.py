"""What all commands share: options, errors as one line, progress, reports."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date, instant, stamp
from tilannekuva.domain.looks import Look
from tilannekuva.errors import TilannekuvaError
from tilannekuva.flows import replay as replaying
from tilannekuva.flows.update import utc_now
from tilannekuva.flows.workspace import Workspace

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
        except OSError as error:
            if error.filename is None:  # a reader that left: click's own to tell
                raise
            said = f"{error.filename}: {error.strerror}; name another file, or see to its folder and rights"
            click.echo(f"tilannekuva: {said}", err=True)
            ctx.exit(TilannekuvaError.exit_code)


@contextmanager
def opened(folder: Path) -> Iterator[Workspace]:
    """Open a workspace for the length of a command."""
    with closing(Workspace(folder)) as workspace:
        yield workspace


def asked_at(text: str | None) -> datetime:
    """Give the instant asked for, or now."""
    return instant(text) if text else utc_now()


def near(workspace: Workspace, at: datetime, *, area: str | None = None) -> tuple[str, ...]:
    """Give an area, the workspace's first without it, and all that it belongs to."""
    place = register().area(area or workspace.settings.areas[0]).id
    return (place, *register().ancestors(place, on=helsinki_date(at)))


def print_json(value: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    """Print a value as JSON; days and instants as they are written everywhere."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=_plain))


def _plain(one: object) -> str:
    return stamp(one) if isinstance(one, datetime) else str(one)


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
