"""Commands for the people who may log in."""

import sys
from collections.abc import Callable
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


def _about(name: str, change: Callable[[Office, str], object], said: str, help_text: str) -> None:
    """Add a command that changes something about one person and says what came of it."""

    @user.command(name, help=f"{help_text}\n\nExample: tilannekuva user {name} maija.virtanen")
    @workspace_option
    @click.argument("name")
    def command(folder: Path, name: str) -> None:
        with opened(folder) as workspace:
            done = change(_office(workspace), name)
        click.echo(said.format(name=name, done=done), err=True)


_about(
    "password",
    lambda office, name: office.set_password(name, _password()),
    "{name} has a new password",
    "Give somebody another password, and end their sessions.",
)
_about("disable", Office.disable, "{name} may log in no more", "Let somebody in no more, at once.")
_about("enable", Office.enable, "{name} may log in", "Let somebody in again.")
_about(
    "log-out", Office.log_out, "{done} sessions ended", "End all sessions of somebody, who may log in again."
)
