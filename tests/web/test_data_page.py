"""Laws of the data page: its texts work as they stand, its files hold the page's own numbers as numbers."""

import contextlib
import csv
import io
import json
import re
import runpy
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

import duckdb
import pytest
from shown import LANGS, NOW, REWOUND, ask, rows, tree

from tilannekuva.domain.coordinates import lon_lat
from tilannekuva.flows.tables import xlsx
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.server import site

HOST = "http://127.0.0.1:8000"
ID = "incidence-14d"
FILES = ("csv", "json", "xlsx", "parquet", "geojson")


def texts(app: FastPath, path: str = f"/fi/data?indicator={ID}") -> dict[str, list[str]]:
    """Give the ready texts by program."""
    sections = tree(ask(app, path).text).find("section")
    return {
        one.find("h2")[0].attributes["id"]: [box.find("code")[0].text for box in one.find("div", "snippet")]
        for one in sections
    }


def sheet(body: bytes) -> list[list[Any]]:
    calamine = pytest.importorskip("python_calamine")
    return list(calamine.CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python())


@pytest.mark.parametrize("lang", LANGS)
def test_every_address_on_the_page_answers(app: FastPath, lang: str):
    page = tree(ask(app, f"/{lang}/data").text).find("main")[0]
    links = {one.attributes["href"] for one in page.find("a")}
    whole = {one for found in texts(app, f"/{lang}/data").values() for one in found if one.startswith(HOST)}

    assert len(whole) == 3
    assert [
        one for one in links | {one.removeprefix(HOST) for one in whole} if ask(app, one).status_code != 200
    ] == []


@pytest.mark.parametrize("query", ["", f"&{REWOUND}"])
def test_the_power_query_asks_for_a_table_that_has_the_columns_it_types(app: FastPath, query: str):
    """The host stands alone in it: only so does Power BI refresh a query in its service."""
    (text,) = texts(app, f"/fi/data?indicator={ID}{query}")["power-bi"]
    host, path = re.findall(r'Web.Contents\("(.*?)", \[RelativePath = "(.*?)"', text)[0]
    asked = dict(re.findall(r"(\w+) = \"([^\"]*)\"", text.partition("Query = [")[2].partition("]")[0]))
    head = ask(app, f"/{path}?{urlencode(asked)}").text.splitlines()[0].split(",")

    assert urlsplit(host).path == ""
    assert asked == ({"as_of": "2021-03-18"} if query else {})
    assert {*re.findall(r'\{"(\w+)", type', text)} <= {*head}
    assert '[area] = "hospital-district:06"' in text


def test_the_python_text_runs_against_a_live_server(app: FastPath, address: str, tmp_path: Path):
    pytest.importorskip("pandas")
    (text,) = texts(app)["pandas"]
    script, out = tmp_path / "script.py", io.StringIO()
    script.write_text(text.replace(HOST, address))
    with contextlib.redirect_stdout(out):
        runpy.run_path(str(script))

    assert newest(app)["reference_date"] in out.getvalue()


@pytest.mark.parametrize("program", ["pandas", "r"])
def test_a_script_reads_from_a_live_server_a_table_with_what_it_names(
    app: FastPath, address: str, program: str
):
    (text,) = texts(app)[program]
    with urlopen(re.findall(r'address (?:=|<-) "(.*)"', text)[0].replace(HOST, address)) as answer:  # noqa: S310 - our own
        given = [*csv.DictReader(io.TextIOWrapper(answer, "utf-8", newline=""))]
    named = {*re.findall(r'"(\w+)"', text)} - {"UTF"}
    (area,) = re.findall(r'== "(.*?)"', text)

    assert {"reference_date", "value", "status"} <= named <= given[0].keys()
    assert [one for one in given if one["area"] == area][-1]["reference_date"] == newest(app)[
        "reference_date"
    ]


def newest(app: FastPath) -> dict[str, Any]:
    return [row for row in rows(app, f"/fi/indicator/{ID}") if row["area"] == "hospital-district:06"][-1]


@pytest.mark.parametrize("indicator", [ID, "cases", "cases-weekly"])
def test_a_workbook_holds_the_rows_of_the_page_numbers_as_numbers_and_days_as_days(
    app: FastPath, indicator: str
):
    given = rows(app, f"/sv/indicator/{indicator}")
    head, *lines = sheet(ask(app, f"/table/sv/{indicator}.xlsx").content)
    read = [dict(zip(head, line, strict=True)) for line in lines]

    # A workbook keeps sixteen digits.
    assert [one["value"] for one in read] == [
        "" if one["value"] is None else pytest.approx(one["value"], rel=1e-14) for one in given
    ]
    assert [one["reference_date"].isoformat()[:10] for one in read] == [
        one["reference_date"] for one in given
    ]
    assert [one["area_name"] for one in read] == [one["area_name"] for one in given]


