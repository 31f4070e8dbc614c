"""The picture: from nothing known later, and named by all that it depends on."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tilannekuva.domain.observations import Observation
from tilannekuva.errors import UnknownIndicator
from tilannekuva.flows.picture import Picture, Question, picture
from tilannekuva.flows.workspace import Workspace

PIRKANMAA = "hospital-district:06"
DAY = date(2021, 3, 1)
MORNING = datetime(2021, 3, 20, 9, tzinfo=UTC)


def cases(
    values: Sequence[float | None], known_at: datetime, look: int, *, provisional: int = 0
) -> list[Observation]:
    """Give daily cases of Pirkanmaa from 1 March on; the last ones may be provisional."""
    rows = []
    for nth, value in enumerate(values):
        status = "provisional" if nth >= len(values) - provisional else "normal"
        status = "suppressed" if value is None else status
        day = DAY + timedelta(days=nth)
        rows.append(
            Observation(
                "hs-cases-district", "cases", PIRKANMAA, day, "day", "all", value, status, known_at, look
            )
        )
    return rows


def append(workspace: Workspace, rows: Sequence[Observation]) -> None:
    """Add observations to a workspace."""
    with workspace.writing("test"):
        workspace.store.append(rows)


def asked(workspace: Workspace, at: datetime = MORNING, name: str = "cases-7d") -> Picture:
    """Give the picture of one indicator."""
    return picture(workspace, Question(at, "municipality:837", rewound=True, indicators=frozenset({name})))


def test_a_sum_of_seven_days_is_the_sum_of_seven_days(workspace: Workspace):
    append(workspace, cases([1, 2, 3, 4, 5, 6, 7, 8], MORNING, 1))
    points = asked(workspace).readings["cases-7d", PIRKANMAA].points

    assert [point.value for point in points] == [None] * 6 + [28, 35]
    assert [point.status for point in points] == ["missing"] * 6 + ["normal"] * 2


def test_a_sum_over_a_provisional_day_is_provisional_and_not_the_reading(workspace: Workspace):
    append(workspace, cases([1] * 10 + [0, 0], MORNING, 1, provisional=2))
    reading = asked(workspace).readings["cases-7d", PIRKANMAA]

    assert (7, "normal", date(2021, 3, 10)) == (reading.value, reading.status, reading.reference_date)
    assert [point.status for point in reading.points[-2:]] == ["provisional", "provisional"]


def test_a_sum_over_a_withheld_day_is_withheld_not_smaller(workspace: Workspace):
    append(workspace, cases([1, 2, 3, None, 5, 6, 7], MORNING, 1))
    point = asked(workspace).readings["cases-7d", PIRKANMAA].points[-1]

    assert (point.value, point.status) == (None, "suppressed")


def test_a_sum_over_a_gap_is_missing_not_smaller(workspace: Workspace):
    rows = cases([1] * 8, MORNING, 1)
    append(workspace, rows[:3] + rows[4:])
    points = asked(workspace).readings["cases-7d", PIRKANMAA].points

    assert (points[-1].value, points[-1].status) == (None, "missing")


def test_the_incidence_is_cases_by_inhabitants(workspace: Workspace):
    """14 days of 10 cases among the 535,044 inhabitants of Pirkanmaa's district: 26.2 in 100,000."""
    append(workspace, cases([10] * 14, MORNING, 1))
    reading = asked(workspace, name="incidence-14d").readings["incidence-14d", PIRKANMAA]

    assert reading.value == pytest.approx(26, abs=0.5)
    assert reading.level == "act"


def test_a_change_from_zero_has_no_number(workspace: Workspace):
    append(workspace, cases([0] * 7 + [5] * 7, MORNING, 1))
    reading = asked(workspace, name="change-7d").readings["change-7d", PIRKANMAA]

    assert (reading.points[-1].value, reading.points[-1].status) == (None, "missing")


def test_empty_weeks_sum_to_exactly_zero(workspace: Workspace):
    append(workspace, cases([3, 5, 7] + [0] * 20, MORNING, 1))
    points = asked(workspace).readings["cases-7d", PIRKANMAA].points

    assert [point.value for point in points[-14:]] == [0] * 14


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 13), st.integers(0, 9), st.integers(1, 3)), min_size=1, max_size=4))
def test_nothing_known_later_touches_a_picture(workspace: Workspace, later: list[tuple[int, int, int]]):
    """Later facts are planted: the picture's readings and its id stay what they were."""
    if not workspace.ledger.segments():
        append(workspace, cases(range(14), MORNING, 1))
    before = asked(workspace, name="incidence-14d")
    for nth, (day, value, days) in enumerate(later):
        row = cases(range(14), MORNING + timedelta(days=days, seconds=nth), 2 + nth)[day]
        append(workspace, [row._replace(value=float(value))])
    after = asked(workspace, name="incidence-14d")

    assert (before.id, before.readings) == (after.id, after.readings)


def test_a_changed_definition_changes_the_picture_from_then_on_only(workspace: Workspace):
    """The level that is written today does not judge yesterday."""
    append(workspace, cases([10] * 14, MORNING, 1))
    file = workspace.folder / "indicators" / "incidence-14d.toml"
    text = workspace.texts()["indicator", "incidence-14d"]
    file.write_text(
        text.replace("enter = 25", "enter = 250").replace("leave = 20", "leave = 200"), encoding="utf-8"
    )
    changed_at = datetime.now(UTC)
    with workspace.writing("test"):
        workspace.define(changed_at)
    seen = {at: asked(workspace, at, "incidence-14d") for at in (MORNING, changed_at + timedelta(days=1))}

    levels = [one.indicators["incidence-14d"].levels[1].enter for one in seen.values()]
    assert levels == [25, 250]
    assert len({one.id for one in seen.values()}) == 2


def test_an_unknown_indicator_is_refused(workspace: Workspace):
    with pytest.raises(UnknownIndicator, match="cases-7d"):
        asked(workspace, name="case")


def test_a_level_is_the_same_on_every_page(workspace: Workspace):
    """The front page loads less of the past than an indicator's own page, and judges by the same part of it.

    20 days far above the limit, then 130 days below it but above where the level ends.
    """
    values = [100] * 20 + [9] * 130
    now = datetime(2021, 8, 1, 9, tzinfo=UTC)
    append(workspace, cases(values, now, 1))
    front = picture(workspace, Question(now, "municipality:837", rewound=True))
    own = picture(
        workspace,
        Question(
            now, "municipality:837", rewound=True, indicators=frozenset({"incidence-14d"}), since=date.min
        ),
    )

    found = [one.readings["incidence-14d", PIRKANMAA] for one in (front, own)]
    assert len(found[0].points) < len(found[1].points)
    assert ["watch", "watch"] == [one.level for one in found]
