"""HS's lists of cases, a row each: counted by day and district, every recorded vintage once more by hand."""

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.looks import Answer
from tilannekuva.errors import NotUnderstood
from tilannekuva.flows.reading import understand
from tilannekuva.flows.replay import Recorded, replay
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import recipe, texts

Row = dict[str, Any]
Counts = dict[tuple[str, str, date], int]
RECIPES = {name: recipe(texts()[name], name) for name in ("hs-linelist-v1", "hs-linelist")}
INDICATOR = {"hs-linelist-v1": "cases-reported", "hs-linelist": "cases"}
LANDED = datetime(2020, 4, 15, 12, tzinfo=UTC)
SAMPLES = [
    ("hs-linelist-v1", "hs/exampleObservationData.json"),
    ("hs-linelist", "hs/exampleObservationDataV2.json"),
]


class Vintage(NamedTuple):
    """The rows that were listed from an instant on."""

    known_at: datetime
    source: str
    rows: list[Row]


def vintages(file: Path) -> Iterator[Vintage]:
    """Yield the recorded vintages; their ids tell v1 (`57`) from v2 (`HUS_2020-02-27T15:00:00.000Z_1`)."""
    known: dict[str, Row] = {}
    with gzip.open(file, "rt", encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for nth, row in enumerate(rows):
        known[row["id"]] = row
        if nth + 1 == len(rows) or rows[nth + 1]["vintage"] != row["vintage"]:
            at = datetime.fromisoformat(row["known_at"])
            listed = [one for one in known.values() if one["change"] != "removed"]
            source = "hs-linelist" if "_" in listed[0]["id"] else "hs-linelist-v1"
            yield Vintage(at if at.tzinfo else at.replace(tzinfo=UTC), source, listed)


def answer(vintage: Vintage) -> bytes:
    """Write a vintage as HS wrote it: an unknown field null, the number of an earlier case a number."""
    fields = ("id", "date", "healthCareDistrict", "infectionSourceCountry", "infectionSource")
    rows = [{name: row[name] or None for name in fields} for row in vintage.rows]
    for row in rows:
        source = row["infectionSource"]
        row["infectionSource"] = int(source) if source and source.isdigit() else source
    return json.dumps({"confirmed": rows, "deaths": [], "recovered": []}, ensure_ascii=False).encode()


def origin(row: Row) -> str:
    """Say where a case was caught, by the fields that v1 gave."""
    if row["infectionSourceCountry"] not in (None, "", "FIN"):
        return "source:abroad"
    return "source:unknown" if row["infectionSource"] in (None, "", "unknown") else "source:domestic-known"


def counted(rows: list[Row]) -> Counts:
    """Count the rows by hand: a district that is named has a number on every day of the list's span."""
    listed = [(row, helsinki_date(datetime.fromisoformat(row["date"]))) for row in rows]
    first, last = min(day for _, day in listed), max(day for _, day in listed)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    places = {area(row) for row in rows} - {""} | {"country:FI"}
    origins = ["source:abroad", "source:domestic-known", "source:unknown"]
    groups = ["all", *(origins if any(row["infectionSourceCountry"] for row in rows) else [])]
    numbers = Counter(
        (place, group, day)
        for row, day in listed
        for place in (area(row), "country:FI")
        for group in ("all", origin(row))
    )
    return {key: numbers[key] for key in product(places, groups, days)}


def area(row: Row) -> str:
    """Give the id of a row's district; empty where the row names none."""
    return register().match(row["healthCareDistrict"] or "", "hospital-district") or ""


@pytest.fixture(scope="module")
def known(recorded: Path) -> list[Vintage]:
    """Give the ten recorded vintages, each landed at an instant of its own."""
    return list(vintages(recorded / "vintages" / "hs_v1v2_linelist.delta.csv.gz"))


@pytest.fixture(scope="module")
def past(known: list[Vintage], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Give a workspace in which the vintages landed in order."""
    folder = tmp_path_factory.mktemp("linelist") / "workspace"
    init(folder, template="corona", areas=["837"])
    workspace = Workspace(folder)
    recordings = [
        Recorded(one.known_at, lambda one=one: Answer(one.source, answer(one)), one.source)  # type: ignore[misc]
        for one in known
    ]
    with workspace.writing("test"):
        looks = replay(workspace, recordings)
    assert [(look.outcome, look.message) for look in looks] == [("ok", "")] * 10
    yield workspace
    workspace.close()


def told(workspace: Workspace, vintage: Vintage) -> Counts:
    """Give what the workspace knew at a vintage's instant."""
    found = workspace.store.as_of(vintage.known_at, source=vintage.source)
    mine = (one for one in found if one.indicator == INDICATOR[vintage.source] and one.status != "withdrawn")
    return {(one.area, one.stratum, one.reference_date): int(one.value or 0) for one in mine}


@pytest.mark.recorded
def test_every_vintage_is_counted_as_by_hand(past: Workspace, known: list[Vintage]):
    """Ten vintages of both lists, as of each instant, by district, day and origin."""
    assert ["hs-linelist-v1"] * 6 + ["hs-linelist"] * 4 == [one.source for one in known]
    totals = []
    for vintage in known:
        said = told(past, vintage)
        assert said == counted(vintage.rows), vintage.known_at
        totals.append(sum(n for key, n in said.items() if key[:2] == ("country:FI", "all")))
    assert totals == [111, 155, 152, 225, 244, 1418, 9892, 9992, 10103, 10391]


@pytest.mark.recorded
def test_rows_that_were_taken_away_are_revisions(past: Workspace, known: list[Vintage]):
    """On 14 March three rows went within half an hour: each is a smaller number, and none is withdrawn."""
    before, after = known[1], known[2]
    ids = {row["id"] for row in after.rows}
    gone = [row for row in before.rows if row["id"] not in ids]
    expected = Counter((area(row), row["date"][:10]) for row in gone)

    news = [one for one in past.store.revisions(after.known_at) if one.known_at == after.known_at]

    was = told(past, before)
    less = {(one.area, f"{one.reference_date}"): was[one.area, "all", one.reference_date] - (one.value or 0)
            for one in news if one.stratum == "all" and one.area != "country:FI"}  # fmt: skip
    assert (len(gone), less) == (3, expected)
    assert "withdrawn" not in {one.status for one in news}


@pytest.mark.recorded
def test_removals_are_those_of_the_recorded_vintages(known: list[Vintage]):
    """1,426 rows went: the whole first list when the second took its place, and eight within the lists."""
    lost = Counter()
    for before, after in pairwise(known):
        ids = {row["id"] for row in after.rows}
        lost[before.source == after.source] += sum(row["id"] not in ids for row in before.rows)

    assert lost == {True: 8, False: 1418}


@pytest.mark.recorded
@pytest.mark.parametrize(("source", "file"), SAMPLES)
def test_a_recorded_list_is_counted_as_by_hand(recorded: Path, source: str, file: str):
    body = (recorded / file).read_bytes()

    facts = understand(RECIPES[source], (body,), LANDED).facts

    said = {(one.area, one.stratum, one.reference_date): one.value for one in facts
            if one.indicator == INDICATOR[source]}  # fmt: skip
    assert said == counted(json.loads(body)["confirmed"])


@pytest.mark.recorded
def test_recorded_deaths_are_counted_by_area_and_day(recorded: Path):
    """The list of April 2020 holds 17 deaths; between the first and the last, days without one are zeros."""
    body = (recorded / "hs/exampleObservationDataV2.json").read_bytes()
    listed = Counter((row["area"], row["date"][:10]) for row in json.loads(body)["deaths"])

    facts = [one for one in understand(RECIPES["hs-linelist"], (body,), LANDED).facts
             if one.indicator == "deaths-reported"]  # fmt: skip

    total = {f"{one.reference_date}": one.value or 0 for one in facts if one.area == "country:FI"}
    by_day = Counter(day for _, day in listed.elements())
    assert {day: by_day[day] for day in total} == total
    assert (sum(total.values()), sum(one.value or 0 for one in facts)) == (17, 34)


def small(rows: list[Row]) -> bytes:
    """Write a list of cases."""
    return json.dumps({"confirmed": rows, "deaths": [], "recovered": []}).encode()


def case(nth: int, **other: str) -> Row:
    """Give a row of the second list."""
    return {"id": f"{nth}", "date": "2020-04-01T15:00:00.000Z", "healthCareDistrict": "HUS"} | other


@pytest.mark.parametrize(("rows", "said"), [
    ([case(1), case(1)], "an id that stands twice: confirmed, 1, 2"),
    ([{"id": "1", "date": "2020-04-01", "district": "HUS"}], "hardly any names its district: 1, 0"),
    ([], "a list without cases: 0"),
    ([{"id": "1", "day": "2020-04-01"}], "the column 'date' is missing"),
])  # fmt: skip
def test_a_list_that_differs_is_refused(rows: list[Row], said: str):
    with pytest.raises(NotUnderstood, match=said):
        understand(RECIPES["hs-linelist"], (small(rows),), LANDED)


def test_a_district_that_is_not_named_has_no_zero():
    """Only the span of the list and the districts it names are told; no place counts for the country."""
    rows = [case(1), case(2, date="2020-04-03T15:00:00.000Z"), case(3, healthCareDistrict="")]

    facts = understand(RECIPES["hs-linelist"], (small(rows),), LANDED).facts

    said = {(one.area, one.reference_date.day): one.value for one in facts}
    assert said == {
        ("hospital-district:25", 1): 1, ("hospital-district:25", 2): 0, ("hospital-district:25", 3): 1,
        ("country:FI", 1): 2, ("country:FI", 2): 0, ("country:FI", 3): 1,
    }  # fmt: skip


@pytest.mark.parametrize(("origin", "strata"), [
    ({"infectionSourceCountry": "FIN", "infectionSource": "unknown"},
     {"all", "source:abroad", "source:domestic-known", "source:unknown"}),
    ({"infectionSourceCountry": "FIN"}, {"all"}),
    ({"infectionSource": "unknown"}, {"all"}),
])  # fmt: skip
def test_a_list_without_origins_has_no_zeros_by_origin(origin: dict[str, str], strata: set[str]):
    """Neither when the country is lost nor when the source is."""
    facts = understand(RECIPES["hs-linelist-v1"], (small([case(1, **origin)]),), LANDED).facts

    assert strata == {one.stratum for one in facts}


def test_both_lists_are_counted_by_one_rule():
    """The recipes differ in what a day means, not in how rows become numbers."""
    first, second = RECIPES.values()

    assert first.steps == second.steps
    assert [one.sql for one in first.series] == [one.sql for one in second.series]
