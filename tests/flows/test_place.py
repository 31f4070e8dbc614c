"""The law of `[place]`: what a map answer holds comes to areas, by the boundaries known when it lands."""

import json
import re
import threading
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from intake import landed, recipe, sample

from tilannekuva.domain.areas import register
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.looks import Answer, Look
from tilannekuva.errors import BadDefinition, NotUnderstood
from tilannekuva.flows.guard import objection
from tilannekuva.flows.reading import understand
from tilannekuva.flows.replay import Recorded, replay
from tilannekuva.flows.update import Asking, update
from tilannekuva.flows.upkeep import rebuild
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.maps.placing import on_map
from tilannekuva.sources.recipe import Ground, Recipe
from tilannekuva.sources.table import Table, table

STATFIN = "statfin-boundaries"
AT = landed("foli-stops")
DAY = helsinki_date(AT)
GROUND = (Ground(recipe(STATFIN), (sample(STATFIN),)),)
TURKU, LIETO, RAISIO, TAMPERE = (f"municipality:{code}" for code in ("853", "423", "680", "837"))
GEOMETRY = 'geometry = "geometry"'
Shape = dict[str, Any] | None

RECIPE = """
id = "own"
title = { fi = "Oma", sv = "Egen", en = "Own" }
about = { fi = "Oma", sv = "Egen", en = "Own" }
publisher = "us"
licence = { fi = "CC BY 4.0", sv = "CC BY 4.0", en = "CC BY 4.0" }
contact = "us@example.org"
rhythm = "1d"
snapshot = "window"

[fetch]
url = "https://map.example/things"
format = "geo"
columns = { name = "text", geometry = "geometry" }

[place]
@place

[[series]]
indicator = "transit-stops"
level = "municipality"
sql = "select area, landed_date as reference_date, count(*) as value from raw cross join answer group by 1, 2"
"""


def own(place: str, *swaps: tuple[str, str]) -> Recipe:
    """Give a recipe with a part [place]; swaps change its text."""
    text = RECIPE.replace("@place", place)
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    return recipes.recipe(text, "own.toml")


def point(east: float, north: float) -> Shape:
    return {"type": "Point", "coordinates": [east, north]}


def box(west: float, south: float, east: float, north: float) -> Shape:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def line(*places: tuple[float, float]) -> Shape:
    return {"type": "LineString", "coordinates": [list(place) for place in places]}


def layer(*shapes: Shape, **properties: Sequence[object]) -> bytes:
    """Write shapes as GeoJSON in EPSG:3067, named by their number, with a list of cells for each property."""
    features = [
        {"type": "Feature", "geometry": shape,
         "properties": {"name": str(n)} | {name: cells[n] for name, cells in properties.items()}}
        for n, shape in enumerate(shapes)
    ]  # fmt: skip
    crs = {"type": "name", "properties": {"name": "EPSG:3067"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}).encode()


def placed(place: str, *shapes: Shape, grounds: Sequence[Ground] = GROUND, day: date = DAY) -> Table:
    """Bring shapes to areas."""
    one = own(place)
    found, _ = on_map(table(layer(*shapes), one.fetch), one, grounds, day)
    return found


def cells(found: Table, *names: str) -> list[tuple[Any, ...]]:
    rounded = [[round(c, 3) if isinstance(c, float) else c for c in found.columns[name][1]] for name in names]
    return list(zip(*rounded, strict=True))


# The methods

INLAND, TO_LIETO, TO_RAISIO = point(240_000, 6_711_000), point(246_000, 6_710_000), point(235_000, 6_712_000)
AT_SEA, FAR_OUT = point(236_000, 6_703_000), point(236_000, 6_690_000)


def test_within_gives_each_shape_to_one_area():
    """On a border to the one of the lower code; a line or surface to that of its greater part."""
    across = line((236_000, 6_705_000), (241_000, 6_705_000))
    found = placed('method = "within"', INLAND, TO_LIETO, TO_RAISIO, across)

    assert [("0", TURKU), ("1", "municipality:202"), ("2", RAISIO), ("3", TURKU)] == cells(
        found, "name", "area"
    )
    assert [(1.0, None)] * 3 + [(1.0, 5000.0)] == cells(found, "share", "size")
    assert [] == found.faults


