"""Commands for the tokens with which other programs deliver to the inbox, or read."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tilannekuva.access.tokens import READING, Token, Tokens
from tilannekuva.cli.frame import json_option, opened, print_json, workspace_option
from tilannekuva.flows import tokens
from tilannekuva.flows.update import utc_now

_days = click.option(
    "--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="Days it holds."
)
_note = click.option("--note", default="", help="Who uses it, and what for.")


@click.group()
def token() -> None:
    """Let another program deliver to one source, or read in one role.

    Example: tilannekuva token add service-phone-ring --note FME
    """


def _told(made: str) -> None:
    click.echo(made)
    click.echo("keep it now: only its hash is stored, it is not shown again", err=True)


@token.command("add")
@workspace_option
@click.argument("source")
@_days
@_note
def token_add(folder: Path, source: str, days: int, note: str) -> None:
    """Make a token for deliveries to one source and print it, this once.

    Example: tilannekuva token add service-phone-ring --days 90 --note "FME Flow"
    """
    with opened(folder) as workspace:
        made = tokens.issue(workspace, source, days=days, note=note, now=utc_now())
        if source not in workspace.settings.sources:
            click.echo(f"add {source} to the sources in tilannekuva.toml, or nothing is taken", err=True)
    _told(made)


@token.command("add-reader")
@workspace_option
@click.argument("role", type=click.Choice(READING))
@click.option("--municipality", required=True, help="The one that it serves: code (837) or name.")
@_days
@_note
def token_add_reader(folder: Path, role: str, municipality: str, days: int, note: str) -> None:
    """Make a token with which a program reads in one role and print it, this once.

    Example: tilannekuva token add-reader staff --municipality 837 --note "Power BI"
    """
    with opened(folder) as workspace:
        made = tokens.issue_reader(
            workspace, role, municipality=municipality, days=days, note=note, now=utc_now()
        )
    _told(made)


@token.command("list")
@workspace_option
@json_option
def token_list(folder: Path, *, as_json: bool) -> None:
    """List the tokens: what each opens, until when, and whether it still does.

    Example: tilannekuva token list
    """
    now = utc_now()
    with opened(folder) as workspace:
        found = [_row(one, now) for one in Tokens(workspace.book).all()]
    if as_json:
        print_json(found)
        return
    for row in found:
        told = [row["id"], "holds" if row["valid"] else "ended", row["scope"], row["municipality"]]
        click.echo("  ".join(one for one in (*told, f"until {row['expires_at']}", row["note"]) if one))


def _row(one: Token, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "scope": one.scope,
        "municipality": one.municipality,
        "note": one.note,
        "made_at": one.made_at,
        "expires_at": one.expires_at,
        "revoked_at": one.revoked_at,
        "valid": one.holds(now),
    }


@token.command("revoke")
@workspace_option
@click.argument("token_id")
def token_revoke(folder: Path, token_id: str) -> None:
    """End a token at once.

    Example: tilannekuva token revoke 1f3a9c02
    """
    with opened(folder) as workspace:
        tokens.revoke(workspace, token_id, utc_now())
    click.echo(f"{token_id} opens nothing any more", err=True)
