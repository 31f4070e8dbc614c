"""Laws of what changed: settled values that are told otherwise are named, and nothing known later enters."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tilannekuva.domain.decisions import Decision
from tilannekuva.domain.looks import Look
from tilannekuva.domain.observations import Observation
from tilannekuva.domain.picture import Picture
from tilannekuva.flows.changes import Revision, changes, day_before, redefined, revisions, turns
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace

SINCE, UNTIL = datetime(2021, 3, 10, 12, tzinfo=UTC), datetime(2021, 3, 11, 12, tzinfo=UTC)
EARLY, LATE, LATER = SINCE - timedelta(hours=1), UNTIL - timedelta(hours=1), UNTIL + timedelta(seconds=1)
AREA = "hospital-district:06"
Short = tuple[str, list[tuple[int, float | None, float | None]]]
Said = tuple[datetime, int, float | None, str]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Give a workspace that knows nothing."""
    init(tmp_path / "w", template="corona", areas=["837"])
    made = Workspace(tmp_path / "w")
    with made.writing("test"):
        yield made
    made.close()


def told(
    workspace: Workspace, *said: Said, indicator: str = "cases", source: str = "hs-cases-district"
) -> None:
    """Record values of days of March as they became known."""
    workspace.store.append(
        [
            Observation(source, indicator, AREA, date(2021, 3, day), "day", "all", value, status, at, nth)
            for nth, (at, day, value, status) in enumerate(said)
        ]
    )


def found(workspace: Workspace, **asked: Any) -> list[Short]:  # noqa: ANN401 - as revisions is
    return [_short(one) for one in revisions(workspace, SINCE, UNTIL, **asked)]


def _short(one: Revision) -> Short:
    return one.kind, [(value.reference_date.day, value.was, value.value) for value in one.values]


def test_settled_values_are_corrected_provisional_ones_filled_up_and_gone_ones_withdrawn(
    workspace: Workspace,
):
    told(workspace, (EARLY, 1, 40, "normal"), (EARLY, 2, 12, "provisional"), (EARLY, 3, 3, "normal"))
    told(workspace, (LATE, 1, 55, "normal"), (LATE, 2, 17, "normal"), (LATE, 3, None, "withdrawn"))

    assert found(workspace) == [
        ("withdrawn", [(3, 3, None)]),
        ("corrected", [(1, 40, 55)]),
        ("completed", [(2, 12, 17)]),
    ]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ((40, "normal"), (40, "normal")),
        ((40, "provisional"), (40, "normal")),
        ((None, "suppressed"), (None, "suppressed")),
        ((40.2, "normal"), (40.4, "normal")),
    ],
)
def test_a_value_that_stays_is_no_revision_though_it_settles(
    workspace: Workspace, was: tuple[float | None, str], now: tuple[float | None, str]
):
    told(workspace, (EARLY, 1, *was), (LATE, 1, *now), (LATE, 2, 7, "normal"))

    assert found(workspace) == []


def test_withheld_is_not_zero_and_not_missing(workspace: Workspace):
    told(workspace, (EARLY, 1, None, "suppressed"), (EARLY, 2, None, "missing"), (EARLY, 3, 0, "normal"))
    told(workspace, (LATE, 1, 0, "normal"), (LATE, 2, None, "suppressed"), (LATE, 3, None, "suppressed"))

    assert found(workspace) == [
        ("corrected", [(1, None, 0), (3, 0, None)]),
        ("completed", [(2, None, None)]),
    ]


def test_a_restated_year_is_one_revision_with_its_largest_change(workspace: Workspace):
    told(workspace, *((EARLY, day, 10 + day, "normal") for day in range(1, 9)))
    told(workspace, *((LATE, day, 10 + day + (15 if day == 3 else 1), "normal") for day in range(1, 9)))
    (one,) = revisions(workspace, SINCE, UNTIL)

    assert len(one.values) == 8
    assert (one.largest.reference_date, one.largest.was, one.largest.value) == (date(2021, 3, 3), 13, 28)
    assert one.known_at == LATE


