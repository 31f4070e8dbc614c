"""Laws of the map that only a browser can tell: days go by, keys walk, the view zooms, the table sorts."""

from collections.abc import Iterator
from statistics import median

import pytest
from browsing import DESK, MARKS, PHONE

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = MARKS
MAP = "/en/map?indicator=cases-weekly"
MODULE = "[...document.scripts].map(one => one.src).find(src => src.includes('map.js'))"
# A hundred and twenty days of classes drawn by lot, and how long each of forty of them takes to put on.
STEPS = """async src => {
  const { show } = await import(src), player = document.querySelector('.player'), times = []
  const n = document.querySelectorAll('svg.map [data-area]').length
  let state = 7, frames = ''
  for (let k = 0; k < n * 120; k++) {
    state = state * 48271 % 2147483647
    frames += '012345abcdefzyns'[state % 16]
  }
  player.dataset.frames = frames
  for (let day = 0; day < 40; day++) {
    const begun = performance.now()
    show(day)
    times.push(performance.now() - begun)
    await new Promise(requestAnimationFrame)
  }
  return [n, times]
}"""
CLASSES = (
    """() => [...document.querySelectorAll('svg.map [data-area]')].map(one => one.getAttribute('class'))"""
)


@pytest.fixture
def page(browser: sync_api.Browser, address: str) -> Iterator[sync_api.Page]:
    opened = browser.new_page(viewport=DESK)
    opened.goto(address + MAP)
    yield opened
    opened.close()


def viewed(page: sync_api.Page) -> list[float]:
    return [float(one) for one in page.locator("svg.map").get_attribute("viewBox").split()]


def here(page: sync_api.Page) -> str:
    return str(page.locator(".map-here").inner_text())


def test_a_step_of_the_slider_takes_a_millisecond_of_script_at_most(page: sync_api.Page):
    n, times = page.evaluate(STEPS, page.evaluate(MODULE))

    assert n >= 305
    assert median(times) <= 1.0


def test_the_slider_shows_what_the_server_shows_for_that_day(page: sync_api.Page, browser: sync_api.Browser):
    page.locator(".player input").press("ArrowLeft")
    page.wait_for_url("**day=*")
    fresh = browser.new_page()
    fresh.goto(page.url)

    assert page.evaluate(CLASSES) == fresh.evaluate(CLASSES)
    for part in (".map-says", ".map-table tbody", ".legend", ".player output", ".days nav"):
        assert page.locator(part).inner_text() == fresh.locator(part).inner_text(), part
    titles = "() => [...document.querySelectorAll('svg.map title')].map(one => one.textContent)"
    assert page.evaluate(titles) == fresh.evaluate(titles)
    links = "() => [...document.querySelectorAll('header a')].map(one => one.getAttribute('href'))"
    assert page.evaluate(links) == fresh.evaluate(links)
    fresh.close()


def test_without_a_server_the_table_gives_the_classes_of_the_legend(page: sync_api.Page):
    page.context.set_offline(True)
    page.locator(".player input").press("ArrowLeft")
    day = page.locator(".player output").inner_text()
    page.locator(".map-says", has_text=day).wait_for()
    legend = set(page.locator(".legend li").all_inner_texts()) | {""}

    assert {*page.locator(".map-table tbody td.num").all_inner_texts()} <= legend


def test_nothing_moves_before_one_asks_and_play_goes_on_to_the_last_day(page: sync_api.Page):
    first = page.locator(".player output").inner_text()
    page.wait_for_timeout(600)
    assert page.locator(".player output").inner_text() == first

    page.locator(".player input").press("End")
    last = page.locator(".player output").inner_text()
    page.locator(".player input").press("ArrowLeft")
    page.locator(".play").click()
    assert page.locator(".play").inner_text() == "Stop"
    page.locator(".play", has_text="Play").wait_for()
    assert page.locator(".player output").inner_text() == last


def test_the_map_is_one_stop_and_arrow_keys_walk_to_the_neighbours(page: sync_api.Page):
    assert page.locator("svg.map [tabindex], svg.map a").count() == 0
    page.locator("svg.map").focus()
    said = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        said.append(here(page))

    assert said[0].startswith("Tampere: ")
    assert said[0] == said[2]
    assert len({*said}) >= 3
    assert page.locator("svg.map .m-at").count() == 1


def test_enter_opens_the_area_that_was_read(page: sync_api.Page):
    page.locator("svg.map").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/area?*")

    assert page.url.endswith("/en/area?area=municipality:837")


