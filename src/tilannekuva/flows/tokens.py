"""Tokens as they are given out: to deliver to one source, or to read in one role. Each is in the log."""

from datetime import datetime

from tilannekuva.access.audit import Audit
from tilannekuva.access.tokens import READING, Token, Tokens
from tilannekuva.errors import BadInput, UnknownSource
from tilannekuva.flows.entrance import CONSOLE, By, municipality_of
from tilannekuva.flows.entrance import note as log
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources import recipe as recipes


def issue(
    workspace: Workspace, source_id: str, *, days: int, note: str, now: datetime, by: By = CONSOLE
) -> str:
    """Make a token for deliveries to a source and give it, this once; raises UnknownSource, BadInput."""
    texts = {name: text for (kind, name), text in workspace.texts().items() if kind == "recipe"}
    if source_id not in texts:  # also one that no update has landed yet
        raise UnknownSource(f"no source '{source_id}'; there are {', '.join(texts)}")
    if recipes.recipe(texts[source_id], f"{source_id}.toml").fetch.protocol != "inbox":
        raise BadInput(f"{source_id} is asked, not sent: a token is of no use to it")
    return _issued(workspace, (f"deliver:{source_id}", ""), days=days, words=note, now=now, by=by)


def issue_reader(
    workspace: Workspace,
    role: str,
    *,
    municipality: str,
    days: int,
    note: str,
    now: datetime,
    by: By = CONSOLE,
) -> str:
    """Make a token with which a program reads in a role and give it, this once.

    `municipality` is a code or a name. Raises BadInput for a role in which no program reads, UnknownArea.
    """
    if role not in READING:
        raise BadInput(f"a token reads as {', '.join(READING)}, not as '{role}'")
    scope = (f"read:{role}", municipality_of(municipality))
    return _issued(workspace, scope, days=days, words=note, now=now, by=by)


def opened(workspace: Workspace, token: str, now: datetime) -> Token | None:
    """Give what is kept of a token that lets deliver to a source now; None when it opens none."""
    found = Tokens(workspace.book).opened(token, now)
    return found if found and found.use == "deliver" else None


def revoke(workspace: Workspace, token_id: str, now: datetime, by: By = CONSOLE) -> Token:
    """End a token at once; BadInput when there is none of this id."""
    with workspace.book.writing():
        ended = Tokens(workspace.book).revoke(token_id, now)
        log(Audit(workspace.book), by, "revoke token", _told(ended), now=now)
    return ended


def _issued(
    workspace: Workspace, scope: tuple[str, str], *, days: int, words: str, now: datetime, by: By
) -> str:
    with workspace.book.writing():
        token, kept = Tokens(workspace.book).issue(*scope, days=days, note=words, now=now)
        log(Audit(workspace.book), by, "issue token", _told(kept), now=now)
    return token


def _told(token: Token) -> str:
    return f"{token.id} {token.scope} {token.municipality}".rstrip()
