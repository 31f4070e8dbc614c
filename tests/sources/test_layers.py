"""The law of map layers: one layer says the same in every form, and none says more than its own bytes."""

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import maps
import pyogrio
import pytest
import shapely
from pyogrio.errors import DataSourceError
from service import serving

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats import layers
from tilannekuva.sources.table import table

Row = tuple[str, float, float]
LIBRARIES = [(code, east, north) for code, (east, north) in zip(maps.CODES, maps.POINTS, strict=True)]
FORMS = {
    "GeoJSON": maps.geojson(),
    "GML 2": maps.gml2(),
    "GML 3.2": maps.gml32(),
    "GeoPackage": maps.binary("GPKG"),
    "FlatGeobuf": maps.binary("FlatGeobuf"),
    "shapefile": maps.shapefile(),
    "TopoJSON": maps.topojson(),
}
PLAIN = maps.fetch(crs="EPSG:3067")


def read(body: bytes, fetch: Fetch = PLAIN) -> list[Row]:
    """Give code, east and north of each shape."""
    found = [(row["koodi"], shapely.from_wkb(row["geometry"])) for row in layers.rows(body, fetch)]
    return [(code, round(shape.x, 2), round(shape.y, 2)) for code, shape in found]


def refusal(body: bytes, fetch: Fetch = PLAIN) -> str:
    with pytest.raises(NotUnderstood) as caught:
        list(layers.rows(body, fetch))
    return str(caught.value)


@pytest.mark.parametrize("form", FORMS)
def test_a_layer_says_the_same_in_every_form(form: str):
    """Codes keep their zeros, places their metres."""
    assert LIBRARIES == read(FORMS[form])


def test_cells_are_as_they_were_written():
    """A day stays the text it was, a whole number whole beside a gap, what is not there None."""
    found = list(layers.rows(maps.geojson(), PLAIN))

    assert [("2020-03-16", 1), (None, None)] == [(row["päivä"], row["n"]) for row in found]
    assert [int, type(None)] == [type(row["n"]) for row in found]
    assert ["0", "1"] == [row["n"] for row in layers.rows(maps.gml2(), PLAIN)]


# Coordinate systems

SYSTEMS = [3067, *range(3873, 3886), 2391, 2392, 2393, 2394, 4326, 3857]


@pytest.mark.parametrize("epsg", SYSTEMS)
def test_every_finnish_coordinate_system_comes_to_the_same_place(epsg: int):
    """Named by the file in either spelling, or by the recipe, in either order of the two numbers."""
    points = maps.moved(epsg)
    turned = [point[::-1] for point in points]

    for order in (points, turned):
        assert LIBRARIES == read(maps.geojson(order, f"urn:ogc:def:crs:EPSG::{epsg}"))
        assert LIBRARIES == read(maps.gml32(order, f"urn:ogc:def:crs:EPSG::{epsg}"))
        assert LIBRARIES == read(maps.gml32(order, f"http://www.opengis.net/def/crs/EPSG/0/{epsg}"))
        assert LIBRARIES == read(maps.gml2(order, f"http://www.opengis.net/gml/srs/epsg.xml#{epsg}"))
        assert LIBRARIES == read(maps.geojson(order, ""), maps.fetch(crs=f"EPSG:{epsg}"))


def test_a_point_on_a_central_meridian_lies_where_the_definition_puts_it():
    """27° E is 500 km east in TM35FIN and in zone 27, whose northings differ by the factor 0.9996."""
    (_, east, north), _ = read(maps.geojson([(27.0, 61.0), (27.0, 62.0)], ""), maps.fetch())
    (_, _, whole), _ = read(maps.geojson([(27_500_000.0, north / 0.9996), (27_500_000.0, 7e6)], "EPSG:3881"))

    assert 500_000 == east
    assert abs(north - whole) < 0.02  # both are rounded


def test_geojson_that_says_nothing_is_in_degrees_and_the_file_outdoes_the_recipe():
    degrees = maps.moved(4326)

    assert LIBRARIES == read(maps.geojson(degrees, ""), maps.fetch())
    assert LIBRARIES == read(maps.geojson(degrees, "urn:ogc:def:crs:OGC:1.3:CRS84"))
    assert LIBRARIES == read(maps.binary("GPKG"), maps.fetch(crs="EPSG:4326"))


@pytest.mark.parametrize("body", [maps.topojson(), maps.gml2(srs=""), maps.shapefile(without=".prj")])
def test_a_layer_that_does_not_say_its_system_is_refused_with_what_to_do(body: bytes):
    assert 'write it into the recipe, as crs = "EPSG:3067"' in refusal(body, maps.fetch())


def test_a_wrong_system_is_noticed_by_where_its_shapes_would_lie():
    """Zone 23's coordinates taken for zone 24's lie in the Atlantic; metres taken for degrees nowhere."""
    told = refusal(maps.geojson(maps.moved(3877), "EPSG:3878"))

    assert told.startswith("2 of 2 shapes lie outside Finland, the first at 6")
    assert 'is EPSG:3878 the right coordinate system? If not, write crs = "EPSG:…"' in told
    assert "the first nowhere on earth: is EPSG:4326 the right" in refusal(maps.geojson(crs=""), maps.fetch())
    assert "'EPSG:99999' is no coordinate system" in refusal(maps.geojson(crs="EPSG:99999"))


