"""Commands for the people who may log in."""

import sys
from pathlib import Path

import click

from tilannekuva.access.people import HELD
from tilannekuva.cli.frame import json_option, opened, print_json, workspace_option
from tilannekuva.flows.entrance import CONSOLE
from tilannekuva.flows.office import Office
from tilannekuva.flows.update import utc_now
from tilannekuva.flows.workspace import Workspace

_role = click.option("--role", type=click.Choice(HELD), required=True, help="What they may see and do.")


@click.group()
def user() -> None:
    """Say who may log in, and in which role.

    Example: tilannekuva user add maija.virtanen --role admin --municipality 837
    """


def _office(workspace: Workspace) -> Office:
    return Office(workspace, CONSOLE, utc_now())


def _password() -> str:
    """Ask for a password twice where there is a terminal; else read it from the first line of stdin."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


@user.command("add")
@workspace_option
@click.argument("name")
@_role
@click.option("--municipality", required=True, help="The one that they serve: code (837) or name.")
def user_add(folder: Path, name: str, role: str, municipality: str) -> None:
    """Let somebody log in; asks for their password, or reads it from stdin.

    Example: tilannekuva user add maija.virtanen --role staff --municipality 837
    """
    with opened(folder) as workspace:
        office = _office(workspace)
        made = office.add(name, password=_password(), role=role, municipality=municipality)
    click.echo(f"{made.name} may log in as {made.role} of {made.municipality}", err=True)


@user.command("list")
@workspace_option
@json_option
def user_list(folder: Path, *, as_json: bool) -> None:
    """List who may log in, and who no longer may.

    Example: tilannekuva user list
    """
    with opened(folder) as workspace:
        found = _office(workspace).people.all()
    if as_json:
        print_json(
            [
                {"name": one.name, "title": one.title, "role": one.role, "municipality": one.municipality}
                | {"made_at": one.made_at, "disabled_at": one.disabled_at}
                for one in found
            ]
        )
        return
    for one in found:
        state = "disabled" if one.disabled_at else "may log in"
        click.echo(f"{one.name}  {one.role}  {one.municipality}  {state}  {one.title}".rstrip())


@user.command("role")
@workspace_option
@click.argument("name")
@_role
@click.option("--municipality", default="", help="Another one that they serve: code (837) or name.")
def user_role(folder: Path, name: str, role: str, municipality: str) -> None:
    """Give somebody another role, and end their sessions.

    Example: tilannekuva user role maija.virtanen --role leadership
    """
    with opened(folder) as workspace:
        _office(workspace).set_role(name, role=role, municipality=municipality)
    click.echo(f"{name} is {role}", err=True)


@user.command("password")
@workspace_option
@click.argument("name")
def user_password(folder: Path, name: str) -> None:
    """Give somebody another password, and end their sessions.

    Example: tilannekuva user password maija.virtanen
    """
    with opened(folder) as workspace:
        _office(workspace).set_password(name, _password())
    click.echo(f"{name} has a new password", err=True)


@user.command("disable")
@workspace_option
@click.argument("name")
def user_disable(folder: Path, name: str) -> None:
    """Let somebody in no more, at once.

    Example: tilannekuva user disable maija.virtanen
    """
    with opened(folder) as workspace:
        _office(workspace).disable(name)
    click.echo(f"{name} may log in no more", err=True)


@user.command("enable")
@workspace_option
@click.argument("name")
def user_enable(folder: Path, name: str) -> None:
    """Let somebody in again.

    Example: tilannekuva user enable maija.virtanen
    """
    with opened(folder) as workspace:
        _office(workspace).enable(name)
    click.echo(f"{name} may log in", err=True)


@user.command("log-out")
@workspace_option
@click.argument("name")
def user_log_out(folder: Path, name: str) -> None:
    """End all sessions of somebody, who may log in again.

    Example: tilannekuva user log-out maija.virtanen
    """
    with opened(folder) as workspace:
        ended = _office(workspace).log_out(name)
    click.echo(f"{ended} sessions ended", err=True)
