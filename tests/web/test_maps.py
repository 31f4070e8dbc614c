"""Laws of the schematic map: cells, their joining, and the drawing."""

import gzip
import math
import operator
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import drawn
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilannekuva.domain.areas import register
from tilannekuva.web.charts import standalone
from tilannekuva.web.maps import (
    CLASSES,
    HEIGHT,
    NORTH_KM,
    WEST_KM,
    WIDTH,
    Cell,
    Shapes,
    Surroundings,
    choropleth,
    district_shapes,
    land_path,
    legend,
)
from tilannekuva.web.svg.outline import ALAND, MAINLAND
from tilannekuva.web.svg.tessellation import area, cells, dissolved, halved, holds

Member = tuple[str, float, float]
Countrywide = Callable[[], dict[str, list[Member]]]

DAY = date(2020, 6, 1)  # 310 municipalities, 21 hospital districts
REGISTER = register()

LANDS = {"mainland": MAINLAND, "Åland": ALAND}
AREAS = [area for area in REGISTER.at_level("municipality", on=DAY) if area.centre]
CENTRES = [(area.code, *area.centre) for area in AREAS]
COMB = [(0, 0), (9, 0), (9, 6), (7, 6), (7, 1), (5, 1), (5, 6), (3, 6), (3, 2), (1, 6)]

small = st.integers(-6, 6)
square = st.integers(0, 5)
centres = st.lists(st.tuples(small, small), min_size=1, max_size=9, unique=True)
spots = st.tuples(
    st.integers(WEST_KM + 9, WEST_KM + WIDTH - 9),
    st.integers(NORTH_KM - HEIGHT + 9, NORTH_KM - 9),
    st.sampled_from(["Tampere", "Hämeenlinna", "Uusikaarlepyy – Nykarleby"]),
)
notes = st.sampled_from(["Schematisk karta: gränserna är inte officiella", "W" * 99, "a " * 300, ""])


def municipalities() -> dict[str, list[Member]]:
    return {f"municipality:{code}": [(code, x, y)] for code, x, y in CENTRES}


def codes(district: str) -> set[str]:
    return {area.code for area in REGISTER.members(district, on=DAY)}


def districts() -> dict[str, list[Member]]:
    return {
        district.id: [
            (area.code, *area.centre) for area in REGISTER.members(district.id, on=DAY) if area.centre
        ]
        for district in REGISTER.at_level("hospital-district", on=DAY)
    }


def painted(ids: list[str], *, klass: str = "class-2") -> list[Cell]:
    names = [REGISTER.area(each).name("fi") for each in ids]
    return [Cell(each, name, klass, f"{name}: 34,5 / 100 000") for each, name in zip(ids, names, strict=True)]


def chart(cells: list[Cell], shapes: dict[str, str], **changed: object) -> str:
    asked = {"title": "Ilmaantuvuus", "description": "Alueittain", "note": "Kaavamainen kartta"} | changed
    drawing = Shapes(shapes, asked.pop("note"), land_path())
    return choropleth(cells, drawing, around=Surroundings(mark=asked.pop("mark", ())), **asked)


def on_sheet(x: float, y: float) -> tuple[float, float]:
    return x - WEST_KM, NORTH_KM - y


def shape_area(shape: str) -> float:
    return sum(area(ring) for ring in drawn.subpaths(shape))


def is_within(shape: str, place: tuple[float, float]) -> bool:
    return sum(holds(ring, place) for ring in drawn.subpaths(shape)) % 2 == 1


SHAPES = district_shapes(municipalities())


def test_the_laws_below_are_tried_on_the_whole_country():
    assert (len(CENTRES), len(districts())) == (310, 21)


@pytest.mark.parametrize("centre", CENTRES, ids=operator.itemgetter(0))
def test_every_centre_point_stands_on_land_and_in_its_own_cell(centre: Member):
    code, *place = centre

    assert [name for name, land in LANDS.items() if holds(land, place)] in (["mainland"], ["Åland"])
    assert is_within(SHAPES[f"municipality:{code}"], on_sheet(*place))


def test_the_outline_is_a_simple_line_round_about_as_much_land_as_finland_has():
    for land in LANDS.values():
        assert area(land) < 0  # clockwise, so never figure-of-eight by a slip of order
    assert 338_000 < -sum(map(area, LANDS.values())) < 1.05 * 338_000