def test_what_lies_in_no_area_is_a_fault_unless_it_lies_near_enough():
    none = ["shape 2: it lies in no municipality", "shape 3: it has no shape"]

    assert ["shape 1: it lies in no municipality", *none] == placed(
        'method = "within"', AT_SEA, FAR_OUT, None
    ).faults
    near = placed('method = "within"\nmetres = 1000', AT_SEA, FAR_OUT, None)
    assert ([("0", TURKU)], none) == (cells(near, "name", "area"), near.faults)


def test_share_gives_every_area_its_part():
    """With the size of the part: square metres of a surface, metres of a line."""
    found = placed('method = "share"', box(234_000, 6_711_000, 235_000, 6_713_000),
                   line((233_000, 6_711_000), (233_000, 6_715_000)), INLAND)  # fmt: skip

    assert [
        ("0", RAISIO, 0.5, 1_000_000.0), ("0", TURKU, 0.5, 1_000_000.0),
        ("1", RAISIO, 0.75, 3_000.0), ("1", TURKU, 0.25, 1_000.0), ("2", TURKU, 1.0, None),
    ] == cells(found, "name", "area", "share", "size")  # fmt: skip


def test_nearest_tells_how_far_it_is():
    found = placed('method = "nearest"\nmetres = 5000', INLAND, AT_SEA, FAR_OUT)

    assert [("0", TURKU, 0.0), ("1", TURKU, 1000.0)] == cells(found, "name", "area", "distance")
    assert ["shape 3: it lies in no municipality"] == found.faults
    assert 3 == len(cells(placed('method = "nearest"', INLAND, AT_SEA, FAR_OUT), "area"))


def test_buffer_gives_every_area_within_reach():
    """A leak 500 m inside Turku reaches into Raisio: most of the circle stays in Turku."""
    found = placed('method = "buffer"\nmetres = 1000', point(233_000, 6_711_500))
    (_, raisio), (_, turku) = cells(found, "area", "share")

    assert [(RAISIO,), (TURKU,)] == cells(found, "area")
    assert 0.19 < raisio < 0.2  # the segment of a circle beyond half its radius is 19.55 % of it
    assert 1 == pytest.approx(raisio + turku, abs=0.002)


def test_grid_adds_the_square_that_a_shape_lies_in():
    found = placed('method = "grid"\nmetres = 250', INLAND, box(240_000, 6_711_000, 240_600, 6_711_600))

    assert [(TURKU, "250mN671100E24000"), (TURKU, "250mN671125E24025")] == cells(found, "area", "grid")


def test_boundaries_are_put_together_to_larger_areas():
    """A shape across two municipalities of a region lies in the region whole."""
    across = box(234_000, 6_711_000, 235_000, 6_713_000)

    for level, area in (
        ("region", "region:02"),
        ("hospital-district", "hospital-district:03"),
        ("country", "country:FI"),
    ):
        found = placed(f'method = "share"\nlevel = "{level}"', across)
        assert [(area, 1.0)] == cells(found, "area", "share")


def test_a_municipality_that_has_merged_is_part_of_the_one_it_merged_into():
    """Boundaries of 2020 still hold Honkajoki; from 2021 on its ground is Kankaanpää's."""
    old = layer(box(250_000, 6_870_000, 260_000, 6_880_000), box(240_000, 6_860_000, 250_000, 6_880_000),
                kunta=["099", "214"])  # fmt: skip
    ground = (Ground(recipe(STATFIN), (old,)),)
    here = point(255_000, 6_875_000)

    assert [("municipality:099",)] == cells(
        placed('method = "within"', here, grounds=ground, day=date(2020, 6, 1)), "area"
    )
    assert [("municipality:214",)] == cells(placed('method = "within"', here, grounds=ground), "area")


