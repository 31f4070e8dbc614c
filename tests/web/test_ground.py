"""Laws of base maps: only configured hosts, images only, and each lies where the areas lie."""

import base64
import math
import re
import shutil
import struct
import tomllib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import CHROMIUM, served
from service import Handler, Service, serving
from shown import NOW, ask, tree

from tilannekuva.config import Ground
from tilannekuva.domain.definitions import Text
from tilannekuva.flows.ground import Grounds
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.maps.projection import from_tm35
from tilannekuva.web.server import site

EAST, NORTH = 328_000.0, 6_823_000.0  # near the middle of Tampere
sync_api = pytest.importorskip("playwright.sync_api")
DISC = 5
RESOLUTION, LEFT, TOP = 8192.0, -548_576.0, 8_388_608.0
GROUND = """
[[ground]]
id = "{id}"
title = {{ fi = "Taustakartta", sv = "Bakgrundskarta", en = "City map" }}
kind = "{kind}"
url = "{url}"
layer = "plan"
crs = "{crs}"
attribution = "City survey"
"""
Start = Callable[..., FastPath]
WORDS = Text(fi="x", sv="x", en="x")


def png(width: int, height: int, *, col: float, row: float) -> bytes:
    """Draw a white image with a red disc, ten pixels wide."""

    def line(y: int) -> bytes:
        if abs(y + 0.5 - row) > DISC:
            return bytes(1) + b"\xff" * (3 * width)
        reach = math.sqrt(DISC**2 - (y + 0.5 - row) ** 2)
        red = (abs(x + 0.5 - col) <= reach for x in range(width))
        return bytes(1) + b"".join(b"\xff\0\0" if one else b"\xff\xff\xff" for one in red)

    lines = b"".join(map(line, range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def survey(east: float, north: float) -> Callable[[Handler], None]:
    """Give a map service whose images have a disc at a place of its own coordinates."""

    def answer(one: Handler) -> None:
        asked = {key.upper(): value[0] for key, value in parse_qs(urlsplit(one.path).query).items()}
        if asked["SERVICE"] == "WMS":
            west, south, right, top = map(float, asked["BBOX"].split(","))
            width, height = int(asked["WIDTH"]), int(asked["HEIGHT"])
        else:
            side = 256 * RESOLUTION / 2 ** int(asked["TILEMATRIX"])
            west, top = LEFT + int(asked["TILECOL"]) * side, TOP - int(asked["TILEROW"]) * side
            right, south, width, height = west + side, top - side, 256, 256
        disc = {"col": (east - west) / (right - west) * width, "row": (top - north) / (top - south) * height}
        one.give(200, png(width, height, **disc), content_type="image/png")

    return answer


@pytest.fixture
def start(city: Path, tmp_path: Path) -> Iterator[Start]:
    """Start the city's site with a base map of a service."""
    opened: list[Workspace] = []

    def started(
        service: Service, kind: str = "wms", crs: str = "EPSG:3067", *, allowed: bool = True
    ) -> FastPath:
        shutil.copytree(city, tmp_path / "own")
        file = tmp_path / "own" / "tilannekuva.toml"
        inner = 'allow_networks = ["127.0.0.0/8"]\n' if allowed else ""
        ground = GROUND.format(id="plan", kind=kind, url=service.url, crs=crs)
        file.write_text(inner + file.read_text("utf-8") + ground, "utf-8")
        opened.append(Workspace(tmp_path / "own"))
        return site(opened[0], clock=lambda: NOW)

    yield started
    for one in opened:
        one.close()


def test_the_guide_shows_a_base_map_that_the_settings_take():
    text = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "map-page.md").read_text("utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)

    (ground,) = tomllib.loads(block)["ground"]
    assert Ground(**ground).kind == "wms"


def test_without_base_maps_nothing_is_offered_nor_asked(app: FastPath):
    shown = tree(ask(app, "/en/map?ground=plan").text)

    assert [one for one in shown.find("select") if one.attributes["name"] == "ground"] == []
    assert shown.find("image") == []
    assert ask(app, "/ground/plan?box=0,0,1,1&width=1&height=1").status_code == 404


def test_the_service_is_asked_by_the_app_for_what_the_page_names(start: Start):
    with serving(survey(EAST, NORTH)) as service:
        app = start(service)
        shown = tree(ask(app, "/en/map?ground=plan").text)
        (image,) = shown.find("image")
        answer = ask(app, image.attributes["href"], cookie="secret=1", x_forwarded_for="192.0.2.7")

    (path, headers), asked = service.asked[0], parse_qs(urlsplit(service.asked[0][0]).query)
    assert answer.headers["content-type"] == "image/png"
    assert (asked["SRS"], asked["LAYERS"], asked["REQUEST"]) == (["EPSG:3067"], ["plan"], ["GetMap"])
    assert asked["BBOX"] == ["72000.0,6626000.0,744000.0,7786000.0"]
    assert "192.0.2.7" not in path + str(headers)
    assert "cookie" not in headers
    assert "City map, City survey" in shown.find("main")[0].text


def test_an_image_is_asked_of_the_service_once(start: Start):
    with serving(survey(EAST, NORTH)) as service:
        app = start(service, "wmts")
        answers = [ask(app, "/ground/plan?z=4&row=1&col=1") for _ in range(3)]

    assert {one.content for one in answers} == {answers[0].content}
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "asked",
    ["", "box=1,2,3", "box=3,2,1,9&width=9&height=9", "box=0,0,nan,9&width=9&height=9",
     "box=0,0,9,9&width=99999&height=9", "z=99&row=1&col=1", "z=1&row=-1&col=1", "z=1", "z=x&row=1&col=1"],
)  # fmt: skip
def test_what_is_no_image_of_a_map_is_not_asked_for(start: Start, asked: str):
    with serving(survey(EAST, NORTH)) as service:
        answer = ask(start(service), f"/ground/plan?{asked}")

    assert (answer.status_code, answer.headers["x-ground"]) == (200, "none")
    assert service.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        lambda one: one.give(200, b"<ServiceException/>", content_type="image/png"),
        lambda one: one.give(200, b"<svg xmlns='http://www.w3.org/2000/svg'/>", content_type="image/svg+xml"),
        lambda one: one.give(500),
        lambda one: one.give(302, location="http://127.0.0.2/elsewhere"),
        lambda one: one.reset(),
        lambda one: one.give(200, b"\x89PNG\r\n\x1a\n" + bytes(9 << 20)),
    ],
    ids=["error as image", "svg", "failure", "other host", "reset", "too large"],
)
def test_what_is_no_image_becomes_a_transparent_one_and_is_told(
    start: Start, answer: Callable[[Handler], None]
):
    with serving(answer) as service:
        given = ask(start(service), "/ground/plan?z=0&row=0&col=0")

    assert (given.status_code, given.headers["x-ground"]) == (200, "none")
    assert given.headers["cache-control"] == "no-store"
    assert given.content.startswith(b"\x89PNG")
    assert len(given.content) < 100


