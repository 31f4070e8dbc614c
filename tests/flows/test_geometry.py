"""Laws of geometry: neighbours keep one border, nothing is known early, a bad file costs only itself."""

import gzip
import json
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import maps
import pytest

from tilannekuva.domain.areas import register
from tilannekuva.domain.looks import Answer
from tilannekuva.flows.geometry import FINE, STEP, Layer, boundaries, layer, layer_files
from tilannekuva.flows.health import health
from tilannekuva.flows.replay import Recorded, replay
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web import maps as drawing
from tilannekuva.web.svg.tessellation import area, dissolved

STATFIN = "statfin-boundaries"
AT = datetime(2021, 3, 1, 6, tzinfo=UTC)
FILES = (
    "yle/finland-munis-2020.topo.json",
    "kangasala/Kunnat2024Topo.json",
    "lucified/finland-municipalities-topojson.json",
    "teelmo/Kuntarajat_2021.geojson.gz",
)


def land(workspace: Workspace, body: bytes, at: datetime) -> None:
    with workspace.writing("test"):
        workspace.define(AT)
        replay(workspace, [Recorded(at, lambda: Answer(STATFIN, body), STATFIN)])


@pytest.fixture
def bounded(workspace: Workspace, recorded: Path, request: pytest.FixtureRequest) -> Workspace:
    body = (recorded / "geo" / request.param).read_bytes()
    land(workspace, gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body, AT)
    return workspace


@pytest.mark.recorded
@pytest.mark.parametrize("bounded", FILES, indirect=True)
def test_true_boundaries_are_whole_light_and_shared_by_neighbours(bounded: Workspace):
    found = boundaries(bounded, AT)
    assert found is not None
    rings = [ring for each in found.rings.values() for ring in each]
    sides = Counter(side for ring in rings for side in zip(ring, ring[1:] + ring[:1], strict=True))
    inner = sum(sides[b, a] for a, b in sides) / sum(sides.values())
    paths = [
        drawing.path([drawing.stepped(one, STEP) for one in each], metres=STEP)
        for each in found.rings.values()
    ]

    assert len(found.rings) >= 0.98 * len(register().at_level("municipality", on=AT.date()))
    assert len(gzip.compress("".join(paths).encode())) <= 20_000
    assert inner > 0.6  # the rest is coast and the border of the country
    assert max(sides.values()) == 1


@pytest.mark.recorded
@pytest.mark.parametrize("bounded", FILES[:1], indirect=True)
def test_a_district_is_its_municipalities_without_the_borders_between_them(bounded: Workspace):
    found = boundaries(bounded, AT)
    assert found is not None
    held = [one.id for one in register().members("hospital-district:06", on=AT.date())]
    parts = [ring for one in held for ring in found.rings[one]]

    whole = dissolved(parts)

    assert sum(map(area, whole)) == sum(map(area, parts))
    assert len(whole) < len(held) / 4


@pytest.mark.recorded
@pytest.mark.parametrize("bounded", FILES[:1], indirect=True)
def test_boundaries_are_not_known_before_they_land(bounded: Workspace):
    assert boundaries(bounded, AT - timedelta(seconds=1)) is None
    assert boundaries(bounded, AT + timedelta(days=1)) is not None


@pytest.mark.recorded
@pytest.mark.parametrize("bounded", FILES[:1], indirect=True)
def test_a_municipality_that_has_merged_lies_in_the_one_it_merged_into(bounded: Workspace):
    """Honkajoki became part of Kankaanpää on 1 January 2021."""
    found, before = boundaries(bounded, AT), register().area("municipality:099")

    assert before.successor == "municipality:214"
    assert found is not None
    assert before.id not in found.rings
    assert "municipality:214" in found.rings


@pytest.mark.recorded
@pytest.mark.parametrize("bounded", FILES[:1], indirect=True)
def test_boundaries_are_fresh_though_they_tell_no_number_until_they_are_old(bounded: Workspace):
    recipe = bounded.recipes()[STATFIN]

    assert health(bounded, recipe, AT + recipe.rhythm).condition == "fresh"
    assert health(bounded, recipe, AT + 3 * recipe.rhythm).condition == "late"


def test_without_boundaries_there_are_none(workspace: Workspace):
    assert boundaries(workspace, AT) is None


@pytest.mark.parametrize("epsg", [3067, 3878, 4326])
def test_an_own_layer_lies_where_it_lies_in_any_of_the_countrys_systems(tmp_path: Path, epsg: int):
    (tmp_path / "layers").mkdir()
    points = maps.moved(epsg)
    (tmp_path / "layers" / "Kirjastot.geojson").write_bytes(
        maps.geojson(points, f"urn:ogc:def:crs:EPSG::{epsg}")
    )

    read = layer(tmp_path, "kirjastot")

    assert read is not None
    assert [kind for kind, *_ in read.shapes] == ["point"] * len(maps.POINTS)
    for (_, _, ((east, north),)), true in zip(_first(read), maps.POINTS, strict=True):
        assert (east * FINE, north * FINE) == pytest.approx(true, abs=FINE)


def _first(read: Layer) -> list[tuple[str, str, list[tuple[int, int]]]]:
    return [(kind, name, lines[0]) for kind, name, lines in read.shapes]


def test_a_geopackage_and_a_zipped_shapefile_are_layers_too(tmp_path: Path):
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "a.gpkg").write_bytes(maps.binary("GPKG"))
    (tmp_path / "layers" / "b.zip").write_bytes(maps.shapefile())
    (tmp_path / "layers" / "readme.txt").write_text("not a map", encoding="utf-8")

    assert [*layer_files(tmp_path)] == ["a", "b"]
    assert [
        bool(one and one.shapes and not one.fault) for one in (layer(tmp_path, "a"), layer(tmp_path, "b"))
    ] == [True, True]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"type": "FeatureCollection", "features": [', "breaks off"),
        (b"", ""),
        (maps.geojson(maps.moved(3878), "EPSG:3067"), "lie outside Finland"),
        (
            json.dumps(
                json.loads(maps.geojson()) | {"features": json.loads(maps.geojson())["features"] * 1001}
            ).encode(),
            "at most 2000 are drawn",
        ),
    ],
    ids=["cut", "empty", "elsewhere", "too much"],
)
def test_a_layer_that_cannot_be_drawn_says_why(tmp_path: Path, body: bytes, why: str):
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "x.geojson").write_bytes(body)

    read = layer(tmp_path, "x")

    assert read is not None
    assert read.shapes == ()
    assert read.fault
    assert why in read.fault


def test_a_layer_is_read_anew_when_its_file_has_changed(tmp_path: Path):
    (tmp_path / "layers").mkdir()
    file = tmp_path / "layers" / "x.geojson"
    file.write_bytes(maps.geojson())
    before = layer(tmp_path, "x")
    file.write_bytes(maps.geojson([(x + 1000, y) for x, y in maps.POINTS]))

    assert layer(tmp_path, "x") != before


@pytest.mark.parametrize("name", ["../settings", "nothing", ""])
def test_only_files_of_the_folder_are_layers(tmp_path: Path, name: str):
    (tmp_path / "layers").mkdir()
    shutil.copy(__file__, tmp_path / "settings.geojson")

    assert layer(tmp_path, name) is None
