"""Drawn tables: the language in which the law of observations is written.

A law is a test that tells a store what became known and says what it must
answer. Columns that a table leaves out have the values of `_OMITTED`; "-" is no
value; days and instants are of March 2021, instants in UTC.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol

from tilannekuva.domain.observations import Fact, Observation, Snapshot, news
from tilannekuva.store.memory import Store

Row = dict[str, str]
_OMITTED = {
    "source": "a",
    "indicator": "cases",
    "area": "municipality:837",
    "reference_date": "1 Mar",
    "freq": "day",
    "stratum": "all",
    "status": "normal",
}


def rows(table: str) -> list[Row]:
    """Read a drawn table: a line of names, then a line a row; two spaces part the cells."""
    lines = [re.split(r" {2,}", line.strip()) for line in table.strip().splitlines() if line.strip()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def names(table: str) -> list[str]:
    """Give the names of a drawn table's columns."""
    return re.split(r" {2,}", table.strip().splitlines()[0].strip())


def instant(text: str) -> datetime:
    """Read an instant such as `3 Mar 12:00`, to the microsecond if need be."""
    day, clock = text.rsplit(" ", 1)
    return datetime.fromisoformat(f"{_day(day)}T{clock}").replace(tzinfo=UTC)


def _day(text: str) -> date:
    return date(2021, 3, int(text.removesuffix(" Mar")))


def facts(table: str) -> list[Fact]:
    """Read a drawn table of facts."""
    return [_fact(_OMITTED | row) for row in rows(table)]


def observations(table: str) -> list[Observation]:
    """Read a drawn table of observations; a look left out is the row's number."""
    told = [_OMITTED | {"look": str(nth)} | row for nth, row in enumerate(rows(table), 1)]
    return [
        Observation(row["source"], *_fact(row), instant(row["known_at"]), int(row["look"])) for row in told
    ]


def _fact(row: Row) -> Fact:
    value = None if row["value"] == "-" else float(row["value"])
    place = row["indicator"], row["area"], _day(row["reference_date"]), row["freq"], row["stratum"]
    return Fact(*place, value, row["status"])


def drawn(found: Sequence[Fact | Observation], columns: Sequence[str]) -> list[Row]:
    """Write facts or observations as rows of a drawn table with these columns."""
    return [{name: _text(getattr(one, name)) for name in columns} for one in found]


def _text(cell: Any) -> str:  # noqa: ANN401 - any cell of an observation
    if isinstance(cell, datetime):
        return f"{cell.day} Mar {cell:%H:%M}" + (f":{cell:%S.%f}" if cell.microsecond or cell.second else "")
    if isinstance(cell, date):
        return f"{cell.day} Mar"
    return "-" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell)


class Spec(Protocol):
    """What a law may say; one kind tests it, the other writes it down."""

    def told(self, table: str) -> None:
        """Let a store learn the rows of a table."""

    def answers(self, table: str, **question: Any) -> None:  # noqa: ANN401 - filters of a question
        """Say what `as_of` gives, in the columns of the table and in its order."""

    def keeps(self, table: str, **question: Any) -> None:  # noqa: ANN401 - filters of a question
        """Say what `revisions` gives."""

    def adds(self, table: str, *, known: str, answer: str, snapshot: Snapshot) -> None:
        """Say what an answer adds to what its source has said before."""


@dataclass
class Held:
    """Holds a store to the law."""

    store: Store

    def told(self, table: str) -> None:
        self.store.append(observations(table))

    def answers(self, table: str, **question: Any) -> None:  # noqa: ANN401 - see Spec
        assert drawn(self.store.as_of(**_asked(question)), names(table)) == rows(table)

    def keeps(self, table: str, **question: Any) -> None:  # noqa: ANN401 - see Spec
        assert drawn(self.store.revisions(**_asked(question)), names(table)) == rows(table)

    def adds(self, table: str, *, known: str, answer: str, snapshot: Snapshot) -> None:
        said = {fact.key: (fact.value, fact.status) for fact in facts(known)}
        assert drawn(news(said, facts(answer), snapshot), names(table)) == rows(table)


def _asked(question: dict[str, Any]) -> dict[str, Any]:
    readers = {"as_of": instant, "since": _day}
    return {name: readers.get(name, lambda given: given)(given) for name, given in question.items()}


@dataclass
class Written:
    """Writes the law down as Markdown."""

    lines: list[str] = field(default_factory=list)

    def told(self, table: str) -> None:
        self._table("Told" if "**Told**" not in "".join(self.lines) else "Told then", table)

    def answers(self, table: str, **question: Any) -> None:  # noqa: ANN401 - see Spec
        self._table(f"`as_of({_call(question)})`", table)

    def keeps(self, table: str, **question: Any) -> None:  # noqa: ANN401 - see Spec
        self._table(f"`revisions({_call(question)})`", table)

    def adds(self, table: str, *, known: str, answer: str, snapshot: Snapshot) -> None:
        self._table("Said before", known)
        self._table(f"Answer, a {snapshot} snapshot", answer)
        self._table("News", table)

    def _table(self, title: str, table: str) -> None:
        columns = names(table)
        cells = [[row[name] for name in columns] for row in rows(table)]
        body = [f"| {' | '.join(line)} |" for line in (columns, ["---"] * len(columns), *cells)]
        heading = title if title.startswith("`") else f"**{title}**"
        self.lines += [heading, "", *(body if cells else ["*nothing*"]), ""]


def _call(question: dict[str, Any]) -> str:
    return ", ".join(f"{name}={_plain(given)}" for name, given in question.items())


def _plain(given: Any) -> str:  # noqa: ANN401 - any part of a question
    if isinstance(given, set):
        return "{" + ", ".join(sorted(given)) + "}"
    return str(given).replace("'", "") if not isinstance(given, dict) else _ranks(given)


def _ranks(given: dict[str, Sequence[str]]) -> str:
    return "; ".join(f"{name}: {', then '.join(sources)}" for name, sources in given.items())
