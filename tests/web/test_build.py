"""Laws of the pages as files: whole without a server, nothing leads astray, nobody else's file is touched."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from posixpath import dirname, normpath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from browsing import CHROMIUM
from shown import LANGS, NOW, land, tree

from tilannekuva.config import FILE
from tilannekuva.errors import BadInput
from tilannekuva.flows.upkeep import init
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.build import MANIFEST, Plan, build
from tilannekuva.web.relative import rewritten
from tilannekuva.web.server import site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AS_OF = "2021-03-19"
DRAWN = 'l<svg viewBox="0 0 1 1"><path d="m"/></svg>'
PLAN = Plan(("municipality:837", "municipality:853"))


@pytest.fixture(scope="module")
def small(city_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Give two cities with one source, so that a build is quick."""
    folder = tmp_path_factory.mktemp("small") / "workspace"
    init(folder, template="corona", areas=["837", "853"])
    settings = folder / FILE
    settings.write_text(
        re.sub(r"sources = \[[^]]*\]", 'sources = ["hs-cases-district"]', settings.read_text())
    )
    workspace = Workspace(folder)
    with workspace.writing("test"):
        workspace.define(NOW - timedelta(days=2))
    look = city_workspace.ledger.looks("hs-cases-district")[-1]
    land(workspace, "hs-cases-district", city_workspace.landing.read(look.sha256), NOW - timedelta(days=2))
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def made(small: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a built site."""
    folder = tmp_path_factory.mktemp("built") / "public"
    build(site(small, clock=lambda: NOW), folder)
    return folder


def manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / MANIFEST).read_bytes()))


def addresses(folder: Path) -> list[tuple[str, str]]:
    """Give every address in every page, with the page that it stands in."""
    pages = [name for name in manifest(folder)["files"] if name.endswith(".html")]
    return [
        (page, one.attributes[key])
        for page in pages
        for one in tree((folder / page).read_text()).walk()
        for key in ("href", "src", "action")
        if key in one.attributes
    ]


def test_the_manifest_lists_every_file_with_its_checksum_and_size(made: Path):
    there = {str(one.relative_to(made)) for one in made.rglob("*") if one.is_file()}
    told = manifest(made)

    assert there == {*told["files"], MANIFEST}
    assert {len(told["picture"]), told["as_of"]} == {20, "2021-03-20T15:00:00Z"}
    for name, one in told["files"].items():
        content = (made / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (one["sha256"], one["bytes"])


def test_every_page_is_there_in_every_language_for_every_city_with_its_twins(made: Path):
    files = manifest(made)["files"]
    cities = ("", "municipality-853/")
    wanted = ("index", "changes", "map", "area", "decisions", "sources", "indicator/cases")

    assert {
        f"{lang}/{city}{page}.{kind}"
        for lang in LANGS for city in cities for page in wanted for kind in ("html", "json", "csv")
    } <= files.keys()  # fmt: skip


def test_no_link_is_broken_and_none_needs_a_server_or_a_place_at_the_root(made: Path):
    files, found = manifest(made)["files"], addresses(made)
    inside = [(page, one) for page, one in found if not urlsplit(one).scheme and not one.startswith("#")]
    ends = {normpath(f"{dirname(page)}/{urlsplit(one).path}").lstrip("/") for page, one in inside}

    assert len(inside) > 1000
    assert [one for one in inside if one[1].startswith("/") or "?" in one[1]] == []
    assert ends - files.keys() == set()


def test_forms_and_what_needs_a_server_are_left_out(made: Path):
    pages = [tree((made / lang / page).read_text()) for lang in LANGS for page in ("index.html", "map.html")]

    assert [one.name for page in pages for one in page.find("form")] == []
    assert [one for page in pages for one in page.walk() if "data-server" in one.attributes] == []
    assert all("live.js" not in one.attributes["src"] for page in pages for one in page.find("script"))


def test_the_same_picture_gives_the_same_bytes(made: Path, small: Workspace, tmp_path: Path):
    build(site(small, clock=lambda: NOW), tmp_path / "again")

    assert manifest(tmp_path / "again") == manifest(made)


def test_a_build_of_the_past_says_so_on_every_page(small: Workspace, tmp_path: Path):
    told = build(site(small, clock=lambda: NOW), tmp_path / "past", as_of=AS_OF)
    pages = [name for name in told["files"] if name[:2] in LANGS and name.endswith(".html")]

    assert told["as_of"] == "2021-03-19T21:59:59.999999Z"
    assert [one for one in pages if "clock rewound" not in (tmp_path / "past" / one).read_text()] == []


def test_files_of_an_earlier_build_go_and_nobody_elses(made: Path, small: Workspace, tmp_path: Path):
    folder = tmp_path / "public"
    shutil.copytree(made, folder)
    told = manifest(folder)
    (folder / "fi" / "gone.html").write_text("of an earlier build")
    (folder / "notes.txt").write_text("somebody's")
    told["files"]["fi/gone.html"] = {}
    (folder / MANIFEST).write_text(json.dumps(told))
    build(site(small, clock=lambda: NOW), folder)

    assert not (folder / "fi" / "gone.html").exists()
    assert (folder / "notes.txt").read_text() == "somebody's"


@pytest.mark.parametrize("content", ["", "{}", '{"made_by": "somebody", "files": {}}', "[]"])
def test_a_folder_of_somebody_else_is_refused_and_stays_as_it_is(app: FastPath, tmp_path: Path, content: str):
    (tmp_path / MANIFEST).write_text(content)

    with pytest.raises(BadInput, match="holds files that no build has made"):
        build(app, tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == [MANIFEST]


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/fi/", "fi/index.html"),
        ("/fi/?area=853", "fi/municipality-853/index.html"),
        ("/sv/indicator/cases.csv?area=municipality:837", "sv/indicator/cases.csv"),
        ("/static/style.css?v=1", "static/style.css"),
        ("/chart/fi/cases.svg?area=municipality:853", "chart/municipality-853/fi/cases.svg"),
        ("/fi/?as_of=2021-03-19", ""),
        ("/fi/?area=hospital-district:06", ""),
        ("/fi/?area=nowhere", ""),
        ("/api/inbox/a", ""),
        ("https://example.org/", ""),
        ("mailto:a@example.org", ""),
        ("/", ""),
    ],
)
def test_what_an_address_becomes(address: str, file: str):
    wanted = PLAN.canonical(address)

    assert (PLAN.file(wanted) if wanted else "") == file


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>a &amp; b &#228;<br>c</p>", "<p>a &amp; b &#228;<br>c</p>"),
        ('<a class="x" href="/b?c=1&amp;d=2#e">f</a>', '<a class="x" href="/B?C=1&amp;D=2#E">f</a>'),
        ('<a href="/gone">f</a><img src="/gone"><p>g</p>', "<a>f</a><p>g</p>"),
        ("<form><p>h<br></p></form>i", "i"),
        ("<div data-server><div>j</div><input></div>k", "k"),
        ("<input data-server>" + DRAWN, DRAWN),
        ('<p title="href=&quot;/gone&quot;">m</p>', '<p title="href=&quot;/gone&quot;">m</p>'),
    ],
)  # fmt: skip
def test_a_page_is_copied_word_for_word_but_for_its_addresses(page: str, expected: str):
    assert rewritten(page, lambda one: None if one == "/gone" else one.upper()) == expected


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.parametrize(
    "page", ["fi/index.html", "sv/municipality-853/indicator/cases.html", "index.html", "en/map.html"]
)
def test_a_page_opened_from_the_disk_is_styled_and_whole(made: Path, browser: "Browser", page: str):
    opened = browser.new_page(java_script_enabled=False)
    failed: list[str] = []
    opened.on("requestfailed", lambda one: failed.append(one.url))
    opened.goto((made / page).as_uri())
    margin = opened.evaluate("() => getComputedStyle(document.body).margin")
    shown = opened.locator("h1").count(), opened.locator("a[href]").count() >= 3
    opened.close()

    assert (margin, shown, failed) == ("0px", (1, True), [])
