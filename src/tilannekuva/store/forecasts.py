"""How forecasts stand in the ledger: which was made of what, when; their tables lie in the landing."""

import sqlite3
from datetime import date, datetime

from tilannekuva.domain.forecasts import Kept
from tilannekuva.store.chain import Chain
from tilannekuva.store.looks import written

CHAIN = Chain("forecast", Kept._fields, called=(1, 0))


def known(connection: sqlite3.Connection, as_of: datetime | None, indicator: str | None) -> list[Kept]:
    """Give the forecasts known at an instant, of an indicator or of all, in the order they were made."""
    given = {"known_at <= ?": written(as_of)} if as_of else {}
    given |= {"indicator = ?": indicator} if indicator else {}
    found = CHAIN.rows(connection, " and ".join(["true", *given]), tuple(given.values()))
    return [_kept(cells) for cells in found]


def _kept(cells: tuple[str, ...]) -> Kept:
    named = dict(zip(CHAIN.names, cells, strict=True))
    instants = {name: datetime.fromisoformat(named[name]) for name in ("known_at", "written_at")}
    day = {"origin_date": date.fromisoformat(named["origin_date"])}
    return Kept(**named | instants | day)  # type: ignore[arg-type] # the instants and the day are read
