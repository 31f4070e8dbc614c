"""Maps of Finland: areas by their true boundaries, as cells around their centres, or as equal-size tiles.

Coordinates are kilometres of ETRS-TM35FIN, counted from the upper left corner of the sheet.
"""

from tilannekuva.web.maps.choropleth import (
    ALONE,
    CLASSES,
    PROVISIONAL,
    Cell,
    Surroundings,
    choropleth,
    legend,
)
from tilannekuva.web.maps.schematic import district_shapes, land_path
from tilannekuva.web.maps.sheet import HEIGHT, NORTH_KM, WEST_KM, WIDTH, Shapes, Spot, path, stepped
from tilannekuva.web.maps.tiles import tile_places

__all__ = [
    "ALONE",
    "CLASSES",
    "HEIGHT",
    "NORTH_KM",
    "PROVISIONAL",
    "WEST_KM",
    "WIDTH",
    "Cell",
    "Shapes",
    "Spot",
    "Surroundings",
    "choropleth",
    "district_shapes",
    "land_path",
    "legend",
    "path",
    "stepped",
    "tile_places",
]
