"""Commands for joint sheets: a template goes out, a filled sheet is read and goes back with its faults."""

from pathlib import Path
from typing import Any

import click

from tilannekuva.cli.frame import json_option, opened, print_json, workspace_option
from tilannekuva.config import FILE
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.definitions import LANGS, Lang
from tilannekuva.domain.looks import GOOD, Answer, Look
from tilannekuva.errors import NotUnderstood, TilannekuvaError
from tilannekuva.flows import excel as sheets
from tilannekuva.flows.reading import Understood
from tilannekuva.flows.update import utc_now


@click.group()
def excel() -> None:
    """Make joint sheets, and read those that come back.

    Example: tilannekuva excel template service-phone-ring --output form.xlsx
    """


@excel.command("template")
@workspace_option
@click.argument("source")
@click.option(
    "--lang", type=click.Choice(LANGS), default="fi", show_default=True, help="Language of the sheet."
)
@click.option(
    "--area", "areas", multiple=True, help="Area that it is for; may be repeated; all areas without it."
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write, .xlsx."
)
def excel_template(folder: Path, source: str, lang: Lang, areas: tuple[str, ...], output: Path) -> None:
    """Make a sheet to fill in: lists to choose from, limits, instructions.

    Example: tilannekuva excel template service-phone-ring --lang sv --area 837 --output form.xlsx
    """
    recipe = sheets.contract(folder, source)
    output.write_bytes(sheets.template(recipe, lang, areas, today=helsinki_date(utc_now())))
    click.echo(f"made {output}", err=True)


@excel.command("read")
@workspace_option
@click.argument("source")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Say what is wrong with it; record nothing.")
@click.option(
    "--returned",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the sheet with its faults coloured and explained, .xlsx.",
)
@click.option("--accept", is_flag=True, help="Believe it even though the guard objects.")
@json_option
def excel_read(
    folder: Path,
    source: str,
    file: Path,
    returned: Path | None,
    *,
    only_check: bool,
    accept: bool,
    as_json: bool,
) -> None:
    """Take in a filled sheet (.xlsx, .xls, .ods): good rows are recorded, the others explained.

    Example: tilannekuva excel read service-phone-ring filled.xlsx --returned back.xlsx
    """
    now = utc_now()
    answer = Answer(source, file.read_bytes(), url=f"file:{file.name}")
    look = None
    if only_check:
        recipe = sheets.contract(folder, source)
        understood = sheets.checked(recipe, answer.body, now=now)
    else:
        with opened(folder) as workspace, workspace.writing("excel"):
            workspace.define(now)
            recipe = sheets.contract(folder, source)
            understood, look = sheets.received(workspace, recipe, answer, now=now, accept=accept)
            if source not in workspace.settings.sources:
                click.echo(f"no page shows {source} before it is among `sources` of {FILE}", err=True)
    if returned:
        back = sheets.returned_sheet(recipe, answer.body, understood, today=helsinki_date(now))
        _write(returned, back)
    _tell(understood, look, as_json=as_json)


def _write(file: Path, back: bytes | None) -> None:
    if back:
        file.write_bytes(back)
    click.echo(f"made {file}" if back else "nothing to return", err=True)


def _tell(understood: Understood | TilannekuvaError, look: Look | None, *, as_json: bool) -> None:
    """Say what came, row by row what is wrong, and end with the error that stopped it."""
    faults = [] if isinstance(understood, TilannekuvaError) else understood.faults
    if as_json:
        print_json(_summary(understood, look))
    else:
        for fault in faults:
            click.echo(fault)
        click.echo(_line(understood, look))
    if isinstance(understood, TilannekuvaError):
        raise understood
    if look is not None and look.outcome not in GOOD:
        raise NotUnderstood(look.message)
    if look is None and faults:
        raise NotUnderstood(
            f"{len(faults)} faults; mend them, or send the sheet as it is: good rows are taken"
        )


def _summary(understood: Understood | TilannekuvaError, look: Look | None) -> dict[str, Any]:
    if isinstance(understood, TilannekuvaError):
        understood = Understood([], [str(understood)], 0)
    return {
        "outcome": look.outcome if look else "checked",
        "rows": understood.n_rows,
        "values": len(understood.facts),
        "news": look.news if look else 0,
        "withdrawn": look.withdrawn if look else 0,
        "faults": understood.faults,
    }


def _line(understood: Understood | TilannekuvaError, look: Look | None) -> str:
    one = _summary(understood, look)
    news = f"; {one['news']} news, {one['withdrawn']} withdrawn" if look else ""
    return f"{one['outcome']}: {one['rows']} rows, {one['values']} values, {len(one['faults'])} faults{news}"
