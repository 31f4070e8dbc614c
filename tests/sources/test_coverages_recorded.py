"""FMI's recorded answers, read by the format and its recipes, and once more by hand."""

import gzip
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from coverages import RECIPES, TYPED, read, said, values

from tilannekuva.domain.calendar import HELSINKI
from tilannekuva.errors import NotUnderstood
from tilannekuva.flows.reading import understand
from tilannekuva.sources.table import table

DAILY = "fmi/fmi_daily_simple_100946_2019-01-01_04.xml"
PAIRED = "fmi/fmi_daily_timevaluepair_100946_2019-01-01_04.xml"
HOURLY = "fmi/fmi_hourly_simple_100946_2019-01-01_02.xml"
HANKO = ("temperature", "municipality:078")
MEMBER = re.compile(
    r"<gml:pos>(\S+) (\S+) </gml:pos>.*?<BsWfs:Time>(.*?)</.*?Name>(.*?)</.*?Value>(.*?)</BsWfs:Par",
    re.DOTALL,
)


def by_hand(file: Path) -> list[tuple[float, float, str, str, float | None]]:
    """Read the form of single values by hand."""
    return [
        (float(lat), float(lon), time, name, None if value == "NaN" else float(value))
        for lat, lon, time, name, value in MEMBER.findall(file.read_text("utf-8"))
    ]


def plainly(body: bytes) -> list[tuple[Any, ...]]:
    """Give rows as they are read by hand: times in UTC, without point and place."""
    return [(*row[:2], f"{row[4].replace(tzinfo=HELSINKI).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", *row[5:])
            for row in read(body)]  # fmt: skip


@pytest.mark.recorded
@pytest.mark.parametrize(("name", "n"), [(DAILY, 24), (HOURLY, 300)])
def test_recorded_single_values_are_as_read_by_hand(recorded: Path, name: str, n: int):
    found = by_hand(recorded / name)

    assert n == len(found)
    assert found == plainly((recorded / name).read_bytes())


@pytest.mark.recorded
def test_the_recorded_forms_of_the_same_days_agree(recorded: Path):
    """FMI's own two forms of Hanko's first days of 2019, row for row; the pairs name the station."""
    one, other = (sorted(plainly((recorded / name).read_bytes()), key=str) for name in (DAILY, PAIRED))

    assert one == other
    assert {"100946"} == {row[3] for row in read((recorded / PAIRED).read_bytes())}


@pytest.mark.recorded
@pytest.mark.parametrize("file", [DAILY, PAIRED])
def test_recorded_daily_weather_by_its_recipe(recorded: Path, file: str):
    found = said("fmi-weather", (recorded / file).read_bytes(), at=datetime(2019, 1, 5, 12, tzinfo=UTC))
    hand = by_hand(recorded / DAILY)
    expected = {(*HANKO, time[:10]): value for *_, time, name, value in hand if name == "tday"}

    assert expected == values(found)
    assert (4, [], 3.2) == (
        len(expected),
        found.faults,
        expected["temperature", "municipality:078", "2019-01-01"],
    )


@pytest.mark.recorded
def test_recorded_hourly_weather_by_its_recipe(recorded: Path):
    """The second day so far: three hours of Helsinki's 2 January; the first came without its first two."""
    found = said(
        "fmi-weather-hourly", (recorded / HOURLY).read_bytes(), at=datetime(2019, 1, 2, 1, tzinfo=UTC)
    )
    hand = {(name, time): value for *_, time, name, value in by_hand(recorded / HOURLY)}
    three = [hand["TA_PT1H_AVG", f"2019-01-0{when}:00:00Z"] for when in ("1T22", "1T23", "2T00")]

    assert {(*HANKO, "2019-01-02"): round(sum(filter(None, three)) / 3, 1)} == {
        key: value for key, value in values(found).items() if key[0] == "temperature"
    }


HOLE = b"<insert-apikey-here>"  # FMI's examples hold it in attributes, so they are no XML
MATRICES = [("stuk", 60, "AC_P7D_avg"), ("weather_cities", 2299, "WAWA")]


