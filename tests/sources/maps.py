"""What the tests of maps share: one small layer in every form, squares for areas, how they are read."""

import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely
from pyogrio import raw
from pyproj import Transformer

from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.maps.spatial import Shapes

# Two libraries in Tampere and Turku, with a code whose zero must stay, in metres of EPSG:3067.
POINTS = ((327_600.0, 6_822_400.0), (239_900.0, 6_711_200.0))
CODES, DAYS = ("005", "837"), ("2020-03-16", None)
COLUMNS = {"koodi": "text", "geometry": "geometry"}


def fetch(**parts: str | int | dict[str, str]) -> Fetch:
    """Give how a map answer is read."""
    return Fetch(url="https://map.example/wfs", format="geo", **({"columns": COLUMNS} | parts))


def moved(crs: int | str, points: Sequence[tuple[float, float]] = POINTS) -> list[tuple[float, float]]:
    """Give points in another coordinate system, east first."""
    to = Transformer.from_crs(3067, crs, always_xy=True)
    return [to.transform(*point) for point in points]


def geojson(
    points: Sequence[tuple[float, float]] | None = None, crs: str = "EPSG:3067", **more: str
) -> bytes:
    """Write the layer as GeoJSON; an empty `crs` is left out."""
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    features = [
        {"type": "Feature", "properties": {"koodi": code, "päivä": day, "n": n},
         "geometry": {"type": "Point", "coordinates": list(point)}}
        for code, day, n, point in zip(CODES, DAYS, (1, None), points or POINTS, strict=True)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", **named, "features": features, **more}).encode()


def gml2(
    points: Sequence[tuple[float, float]] = POINTS, srs: str = "http://www.opengis.net/gml/srs/epsg.xml#3067"
) -> bytes:
    """Write the layer as Tekla's services do: GML 2, with the coordinate system around all shapes."""
    members = "".join(
        f"<gml:featureMember><GIS:Kirjasto><GIS:koodi>{code}</GIS:koodi><GIS:n>{n}</GIS:n><GIS:Geometry><gml:Point>"
        f"<gml:pos>{east} {north}</gml:pos></gml:Point></GIS:Geometry></GIS:Kirjasto></gml:featureMember>\n"
        for n, (code, (east, north)) in enumerate(zip(CODES, points, strict=True))
    )
    return (
        '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" '
        'xmlns:gml="http://www.opengis.net/gml" '
        f'xmlns:GIS="http://www.tekla.com/schemas/GIS"><gml:boundedBy><gml:Box srsName="{srs}">'
        "<gml:coordinates>0,0 1,1</gml:coordinates></gml:Box></gml:boundedBy>\n"
        f"{members}</wfs:FeatureCollection>\n"
    ).encode()


def gml32(
    points: Sequence[tuple[float, float]] = POINTS, srs: str = "urn:ogc:def:crs:EPSG::3067", more: str = ""
) -> bytes:
    """Write the layer as GeoServer does for WFS 2.0.0; `more` are attributes of the root."""
    members = "".join(
        f'<wfs:member><k:kirjasto gml:id="k.{n}"><k:koodi>{code}</k:koodi><k:geom><gml:Point srsName="{srs}" '
        f'srsDimension="2"><gml:pos>{one} {two}</gml:pos></gml:Point></k:geom></k:kirjasto></wfs:member>\n'
        for n, (code, (one, two)) in enumerate(zip(CODES, points, strict=True))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" '
        'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:k="k" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {more}>\n{members}</wfs:FeatureCollection>\n'
    ).encode()


def binary(driver: str) -> bytes:
    """Write the layer as a GeoPackage or a FlatGeobuf."""
    made = io.BytesIO()
    raw.write(made, shapely.to_wkb(shapely.points(POINTS)), [np.array(CODES, dtype=object)], ["koodi"],
              geometry_type="Point", crs="EPSG:3067", driver=driver, layer="kirjasto")  # fmt: skip
    return made.getvalue()


def shapefile(without: str = "none", **others: bytes) -> bytes:
    """Write the layer as a shapefile in a zip, without one of its parts, beside other files."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        shapes, codes = shapely.to_wkb(shapely.points(POINTS)), np.array(CODES, dtype=object)
        raw.write(f"{name}/kirjasto.shp", shapes, [codes], ["koodi"], geometry_type="Point",
                  crs="EPSG:3067", driver="ESRI Shapefile")  # fmt: skip
        for part in (one for one in Path(name).iterdir() if one.suffix != without):
            archive.writestr(f"kansio/{part.name}", part.read_bytes())
        for other, body in others.items():
            archive.writestr(other.replace("_", "."), body)
    return packed.getvalue()


def topojson() -> bytes:
    """Write the layer as a TopoJSON, which never says its coordinate system."""
    shapes = [
        {"type": "Point", "coordinates": list(point), "properties": {"koodi": code}}
        for code, point in zip(CODES, POINTS, strict=True)
    ]
    named = {"kirjasto": {"type": "GeometryCollection", "geometries": shapes}}
    return json.dumps({"type": "Topology", "arcs": [], "objects": named}).encode()


def squares(n: int, side: float = 1000.0, corner: tuple[float, float] = (300_000.0, 6_800_000.0)) -> Shapes:
    """Give n times n squares without gaps, row by row from the south-west."""
    east, north = corner
    return np.array([
        shapely.box(east + side * i, north + side * j, east + side * (i + 1), north + side * (j + 1))
        for j in range(n) for i in range(n)
    ], dtype=object)  # fmt: skip
