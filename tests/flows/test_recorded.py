"""The recorded past of eight sources: landed in order, and every vintage answered value for value."""

import csv
import gzip
import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date, instant
from tilannekuva.domain.looks import Look
from tilannekuva.domain.observations import Observation
from tilannekuva.flows.asking import Asked, observations
from tilannekuva.flows.replay import recordings, replay
from tilannekuva.flows.upkeep import init, rebuild, verify
from tilannekuva.flows.workspace import Workspace

pytestmark = pytest.mark.recorded
GIBIBYTE_IN_KB = 1 << 20
Key = tuple[str, str, date]
Values = dict[Key, float | None]
Row = dict[str, str]


class Past(NamedTuple):
    """A workspace into which the recorded past was replayed."""

    workspace: Workspace
    answers: Path
    looks: list[Look]
    memory: int  # kB that the replay took at most


class Form(NamedTuple):
    """How a delta file is keyed and what its columns are; its rows name no day where `day` is empty."""

    file: str
    keys: tuple[str, ...]
    level: str
    columns: dict[str, str]
    area: str = ""
    day: str = ""


HOSPITAL = {"totalHospitalised": "hospitalised", "inWard": "in-ward", "inIcu": "in-icu", "dead": "deaths"}
DISTRICT, CARE = "hospital-district", "university-hospital-area"
CASES = {"cases": "cases"}
FORMS = {
    "hs-cases-country": Form(
        "hs_processedThl_finland_daily", ("area", "date"), "country", CASES, "area", "date"
    ),
    "hs-cases-district": Form(
        "hs_processedThl_hcd_daily_2021",
        ("healthCareDistrict", "date"),
        DISTRICT,
        CASES,
        "healthCareDistrict",
        "date",
    ),
    "hs-hospital": Form("hs_hospital_2021", ("area", "date"), CARE, HOSPITAL, "area", "date"),
    "hs-tests": Form("hs_thlTestData_2021", ("date",), "country", {"tested": "tests"}, day="date"),
    "hs-tests-district": Form(
        "hs_hcdTestData_2021",
        ("healthCareDistrict",),
        DISTRICT,
        {"tested": "tests-cumulative"},
        "healthCareDistrict",
    ),
    "hs-vaccination": Form(
        "hs_vaccination_2021", ("area", "date"), CARE, {"shots": "vaccinations"}, "area", "date"
    ),
    "thl-cases-country": Form("thl_sampo_csv_finland_daily_cases", ("date",), "country", CASES, day="date"),
    "thl-cases-district": Form(
        "thl_sampo_csv_hcd_cumulative_cases",
        ("area",),
        DISTRICT,
        {"cumulative_cases": "cases-cumulative"},
        "area",
    ),
}
NOT_STORED = {"Other areas", "Other than HYKS"}  # doses without an area; a sum of other rows