def test_a_table_with_coordinates_in_any_system_comes_to_areas_too():
    """An old list in the uniform coordinates of KKJ: north and east, one row without, one in the Atlantic."""
    one = own('method = "nearest"\npoint = ["itä", "pohjoinen"]',
              ('format = "geo"', 'format = "csv"\ncrs = "EPSG:2393"'),
              ('geometry = "geometry"', '"itä" = "number", pohjoinen = "number"'))  # fmt: skip
    body = "name;pohjoinen;itä\n" + "a;6713816,5;3240072,1\n" * 10 + "b;;\nc;0;0\n"
    found, _ = on_map(table(body.encode(), one.fetch), one, GROUND, DAY)

    assert [("a", TURKU)] * 10 == cells(found, "name", "area")
    assert ["shape 11: it has no shape", "shape 12: it has no shape"] == found.faults


def test_shares_may_be_those_of_people():
    """Half of a postal area's ground is Raisio's, but three of its four squares with people are Turku's."""
    grid = recipe("statfin-population-grid")
    squares = layer(*(box(234_000 + 250 * n, north, 234_100 + 250 * n, north + 100) for n, north in
                      enumerate((6_711_200, 6_711_400, 6_711_600, 6_712_500))),
                    grd_id="abcd", kunta="1234", vaesto=[10, 20, 30, 40])  # fmt: skip
    place = 'method = "share"\nweights = "statfin-population-grid"\nweight = "vaesto"'
    found = placed(
        place, box(234_000, 6_711_000, 235_000, 6_713_000), grounds=(*GROUND, Ground(grid, (squares,)))
    )

    assert [(RAISIO, 0.4), (TURKU, 0.6)] == cells(found, "area", "share")


# What is told when something is wrong


def test_without_boundaries_an_answer_is_refused_with_what_to_do():
    with pytest.raises(
        NotUnderstood, match=f"update {STATFIN} first, or give a file of it: tilannekuva update --replay"
    ):
        understand(own('method = "within"'), (layer(INLAND),), AT)


def test_a_source_without_boundaries_is_no_ground():
    other = (Ground(recipe("foli-stops").model_copy(update={"id": STATFIN}), (sample("foli-stops"),)),)

    with pytest.raises(BadDefinition, match="holds no boundaries"):
        placed('method = "within"', INLAND, grounds=other)
    with pytest.raises(BadDefinition, match="hold municipality:109, which makes up no station"):
        placed('method = "within"\nlevel = "station"', INLAND)


@pytest.mark.parametrize(
    ("place", "swap", "says"),
    [
        ('method = "buffer"', ("", ""), "needs `metres`, the width"),
        ('method = "grid"\nmetres = 300', ("", ""), "250, 1000 or 5000"),
        ('method = "within"\npoint = ["a"]', ("", ""), "names two columns"),
        ('method = "within"\npoint = ["a", "b"]', ("", ""), "two `number` columns as `point`"),
        ('method = "within"', (f", {GEOMETRY}", ""), "`place` needs shapes"),
        ('method = "within"', ("name =", "share ="), "makes the column share"),
        ('method = "within"\nweights = "a"\nweight = "b"', ("", ""), "with the method `share`"),
        ('method = "within"\npoint = ["a", "b"]', (GEOMETRY, 'a = "number", b = "number"'), "needs `crs`"),
        ('method = "within"', ("[place]", '[boundaries]\ncolumns = ["kunta"]\n[place]'), "needs its columns"),
    ],
)  # fmt: skip
def test_mistakes_of_a_recipe_are_told(place: str, swap: tuple[str, str], says: str):
    with pytest.raises(BadDefinition, match=says):
        own(place, swap)


# Boundaries as a source of their own


def country(day: date = DAY) -> bytes:
    """Write boundaries of the whole country: a square kilometre around each municipality's centre."""
    areas = [one for one in register().at_level("municipality", on=day) if one.centre]
    middles = [(1000 * east, 1000 * north) for east, north in (one.centre for one in areas if one.centre)]
    squares = [box(east - 500, north - 500, east + 500, north + 500) for east, north in middles]
    return layer(*squares, kunta=[one.code for one in areas])


