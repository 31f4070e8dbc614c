"""Map layers: the shapes of a layer with what is said of each, in EPSG:3067, from any common form.

GDAL reads them, from memory, after `maps.files` has looked through them. All drivers but those of our forms
are taken out of it, so that no file of another form, and no file or host that one names, is ever opened.
"""

import warnings
from collections.abc import Iterator
from typing import Any

import pyogrio  # type: ignore[import-untyped] # pyogrio brings no types of its own
import shapely  # type: ignore[import-untyped] # nor does shapely
from pyogrio import core, errors, raw

from tilannekuva.errors import BadDefinition, NotUnderstood
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.maps.coordinates import Shapes, finnish
from tilannekuva.sources.maps.files import MapFile, checked
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

DRIVERS = {"ESRI Shapefile", "FlatGeobuf", "GML", "GPKG", "GeoJSON", "TopoJSON"}
SETTINGS = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "none",  # no file of any host
    "GDAL_HTTP_PROXY": "127.0.0.1:9",  # where nobody listens
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_FIELDTYPES": "ALWAYS_STRING",  # cells as they were written: "05" is a code
    "GML_SKIP_RESOLVE_ELEMS": "ALL",  # no document that another one refers to
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "PROJ_NETWORK": "OFF",
}
_WHOLE_NUMBERS = {"OFTInteger", "OFTInteger64"}
_BROKEN = (
    errors.DataLayerError,
    errors.DataSourceError,
    errors.FeatureError,
    errors.GeometryError,
    shapely.errors.GEOSException,
    IndexError,
    TypeError,
    ValueError,
)


def _bare() -> None:
    """Take out of GDAL all drivers but those of our forms, and shut the ways out of it."""
    others = pyogrio.list_drivers().keys() - DRIVERS
    pyogrio.set_gdal_config_options(SETTINGS | {"GDAL_SKIP": ",".join(sorted(others))})
    core._register_drivers()  # noqa: SLF001 - GDAL drops what is to be skipped when it registers, only then
    left = pyogrio.list_drivers().keys() - DRIVERS
    if left:
        raise BadDefinition(f"GDAL keeps drivers that it shall not have: {', '.join(sorted(left))}")


_bare()


def rows(body: bytes, fetch: Fetch) -> Iterator[dict[str, Any]]:
    """Yield a row a shape: its attributes, and `geometry` as WKB in EPSG:3067; raises NotUnderstood.

    The coordinate system is the file's own, else the recipe's `crs`. `geometry` is None where there is no
    shape, and a text that says so where one lies outside Finland.
    """
    file = checked(body, fetch)
    if file.n == 0:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what GDAL mends on its way; what it drops is counted
        try:
            names, columns, shapes, crs = _read(file, fetch)
        except _BROKEN as error:
            raise NotUnderstood(f"the map layer is cut or broken: {quoted(error)[1:-1]}{AGAIN}") from None
    if file.n not in (-1, len(shapes)):
        raise NotUnderstood(f"the map layer holds {file.n} shapes, of which {len(shapes)} can be read{AGAIN}")
    for *cells, shape in zip(*columns, _placed(shapes, crs), strict=True):
        yield dict(zip(names, cells, strict=True)) | {"geometry": shape}


def _read(file: MapFile, fetch: Fetch) -> tuple[list[str], list[list[Any]], Shapes, str]:
    """Give names and columns of the attributes, the shapes, and their coordinate system."""
    layer = _layer(file.body, fetch)
    meta, _, codes, columns = raw.read(
        file.body, layer=layer, force_2d=True, datetime_as_string=True, **file.options
    )
    if file.n == -1 and pyogrio.read_info(file.body, layer=layer)["features"] > len(codes):
        raise NotUnderstood(f"the map layer breaks off after {len(codes)} shapes{AGAIN}")
    cells = [_cells(column, kind) for column, kind in zip(columns, meta["ogr_types"], strict=True)]
    shapes = shapely.from_wkb(codes, on_invalid="fix")  # a ring whose last point is left out is closed
    return list(meta["fields"]), cells, shapes, _crs(file, meta["crs"], fetch)


def _layer(body: bytes, fetch: Fetch) -> int:
    """Give the number of the layer to read: the one that the recipe names, or the only one with shapes."""
    layers = enumerate(pyogrio.list_layers(body))
    names = {str(name): nth for nth, (name, kind) in layers if kind is not None}
    if fetch.rows in names:
        return names[fetch.rows]
    if fetch.rows == "*" and len(names) == 1:
        return min(names.values())
    if not names:
        raise NotUnderstood(f"the map layer is cut or broken: it holds no shapes{AGAIN}")
    has = ", ".join(quoted(name) for name in [*names][:8])
    what = "not one layer" if fetch.rows == "*" else f"no layer {quoted(fetch.rows)}"
    raise NotUnderstood(f'the answer has {what} but {has}; name one as rows = "…"{CHANGED}')


def _cells(column: Any, kind: str) -> list[Any]:  # noqa: ANN401 - a numpy array of any kind
    """Give cells as Python has them; GDAL writes whole numbers with gaps as numbers with NaN."""
    cells = [None if isinstance(cell, float) and cell != cell else cell for cell in column.tolist()]  # noqa: PLR0124 - NaN alone differs from itself
    if kind not in _WHOLE_NUMBERS:
        return cells
    return [int(cell) if isinstance(cell, float) else cell for cell in cells]


def _crs(file: MapFile, told: str | None, fetch: Fetch) -> str:
    """Give the coordinate system: what the file says, else the recipe, else what its form prescribes."""
    found = (told if file.crs is None else file.crs) or fetch.crs or file.presumed
    if not found:
        raise NotUnderstood(
            "the map layer does not say its coordinate system: ask its publisher, and write it into the "
            'recipe, as crs = "EPSG:3067"'
        )
    return found


def _placed(shapes: Shapes, crs: str) -> Iterator[bytes | str | None]:
    there, outside = finnish(shapes, crs)
    for code, shape, astray in zip(shapely.to_wkb(there), shapes, outside, strict=True):
        yield f"outside Finland: {shape.centroid.wkt}" if astray else code
