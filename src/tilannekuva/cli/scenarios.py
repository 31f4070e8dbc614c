"""Commands of scenarios: what would follow if, and the model cards."""

from pathlib import Path
from typing import Any

import click

from tilannekuva.cli.frame import (
    as_of_option,
    asked_at,
    json_option,
    near,
    opened,
    print_json,
    workspace_option,
)
from tilannekuva.domain.access import PUBLIC
from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.scenarios import Projection
from tilannekuva.errors import BadInput
from tilannekuva.flows import scenarios
from tilannekuva.flows.asking import area_name
from tilannekuva.flows.cards import Card, cards
from tilannekuva.flows.sight import seen


@click.command()
@click.argument("which", metavar="FILE|NAME")
@workspace_option
@click.option("--area", help="Area; the workspace's first without it.")
@as_of_option
@json_option
def scenario(which: str, folder: Path, area: str | None, as_of: str | None, *, as_json: bool) -> None:
    """Project a scenario: what would follow if. A projection, not a forecast; it is never scored as one.

    NAME is that of a saved scenario, FILE a TOML file that need not be saved yet.

    Example: tilannekuva scenario schools-closed --workspace tampere --as-of 2021-03-15
    """
    at = asked_at(as_of)
    with opened(folder) as workspace:
        viewer = seen(workspace, PUBLIC)
        place = register().area(area or workspace.settings.areas[0]).id
        asked = scenarios.named(viewer, which, at)
        on = scenarios.footing(viewer, place, at, on=asked.assumptions)
        if on is None:
            raise BadInput(
                f"too few cases are known around {place} on {helsinki_date(at)}: four weeks of settled "
                "figures are needed, not older than 60 days; ask for another day or area"
            )
        made = scenarios.project(on, asked)
    if as_json:
        print_json({"kind": "projection", "scenario": asked.id, **scenarios.told(made)})
        return
    _say(made, asked.title.en)


def _say(made: Projection, title: str) -> None:
    known = made.known
    low, middle, high = known.number
    click.echo(f"{title}: a projection, not a forecast")
    click.echo(
        f"{register().area(known.area).name('en')}, settled {known.origin}: {known.cases:.0f} cases a day, "
        f"R {middle:.2f} ({low:.2f}-{high:.2f}), {known.susceptible:.0%} can still be infected"
    )
    for nth in (0, 13, 27, 55, 89, 179):
        if nth < len(made.cases.days):
            line = [f"{one[nth]:.0f}" for one in made.cases.lines]
            click.echo(f"{made.cases.days[nth]}  cases a day {line[2]} ({line[0]}-{line[4]})")
    for name, one in zip(("ward", "intensive care"), made.crossings, strict=True):
        when = f", in half of these by {one.day}" if one.day else ""
        click.echo(f"{name}: {one.beds:.0f} beds run out in {one.share:.0%} of the runs{when}")


@click.command()
@click.argument("name", default="")
@workspace_option
@click.option(
    "--area", help="Area whose scores are told, or the nearest it lies in; the workspace's first without."
)
@as_of_option
@json_option
def model(name: str, folder: Path, area: str | None, as_of: str | None, *, as_json: bool) -> None:
    """Show the model cards: what each model rests on, what it assumes, how good it has been here.

    With the NAME of assumptions, print these as TOML. Change them, save them, share them: as
    assumptions/NAME.toml in the workspace's folder they take the place of the shipped ones.

    Example: tilannekuva model corona --workspace tampere
    """
    with opened(folder) as workspace:
        at, viewer = asked_at(as_of), seen(workspace, PUBLIC)
        if name and not as_json:
            click.echo(scenarios.assumptions_text(viewer, name, at), nl=False)
        elif name:
            print_json(scenarios.assumptions(viewer, name, at).model_dump())
        else:
            _show(cards(viewer, near(workspace, at, area=area), at), as_json=as_json)


def _show(found: list[Card], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(f"{one['model']}: {one.get('indicator') or one['about']}")
        click.echo(f"  rests on: {'; '.join(one['papers']) or 'what it assumes'}")
        click.echo(f"  assumes: {_words(one['assumes'])}")
        for each in one.get("scores", ()):
            ratio = f"{each['ratio']:.2f}" if each["ratio"] is not None else "-"
            click.echo(
                f"  {area_name(each['area'], 'en')}, {each['horizon']} ahead: {each['n']} scored, "
                f"{ratio} of no change's error, {each['within'][1]:.0%} inside the 90 % range"
            )


def _words(assumed: str | dict[str, Any]) -> str:
    if isinstance(assumed, str):
        return assumed
    return ", ".join(
        f"{name} ({_words(one)})" if isinstance(one, dict) else f"{name} {one}"
        for name, one in assumed.items()
    )
