"""Real answers, read by their recipes and once more by hand."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tilannekuva.domain.areas import register
from tilannekuva.flows.guard import objection
from tilannekuva.flows.reading import understand
from tilannekuva.sources.recipe import recipe, texts

Said = dict[tuple[str, str, date], float | None]
By = Iterator[tuple[str, str, str, object]]
RECIPES = {name: recipe(text, name) for name, text in texts().items()}
MEASURES = {
    "Tapausten lukumäärä": "cases",
    "Testausmäärä": "tests",
    "Kuolemantapausten lukumäärä": "deaths-daily",
}


def hs_cases(file: Path, _: str) -> By:
    """Read HS's cases by hand."""
    for rows in json.loads(file.read_bytes())["confirmed"].values():
        yield from (("cases", row["healthCareDistrict"], row["date"][:10], row["value"]) for row in rows)


def hs_hospital(file: Path, _: str) -> By:
    """Read HS's hospital answer by hand; the area 'Other than HYKS' is none of ours."""
    names = {"totalHospitalised": "hospitalised", "inWard": "in-ward", "inIcu": "in-icu", "dead": "deaths"}
    for row in json.loads(file.read_bytes())["hospitalised"]:
        for column, indicator in names.items():
            if row["area"] != "Other than HYKS":
                yield indicator, row["area"], row["date"][:10], row[column]


def hs_tests(file: Path, _: str) -> By:
    """Read HS's tests by hand."""
    yield from (
        ("tests", "Suomi", row["date"][:10], row["value"]) for row in json.loads(file.read_bytes())["tested"]
    )


def hs_district_tests(file: Path, landed: str) -> By:
    """Read HS's tests by district by hand."""
    for area, row in json.loads(file.read_bytes()).items():
        yield "tests-cumulative", area, landed, row["tested"]


def thl_daily(file: Path, _: str) -> By:
    """Read THL's national table by hand."""
    for row in csv.DictReader(file.read_text("utf-8").splitlines(), delimiter=";"):
        yield MEASURES[row["Mittari"]], "Suomi", row["Aika"], row["val"]


def thl_cumulative(file: Path, landed: str) -> By:
    """Read THL's table by district by hand."""
    for row in csv.DictReader(file.read_text("utf-8").splitlines(), delimiter=";"):
        yield "cases-cumulative", row["Alue"], landed, row["val"]


def thl_weekly(file: Path, _: str) -> By:
    """Read THL's Swedish table of weeks by hand."""
    for row in csv.DictReader(file.read_text("utf-8").splitlines(), delimiter=";"):
        if row["Tid"] != "Alla tider":
            _, year, _, week = row["Tid"].split()
            yield (
                "cases-weekly",
                row["Områden"],
                date.fromisocalendar(int(year), int(week), 1).isoformat(),
                row["val"],
            )


LEVELS = ("hospital-district", "university-hospital-area")
ANSWERS: list[tuple[str, str, str, Callable[[Path, str], By]]] = [
    ("hs-cases-district", "hs/exampleProcessedThlData.json", "2020-04-15", hs_cases),
    ("hs-cases-district", "hs/recorded_2020-04-10_processedThlData.json", "2020-04-10", hs_cases),
    ("hs-hospital", "hs/exampleHospitalData.json", "2020-04-10", hs_hospital),
    ("hs-hospital", "hs/recorded_2020-04-10_finnishCoronaHospitalData.json", "2020-04-10", hs_hospital),
    ("hs-tests", "hs/exampleFinlandTimeseriesTestData.json", "2020-04-15", hs_tests),
    ("hs-tests-district", "hs/latestHcdTestData.json", "2020-04-15", hs_district_tests),
    ("thl-cases-country", "thl/sampo_csv_daily_as_recorded_2021-02-18.csv", "2021-02-18", thl_daily),
    ("thl-cases-country", "thl/sampo_csv_daily_as_recorded_2021-07-15.csv", "2021-07-15", thl_daily),
    ("thl-cases-country", "thl/sampo_csv_recorded_2022-01-22.csv", "2022-01-22", thl_daily),
    (
        "thl-cases-district",
        "thl/sampo_csv_hcd_cumulative_as_recorded_2020-12-10.csv",
        "2020-12-10",
        thl_cumulative,
    ),
    ("thl-cases-weekly", "thl/sampo_csv_sv_weekly_hcd_recorded_2024-01-30.csv", "2024-01-30", thl_weekly),
]


def by_hand(rows: By) -> Said:
    """Give what rows say, areas by their codes."""
    said: Said = {}
    for indicator, name, day, value in rows:
        area = next(found for level in LEVELS if (found := register().match(name, level)))
        number = None if value in (None, "") else float(str(value))
        said[indicator, area, date.fromisoformat(day)] = number
    return said


@pytest.mark.recorded
@pytest.mark.parametrize(("source", "file", "landed", "read"), ANSWERS, ids=[one[1] for one in ANSWERS])
def test_a_real_answer_says_the_same_by_its_recipe_and_by_hand(
    recorded: Path, source: str, file: str, landed: str, read: Callable[[Path, str], By]
):
    """Value for value; empty cells of weeks to come are no facts."""
    landed_at = datetime.fromisoformat(f"{landed}T12:00:00").replace(tzinfo=UTC)
    understood = understand(RECIPES[source], ((recorded / file).read_bytes(),), landed_at)
    said = {(fact.indicator, fact.area, fact.reference_date): fact.value for fact in understood.facts}
    expected = {key: value for key, value in by_hand(read(recorded / file, landed)).items()
                if value is not None or key[2] <= landed_at.date()}  # fmt: skip

    assert expected == said
    assert ([], "") == (understood.faults, objection(RECIPES[source], understood, {}, landed_at.date()))
