"""Decisions in the ledger: there with their look or not at all, found as known at an instant."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tilannekuva.domain.decisions import Decision, Expected, Measure, Review
from tilannekuva.domain.looks import Look
from tilannekuva.errors import Busy
from tilannekuva.store.ledger import Ledger

NOW = datetime(2020, 3, 16, 12, tzinfo=UTC)
TOLD = Decision(
    "own", "vn-1", "government", "Valtioneuvosto", "Kokoontumiset", "Sammankomster", "", date(2020, 3, 16),
    NOW, date(2020, 3, 17), None, "country:FI", (Measure("C4", 0), Measure("C1")), "Valmiuslaki", "VN/1/2020",
    "https://a.fi/1", "", "normal", NOW, 1, "Rajataan\nkymmeneen.", "", "", "ei mitään",
    Expected("incidence-14d", "down", 20.5, date(2020, 4, 1)), "Kansliapäällikkö", date(2020, 4, 13),
    Review(date(2020, 4, 14), "laski", "changed"), "repealed", "0123456789ab", "0" * 20, "internal",
    "municipality:837", "maija",
)  # fmt: skip
EMPTY = TOLD._replace(
    id="vn-2",
    case_number="",
    taken_on=None,
    published_at=None,
    effective_from=None,
    measures=(),
    area="",
    expected=None,
    review=None,
    review_on=None,
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.sqlite")
    yield made
    made.close()


def look(seq: int) -> Look:
    """Give a look, a day after the one before."""
    return Look(seq, "own", NOW + (seq - 1) * timedelta(days=1), "ok")


def commit(ledger: Ledger, seq: int, *told: Decision) -> None:
    """Record a look and what it told."""
    one = look(seq)
    rows = [row._replace(known_at=one.landed_at, look=seq) for row in told]
    ledger.commit(ledger.lease("test", NOW), looks=[one], decisions=rows, at=NOW)


def test_what_is_kept_comes_back(ledger: Ledger):
    """Every cell, of a decision told in full and of one of which hardly anything is told."""
    commit(ledger, 1, TOLD, EMPTY)

    assert [EMPTY, TOLD] == ledger.decisions()
    assert [] == ledger.altered()


def test_as_known_at_an_instant(ledger: Ledger):
    """The newest row up to then; one withdrawn since is still there; the area is that of the row given."""
    commit(ledger, 1, TOLD)
    commit(ledger, 2, moved := TOLD._replace(area="region:01", known_at=look(2).landed_at, look=2))
    commit(ledger, 3, TOLD._replace(status="withdrawn"))

    assert ([], [TOLD], [moved]) == (
        ledger.decisions(),
        ledger.decisions(as_of=look(2).landed_at - timedelta(microseconds=1)),
        ledger.decisions(as_of=look(2).landed_at, area="region:01", source="own"),
    )
    assert [] == ledger.decisions(as_of=look(2).landed_at, area="country:FI")
    assert [] == ledger.decisions(as_of=look(2).landed_at, source="other")
    assert 3 == len(ledger.decisions(revisions=True))


def test_a_decision_and_its_look_appear_together(ledger: Ledger):
    """Whoever lost the right to write leaves neither; a decision of a look that is not there is refused."""
    fence = ledger.lease("test", NOW)
    ledger.lease("other", NOW + timedelta(days=1))
    with pytest.raises(Busy):
        ledger.commit(fence, looks=[look(1)], decisions=[TOLD], at=NOW)
    with pytest.raises(sqlite3.IntegrityError):
        ledger.commit(fence + 1, looks=[look(2)], decisions=[TOLD], at=NOW)

    assert ([], []) == (ledger.looks(), ledger.decisions(revisions=True))


def test_a_look_read_again_tells_anew(ledger: Ledger):
    """What it told before goes, what the other looks told stays."""
    commit(ledger, 1, TOLD)
    commit(ledger, 2, EMPTY)
    better = TOLD._replace(title_fi="Kokoontumiset rajataan")

    ledger.commit(ledger.lease("test", NOW), reread=[look(1)], decisions=[better], at=NOW)

    assert {better.title_fi, EMPTY.title_fi} == {one.title_fi for one in ledger.decisions(revisions=True)}


def test_a_ledger_from_before_decisions(tmp_path: Path):
    """It gets its table when it is opened."""
    file = tmp_path / "ledger.sqlite"
    Ledger(file).close()
    with sqlite3.connect(file) as raw:
        raw.execute("drop table decision_version")
    raw.close()

    ledger = Ledger(file)
    commit(ledger, 1, TOLD)

    assert [TOLD] == ledger.decisions()
    ledger.close()


@pytest.mark.parametrize("column", [name for name in Decision._fields if name != "look"])
def test_no_cell_is_altered_unseen(ledger: Ledger, tmp_path: Path, column: str):
    """Whichever cell somebody writes over, the checksum tells."""
    commit(ledger, 1, TOLD)
    with sqlite3.connect(tmp_path / "ledger.sqlite") as raw:
        raw.execute(f"update decision_version set {column} = {column} || 'x'")  # noqa: S608 - names of our own
    raw.close()

    assert 1 == len(ledger.altered())
