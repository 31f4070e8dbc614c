"""Sight: what is not in a viewer's tables cannot be told to them, not even by a number."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from worlds import AREAS, NOW, at, made, world

from tilannekuva.domain.access import KEEPER, PUBLIC, Viewer
from tilannekuva.flows.picture import Question, identity, states_of
from tilannekuva.flows.sight import seen
from tilannekuva.flows.trace import Value, is_open, trace
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.released import RELEASED

STAFF, OTHERS = Viewer("staff", AREAS[0]), Viewer("staff", AREAS[1])
PARTNER, ADMIN = Viewer("partner", AREAS[0]), Viewer("admin", AREAS[0])


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Workspace]]:
    """Give two worlds that agree on all that everybody may know."""
    folder = tmp_path_factory.mktemp("sight")
    base = made(folder / "base")
    found = tuple(world(base, folder / str(secret), known=1, secret=secret) for secret in (0, 1))
    yield found[0], found[1]
    for one in found:
        one.close()


@pytest.mark.parametrize(
    ("viewer", "told"),
    [
        (PUBLIC, {"helped", "sick"}),
        (PARTNER, {"helped", "sick"}),
        (ADMIN, {"helped", "sick"}),
        (STAFF, {"helped", "sick", "crew"}),
        (Viewer("leadership", AREAS[0]), {"helped", "sick", "crew", "plans"}),
    ],
)
def test_each_role_is_told_of_its_classes_alone(
    worlds: tuple[Workspace, Workspace], viewer: Viewer, told: set[str]
):
    assert told == {one.indicator for one in seen(worlds[0], viewer).store.as_of()}


def test_own_staff_sees_its_own_municipality_and_no_other_of_what_is_internal(
    worlds: tuple[Workspace, Workspace],
):
    rows = [seen(worlds[0], one).store.as_of(indicators={"crew"}) for one in (STAFF, OTHERS)]

    assert [{AREAS[0]}, {AREAS[1]}] == [{one.area for one in found} for found in rows]


def test_of_what_is_protected_others_are_told_the_releases_and_no_strata(worlds: tuple[Workspace, Workspace]):
    whole = worlds[0].store.as_of(indicators={RELEASED + "helped"})
    rows = seen(worlds[0], PUBLIC).store.as_of(indicators={"helped"})

    assert [one._replace(indicator="helped") for one in whole] == rows
    assert {"all"} == {one.stratum for one in rows}


def test_own_staff_sees_its_own_values_of_what_is_protected_and_the_releases_of_others(
    worlds: tuple[Workspace, Workspace],
):
    raw = worlds[0].store.as_of(indicators={"helped"}, areas={AREAS[0]})
    rows = seen(worlds[0], STAFF).store.as_of(indicators={"helped"})
    others = [
        one for one in seen(worlds[0], PUBLIC).store.as_of(indicators={"helped"}) if one.area != AREAS[0]
    ]

    assert (raw, others) == tuple(
        [one for one in rows if (one.area == AREAS[0]) is mine] for mine in (True, False)
    )


def test_the_bytes_of_a_source_that_tells_of_what_is_protected_are_nobodys(
    worlds: tuple[Workspace, Workspace],
):
    """They hold the counts of every municipality, also where the source itself is asked in the open."""
    found = []
    for name in ("own-sick", "own-helped"):
        one = worlds[0].recipes()[name]
        asked = one.model_copy(update={"fetch": one.fetch.model_copy(update={"protocol": "http"})})
        found.append(is_open(seen(worlds[0], STAFF), asked, NOW))

    assert [True, False] == found


def test_a_source_that_tells_decisions_of_all_classes_is_own_staff_s(worlds: tuple[Workspace, Workspace]):
    """When it was looked at would tell that something was decided."""
    shown = ["decisions-own" in seen(worlds[0], viewer).recipes() for viewer in (PUBLIC, PARTNER, STAFF)]

    assert [False, False, True] == shown


def test_a_look_is_numbered_among_those_at_its_own_source(worlds: tuple[Workspace, Workspace]):
    """The number among all looks would count hidden ones."""
    value = Value("sick", AREAS[0], at(3).date())
    found = [trace(seen(one, PUBLIC), value, NOW) for one in worlds]

    assert [[4], [4]] == [[told.look for told in one.told] for one in found]
    assert [4, 4] == [one.landed.look.seq for one in found if one.landed]


def test_a_picture_is_named_by_what_its_viewer_may_know(worlds: tuple[Workspace, Workspace]):
    def named(workspace: Workspace, viewer: Viewer) -> str:
        mine, question = seen(workspace, viewer), Question(NOW, AREAS[0])
        return identity(mine, question, states_of(mine, NOW))

    assert named(worlds[0], PUBLIC) == named(worlds[1], PUBLIC)
    assert named(worlds[0], STAFF) != named(worlds[1], STAFF)


def test_a_decision_for_everybody_gives_a_picture_another_name(
    worlds: tuple[Workspace, Workspace], tmp_path: Path
):
    """Its source may be hidden, so that no look tells of it."""
    shutil.copytree(worlds[0].folder, tmp_path / "own", symlinks=True)
    own, question = Workspace(tmp_path / "own"), Question(NOW, AREAS[0])
    before = identity(seen(own, PUBLIC), question, ())
    secret = own.ledger.decisions()[0]
    with own.writing("test"):
        known = secret._replace(visibility="public", id="open", known_at=at(8))
        own.ledger.commit(own.store.fence, decisions=[known], at=NOW)

    assert before != identity(seen(own, PUBLIC), question, ())
    own.close()


def test_a_sight_of_a_sight_is_of_the_whole_workspace(worlds: tuple[Workspace, Workspace]):
    staff = seen(seen(worlds[0], PUBLIC), STAFF)

    assert replace(STAFF) == staff.viewer
    assert KEEPER == worlds[0].viewer
    assert "crew" in staff.catalogue().indicators
