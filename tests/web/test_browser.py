"""Laws of pages that only a browser can tell: themes, phones, keyboards, paper, and who is called."""

import shutil
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import uvicorn
from shown import LANGS, REWOUND, ask

from tilannekuva.web import render
from tilannekuva.web.app import FastPath

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
chromium = shutil.which("chromium")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(chromium is None, reason="no Chromium here")]

PAGES = {
    "front": "",
    "levels": "indicator/incidence-14d",
    "municipal map": "indicator/incidence-14d?map=municipality",
    "sources": "sources",
    "error": "?area=nowhere",
    "rewound": f"?{REWOUND}",
}
PATHS = [f"/{lang}/{path}" for lang in LANGS for path in PAGES.values()]
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
FIRST_PAGE = 40_000  # bytes, packed, all in

SMALLEST = """() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  let least = 99
  while (words.nextNode()) {
    const parent = words.currentNode.parentElement
    const unseen = !parent.getClientRects().length || parent.closest('title, desc')
    if (unseen || !words.currentNode.data.trim()) continue
    const scale = parent.ownerSVGElement ? parent.getScreenCTM().a : 1
    least = Math.min(least, parseFloat(getComputedStyle(parent).fontSize) * scale)
  }
  return least
}"""
WIDTHS = "() => [document.scrollingElement.scrollWidth, innerWidth]"
REACHABLE = """() => [...document.querySelectorAll(
  'a[href], button, input:not([type=hidden]), summary, [tabindex="0"]')]
  .filter(one => one.checkVisibility()).length"""
FOCUSED = """() => {
  const one = document.activeElement
  if (one === document.body) return null
  one.dataset.met = 1
  const style = getComputedStyle(one)
  const box = one.getBoundingClientRect()
  const seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
  return seen && outlined ? '' : one.outerHTML.slice(0, 80)
}"""
CUT = """() => [...document.querySelectorAll('.scroll')]
  .filter(one => one.scrollHeight > one.clientHeight + 1).length"""
MET = "() => document.querySelectorAll('[data-met]').length"


@pytest.fixture(scope="module")
def address(app: FastPath) -> Iterator[str]:
    """Serve the city on a free port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def desk(browser: sync_api.Browser) -> sync_api.Page:
    return browser.new_page(viewport=DESK)


@pytest.fixture(scope="module")
def phone(browser: sync_api.Browser) -> sync_api.Page:
    return browser.new_page(viewport=PHONE)


@pytest.fixture(scope="module", params=["light", "dark"])
def themed(request: pytest.FixtureRequest, browser: sync_api.Browser) -> sync_api.BrowserContext:
    return browser.new_context(viewport=DESK, color_scheme=request.param)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_bars_anybody_and_nobody_else_is_called(
    themed: sync_api.BrowserContext, address: str, path: str
):
    """The accessibility check, the console and the policy have nothing to say; one host is asked."""
    said: list[str] = []
    hosts: set[str] = set()
    page = themed.new_page()
    page.on("console", lambda one: said.append(one.text) if one.type in ("error", "warning") else None)
    page.on("request", lambda one: hosts.add(f"http://{urlsplit(one.url).netloc}"))
    answer = page.goto(address + path)
    found = axe.Axe().run(page, options=RULES).response["violations"]
    page.close()

    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    assert hosts == {address}
    assert [one for one in said if answer.ok or "status of 404" not in one] == []


@pytest.mark.parametrize("path", PATHS)
def test_a_phone_shows_it_all_without_scrolling_sideways_in_letters_one_can_read(
    phone: sync_api.Page, address: str, path: str
):
    phone.goto(address + path)
    page, screen = phone.evaluate(WIDTHS)

    assert page <= screen
    assert phone.evaluate(SMALLEST) >= 11


@pytest.mark.parametrize("path", PATHS)
def test_a_page_without_scripts_says_the_same(
    browser: sync_api.Browser, desk: sync_api.Page, address: str, path: str
):
    desk.goto(address + path)
    with browser.new_context(viewport=DESK, java_script_enabled=False) as bare:
        page = bare.new_page()
        page.goto(address + path)
        assert page.locator("body").inner_text() == desk.locator("body").inner_text()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_mayors_answers_stand_on_the_first_screen(
    desk: sync_api.Page, phone: sync_api.Page, address: str, lang: str, size: dict[str, int]
):
    page = desk if size is DESK else phone
    page.goto(f"{address}/{lang}/")
    boxes = [one.bounding_box() for one in page.locator(".summary h1, .summary dt, .summary dd").all()]

    assert len(boxes) >= 9
    assert max(one["y"] + one["height"] for one in boxes) <= size["height"]


def test_figures_in_one_row_of_tiles_stand_on_one_line(desk: sync_api.Page, address: str):
    desk.goto(f"{address}/fi/")
    for part in ("h3", ".value", ".direction", ".spark", ".age"):
        tops = [round(one.bounding_box()["y"]) for one in desk.locator(f".tile {part}").all()]
        assert (len({*tops[:4]}), len({*tops[4:]})) == (1, 1), part


@pytest.mark.parametrize("path", ["/fi/", "/sv/indicator/incidence-14d", "/en/sources", f"/fi/?{REWOUND}"])
def test_the_keyboard_reaches_everything_and_one_sees_where_one_is(
    desk: sync_api.Page, address: str, path: str
):
    desk.goto(address + path)
    wanted, seen = desk.evaluate(REACHABLE), []
    while len(seen) < 4 * wanted:
        desk.keyboard.press("Tab")
        here = desk.evaluate(FOCUSED)
        if here is None or desk.evaluate(MET) >= wanted:
            break
        seen.append(here)

    assert desk.evaluate(MET) == wanted
    assert [one for one in seen if one] == []


def test_the_first_stop_of_the_keyboard_skips_to_the_content(desk: sync_api.Page, address: str):
    desk.goto(f"{address}/fi/")
    desk.keyboard.press("Tab")
    skip = desk.evaluate("() => document.activeElement.className")
    desk.keyboard.press("Enter")

    assert skip == "skip"
    assert desk.evaluate("() => document.activeElement.id") == "main"


@pytest.mark.parametrize("path", ["/fi/", "/sv/indicator/incidence-14d"])
def test_paper_shows_the_content_whole_and_nothing_to_press(desk: sync_api.Page, address: str, path: str):
    desk.goto(address + path)
    desk.emulate_media(media="print")
    pressed = desk.locator("form, nav, .skip, footer .data").all()
    shown = [one.is_visible() for one in pressed]
    cut = desk.evaluate(CUT)
    desk.emulate_media(media="null")

    assert len(shown) >= 4
    assert not any(shown)
    assert cut == 0


@pytest.mark.parametrize("lang", LANGS)
def test_the_first_page_is_small_with_all_that_it_needs(app: FastPath, lang: str):
    needed = [f"/{lang}/", render.address("style.css"), render.address("icon.svg")]
    sizes = [int(ask(app, one, accept_encoding="gzip").headers["content-length"]) for one in needed]

    assert sum(sizes) <= FIRST_PAGE


def test_a_day_is_chosen_without_a_script(browser: sync_api.Browser, address: str):
    with browser.new_context(viewport=PHONE, java_script_enabled=False) as bare:
        page = bare.new_page()
        page.goto(f"{address}/sv/indicator/cases?area=853")
        page.locator("input[name=as_of]").fill("2021-03-18")
        page.locator("button").click()

        assert page.url == f"{address}/sv/indicator/cases?area=853&as_of=2021-03-18"
        assert "Så här visste man 18.3.2021 kl. 23.59" in page.locator("header").inner_text()
