"""Laws of traces: a number leads to the bytes it was read from, and to nothing that was known later."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from intake import DISTRICTS, Intake, changed, sample, spoilt

from tilannekuva.errors import Busy, Damaged
from tilannekuva.flows.inbox import receipt
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.trace import (
    Trace,
    Value,
    _one_at_a_time,
    is_open,
    open_landings,
    proof,
    told_address,
    trace,
)
from tilannekuva.flows.workspace import Workspace

SETTLED = Value("cases", "hospital-district:06", date(2021, 1, 8))
GONE = Value("cases", "hospital-district:06", date(2021, 1, 9))


@pytest.fixture
def intake(workspace: Workspace) -> Iterator[Intake]:
    """Give a workspace that was told of Pirkanmaa three times: 7, then 9, then nothing new."""
    made = Intake(workspace)
    with workspace.writing("test"):
        workspace.define(made.at)
        made.look(sample(DISTRICTS), accept=True)
        made.look(spoilt(lambda rows: changed(rows, "Pirkanmaa", 0, value=9)), accept=True)
        made.look(spoilt(lambda rows: changed(rows, "Pirkanmaa", 0, value=9)), accept=True)
        yield made


def traced(intake: Intake, value: Value = SETTLED, *, hours: int = 9) -> Trace:
    """Trace as known so many hours after the sample landed."""
    begun = intake.at - timedelta(hours=3)
    return trace(intake.workspace, value, begun + timedelta(hours=hours, minutes=1))


def test_each_time_that_a_number_was_told_is_there_with_its_look(intake: Intake):
    found = traced(intake)

    assert [(one.value, one.look) for one in found.told] == [(7, 1), (9, 2)]
    assert found.heard == DISTRICTS
    assert found.known_at == intake.at - timedelta(hours=1)


def test_a_trace_knows_nothing_of_later(intake: Intake):
    before, none = traced(intake, hours=1), traced(intake, hours=0)

    assert [one.value for one in before.told] == [7]
    assert before.landed
    assert before.landed.look.seq == 1
    assert (none.told, none.landed, none.known_at) == ((), None, None)


def test_a_number_rests_on_the_bytes_of_the_look_that_told_it(intake: Intake):
    landed = traced(intake).landed
    assert landed

    assert intake.workspace.landing.read(landed.pages[0]) == spoilt(
        lambda rows: changed(rows, "Pirkanmaa", 0, value=9)
    )
    assert landed.size == len(intake.workspace.landing.read(landed.look.sha256))
    assert landed.is_open


def test_a_number_taken_back_is_traced_to_the_answer_that_lacks_it(intake: Intake):
    intake.look(spoilt(lambda rows: [one.pop(1) for one in rows.values()]), accept=True)
    found = traced(intake, GONE)

    assert [(one.value, one.status) for one in found.told][-1] == (None, "withdrawn")
    assert found.landed
    assert found.landed.look.seq == 4


def test_a_computed_number_knows_when_the_newest_of_its_inputs_came(intake: Intake):
    found = traced(intake, Value("cases-7d", "hospital-district:06", date(2021, 1, 14)))

    assert (found.told, found.landed) == ((), None)
    assert found.known_at == intake.at - timedelta(hours=1)


def test_reading_the_bytes_anew_gives_the_number_and_its_row(intake: Intake):
    found = proof(intake.workspace, SETTLED, intake.at)
    assert found

    assert (found.value, found.status) == (9, "normal")
    assert [row["value"] for row in found.rows] == ["9"]
    assert [row["healthCareDistrict"] for row in found.rows] == ["Pirkanmaa"]


def test_who_asks_while_another_answer_is_read_anew_is_asked_to_wait(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tilannekuva.flows.trace._PATIENCE", 0.01)
    with _one_at_a_time, pytest.raises(Busy):
        proof(intake.workspace, SETTLED, intake.at)


def test_bytes_that_are_not_what_was_kept_are_never_given_out(intake: Intake):
    landed = traced(intake).landed
    assert landed
    name = landed.look.sha256
    (intake.workspace.landing.folder / name[:2] / name).write_bytes(b"{}")

    with pytest.raises(Damaged):
        Reader(intake.workspace, intake.at).raw(name, intake.at)


def test_raw_bytes_are_had_once_an_observation_rests_on_them(intake: Intake):
    refused = intake.look(b"{}")
    found = open_landings(intake.workspace, intake.at)

    assert refused.outcome == "refused"
    assert sorted(found) == sorted({one.sha256 for one in intake.workspace.ledger.looks()} - {refused.sha256})
    assert open_landings(intake.workspace, intake.at - timedelta(hours=5)) == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (DISTRICTS, True),
        ("decisions-sheet", False),
        ("police-weekly-sheet", False),
        ("google-mobility-country", False),
    ],
)
def test_what_people_sent_or_what_is_not_public_stays_closed(intake: Intake, name: str, *, expected: bool):
    workspace = intake.workspace

    assert is_open(workspace, workspace.recipes()[name], intake.at) is expected


@pytest.mark.parametrize(
    "change", [{"key": "env:TILANNEKUVA_KEY"}, {"protocol": "command", "command": ("ls",)}]
)
def test_what_a_key_opened_or_a_program_of_the_house_printed_stays_closed(
    intake: Intake, change: dict[str, object]
):
    recipe = intake.workspace.recipes()[DISTRICTS]
    closed = recipe.model_copy(update={"fetch": recipe.fetch.model_copy(update=change)})

    assert not is_open(intake.workspace, closed, intake.at)


def test_where_sources_live_inside_the_house_only_shipped_ones_are_open(intake: Intake):
    intake.workspace.settings = intake.workspace.settings.model_copy(
        update={"allow_networks": ("10.0.0.0/8",)}
    )
    shipped = intake.workspace.recipes()[DISTRICTS]

    assert is_open(intake.workspace, shipped, intake.at)
    assert not is_open(intake.workspace, shipped.model_copy(update={"id": "our-own"}), intake.at)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.fi/x?day=2021-01-01&apiKey=s3cret", "https://a.fi/x?day=2021-01-01&apiKey=***"),
        ("https://me:s3cret@a.fi/x", "https://a.fi/x"),
        ("https://a.fi/x#s3cret", "https://a.fi/x"),
        ("https://a.fi/{from}/x?to={to}", "https://a.fi/{from}/x?to={to}"),
        ("inbox:notes of Matti.xlsx", "inbox:…"),
        ("", ""),
    ],
)
def test_an_address_is_told_without_its_secrets(address: str, expected: str):
    assert expected == told_address(address)


def test_a_delivery_is_told_by_the_beginning_of_its_receipt_alone():
    name = receipt()

    assert told_address(f"inbox:{name} Matti Virtanen.xlsx") == f"inbox:{name[:21]}…"
