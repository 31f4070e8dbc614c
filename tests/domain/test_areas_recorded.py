"""The facts of the area register against those that were recorded beside the project."""

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path

import pytest

from tilannekuva.domain.areas import Register, register

DATA = Path(__file__).parents[2].parent / "shared" / "data"
LATEST = date(2025, 11, 1)
recorded = pytest.mark.recorded


@pytest.fixture(scope="module")
def areas() -> Register:
    return register()


@pytest.fixture(scope="module")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip("the recorded data are not beside the project")
    return DATA


def _text(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")


def _table(path: Path) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(_text(path).splitlines())


def _keys(data: Path, year: int) -> Iterator[tuple[str, dict[str, str]]]:
    for row in _table(data / "geo" / "geofi" / f"municipality_key_{year}.csv"):
        yield row["municipality_code"].zfill(3), row


KEY_YEARS = pytest.mark.parametrize("year", [2019, 2020, 2021, 2022, 2023, 2025])
OF_LEVEL = {
    "region": "maakunta",
    "hospital-district": "sairaanhoitop",
    "wellbeing-county": "hyvinvointialue",
}
# Slips of the recorded keys: two retired municipalities without a county, Nurmes under Tampere in 2022.
NO_COUNTY = {"099", "911"}
SLIP = ("541", 2022)


@recorded
@KEY_YEARS
def test_codes_and_names_are_those_of_the_years_key(areas: Register, data: Path, year: int) -> None:
    key = dict(_keys(data, year))
    mine = {area.code: area for area in areas.at_level("municipality", on=date(year, 6, 1))}

    assert mine.keys() == key.keys()
    for code, row in key.items():
        assert areas.match(row["name_fi"], "municipality", on=date(year, 6, 1)) == mine[code].id
        # In 2019 the key gave no Swedish name to 24 municipalities that have one.
        swedish = " ".join(row["name_sv"].split())
        assert mine[code].names["sv"] == swedish or (year == 2019 and mine[code].names["fi"] == swedish)


@recorded
@KEY_YEARS
@pytest.mark.parametrize("level", OF_LEVEL)
def test_districts_are_those_of_the_years_key(areas: Register, data: Path, year: int, level: str) -> None:
    column = f"{OF_LEVEL[level]}_code"
    rows = [(code, row) for code, row in _keys(data, year) if row.get(column)]

    for code, row in rows:
        ancestors = areas.ancestors(f"municipality:{code}", on=date(year, 6, 1))
        assert f"{level}:{row[column].zfill(2)}" in ancestors
    missing = {code for code, _ in _keys(data, year)} - {code for code, _ in rows}
    assert missing <= NO_COUNTY or (level == "hospital-district" and year > 2022)


@recorded
@pytest.mark.parametrize("year", [2020, 2022])
def test_university_hospital_areas_are_those_of_the_years_key(areas: Register, data: Path, year: int) -> None:
    aland = {"6": "2"}  # the key sets Åland apart; its patients are Turku's

    for code, row in _keys(data, year):
        expected = f"university-hospital-area:{aland.get(row['erva_code'], row['erva_code'])}"
        assert (expected in areas.ancestors(f"municipality:{code}", on=LATEST)) != ((code, year) == SLIP)


@recorded
@KEY_YEARS
@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_district_names_of_the_keys_are_understood(areas: Register, data: Path, year: int, lang: str) -> None:
    for _, row in _keys(data, year):
        for level, column in OF_LEVEL.items():
            if name := row.get(f"{column}_name_{lang}"):
                assert areas.match(name, level) == f"{level}:{row[f'{column}_code'].zfill(2)}"


@recorded
@pytest.mark.parametrize("year", [2019, 2020, 2021, 2022])
def test_populations_are_those_that_sotkanet_gave(areas: Register, data: Path, year: int) -> None:
    day = date(year + 1, 6, 1)
    rows = [
        row for row in _table(data / "geo" / "geofi" / "sotkanet_population.csv") if row["year"] == str(year)
    ]
    later = {"municipality:214": 1620} if year == 2019 else {}  # given there in the division of 2021

    for row in rows:
        area_id = f"municipality:{row['municipality_code'].zfill(3)}"
        assert areas.population(area_id, day) == int(row["primary.value"]) - later.get(area_id, 0)
    assert len(rows) == 309


@recorded
def test_populations_of_2019_are_those_of_statistics_finland(areas: Register, data: Path) -> None:
    path = data / "statfi" / "population_by_age1y_sex_area_2019_statfin_11re.csv.gz"
    rows = csv.reader(_text(path).splitlines()[2:], delimiter=";")
    totals = {row[0]: int(row[2]) for row in rows if row and row[1] == "Yhteensä"}

    assert len(totals) == 311
    for name, people in totals.items():
        found = areas.match(name, "municipality", on=date(2020, 1, 1)) or ""
        assert areas.population(found, date(2020, 6, 1)) == people


@recorded
def test_wellbeing_counties_have_the_people_of_the_recorded_map(areas: Register, data: Path) -> None:
    topology = json.loads((data / "geo" / "yle" / "finland-hva-2021.topo.json").read_text(encoding="utf-8"))
    counties = [county["properties"] for county in topology["objects"]["hva"]["geometries"]]
    named = [county for county in counties if county["name_fi"]]

    assert len(named) == 21
    for county in named:
        found = {
            areas.match(county[key], "wellbeing-county") for key in ("name_fi", "name_sv", "short_name_fi")
        }
        assert areas.population(found.pop() or "", date(2021, 6, 1)) == county["population"]
        assert not found


@recorded
def test_hospital_districts_have_the_people_that_hs_gave_within_a_hundredth(
    areas: Register, data: Path
) -> None:
    rows = _table(data / "vintages" / "hs_hcdTestData_2021.delta.csv.gz")
    given = {row["healthCareDistrict"]: int(row["population"]) for row in rows}

    assert len(given) == 22
    for name, people in given.items():
        found = areas.match(name, "hospital-district") or ""
        assert areas.population(found, date(2021, 3, 1)) == pytest.approx(people, rel=0.01)


# Rests of a sum, which are no areas, and rows whose area the source left empty.
RESTS = {"Other than HYKS", "Other areas", ""}
LEVELS_OF_REPORTS = ("hospital-district", "university-hospital-area")


def _names_of_hs(node: object) -> Iterator[str]:
    """Give all names of areas in an answer of HS: under two keys, or as the keys of a table of districts."""
    if isinstance(node, list):
        yield from chain.from_iterable(map(_names_of_hs, node))
    elif isinstance(node, dict):
        yield from (str(node[key]) for key in ("area", "healthCareDistrict") if node.get(key))
        if "Ahvenanmaa" in node:
            yield from node
        yield from chain.from_iterable(map(_names_of_hs, node.values()))


@recorded
def test_every_area_in_the_answers_of_hs_is_understood(areas: Register, data: Path) -> None:
    answers = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((data / "hs").glob("*.json"))]
    names = set(_names_of_hs(answers))

    assert len(names) > 25
    assert {name for name in names if not _understood(areas, name)} <= RESTS


