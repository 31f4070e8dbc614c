"""The law of places: every shape comes to its areas as a patient person with a ruler would bring it."""

from pathlib import Path

import maps
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import affinity

from tilannekuva.sources.maps import spatial
from tilannekuva.sources.maps.spatial import NONE, Shapes

AREAS = maps.squares(3)  # nine squares of 1,000 m; their corners at 300 and 6,800 km
EAST, NORTH = 300_000.0, 6_800_000.0
# Coordinates on and off the borders, in and out of the squares: a narrow choice, so that they meet, in whole
# decimetres, so that where two lines cross does not hang on the last bit.
METRES = st.one_of(
    st.sampled_from([0.0, 500.0, 1000.0, 1500.0, 2000.0, 3000.0]),
    st.integers(-6_000, 36_000).map(lambda decimetres: decimetres / 10),
)
PLACES = st.tuples(METRES, METRES)
DEEP = settings(max_examples=150)


def at(places: list[tuple[float, float]]) -> np.ndarray:
    """Give places in metres from the corner as coordinates."""
    return np.array(places, dtype=float).reshape(-1, 2) + np.array([EAST, NORTH])


def lines(paths: list[list[tuple[float, float]]]) -> Shapes:
    return np.array([shapely.LineString(at(path)) for path in paths], dtype=object)


def shapes_of(boxes: list[tuple[float, float, float, float]]) -> Shapes:
    made = [
        shapely.box(*at([(min(a, c), min(b, d))])[0], *at([(max(a, c), max(b, d))])[0])
        for a, b, c, d in boxes
    ]
    return np.array([one for one in made if one.area > 1] or [shapely.box(*at([(0, 0), (900, 900)]).ravel())])


@DEEP
@given(st.lists(PLACES, min_size=1, max_size=30))
def test_a_point_lies_in_the_first_area_that_touches_it(places: list[tuple[float, float]]):
    """On a shared border or corner it is the earlier area's and no other's: as a loop over all pairs says."""
    points = at(places)
    expected = [
        next((nth for nth, area in enumerate(AREAS) if area.intersects(shapely.Point(point))), NONE)
        for point in points
    ]

    assert expected == spatial.within(points, AREAS).tolist()


def test_order_decides_on_a_border_and_nothing_else():
    """Turn the areas round, and the point on the border changes hands."""
    border = at([(1000, 500), (500, 500)])

    assert [0, 0] == spatial.within(border, AREAS[:2]).tolist()
    assert [0, 1] == spatial.within(border, AREAS[:2][::-1]).tolist()


def test_an_area_with_a_hole_leaves_it_to_others():
    ring, island = AREAS[0].difference(shapely.Point(EAST + 500, NORTH + 500).buffer(200)), AREAS[4]
    points = at([(500, 500), (100, 100), (1500, 1500), (np.nan, 1.0)])

    assert [NONE, 0, 1, NONE] == spatial.within(points, np.array([ring, island])).tolist()


@DEEP
@given(st.lists(st.tuples(METRES, METRES, METRES, METRES), min_size=1, max_size=8))
def test_shares_of_a_surface_are_those_of_its_overlaps(boxes: list[tuple[float, float, float, float]]):
    shapes = shapes_of(boxes)
    expected = {
        (n, m): shape.intersection(area).area / shape.area
        for n, shape in enumerate(shapes)
        for m, area in enumerate(AREAS)
        if shape.intersection(area).area > 1e-6
    }
    pairs = spatial.shares(shapes, AREAS)
    found = {
        (int(n), int(m)): share for n, m, share in zip(*pairs, strict=True) if share * shapes[n].area > 1e-6
    }

    assert expected.keys() == found.keys()
    assert found == pytest.approx(expected, abs=1e-9)


@DEEP
@given(st.lists(st.lists(PLACES, min_size=2, max_size=5, unique=True), min_size=1, max_size=6))
@example([[(1000, 200), (1000, 800)]])  # along a border
@example([[(500, 500), (1500, 500), (700, 500)]])  # there and back
def test_shares_of_a_line_count_each_metre_once(paths: list[list[tuple[float, float]]]):
    """Also where it runs along a border: all its shares sum to the part that lies in any area."""
    shapes = lines(paths)
    pairs = spatial.shares(shapes, AREAS)
    sums = np.bincount(pairs.shape, pairs.share, len(shapes))

    once = shapely.union(shapes, shapes)  # without the metres that a line runs over twice
    inside = shapely.length(shapely.intersection(once, shapely.union_all(AREAS)))
    assert sums == pytest.approx(inside / shapely.length(once), abs=1e-9)


