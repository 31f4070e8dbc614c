"""Stations on pages: their figures are known, and no page takes one for a municipality."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from tilannekuva.domain.observations import Observation
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.server import site

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
PLACES = ("municipality:837", "municipality:853", "station:tms-438", "station:tms-435", "station:air-103097")


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Give the site of two cities that know the traffic of stations as well."""
    folder = tmp_path_factory.mktemp("roads") / "workspace"
    init(folder, template="corona", areas=["837"])
    settings = 'title = "T"\nareas = ["municipality:837"]\nsources = ["digitraffic-report-day"]\n'
    (folder / "tilannekuva.toml").write_text(settings)
    workspace = Workspace(folder)
    days = [date(2026, 3, 1) + timedelta(days=nth) for nth in range(14)]
    key = ("digitraffic-report-day", "vehicles")
    rows = [
        Observation(*key, place, day, "day", "all", 1000 + nth, "normal", NOW, 1)
        for nth, place in enumerate(PLACES)
        for day in days
    ]
    with workspace.writing("test"):
        workspace.define(NOW)
        workspace.store.append(rows)
    yield TestClient(site(workspace, clock=lambda: NOW + timedelta(hours=1)))
    workspace.close()


@pytest.mark.parametrize(
    "path", ["/fi/", "/sv/", "/fi/indicator/vehicles", "/en/indicator/vehicles", "/fi/sources"]
)
def test_pages_with_stations_among_their_readings_stand(roads: TestClient, path: str):
    assert 200 == roads.get(path).status_code


def test_the_map_of_municipalities_holds_no_station(roads: TestClient):
    page = roads.get("/fi/indicator/vehicles").text

    assert "Turku" in page
    assert "Paasikiventie" not in page
    assert "Karkunvuori" not in page
