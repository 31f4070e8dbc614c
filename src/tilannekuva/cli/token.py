"""Commands for the tokens with which other systems deliver to the inbox."""

from pathlib import Path

import click

from tilannekuva.cli.frame import json_option, opened, print_json, workspace_option
from tilannekuva.flows import tokens
from tilannekuva.flows.update import utc_now


@click.group()
def token() -> None:
    """Let another system deliver to one source.

    Example: tilannekuva token add services-elderly --note FME
    """


@token.command("add")
@workspace_option
@click.argument("source")
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="Days it holds.")
@click.option("--note", default="", help="Who uses it, and what for.")
def token_add(folder: Path, source: str, days: int, note: str) -> None:
    """Make a token for one source and print it, this once.

    Example: tilannekuva token add services-elderly --days 90 --note "FME Flow"
    """
    with opened(folder) as workspace:
        made = tokens.issue(workspace, source, days=days, note=note, now=utc_now())
        if source not in workspace.settings.sources:
            click.echo(f"add {source} to the sources in tilannekuva.toml, or nothing is taken", err=True)
    click.echo(made)
    click.echo("keep it now: only its hash is stored, it is not shown again", err=True)


@token.command("list")
@workspace_option
@json_option
def token_list(folder: Path, *, as_json: bool) -> None:
    """List the tokens: what each opens, until when, and whether it still does.

    Example: tilannekuva token list
    """
    now = utc_now()
    with opened(folder) as workspace:
        found = [
            {
                "id": one.id,
                "source": tokens.source_of(one),
                "note": one.note,
                "made_at": one.made_at,
                "expires_at": one.expires_at,
                "revoked_at": one.revoked_at,
                "valid": tokens.is_valid(one, now),
            }
            for one in workspace.ledger.tokens()
        ]
    if as_json:
        print_json(found)
        return
    for row in found:
        state = "holds" if row["valid"] else "ended"
        click.echo(
            f"{row['id']}  {state}  {row['source']}  until {row['expires_at']}  {row['note']}".rstrip()
        )


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