@given(st.sampled_from(sorted(LANDS)), st.integers(80, 735), st.integers(6635, 7775))
def test_a_place_belongs_to_the_nearest_centre_of_its_land_and_to_no_other(land: str, x: int, y: int):
    place = (x + 0.31, y + 0.47)
    if not holds(LANDS[land], place):
        return
    neighbours = [centre for centre in CENTRES if holds(LANDS[land], centre[1:])]
    near, second = sorted(neighbours, key=lambda centre: math.dist(centre[1:], place))[:2]

    owners = [name for name, shape in SHAPES.items() if is_within(shape, on_sheet(*place))]

    is_clear = math.dist(second[1:], place) - math.dist(near[1:], place) > 3  # corners are whole kilometres
    assert owners == [f"municipality:{near[0]}"] or not is_clear


def test_the_cells_cover_the_land_exactly():
    for land in LANDS.values():
        points = [(x, y) for _, x, y in CENTRES if holds(land, (x, y))]
        covered = sum(area(ring) for pieces in cells(points, land) for ring in pieces)
        assert covered == pytest.approx(area(land), rel=1e-12)


def test_cells_on_whole_kilometres_lose_less_than_a_thousandth_of_the_coast():
    drawn_area = sum(map(shape_area, SHAPES.values()))

    assert drawn_area == pytest.approx(-sum(map(area, LANDS.values())), rel=1e-3)


@given(centres)
def test_cells_in_a_land_with_bays_cover_it_once(points: list[tuple[int, int]]):
    pieces = cells(points, COMB)

    assert sum(area(ring) for each in pieces for ring in each) == pytest.approx(area(COMB))
    for point, rings in zip(points, pieces, strict=True):
        corners = [corner for ring in rings for corner in ring]
        nearest = [min(math.dist(corner, each) for each in points) for corner in corners]
        assert nearest == pytest.approx([math.dist(corner, point) for corner in corners])


@given(small, small, st.integers(-30, 60))
def test_a_line_cuts_a_ring_into_two_parts_of_the_same_area_in_all(across: int, up: int, limit: int):
    limit += 0.37
    kept, left = halved(COMB, across, up, limit), halved(COMB, -across, -up, -limit)

    assert sum(map(area, kept)) + sum(map(area, left)) == pytest.approx(area(COMB))
    assert all(area(ring) > 0 for ring in kept + left)
    assert all(across * x + up * y <= limit + 1e-9 for ring in kept for x, y in ring)


def test_two_centres_in_one_place_are_refused():
    with pytest.raises(ValueError, match="same place"):
        cells([(1, 1), (1, 1)], COMB)


@given(st.sets(st.tuples(square, square), min_size=1))
def test_joining_keeps_the_area_and_leaves_no_shared_border(squares: set[tuple[int, int]]):
    rings = [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for x, y in squares]

    joined = dissolved(rings)

    sides = {side for ring in joined for side in zip(ring, ring[1:] + ring[:1], strict=True)}
    assert sum(map(area, joined)) == len(squares)
    assert not {(other, one) for one, other in sides} & sides


def test_districts_are_their_municipalities_and_nothing_more():
    shapes = district_shapes(districts())

    for district, members in districts().items():
        alone = sum(shape_area(SHAPES[f"municipality:{code}"]) for code, *_ in members)
        assert shape_area(shapes[district]) == alone


def test_the_whole_country_as_one_area_is_the_outline():
    shape = district_shapes({"country:FI": CENTRES})["country:FI"]

    corners = {corner for ring in drawn.subpaths(shape) for corner in ring}
    assert len(drawn.subpaths(shape)) == 2
    assert {on_sheet(*corner) for land in LANDS.values() for corner in land} <= corners


def test_shapes_do_not_depend_on_the_order_of_areas_are_reckoned_once_and_stay():
    backwards = dict(reversed(municipalities().items()))

    assert dict(district_shapes(backwards)) == dict(SHAPES)
    assert district_shapes(municipalities()) is SHAPES
    with pytest.raises(TypeError):
        SHAPES["municipality:837"] = "kept for all who ask again"


@pytest.mark.parametrize("members", [districts, municipalities])
def test_every_coordinate_is_a_whole_number_inside_the_sheet(members: Countrywide):
    svg = chart(painted([*members()]), district_shapes(members()))

    rings = [ring for path in drawn.of_class(svg, "m-area") for ring in drawn.subpaths(path.get("d"))]
    assert drawn.is_inside_sheet(svg)
    assert all(x == int(x) and y == int(y) for ring in rings for x, y in ring)


