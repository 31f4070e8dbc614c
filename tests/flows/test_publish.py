"""What was published opens as it was; the archive is whole, or verify says what is not."""

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_picture import MORNING, append, cases

from tilannekuva.domain.picture import Picture, Point, Reading
from tilannekuva.errors import UnknownPicture
from tilannekuva.flows import publish, upkeep
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.workspace import Workspace
from tilannekuva.store.archive import Archive

NOON = datetime(2021, 3, 20, 10, tzinfo=UTC)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
POINTS = st.builds(
    Point,
    st.dates(date(2020, 1, 1), date(2022, 1, 1)),
    st.none() | FLOATS,
    st.sampled_from(["normal", "suppressed", "provisional"]),
)


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """Give a workspace with three weeks of cases."""
    append(workspace, cases(range(19), MORNING, 1))
    return workspace


def shown(workspace: Workspace, at: datetime = MORNING) -> Picture:
    """Give the front picture of Tampere."""
    return picture(workspace, Question(at, "municipality:837"))


@cache
def seen(workspace: Workspace) -> Picture:
    """Give the same, computed once."""
    return shown(workspace)


def published(workspace: Workspace, at: datetime = NOON) -> list[str]:
    """Publish the picture of an instant and give the ids that are new."""
    return [one.picture for one in publish.publish(workspace, [shown(workspace, at)], at)]


def files(workspace: Workspace) -> list[Path]:
    """Give the files of the archive."""
    return sorted(one for one in (workspace.folder / "archive").rglob("*") if one.is_file())


def test_a_published_picture_opens_as_it_was(filled: Workspace):
    now = shown(filled)
    publish.publish(filled, [now], NOON)
    append(filled, cases([99] * 19, MORNING + timedelta(hours=1), 2))

    assert now == publish.published(filled, now.id)
    assert now != shown(filled, NOON)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(), st.none() | FLOATS, st.lists(POINTS, max_size=3), st.datetimes(timezones=st.just(UTC)))
def test_the_archive_gives_back_just_what_was_kept(
    filled: Workspace, word: str, value: float | None, points: list[Point], at: datetime
):
    """Any label, number and instant; lone surrogates are no text."""
    whole = seen(filled)
    label = word.encode("utf-8", "ignore").decode()
    key, reading = next(iter(whole.readings.items()))
    drawn: Reading = replace(reading, value=value, points=tuple(points), known_at=at)
    made = replace(whole, title=label, data_at=at, readings={**whole.readings, key: drawn})

    assert made == filled.archive.picture(filled.archive.keep(made))


def test_the_order_of_readings_is_kept(filled: Workspace):
    now = shown(filled)
    turned = replace(now, readings=dict(reversed(now.readings.items())))

    assert [*turned.readings] == [*filled.archive.picture(filled.archive.keep(turned)).readings]


def test_what_stayed_as_it_was_costs_nothing(filled: Workspace):
    """A second picture with one reading changed adds its part, its frame and its manifest, no more."""
    now = shown(filled)
    filled.archive.keep(now)
    before = len(files(filled))
    key, reading = next(iter(now.readings.items()))
    changed = replace(now, id="another", readings={**now.readings, key: replace(reading, value=1.5)})
    filled.archive.keep(changed)

    assert before > 3
    assert before + 3 == len(files(filled))


def test_a_picture_that_is_published_already_is_not_published_again(filled: Workspace):
    assert 1 == len(published(filled))
    assert [] == published(filled, NOON + timedelta(minutes=5))
    assert 1 == len(publish.publications(filled))


def test_a_brief_and_a_page_of_the_same_picture_are_two_publications(filled: Workspace):
    published(filled)
    made = publish.publish_brief(filled, shown(filled), b"%PDF", now=NOON, form="pdf", lang="fi")

    assert ["pdf", "brief", "publish"] == [one.kind for one in publish.publications(filled)]
    assert (made, b"%PDF") == publish.published_brief(filled, made.sha256)


def test_publications_of_later_are_not_known_earlier(filled: Workspace):
    published(filled)

    assert [] == publish.publications(filled, NOON - timedelta(seconds=1))
    assert 1 == len(publish.publications(filled, NOON))


def test_publishing_does_not_wait_for_who_updates(filled: Workspace):
    with filled.writing("somebody else"):
        assert 1 == len(published(filled))


def test_what_was_not_published_is_not_known(filled: Workspace):
    with pytest.raises(UnknownPicture, match="no picture 'abc' was published"):
        publish.published(filled, "abc")
    with pytest.raises(UnknownPicture, match="no brief"):
        publish.published_brief(filled, "abc")


def test_the_figures_of_then_that_are_told_otherwise_now_are_named(filled: Workspace):
    then = shown(filled)
    append(filled, cases([50] * 19, NOON, 2))
    told = publish.differing(then, shown(filled, NOON))

    assert [] == publish.differing(then, then)
    assert "cases-7d" in told


def test_a_figure_that_only_moved_on_is_not_told_otherwise(filled: Workspace):
    then = shown(filled)
    append(filled, [one for one in cases(range(20), NOON, 2) if one.reference_date.day == 20])

    assert [] == publish.differing(then, shown(filled, NOON))


def test_verify_names_each_damaged_and_each_missing_part(filled: Workspace):
    published(filled)
    damaged, gone = files(filled)[:2]
    damaged.write_bytes(b"other bytes")
    gone.unlink()

    assert {damaged.name: "holds other bytes", gone.name: "is gone"} == {
        fault.split()[1]: " ".join(fault.split(";")[0].split()[2:5]).removesuffix(" than")
        for fault in upkeep.verify(filled)
    }


@pytest.mark.parametrize(
    "change",
    [
        "update publication set lang = 'x' where seq = 1",
        "delete from publication where seq = 1",
        "delete from publication where seq = 2",
    ],
)
def test_verify_names_a_publication_that_was_changed_or_taken_out(filled: Workspace, change: str):
    published(filled)
    published(filled, NOON + timedelta(days=1))
    assert [] == upkeep.verify(filled)
    with sqlite3.connect(filled.folder / "ledger.sqlite") as connection:
        connection.execute(change)

    assert any("publication" in one for one in upkeep.verify(filled))


def test_a_rebuild_leaves_the_archive_alone(filled: Workspace):
    published(filled)
    before = [(one, one.read_bytes()) for one in files(filled)]
    with filled.writing("test"):
        upkeep.rebuild(filled)

    assert before == [(one, one.read_bytes()) for one in files(filled)]
    assert 1 == len(publish.publications(filled))


def test_the_same_brief_is_kept_once(tmp_path: Path):
    archive = Archive(tmp_path)

    assert archive.keep_file(b"%PDF") == archive.keep_file(b"%PDF")
