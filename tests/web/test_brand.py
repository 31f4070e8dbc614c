"""Laws of the own look: readable by day and at night, a logo that is only a drawing, icons for phones."""

import json
import re
import shutil
import struct
import zlib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import MARKS
from shown import NOW, ask, tree

from tilannekuva.config import FILE, GROUNDS, Brand
from tilannekuva.domain.colours import contrast
from tilannekuva.errors import BadDefinition, BadInput
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.installed import icon
from tilannekuva.web.server import site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COLOURS = 'accent = "#7a0050"\naccent_dark = "#ff9ad5"\n'
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
PNG = icon(32, "#0a4f8f")
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def branded(city: Path, folder: Path, brand: str, **files: bytes | str) -> Workspace:
    """Give a city with a brand in its settings and some files beside them."""
    shutil.copytree(city, folder / "own")
    settings = folder / "own" / FILE
    settings.write_text(f"{settings.read_text()}\n[brand]\n{brand}", encoding="utf-8")
    for name, content in files.items():
        body = content if isinstance(content, bytes) else content.encode()
        (folder / "own" / name.replace("_", ".")).write_bytes(body)
    return Workspace(folder / "own")


@pytest.fixture(scope="module")
def dressed(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastPath]:
    """Give the site of a city with colours and a logo."""
    brand = f'{COLOURS}logo = "logo.svg"\n'
    workspace = branded(city, tmp_path_factory.mktemp("brand"), brand, logo_svg=DRAWING)
    yield site(workspace, clock=lambda: NOW)
    workspace.close()


def test_contrast_is_that_of_the_standard():
    """The ratios that WCAG's own examples and definition give."""
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == round(contrast("#FFFFFF", "#777777"), 2) == 4.48
    assert contrast("#123456", "#123456") == 1


def test_a_colour_is_written_in_one_way_only():
    with pytest.raises(BadInput, match="'red' is no colour"):
        contrast("red", "#ffffff")


def test_the_grounds_are_those_of_the_style_sheet():
    css = (resources.files("tilannekuva.web") / "static" / "page.css").read_text()
    day, night = (line for line in css.splitlines() if "--paper:" in line)
    found = [tuple(re.findall(r"--(?:paper|raised): (#\w+)", line)) for line in (day, night)]

    assert [tuple({"#fff": "#ffffff"}.get(one, one) for one in pair) for pair in found] == [*GROUNDS.values()]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"accent": "#ffcc00"}, r"#ffcc00 on #ffffff has a contrast of 1\.5; 4\.5 is needed: choose a d"),
        ({"accent_dark": "#0a4f8f"}, r"on #10161d has a contrast of 2\.1; 4\.5 is needed: choose a l"),
        ({"accent": "blue", "accent_dark": "#ffffff"}, "'blue' is no colour"),
        ({"accent": "#0a4f8f"}, "give both accent and accent_dark"),
    ],
)  # fmt: skip
def test_colours_that_some_cannot_read_are_refused_with_the_ratio(given: dict[str, str], says: str):
    with pytest.raises(ValueError, match=says):
        Brand(**given)


def test_own_colours_are_a_style_sheet_of_their_own_after_the_shipped_one(dressed: FastPath):
    links = [one.attributes for one in tree(ask(dressed, "/fi/").text).find("link")]
    sheets = [one["href"] for one in links if one["rel"] == "stylesheet"]
    css = ask(dressed, sheets[1])

    assert (len(sheets), css.headers["content-type"]) == (2, "text/css; charset=utf-8")
    assert css.text == (
        ":root{--accent:#7a0050}\n@media screen and (prefers-color-scheme:dark){:root{--accent:#ff9ad5}}\n"
    )


def test_without_a_brand_nothing_more_is_asked_for(app: FastPath):
    page = tree(ask(app, "/fi/").text)

    assert len([one for one in page.find("link") if one.attributes["rel"] == "stylesheet"]) == 1
    assert page.find("header")[0].find("img") == []


