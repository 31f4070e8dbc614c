"""Laws of corrections: each is told once, under one name for ever, and never before it was known."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from intake import DISTRICTS, HOUR, Confirmed, Intake, changed, sample, spoilt

from tilannekuva.flows.corrections import DAYS, Correction, corrections
from tilannekuva.flows.workspace import Workspace

DAY = timedelta(days=1)


@pytest.fixture
def intake(workspace: Workspace) -> Iterator[Intake]:
    """Give a workspace that corrects a settled number a day after the sample and then refuses an answer."""
    made = Intake(workspace)
    with workspace.writing("test"):
        workspace.define(made.at)
        made.look(sample(DISTRICTS), accept=True)
        made.look(spoilt(lambda rows: changed(rows, "Kanta-Häme", 0, value=30)), after=DAY, accept=True)
        made.look(b"{}")
        yield made


def told(intake: Intake, as_of: datetime | None = None) -> list[Correction]:
    return corrections(intake.workspace, as_of or intake.at)


def kinds(found: list[Correction]) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in found]


@pytest.fixture
def wide(intake: Intake) -> Intake:
    """Give the same workspace as a picture of Hämeenlinna, which lies in the corrected district."""
    intake.workspace.settings = intake.workspace.settings.model_copy(update={"areas": ("837", "109")})
    return intake


def test_what_was_corrected_and_what_was_refused_is_told_the_newest_first(wide: Intake):
    found = told(wide)

    assert kinds(found) == [("refused", DISTRICTS), ("corrected", "cases")]
    assert [one.at for one in found] == [wide.at, wide.at - HOUR]
    assert (found[1].revisions[0].largest.was, found[1].revisions[0].largest.value) == (1, 30)


def test_other_areas_corrections_are_not_told(intake: Intake):
    assert kinds(told(intake)) == [("refused", DISTRICTS)]


def test_nothing_is_told_before_it_was_known(wide: Intake):
    assert kinds(told(wide, wide.at - timedelta(minutes=1))) == [("corrected", "cases")]
    assert told(wide, wide.at - 2 * HOUR) == []


def test_a_correction_keeps_its_name_and_leaves_after_some_days(wide: Intake):
    later = told(wide, wide.at + DAY * (DAYS - 1))

    assert [one.id for one in later] == [one.id for one in told(wide)]
    assert len({one.id for one in later}) == len(later)
    assert told(wide, wide.at + DAY * (DAYS + 1)) == []


def test_a_changed_definition_is_told_by_its_name(wide: Intake):
    own = wide.workspace.folder / "indicators" / "cases.toml"
    own.parent.mkdir(exist_ok=True)
    own.write_text("# worded otherwise\n" + wide.workspace.texts()["indicator", "cases"])
    wide.workspace.define(wide.at)
    at = wide.workspace.ledger.definitions()["indicator", "cases"].known_at

    assert kinds(told(wide, at)) == [("indicator", "cases")]
    assert kinds(told(wide, at - timedelta(microseconds=1))) == []


def test_a_number_that_filled_up_is_no_correction(wide: Intake):
    def spoil(rows: Confirmed) -> None:
        changed(rows, "Kanta-Häme", 0, value=30)
        changed(rows, "Kanta-Häme", 6, value=7)

    look = wide.look(spoilt(spoil), accept=True)
    days = [
        str(one.reference_date)
        for told_of in told(wide)
        for group in told_of.revisions
        for one in group.values
    ]

    assert look.news == 1
    assert days == ["2021-01-08"]


def test_two_pictures_never_give_two_things_one_name(wide: Intake):
    ours = {one.id for one in told(wide)}
    wide.workspace.settings = wide.workspace.settings.model_copy(update={"title": "Another"})

    assert ours.isdisjoint(one.id for one in told(wide))