def test_what_becomes_known_a_second_later_changes_nothing(workspace: Workspace):
    told(workspace, (EARLY, 1, 40, "normal"), (LATE, 1, 41, "normal"))
    before = found(workspace)
    told(workspace, (LATER, 1, 99, "normal"), (LATER, 2, 5, "normal"))

    assert before == found(workspace) == [("corrected", [(1, 40, 41)])]


def test_the_way_back_and_forth_between_is_no_change_but_its_end_is(workspace: Workspace):
    """Told otherwise at noon and as before in the evening: whoever looked at both ends saw the same."""
    told(workspace, (EARLY, 1, 40, "normal"), (SINCE + timedelta(hours=2), 1, 90, "normal"))
    told(workspace, (LATE, 1, 40, "normal"))

    assert found(workspace) == []


def test_only_the_areas_asked_for(workspace: Workspace):
    told(workspace, (EARLY, 1, 40, "normal"), (LATE, 1, 41, "normal"))

    assert found(workspace, areas=["municipality:837"]) == []
    assert len(found(workspace, areas=[AREA])) == 1


def test_a_day_before_is_the_same_time_on_the_clock_also_when_it_is_moved():
    night = datetime(2021, 3, 28, 12, tzinfo=UTC)  # 15 in Helsinki; the clock was moved in the night before

    assert day_before(night) == datetime(2021, 3, 27, 13, tzinfo=UTC)
    assert day_before(UNTIL) == SINCE


def decision(name: str, **more: Any) -> Decision:  # noqa: ANN401 - any field of a decision
    empty: dict[str, Any] = dict.fromkeys(Decision._fields, "")
    days = {"effective_from": None, "effective_to": None, "taken_on": date(2021, 3, 1)}
    return Decision(**empty | {"source": "a", "id": name, "title_fi": name, "known_at": EARLY} | days | more)


def pictures(workspace: Workspace, *decisions: tuple[Decision, ...]) -> list[Picture]:
    asked = (Question(at, "municipality:837") for at in (SINCE, UNTIL))
    return [
        replace(picture(workspace, one), decisions=known) for one, known in zip(asked, decisions, strict=True)
    ]


def test_decisions_are_new_altered_taken_back_begun_or_ended(workspace: Workspace):
    same = decision("same")
    old = (same, decision("gone"), decision("moved"), decision("over", effective_to=date(2021, 3, 10)))
    soon = decision("begins", effective_from=date(2021, 3, 11))
    now = (same, decision("moved", note="new"), old[3], soon, decision("first"))
    before, after = pictures(workspace, (*old, soon), now)

    assert {(turn, one.id) for turn, one in turns(before, after)} == {
        ("withdrawn", "gone"),
        ("altered", "moved"),
        ("ended", "over"),
        ("begun", "begins"),
        ("new", "first"),
    }


def test_a_definition_with_another_text_is_named_with_its_instant(workspace: Workspace):
    text = workspace.texts()["indicator", "cases"]
    workspace.define(EARLY)
    (workspace.folder / "indicators").mkdir(exist_ok=True)
    (workspace.folder / "indicators" / "cases.toml").write_text(f"# changed\n{text}", encoding="utf-8")
    workspace.define(LATE)

    known = workspace.ledger.definitions()["indicator", "cases"].known_at
    named = redefined(workspace, known - timedelta(seconds=1), known)
    assert [(one.kind, one.id, one.known_at) for one in named] == [("indicator", "cases", known)]
    assert redefined(workspace, known, known + timedelta(days=1)) == []
    assert redefined(workspace, known - timedelta(seconds=2), known - timedelta(seconds=1)) == []


def test_answers_refused_between_the_two_instants_are_told_and_no_others(workspace: Workspace):
    for nth, at in enumerate((EARLY, LATE, LATER)):
        look = Look(nth + 1, "hs-tests", at, "refused", message=f"{nth}")
        workspace.ledger.commit(workspace.store.fence, at=at, looks=[look])
    before, after = pictures(workspace, (), ())
    told_of = changes(workspace, before, after)

    assert [one.message for one in told_of.refused] == ["1"]
    assert not told_of.none