def test_the_logo_stands_before_the_title_and_adds_nothing_to_read(dressed: FastPath):
    (image,) = tree(ask(dressed, "/fi/").text).find("header")[0].find("img")
    answer = ask(dressed, image.attributes["src"])

    assert image.attributes["alt"] == ""
    assert (answer.headers["content-type"], answer.text) == ("image/svg+xml", DRAWING)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("inner", "says"),
    [
        ("<script>alert(1)</script>", "holds <script>"),
        ("<a:script xmlns:a='http://www.w3.org/2000/svg'/>", "holds <a:script>"),
        ("<foreignObject><p/></foreignObject>", "holds <foreignObject>"),
        ("<path onload='alert(1)'/>", "runs a program in onload"),
        ("<a href='java\tscript:alert(1)'/>", "runs a program in href"),
        ("<image href='https://example.org/a.png'/>", "refers to https://example.org/a.png"),
        (f"<use {XLINK} xlink:href='other.svg#a'/>", "refers to other.svg#a"),
        ("<style>@import 'https://example.org/a.css'</style>", "holds <style>"),
        ("<path style='fill:url(https://example.org/)'/>", "refers elsewhere in style"),
        ("<set attributeName='href' to='x'/>", "holds <set>"),
        ("<?xml-stylesheet href='a'?>", "holds a processing instruction"),
        ("<b", "is no SVG"),
    ],
)
def test_a_logo_that_does_more_than_draw_is_refused(city: Path, tmp_path: Path, inner: str, says: str):
    workspace = branded(
        city, tmp_path, 'logo = "logo.svg"', logo_svg=DRAWING.replace("<path", f"{inner}<path")
    )

    with pytest.raises(BadDefinition, match=re.escape(f"brand.logo: logo.svg {says}")):
        site(workspace)
    workspace.close()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("logo.png", b"GIF89a", "logo.png is no PNG"),
        ("logo.gif", b"GIF89a", "logo.gif is neither .svg nor .png"),
        ("logo.svg", b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "declares a document type"),
        ("logo.png", PNG + bytes(100_000), "100000 are the most"),
        ("gone.png", None, "cannot be read"),
    ],
)
def test_a_logo_of_another_kind_is_refused(
    city: Path, tmp_path: Path, name: str, content: bytes | None, says: str
):
    files = {} if content is None else {name.replace(".", "_"): content}
    workspace = branded(city, tmp_path, f'logo = "{name}"', **files)

    with pytest.raises(BadDefinition, match=re.escape(says)):
        site(workspace)
    workspace.close()


@pytest.mark.parametrize("size", [32, 180, 512])
def test_an_icon_is_a_png_of_its_size_white_on_the_accent(size: int):
    made = icon(size, "#7a0050")
    head = made.index(b"IHDR") + 4
    start = made.index(b"IDAT")
    pixels = zlib.decompress(made[start + 4 : start + 4 + struct.unpack(">I", made[start - 4 : start])[0]])
    rows = [pixels[at + 1 : at + 1 + 3 * size] for at in range(0, len(pixels), 3 * size + 1)]
    corners = {row[at : at + 3] for row in (rows[0], rows[-1]) for at in (0, 3 * (size - 1))}
    white = sum(row[at : at + 3] == b"\xff\xff\xff" for row in rows for at in range(0, 3 * size, 3))

    assert struct.unpack(">II", made[head : head + 8]) == (size, size)
    assert (len(rows), corners) == (size, {b"\x7a\x00\x50"})
    assert 0.04 < white / size**2 < 0.09


def test_the_manifest_names_the_picture_and_its_icons_are_there(dressed: FastPath):
    told = json.loads(ask(dressed, "/manifest.webmanifest").content)

    assert (told["name"], told["theme_color"]) == ("Tampere, Turku, Hämeenlinna", "#7a0050")
    assert {ask(dressed, f"/{one['src']}").headers["content-type"] for one in told["icons"]} == {
        "image/svg+xml",
        "image/png",
    }
    assert b"#7a0050" in ask(dressed, "/own/icon.svg").content


class TestInABrowser:
    pytestmark = MARKS

    def test_a_browser_would_install_it(self, browser: "Browser", address: str):
        page = browser.new_page()
        page.goto(f"{address}/fi/")
        tools = page.context.new_cdp_session(page)
        manifest = tools.send("Page.getAppManifest")
        faults = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        page.close()

        assert manifest["errors"] == []
        assert [one["errorId"] for one in faults if one["errorId"] != "in-incognito"] == []
