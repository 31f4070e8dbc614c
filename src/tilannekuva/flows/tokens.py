"""Tokens: what lets another system deliver to one source, until a day, and nothing else.

The token is told once. What is kept is its SHA-256, so that whoever reads the
ledger can use none; it has 256 random bits, so that a plain hash is enough.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from tilannekuva.domain.calendar import stamp
from tilannekuva.errors import BadInput, UnknownSource
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources import recipe as recipes
from tilannekuva.store.tokens import Token

_PREFIX = "tk_"  # scanners for secrets in code and mail know what it is by this
_INBOX = "inbox:"


def issue(workspace: Workspace, source_id: str, *, days: int, note: str, now: datetime) -> str:
    """Make a token for deliveries to a source and give it, this once; raises UnknownSource, BadInput."""
    texts = recipes.texts(workspace.folder / "recipes")  # also one that no update has landed yet
    if source_id not in texts:
        raise UnknownSource(f"no source '{source_id}'; there are {', '.join(texts)}")
    recipe = recipes.recipe(texts[source_id], f"{source_id}.toml")
    if recipe.fetch.protocol != "inbox":
        raise BadInput(f"{source_id} is asked, not sent: a token is of no use to it")
    token = _PREFIX + secrets.token_urlsafe(32)
    end = stamp(now + timedelta(days=days))
    workspace.ledger.keep_token(
        Token(secrets.token_hex(4), _hash(token), _INBOX + source_id, note, stamp(now), end)
    )
    return token


def opened(workspace: Workspace, token: str, now: datetime) -> Token | None:
    """Give what is kept of a token that opens a source now; None when it opens nothing.

    The hash is what is looked up: how long that takes tells nothing of the token.
    """
    found = workspace.ledger.token(_hash(token))
    if found is None or not is_valid(found, now) or not found.scope.startswith(_INBOX):
        return None
    return found


def source_of(token: Token) -> str:
    """Give the source that a token is for."""
    return token.scope.removeprefix(_INBOX)


def is_valid(token: Token, now: datetime) -> bool:
    """Whether a token holds at an instant."""
    return not token.revoked_at and now < datetime.fromisoformat(token.expires_at)


def revoke(workspace: Workspace, token_id: str, now: datetime) -> Token:
    """End a token at once; BadInput when there is none of this id."""
    found = next((one for one in workspace.ledger.tokens() if one.id == token_id), None)
    if found is None:
        raise BadInput(f"no token '{token_id}'; `tilannekuva token list` shows them")
    ended = found._replace(revoked_at=found.revoked_at or stamp(now))
    workspace.ledger.keep_token(ended)
    return ended


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