@DEEP
@given(
    st.integers(2, 6),
    st.floats(0, 90),
    st.lists(st.tuples(*[st.floats(500, 2500)] * 4), min_size=1, max_size=6),
)
def test_over_areas_without_gaps_shares_sum_to_one(
    n: int, degrees: float, boxes: list[tuple[float, float, float, float]]
):
    """Whatever the angle: within one in a thousand million."""
    middle, corner = (EAST + 1500, NORTH + 1500), (EAST - 2500, NORTH - 2500)
    areas = np.array([affinity.rotate(one, degrees, middle) for one in maps.squares(n, 8000 / n, corner)])
    shapes = shapes_of(boxes)
    pairs = spatial.shares(shapes, areas)

    assert np.bincount(pairs.shape, pairs.share, len(shapes)) == pytest.approx(np.ones(len(shapes)), abs=1e-9)


def test_what_lies_under_two_areas_counts_for_the_earlier():
    """Boundaries drawn carelessly overlap: no metre of a shape is counted twice for that."""
    twice = np.array([AREAS[0], shapely.union(AREAS[0], AREAS[1])])
    pairs = spatial.shares(np.array([shapely.box(*at([(0, 0), (2000, 1000)]).ravel())]), twice)

    assert [(0, 0, 0.5), (0, 1, 0.5)] == list(zip(*(part.tolist() for part in pairs), strict=True))


def test_points_lines_and_surfaces_are_measured_each_in_its_own_way():
    shapes = np.array([
        shapely.MultiPoint(at([(100, 100), (200, 200), (1500, 100), (-500, 0)])),
        shapely.LineString(at([(500, 500), (1500, 500)])),
        shapely.box(*at([(750, 0), (1750, 100)]).ravel()),
    ])  # fmt: skip
    pairs = spatial.shares(shapes, AREAS)

    assert [(0, 0, 0.5), (0, 1, 0.25), (1, 0, 0.5), (1, 1, 0.5), (2, 0, 0.25), (2, 1, 0.75)] == [
        (n, m, round(share, 12)) for n, m, share in zip(*(part.tolist() for part in pairs), strict=True)
    ]
    assert [0, 0, 1] == spatial.most(shapes, AREAS).tolist()


def test_most_is_the_greatest_share_and_the_earlier_area_of_equals():
    shapes = np.array(
        [shapely.box(*at([box[:2], box[2:]]).ravel()) for box in ((900, 0, 1100, 10), (4e3, 0, 5e3, 1))]
    )

    assert [0, NONE] == spatial.most(shapes, AREAS).tolist()


def test_the_last_bit_of_a_share_decides_nothing():
    """Turned by any angle, a square across a border has two halves, and the earlier area keeps it."""
    middle, square = (
        (EAST + 1000, NORTH + 500),
        shapely.box(EAST + 900, NORTH + 400, EAST + 1100, NORTH + 600),
    )
    found = [
        spatial.most(
            *(np.array([affinity.rotate(one, degrees, middle) for one in some]) for some in ([square], AREAS))
        )
        for degrees in range(90)
    ]

    assert [0] * 90 == [int(nth) for (nth,) in found]


@DEEP
@given(st.lists(PLACES, min_size=1, max_size=20), st.floats(1, 700))
def test_the_nearest_area_is_the_one_a_loop_finds(places: list[tuple[float, float]], metres: float):
    points = shapely.points(at(places))
    distances = np.array([[area.distance(point) for area in AREAS[::4]] for point in points])
    expected = np.where(distances.min(axis=1) <= metres, distances.argmin(axis=1), NONE)
    found, distance = spatial.nearest(points, AREAS[::4], metres)

    assert expected.tolist() == found.tolist()
    assert distance[found != NONE] == pytest.approx(distances.min(axis=1)[found != NONE])


def test_however_far_a_shape_lies_some_area_is_nearest():
    found, distance = spatial.nearest(shapely.points(at([(-300_000, 500), (500, 500)])), AREAS)

    assert [0, 0] == found.tolist()
    assert [300_000, 0] == distance.tolist()


def test_around_a_point_on_the_border_each_side_has_half():
    """A circle of 300 m that leaves the areas by half is shared by what is left of it in them."""
    pairs = spatial.around(shapely.points(at([(1000, 500), (0, 500)])), AREAS, 300)

    assert [(0, 0), (0, 1), (1, 0)] == list(zip(pairs.shape.tolist(), pairs.area.tolist(), strict=True))
    assert [0.5, 0.5, 0.5] == pytest.approx(pairs.share.tolist(), abs=1e-6)