@given(st.lists(spots, max_size=5), notes)
def test_names_and_the_note_never_meet_nor_leave_the_sheet(mark: list[tuple[int, int, str]], note: str):
    svg = chart([], {}, mark=mark, note=note)

    assert drawn.overlapping(svg) == []
    assert drawn.is_inside_sheet(svg)


def test_points_are_drawn_in_a_window_of_their_own_in_the_page_and_as_a_file():
    """Letters are as large as on the whole sheet: their size is the same share of what is shown."""
    spots = Shapes({"station:a": (250.0, 960.0), "station:b": (262.0, 968.0)}, "Asemat", land_path())
    cells = [Cell(one, one, "class-1", f"{one}: 7") for one in spots.by_area]

    svg = choropleth(cells, spots, title="Ajoneuvot", description="Asemittain")

    _, _, wide, _ = map(float, drawn.parsed(svg).get("viewBox").split())
    assert float(drawn.parsed(svg).get("font-size")) / wide == pytest.approx(24 / WIDTH)
    assert len(drawn.of_class(standalone(svg), "m-point")) == 2
    assert drawn.parsed(standalone(svg)).get("width") == str(WIDTH)


def test_the_pilot_cities_are_all_named():
    svg = chart([], {}, mark=[(328, 6823, "Tampere"), (240, 6711, "Turku"), (362, 6765, "Hämeenlinna")])

    assert [text.text for text in drawn.of_class(svg, "g-mark")] == ["Tampere", "Turku", "Hämeenlinna"]


def test_withheld_never_came_and_lowest_class_look_different():
    looks = {}
    for klass in ("class-0", "nodata", "suppressed"):
        svg = chart(painted(["municipality:837"], klass=klass), SHAPES)
        (path,) = drawn.of_class(svg, "m-area")
        patterns = [[child.tag for child in each] for each in drawn.parsed(svg).iter("pattern")]
        looks[klass] = (path.get("fill") is None, str(patterns))
        assert drawn.references(svg) == set(drawn.ids(svg))
    assert len(set(looks.values())) == 3


def test_a_class_we_do_not_know_is_refused():
    with pytest.raises(ValueError, match="known are class-0"):
        chart(painted(["municipality:837"], klass="class-9"), SHAPES)


def test_a_map_is_one_picture_and_with_addresses_a_group_of_links_with_names():
    cells = painted(["municipality:837", "municipality:853"])

    picture, links = chart(cells, SHAPES), chart(cells, SHAPES, href=lambda area: f"/fi/?area={area}&a=1")

    assert [drawn.parsed(svg).get("role") for svg in (picture, links)] == ["img", "group"]
    assert list(drawn.parsed(picture).iter("a")) == []
    found = [(each.get("href"), each[0].text) for each in drawn.parsed(links).iter("a")]
    assert found == [(f"/fi/?area={cell.id}&a=1", cell.title) for cell in cells]


def test_hostile_words_stay_words():
    hostile = '</title><script>alert("1")</script>&\''
    cell = Cell(hostile, hostile, "nodata", hostile)

    mark = [(300, 6900, hostile)]
    svg = chart([cell], {hostile: "m1 1 2 2z"}, title=hostile, note=hostile, mark=mark, href=str)
    key = legend([("nodata", hostile)], title=hostile)

    assert drawn.forbidden(svg) == drawn.forbidden(key) == []
    assert drawn.parsed(svg).find("title").text == drawn.parsed(key).find("p").text == hostile


@pytest.mark.parametrize(("members", "limit"), [(districts, 5_000), (municipalities, 17_000)])
def test_a_map_is_light(members: Countrywide, limit: int):
    cells = [
        replace(each, klass=CLASSES[place % len(CLASSES)]) for place, each in enumerate(painted([*members()]))
    ]

    assert len(gzip.compress(chart(cells, district_shapes(members())).encode())) <= limit


def test_the_legend_shows_every_class_with_its_words():
    entries = [(klass, f"luokka {klass}") for klass in CLASSES]

    key = legend(entries, title="Tapausta / 100 000")

    words = ["".join(each.itertext()).strip() for each in drawn.parsed(key).iter("li")]
    swatches = [each.get("class") for each in drawn.of_class(key, "m-area")]
    assert words == [text for _, text in entries]
    assert swatches == [f"m-area {klass}" for klass in CLASSES]
    assert drawn.references(key) == set(drawn.ids(key))


def test_letters_are_eleven_css_pixels_or_more_on_a_phone():
    assert float(drawn.parsed(chart([], {})).get("font-size")) * 328 / WIDTH >= 11
