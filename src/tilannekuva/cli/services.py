"""Commands for services: the forms by which others report them."""

import csv
import io
from pathlib import Path

import click

from tilannekuva.cli.frame import workspace_option
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.definitions import LANGS, Lang
from tilannekuva.flows import excel
from tilannekuva.flows.update import utc_now
from tilannekuva.flows.xlsform import xlsform
from tilannekuva.sources.recipe import Recipe

FORMS = ("xlsx", "xlsform", "csv")


@click.group("services")
def services() -> None:
    """Make the forms by which services are reported.

    Example: tilannekuva services template phone-ring --form xlsform --output phone-ring.xlsx
    """


@services.command("template")
@workspace_option
@click.argument("service")
@click.option("--form", type=click.Choice(FORMS), default="xlsx", show_default=True,
    help="A sheet for Excel; a form for KoBo and ODK in three languages; the heading of a CSV file.",
)  # fmt: skip
@click.option(
    "--lang", type=click.Choice(LANGS), default="fi", show_default=True, help="Language of the sheet."
)
@click.option("--area", "areas", multiple=True, help="Municipality that it is for; may be repeated.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write."
)
def services_template(
    folder: Path, service: str, form: str, lang: Lang, areas: tuple[str, ...], output: Path
) -> None:
    """Make the form of a service: what comes back in it is taken by the source service-SERVICE.

    Example: tilannekuva services template phone-ring --form xlsform --area 837 --output phone-ring.xlsx
    """
    recipe = excel.contract(folder, f"service-{service}")
    today = helsinki_date(utc_now())
    if form == "csv":
        made = _heading(recipe)
    elif form == "xlsform":
        made = xlsform(recipe, excel.asked_areas(recipe, areas, today=today), on=today)
    else:
        made = excel.template(recipe, lang, areas, today=today)
    output.write_bytes(made)
    click.echo(f"made {output}", err=True)


def _heading(recipe: Recipe) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow([one.column for one in recipe.entry])
    return written.getvalue().encode()
