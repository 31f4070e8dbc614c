"""How tokens stand in the ledger: their hashes alone, what they open and until when."""

from typing import NamedTuple

SCHEMA = """create table if not exists token (
  id text primary key, sha256 text not null unique, scope text not null, note text not null,
  made_at text not null, expires_at text not null, revoked_at text not null)"""


class Token(NamedTuple):
    """A token as it is kept; instants as ISO texts in UTC, `revoked_at` empty while it holds."""

    id: str
    sha256: str
    scope: str
    note: str
    made_at: str
    expires_at: str
    revoked_at: str = ""