def test_boundaries_of_the_whole_country_are_a_good_look_and_those_of_a_part_are_not():
    whole, part = (understand(recipe(STATFIN), (body,), AT) for body in (country(), sample(STATFIN)))

    assert (308, 8) == (whole.n_areas, part.n_areas)
    assert "" == objection(recipe(STATFIN), whole, {}, DAY)
    assert "boundaries of only 8 of 308 areas of the level municipality" == objection(
        recipe(STATFIN), part, {}, DAY
    )


def test_shapes_of_the_sea_and_of_nowhere_are_left_out_of_boundaries():
    """An area may come in several shapes, land and sea; a shape with another name is a fault."""
    land, water = box(240_000, 6_710_000, 250_000, 6_720_000), box(230_000, 6_700_000, 240_000, 6_710_000)
    sea = layer(land, water, water, None, kunta=["853", "853", "Merialue", "837"])
    found = understand(recipe(STATFIN), (sea,), AT)

    assert 1 == found.n_areas
    assert [
        "no municipality with a shape is called 'Merialue'",
        "no municipality with a shape is called '837'",
    ] == found.faults


CENTRES = {one.id: one.centre for one in register().at_level("municipality", on=DAY) if one.centre}


def middle(area: str) -> Shape:
    east, north = CENTRES[area]
    return point(1000 * east, 1000 * north)


def test_the_guide_to_maps_holds_a_recipe_that_works():
    """The shapes it speaks of come to areas, and its other tables are TOML."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "maps.md").read_text(encoding="utf-8")
    written, *parts = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    one = recipes.recipe(written, "city-warming-places.toml")
    body = layer(middle(TURKU), AT_SEA, middle(TAMPERE), nimi="abc", auki=["kyllä", "kyllä", "ei"])
    found = understand(one, (body,), AT, grounds=GROUND)

    assert [(TURKU, 2.0)] == [(fact.area, fact.value) for fact in found.facts]
    assert all({"fetch", "place"} == tomllib.loads(part).keys() for part in parts)


# In the intake


@pytest.fixture
def maps(workspace: Workspace) -> Iterator[Workspace]:
    """Give a workspace with a recipe of its own that brings points to areas."""
    text = RECIPE.replace("@place", 'method = "within"')
    (workspace.folder / "recipes" / "own.toml").write_text(text, encoding="utf-8")
    with workspace.writing("test"):
        workspace.define(AT - timedelta(days=90))
        yield workspace


def landing(source: str, body: bytes, days: int) -> Recorded:
    """Give an answer that landed some days after the sample."""
    return Recorded(AT + timedelta(days=days), lambda: Answer(source, body), source)


def outcomes(looks: Iterable[Look]) -> list[tuple[str, int, str]]:
    return sorted((look.source_id, (look.landed_at - AT).days, look.outcome) for look in looks)


def known(workspace: Workspace) -> list[tuple[str, float | None]]:
    return sorted((row.area, row.value) for row in workspace.store.as_of(source="own"))


def test_an_answer_comes_to_areas_by_the_boundaries_known_when_it_lands(maps: Workspace):
    """What landed before the first boundaries is refused and stays so, also when all is read again."""
    stops = layer(middle(TURKU), middle(TURKU), middle(TAMPERE))
    everything = [landing("own", stops, -30), landing("own", stops, 0), landing(STATFIN, country(), -1)]
    looks = replay(maps, everything)
    before = known(maps)
    again = rebuild(maps)

    assert (
        [("own", -30, "refused"), ("own", 0, "ok"), (STATFIN, -1, "ok")] == outcomes(looks) == outcomes(again)
    )
    assert [(TAMPERE, 1.0), (TURKU, 2.0)] == before == known(maps)


def test_new_boundaries_hold_from_their_landing_on(maps: Workspace):
    """Turku's centre becomes Raisio's ground: what landed the day before is Turku's for ever."""
    moved = country().replace(b'"kunta": "853"', b'"kunta": "680"')
    looks = [landing(STATFIN, country(), -3), landing("own", layer(middle(TURKU)), -2),
             landing(STATFIN, moved, -1), landing("own", layer(middle(TURKU)) + b" ", 0)]  # fmt: skip
    replay(maps, looks)

    assert [(RAISIO, 1.0), (TURKU, 1.0)] == known(maps)
    rebuild(maps)
    assert [(RAISIO, 1.0), (TURKU, 1.0)] == known(maps)


