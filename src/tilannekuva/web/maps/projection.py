"""Between ETRS-TM35FIN and the cities' ETRS-GK systems: one transverse Mercator projection, other meridians.

    EPSG:3067            central meridian 27° E, scale 0.9996, east of it 500 km
    EPSG:3873 … 3885     19° … 31° E, scale 1, the zone's number before 500 km

Series of Krüger to the third order of the ellipsoid's flattening (GRS 80), right to less than a millimetre in
Finland: L. Krüger, Konforme Abbildung des Erdellipsoids in der Ebene (1912).
"""

from math import asinh, atan, atanh, cos, cosh, radians, sin, sinh, sqrt

TM35 = "EPSG:3067"
_A, _F = 6378137.0, 1 / 298.257222101  # GRS 80
_N = _F / (2 - _F)
_E = sqrt(_F * (2 - _F))
_RADIUS = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_TO_PLANE = (
    _N / 2 - 2 / 3 * _N**2 + 5 / 16 * _N**3,
    13 / 48 * _N**2 - 3 / 5 * _N**3,
    61 / 240 * _N**3,
)
_TO_SPHERE = (
    _N / 2 - 2 / 3 * _N**2 + 37 / 96 * _N**3,
    1 / 48 * _N**2 + 1 / 15 * _N**3,
    17 / 480 * _N**3,
)
_FIRST_GK, _FIRST_ZONE = 3873, 19


def from_tm35(crs: str, east: float, north: float) -> tuple[float, float]:
    """Give a place of ETRS-TM35FIN, in metres, in another system."""
    return (east, north) if crs == TM35 else _plane(crs, *_earth(TM35, east, north))


def to_tm35(crs: str, east: float, north: float) -> tuple[float, float]:
    """Give a place of another system in metres of ETRS-TM35FIN."""
    return (east, north) if crs == TM35 else _plane(TM35, *_earth(crs, east, north))


def _system(crs: str) -> tuple[float, float, float]:
    """Give the central meridian in radians, the scale, and the easting there."""
    if crs == TM35:
        return radians(27), 0.9996, 500_000.0
    zone = int(crs.rpartition(":")[2]) - _FIRST_GK + _FIRST_ZONE
    return radians(zone), 1.0, zone * 1e6 + 500_000.0


def _plane(crs: str, lat: float, lon: float) -> tuple[float, float]:
    meridian, scale, false_east = _system(crs)
    conformal = sinh(atanh(sin(lat)) - _E * atanh(_E * sin(lat)))
    away = lon - meridian
    xi = atan(conformal / cos(away))
    eta = atanh(sin(away) / sqrt(1 + conformal**2))
    x = xi + sum(c * sin(2 * k * xi) * cosh(2 * k * eta) for k, c in enumerate(_TO_PLANE, 1))
    y = eta + sum(c * cos(2 * k * xi) * sinh(2 * k * eta) for k, c in enumerate(_TO_PLANE, 1))
    return false_east + scale * _RADIUS * y, scale * _RADIUS * x


def _earth(crs: str, east: float, north: float) -> tuple[float, float]:
    """Give latitude and longitude in radians."""
    meridian, scale, false_east = _system(crs)
    x, y = north / (scale * _RADIUS), (east - false_east) / (scale * _RADIUS)
    xi = x - sum(c * sin(2 * k * x) * cosh(2 * k * y) for k, c in enumerate(_TO_SPHERE, 1))
    eta = y - sum(c * cos(2 * k * x) * sinh(2 * k * y) for k, c in enumerate(_TO_SPHERE, 1))
    conformal = sin(xi) / sqrt(sinh(eta) ** 2 + cos(xi) ** 2)
    lat = atan(conformal)
    for _ in range(4):  # each turn brings about two more figures
        lat = atan(sinh(asinh(conformal) + _E * atanh(_E * sin(lat))))
    return lat, meridian + atan(sinh(eta) / cos(xi))
