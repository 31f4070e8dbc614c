"""Releases: what everybody may know of a protected indicator, as a list that only grows."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from worlds import AREAS, DISTRICT, Telling, at, made

from tilannekuva.disclosure.remembered import read
from tilannekuva.domain.access import KEEPER, PUBLIC, Viewer
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.release import FILE, figures, release, release_past, releases, told
from tilannekuva.flows.sight import seen
from tilannekuva.flows.upkeep import rebuild
from tilannekuva.flows.workspace import Workspace

TAMPERE, LEMPAALA, YLOJARVI, NOKIA = AREAS
HELPED = frozenset({"helped", "helped-rate"})
STAFF = Viewer("staff", TAMPERE)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a workspace in which nothing is told yet."""
    return made(tmp_path_factory.mktemp("release") / "base")


@pytest.fixture
def own(base: Path, tmp_path: Path) -> Iterator[Workspace]:
    """Give a copy of it that may be written to."""
    shutil.copytree(base, tmp_path / "own")
    workspace = Workspace(tmp_path / "own")
    yield workspace
    workspace.close()


def count(workspace: Workspace, day: int, *counts: int) -> None:
    """Tell the counts of the four areas, and after them of their district, on a day."""
    telling = Telling(workspace)
    telling.tell(
        "own-helped",
        dict(zip((("helped", one) for one in (*AREAS, DISTRICT)), counts, strict=False)),
        at(day),
    )
    telling.commit()


def released(workspace: Workspace, day: int) -> int:
    """Release at noon of a day, and count the looks that it took."""
    with workspace.writing("test"):
        return len(release(workspace, at(day, 12)))


def shown(workspace: Workspace, viewer: Viewer, day: int, name: str = "helped") -> dict[str, float | None]:
    """Give an indicator's newest values by area, as a viewer may know them at a day's end."""
    asked = Question(at(day, 22), TAMPERE, rewound=True, indicators=HELPED)
    readings = picture(seen(workspace, viewer), asked).readings.values()
    return {one.area: one.value for one in readings if one.indicator == name}


def test_everybody_sees_the_released_figures_and_staff_its_own(own: Workspace):
    count(own, 0, 12, 3, 40, 0)
    released(own, 0)
    count(own, 1, 14, 4, 90, 1)
    released(own, 1)

    assert {TAMPERE: 12, YLOJARVI: 90} == {area: n for area, n in shown(own, PUBLIC, 1).items() if n}
    assert 14 == shown(own, STAFF, 1)[TAMPERE]
    assert 12 == shown(own, STAFF, 1, "helped")[TAMPERE] - 2


def test_a_rate_for_everybody_is_of_the_released_figure(own: Workspace):
    count(own, 0, 1000, 0, 0, 0)
    released(own, 0)
    count(own, 1, 1004, 0, 0, 0)
    before = shown(own, PUBLIC, 0, "helped-rate")[TAMPERE]

    assert released(own, 1) == 0
    assert before == shown(own, PUBLIC, 1, "helped-rate")[TAMPERE]
    assert before != shown(own, STAFF, 1, "helped-rate")[TAMPERE]


def test_a_computed_count_is_staffs_own_in_its_municipality_and_as_released_in_others(own: Workspace):
    """Also where the counts that it is computed from are no other municipality's."""
    for day, counts in enumerate(((50, 60), (52, 62))):
        telling = Telling(own)
        telling.tell("own-crew", dict(zip((("crew", one) for one in AREAS), counts, strict=False)), at(day))
        telling.commit()
        released(own, day)
    asked = Question(at(1, 22), TAMPERE, rewound=True, indicators=frozenset({"staffed-total"}))
    found = [picture(seen(own, one), asked).readings.values() for one in (STAFF, PUBLIC)]

    assert [{TAMPERE: 52, LEMPAALA: 60}, {TAMPERE: 50, LEMPAALA: 60}] == [
        {one.area: one.value for one in readings} for readings in found
    ]


