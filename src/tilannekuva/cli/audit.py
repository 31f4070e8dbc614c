"""Commands for the log of who saw and changed what."""

from pathlib import Path

import click

from tilannekuva.access.audit import Audit, head
from tilannekuva.cli.frame import json_option, opened, print_json, workspace_option
from tilannekuva.domain.calendar import instant
from tilannekuva.errors import Damaged


@click.group()
def audit() -> None:
    """Read the log of who saw and changed what, and find whether it was altered.

    Example: tilannekuva audit verify
    """


@audit.command("list")
@workspace_option
@click.option("--since", help="Only from an instant on, or from the end of a day in Helsinki.")
@click.option("--who", default="", help="Only of one person (maija.virtanen) or token (token:1f3a9c02).")
@click.option("--newest", type=click.IntRange(0), default=100, show_default=True, help="So many; 0 for all.")
@json_option
def audit_list(folder: Path, since: str | None, who: str, newest: int, *, as_json: bool) -> None:
    """List rows of the log, the newest last.

    Example: tilannekuva audit list --since 2021-03-15 --who maija.virtanen
    """
    with opened(folder) as workspace:
        at = instant(since) if since else None
        found = Audit(workspace.book).rows(since=at, who=who, newest=newest)
    if as_json:
        print_json([one._asdict() | {"ok": bool(one.ok)} for one in found])
        return
    for one in found:
        done = "done" if one.ok else "refused"
        told = (
            one.seq,
            one.at,
            one.who,
            one.role,
            one.municipality,
            one.action,
            one.object,
            one.origin,
            done,
        )
        click.echo("  ".join(str(each) for each in told if each != ""))


@audit.command("head")
@workspace_option
def audit_head(folder: Path) -> None:
    """Print the end of the log: keep it elsewhere, and whether rows were lost can be found by it.

    Example: tilannekuva audit head
    """
    with opened(folder) as workspace:
        click.echo(str(Audit(workspace.book).head() or ""))


@audit.command("verify")
@workspace_option
@click.option("--head", "printed", help="End of the log as it was printed, `1234:ab12…`, say in a brief.")
def audit_verify(folder: Path, printed: str | None) -> None:
    """Find the first row that is not as it was written.

    Example: tilannekuva audit verify --head 1234:ab12cd34ef567890
    """
    with opened(folder) as workspace:
        log = Audit(workspace.book)
        problem, end = log.fault(head(printed) if printed else None), log.head()
    if problem:
        raise Damaged(problem)
    click.echo(
        f"the log is as it was written; its end is {end}" if end else "nothing is logged yet", err=True
    )
