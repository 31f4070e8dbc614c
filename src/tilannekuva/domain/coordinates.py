"""Coordinates: from ETRS-TM35FIN to degrees, by the series of Krüger as Karney (2011) writes it, to n³.

Exact to millimetres in Finland. J. Geodesy 85, 475-485, doi:10.1007/s00190-011-0445-3.
"""

from math import asin, atan, cos, cosh, degrees, sin, sinh

_A, _F = 6_378_137.0, 1 / 298.257222101  # GRS80: half the equator's axis in metres, flattening
_K0, _EAST, _MERIDIAN = (
    0.9996,
    500_000.0,
    27.0,
)  # scale, false easting in metres, middle of the zone in degrees
_N = _F / (2 - _F)
_R = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_BETA = (_N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96, _N**2 / 48 + _N**3 / 15, 17 * _N**3 / 480)
_DELTA = (2 * _N - 2 * _N**2 / 3 - 2 * _N**3, 7 * _N**2 / 3 - 8 * _N**3 / 5, 56 * _N**3 / 15)


def lon_lat(east: float, north: float) -> tuple[float, float]:
    """Give degrees east and north of a point in kilometres of ETRS-TM35FIN (EPSG:3067 to EPSG:4258)."""
    xi, eta = north * 1000 / (_K0 * _R), (east * 1000 - _EAST) / (_K0 * _R)
    up = xi - sum(b * sin(2 * j * xi) * cosh(2 * j * eta) for j, b in enumerate(_BETA, 1))
    across = eta - sum(b * cos(2 * j * xi) * sinh(2 * j * eta) for j, b in enumerate(_BETA, 1))
    chi = asin(sin(up) / cosh(across))
    phi = chi + sum(d * sin(2 * j * chi) for j, d in enumerate(_DELTA, 1))
    return _MERIDIAN + degrees(atan(sinh(across) / cos(up))), degrees(phi)