@pytest.fixture(scope="module")
def past(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    folder = tmp_path_factory.mktemp("past")
    script = [sys.executable, recorded.parent / "tools" / "replay.py", recorded, folder / "answers"]
    subprocess.run(script, check=True, capture_output=True)
    init(folder / "workspace", template="corona", areas=["837"])
    workspace = Workspace(folder / "workspace")
    begun = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the highest mark begins anew
    with workspace.writing("test"):
        looks = replay(workspace, recordings(folder / "answers"))
    yield Past(workspace, folder / "answers", looks, _memory("VmHWM") - begun)
    workspace.close()


def _memory(name: str) -> int:
    """Give a figure of this process's memory in kB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def vintages(file: Path, keys: tuple[str, ...]) -> Iterator[tuple[datetime, list[Row]]]:
    """Yield what was known after each recorded instant, by the rule of the data's README."""
    known: dict[tuple[str, ...], Row] = {}
    with gzip.open(file, "rt", encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for nth, row in enumerate(rows):
        known[tuple(row[key] for key in keys)] = row
        if nth + 1 == len(rows) or rows[nth + 1]["known_at"] != row["known_at"]:
            yield at(row["known_at"]), [one for one in known.values() if one["change"] != "removed"]


def at(text: str) -> datetime:
    """Read an instant: a day alone is its noon, a clock without zone UTC."""
    given = datetime.fromisoformat(text if "T" in text else f"{text}T12:00+00:00")
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def expected(form: Form, rows: list[Row], landed_at: datetime) -> Values:
    """Give the values that a vintage says."""
    today = helsinki_date(landed_at)
    return {
        (indicator, area_of(row, form, today), day_of(row, form, today)): number(row[column])
        for row in rows
        if row.get(form.area) not in NOT_STORED
        for column, indicator in form.columns.items()
    }


def area_of(row: Row, form: Form, on: date) -> str:
    area = register().match(row[form.area], form.level, on=on) if form.area else "country:FI"
    assert area is not None, row
    return area


def day_of(row: Row, form: Form, today: date) -> date:
    text = row[form.day] if form.day else ""
    if "T" in text:
        return helsinki_date(datetime.fromisoformat(text))
    return date.fromisoformat(text) if text else today


def number(text: str) -> float | None:
    return None if text in ("", "NA") else float(text)


def said(rows: list[Observation]) -> Values:
    assert all((row.value is None) == (row.status in ("missing", "suppressed")) for row in rows)
    return {(row.indicator, row.area, row.reference_date): row.value for row in rows}


def text_of(rows: list[Observation]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def test_every_answer_lands(past: Past):
    """Every recorded answer is understood and landed, in order, each at its own instant."""
    with (past.answers / "index.csv").open(encoding="utf-8") as opened:
        index = [(row["landed_at"], row["source"]) for row in csv.DictReader(opened)]
    assert {(look.source_id, look.outcome, look.message) for look in past.looks} == {
        (source, "ok", "") for _, source in index
    }
    assert [(look.landed_at, look.source_id) for look in past.looks] == [
        (instant(landed_at), source) for landed_at, source in index
    ]
    assert past.workspace.ledger.looks() == past.looks


def test_again_is_no_news(past: Past):
    """A second replay lands nothing."""
    with past.workspace.writing("test"):
        assert replay(past.workspace, recordings(past.answers)) == []


def test_memory(past: Past):
    """Replaying the whole past takes less than a gibibyte of memory."""
    assert past.looks
    assert past.memory < GIBIBYTE_IN_KB


@pytest.mark.parametrize("source", FORMS)
def test_every_vintage(past: Past, recorded: Path, source: str):
    """At every recorded instant the answer is what the vintage said, value for value."""
    form, landed = FORMS[source], 0
    told: Values = {}
    for known_at, rows in vintages(recorded / "vintages" / f"{form.file}.delta.csv.gz", form.keys):
        # Answers without a day of their own are a log: what was said of earlier days stays.
        told = (told if not form.day else {}) | expected(form, rows, known_at)
        assert said(past.workspace.store.as_of(known_at, source=source)) == told, known_at
        landed += 1
    assert landed == len(past.workspace.ledger.looks(source)) > 0


def test_between_vintages(past: Past):
    """A microsecond before a vintage landed the answer is still that of the one before it."""
    ask: Callable[..., list[Observation]] = past.workspace.store.as_of
    looks = past.workspace.ledger.looks("hs-cases-district")
    for before, look in pairwise(looks[:9]):
        moment = look.landed_at - timedelta(microseconds=1)
        assert ask(moment, source=look.source_id) == ask(before.landed_at, source=look.source_id)


def test_the_public_way(past: Past, recorded: Path):
    """Asked of a day, `observations` gives for every district what the last vintage by its end said."""
    form, end = FORMS["hs-cases-district"], instant("2021-03-15")
    every = vintages(recorded / "vintages" / f"{form.file}.delta.csv.gz", form.keys)
    known_at, rows = [one for one in every if one[0] <= end][-1]
    told = expected(form, rows, known_at)
    areas = {area for _, area, _ in told if area != "country:FI"}
    assert len(areas) == 21
    for area in areas:
        found = observations(past.workspace, Asked("cases", end, area))
        values = {date.fromisoformat(row["reference_date"]): row["value"] for row in found}
        assert values == {day: value for (_, one, day), value in told.items() if one == area}


def test_rebuilt(past: Past):
    """Made again from the landing, observations and looks are the same to the byte, and nothing is amiss."""
    workspace = past.workspace
    before = text_of(workspace.store.revisions()), workspace.ledger.looks()
    old = {one.name for one in workspace.ledger.segments()}
    with workspace.writing("test"):
        rebuild(workspace)
    assert (text_of(workspace.store.revisions()), workspace.ledger.looks()) == before
    assert old.isdisjoint(one.name for one in workspace.ledger.segments())
    assert verify(workspace) == []
