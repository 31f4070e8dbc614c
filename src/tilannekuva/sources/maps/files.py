"""What a map file is, found out from its bytes alone, before any large library sees them.

    GML 2, 3 (WFS) · GeoJSON · TopoJSON · GeoPackage · FlatGeobuf · one of these, or a shapefile, in a zip

Only what is whole, of one of these forms and without a reference to anything else goes on.
"""

import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from lzma import LZMAError
from pathlib import PurePath
from xml.parsers import expat

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats import jsonrows
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

_ZIP, _SQLITE, _FLATGEOBUF = b"PK\x03\x04", b"SQLite format 3\0", b"fgb\x03fgb"
_SHAPEFILE = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
_PACKED = {".fgb", ".geojson", ".gml", ".gpkg", ".json", ".topojson", ".xml"}
_EPSG = re.compile(r"(?:epsg(?:/\d+|:[\d.]*)?|epsg\.xml)[:/#](\d{4,5})$", re.IGNORECASE)
_CRS84 = re.compile(r"crs:?84$", re.IGNORECASE)
_MEMBER, _MEMBERS = {"featureMember", "member"}, {"featureMembers", "members"}
# What a damaged zip raises: of its directory, of a way of packing that a wrong bit names, of what is packed.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
_TOLD = 400  # characters of an exception's text that are kept
# Views and virtual tables run what their author wrote; the spatial index is the one that belongs there.
_STRANGE = """
select name from sqlite_master where type = 'view'
or (lower(sql) like 'create virtual%' and replace(lower(sql), '"', '') not like '%using rtree%')
"""


@dataclass(frozen=True, slots=True)
class MapFile:
    """Bytes fit to be read, and what they say of themselves.

    `crs` is empty where they do not say it and None where only a library can tell; `presumed` is what their
    form prescribes then. `n` counts the shapes; -1 is unknown. `options` belong to the form's reader.
    """

    body: bytes
    crs: str | None = None
    presumed: str = ""
    n: int = -1
    options: Mapping[str, str] = field(default_factory=dict)


def checked(body: bytes, fetch: Fetch) -> MapFile:
    """Find out what an answer is; raises NotUnderstood for all that is cut, strange or none of our forms."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    start = body.lstrip()[:32].lower()
    if body.startswith(_ZIP):
        return _unzipped(body, fetch)
    if body.startswith(_SQLITE):
        return _geopackage(body)
    if body.startswith(_FLATGEOBUF):
        return MapFile(body)
    if start.startswith(b"<") and not start.startswith((b"<!doctype html", b"<html")):
        return _gml(body)
    return _json(body)


def code(name: str) -> str:
    """Give the short form `EPSG:3067` of a coordinate system's name in any of its spellings."""
    if _CRS84.search(name):
        return "EPSG:4326"
    epsg = _EPSG.search(name)
    return f"EPSG:{epsg[1]}" if epsg else name


def _json(body: bytes) -> MapFile:
    found = jsonrows.load(decoded(body, "a map layer"))
    kind = found.get("type") if isinstance(found, dict) else None
    if kind == "Topology" and isinstance(found.get("objects"), dict):
        return MapFile(body, crs="")
    if kind != "FeatureCollection" or not isinstance(found.get("features"), list):
        raise NotUnderstood(
            f"the answer is no map layer; it begins {quoted(json.dumps(found)[:60])}{CHANGED}"
        )
    named = found.get("crs")
    about = named.get("properties") if isinstance(named, dict) else None
    crs = code(str(about.get("name", ""))) if isinstance(about, dict) else ""
    return MapFile(body, crs, "EPSG:4326", len(found["features"]), {"DATE_AS_STRING": "YES"})


def _gml(body: bytes) -> MapFile:
    seen = _Xml(body)
    if "Exception" in seen.root:
        raise NotUnderstood(f"the service says {quoted(' '.join(seen.text.split()))}{AGAIN}")
    if seen.root != "FeatureCollection":
        raise NotUnderstood(f"the answer is no map layer but XML of the kind {quoted(seen.root)}{CHANGED}")
    if len(seen.systems) > 1:
        raise NotUnderstood(
            f"the answer mixes coordinate systems: {', '.join(sorted(seen.systems))}{CHANGED}"
        )
    # Numbers stay in the order in which they stand: which is the easting, the numbers tell.
    return MapFile(body, min(seen.systems, default=""), "", seen.n, {"INVERT_AXIS_ORDER_IF_LAT_LONG": "NO"})