@pytest.mark.recorded
@pytest.mark.parametrize(("name", "n", "last"), MATRICES)
def test_recorded_matrices_are_refused_as_they_stand_and_read_once_mended(
    recorded: Path, name: str, n: int, last: str
):
    """Every number of the answer comes out in its order, each at a station that is named."""
    body = (recorded / f"fmi/fmidev_example_{name}_multipointcoverage.xml").read_bytes()
    with pytest.raises(NotUnderstood, match="no whole XML: Unescaped '<' not allowed in attributes"):
        table(body, TYPED)
    rows = read(body.replace(HOLE, b"KEY"))
    lists = re.findall(rb"TupleList>(.*?)</gml:doubleOrNilReasonTupleList>", body, re.DOTALL)
    numbers = [None if one == b"NaN" else float(one) for one in b" ".join(lists).split()]

    assert numbers == [row[-1] for row in rows]
    assert (n, True) == (len(rows), all(row[3] for row in rows))
    assert last.encode() in body


@pytest.mark.recorded
@pytest.mark.parametrize(("name", "told"), [
    ("fmi_describeStoredQueries_2019-09-07.xml.gz", "got 'DescribeStoredQueriesResponse'"),
    ("fmi_ef_stations_2020-11-29.xml.gz", "got 'EnvironmentalMonitoringFacility'"),
    ("fmi_meta_1.xml", "got 'ObservableProperty'"),
    ("fmi_meta_2.xml", "got 'CompositeObservableProperty'"),
    ("airquality_stations_from_ef_stations_2020-11-29.csv", "got no whole XML"),
    ("fmidev_timeseries_airquality_notebook_outputs_2022-08-25.txt", "got no whole XML"),
])  # fmt: skip
def test_recorded_files_that_are_no_observations_are_refused(recorded: Path, name: str, told: str):
    body = (recorded / "fmi" / name).read_bytes()

    with pytest.raises(NotUnderstood, match=told):
        table(gzip.decompress(body) if name.endswith(".gz") else body, TYPED)


PARAMETERS = ("AQINDEX", "PM10", "PM25", "O3", "CO", "SO2", "NO2", "TRSC")


def printed(file: Path) -> list[dict[str, str]]:
    """Give the printed table of Helsinki's first ten hours: UTC times, columns in two blocks."""
    lines = file.read_text("utf-8").splitlines()
    left, right = lines[1:11], lines[13:23]
    cells = [a.split()[1:] + b.split()[1:] for a, b in zip(left, right, strict=True)]
    return [dict(zip(("fmisid", "day", "hour", *PARAMETERS), row, strict=True)) for row in cells]


def as_service(row: dict[str, str]) -> str:
    """Write a printed row as the service would on Helsinki's clock: JSON, null for NaN."""
    at = datetime.fromisoformat(f"{row['day']}T{row['hour']}+00:00").astimezone(HELSINKI)
    cells = ",".join(f'"{one}_PT1H_avg":{row[one].replace("NaN", "null")}' for one in PARAMETERS)
    return f'{{"fmisid":{row["fmisid"]},"time":"{at:%Y-%m-%dT%H:%M:%S}",{cells}}}'


@pytest.mark.recorded
def test_the_printed_table_of_the_time_series_service_by_its_recipe(recorded: Path):
    """Kallio's ten hours of 25 August 2022: the worst class and the means so far."""
    rows = printed(recorded / "fmi/fmidev_timeseries_airquality_notebook_outputs_2022-08-25.txt")
    one = RECIPES["fmi-air-quality"].model_copy(update={"places": {"100662": "municipality:091"}})
    one = one.model_copy(
        update={"series": tuple(each for each in one.series if each.level == "municipality")}
    )
    body = f"[{','.join(map(as_service, rows))}]".encode()
    found = understand(one, (body,), datetime(2022, 8, 25, 19, tzinfo=UTC))
    means = {
        name.lower(): round(sum(float(row[name]) for row in rows) / 10, 2)
        for name in ("PM10", "PM25", "O3", "NO2")
    }

    assert means | {"air-quality-index": 2.0} == {key[0]: value for key, value in values(found).items()}
    assert ({"provisional"}, {date(2022, 8, 25)}) == (
        {fact.status for fact in found.facts}, {fact.reference_date for fact in found.facts},
    )  # fmt: skip
