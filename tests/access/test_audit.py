"""Laws of the log: what was written is found altered in any one row, or left out at the end."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilannekuva.access.audit import Audit, Entry, Head, Row, fault, head, network, plain
from tilannekuva.access.book import Book
from tilannekuva.errors import BadInput

NOW = datetime(2021, 3, 20, 12, tzinfo=UTC)
LOOK = Entry("maija", "staff", "municipality:837", "view", "/fi/", "192.0.2.0/24")
SIZE = 300


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Audit]:
    book = Book(tmp_path / "access.sqlite")
    yield Audit(book)
    book.close()


def chain(size: int) -> list[Row]:
    """Make a log in memory."""
    rows, before = list[Row](), ""
    for nth in range(1, size + 1):
        row = Row(nth, f"2021-03-20T{nth}", "maija", "staff", "", "view", f"/fi/{nth % 3}", "", ok=True)
        rows.append(row._replace(sha256=row.seal(before)))
        before = rows[-1].sha256
    return rows


ROWS = chain(SIZE)
PRINTED = Head(SIZE, ROWS[-1].sha256[:16])


def resealed(rows: Sequence[Row], first: int) -> list[Row]:
    """Seal rows anew from one on, as whoever can write the file would."""
    done = [*rows[: first - 1]]
    for row in rows[first - 1 :]:
        sealed = row._replace(seq=len(done) + 1)
        done.append(sealed._replace(sha256=sealed.seal(done[-1].sha256 if done else "")))
    return done


def test_a_log_as_it_was_written_has_no_fault():
    assert (fault([]), fault(ROWS), fault(ROWS, PRINTED), fault(ROWS, Head(7, ROWS[6].sha256))) == ("",) * 4


@pytest.mark.parametrize("field", [one for one in Row._fields if one != "sha256"])
def test_an_edit_of_any_field_of_any_row_names_that_row(field: str):
    for nth in range(1, SIZE + 1):
        row = ROWS[nth - 1]
        value = {"seq": nth + 1, "ok": False}.get(field, f"{getattr(row, field)}x")
        edited = [*ROWS[: nth - 1], row._replace(**{field: value}), *ROWS[nth:]]

        assert f"row {nth} of the log is not as it was written" == fault(edited)


def test_a_seal_that_is_not_its_rows_is_found():
    for nth in range(1, SIZE + 1):
        row = ROWS[nth - 1]._replace(sha256="0" * 64)

        assert fault([*ROWS[: nth - 1], row, *ROWS[nth:]]).startswith(f"row {nth} ")


def test_a_row_taken_out_is_found_and_of_the_last_by_a_printed_head():
    for nth in range(1, SIZE + 1):
        left = [*ROWS[: nth - 1], *ROWS[nth:]]

        assert fault(left).startswith(f"row {nth} ") or nth == SIZE
        assert fault(left, PRINTED) != ""


def test_a_row_put_in_and_two_that_are_swapped_are_found():
    for nth in range(1, SIZE):
        put_in = [*ROWS[:nth], ROWS[nth - 1]._replace(object="/fi/new"), *ROWS[nth:]]
        swapped = [*ROWS[: nth - 1], ROWS[nth], ROWS[nth - 1], *ROWS[nth + 1 :]]

        assert (fault(put_in) != "", fault(swapped).startswith(f"row {nth} ")) == (True, True)


def test_an_end_cut_off_anywhere_is_found_by_a_printed_head_alone():
    for size in range(SIZE):
        said = f"the log ends at row {size}, though it had row {SIZE} when its head was printed"

        assert (fault(ROWS[:size]), fault(ROWS[:size], PRINTED)) == ("", said)


def test_a_log_that_was_sealed_anew_is_found_by_a_printed_head():
    """Whoever can write the file can make all seals right again, but not what is on paper."""
    dice = random.Random(5)  # noqa: S311 - a test's choice of rows
    for nth in dice.sample(range(1, SIZE + 1), 30):
        edited = [*ROWS[: nth - 1], ROWS[nth - 1]._replace(who="another"), *ROWS[nth:]]

        assert fault(resealed(edited, nth)) == ""
        assert fault(resealed(edited, nth), PRINTED) != ""


def test_what_is_written_can_be_read_and_verified(log: Audit):
    for nth in range(3):
        log.write(LOOK._replace(ok=nth != 1), NOW + timedelta(minutes=nth))
    rows = log.rows()

    assert [(1, "maija", 1), (2, "maija", 0), (3, "maija", 1)] == [(one.seq, one.who, one.ok) for one in rows]
    assert (log.fault(), str(log.head())) == ("", f"3:{rows[-1].sha256[:16]}")
    assert [2, 3] == [one.seq for one in log.rows(since=NOW + timedelta(minutes=1))]
    assert ([3], []) == ([one.seq for one in log.rows(newest=1)], log.rows(who="matti"))


def test_the_file_itself_lets_no_row_be_changed_or_taken_out(log: Audit):
    log.write(LOOK, NOW)
    for sql in ("update audit set who = 'matti'", "delete from audit"):
        with pytest.raises(sqlite3.IntegrityError, match="only ever added to"), log.book.writing() as write:
            write.execute(sql)

    assert ("", 1) == (log.fault(), len(log.rows()))


def test_a_row_altered_behind_our_back_is_named(log: Audit):
    for _ in range(5):
        log.write(LOOK, NOW)
    with closing(sqlite3.connect(log.book.path)) as other, other:
        other.execute("drop trigger audit_update")
        other.execute("update audit set object = '/fi/map' where seq = 3")

    assert "row 3 of the log is not as it was written" == log.fault()


def test_writers_of_two_processes_make_one_chain(log: Audit):
    other = Audit(Book(log.book.path))
    for nth in range(20):
        (log, other)[nth % 2].write(LOOK, NOW)
    other.book.close()

    assert (list(range(1, 21)), "") == ([one.seq for one in log.rows()], log.fault())


@given(st.text(max_size=400))
def test_no_text_makes_a_second_line_or_a_hidden_sign(text: str):
    told = plain(text)

    assert told.isprintable()
    assert len(told) <= 300


def test_two_texts_that_differ_stay_different_when_written_out():
    assert ("a\\nb", "a\\\\nb") == (plain("a\nb"), plain("a\\nb"))


def test_a_forged_row_stays_within_its_field(log: Audit):
    log.write(LOOK._replace(object="/fi/\n2 2021 admin view /\x1b[2J\u202e\udc80"), NOW)

    assert r"/fi/\n2 2021 admin view /\x1b[2J\u202e\udc80" == log.rows()[0].object
    assert "" == log.fault()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_of_an_address_only_its_network_is_kept(address: str, told: str):
    assert told == network(address)


@pytest.mark.parametrize("text", ["", "7", "7:", "7:xyz", "7:abc", "-1:0123456789ab", "7:0123456789ab x"])
def test_what_is_no_head_is_refused(text: str):
    with pytest.raises(BadInput, match="no head of a log"):
        head(text)


def test_nothing_is_made_by_reading(tmp_path: Path):
    """A picture without people has no file of them."""
    log = Audit(Book(tmp_path / "access.sqlite"))

    assert ([], None, "") == (log.rows(), log.head(), log.fault())
    assert [] == [*tmp_path.iterdir()]


def test_only_its_owner_may_read_the_file(log: Audit):
    log.write(LOOK, NOW)

    assert {0o600} == {one.stat().st_mode & 0o777 for one in log.book.path.parent.iterdir()}