class _Xml:
    """What one pass through a document tells: its root, coordinate systems, number of shapes and text."""

    def __init__(self, body: bytes) -> None:
        self.root, self.text, self.n = "", "", 0
        self.systems: set[str] = set()
        self._path: list[str] = []
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._declared
        parser.StartElementHandler = self._began
        parser.EndElementHandler = lambda _: self._path.pop()
        parser.CharacterDataHandler = self._said
        try:
            parser.Parse(body, True)  # noqa: FBT003 - "this is all": the parameter has no name
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise NotUnderstood(f"the answer breaks off or is no XML: {error}{AGAIN}") from None

    def _declared(self, *_: object) -> None:
        raise NotUnderstood(f"the answer declares a document type, which no map layer does{AGAIN}")

    def _began(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name.rpartition(":")[2])
        self.root = self._path[0]
        match self._path:
            case [_, member] if member in _MEMBER:
                self.n += 1
            case [_, members, _] if members in _MEMBERS:
                self.n += 1
        if "srsName" in attributes:
            self.systems.add(code(attributes["srsName"]))

    def _said(self, text: str) -> None:
        if len(self.text) < _TOLD:
            self.text += text


def _geopackage(body: bytes) -> MapFile:
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.deserialize(body)
            database.execute("pragma trusted_schema = off")
            strange = database.execute(_STRANGE).fetchone()
            damage = database.execute("pragma quick_check(1)").fetchone()[0]
            database.execute("select table_name from gpkg_contents").fetchall()
        except sqlite3.Error as error:
            raise NotUnderstood(f"the GeoPackage is cut or broken: {error}{AGAIN}") from None
    if strange:
        raise NotUnderstood(f"the GeoPackage holds a view or virtual table, {quoted(strange[0])}{CHANGED}")
    if damage != "ok":
        raise NotUnderstood(f"the GeoPackage is cut or broken: {quoted(damage)}{AGAIN}")
    return MapFile(body)


def _unzipped(body: bytes, fetch: Fetch) -> MapFile:
    """Give the one map file in a zip; of a shapefile only its parts, in a zip of our own."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            there = {one.filename: one.file_size for one in archive.infolist() if not one.is_dir()}
            if sum(there.values()) > fetch.max_mb << 20:
                raise NotUnderstood(f"the zip unpacks to more than {fetch.max_mb} MB{CHANGED}")
            parts = {PurePath(name).name: archive.read(name) for name in _chosen(there, fetch)}
    except _BROKEN_ZIP as error:
        raise NotUnderstood(f"the zip is cut or broken: {quoted(error)[1:-1]}{AGAIN}") from None
    if len(parts) > 1:
        return MapFile(_zipped(parts))
    (inner,) = parts.values()
    if inner.startswith(_ZIP):
        raise NotUnderstood(f"the zip holds a zip{CHANGED}")
    return checked(inner, fetch)


def _chosen(names: Iterable[str], fetch: Fetch) -> list[str]:
    """Name the parts of the shapefile, or the one file of another form, that a zip holds."""
    paths = [PurePath(name) for name in names]
    single = [path for path in paths if path.suffix.lower() in _PACKED]
    shapes = [path for path in paths if path.suffix.lower() == ".shp"]
    wanted = [path for path in shapes if fetch.rows in ("*", path.stem)]
    if len(wanted) == 1:
        kin = [path for path in paths if path.with_suffix("") == wanted[0].with_suffix("")]
        return [str(path) for path in kin if path.suffix.lower() in _SHAPEFILE]
    if not shapes and len(single) == 1:
        return [str(single[0])]
    has = ", ".join(quoted(path) for path in paths[:8]) or "nothing"
    raise NotUnderstood(f'the zip holds {has}: no one map layer; name a shapefile as rows = "…"{CHANGED}')


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()