def test_one_shape_astray_among_many_is_a_fault_of_its_own():
    many = json.loads(maps.geojson())
    many["features"] += [many["features"][0]] * 18
    many["features"][3] = {**many["features"][0], "geometry": {"type": "Point", "coordinates": [0, 0]}}
    many["features"][4] = {**many["features"][0], "geometry": None}

    found = table(json.dumps(many).encode(), PLAIN)

    assert ["row 4: 'outside Finland: POINT (0 0)' in column 'geometry' is no geometry"] == found.faults
    assert [None] == [cell for cell in found.columns["geometry"][1] if not cell]


def test_mixed_systems_are_refused():
    mixed = maps.gml32().replace(b"::3067", b"::3877", 1)

    assert "the answer mixes coordinate systems: EPSG:3067, EPSG:3877" in refusal(mixed)


# What is cut, and what is none


@pytest.mark.parametrize("form", FORMS)
def test_no_cut_of_a_layer_is_taken_for_the_whole(form: str):
    """Cut at some hundred places and one byte before its end, a layer is refused (white space may go)."""
    whole = FORMS[form].rstrip()
    for at in {*range(1, len(whole), max(1, len(whole) // 120)), len(whole) - 1}:
        try:
            found = read(whole[:at])
        except NotUnderstood:
            continue
        assert LIBRARIES == found, at  # the end of a zip's or a GeoPackage's last page may say nothing


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<!DOCTYPE html><html><title>Huoltokatko</title></html>", "got a web page: 'Huoltokatko'"),
        (b"<ExceptionReport><Text>No layer kunta</Text></ExceptionReport>", "service says 'No layer kunta'"),
        (b'<kml xmlns="http://www.opengis.net/kml/2.2"/>', "no map layer but XML of the kind 'kml'"),
        (b'{"type": "Feature"}', "the answer is no map layer; it begins '{\"type\": \"Feature\"}'"),
        (b"[1, 2]", "the answer is no map layer; it begins '[1, 2]'"),
        (b"id,x\n1,2\n", "the answer is not JSON at line 1"),
        (b"", "the answer is empty"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "is no XML"),
        (b"SQLite format 3\0" + bytes(84), "the GeoPackage is cut or broken"),
        (b"PK\x03\x04 no zip at all", "the zip is cut or broken"),
        (b"fgb\x03fgb\x01no more", "the map layer is cut or broken"),
    ],
)  # fmt: skip
def test_what_is_no_map_layer_is_told_by_what_it_is(body: bytes, says: str):
    assert says in refusal(body)


def test_a_layer_without_shapes_has_no_rows():
    assert [] == read(b'{"type": "FeatureCollection", "features": []}')
    assert [] == read(b'<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" numberMatched="0"/>')


def test_of_several_layers_the_recipe_names_one():
    two = json.loads(maps.topojson())
    two["objects"]["toinen"] = {"type": "GeometryCollection", "geometries": []}
    body = json.dumps(two).encode()

    assert LIBRARIES == read(body, maps.fetch(crs="EPSG:3067", rows="kirjasto"))
    assert "has not one layer but 'kirjasto', 'toinen'; name one as rows" in refusal(body)
    assert "has no layer 'kolmas' but" in refusal(body, maps.fetch(crs="EPSG:3067", rows="kolmas"))


# What would reach beyond the bytes


def test_only_the_drivers_of_our_forms_are_left_in_gdal():
    assert layers.DRIVERS == set(pyogrio.list_drivers())


@pytest.mark.parametrize(
    "body",
    [
        b"<OGRVRTDataSource><OGRVRTLayer><SrcDataSource>@</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        b"<OGRWFSDataSource><URL>@</URL></OGRWFSDataSource>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "@">]><a>&b;</a>',
        b'{"stac_version": "1.0.0", "type": "Feature", "assets": {"a": {"href": "/vsicurl/@"}}}',
        b'{"type": "FeatureCollection", "links": [{"href": "@"}]}',
        maps.shapefile(kirjasto_vrt=b"<OGRVRTDataSource/>").replace(b"kirjasto.shp", b"kirjasto.shq"),
    ],
)
def test_what_names_a_file_or_a_host_is_refused_and_nobody_is_asked(body: bytes, tmp_path: Path):
    secret = tmp_path / "secret.geojson"
    secret.write_bytes(maps.geojson())
    with serving(lambda one: one.give(200, maps.geojson())) as service:
        for where in (service.url, str(secret), f"/vsicurl/{service.url}"):
            refusal(body.replace(b"@", where.encode()))

    assert [] == service.asked


def test_a_layer_that_declares_entities_is_refused_whatever_they_hold():
    """A few lines of entities can swell to gigabytes; no service declares any."""
    swelling = '<!DOCTYPE a [<!ENTITY b "01"><!ENTITY c "&b;&b;&b;">]>'
    body = maps.gml2().replace(b"005", b"&c;")

    assert "declares a document type, which no map layer does" in refusal(swelling.encode() + body)