def test_boundaries_are_asked_first_and_recorded_before_they_are_needed(maps: Workspace):
    seen = []

    def ask(one: Recipe, _: Look | None) -> Answer:
        seen.append((one.id, maps.ledger.last_look(STATFIN) is not None))
        return Answer(one.id, country() if one.id == STATFIN else layer(middle(TURKU)))

    sources = [maps.source("own"), maps.source(STATFIN)]
    looks = update(maps, sources, ask=ask, clock=lambda: AT)

    assert [(STATFIN, False), ("own", True)] == seen
    assert [("own", "ok"), (STATFIN, "ok")] == sorted((look.source_id, look.outcome) for look in looks)


def test_boundaries_wait_until_those_known_are_no_longer_in_use(maps: Workspace):
    """Else a layer could land later than new boundaries and yet be read with the old ones."""
    order, go = [], threading.Event()

    def ask(one: Recipe, _: Look | None) -> Answer:
        order.append((one.id, maps.ledger.last_look("own") is not None))
        if one.id == "own":
            go.wait()
        return Answer(one.id, country() if one.id == STATFIN else layer(middle(TURKU)))

    asking = Asking(maps, ask, lambda: AT)
    asking.begin(maps.source("own"))
    asking.begin(maps.source(STATFIN))
    go.set()
    looks = list(asking.recorded())

    assert [("own", False), (STATFIN, True)] == order
    assert (["own", STATFIN], set()) == ([look.source_id for look in looks], asking.under_way)


# Recorded boundaries


def recorded_areas(recorded: Path, file: str) -> Ground:
    body = (recorded / "geo" / file).read_bytes()
    return Ground(recipe(STATFIN), (body,))


@pytest.mark.recorded
@pytest.mark.parametrize("file", ["yle/finland-munis-2020.topo.json", "kangasala/Kunnat2024Topo.json"])
def test_every_municipal_centre_lies_in_its_own_municipality(recorded: Path, file: str):
    """All of today's, by the boundaries of 2020, which hold some more, and by those of 2024."""
    found = placed(
        'method = "within"', *(middle(area) for area in CENTRES), grounds=(recorded_areas(recorded, file),)
    )

    assert [] == found.faults
    assert [*CENTRES] == [area for (area,) in cells(found, "area")]


@pytest.mark.recorded
@pytest.mark.parametrize("file", ["yle/finland-munis-2020.topo.json", "kangasala/Kunnat2024Topo.json"])
def test_every_traffic_station_comes_to_the_municipality_that_others_found(recorded: Path, file: str):
    """511 stations in degrees, with the municipality that another city worked out."""
    body = (recorded / "digitraffic" / "lam_stations_by_municipality_kangasala.csv").read_bytes()
    one = own('method = "within"\npoint = ["lng", "lat"]',
              ('format = "geo"', 'format = "csv"\ndelimiter = ","\ncrs = "EPSG:4326"'),
              ('geometry = "geometry"', 'kunta = "text", lng = "number", lat = "number"'))  # fmt: skip
    found, _ = on_map(table(body, one.fetch), one, (recorded_areas(recorded, file),), date(2023, 6, 1))

    assert ([], 511) == (found.faults, found.n_rows)
    assert [] == [
        (kunta, area) for kunta, area in cells(found, "kunta", "area") if area != f"municipality:{kunta}"
    ]