def test_every_area_can_be_walked_to(page: sync_api.Page):
    """From any area some arrow key leads on; together they reach all but a few behind others."""
    walk = """() => {
      const svg = document.querySelector('svg.map'), seen = new Set()
      const keys = ['ArrowUp', 'ArrowRight', 'ArrowDown', 'ArrowLeft']
      let state = 1
      for (let n = 0; n < 20000; n++) {
        state = state * 48271 % 2147483647
        svg.dispatchEvent(new KeyboardEvent('keydown', {key: keys[(state >> 8) % 4]}))
        seen.add(document.querySelector('.map-here').textContent)
      }
      return [seen.size, document.querySelectorAll('svg.map [data-area]').length]
    }"""
    reached, there = page.evaluate(walk)

    assert reached >= 0.95 * there


def test_the_view_zooms_by_buttons_and_moves_by_keys_but_not_by_the_wheel_alone(page: sync_api.Page):
    whole = viewed(page)
    page.locator("[data-zoom='2']").click()
    near = viewed(page)
    page.locator("svg.map").press("Control+ArrowUp")
    assert near[2] == pytest.approx(whole[2] / 2)
    assert viewed(page)[1] < near[1]
    page.locator("[data-zoom='0']").click()
    page.locator("svg.map").hover()
    page.mouse.wheel(0, -200)
    assert viewed(page) == whole


def test_the_view_comes_nearer_to_the_area_that_was_read(page: sync_api.Page):
    page.locator("svg.map").press("ArrowRight")
    for _ in range(4):
        page.locator("[data-zoom='2']").click()
    inside = """() => {
      const map = document.querySelector('svg.map').getBoundingClientRect()
      const area = document.querySelector('.m-at').getBoundingClientRect()
      const [x, y] = [area.x + area.width / 2, area.y + area.height / 2]
      return x > map.left && x < map.right && y > map.top && y < map.bottom
    }"""

    assert page.evaluate(inside)


def test_letters_keep_their_size_while_the_view_zooms(page: sync_api.Page):
    size = """() => { const text = document.querySelector('svg.map text')
      return parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a }"""
    before = page.evaluate(size)
    for _ in range(3):
        page.locator("[data-zoom='2']").click()

    assert page.evaluate(size) == pytest.approx(before, rel=0.01)


def test_the_table_sorts_by_each_heading_and_back(page: sync_api.Page):
    names = page.locator(".map-table tbody th").all_inner_texts
    values = """() => [...document.querySelectorAll('.map-table data')].map(one => parseFloat(one.value))
      .filter(one => one >= 0)"""
    page.locator(".map-table thead button").nth(0).click()
    up = names()
    assert up[0][0] in "AÄ"
    page.locator(".map-table thead button").nth(0).click()
    assert names() == up[::-1]
    page.locator(".map-table thead button").nth(1).click()
    found = page.evaluate(values)
    assert found == sorted(found, reverse=True)
    assert page.locator("[aria-sort=descending]").inner_text().startswith("Value")


def test_one_finger_scrolls_the_page_and_two_move_the_map(browser: sync_api.Browser, address: str):
    page = browser.new_page(viewport=PHONE, has_touch=True)
    page.goto(address + MAP)
    allowed = page.evaluate("() => getComputedStyle(document.querySelector('svg.map')).touchAction")
    kept = """n => { const svg = document.querySelector('svg.map')
      const finger = (_, k) => new Touch({identifier: k, target: svg, clientX: 100 + 50 * k, clientY: 400})
      const touches = [...Array(n)].map(finger)
      svg.dispatchEvent(new TouchEvent('touchstart', {touches}))
      const moved = new TouchEvent('touchmove', {touches, cancelable: true})
      svg.dispatchEvent(moved)
      return moved.defaultPrevented }"""

    assert allowed == "pan-x pan-y"
    assert [page.evaluate(kept, n) for n in (1, 2)] == [False, True]
    page.close()


def test_without_a_script_there_is_no_slider_but_links(browser: sync_api.Browser, address: str):
    with browser.new_context(java_script_enabled=False) as bare:
        page = bare.new_page()
        page.goto(address + MAP)
        page.locator(".days nav a").first.click()

        assert "day=" in page.url
        assert not page.locator(".player, .zooms, .map-here").filter(visible=True).count()
        assert page.locator(".map-table tbody tr").count() >= 305


def test_an_area_is_opened_by_its_name(page: sync_api.Page):
    page.locator(".jump input[list]").fill("Åbo")
    page.locator(".jump button").click()

    assert page.url.endswith("/en/area?area=%C3%85bo")
    assert "Turku" in page.locator("h1").inner_text()