@recorded
def test_every_area_in_the_answers_of_thl_is_understood(areas: Register, data: Path) -> None:
    files = [*(data / "thl").glob("*hcd_cumulative*.csv"), *(data / "thl").glob("*weekly_hcd*.csv")]
    lines = [line.split(";") for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    names = {line[0] for line in lines} - {"Alue", "Områden"}

    assert len(names) == 2 * 22
    assert {areas.match(name, "hospital-district") for name in names} - {None} == {
        *(area.id for area in areas.at_level("hospital-district", on=LATEST)),
        "country:FI",
    }
    assert all(_understood(areas, name) for name in names)


@recorded
def test_every_area_in_the_recorded_vintages_is_understood(areas: Register, data: Path) -> None:
    tables = sorted((data / "vintages").glob("*.delta.csv.gz"))
    rows = chain.from_iterable(map(_table, tables))
    names = {row[column] for row in rows for column in ("area", "healthCareDistrict") if column in row}

    assert len(names) > 40
    assert {name for name in names if not _understood(areas, name)} <= RESTS


@recorded
def test_municipalities_in_the_recorded_cases_are_understood(areas: Register, data: Path) -> None:
    rows = list(_table(data / "municipality" / "thl_municipality_cumulative_cases_two_vintages.csv"))

    assert {
        row["municipality"] for row in rows if not areas.match(row["municipality"], "municipality")
    } == set()


def _understood(areas: Register, name: str) -> bool:
    return any(areas.match(name, level) for level in LEVELS_OF_REPORTS)
