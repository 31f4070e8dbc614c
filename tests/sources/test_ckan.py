"""The law of CKAN: of the files that a portal lists, the newest that fits is fetched, from a named host."""

import json
from datetime import date

import pytest
from service import Handler, Service, own, serving

from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NoAnswer, TilannekuvaError
from tilannekuva.sources.transport import Transport

FILE = b"startTime,Auransilta PK\n2026-05-04T00:00,3\n"
FILES = [
    {"name": "Laskenta 2024", "format": "CSV", "url": "/files/2024.csv", "created": "2024-01-05T08:00:00",
     "last_modified": "2025-01-02T08:00:00"},
    {"name": "Laskenta 2025", "format": "csv", "url": "/files/2025.csv", "created": "2025-01-05T08:00:00",
     "last_modified": None, "metadata_modified": "2026-02-02T08:00:00"},
    {"name": "Laskenta 2026", "format": "GeoJSON", "url": "/files/map.geojson", "created": "2026-03-05"},
    {"name": "Selite", "name_translated": {"fi": "Selite", "sv": "Beskrivning"}, "format": "CSV",
     "url": "/files/about.csv", "created": "2026-04-05T08:00:00"},
    {"name": "Poistettu laskenta", "format": "CSV", "url": "/files/gone.csv", "created": "2026-05-01",
     "state": "deleted"},
]  # fmt: skip


def portal(files: object = FILES) -> bytes:
    return json.dumps({"success": True, "result": {"name": "liikenne", "resources": files}}).encode()


def ask(query: str, listing: bytes | None = None, more: str = "") -> tuple[Answer, Service]:
    def answer(one: Handler) -> None:
        one.give(200, FILE if one.path.startswith("/files/") else portal() if listing is None else listing)

    with serving(answer) as service, Transport(("127.0.0.0/8",), attempts=1) as transport:
        recipe = own(f"{service.url}/api/3/action/package_show?id=liikenne",
                     f'protocol = "ckan"\nper_minute = 600\nquery = {query}\n{more}')  # fmt: skip
        return transport.ask(recipe, today=date(2026, 5, 4)), service


@pytest.mark.parametrize(
    ("query", "file"),
    [
        ('{ format = "CSV", name = "laskenta" }', "2025.csv"),
        ('{ format = "csv", name = ["2024", "2023"] }', "2024.csv"),
        ('{ format = ["CSV", "GeoJSON"], name = "Laskenta" }', "map.geojson"),
        ('{ name = "beskrivning" }', "about.csv"),
        ("{}", "about.csv"),
    ],
)
def test_the_newest_file_that_fits_is_fetched(query: str, file: str):
    """By its day of change, else of its description's, else of its making; deleted ones never."""
    found, service = ask(query)

    assert ["/data/api/3/action/package_show?id=liikenne", f"/files/{file}"] == [
        path for path, _ in service.asked
    ]
    assert (FILE,) == found.pages


def test_the_portal_may_send_us_only_to_a_host_that_the_recipe_names():
    elsewhere = portal([{"name": "a", "format": "CSV", "url": "http://localhost:1/a.csv"}])

    with pytest.raises(
        NoAnswer, match=r"leads to another host, http://localhost:1/a\.csv: name it in `hosts`"
    ):
        ask("{}", elsewhere)
    with pytest.raises(NoAnswer, match="gave no answer: ConnectError"):
        ask("{}", elsewhere, 'hosts = ["localhost"]')


def test_when_no_file_fits_those_there_are_told():
    with pytest.raises(NoAnswer, match=r"fits: it has 'Laskenta 2024 \(CSV\)', 'Laskenta 2025 \(csv\)'"):
        ask('{ format = "XLSX" }')
    with pytest.raises(NoAnswer, match="it has nothing"):
        ask("{}", portal([]))


@pytest.mark.parametrize(
    ("listing", "says"),
    [
        (b'{"success": false, "error": {"message": "Not found"}}', "does not show the data set: .*Not found"),
        (b'{"success": true, "result": {}}', "does not show the data set"),
        (b"[]", "does not show the data set"),
        (b"<html><title>Huolto</title></html>", "got a web page: 'Huolto'"),
        (b'{"success": true, "result"', "breaks off"),
    ],
)
def test_a_portal_that_does_not_show_the_data_set_is_no_answer(listing: bytes, says: str):
    with pytest.raises(TilannekuvaError, match=says):
        ask("{}", listing)


def test_a_query_of_another_kind_is_a_mistake_in_the_recipe():
    with pytest.raises(BadDefinition, match="knows `format` and `name`, not 'title'"):
        ask('{ title = "Laskenta" }')
