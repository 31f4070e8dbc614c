"""How publications stand in the ledger: what was shown to whom, when."""

import sqlite3
from datetime import datetime

from tilannekuva.domain.publications import Publication
from tilannekuva.store.chain import Chain

CHAIN = Chain("publication", Publication._fields, called=(1, 0))


def all_of(connection: sqlite3.Connection) -> list[Publication]:
    """Give all publications in the order they were made."""
    return [_publication(cells) for cells in CHAIN.rows(connection)]


def _publication(cells: tuple[str, ...]) -> Publication:
    named = dict(zip(CHAIN.names, cells, strict=True))
    instants = {name: datetime.fromisoformat(named[name]) for name in ("published_at", "as_of")}
    return Publication(**named | instants)  # type: ignore[arg-type] # the instants are read