def test_a_service_inside_the_house_is_asked_only_where_the_settings_allow(start: Start):
    with serving(survey(EAST, NORTH)) as service:
        given = ask(start(service, allowed=False), "/ground/plan?z=0&row=0&col=0")

    assert given.headers["x-ground"] == "none"
    assert service.asked == []


def test_memory_for_images_is_bounded(own: Workspace):
    settings = own.settings.model_copy(update={"allow_networks": ("127.0.0.0/8",)})
    with serving(survey(EAST, NORTH)) as service:
        ground = Ground(id="plan", title=WORDS, kind="wmts", url=service.url, attribution="us")
        grounds = Grounds(settings.model_copy(update={"ground": (ground,)}), room=3000)
        for col in range(8):
            grounds.tile("plan", 5, row=1, col=col)

    assert 0 < grounds.held <= 3000
    assert len(service.asked) == 8


# Where a place of the country stands on the drawn map, in pixels from the map's corner.
PLACE = """([east, north]) => {
  const svg = document.querySelector('svg.map'), box = svg.getBoundingClientRect()
  const at = new DOMPoint(east / 1000 - 72, 7786 - north / 1000).matrixTransform(svg.getScreenCTM())
  return [at.x - box.x, at.y - box.y]
}"""
NEARER = """([east, north]) => {
  const svg = document.querySelector('svg.map')
  const at = new DOMPoint(east / 1000 - 72, 7786 - north / 1000).matrixTransform(svg.getScreenCTM())
  const told = {ctrlKey: true, deltaY: -1, clientX: at.x, clientY: at.y, cancelable: true}
  svg.dispatchEvent(new WheelEvent('wheel', told))
}"""
BARE = "() => document.querySelectorAll('.zooms, svg.map > :not(.m-ground)').forEach(one => one.remove())"
# The middle of what is red in an image.
MIDDLE = """async data => {
  const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + data)).blob())
  const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')
  pen.drawImage(image, 0, 0)
  const dots = pen.getImageData(0, 0, image.width, image.height).data
  let n = 0, x = 0, y = 0
  for (let place = 0; place < dots.length / 4; place++) if (dots[4 * place] - dots[4 * place + 1] > 60) {
    n++; x += place % image.width + .5; y += Math.floor(place / image.width) + .5
  }
  return [x / n, y / n]
}"""


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.parametrize(
    ("kind", "crs"),
    [("wms", "EPSG:3067"), ("wmts", "EPSG:3067"), ("wms", "EPSG:3878"), ("wmts", "EPSG:3876")],
)
def test_a_mark_of_the_service_falls_on_the_place_that_it_marks(
    start: Start, browser: sync_api.Browser, kind: str, crs: str
):
    """Before and after the view is brought nearer; within two pixels."""
    with (
        serving(survey(*from_tm35(crs, EAST, NORTH))) as service,
        served(start(service, kind, crs)) as address,
    ):
        page, blank = browser.new_page(viewport={"width": 1280, "height": 1400}), browser.new_page()
        page.goto(f"{address}/en/map?ground=plan")
        page.evaluate(BARE)
        for steps in (0, 9):
            for _ in range(steps):
                page.evaluate(NEARER, [EAST, NORTH])
            page.wait_for_timeout(400)
            page.wait_for_load_state("networkidle")
            picture = base64.b64encode(page.locator("svg.map").screenshot()).decode()
            assert blank.evaluate(MIDDLE, picture) == pytest.approx(
                page.evaluate(PLACE, [EAST, NORTH]), abs=2
            )


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_the_page_says_that_the_base_map_does_not_answer(start: Start, browser: sync_api.Browser):
    with serving(lambda one: one.give(500)) as service, served(start(service)) as address:
        page = browser.new_page()
        page.goto(f"{address}/en/map?ground=plan")
        page.wait_for_selector(".no-ground:not([hidden])")

        assert page.locator(".no-ground").inner_text() == "The base map does not answer just now."


@pytest.mark.parametrize("crs", ["EPSG:3067", "EPSG:3878"])
def test_without_a_script_the_images_lie_where_they_belong(start: Start, crs: str):
    """The place in an image goes by the group's matrix to the place on the sheet, within a hundred metres."""
    with serving(survey(EAST, NORTH)) as service:
        shown = tree(ask(start(service, "wms", crs), "/en/map?ground=plan").text)
    (group,), (image,) = shown.find("g", "m-ground"), shown.find("image")
    a, b, c, d, e, f = map(float, group.attributes["transform"][7:-1].split())
    west, south, right, top = map(
        float, parse_qs(urlsplit(image.attributes["href"]).query)["box"][0].split(",")
    )
    x, y, wide, tall = (float(image.attributes[name]) for name in ("x", "y", "width", "height"))
    east, north = from_tm35(crs, EAST, NORTH)

    x, y = x + (east - west) / (right - west) * wide, y + (top - north) / (top - south) * tall

    assert (a * x + c * y + e, b * x + d * y + f) == pytest.approx(
        (EAST / 1000 - 72, 7786 - NORTH / 1000), abs=0.1
    )
