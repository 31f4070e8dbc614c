"""Laws of what areas look like: equal-size tiles, windows around points, fine steps, other coordinates."""

import math
import re
from collections.abc import Mapping
from datetime import date
from itertools import combinations

import pytest
from drawn import subpaths
from hypothesis import given
from hypothesis import strategies as st

from tilannekuva.domain.areas import register
from tilannekuva.web.maps import HEIGHT, NORTH_KM, WEST_KM, WIDTH, Spot, path, stepped, tile_places
from tilannekuva.web.maps.projection import from_tm35, to_tm35
from tilannekuva.web.maps.sheet import window

DAY = date(2020, 6, 1)
spots = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT))


def places(level: str) -> dict[str, Spot]:
    found = {}
    for area in register().at_level(level, on=DAY):
        centres = [one.centre for one in register().members(area.id, on=DAY) if one.centre]
        east, north = (sum(each) / len(centres) for each in zip(*centres, strict=True))
        found[area.id] = (east - WEST_KM, NORTH_KM - north)
    return found


@pytest.fixture(
    scope="module", params=["municipality", "hospital-district", "region", "university-hospital-area"]
)
def tiled(request: pytest.FixtureRequest) -> tuple[dict[str, Spot], Mapping[str, Spot], int]:
    wished = places(request.param)
    return wished, *tile_places(wished)


def test_every_area_has_one_tile_on_the_sheet_and_no_two_meet(
    tiled: tuple[dict[str, Spot], Mapping[str, Spot], int],
):
    wished, corners, side = tiled

    assert corners.keys() == wished.keys()
    assert len({*corners.values()}) == len(corners)
    assert all(x % side == y % side == 0 for x, y in corners.values())
    assert all(0 <= x <= WIDTH - side and 0 <= y <= HEIGHT - side for x, y in corners.values())


def test_tiles_lie_near_the_places_of_their_areas(tiled: tuple[dict[str, Spot], Mapping[str, Spot], int]):
    wished, corners, side = tiled
    away = sorted(
        math.dist((x + side / 2, y + side / 2), wished[area]) / side for area, (x, y) in corners.items()
    )

    assert away[len(away) // 2] < 2
    assert away[-1] < 6


def test_no_two_tiles_would_lie_nearer_if_they_changed_places():
    wished, (corners, side) = places("hospital-district"), tile_places(places("hospital-district"))

    def far(area: str, other: str) -> float:
        x, y = corners[other]
        return math.dist((x + side / 2, y + side / 2), wished[area]) ** 2

    gains = [far(a, a) + far(b, b) - far(a, b) - far(b, a) for a, b in combinations(corners, 2)]
    assert max(gains) <= 1e-6


@given(st.dictionaries(st.text("abc", min_size=1), spots, max_size=40))
def test_tiles_are_found_wherever_areas_crowd(wished: dict[str, Spot]):
    corners, _ = tile_places(wished)

    assert corners.keys() == wished.keys()
    assert len({*corners.values()}) == len(corners)


@given(st.lists(spots, min_size=1, max_size=20))
def test_a_window_shows_all_its_points_and_stays_on_the_sheet(points: list[Spot]):
    shown = window(points)
    left, top, wide, tall = map(float, shown.box.split())

    assert 0 <= left <= left + wide <= WIDTH + 0.1
    assert 0 <= top <= top + tall <= HEIGHT + 0.1
    assert all(left - 0.1 <= x <= left + wide + 0.1 and top - 0.1 <= y <= top + tall + 0.1 for x, y in points)
    assert all(-0.5 <= one <= HEIGHT + 0.5 for x, y in points for one in shown.place(x, y))


def test_without_points_the_whole_sheet_is_shown():
    assert window([]).box == f"0 0 {WIDTH} {HEIGHT}"


@given(
    st.lists(st.lists(st.tuples(*[st.integers(-9999, 9999)] * 2), min_size=1, max_size=9), max_size=4),
    st.sampled_from([20, 200, 1000]),
    st.booleans(),
)
def test_path_data_of_any_step_lead_to_the_corners_they_were_made_of(
    rings: list[list[tuple[int, int]]],
    metres: int,
    closed: bool,  # noqa: FBT001 - drawn by Hypothesis
):
    read = subpaths_in_metres(path(rings, closed=closed, metres=metres))

    assert read == [[(x * metres, y * metres) for x, y in ring] for ring in rings]


def subpaths_in_metres(data: str) -> list[list[tuple[int, int]]]:
    """Follow path data in whole metres; a sum of decimals would drift."""
    scaled = "".join(part if part.isalpha() else _metres(part) for part in _parts(data))
    return [[(round(x), round(y)) for x, y in line] for line in subpaths(scaled)]


def _parts(data: str) -> list[str]:
    return re.findall(r"[a-z]|-?\d*\.?\d+| ", data)


def _metres(part: str) -> str:
    return part if part == " " else f" {round(float(part) * 1000)}"


def test_steps_begin_at_the_corner_of_the_sheet():
    assert stepped([(WEST_KM * 5 + 3, NORTH_KM * 5 - 4)], 200) == [(3, 4)]


@pytest.mark.parametrize("zone", range(19, 32))
def test_places_in_the_cities_coordinates_are_those_of_the_projection_library(zone: int):
    """PROJ, the library that the land surveys use, is the judge; it is needed for tests alone."""
    crs = f"EPSG:{3873 + zone - 19}"
    proj = pytest.importorskip("pyproj").Transformer.from_crs("EPSG:3067", crs, always_xy=True)

    for east in range(80_000, 740_000, 110_000):
        for north in range(6_620_000, 7_780_000, 200_000):
            expected = proj.transform(east, north)
            assert from_tm35(crs, east, north) == pytest.approx(expected, abs=1e-3)
            assert to_tm35(crs, *expected) == pytest.approx((east, north), abs=1e-3)


def test_the_countrys_own_coordinates_stay_as_they_are():
    assert from_tm35("EPSG:3067", 1.5, 2.5) == to_tm35("EPSG:3067", 1.5, 2.5) == (1.5, 2.5)
