"""Commands that publish: brief, publish."""

from pathlib import Path

import click

from tilannekuva.cli.frame import as_of_option, asked_at, json_option, opened, print_json, workspace_option
from tilannekuva.domain.calendar import stamp
from tilannekuva.domain.definitions import LANGS
from tilannekuva.flows import publish as publishing
from tilannekuva.flows.entrance import log_head
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.update import utc_now


@click.command()
@workspace_option
@click.option("--area", help="Code (837), or level and name; without it, the workspace's first.")
@click.option("--lang", type=click.Choice(LANGS), default="fi", show_default=True)
@as_of_option
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File to write; its ending says the form: .pdf, .png (a card), .eml (a draft), .html, .txt.",
)
def brief(folder: Path, area: str | None, lang: str, as_of: str | None, output: Path) -> None:
    """Write the brief of two pages, and keep it with its picture in the archive.

    Example: tilannekuva brief --lang fi --output katsaus.pdf
    """
    from tilannekuva.web import brief as briefs  # noqa: PLC0415 - pages are not loaded for the other commands

    form = briefs.form_of(output.name)
    with opened(folder) as workspace:
        now = utc_now()
        asked = briefs.Wanted(area, lang, asked_at(as_of), rewound=as_of is not None)
        shown, body = briefs.of(Reader(workspace, now), asked, form, head=log_head(workspace))
        publishing.publish_brief(workspace, shown, body, now=now, form=form, lang=lang)
    output.write_bytes(body)
    click.echo(f"wrote {output}: picture {shown.id}, as known {stamp(shown.as_of)}", err=True)


@click.command()
@workspace_option
@json_option
def publish(folder: Path, *, as_json: bool) -> None:
    """Keep the pictures as they are now in the archive; those that are there already cost nothing.

    Example: tilannekuva publish --workspace tampere
    """
    with opened(folder) as workspace:
        now = utc_now()
        made = publishing.publish(workspace, publishing.pictures(workspace, now, rewound=False), now)
    if as_json:
        print_json([{"picture": one.picture, "area": one.area, "sha256": one.sha256} for one in made])
        return
    for one in made:
        click.echo(f"{one.area}: picture {one.picture}")
    click.echo(f"{len(made)} published", err=True)