def test_everybody_s_past_is_a_list_of_releases(own: Workspace):
    for day, n in enumerate((10, 20, 22, 30)):
        count(own, day, n, 0, 0, 0)
        released(own, day)

    assert [10, 20, 20, 30] == [shown(own, PUBLIC, day)[TAMPERE] for day in range(4)]
    assert [1, 2, 4] == [one.landed_at.day for one in releases(own, "helped")]


def test_where_nothing_changes_nothing_is_recorded(own: Workspace):
    count(own, 0, 10, 0, 0, 0)

    assert [1, 0] == [released(own, 0), released(own, 2)]
    count(own, 3, 14, 4, 2, 1)
    assert (0, 1) == (released(own, 3), len(releases(own, "helped")))


def test_there_is_one_release_a_day_at_most(own: Workspace):
    count(own, 0, 10, 0, 0, 0)
    released(own, 0)
    count(own, 1, 50, 0, 0, 0)
    with own.writing("test"):
        early, late = release(own, at(1, 11)), release(own, at(1, 12))

    assert (0, 1) == (len(early), len(late))


def test_a_total_that_would_give_one_area_away_is_held_with_its_day(own: Workspace):
    count(own, 0, 10, 20, 30, 40, 100)
    released(own, 0)
    count(own, 1, 30, 40, 50, 42, 162)
    released(own, 1)
    found = figures(own, "helped")

    assert (100, at(0).date()) == (found[DISTRICT].value, found[DISTRICT].reference_date)
    assert (30, 40) == (found[TAMPERE].value, found[NOKIA].value)


def test_what_is_remembered_is_kept_beside_and_is_what_the_past_gives(own: Workspace):
    """A file of another past, a damaged one and none are the same: all is gone through again."""
    found = []
    for day, text in enumerate(
        ("", "{", '{"helped": ["x", 1, {"figures": {}, "fresh": [], "groups": {}}]}', "[]", "")
    ):
        if text:
            (own.folder / FILE).write_text(text)
        count(own, day, 10 + 7 * day, 20 + day, 30, 40, 100 + 8 * day)
        released(own, day)
        found.append(read((own.folder / FILE).read_bytes())["helped"])
    (own.folder / FILE).unlink()
    with own.writing("test"):
        release(own, at(6, 12))

    assert [1, 2, 3, 4, 5] == [n for _, n, _ in found]
    assert found[-1] == read((own.folder / FILE).read_bytes())["helped"]


def test_what_is_remembered_is_made_again_of_the_releases_of_the_past(own: Workspace):
    """Each release here is a program's own, that has gone through those before it."""
    days = ((10, 20, 30, 40, 100), (11, 20, 30, 40, 101), (11, 26, 30, 47, 114), (13, 27, 41, 48, 129))
    for day, counts in enumerate(days):
        count(own, day, *counts)
        released(own, day)
    rows = told(own, 9)
    found = {one: [row["value"] for row in rows if row["area"] == one] for one in (*AREAS, DISTRICT)}

    assert [[10], [20, 26], [30, 41], [40, 47], [100, 101, 114, 129]] == list(found.values())


def test_a_rebuild_gives_the_same_releases(own: Workspace):
    for day, n in enumerate((10, 20, 22, 30)):
        count(own, day, n, 3, 0, 0)
        released(own, day)
    before = own.store.revisions(indicators={"released:helped"})
    with own.writing("test"):
        rebuild(own)

    assert before == own.store.revisions(indicators={"released:helped"})


def test_what_was_replayed_is_released_day_by_day(own: Workspace):
    for day, n in enumerate((10, 20, 22, 30)):
        count(own, day, n, 0, 0, 0)
    with own.writing("test"):
        release_past(own, at(5))

    assert [10, 20, 20, 30] == [shown(own, PUBLIC, day)[TAMPERE] for day in range(4)]
    assert KEEPER == own.viewer
