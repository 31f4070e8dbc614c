"""Laws of people, sessions and tokens: what ended opens nothing, at once and for every process."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tilannekuva.access.book import Book
from tilannekuva.access.people import People, Person, folded, identity
from tilannekuva.access.sessions import Sessions
from tilannekuva.access.tokens import Tokens
from tilannekuva.domain.access import PUBLIC, Viewer
from tilannekuva.errors import BadInput, Damaged

NOW = datetime(2021, 3, 20, 12, tzinfo=UTC)
IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
MAIJA = Person("maija", "", "staff", "municipality:837", "2021-03-01T00:00:00Z")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path / "access.sqlite")
    People(made).add(MAIJA, "a hash")
    yield made
    made.close()


def sessions(book: Book) -> Sessions:
    return Sessions(book, IDLE, ABSOLUTE)


def test_a_session_opens_until_it_is_unused_for_too_long(book: Book):
    of, minute = sessions(book), timedelta(minutes=1)
    secret = of.begin(MAIJA, NOW).secret

    assert MAIJA == of.person(secret, NOW + IDLE - minute)
    assert MAIJA == of.person(secret, NOW + 2 * IDLE - 2 * minute)
    assert None is of.person(secret, NOW + 3 * IDLE)


def used(of: Sessions, secret: str, *minutes: int) -> str:
    """Use a session at some minutes of its life and give its newest number."""
    for one in minutes:
        at = NOW + timedelta(minutes=one)
        assert of.person(secret, at) == MAIJA
        secret = of.turned(secret, at) or secret
    return secret


def test_a_session_has_another_number_each_hour_and_ends_all_the_same(book: Book):
    of, after = sessions(book), timedelta(minutes=61)
    old = of.begin(MAIJA, NOW).secret
    same = used(of, old, 20, 40, 59)
    new = used(of, old, 61)

    assert (old, False) == (same, new == old)
    assert (MAIJA, "") == (of.person(old, NOW + after), of.turned(old, NOW + after)), "for what is under way"
    assert None is of.person(old, NOW + after + timedelta(minutes=2))
    last = used(of, new, *range(80, 720, 20))
    assert (MAIJA, None) == tuple(
        of.person(last, NOW + ABSOLUTE - one) for one in (timedelta(1e-5), timedelta())
    )


def test_who_logs_out_leaves_no_old_number_behind(book: Book):
    of, after = sessions(book), NOW + timedelta(minutes=61)
    old, elsewhere = (of.begin(MAIJA, NOW).secret for _ in range(2))
    for one in (old, elsewhere):
        used(of, one, 20, 40)
    of.end(used(of, old, 61), after)

    assert [None, MAIJA] == [of.person(one, after) for one in (old, elsewhere)]


def test_an_ended_session_is_refused_by_another_process_at_once(book: Book):
    """Whoever stole the cookie before the log-out holds nothing."""
    there = Book(book.path)
    first, second = (sessions(book).begin(MAIJA, NOW).secret for _ in range(2))
    assert MAIJA == sessions(there).person(first, NOW)
    sessions(book).end(first, NOW)
    found = [sessions(there).person(one, NOW) for one in (first, second)]
    there.close()

    assert [None, MAIJA] == found


@pytest.mark.parametrize(
    "change",
    [
        lambda people: people.disable("maija", NOW),
        lambda people: people.set_password("maija", "another"),
        lambda people: people.set_role("maija", "leadership", "municipality:837"),
        lambda people: people.vouched(replace(MAIJA, role="admin")),
        lambda people: Sessions(people.book, IDLE, ABSOLUTE).end_all("maija"),
    ],
)
def test_every_session_ends_with_what_it_was_given_for(book: Book, change: Callable[[People], object]):
    secrets = [sessions(book).begin(MAIJA, NOW).secret for _ in range(2)]
    change(People(book))

    assert [None, None] == [sessions(book).person(one, NOW) for one in secrets]


def test_a_session_begun_while_its_person_is_disabled_opens_nothing(book: Book):
    """As when both happen at once."""
    People(book).disable("maija", NOW)
    secret = sessions(book).begin(MAIJA, NOW).secret

    assert None is sessions(book).person(secret, NOW)


def test_neither_sessions_nor_tokens_stand_in_the_file_as_they_are_given(book: Book):
    given = sessions(book).begin(MAIJA, NOW)
    token, _ = Tokens(book).issue("deliver:x", "", days=1, note="", now=NOW)
    book.close()
    stored = b"".join(one.read_bytes() for one in book.path.parent.iterdir())

    assert (False, False) == (given.secret.encode() in stored, token.encode() in stored)
    assert given.secret not in repr(given)


@pytest.mark.parametrize("secret", ["", "x", "\udc80", "' or 1=1 --", "a" * 10_000])
def test_what_is_no_session_or_token_opens_nothing(book: Book, secret: str):
    assert (None, None) == (sessions(book).person(secret, NOW), Tokens(book).opened(secret, NOW))


def test_a_token_holds_until_its_day_or_its_end(book: Book):
    tokens, day = Tokens(book), timedelta(days=1)
    made = [tokens.issue("read:staff", "municipality:837", days=2, note="", now=NOW) for _ in range(2)]
    tokens.revoke(made[1][1].id, NOW + day)

    assert [made[0][1], None] == [tokens.opened(one, NOW + day) for one, _ in made]
    assert None is tokens.opened(made[0][0], NOW + 2 * day)
    assert {made[0][1].id, made[1][1].id} == {one.id for one in tokens.all()}


@pytest.mark.parametrize(
    ("scope", "viewer"),
    [
        ("read:staff", Viewer("staff", "municipality:837")),
        ("deliver:services-elderly", PUBLIC),
        ("read:admin", PUBLIC),
        ("deliver:read:staff", PUBLIC),
    ],
)
def test_a_token_looks_in_the_role_that_it_reads_in_and_no_other(book: Book, scope: str, viewer: Viewer):
    _, kept = Tokens(book).issue(scope, "municipality:837", days=1, note="", now=NOW)

    assert viewer == kept.viewer


@pytest.mark.parametrize("typed", ["Maija", " MAIJA ", "maija", "ｍａｉｊａ"])
def test_a_name_is_the_same_however_it_is_typed(book: Book, typed: str):
    assert MAIJA == People(book).person(typed)


@pytest.mark.parametrize(
    "typed", ["", "m", "maija virtanen", "m\nv", "https://id|maija", "a:b", "x" * 61, "../maija"]
)
def test_what_can_be_no_name_is_refused(typed: str):
    with pytest.raises(BadInput, match="2 to 60"):
        folded(typed)


def test_a_name_is_given_once(book: Book):
    with pytest.raises(BadInput, match="there already"):
        People(book).add(MAIJA, "another hash")


def test_an_identity_is_issuer_and_subject_and_never_a_local_name(book: Book):
    """Two houses may know somebody by the same subject, or by the name of somebody here."""
    names = [
        identity("https://a", "maija"),
        identity("https://b", "maija"),
        identity("https://a", "https://b"),
    ]
    for one in names:
        People(book).vouched(replace(MAIJA, name=one, role="leadership"))

    assert MAIJA == People(book).person("maija")
    assert [True, False, False, False] == [People(book).person(one).is_local for one in ("maija", *names)]


def test_who_was_disabled_here_stays_so_whatever_their_house_says(book: Book):
    people, other = People(book), replace(MAIJA, name=identity("https://a", "1"))
    people.vouched(other)
    people.disable(other.name, NOW)

    assert people.vouched(replace(other, title="Maija V.")).disabled_at != ""


def test_a_part_that_fails_undoes_the_whole(book: Book):
    def both() -> None:
        with book.writing():
            People(book).disable("maija", NOW)
            People(book).disable("nobody", NOW)

    with pytest.raises(BadInput):
        both()

    assert MAIJA == People(book).person("maija")


def test_a_file_that_is_no_book_is_told(tmp_path: Path):
    (tmp_path / "access.sqlite").write_bytes(b"nonsense" * 1000)
    with pytest.raises(Damaged, match="restore it from a backup"):
        People(Book(tmp_path / "access.sqlite")).all()


def test_a_busy_file_is_waited_for(book: Book):
    with closing(sqlite3.connect(book.path)) as other:
        assert "wal" == other.execute("pragma journal_mode").fetchone()[0]
    assert 10_000 == book.all("pragma busy_timeout")[0][0]