def test_references_inside_a_good_layer_are_let_be():
    """A schema, an xlink and a style that a layer names are neither fetched nor needed."""
    with serving(lambda one: one.give(404)) as service:
        schema = f'xsi:schemaLocation="k {service.url}?request=DescribeFeatureType&amp;typeName=k:kirjasto"'
        linked = maps.gml32(more=schema).replace(
            b"</k:koodi>",
            f'</k:koodi><k:muu xlink:href="{service.url}#a"/><k:oma xlink:href="#k.1"/>'.encode(),
        )
        found = read(b'<?xml-stylesheet href="a.xsl"?>' + linked.partition(b"?>")[2])

    assert LIBRARIES == found
    assert [] == service.asked


@pytest.mark.parametrize(
    "path", ["/vsicurl/@", "@", "WFS:@", "/vsicurl/@?a=.geojson", "/vsicurl_streaming/@"]
)
def test_gdal_itself_reaches_no_host(path: str):
    """Even when it is asked to, by a path that no answer can give it."""
    with serving(lambda one: one.give(200, maps.geojson())) as service, pytest.raises(DataSourceError):
        pyogrio.list_layers(path.replace("@", service.url))

    assert [] == service.asked


@pytest.mark.parametrize(
    "sql",
    [
        "create view spy as select gdal_get_pixel_value('/etc/passwd', 1, 'pixel', 0, 0) as v",
        "create virtual table spy using fts4(a)",
    ],
)
def test_a_geopackage_that_runs_what_its_author_wrote_is_refused(sql: str):
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(FORMS["GeoPackage"])
        database.execute(sql)
        body = database.serialize()

    assert "holds a view or virtual table, 'spy" in refusal(body)


def test_a_damaged_geopackage_is_refused():
    body = bytearray(FORMS["GeoPackage"])
    body[4096:6000] = bytes(6000 - 4096)

    assert "the GeoPackage is cut or broken" in refusal(bytes(body))


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name.replace("_", "."), body)
    return packed.getvalue()


def test_any_one_map_file_may_come_in_a_zip():
    assert LIBRARIES == read(zipped(kirjasto_gpkg=FORMS["GeoPackage"], lue_txt=b"CC BY 4.0"))
    assert LIBRARIES == read(zipped(kirjasto_geojson=FORMS["GeoJSON"]))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (zipped(a_geojson=b"{}", b_geojson=b"{}"), "no one map layer"),
        (zipped(a_vrt=b"<OGRVRTDataSource/>"), "the zip holds 'a.vrt': no one map layer"),
        (zipped(a_gpkg=zipped(b_gpkg=FORMS["GeoPackage"])), "the zip holds a zip"),
        (zipped(a_geojson=bytes(2 << 20)), "the zip unpacks to more than 1 MB"),
        (zipped(a_shp=b"", b_shp=b""), "name a shapefile as rows"),
        (zipped(a_geojson=FORMS["GeoJSON"])[:40] + zipped(a_geojson=FORMS["GeoJSON"])[60:], "the zip is cut"),
    ],
)
def test_a_zip_that_holds_no_one_layer_is_refused(body: bytes, says: str):
    assert says in refusal(body, maps.fetch(max_mb=1))


# Recorded answers


@pytest.mark.recorded
@pytest.mark.parametrize(
    ("file", "parts", "expected"),
    [
        ("turku/bicycle_stands.xml", {}, 3),
        ("turku/payment_zones.gml", {}, 2),
        ("turku/foli_parkandride_stops.json", {}, 4),
        ("turku/traffic_counter_metadata.geojson", {}, 119),
        ("turku/eco_counter_stations.geojson", {}, 7),
        ("geo/marantle_simplehcdgeo.json", {}, 22),
        ("geo/yle/finland-munis-2020.topo.json", {"crs": "EPSG:4326"}, 310),
        ("geo/yle/finland-regions-2020.topo.json", {"crs": "EPSG:4326"}, 19),
        ("geo/yle/finland-hospital_districts-2020.topo.json", {"crs": "EPSG:4326", "rows": "districts"}, 21),
        ("geo/yle/finland-hva-2021.topo.json", {"crs": "EPSG:4326", "rows": "hva"}, 22),
        ("geo/kangasala/Kunnat2024Topo.json", {"crs": "EPSG:4326"}, 309),
        ("geo/kangasala/Kunnat2025Topo.json", {"crs": "EPSG:4326"}, 308),
        ("geo/lucified/finland-municipalities-topojson.json", {"crs": "EPSG:4326"}, 311),
        ("geo/lucified/finland-municipalities-centroids.json", {}, 311),
    ],
)
def test_a_recorded_layer_is_read_whole(recorded: Path, file: str, parts: dict[str, str], expected: int):
    found = list(layers.rows((recorded / file).read_bytes(), maps.fetch(**parts)))

    assert expected == len(found)
    assert all(isinstance(row["geometry"], bytes) for row in found)
    assert shapely.is_valid(shapely.from_wkb([row["geometry"] for row in found])).sum() >= expected - 1
