"""The command line: one command a flow. Data goes to stdout, talk to stderr."""

import click

from tilannekuva import __version__
from tilannekuva.cli import (
    asking,
    audit,
    building,
    decisions,
    excel,
    forecasting,
    kitchen,
    publishing,
    running,
    scenarios,
    services,
    token,
    upkeep,
    user,
)
from tilannekuva.cli.frame import Commands


@click.group(cls=Commands)
@click.version_option(__version__)
def main() -> None:
    """Keep a situational picture: what happens, what was known when, what may come.

    Example: tilannekuva demo
    """


for command in (
    running.init,
    running.update,
    asking.status,
    asking.observations,
    asking.picture,
    asking.release,
    decisions.decisions,
    forecasting.forecast,
    forecasting.score,
    publishing.brief,
    publishing.publish,
    running.serve,
    building.build,
    running.demo,
    kitchen.recipe,
    excel.excel,
    scenarios.scenario,
    scenarios.model,
    services.services,
    user.user,
    token.token,
    audit.audit,
    upkeep.verify,
    upkeep.rebuild,
):
    main.add_command(command)