def test_in_a_workbook_a_text_that_looks_like_a_formula_stays_a_text():
    given = {
        "text": "=1+1",
        "number": -3.5,
        "none": None,
        "day": date(2021, 3, 1),
        "at": datetime(2021, 3, 1, 9, tzinfo=UTC),
        "link": "https://a.fi",
        "digits": "007",
    }
    _, line = sheet(xlsx([given], "title", at=NOW))

    assert [str(one) for one in line] == [
        "=1+1",
        "-3.5",
        "",
        "2021-03-01",
        "2021-03-01 09:00:00",
        "https://a.fi",
        "007",
    ]
    assert isinstance(line[1], float)


def test_without_the_extra_a_workbook_says_what_to_install(app: FastPath, monkeypatch: pytest.MonkeyPatch):
    """The package is hidden as if it were not installed; the other files go on."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    answer = ask(app, f"/table/fi/{ID}.xlsx?as_of=2021-03-19")

    assert 503 == answer.status_code
    assert "pip install 'tilannekuva[sources]'" in tree(answer.text).text
    assert 200 == ask(app, f"/table/fi/{ID}.parquet").status_code


def test_parquet_holds_the_rows_of_the_page(app: FastPath, tmp_path: Path):
    file = tmp_path / "table.parquet"
    file.write_bytes(ask(app, f"/table/fi/{ID}.parquet").content)
    with duckdb.connect() as connection:
        read = connection.execute(
            "select area, cast(reference_date as varchar), value, status from read_parquet(?)", [str(file)]
        ).fetchall()

    assert read == [
        (one["area"], one["reference_date"], one["value"], one["status"])
        for one in rows(app, f"/fi/indicator/{ID}")
    ]


def test_the_layer_has_a_point_in_finland_for_every_area_with_its_newest_value(app: FastPath):
    layer = json.loads(ask(app, f"/table/fi/{ID}.geojson").content)
    found = {one["properties"]["area"]: one for one in layer["features"]}
    east, north = found["hospital-district:06"]["geometry"]["coordinates"]
    (value,) = [one for one in rows(app, f"/fi/trace/{ID}") if one["step"] == "value"]

    assert layer["exercise"] is True
    assert len(found) == 22
    assert (round(east, 1), round(north, 1)) == (23.8, 61.6)
    assert all(19 < one["geometry"]["coordinates"][0] < 32 for one in layer["features"])
    assert found["hospital-district:06"]["properties"]["value"] == round(value["value"], 1)
    assert found["hospital-district:06"]["properties"]["code"] == "06"


@pytest.mark.parametrize(
    ("east", "north", "expected"),
    [
        (335.1, 6836.2, (23.889141564, 61.623688954)),
        (80, 6700, (19.408667339, 60.218972199)),
        (720, 7770, (32.755437817, 69.94383375)),
    ],
)
def test_degrees_are_those_of_the_national_projection(
    east: float, north: float, expected: tuple[float, float]
):
    """Expected: PROJ 9, EPSG:3067 to EPSG:4258, to a hundred-millionth of a degree: a millimetre."""
    assert lon_lat(east, north) == pytest.approx(expected, abs=1e-8)


def test_the_table_counts_the_rows_that_each_file_has(app: FastPath):
    for one in rows(app, "/fi/data")[:8]:
        given = rows(app, f"/fi/indicator/{one['indicator']}")
        days = sorted(row["reference_date"] for row in given)

        assert one["rows"] == len(given), one["indicator"]
        assert (one["first_date"], one["last_date"]) == ((days[0], days[-1]) if days else (None, None))


def test_an_own_address_stands_in_every_text(own: Workspace):
    own.settings = own.settings.model_copy(update={"address": "https://kuva.example.fi"})
    found = texts(site(own, clock=lambda: NOW))

    assert all(
        "https://kuva.example.fi" in one
        for program in ("power-bi", "excel", "qgis", "fme", "r", "pandas")
        for one in found[program]
    )
    assert not any("127.0.0.1" in one for listed in found.values() for one in listed)


def test_what_is_not_public_is_offered_to_nobody(app: FastPath, city_workspace: Workspace):
    hidden = {one.id for one in city_workspace.catalogue().indicators.values() if one.visibility != "public"}

    assert hidden
    assert hidden.isdisjoint(one["indicator"] for one in rows(app, "/fi/data"))
    assert [ask(app, f"/table/fi/{min(hidden)}.{kind}").status_code for kind in FILES[2:]] == [404] * 3


def test_instants_in_a_workbook_are_utc(app: FastPath):
    head, line, *_ = sheet(ask(app, f"/table/fi/{ID}.xlsx").content)
    given = rows(app, f"/fi/indicator/{ID}")[0]["known_at"]

    assert line[head.index("known_at")].replace(tzinfo=UTC, microsecond=0) == datetime.fromisoformat(
        given
    ).replace(microsecond=0)