@DEEP
@given(
    st.lists(PLACES, min_size=1, max_size=10), st.lists(PLACES, min_size=1, max_size=20), st.floats(1, 2000)
)
def test_counts_within_some_metres_are_those_of_a_loop(
    origins: list[tuple[float, float]], places: list[tuple[float, float]], metres: float
):
    here, there = shapely.points(at(origins)), shapely.points(at(places))
    weights = np.arange(1.0, len(places) + 1)
    near = np.array([[one.distance(other) <= metres for other in there] for one in here])

    assert near.sum(axis=1).tolist() == spatial.counts(here, there, metres).tolist()
    assert (near @ weights).tolist() == spatial.counts(here, there, metres, weights).tolist()


def test_people_are_shared_by_where_they_live_and_empty_ground_by_its_surface():
    """Two squares lie across three new areas: nine of ten people of the first live in its western half."""
    old = np.array(
        [
            shapely.box(*at([(500, 0), (1500, 1000)]).ravel()),
            shapely.box(*at([(0, 1500), (1000, 2500)]).ravel()),
        ]
    )
    people = at([(700, 500), (900, 100), (1200, 500), (5000, 5000)])
    pairs = spatial.weighted(old, AREAS, people, np.array([60.0, 30, 10, 999]))

    assert [(0, 0, 0.9), (0, 1, 0.1), (1, 3, 0.5), (1, 6, 0.5)] == [
        (n, m, round(share, 12)) for n, m, share in zip(*(part.tolist() for part in pairs), strict=True)
    ]


@pytest.mark.parametrize(
    ("metres", "place", "expected"),
    [
        (1000, (385_999.9, 6_672_000.0), "1kmN6672E0385"),
        (1000, (386_000.0, 6_671_999.9), "1kmN6671E0386"),
        (1000, (61_500.0, 6_700_500.0), "1kmN6700E0061"),
        (5000, (387_400.0, 6_674_999.0), "5kmN6670E0385"),
        (250, (386_000.0, 6_671_750.0), "250mN667175E38600"),
        (250, (386_249.9, 6_671_999.9), "250mN667175E38600"),
        (250, (61_300.0, 6_700_000.0), "250mN670000E06125"),
    ],
)
def test_squares_are_named_by_their_south_western_corner(
    metres: int, place: tuple[float, float], expected: str
):
    assert [expected] == spatial.squares(np.array([place]), metres)


# Shapes as they come


def test_only_faults_that_leave_the_surface_as_it_is_are_mended():
    touching = shapely.from_wkt("POLYGON ((0 0, 4 0, 4 4, 2 4, 2 2, 2 4, 0 4, 0 0))")  # a spike: no surface
    crossed = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    shapes = np.array([touching, crossed, None, shapely.Point(), AREAS[0]], dtype=object)
    good, faults = spatial.sound(shapes)

    assert shapely.is_valid(good[0])
    assert {1, 2, 3} == faults.keys()
    assert "its shape is drawn wrongly: Self-intersection" in faults[1]
    assert "it has no shape" == faults[2] == faults[3]


def test_areas_are_mended_whatever_is_wrong_with_them():
    """A boundary must be there: of one that crosses itself the ground inside is taken; lines are dropped."""
    crossed = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    mixed = shapely.GeometryCollection([AREAS[0], shapely.LineString([(0, 0), (1, 1)])])
    good = spatial.mended(np.array([crossed, mixed, AREAS[1]], dtype=object))

    assert shapely.is_valid(good).all()
    assert [2.0, 1e6, 1e6] == shapely.area(good).tolist()


def test_nothing_at_all_is_no_error():
    none = np.array([], dtype=object)

    assert [] == spatial.within(np.empty((0, 2)), AREAS).tolist()
    assert [] == spatial.shares(none, AREAS).shape.tolist()
    assert [NONE] == spatial.within(at([(1, 1)]), none).tolist()
    assert [NONE] == spatial.nearest(shapely.points(at([(1, 1)])), none)[0].tolist()


@pytest.mark.recorded
def test_a_map_of_the_country_has_no_metre_that_belongs_to_two(recorded: Path):
    """Circles laid over Yle's boundaries: what lies inland is shared whole, and nothing is shared twice."""
    body = (recorded / "geo/yle/finland-munis-2020.topo.json").read_bytes()
    from tilannekuva.sources.formats import layers  # noqa: PLC0415 - only here are boundaries read

    areas = spatial.mended(
        shapely.from_wkb([row["geometry"] for row in layers.rows(body, maps.fetch(crs="EPSG:4326"))])
    )
    circles = shapely.buffer(
        shapely.points([(340_000 + 9_000 * n, 6_850_000 + 8_000 * n) for n in range(30)]), 20_000
    )
    pairs = spatial.shares(circles, areas)

    assert np.bincount(pairs.shape, pairs.share) == pytest.approx(np.ones(30), abs=1e-6)
