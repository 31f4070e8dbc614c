"""Forecasts of the recorded cases of spring 2021, by hospital district, as they became known day by day."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import outbreak
import pytest

from tilannekuva.domain.areas import register
from tilannekuva.domain.observations import Observation
from tilannekuva.flows.forecasting import Made, forecast
from tilannekuva.flows.foretold import FLAT, packed
from tilannekuva.flows.workspace import Workspace

pytestmark = pytest.mark.recorded
FILE = "vintages/hs_processedThl_hcd_daily_2021.delta.csv.gz"
AS_OF = datetime(2021, 3, 23, 15, tzinfo=UTC)  # a Tuesday


def rows(recorded: Path) -> Iterator[Observation]:
    """Yield what was told of districts' days, the last four of each telling provisional."""
    with gzip.open(recorded / FILE, "rt", encoding="utf-8", newline="") as opened:
        for nth, row in enumerate(csv.DictReader(opened)):
            at = datetime.fromisoformat(f"{row['known_at']}T12:00+00:00")
            day = date.fromisoformat(row["date"])
            area = register().match(row["healthCareDistrict"], "hospital-district")
            status = "provisional" if at.date() - day < timedelta(days=4) else "normal"
            value = None if row["change"] == "removed" else float(row["cases"])
            said = status if value is not None else "withdrawn"
            if area and area != "country:FI":
                yield Observation("hs-cases-district", "cases", area, day, "day", "all", value, said, at, nth)


@pytest.fixture(scope="module")
def whole(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Give a workspace that was told all that was recorded."""
    workspace = Workspace(outbreak.made(tmp_path_factory.mktemp("recorded") / "whole"))
    with workspace.writing("test"):
        workspace.store.append(list(rows(recorded)))
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def made(whole: Workspace) -> Made:
    (found,) = forecast(whole, AS_OF, indicators=["cases-weekly"], samples=20)
    return found


def test_nothing_that_became_known_later_enters(made: Made, recorded: Path, tmp_path: Path):
    until = Workspace(outbreak.made(tmp_path / "until"))
    with until.writing("test"):
        until.store.append([one for one in rows(recorded) if one.known_at <= AS_OF])

    (then,) = forecast(until, AS_OF, indicators=["cases-weekly"])

    assert packed(then.lines, then.levels) == packed(made.lines, made.levels)


def test_all_districts_are_forecast_and_add_up(made: Made):
    sums = defaultdict(float)
    for one in made.samples:
        sums[one.location == "country:FI", one.horizon] += sum(one.values)

    assert 22 == len({one.location for one in made.lines})
    assert {sums[True, horizon] for horizon in range(5)} == {sums[False, horizon] for horizon in range(5)}


def test_the_country_comes_out_within_the_bands_nearer_than_a_flat_line(made: Made, whole: Workspace):
    """The three weeks after it that are told in full: cases were falling."""
    heard = whole.store.as_of(indicators={"cases"}, since=date(2021, 3, 15))
    came = defaultdict(float)
    for one in heard:
        came[one.reference_date - timedelta(days=one.reference_date.weekday())] += one.value or 0
    told = {(one.model, one.reference_date): one.values for one in made.lines if one.location == "country:FI"}
    weeks = [date(2021, 3, 22) + timedelta(weeks=nth) for nth in range(3)]

    assert all(told["weekly", week][2] <= came[week] <= told["weekly", week][20] for week in weeks)
    assert sum(abs(told["weekly", week][11] - came[week]) for week in weeks) < sum(
        abs(told[FLAT, week][11] - came[week]) for week in weeks
    )
